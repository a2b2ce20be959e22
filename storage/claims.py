"""Claims on jobs: who may work on which row, until when, and what holds while they do.

Work on a claimed job carries the fence of that claim: a row count of 0 means that somebody else was
first, and ConflictError says so.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, update

from storage.errors import ConflictError
from storage.lookups import JobLookups
from storage.models import ACTIVE, FINAL, WAYS_BACK, Job, Status
from storage.rows import job_of
from storage.schema import jobs

_MOST_INSTANT = 8  # at once for one account


class JobClaims(JobLookups):
    """What the loops claim, hold and let go; `now` and instants are milliseconds."""

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
        claimed = and_(jobs.c.status == Status.QUEUED, ~unleased(now))
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

    async def release_leases(self) -> None:
        """Give up all claims; only right while no other process can hold one."""
        await self._change(jobs.c.lease_until.is_not(None), lease_until=None)

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
        .where(*where, jobs.c.due_at <= now, unleased(now))
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


def unleased(now: int) -> ColumnElement[bool]:
    return or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= now)
