"""The store of assets: which files we hold, for which place of which job."""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from storage.database import Database
from storage.errors import ConflictError, NotFoundError
from storage.models import Asset
from storage.schema import assets

RESULT, UPLOAD, DRAFT, BOARD = "result", "upload", "draft", "moodboard"
PREVIEW = "preview"  # a picture of a result that is no picture
GONE = "gone"  # nobody finds it any more, and its file is about to be removed


class AssetStore:
    """Rows of assets; the files themselves are `bot.media.assets`' concern."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, asset: Asset) -> Asset:
        """Insert; or, if its place is taken already, the asset that has it."""
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(assets).values(dataclasses.asdict(asset)))
        except ConflictError:
            if asset.job_id is None:
                raise
            for held in await self.of_job(asset.job_id, asset.role):
                if held.position == asset.position:
                    return held
            raise
        return asset

    async def get(self, token: str) -> Asset:
        """The asset of a public address; NotFoundError when there is none."""
        found = await self._select(assets.c.token == token, assets.c.role != GONE)
        if not found:
            raise NotFoundError("no such asset")
        return found[0]

    async def of_job(self, job_id: str, role: str) -> Sequence[Asset]:
        """A job's assets of one role (``result``, ``upload``) by position."""
        return await self._select(assets.c.job_id == job_id, assets.c.role == role)

    async def abandoned(self, before: int) -> Sequence[Asset]:
        """The assets of drafts that were begun before an instant."""
        return await self._select(
            assets.c.job_id.is_(None), assets.c.role == DRAFT, assets.c.created_at < before
        )

    async def remove(self, token: str) -> None:
        """Forget an asset; nothing happens where there is none."""
        async with self._database.write() as connection:
            await connection.execute(delete(assets).where(assets.c.token == token))

    async def gone(self, *, passing: Collection[str] = (), limit: int) -> Sequence[Asset]:
        """Assets that nobody finds any more and whose files are to be removed, but for some."""
        statement = (
            select(assets)
            .where(assets.c.job_id.is_(None), assets.c.role == GONE, assets.c.token.not_in(passing))
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [Asset(**row) for row in rows]

    async def strike(self, tokens: Collection[str]) -> None:
        """The files of these are removed: forget the rows, too."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(assets).where(assets.c.token.in_(tokens), assets.c.role == GONE)
            )

    async def _select(self, *where: Any) -> Sequence[Asset]:
        statement = select(assets).where(*where).order_by(assets.c.position)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [Asset(**row) for row in rows]
