"""Youchuan, which serves Midjourney in China: its endpoints, its job object, its reasons."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from bot.errors import (
    InvalidRequestError,
    ProtocolError,
    ProviderError,
)
from bot.operations import Action, Call, FromParent, Kind, Operation, Params, Price, Row
from bot.providers import prompt
from bot.providers.base import Provider, clean, identifier, number
from bot.providers.prompt_table import MODEL_BY_KEY, MOST_CHARACTERS
from bot.providers.youchuan_reasons import REASONS, Standing, standing_named, standing_of
from bot.text import N_
from bot.wire import Credential, Media, Request, Result, State, Update


class _OnPrompt(Params):
    """What a request's own prompt decides."""

    def words(self) -> str:
        try:
            return prompt.parse(self.own_prompt()).text
        except InvalidRequestError:  # an older row may hold what is not read any more
            return self.own_prompt()

    def price_factor(self) -> float:
        given = prompt.parse(self.own_prompt()).values
        return (2.0 if "turbo" in given else 1.0) * (0.5 if "draft" in given else 1.0)


class Diffusion(_OnPrompt):
    """Draw four pictures from a text."""

    text: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        description=N_("What to draw, with Midjourney parameters if you like."),
    )
    callback: str | None = None

    def own_prompt(self) -> str:
        return self.text

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return prompt.traits(prompt.parse(self.text))


class FollowJob(_OnPrompt):
    """Something made from a whole earlier job."""

    job_id: Annotated[str, FromParent("external_id")] = Field(
        min_length=1, max_length=128, description=N_("The job to go on from.")
    )

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        # Whatever follows an upscaled picture addresses the job it came from, so it is plain again.
        return parent - _ENLARGED


class Reroll(FollowJob):
    """Draw a job once more; has no callback, so it is polled."""


class FollowImage(FollowJob):
    """Something made from one picture of an earlier job."""

    image_no: Annotated[int, FromParent("index")] = Field(
        ge=0, le=3, description=N_("Which of the four pictures, counted from 0.")
    )
    callback: str | None = None


class _Reprompted(FollowImage):
    """Adds a prompt of its own, which may choose another model."""

    remix_prompt: str | None = Field(
        default=None, min_length=1, max_length=MOST_CHARACTERS, description=N_("A new prompt.")
    )

    def own_prompt(self) -> str:
        return self.remix_prompt or ""

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        kept = super().traits(parent)
        parsed = prompt.parse(self.own_prompt())
        if parsed.model is not None:
            kept -= set(MODEL_BY_KEY)
        return kept | prompt.traits(parsed)


class Variation(_Reprompted):
    """Vary one picture."""

    type: int = Field(ge=0, le=1, description=N_("0 varies it subtly, 1 strongly."))


class Upscale(FollowImage):
    """Enlarge one picture."""

    type: int = Field(
        ge=0, le=3, description=N_("0 is subtle, 1 creative; 2 and 3 are 2x and 4x for v5.2.")
    )

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        # On v8.1 it draws four new pictures; only a single one stands for its source.
        return parent | {"enlarged" if "v8.1" in parent else "upscaled"}

    def price_factor(self) -> float:
        return 2.0 if self.type == 1 else 1.5


class Pan(_Reprompted):
    """Extend one picture to a side."""

    direction: int = Field(ge=0, le=3, description=N_("0 is down, 1 right, 2 up, 3 left."))
    scale: float = Field(ge=1.1, le=3.0, description=N_("How far, from 1.1 to 3 times the size."))


class Outpaint(_Reprompted):
    """Extend one picture to all sides."""

    scale: float = Field(ge=1.1, le=2.0, description=N_("How far, from 1.1 to 2 times the size."))


class Remix(_Reprompted):
    """Draw one picture anew with another prompt."""

    remix_prompt: str = Field(
        min_length=1, max_length=MOST_CHARACTERS, description=N_("The prompt to draw it with.")
    )
    mode: int | None = Field(
        default=None, ge=0, le=1, description=N_("0 changes it strongly, 1 subtly.")
    )


class Enhance(FollowImage):
    """Draw one picture of a draft in full quality."""

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return super().traits(parent) - {"draft"}


class JobQuery(Params):
    """Ask for one job."""

    job_id: str = Field(min_length=1, max_length=128, description=N_("Youchuan's id of the job."))


_ENLARGED = frozenset({"upscaled", "enlarged"})
_V8 = frozenset({"v8.1"})
_V5 = frozenset({"v5.2"})
_NO_CANVAS = frozenset({"v8.1", "oref"})  # neither pan nor outpaint
_UPSCALE, _VARIATION = "youchuan.upscale", "youchuan.variation"
_PAN, _OUTPAINT = "youchuan.pan", "youchuan.outpaint"


