"""The store of servers' own accounts at providers, sealed; one for each provider at a time."""

import dataclasses
from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select, union, update

from storage.audit import note
from storage.database import Database
from storage.models import UNFINISHED, Status
from storage.records import Account, Change
from storage.schema import credentials, jobs


class CredentialStore:
    """Rows of accounts; a removed one is kept until the jobs that it pays have ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Account]:
        """Every account that jobs may still need, the oldest first."""
        statement = select(credentials).order_by(credentials.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [Account(**row) for row in rows]

    async def put(self, account: Account, change: Change) -> None:
        """Keep an account in place of the one that its server had at this provider."""
        values = {field.name: getattr(account, field.name) for field in dataclasses.fields(account)}
        async with self._database.write() as connection:
            await connection.execute(
                update(credentials)
                .where(
                    credentials.c.guild_id == account.guild_id,
                    credentials.c.provider == account.provider,
                    credentials.c.removed_at.is_(None),
                )
                .values(removed_at=account.created_at)
            )
            await connection.execute(insert(credentials).values(values))
            await note(connection, [change])

    async def remove(self, account_id: str, change: Change, *, now: int) -> bool:
        """Pay nothing new with an account; False when it was removed before."""
        async with self._database.write() as connection:
            done = await connection.execute(
                update(credentials)
                .where(credentials.c.id == account_id, credentials.c.removed_at.is_(None))
                .values(removed_at=now)
            )
            if done.rowcount:
                await note(connection, [change])
        return done.rowcount > 0

    async def renew(self, account_id: str, sealed: str, change: Change) -> bool:
        """Keep another secret in an account's row; False when it has been removed."""
        async with self._database.write() as connection:
            done = await connection.execute(
                update(credentials)
                .where(credentials.c.id == account_id, credentials.c.removed_at.is_(None))
                .values(sealed=sealed)
            )
            if done.rowcount:
                await note(connection, [change])
        return done.rowcount > 0

    async def reseal(self, account_id: str, before: str, sealed: str) -> None:
        """The same secrets under another key, unless the row has changed since."""
        same = (credentials.c.id == account_id, credentials.c.sealed == before)
        async with self._database.write() as connection:
            await connection.execute(update(credentials).where(*same).values(sealed=sealed))

    async def prune(self, given_up: Collection[str]) -> Sequence[str]:
        """Forget removed accounts whose jobs have all ended; their ids.

        A job that failed for one of the reasons `given_up` may still come back for a day.
        """
        # Both by the index on statuses: a row for each account would read all that ever was.
        needed = union(
            select(jobs.c.credential).where(jobs.c.status.in_(UNFINISHED)),
            select(jobs.c.credential).where(
                jobs.c.status == Status.FAILED,
                jobs.c.failure.in_(given_up),
                jobs.c.due_at.is_not(None),
            ),
        )
        gone = (
            delete(credentials)
            .where(credentials.c.removed_at.is_not(None), credentials.c.id.not_in(needed))
            .returning(credentials.c.id)
        )
        async with self._database.write() as connection:
            return list((await connection.execute(gone)).scalars())
