"""What the providers have in common: requests out, answers in, and what an answer means.

Nothing here awaits or reads a clock it was not given, except to date a ``Retry-After``.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import quote

from bot.errors import (
    AuthError,
    CreditError,
    InvalidRequestError,
    MissingError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.operations import Call, Operation, Params, validated
from bot.text import N_, clip
from bot.wire import Credential, Request, Response, Update, parse_json

Reason = tuple[type[ProviderError], str]  # what a token means, and the sentence a person reads

_QUOTED = 200  # characters of a provider's own words
_A_DAY = 86_400.0
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:=+-]{0,127}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?")
_PLACE = re.compile(r"\{(\w+)\}")

_OUT_OF_REACH = N_("{service} does not answer at the moment; please try again in a while.")
# error → its sentence, alone and with the provider's own words
_SENTENCES: Mapping[type[ProviderError], tuple[str, str]] = {
    RejectedError: (
        N_("{service} refused this request. Change it and try again."),
        N_("{service} refused this request: “{said}”"),
    ),
    AuthError: (
        N_("{service} does not accept this bot's credentials; an admin has to correct them."),
        N_("{service} does not accept this bot's credentials: “{said}”"),
    ),
    CreditError: (
        N_("The {service} account has no credit left; an admin has to top it up."),
        N_("The {service} account has no credit left: “{said}”"),
    ),
    MissingError: (
        N_("{service} no longer has this job; start again from the saved picture."),
        N_("{service} no longer has this: “{said}”"),
    ),
    RateLimitError: (
        N_("{service} is busy with other jobs; this one has to wait a moment."),
        N_("{service} asks to slow down: “{said}”"),
    ),
    UncertainError: (
        N_("{service} had a fault, and whether it took the job is not known."),
        N_("{service} had a fault (“{said}”), and whether it took the job is not known."),
    ),
}
_BY_STATUS: Mapping[int, type[ProviderError]] = {
    401: AuthError,
    402: CreditError,
    404: MissingError,
    410: MissingError,
    429: RateLimitError,
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A complaint as it was sent; `status` is HTTP's, or the code inside a 200."""

    status: int
    code: str = ""
    reason: str = ""
    said: str = ""
    request_id: str = ""
    charged: bool | None = None


