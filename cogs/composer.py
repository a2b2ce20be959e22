"""From a delivery to its message: the layout for where it stands, its files, what may be given up.

Where it is sent to, and whether that has happened before, is the courier's affair.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.text import reading
from bot.wire import Delivery, Outcome, Progress
from cogs.ancestry import words_behind
from cogs.layout import canceled_layout, card_layout, notice_layout, plain_layout, result_layout
from cogs.layout_parts import Shown
from cogs.models import Instead, is_held_up
from cogs.parcels import Packer
from cogs.posts import Demands, Send, may_pass
from cogs.venues import Venue
from storage.assets import PREVIEW, RESULT, UPLOAD, AssetStore
from storage.errors import NotFoundError
from storage.jobs import JobStore
from storage.models import Job, Status

FindVenue = Callable[[int | None], Awaitable[Venue]]
FindInstead = Callable[[Job, Venue], Awaitable[Instead | None]]
_LayOut = Callable[[Sequence[Shown], bool], discord.ui.LayoutView]


class Composer:
    """Lays out messages; `venue` tells what is connected and decided in a server.

    `instead` finds what else could draw a job.
    """

    def __init__(
        self,
        jobs: JobStore,
        assets: AssetStore,
        venue: FindVenue,
        packer: Packer,
        instead: FindInstead | None = None,
    ) -> None:
        self._jobs, self._assets, self._venue = jobs, assets, venue
        self._packer, self._instead = packer, instead

    async def card(self, progress: Progress) -> discord.ui.LayoutView:
        """A job's progress card, in its own language."""
        job = progress.job
        venue = await self._venue(job.destination.guild_id)
        other = await self._other(job, venue) if is_held_up(job) else None
        with reading(job.destination.locale):
            return card_layout(progress, venue.catalog, other)

    async def canceled(self, job: Job) -> discord.ui.LayoutView:
        """What becomes of a canceled job's card."""
        venue = await self._venue(job.destination.guild_id)
        return canceled_layout(job, venue.catalog)

    async def kept(self, job: Job) -> Delivery:
        """A finished job's delivery from what its first one has left."""
        parent = await self._get(job.parent_id)
        if job.status is not Status.SUCCEEDED:
            return Delivery(job=job, outcome=Outcome.NOTICE, parent=parent)
        uploads = await self._assets.of_job(job.id, UPLOAD)
        return Delivery(
            job=job,
            outcome=Outcome.RESULT,
            assets=await self._assets.of_job(job.id, RESULT),
            previews=await self._assets.of_job(job.id, PREVIEW),
            notes=tuple(dict.fromkeys(asset.note for asset in uploads if asset.note)),
            parent=parent,
        )

    async def send(
        self,
        delivery: Delivery,
        demands: Demands,
        send: Send,
        *,
        guild_id: int | None,
        note: str = "",
    ) -> discord.Message:
        """Send the message for a server, or for direct messages, giving up what Discord refuses."""
        lay_out = await self._layout(delivery, guild_id, note)
        assets = (*delivery.assets, *delivery.previews)
        while True:
            async with self._packer.packed(delivery.job, assets, demands.limit) as parcel:
                message: dict[str, Any] = {"view": lay_out(parcel.shown, demands.plain)}
                if demands.reference:
                    message["reference"] = demands.reference
                try:
                    with parcel.opened() as files:
                        return await send({**message, "files": files})
                except discord.HTTPException as error:
                    if may_pass(error) or not demands.lower(error, parcel.largest):
                        raise

    async def _layout(self, delivery: Delivery, guild_id: int | None, note: str) -> _LayOut:
        """What makes the layout of the files that are shown, or the plain one."""
        job, venue = delivery.job, await self._venue(guild_id)
        prompt = await words_behind(job, self._jobs, venue.catalog)
        # A copy that stands elsewhere says what the server wants said that it was made in.
        origin = job.destination.guild_id
        label = (venue if origin == guild_id else await self._venue(origin)).rules.ai_label
        is_notice = delivery.outcome is Outcome.NOTICE
        other = await self._other(job, venue) if is_notice else None

        def lay_out(shown: Sequence[Shown], plain: bool) -> discord.ui.LayoutView:
            if plain:
                return plain_layout(delivery, shown, ai_label=label)
            words = {"prompt": prompt, "note": note}
            if is_notice:
                return notice_layout(delivery, venue.catalog, instead=other, **words)
            return result_layout(delivery, venue.catalog, shown, ai_label=label, **words)

        return lay_out

    async def _other(self, job: Job, venue: Venue) -> Instead | None:
        return await self._instead(job, venue) if self._instead else None

    async def _get(self, number: str | None) -> Job | None:
        if number is None:
            return None
        try:
            return await self._jobs.get(number)
        except NotFoundError:
            return None
