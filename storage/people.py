"""The store of people: what somebody has chosen for themselves in a server or in their DM."""

from sqlalchemy import insert, select, update

from storage.database import Database
from storage.schema import people

_DIRECT = 0


class PeopleStore:
    """One row per person and server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def moodboard(self, user_id: int, guild_id: int | None) -> str | None:
        """The moodboard that somebody draws with unless they say otherwise."""
        statement = select(people.c.moodboard).where(
            people.c.user_id == user_id, people.c.guild_id == (guild_id or _DIRECT)
        )
        async with self._database.read() as connection:
            found: str | None = (await connection.execute(statement)).scalar_one_or_none()
        return found

    async def use_moodboard(
        self, user_id: int, guild_id: int | None, moodboard: str | None
    ) -> None:
        """Remember it for this person; None forgets."""
        key = {"user_id": user_id, "guild_id": guild_id or _DIRECT}
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(people)
                .where(people.c.user_id == user_id, people.c.guild_id == key["guild_id"])
                .values(moodboard=moodboard)
            )
            if not changed.rowcount:
                await connection.execute(insert(people).values(**key, moodboard=moodboard))
