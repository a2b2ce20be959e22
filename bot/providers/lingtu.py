"""Lingtu, a box of twenty picture tools: its signature, its answers and its states.

What its endpoints take stands in `lingtu_params`, their rows in `lingtu_rows`. It knows no
callbacks: everything is polled.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from bot.errors import (
    AuthError,
    CreditError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    RejectedError,
)
from bot.operations import Operation
from bot.providers.base import Fault, Provider, clean, identifier, number
from bot.providers.lingtu_reasons import MODERATED, REASONS, failure, is_moderation
from bot.providers.lingtu_rows import CANCEL, OPERATIONS, RESULT
from bot.providers.places import media_at
from bot.text import N_
from bot.wire import Credential, Media, Request, Response, Result, State, Update

# How far a job is, where the provider tells no more than its state.
_STANDINGS: Mapping[str, tuple[State, float | None]] = {
    "waiting": (State.PENDING, 0.0),
    "executing": (State.RUNNING, 0.5),
    "succeed": (State.SUCCEEDED, None),
    "succeeded": (State.SUCCEEDED, None),
    "success": (State.SUCCEEDED, None),
    "failed": (State.FAILED, None),
    "canceled": (State.CANCELED, None),
    "cancelled": (State.CANCELED, None),
}
_NO_JOB = "1"
_OWN_CODES = 1000  # from here on a code is no HTTP status
_LONGEST_TEXT = 200_000
_BETWEEN_URLS = re.compile(r",(?=\s*https?://)", re.IGNORECASE)
_BARE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]{14,127}")


def signature(app_id: str, uri: str, salt: str, timestamp: str, secret: str) -> str:
    """The proof of who asks; `uri` is the endpoint's path as the manual prints it."""
    return sha256(f"{app_id}{uri}{salt}{timestamp}{secret}".encode()).hexdigest()


class _Answer(Response):
    """An answer that may be a bare job id, which is taken as it is written."""

    def json(self) -> Any:
        text = self.body.strip()
        return text.decode("ascii") if _BARE_ID.fullmatch(text) else super().json()


