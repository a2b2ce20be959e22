"""The channels that a job's message may stand in, the best first, and how to get there."""

from collections.abc import Awaitable, Callable, Sequence

import discord

from bot.text import N_
from bot.wire import Delivery, Outcome
from cogs.posts import Channel, ElsewhereError, may_read
from storage.models import Job

Route = Callable[[discord.Client, Job], Awaitable[Channel]]


def routes_of(delivery: Delivery) -> Sequence[Route]:
    """Results go where the server has them; what went wrong is told where it was asked for."""
    elsewhere = delivery.job.destination.results_channel_id is not None
    if elsewhere and delivery.outcome is Outcome.RESULT:
        return (results, home, direct_messages)
    return (home, direct_messages)


def belongs(delivery: Delivery) -> str:
    """The channel that the message should stand in, as a sentence names it."""
    there = delivery.job.destination
    number = there.results_channel_id if routes_of(delivery)[0] is results else there.channel_id
    return f"<#{number}>"


async def home(client: discord.Client, job: Job) -> Channel:
    """The channel that it was asked for in."""
    return await _channel(client, job.destination.channel_id)


async def gallery(client: discord.Client, job: Job) -> Channel:
    """The server's channel for results, whether or not this one may stand there."""
    there = job.destination
    found = await _channel(client, there.results_channel_id or there.channel_id)
    # What a server has decided concerns no other.
    if found.guild is None or found.guild.id != there.guild_id:
        raise ElsewhereError(N_("The channel belongs to another server."))
    return found


async def results(client: discord.Client, job: Job) -> Channel:
    """The channel that the server has for results; ElsewhereError where it will not do."""
    found = await gallery(client, job)
    if not may_read(found):  # after a crash, nobody could tell whether it stands there
        raise ElsewhereError(N_("The history of the channel may not be read."))
    if not is_age_restricted(found) and is_age_restricted(await home(client, job)):
        raise ElsewhereError(N_("The channel is not age-restricted."))
    return found


async def direct_messages(client: discord.Client, job: Job) -> Channel:
    """The person's own, unless it was asked for there; ElsewhereError then."""
    found = await client.create_dm(discord.Object(job.destination.user_id))
    if found.id == job.destination.channel_id:
        raise ElsewhereError(N_("There is no other place."))
    return found


def is_age_restricted(channel: object) -> bool:
    """Whether only adults see a channel, or that which it is a thread of."""
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    return bool(getattr(parent, "nsfw", False))


async def _channel(client: discord.Client, number: int) -> Channel:
    found = client.get_channel(number) or await client.fetch_channel(number)
    if not isinstance(found, Channel):
        raise ElsewhereError(N_("The channel takes no messages."))
    return found