class Provider(ABC):
    """One provider's protocol: requests to send, and the meaning of what comes back.

    An error raised for a submit says what became of it. UnavailableError and RateLimitError: not
    taken, may be repeated unless it was charged. UncertainError and ProtocolError: not known. Any
    other: refused for good. An Update that is FAILED is final whatever its error's class.
    """

    name: ClassVar[str]
    title: ClassVar[str]  # as people know it
    operations: ClassVar[tuple[Operation, ...]]
    calls: ClassVar[tuple[Call, ...]] = ()
    reasons: ClassVar[Mapping[str, Reason]] = {}  # by reason token, or by code
    look_ms: ClassVar[int | None] = None  # when to ask for a job first, if before POLL_SECONDS
    deadline_ms: ClassVar[int | None] = None  # when to give a job up, if before the setting's
    looks_per_second: ClassVar[float] = 10.0  # of all jobs of an account together
    takes_back: ClassVar[bool] = False  # whether a job that waits there can be canceled

    @abstractmethod
    def sign(self, request: Request, credential: Credential, *, now: int) -> Request:
        """The request with the proof of who asks; `now` is in milliseconds."""

    @abstractmethod
    def poll(self, external_id: str, credential: Credential, *, now: int) -> Request:
        """The request that asks how a job stands."""

    @abstractmethod
    def check(self, credential: Credential, *, now: int) -> Request:
        """The cheapest request whose answer shows whether a credential is accepted."""

    @abstractmethod
    def read_id(self, data: Any) -> str:
        """The job's id in an answer; empty when there is none."""

    @abstractmethod
    def read(self, data: Any) -> Update:
        """What a job's description says; ProtocolError when it is none."""

    def checked(self, response: Response) -> None:
        """A ProviderError unless the answer to `check` shows that the credential is accepted."""
        self.answer(response)

    def cancel(self, external_id: str, credential: Credential, *, now: int) -> Request:
        """The request that cancels a job which waits at a provider that `takes_back` jobs."""
        raise NotImplementedError

    def canceled(self, response: Response) -> bool:
        """Whether a `cancel` came in time; a ProviderError leaves that open."""
        raise NotImplementedError

    def request(
        self,
        operation: Operation,
        params: Params,
        credential: Credential,
        *,
        job_id: str,
        callback_url: str | None,
        now: int,
    ) -> Request:
        """The request that submits a job."""
        fields = type(params).model_fields
        ours: dict[str, Any] = {}
        if callback_url and "callback" in fields:
            ours["callback"] = callback_url
        if "request_id" in fields:
            ours["request_id"] = job_id
        body = params.model_copy(update=ours).body()
        request = _plain(operation.method, operation.path, body)
        return self.sign(request, credential, now=now)

    def call(
        self, call: Call, values: Mapping[str, Any], credential: Credential, *, now: int
    ) -> Request:
        """The request of an endpoint that makes no job."""
        params = validated(call.params, values)
        return self.sign(_plain(call.method, call.path, params.body()), credential, now=now)

    def accepted(self, operation: Operation, response: Response) -> Update:
        """The first news of a job, with its id, from a submit's answer; else a ProviderError."""
        update = self.started(operation, self.answer(response))
        if not update.external_id:
            error = ProtocolError(
                N_("{service} took the job but did not say under which number."),
                provider=self.name,
                status=response.status,
                request_id=update.receipt,
                service=self.title,
            )
            error.charged = update.charged
            raise error
        return update

    def started(self, operation: Operation, data: Any) -> Update:
        """What a submit's payload says; by default it describes the job as a poll does."""
        return self.read(data)

    def update(self, response: Response) -> Update:
        """What a poll's answer says; ProviderError when it does not describe the job."""
        try:
            return self.read(self.answer(response))
        except UncertainError as lost:
            raise self.unreachable(lost) from lost

    def unreachable(self, lost: UncertainError) -> UnavailableError:
        """What a lost answer to a mere question is: asking again costs nothing."""
        return UnavailableError(
            _OUT_OF_REACH,
            provider=self.name,
            status=lost.status,
            code=lost.code,
            reason=lost.reason,
            request_id=lost.request_id,
            service=self.title,
        )

    def callback(self, body: bytes) -> Update:
        """What a callback's body says; ProtocolError when it does not name its job."""
        update = self.read(parse_json(body))
        if not update.external_id:
            raise ProtocolError(
                N_("{service} sent news that belongs to no job."),
                provider=self.name,
                service=self.title,
            )
        return update

    def answer(self, response: Response) -> Any:
        """The payload of any answer; a ProviderError when it is a complaint."""
        data: Any = None
        try:
            data = response.json()
        except ProtocolError:
            if 200 <= response.status < 300:
                raise
        fault = self.fault(response.status, data)
        if fault is not None:
            raise self.error(fault, response.headers)
        return data

    def fault(self, status: int, data: Any) -> Fault | None:
        """What an answer complains about: here ``{code, message, reason}``, also inside a 200."""
        body = data if isinstance(data, Mapping) else {}
        reason, code = clean(body.get("reason")), number(body.get("code"))
        if 200 <= status < 300:
            if self.read_id(data) or (code in {None, 0, 200} and not reason):
                return None
            status = status if code is None else code
        return Fault(
            status=status,
            code="" if code is None else str(code),
            reason=reason,
            said=clean(body.get("message")),
            request_id=identifier(body.get("request_id") or body.get("requestId")),
        )

    def error(self, fault: Fault, headers: Mapping[str, str]) -> ProviderError:
        """The error a complaint stands for: by its reason, else its code, else its status."""
        known = self.reasons.get(fault.reason) or self.reasons.get(fault.code)
        kind, sentence = known or _by_status(fault)
        error = kind(
            sentence,
            provider=self.name,
            status=fault.status,
            code=fault.code,
            reason=fault.reason,
            request_id=fault.request_id or identifier(_header(headers, "x-request-id")),
            service=self.title,
            said=fault.said,
        )
        error.charged = fault.charged
        if isinstance(error, RateLimitError):
            error.retry_after = retry_after(headers)
        return error


def clean(value: Any, limit: int = _QUOTED) -> str:
    """A provider's words made fit to quote: one line, no control characters, at most `limit`."""
    if not isinstance(value, str):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in value[: limit * 8])
    text = " ".join(printable.split())
    return clip(text, limit)


def number(value: Any) -> int | None:
    """A whole number, also written as a string or as 2.0; None for anything else."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return value
    return None


def identifier(value: Any) -> str:
    """A provider's id as text, safe as a segment of a path; empty when it is no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a ``Retry-After`` asks for, given as a number or a date; at most a day."""
    text = _header(headers, "retry-after").strip()
    if _NUMBER.fullmatch(text):
        return min(max(float(text), 0.0), _A_DAY)
    then = _date(text)
    if then is None:
        return None
    # The server's own clock where it tells it: ours may differ.
    now = _date(_header(headers, "date")) or datetime.now(UTC)
    return min(max((then - now).total_seconds(), 0.0), _A_DAY)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _by_status(fault: Fault) -> Reason:
    unknown = 100 <= fault.status < 400 or 500 <= fault.status < 600
    kind = UncertainError if unknown else _BY_STATUS.get(fault.status, RejectedError)
    alone, quoting = _SENTENCES[kind]
    return kind, quoting if fault.said else alone


def _plain(method: str, path: str, body: dict[str, Any]) -> Request:
    filled = _PLACE.sub(lambda place: _segment(body.pop(place[1])), path)
    if method == "GET":
        query = {name: _text(value) for name, value in body.items()}
        return Request(method=method, path=filled, query=query)
    return Request(method=method, path=filled, body=body)


def _segment(value: Any) -> str:
    text = _text(value)
    if not text.strip("."):  # "..", which quoting leaves as it is, would climb
        raise InvalidRequestError(N_("“{value}” is no id."), value=text)
    return quote(text, safe="", errors="replace")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
