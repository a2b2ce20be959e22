"""The store of jobs: one method per intention, each a single transaction.

Every change carries its condition inside the UPDATE. Work on a claimed job also carries the fence
of that claim: a row count of 0 means that somebody else was first, and ConflictError says so.
"""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, and_, case, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.claims import JobClaims, unleased
from storage.entries import charge, close, reserve, usage
from storage.errors import ConflictError
from storage.models import FINAL, TRANSITIONS, WAYS_BACK, Job, Status
from storage.records import Allowance
from storage.rows import job_of, row_of
from storage.schema import jobs


class JobStore(JobClaims):
    """All that is done to job rows. `now` and instants are milliseconds."""

    async def add(
        self, job: Job, *, model: str = "", allowance: Allowance | None = None
    ) -> tuple[Job, bool]:
        """Insert, and set its price aside, if the allowance's check lets it pass.

        Or, if the interaction or the once-key made a job before, that one and False. `model` is
        the name that the ledger knows its model by.
        """
        place = job.destination
        same = and_(jobs.c.interaction_id == job.interaction_id, jobs.c.ordinal == job.ordinal)
        if job.once_key is not None:
            same = or_(same, jobs.c.once_key == job.once_key)
        before = select(jobs).where(same).order_by(jobs.c.id.desc()).limit(1)
        async with self._database.write() as connection:
            # First of all: a repeated press is no second job that could be too many.
            if row := (await connection.execute(before)).mappings().first():
                return job_of(row), False
            if allowance is not None:
                used = await usage(connection, place.user_id, place.guild_id, allowance)
                allowance.check(used)
            await connection.execute(insert(jobs).values(row_of(job)))
            await reserve(connection, job, model)
        return job, True

    async def acknowledge(self, job_id: str, card_id: int | None, *, now: int) -> None:
        """The person has the answer: remember its card and let the submit loop have the job."""
        due = case((jobs.c.status == Status.QUEUED, now), else_=jobs.c.due_at)
        await self._change(jobs.c.id == job_id, card_id=card_id, due_at=due)

    async def cancel(self, job_id: str, *, now: int) -> bool:
        """Cancel while queued and not being submitted; False when it is too late."""
        waits = and_(jobs.c.id == job_id, jobs.c.status == Status.QUEUED, unleased(now))
        async with self._ending(waits, _final(Status.CANCELED, now)) as connection:
            if connection:
                await close(connection, job_id, "canceled", now=now)
        return connection is not None

    async def watch_now(self, job_id: str, *, now: int) -> bool:
        """Ask the provider about a running job at once."""
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status == Status.RUNNING,
            unleased(now),
            due_at=now,
        )

    async def begin_attempt(self, job: Job, *, now: int, deadline_at: int) -> Job:
        """Mark that a submit is about to be sent; before it is.

        The first attempt's deadline is also when a provider that takes nothing is given up.
        """
        values: dict[str, Any] = {
            "status": Status.SUBMITTING,
            "submitted_at": now,
            "deadline_at": deadline_at,
            "give_up_at": job.give_up_at or deadline_at,
            "due_at": now,
            # What an earlier attempt cost says nothing of this one.
            "charged": None,
            "receipt": None,
        }
        await self._change_claimed(
            job,
            jobs.c.status.in_([Status.QUEUED, Status.SUBMITTING]),
            **values,
            attempts=jobs.c.attempts + 1,
        )
        return dataclasses.replace(job, **values, attempts=job.attempts + 1)

    async def requeue(self, job: Job, *, due_at: int) -> None:
        """The provider did not take it: back into the queue."""
        await self._change_claimed(
            job,
            jobs.c.status == Status.SUBMITTING,
            status=Status.QUEUED,
            due_at=due_at,
            tries=job.tries + 1,
            lease_until=None,
        )

    async def set_params(self, job: Job, params: Mapping[str, Any]) -> Job:
        """Replace the stand-ins for uploads by their addresses, once.

        What went wrong until then does not count against the provider.
        """
        values: dict[str, Any] = {"params": dict(params), "give_up_at": None, "tries": 0}
        await self._change_claimed(job, **values, uploads=[])
        return dataclasses.replace(job, **values, uploads=())

    async def start(
        self,
        job_id: str,
        external_id: str,
        *,
        progress: float | None,
        due_at: int,
        deadline_at: int,
        charged: bool | None = None,
        receipt: str = "",
    ) -> bool:
        """The provider has the job: store its id and when to ask. False when nothing changed.

        News for a queued row means that a submit thought lost was taken after all.
        """
        ran = jobs.c.status == Status.RUNNING
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status.in_(_before(Status.RUNNING) | {Status.RUNNING}),
            _same_external_id(external_id),
            status=Status.RUNNING,
            external_id=external_id,
            progress=progress,
            due_at=case((ran, jobs.c.due_at), else_=due_at),
            deadline_at=case((ran, jobs.c.deadline_at), else_=deadline_at),
            charged=jobs.c.charged if charged is None else charged,
            receipt=receipt or jobs.c.receipt,
            tries=case((ran, jobs.c.tries), else_=0),
            lease_until=None,
            fence=jobs.c.fence + 1,
        )

    async def identify(self, job_id: str, external_id: str, *, due_at: int) -> bool:
        """A job given up as uncertain turns out to be known to the provider: ask about it."""
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status == Status.FAILED,
            jobs.c.failure.in_(WAYS_BACK),
            jobs.c.external_id.is_(None),
            external_id=external_id,
            due_at=case((jobs.c.delivered_at.is_(None), jobs.c.due_at), else_=due_at),
        )

    async def succeed(
        self,
        job_id: str,
        external_id: str,
        *,
        result: Mapping[str, Any],
        cost: int | None,
        now: int,
        charged: int | None = None,
    ) -> bool:
        """The provider finished it. False when that was known or is no longer possible.

        `cost` is what the provider says, `charged` what the ledger is to say; both in fen.
        """
        back = and_(jobs.c.status == Status.FAILED, jobs.c.failure.in_(WAYS_BACK))
        open_ = jobs.c.status.in_(_before(Status.SUCCEEDED) - {Status.FAILED})
        where = and_(jobs.c.id == job_id, or_(open_, back), _same_external_id(external_id))
        values = {
            **_final(Status.SUCCEEDED, now),
            "external_id": external_id or jobs.c.external_id,
            "result": dict(result),
            "cost": cost,
            "progress": None,
            "delivered_at": None,
            "post_attempts": 0,
        }
        async with self._ending(where, values) as connection:
            if connection:
                await charge(connection, job_id, charged, now=now)
        return connection is not None

    async def fail(
        self,
        job_id: str,
        *,
        failure: str,
        text: str,
        now: int,
        status: Status = Status.FAILED,
        external_id: str = "",
        cost: int | None = None,
        fence: int | None = None,
    ) -> bool:
        """The job came to nothing (`status` FAILED or CANCELED). False when it had ended before."""
        where = and_(
            jobs.c.id == job_id,
            jobs.c.status.in_(_before(status)),
            _same_external_id(external_id),
            true() if fence is None else jobs.c.fence == fence,
        )
        values = {
            **_final(status, now),
            "external_id": external_id or jobs.c.external_id,
            "failure": failure,
            "failure_text": text,
            "cost": cost,
        }
        async with self._ending(where, values) as connection:
            if connection:
                await close(connection, job_id, failure, now=now)
        return connection is not None

    async def resolve(self, job: Job, *, reason: str, cost: int | None, now: int) -> None:
        """A job that was given up did come to nothing: settle its money, and look no more."""
        claimed = and_(
            jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.status == Status.FAILED
        )
        values = {"due_at": None, "lease_until": None, "cost": cost}
        async with self._ending(claimed, values) as connection:
            if connection is None:
                raise ConflictError(job.id)
            await close(connection, job.id, reason, now=now)

    @asynccontextmanager
    async def _ending(
        self, where: ColumnElement[bool], values: Mapping[str, Any]
    ) -> AsyncIterator[AsyncConnection | None]:
        """The transaction that ends a job, for what ends with it; None when there is none to."""
        async with self._database.write() as connection:
            done = await connection.execute(update(jobs).where(where).values(dict(values)))
            yield connection if done.rowcount else None

    async def begin_post(self, job: Job) -> None:
        """Mark that a message is about to be posted; before it is."""
        await self._change_claimed(
            job, jobs.c.delivered_at.is_(None), post_attempts=jobs.c.post_attempts + 1
        )

    async def delivered(
        self,
        job: Job,
        *,
        channel_id: int | None,
        message_id: int | None,
        note: str,
        now: int,
        look_at: int,
    ) -> None:
        """The person has it, or `note` says why nobody could be told.

        A job given up but known to the provider is asked about again at `look_at`.
        """
        given_up = and_(jobs.c.failure.in_(WAYS_BACK), jobs.c.external_id.is_not(None))
        await self._change_claimed(
            job,
            jobs.c.delivered_at.is_(None),
            delivered_at=now,
            message_id=message_id,
            message_channel_id=channel_id,
            delivery_note=note,
            card_id=None,
            due_at=case((and_(jobs.c.status == Status.FAILED, given_up), look_at), else_=None),
            tries=0,
            lease_until=None,
        )

    async def deliver_again(self, job_id: str, *, now: int) -> bool:
        """Look at an undelivered result at once instead of at its next try."""
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status == Status.SUCCEEDED,
            jobs.c.delivered_at.is_(None),
            due_at=now,
        )

    async def hurry_deliveries(self, *, now: int) -> None:
        """Try all that waits for Discord again at once."""
        await self._change(
            jobs.c.status.in_(FINAL), jobs.c.delivered_at.is_(None), jobs.c.due_at > now, due_at=now
        )


def _same_external_id(external_id: str) -> ColumnElement[bool]:
    if not external_id:
        return true()
    return or_(jobs.c.external_id.is_(None), jobs.c.external_id == external_id)


def _before(status: Status) -> frozenset[Status]:
    return frozenset(old for old, new in TRANSITIONS.items() if status in new)


def _final(status: Status, now: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "status": status,
        "finished_at": now,
        "due_at": now,
        "tries": 0,
        "lease_until": None,
        "fence": jobs.c.fence + 1,
    }
    if status is not Status.SUCCEEDED:
        values["once_key"] = None
    return values
