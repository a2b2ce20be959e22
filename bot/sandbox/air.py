"""What is in the air of a moving picture: a veil of cloud or mist, motes, glints, snow, rain."""

import math
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.sandbox.filters import curve, noise
from bot.sandbox.motifs import Reading
from bot.sandbox.shapes import Point

_MARGIN = 0.06  # how far outside a speck leaves the frame before it enters again


@dataclass(frozen=True)
class Speck:
    """A small light: places are parts of the picture's sides, speeds parts a clip.

    A `tied` one belongs to the picture and stays where it is, as a star does.
    """

    x: float
    y: float
    dx: float
    dy: float
    size: int
    shape: str
    bright: float
    beats: int
    phase: float
    tied: bool = False

    def at(self, part: float) -> Point:
        """Its place after a part of the clip."""
        if self.tied:
            return self.x, self.y
        wobble = 0.012 * math.sin(math.tau * (2 * part + self.phase))
        around = 1 + 2 * _MARGIN
        x = (self.x + self.dx * part + wobble + _MARGIN) % around - _MARGIN
        y = (self.y + self.dy * part + _MARGIN) % around - _MARGIN
        return x, y

    def level(self, part: float) -> float:
        """Its brightness, 0..1."""
        wave = math.sin(math.tau * (self.beats * part + self.phase)) if self.beats else 1.0
        return self.bright * (0.5 + 0.5 * wave)

    def sprite(self, level: float) -> Image.Image:
        """Its mask."""
        return _sprite(self.shape, self.size, round(level * 255))


@lru_cache(maxsize=512)
def _sprite(shape: str, size: int, level: int) -> Image.Image:
    if shape == "block":
        return Image.new("L", (size, size), level)
    if shape == "streak":
        mask = Image.new("L", (size // 3 + 3, size + 2))
        ImageDraw.Draw(mask).line((1, 1, size // 4 + 1, size), level, width=1 + size // 40)
        return mask
    side = size * 6 + 1
    mask = Image.new("L", (side, side))
    middle = side // 2
    ImageDraw.Draw(mask).ellipse((middle - size, middle - size, middle + size, middle + size), 255)
    if shape == "glow":
        core = mask.filter(ImageFilter.GaussianBlur(size * 0.35))
        mask = ImageChops.add(core, mask.filter(ImageFilter.GaussianBlur(size)))
    else:
        mask = mask.filter(ImageFilter.GaussianBlur(size * 0.35))
    return mask.point([round(value * level / 255) for value in range(256)])


def specks(
    still: Image.Image, reading: Reading, rng: Random, reach: float, line: float
) -> list[Speck]:
    """All that falls, floats and glints in a picture, more and quicker the further `reach` is.

    `line` is the height at which water begins, in 0..1.
    """
    if "snow" in reading.motifs:
        found = [_flake(still, reading, rng, reach) for _ in range(110)]
    elif "rain" in reading.motifs:
        found = [_drop(still, rng, reach) for _ in range(110)]
    else:
        found = [_mote(still, reading, rng, reach) for _ in range(round(16 * reach))]
    return found + _glints(still, reading, rng, line)


def _mote(still: Image.Image, reading: Reading, rng: Random, reach: float) -> Speck:
    size = _wide(still, reading, rng.choice((0.003, 0.004, 0.007)))
    aside, rise = rng.uniform(-0.08, 0.08) * reach, -rng.uniform(0.05, 0.2) * reach
    shape, bright = _round(reading, "glow"), rng.uniform(0.35, 0.8)
    place = (rng.random(), rng.random(), aside, rise)
    return Speck(*place, size, shape, bright, rng.randint(1, 3), rng.random())


def _flake(still: Image.Image, reading: Reading, rng: Random, reach: float) -> Speck:
    near = rng.random() ** 2
    size = _wide(still, reading, 0.0022 + 0.005 * near)
    aside, fall = rng.uniform(-0.15, 0.15) * reach, (0.5 + near) * reach
    place = (rng.random(), rng.random(), aside, fall)
    return Speck(*place, size, _round(reading, "disc"), 0.85, 0, rng.random())


def _drop(still: Image.Image, rng: Random, reach: float) -> Speck:
    near = rng.random()
    fall = (5 + 3 * near) * reach**0.5
    # The wind blows along the streak: as many pixels aside for as many down.
    aside = fall * 0.25 * still.height / still.width
    size = round(min(still.size) * (0.03 + 0.05 * near))
    return Speck(rng.random(), rng.random(), aside, fall, size, "streak", 0.4, 0, 0)


def _glints(still: Image.Image, reading: Reading, rng: Random, line: float) -> list[Speck]:
    """Twinkling stars, windows and water, where the picture is brightest."""
    spans = {"stars": (0.02, 0.5), "city": (line - 0.3, line - 0.03), "sea": (line + 0.03, 0.98)}
    size, shape = _wide(still, reading, 0.0035), _round(reading, "glow")
    grey = still.convert("L")

    def light(place: Point) -> float:
        value = grey.getpixel((int(place[0] * grey.width), int(place[1] * grey.height)))
        return value if isinstance(value, int | float) else 0.0

    found = []
    for top, bottom in (span for motif, span in spans.items() if motif in reading.motifs):
        places = [(rng.uniform(0.02, 0.98), rng.uniform(top, bottom)) for _ in range(160)]
        for x, y in sorted(places, key=light)[-22:]:
            beats, phase = rng.randint(3, 7), rng.random()
            found.append(Speck(x, y, 0, 0, size, shape, 0.9, beats, phase, tied=True))
    return found


def _round(reading: Reading, shape: str) -> str:
    return "block" if reading.style == "pixel" else shape


def _wide(still: Image.Image, reading: Reading, part: float) -> int:
    if reading.style == "pixel":
        return max(2, max(still.size) // 128)  # as in that style's filter
    return max(1, round(min(still.size) * part))


def veil(size: tuple[int, int], reading: Reading, rng: Random) -> Image.Image:
    """Clouds above, or mist between trees: a mask three times as wide that has no seam."""
    low = "forest" in reading.motifs
    middle, reach, opacity = (0.62, 2.6, 0.3) if low else (0.25, 1.9, 0.3)
    field = noise(rng, size, (4, 5), octaves=3).point(curve(lambda v: (v - 0.42) * 2 * opacity))
    fade = Image.linear_gradient("L").resize(size)
    field = ImageChops.multiply(field, fade.point(curve(lambda v: 1 - abs(v - middle) * reach)))
    if reading.style == "pixel":
        cell = max(2, max(size) // 128)
        field = field.reduce(cell).resize(size, Image.Resampling.NEAREST)
    wide = Image.new("L", (size[0] * 3, size[1]))
    wide.paste(field, (0, 0))
    wide.paste(ImageOps.mirror(field), (size[0], 0))
    wide.paste(field, (size[0] * 2, 0))
    return wide


def halo(side: int) -> Image.Image:
    """The mask of a soft round light."""
    light = Image.radial_gradient("L").point(curve(lambda v: max(0.0, 1 - v) ** 2.4))
    return light.resize((side, side), Image.Resampling.BILINEAR)
