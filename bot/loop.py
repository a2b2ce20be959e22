"""The one loop that all work runs in: claim what is due with a lease, do it, look again.

Events (`wake`) make it quick; the table makes it right: an idle loop still looks every few
seconds. A claim is lengthened while its work goes on, and given back when a drain cuts it short.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from storage.errors import ConflictError, StorageError
from storage.jobs import JobStore
from storage.models import Job

Clock = Callable[[], int]

LEASE_MS = 60_000
_IDLE_SECONDS = 5.0
_FAULT_SECONDS = 1.0
_BUG_BACKOFF_MS = 60_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a loop does: `claim` gives up to n jobs whose lease ends at an instant."""

    name: str
    claim: Callable[[int, int], Awaitable[Sequence[Job]]]
    do: Callable[[Job], Awaitable[None]]
    width: int


class Loop:
    """Runs one `Work` until it is drained."""

    def __init__(self, work: Work, jobs: JobStore, clock: Clock) -> None:
        self._work, self._jobs, self._clock = work, jobs, clock
        self._awake = asyncio.Event()
        self._running: dict[asyncio.Task[None], Job] = {}
        self._claiming = asyncio.Lock()
        self._draining = False

    def wake(self) -> None:
        """Something may be due now."""
        self._awake.set()

    async def run(self) -> None:
        """Work until drained; a failing database is waited for, never fatal."""
        while not self._draining:
            self._awake.clear()
            try:
                claimed = await self._start_due()
                pause = 0.0 if claimed else await self._until_due()
            except StorageError as error:
                log.warning("%s loop: %s", self._work.name, error)
                pause = _FAULT_SECONDS
            except Exception:
                # One row that cannot be read must not stop the work on all the others for good.
                log.exception("the %s loop met a fault of ours", self._work.name)
                pause = _IDLE_SECONDS
            if pause:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), pause)

    async def run_once(self) -> int:
        """Do all that is due now and wait for it; returns how many jobs that were."""
        done = 0
        while claimed := await self._start_due():
            done += claimed
            await asyncio.gather(*self._running)
        return done

    async def drain(self, seconds: float) -> None:
        """Stop claiming, give what is in flight this long, then put it back."""
        self._draining = True
        self.wake()
        async with self._claiming:  # what a claim under way brings must not be left behind
            pass
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        cut = [self._running[task] for task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._put_back(cut)

    async def _start_due(self) -> int:
        async with self._claiming:
            free = self._work.width - len(self._running)
            if free <= 0 or self._draining:
                return 0
            busy = {job.id for job in self._running.values()}
            claimed = await self._work.claim(free, self._clock() + LEASE_MS)
            if self._draining:
                await self._put_back(claimed)
                return 0
            # After an outage of the database a claim may bring what this loop is still doing, or
            # has finished while it was claimed: the row as it was read is out of date then.
            fresh = [job for job in claimed if job.id not in busy]
            for job in fresh:
                task = asyncio.create_task(self._carry_out(job), name=f"{self._work.name} {job.id}")
                self._running[task] = job
                task.add_done_callback(self._finished)
            return len(fresh)

    async def _put_back(self, claimed: Iterable[Job]) -> None:
        for job in claimed:
            with contextlib.suppress(StorageError):
                await self._jobs.let_go(job, due_at=self._clock())

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self.wake()

    async def _until_due(self) -> float:
        if len(self._running) >= self._work.width:
            return _IDLE_SECONDS
        now = self._clock()
        due = await self._jobs.next_due(now=now)
        return _IDLE_SECONDS if due is None else min(_IDLE_SECONDS, max(0.01, (due - now) / 1000))

    async def _carry_out(self, job: Job) -> None:
        heartbeat = asyncio.create_task(self._hold(job))
        try:
            await self._work.do(job)
        except ConflictError:
            log.debug("%s: somebody else moved job %s on", self._work.name, job.id)
        except StorageError as error:
            # The claim runs out by itself; the next one finds the row as it was.
            log.warning("%s: job %s: %s", self._work.name, job.id, error)
        except Exception:
            # Whatever it is, the row must come back later and the loop must go on.
            log.exception("%s: job %s met a fault of ours", self._work.name, job.id)
            with contextlib.suppress(StorageError):
                await self._jobs.let_go(job, due_at=self._clock() + _BUG_BACKOFF_MS)
        finally:
            heartbeat.cancel()

    async def _hold(self, job: Job) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            try:
                await self._jobs.hold(job, lease_until=self._clock() + LEASE_MS)
            except ConflictError:
                return
            except StorageError as error:
                log.warning("lease of job %s: %s", job.id, error)
