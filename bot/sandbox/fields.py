"""For each pixel of a hole in a picture, the place in the rest that it is best copied from.

PatchMatch: a place that suits one pixel suggests its neighbour to the next, and chance the rest.
Rows and columns count from the corner of the picture with its margin.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Whole = NDArray[np.intp]

REACH = 2  # a patch has so many pixels on each side of its middle; so wide is the margin
_LEAST_SOURCES = 40
_HOMESICK = 2.5e5  # what a patch costs that comes from a whole picture's length away
_NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0), (0, 3), (3, 0), (0, -3), (-3, 0))


@dataclass
class Level:
    """One size of the picture: padded pixels, where they are known, and the pixels to fill."""

    pixels: "Floats"  # (rows, columns, 3) with a margin of REACH
    sources: "NDArray[np.bool_]"  # where a patch can be copied from
    rows: "Whole"
    columns: "Whole"
    trust: "Floats"  # how much each pixel counts when patches are compared

    def avoid(self, shy: Image.Image) -> None:
        """Take no patches from where this mask is bright, unless that leaves too few."""
        import numpy as np

        sources = self.sources.copy()
        sources[REACH:-REACH, REACH:-REACH] &= np.asarray(shy) < 64
        if np.count_nonzero(sources) >= _LEAST_SOURCES:
            self.sources = sources

    def picture(self) -> Image.Image:
        inner = self.pixels[REACH:-REACH, REACH:-REACH]
        return Image.fromarray(inner.clip(0, 255).astype("uint8"))


@dataclass
class Field:
    """For each pixel of the hole, the middle of the patch that it is copied from."""

    rows: "Whole"
    columns: "Whole"
    costs: "Floats"
    at: "Whole"  # the number of a pixel in the lists above, by its place; -1 outside the hole


def level_of(
    image: Image.Image, guess: Image.Image, hole: Image.Image, size: tuple[int, int]
) -> Level | None:
    """A picture at a size, its hole painted by a guess.

    None when there is nothing to fill, or nothing to copy from, at this size.
    """
    import numpy as np

    soft = hole.resize(size, Image.Resampling.BOX)
    open_ = np.asarray(soft) > 8
    small = np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.float32)
    start = np.asarray(guess.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    margin = ((REACH, REACH), (REACH, REACH))
    pixels = np.pad(np.where(open_[..., None], start, small), (*margin, (0, 0)), mode="edge")
    closed = np.pad(~open_, margin)
    sources = np.ones_like(closed)
    for down, across in _around(REACH):
        sources &= np.roll(closed, (-down, -across), axis=(0, 1))
    rows, columns = np.nonzero(np.pad(open_, margin))
    if not rows.size or np.count_nonzero(sources) < _LEAST_SOURCES:
        return None
    inside = np.pad(np.ones_like(open_), margin)
    trust = np.where(closed, 1.0, 0.35) * inside
    return Level(pixels, sources, rows, columns, trust.astype(np.float32))


def _around(reach: int) -> list[tuple[int, int]]:
    steps = range(-reach, reach + 1)
    return [(down, across) for down in steps for across in steps]


def scattered(level: Level, rng: "np.random.Generator") -> Field:
    """A field to begin with: places by chance."""
    import numpy as np

    rows, columns = np.nonzero(level.sources)
    chosen = rng.integers(0, rows.size, level.rows.size)
    costs = np.full(level.rows.size, np.inf, dtype=np.float32)
    return Field(rows[chosen], columns[chosen], costs, _numbered(level))


def enlarged(field: Field, level: Level) -> Field:
    """The field of a coarser level at this one; where it leads nowhere, the nearest that does."""
    import numpy as np

    high, wide = (side - 2 * REACH for side in level.sources.shape)
    old_high, old_wide = (side - 2 * REACH for side in field.at.shape)
    down, across = high / old_high, wide / old_wide
    rows = np.clip(((level.rows - REACH + 0.5) / down).astype(np.intp), 0, old_high - 1)
    columns = np.clip(((level.columns - REACH + 0.5) / across).astype(np.intp), 0, old_wide - 1)
    old = field.at[rows + REACH, columns + REACH]
    old = np.where(old < 0, np.arange(old.size) % field.rows.size, old)
    rows = np.round((field.rows[old] - rows - REACH) * down).astype(np.intp) + level.rows
    columns = (
        np.round((field.columns[old] - columns - REACH) * across).astype(np.intp) + level.columns
    )
    rows, columns = _allowed(level, rows, columns)
    costs = np.full(level.rows.size, np.inf, dtype=np.float32)
    return Field(rows, columns, costs, _numbered(level))


def _allowed(level: Level, rows: "Whole", columns: "Whole") -> tuple["Whole", "Whole"]:
    """The same places, those that are no source replaced by some that are."""
    import numpy as np

    rows = rows.clip(0, level.sources.shape[0] - 1)
    columns = columns.clip(0, level.sources.shape[1] - 1)
    wrong = np.flatnonzero(~level.sources[rows, columns])
    known_rows, known_columns = np.nonzero(level.sources)
    chosen = wrong * 7919 % known_rows.size
    rows[wrong], columns[wrong] = known_rows[chosen], known_columns[chosen]
    return rows, columns


def _numbered(level: Level) -> "Whole":
    import numpy as np

    at = np.full(level.sources.shape, -1, dtype=np.intp)
    at[level.rows, level.columns] = np.arange(level.rows.size)
    return at


def improve(level: Level, field: Field, rng: "np.random.Generator") -> None:
    """Look for better places, and paint the hole as they say."""
    search = _Search(level, field)
    search.ask_neighbours()
    search.try_luck(rng)
    _vote(level, field)


class _Search:
    """Offers places to the pixels of a hole, which take what suits them better."""

    def __init__(self, level: Level, field: Field) -> None:
        import numpy as np

        self._level, self._field = level, field
        self._shape = level.sources.shape
        self._offsets = np.array(
            [down * self._shape[1] + across for down, across in _around(REACH)]
        )
        self._flat = level.pixels.reshape(-1, 3)
        places = (level.rows * self._shape[1] + level.columns)[:, None] + self._offsets
        self._own, self._trust = self._flat[places], level.trust.ravel()[places]
        self._everyone = np.arange(level.rows.size)
        # The hole has been painted since, so what was found is judged anew.
        field.costs[:] = np.inf
        self._offer(field.rows, field.columns, self._everyone)

    def ask_neighbours(self) -> None:
        """Offer each pixel what lies beside the places of its neighbours."""
        import numpy as np

        level, field = self._level, self._field
        for down, across in _NEIGHBOURS:
            rows, columns = level.rows - down, level.columns - across
            near = self._inside(rows, columns)
            known = np.full(self._everyone.size, -1, dtype=np.intp)
            known[near] = field.at[rows[near], columns[near]]
            which = np.flatnonzero(known >= 0)
            other = known[which]
            self._offer(field.rows[other] + down, field.columns[other] + across, which)

    def try_luck(self, rng: "np.random.Generator") -> None:
        """Offer each pixel places at random, first anywhere, then ever nearer to its own."""
        reach = max(self._shape)
        while reach > 2:
            jumps = rng.integers(-reach, reach + 1, (2, self._everyone.size))
            self._offer(self._field.rows + jumps[0], self._field.columns + jumps[1], self._everyone)
            reach //= 4

    def _inside(self, rows: "Whole", columns: "Whole") -> "NDArray[np.bool_]":
        high, wide = self._shape
        inside: NDArray[np.bool_] = (rows >= 0) & (rows < high) & (columns >= 0) & (columns < wide)
        return inside

    def _offer(self, rows: "Whole", columns: "Whole", which: "Whole") -> None:
        level, field = self._level, self._field
        fits = self._inside(rows, columns)
        rows, columns, which = rows[fits], columns[fits], which[fits]
        fits = level.sources[rows, columns]
        rows, columns, which = rows[fits], columns[fits], which[fits]
        theirs = self._flat[(rows * self._shape[1] + columns)[:, None] + self._offsets]
        apart = ((self._own[which] - theirs) ** 2).sum(axis=2)
        costs = (apart * self._trust[which]).sum(axis=1)
        away = (rows - level.rows[which]) ** 2 + (columns - level.columns[which]) ** 2
        costs += away * (_HOMESICK / max(self._shape) ** 2)
        better = costs < field.costs[which]
        taken = which[better]
        field.costs[taken] = costs[better]
        field.rows[taken], field.columns[taken] = rows[better], columns[better]


def _vote(level: Level, field: Field) -> None:
    """Paint each pixel of the hole as the patches that cover it agree."""
    import numpy as np

    worst = np.percentile(field.costs, 75) + 1
    weights = np.exp(-field.costs / worst).astype(np.float32) + 1e-4
    total = np.zeros((level.rows.size, 3), dtype=np.float32)
    share = np.zeros((level.rows.size, 1), dtype=np.float32)
    for down, across in _around(REACH):
        other = field.at[level.rows + down, level.columns + across]
        which = np.flatnonzero(other >= 0)
        other = other[which]
        weight = weights[other][:, None]
        total[which] += (
            level.pixels[field.rows[other] - down, field.columns[other] - across] * weight
        )
        share[which] += weight
    level.pixels[level.rows, level.columns] = total / share
