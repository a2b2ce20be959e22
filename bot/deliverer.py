"""The deliver loop: fetches a finished job's media, keeps them, and has the courier post them.

Provider URLs expire, so the files are stored before anything is posted. Each place of a result is
one asset row; a repeated delivery finds what the first one kept.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from bot.errors import (
    AtelierError,
    BadMediaError,
    CourierError,
    FetchError,
    MediaError,
    MissingMediaError,
    OfflineError,
    RefusedHostError,
)
from bot.keeper import Keeper
from bot.media.assets import new_token
from bot.media.fetch import Fetcher
from bot.media.images import PICTURES
from bot.media.previews import RENDERED, rendered
from bot.media.tile import removed_tile
from bot.parts import backoff_ms
from bot.text import N_, explain, reading
from bot.wire import Delivery, Outcome, Progress
from storage.assets import PREVIEW, RESULT, UPLOAD
from storage.errors import NotFoundError
from storage.jobs import JobStore
from storage.models import Asset, Job, Status

log = logging.getLogger(__name__)


_TRIES_IF_BAD = 3
_MISSING_MS = 60_000  # a file that is written may be seen a little later
_AWAY_MS = 15 * 60_000  # the pictures that came need not wait longer for the others
_ALL_AWAY_MS = 24 * 3600 * 1000
_REFUSED_LOOK_MS = 300_000
_LATE_LOOK_MS = 600_000
_OFFLINE_LOOK_MS = 5_000
_POST_CAP_MS = 300_000
_PREVIEW_SECONDS = 30.0


class Deliverer:
    """Takes a job from finished to delivered."""

    def __init__(
        self, *, jobs: JobStore, keeper: Keeper, fetcher: Fetcher, now: Callable[[], int]
    ) -> None:
        self._jobs, self.keeper, self._fetcher, self._now = jobs, keeper, fetcher, now

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
            receipt = await self.keeper.courier.deliver(delivery)
        except RefusedHostError as error:
            log.error("job %s: %s; see ALLOWED_MEDIA_HOSTS", job.id, error)
            await self._later(job, _REFUSED_LOOK_MS, error)
        except OfflineError:
            # Hurried as soon as it is there; but that may have come while this was under way.
            log.info("job %s waits for Discord", job.id)
            await self._jobs.let_go(job, due_at=self._now() + _OFFLINE_LOOK_MS)
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

    async def post_card(self, progress: Progress) -> int | None:
        """A new progress card's message; None when there can be none now."""
        return await self.keeper.courier.post_card(progress)

    async def _prepare(self, job: Job) -> Delivery:
        succeeded = job.status is Status.SUCCEEDED
        assets = await self._collect(job) if succeeded else ()
        given = await self.keeper.assets.of_job(job.id, UPLOAD) if succeeded else ()
        return Delivery(
            job=job,
            outcome=Outcome.RESULT if succeeded else Outcome.NOTICE,
            assets=assets,
            previews=await self._previews(job, assets),
            notes=tuple(dict.fromkeys(asset.note for asset in given if asset.note)),
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
        held = {asset.position: asset for asset in await self.keeper.assets.of_job(job.id, RESULT)}
        wanted = [n for n, place in enumerate(places) if place["url"] and n not in held]
        outcomes = await asyncio.gather(
            *(self._collect_place(job, n, places[n]["url"]) for n in wanted),
            return_exceptions=True,
        )
        failures = dict(zip(wanted, outcomes, strict=True))
        # A tile is no picture: where nothing else came, the rest is worth a longer wait.
        some = None in outcomes or any(not asset.note for asset in held.values())
        # What came is kept whatever became of the rest, so the next try only fetches that.
        for position, error in failures.items():
            if isinstance(error, MediaError) and self._is_hopeless(job, error, some_are_here=some):
                await self._keep_hole(job, position, error)
            elif isinstance(error, BaseException):
                raise error
        for position, place in enumerate(places):
            if not place["url"]:
                why = AtelierError(
                    place["removed"] or N_("Removed by moderation"), said=place.get("said", "")
                )
                await self._keep_hole(job, position, why)
        return await self.keeper.assets.of_job(job.id, RESULT)

    def _is_hopeless(self, job: Job, error: MediaError, *, some_are_here: bool) -> bool:
        waited = self._now() - (job.finished_at or 0)
        if isinstance(error, RefusedHostError):
            return False
        if isinstance(error, BadMediaError):
            return job.tries >= _TRIES_IF_BAD
        if isinstance(error, MissingMediaError):
            return waited > _MISSING_MS
        return waited > (_AWAY_MS if some_are_here else _ALL_AWAY_MS)

    async def _collect_place(self, job: Job, position: int, url: str) -> None:
        temporary = await self._fetcher.fetch(url, self.keeper.files.temporary)
        try:
            await self.keeper.keep(job.id, RESULT, position, temporary)
        finally:
            temporary.unlink(missing_ok=True)

    async def _keep_hole(self, job: Job, position: int, why: AtelierError) -> None:
        held = await self.keeper.assets.of_job(job.id, RESULT)
        if any(asset.position == position for asset in held):
            return
        size = next(((a.width, a.height) for a in held if a.width), (768, 768))
        tile = self.keeper.files.temporary / f"{new_token()}.png"
        with reading(job.destination.locale):
            words = explain(why)
        try:
            await self.keeper.pool.run(removed_tile, size, words, tile)
            await self.keeper.keep(job.id, RESULT, position, tile, note=words)
        finally:
            tile.unlink(missing_ok=True)

    async def _previews(self, job: Job, assets: Sequence[Asset]) -> Sequence[Asset]:
        """A picture of the first file that nobody could see otherwise, made once."""
        drawn = next((each for each in assets if each.extension in RENDERED), None)
        seen = any(each.extension in PICTURES and not each.note for each in assets)
        if drawn is None or seen:
            return ()
        if held := await self.keeper.assets.of_job(job.id, PREVIEW):
            return held
        files = self.keeper.files
        try:
            shown = await self.keeper.pool.run(
                rendered, files.path(drawn), files.temporary, seconds=_PREVIEW_SECONDS
            )
        except (BadMediaError, FileNotFoundError) as error:
            log.warning("job %s has no preview: %s", job.id, type(error).__name__)
            return ()
        try:
            return (await self.keeper.keep(job.id, PREVIEW, drawn.position, shown),)
        finally:
            shown.unlink(missing_ok=True)

    async def _later(self, job: Job, wait: int, why: AtelierError) -> None:
        with reading(job.destination.locale):
            words = explain(why)
        await self._jobs.let_go(
            job,
            due_at=self._now() + wait,
            tries=job.tries + 1,
            delivery_note=words,
        )
