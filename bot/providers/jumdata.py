"""Jumdata, which draws from short texts: its signed form, its loose codes, and its two states.

It knows no callbacks and tells of no failure: a job that never ends is ended by its deadline.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, ClassVar

from bot.errors import (
    MissingError,
    ModerationError,
    ProtocolError,
    RejectedError,
    UnavailableError,
)
from bot.operations import Operation
from bot.providers.base import Fault, Provider, clean, identifier, number
from bot.providers.jumdata_reasons import FREE, REASONS, reason_of
from bot.providers.jumdata_rows import OPERATIONS, QUERY
from bot.providers.places import media_at
from bot.text import N_
from bot.wire import Credential, Media, Request, Response, Result, State, Update

_NO_JOB = N_("Jumdata sent something that describes no job.")
_GIVEN_UP = N_("Jumdata gave this job up without a reason; please try again.")

_WAITS, _DONE = 0, 1
_NOBODYS = "1"


def signature(app_id: str, secret: str, timestamp: str) -> str:
    """The proof of who asks; `timestamp` in milliseconds, as it is sent."""
    return sha256(f"{app_id}{secret}{timestamp}".encode()).hexdigest()


class Jumdata(Provider):
    """AI绘画 of 聚美智数."""

    name = "jumdata"
    title = "Jumdata"
    operations = OPERATIONS
    calls = (QUERY,)
    reasons = REASONS
    looks_per_second = 2.0
    # A quarter of an hour is far more than a picture takes, and it never says that one has failed.
    deadline_ms: ClassVar[int] = 900_000

    def sign(self, request: Request, credential: Credential, *, now: int) -> Request:
        timestamp = str(now)
        form = {name: str(value) for name, value in (request.body or {}).items()}
        form |= {
            "appId": credential.app_id,
            "timestamp": timestamp,
            "sign": signature(credential.app_id, credential.secret, timestamp),
        }
        return replace(request, body=None, form=form)

    def poll(self, external_id: str, credential: Credential, *, now: int) -> Request:
        return self.call(QUERY, {"task_id": external_id}, credential, now=now)

    def check(self, credential: Credential, *, now: int) -> Request:
        # To ask costs nothing; what is not looked for is a job of ours.
        return self.call(QUERY, {"task_id": _NOBODYS}, credential, now=now)

    def checked(self, response: Response) -> None:
        """A ProviderError unless the answer to `check` shows that the credential is accepted.

        That the job is not known, or that its id is no good, can only be said after letting in.
        """
        try:
            self.answer(response)
        except (MissingError, RejectedError) as error:
            if error.code not in {"201", "400"}:
                raise

    def fault(self, status: int, data: Any) -> Fault | None:
        """What an answer complains about: by its code whatever HTTP says, else by the status."""
        body = data if isinstance(data, Mapping) else {}
        whole, said = number(body.get("code")), clean(body.get("msg")) or clean(body.get("message"))
        if whole in {0, 200} or (whole is None and 200 <= status < 300):
            return None
        code = "" if whole is None else str(whole)
        if code:
            reason = reason_of(code, said, charge=charged(body))
            status = status if reason else 500  # not in the manual, or "other"
        else:
            reason = "404" if status == 404 else ""  # a job that is not known is told by a code
        return Fault(
            status=status,
            code=code,
            reason=reason,
            said=said or code,
            request_id=request_number(body),
            charged=charged(body),
        )

    def accepted(self, operation: Operation, response: Response) -> Update:
        """The first news of a job, with its id; else a ProviderError, or a job that has FAILED.

        What is wrong otherwise and cost nothing is final: unlike a pause, it may never pass.
        """
        try:
            return super().accepted(operation, response)
        except UnavailableError as error:
            if error.reason == FREE and error.code not in REASONS:
                return Update(state=State.FAILED, error=error)
            raise

    def read_id(self, data: Any) -> str:
        top = data if isinstance(data, Mapping) else {}
        held = top.get("data")
        inner = held if isinstance(held, Mapping) else {}
        found = next(filter(None, map(identifier, (inner.get("taskId"), top.get("taskId")))), "")
        # Where the data is the id itself, a word such as "success" is none.
        bare = identifier(held)
        found = found or (bare if re.search("[0-9]", bare) else "")
        return "" if found == "0" else found

    def started(self, operation: Operation, data: Any) -> Update:
        return Update(
            external_id=self.read_id(data),
            state=State.PENDING,
            progress=0.0,
            charged=charged(data),
            receipt=request_number(data),
        )

    def update(self, response: Response) -> Update:
        try:
            return super().update(response)
        except ModerationError as error:
            return Update(state=State.FAILED, error=error)

    def read(self, data: Any) -> Update:
        """What the answer to a query says.

        A success that brings no picture is told as RUNNING with an empty result, so that it is
        asked for again; whoever polls decides how long.
        """
        job = _job(data)
        status, external_id = job.get("status"), self.read_id(data)
        word = clean(status)
        whole = number(word or status)
        if whole is None and not word:
            raise ProtocolError(_NO_JOB, provider=self.name)
        if whole == _WAITS:
            return Update(external_id=external_id, state=State.RUNNING)
        if whole != _DONE:
            code = word or str(whole)
            error = UnavailableError(_GIVEN_UP, provider=self.name, code=code)
            return Update(external_id=external_id, state=State.FAILED, error=error)
        media = _media(job)
        state = State.SUCCEEDED if media else State.RUNNING
        return Update(external_id=external_id, state=state, result=Result(media=media))


def charged(data: Any) -> bool | None:
    """Whether an answer says that it cost money; None where it does not tell."""
    said = str(data.get("charge")).strip().lower() if isinstance(data, Mapping) else ""
    return {"true": True, "1": True, "false": False, "0": False}.get(said)


def request_number(data: Any) -> str:
    """What Jumdata's support knows a request by; it is not the job's id."""
    return identifier(data.get("taskNo")) if isinstance(data, Mapping) else ""


def _job(data: Any) -> Mapping[str, Any]:
    top = data if isinstance(data, Mapping) else {}
    held = top.get("data")
    return held if isinstance(held, Mapping) else top


def _media(job: Mapping[str, Any]) -> tuple[Media, ...]:
    """The pictures in their order, or the first one alone where the list is missing."""
    for sent in (job.get("imgUrls"), job.get("img")):
        if media := media_at(_listed(sent)):
            return media
    return ()


def _listed(sent: Any) -> Iterator[Any]:
    for each in sent if isinstance(sent, list) else [sent]:
        yield each.get("image") or each.get("url") if isinstance(each, Mapping) else each
