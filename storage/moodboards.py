"""The store of moodboards: whose each of them is, and what it holds."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from storage.database import Database
from storage.errors import NotFoundError
from storage.models import Moodboard
from storage.schema import moodboards


class MoodboardStore:
    """Rows of moodboards; a board is seen in its server, or by its person in their DM."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, board: Moodboard) -> None:
        """Insert; ConflictError when the provider's id is known already."""
        values = dataclasses.asdict(board) | {"images": list(board.images)}
        async with self._database.write() as connection:
            await connection.execute(insert(moodboards).values(values))

    async def change(self, board: Moodboard) -> None:
        """Keep a board's new name, description and images; NotFoundError when it is gone."""
        statement = (
            update(moodboards)
            .where(moodboards.c.id == board.id, moodboards.c.credential == board.credential)
            .values(
                name=board.name,
                description=board.description,
                images=list(board.images),
                updated_at=board.updated_at,
            )
        )
        async with self._database.write() as connection:
            if not (await connection.execute(statement)).rowcount:
                raise NotFoundError("no such moodboard")

    async def get(self, board_id: str, user_id: int, guild_id: int | None) -> Moodboard:
        """A board that this person may see here; NotFoundError when there is none."""
        statement = select(moodboards).where(
            moodboards.c.id == board_id, _visible(user_id, guild_id)
        )
        found = await self._read(statement)
        if not found:
            raise NotFoundError("no such moodboard")
        return found[0]

    async def visible(
        self, user_id: int, guild_id: int | None, *, limit: int, offset: int = 0
    ) -> Sequence[Moodboard]:
        """The boards that this person may see here, the last changed first."""
        statement = (
            select(moodboards)
            .where(_visible(user_id, guild_id))
            .order_by(moodboards.c.updated_at.desc(), moodboards.c.id)
            .limit(limit)
            .offset(offset)
        )
        return await self._read(statement)

    async def _read(self, statement: Any) -> Sequence[Moodboard]:
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [Moodboard(**row) for row in rows]


def _visible(user_id: int, guild_id: int | None) -> ColumnElement[bool]:
    if guild_id is None:
        return moodboards.c.guild_id.is_(None) & (moodboards.c.user_id == user_id)
    return moodboards.c.guild_id == guild_id
