"""``/erase``: take something out of a picture, in the web editor or by a mask that is attached."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.edit_files import keep_fitted, keep_mask, size_of
from bot.edit_shapes import Sent
from bot.edits import Edits
from bot.text import N_, _
from cogs.choices import suggest_jobs
from cogs.editor import Given, given_picture, link_view, order_drawn
from cogs.errors import answered
from cogs.replies import Interaction, check_order, destination_of, hand_over, person_of
from cogs.uploads import checked_upload
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_ERASE = "lingtu.remove"


class Erase(commands.Cog):
    """Opens the editor, or orders at once what a mask says."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        self._edits = Edits(studio.engine, studio.keeper)

    @app_commands.command(description=N_("Erase something from a picture."))
    @app_commands.describe(
        image=N_("The picture (PNG, JPEG or WebP; of an animation the first frame)."),
        job=N_("Or a result: choose one of yours, or paste its id."),
        number=N_("Which picture of that result (1–4)."),
        mask=N_("Without the editor: a picture of the same size, white where to erase."),
    )
    @answered
    async def erase(
        self,
        interaction: Interaction,
        image: discord.Attachment | None = None,
        job: str | None = None,
        number: app_commands.Range[int, 1, 4] = 1,
        mask: discord.Attachment | None = None,
    ) -> None:
        """Answer with the editor's link, or order what the mask says."""
        await check_order(interaction, _ERASE)
        given = await given_picture(interaction, image, job, number)
        marked = checked_upload(self._studio, mask) if mask else None
        await hand_over(interaction, lambda: self._go_on(interaction, given, marked))

    @erase.autocomplete("job")
    async def _suggest_job(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current, active=False, pictures=True)

    async def _go_on(self, interaction: Interaction, given: Given, marked: Upload | None) -> None:
        keeper = self._studio.keeper
        operation = self._studio.engine.catalog.operation(_ERASE)
        limits = operation.params.model_construct().limits()
        fit = await keep_fitted(keeper, given.upload, limits)
        note = " ".join(_(sentence, **values) for sentence, values in fit.changes)
        begun = given.begun(_ERASE, fit.asset)
        if marked is None:
            view = await link_view(interaction, begun, note)
            await interaction.followup.send(view=view, ephemeral=True)
            return
        mask = await keep_mask(keeper, marked, size_of(fit.asset), fit.given)
        order = await self._edits.order(
            await self._edits.subject(begun),
            Sent(),
            mask,
            person=person_of(interaction),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
        )
        await order_drawn(interaction, order, note)


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Erase(bot))
