"""What travels between the program's parts: requests, updates, results, and the Courier protocol.

Frozen data only. `Request` and `Response` are HTTP without I/O; `Update` is news about a job,
whether it came from a callback, a poll or a submit's answer.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.errors import ProtocolError, ProviderError
from storage.models import Asset, Job, Upload


@dataclass(frozen=True, kw_only=True)
class Credential:
    """The account a job is paid with; `name` is ``env`` or the id of a server's own.

    `form` says how form fields are sent: ``multipart`` or ``urlencoded``.
    """

    provider: str
    name: str = "env"
    url: str
    app_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    concurrency: int = 3
    form: str = "multipart"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request to a provider: `path` is appended to the credential's URL."""

    method: str = "POST"
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Response:
    """One HTTP answer, its body unread."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    def json(self) -> Any:
        """The parsed body; ProtocolError when it is none (also for absurd nesting)."""
        return parse_json(self.body)


def parse_json(body: bytes) -> Any:
    """Parse hostile JSON: every failure is a ProtocolError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("The provider sent something that is no JSON.") from error


class State(StrEnum):
    """Where the provider says a job stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, kw_only=True)
class Media:
    """One place of a result: a provider URL, or why the place is empty.

    `removed` is a sentence that may quote the provider's own words as ``{said}``.
    """

    url: str = field(default="", repr=False)
    removed: str = ""
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a finished job yields; `media` is positional, `cost` in fen (1/100 yuan)."""

    media: Sequence[Media] = ()
    text: str = ""
    cost: int | None = None
    seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class Update:
    """News about a job. `progress` runs from 0 to 1 where the provider tells.

    `charged`: whether it says that the submit cost money; `receipt`: its own number for it.
    """

    external_id: str = ""
    state: State
    result: Result | None = None
    error: ProviderError | None = None
    progress: float | None = None
    charged: bool | None = None
    receipt: str = ""


class Outcome(StrEnum):
    """What a delivery tells: a message of each kind is posted at most once per job."""

    RESULT = "result"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A finished job on its way to its message. `attempted`: a post may already have happened.

    `previews` show what cannot be seen in its own file; `notes` tell what was done to the files
    that were given, in the reader's language.
    """

    job: Job
    outcome: Outcome
    assets: Sequence[Asset] = ()
    previews: Sequence[Asset] = ()
    notes: Sequence[str] = ()
    parent: Job | None = None
    retry: Job | None = None
    attempted: bool = False


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Where a delivery ended; without a message `note` says why (``/job show`` still has it)."""

    channel_id: int | None = None
    message_id: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a progress card shows: times in milliseconds, `ahead` = jobs before this one."""

    job: Job
    now: int
    ahead: int = 0
    estimate: int | None = None
    can_cancel: bool = False


class Courier(Protocol):
    """The way jobs reach people; Discord's implementation is in `cogs.results`."""

    def read_upload(self, upload: Upload) -> AsyncIterator[bytes]:
        """The bytes of a file the person attached; MediaError when it cannot be read."""
        ...

    async def deliver(self, delivery: Delivery) -> Receipt:
        """Post the job's one message of this outcome; CourierError when it may be tried again."""
        ...

    async def post_card(self, progress: Progress) -> int | None:
        """Post a job's card to its channel; its message's id, None when it could not be posted."""
        ...

    async def show_progress(self, progress: Progress) -> None:
        """Bring the job's card up to date; failures are only logged."""
        ...

    async def say(self, channel_id: int, text: str, key: str, *, guild_id: int) -> bool:
        """Post a text of at most 2000 characters in a channel of a server; it pings nobody.

        The same `key` within minutes is the same message. False where the channel takes none;
        CourierError when it may be tried again.
        """
        ...

    def locale_of(self, guild_id: int) -> str:
        """The language that a server has chosen at Discord."""
        ...
