"""What is found in the pixels of a picture: where it is brightest, and where water begins."""

from statistics import StatisticsError, correlation

from PIL import Image

from bot.sandbox.shapes import Point

_FIELDS = 16
_ACROSS, _DOWN = 24, 128


def brightest(image: Image.Image) -> Point:
    """The middle of the brightest of 16 by 16 fields, in parts of the sides."""
    fields = image.convert("L").resize((_FIELDS, _FIELDS), Image.Resampling.BOX).tobytes()
    row, column = divmod(fields.index(max(fields)), _FIELDS)
    return (column + 0.5) / _FIELDS, (row + 0.5) / _FIELDS


def waterline(image: Image.Image) -> float:
    """The height, in 0..1, at which a picture of a shore begins to mirror what stands above."""
    grey = image.convert("L").resize((_ACROSS, _DOWN), Image.Resampling.BOX).tobytes()
    rows = [grey[n * _ACROSS : (n + 1) * _ACROSS] for n in range(_DOWN)]
    return max(range(58, 119), key=lambda n: _edge(rows, n) * _likeness(rows, n)) / _DOWN


def _edge(rows: list[bytes], n: int) -> int:
    """How sharp an edge most of the width has at a row: no tower or hill reaches across."""
    steps = sorted(abs(a - b) for a, b in zip(rows[n - 2], rows[n + 1], strict=True))
    return steps[_ACROSS * 3 // 10]


def _likeness(rows: list[bytes], n: int) -> float:
    """How much what is below a row is like what is above it, upside down and a fifth shorter."""
    depth = min(12, _DOWN - 1 - n)
    above = b"".join(rows[n - 1 - k * 5 // 4] for k in range(depth))
    below = b"".join(rows[n + k] for k in range(depth))
    try:
        return max(0.0, correlation(above, below))
    except StatisticsError:  # one of them is of a single colour
        return 0.0
