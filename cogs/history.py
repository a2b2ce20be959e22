"""What a channel's history tells of a job: whether it was posted, and where its card is."""

from datetime import UTC, datetime

import discord

from bot.wire import Delivery, Receipt
from cogs.posts import Channel, ElsewhereError, is_card, may_pass, may_read, outcome_of
from cogs.routes import gallery, results, routes_of
from storage.models import Job

_LOOK_BACK = 1000  # messages
_SKEW_MS = 60_000  # our clock may be ahead of Discord's


async def look_back(
    client: discord.Client, delivery: Delivery
) -> tuple[Receipt | None, frozenset[int]]:
    """Where an earlier attempt has posted, whichever of the channels it had come to.

    If nowhere, also the channels of which nobody can tell. Where that is so of the results channel,
    it is so of the one that it was asked for in: a new post there might be the second.
    """
    unread, there = set[int](), delivery.job.destination
    for route in routes_of(delivery):
        # It may have been posted where it would not be posted any more.
        reach = gallery if route is results else route
        try:
            channel = await reach(client, delivery.job)
            found, is_read = await _find_post(client, delivery, channel)
        except discord.Forbidden:
            if route is results:
                unread.add(there.channel_id)
            continue
        except (discord.HTTPException, discord.InvalidData, ElsewhereError) as error:
            if isinstance(error, discord.HTTPException) and may_pass(error):
                raise
            continue
        if found is not None:
            return Receipt(channel_id=channel.id, message_id=found), frozenset()
        if not is_read:
            unread |= {channel.id, there.channel_id} if route is results else {channel.id}
    return None, frozenset(unread)


async def _find_post(
    client: discord.Client, delivery: Delivery, channel: Channel
) -> tuple[int | None, bool]:
    """The message of an earlier attempt, and whether the history could be read at all."""
    job, seen = delivery.job, False
    try:
        # A post comes right after the end of its job, however much has been said since.
        after = _moment_before(job.finished_at or job.created_at)
        async for message in channel.history(limit=_LOOK_BACK, after=after):
            seen = True
            mine = client.user is not None and message.author == client.user
            if mine and outcome_of(message, job) is delivery.outcome:
                return message.id, True
    except discord.Forbidden:
        return None, False
    # Without the permission Discord answers with an empty list instead of an error.
    return None, seen or may_read(channel)


async def find_card(client: discord.Client, job: Job) -> int | None:
    """The card of a job that never learned its id: its answer was lost, or the process died."""
    channel = client.get_partial_messageable(job.destination.channel_id)
    after = _moment_before(job.created_at)
    async for message in channel.history(limit=_LOOK_BACK, after=after):
        if is_card(message, job):
            return message.id
    return None


def _moment_before(instant: int) -> discord.Object:
    """A place in the history that nothing sent after `instant` stands before."""
    moment = datetime.fromtimestamp((instant - _SKEW_MS) / 1000, UTC)
    return discord.Object(discord.utils.time_snowflake(moment))
