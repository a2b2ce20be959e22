"""What the buttons, selects and modals under a job's messages do."""

import asyncio
import io
import re
from collections.abc import Awaitable, Callable, Mapping
from string import digits
from typing import TYPE_CHECKING, Any

import discord

from bot import policy
from bot.engine import Order
from bot.errors import GoneError, InvalidRequestError, NotAllowedError
from bot.operations import Action, Row, follow_up, stand_in
from bot.text import N_, _
from cogs import forms, layout
from cogs.ancestry import prompted_by, words_behind
from cogs.buttons import CONTINUE, HELP, INSTEAD, KEEP, REWORD, USE, PressId, job_id
from cogs.chat import follow_answer
from cogs.editor import open_editor, picture_of
from cogs.errors import ANSWER_SECONDS, DISCORD_FAULTS, tell
from cogs.ideas import follow_text
from cogs.ownership import Ownership
from cogs.prompts import ask_help, follow_suggestion, stays_drawn
from cogs.repeats import repeated
from cogs.replies import (
    Interaction,
    check_channel,
    check_order,
    destination_of,
    person_of,
    take_order,
)
from cogs.suggestions import is_suggestion
from cogs.uploads import check_address
from cogs.venues import venue_of
from cogs.wishes import follow_wish
from cogs.words import info_text, words_of
from storage.errors import NotFoundError
from storage.models import Job, Status, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_PROMPTS = {"remix_prompt", "prompt"}
_SHOWN_WHOLE = 900  # characters of a prompt that surely fit into an answer


