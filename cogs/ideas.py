"""From a text result to pictures: the form that shows the text, and the order of what it became."""

from dataclasses import replace
from typing import Any

import discord

from bot.errors import InvalidRequestError
from bot.operations import Catalog
from bot.providers.models import Model
from bot.text import N_, _
from cogs import forms
from cogs.batches import Batch, take_batch, written_out
from cogs.models import chosen_model, typed_requests
from cogs.replies import Interaction, check_order, destination_of, person_of, take_order
from cogs.suggestions import text_field
from cogs.texts import text_of
from cogs.venues import venue_of
from storage.models import Job

_FIELD = "prompt"


async def follow_text(interaction: Interaction, job: Job, custom_id: str) -> None:
    """Ask with the text of a result, and draw what comes back as ``/imagine`` would.

    `custom_id` is the button's, which the form takes over: both work after a restart.
    """
    text = text_of(job)
    if not text:
        raise InvalidRequestError(N_("This result has no text to draw from."))
    venue = await venue_of(interaction)
    usual = chosen_model(None, venue.catalog, venue.usual)
    await check_order(interaction, usual.operation, job)
    if interaction.type is not discord.InteractionType.modal_submit:
        await interaction.response.send_modal(_form(venue.catalog, usual, custom_id, text))
        return
    data: Any = interaction.data or {}
    requests = typed_requests(venue, "", written_out(forms.said_in(data, _FIELD), 1))
    batch = Batch(operation=usual.operation, requests=requests)
    if len(batch.requests) > 1:
        await take_batch(interaction, batch)
        return
    order = batch.order(0, person_of(interaction), destination_of(interaction), interaction.id)
    await take_order(interaction, replace(order, parent=job))


def _form(catalog: Catalog, usual: Model, custom_id: str, text: str) -> discord.ui.Modal:
    field = text_field(usual.operation) or _FIELD
    info = catalog.operation(usual.operation).params.model_fields[field]
    return forms.build_one(
        custom_id, _("Imagine"), _FIELD, info, text[: usual.longest], usual.longest
    )
