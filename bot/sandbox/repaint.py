"""Repaints the masked part of a picture with what the words of a prompt name."""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from PIL import Image, ImageEnhance, ImageFilter

from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import (
    PALETTES,
    Colour,
    Palette,
    blended,
    gradient,
    mixed,
    palette_of,
    turned_hue,
    vivid,
)
from bot.sandbox.fills import filled
from bot.sandbox.filters import curve, tinted
from bot.sandbox.keywords import named
from bot.sandbox.masks import Box, parts
from bot.sandbox.motifs import MOTIFS, WORDS, read
from bot.sandbox.scene import weather
from bot.sandbox.scenery import city, clouds, forest, mountains, sea, stars
from bot.sandbox.surfaces import in_style
from bot.sandbox.things import ANYTHING, FLOATING, NAMES, put, width_of

_GROUNDS = {
    "mountain": MOTIFS["mountain"],
    "city": MOTIFS["city"],
    "forest": "forest jungle wood woods trees pine bamboo 森林 林 竹",
    "sea": "ocean sea lake river beach wave harbor water 海 湖 江 河 浪 水面",
}
# Words for a time or a place colour all that is around; mere colours belong to the thing named.
_MOODS = {
    "sunset": WORDS["sunset"],
    "night": "night midnight starry space galaxy 夜 星空 宇宙 银河",
    "desert": WORDS["desert"],
    "neon": WORDS["neon"],
}
_COLOURS = ("red", "blue", "green", "purple", "pink", "gold", "grey")
_PLAIN = {
    "white": "white 白",
    "black": "black 黑",
    "orange": "orange ginger 橙 橘",
    "brown": "brown 棕 褐",
}
_TONES: dict[str, Colour] = {
    "white": (246, 243, 238),
    "black": (38, 34, 40),
    "orange": (226, 128, 44),
    "brown": (128, 82, 52),
    "lighthouse": (206, 58, 54),
    "tree": (74, 148, 84),
    "flowers": (232, 92, 128),
    "house": (178, 74, 58),
    "boat": (246, 240, 228),
    "cat": (222, 138, 66),
    "cloud": (250, 244, 240),
    "lantern": (240, 112, 56),
}
_FILLERS = re.compile(
    r"\b(?:add|make|turn|change|paint|colou?r(?:ed)?|it|them|this|that|to|in|into|the|an?|of|and|"
    r"all|be|more|very|bright|dark|light|deep)\b|[^\w]|[\d_变成换改为的色颜把它涂全都更深浅]"
)


def repainted(
    image: Image.Image, mask: Image.Image, prompt: str, rng: Random, index: int
) -> Image.Image:
    """The RGB picture with something new where the mask is; outside it nothing is promised."""
    reading, boxes = read(prompt), parts(mask)
    scene = palette_of(image)
    asked = mixed(reading, rng) if reading.palettes else scene
    if not boxes or (reading.palettes and _only_colours(prompt)):
        return in_style(_recoloured(image, mask, asked, index), reading.style, rng)
    grounds, wanted = named(prompt, _GROUNDS), _things_in(prompt)
    if not (grounds or wanted or reading.motifs - {"moon"}):
        wanted = [ANYTHING[index % len(ANYTHING)]]
    base = filled(image, mask)
    if named(prompt, _MOODS) or (grounds and "snow" in reading.palettes):
        base = _moody(base, mask, asked, rng)
    palette = blended(scene, asked, 0.75)
    for box in boxes if grounds else ():
        ground = _landscape(base.crop(box), grounds, palette, rng, index)
        base.paste(ground, box[:2], _faded(mask, box))
    canvas = Canvas(base, palette, VIEWS[index % 4], rng)
    if "stars" in reading.motifs:
        stars(canvas, 260)
    _place(canvas, boxes, wanted, prompt, index)
    weather(canvas, reading.motifs)
    return in_style(canvas.image, reading.style, rng)


def furnished(image: Image.Image, inside: Box, prompt: str, rng: Random, index: int) -> Image.Image:
    """The RGB picture with the things that a prompt names, if any, put where a box leaves room."""
    canvas = Canvas(image.copy(), palette_of(image), VIEWS[index % 4], rng)
    left, top, right, bottom = inside
    half = canvas.height // 2
    above = [(0, 0, canvas.width, top), (0, 0, left, half), (right, 0, canvas.width, half)]
    below = [
        (0, bottom, canvas.width, canvas.height),
        (0, half, left, canvas.height),
        (right, half, canvas.width, canvas.height),
    ]
    for name in _things_in(prompt):
        room = max(above if name in FLOATING else below, key=_room)
        if _room(room) > canvas.unit / 8:
            _place(canvas, [room], [name], prompt, index)
    weather(canvas, read(prompt).motifs)
    return canvas.image


def _room(box: Box) -> int:
    """How large a thing a box holds."""
    return min(box[2] - box[0], box[3] - box[1])


