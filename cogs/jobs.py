"""``/job``: show, list, cancel and retry the jobs that were made here."""

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot import policy
from bot.text import N_
from cogs.errors import answered
from cogs.layout import card_layout, list_layout
from cogs.replies import Interaction, person_of
from cogs.words import harmless, jump_link, state_of, summary_of, trimmed, words_of
from storage.errors import StorageError
from storage.models import Job

if TYPE_CHECKING:
    from cogs.bot import Studio

_ID = N_("Which job: choose one of yours, or paste its id.")
_LISTED, _OFFERED = 10, 25
_SUFFIX = 6  # characters of an id that people tell jobs apart by
_LONGEST_CHOICE = 100


class Jobs(commands.GroupCog, group_name="job", group_description=N_("Your jobs here.")):
    """Looks after jobs."""

    def __init__(self, studio: "Studio") -> None:
        self._studio, self._jobs, self._catalog = studio, studio.engine.jobs, studio.engine.catalog

    @app_commands.command(description=N_("Bring a result and its buttons back."))
    @app_commands.describe(job=_ID)
    @app_commands.rename(job="id")
    @answered
    async def show(self, interaction: Interaction, job: str) -> None:
        """Post a result or a failure again; show privately how an unfinished job stands."""
        found = await self._find(interaction, job)
        policy.check_visible(person_of(interaction), found)
        if not found.status.is_final:
            card = card_layout(await self._studio.cards.progress(found), self._catalog)
            await interaction.response.send_message(view=card, ephemeral=True)
        elif found.delivered_at is None:
            await self._studio.presses.post_now(interaction, found)
        else:
            await interaction.response.defer(thinking=True)
            await self._studio.courier.show_in(found, interaction)

    @app_commands.command(name="list", description=N_("Your last jobs here."))
    @answered
    async def list_(self, interaction: Interaction) -> None:
        """One private line for each of the person's last jobs."""
        jobs = await self._jobs.recent(interaction.user.id, interaction.guild_id, limit=_LISTED)
        view = list_layout([_line(job, self._words(job)) for job in jobs])
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command(description=N_("Cancel a job that is still waiting."))
    @app_commands.describe(job=_ID)
    @app_commands.rename(job="id")
    @answered
    async def cancel(self, interaction: Interaction, job: str) -> None:
        """Cancel, if nobody has begun to submit it."""
        await self._studio.presses.cancel(interaction, await self._find(interaction, job))

    @app_commands.command(description=N_("Make a failed job once more."))
    @app_commands.describe(job=_ID)
    @app_commands.rename(job="id")
    @answered
    async def retry(self, interaction: Interaction, job: str) -> None:
        """A new job with the same params."""
        await self._studio.presses.retry(interaction, await self._find(interaction, job))

    @show.autocomplete("job")
    async def _any(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await self._offer(interaction, current)

    @cancel.autocomplete("job")
    async def _unfinished(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await self._offer(interaction, current, active=True)

    @retry.autocomplete("job")
    async def _finished(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await self._offer(interaction, current, active=False)

    async def _offer(
        self, interaction: Interaction, current: str, *, active: bool | None = None
    ) -> list[app_commands.Choice[str]]:
        typed = current.strip().casefold()
        recent: Sequence[Job] = ()
        with contextlib.suppress(StorageError):
            recent = await self._jobs.recent(
                interaction.user.id, interaction.guild_id, limit=_OFFERED, active=active
            )
        named = [(f"{job.id[-_SUFFIX:]} · {self._words(job)}", job.id) for job in recent]
        return [
            app_commands.Choice(name=trimmed(name, _LONGEST_CHOICE), value=job_id)
            for name, job_id in named
            if typed in name.casefold() or typed in job_id.casefold()
        ]

    async def _find(self, interaction: Interaction, typed: str) -> Job:
        """The job of an id, or of the end of one of the person's last ids."""
        job_id = typed.strip().upper()
        if len(job_id) == _SUFFIX:
            recent = await self._jobs.recent(
                interaction.user.id, interaction.guild_id, limit=_OFFERED
            )
            job_id = next((job.id for job in recent if job.id.endswith(job_id)), job_id)
        return await self._studio.presses.find(job_id)

    def _words(self, job: Job) -> str:
        """What people recognise a job by: its prompt, else what was done."""
        return words_of(job, self._catalog) or summary_of(job, self._catalog)


def _line(job: Job, words: str) -> str:
    parts = [
        state_of(job),
        harmless(words, 60),
        f"<t:{job.created_at // 1000}:R>",
        f"`{job.id[-_SUFFIX:]}`",
        jump_link(job),
    ]
    return " · ".join(filter(None, parts))


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Jobs(bot))
