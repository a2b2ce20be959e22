"""Keeps the progress cards up to date: at most one edit of a card in three seconds."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.text import reading
from bot.wire import Courier, Progress
from cogs.progress import standing
from storage.errors import StorageError
from storage.jobs import JobStore
from storage.models import Job, Status

log = logging.getLogger(__name__)

_TICK_SECONDS = 3.0
_EDIT_MS = 3000
_USUAL_MS = 60_000
_WIDTH = 4  # edits at a time


@dataclass(frozen=True)
class _Seen:
    """What a card showed when it was last edited."""

    shown: tuple[str, ...]
    at: int


class Cards:
    """Watches the jobs with a card and has the courier edit those that look different now.

    `may_cancel` says whether a job's Cancel could still come in time; jobs of the `instant`
    operations do not wait for the others.
    """

    def __init__(
        self,
        jobs: JobStore,
        courier: Courier,
        now: Callable[[], int],
        may_cancel: Callable[[Job], bool],
        instant: Collection[str] = (),
    ) -> None:
        self._jobs, self._courier, self._now = jobs, courier, now
        self._may_cancel, self._instant = may_cancel, instant
        self._seen: dict[str, _Seen] = {}
        self._usual: dict[str, tuple[int, int | None]] = {}
        self._width = asyncio.Semaphore(_WIDTH)

    async def run(self) -> None:
        """Tick until canceled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            try:
                await self.tick()
            except StorageError as error:
                log.warning("the cards cannot be read now: %s", error)
            except Exception:
                # Without its cards the bot still works, but without this loop it never has any.
                log.exception("the cards met a fault of ours")

    async def tick(self) -> None:
        """Look once at every card."""
        jobs = await self._jobs.on_cards()
        ids = {job.id for job in jobs}
        self._seen = {number: seen for number, seen in self._seen.items() if number in ids}
        await asyncio.gather(*(self._look(job) for job in jobs))

    async def progress(self, job: Job) -> Progress:
        """What a card can say about a job now."""
        now = self._now()
        return Progress(
            job=job,
            now=now,
            ahead=await self._ahead_of(job) if job.status is Status.QUEUED else 0,
            estimate=await self._usual_duration(job.operation, now),
            can_cancel=self._may_cancel(job),
        )

    async def _ahead_of(self, job: Job) -> int:
        return await self._jobs.ahead_of(job, self._instant)

    async def _look(self, job: Job) -> None:
        async with self._width:
            now, seen = self._now(), self._seen.get(job.id)
            if seen is not None and now - seen.at < _EDIT_MS:
                return
            progress = await self.progress(job)
            with reading(job.destination.locale):
                shown = standing(progress)
            if seen is not None and seen.shown == shown:
                return
            self._seen[job.id] = _Seen(shown, now)
            await self._courier.show_progress(progress)

    async def _usual_duration(self, operation: str, now: int) -> int | None:
        read_at, duration = self._usual.get(operation, (None, None))
        if read_at is None or now - read_at >= _USUAL_MS:
            duration = await self._jobs.usual_duration(operation)
            self._usual[operation] = (now, duration)
        return duration
