"""Single things on a transparent ground, as stickers, patterns and emblems need them."""

from collections.abc import Mapping
from random import Random

from PIL import Image, ImageChops

from bot.sandbox import faces, icons, things
from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import PALETTES, Colour, Palette, vivid
from bot.sandbox.filters import curve
from bot.sandbox.keywords import named
from bot.sandbox.motifs import read

ANYTHING = ("blossom", "star", "leaf", "butterfly", "heart")  # for words that name nothing we know
_HUES = ("red", "blue", "green", "purple", "pink", "gold", "grey")
_PLAIN = {"white": "white 白", "black": "black 黑", "brown": "brown chocolate 棕 褐"}
_TONES: Mapping[str, Colour] = {
    **faces.TONES,
    **icons.TONES,
    "white": (246, 243, 238),
    "black": (62, 58, 66),
    "brown": (150, 100, 66),
    "tree": (86, 168, 96),
    "person": (84, 112, 176),
    "cloud": (232, 240, 250),
    "bird": (74, 92, 132),
    "boat": (250, 244, 232),
    "sun": (252, 190, 70),
    "moon": (250, 240, 206),
}
_USUAL: Colour = (222, 96, 78)
# Other words for what is among the faces and icons already.
_COVERED = frozenset({"cat", "flowers"})
_THINGS = {name: words for name, words in things.NAMES.items() if name not in _COVERED}
_WIDE = frozenset({"cloud", "bird"})
_DAY = Palette(
    (96, 170, 230),
    (150, 205, 240),
    (226, 240, 246),
    (255, 248, 226),
    (120, 150, 120),
    (70, 66, 78),
)


def names_in(prompt: str) -> list[str]:
    """The things that a prompt names, at most four."""
    prompt = prompt.replace("熊猫", " panda ")  # which is neither a bear nor a cat
    found = [*named(prompt, faces.NAMES), *named(prompt, icons.NAMES), *named(prompt, _THINGS)]
    if len(found) > 1 and "orange" in found:  # the colour, then
        found.remove("orange")
    return found[:4]


def tone_of(name: str, prompt: str) -> Colour:
    """The main colour of a thing: the one that the prompt names, or its own."""
    if plain := named(prompt, _PLAIN):
        return _TONES[plain[0]]
    own = {"orange": "gold", "blossom": "pink", "fish": "gold"}.get(name)
    said = [hue for hue in read(prompt).palettes if hue in _HUES and hue != own]
    return vivid(PALETTES[said[0]].middle) if said else _TONES.get(name, _USUAL)


def stamp(name: str, side: int, tone: Colour, rng: Random) -> Image.Image:
    """A thing as an RGBA picture, trimmed, at most `side` pixels a side."""
    size, seed = (side * 2, side) if name in _WIDE else (side, side), rng.random()
    black, white = (
        _painted(name, size, tone, ground, Random(seed))  # noqa: S311
        for ground in ((0, 0, 0), (255, 255, 255))
    )
    # What hides the ground is the same on black and on white.
    through = ImageChops.difference(white, black).convert("L")
    alpha = through.point([255 - level for level in range(256)])
    cut = Image.merge("RGBa", (*black.split(), alpha)).convert("RGBA")
    # A glow or a shadow is no part of the thing.
    firm = alpha.point(curve(lambda v: (v - 0.45) / 0.45))
    cut.putalpha(firm)
    bounds = firm.getbbox()
    cut = cut.crop(bounds) if bounds else cut
    cut.thumbnail((side, side), Image.Resampling.LANCZOS)
    return cut


def _painted(
    name: str, size: tuple[int, int], tone: Colour, ground: Colour, rng: Random
) -> Image.Image:
    canvas = Canvas(Image.new("RGB", size, ground), _DAY, VIEWS[0], rng)
    # The light comes from one side, wherever the thing will be put.
    canvas.light = (size[0] * 3.0, 0.0)
    if name in faces.NAMES:
        faces.face(canvas, name, tone)
    elif name in icons.NAMES:
        icons.figure(canvas, name, tone)
    else:
        things.put(canvas, name, (size[0] / 2, size[1] * 0.97), size[1] * 0.94, tone)
    return canvas.image
