"""The rows as the rest of the program sees them: frozen dataclasses, and the transitions as data.

All instants are integer milliseconds since the epoch (UTC); money is integer fen (1/100 yuan).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The life of a job; whether it reached its person is another axis (`Job.delivered_at`)."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED})
ACTIVE = frozenset({Status.SUBMITTING, Status.RUNNING})
UNFINISHED = frozenset(Status) - FINAL

# from → to. `failed → succeeded` is the one way back, for the reasons in WAYS_BACK only; news for
# a queued job (→ running, succeeded) means that a submit thought not taken was taken after all.
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SUBMITTING, Status.RUNNING, *FINAL}),
    Status.SUBMITTING: frozenset({Status.QUEUED, Status.RUNNING, *FINAL}),
    Status.RUNNING: FINAL,
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset({Status.SUCCEEDED}),
    Status.CANCELED: frozenset(),
}
DEADLINE, UNCERTAIN, MISSING = "deadline", "uncertain", "missing"
WAYS_BACK = frozenset({DEADLINE, UNCERTAIN, MISSING})


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a result is to be posted. Without a guild the channel is the person's DM.

    `results_channel_id` is where pictures go instead of the channel that they were asked for in.
    """

    guild_id: int | None
    channel_id: int
    user_id: int
    locale: str = "en-US"
    results_channel_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file a person gave; ``upload://<n>`` in the params stands for it.

    It is still at Discord, or with `asset` (a token) a file that we hold already.
    """

    attachment_id: int = 0
    url: str = field(default="", repr=False)
    filename: str = ""
    content_type: str = ""
    size: int = 0
    asset: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One params sent once: the durable record of a request and all that came of it.

    `charged` is whether the provider said that its submit cost money, `receipt` its own number for
    that request. From `forgotten_at` on nothing is left of its params and its result.
    """

    id: str
    operation: str
    provider: str
    credential: str
    params: Mapping[str, Any] = field(repr=False)
    uploads: Sequence[Upload] = ()
    traits: frozenset[str] = frozenset()
    destination: Destination
    interaction_id: int
    ordinal: int = 0
    once_key: str | None = None
    parent_id: str | None = None
    parent_index: int | None = None
    action: str = ""
    retry_of: str | None = None

    status: Status = Status.QUEUED
    external_id: str | None = None
    attempts: int = 0
    result: Mapping[str, Any] | None = field(default=None, repr=False)
    progress: float | None = None
    failure: str | None = None
    failure_text: str | None = None
    price: int | None = None
    cost: int | None = None
    charged: bool | None = None
    receipt: str | None = None

    card_id: int | None = None
    post_attempts: int = 0
    message_id: int | None = None
    message_channel_id: int | None = None
    delivery_note: str = ""

    created_at: int
    submitted_at: int | None = None
    finished_at: int | None = None
    give_up_at: int | None = None
    deadline_at: int | None = None
    delivered_at: int | None = None
    forgotten_at: int | None = None
    due_at: int | None = None
    tries: int = 0
    lease_until: int | None = None
    fence: int = 0


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A media file we hold under ``/m/{token}.{ext}``.

    A result with a `note` is the tile that says it; an upload's tells what was done to the file.
    `position` is the place in the result (0-based); uploads of a job count from 0 as well, with
    `role` telling the two apart. Without a job it belongs to a draft or a moodboard. Width and
    height are pixels, 0 where unknown.
    """

    token: str = field(repr=False)
    job_id: str | None
    role: str
    position: int
    extension: str = ""
    content_type: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    note: str = ""
    created_at: int = 0

    @property
    def name(self) -> str:
        """The file's name under the assets folder; ours entirely, no user text in it."""
        return f"{self.token}.{self.extension}"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person has begun and not yet ordered: an open editor, or jobs to be confirmed.

    Whatever it becomes carries its `interaction_id`, so that it is ordered once at most.
    """

    token: str = field(repr=False)
    purpose: str
    destination: Destination
    interaction_id: int
    payload: Mapping[str, Any] = field(repr=False)
    created_at: int
    expires_at: int


@dataclass(frozen=True, kw_only=True)
class Moodboard:
    """A provider's collection of pictures, and whose it is; `images` are tokens of assets."""

    id: str
    credential: str = "env"
    guild_id: int | None
    user_id: int
    name: str
    description: str = ""
    images: Sequence[str] = ()
    created_at: int
    updated_at: int