def _pan(key: str, label: str, emoji: str, direction: int) -> Action:
    preset = {"direction": direction, "scale": 1.5}
    return Action(
        key=key,
        label=label,
        emoji=emoji,
        operation=_PAN,
        row=Row.PAN,
        preset=preset,
        unless=_NO_CANVAS,
    )


IMAGE_ACTIONS = (
    Action(
        key="u",
        label="U{n}",
        operation=_UPSCALE,
        row=Row.PICK,
        preset={"type": 0},
        unless=_ENLARGED,
        once=True,
    ),
    Action(key="v", label="V{n}", operation=_VARIATION, row=Row.VARIATION, preset={"type": 1}),
    Action(
        key="reroll", label=N_("Reroll"), emoji="🔄", operation="youchuan.reroll", row=Row.WHOLE
    ),
    Action(
        key="subtle",
        label=N_("Upscale Subtle"),
        operation=_UPSCALE,
        row=Row.IMAGE,
        preset={"type": 0},
        unless=_ENLARGED,
    ),
    Action(
        key="creative",
        label=N_("Upscale Creative"),
        operation=_UPSCALE,
        row=Row.IMAGE,
        preset={"type": 1},
        unless=_ENLARGED,
    ),
    Action(
        key="vary_subtle",
        label=N_("Vary Subtle"),
        operation=_VARIATION,
        row=Row.IMAGE,
        preset={"type": 0},
    ),
    Action(
        key="vary_strong",
        label=N_("Vary Strong"),
        operation=_VARIATION,
        row=Row.IMAGE,
        preset={"type": 1},
    ),
    _pan("left", N_("Pan left"), "⬅️", 3),
    _pan("up", N_("Pan up"), "⬆️", 2),
    _pan("down", N_("Pan down"), "⬇️", 0),
    _pan("right", N_("Pan right"), "➡️", 1),
    Action(
        key="zoom15",
        label=N_("Zoom 1.5x"),
        operation=_OUTPAINT,
        row=Row.ZOOM,
        preset={"scale": 1.5},
        unless=_NO_CANVAS,
    ),
    Action(
        key="zoom2",
        label=N_("Zoom 2x"),
        operation=_OUTPAINT,
        row=Row.ZOOM,
        preset={"scale": 2.0},
        unless=_NO_CANVAS,
    ),
    Action(
        key="remix",
        label=N_("Remix"),
        operation="youchuan.remix",
        row=Row.ZOOM,
        ask=("remix_prompt",),
    ),
    Action(
        key="zoom",
        label=N_("Zoom custom"),
        operation=_OUTPAINT,
        row=Row.MORE,
        ask=("scale", "remix_prompt"),
        unless=_NO_CANVAS,
    ),
    Action(
        key="enhance",
        label=N_("Enhance"),
        operation="youchuan.enhance",
        row=Row.MORE,
        only=frozenset({"draft"}),
        unless=_V8,
    ),
    Action(
        key="up2x",
        label=N_("Upscale 2x"),
        operation=_UPSCALE,
        row=Row.MORE,
        preset={"type": 2},
        only=_V5,
        unless=_ENLARGED,
    ),
    Action(
        key="up4x",
        label=N_("Upscale 4x"),
        operation=_UPSCALE,
        row=Row.MORE,
        preset={"type": 3},
        only=_V5,
        unless=_ENLARGED,
    ),
)

_BASE = 50  # fen: the feeCost of a plain diffusion in the manual's callback sample


def _image(
    verb: str,
    params: type[Params],
    summary: str,
    *,
    factor: float = 1.0,
    commands: tuple[str, ...] = (),
) -> Operation:
    return Operation(
        name=f"youchuan.{verb}",
        path=f"/v1/tob/{verb}",
        params=params,
        kind=Kind.IMAGE,
        summary=summary,
        price=Price(base=_BASE, factor=factor),
        actions=IMAGE_ACTIONS,
        commands=commands,
    )


OPERATIONS = (
    _image("diffusion", Diffusion, N_("Draw four pictures from a text."), commands=("imagine",)),
    _image("variation", Variation, N_("Vary one picture."), factor=1.5),
    _image("upscale", Upscale, N_("Enlarge one picture.")),
    _image("reroll", Reroll, N_("Draw the same again.")),
    _image("pan", Pan, N_("Extend one picture to a side.")),
    _image("outpaint", Outpaint, N_("Extend one picture to all sides.")),
    _image("remix", Remix, N_("Draw one picture anew with another prompt."), factor=1.5),
    _image("enhance", Enhance, N_("Draw one picture of a draft in full quality.")),
)

JOB = Call(
    name="youchuan.job",
    path="/v1/tob/job/{jobId}",
    params=JobQuery,
    summary=N_("Ask how a job stands."),
)
SUBSCRIBE = Call(
    name="youchuan.subscribe",
    path="/v1/tob/subscribe",
    summary=N_("Show the account's plan and what is left of it."),
)
CALLS = (JOB, SUBSCRIBE)

