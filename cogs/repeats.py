"""A job's order once more: the same request, with the present address of each file of ours."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.engine import Order
from bot.errors import GoneError
from bot.providers.prompt_text import OURS
from cogs.replies import Interaction, destination_of, person_of
from storage.errors import NotFoundError
from storage.models import Job

if TYPE_CHECKING:
    from cogs.bot import Studio


async def repeated(
    interaction: Interaction, job: Job, parent: Job | None, *, retry_of: str | None = None
) -> Order:
    """The order of a job like this one; `parent` is the job that it followed."""
    studio: Studio = interaction.client
    catalog = studio.engine.catalog
    once = False
    if parent and retry_of and job.action:
        # A retried U counts as the first press of that U. What is no action is never `once`.
        with suppress(GoneError):
            once = catalog.action(parent.operation, job.action).once
    return Order(
        operation=job.operation,
        params=catalog.operation(job.operation).validate(
            json.loads(await readdressed(studio, json.dumps(job.params)))
        ),
        person=person_of(interaction),
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        uploads=job.uploads,
        parent=parent,
        index=job.parent_index,
        action=job.action,
        once=once,
        retry_of=retry_of,
    )


async def readdressed(studio: "Studio", text: str) -> str:
    """The text with the present address of each file of ours, which may have been another."""
    public_url = studio.engine.public_url
    for found in list(OURS.finditer(text)) if public_url else ():
        with suppress(NotFoundError):  # somebody else's address may look like ours
            asset = await studio.assets.get(found[1].partition(".")[0])
            text = text.replace(found[0], f"{public_url}/m/{asset.name}")
    return text
