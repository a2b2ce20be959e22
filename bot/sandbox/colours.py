"""Palettes: the six colours a picture is painted in."""

from collections.abc import Sequence
from colorsys import hsv_to_rgb, rgb_to_hsv
from random import Random
from typing import NamedTuple

from PIL import Image

from bot.sandbox.motifs import Reading

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """Six colours from the top of the sky down to the nearest silhouette."""

    top: Colour
    middle: Colour
    horizon: Colour
    light: Colour
    far: Colour
    near: Colour


def _palette(text: str) -> Palette:
    return Palette(*((int(h[:2], 16), int(h[2:4], 16), int(h[4:], 16)) for h in text.split()))


PALETTES = {
    "red": _palette("4a0a1c b01f30 f5714f ffdca8 8a1a2f 26050f"),
    "blue": _palette("0d2260 2f68bd 98cdf2 fff6dd 4474b8 0a1738"),
    "green": _palette("1f5a45 62a86b dcecb0 fffbd2 4a8c5c 0d2e1e"),
    "purple": _palette("2a1250 6d3bb0 e2a6e6 fff0d9 5f389a 190a2f"),
    "pink": _palette("7b83cf eca7c6 ffdccf fff6e6 b683ad 40294f"),
    "gold": _palette("7a4520 dd983c f9dd92 fff6d2 b0652c 36190c"),
    "grey": _palette("3d454d 8b959c d5d9d8 fbf8ee 78828a 1b2025"),
    "sunset": _palette("2b1e5c b8487d ff9d5c ffe8ae 77386f 1d1133"),
    "night": _palette("040918 132552 44599a f6f0cd 20336a 040714"),
    "forest": _palette("2a6a5e 7bb492 e6efbf fffad6 4b8d74 0a2a20"),
    "ocean": _palette("0b4f78 38a0bb c9ece2 fff3cf 3287a3 052a3d"),
    "snow": _palette("6f9ac4 b4d0e9 f3f1ee fffaea 93afcf 27405f"),
    "desert": _palette("3f7ca6 e3b98f fadfae fff6d8 d08a50 662d15"),
    "neon": _palette("090322 3a0a78 e0219a 5ff4ff 501690 08021c"),
}
INK = _palette("f3eee0 eee8d9 f8f4e9 fffaf0 8b9193 101318")


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """The first colour with `part` (0..1) of the other."""
    r, g, b = (round(x + (y - x) * part) for x, y in zip(one, other, strict=True))
    return r, g, b


def blended(one: Palette, other: Palette, part: float) -> Palette:
    """The first palette with `part` (0..1) of the other."""
    return Palette(*(mix(x, y, part) for x, y in zip(one, other, strict=True)))


def mixed(reading: Reading, rng: Random) -> Palette:
    """The palette that the words ask for, or a pleasant one."""
    names = list(reading.palettes)
    if not names:
        pleasant = ["sunset", "ocean", "pink", "forest", "purple", "gold", "blue"]
        names = ["night" if "city" in reading.motifs else rng.choice(pleasant)]
    palette = PALETTES[names[0]]
    for name in names[1:]:
        # The first word keeps the sky and the next one tints the ground: an even mix turns grey.
        ground = blended(palette, PALETTES[name], 0.5)
        palette = blended(palette, PALETTES[name], 0.12)._replace(far=ground.far, near=ground.near)
    if reading.style == "ink":
        return blended(INK, palette, 0.08)
    if reading.style == "watercolour":
        return Palette(*(mix(colour, (255, 255, 255), 0.2) for colour in palette))
    return palette


def vivid(colour: Colour) -> Colour:
    """A little brighter and more colourful."""
    grey = sum(colour) / 3
    r, g, b = (min(255, max(0, round(grey + (c - grey) * 1.25 + 12))) for c in colour)
    return r, g, b


def turned_hue(colour: Colour, part: float) -> Colour:
    """Further round the colour circle, 1 being once around."""
    hue, saturation, value = rgb_to_hsv(*(c / 255 for c in colour))
    r, g, b = (round(c * 255) for c in hsv_to_rgb((hue + part) % 1, saturation, value))
    return r, g, b


def pixel(image: Image.Image, at: tuple[int, int]) -> Colour:
    """One pixel of an RGB picture."""
    value = image.getpixel(at)
    return (value[0], value[1], value[2]) if isinstance(value, tuple) else (0, 0, 0)


def palette_of(image: Image.Image) -> Palette:
    """The palette a picture seems to be painted in."""
    # Only the left margin: a sun or a subject in the middle would wash the sky out.
    margin = image.crop((0, 0, max(1, image.width // 7), image.height))
    rows = margin.resize((1, 8), Image.Resampling.BOX)
    top, middle, horizon = (vivid(pixel(rows, (0, y))) for y in (0, 2, 3))
    few = image.resize((64, 64), Image.Resampling.BOX).quantize(10).convert("RGB")
    colours = [colour for _, colour in few.getcolors(4096) or [] if isinstance(colour, tuple)]
    ordered = sorted(((r, g, b) for r, g, b in colours), key=sum)
    near, light = ordered[0], mix(ordered[-1], (255, 255, 255), 0.4)
    return Palette(top, middle, horizon, light, mix(horizon, near, 0.45), near)


def gradient(size: tuple[int, int], stops: Sequence[Colour]) -> Image.Image:
    """Colours that run into one another from top to bottom."""
    column = Image.new("RGB", (1, len(stops)))
    for y, colour in enumerate(stops):
        column.putpixel((0, y), colour)
    # The box starts and ends in the middle of a stop, where its colour is pure.
    box = (0, 0.5, 1, len(stops) - 0.5)
    return column.resize(size, Image.Resampling.BILINEAR, box)
