"""Youchuan, which serves Midjourney in China: its job object and its reasons.

What its endpoints take stands in `youchuan_params`, their rows in `youchuan_rows`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import ProtocolError, ProviderError
from bot.providers.base import Provider, clean, identifier, number
from bot.providers.places import MOST_MEDIA, NO_ADDRESS, address
from bot.providers.youchuan_calls import CALLS, JOB, SUBSCRIBE
from bot.providers.youchuan_reasons import REASONS, Standing, standing_named, standing_of
from bot.providers.youchuan_rows import OPERATIONS
from bot.text import N_
from bot.wire import Credential, Media, Request, Result, State, Update

_SAID = N_("Midjourney gave this job up: “{said}”")
_REMOVED = N_("Removed by moderation")
_REMOVED_FOR = N_("Removed by moderation: {said}")

_MEDIA_FIELDS = ("urls", "videoUrls", "videos", "videoUrl")
_DEAREST = 10**9  # fen; anything above is no price


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

    def check(self, credential: Credential, *, now: int) -> Request:
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
    return Media(removed=NO_ADDRESS if sent else _REMOVED)


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, str | Mapping):
        return [value] if value else []
    return value[:MOST_MEDIA] if isinstance(value, list) else []


def _url(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("url") or value.get("videoUrl")
    return address(value)
