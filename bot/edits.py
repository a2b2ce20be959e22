"""From what somebody drew on a picture to the order it means; the web editor and /edit share it.

The rules of the manual are checked here whoever sends it: the editor's page only knows them too.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.engine import Engine, Order
from bot.errors import GoneError, InvalidRequestError
from bot.keeper import Keeper
from bot.media import masks
from bot.operations import Operation, follow_up, stand_in
from bot.providers.youchuan_shapes import MOST_POINTS, MOST_SIDE, too_many_corners
from bot.text import N_
from storage.errors import NotFoundError
from storage.models import Asset, Draft, Job, Upload

Json = Mapping[str, Any]

EDITOR = "editor"  # the purpose of drafts that the web editor opens


class _Marked(BaseModel):
    """A mask as it is sent: polygons, or a picture as a ``data:`` URL."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    areas: list[dict[str, Any]] | None = Field(default=None, max_length=1000)
    png: str | None = Field(default=None, max_length=masks.MOST_BYTES)


class Sent(BaseModel):
    """What the editor posts; the names are the wire's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: str = Field(default="", max_length=8192)
    mask: _Marked | None = None
    canvas: dict[str, int] | None = None
    imgPos: dict[str, int] | None = None  # noqa: N815 - the wire's name


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a draft is about: the operation, the picture, and the job that is followed."""

    operation: Operation
    picture: Asset
    parent: Job | None

    @property
    def has_canvas(self) -> bool:
        return "canvas" in self.operation.params.model_fields

    @property
    def needs(self) -> frozenset[str]:
        """The fields that cannot be left out."""
        fields = self.operation.params.model_fields.items()
        return frozenset(name for name, info in fields if info.is_required())


class Edits:
    """Makes orders of drawings."""

    def __init__(self, engine: Engine, keeper: Keeper) -> None:
        self._engine, self._keeper = engine, keeper

    async def subject(self, draft: Draft) -> Subject:
        """What a draft is about; GoneError when any of it is not there any more."""
        job_id = draft.payload.get("job")
        with suppress(NotFoundError):
            picture = await self._keeper.assets.get(draft.payload["asset"])
            parent = await self._engine.jobs.get(job_id) if job_id else None
            if await asyncio.to_thread(self._keeper.files.path(picture).is_file):
                operation = self._engine.catalog.operation(draft.payload["operation"])
                return Subject(operation=operation, picture=picture, parent=parent)
        raise GoneError(N_("The picture is not kept here any more."))

    async def order(self, draft: Draft, sent: Sent, mask: Asset | None = None) -> Order:
        """The order of what was drawn; InvalidRequestError or BadMediaError says what to change.

        `mask`: a clean mask that is kept already, instead of one in `sent`.
        """
        subject, uploads = await self.subject(draft), list[Upload]()
        values: dict[str, Any] = {}
        if sent.prompt.strip():
            values["remix_prompt"] = sent.prompt.strip()
        elif "remix_prompt" in subject.needs:
            raise InvalidRequestError(N_("Write what the picture should become."))
        if field := subject.operation.file_field:
            values[field] = stand_in(len(uploads))
            uploads.append(Upload(asset=subject.picture.token))
        if subject.has_canvas:
            values |= _placed(sent, subject.picture)
        areas = _clockwise((sent.mask and sent.mask.areas) or (), subject.picture)
        if areas and sent.mask and sent.mask.png:
            raise InvalidRequestError(N_("Mark what to repaint, in one way only."))
        if sent.mask and sent.mask.png:
            mask = await self.keep_mask(sent.mask.png, subject.picture)
        if mask is not None:
            values["mask"] = {"url": stand_in(len(uploads))}
            uploads.append(Upload(asset=mask.token))
        elif areas:
            values["mask"] = {"areas": areas}
        _check_change(subject, values)
        return self._ordered(draft, subject, values, uploads)

    def _ordered(
        self, draft: Draft, subject: Subject, values: Json, uploads: Sequence[Upload]
    ) -> Order:
        parent, index = subject.parent, draft.payload.get("index")
        params, traits = subject.operation.params, parent.traits if parent else frozenset[str]()
        return Order(
            operation=subject.operation.name,
            params=follow_up(
                subject.operation,
                external_id=parent.external_id if parent else None,
                index=index,
                values=params.tidied(values, traits),
            ),
            destination=draft.destination,
            interaction_id=draft.interaction_id,
            uploads=uploads,
            parent=parent,
            index=index,
            action=draft.payload.get("action", ""),
        )

    async def keep_mask(self, source: str | Upload, picture: Asset) -> Asset:
        """A clean mask of exactly the picture's size, from a ``data:`` URL or an attached file."""
        files, size = self._keeper.files, (picture.width, picture.height)
        raw = (
            await asyncio.to_thread(masks.decoded, source, files.temporary)
            if isinstance(source, str)
            else await self._keeper.fetched(source)
        )
        try:
            clean: Path = await self._keeper.pool.run(masks.cleaned, raw, size, files.temporary)
        finally:
            raw.unlink(missing_ok=True)
        return await self._keeper.keep_draft(clean)


def _placed(sent: Sent, picture: Asset) -> dict[str, Any]:
    """Canvas and place; without any the picture fills a canvas of its own size."""
    canvas, box = canvas_of((picture.width, picture.height))
    return {"canvas": sent.canvas or canvas, "img_pos": sent.imgPos or box}


def canvas_of(
    size: tuple[int, int], ratio: tuple[int, int] | None = None
) -> tuple[dict[str, int], dict[str, int]]:
    """The smallest canvas of a ratio around a picture, and the picture's place in its middle.

    Sizes in pixels; a picture too large for any canvas is made smaller on it.
    """
    wide, high = ratio or size
    width, height = size
    across, down = max(width, height * wide / high), max(height, width * high / wide)
    scale = min(1.0, MOST_SIDE / max(across, down))
    canvas = {"width": round(across * scale), "height": round(down * scale)}
    box = {
        "width": max(1, min(canvas["width"], round(width * scale))),
        "height": max(1, min(canvas["height"], round(height * scale))),
    }
    x, y = (canvas["width"] - box["width"]) // 2, (canvas["height"] - box["height"]) // 2
    return canvas, {**box, "x": x, "y": y}


def _clockwise(areas: Sequence[Json], picture: Asset) -> list[dict[str, Any]]:
    """The polygons in the manual's order of corners; those without a surface are left out."""
    lists = [area.get("points") for area in areas]
    kept, corners = [], sum(len(points) // 2 for points in lists if isinstance(points, list))
    if corners > MOST_POINTS:
        raise too_many_corners(corners)
    for area in areas:
        if (area.get("width"), area.get("height")) != (picture.width, picture.height):
            raise InvalidRequestError(N_("The regions were drawn on a picture of another size."))
        points = area.get("points")
        if not isinstance(points, list) or not all(type(number) is int for number in points):
            raise InvalidRequestError(N_("A region's corners must be whole numbers of pixels."))
        surface = _surface(points)
        if surface < 0:
            pairs = list(zip(points[::2], points[1::2], strict=False))
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


def _check_change(subject: Subject, values: Json) -> None:
    if "mask" in values:
        return
    if "mask" in subject.needs:
        raise InvalidRequestError(N_("Mark what to repaint."))
    place, canvas = {"x": 0, "y": 0, **values["img_pos"]}, values["canvas"]
    if place == {**canvas, "x": 0, "y": 0}:
        raise InvalidRequestError(
            N_("Nothing would change: mark a region, or make the canvas larger than the picture.")
        )
