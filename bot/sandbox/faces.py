"""Faces of animals, flat and friendly, for stickers, patterns and emblems."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.canvas import Canvas
from bot.sandbox.colours import Colour, mix
from bot.sandbox.pens import DARK, WHITE, Pen
from bot.sandbox.shapes import ellipse, points, spline

NAMES = {
    "panda": "panda",
    "cat": "cat kitten kitty feline 猫",
    "dog": "dog puppy corgi shiba poodle hound 狗 犬 柯基 柴犬",
    "fox": "fox 狐",
    "rabbit": "rabbit bunny hare 兔",
    "bear": "bear teddy 熊",
    "tiger": "tiger 虎",
    "pig": "pig piglet 猪",
}
TONES: Mapping[str, Colour] = {
    "panda": (250, 248, 244),
    "cat": (238, 164, 92),
    "dog": (226, 168, 104),
    "fox": (232, 112, 48),
    "rabbit": (240, 226, 222),
    "bear": (166, 112, 72),
    "tiger": (246, 156, 52),
    "pig": (246, 176, 178),
}


@dataclass(frozen=True)
class _Face:
    ears: Literal["pointed", "floppy", "round", "long"]
    muzzle: Colour = (255, 248, 238)
    dark: Colour = (0, 0, 0)  # of the ears' inside, of patches and stripes
    marks: Literal["", "eyes", "cheeks", "stripes", "snout"] = ""


_FACES: Mapping[str, _Face] = {
    "panda": _Face("round", dark=(44, 42, 46), marks="eyes"),
    "cat": _Face("pointed", dark=(248, 176, 168), marks="stripes"),
    "dog": _Face("floppy", dark=(150, 96, 58)),
    "fox": _Face("pointed", dark=(60, 40, 40), marks="cheeks"),
    "rabbit": _Face("long", dark=(248, 178, 186)),
    "bear": _Face("round", (232, 200, 162), (212, 160, 118)),
    "tiger": _Face("round", dark=(58, 40, 32), marks="stripes"),
    "pig": _Face("pointed", (232, 140, 148), (232, 140, 148), "snout"),
}


def face(canvas: Canvas, name: str, tone: Colour) -> None:
    """Paints a face into the middle of a square canvas, in a main colour."""
    pen, kind = Pen(canvas), _FACES[name]
    _ears(pen, kind, tone)
    head = ellipse((0, 0.18), 0.82, 0.7, 96)
    pen.fill([head], mix(tone, WHITE, 0.1), mix(tone, DARK, 0.06))
    if kind.marks == "stripes":
        stripe = mix(tone, DARK, 0.5)
        for x, long in ((-0.2, 0.2), (0.0, 0.28), (0.2, 0.2)):
            pen.fill([[(x - 0.05, -0.52), (x + 0.05, -0.52), (x, -0.5 + long)]], stripe)
        pen.pair(points("-.82,.12 -.55,.16 -.82,.22"), stripe)
        pen.pair(points("-.8,.32 -.55,.32 -.78,.42"), stripe)
    elif kind.marks == "eyes":
        pen.pair(
            [(-0.36 + x * 0.9 - y * 0.3, 0.08 + y) for x, y in ellipse((0, 0), 0.2, 0.24)],
            kind.dark,
        )
    elif kind.marks == "cheeks":
        jaw = [(0.82 * math.cos(t), 0.18 + 0.7 * math.sin(t)) for t in _turns(0.06, math.pi - 0.06)]
        pen.fill([[*jaw, *points("-.5,.16 -.2,.26 0,.2 .2,.26 .5,.16")]], kind.muzzle)
    if kind.marks == "snout":
        pen.disc((0, 0.34), 0.3, 0.2, kind.muzzle)
        pen.pair(ellipse((-0.1, 0.34), 0.05, 0.08), mix(kind.muzzle, DARK, 0.5))
    elif kind.marks != "cheeks":
        pen.disc((0, 0.44), 0.32, 0.24, kind.muzzle)
    _features(pen, kind)


def _ears(pen: Pen, face: _Face, tone: Colour) -> None:
    if face.ears == "pointed":
        pen.pair(points("-.79,.05 -.82,-.4 -.78,-.84 -.73,-.87 -.46,-.68 -.2,-.44"), tone)
        pen.pair(points("-.66,-.16 -.67,-.66 -.34,-.4"), face.dark)
    elif face.ears == "round":
        outer = face.dark if face.marks == "eyes" else tone
        pen.pair(ellipse((-0.58, -0.46), 0.29, 0.29), outer)
        pen.pair(ellipse((-0.58, -0.44), 0.16, 0.16), face.dark)
    elif face.ears == "long":
        pen.pair([(-0.32 + x + y * 0.12, -0.5 + y) for x, y in ellipse((0, 0), 0.19, 0.46)], tone)
        pen.pair(
            [(-0.32 + x + y * 0.12, -0.5 + y) for x, y in ellipse((0, 0), 0.1, 0.36)], face.dark
        )
    else:
        # Behind the head; what hangs down shows at its sides.
        pen.pair(
            spline(points("-.4,-.56 -.7,-.6 -.96,-.2 -1,.3 -.84,.5 -.66,.3 -.6,-.1 -.4,-.56")),
            face.dark,
        )


def _features(pen: Pen, face: _Face) -> None:
    """Eyes, cheeks, nose and mouth."""
    pen.pair(ellipse((-0.36, 0.12), 0.1, 0.125), DARK)
    for x in (-0.33, 0.39):
        pen.disc((x, 0.07), 0.038, 0.042, WHITE)
    pen.pair(ellipse((-0.58, 0.36), 0.12, 0.075), (250, 150, 150))
    if face.marks == "snout":
        return
    pen.fill([spline(points("-.11,.3 0,.28 .11,.3 0,.41 0,.41 -.11,.3"))], DARK)
    for side in (-1, 1):
        arc = [
            (side * (0.1 - 0.1 * math.cos(t)), 0.42 + 0.11 * math.sin(t))
            for t in _turns(0, math.pi)
        ]
        inner = [(side * 0.1 + (x - side * 0.1) * 0.72, 0.42 + (y - 0.42) * 0.72) for x, y in arc]
        pen.fill([[*arc, *reversed(inner)]], DARK)


def _turns(start: float, end: float) -> list[float]:
    """Angles from one to another, in sixteen steps."""
    return [start + (end - start) * n / 16 for n in range(17)]
