"""``/prompt`` and ✨: Tongyi's help with a prompt, and what becomes of its suggestion."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.engine import Order
from bot.errors import InvalidRequestError
from bot.operations import Catalog, Params
from bot.providers.models import model_behind
from bot.providers.prompt_help import IMPROVE, TRANSLATE
from bot.providers.wanxiang_params import MOST_SAID, Chat
from bot.providers.wanxiang_rows import CHAT
from bot.text import N_, _
from cogs import forms
from cogs.batches import Batch, take_batch, written_out
from cogs.buttons import HELP, KEEP, REWORD, PressId, job_id
from cogs.errors import answered
from cogs.models import (
    AUTO,
    CHOICES,
    chosen_model,
    missing,
    plain_requests,
    prompted,
    typed_requests,
)
from cogs.repeats import readdressed
from cogs.replies import Interaction, check_order, destination_of, person_of, take_order
from cogs.suggestions import (
    asked_of,
    asking,
    help_with,
    is_suggestion,
    suggested,
    text_field,
    typed_version,
)
from cogs.venues import Venue, venue_of
from storage.errors import NotFoundError
from storage.models import Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio

_FIELD = "prompt"
_MOST_TRIES = 10  # jobs that are each the retry of the one before
_PROMPT = N_("The prompt; its parameters, image addresses, lists and weights stay as they are.")

Text = app_commands.Range[str, 1, MOST_SAID]


class Prompts(commands.GroupCog, group_name="prompt", group_description=N_("Help with a prompt.")):
    """Has prompts rewritten."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Have a prompt made vivid and concrete, in English."))
    @app_commands.describe(prompt=_PROMPT, model=N_("What shall draw it."))
    @app_commands.choices(model=CHOICES)
    @answered
    async def improve(
        self, interaction: Interaction, prompt: Text, model: str | None = None
    ) -> None:
        """Suggest a better prompt for a model."""
        await self._ask(interaction, IMPROVE, prompt, model)

    @app_commands.command(description=N_("Have a prompt translated into English."))
    @app_commands.describe(prompt=_PROMPT)
    @answered
    async def translate(self, interaction: Interaction, prompt: Text) -> None:
        """Suggest the same prompt in English."""
        await self._ask(interaction, TRANSLATE, prompt, None)

    async def _ask(
        self, interaction: Interaction, purpose: str, text: str, key: str | None
    ) -> None:
        await check_order(interaction, CHAT.name)
        venue = await venue_of(interaction)
        key = "" if key in (None, AUTO) else key
        chosen = chosen_model(key, venue.catalog, venue.usual)
        if not venue.catalog.is_connected(chosen.operation):
            raise missing(chosen, venue)
        texts = written_out(text, 1)
        typed_requests(venue, key or "", texts)  # what could not be drawn is refused before
        drawing = typed_version(texts, chosen)
        await _take(interaction, asking(purpose, text, drawing, {"model": key}))


async def ask_help(interaction: Interaction, job: Job) -> None:
    """Order a better prompt for a job that is being drawn; it has the job's files, too."""
    studio: Studio = interaction.client
    await check_order(interaction, CHAT.name, job)
    await _take(interaction, help_with(job, studio.engine.catalog), job)


async def follow_suggestion(interaction: Interaction, job: Job, press: PressId) -> None:
    """Draw what is suggested, what the person makes of it in a form, or their own prompt."""
    if job.status is not Status.SUCCEEDED or not is_suggestion(job):
        raise InvalidRequestError(N_("There is no suggestion here to go on from."))
    studio: Studio = interaction.client
    venue, kept = await venue_of(interaction), asked_of(job).kept
    drawing = kept.operation or chosen_model(kept.model, venue.catalog, venue.usual).operation
    await check_order(interaction, drawing, job)
    is_form = interaction.type is discord.InteractionType.modal_submit
    if press.key == REWORD and not is_form:
        await interaction.response.send_modal(_form(venue.catalog, job, drawing))
        return
    if press.key == KEEP:
        words = asked_of(job).prompt
    elif press.key == REWORD:
        data: Any = interaction.data or {}
        words = forms.said_in(data, _FIELD)
    else:
        words = suggested(job)
    present = json.loads(await readdressed(studio, json.dumps(dict(job.params))))
    batch = _batch(venue, drawing, asked_of(replace(job, params=present)), words)
    if len(batch.requests) > 1:
        await take_batch(interaction, batch)
        return
    order = batch.order(0, person_of(interaction), destination_of(interaction), interaction.id)
    await take_order(interaction, replace(order, parent=job, action=press.key))


async def stays_drawn(studio: "Studio", job: Job) -> bool:
    """Whether the person's own prompt is drawn anyway, by what help was asked under."""
    jobs = studio.engine.jobs
    with suppress(NotFoundError):
        drawing = await jobs.get(job.parent_id) if job.parent_id else None
        for _step in range(_MOST_TRIES):
            if drawing is None or drawing.status not in (Status.FAILED, Status.CANCELED):
                return drawing is not None
            drawing = await jobs.retry_of(drawing.id)
    return False


def _batch(venue: Venue, drawing: str, asked: Chat, words: str) -> Batch:
    """What draws these words between what was kept, as the prompt before would have been."""
    kept, text, catalog = asked.kept, asked.whole(words), venue.catalog
    if not kept.operation:
        requests = typed_requests(venue, kept.model, written_out(text, 1))
        return Batch(operation=drawing, requests=requests)
    behind = model_behind(kept.operation)
    if behind is None:
        (request,) = prompted(catalog, (text,), None)
    else:
        (request,) = plain_requests(behind, catalog, (text,), {})
    operation = catalog.operation(kept.operation)
    whole = operation.validate({**kept.values, **request.stored()})
    return Batch(operation=operation.name, requests=(whole,))


async def _take(interaction: Interaction, params: Params, parent: Job | None = None) -> None:
    order = Order(
        operation=CHAT.name,
        params=params,
        person=person_of(interaction),
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        uploads=parent.uploads if parent else (),
        parent=parent,
        action=HELP if parent else "",
    )
    await take_order(interaction, order)


def _form(catalog: Catalog, job: Job, drawing: str) -> discord.ui.Modal:
    info = catalog.operation(drawing).params.model_fields[text_field(drawing) or _FIELD]
    custom_id = job_id(job.id, REWORD)
    head, words = _("Edit the suggestion"), suggested(job)
    return forms.build_one(custom_id, head, _FIELD, info, words, asked_of(job).kept.longest)


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Prompts(bot))
