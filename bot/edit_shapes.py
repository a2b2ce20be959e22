"""What the editor sends, and the geometry in it: pure, and the same for every provider."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import InvalidRequestError
from bot.media.masks import MOST_BYTES
from bot.providers.youchuan_shapes import MOST_POINTS, MOST_SIDE, too_many_corners
from bot.text import N_

Pixels = tuple[int, int]  # width and height

# Where something stands on a canvas: how much of the free room is to its left and above it.
PLACES: Mapping[str, tuple[float, float]] = {
    "middle": (0.5, 0.5),
    "bottom": (0.5, 1.0),
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
}
_SHARE = 0.6  # of the canvas
_MARGIN = 0.05


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Marked(_Part):
    """A mask as it is sent: polygons, or a picture as a ``data:`` URL."""

    areas: list[dict[str, Any]] | None = Field(default=None, max_length=1000)
    png: str | None = Field(default=None, max_length=MOST_BYTES)


class Size(_Part):
    """A canvas in pixels."""

    width: int
    height: int


class Box(Size):
    """Where a picture stands on a canvas, in pixels from the upper left corner."""

    x: int = 0
    y: int = 0


class Sent(_Part):
    """What the editor posts; the names are the wire's."""

    prompt: str = Field(default="", max_length=8192)
    mask: Marked | None = None
    canvas: Size | None = None
    imgPos: Box | None = None  # noqa: N815 - the wire's name


def canvas_of(size: Pixels, ratio: tuple[int, int] | None = None) -> tuple[Size, Box]:
    """The smallest canvas of a ratio around a picture, and the picture's place in its middle.

    A picture too large for any canvas is made smaller on it.
    """
    wide, high = ratio or size
    width, height = size
    across, down = max(width, height * wide / high), max(height, width * high / wide)
    scale = min(1.0, MOST_SIDE / max(across, down))
    canvas = Size(width=round(across * scale), height=round(down * scale))
    box_width = max(1, min(canvas.width, round(width * scale)))
    box_height = max(1, min(canvas.height, round(height * scale)))
    x, y = (canvas.width - box_width) // 2, (canvas.height - box_height) // 2
    return canvas, Box(width=box_width, height=box_height, x=x, y=y)


def standing(size: Pixels, canvas: Size, place: str = "middle") -> Box:
    """Where a picture of this shape stands at one of PLACES, filling most of the canvas."""
    scale = _SHARE * min(canvas.width / size[0], canvas.height / size[1])
    width, height = (max(1, round(side * scale)) for side in size)
    before, above = PLACES[place]
    return Box(
        width=width,
        height=height,
        x=round(_MARGIN * canvas.width + before * (canvas.width * (1 - 2 * _MARGIN) - width)),
        y=round(_MARGIN * canvas.height + above * (canvas.height * (1 - 2 * _MARGIN) - height)),
    )


def clockwise(areas: Sequence[Mapping[str, Any]], size: Pixels) -> list[dict[str, Any]]:
    """The polygons in the manual's order of corners; those without a surface are left out.

    InvalidRequestError when they do not lie on a picture of this size.
    """
    lists = [area.get("points") for area in areas]
    kept, corners = [], sum(len(points) // 2 for points in lists if isinstance(points, list))
    if corners > MOST_POINTS:
        raise too_many_corners(corners)
    for area in areas:
        if (area.get("width"), area.get("height")) != size:
            raise InvalidRequestError(N_("The regions were drawn on a picture of another size."))
        points = area.get("points")
        if not isinstance(points, list) or not all(type(number) is int for number in points):
            raise InvalidRequestError(N_("A region's corners must be whole numbers of pixels."))
        surface = _surface(points)
        _check_inside(points, size)
        if surface < 0:
            pairs = list(zip(points[::2], points[1::2], strict=True))
            points = [number for pair in reversed(pairs) for number in pair]
        if surface:
            kept.append({**area, "points": points})
    return kept


def _surface(points: Sequence[int]) -> int:
    """Twice the surface of a polygon; positive when its corners run clockwise on a screen."""
    xs, ys = points[::2], points[1::2]
    if len(xs) != len(ys):
        raise InvalidRequestError(N_("A region's corner lacks its second number."))
    return sum(
        xs[n - 1] * ys[n] - xs[n] * ys[n - 1] for n in range(len(xs))
    )  # the first corner follows the last


def _check_inside(points: Sequence[int], size: Pixels) -> None:
    # Not all providers' own checks come after this one: some get a picture of the polygons.
    if points and (min(points) < 0 or max(points[::2]) > size[0] or max(points[1::2]) > size[1]):
        raise InvalidRequestError(N_("A region reaches beyond the picture."))
