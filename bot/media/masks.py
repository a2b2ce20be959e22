"""Masks: black-and-white pictures, white where something is to be repainted. Synchronous."""

import base64
import binascii
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import BadMediaError
from bot.media.images import opened, written
from bot.text import N_

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Polygon = list[tuple[float, float]]

MOST_BYTES = 4_000_000  # of a mask as a data: URL
_PREFIX = "data:image/png;base64,"
_WHITE = 128  # the least brightness that counts as white
_MOST_CORNERS = 10_000  # of all polygons together


def decoded(address: str, folder: Path) -> Path:
    """A ``data:`` URL's PNG in a new file of `folder`, unchecked; BadMediaError if it is none."""
    if len(address) > MOST_BYTES or not address.startswith(_PREFIX):
        raise BadMediaError(N_("The mask is no PNG picture, or it is too large."))
    try:
        data = base64.b64decode(address[len(_PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        raise BadMediaError(N_("The mask is damaged; draw it again.")) from None
    return written(folder, "png", lambda file: file.write(data))


def cleaned(path: Path, size: tuple[int, int], folder: Path) -> Path:
    """The mask in pure black and white, in a new PNG file of `folder`.

    BadMediaError unless it has exactly the `size` of its picture, in pixels, and some white.
    """
    from PIL import Image

    with opened(path) as image:
        if image.size != size:
            raise BadMediaError(
                N_("The mask has {mask} pixels, but the picture has {picture}; both must agree."),
                mask=f"{image.width} × {image.height}",
                picture=f"{size[0]} × {size[1]}",
            )
        flat = Image.new("RGBA", size, "black")
        flat.alpha_composite(image.convert("RGBA"))
    mask = flat.convert("L").point(lambda value: 255 if value >= _WHITE else 0)
    if mask.getbbox() is None:
        raise BadMediaError(N_("The mask is all black: white has to mark the region."))
    return _saved(mask.convert("1"), folder)


def drawn(areas: Sequence[Mapping[str, Any]], size: tuple[int, int], folder: Path) -> Path:
    """A mask of a picture of this `size`, white inside the polygons, in a new file of `folder`.

    Each has `points` [x, y, x, y, …] on a picture of its own `width` and `height`. A pixel is white
    where its centre is inside one, however often that crosses itself: so the browser fills, too.
    BadMediaError where no polygons can be read, or nothing is white.
    """
    import numpy as np
    from PIL import Image

    polygons = [_polygon(area, size) for area in areas]
    count = sum(map(len, polygons))
    if count > _MOST_CORNERS:
        raise BadMediaError(
            N_("The regions have {count} corners; {most} are possible. Draw them simpler."),
            count=count,
            most=_MOST_CORNERS,
        )
    white = np.zeros((size[1], size[0]), bool)
    for polygon in polygons:
        _fill(white, polygon)
    if not white.any():
        raise BadMediaError(
            N_("The regions are too small to hold a single pixel; draw larger ones.")
        )
    return _saved(Image.fromarray(white), folder)


def _polygon(area: Mapping[str, Any], size: tuple[int, int]) -> "Polygon":
    """An area's corners on a picture of this size; what lies beside it is moved to its edge."""
    try:
        numbers = [float(number) for number in area["points"]]
        wide, high = size[0] / area["width"], size[1] / area["height"]
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise _illegible() from None
    finite = all(map(math.isfinite, [*numbers, wide, high]))
    if not finite or len(numbers) < 6 or len(numbers) % 2:
        raise _illegible()
    across = [min(max(x * wide, 0.0), size[0]) for x in numbers[::2]]
    down = [min(max(y * high, 0.0), size[1]) for y in numbers[1::2]]
    return list(zip(across, down, strict=True))


def _fill(white: "NDArray[np.bool_]", corners: "Polygon") -> None:
    """Make the pixels white round which the corners turn at least once."""
    import numpy as np

    left, right = (_centre(edge(x for x, _ in corners)) for edge in (min, max))
    top, bottom = (_centre(edge(y for _, y in corners)) for edge in (min, max))
    # Where a line crosses a row of centres, all that is right of it is inside once more or less.
    turns = np.zeros((bottom - top, right - left + 1), np.int16)
    for (x, y), (next_x, next_y) in pairwise([*corners, corners[0]]):
        first, end = sorted((_centre(y), _centre(next_y)))
        if first == end:
            continue
        rows = np.arange(first, end)
        crossings = x + (rows + 0.5 - y) * (next_x - x) / (next_y - y)
        columns = np.clip(np.ceil(crossings - 0.5), left, right).astype(int)
        turns[rows - top, columns - left] += 1 if y < next_y else -1
    np.cumsum(turns, axis=1, out=turns)
    white[top:bottom, left:right] |= turns[:, :-1] != 0


def _centre(place: float) -> int:
    """The first pixel whose centre is not before a place."""
    return math.ceil(place - 0.5)


def _saved(mask: "Image.Image", folder: Path) -> Path:
    return written(folder, "png", lambda file: mask.save(file, "PNG", optimize=True))


def _illegible() -> BadMediaError:
    return BadMediaError(N_("The regions cannot be understood; draw them again."))
