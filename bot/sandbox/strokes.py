"""Surfaces drawn stroke by stroke or piece by piece: oil, pencil, comic, mosaic, facets."""

import math
from collections.abc import Callable, Iterator
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox.colours import Colour, mix, pixel
from bot.sandbox.filters import curve, noise
from bot.sandbox.materials import edges, flattened, limited, relief, shaded

_LONGEST = 1024  # at which strokes are laid; a larger picture is enlarged afterwards
Mesh = list[list[tuple[float, float]]]


def oil(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Thick brush strokes that follow the shapes, lit from the side."""
    small = limited(image, _LONGEST)
    unit = max(small.size) / 1024 * scale
    flow, busy = _flow(small, rng), edges(small.filter(ImageFilter.BoxBlur(1)))
    busy = busy.filter(ImageFilter.BoxBlur(4 * unit))
    painting = small.filter(ImageFilter.BoxBlur(8 * unit))
    for step, length, width, least in ((15, 36, 11, 0), (9, 20, 6, 16), (5, 11, 3, 40)):
        source = small.filter(ImageFilter.BoxBlur(step / 3 * unit))
        pen = ImageDraw.Draw(painting)
        for at in _scattered(small.size, max(3.0, step * unit), rng):
            if not least or _level(busy, at) >= least:
                tone = _shaken(pixel(source, at), rng, 9)
                _stroke(pen, at, flow(at), (length * unit, width * unit), tone)
    grey = painting.convert("L")
    height = ImageChops.subtract(grey, grey.filter(ImageFilter.BoxBlur(4)), 1, 128)
    painting = ImageEnhance.Color(shaded(painting, relief(height, 1), 0.9)).enhance(1.25)
    return painting.resize(image.size, Image.Resampling.BICUBIC)


def pencil(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Graphite: contours, and hatching that thickens with the dark."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    drawn = _drawn(grey, rng, scale)
    return ImageOps.colorize(drawn, (44, 44, 50), (250, 248, 242))


def crayon(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """The same in coloured pencils."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    drawn = _drawn(grey.point(curve(lambda v: v**0.8)), rng, scale).convert("RGB")
    bright = ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(1.15)).enhance(1.6)
    return ImageChops.screen(drawn, bright.point([round(v * 0.9) for v in range(256)] * 3))


