"""Which of a request's pictures is to be made, and how large it is to be."""

import re
from dataclasses import dataclass

from bot.sandbox import art

MOST = 4096  # pixels a side that any picture has

_ASPECT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*[:：]\s*(\d{1,6}(?:\.\d{1,6})?)\s*")
_FLATTEST = 4.0


@dataclass(frozen=True)
class Take:
    """One picture of a request: its size, the request's seed, and its number from 0."""

    size: tuple[int, int]
    seed: int
    index: int = 0


def ratio_of(aspect: str | None) -> float:
    """Width by height of an aspect such as "16:9" or "1.5:1"; a square for what is none."""
    found = _ASPECT.fullmatch(aspect or "1:1")
    wide, high = (float(part) for part in found.groups()) if found else (1.0, 1.0)
    return min(max(wide / high, 1 / _FLATTEST), _FLATTEST) if wide and high else 1.0


def size_of(aspect: str | None) -> tuple[int, int]:
    """Width and height in pixels for an aspect; see `ratio_of`."""
    return art.size_of(f"{round(1000 * ratio_of(aspect))}:1000")


def capped(size: tuple[float, float]) -> tuple[int, int]:
    """The same shape, at least one pixel and at most `MOST` pixels a side."""
    part = min(1.0, MOST / max(size))
    return max(1, round(size[0] * part)), max(1, round(size[1] * part))
