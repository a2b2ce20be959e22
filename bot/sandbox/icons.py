"""Small flat figures for stickers, patterns and emblems: flowers, fruit, a cup, a heart."""

import math
from collections.abc import Callable, Mapping, Sequence

from bot.sandbox.canvas import Canvas
from bot.sandbox.colours import Colour, mix
from bot.sandbox.pens import DARK, WHITE, Pen
from bot.sandbox.shapes import Point, ellipse, points, spline

NAMES = {
    "strawberry": "strawberry berry 草莓",
    "orange": "orange lemon citrus tangerine 橙子 柠檬 橘子 桔",
    "mushroom": "mushroom 蘑菇",
    "coffee": "coffee cup mug tea cafe cappuccino 咖啡 杯 茶",
    "butterfly": "butterfly moth 蝴蝶",
    "fish": "fish goldfish koi whale 鱼 锦鲤 鲸",
    "heart": "heart love valentine 爱心 心形 情人节",
    "star": "star stars 星",
    "leaf": "leaf leaves tropical plant fern botanical eucalyptus 叶 植物 热带",
    "blossom": "blossom sakura daisy flower floral rose lotus peony 花 樱 莲 牡丹 玫瑰",
}
TONES: Mapping[str, Colour] = {
    "strawberry": (226, 56, 66),
    "orange": (248, 158, 44),
    "mushroom": (214, 62, 56),
    "coffee": (244, 238, 228),
    "butterfly": (102, 126, 222),
    "fish": (240, 112, 62),
    "heart": (232, 72, 98),
    "star": (252, 200, 68),
    "leaf": (72, 152, 96),
    "blossom": (240, 138, 164),
}


def figure(canvas: Canvas, name: str, tone: Colour) -> None:
    """Paints a figure into the middle of a square canvas, in a main colour."""
    _FIGURES[name](Pen(canvas), tone)


def _strawberry(pen: Pen, tone: Colour) -> None:
    body = points("0,.95 -.45,.6 -.75,.05 -.62,-.4 -.2,-.48 0,-.42")
    shape = spline([*body, *((-x, y) for x, y in reversed(body))])
    pen.fill([shape], mix(tone, WHITE, 0.12), mix(tone, DARK, 0.12))
    for row, count in ((-0.18, 4), (0.1, 5), (0.38, 4), (0.64, 3)):
        for n in range(count):
            x = (n - (count - 1) / 2) * 0.28
            pen.disc((x, row), 0.035, 0.055, (255, 226, 140))
    leaf = points("0,-.2 -.12,-.4 -.5,-.34 -.7,-.5 -.4,-.62 -.12,-.6 0,-.95 0,-.95")
    pen.pair(spline(leaf), (84, 156, 72))


def _orange(pen: Pen, tone: Colour) -> None:
    pen.disc((0, 0), 0.92, 0.92, tone)
    pen.disc((0, 0), 0.8, 0.8, (255, 246, 224))
    for n in range(8):
        turn = (n + 0.5) * math.tau / 8
        wedge = [(0.1, 0.0), (0.66, -0.24), (0.73, 0.0), (0.66, 0.24)]
        pen.fill([_turned(spline([*wedge, wedge[0]]), turn)], mix(tone, WHITE, 0.18))
    pen.pair(spline(points("0,-.86 -.1,-1.05 -.02,-.86 0,-.86")), (84, 156, 72))


def _mushroom(pen: Pen, tone: Colour) -> None:
    stem = points("-.24,.1 -.26,.6 -.34,.9 0,.97")
    pen.fill(
        [spline([*stem, *((-x, y) for x, y in reversed(stem))])], (252, 240, 218), (226, 204, 172)
    )
    cap = points("-.95,.2 -.95,.2 -.86,-.3 -.45,-.82 0,-.92")
    pen.fill([spline([*cap, *((-x, y) for x, y in reversed(cap))])], mix(tone, WHITE, 0.12), tone)
    for at, size in (
        ((-0.5, -0.2), 0.17),
        ((0.02, -0.5), 0.2),
        ((0.52, -0.12), 0.15),
        ((0.04, 0.04), 0.1),
    ):
        pen.disc(at, size, size * 0.9, (255, 250, 242))


def _coffee(pen: Pen, tone: Colour) -> None:
    pen.disc((0, 0.82), 0.92, 0.14, mix(tone, DARK, 0.22))
    pen.disc((0.62, 0.22), 0.32, 0.3, mix(tone, DARK, 0.1))
    pen.disc((0.62, 0.22), 0.18, 0.17, mix(tone, DARK, 0.45))
    body = points("-.72,-.12 -.72,-.12 -.66,.4 -.36,.82 0,.86")
    pen.fill([spline([*body, *((-x, y) for x, y in reversed(body))])], tone, mix(tone, DARK, 0.16))
    pen.disc((0, -0.12), 0.72, 0.16, mix(tone, DARK, 0.1))
    pen.disc((0, -0.1), 0.64, 0.12, (112, 68, 42))
    pen.disc((0, -0.1), 0.3, 0.06, (214, 168, 118))
    for x in (-0.3, 0.0, 0.3):
        line = [(x + 0.07 * math.sin(t * 5), -0.36 - t * 0.5) for t in (n / 12 for n in range(13))]
        steam = [*((a - 0.035, b) for a, b in line), *((a + 0.035, b) for a, b in reversed(line))]
        pen.fill([steam], (222, 214, 208))


