"""Tells the subject of a picture from its background, by place and by colour."""

from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath, ImageOps, ImageStat

from bot.sandbox.filters import curve
from bot.sandbox.foregrounds import foreground
from bot.sandbox.materials import limited
from bot.sandbox.people import face_of

# Pixels of the longer side of the copy in which the subject is looked for.
_SEARCHED, _LAND = 256, 144
_COLOURS = 40
_SMOOTH = 4e-4  # a variance of colour (0..1) below which an edge counts for nothing
_LEAST, _MOST = 0.02, 0.9  # of the picture, what can be called a subject


def outline(image: Image.Image, *, landscape: bool = False) -> Image.Image:
    """The subject of an RGB picture as a mask ("L") with soft edges, never empty, never all.

    The subject of a landscape is the land below the sky.
    """
    if min(image.size) < 8:
        return _middle(image.size)
    small = limited(image, _LAND if landscape else _SEARCHED)
    if landscape:
        small = small.filter(ImageFilter.MedianFilter(3))
    found = _land(small) if landscape else foreground(small, face_of(small))
    if found and _LEAST <= found.histogram()[255] / (found.width * found.height) <= _MOST:
        return _refined(image, small, found)
    return _middle(image.size)


def _land(image: Image.Image) -> Image.Image | None:
    """The land below the sky."""
    likely = _likelihood(image)
    start = _parting(likely)
    for threshold in (start, start * 1.25, start * 0.8, start * 1.5, start * 0.6):
        found = _enclosed(likely, min(250, max(6, round(threshold))))
        if _LEAST <= found.histogram()[255] / (found.width * found.height) <= _MOST:
            return found
    return None


def _likelihood(image: Image.Image) -> Image.Image:
    """How likely each pixel belongs to the land: what is low, and whatever has its colours."""
    likely = Image.linear_gradient("L").resize(image.size)
    likely = likely.point(curve(lambda v: (v - 0.25) / 0.4))
    numbers = image.quantize(_COLOURS, dither=Image.Dither.NONE)
    colours = Image.frombytes("L", numbers.size, numbers.tobytes())
    for _ in range(3):
        means = [0] * 256
        for number, count in enumerate(colours.histogram()):
            if count:
                mask = colours.point([255 * (n == number) for n in range(256)])
                means[number] = round(ImageStat.Stat(likely, mask).mean[0])
        spread = ImageOps.autocontrast(colours.point(means)).filter(ImageFilter.BoxBlur(2))
        likely = Image.blend(spread, likely, 0.3)
    if _plain(image):
        strange = _strangeness(image)
        likely = ImageChops.lighter(likely, strange.point([min(255, v * 12) for v in range(256)]))
    return likely


