"""The store of members: who is blocked in a server, and since when their usage counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from storage.audit import note
from storage.database import Database
from storage.entries import DIRECT
from storage.records import Change, Standing
from storage.schema import members

_OF_STANDING = (members.c.blocked_at, members.c.block_reason, members.c.counted_from)


class MemberStore:
    """One row per server and person of whom there is anything to say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, guild_id: int | None, user_id: int) -> Standing:
        """How somebody stands in a server, or in their direct messages."""
        statement = select(*_OF_STANDING).where(
            members.c.guild_id == (guild_id or DIRECT), members.c.user_id == user_id
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).mappings().one_or_none()
        return Standing(**row) if row else Standing()

    async def blocked(self, guild_id: int) -> Sequence[int]:
        """Who is blocked in a server, the last one first."""
        statement = (
            select(members.c.user_id)
            .where(members.c.guild_id == guild_id, members.c.blocked_at.is_not(None))
            .order_by(members.c.blocked_at.desc())
        )
        async with self._database.read() as connection:
            return list((await connection.execute(statement)).scalars())

    async def block(
        self, guild_id: int, user_id: int, reason: str, change: Change, *, now: int
    ) -> None:
        """Have this person refused from now on."""
        await self._set(guild_id, user_id, change, blocked_at=now, block_reason=reason)

    async def unblock(self, guild_id: int, user_id: int, change: Change) -> None:
        """Have this person served again."""
        await self._set(guild_id, user_id, change, blocked_at=None, block_reason="")

    async def reset(self, guild_id: int, user_id: int, change: Change, *, now: int) -> None:
        """Hold nothing against this person that was used until now."""
        await self._set(guild_id, user_id, change, counted_from=now)

    async def _set(self, guild_id: int, user_id: int, change: Change, **values: Any) -> None:
        key = {"guild_id": guild_id, "user_id": user_id}
        async with self._database.write() as connection:
            done = await connection.execute(
                update(members)
                .where(members.c.guild_id == guild_id, members.c.user_id == user_id)
                .values(values)
            )
            if not done.rowcount:
                usual = {"block_reason": "", "counted_from": 0}
                await connection.execute(insert(members).values(key | usual | values))
            await note(connection, [change])
