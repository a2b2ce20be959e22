"""The Courier: brings each finished job to its person in exactly one message.

A deterministic nonce makes a repeated post one message for some minutes; after that the channel's
history is asked before anything is posted again.
"""

import asyncio
import base64
import hashlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakValueDictionary

import discord

from bot.errors import CourierError, FetchError, OfflineError
from bot.text import N_, _, explain, reading
from bot.wire import Delivery, Progress, Receipt
from cogs.composer import Composer
from cogs.downloads import read_file
from cogs.history import find_card, look_back
from cogs.posts import (
    FILE_LIMIT,
    NETWORK,
    Channel,
    Demands,
    ElsewhereError,
    editing,
    limit_of,
    may_pass,
    posting,
    reaching,
    reply_to,
)
from cogs.routes import belongs, home, routes_of
from storage.errors import StorageError
from storage.models import Job, Status, Upload

log = logging.getLogger(__name__)

_DELIVER_SECONDS, _CARD_SECONDS = 240.0, 10.0
_SAY_SECONDS = 10.0
_NEW_CARD_SECONDS = 3.0  # less than the engine waits for it, so that no result overtakes a card
_READY_SECONDS = 5.0  # right after a start commands come in a little earlier than the rest
_CARD_PAUSES = (0.5, 2.0, 0.0)  # seconds after each try to delete a card


class DiscordCourier:
    """Implements `bot.wire.Courier` with the bot token: a delivery outlives its interaction."""

    def __init__(self, client: discord.Client, composer: Composer) -> None:
        self._client, self._composer = client, composer
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
        try:
            async with asyncio.timeout(_NEW_CARD_SECONDS):
                view = await self._composer.card(progress)
                channel = await home(self._client, progress.job)
                return (await channel.send(view=view)).id
        except (
            discord.DiscordException,
            ElsewhereError,
            RuntimeError,
            StorageError,
            *NETWORK,
        ) as error:
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
            try:
                async with asyncio.timeout(_CARD_SECONDS):
                    view = await self._composer.card(progress)
                    await self._card(job, job.card_id).edit(view=view)
            except (discord.HTTPException, RuntimeError, StorageError, *NETWORK) as error:
                log.info("the card of job %s cannot be edited: %s", job.id, error)

    async def deliver(self, delivery: Delivery) -> Receipt:
        """Post the job's one message of this outcome; CourierError when it may be tried again."""
        job = delivery.job
        if not self._client.is_ready():
            raise OfflineError(N_("Discord is not connected yet."))
        async with self._turn(job):
            with reading(job.destination.locale), reaching():
                async with asyncio.timeout(_DELIVER_SECONDS):
                    return await self._deliver(delivery)

    async def say(self, channel_id: int, text: str, key: str, *, guild_id: int) -> bool:
        """Post a text in a channel of a server; False where that takes none.

        A repeated `key` is the same message for some minutes.
        """
        if not self._client.is_ready():
            raise CourierError(N_("Discord is not connected yet."))
        with reaching():
            async with asyncio.timeout(_SAY_SECONDS):
                try:
                    found = self._client.get_channel(channel_id)
                    found = found or await self._client.fetch_channel(channel_id)
                    # What one server has set is never said in another.
                    if not isinstance(found, Channel) or getattr(found.guild, "id", 0) != guild_id:
                        return False
                    silent = discord.AllowedMentions.none()
                    await found.send(
                        text, nonce=_nonce(key), allowed_mentions=silent, suppress_embeds=True
                    )
                except (discord.HTTPException, discord.InvalidData) as error:
                    if isinstance(error, discord.HTTPException) and may_pass(error):
                        raise
                    log.info("channel %d takes no message: %s", channel_id, error)
                    return False
        return True

    def locale_of(self, guild_id: int) -> str:
        """The language that a server has chosen at Discord."""
        guild = self._client.get_guild(guild_id)
        return str(guild.preferred_locale) if guild else "en-US"

    async def show_in(
        self, job: Job, target: discord.abc.Messageable | discord.Interaction[Any]
    ) -> None:
        """Post a finished job again, with its buttons: in a channel, a DM, or as a follow-up.

        Speaks to the current reader. discord.Forbidden where the bot may not write.
        """
        delivery = await self._composer.kept(job)
        limit, place = FILE_LIMIT, None
        if isinstance(target, discord.Interaction):
            limit, place = target.filesize_limit, target.guild_id
        elif isinstance(target, discord.abc.GuildChannel | discord.Thread):
            place = target.guild.id

        async def send(message: dict[str, Any]) -> discord.Message:
            message["allowed_mentions"] = discord.AllowedMentions.none()
            if isinstance(target, discord.Interaction):
                return await target.followup.send(wait=True, **message)
            return await target.send(**message)

        with reaching():
            async with asyncio.timeout(_DELIVER_SECONDS):
                await self._composer.send(delivery, Demands(limit), send, guild_id=place)

    async def _deliver(self, delivery: Delivery) -> Receipt:
        job, unread = delivery.job, frozenset[int]()
        if job.status is Status.CANCELED and (job.card_id is not None or not job.attempts):
            return await self._close_card(job)
        if delivery.attempted:
            found, unread = await look_back(self._client, delivery)
            if found is not None and found.message_id is not None:
                await self._drop_card(job, found.message_id)
                return found
        note, why = "", ""
        for route in routes_of(delivery):
            try:
                channel = await route(self._client, job)
                return await self._bring(delivery, channel, note, unread=channel.id in unread)
            except (discord.HTTPException, discord.InvalidData, ElsewhereError) as error:
                if isinstance(error, discord.HTTPException) and may_pass(error):
                    raise
                log.info("job %s cannot be posted by %s: %s", job.id, route.__name__, error)
                why = why or (explain(error) if isinstance(error, ElsewhereError) else str(error))
                note = _(
                    "This belongs in {channel}, but it could not be posted there.",
                    channel=belongs(delivery),
                )
        return Receipt(note=_("It could be posted nowhere: {why}", why=why[:200]))

    async def _bring(
        self, delivery: Delivery, channel: Channel, note: str, *, unread: bool
    ) -> Receipt:
        job = delivery.job
        send, reference = posting(delivery, channel), reply_to(delivery.parent, channel)
        if unread:
            # Whether it was posted cannot be known; an edit may safely happen twice.
            if channel.id != job.destination.channel_id or job.card_id is None:
                raise ElsewhereError(N_("The history of the channel may not be read."))
            send, reference = editing(channel.get_partial_message(job.card_id)), None
        demands = Demands(limit_of(channel), reference)
        place = channel.guild.id if channel.guild else None
        message = await self._composer.send(delivery, demands, send, guild_id=place, note=note)
        await self._drop_card(job, message.id)
        return Receipt(channel_id=channel.id, message_id=message.id)

    async def _close_card(self, job: Job) -> Receipt:
        if job.card_id is None:
            return Receipt(note=_("canceled before it had a message"))
        self._settled.append(job.card_id)
        try:
            await self._card(job, job.card_id).edit(view=await self._composer.canceled(job))
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


def _nonce(key: str) -> str:
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:25]
