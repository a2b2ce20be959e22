"""Surfaces a picture can be made of: clay, marble, metal, wood, cut paper, wool, bricks."""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps, ImageStat

from bot.sandbox.colours import Colour, gradient, pixel, vivid
from bot.sandbox.filters import curve, noise


def edges(image: Image.Image) -> Image.Image:
    """Where colours change, bright on black ("L")."""
    red, green, blue = image.filter(ImageFilter.FIND_EDGES).split()
    found = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    # The filter leaves the frame as it was.
    ImageDraw.Draw(found).rectangle((0, 0, found.width - 1, found.height - 1), outline=0)
    return found


def relief(height: Image.Image, reach: int, gain: float = 1.0) -> Image.Image:
    """How much light falls on a height map ("L") from the upper left; flat ground is 128."""
    towards = ImageChops.offset(height, reach, reach)
    away = ImageChops.offset(height, -reach, -reach)
    light = ImageChops.subtract(away, towards, 2 / gain, 128)
    # What was pushed out on one side has come in on the other.
    ImageDraw.Draw(light).rectangle(
        (0, 0, light.width - 1, light.height - 1), outline=128, width=reach
    )
    return light


def shaded(image: Image.Image, light: Image.Image, strength: float = 1.0) -> Image.Image:
    """The picture with light and shade (128 is neither) added."""
    light = light.point([round(128 + (v - 128) * strength) for v in range(256)])
    return ImageChops.add(image, light.convert("RGB"), 1, -128)


