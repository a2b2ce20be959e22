"""Charts as pictures, each on a card of its own that suits a light and a dark theme.

Synchronous, and matplotlib takes a while to import, so callers run this in a child process.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.media.card import HEIGHT, LABEL, MARGIN, NUMBER, REMARK, WIDTH, Card
from bot.text import _

_GRID, _ZERO = "#30354c", "#626a8c"
_BAR, _PEAK, _BELOW = "#5d72f2", "#9aa9ff", "#f0908a"
_AIR, _ROW = 16, 34  # pixels between words, and of a row of words
_WIDEST = 132  # pixels of a bar
_FEW = 16  # bars that each carry their number
_MOST = 400  # bars that can still be told apart
_TINY, _HUGE = 1e-6, 1e18

_DATED = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_CURRENCIES = frozenset("¥￥$€£₩₹")


def bars(
    values: Sequence[tuple[str, float]],
    out: Path,
    *,
    title: str = "",
    unit: str = "¥",
    empty: str = "",
) -> None:
    """Write a PNG of 1200 by 600 pixels with a bar for each label, the last 400 at most.

    Labels such as ``2026-10-01`` or ``2026-10`` are read as dates. A currency's sign stands before
    the numbers, another unit behind. What no installed font has is left out. Without bars the card
    says `empty`, which a child process cannot translate by itself.
    """
    card = Card(title)
    shown = [(label, _bounded(value)) for label, value in values[-_MOST:]]
    if shown:
        _Bars(card, shown, _Numbers.of([value for _label, value in shown], unit)).draw()
    else:
        said = card.fitting(empty or _("Nothing to show yet."), WIDTH - 2 * MARGIN, REMARK)
        card.write((WIDTH / 2, HEIGHT / 2), said or "—", REMARK)
    card.save(out)


def _bounded(value: float) -> float:
    # Compared before it is converted: a whole number may be too large for a float.
    return float(max(-_HUGE, min(value, _HUGE))) if abs(value) > _TINY else 0.0


@dataclass(frozen=True)
class _Numbers:
    """The lines of the scale, and how numbers are written."""

    unit: str
    places: int
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float], unit: str) -> "_Numbers":
        from matplotlib.ticker import MaxNLocator

        low, high = min(0.0, *values), max(0.0, *values)
        ticks: tuple[float, ...] = (0.0,)
        if low < high:
            found = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
            ticks = tuple(float(tick) if abs(tick) > _TINY / 10 else 0.0 for tick in found)
        broken = any(abs(value - round(value)) > 0.004 for value in values)
        return cls(unit=unit, places=2 if broken and high - low < 1e4 else 0, ticks=ticks)

    def of_bar(self, value: float) -> str:
        small = abs(value) < 1e5
        words = self._signed(value, f"{abs(value):,.{self.places}f}" if small else _short(value))
        return words if self.unit in _CURRENCIES else f"{words} {self.unit}".rstrip()

    def of_tick(self, value: float) -> str:
        if max(-self.ticks[0], self.ticks[-1]) >= 1e5:
            return self._signed(value, _short(value))
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else 1.0
        places = next((n for n in range(4) if abs(step - round(step, n)) < step / 100), 4)
        return self._signed(value, f"{abs(value):,.{places}f}")

    def _signed(self, value: float, words: str) -> str:
        sign = "−" if value < 0 else ""
        return sign + (self.unit if self.unit in _CURRENCIES else "") + words


def _short(value: float) -> str:
    size = abs(value)
    if size >= 1e15:
        return f"{size:.1e}".replace("e+", "e")
    for power, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= power:
            return f"{size / power:.4g}{letter}"
    return f"{size:.4g}"


class _Bars:
    """Bars between a scale on the left and labels below, on a card."""

    def __init__(self, card: Card, shown: Sequence[tuple[str, float]], numbers: _Numbers) -> None:
        self._card, self._shown, self._numbers = card, shown, numbers
        scale = max(card.width(numbers.of_tick(tick), LABEL) for tick in numbers.ticks)
        self._left = MARGIN + scale + _AIR
        self._slot = (WIDTH - MARGIN - self._left) / len(shown)
        self._dated = all(_DATED.fullmatch(label) for label, _value in shown)
        widest = max(card.width(label[:60], LABEL) for label, _value in shown)
        self._fits = widest + _AIR <= self._slot

    def draw(self) -> None:
        for tick in self._numbers.ticks:
            y = self._y(tick)
            self._card.line(y, self._left, _GRID if tick else _ZERO)
            self._card.write((self._left - _AIR, y), self._numbers.of_tick(tick), LABEL, "right")
        heights = [value for _label, value in self._shown]
        peak = heights.index(max(heights))
        stands_out = heights.count(heights[peak]) == 1 < len(heights)
        for place, value in enumerate(heights):
            self._bar(place, value, _PEAK if place == peak and stands_out else _BAR)
        self._write_numbers(peak)
        self._write_labels()

    def _x(self, place: float) -> float:
        return self._left + (place + 0.5) * self._slot

    def _y(self, value: float) -> float:
        low, high = self._numbers.ticks[0], self._numbers.ticks[-1]
        bottom = MARGIN + ((1 if self._fits else 2) + (1 if low < 0 else 0)) * _ROW
        share = (value - low) / (high - low) if low < high else 0.0
        return bottom + share * (self._card.top - _ROW - bottom)

    def _bar(self, place: int, value: float, color: str) -> None:
        """A bar with its far end rounded, at least so high that it can be seen."""
        if not value:
            return
        up = 1 if value > 0 else -1
        half = min(self._slot * 0.36, _WIDEST / 2)
        x, start, end = self._x(place), self._y(0), self._y(value)
        end = start + up * max(3.0, abs(end - start))
        bend = min(half, 10.0, abs(end - start))
        left, right, curve = x - half, x + half, end - up * bend
        points = [(left, start), (left, curve), (left, end), (left + bend, end)]
        points += [(right - bend, end), (right, end), (right, curve), (right, start)]
        codes = [1, 2, 3, 3, 2, 3, 3, 2, 79]
        self._card.shape([*points, points[0]], codes, color if up > 0 else _BELOW)

    def _write_numbers(self, peak: int) -> None:
        """Each bar's number where all have room, else the highest bar's alone."""
        words = [self._numbers.of_bar(value) for _label, value in self._shown]
        widths = [self._card.width(each, NUMBER) for each in words]
        all_fit = len(words) <= _FEW and max(widths) + _AIR / 2 <= self._slot
        for place, (_label, value) in enumerate(self._shown):
            if all_fit or (place == peak and value > 0):
                half = widths[place] / 2
                x = max(self._left + half, min(self._x(place), WIDTH - MARGIN - half))
                above = 20 if value >= 0 else -20
                self._card.write((x, self._y(value) + above), words[place], NUMBER)

    def _write_labels(self) -> None:
        """One row of labels where they have room, else two rows that take turns."""
        if self._dated and not self._fits:
            self._write_dates()
            return
        rows = (0.4,) if self._fits else (1.4, 0.4)
        step = math.ceil(55 / self._slot)
        room = self._slot * step * len(rows) - _AIR
        free = dict.fromkeys(rows, 0.0)
        for turn, place in enumerate(range(0, len(self._shown), step)):
            row = rows[turn % len(rows)]
            words = self._card.fitting(self._shown[place][0], room, LABEL)
            half = self._card.width(words, LABEL) / 2
            x = max(half + _AIR, min(self._x(place), WIDTH - _AIR - half))
            if x - half >= free[row]:
                self._card.write((x, MARGIN + _ROW * row), words, LABEL)
                free[row] = x + half + _AIR / 2

    def _write_dates(self) -> None:
        """The last parts of the dates in a row, and below it what runs of them have in common."""
        cut = [label.rpartition("-")[::2] for label, _value in self._shown]
        most = 31 if len(self._shown[0][0]) > 7 else 12
        room = self._card.width("00", LABEL) + _AIR
        step = next((n for n in (1, 2, 3, 5, 7, 10) if n * self._slot >= room), most)
        for place, (_run, last) in enumerate(cut):
            # The last one of a run must not touch the first one of the next.
            after = int(last) + step
            if step < most and (after - 1) % step == 0 and (step == 1 or after <= most + 1):
                words = last.lstrip("0")
                self._card.write((self._x(place), MARGIN + _ROW * 1.4), words, LABEL)
        self._write_runs([run for run, _last in cut], _ROW * (0.4 if step < most else 1.4))

    def _write_runs(self, runs: Sequence[str], row: float) -> None:
        """What neighbours have in common, below the first of them, where there is room."""
        starts = [n for n, run in enumerate(runs) if not n or run != runs[n - 1]]
        free = 0.0
        for place, after in zip(starts, [*starts[1:], len(runs)], strict=True):
            left = self._x(place) - self._card.width("0", LABEL) / 2
            right = left + self._card.width(runs[place], NUMBER) + _AIR
            # A short beginning gives way to the whole run that follows.
            cramped = not place and after < len(runs) and right > self._x(after)
            if left >= free and right <= WIDTH and not cramped:
                self._card.write((left, MARGIN + row), runs[place], NUMBER, "left")
                free = right
