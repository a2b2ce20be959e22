"""What is done to a whole picture: noise, grain, ripples, and the styles of painting."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox.colours import Colour, Palette, gradient, pixel


def curve(shape: Callable[[float], float]) -> list[int]:
    """A table for `Image.point` from a function on 0..1."""
    return [round(min(1.0, max(0.0, shape(v / 255))) * 255) for v in range(256)]


def noise(rng: Random, size: tuple[int, int], cells: tuple[int, int], octaves: int) -> Image.Image:
    """Cloudy greys; `cells` is how many there are across and down."""
    # A third of the size is plenty for something soft, and nine times as quick.
    small = (max(1, size[0] // 3), max(1, size[1] // 3))
    field = Image.new("L", small, 128)
    for octave in range(octaves):
        box = (cells[0] * 2**octave, cells[1] * 2**octave)
        layer = Image.frombytes("L", box, rng.randbytes(box[0] * box[1]))
        layer = layer.resize(small, Image.Resampling.BICUBIC)
        field = layer if octave == 0 else Image.blend(field, layer, 0.5 / (octave + 0.6))
    return field.resize(size, Image.Resampling.BILINEAR)


def soft(image: Image.Image, part: float) -> Image.Image:
    """The picture out of focus by a part of its longer side."""
    return image.filter(ImageFilter.BoxBlur(max(image.size) * part))


def tinted(image: Image.Image, palette: Palette) -> Image.Image:
    """The picture's light and shade in another palette."""
    ramp = gradient((1, 256), sorted(palette, key=sum))
    table = [pixel(ramp, (0, level))[n] for n in range(3) for level in range(256)]
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=0.5)
    return _grey(grey).point(table)


def tilted(image: Image.Image, warmth: float) -> Image.Image:
    """The picture warmer, or colder."""
    gains = (1 + warmth, 1.0, 1 - warmth)
    return image.point([min(255, round(v * gain)) for gain in gains for v in range(256)])


def moved_in(image: Image.Image, rng: Random) -> Image.Image:
    """A slightly closer look at a slightly different place."""
    width, height = image.size
    part = rng.uniform(0.88, 0.95)
    left, top = width * (1 - part) * rng.random(), height * (1 - part) * rng.random()
    box = (left, top, left + width * part, top + height * part)
    return image.resize(image.size, Image.Resampling.BICUBIC, box)


def rippled(image: Image.Image, rng: Random) -> Image.Image:
    """Rows pushed sideways, more and more towards the viewer."""
    out, phase = image.copy(), rng.uniform(0, math.tau)
    for y in range(image.height):
        part = y / image.height
        wave = math.sin(phase + 60 * math.log(1 + 4 * part)) + 0.5 * math.sin(y * 0.9)
        shift = round(wave * (0.5 + part * image.width / 120))
        row = image.crop((0, y, image.width, y + 1))
        out.paste(ImageChops.offset(row, shift, 0) if shift else row, (0, y))
    return out


def grained(image: Image.Image, rng: Random, reach: int) -> Image.Image:
    """Film grain: hides the banding of gradients."""
    grain = Image.frombytes("L", image.size, rng.randbytes(image.width * image.height))
    grain = grain.point([128 + round((level - 127.5) / 127.5 * reach) for level in range(256)])
    return ImageChops.add(image, _grey(grain), 1, -128)


def styled(image: Image.Image, style: str, rng: Random) -> Image.Image:
    """The picture in one of the styles of `motifs`; any other word leaves it as it is."""
    return _PAINTERS[style](image, rng) if style in _PAINTERS else image


def _grey(band: Image.Image) -> Image.Image:
    return Image.merge("RGB", (band, band, band))


def _paper(size: tuple[int, int], rng: Random, tone: Colour) -> Image.Image:
    fibre = noise(rng, size, (60, 60), octaves=3)
    fibre = fibre.point([round(236 + level * 19 / 255) for level in range(256)])
    return ImageChops.multiply(Image.new("RGB", size, tone), _grey(fibre))


def _edges(image: Image.Image) -> Image.Image:
    """Where colours change, bright on black; the frame, which the filter leaves raw, is cleared."""
    red, green, blue = image.filter(ImageFilter.FIND_EDGES).split()
    found = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    inside = found.crop((2, 2, found.width - 2, found.height - 2))
    return ImageOps.expand(inside, border=2, fill=0)


