"""The store of what servers have decided; what was changed is noted in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from storage.audit import note
from storage.database import Database
from storage.records import Change
from storage.schema import settings


class SettingStore:
    """One row per server and setting; a setting without a row has its default."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, guild_id: int) -> Mapping[str, Any]:
        """Everything that a server has decided, by name."""
        statement = select(settings.c.name, settings.c.value).where(settings.c.guild_id == guild_id)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def with_setting(self, name: str) -> Mapping[int, Any]:
        """The servers that have decided on a setting, and what."""
        statement = select(settings.c.guild_id, settings.c.value).where(settings.c.name == name)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def change(
        self, guild_id: int, values: Mapping[str, Any], changes: Sequence[Change], *, now: int
    ) -> None:
        """Decide on these settings, None meaning the default again, and note the changes."""
        async with self._database.write() as connection:
            for name, value in values.items():
                here = (settings.c.guild_id == guild_id, settings.c.name == name)
                if value is None:
                    await connection.execute(delete(settings).where(*here))
                    continue
                row = {"value": value, "changed_at": now}
                done = await connection.execute(update(settings).where(*here).values(row))
                if not done.rowcount:
                    key = {"guild_id": guild_id, "name": name}
                    await connection.execute(insert(settings).values(key | row))
            await note(connection, changes)
