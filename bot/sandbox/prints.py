"""Finds the print on a piece of clothing."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from bot.sandbox import art
from bot.sandbox.colours import Colour
from bot.sandbox.cutouts import outline
from bot.sandbox.fills import levelled
from bot.sandbox.filters import curve
from bot.sandbox.masks import Box, flat, grown
from bot.sandbox.materials import limited

_SEARCHED = 160  # pixels of the longer side of the copy that is searched
_APART = 44  # how far a print's colours are from the cloth's, at least


def detected(source: Image.Image) -> Image.Image:
    """The print of a T-shirt, cropped from its photograph (RGB); of what has none, the middle."""
    image = flat(source)
    box, _ = _found(image)
    return art.noted(image.crop(box), art.reading_of(source))


def pattern(source: Image.Image) -> Image.Image:
    """The print alone, trimmed, on a transparent ground (RGBA)."""
    image = flat(source)
    box, cloth = _found(image)
    print_ = image.crop(box)
    apart = _distance(print_, cloth).filter(ImageFilter.BoxBlur(1))
    alpha = apart.point(curve(lambda v: (v * 255 - _APART * 0.6) / (_APART * 0.7)))
    edge = alpha.point([255] * 200 + [0] * 56)
    clean = levelled(print_, edge) if edge.histogram()[0] else print_
    clean.putalpha(alpha)
    return art.noted(clean, art.reading_of(source))


def _found(image: Image.Image) -> tuple[Box, Colour]:
    """Where the print of an RGB picture is, and the colour of the cloth around it."""
    small = limited(image, _SEARCHED)
    if min(small.size) < 16:
        return (0, 0, *image.size), (255, 255, 255)
    small = small.filter(ImageFilter.MedianFilter(3))
    garment = outline(small).point([0] * 128 + [255] * 128)
    cloth = _usual(small, garment)
    inside = garment.filter(ImageFilter.MinFilter(7))
    unlike = _distance(small, cloth).point([0] * _APART + [255] * (256 - _APART))
    box = _together(ImageChops.darker(unlike, inside))
    if box is None:
        width, height = small.size
        box = (width // 4, height // 4, width - width // 4, height - height // 4)
    part = (image.width / small.width, image.height / small.height)
    large = (
        int(box[0] * part[0]),
        int(box[1] * part[1]),
        round(box[2] * part[0]),
        round(box[3] * part[1]),
    )
    return grown(large, max(image.size) // 100, image.size), cloth


def _usual(image: Image.Image, mask: Image.Image) -> Colour:
    """The commonest colour under a mask."""
    few = image.quantize(24, dither=Image.Dither.NONE)
    numbers = Image.frombytes("L", few.size, few.tobytes())
    counts = numbers.histogram(mask)
    number = max(range(256), key=lambda n: counts[n])
    where = ImageChops.darker(numbers.point([255 * (n == number) for n in range(256)]), mask)
    red, green, blue = ImageStat.Stat(image, where).mean if where.getbbox() else (255, 255, 255)
    return round(red), round(green), round(blue)


def _distance(image: Image.Image, colour: Colour) -> Image.Image:
    """How far each pixel is from a colour ("L")."""
    bands = ImageChops.difference(image, Image.new("RGB", image.size, colour)).split()
    return ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])


def _together(mask: Image.Image) -> Box | None:
    """The box of the pieces that make up one print: the largest near the middle, and its mates."""
    pieces = sorted(_pieces(mask), reverse=True)
    if not pieces or pieces[0][0] < mask.width * mask.height / 600:
        return None
    most, (left, top, right, bottom) = pieces[0]
    near = max(mask.size) // 6
    for _ in pieces:
        for weight, box in pieces:
            close = (
                box[0] < right + near
                and left < box[2] + near
                and box[1] < bottom + near
                and top < box[3] + near
            )
            if close and weight * 12 > most:
                left, top = min(left, box[0]), min(top, box[1])
                right, bottom = max(right, box[2]), max(bottom, box[3])
    return left, top, right, bottom


def _pieces(mask: Image.Image) -> list[tuple[float, Box]]:
    """The boxes of what hangs together, each with its area; what is far out counts less."""
    joined, found = mask.filter(ImageFilter.MaxFilter(5)), list[tuple[float, Box]]()
    while (spot := joined.getbbox()) and len(found) < 40:
        line = joined.crop((0, spot[1], joined.width, spot[1] + 1)).getbbox() or spot
        ImageDraw.floodfill(joined, (line[0], spot[1]), 128)
        piece = joined.point([255 * (level == 128) for level in range(256)])
        joined = joined.point([255 * (level == 255) for level in range(256)])
        box = ImageChops.darker(mask, piece).getbbox() or spot
        away = abs((box[0] + box[2]) / mask.width - 1) + abs((box[1] + box[3]) / mask.height - 1)
        found.append((piece.histogram()[255] * max(0.1, 1 - away), box))
    return found
