"""One message's way through Discord: its nonce, what may be given up for it, what refusals mean."""

import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from bot.errors import AtelierError, CourierError
from bot.text import N_
from bot.wire import Delivery, Outcome
from cogs.buttons import job_id
from storage.models import Job

log = logging.getLogger(__name__)

FILE_LIMIT = 10 * 1024 * 1024  # bytes a file may have where nothing else is known
NETWORK = (aiohttp.ClientError, OSError, TimeoutError, discord.RateLimited)
_TOO_LARGE, _NO_REPLIES = 40005, 160002
_SMALLEST = 256 * 1024

Channel = (
    discord.TextChannel
    | discord.Thread
    | discord.VoiceChannel
    | discord.StageChannel
    | discord.DMChannel
)
Send = Callable[[dict[str, Any]], Awaitable[discord.Message]]


class ElsewhereError(AtelierError):
    """The message cannot stand in this channel."""


@dataclass
class Demands:
    """What a post still asks of Discord; each refusal takes something away."""

    limit: int
    reference: discord.MessageReference | None = None
    plain: bool = False

    def lower(self, error: discord.HTTPException, largest: int) -> bool:
        """Give up what Discord objected to; False when that is not the point, or all is gone."""
        if error.code == _NO_REPLIES and self.reference:
            self.reference = None
            return True
        if error.status == 413 or error.code == _TOO_LARGE:
            half = min(self.limit, largest) // 2
            had, self.limit = self.limit, half if half > _SMALLEST else 0
            return had > 0
        if error.status == 400 and not self.plain:
            log.error("Discord refuses a layout of ours (%d): %s", error.code, error.text[:500])
            self.plain = True
            return True
        return False


def nonce_of(job: Job, outcome: Outcome) -> str:
    """The 25 characters by which Discord knows a repeated post of the same message."""
    digest = hashlib.sha256(f"{job.id}:{outcome}".encode()).digest()
    return base64.b32encode(digest).decode()[:25]


def posting(delivery: Delivery, channel: Channel) -> Send:
    """Post a new message under its nonce; only the job's person is pinged."""
    person = discord.Object(delivery.job.destination.user_id)
    mentions = discord.AllowedMentions(
        everyone=False, roles=False, users=[person], replied_user=False
    )

    async def send(message: dict[str, Any]) -> discord.Message:
        nonce = nonce_of(delivery.job, delivery.outcome)
        return await channel.send(nonce=nonce, allowed_mentions=mentions, **message)

    return send


def editing(card: discord.PartialMessage) -> Send:
    """Turn an earlier message into this one."""

    async def send(message: dict[str, Any]) -> discord.Message:
        silent = discord.AllowedMentions.none()
        return await card.edit(
            view=message["view"], attachments=message["files"], allowed_mentions=silent
        )

    return send


def reply_to(parent: Job | None, channel: Channel) -> discord.MessageReference | None:
    """The parent's result, when it stands in the same channel."""
    if parent is None or parent.message_id is None or parent.message_channel_id != channel.id:
        return None
    return discord.MessageReference(
        message_id=parent.message_id, channel_id=channel.id, fail_if_not_exists=False
    )


def limit_of(channel: Channel) -> int:
    """How many bytes a file may have there."""
    guild = channel.guild
    return guild.filesize_limit if guild is not None else FILE_LIMIT


def may_read(channel: Channel) -> bool:
    """Whether the history may surely be read."""
    if isinstance(channel, discord.DMChannel):
        return True
    me: discord.Member | None = channel.guild.me
    try:
        return me is not None and channel.permissions_for(me).read_message_history
    except discord.ClientException:  # a thread whose channel is not known
        return False


def outcome_of(message: discord.Message, job: Job) -> Outcome | None:
    """What a message tells of the job: every one of ours has ℹ️, only results have ✉️."""
    found = set(_ids(message.components))
    if job_id(job.id, "info") not in found:
        return None
    return Outcome.RESULT if job_id(job.id, "dm") in found else Outcome.NOTICE


def is_card(message: discord.Message, job: Job) -> bool:
    """Whether a message is the job's card as it is first posted: only that one has Cancel."""
    return job_id(job.id, "cancel") in set(_ids(message.components))


def _ids(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        yield from _ids(getattr(component, "children", ()))


def may_pass(error: discord.HTTPException) -> bool:
    """Whether the same request may work later."""
    return error.status in (401, 408, 429) or error.status >= 500


@contextmanager
def reaching() -> Iterator[None]:
    """Turn everything that may pass by itself into CourierError."""
    try:
        yield
    except discord.HTTPException as error:
        if not may_pass(error):
            raise
        raise CourierError(N_("Discord answered {status}."), status=error.status) from error
    except NETWORK as error:
        raise CourierError(N_("Discord could not be reached.")) from error
    except RuntimeError as error:
        if "closed" not in str(error).lower():
            raise
        raise CourierError(N_("The connection to Discord is closed.")) from error
