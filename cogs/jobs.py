"""``/job``: show, list, cancel and retry the jobs that were made here."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot import policy
from bot.text import N_, reading
from cogs.choices import SUFFIX, find_job, known_as, suggest_jobs
from cogs.errors import answered
from cogs.instead import find_instead
from cogs.layout import card_layout, list_layout
from cogs.replies import Interaction, person_of
from cogs.venues import venue_of
from cogs.words import harmless, jump_link, state_of
from storage.models import Job

if TYPE_CHECKING:
    from cogs.bot import Studio

_ID = N_("Which job: choose one of yours, or paste its id.")
_LISTED = 10


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
        found = await find_job(interaction, job)
        policy.check_visible(person_of(interaction), found)
        venue = await venue_of(interaction)
        if not found.status.is_final:
            progress = await self._studio.cards.progress(found)
            other = await find_instead(self._studio, found, venue)
            card = card_layout(progress, venue.catalog, other)
            await interaction.response.send_message(view=card, ephemeral=True)
        elif found.delivered_at is None:
            await self._studio.presses.ownership.post_now(interaction, found)
        else:
            public = await self._studio.gate.serves(person_of(interaction))
            await interaction.response.defer(thinking=True, ephemeral=not public)
            # Everybody in the channel reads what is public.
            language, own = venue.rules.language, str(interaction.locale)
            with reading(language if public and language != "auto" else own):
                await self._studio.courier.show_in(found, interaction)

    @app_commands.command(name="list", description=N_("Your last jobs here."))
    @answered
    async def list_(self, interaction: Interaction) -> None:
        """One private line for each of the person's last jobs."""
        jobs = await self._jobs.recent(interaction.user.id, interaction.guild_id, limit=_LISTED)
        view = list_layout([_line(job, known_as(job, self._catalog)) for job in jobs])
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command(description=N_("Cancel a job that is still waiting."))
    @app_commands.describe(job=_ID)
    @app_commands.rename(job="id")
    @answered
    async def cancel(self, interaction: Interaction, job: str) -> None:
        """Cancel, if nobody has begun to submit it."""
        await self._studio.presses.ownership.cancel(interaction, await find_job(interaction, job))

    @app_commands.command(description=N_("Make a failed job once more."))
    @app_commands.describe(job=_ID)
    @app_commands.rename(job="id")
    @answered
    async def retry(self, interaction: Interaction, job: str) -> None:
        """A new job with the same params."""
        await self._studio.presses.ownership.retry(interaction, await find_job(interaction, job))

    @show.autocomplete("job")
    async def _any(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current)

    @cancel.autocomplete("job")
    async def _unfinished(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current, active=True)

    @retry.autocomplete("job")
    async def _finished(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current, active=False)


def _line(job: Job, words: str) -> str:
    parts = [
        state_of(job),
        harmless(words, 60),
        f"<t:{job.created_at // 1000}:R>",
        f"`{job.id[-SUFFIX:]}`",
        jump_link(job),
    ]
    return " · ".join(filter(None, parts))


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Jobs(bot))
