"""Brings pictures together: several merged into one, one coloured after another, one in another."""

from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import Colour, palette_of
from bot.sandbox.filters import curve, noise, soft
from bot.sandbox.shapes import ellipse

_BUCKETS = 16


def beside(
    sources: Sequence[Image.Image], size: tuple[int, int], rng: Random, *, down: bool = False
) -> Image.Image:
    """RGB pictures one beside the other, or one above the other, with soft waves between them."""
    count, axis = len(sources), int(down)
    waves = noise(rng, size, (3, 3), octaves=2)
    waves = waves.point([round(128 + (v - 128) * 0.6 / count) for v in range(256)])
    field = Image.linear_gradient("L")
    field = (field if down else field.transpose(Image.Transpose.ROTATE_90)).resize(size)
    field = ImageChops.add(field, waves, 1, -128)
    image = Image.new("RGB", size)
    for number, source in enumerate(sources):
        start = max(0, round(size[axis] * (number - 0.4) / count))
        end = min(size[axis], max(start + 1, round(size[axis] * (number + 1.4) / count)))
        box = (size[0], end - start) if down else (end - start, size[1])
        layer = Image.new("RGB", size)
        layer.paste(
            ImageOps.fit(source, box, centering=(0.5, 0.4)), (0, start) if down else (start, 0)
        )
        edge = 255 * number / count if number else -255
        mask = field.point([min(255, max(0, round((v - edge) * 12 + 128))) for v in range(256)])
        image = Image.composite(layer, image, mask)
    return image


