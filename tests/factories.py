"""What tests are made of: rows with sensible values, a settable clock, a courier that remembers."""

import itertools
import signal
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any

from ulid import ULID

from bot.policy import Person
from bot.wire import Delivery, Progress, Receipt
from storage.models import Asset, Destination, Draft, Job, Upload

NOON = 1_790_000_000_000  # milliseconds; an instant like any other
_numbers = itertools.count(1)


class Clock:
    """Milliseconds since the epoch that only pass when a test says so."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


def make_destination(**overrides: Any) -> Destination:
    values: dict[str, Any] = {"guild_id": 11, "channel_id": 22, "user_id": 33}
    return Destination(**{**values, **overrides})


def make_person(**overrides: Any) -> Person:
    """Whoever a destination is made for, if nothing else is said."""
    values: dict[str, Any] = {"user_id": 33, "guild_id": 11}
    return Person(**{**values, **overrides})


def make_job(**overrides: Any) -> Job:
    """A queued job of its own interaction, due at once; `user_id` may be given directly."""
    number = next(_numbers)
    user_id = overrides.pop("user_id", 33)
    values: dict[str, Any] = {
        "id": str(ULID.from_timestamp((NOON + number) / 1000)),
        "operation": "youchuan.diffusion",
        "provider": "youchuan",
        "credential": "env",
        "params": {"text": "a cat on a mat"},
        "destination": make_destination(user_id=user_id),
        "interaction_id": number,
        "created_at": NOON,
        "due_at": NOON,
    }
    return Job(**{**values, **overrides})


def make_asset(job_id: str | None, **overrides: Any) -> Asset:
    values: dict[str, Any] = {
        "token": f"{next(_numbers):022d}",
        "job_id": job_id,
        "role": "result",
        "position": 0,
        "extension": "png",
        "content_type": "image/png",
        "size": 10,
        "created_at": NOON,
    }
    return Asset(**{**values, **overrides})


def make_draft(**overrides: Any) -> Draft:
    """A draft of the editor that expires in a quarter of an hour."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "token": f"{number:022d}",
        "purpose": "editor",
        "destination": make_destination(),
        "interaction_id": number,
        "payload": {},
        "created_at": NOON,
        "expires_at": NOON + 900_000,
    }
    return Draft(**{**values, **overrides})


class RecordingCourier:
    """A courier that keeps what it is given; the next calls fail with what lies in `troubles`.

    `tried` holds every delivery, `delivered` those that went through; `said` are channels and the
    texts in them, `closed` the channels that take none, `locales` the languages of servers.
    """

    def __init__(self) -> None:
        self.tried: list[Delivery] = []
        self.delivered: list[Delivery] = []
        self.progress: list[Progress] = []
        self.cards: list[Progress] = []
        self.troubles: deque[BaseException] = deque()
        self.uploads: dict[int, Sequence[bytes] | BaseException] = {}
        self.said: list[tuple[int, str]] = []
        self.keys: set[str] = set()
        self.closed: set[int] = set()
        self.locales: dict[int, str] = {}

    async def read_upload(self, upload: Upload) -> AsyncIterator[bytes]:
        held = self.uploads[upload.attachment_id]
        if isinstance(held, BaseException):
            raise held
        for chunk in held:
            yield chunk

    async def deliver(self, delivery: Delivery) -> Receipt:
        self.tried.append(delivery)
        if self.troubles:
            raise self.troubles.popleft()
        self.delivered.append(delivery)
        channel = delivery.job.destination.channel_id
        return Receipt(channel_id=channel, message_id=1000 + len(self.delivered))

    async def post_card(self, progress: Progress) -> int | None:
        self.cards.append(progress)
        return 2000 + len(self.cards)

    async def show_progress(self, progress: Progress) -> None:
        self.progress.append(progress)

    async def say(self, channel_id: int, text: str, key: str, *, guild_id: int) -> bool:
        if self.troubles:
            raise self.troubles.popleft()
        takes_it = channel_id not in self.closed
        if takes_it and key not in self.keys:
            self.said.append((channel_id, text))
            self.keys.add(key)
        return takes_it

    def locale_of(self, guild_id: int) -> str:
        return self.locales.get(guild_id, "en-US")


def killed(*_: object) -> None:
    """A piece of media work whose child the system kills, as it does when memory is short."""
    signal.raise_signal(signal.SIGKILL)
