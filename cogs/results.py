"""The Courier: brings each finished job to its person in exactly one message.

A deterministic nonce makes a repeated post one message for some minutes; after that the channel's
history is asked before anything is posted again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

import discord

from bot.errors import CourierError, FetchError
from bot.operations import Catalog
from bot.text import N_, _, explain, reading
from bot.wire import Delivery, Outcome, Progress, Receipt
from cogs.ancestry import words_behind
from cogs.downloads import read_file
from cogs.history import find_card, find_post
from cogs.layout import (
    Shown,
    canceled_layout,
    card_layout,
    notice_layout,
    plain_layout,
    result_layout,
)
from cogs.models import Instead, is_held_up
from cogs.parcels import Packer
from cogs.posts import (
    FILE_LIMIT,
    NETWORK,
    Channel,
    Demands,
    ElsewhereError,
    Send,
    editing,
    limit_of,
    may_pass,
    posting,
    reaching,
    reply_to,
)
from storage.assets import PREVIEW, RESULT, UPLOAD, AssetStore
from storage.errors import NotFoundError
from storage.jobs import JobStore
from storage.models import Job, Status, Upload

log = logging.getLogger(__name__)

_DELIVER_SECONDS, _CARD_SECONDS = 240.0, 10.0
_NEW_CARD_SECONDS = 3.0  # less than the engine waits for it, so that no result overtakes a card
_READY_SECONDS = 5.0  # right after a start commands come in a little earlier than the rest
_CARD_PAUSES = (0.5, 2.0, 0.0)  # seconds after each try to delete a card

Route = Callable[[Job], Awaitable[Channel]]


class DiscordCourier:
    """Implements `bot.wire.Courier` with the bot token: a delivery outlives its interaction."""

    def __init__(
        self,
        client: discord.Client,
        jobs: JobStore,
        assets: AssetStore,
        catalog: Catalog,
        packer: Packer,
        instead: Callable[[Job], Awaitable[Instead | None]] | None = None,
    ) -> None:
        self._client, self._jobs, self._assets, self._catalog = client, jobs, assets, catalog
        self._packer, self._instead = packer, instead
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # Cards that are gone or have become a result: late progress must not touch them.
        self._settled: deque[int] = deque(maxlen=2000)

    async def read_upload(self, upload: Upload) -> AsyncIterator[bytes]:
        """The bytes of a file that is at Discord."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await self._client.wait_until_ready()
        except (TimeoutError, RuntimeError):
            raise FetchError(N_("Discord is not connected yet.")) from None
        async for chunk in read_file(self._client.http, upload):
            yield chunk

    async def post_card(self, progress: Progress) -> int | None:
        """Post a card to its job's channel, where no interaction's answer can be one."""
        with reading(progress.job.destination.locale):
            view = card_layout(progress, self._catalog)
        try:
            async with asyncio.timeout(_NEW_CARD_SECONDS):
                channel = await self._channel(progress.job)
                return (await channel.send(view=view)).id
        except (discord.DiscordException, ElsewhereError, RuntimeError, *NETWORK) as error:
            log.info("job %s has no card: %s", progress.job.id, error)
            return None

    async def show_progress(self, progress: Progress) -> None:
        """Edit the job's card, unless it is being delivered or its card is no card any more."""
        job, turn = progress.job, self._turn(progress.job)
        if job.card_id is None or job.card_id in self._settled or turn.locked():
            return
        if not self._client.is_ready():
            return
        async with turn:
            other = await self._instead(job) if self._instead and is_held_up(job) else None
            with reading(job.destination.locale):
                view = card_layout(progress, self._catalog, other)
            try:
                async with asyncio.timeout(_CARD_SECONDS):
                    await self._card(job, job.card_id).edit(view=view)
            except (discord.HTTPException, RuntimeError, *NETWORK) as error:
                log.info("the card of job %s cannot be edited: %s", job.id, error)

    async def deliver(self, delivery: Delivery) -> Receipt:
        """Post the job's one message of this outcome; CourierError when it may be tried again."""
        job = delivery.job
        if not self._client.is_ready():
            raise CourierError(N_("Discord is not connected yet."))
        async with self._turn(job):
            with reading(job.destination.locale), reaching():
                async with asyncio.timeout(_DELIVER_SECONDS):
                    return await self._deliver(delivery)

    async def show_in(
        self, job: Job, target: discord.abc.Messageable | discord.Interaction[Any]
    ) -> None:
        """Post a finished job again, with its buttons: in a channel, a DM, or as a follow-up.

        Speaks to the current reader. discord.Forbidden where the bot may not write.
        """
        delivery = await self._kept(job)
        limit = target.filesize_limit if isinstance(target, discord.Interaction) else FILE_LIMIT

        async def send(message: dict[str, Any]) -> discord.Message:
            message["allowed_mentions"] = discord.AllowedMentions.none()
            if isinstance(target, discord.Interaction):
                return await target.followup.send(wait=True, **message)
            return await target.send(**message)

        with reaching():
            async with asyncio.timeout(_DELIVER_SECONDS):
                await self._send(delivery, Demands(limit), send)

    async def _kept(self, job: Job) -> Delivery:
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

    async def _deliver(self, delivery: Delivery) -> Receipt:
        job, belongs = delivery.job, f"<#{delivery.job.destination.channel_id}>"
        if job.status is Status.CANCELED and (job.card_id is not None or not job.attempts):
            return await self._close_card(job)
        note, why = "", ""
        routes: Sequence[Route] = (self._channel, self._direct_messages)
        for route in routes:
            try:
                return await self._bring(delivery, await route(job), note)
            except (discord.HTTPException, discord.InvalidData, ElsewhereError) as error:
                if isinstance(error, discord.HTTPException) and may_pass(error):
                    raise
                log.info("job %s cannot be posted by %s: %s", job.id, route.__name__, error)
                why = why or (explain(error) if isinstance(error, ElsewhereError) else str(error))
                note = _(
                    "This belongs in {channel}, but it could not be posted there.",
                    channel=belongs,
                )
        return Receipt(note=_("It could be posted nowhere: {why}", why=why[:200]))

    async def _channel(self, job: Job) -> Channel:
        number = job.destination.channel_id
        found = self._client.get_channel(number) or await self._client.fetch_channel(number)
        if not isinstance(found, Channel):
            raise ElsewhereError(N_("The channel takes no messages."))
        return found

    async def _direct_messages(self, job: Job) -> Channel:
        found = await self._client.create_dm(discord.Object(job.destination.user_id))
        if found.id == job.destination.channel_id:
            raise ElsewhereError(N_("There is no other place."))
        return found

    async def _bring(self, delivery: Delivery, channel: Channel, note: str) -> Receipt:
        job, is_home = delivery.job, channel.id == delivery.job.destination.channel_id
        send, reference = posting(delivery, channel), reply_to(delivery.parent, channel)
        if delivery.attempted:
            found, readable = await find_post(self._client, delivery, channel)
            if found is not None:
                await self._drop_card(job, found)
                return Receipt(channel_id=channel.id, message_id=found)
            if not readable:
                # Whether it was posted cannot be known; an edit may safely happen twice.
                if not is_home or job.card_id is None:
                    raise ElsewhereError(N_("The history of the channel may not be read."))
                send, reference = editing(channel.get_partial_message(job.card_id)), None
        demands = Demands(limit_of(channel), reference)
        message = await self._send(delivery, demands, send, note)
        await self._drop_card(job, message.id)
        return Receipt(channel_id=channel.id, message_id=message.id)

    async def _send(
        self, delivery: Delivery, demands: Demands, send: Send, note: str = ""
    ) -> discord.Message:
        prompt = await words_behind(delivery.job, self._jobs, self._catalog)
        assets = (*delivery.assets, *delivery.previews)
        is_notice = delivery.outcome is Outcome.NOTICE
        other = await self._instead(delivery.job) if self._instead and is_notice else None
        while True:
            async with self._packer.packed(delivery.job, assets, demands.limit) as parcel:
                if demands.plain:
                    view = plain_layout(delivery, parcel.shown)
                else:
                    view = self._layout(delivery, parcel.shown, prompt, note, other)
                message: dict[str, Any] = {"view": view}
                if demands.reference:
                    message["reference"] = demands.reference
                try:
                    with parcel.opened() as files:
                        return await send({**message, "files": files})
                except discord.HTTPException as error:
                    if may_pass(error) or not demands.lower(error, parcel.largest):
                        raise

    def _layout(
        self,
        delivery: Delivery,
        shown: Sequence[Shown],
        prompt: str,
        note: str,
        other: Instead | None,
    ) -> discord.ui.LayoutView:
        if delivery.outcome is Outcome.RESULT:
            return result_layout(delivery, self._catalog, shown, prompt=prompt, note=note)
        return notice_layout(delivery, self._catalog, prompt=prompt, note=note, instead=other)

    async def _get(self, number: str | None) -> Job | None:
        if number is None:
            return None
        try:
            return await self._jobs.get(number)
        except NotFoundError:
            return None

    async def _close_card(self, job: Job) -> Receipt:
        if job.card_id is None:
            return Receipt(note=_("canceled before it had a message"))
        self._settled.append(job.card_id)
        try:
            await self._card(job, job.card_id).edit(view=canceled_layout(job, self._catalog))
        except discord.HTTPException as error:
            if may_pass(error):
                raise
            return Receipt(note=_("canceled, and its card is gone"))
        return Receipt(channel_id=job.destination.channel_id, message_id=job.card_id)

    async def _drop_card(self, job: Job, message_id: int) -> None:
        for pause in _CARD_PAUSES:
            try:
                async with asyncio.timeout(_CARD_SECONDS):
                    card_id = job.card_id or await find_card(self._client, job)
                    if card_id is not None:
                        self._settled.append(card_id)
                        if card_id != message_id:
                            await self._card(job, card_id).delete()
                return
            except (discord.HTTPException, *NETWORK) as error:
                log.info("the card of job %s cannot be deleted: %s", job.id, error)
                if isinstance(error, discord.HTTPException) and not may_pass(error):
                    return
            await asyncio.sleep(pause)

    def _card(self, job: Job, card_id: int) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(job.destination.channel_id)
        return channel.get_partial_message(card_id)

    def _turn(self, job: Job) -> asyncio.Lock:
        return self._turns.setdefault(job.id, asyncio.Lock())
