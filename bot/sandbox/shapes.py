"""Outlines as lists of points: splines, ridges, waves, trees. Pure geometry."""

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

Point = tuple[float, float]


def points(text: str) -> list[Point]:
    """Coordinates written as "x,y x,y", in units of the shape's own size, y downwards."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def ridgeline(rng: Random, rough: float) -> list[float]:
    """Heights 0..1 by midpoint displacement."""
    points = [rng.random(), rng.random()]
    swing = 0.55
    for _ in range(8):
        middles = [(a + b) / 2 + rng.uniform(-swing, swing) for a, b in pairwise(points)]
        points = [p for pair in zip(points, middles, strict=False) for p in pair] + [points[-1]]
        swing *= rough * 0.85
    low, high = min(points), max(points)
    return [(v - low) / (high - low or 1) for v in points]


def waves(rng: Random, reach: float, count: int) -> list[float]:
    """`count` steps of a gentle swell, about `reach` high."""
    parts = [
        (rng.uniform(0.6, 1.4) * f, rng.uniform(0, math.tau), reach / f**0.8) for f in (1, 2, 3.7)
    ]
    return [
        sum(a * math.sin(n / count * f * math.tau * 0.8 + phase) for f, phase, a in parts)
        for n in range(count + 1)
    ]


def spline(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through the points; a point given twice makes a corner."""
    last, curve = len(points) - 1, []
    for n in range(last):
        a, b, c, d = (points[min(max(n + k, 0), last)] for k in (-1, 0, 1, 2))
        for t in (step / steps for step in range(steps)):
            curve.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return [*curve, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def ellipse(at: Point, wide: float, high: float, count: int = 48) -> list[Point]:
    """An ellipse of `count` corners."""
    turns = [n * math.tau / count for n in range(count)]
    return [(at[0] + wide * math.cos(t), at[1] + high * math.sin(t)) for t in turns]


def conifer(rng: Random, foot: Point, high: float) -> list[Point]:
    """A tree of seven tiers."""
    tiers, half = 7, high * rng.uniform(0.16, 0.22)
    right = []
    for tier in range(tiers):
        part = (tier + 1) / tiers
        wide, y = half * part * rng.uniform(0.85, 1.1), high * (0.93 * part - 1)
        right += [(wide, y + high * 0.02), (wide * 0.5, y)]
    right += [(half * 0.12, high * -0.06), (half * 0.12, 0.0)]
    left = [(-x * rng.uniform(0.88, 1.08), y) for x, y in reversed(right)]
    return [(foot[0] + x, foot[1] + y) for x, y in ((0.0, -high), *right, *left)]


def snowcap(rng: Random, ridge: Sequence[float], n: int, step: float, drop: float) -> list[Point]:
    """The part of a peak above a ragged line `drop` pixels below its top."""
    level = ridge[n] + drop
    left, right = n, n
    while left > 0 and ridge[left] < level and n - left < 20:
        left -= 1
    while right < len(ridge) - 1 and ridge[right] < level and right - n < 20:
        right += 1
    crest = [(k * step, ridge[k]) for k in range(left, right + 1)]
    ragged = [
        (k * step, ridge[k] + (level - ridge[k]) * rng.uniform(0.25, 0.75))
        for k in range(right - 1, left, -1)
    ]
    return crest + ragged
