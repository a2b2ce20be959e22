"""Another model in place of one that is not to be had: offered with its price, never taken."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.engine import Order
from bot.errors import GoneError, InvalidRequestError
from bot.providers.models import Model
from bot.providers.needs import Needs, capable, values_for
from bot.text import N_, _
from cogs.batches import Batch, offer
from cogs.models import Instead, connected, instead_of
from cogs.replies import Interaction, destination_of
from storage.errors import StorageError
from storage.models import Job

if TYPE_CHECKING:
    from cogs.bot import Studio


async def offer_instead(interaction: Interaction, chosen: Model, wants: Sequence[Needs]) -> None:
    """Offer to draw all of this with the next model that can, where the chosen one is not here.

    InvalidRequestError when no other model that is set up here can.
    """
    studio: Studio = interaction.client
    catalog = studio.engine.catalog
    here = connected(catalog)
    able = list(capable(wants, here, chosen))
    if not here:
        raise InvalidRequestError(
            N_("{model} is not set up on this bot; ask whoever runs it."), model=chosen.label
        )
    if not able:
        raise InvalidRequestError(
            N_(
                "{model} is not set up on this bot, and no model that is can draw this as it is. "
                "Leave some options out, or ask whoever runs the bot."
            ),
            model=chosen.label,
        )
    operation = catalog.operation(able[0].operation)
    requests = tuple(operation.validate(values_for(able[0], needs)) for needs in wants)
    first, *others = (each.label for each in able)
    head = _(
        "{model} is not set up here, but {other} can draw this.", model=chosen.label, other=first
    )
    if others:
        head += " " + _("So can {models}.", models=", ".join(others))
    await offer(
        interaction,
        Batch(operation=operation.name, requests=requests),
        head=head + " " + _("Nothing is ordered yet."),
        label=_("Draw with {model}", model=first),
    )


async def find_instead(studio: "Studio", job: Job) -> Instead | None:
    """What else could draw a failed job; None where nothing can, or nothing needs to."""
    board = None
    with suppress(StorageError):
        place = job.destination
        board = await studio.people.moodboard(place.user_id, place.guild_id)
    return instead_of(job, studio.engine, board)


async def order_instead(interaction: Interaction, job: Job, parent: Job | None) -> Order:
    """The order of what else can draw a failed job; it counts as the retry of this job.

    GoneError when nothing can any more.
    """
    found = await find_instead(interaction.client, job)
    if found is None:
        raise GoneError(N_("No other model that is set up here can draw this now; try Retry."))
    return Order(
        operation=found.model.operation,
        params=found.request,
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        parent=parent,
        index=job.parent_index,
        retry_of=job.id,
    )