_SAID = N_("Midjourney gave this job up: “{said}”")
_REMOVED = N_("Removed by moderation")
_REMOVED_FOR = N_("Removed by moderation: {said}")
_NO_ADDRESS = N_("Sent without a usable address")

_MEDIA_FIELDS = ("urls", "videoUrls", "videos", "videoUrl")
_MOST_MEDIA = 16
_DEAREST = 10**9  # fen; anything above is no price
_URL = re.compile(r"https?://\S{1,4000}", re.IGNORECASE)


class Youchuan(Provider):
    """Midjourney by way of ``ali.youchuan.cn``."""

    name = "youchuan"
    title = "Midjourney"
    operations = OPERATIONS
    calls = CALLS
    reasons = REASONS

    def sign(self, request: Request, credential: Credential, *, now: int) -> Request:
        proof = {"x-youchuan-app": credential.app_id, "x-youchuan-secret": credential.secret}
        return replace(request, headers={**request.headers, **proof})

    def poll(self, external_id: str, credential: Credential, *, now: int) -> Request:
        return self.call(JOB, {"job_id": external_id}, credential, now=now)

    def check(self, credential: Credential, *, now: int = 0) -> Request:
        return self.call(SUBSCRIBE, {}, credential, now=now)

    def read_id(self, data: Any) -> str:
        inner, cost = _object(data, "data"), _object(data, "cost")
        top = data if isinstance(data, Mapping) else {}
        found = (
            top.get("id"),
            top.get("jobId"),
            inner.get("id"),
            inner.get("jobId"),
            cost.get("jobId"),
            top.get("result"),
        )
        return next(filter(None, map(identifier, found)), "")

    def read(self, data: Any) -> Update:
        """What a job object says.

        A success that brings neither a picture nor a reason for that is told as RUNNING with an
        empty result, so that it is asked for again; whoever polls decides how long.
        """
        if not isinstance(data, Mapping):
            raise ProtocolError(
                N_("Midjourney sent something that describes no job."), provider=self.name
            )
        external_id = self.read_id(data)
        inner = _object(data, "data")
        job = inner if inner and "status" not in data and "comment" not in data else data
        standing = standing_of(job.get("status"), job.get("comment"))
        cost = _cost(job)
        if standing.state is State.FAILED:
            return Update(
                external_id=external_id,
                state=State.FAILED,
                error=self._failure(standing, job),
                result=Result(cost=0 if standing.free else cost),
            )
        if standing.state is not State.SUCCEEDED:
            return Update(external_id=external_id, state=standing.state)
        media = _media(job)
        return Update(
            external_id=external_id,
            state=State.SUCCEEDED if media else State.RUNNING,
            result=Result(media=media, cost=cost, seed=_seed(job)),
        )

    def _failure(self, standing: Standing, job: Mapping[str, Any]) -> ProviderError:
        said, status = clean(job.get("comment")), number(job.get("status"))
        explained = standing.name and (not said or standing_named(said) is not None)
        return standing.error(
            standing.sentence if explained or not said else _SAID,
            provider=self.name,
            code="" if status is None else str(status),
            reason=standing.name,
            said=said,
        )


def _object(data: Any, name: str) -> Mapping[str, Any]:
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _cost(job: Mapping[str, Any]) -> int | None:
    fee = number(_object(job, "cost").get("feeCost"))
    return fee if fee is not None and 0 <= fee <= _DEAREST else None


def _seed(job: Mapping[str, Any]) -> int | None:
    seed = number(job.get("seed"))
    # 0 stands for "none yet".
    return seed if seed is not None and 0 < seed < 2**32 else None


def _media(job: Mapping[str, Any]) -> tuple[Media, ...]:
    """The places of a success with their holes; empty when nothing there explains anything."""
    audits = [clean(reason) for reason in _listed(job.get("audits"))]
    lists = [_listed(job.get(field)) for field in _MEDIA_FIELDS]
    found = next((urls for urls in lists if any(map(_url, urls))), lists[0])
    if not any(map(_url, found)) and not any(audits):
        return ()
    places = range(max(len(found), len(audits)))
    return tuple(
        _place(found[n] if n < len(found) else "", audits[n] if n < len(audits) else "")
        for n in places
    )


def _place(sent: Any, audit: str) -> Media:
    url = _url(sent)
    if url:
        return Media(url=url)
    if audit:
        return Media(removed=_REMOVED_FOR, said=audit)
    return Media(removed=_NO_ADDRESS if sent else _REMOVED)


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, str | Mapping):
        return [value] if value else []
    return value[:_MOST_MEDIA] if isinstance(value, list) else []


def _url(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("url") or value.get("videoUrl")
    if isinstance(value, str) and value.isprintable() and _URL.fullmatch(value):
        return value
    return ""