def _things_in(prompt: str) -> list[str]:
    found = named(prompt, NAMES)
    # Trees in the plural are a forest.
    return [name for name in found if name != "tree" or "forest" not in named(prompt, _GROUNDS)]


def _only_colours(prompt: str) -> bool:
    """Whether a prompt names nothing but colours, so that what is there is to be recoloured."""
    text = prompt.lower().split(" --")[0]
    things = {
        word for table in (MOTIFS, NAMES) for words in table.values() for word in words.split()
    }
    known = {
        word for name, words in WORDS.items() if name in _COLOURS for word in words.split()
    } - things
    for word in known:
        if not word.isascii():
            text = text.replace(word, " ")
    return known.issuperset(_FILLERS.sub(" ", text).split())


def _recoloured(image: Image.Image, mask: Image.Image, palette: Palette, index: int) -> Image.Image:
    """What is there, its light and shade in another palette."""
    bounds = mask.getbbox()
    if bounds is None:
        return image
    palette = Palette(*(turned_hue(colour, VIEWS[index % 4].hue * 1.5) for colour in palette))
    part = image.crop(bounds)
    part = Image.blend(part, tinted(part, palette), 0.9)
    part = Image.blend(part, Image.new("RGB", part.size, vivid(palette.middle)), 0.25)
    part = ImageEnhance.Brightness(part).enhance((1.0, 1.15, 0.85, 1.05)[index % 4])
    image = image.copy()
    image.paste(part, bounds[:2])
    return image


def _moody(image: Image.Image, mask: Image.Image, palette: Palette, rng: Random) -> Image.Image:
    """The masked part under another sky."""
    bounds = mask.getbbox() or (0, 0, *image.size)
    part = image.crop(bounds)
    sky = gradient(part.size, palette[:3])
    cloudy = Canvas(Image.blend(tinted(part, palette), sky, 0.6), palette, VIEWS[0], rng)
    clouds(cloudy, 0.3)
    image.paste(Image.blend(part, cloudy.image, 0.85), bounds[:2], _faded(mask, bounds))
    return image


def _landscape(
    image: Image.Image, grounds: Sequence[str], palette: Palette, rng: Random, index: int
) -> Image.Image:
    """A patch of ground in front of what the patch shows already."""
    horizon = (0.62, 0.7, 0.55, 0.76)[index % 4]
    if "sea" in grounds:
        horizon -= 0.24 if len(grounds) == 1 else 0.06
    canvas = Canvas(image.copy(), palette, replace(VIEWS[index % 4], horizon=horizon), rng)
    if "mountain" in grounds:
        mountains(canvas)
    if "city" in grounds:
        city(canvas)
    if "forest" in grounds:
        forest(canvas)
    if "sea" in grounds:
        sea(canvas, frozenset())
    return canvas.image


def _faded(mask: Image.Image, box: Box) -> Image.Image:
    """A box of the mask that grows inwards over a little way, as a ground rises out of mist."""
    reach = max(1, min(box[2] - box[0], box[3] - box[1]) // 18)
    wide = mask.filter(ImageFilter.BoxBlur(reach)).point(curve(lambda v: v * 2 - 1))
    return wide.crop(box)


def _place(
    canvas: Canvas, boxes: Sequence[Box], wanted: Sequence[str], prompt: str, index: int
) -> None:
    """Puts the things into the boxes: one each, or side by side where there are more things."""
    for number in range(max(len(boxes), len(wanted)) if wanted else 0):
        name = wanted[number % len(wanted)]
        left, top, right, bottom = boxes[number % len(boxes)]
        mates = max(1, -(-(len(wanted) - number % len(boxes)) // len(boxes)))
        width = (right - left) / mates
        left += round(width * (number // len(boxes) % mates))
        size = min(0.92 * (bottom - top), 0.95 * width / width_of(name))
        size *= (1.0, 0.8, 0.9, 0.7)[index % 4]
        room = max(0.0, width - size * width_of(name)) / 2
        x = left + width / 2 + room * (0.0, -0.5, 0.45, 0.7)[index % 4]
        lift = (0.5, 0.35, 0.65, 0.2) if name in FLOATING else (0.04, 0.1, 0.0, 0.16)
        y = bottom - (bottom - top - size) * lift[index % 4]
        put(canvas, name, (x, y), size, _tone(canvas.palette, name, prompt, index))


def _tone(palette: Palette, name: str, prompt: str, index: int) -> Colour:
    """The main colour of a thing: the one its words name, its own, or one that stands out."""
    said = [each for each in read(prompt).palettes if each in _COLOURS]
    if plain := named(prompt, _PLAIN):
        return _TONES[plain[0]]
    if said:
        colour = vivid(PALETTES[said[0]].middle)
    else:
        colour = _TONES.get(name) or vivid(vivid(turned_hue(palette.horizon, 0.5)))
    return turned_hue(colour, (0.0, 0.03, -0.03, 0.06)[index % 4])
