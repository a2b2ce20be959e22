"""An order becomes a row, a card and an acknowledgement: the one way from Discord to the engine."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import discord

from bot.engine import Order
from bot.errors import NotAllowedError
from bot.policy import Person
from bot.text import N_, _, reading
from bot.wire import Progress
from cogs.errors import ANSWER_SECONDS, DISCORD_FAULTS, answer, tell
from cogs.layout import card_layout
from cogs.venues import venue_of
from cogs.words import jump_link
from storage.errors import StorageError
from storage.models import Destination, Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]

BEING_DRAWN = N_("It is already being drawn and will be posted when it is there.")
_UNKNOWN_INTERACTION = 10062
_THREADS = frozenset(
    {
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
        discord.ChannelType.news_thread,
    }
)
# Who of a team the library, too, counts as the application's owners.
_RUNNING_IT = frozenset({discord.TeamMemberRole.admin, discord.TeamMemberRole.developer})
_PERMISSIONS = {
    "view_channel": N_("View Channel"),
    "send_messages": N_("Send Messages"),
    "send_messages_in_threads": N_("Send Messages in Threads"),
    "attach_files": N_("Attach Files"),
    "read_message_history": N_("Read Message History"),
}


def person_of(interaction: Interaction) -> Person:
    """Who acts and where, as `policy` sees them; admins are those who may manage the server."""
    in_guild = interaction.guild_id is not None
    return Person(
        user_id=interaction.user.id,
        guild_id=interaction.guild_id,
        is_admin=in_guild and interaction.permissions.manage_guild,
        holds_copy=not in_guild and interaction.message is not None,
        is_operator=_owns(interaction.client, interaction.user.id),
        # What the library resolves from its cache is not there yet right after a start.
        role_ids=frozenset(getattr(interaction.user, "_roles", ())),
        channel_ids=_around(interaction),
        is_age_restricted=_is_age_restricted(interaction.channel),
    )


def _around(interaction: Interaction) -> frozenset[int]:
    """The channel, what it is a thread of, and its category."""
    channel = interaction.channel
    above = channel.parent if isinstance(channel, discord.Thread) else None
    found = (
        interaction.channel_id,
        getattr(channel, "parent_id", None),
        getattr(above or channel, "category_id", None),
    )
    return frozenset(number for number in found if number is not None)


def _is_age_restricted(channel: object) -> bool:
    parent = channel.parent if isinstance(channel, discord.Thread) else channel
    return bool(getattr(parent, "nsfw", False))


def _owns(client: discord.Client, user_id: int) -> bool:
    application = client.application
    if application is None:
        return False
    if application.team is None:
        return application.owner.id == user_id
    return user_id == application.team.owner_id or any(
        member.id == user_id
        and member.role in _RUNNING_IT
        and member.membership_state is discord.TeamMembershipState.accepted
        for member in application.team.members
    )


def destination_of(interaction: Interaction) -> Destination:
    """Where the result of this interaction belongs."""
    return Destination(
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        locale=str(interaction.locale),
    )


def check_channel(interaction: Interaction) -> None:
    """The bot can post a result here; else NotAllowedError names what it lacks."""
    if interaction.guild_id is None:
        return
    in_thread = getattr(interaction.channel, "type", None) in _THREADS
    unneeded = "send_messages" if in_thread else "send_messages_in_threads"
    lacking = [
        _(name)
        for permission, name in _PERMISSIONS.items()
        if permission != unneeded and not getattr(interaction.app_permissions, permission)
    ]
    if lacking:
        raise NotAllowedError(
            N_("The bot could not post the result here: it lacks {permissions} in this channel."),
            permissions=", ".join(lacking),
        )


async def check_order(interaction: Interaction, operation: str, parent: Job | None = None) -> None:
    """A UserError unless this person may order this here, following up `parent`.

    To be asked before anything that leads to an order, so that nobody writes or waits in vain.
    """
    studio: Studio = interaction.client
    check_channel(interaction)
    person, row = person_of(interaction), studio.engine.catalog.operation(operation)
    await studio.gate.check(person, row)
    studio.gate.account(row, person, parent)


async def take_order(interaction: Interaction, order: Order) -> None:
    """Commit an order and answer with its progress card; a repeated press is led to its job."""
    studio: Studio = interaction.client
    check_channel(interaction)
    job, new = await studio.engine.submit(order)
    if not new:
        await lead_to(interaction, job)
        return
    view = await _card(interaction, job)
    try:
        card_id = await _post_card(interaction, view)
    except discord.NotFound as error:
        # The press looked dead to the person, so nobody shall pay for it.
        if error.code == _UNKNOWN_INTERACTION and await _withdrawn(studio, job):
            log.warning("job %s: its interaction was gone before the answer", job.id)
            return
        card_id = None
    except DISCORD_FAULTS as error:
        log.warning("job %s has no card: %s", job.id, error)
        card_id = None
    try:
        await studio.engine.acknowledge(job, card_id)
    except StorageError as error:
        # The row is committed and will be taken up without it.
        log.warning("job %s is not acknowledged: %s", job.id, error)


async def hand_over(
    interaction: Interaction, work: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Promise a private answer, and have `work` give it: no callback waits for a network."""
    studio: Studio = interaction.client
    locale = str(interaction.locale)

    async def carry_out() -> None:
        with reading(locale):
            try:
                await work()
            except Exception as error:
                await answer(interaction, error)

    await interaction.response.defer(ephemeral=True, thinking=True)
    studio.later(carry_out())


async def _card(interaction: Interaction, job: Job) -> discord.ui.LayoutView:
    """The card of a new job, which everybody in its channel reads."""
    studio: Studio = interaction.client
    card, catalog = Progress(job=job, now=job.created_at), studio.engine.catalog
    # The row is committed: from here on nobody may hear that nothing was sent.
    with contextlib.suppress(StorageError):
        card = await studio.cards.progress(job)
        catalog = (await venue_of(interaction)).catalog
    with reading(job.destination.locale):
        return card_layout(card, catalog)


async def _withdrawn(studio: "Studio", job: Job) -> bool:
    with contextlib.suppress(StorageError):
        return await studio.engine.cancel(job)
    return False


async def _post_card(interaction: Interaction, view: discord.ui.LayoutView) -> int | None:
    async with asyncio.timeout(ANSWER_SECONDS):
        response = await interaction.response.send_message(view=view)
    return response.message_id


def told_where(job: Job) -> str:
    """The channel that a new job's result comes in, as a sentence names it."""
    number = job.destination.results_channel_id
    return f"<#{number}>" if number else _("this channel")


async def lead_to(interaction: Interaction, job: Job) -> None:
    """Say where a job's result is, or that it is on its way."""
    link = jump_link(job)
    if link and job.status is Status.SUCCEEDED:
        text = _(
            "That picture is already there: {link} (/job show {id} brings it here).",
            link=link,
            id=job.id,
        )
    elif link:
        text = _("This has already been tried: {link}", link=link)
    elif job.status.is_final and job.delivered_at is not None:
        text = _("This has already been made; /job show {id} brings it here.", id=job.id)
    else:
        text = _(BEING_DRAWN)
    await tell(interaction, text)