def _butterfly(pen: Pen, tone: Colour) -> None:
    pen.pair(spline(points("0,-.1 -.3,-.7 -.8,-.86 -.98,-.5 -.7,-.05 0,.06 0,.06 0,-.1")), tone)
    pen.pair(
        spline(points("0,0 -.6,.08 -.76,.44 -.5,.82 -.2,.6 0,.2 0,.2 0,0")), mix(tone, DARK, 0.2)
    )
    pen.pair(ellipse((-0.66, -0.5), 0.16, 0.18), mix(tone, WHITE, 0.65))
    pen.pair(ellipse((-0.46, 0.42), 0.12, 0.14), mix(tone, (255, 220, 120), 0.7))
    pen.disc((0, 0), 0.06, 0.42, DARK)
    pen.pair(spline(points("0,-.36 -.14,-.7 -.3,-.82 -.26,-.78 -.1,-.62 .02,-.36")), DARK)


def _fish(pen: Pen, tone: Colour) -> None:
    pen.fill(
        [spline(points(".4,0 .62,-.12 .98,-.46 .98,-.46 .86,0 .98,.46 .98,.46 .62,.12 .4,0"))],
        mix(tone, DARK, 0.12),
    )
    pen.fill([spline(points("-.1,-.38 .1,-.72 .42,-.62 .34,-.3 -.1,-.38"))], mix(tone, DARK, 0.12))
    body = points("-.95,.02 -.6,-.36 -.1,-.46 .36,-.24 .6,0 .36,.26 -.1,.46 -.6,.36 -.95,.02")
    pen.fill([spline(body)], mix(tone, WHITE, 0.2), tone)
    for x in (-0.3, -0.02, 0.26):
        high = 0.36 - abs(x + 0.2) * 0.34
        pen.fill(
            [spline([(x, -high), (x + 0.12, 0.0), (x, high), (x + 0.04, 0.0), (x, -high)])],
            mix(tone, WHITE, 0.75),
        )
    pen.disc((-0.62, -0.08), 0.1, 0.1, WHITE)
    pen.disc((-0.64, -0.08), 0.055, 0.055, DARK)


def _heart(pen: Pen, tone: Colour) -> None:
    half = points("0,.9 0,.9 -.5,.46 -.9,0 -.92,-.46 -.56,-.78 -.2,-.7 0,-.42 0,-.42")
    pen.fill(
        [spline([*half, *((-x, y) for x, y in reversed(half))])],
        mix(tone, WHITE, 0.18),
        mix(tone, DARK, 0.08),
    )
    pen.fill([_turned(ellipse((0, 0), 0.2, 0.1), -0.7, (-0.52, -0.42))], mix(tone, WHITE, 0.6))


def _star(pen: Pen, tone: Colour) -> None:
    corners = []
    for n in range(10):
        turn, far = n * math.pi / 5 - math.pi / 2, 0.95 if n % 2 == 0 else 0.45
        corners.append((far * math.cos(turn), 0.06 + far * math.sin(turn)))
    soft = spline([*corners, corners[0]])
    pen.fill([soft], mix(tone, WHITE, 0.3), mix(tone, (240, 130, 40), 0.25))
    pen.pair(ellipse((-0.18, 0.0), 0.06, 0.09), DARK)
    pen.pair(ellipse((-0.32, 0.17), 0.08, 0.05), (250, 150, 130))


def _leaf(pen: Pen, tone: Colour) -> None:
    half = points("0,.96 -.1,.8 -.5,.4 -.56,-.1 -.3,-.62 0,-.97")
    pen.fill([spline([*half, (0, 0.96)])], mix(tone, WHITE, 0.14), tone)
    pen.fill([[(-x, y) for x, y in spline([*half, (0, 0.96)])]], mix(tone, DARK, 0.12))
    pale = mix(tone, WHITE, 0.5)
    pen.fill([[(-0.02, 0.97), (-0.012, -0.9), (0.012, -0.9), (0.02, 0.97)]], pale)
    for y in (0.55, 0.25, -0.05, -0.35):
        vein = [(0.0, y + 0.02), (-0.36, y - 0.26), (0.0, y - 0.015)]
        pen.pair(vein, pale)


def _blossom(pen: Pen, tone: Colour) -> None:
    petal = points("0,-.16 -.3,-.46 -.34,-.8 -.12,-.97 0,-.84 .12,-.97 .34,-.8 .3,-.46 0,-.16")
    for n in range(5):
        turn = n * math.tau / 5
        pen.fill([_turned(spline(petal), turn)], mix(tone, WHITE, 0.2 + 0.1 * (n % 2)))
        inner = [(x * 0.45, y * 0.5) for x, y in spline(petal)]
        pen.fill([_turned(inner, turn)], mix(tone, (190, 40, 80), 0.35))
    pen.disc((0, 0), 0.15, 0.15, (255, 214, 96))
    for n in range(10):
        turn = n * math.tau / 10
        pen.disc((0.27 * math.cos(turn), 0.27 * math.sin(turn)), 0.03, 0.03, (255, 232, 150))


def _turned(shape: Sequence[Point], turn: float, at: Point = (0.0, 0.0)) -> list[Point]:
    along, across = math.cos(turn), math.sin(turn)
    return [(at[0] + x * along - y * across, at[1] + x * across + y * along) for x, y in shape]


_FIGURES: Mapping[str, Callable[[Pen, Colour], None]] = {
    "strawberry": _strawberry,
    "orange": _orange,
    "mushroom": _mushroom,
    "coffee": _coffee,
    "butterfly": _butterfly,
    "fish": _fish,
    "heart": _heart,
    "star": _star,
    "leaf": _leaf,
    "blossom": _blossom,
}