def centred(sources: Sequence[Image.Image], size: tuple[int, int], rng: Random) -> Image.Image:
    """The first RGB picture as a round vision in the middle of the others."""
    image = beside(sources[1:] or sources, size, rng)
    side = round(min(size) * 0.74)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    inner = ImageOps.fit(sources[0], (max(1, side), max(1, side)))
    away = Image.radial_gradient("L").resize(inner.size)
    waves = noise(rng, inner.size, (4, 4), octaves=3)
    away = ImageChops.add(away, waves.point([102 + v // 5 for v in range(256)]), 1, -128)
    disc = away.point(curve(lambda v: (0.64 - v) * 11))
    canvas = Canvas(image, palette_of(sources[0]), VIEWS[0], rng)
    canvas.glow((size[0] / 2, size[1] / 2), side * 0.72, canvas.palette.light, 0.7)
    canvas.image.paste(inner, (left, top), disc)
    return canvas.image


def gathered(
    ground: Image.Image, things: Sequence[Image.Image], size: tuple[int, int]
) -> Image.Image:
    """RGBA things standing side by side in front of an RGB picture."""
    image = ImageOps.fit(ground, size)
    count = len(things)
    for number, thing in enumerate(things):
        centre = (number + 0.5) / count if count > 1 else 0.62
        image = placed(image, thing, centre, 0.8 if count < 3 else 0.62, 1.1 / count)
    return image


def harmonised(image: Image.Image, sources: Sequence[Image.Image]) -> Image.Image:
    """A breath of each source's light over all of the picture, as if it were one place."""
    for source in sources:
        light = soft(ImageOps.fit(source, (64, 64)), 0.2).resize(image.size)
        image = Image.blend(image, ImageChops.soft_light(image, light), 0.35 / len(sources))
    return image


def placed(
    image: Image.Image, thing: Image.Image, centre: float, high: float, wide: float = 1.0
) -> Image.Image:
    """An RGBA thing standing in an RGB picture, at most `high` and `wide` of it, with a shadow."""
    bounds = thing.getchannel("A").point([0] * 24 + [255] * 232).getbbox()
    if bounds is None:
        return image
    cropped = bounds[3] >= thing.height - 1
    thing = _faded_sides(thing).crop(bounds)
    part = min(image.height * high / thing.height, image.width * wide / thing.width)
    size = (max(1, round(thing.width * part)), max(1, round(thing.height * part)))
    thing = thing.resize(size, Image.Resampling.LANCZOS)
    left = round(min(max(image.width * centre - size[0] / 2, 0), image.width - size[0]))
    # What its own picture cut off at the bottom is cut off here as well, by the frame.
    top = image.height - size[1] if cropped else round(image.height * 0.94) - size[1]
    canvas = Canvas(image.copy(), palette_of(image), VIEWS[0], Random(0))  # noqa: S311
    if not cropped:
        foot = (left + size[0] / 2, top + size[1] * 0.985)
        shadow = ellipse(foot, size[0] * 0.46, max(2.0, size[0] * 0.07))
        canvas.fill([shadow], (0, 0, 0), opacity=0.5, blur=size[0] * 0.035)
    alpha = thing.getchannel("A")
    cast = alpha.filter(ImageFilter.BoxBlur(max(1.0, size[0] / 30))).point(curve(lambda v: v * 0.4))
    canvas.image.paste((0, 0, 0), (left + size[0] // 40, top + size[0] // 60), cast)
    around = ImageStat.Stat(image.resize((32, 32))).mean
    light = Image.new("RGB", size, (round(around[0]), round(around[1]), round(around[2])))
    body = thing.convert("RGB")
    body = Image.blend(body, ImageChops.overlay(body, light), 0.22)
    canvas.image.paste(body, (left, top), alpha)
    return canvas.image


def _faded_sides(thing: Image.Image) -> Image.Image:
    """An RGBA thing that fades out where the side of its own picture cut it off."""
    alpha, width = thing.getchannel("A"), thing.width
    across = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(thing.size)
    for column, ramp in ((0, lambda v: v / 0.14), (width - 1, lambda v: (1 - v) / 0.14)):
        side = alpha.crop((column, 0, column + 1, thing.height))
        if ImageStat.Stat(side).mean[0] > 40:
            alpha = ImageChops.multiply(alpha, across.point(curve(ramp)))
    faded = thing.copy()
    faded.putalpha(alpha)
    return faded


def toned_after(image: Image.Image, style: Image.Image) -> Image.Image:
    """The RGB picture with the light, the contrast and the colours of another."""
    style = ImageOps.fit(style, (128, 128))
    grey, model = image.convert("L"), style.convert("L")
    grey = grey.point(_matching(grey.histogram(), model.histogram()))
    ramp = _ramp(style, model)
    toned = grey.convert("RGB").point([colour[band] for band in range(3) for colour in ramp])
    # Half of the hues stay apart, as they are in the style as well.
    own = ImageStat.Stat(image.resize((64, 64)).convert("YCbCr"))
    theirs = ImageStat.Stat(style.convert("YCbCr"))
    tables = []
    for band in (1, 2):
        gain = min(2.0, (theirs.stddev[band] + 2) / (own.stddev[band] + 2))
        tables += [
            min(255, max(0, round((v - own.mean[band]) * gain + theirs.mean[band])))
            for v in range(256)
        ]
    chroma = image.convert("YCbCr").point([*range(256), *tables])
    moved = Image.merge("YCbCr", (grey, *chroma.split()[1:])).convert("RGB")
    return Image.blend(moved, toned, 0.5)


def _matching(own: Sequence[int], theirs: Sequence[int]) -> list[int]:
    """A table that gives one histogram the shape of another, not quite to the full."""
    table, level, below = [], 0, 0.0
    share = list(_summed(theirs))
    for value, part in enumerate(_summed(own)):
        while level < 255 and share[level] < part:
            level += 1
        below = 0.75 * level + 0.25 * value
        table.append(round(below))
    return table


def _summed(histogram: Sequence[int]) -> list[float]:
    total, below, shares = sum(histogram) or 1, 0, []
    for count in histogram:
        below += count
        shares.append((below - count / 2) / total)
    return shares


def _ramp(style: Image.Image, grey: Image.Image) -> list[Colour]:
    """The mean colour of a picture at each of the 256 levels of brightness."""
    stops: list[tuple[int, Colour]] = [(0, (6, 5, 10))]
    for bucket in range(_BUCKETS):
        low, high = bucket * 256 // _BUCKETS, (bucket + 1) * 256 // _BUCKETS
        mask = grey.point([255 if low <= v < high else 0 for v in range(256)])
        if mask.histogram()[255] > 40:
            red, green, blue = ImageStat.Stat(style, mask).mean
            stops.append(((low + high) // 2, (round(red), round(green), round(blue))))
    stops.append((255, (252, 250, 246)))
    ramp: list[Colour] = []
    for level in range(256):
        after = next(number for number, (at, _) in enumerate(stops) if at >= level) or 1
        (start, one), (end, other) = stops[after - 1], stops[after]
        part = (level - start) / max(1, end - start)
        red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
        ramp.append((red, green, blue))
    return ramp
