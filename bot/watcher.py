"""The watch loop: asks the provider about jobs whose callback has not come, and ends the late."""

import dataclasses
import logging
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.errors import AtelierError, GoneError, MissingError, ProviderError
from bot.news import News, kind_of
from bot.pacing import Pace
from bot.parts import Parts
from bot.text import N_
from bot.transport import POLL_SECONDS
from bot.wire import State, Update
from storage.models import DEADLINE, MISSING, Job, Status

log = logging.getLogger(__name__)

_MISSING_GRACE_MS = 120_000
_EMPTY_GRACE_MS = 60_000
_LATE_LOOK_MS = 600_000
_LATE_LIMIT_MS = 24 * 3600 * 1000


class Watcher:
    """Polls running jobs with back-off; keeps an eye on those given up at their deadline."""

    def __init__(self, parts: Parts, news: News) -> None:
        self._parts, self._jobs, self._news = parts, parts.jobs, news
        # Since when a job is missing; a restart only makes its grace longer.
        self._missing: dict[str, int] = {}
        self._pace = Pace()

    async def claim(self, limit: int, lease_until: int) -> Sequence[Job]:
        """Running jobs that are due for a look."""
        return await self._jobs.claim_running(
            now=self._parts.now(), lease_until=lease_until, limit=limit
        )

    async def watch(self, job: Job) -> None:
        """Ask once; apply what is final, else look again later or end it at its deadline."""
        # A job that is given up already has its deadline behind it, but no haste.
        now = self._parts.now()
        deadline = job.deadline_at if job.status is Status.RUNNING else None
        if (deadline is None or now < deadline) and (turn := self._turn_ms(job)):
            await self._jobs.let_go(job, due_at=min(now + turn, deadline or now + turn))
            return
        wait: float = self._next_look_ms(job)
        try:
            update = await self._ask(job)
        except MissingError as error:
            now = self._parts.now()
            if now - self._missing.setdefault(job.id, now) > _MISSING_GRACE_MS:
                await self._end_watch(job, error)
                return
        except GoneError as error:
            await self._end_watch(job, error)
            return
        except ProviderError as error:
            self._missing.pop(job.id, None)
            log.info("job %s: poll: %s", job.id, error)
            self._parts.alerts.failed(job.provider, job.credential, error)
            wait = max(wait, (getattr(error, "retry_after", None) or 0) * 1000)
        else:
            self._missing.pop(job.id, None)
            if update.state in (State.SUCCEEDED, State.FAILED, State.CANCELED):
                if not await self._news.insist(partial(self._news.apply, job.id, update)):
                    await self._news.insist(partial(self._close, job, update))
                elif update.state is State.SUCCEEDED and self._parts.is_reported(job):
                    self._parts.alerts.unheard(job)
                return
            job = await self._note_progress(job, update)
        await self._look_later(job, round(wait))

    async def _close(self, job: Job, update: Update) -> None:
        """News that come too late to be told: nobody need look any more, but the money is known."""
        if job.status is not Status.FAILED or update.state is State.SUCCEEDED:
            await self._jobs.let_go(job, due_at=None)
            return
        reason = kind_of(update.error) if update.error else str(update.state)
        cost = update.result.cost if update.result else None
        await self._jobs.resolve(job, reason=reason, cost=cost, now=self._parts.now())

    def _turn_ms(self, job: Job) -> int:
        rate = self._parts.providers[job.provider].looks_per_second
        account = (job.provider, job.credential)
        return self._pace.wait(account, job.id, rate=rate, now=self._parts.now())

    async def _ask(self, job: Job) -> Update:
        credential = self._parts.credential(job)
        provider = self._parts.providers[job.provider]
        request = provider.poll(job.external_id or "", credential, now=self._parts.now())
        response = await self._parts.transport.send(request, credential, seconds=POLL_SECONDS)
        update = provider.update(response)
        return dataclasses.replace(update, external_id=job.external_id or update.external_id)

    async def _note_progress(self, job: Job, update: Update) -> Job:
        values: dict[str, Any] = {"progress": update.progress}
        if update.result is not None and not job.status.is_final:
            # Finished without a picture: the provider gets one more minute to show one.
            soon = self._parts.now() + _EMPTY_GRACE_MS
            values["deadline_at"] = min(job.deadline_at or soon, soon)
        await self._jobs.note(job, **values)
        return dataclasses.replace(job, **values)

    async def _look_later(self, job: Job, wait: int) -> None:
        now = self._parts.now()
        if job.status is Status.FAILED:
            over = now - (job.finished_at or 0) > _LATE_LIMIT_MS
            await self._jobs.let_go(job, due_at=None if over else now + _LATE_LOOK_MS)
        elif now >= (job.deadline_at or 0):
            error = AtelierError(
                N_("The provider has not finished in time. If it still does, it will be posted.")
            )
            await self._news.fail(job, DEADLINE, error)
        else:
            due = min(now + wait, job.deadline_at or now)
            await self._jobs.let_go(job, due_at=due, tries=job.tries + 1)

    async def _end_watch(self, job: Job, error: AtelierError) -> None:
        self._missing.pop(job.id, None)
        if job.status is Status.FAILED:
            await self._jobs.let_go(job, due_at=None)
        else:
            await self._news.fail(job, MISSING, error)

    def _next_look_ms(self, job: Job) -> int:
        growth: float = 1.25 ** min(job.tries, 8)
        return round(self._parts.first_look_ms(job) * growth * random.uniform(0.9, 1.1))  # noqa: S311