def _plain(image: Image.Image) -> bool:
    """Whether the upper, left and right borders have about one colour."""
    border = Image.new("L", image.size, 255)
    thick = max(1, min(image.size) // 24)
    border.paste(0, (thick, thick, image.width - thick, image.height))
    return max(ImageStat.Stat(image, border).stddev) < 16


def _strangeness(image: Image.Image) -> Image.Image:
    """How far each pixel's colour is from those of the borders beside and above it ("L")."""
    width, height = image.size
    thick = max(1, width // 50)
    nearest = Image.new("L", image.size, 255)
    for left in (0, width - thick):
        border = image.crop((left, 0, left + thick, height))
        for moved in _slid(border.resize((1, height), Image.Resampling.BOX)):
            nearest = ImageChops.darker(nearest, _distance(image, moved.resize(image.size)))
    border = image.crop((0, 0, width, thick)).resize((width, 1), Image.Resampling.BOX)
    for moved in _slid(border.transpose(Image.Transpose.ROTATE_90)):
        row = moved.transpose(Image.Transpose.ROTATE_270)
        nearest = ImageChops.darker(nearest, _distance(image, row.resize(image.size)))
    return nearest


def _slid(column: Image.Image) -> Iterator[Image.Image]:
    """A column moved up and down by up to a sixth of its height, its ends drawn out."""
    height = column.height
    for shift in sorted({round(height * part / 24) for part in range(-4, 5)}):
        end = 0 if shift > 0 else height - 1
        moved = column.crop((0, end, 1, end + 1)).resize(column.size)
        kept = column.crop((0, max(0, -shift), 1, min(height, height - shift)))
        moved.paste(kept, (0, max(0, shift)))
        yield moved


def _distance(one: Image.Image, other: Image.Image) -> Image.Image:
    red, green, blue = ImageChops.difference(one, other).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _parting(levels: Image.Image) -> int:
    """The level that parts a histogram best in two (Otsu's)."""
    counts = levels.histogram()
    total, mass = sum(counts), sum(level * count for level, count in enumerate(counts))
    below = weight = 0
    best = (0.0, 24)
    for level, count in enumerate(counts):
        below, weight = below + count, weight + level * count
        if 0 < below < total:
            gap = weight / below - (mass - weight) / (total - below)
            best = max(best, (below * (total - below) * gap * gap, level))
    return best[1]


def _enclosed(likely: Image.Image, threshold: int) -> Image.Image:
    """Whatever no path over unlikely pixels joins to a border but the lower, without crumbs."""
    found = likely.point([0] * threshold + [255] * (256 - threshold))
    padded = ImageOps.expand(found, border=1, fill=0)
    padded.paste(255, (0, round(padded.height * 0.84), *padded.size))
    ImageDraw.floodfill(padded, (0, 0), 128)
    padded = padded.point([0 if level == 128 else 255 for level in range(256)])
    found = ImageOps.crop(padded, border=1).filter(ImageFilter.MedianFilter(5))
    pieces: list[tuple[int, Image.Image]] = []
    rest = found
    while (spot := rest.getbbox()) and len(pieces) < 60:
        line = rest.crop((0, spot[1], rest.width, spot[1] + 1)).getbbox() or spot
        ImageDraw.floodfill(rest, (line[0], spot[1]), 128)
        piece = rest.point([255 * (level == 128) for level in range(256)])
        rest = rest.point([255 * (level == 255) for level in range(256)])
        pieces.append((piece.histogram()[255], piece))
    # A sun or a moon in the sky is no subject beside something that stands on the ground.
    low = [
        each for each in pieces if (each[1].getbbox() or (0, 0, 0, 0))[3] * 20 > found.height * 11
    ]
    kept = Image.new("L", found.size)
    for area, piece in low or pieces:
        if area * 10 >= max(size for size, _ in low or pieces):
            kept = ImageChops.lighter(kept, piece)
    return kept


def _refined(image: Image.Image, small: Image.Image, found: Image.Image) -> Image.Image:
    """The small mask at the picture's size, its edge moved onto the picture's own edges.

    A guided filter: around each pixel alpha is fitted as a linear function of the colour.
    """
    fitted = [each.resize(image.size, Image.Resampling.BICUBIC) for each in _fit(small, found)]
    bands = [band.convert("F") for band in image.split()]
    alpha = ImageMath.lambda_eval(
        lambda its: its["convert"](
            its["r"] * its["x"] + its["g"] * its["y"] + its["b"] * its["z"] + its["w"] * 255, "L"
        ),
        **dict(zip("xyzwrgb", (*fitted, *bands), strict=True)),
    ).point(curve(lambda v: (v - 0.5) * 2.2 + 0.5))
    # Away from the edge the colours inside and outside may be alike: there the mask is right.
    coarse = found.resize(image.size, Image.Resampling.BICUBIC)
    near = found.filter(ImageFilter.BoxBlur(2)).resize(image.size, Image.Resampling.BICUBIC)
    near = near.point(curve(lambda v: 4 - abs(v - 0.5) * 8.6))
    return Image.composite(alpha, coarse, near)


def _fit(image: Image.Image, mask: Image.Image) -> list[Image.Image]:
    """The weights of red, green and blue and the constant (0..1, "F") that give the mask."""

    def mean(of: Callable[[dict[str, Any]], Any], **bands: Image.Image) -> Image.Image:
        whole: Image.Image = ImageMath.lambda_eval(of, **bands)
        return whole.reduce(6).resize(whole.size, Image.Resampling.BILINEAR)

    def scaled(band: Image.Image) -> Image.Image:
        values: Image.Image = ImageMath.lambda_eval(
            lambda its: its["float"](its["v"]) / 255, v=band.convert("F")
        )
        return values

    bands = dict(zip("rgb", map(scaled, image.split()), strict=True)) | {"p": scaled(mask)}
    means = {name: mean(lambda its: its["v"] * 1, v=band) for name, band in bands.items()}
    products = {
        one + other: mean(lambda its: its["v"] * its["u"], v=bands[one], u=bands[other])
        for one, other in ("rr", "rg", "rb", "gg", "gb", "bb", "rp", "gp", "bp")
    }
    solved = ImageMath.lambda_eval(_solution, **means, **products)
    return [each.im for each in solved]


def _solution(its: dict[str, Any]) -> list[Any]:
    """The inverse covariance of the colours times their covariance with the mask, and the rest."""

    def covariance(one: str, other: str) -> Any:
        return its[one + other] - its[one] * its[other]

    rr, gg, bb = (covariance(name, name) + _SMOOTH for name in "rgb")
    rg, rb, gb = covariance("r", "g"), covariance("r", "b"), covariance("g", "b")
    rp, gp, bp = (covariance(name, "p") for name in "rgb")
    one, two, three = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    size = rr * one + rg * two + rb * three
    red = (one * rp + two * gp + three * bp) / size
    green = (two * rp + (rr * bb - rb * rb) * gp + (rb * rg - rr * gb) * bp) / size
    blue = (three * rp + (rb * rg - rr * gb) * gp + (rr * gg - rg * rg) * bp) / size
    return [red, green, blue, its["p"] - red * its["r"] - green * its["g"] - blue * its["b"]]


def _middle(size: tuple[int, int]) -> Image.Image:
    """A soft oval, for pictures without anything that stands out."""
    if min(size) < 8:
        return Image.new("L", size, 128)
    oval = Image.radial_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return oval.point(curve(lambda v: (0.6 - v) * 14))
