"""The store of chats: from when on a person's conversation in a channel counts."""

from sqlalchemy import insert, select, update

from storage.database import Database
from storage.schema import chats


class ChatStore:
    """One row per person and channel that was ever reset; what was said stands in the jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, user_id: int, channel_id: int, *, now: int) -> None:
        """Nothing that was said until now is remembered any more."""
        key = {"user_id": user_id, "channel_id": channel_id}
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(chats)
                .where(chats.c.user_id == user_id, chats.c.channel_id == channel_id)
                .values(forgotten_at=now)
            )
            if not changed.rowcount:
                await connection.execute(insert(chats).values(**key, forgotten_at=now))

    async def forgotten_at(self, user_id: int, channel_id: int) -> int:
        """The instant before which nothing is remembered; 0 when it was never reset."""
        statement = select(chats.c.forgotten_at).where(
            chats.c.user_id == user_id, chats.c.channel_id == channel_id
        )
        async with self._database.read() as connection:
            found: int | None = (await connection.execute(statement)).scalar_one_or_none()
        return found or 0
