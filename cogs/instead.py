"""Another model in place of one that is not to be had: offered with its price, never taken."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.engine import Order
from bot.errors import GoneError, InvalidRequestError, NotAllowedError, UserError
from bot.providers.models import Model, models
from bot.providers.needs import Needs, capable, values_for
from bot.text import N_, _
from cogs.batches import Batch, offer
from cogs.buttons import instead_key
from cogs.errors import ANSWER_SECONDS
from cogs.layout import offer_layout
from cogs.models import Instead, connected, instead_of, is_held_up, missing
from cogs.replies import Interaction, destination_of, person_of
from cogs.venues import Venue, venue_of
from storage.errors import StorageError
from storage.models import Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio

_MOST_TRIES = 10  # jobs that are each the retry of the one before


async def offer_instead(
    interaction: Interaction, chosen: Model, wants: Sequence[Needs], venue: Venue
) -> None:
    """Offer to draw all of this with the next model that can, where the chosen one is not here.

    A UserError when no other model that is here can.
    """
    able = list(capable(wants, connected(venue.catalog), chosen))
    if not able:
        raise _unable(chosen, venue)
    operation = venue.catalog.operation(able[0].operation)
    requests = tuple(operation.validate(values_for(able[0], needs)) for needs in wants)
    await offer(
        interaction,
        Batch(operation=operation.name, requests=requests),
        head=_told(chosen, able, venue) + " " + _("Nothing is ordered yet."),
        label=_("Draw with {model}", model=able[0].label),
    )


def _unable(chosen: Model, venue: Venue) -> UserError:
    if not connected(venue.catalog):
        return missing(chosen, venue)
    if venue.is_off(chosen.provider):
        return NotAllowedError(
            N_(
                "{model} is turned off on this server, and no model that is on can draw this as "
                "it is. Leave some options out, or ask an admin."
            ),
            model=chosen.label,
        )
    return InvalidRequestError(
        N_(
            "{model} is not set up on this bot, and no model that is can draw this as it is. "
            "Leave some options out, or ask whoever runs the bot."
        ),
        model=chosen.label,
    )


def _told(chosen: Model, able: Sequence[Model], venue: Venue) -> str:
    """Why the chosen model does not draw, and which ones can."""
    first, *others = (each.label for each in able)
    if venue.is_off(chosen.provider):
        why = _(
            "{model} is turned off here, but {other} can draw this.",
            model=chosen.label,
            other=first,
        )
    else:
        why = _(
            "{model} is not set up here, but {other} can draw this.",
            model=chosen.label,
            other=first,
        )
    rest = _("So can {models}.", models=", ".join(others)) if others else ""
    return " ".join(filter(None, (why, rest)))


async def find_instead(studio: "Studio", job: Job, venue: Venue, named: str = "") -> Instead | None:
    """What else could draw a job in a place; None where nothing can, or nothing needs to.

    Only the model of the key `named` counts where it is given.
    """
    board, tried = None, frozenset[str]()
    with suppress(StorageError):
        place = job.destination
        board = await studio.people.moodboard(place.user_id, place.guild_id)
        tried = await _tried(studio, job)
    with suppress(UserError):  # what is only an offer must never hold up the notice that it is in
        engine, catalog = studio.engine, venue.catalog
        return instead_of(job, engine, catalog, board, tried=tried, named=named)
    return None


async def follow_instead(
    interaction: Interaction, job: Job, key: str, parent: Job | None
) -> Order | None:
    """The order of the model that a button of this key names; it counts as the job's retry.

    Where that model cannot draw it any more, None: the person is offered what now can. GoneError
    when nothing can.
    """
    studio: Studio = interaction.client
    named = next((each for each in models() if instead_key(each.key) == key), None)
    venue = await venue_of(interaction)
    found = await find_instead(studio, job, venue, named.key) if named else None
    if found is None:
        await _offer_anew(interaction, job, named, venue)
        return None
    return Order(
        operation=found.model.operation,
        params=found.request,
        person=person_of(interaction),
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        parent=parent,
        index=job.parent_index,
        retry_of=job.id,
    )


async def _offer_anew(
    interaction: Interaction, job: Job, named: Model | None, venue: Venue
) -> None:
    other = await find_instead(interaction.client, job, venue)
    if other is None and is_held_up(job):
        raise GoneError(N_("No other model that is set up here can draw this now; it still waits."))
    if other is None:
        raise GoneError(N_("No other model that is set up here can draw this now; try Retry."))
    head = _("{model} cannot draw this any more.", model=named.label) if named else ""
    head = " ".join(filter(None, (head, _("Nothing is ordered yet."))))
    async with asyncio.timeout(ANSWER_SECONDS):
        view = offer_layout(job, other, f"**{head}**")
        await interaction.response.send_message(view=view, ephemeral=True)


async def _tried(studio: "Studio", job: Job) -> frozenset[str]:
    """The providers that this job and those before it, whose retries they are, came to nothing at.

    A job that was canceled before any of them was asked says nothing of its provider.
    """
    found = set[str]()
    for _step in range(_MOST_TRIES):
        if job.retry_of is None:
            break
        job = await studio.engine.jobs.get(job.retry_of)
        if job.status is Status.FAILED or job.attempts:
            found.add(job.provider)
    return frozenset(found)