class Lingtu(Provider):
    """The picture tools of 灵图."""

    name = "lingtu"
    title = "Lingtu"
    operations = OPERATIONS
    calls = (RESULT, CANCEL)
    reasons = REASONS
    look_ms = 2000
    looks_per_second = 5.0
    takes_back = True

    def sign(self, request: Request, credential: Credential, *, now: int) -> Request:
        salt, timestamp = str(uuid4()), str(now // 1000)
        # Neither the query nor a prefix in the account's address belongs to what is signed.
        uri, secret = request.path, credential.secret
        proof = {
            "appId": credential.app_id,
            "timestamp": timestamp,
            "salt": salt,
            "sign": signature(credential.app_id, uri, salt, timestamp, secret),
        }
        return replace(request, headers={**request.headers, **proof})

    def poll(self, external_id: str, credential: Credential, *, now: int) -> Request:
        return self.call(RESULT, {"job_id": external_id}, credential, now=now)

    def check(self, credential: Credential, *, now: int) -> Request:
        # There is nothing cheaper than to ask for a job that is nobody's; see `checked`.
        return self.call(RESULT, {"job_id": _NO_JOB}, credential, now=now)

    def checked(self, response: Response) -> None:
        """A ProviderError unless the answer to `check` shows that the credential is accepted.

        Signatures are looked at first, so a complaint in the provider's own form (with a code) that
        is not about the account means that it was let in; so does an empty success.
        """
        if 200 <= response.status < 300 and not response.body.strip():
            return
        try:
            self.answer(response)
        except (AuthError, CreditError, RateLimitError):
            raise
        except ProviderError as error:
            if error.code in {"", "403"}:
                raise

    def cancel(self, external_id: str, credential: Credential, *, now: int) -> Request:
        """The request that cancels a job, which works until it is executed."""
        return self.call(CANCEL, {"job_id": external_id}, credential, now=now)

    def canceled(self, response: Response) -> bool:
        """Whether a cancel came in time; another ProviderError than a refusal leaves it open."""
        try:
            data = self.answer(response)
        except RejectedError:
            return False
        said = _inner(data, "success").get("success") if isinstance(data, Mapping) else data
        word = str(said).strip().lower()
        if word not in {"true", "false"}:
            raise ProtocolError(
                N_("Lingtu did not say whether the job was canceled."), provider=self.name
            )
        return word == "true"

    def answer(self, response: Response) -> Any:
        text = _Answer(status=response.status, headers=response.headers, body=response.body)
        return super().answer(text)

    def fault(self, status: int, data: Any) -> Fault | None:
        if 200 <= status < 300 and _described(data) is not None:
            return None  # a failed job may say a code of its own
        fault = super().fault(status, data)
        code = None if fault is None else number(fault.code)
        if fault is None or code is None or code < _OWN_CODES:
            return fault
        # Such a code refuses the request, under whatever HTTP status it comes.
        return replace(fault, status=code)

    def error(self, fault: Fault, headers: Mapping[str, str]) -> ProviderError:
        error = super().error(fault, headers)
        if not isinstance(error, RejectedError) or not is_moderation(fault.said):
            return error
        kind, sentence = MODERATED
        return kind(
            sentence,
            provider=error.provider,
            status=error.status,
            code=error.code,
            reason=error.reason,
            request_id=error.request_id,
            said=fault.said,
        )

    def read_id(self, data: Any) -> str:
        if not isinstance(data, Mapping):
            return _job_id(data)
        inner = data.get("data")
        nested = inner.get("jobId") if isinstance(inner, Mapping) else inner
        return _job_id(data.get("jobId")) or _job_id(nested)

    def started(self, operation: Operation, data: Any) -> Update:
        return Update(external_id=self.read_id(data), state=State.PENDING, progress=0.0)

    def read(self, data: Any) -> Update:
        """What the answer to a poll says.

        A success that brings neither a file nor a text is told as RUNNING with an empty result, so
        that it is asked for again; whoever polls decides how long.
        """
        job = _inner(data, "status") if isinstance(data, Mapping) else {}
        word = clean(job.get("status")).lower()
        if not word:
            raise ProtocolError(
                N_("Lingtu sent something that describes no job."), provider=self.name
            )
        external_id = self.read_id(data)
        # A state that the manual does not know is not the end of a job.
        state, progress = _STANDINGS.get(word, (State.PENDING, None))
        if state is State.FAILED:
            return Update(external_id=external_id, state=state, error=self._failure(job))
        if state is not State.SUCCEEDED:
            return Update(external_id=external_id, state=state, progress=progress)
        result = Result(media=_media(job), text=_text(job.get("text")))
        if not result.media and not result.text:
            state = State.RUNNING
        return Update(external_id=external_id, state=state, result=result)

    def _failure(self, job: Mapping[str, Any]) -> ProviderError:
        said, code = clean(job.get("message")), number(job.get("code"))
        kind, sentence = failure("" if code is None else str(code), said)
        return kind(
            sentence,
            provider=self.name,
            code="" if code is None else str(code),
            said=said,
        )


def _job_id(value: Any) -> str:
    """An id as text; a word, a nought or a number that went through a float is none."""
    found = identifier(value.strip() if isinstance(value, str) else value)
    return found if re.search("[1-9]", found) else ""


def _inner(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object that has a field: what was sent, or what an envelope holds as its data."""
    held = data.get("data")
    return held if isinstance(held, Mapping) and name in held else data


def _described(data: Any) -> Mapping[str, Any] | None:
    """The object that describes a job by a state of the manual's; None where there is none."""
    if not isinstance(data, Mapping):
        return None
    job = _inner(data, "status")
    return job if clean(job.get("status")).lower() in _STANDINGS else None


def _media(job: Mapping[str, Any]) -> tuple[Media, ...]:
    """The files of a success in their order; what they are is seen when they are fetched.

    They come as a list, or joined by commas.
    """
    for name in ("urls", "url"):
        if media := media_at(_listed(job.get(name))):
            return media
    return ()


def _listed(value: Any) -> Iterator[Any]:
    for sent in value if isinstance(value, list) else [value]:
        if isinstance(sent, str):
            # Only before a new address: a comma may also stand inside of one.
            yield from (part.strip(" ,") for part in _BETWEEN_URLS.split(sent))
        else:
            yield sent


def _text(value: Any) -> str:
    """A text result with its paragraphs, without other control characters."""
    parts = value if isinstance(value, list) else [value]
    text = "\n".join(part for part in parts if isinstance(part, str))[:_LONGEST_TEXT]
    kept = (
        char if char.isprintable() or char == "\n" else " "
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    return "".join(kept).strip()
