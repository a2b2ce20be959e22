"""The deliver loop: fetches a finished job's media, keeps them, and has the courier post them.

Provider URLs expire, so the files are stored before anything is posted. Each place of a result is
one asset row; a repeated delivery finds what the first one kept.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.errors import AtelierError, BadMediaError, CourierError, FetchError, RefusedHostError
from bot.media import images
from bot.media.assets import AssetFiles, new_token
from bot.media.fetch import Fetcher, save
from bot.media.tile import removed_tile
from bot.parts import backoff_ms
from bot.text import N_, explain, reading
from bot.wire import Courier, Delivery, Outcome
from storage.assets import AssetStore
from storage.errors import NotFoundError
from storage.jobs import JobStore
from storage.models import Asset, Job, Status, Upload

log = logging.getLogger(__name__)


RESULT, UPLOAD = "result", "upload"
_TRIES_IF_BAD = 3
_TRIES_IF_AWAY = 40
_REFUSED_LOOK_MS = 300_000
_LATE_LOOK_MS = 600_000
_POST_CAP_MS = 300_000


class Deliverer:
    """Takes a job from finished to delivered."""

    courier: Courier

    def __init__(
        self,
        *,
        jobs: JobStore,
        assets: AssetStore,
        files: AssetFiles,
        fetcher: Fetcher,
        now: Callable[[], int],
    ) -> None:
        self._jobs, self.assets, self.files = jobs, assets, files
        self._fetcher, self._now = fetcher, now
        # Two decoded pictures at a time: each may take a hundred megabytes.
        self._decoding = asyncio.Semaphore(2)

    async def claim(self, limit: int, lease_until: int) -> Sequence[Job]:
        """Finished jobs whose person does not know yet."""
        return await self._jobs.claim_finished(
            now=self._now(), lease_until=lease_until, limit=limit
        )

    async def deliver(self, job: Job) -> None:
        """Post a claimed job's one message, or plan the next try."""
        try:
            delivery = await self._prepare(job)
            await self._jobs.begin_post(job)
            receipt = await self.courier.deliver(delivery)
        except RefusedHostError as error:
            log.error("job %s: %s; see ALLOWED_MEDIA_HOSTS", job.id, error)
            await self._later(job, _REFUSED_LOOK_MS, error)
        except (FetchError, BadMediaError, CourierError) as error:
            log.warning("job %s is not delivered yet: %s", job.id, error)
            await self._later(job, backoff_ms(job.tries, cap=_POST_CAP_MS), error)
        else:
            await self._jobs.delivered(
                job,
                channel_id=receipt.channel_id,
                message_id=receipt.message_id,
                note=receipt.note,
                now=self._now(),
                look_at=self._now() + _LATE_LOOK_MS,
            )
            log.info("job %s delivered", job.id, extra={"action": "delivered", "job": job.id})

    async def keep_upload(self, job: Job, upload: Upload, position: int) -> Asset:
        """Fetch, check and store a file the person attached; BadMediaError when it is unfit."""
        for asset in await self.assets.of_job(job.id, UPLOAD):
            if asset.position == position:
                return asset
        chunks = self.courier.read_upload(job, upload)
        raw = await save(chunks, self.files.temporary, images.MAX_UPLOAD_BYTES)
        try:
            async with self._decoding:
                await asyncio.to_thread(images.check_upload, raw)
                clean = await asyncio.to_thread(images.reencode_upload, raw, self.files.temporary)
        finally:
            raw.unlink(missing_ok=True)
        try:
            return await self._keep(job, UPLOAD, position, clean)
        finally:
            clean.unlink(missing_ok=True)

    async def _prepare(self, job: Job) -> Delivery:
        succeeded = job.status is Status.SUCCEEDED
        return Delivery(
            job=job,
            outcome=Outcome.RESULT if succeeded else Outcome.NOTICE,
            assets=await self._collect(job) if succeeded else (),
            parent=await self._parent(job),
            retry=await self._jobs.retry_of(job.id) if succeeded else None,
            attempted=job.post_attempts > 0,
        )

    async def _parent(self, job: Job) -> Job | None:
        if job.parent_id is None:
            return None
        try:
            return await self._jobs.get(job.parent_id)
        except NotFoundError:
            return None

    async def _collect(self, job: Job) -> Sequence[Asset]:
        places: Sequence[dict[str, Any]] = (job.result or {}).get("media", ())
        held = {asset.position for asset in await self.assets.of_job(job.id, RESULT)}
        wanted = [(n, place) for n, place in enumerate(places) if n not in held]
        for outcome in await asyncio.gather(
            *(self._collect_place(job, n, place) for n, place in wanted), return_exceptions=True
        ):
            if isinstance(outcome, BaseException):
                raise outcome
        await self._fill_holes(job, places)
        return await self.assets.of_job(job.id, RESULT)

    async def _collect_place(self, job: Job, position: int, place: dict[str, Any]) -> None:
        if not place["url"]:
            return
        temporary: Path | None = None
        try:
            temporary = await self._fetcher.fetch(place["url"], self.files.temporary)
            await self._keep(job, RESULT, position, temporary)
        except BadMediaError as error:
            if job.tries < _TRIES_IF_BAD:
                raise
            await self._keep_hole(job, position, error)
        except FetchError as error:
            if job.tries < _TRIES_IF_AWAY:
                raise
            await self._keep_hole(job, position, error)
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)

    async def _fill_holes(self, job: Job, places: Sequence[dict[str, Any]]) -> None:
        for position, place in enumerate(places):
            if not place["url"]:
                removed = AtelierError(place["removed"] or N_("Removed by moderation"))
                await self._keep_hole(job, position, removed)

    async def _keep_hole(self, job: Job, position: int, why: AtelierError) -> None:
        held = await self.assets.of_job(job.id, RESULT)
        if any(asset.position == position for asset in held):
            return
        size = next(((a.width, a.height) for a in held if a.width), (768, 768))
        tile = self.files.temporary / f"{new_token()}.png"
        with reading(job.destination.locale):
            words = explain(why)
        try:
            await asyncio.to_thread(removed_tile, size, words, tile)
            await self._keep(job, RESULT, position, tile, note=str(why))
        finally:
            tile.unlink(missing_ok=True)

    async def _keep(
        self, job: Job, role: str, position: int, path: Path, *, note: str = ""
    ) -> Asset:
        async with self._decoding:
            info = await asyncio.to_thread(images.inspect, path)
        asset = Asset(
            token=new_token(),
            job_id=job.id,
            role=role,
            position=position,
            extension=info.extension,
            content_type=info.content_type,
            size=info.size,
            width=info.width,
            height=info.height,
            note=note,
            created_at=self._now(),
        )
        await self.files.adopt(path, asset)
        stored = await self.assets.add(asset)
        if stored.token != asset.token:
            await self.files.remove(asset)
        return stored

    async def _later(self, job: Job, wait: int, why: AtelierError) -> None:
        await self._jobs.let_go(
            job,
            due_at=self._now() + wait,
            tries=job.tries + 1,
            delivery_note=str(why),
        )
