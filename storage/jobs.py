"""The store of jobs: one method per intention, each a single transaction.

Every change carries its condition inside the UPDATE. Work on a claimed job also carries the fence
of that claim: a row count of 0 means that somebody else was first, and ConflictError says so.
"""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from storage.errors import ConflictError
from storage.lookups import JobLookups
from storage.models import (
    ACTIVE,
    FINAL,
    TRANSITIONS,
    WAYS_BACK,
    Job,
    Status,
)
from storage.rows import job_of, row_of
from storage.schema import jobs

_MOST_INSTANT = 8  # at once for one account


class JobStore(JobLookups):
    """All that is done to job rows. `now` and instants are milliseconds."""

    async def add(self, job: Job) -> tuple[Job, bool]:
        """Insert; or, if the interaction or the once-key made a job before, that one and False."""
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(jobs).values(row_of(job)))
        except ConflictError:
            same = and_(jobs.c.interaction_id == job.interaction_id, jobs.c.ordinal == job.ordinal)
            if job.once_key is not None:
                same = or_(same, jobs.c.once_key == job.once_key)
            found = await self._select(same, limit=1)
            if not found:
                raise
            return found[0], False
        return job, True

    async def acknowledge(self, job_id: str, card_id: int | None, *, now: int) -> None:
        """The person has the answer: remember its card and let the submit loop have the job."""
        due = case((jobs.c.status == Status.QUEUED, now), else_=jobs.c.due_at)
        await self._change(jobs.c.id == job_id, card_id=card_id, due_at=due)

    async def forget_card(self, job_id: str) -> None:
        """The card is gone or has become the result."""
        await self._change(jobs.c.id == job_id, card_id=None)

    async def cancel(self, job_id: str, *, now: int) -> bool:
        """Cancel while queued and not being submitted; False when it is too late."""
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status == Status.QUEUED,
            _unleased(now),
            **_final(Status.CANCELED, now),
        )

    async def claim_queued(
        self,
        limits: Mapping[tuple[str, str], int],
        *,
        now: int,
        lease_until: int,
        instant: Collection[str] = (),
    ) -> Job | None:
        """The fairest due queued job whose account (provider, credential) has room.

        A person with fewer running jobs goes first, then the older job. A job of an account that
        `limits` does not name is not held back: its submit finds out that the account is gone.
        Operations that are `instant` have room of their own.
        """
        quick = jobs.c.operation.in_(instant)
        lane = (jobs.c.provider, jobs.c.credential, quick)
        claimed = and_(jobs.c.status == Status.QUEUED, ~_unleased(now))
        busy = select(*lane, jobs.c.user_id).where(or_(jobs.c.status.in_(ACTIVE), claimed))
        async with self._database.write() as connection:
            under_way = (await connection.execute(busy)).all()
            taken = Counter((row[0], row[1], bool(row[2])) for row in under_way)
            people = Counter(row[3] for row in under_way)
            running = case(people, value=jobs.c.user_id, else_=0) if people else literal(0)
            full = [
                and_(lane[0] == provider, lane[1] == credential, quick if is_quick else ~quick)
                for (provider, credential), limit in limits.items()
                for is_quick, most in ((False, limit), (True, _MOST_INSTANT))
                if taken[provider, credential, is_quick] >= most
            ]
            statement = _claim(
                jobs.c.status == Status.QUEUED,
                ~or_(false(), *full),
                order=(running, jobs.c.id),
                now=now,
                lease_until=lease_until,
                limit=1,
            )
            row = (await connection.execute(statement)).mappings().first()
        return job_of(row) if row else None

    async def claim_unsettled(self, *, now: int, lease_until: int) -> Job | None:
        """A job whose submit was begun and never settled: its outcome is unknown."""
        found = await self._claim_some(
            jobs.c.status == Status.SUBMITTING, now=now, lease_until=lease_until, limit=1
        )
        return found[0] if found else None

    async def claim_running(self, *, now: int, lease_until: int, limit: int) -> Sequence[Job]:
        """Jobs to ask the provider about: running ones, and ones given up but not refused."""
        given_up = and_(
            jobs.c.status == Status.FAILED,
            jobs.c.failure.in_(WAYS_BACK),
            jobs.c.external_id.is_not(None),
            jobs.c.delivered_at.is_not(None),
        )
        return await self._claim_some(
            or_(jobs.c.status == Status.RUNNING, given_up),
            now=now,
            lease_until=lease_until,
            limit=limit,
        )

    async def claim_finished(self, *, now: int, lease_until: int, limit: int) -> Sequence[Job]:
        """Finished jobs whose person does not know yet."""
        return await self._claim_some(
            jobs.c.status.in_(FINAL),
            jobs.c.delivered_at.is_(None),
            now=now,
            lease_until=lease_until,
            limit=limit,
        )

    async def next_due(self, *, now: int) -> int | None:
        """When the next job becomes due after `now`."""
        statement = select(func.min(jobs.c.due_at)).where(jobs.c.due_at > now)
        async with self._database.read() as connection:
            due: int | None = (await connection.execute(statement)).scalar_one_or_none()
        return due

    async def hold(self, job: Job, *, lease_until: int) -> None:
        """Lengthen a claim."""
        await self._change_claimed(job, lease_until=lease_until)

    async def let_go(self, job: Job, *, due_at: int | None, **values: Any) -> None:
        """End a claim without a new status: `due_at` says when it is looked at again."""
        await self._change_claimed(job, lease_until=None, due_at=due_at, **values)

    async def note(self, job: Job, **values: Any) -> None:
        """Keep news that change no status, such as the progress."""
        await self._change_claimed(job, **values)

    async def watch_now(self, job_id: str, *, now: int) -> bool:
        """Ask the provider about a running job at once."""
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status == Status.RUNNING,
            _unleased(now),
            due_at=now,
        )

    async def release_leases(self) -> None:
        """Give up all claims; only right while no other process can hold one."""
        await self._change(jobs.c.lease_until.is_not(None), lease_until=None)

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
    ) -> bool:
        """The provider finished it. False when that was known or is no longer possible."""
        back = and_(jobs.c.status == Status.FAILED, jobs.c.failure.in_(WAYS_BACK))
        return await self._change(
            jobs.c.id == job_id,
            or_(jobs.c.status.in_(_before(Status.SUCCEEDED) - {Status.FAILED}), back),
            _same_external_id(external_id),
            **_final(Status.SUCCEEDED, now),
            external_id=external_id or jobs.c.external_id,
            result=dict(result),
            cost=cost,
            progress=None,
            delivered_at=None,
            post_attempts=0,
        )

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
        return await self._change(
            jobs.c.id == job_id,
            jobs.c.status.in_(_before(status)),
            _same_external_id(external_id),
            true() if fence is None else jobs.c.fence == fence,
            **_final(status, now),
            external_id=external_id or jobs.c.external_id,
            failure=failure,
            failure_text=text,
            cost=cost,
        )

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

    async def _claim_some(
        self, *where: ColumnElement[bool], now: int, lease_until: int, limit: int
    ) -> Sequence[Job]:
        statement = _claim(
            *where,
            order=(jobs.c.due_at, jobs.c.id),
            now=now,
            lease_until=lease_until,
            limit=limit,
        )
        async with self._database.write() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        # RETURNING promises no order.
        return sorted((job_of(row) for row in rows), key=lambda job: (job.due_at or 0, job.id))

    async def _change(self, *where: ColumnElement[bool], **values: Any) -> bool:
        async with self._database.write() as connection:
            done = await connection.execute(update(jobs).where(*where).values(values))
        return done.rowcount > 0

    async def _change_claimed(self, job: Job, *where: ColumnElement[bool], **values: Any) -> None:
        claimed = and_(jobs.c.id == job.id, jobs.c.fence == job.fence, *where)
        if not await self._change(claimed, **values):
            raise ConflictError(job.id)


def _claim(
    *where: ColumnElement[bool],
    order: Iterable[Any],
    now: int,
    lease_until: int,
    limit: int,
) -> Any:
    candidates = (
        select(jobs.c.id)
        .where(*where, jobs.c.due_at <= now, _unleased(now))
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (
        update(jobs)
        .where(jobs.c.id.in_(candidates))
        .values(lease_until=lease_until, fence=jobs.c.fence + 1)
        .returning(jobs)
    )


def _unleased(now: int) -> ColumnElement[bool]:
    return or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= now)


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
