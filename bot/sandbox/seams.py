"""Evens out the light of the patches that a hole in a picture has been filled with."""

from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from bot.sandbox.fields import REACH, Field, Level

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_BESIDE = ((0, 1), (1, 0), (0, -1), (-1, 0))
_ROUNDS, _OVER, _FAITH = 70, 1.8, 0.002  # of the relaxation; how much a colour stays its own
_MOST = 45  # levels of light that are added or taken away


def lit(patched: Image.Image, level: Level, field: Field) -> Image.Image:
    """A picture patched as a field says, which was found at this level, with an even light."""
    import numpy as np

    change = _evened(level, field).clip(-_MOST, _MOST)
    known = (field.at[REACH:-REACH, REACH:-REACH] >= 0).astype(np.float32)[..., None]
    # Carried on beyond the hole, so that nothing is lost at its rim as the change is enlarged.
    spread = _spread(change * known, known) + 128
    smooth = Image.fromarray(spread.clip(0, 255).astype(np.uint8))
    return ImageChops.add(patched, smooth.resize(patched.size, Image.Resampling.BICUBIC), 1, -128)


def _evened(level: Level, field: Field) -> "Floats":
    """What is to be added to the pixels that a field copies, so that their seams cannot be seen.

    From pixel to pixel the light then changes as it does where they come from (Poisson blending);
    where it jumps at the rim, there is an edge, and nothing is carried across. Rows, columns and
    colours without margin, 0 outside the hole.
    """
    import numpy as np

    pixels, rows, columns = level.pixels, level.rows, level.columns
    own = pixels[field.rows, field.columns]
    steps: list[tuple[Floats, Floats]] = []
    for down, across in _BESIDE:
        beside = pixels[field.rows + down, field.columns + across]
        other = field.at[rows + down, columns + across]
        inside = other >= 0
        theirs = pixels[rows + down, columns + across]
        wished = own - beside
        back = pixels[field.rows[other] - down, field.columns[other] - across] - own[other]
        # Two places that disagree make an edge; so does a rim where the light jumps.
        jump = np.where(inside[:, None], wished - back, beside - theirs)
        weight = (1.6 - np.abs(jump).max(axis=1) / 30).clip(0, 1)
        weight *= level.trust[rows + down, columns + across] > 0
        wished = np.where(inside[:, None], (wished + back) / 2, wished)
        steps.append((wished, weight[:, None].astype(np.float32)))
    change = np.zeros_like(pixels)
    change[rows, columns] = _settled(level, own, steps) - own
    return change[REACH:-REACH, REACH:-REACH]


def _settled(level: Level, own: "Floats", steps: "list[tuple[Floats, Floats]]") -> "Floats":
    """The colours of the hole that suit these steps best and stay near their own."""
    import numpy as np

    values = level.pixels.copy()
    total = np.full((level.rows.size, 1), _FAITH, dtype=np.float32)
    for _, weight in steps:
        total += weight
    odd = (level.rows + level.columns) % 2 == 1
    halves = [np.flatnonzero(odd), np.flatnonzero(~odd)]
    for _ in range(_ROUNDS):
        for half in halves:
            rows, columns = level.rows[half], level.columns[half]
            best = own[half] * np.float32(_FAITH)
            for (down, across), (wished, weight) in zip(_BESIDE, steps, strict=True):
                best += weight[half] * (values[rows + down, columns + across] + wished[half])
            best /= total[half]
            values[rows, columns] += _OVER * (best - values[rows, columns])
    settled: Floats = values[level.rows, level.columns]
    return settled


def _spread(sums: "Floats", weights: "Floats") -> "Floats":
    """The values known somewhere (as sums and their weights) carried on smoothly to everywhere."""
    import numpy as np

    own = sums / np.maximum(weights, 1e-6)
    if min(sums.shape[:2]) < 2:
        return np.broadcast_to(sums.sum((0, 1)) / max(1e-6, float(weights.sum())), sums.shape)
    high, wide = sums.shape[0] // 2 * 2, sums.shape[1] // 2 * 2
    halves = [
        each[:high, :wide].reshape(high // 2, 2, wide // 2, 2, -1).sum((1, 3))
        for each in (sums, weights)
    ]
    coarse = _spread(*halves)
    rows = np.minimum(np.arange(sums.shape[0]) // 2, coarse.shape[0] - 1)
    columns = np.minimum(np.arange(sums.shape[1]) // 2, coarse.shape[1] - 1)
    carried = coarse[rows][:, columns]
    for axis in (0, 1):
        carried = (np.roll(carried, 1, axis) + 2 * carried + np.roll(carried, -1, axis)) / 4
    share = np.minimum(1, weights * 4)
    spread: Floats = own * share + carried * (1 - share)
    return spread
