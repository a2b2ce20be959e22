"""The store of the ledger: what was used and what it cost, by person, model and day."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, select, update

from storage.database import Database
from storage.entries import COUNTS, DIRECT, LOST, SPENT, UNKNOWN, usage
from storage.records import Allowance, Entry, Money, Usage
from storage.schema import ledger

_DAY_MS = 86_400_000
_AT_ONCE = 1000  # rows


class Sum(NamedTuple):
    """What one person used of one model on one day (the n-th since the epoch, UTC).

    `jobs` are those that count, `refunded` those that do not; `fen` is what was spent or set
    aside, without the `unknown` jobs, whose price nobody knows; `lost` was charged for what was
    refunded.
    """

    day: int
    user_id: int
    model: str
    jobs: int
    refunded: int
    fen: int
    unknown: int
    lost: int = 0


class LedgerStore:
    """Questions about money; entries themselves are made and settled with their jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self, user_id: int, guild_id: int | None, allowance: Allowance) -> Usage:
        """What a person has used of a server."""
        async with self._database.read() as connection:
            return await usage(connection, user_id, guild_id, allowance)

    async def get(self, job_id: str) -> Entry | None:
        """The entry of a job."""
        statement = select(ledger).where(ledger.c.job_id == job_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return Entry(**{**row, "state": Money(row["state"])}) if row else None

    async def sums(self, guild_id: int | None, *, since: int, before: int) -> Sequence[Sum]:
        """A server's use between two instants by day, person and model, the oldest first."""
        day = ledger.c.created_at // _DAY_MS
        model = func.coalesce(func.nullif(ledger.c.model, ""), ledger.c.operation)
        by = (day, ledger.c.user_id, model)
        statement = (
            select(
                *by,
                func.count().filter(COUNTS),
                func.count().filter(~COUNTS),
                func.coalesce(func.sum(SPENT), 0),
                func.count().filter(UNKNOWN),
                func.coalesce(func.sum(LOST), 0),
            )
            .where(
                ledger.c.guild_id == (guild_id or DIRECT),
                ledger.c.created_at >= since,
                ledger.c.created_at < before,
            )
            .group_by(*by)
            .order_by(*by)
        )
        async with self._database.read() as connection:
            # In parts, so that nobody waits for a server that is used much.
            rows = (await connection.stream(statement)).partitions(_AT_ONCE)
            return [
                Sum(int(day), user_id, name, jobs, refunded, int(fen), unknown, int(lost))
                async for part in rows
                for day, user_id, name, jobs, refunded, fen, unknown, lost in part
            ]

    async def payers(self, provider: str, *, since: int) -> Sequence[str]:
        """The accounts of a provider that jobs were ordered with since an instant."""
        statement = (
            select(ledger.c.credential)
            .where(ledger.c.created_at >= since, ledger.c.provider == provider)
            .distinct()
            .order_by(ledger.c.credential)
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalars().all()

    async def refunds(self, user_id: int, guild_id: int | None, *, since: int) -> Mapping[str, int]:
        """How many of a person's jobs in a server since an instant were given back, by reason."""
        statement = (
            select(ledger.c.reason, func.count())
            .where(
                ledger.c.guild_id == (guild_id or DIRECT),
                ledger.c.user_id == user_id,
                ledger.c.created_at >= since,
                ~COUNTS,
            )
            .group_by(ledger.c.reason)
        )
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def unlogged(self, *, since: int, limit: int, each: int = 20) -> Sequence[Entry]:
        """Entries settled since an instant that no log channel has had yet.

        The oldest `each` of every server; of too many, every server's first come first.
        """
        by = (ledger.c.settled_at, ledger.c.job_id)
        # A sum, so that SQLite looks for the instants instead of reading every server's rows.
        place = func.row_number().over(partition_by=ledger.c.guild_id + 0, order_by=by)
        untold = (
            select(ledger, place.label("place"))
            .where(
                ledger.c.settled_at >= since,
                ledger.c.logged_at.is_(None),
                ledger.c.guild_id != DIRECT,
            )
            .subquery()
        )
        statement = (
            select(*(untold.c[column.name] for column in ledger.c))
            .where(untold.c.place <= each)
            .order_by(untold.c.place, untold.c.settled_at, untold.c.job_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [Entry(**{**row, "state": Money(row["state"])}) for row in rows]

    async def logged(self, entries: Sequence[Entry], *, now: int) -> None:
        """The log channels have these, or their servers have none."""
        # What was settled anew meanwhile is told anew.
        told = and_(ledger.c.job_id == bindparam("one"), ledger.c.settled_at == bindparam("ended"))
        rows = [{"one": entry.job_id, "ended": entry.settled_at} for entry in entries]
        if rows:
            async with self._database.write() as connection:
                await connection.execute(update(ledger).where(told).values(logged_at=now), rows)
