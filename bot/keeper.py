"""Keeps files: what a provider made, what people attach, what drafts and moodboards show.

Each is checked, stored under a name of ours and written down as an asset before anybody relies on
it; a place that has its file already keeps it.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from bot.errors import BadMediaError
from bot.media import clips, fitting, images
from bot.media.assets import AssetFiles, new_token
from bot.media.fetch import save
from bot.media.fitting import Fitted
from bot.media.pool import MediaPool
from bot.operations import Limits
from bot.text import N_, _, reading
from bot.wire import Courier
from storage.assets import DRAFT, UPLOAD, AssetStore
from storage.errors import NotFoundError
from storage.models import Asset, Job, Upload

_NO_LIMITS = Limits()


class Keeper:
    """The only way to a kept file; `courier` brings what people attached, and results to them."""

    courier: Courier

    def __init__(
        self, *, assets: AssetStore, files: AssetFiles, pool: MediaPool, now: Callable[[], int]
    ) -> None:
        self.assets, self.files, self.pool, self._now = assets, files, pool, now

    async def keep_upload(
        self, job: Job, upload: Upload, position: int, limits: Limits = _NO_LIMITS
    ) -> Asset:
        """Fetch, check, fit and store a file the person attached; BadMediaError when it is unfit.

        The asset's note tells what had to be done to it.
        """
        for asset in await self.assets.of_job(job.id, UPLOAD):
            if asset.position == position:
                return asset
        fitted = await self._fitted(upload, limits)
        try:
            with reading(job.destination.locale):
                told = [await self._told_before(upload), _told(fitted)]
            note = " ".join(filter(None, told))
            return await self.keep(job.id, UPLOAD, position, fitted.path, note=note)
        finally:
            fitted.path.unlink(missing_ok=True)

    async def keep_draft(self, source: Upload | Path, role: str = DRAFT, note: str = "") -> Asset:
        """Check and store a picture that no job has yet: an upload, or a file of ours as it is.

        BadMediaError when it is unfit.
        """
        if isinstance(source, Path):
            return await self._keep_draft(source, role, note)
        return (await self.keep_fitted(source, _NO_LIMITS, role))[0]

    async def keep_fitted(
        self, source: Upload, limits: Limits, role: str = DRAFT
    ) -> tuple[Asset, Fitted]:
        """A picture that no job has yet, within limits; its note tells the reader what was done."""
        fitted = await self._fitted(source, limits)
        return await self._keep_draft(fitted.path, role, _told(fitted)), fitted

    async def _keep_draft(self, path: Path, role: str, note: str) -> Asset:
        try:
            return await self.keep(None, role, 0, path, note=note)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def fetched(self, upload: Upload) -> Path:
        """An attached file as it is, unchecked, in a new temporary file."""
        chunks = self.courier.read_upload(upload)
        return await save(chunks, self.files.temporary, images.MAX_UPLOAD_BYTES)

    async def clear_drafts(self, before: int) -> None:
        """Remove the pictures of drafts that were begun before an instant."""
        for asset in await self.assets.abandoned(before):
            await self.discard(asset.token)

    async def discard(self, token: str) -> None:
        """Remove a picture that nothing needs any more; nothing happens where there is none."""
        with contextlib.suppress(NotFoundError):
            await self.files.remove(await self.assets.get(token))
            await self.assets.remove(token)

    async def keep(
        self, job_id: str | None, role: str, position: int, path: Path, *, note: str = ""
    ) -> Asset:
        """Store a temporary file for a place; what the place has already, if it has something.

        BadMediaError when it is no picture, clip or document.
        """
        info = await self.pool.run(images.inspect, path)
        width, height = info.width, info.height
        if info.extension in clips.CLIPS:
            # A clip that we cannot read may still play for the person, who has paid for it.
            with contextlib.suppress(BadMediaError):
                width, height, _ = await self.pool.run(clips.inspect_clip, path)
        asset = Asset(
            token=new_token(),
            job_id=job_id,
            role=role,
            position=position,
            extension=info.extension,
            content_type=info.content_type,
            size=info.size,
            width=width,
            height=height,
            note=note,
            created_at=self._now(),
        )
        await self.files.adopt(path, asset)
        stored = await self.assets.add(asset)
        if stored.token != asset.token:
            await self.files.remove(asset)
        return stored

    async def _fitted(self, upload: Upload, limits: Limits) -> Fitted:
        """A new temporary file: the pixels alone, as PNG or JPEG within the limits."""
        folder = self.files.temporary
        if upload.asset:
            try:
                held = await self.assets.get(upload.asset)
                path = self.files.path(held)
                if await self.pool.run(fitting.fits, path, limits):
                    return Fitted(await self.files.copied(held))
                return await self.pool.run(fitting.fitted, path, folder, limits)
            except (NotFoundError, FileNotFoundError):
                raise BadMediaError(N_("The picture is not kept here any more.")) from None
        raw = await self.fetched(upload)
        try:
            return await self.pool.run(fitting.fitted, raw, folder, limits)
        finally:
            raw.unlink(missing_ok=True)

    async def _told_before(self, upload: Upload) -> str:
        """What was done to a draft's picture when it was kept; a result's note tells else."""
        with contextlib.suppress(NotFoundError):
            if upload.asset and (held := await self.assets.get(upload.asset)).role == DRAFT:
                return held.note
        return ""


def _told(fitted: Fitted) -> str:
    return " ".join(_(sentence, **values) for sentence, values in fitted.changes)
