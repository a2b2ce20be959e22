"""Fills a hole in a picture with patches copied from the rest of it, so that textures go on.

From coarse to fine, each pixel of the hole looks for a place whose surroundings are like its own
(see `fields`). What `fills` does is quicker and plainer.
"""

from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from bot.sandbox.fields import REACH, Field, enlarged, improve, level_of, scattered
from bot.sandbox.fills import filled, levelled
from bot.sandbox.masks import Box, grown
from bot.sandbox.seams import lit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Whole = NDArray[np.intp]

_SEARCHED = 224  # pixels of the longer side of what is searched
_COARSEST = 28
_MOST_FILLED = 12_000  # pixels of the hole at the size at which is searched


def healed(
    image: Image.Image, mask: Image.Image, *, seed: int = 0, shy: Image.Image | None = None
) -> Image.Image:
    """The RGB picture with its masked part (255) filled by patches from around it.

    The pixels outside the mask stay as they are. No patches are taken from where `shy` is 255.
    """
    bounds = mask.getbbox()
    if bounds is None:
        return image
    near = _surroundings(bounds, image.size)
    part, hole = image.crop(near), mask.crop(near)
    patched = _patched(part, hole, seed, shy.crop(near) if shy else None)
    whole = image.copy()
    whole.paste(patched or filled(part, hole), near[:2], hole)
    return whole


def _surroundings(bounds: Box, size: tuple[int, int]) -> Box:
    """What of a picture of this size is searched for patches: a hole and twice as much around."""
    longer = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    return grown(bounds, max(48, round(longer * 0.9)), size)


def _patched(
    image: Image.Image, hole: Image.Image, seed: int, shy: Image.Image | None
) -> Image.Image | None:
    """The picture, its hole filled; None when the rest is too little to copy from."""
    import numpy as np

    open_ = sum(hole.histogram()[1:])
    part = min(1.0, _SEARCHED / max(image.size), (_MOST_FILLED / open_) ** 0.5)
    sizes = [image.size]
    size = (round(image.width * part), round(image.height * part))
    while min(size) >= 2 * REACH + 4:
        sizes.append(size)
        if max(size) <= _COARSEST:
            break
        size = (size[0] // 2, size[1] // 2)
    rng, field, last = np.random.default_rng(seed), None, None
    guess = levelled(image, hole)
    for size in reversed(sizes[1:]):
        level = level_of(image, guess, hole, size)
        if level is None:
            continue
        if shy:
            level.avoid(shy.resize(size, Image.Resampling.BOX))
        field = enlarged(field, level) if field else scattered(level, rng)
        for _ in range(2 if max(size) > 120 else 4):
            improve(level, field, rng)
        guess, last = level.picture(), level
    if field is None or last is None:
        return None
    return lit(_copied(image, hole, field, sizes[1]), last, field)


def _copied(
    image: Image.Image, hole: Image.Image, field: Field, size: tuple[int, int]
) -> Image.Image:
    """The full picture with its hole filled as the field of this smaller size says."""
    import numpy as np

    left, top, right, bottom = hole.getbbox() or (0, 0, *image.size)
    down, across = image.height / size[1], image.width / size[0]
    rows, columns = np.arange(top, bottom), np.arange(left, right)
    small_rows, small_columns = (rows / down).astype(np.intp), (columns / across).astype(np.intp)
    pixels = np.asarray(image).reshape(-1, 3)
    shifts, shift_columns, weights = _shifts(field, down, across)
    total = np.zeros((rows.size, columns.size, 3), dtype=np.float32)
    share = np.zeros((rows.size, columns.size, 1), dtype=np.float32)
    for high, wide in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)):
        near_rows = (small_rows + high).clip(0, size[1] - 1)
        near_columns = (small_columns + wide).clip(0, size[0] - 1)
        sources = shifts[near_rows][:, near_columns]
        sources = (sources + rows[:, None].astype(np.int32)).clip(0, image.height - 1)
        beside = shift_columns[near_rows][:, near_columns]
        beside = (beside + columns.astype(np.int32)).clip(0, image.width - 1)
        weight = weights[near_rows][:, near_columns][..., None]
        total += pixels[sources * image.width + beside] * weight
        share += weight
    whole = (total / np.maximum(share, 1e-9)).clip(0, 255).astype(np.uint8)
    patched = image.copy()
    filled_ = Image.fromarray(np.where(share > 0, 255, 0).astype(np.uint8)[..., 0])
    known = ImageChops.darker(filled_, hole.crop((left, top, right, bottom)))
    patched.paste(Image.fromarray(whole), (left, top), known)
    return patched


def _shifts(field: Field, down: float, across: float) -> "tuple[Whole, Whole, Floats]":
    """How far down and across each small pixel's source is at full size, and its weight."""
    import numpy as np

    at = field.at[REACH:-REACH, REACH:-REACH]
    rows, columns = np.indices(at.shape)
    down_by = (field.rows[at] - REACH - rows) * down
    across_by = (field.columns[at] - REACH - columns) * across
    worst = np.percentile(field.costs, 50) + 1
    weights = np.exp(-field.costs / worst)[at] + np.float32(1e-4)
    weights = np.where(at < 0, np.float32(0), weights).astype(np.float32)
    return (
        np.round(down_by).astype(np.int32),
        np.round(across_by).astype(np.int32),
        weights,
    )
