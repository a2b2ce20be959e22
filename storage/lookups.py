"""What is asked about jobs without changing any: one method per question."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, func, select, true

from storage.database import Database
from storage.errors import NotFoundError
from storage.models import FINAL, Job, Status
from storage.rows import job_of
from storage.schema import jobs

_RECENT = 20


class JobLookups:
    """Questions about job rows; of several answers the newest come first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, job_id: str) -> Job:
        """The job; NotFoundError when there is none."""
        found = await self._select(jobs.c.id == job_id, limit=1)
        if not found:
            raise NotFoundError(job_id)
        return found[0]

    async def recent(
        self, user_id: int, guild_id: int | None, *, limit: int = 10, active: bool | None = None
    ) -> Sequence[Job]:
        """A person's jobs in one place, newest first; `active` narrows to (un)finished ones."""
        unfinished = jobs.c.status.not_in(FINAL)
        return await self._select(
            jobs.c.user_id == user_id,
            jobs.c.forgotten_at.is_(None),
            jobs.c.guild_id.is_(None) if guild_id is None else jobs.c.guild_id == guild_id,
            true() if active is None else unfinished if active else ~unfinished,
            limit=limit,
        )

    async def of_interaction(self, interaction_id: int) -> Sequence[Job]:
        """What an interaction has ordered so far, in the order of its jobs."""
        found = await self._select(jobs.c.interaction_id == interaction_id, limit=100)
        return sorted(found, key=lambda job: job.ordinal)

    async def last_with(
        self, operations: Collection[str], user_id: int, guild_id: int | None
    ) -> Job | None:
        """A place's newest job of these operations that succeeded; None without any."""
        found = await self._select(
            jobs.c.operation.in_(operations),
            jobs.c.external_id.is_not(None),
            jobs.c.status == Status.SUCCEEDED,
            jobs.c.guild_id == guild_id
            if guild_id is not None
            else jobs.c.guild_id.is_(None) & (jobs.c.user_id == user_id),
            limit=1,
        )
        return found[0] if found else None

    async def conversation(
        self, operation: str, user_id: int, channel_id: int, *, since: int, limit: int
    ) -> Sequence[Job]:
        """What a person has had answered in a channel since an instant; the newest first."""
        return await self._select(
            jobs.c.operation == operation,
            jobs.c.user_id == user_id,
            jobs.c.channel_id == channel_id,
            jobs.c.status == Status.SUCCEEDED,
            jobs.c.forgotten_at.is_(None),
            jobs.c.finished_at > since,
            limit=limit,
        )

    async def of_external(self, provider: str, external_ids: Collection[str]) -> Mapping[str, Job]:
        """The jobs that a provider knows by these ids, by them; those of others are left out."""
        found = await self._select(
            jobs.c.provider == provider,
            jobs.c.external_id.in_(external_ids),
            limit=len(external_ids),
        )
        return {job.external_id: job for job in found if job.external_id}

    async def retry_of(self, job_id: str) -> Job | None:
        """The newest retry that was made of a job and is not forgotten."""
        found = await self._select(
            jobs.c.retry_of == job_id, jobs.c.forgotten_at.is_(None), limit=1
        )
        return found[0] if found else None

    async def on_cards(self, *, limit: int = 100) -> Sequence[Job]:
        """The jobs whose progress card is still to be seen."""
        return await self._select(
            jobs.c.card_id.is_not(None), jobs.c.delivered_at.is_(None), limit=limit
        )

    async def ahead_of(self, job: Job, instant: Collection[str] = ()) -> int:
        """How many queued jobs of the same account came before this one.

        Those of the `instant` operations and all others do not wait for one another.
        """
        lane = jobs.c.operation.in_(instant)
        statement = select(func.count()).where(
            lane if job.operation in instant else ~lane,
            jobs.c.status == Status.QUEUED,
            jobs.c.provider == job.provider,
            jobs.c.credential == job.credential,
            jobs.c.id < job.id,
        )
        async with self._database.read() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def usual_duration(self, operation: str) -> int | None:
        """The median of the last jobs' milliseconds from submit to finish; None without any."""
        statement = (
            select(jobs.c.finished_at - jobs.c.submitted_at)
            .where(jobs.c.operation == operation, jobs.c.status == Status.SUCCEEDED)
            .order_by(jobs.c.id.desc())
            .limit(_RECENT)
        )
        async with self._database.read() as connection:
            durations = sorted((await connection.execute(statement)).scalars())
        return durations[len(durations) // 2] if durations else None

    async def count(self) -> Mapping[str, int]:
        """The number of jobs in each status."""
        statement = select(jobs.c.status, func.count()).group_by(jobs.c.status)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def _select(self, *where: ColumnElement[bool], limit: int) -> Sequence[Job]:
        statement = select(jobs).where(*where).order_by(jobs.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [job_of(row) for row in rows]
