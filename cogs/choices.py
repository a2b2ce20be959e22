"""Which job a person means: what is offered while they type, and what they chose."""

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import app_commands

from bot.operations import Catalog
from cogs.replies import Interaction
from cogs.words import is_clip, summary_of, trimmed, words_of
from storage.errors import StorageError
from storage.models import Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio

SUFFIX = 6  # characters of an id that people tell jobs apart by
_LOOKED_AT, _OFFERED = 100, 25
_LONGEST_CHOICE = 100


async def find_job(interaction: Interaction, typed: str) -> Job:
    """The job of an id, or of the end of one of the person's last ids; GoneError without any."""
    studio: Studio = interaction.client
    job_id = typed.strip().upper()
    if len(job_id) == SUFFIX:
        recent = await studio.engine.jobs.recent(
            interaction.user.id, interaction.guild_id, limit=_OFFERED
        )
        job_id = next((job.id for job in recent if job.id.endswith(job_id)), job_id)
    return await studio.presses.find(job_id)


async def suggest_jobs(
    interaction: Interaction, current: str, *, active: bool | None = None, pictures: bool = False
) -> list[app_commands.Choice[str]]:
    """The person's last jobs here that fit what they typed.

    `active` narrows as in the store; `pictures` to those whose result is pictures.
    """
    studio: Studio = interaction.client
    typed = current.strip().casefold()
    recent: Sequence[Job] = ()
    with contextlib.suppress(StorageError):
        recent = await studio.engine.jobs.recent(
            interaction.user.id, interaction.guild_id, limit=_LOOKED_AT, active=active
        )
    if pictures:
        recent = [job for job in recent if job.status is Status.SUCCEEDED and not is_clip(job)]
    catalog = studio.engine.catalog
    named = [(f"{job.id[-SUFFIX:]} · {known_as(job, catalog)}", job.id) for job in recent]
    fitting = [
        app_commands.Choice(name=trimmed(name, _LONGEST_CHOICE), value=job_id)
        for name, job_id in named
        if typed in name.casefold() or typed in job_id.casefold()
    ]
    return fitting[:_OFFERED]


def known_as(job: Job, catalog: Catalog) -> str:
    """What people recognise a job by: its prompt, else what was done."""
    return words_of(job, catalog) or summary_of(job, catalog)