def clay(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Matt, thumbed lumps of modelling clay."""
    unit = max(image.size) / 1024 * scale
    lumps = flattened(image, 5, 2)
    lumps = ImageEnhance.Color(lumps.filter(ImageFilter.GaussianBlur(1.5 * unit))).enhance(1.35)
    grey = ImageOps.autocontrast(lumps.convert("L"), cutoff=1)
    body = grey.filter(ImageFilter.GaussianBlur(5 * unit))
    thumbs = noise(rng, image.size, _cells(image, 26 / scale), octaves=3)
    light = relief(Image.blend(body, thumbs, 0.22), max(1, round(3 * unit)), 2.6)
    grooves = edges(lumps).filter(ImageFilter.BoxBlur(2.5 * unit))
    lumps = ImageChops.multiply(lumps, _rgb(grooves.point(curve(lambda v: 1 - min(0.6, v * 3)))))
    lumps = lumps.point([min(255, round(34 + v * 0.84)) for v in range(256)] * 3)
    return shaded(lumps, light.filter(ImageFilter.GaussianBlur(1.2 * unit)), 0.9)


def marble(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """A relief carved in veined stone, with a breath of the picture's colours."""
    unit = max(image.size) / 1024 * scale
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    body = Image.blend(grey, grey.filter(ImageFilter.GaussianBlur(6 * unit)), 0.6)
    light = relief(body, max(1, round(2 * unit)), 3.2)
    stone = body.point(curve(lambda v: 0.16 + 0.84 * v))
    veins = Image.new("L", image.size, 255)
    for across, thin, depth in ((2.5, 26, 0.5), (4, 50, 0.3), (7, 60, 0.16)):
        field = noise(rng, image.size, _cells(image, across / scale), octaves=2)
        levels = [1 - max(0.0, 1 - abs(v / 255 - 0.5) * thin) * depth for v in range(256)]
        veins = ImageChops.multiply(veins, field.point([round(255 * part) for part in levels]))
    veins = veins.filter(ImageFilter.BoxBlur(unit))
    stone = ImageChops.multiply(stone, veins)
    carved = ImageOps.colorize(stone, (78, 80, 90), (255, 254, 250), mid=(196, 196, 200))
    return shaded(Image.blend(carved, ImageChops.soft_light(carved, image), 0.35), light)


def metal(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Polished metal: a relief with hard reflections, in steel or in the picture's colours."""
    return _cast(image, rng, scale, (24, 28, 36), (150, 158, 172), (250, 252, 255))


def gold(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """The same in gold."""
    return _cast(image, rng, scale, (46, 20, 4), (202, 138, 34), (255, 246, 190))


def bronze(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """The same in bronze, with verdigris in the hollows."""
    return _cast(image, rng, scale, (16, 44, 42), (150, 92, 50), (255, 220, 170))


def wood(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """A carving in grained wood."""
    unit = max(image.size) / 1024 * scale
    grey = ImageOps.autocontrast(flattened(image, 5, 1).convert("L"), cutoff=1)
    body = grey.filter(ImageFilter.GaussianBlur(2 * unit))
    grain = noise(rng, image.size, (5, 90), octaves=2)
    rings = noise(rng, image.size, (2, 9), octaves=2)
    rings = rings.point(curve(lambda v: 0.5 + 0.5 * math.sin(v * 90)))
    plank = Image.blend(grain, rings, 0.4)
    tone = Image.blend(grey.point(curve(lambda v: 0.16 + 0.7 * v)), plank, 0.24)
    carved = ImageOps.colorize(tone, (44, 22, 10), (244, 206, 148), mid=(156, 98, 50))
    carved = Image.blend(carved, ImageChops.soft_light(carved, image), 0.3)
    return shaded(carved, relief(body, max(1, round(2 * unit)), 3.0))


def paper(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Sheets of coloured paper cut out and laid on one another."""
    small, levels = limited(image, 800), 8
    unit = max(small.size) / 1024 * scale
    smooth = flattened(small, 5, 1).filter(ImageFilter.BoxBlur(2 * unit))
    grey = ImageOps.equalize(smooth.convert("L")).filter(ImageFilter.BoxBlur(2 * unit))
    tones, own = _tones(smooth, grey, levels), ImageEnhance.Color(smooth).enhance(1.4)
    collage = Image.blend(Image.new("RGB", small.size, tones[-1]), own, 0.4)
    for level in range(levels - 2, -1, -1):
        edge = 255 * (level + 1) / levels
        cut = grey.point([min(255, max(0, round((edge - v) * 24 + 128))) for v in range(256)])
        shadow = ImageChops.offset(cut, round(4 * unit), round(6 * unit))
        shadow = shadow.filter(ImageFilter.BoxBlur(6 * unit)).point(curve(lambda v: v * 0.6))
        collage.paste((18, 12, 24), (0, 0), shadow)
        collage.paste(
            Image.blend(Image.new("RGB", small.size, tones[level]), own, 0.4), (0, 0), cut
        )
    collage = collage.resize(image.size, Image.Resampling.BICUBIC)
    fibre = noise(rng, image.size, _cells(image, 160), octaves=2)
    return shaded(collage, relief(fibre, 1), 0.35)


def wool(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Knitted stitches."""
    return _tiled(image, rng, max(6, round(max(image.size) / 78 * scale)), _stitch, 0.84)


def bricks(image: Image.Image, rng: Random, scale: float) -> Image.Image:
    """Toy bricks with a stud on each."""
    return _tiled(image, rng, max(8, round(max(image.size) / 56 * scale)), _stud, 1.0)


def _cells(image: Image.Image, across: float) -> tuple[int, int]:
    """Square cells of noise, so many along the longer side."""
    size = max(image.size) / max(1.0, across)
    return max(1, round(image.width / size)), max(1, round(image.height / size))


def _rgb(band: Image.Image) -> Image.Image:
    return band.convert("RGB")


def limited(image: Image.Image, longest: int) -> Image.Image:
    """The picture at most so many pixels a side."""
    part = min(1.0, longest / max(image.size))
    box = (max(1, round(image.width * part)), max(1, round(image.height * part)))
    return image if box == image.size else image.resize(box, Image.Resampling.LANCZOS)


def flattened(image: Image.Image, size: int, times: int) -> Image.Image:
    """The picture in even patches with clean borders."""
    small = limited(image, 400)
    for _ in range(times):
        small = small.filter(ImageFilter.MedianFilter(size))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def _cast(
    image: Image.Image, rng: Random, scale: float, dark: Colour, middle: Colour, bright: Colour
) -> Image.Image:
    unit = max(image.size) / 1024 * scale
    grey = ImageOps.autocontrast(flattened(image, 5, 1).convert("L"), cutoff=1)
    body = Image.blend(grey, grey.filter(ImageFilter.GaussianBlur(5 * unit)), 0.5)
    bumps = noise(rng, image.size, _cells(image, 5 / scale), octaves=2)
    body = Image.blend(body, bumps, 0.2)
    # Polished metal mirrors light and dark in turn as it bends.
    bent = body.point(curve(lambda v: 0.12 + 0.62 * v + 0.2 * math.sin(v * 19)))
    cast = ImageOps.colorize(bent, dark, bright, mid=middle)
    cast = Image.blend(cast, ImageChops.soft_light(cast, image), 0.25)
    return shaded(cast, relief(body, max(1, round(2 * unit)), 3.4))


def _tones(image: Image.Image, grey: Image.Image, levels: int) -> list[Colour]:
    """The mean colour of each level of brightness, the darkest first."""
    box = (min(96, image.width), min(96, image.height))
    small, depth = image.resize(box, Image.Resampling.BOX), grey.resize(box, Image.Resampling.BOX)
    ramp = gradient((1, levels), ((20, 16, 28), (250, 244, 230)))
    found: list[Colour] = []
    for level in range(levels):
        low, high = 255 * level / levels, 255 * (level + 1) / levels
        mask = depth.point([255 if low <= v <= high else 0 for v in range(256)])
        if mask.getbbox():
            red, green, blue = ImageStat.Stat(small, mask).mean
            found.append(vivid((round(red), round(green), round(blue))))
        else:
            found.append(pixel(ramp, (0, level)))
    return found


def _stitch(cell: int) -> Image.Image:
    """One knitted stitch: two slanted loops of wool."""
    tile = Image.new("L", (cell * 4, cell * 4), 52)
    for side in (-1, 1):
        loop = Image.new("L", tile.size)
        w, h = tile.width * 0.2, tile.height * 0.46
        pen, x, y = ImageDraw.Draw(loop), tile.width / 2, tile.height / 2
        pen.ellipse((x - w, y - h, x + w, y + h), fill=255)
        fibre = Image.new("L", tile.size, 138)
        strands = ImageDraw.Draw(fibre)
        for number in range(-4, 5):
            at = x + number * w / 4
            strands.line(
                (at - w * 0.3, y - h, at + w * 0.3, y + h), 112 + number % 2 * 40, cell // 5
            )
        loop = ImageChops.offset(loop.rotate(side * -24), round(side * tile.width * 0.235), 0)
        tile.paste(fibre.rotate(side * -24, fillcolor=128), (0, 0), loop)
    return tile.reduce(4)


def _stud(cell: int) -> Image.Image:
    """One toy brick seen from above."""
    side = cell * 4
    tile = Image.new("L", (side, side), 128)
    pen = ImageDraw.Draw(tile)
    pen.line((0, side, 0, 0, side, 0), 172, side // 16)
    pen.line((0, side - 1, side - 1, side - 1, side - 1, 0), 62, side // 12)
    a, b = side * 0.24, side * 0.76
    shift = side * 0.05
    pen.ellipse((a + shift, a + shift, b + shift, b + shift), 84)
    pen.ellipse((a - shift / 2, a - shift / 2, b - shift / 2, b - shift / 2), 188)
    pen.ellipse((a, a, b, b), 140)
    return tile.filter(ImageFilter.BoxBlur(side / 40)).reduce(4)


def _tiled(
    image: Image.Image,
    rng: Random,
    cell: int,
    tile: Callable[[int], Image.Image],
    high: float,
) -> Image.Image:
    """The picture in cells of one colour each, `high` times as high as wide, with one relief."""
    tall = max(1, round(cell * high))
    across, down = -(-image.width // cell), -(-image.height // tall)
    small = image.resize((across, down), Image.Resampling.BOX)
    small = ImageEnhance.Color(
        ImageOps.autocontrast(small, cutoff=0.5, preserve_tone=True)
    ).enhance(1.2)
    speckle = Image.frombytes("L", small.size, rng.randbytes(across * down))
    small = shaded(small, speckle, 0.08)
    one = tile(cell).resize((cell, tall), Image.Resampling.BICUBIC)
    light = Image.new("L", (across * cell, down * tall))
    for x in range(across):
        light.paste(one, (x * cell, 0))
    row = light.crop((0, 0, light.width, tall))
    for y in range(1, down):
        light.paste(row, (0, y * tall))
    pieces = small.resize(light.size, Image.Resampling.NEAREST)
    # Cells that the picture does not fill are cut off again.
    return shaded(pieces, light).crop((0, 0, *image.size))