def _ink(image: Image.Image, rng: Random) -> Image.Image:
    """Washes of ink on rice paper, with a red seal."""
    size, unit = image.size, min(image.size)
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    wash = Image.blend(grey, grey.filter(ImageFilter.GaussianBlur(unit / 90)), 0.6)
    cloud = noise(rng, size, (5, 5), octaves=3).point([224 + level // 8 for level in range(256)])
    wash = ImageChops.multiply(wash.point(curve(lambda v: min(1, v * 1.25 + 0.06))), cloud)
    edges = ImageOps.invert(_edges(image).filter(ImageFilter.BoxBlur(1)))
    wash = ImageChops.multiply(wash, edges.point(curve(lambda v: v**2.2)))
    ink = ImageOps.colorize(wash, (22, 24, 30), (255, 255, 255), mid=(120, 124, 128))
    # What is truly coloured stays so: the red sun of an otherwise grey painting.
    strong = image.convert("HSV").getchannel("S").point(curve(lambda v: v * 4 - 1.8))
    ink = Image.composite(Image.blend(ink, image, 0.85), ink, strong)
    ink = ImageChops.multiply(ink, _paper(size, rng, (252, 246, 232)))
    side, x, y = unit // 22, round(size[0] * 0.93), round(size[1] * 0.9)
    ImageDraw.Draw(ink).rounded_rectangle((x - side, y - side, x, y), side // 6, (178, 42, 32))
    return ink


def _pixels(image: Image.Image, rng: Random) -> Image.Image:
    """Large pixels in a small ordered palette."""
    cell = max(2, max(image.size) // 128)
    box = (max(1, image.width // cell), max(1, image.height // cell))
    small = ImageEnhance.Color(
        ImageOps.autocontrast(image, cutoff=1, preserve_tone=True).resize(box, Image.Resampling.BOX)
    ).enhance(1.25)
    small = small.quantize(28, dither=Image.Dither.NONE).convert("RGB")
    return small.resize(image.size, Image.Resampling.NEAREST)


def _watercolour(image: Image.Image, rng: Random) -> Image.Image:
    """Pigment that pools at the edges, on paper that shows at the border."""
    size, unit = image.size, min(image.size)
    half = image.resize((size[0] // 2, size[1] // 2), Image.Resampling.BOX)
    flat = half.filter(ImageFilter.MedianFilter(5))
    edges = _edges(flat).filter(ImageFilter.BoxBlur(1))
    edges = edges.point(curve(lambda v: 1 - min(0.35, v * 1.2)))
    flat = ImageChops.multiply(flat, _grey(edges)).resize(size)
    flat = ImageEnhance.Color(ImageEnhance.Brightness(flat).enhance(1.12)).enhance(1.15)
    pools = noise(rng, size, (6, 6), octaves=4).point([90 + level // 3 for level in range(256)])
    flat = ImageChops.soft_light(flat, _grey(pools))
    wet = Image.new("L", size)
    rim = unit // 22
    ImageDraw.Draw(wet).rectangle((rim, rim, size[0] - rim, size[1] - rim), fill=255)
    wet = ImageChops.add(
        wet.filter(ImageFilter.BoxBlur(rim * 0.8)), noise(rng, size, (14, 14), 3), 1, -128
    )
    wet = wet.point(curve(lambda v: (v - 0.42) * 9))
    paper = _paper(size, rng, (252, 249, 241))
    return ImageChops.multiply(Image.composite(flat, Image.new("RGB", size, "white"), wet), paper)


def _neon(image: Image.Image, rng: Random) -> Image.Image:
    """Glowing contours over a dark, saturated picture."""
    size = image.size
    dark = ImageEnhance.Color(ImageEnhance.Brightness(image).enhance(0.62)).enhance(1.5)
    edges = _edges(image.filter(ImageFilter.BoxBlur(0.7)))
    edges = edges.filter(ImageFilter.MaxFilter(3)).point(curve(lambda v: (v - 0.05) * 3))
    tubes = ImageChops.multiply(
        _grey(edges),
        gradient(size, ((255, 60, 190), (150, 90, 255), (50, 235, 255))),
    )
    halo = soft(tubes.reduce(2), 0.012).resize(size)
    halo = halo.point([min(255, v * 2) for v in range(256)] * 3)
    return ImageChops.screen(ImageChops.screen(dark, halo), tubes)


_PAINTERS = {"ink": _ink, "pixel": _pixels, "watercolour": _watercolour, "neon": _neon}
