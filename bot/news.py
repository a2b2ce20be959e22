"""Where all news about jobs ends: each is applied once, whatever its source and order."""

import asyncio
import dataclasses
import json
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import AtelierError, AuthError, CreditError, ProviderError
from bot.parts import Parts
from bot.text import N_
from bot.wire import State, Update
from storage.errors import ConflictError, NotFoundError, StorageError
from storage.models import Job, Status

log = logging.getLogger(__name__)

_Stored = TypeVar("_Stored")

_LONG_PAUSE = 5.0  # seconds: a database that is away so long is not only busy


class News:
    """Writes what happened to a job, and tells the loops (`moved`)."""

    def __init__(self, parts: Parts, moved: Callable[[], None]) -> None:
        self._parts, self._tell = parts, moved

    async def apply(self, job_id: str, update: Update) -> bool:
        """News about a job, from wherever. False when it changed nothing."""
        now, status = self._parts.now(), Status.RUNNING
        if update.state is State.SUCCEEDED and update.result is not None:
            status = Status.SUCCEEDED
            job = await self._parts.jobs.get(job_id)
            changed = await self._parts.jobs.succeed(
                job_id,
                update.external_id,
                result=dataclasses.asdict(update.result),
                cost=update.result.cost,
                now=now,
                charged=self._parts.charge(job, update.result),
            )
        elif update.state in (State.FAILED, State.CANCELED):
            canceled = update.state is State.CANCELED
            status = Status.CANCELED if canceled else Status.FAILED
            error = update.error or ProviderError(N_("The provider gave no reason."))
            alarming = isinstance(error, AuthError | CreditError)
            concerned = await self._parts.jobs.get(job_id) if alarming else None
            changed = await self._parts.jobs.fail(
                job_id,
                failure="canceled" if canceled else kind_of(error),
                text=pack(error),
                now=now,
                status=status,
                external_id=update.external_id,
                cost=update.result.cost if update.result else None,
            )
            if changed and concerned:
                self._alarm(concerned, error)
        else:
            changed = await self._started(job_id, update)
        if changed:
            self.moved(job_id, status)
        return changed

    async def _started(self, job_id: str, update: Update) -> bool:
        number, now, jobs = update.external_id, self._parts.now(), self._parts.jobs
        if not number:
            return False
        job = await jobs.get(job_id)
        due = now + self._parts.first_look_ms(job)
        if await jobs.start(
            job_id,
            number,
            progress=update.progress,
            due_at=due,
            deadline_at=now + self._parts.deadline_ms(job),
            charged=update.charged,
            receipt=update.receipt,
        ):
            return True
        await jobs.identify(job_id, number, due_at=due)
        return False

    async def fail(self, job: Job, failure: str, error: AtelierError) -> None:
        """The job ends here, for a reason of ours; dropped if it has moved on meanwhile."""
        if await self._parts.jobs.fail(
            job.id, failure=failure, text=pack(error), now=self._parts.now(), fence=job.fence
        ):
            self._alarm(job, error)
            self.moved(job.id, Status.FAILED)

    async def insist(self, write: Callable[[], Awaitable[_Stored]]) -> _Stored:
        """Store what the provider said, however long the database is away."""
        pause = 0.1
        while True:
            try:
                return await write()
            except (ConflictError, NotFoundError):
                raise
            except StorageError as error:
                log.warning("cannot store the provider's answer yet: %s", error)
                if pause >= _LONG_PAUSE:
                    self._parts.alerts.stuck()
                await asyncio.sleep(pause)
                pause = min(_LONG_PAUSE, pause * 2)

    def _alarm(self, job: Job, error: AtelierError) -> None:
        self._parts.alerts.failed(job.provider, job.credential, error)

    def moved(self, job_id: str, status: Status) -> None:
        """Say in the log and to the loops that a job has a new status."""
        log.info("job %s -> %s", job_id, status, extra={"action": status, "job": job_id})
        self._tell()


def kind_of(error: AtelierError) -> str:
    """The short stable name of a failure, kept in the row: ``moderation``, ``credit``, …"""
    return type(error).__name__.removesuffix("Error").lower()


def pack(error: AtelierError) -> str:
    """An error's sentence as the row keeps it: still translatable for whoever reads it later."""
    values = {key: str(value) for key, value in error.values.items()}
    return json.dumps([error.message, values])


def unpack(text: str | None) -> AtelierError:
    """The error whose sentence a row keeps."""
    message, values = json.loads(text) if text else (N_("Something went wrong."), {})
    return AtelierError(message, **values)
