"""A still picture set in motion: where the camera goes, what sways, and what drifts in the air.

Pure, synchronous and deterministic, frame by frame; `clips` makes files of the frames.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from random import Random
from typing import Literal

from PIL import Image, ImageChops, ImageOps, ImageStat

from bot.sandbox.air import Speck, halo, specks, veil
from bot.sandbox.camera import MOVES, Shot, shot
from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import palette_of
from bot.sandbox.filters import curve, noise
from bot.sandbox.findings import brightest, waterline
from bot.sandbox.motifs import Reading
from bot.sandbox.shapes import Point

Motion = Literal["low", "high"]

_REACH = {"low": 1.0, "high": 2.4}
_FINE = 3  # odd: a picture at rest is then sampled at the middles of its pixels
_COLUMNS, _ROWS, _WET_ROWS = 6, 10, 16


@dataclass(frozen=True)
class Sway:
    """A wave that runs through a picture: fully felt at the height `full`, not at all at `none`."""

    none: float
    full: float
    reach: float
    across: float
    down: float
    beats: int


_AIR = Sway(0.75, 0.0, 0.003, 1.0, 0.7, 1)
_LEAVES = Sway(1.0, 0.3, 0.004, 1.6, 0.5, 3)


class Footage:
    """One picture in motion. Whatever moves but the camera is at rest as a clip begins and ends."""

    def __init__(
        self, still: Image.Image, reading: Reading, rng: Random, index: int, motion: Motion
    ) -> None:
        self._still, self._reach = still, _REACH[motion]
        sharp = reading.style == "pixel"
        fine = (still.width * _FINE, still.height * _FINE)
        # Nearest pixels of a finer picture: half the time of bilinear ones, and no blur.
        method = Image.Resampling.NEAREST if sharp else Image.Resampling.LANCZOS
        self._fine = still.resize(fine, method)
        self._move, self._light = MOVES[index % 4], brightest(still)
        self._canvas = Canvas(still, palette_of(still), VIEWS[index % 4], rng)
        self._line = waterline(still) if reading.motifs & {"sea", "city"} else 1.0
        self._sways = _sways(reading, self._line)
        self._veil = veil(still.size, reading, rng)
        self._wind = (0.1, -0.16, 0.22, -0.07)[index % 4] * self._reach
        self._specks = specks(still, reading, rng, self._reach, self._line)
        self._birds = [rng.random() for _ in range(7)] if "birds" in reading.motifs else []
        # On white paper, light would not be seen.
        self._pale = ImageStat.Stat(still.convert("L")).mean[0] > 178
        palette = self._canvas.palette
        self._tone = palette.far if self._pale else palette.light
        self._halo = halo(round(self._canvas.unit * 0.8))

    @cached_property
    def spread(self) -> Image.Image:
        """Where the picture shows first (dark) and last as it takes another one's place."""
        return ImageOps.autocontrast(noise(self._canvas.rng, self._still.size, (5, 4), octaves=4))

    def frame(self, part: float, travel: float) -> Image.Image:
        """The picture after a `part` of the clip's time and a part of the camera's way (0..1)."""
        alive = _eased(min(1.0, part * 6, (1 - part) * 6))
        if not alive and not travel:
            return self._still.copy()
        aspect = self._still.width / self._still.height
        seen = shot(self._move, travel * self._reach, self._light, aspect)
        self._canvas.image = self._warped(seen, part, alive)
        if alive:
            self._canvas.image.paste(self._tone, (0, 0), self._air(seen, part, alive))
            self._fly(part)
        return self._canvas.image

    def _warped(self, seen: Shot, part: float, alive: float) -> Image.Image:
        wide, high = self._still.size
        line = min(max(round(seen.place(0.5, self._line)[1] * high), 0), high)
        xs = [wide * n // _COLUMNS for n in range(_COLUMNS + 1)]
        # Finer rows below the waterline: the ripples of water are narrow.
        ys = {line * n // _ROWS for n in range(_ROWS + 1)}
        ys |= {line + (high - line) * n // _WET_ROWS for n in range(_WET_ROWS + 1)}
        knots = [
            (y, [self._source(seen.source(x / wide, y / high), part, alive) for x in xs])
            for y in sorted(ys)
        ]
        mesh = [
            ((xs[n], top, xs[n + 1], foot), (*one[n], *other[n], *other[n + 1], *one[n + 1]))
            for (top, one), (foot, other) in pairwise(knots)
            for n in range(_COLUMNS)
        ]
        return self._fine.transform((wide, high), Image.Transform.MESH, mesh)

    def _source(self, at: Point, part: float, alive: float) -> Point:
        """The pixel of the fine picture that has swayed to a place (0..1)."""
        wide, high = self._fine.size
        x, y = at[0] * wide, at[1] * high
        strength = alive * self._reach**0.7 * min(wide, high)
        for sway in self._sways:
            felt = (at[1] - sway.none) / (sway.full - sway.none)
            if felt > 0:
                cycles = sway.across * at[0] + sway.down * at[1] - sway.beats * part
                x += felt * sway.reach * strength * math.sin(math.tau * cycles)
                y += felt * sway.reach * strength * math.cos(math.tau * cycles) * 0.35
        return min(max(x, 0.0), wide), min(max(y, 0.0), high)

    def _air(self, seen: Shot, part: float, alive: float) -> Image.Image:
        """How much of the air's tone covers each pixel."""
        wide, high = self._still.size
        offset = round(part * self._wind * wide) % (2 * wide)
        drifted = self._veil.crop((offset, 0, offset + wide, high))
        air = drifted.point([round(level * alive) for level in range(256)])
        pulse = 0.55 + 0.45 * math.sin(math.tau * (1 + self._reach) * part)
        if not self._pale:
            _lighten(air, self._halo, seen.place(*self._light), 0.3 * alive * pulse)
        for speck in self._specks:
            _sprinkle(air, speck, seen, part, alive)
        return air

    def _fly(self, part: float) -> None:
        """A flock that enters and leaves within the clip."""
        canvas = self._canvas
        for number, chance in enumerate(self._birds):
            size = canvas.unit * (0.014 + 0.014 * chance)
            x = canvas.width * (part * 1.6 - 0.1 - 0.04 * number - 0.08 * chance)
            sway = math.sin(math.tau * (part * 2 + chance))
            y = canvas.height * (0.3 - 0.12 * part + 0.03 * ((number % 3) + sway * 0.4))
            lift = 0.75 * math.sin(math.tau * (part * 9 + chance * 3))
            wings = [(-1, -lift), (-0.4, -lift * 0.7 - 0.1), (0, 0), (0.4, -lift * 0.7 - 0.1)]
            under = [(1, -lift), (0.35, -lift * 0.5 + 0.16), (0, 0.3), (-0.35, -lift * 0.5 + 0.16)]
            canvas.fill([canvas.placed([*wings, *under], (x, y), size)], canvas.palette.near)


def filmed(
    first: Footage, count: int, *, loop: bool = False, last: Footage | None = None
) -> Iterator[Image.Image]:
    """`count` frames: the way there; with `loop` also back; with `last` the way into that one."""
    for number in range(count):
        part = number / (count - 1)
        way = math.sin(math.pi * part) ** 2 if loop and not last else _eased(part)
        # From a quarter of the time on, one picture seeps into the other.
        mixed = _eased(min(1.0, max(0.0, part * 2 - 0.5)))
        if last is None or not mixed:
            yield first.frame(part, round(way, 6))
        elif mixed == 1:
            yield last.frame(part, 1 - way)
        else:
            one, other = first.frame(part, way), last.frame(part, 1 - way)
            yield Image.composite(other, one, last.spread.point(_threshold(mixed)))


def _sways(reading: Reading, line: float) -> list[Sway]:
    found = [] if "city" in reading.motifs else [_AIR]
    if "forest" in reading.motifs:
        found.append(_LEAVES)
    if line < 1:
        found.append(Sway(line, 1.0, 0.007, 0.8, 2.6 / (1 - line), 5))
    return found


def _sprinkle(air: Image.Image, speck: Speck, seen: Shot, part: float, alive: float) -> None:
    level = round(speck.level(part) * alive * 12) / 12
    if level:
        place = speck.at(part)
        x, y = seen.place(*place) if speck.tied else place
        sprite = speck.sprite(level)
        left, top = x * air.width - sprite.width / 2, y * air.height - sprite.height / 2
        air.paste(255, (round(left), round(top)), sprite)


def _lighten(air: Image.Image, halo: Image.Image, at: Point, strength: float) -> None:
    left = round(at[0] * air.width - halo.width / 2)
    top = round(at[1] * air.height - halo.height / 2)
    box = (left, top, left + halo.width, top + halo.height)
    lit = halo.point([round(level * strength) for level in range(256)])
    air.paste(ImageChops.screen(air.crop(box), lit), box)


def _threshold(part: float) -> list[int]:
    return curve(lambda v: (part * 1.5 - v) / 0.5)


def _eased(part: float) -> float:
    return part * part * (3 - 2 * part)
