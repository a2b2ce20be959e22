"""Pictures that can be laid side by side without a seam: from words, and from a picture."""

from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageOps

from bot.sandbox import art, materials, strokes
from bot.sandbox.colours import Colour, mix, mixed
from bot.sandbox.filters import noise
from bot.sandbox.manners import COMMON, rounded
from bot.sandbox.masks import flat
from bot.sandbox.materials import limited
from bot.sandbox.motifs import read
from bot.sandbox.stamps import ANYTHING, names_in, stamp, tone_of
from bot.sandbox.takes import MOST, Take

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_OVERLAP = 0.2  # of a side, that is laid over its other end


def seamless(prompt: str, take: Take, style: str = COMMON) -> Image.Image:
    """A pattern of what a prompt names, in a style of `manners.MANNERS`, that goes on all ways."""
    rng = art.random_of("seamless", prompt, style, take.seed, take.index)
    return _finished(_strewn(prompt, style, take, rng), style, rng)


def continuous(source: Image.Image) -> Image.Image:
    """The picture itself, of the same size, made to go on to all four sides."""
    return art.noted(looped(limited(flat(source), MOST)), art.reading_of(source))


def two_way(source: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A strip of this size that goes on to the left and to the right."""
    image = flat(source)
    # A strip is so long that it holds the picture more than once.
    times = max(1, round(size[0] / size[1] * image.height / image.width))
    unit = ImageOps.fit(image, (max(1, round(size[0] / times)), size[1]), centering=(0.5, 0.4))
    unit = looped(unit, down=False)
    strip = Image.new("RGB", (unit.width * times, unit.height))
    for number in range(times):
        strip.paste(unit, (number * unit.width, 0))
    return art.noted(_resized(strip, size), art.reading_of(source))


def looped(image: Image.Image, *, down: bool = True) -> Image.Image:
    """The RGB picture, its right end flowing into its left one, and `down` its lower into its
    upper one: the overlap is parted where the two ends differ least."""
    size = image.size
    if min(size) < 12:
        return _folded(image, down=down)
    turned = _closed(image)
    if down:
        rotated = _closed(turned.transpose(Image.Transpose.ROTATE_90))
        turned = rotated.transpose(Image.Transpose.ROTATE_270)
    return _resized(turned, size)


def padded(tile: Image.Image, reach: int) -> Image.Image:
    """A tile with as much of its neighbours around it."""
    wide = Image.new(tile.mode, (tile.width + 2 * reach, tile.height + 2 * reach))
    for x in range(-tile.width + reach % tile.width, wide.width, tile.width):
        for y in range(-tile.height + reach % tile.height, wide.height, tile.height):
            wide.paste(tile, (x, y))
    return wide


def _resized(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A tile at another size; at its edges its neighbours count as well."""
    if tile.size == size:
        return tile
    reach = 8
    box = (reach, reach, reach + tile.width, reach + tile.height)
    return padded(tile, reach).resize(size, Image.Resampling.BICUBIC, box)


def _folded(image: Image.Image, *, down: bool) -> Image.Image:
    """A picture too small to be parted, mirrored in itself."""
    half = image.resize((max(1, (image.width + 1) // 2), image.height), Image.Resampling.BOX)
    whole = Image.new("RGB", image.size)
    whole.paste(half, (0, 0))
    whole.paste(ImageOps.mirror(half), (image.width - half.width, 0))
    if not down:
        return whole
    turned = whole.transpose(Image.Transpose.ROTATE_90)
    return _folded(turned, down=False).transpose(Image.Transpose.ROTATE_270)


def _closed(image: Image.Image) -> Image.Image:
    """The picture without its right end, which is laid over its left one."""
    import numpy as np

    lap = max(4, round(image.width * _OVERLAP))
    period = image.width - lap
    start, end = image.crop((0, 0, lap, image.height)), image.crop((period, 0, *image.size))
    part = min(1.0, 320 / max(start.size))
    small = (max(4, round(lap * part)), max(4, round(image.height * part)))
    apart = ImageChops.difference(
        start.resize(small, Image.Resampling.BOX), end.resize(small, Image.Resampling.BOX)
    )
    costs = np.asarray(apart, dtype=np.float32).sum(axis=2)
    mask = _parted(costs, max(2, small[0] // 8))
    whole = image.crop((0, 0, period, image.height))
    cover = Image.fromarray(mask).resize(start.size, Image.Resampling.BICUBIC)
    # The very first column must be the one that follows the last.
    ImageDraw.Draw(cover).rectangle((0, 0, max(1, lap // 40), cover.height), fill=255)
    whole.paste(Image.composite(end, start, cover), (0, 0))
    return whole


def _parted(costs: "Floats", soft: int) -> "NDArray[np.uint8]":
    """White to the left of the cheapest way from the top to the bottom, softly black behind it."""
    import numpy as np

    high, wide = costs.shape
    sums = costs.copy()
    sums[:, : soft + 1] += 1e6
    sums[:, wide - soft - 1 :] += 1e6
    for row in range(1, high):
        above = np.pad(sums[row - 1], 1, constant_values=np.inf)
        sums[row] += np.minimum(np.minimum(above[:-2], above[1:-1]), above[2:])
    at = int(sums[-1].argmin())
    way = [at]
    for row in range(high - 2, -1, -1):
        low = max(0, at - 1)
        at = low + int(sums[row, low : at + 2].argmin())
        way.append(at)
    line = np.array(way[::-1], dtype=np.float32)[:, None]
    ramp = 0.5 + (line - np.arange(wide, dtype=np.float32)) / (2 * soft)
    return (ramp.clip(0, 1) * 255).astype(np.uint8)


def _strewn(prompt: str, style: str, take: Take, rng: Random) -> Image.Image:
    """Things in offset rows on a plain ground; what one edge cuts off goes on at the other."""
    names = names_in(prompt) or rng.sample(ANYTHING, 2)
    tile = Image.new("RGB", take.size, _ground(prompt, style, rng, take.index))
    rows = (4, 6, 4, 2)[take.index % 4]
    columns = max(1, round(rows * take.size[0] / take.size[1] / 1.15))
    cell = (take.size[0] / columns, take.size[1] / rows)
    neat = style in {"logo", "eCommerce"}
    for row in range(rows):
        for column in range(columns):
            name = names[(row + column) % len(names)]
            thing = _thing(name, prompt, style, round(min(cell) * rng.uniform(0.68, 0.92)), rng)
            turn = 0 if neat else rng.uniform(-28, 28)
            thing = thing.rotate(turn, Image.Resampling.BICUBIC, expand=True)
            jitter = 0.0 if neat else 0.1
            x = (column + 0.25 + 0.5 * (row % 2) + rng.uniform(-jitter, jitter)) * cell[0]
            y = (row + 0.5 + rng.uniform(-jitter, jitter)) * cell[1]
            _wrapped(tile, thing, (x, y))
            small = stamp(
                ("star", "leaf")[row % 2],
                max(6, round(min(cell) / 5)),
                mix(tone_of(name, prompt), (255, 255, 255), 0.35),
                rng,
            )
            _wrapped(tile, small.rotate(rng.uniform(0, 360), expand=True), (x + cell[0] / 2, y))
    return tile


def _thing(name: str, prompt: str, style: str, side: int, rng: Random) -> Image.Image:
    thing = stamp(name, max(4, side), tone_of(name, prompt), rng)
    if style in {"3D", "eCommerce", "photo", "game"} and min(thing.size) > 8:
        thing = rounded(thing)
    return thing


def _wrapped(tile: Image.Image, thing: Image.Image, at: tuple[float, float]) -> None:
    """Puts a thing (RGBA) on a tile with its middle there, and on the neighbours."""
    left, top = round(at[0] - thing.width / 2), round(at[1] - thing.height / 2)
    for x in (left - tile.width, left, left + tile.width):
        for y in (top - tile.height, top, top + tile.height):
            tile.paste(thing, (x, y), thing)


def _ground(prompt: str, style: str, rng: Random, index: int) -> Colour:
    palette = mixed(read(prompt), rng)
    if style == "game":
        return mix(palette.near, (20, 14, 40), 0.4)
    pale = (palette.horizon, palette.light, palette.middle, palette.top)[index % 4]
    return mix(pale, (255, 255, 255), (0.55, 0.45, 0.6, 0.05)[index % 4])


def _finished(tile: Image.Image, style: str, rng: Random) -> Image.Image:
    """The tile in its style; filters that look around are shown the neighbours as well."""
    reach = min(48, *tile.size)
    image = padded(tile, reach)
    if min(image.size) < 32:
        return tile
    if style == "pictureBook":
        image = Image.blend(image, strokes.crayon(image, rng, 1.0), 0.55)
    elif style == "anime":
        image = strokes.comic(image, rng, 1.0)
    elif style == "game":
        image = ImageEnhance.Contrast(strokes.oil(image, rng, 0.7)).enhance(1.2)
    elif style == "illustration":
        image = image.quantize(16, dither=Image.Dither.NONE).convert("RGB")
    elif style == "3D":
        image = materials.clay(image, rng, 0.6)
    elif style == "photo":
        weave = noise(rng, image.size, (image.width // 4, image.height // 4), 1)
        image = materials.shaded(image, materials.relief(weave, 1), 0.5)
    # Strokes laid by chance differ at the two ends, so each start fades out of the other end.
    closed = _faded(image.crop((reach, 0, *image.size)), tile.width, reach)
    turned = closed.crop((0, reach, *closed.size)).transpose(Image.Transpose.TRANSPOSE)
    return _faded(turned, tile.height, reach).transpose(Image.Transpose.TRANSPOSE)


def _faded(image: Image.Image, period: int, reach: int) -> Image.Image:
    """The first `period` columns of a picture that has `reach` more, which fade into its start."""
    ramp = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
    start = image.crop((0, 0, reach, image.height))
    after = image.crop((period, 0, period + reach, image.height))
    whole = image.crop((0, 0, period, image.height))
    whole.paste(Image.composite(start, after, ramp.resize(start.size)), (0, 0))
    return whole