def comic(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Flat colours, printed dots in the shade and ink outlines."""
    unit = max(image.size) / 1024 * scale
    flat = ImageOps.autocontrast(flattened(image, 5, 2), cutoff=1, preserve_tone=True)
    bright = ImageEnhance.Color(flat).enhance(1.6)
    plain = bright.point([min(255, round((v + 21) / 51) * 51) for v in range(256)] * 3)
    dots = _dots(image.size, max(3, round(6 * unit)))
    shade = flat.convert("L").filter(ImageFilter.BoxBlur(2 * unit))
    shade = shade.point(curve(lambda v: (0.55 - v) * 1.5))
    inked = ImageChops.multiply(dots, shade).point(curve(lambda v: v * 1.6))
    plain.paste((24, 20, 44), (0, 0), inked)
    lines = edges(flat).point(curve(lambda v: (v - 0.1) * 6)).filter(ImageFilter.MaxFilter(3))
    plain.paste((14, 12, 20), (0, 0), lines.filter(ImageFilter.BoxBlur(0.6)))
    return plain


def mosaic(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Hand-laid stone tiles in grout."""
    unit = max(image.size) / 1024 * scale
    laid = Image.new("RGB", image.size, (58, 54, 52))
    light = Image.new("L", image.size, 92)
    for tile in _mesh(image.size, 17 * unit, rng, 0.2):
        small = _shrunk(tile, 1.3 * unit)
        tone = _shaken(_mean(image, tile), rng, 14)
        ImageDraw.Draw(laid).polygon(small, fill=tone)
        ImageDraw.Draw(light).polygon(small, fill=128 + rng.randint(-14, 14))
    light = relief(light.filter(ImageFilter.BoxBlur(unit)), max(1, round(unit)), 1.4)
    return shaded(ImageEnhance.Color(laid).enhance(1.3), light)


def glass(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """A stained-glass window with leaded panes."""
    unit = max(image.size) / 1024 * scale
    vivid = ImageEnhance.Color(ImageOps.autocontrast(image, cutoff=1, preserve_tone=True))
    source, panes = vivid.enhance(1.8), Image.new("RGB", image.size, (12, 10, 14))
    pen = ImageDraw.Draw(panes)
    for tile in _mesh(image.size, 30 * unit, rng, 0.42):
        halves = [[tile[0], tile[1], tile[2]], [tile[0], tile[2], tile[3]]]
        for pane in halves if rng.random() < 0.5 else [tile]:
            pen.polygon(_shrunk(pane, 1.6 * unit), fill=_shaken(_mean(source, pane), rng, 22))
    melt = noise(rng, image.size, (22, 22), octaves=2)
    glow = ImageChops.screen(
        panes, panes.filter(ImageFilter.BoxBlur(14 * unit)).point([v // 3 for v in range(256)] * 3)
    )
    return shaded(glow, relief(melt, max(1, round(2 * unit))), 0.7)


def facets(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Flat triangles, as of crystal or folded paper."""
    unit = max(image.size) / 1024 * scale
    cut = image.filter(ImageFilter.BoxBlur(6 * unit))
    pen = ImageDraw.Draw(cut)
    for tile in _mesh(image.size, 22 * unit, rng, 0.4):
        turn = rng.randrange(2)
        a, b, c, d = (tile[(turn + n) % 4] for n in range(4))
        for face in ([a, b, c], [a, c, d]):
            (x0, y0), (x1, y1) = face[0], face[1]
            lit = math.sin(math.atan2(y1 - y0, x1 - x0) + 0.9)
            tone = mix(_mean(image, face), (255, 255, 255) if lit > 0 else (0, 0, 20), abs(lit) / 6)
            pen.polygon(face, fill=_shaken(tone, rng, 6))
    return ImageEnhance.Color(cut).enhance(1.2)


def _flow(image: Image.Image, rng: Random) -> Callable[[tuple[int, int]], float]:
    """The direction along the shapes at a point; in empty places a slow swirl."""
    box = (min(128, image.width), min(128, image.height))
    soft = image.convert("L").resize(box, Image.Resampling.BOX).filter(ImageFilter.BoxBlur(2))
    heights, swirl = soft.tobytes(), noise(rng, box, (3, 3), octaves=1).tobytes()
    width, height = box

    def flow(at: tuple[int, int]) -> float:
        x, y = at[0] * width // image.width, at[1] * height // image.height
        right, left = min(x + 1, width - 1), max(x - 1, 0)
        below, above = min(y + 1, height - 1), max(y - 1, 0)
        dx = heights[y * width + right] - heights[y * width + left]
        dy = heights[below * width + x] - heights[above * width + x]
        if abs(dx) + abs(dy) < 8:
            return swirl[y * width + x] / 255 * math.tau
        return math.atan2(dy, dx) + math.pi / 2

    return flow


def _scattered(size: tuple[int, int], step: float, rng: Random) -> Iterator[tuple[int, int]]:
    """Points about `step` apart, in no order that shows."""
    found = [
        (
            min(size[0] - 1, int((x + rng.random()) * step)),
            min(size[1] - 1, int((y + rng.random()) * step)),
        )
        for y in range(math.ceil(size[1] / step))
        for x in range(math.ceil(size[0] / step))
    ]
    rng.shuffle(found)
    return iter(found)


def _stroke(
    pen: ImageDraw.ImageDraw,
    at: tuple[int, int],
    turn: float,
    size: tuple[float, float],
    tone: Colour,
) -> None:
    """One stroke of a brush with three bristles of slightly different paint."""
    along, across = math.cos(turn), math.sin(turn)
    long, wide = size[0] / 2, size[1] / 3
    for bristle, change in ((-1, 0.93), (1, 1.06), (0, 1.0)):
        x, y = at[0] - across * bristle * wide, at[1] + along * bristle * wide
        reach = long * (1 - 0.16 * abs(bristle))
        ends = (x - along * reach, y - across * reach, x + along * reach, y + across * reach)
        red, green, blue = (min(255, round(c * change)) for c in tone)
        pen.line(ends, fill=(red, green, blue), width=max(1, round(wide * 1.5)))


def _drawn(grey: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Contours and hatching in grey on white."""
    unit = max(grey.size) / 1024 * scale
    blurred = grey.filter(ImageFilter.GaussianBlur(3 * unit))
    lines = ImageChops.subtract(blurred, grey, 0.22)
    drawn = ImageOps.invert(lines)
    for turn, tone in ((0, 158), (1, 107), (2, 66)):
        hatch = _hatched(grey.size, rng, 6 * unit, turn)
        dark = grey.point([min(255, max(0, round((tone - v) * 3.2))) for v in range(256)])
        drawn = ImageChops.multiply(drawn, ImageOps.invert(ImageChops.multiply(hatch, dark)))
    shade = blurred.point(curve(lambda v: 0.72 + 0.28 * v))
    tooth = noise(rng, grey.size, (170, 170), octaves=2).point(curve(lambda v: 0.86 + 0.2 * v))
    return ImageChops.multiply(ImageChops.multiply(drawn, shade), tooth)


def _hatched(size: tuple[int, int], rng: Random, step: float, turn: int) -> Image.Image:
    """Slanting lines drawn by hand, bright on black; each turn slants another way."""
    hatch = Image.new("L", size)
    pen, reach = ImageDraw.Draw(hatch), size[0] + size[1]
    slant = (1.0, -1.2, 0.25)[turn]
    at = -reach * 1.0
    while at < reach:
        tone, lean = rng.randint(90, 220), slant * rng.uniform(0.97, 1.03)
        pen.line((at, 0, at + lean * size[1], size[1]), fill=tone, width=max(1, round(step / 3)))
        at += step * rng.uniform(0.7, 1.3)
    return hatch.filter(ImageFilter.BoxBlur(0.6))


def _dots(size: tuple[int, int], step: int) -> Image.Image:
    """Round soft dots in a slanting grid."""
    tile = Image.new("L", (step * 4, step * 4))
    pen, side = ImageDraw.Draw(tile), step * 4
    for x, y in ((0, 0), (side, 0), (0, side), (side, side), (side / 2, side / 2)):
        pen.ellipse((x - side / 4, y - side / 4, x + side / 4, y + side / 4), fill=255)
    one, dots = tile.reduce(4), Image.new("L", size)
    row = Image.new("L", (size[0], step))
    for x in range(0, size[0], step):
        row.paste(one, (x, 0))
    for y in range(0, size[1], step):
        dots.paste(row, (0, y))
    return dots


def _mesh(size: tuple[int, int], cell: float, rng: Random, loose: float) -> Mesh:
    """Four-cornered pieces that cover the picture, their corners moved by up to `loose` cells."""
    cell = max(3.0, cell)
    across, down = math.ceil(size[0] / cell) + 1, math.ceil(size[1] / cell) + 1
    knots = [
        [
            (
                (x + (0.5 if y % 2 else 0) * loose - 0.5 + rng.uniform(-loose, loose)) * cell,
                (y - 0.5 + rng.uniform(-loose, loose)) * cell,
            )
            for x in range(across + 1)
        ]
        for y in range(down + 1)
    ]
    return [
        [knots[y][x], knots[y][x + 1], knots[y + 1][x + 1], knots[y + 1][x]]
        for y in range(down)
        for x in range(across)
    ]


def _shrunk(shape: list[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    """A piece that leaves a gap of about `by` pixels around it."""
    x, y = (sum(values) / len(shape) for values in zip(*shape, strict=True))
    far = max(1.0, max(abs(a - x) + abs(b - y) for a, b in shape) / 1.4)
    part = max(0.2, 1 - by / far)
    return [(x + (a - x) * part, y + (b - y) * part) for a, b in shape]


def _mean(image: Image.Image, shape: list[tuple[float, float]]) -> Colour:
    """The colour in the middle of a piece."""
    x, y = (sum(values) / len(shape) for values in zip(*shape, strict=True))
    at = (min(image.width - 1, max(0, int(x))), min(image.height - 1, max(0, int(y))))
    return pixel(image, at)


def _level(image: Image.Image, at: tuple[int, int]) -> int:
    value = image.getpixel(at)
    return int(value) if isinstance(value, int | float) else 0


def _shaken(colour: Colour, rng: Random, reach: int) -> Colour:
    """The colour a little lighter or darker."""
    by = rng.randint(-reach, reach)
    red, green, blue = (min(255, max(0, c + by)) for c in colour)
    return red, green, blue
