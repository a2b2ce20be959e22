"""The parts of Youchuan's canvas requests: masks, canvases, and where a picture stands on one."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.errors import InvalidRequestError
from bot.text import N_

MOST_POINTS = 2000  # corners of all areas together
MOST_SIDE = 4096  # pixels of a canvas


def too_many_corners(count: int) -> InvalidRequestError:
    """The refusal of regions with so many corners."""
    return InvalidRequestError(
        N_("The regions have {count} corners; {most} are possible. Draw them simpler."),
        count=count,
        most=MOST_POINTS,
    )


class _Shape(BaseModel):
    """A part of a request that is an object of its own; its names are the wire's already."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Area(_Shape):
    """A polygon to repaint, in pixels of a picture of this size: x, y, x, y, … (manual: mask)."""

    width: int = Field(ge=1, le=1 << 16)
    height: int = Field(ge=1, le=1 << 16)
    points: list[int] = Field(min_length=6)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        xs, ys = self.points[::2], self.points[1::2]
        if len(xs) != len(ys):
            raise InvalidRequestError(N_("A region's corner lacks its second number."))
        if min(self.points) < 0 or max(xs) > self.width or max(ys) > self.height:
            raise InvalidRequestError(N_("A region reaches beyond the picture."))
        return self


class Mask(_Shape):
    """What to repaint: polygons, or the address of a black-and-white picture (white: repaint)."""

    areas: list[Area] | None = Field(default=None, min_length=1)
    url: str | None = Field(default=None, min_length=1, max_length=8_000_000)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.areas is None) == (self.url is None):
            raise InvalidRequestError(N_("Mark what to repaint, in one way only."))
        corners = sum(len(area.points) // 2 for area in self.areas or ())
        if corners > MOST_POINTS:
            raise too_many_corners(corners)
        return self


class Size(_Shape):
    """A canvas in pixels."""

    width: int = Field(ge=1, le=MOST_SIDE)
    height: int = Field(ge=1, le=MOST_SIDE)


class Box(_Shape):
    """Where a picture stands on its canvas, in pixels from the upper left corner."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    x: int = 0
    y: int = 0
