"""What a drawing means, for each kind of operation: the values of its request, and their files.

The rules of the manuals are checked here whoever sends it: the editor's page only knows them too.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict

from bot.edit_files import keep_backdrop, keep_drawn, keep_mask, size_of
from bot.edit_shapes import Box, Sent, Size, canvas_of, clockwise, standing
from bot.errors import InvalidRequestError
from bot.keeper import Keeper
from bot.media import goods
from bot.operations import Operation, stand_in
from bot.policy import Person
from bot.providers.lingtu_canvas import ChangeBackground
from bot.providers.lingtu_params import Remove
from bot.providers.youchuan_shapes import MOST_SIDE
from bot.text import N_
from storage.models import Asset, Job, Upload


class Begun(BaseModel):
    """What is to be edited, as a draft keeps it; `asset` and `background` are tokens of files.

    `job`, `index` and `action` are for what follows a result; `values` are fields of the request
    that are settled already. `person` is who opened the editor, as they stood then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    asset: str
    background: str | None = None
    prompt: str = ""
    job: str | None = None
    index: int | None = None
    action: str = ""
    values: dict[str, Any] = {}
    person: Person | None = None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is edited: the operation, its pictures, and the job that is followed."""

    begun: Begun
    operation: Operation
    picture: Asset
    background: Asset | None = None
    parent: Job | None = None

    @property
    def kind(self) -> "Kind":
        """What a drawing means for it."""
        return _KINDS.get(self.operation.params, _REPAINT)

    @property
    def needs(self) -> frozenset[str]:
        """The fields that cannot be left out."""
        fields = self.operation.params.model_fields.items()
        return frozenset(name for name, info in fields if info.is_required())


@dataclass(frozen=True)
class Request:
    """The values of a request in the making, and the files that stand-ins in them count."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)

    def attach(self, asset: Asset) -> str:
        """Take a file in; what stands for its address."""
        self.uploads.append(Upload(asset=asset.token))
        return stand_in(len(self.uploads) - 1)


class Kind(ABC):
    """What the page offers for a subject, and what comes of what is sent from it.

    `sides`: the least and the most pixels of a side of the canvas.
    """

    sides = (16, MOST_SIDE)
    has_prompt = False

    @abstractmethod
    def purpose(self, subject: Subject) -> str:
        """Which of the page's modes it is."""

    def has_canvas(self, subject: Subject) -> bool:
        return True

    def needs_mask(self, subject: Subject) -> bool:
        return "mask" in subject.needs

    def start(self, subject: Subject) -> tuple[Size, Box] | None:
        """The canvas to begin with, and the picture's place on it; None is just around it."""
        return None

    @abstractmethod
    async def request(
        self, subject: Subject, sent: Sent, mask: Asset | None, keeper: Keeper
    ) -> Request:
        """What is asked for; InvalidRequestError or BadMediaError says what to change.

        `mask`: a clean mask that is kept already, instead of one in `sent`.
        """


class Repaint(Kind):
    """A region is drawn anew from a text, or a picture goes on around its edges (Youchuan)."""

    has_prompt = True

    def purpose(self, subject: Subject) -> str:
        follows = subject.parent is not None
        return "region" if not self.has_canvas(subject) else "edit" if follows else "paint"

    def has_canvas(self, subject: Subject) -> bool:
        return "canvas" in subject.operation.params.model_fields

    async def request(
        self, subject: Subject, sent: Sent, mask: Asset | None, keeper: Keeper
    ) -> Request:
        wanted, size = Request(), size_of(subject.picture)
        values = wanted.values
        if sent.prompt.strip():
            values["remix_prompt"] = sent.prompt.strip()
        elif "remix_prompt" in subject.needs:
            raise InvalidRequestError(N_("Write what the picture should become."))
        if name := subject.operation.file_field:
            values[name] = wanted.attach(subject.picture)
        if self.has_canvas(subject):
            canvas, box = canvas_of(size)
            values["canvas"] = (sent.canvas or canvas).model_dump()
            values["img_pos"] = (sent.imgPos or box).model_dump()
        areas = clockwise(_areas(sent), size)
        if sent.mask and sent.mask.png:
            mask = await keep_mask(keeper, sent.mask.png, size)
        if mask is not None:
            values["mask"] = {"url": wanted.attach(mask)}
        elif areas:
            values["mask"] = {"areas": areas}
        self._check_change(subject, values)
        return wanted

    def _check_change(self, subject: Subject, values: Mapping[str, Any]) -> None:
        if "mask" in values:
            return
        if self.needs_mask(subject):
            raise InvalidRequestError(N_("Mark what to repaint."))
        if values["img_pos"] == {**values["canvas"], "x": 0, "y": 0}:
            raise InvalidRequestError(
                N_(
                    "Nothing would change: mark a region, or make the canvas larger than the "
                    "picture."
                )
            )


