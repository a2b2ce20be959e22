"""Commands that work on one attached picture: ``/retexture`` and ``/matting``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.engine import Order
from bot.operations import stand_in
from bot.providers import prompt as midjourney
from bot.providers.prompt_table import RETEXTURE_MODELS
from bot.text import N_
from cogs.errors import answered
from cogs.replies import Interaction, destination_of, take_order
from cogs.uploads import checked_upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_RETEXTURE, _CUTOUT = "youchuan.retexture", "youchuan.remove_background"
_PICTURE = N_("The picture (PNG, JPEG or WebP; of an animation the first frame).")


class Tools(commands.Cog):
    """One picture in, one result out."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Give a picture another surface and style."))
    @app_commands.describe(
        image=_PICTURE,
        prompt=N_("The surface and style, such as: watercolour on rough paper."),
        model=N_("What draws it."),
    )
    @app_commands.choices(
        model=[
            app_commands.Choice(name=model.label, value=model.key)
            for model in midjourney.MODELS
            if model.key in RETEXTURE_MODELS
        ]
    )
    @answered
    async def retexture(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: app_commands.Range[str, 1, 6000],
        model: str | None = None,
    ) -> None:
        """Keep what the picture shows, and draw it anew."""
        composed = midjourney.compose(prompt, model=model, options={})
        text = midjourney.print_prompt(composed)
        await self._order(interaction, _RETEXTURE, image, {"remix_prompt": text})

    @app_commands.command(description=N_("Cut out what a picture shows."))
    @app_commands.describe(image=_PICTURE, kind=N_("How to cut it out."))
    @app_commands.choices(
        kind=[app_commands.Choice(name=N_("Remove background (Midjourney)"), value=_CUTOUT)]
    )
    @answered
    async def matting(
        self, interaction: Interaction, image: discord.Attachment, kind: str = _CUTOUT
    ) -> None:
        """Order it from whoever does this kind."""
        await self._order(interaction, kind, image, {})

    async def _order(
        self,
        interaction: Interaction,
        name: str,
        image: discord.Attachment,
        values: Mapping[str, Any],
    ) -> None:
        operation = self._studio.engine.catalog.operation(name)
        upload = checked_upload(self._studio, image)
        given = {**values, operation.file_field or "": stand_in(0)}
        order = Order(
            operation=name,
            params=operation.validate(operation.params.tidied(given, frozenset())),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
            uploads=(upload,),
        )
        await take_order(interaction, order)


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Tools(bot))