class Presses:
    """Carries out presses; everything it needs to know is in the id and the job's row."""

    def __init__(self, studio: "Studio") -> None:
        self._studio, self._engine = studio, studio.engine
        self.ownership = mine = Ownership(studio)
        self._others: Mapping[str, Callable[[Interaction, Job, PressId], Awaitable[None]]] = {
            "info": self._info,
            "dm": self._send_dm,
            "delete": self._delete,
            "cancel": lambda interaction, job, _press: mine.cancel(interaction, job),
            "retry": lambda interaction, job, _press: mine.retry(interaction, job),
            INSTEAD: lambda interaction, job, press: mine.instead(interaction, job, press.key),
            "again": self._again,
            "imagine": self._imagine,
            CONTINUE: self._continue,
            HELP: self._help,
            **dict.fromkeys((USE, REWORD, KEEP), self._suggestion),
            "pick": self._pick,
        }

    async def find(self, job_id: str, *, forgotten: bool = False) -> Job:
        """The job of an id; GoneError when there is none, or nothing is left of it.

        A `forgotten` one is good enough for what needs its row alone.
        """
        if not _ULID.fullmatch(job_id):
            raise GoneError(N_("There is no job “{id}” here."), id=job_id[:40])
        try:
            job = await self._engine.jobs.get(job_id)
        except NotFoundError:
            raise GoneError(N_("This job is not there any more.")) from None
        if job.forgotten_at is not None and not forgotten:
            raise GoneError(
                N_("This is not kept here any more: it was deleted, or is older than what is kept.")
            )
        return job

    async def carry_out(self, interaction: Interaction, press: PressId) -> None:
        """Do what a button, a select or a submitted modal means."""
        # A list's choice may be about another job, whose file is kept though this one's is not.
        by_row = press.key in ("delete", "more")
        job = await self.find(press.job, forgotten=by_row)
        policy.check_visible(person_of(interaction), job)
        if press.key == "more":
            key, _colon, own = _chosen(interaction).partition(":")
            press = press._replace(key=key)
            if own:  # what takes a picture's own file, under one that stands for its source
                press, job = PressId(own, key, 0), await self.find(own)
                policy.check_visible(person_of(interaction), job)
            else:
                await self.find(press.job)
        # The key of this button also names the model.
        kind = INSTEAD if press.key.startswith(f"{INSTEAD}_") else press.key
        if other := self._others.get(kind):
            await other(interaction, job, press)
        else:
            await self._act(interaction, job, press)

    async def _act(self, interaction: Interaction, job: Job, press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        action = self._engine.catalog.action(job.operation, press.key)
        _check_fits(action, job, press.image)
        source, index = await self.source(job, action, press.image)
        await check_order(interaction, action.operation, source)
        if action.ask and interaction.type is not discord.InteractionType.modal_submit:
            await self._ask(interaction, job, action, press)
            return
        if action.editor:
            fields = self._engine.catalog.operation(action.operation).params.model_fields
            needed = fields["remix_prompt"].is_required()
            prompt = await self._present_prompt(job, "remix_prompt") if needed else ""
            await open_editor(interaction, source, action, index or 0, prompt)
            return
        await take_order(interaction, await self._order(interaction, source, action, index))

    async def _order(
        self, interaction: Interaction, source: Job, action: Action, index: int | None
    ) -> Order:
        operation = self._engine.catalog.operation(action.operation)
        values, uploads = dict(action.preset or {}), list[Upload]()
        if action.ask:
            data: Any = interaction.data or {}
            values |= forms.answers(data, action, operation)
        if operation.file_field:
            check_address(self._studio)
            asset = await picture_of(self._studio, source, index or 0)
            values[operation.file_field] = stand_in(0)
            uploads.append(Upload(asset=asset.token))
        values = operation.params.tidied(values, source.traits)
        return Order(
            operation=action.operation,
            params=follow_up(operation, external_id=source.external_id, index=index, values=values),
            person=person_of(interaction),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
            uploads=uploads,
            parent=source,
            index=index,
            action=action.key,
            once=action.once,
        )

    async def source(self, job: Job, action: Action, index: int | None) -> tuple[Job, int | None]:
        """The job and image that an action really works on: an upscaled picture's origin."""
        # What starts from the picture's own file starts from the picture that is seen.
        own = self._engine.catalog.operation(action.operation).file_field
        if "upscaled" in job.traits and job.parent_id is not None and not own:
            index, job = job.parent_index, await self.find(job.parent_id)
        if job.external_id is None:
            raise GoneError(N_("Nothing can be made of this, because it was never drawn."))
        return job, None if action.row is Row.WHOLE else index or 0

    async def _ask(
        self, interaction: Interaction, job: Job, action: Action, press: PressId
    ) -> None:
        operation = self._engine.catalog.operation(action.operation)
        defaults = {name: str(value) for name, value in (action.preset or {}).items()}
        for name in _PROMPTS & set(action.ask):
            defaults[name] = await self._present_prompt(job, name)
        custom_id = job_id(press.job, press.key, press.image)
        modal = forms.build(custom_id, action, operation, defaults)
        await interaction.response.send_modal(modal)

    async def _present_prompt(self, job: Job, field: str) -> str:
        jobs, catalog = self._engine.jobs, self._engine.catalog
        params = await prompted_by(job, jobs, catalog)
        if params is None:
            return ""
        if field != "prompt":
            return params.follow_prompt()
        # A clip's prompt may be parameters alone; the words are those of the picture then.
        if field not in type(params).model_fields:
            return params.words()
        words = "" if params.words() else await words_behind(job, jobs, catalog)
        return " ".join(filter(None, (words, params.follow_prompt())))

    async def _pick(self, interaction: Interaction, job: Job, press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        chosen, _colon, wish = _chosen(interaction).partition(":")
        is_place = len(chosen) == 1 and chosen in digits
        index = int(chosen) if is_place else press.image or 0
        _check_there(job, index)
        if wish:
            await follow_wish(interaction, job, index, wish)
            return
        venue = await venue_of(interaction)
        panel = layout.image_panel(job, venue.catalog, index)
        await interaction.response.send_message(view=panel, ephemeral=True)

    async def _info(self, interaction: Interaction, job: Job, _press: PressId) -> None:
        words = words_of(job, self._engine.catalog)
        files = []
        if len(words) > _SHOWN_WHOLE:
            files.append(discord.File(io.BytesIO(words.encode()), "prompt.txt"))
        await tell(interaction, info_text(job, self._engine.catalog), files)

    async def _send_dm(self, interaction: Interaction, job: Job, _press: PressId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await self._studio.courier.show_in(job, interaction.user)
        except discord.Forbidden:
            raise NotAllowedError(
                N_("Your direct messages are closed to this bot, so nothing could be sent.")
            ) from None
        await tell(interaction, _("Sent to you as a direct message."))

    async def _delete(self, interaction: Interaction, job: Job, _press: PressId) -> None:
        person = person_of(interaction)
        if not person.holds_copy:
            policy.check_owner(person, job)
        await interaction.response.defer()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await interaction.delete_original_response()
        except DISCORD_FAULTS:
            raise GoneError(N_("This message could not be deleted; delete it by hand.")) from None

    async def _again(self, interaction: Interaction, job: Job, _press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        await take_order(interaction, await repeated(interaction, job, await self._parent(job)))

    async def _parent(self, job: Job) -> Job | None:
        return await self.find(job.parent_id, forgotten=True) if job.parent_id else None

    async def _imagine(self, interaction: Interaction, job: Job, press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        check_channel(interaction)
        await follow_text(interaction, job, job_id(job.id, press.key))

    async def _continue(self, interaction: Interaction, job: Job, press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        check_channel(interaction)
        await follow_answer(interaction, job, job_id(job.id, press.key))

    async def _help(self, interaction: Interaction, job: Job, _press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        await ask_help(interaction, job)

    async def _suggestion(self, interaction: Interaction, job: Job, press: PressId) -> None:
        await self._engine.gate.check_press(person_of(interaction), job)
        if press.key == KEEP and is_suggestion(job) and await stays_drawn(self._studio, job):
            # The earlier job goes on as it is, so there is nothing left to say.
            await self._delete(interaction, job, press)
            return
        check_channel(interaction)
        await follow_suggestion(interaction, job, press)


def _chosen(interaction: Interaction) -> str:
    data: Any = interaction.data or {}
    values = data.get("values") or [""]
    return str(values[0])


def _check_fits(action: Action, job: Job, index: int | None) -> None:
    if job.status is not Status.SUCCEEDED or not action.fits(job.traits):
        raise InvalidRequestError(action.refusal)
    if index is not None:
        _check_there(job, index)


def _check_there(job: Job, index: int) -> None:
    media = (job.result or {}).get("media", ())
    if index >= len(media) or not media[index]["url"]:
        raise InvalidRequestError(N_("Image {n} is not there: moderation removed it."), n=index + 1)
