"""The store of changes: who did what to a server's settings, people and accounts."""

import dataclasses
from collections.abc import Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.records import Change
from storage.schema import audit


async def note(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    """Keep changes, within the transaction that makes them."""
    for change in changes:
        values = {field.name: getattr(change, field.name) for field in dataclasses.fields(change)}
        await connection.execute(insert(audit).values(values))


class AuditStore:
    """Rows of changes, the newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, change: Change) -> None:
        """Keep one that no other transaction makes."""
        async with self._database.write() as connection:
            await note(connection, [change])

    async def recent(self, guild_id: int, *, limit: int) -> Sequence[Change]:
        """A server's last changes."""
        statement = (
            select(audit).where(audit.c.guild_id == guild_id).order_by(audit.c.id.desc())
        ).limit(limit)
        async with self._database.read() as connection:
            return [Change(**row) for row in (await connection.execute(statement)).mappings()]

    async def unlogged(self, *, since: int, limit: int, each: int = 20) -> Sequence[Change]:
        """Changes made since an instant that no log channel has had yet.

        The oldest `each` of every server; of too many, every server's first come first.
        """
        by = (audit.c.at, audit.c.id)
        # A sum, so that SQLite looks for the instants instead of reading every server's rows.
        place = func.row_number().over(partition_by=audit.c.guild_id + 0, order_by=by)
        untold = (
            select(audit, place.label("place"))
            .where(audit.c.at >= since, audit.c.logged_at.is_(None))
            .subquery()
        )
        statement = (
            select(*(untold.c[column.name] for column in audit.c))
            .where(untold.c.place <= each)
            .order_by(untold.c.place, untold.c.at, untold.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Change(**row) for row in (await connection.execute(statement)).mappings()]

    async def logged(self, changes: Sequence[Change], *, now: int) -> None:
        """The log channels have these, or their servers have none."""
        ids = [change.id for change in changes]
        async with self._database.write() as connection:
            await connection.execute(update(audit).where(audit.c.id.in_(ids)).values(logged_at=now))
