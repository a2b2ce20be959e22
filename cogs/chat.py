"""``/chat`` and the *Continue* button: talking to Tongyi, who remembers nothing itself.

What each person said in each channel goes along with what they say next. It stands in the jobs,
and counts for an hour or until they have it forgotten.
"""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.engine import Order
from bot.errors import InvalidRequestError
from bot.operations import Catalog
from bot.providers.wanxiang_params import MOST_REMEMBERED, MOST_SAID, MOST_TURNS, Turn
from bot.providers.wanxiang_rows import CHAT
from bot.text import N_, _
from cogs import forms
from cogs.buttons import CONTINUE
from cogs.errors import answered, tell
from cogs.replies import Interaction, check_order, destination_of, person_of, take_order
from cogs.texts import is_answer, text_of
from cogs.words import words_of
from storage.models import Destination, Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio

_REMEMBERED_MS = 3_600_000
_MOST_LOOKED_AT = 100  # jobs of the last hour; help with prompts stands between the turns
_FIELD = "prompt"


class Chat(commands.Cog):
    """A conversation in turns, each of them a job."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Talk to Tongyi: ask, or go on with what you said last."))
    @app_commands.describe(
        prompt=N_("What to say."),
        reset=N_("Whether to forget first what you said in this channel before."),
    )
    @answered
    async def chat(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, MOST_SAID] | None = None,
        reset: bool | None = None,
    ) -> None:
        """Forget, ask, or both in this order."""
        said, here = (prompt or "").strip(), destination_of(interaction)
        if not (said or reset):
            raise InvalidRequestError(
                N_("Say something with “prompt”, or choose “reset” to begin a new conversation.")
            )
        if said:
            await check_order(interaction, CHAT.name)
        if reset:
            await self._studio.chats.forget(here.user_id, here.channel_id, now=self._studio.now())
        if said:
            await _say(interaction, said, await _remembered(self._studio, here))
        else:
            await tell(interaction, _("Forgotten. What you say next begins a new conversation."))


async def follow_answer(interaction: Interaction, job: Job, custom_id: str) -> None:
    """Go on from an answer, with what the presser has said: ask what to say next, then order it.

    `custom_id` is the button's, which the form takes over: both work after a restart.
    """
    if not (is_answer(job) and text_of(job)):
        raise InvalidRequestError(N_("There is no answer here to go on from."))
    studio: Studio = interaction.client
    await check_order(interaction, CHAT.name, job)
    here = destination_of(interaction)
    before = await _remembered(studio, here, job)
    if interaction.type is not discord.InteractionType.modal_submit:
        sentence = await _notice(studio, here.user_id, job, before)
        await interaction.response.send_modal(_form(studio.engine.catalog, custom_id, sentence))
        return
    data: Any = interaction.data or {}
    await _say(interaction, forms.said_in(data, _FIELD), before, parent=job)


async def _say(
    interaction: Interaction, said: str, before: Sequence[Job], parent: Job | None = None
) -> None:
    studio: Studio = interaction.client
    catalog = studio.engine.catalog
    turns = [_turn(job, catalog) for job in before]
    order = Order(
        operation=CHAT.name,
        params=catalog.operation(CHAT.name).validate({_FIELD: said, "turns": turns}),
        person=person_of(interaction),
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        parent=parent,
        action=CONTINUE if parent else "",
    )
    await take_order(interaction, order)


async def _remembered(
    studio: "Studio", here: Destination, pressed: Job | None = None
) -> Sequence[Job]:
    """What a person was answered here and is not forgotten, oldest first, at most `MOST_TURNS`.

    Last comes the answer that was `pressed`, if it is theirs and was given elsewhere.
    """
    forgotten = await studio.chats.forgotten_at(here.user_id, here.channel_id)
    found = await studio.engine.jobs.conversation(
        CHAT.name,
        here.user_id,
        here.channel_id,
        since=max(forgotten, studio.now() - _REMEMBERED_MS),
        limit=_MOST_LOOKED_AT,
    )
    jobs = [job for job in reversed(found) if _counts(studio, job, forgotten)]
    theirs = pressed and pressed.destination.user_id == here.user_id
    if pressed and theirs and pressed.id not in {job.id for job in jobs}:
        elsewhere = await studio.chats.forgotten_at(here.user_id, pressed.destination.channel_id)
        if _counts(studio, pressed, elsewhere):
            jobs.append(pressed)
    return jobs[-MOST_TURNS:]


def _counts(studio: "Studio", job: Job, forgotten: int) -> bool:
    """Whether an answer is remembered; one that was asked for before a reset came is not."""
    catalog, since = studio.engine.catalog, max(forgotten, studio.now() - _REMEMBERED_MS)
    is_recent = job.created_at >= forgotten and (job.finished_at or 0) > since
    is_turn = is_answer(job) and words_of(job, catalog) != "" and text_of(job) != ""
    return job.status is Status.SUCCEEDED and is_recent and is_turn


def _turn(job: Job, catalog: Catalog) -> dict[str, str]:
    """What was said and answered, as much of it as could be sent: it stands in every row anew."""
    turn = Turn(said=words_of(job, catalog), answered=text_of(job))
    return turn.within(MOST_REMEMBERED).model_dump()


async def _notice(studio: "Studio", user_id: int, job: Job, before: Sequence[Job]) -> str:
    """What whoever presses has to know before they go on."""
    if any(each.id == job.id for each in before):
        return N_("What to say next.")
    if before:
        return N_("What you said here yourself in the last hour goes along, but not this answer.")
    if job.destination.user_id != user_id:
        return N_("This is somebody else's conversation; here you begin one of your own.")
    if await studio.chats.forgotten_at(user_id, job.destination.channel_id) >= job.created_at:
        return N_("The conversation was forgotten, as you wished; this begins a new one.")
    return N_("The conversation was forgotten after an hour; this begins a new one.")


def _form(catalog: Catalog, custom_id: str, sentence: str) -> discord.ui.Modal:
    info = copy(catalog.operation(CHAT.name).params.model_fields[_FIELD])
    info.description = sentence
    return forms.build_one(custom_id, _("Continue"), _FIELD, info, "")


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Chat(bot))