class Erase(Kind):
    """What is marked vanishes (Lingtu: 智能擦除)."""

    def purpose(self, subject: Subject) -> str:
        return "erase"

    def has_canvas(self, subject: Subject) -> bool:
        return False

    async def request(
        self, subject: Subject, sent: Sent, mask: Asset | None, keeper: Keeper
    ) -> Request:
        mask = mask or await _mask_file(sent, size_of(subject.picture), keeper)
        if mask is None:
            raise InvalidRequestError(N_("Mark what to erase."))
        wanted = Request()
        wanted.values["image"] = wanted.attach(subject.picture)
        wanted.values["mask"] = wanted.attach(mask)
        return wanted


def _bounds(params: type[BaseModel], name: str) -> tuple[int, int]:
    """The least and the most that a field of whole numbers takes."""
    marks: list[Any] = params.model_fields[name].metadata
    bounds = {type(mark): mark for mark in marks}
    return bounds[Ge].ge, bounds[Le].le


class Stand(Kind):
    """The picture is a product, placed before a background (Lingtu: 商品图换背景).

    What is marked is what the result need not take from the background.
    """

    sides = _bounds(ChangeBackground, "width")

    def purpose(self, subject: Subject) -> str:
        return "background"

    def start(self, subject: Subject) -> tuple[Size, Box]:
        backdrop = _backdrop(subject)
        width, height = goods.canvas_size(backdrop.width, backdrop.height)
        canvas = Size(width=width, height=height)
        return canvas, standing(size_of(subject.picture), canvas)

    async def request(
        self, subject: Subject, sent: Sent, mask: Asset | None, keeper: Keeper
    ) -> Request:
        canvas, box = self.start(subject)
        canvas, box = sent.canvas or canvas, sent.imgPos or box
        wanted = Request()
        wanted.values.update(
            {
                **subject.begun.values,
                **canvas.model_dump(),
                "goods": {"url": wanted.attach(subject.picture), **box.model_dump()},
                "background": {"url": stand_in(1)},
            }
        )
        # Before a picture of that size is made.
        subject.operation.validate(wanted.values)
        size = (canvas.width, canvas.height)
        mask = mask or await _mask_file(sent, size, keeper)
        filled = await keep_backdrop(keeper, _backdrop(subject), size)
        wanted.values["background"] = {"url": wanted.attach(filled)}
        if mask is not None:
            wanted.values["background"]["mask"] = wanted.attach(mask)
        return wanted


def _backdrop(subject: Subject) -> Asset:
    if subject.background is None:
        raise InvalidRequestError(N_("There is no background; use the command again."))
    return subject.background


def _areas(sent: Sent) -> list[dict[str, Any]]:
    areas = (sent.mask and sent.mask.areas) or []
    if areas and sent.mask and sent.mask.png:
        raise InvalidRequestError(N_("Send the mask in one way only: as areas or as a picture."))
    return areas


async def _mask_file(sent: Sent, size: tuple[int, int], keeper: Keeper) -> Asset | None:
    """A picture of what was marked; None when nothing was."""
    areas = clockwise(_areas(sent), size)
    if sent.mask and sent.mask.png:
        return await keep_mask(keeper, sent.mask.png, size)
    return await keep_drawn(keeper, areas, size) if areas else None


_REPAINT = Repaint()
_KINDS: Mapping[type, Kind] = {Remove: Erase(), ChangeBackground: Stand()}
