"""``/me``: what a person has used and what is left, and having all of one's own forgotten."""

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import NotAllowedError
from bot.policy import Person, Windows
from bot.retention import Forgotten
from bot.text import N_, _, plural, reading, set_reader
from cogs import errors
from cogs.errors import ANSWER_SECONDS, DISCORD_FAULTS, answered, tell
from cogs.layout_parts import plain
from cogs.quota import blocked, counted, given_back, shares
from cogs.replies import Interaction, person_of
from storage.records import Standing

if TYPE_CHECKING:
    from cogs.bot import Studio

log = logging.getLogger(__name__)

TEMPLATE = re.compile(r"forget:(?P<user>[0-9]{1,20}):(?P<answer>go|no)")


class Me(commands.Cog):
    """What concerns nobody else."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Show what you have used here, and what is left."))
    @app_commands.describe(
        forget=N_("Delete what is kept of yours instead: prompts, results, files.")
    )
    @answered
    async def me(self, interaction: Interaction, forget: bool = False) -> None:
        """A private page, or a question."""
        if forget:
            view = plain(_warning(), _buttons(interaction.user.id))
            await interaction.response.send_message(view=view, ephemeral=True)
            return
        await tell(interaction, await self._used(interaction))

    async def _used(self, interaction: Interaction) -> str:
        studio, person = self._studio, person_of(interaction)
        rules = await studio.gate.rules(person)
        allowance = studio.gate.allowance(person, rules)
        used = await studio.ledger.usage(person.user_id, person.guild_id, allowance)
        windows = Windows.at(studio.now())
        refunds = await studio.ledger.refunds(person.user_id, person.guild_id, since=windows.month)
        here = await studio.gate.servers.standing(person.guild_id, person.user_id)
        lines = [
            f"**{_head(person)}**",
            *blocked(await self._standing(person, here)),
            *shares(person, rules.quotas, studio.gate.limits(person, rules), used, windows),
            *counted(here, windows),
            *given_back(refunds),
        ]
        return "\n".join(lines)

    async def _standing(self, person: Person, here: Standing) -> Standing:
        """How somebody stands where they are; in direct messages as in the operators' servers."""
        if person.guild_id is not None:
            return here
        for place in sorted(self._studio.operator_guild_ids):
            there = await self._studio.gate.servers.standing(place, person.user_id)
            if there.blocked_at is not None:
                return there
        return here


def _head(person: Person) -> str:
    if person.guild_id is None:
        return _("What you have used in direct messages")
    return _("What you have used on this server")


def _warning() -> str:
    question = _("Delete all that is kept of yours, on every server and in direct messages?")
    goes = _(
        "What is deleted: your prompts and options, the results and files that are kept on the "
        "bot's server, your moodboards here, your conversations, and what you have begun and not "
        "ordered."
    )
    stays = (
        _(
            "Posts in Discord: delete those with their 🗑️ button. Their links to files on the "
            "bot's server and their other buttons stop working."
        ),
        _(
            "Messages in servers' log channels that quote your prompts; this bot does not delete "
            "them."
        ),
        _("How many jobs you made and what they cost, without words, so that limits hold."),
        _(
            "Jobs that are under way or not posted yet, and the files that they need. Run this "
            "again when they have ended."
        ),
        _(
            "Your settings, and what the providers keep themselves. That includes your moodboards: "
            "Midjourney has no way to have them deleted."
        ),
        _("What others have made from your results."),
    )
    heading = _("What stays:")
    end = _("This cannot be undone.")
    return "\n".join((f"**{question}**", goes, heading, *(f"- {each}" for each in stays), end))


def _told(done: Forgotten) -> str:
    jobs = plural("{n} job", "{n} jobs", done.jobs)
    files = plural("{n} file", "{n} files", done.files)
    lines = [_("Deleted: what was kept of {jobs}, and {files}.", jobs=jobs, files=files)]
    if done.boards:
        lines.append(
            plural(
                "{n} moodboard is deleted here; Midjourney still has it.",
                "{n} moodboards are deleted here; Midjourney still has them.",
                done.boards,
            )
        )
    if done.left:
        lines.append(
            plural(
                "{n} job is still under way, not posted yet, or needed by one that is. Run "
                "/me again with “forget” when it has ended.",
                "{n} jobs are still under way, not posted yet, or needed by one that is. Run "
                "/me again with “forget” when they have ended.",
                done.left,
            )
        )
    return "\n".join(lines)


class ForgetItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=TEMPLATE):
    """Receives the answer to the question, also to one that an earlier process asked."""

    def __init__(self, item: discord.ui.Item[Any], match: re.Match[str]) -> None:
        super().__init__(item)
        self._user_id, self._is_go = int(match["user"]), match["answer"] == "go"

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(item, match)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        set_reader(str(interaction.locale))
        try:
            if interaction.user.id != self._user_id:
                raise NotAllowedError(N_("Only the person who asked for this may confirm it."))
            await (_go(interaction) if self._is_go else _leave(interaction))
        except Exception as error:
            # No hook of the library hears of an exception in here.
            await errors.answer(interaction, error)


async def _leave(interaction: Interaction) -> None:
    await interaction.response.edit_message(view=plain(_("Nothing was deleted.")))


async def _go(interaction: Interaction) -> None:
    """Answer at once, and say when it is done: there may be much to delete."""
    studio: Studio = interaction.client
    await interaction.response.edit_message(
        view=plain(_("It is being deleted… If this does not change, use /me again."))
    )
    studio.later(_forget(interaction, str(interaction.locale)))


async def _forget(interaction: Interaction, locale: str) -> None:
    studio: Studio = interaction.client
    with reading(locale):
        try:
            done = await studio.retention.forget(interaction.user.id)
        except Exception as error:
            await errors.answer(interaction, error)
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await interaction.edit_original_response(view=plain(_told(done)))
        except DISCORD_FAULTS as fault:
            log.warning("somebody does not hear what was deleted: %s", fault)


def _buttons(user_id: int) -> discord.ui.ActionRow[Any]:
    return discord.ui.ActionRow(
        discord.ui.Button(
            label=_("Delete it"),
            style=discord.ButtonStyle.danger,
            custom_id=f"forget:{user_id}:go",
        ),
        discord.ui.Button(label=_("Never mind"), custom_id=f"forget:{user_id}:no"),
    )


async def setup(bot: "Studio") -> None:
    """Add the command, and receive the answers."""
    bot.add_dynamic_items(ForgetItem)
    await bot.add_cog(Me(bot))
