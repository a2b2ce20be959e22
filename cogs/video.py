"""``/video``: clips from a picture, a text, or both."""

from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.engine import Order
from bot.errors import InvalidRequestError
from bot.operations import follow_up, stand_in
from bot.providers.prompt_text import print_prompt
from bot.providers.prompt_video import compose_video
from bot.text import N_
from cogs.choices import find_job, suggest_jobs
from cogs.editor import picture_of
from cogs.errors import answered
from cogs.replies import Interaction, check_order, destination_of, person_of, take_order
from cogs.uploads import check_address, checked_upload
from storage.models import Job, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

OPERATION = "youchuan.video_diffusion"
_TYPES = {"480p": 0, "720p": 1}


class Video(commands.Cog):
    """Makes clips with Midjourney."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Make clips from a picture, a text, or both."))
    @app_commands.describe(
        prompt=N_("What happens in the clip."),
        image=N_("The picture it starts with (PNG, JPEG or WebP)."),
        job=N_("Or a result to start from: choose one of yours, or paste its id."),
        number=N_("Which picture of that result (1–4)."),
        resolution=N_("How fine it is; 720p costs three times as much as 480p."),
        motion=N_("How much moves."),
        loop=N_("End where it began."),
        end=N_("The picture it ends with."),
        batch=N_("How many clips to make (normally 4)."),
        raw=N_("Follow the prompt closely, with less of Midjourney's taste."),
    )
    @answered
    async def video(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        image: discord.Attachment | None = None,
        job: str | None = None,
        number: app_commands.Range[int, 1, 4] = 1,
        resolution: Literal["480p", "720p"] | None = None,
        motion: Literal["low", "high"] | None = None,
        loop: bool | None = None,
        end: discord.Attachment | None = None,
        batch: Literal[1, 2, 4] | None = None,
        raw: bool | None = None,
    ) -> None:
        """Validate everything, then order it."""
        await check_order(interaction, OPERATION)
        if image is not None and job is not None:
            raise InvalidRequestError(N_("Give either a picture or a job to start from, not both."))
        uploads, source, place = list[Upload](), None, None
        if image is not None:
            uploads.append(checked_upload(self._studio, image))
        elif job is not None:
            source, place, uploads = await self._start(interaction, job, number - 1)
        options: dict[str, object] = {"motion": motion, "loop": loop, "batch": batch, "raw": raw}
        options["images"] = [stand_in(0)] if uploads else []
        if end is not None:
            options["end"] = stand_in(len(uploads))
            uploads.append(checked_upload(self._studio, end))
        text = print_prompt(
            compose_video(prompt or "", options=options, follows=source is not None)
        )
        values: dict[str, Any] = {"prompt": text} if text else {}
        if resolution:
            values["video_type"] = _TYPES[resolution]
        await take_order(interaction, self._order(interaction, values, uploads, source, place))

    def _order(
        self,
        interaction: Interaction,
        values: dict[str, Any],
        uploads: list[Upload],
        source: Job | None,
        place: int | None,
    ) -> Order:
        operation = self._studio.engine.catalog.operation(OPERATION)
        external_id = source.external_id if source else None
        return Order(
            operation=OPERATION,
            params=follow_up(operation, external_id=external_id, index=place, values=values),
            person=person_of(interaction),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
            uploads=uploads,
            parent=source,
            index=place,
        )

    async def _start(
        self, interaction: Interaction, typed: str, index: int
    ) -> tuple[Job | None, int | None, list[Upload]]:
        """The job and place that the provider knows, or the picture itself where it knows none."""
        found = await find_job(interaction, typed)
        await self._studio.gate.check_press(person_of(interaction), found)
        if "video" in found.traits:
            raise InvalidRequestError(
                N_("Choose a job that has pictures; a clip goes on by its Extend buttons.")
            )
        asset = await picture_of(self._studio, found, index)
        actions = self._studio.engine.catalog.operation(found.operation).actions
        animate = next((action for action in actions if action.operation == OPERATION), None)
        accounts, place = self._studio.gate.accounts, interaction.guild_id
        follows = accounts.pays(found.provider, found.credential, place)
        if animate is None or not animate.fits(found.traits) or not follows:
            check_address(self._studio)
            return None, None, [Upload(asset=asset.token)]
        source, place = await self._studio.presses.source(found, animate, index)
        return source, place, []

    @video.autocomplete("job")
    async def _suggest_job(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current, active=False, pictures=True)


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Video(bot))
