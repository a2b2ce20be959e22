"""``/blend``: four pictures from two to five others, without a text."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.providers import prompt as midjourney
from bot.providers.needs import MIDJOURNEY
from bot.text import N_
from cogs.batches import take_batch
from cogs.errors import answered
from cogs.imagine import drawing
from cogs.models import MIDJOURNEY_CHOICES, chosen_model
from cogs.options import suggest_ratios
from cogs.orders import placed
from cogs.replies import Interaction, check_order
from cogs.venues import venue_of

if TYPE_CHECKING:
    from cogs.bot import Studio


class Blend(commands.Cog):
    """Draws what several pictures have in common."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Blend two to five pictures into new ones."))
    @app_commands.describe(
        image1=N_("The first picture."),
        image2=N_("The second picture."),
        image3=N_("A third picture."),
        image4=N_("A fourth picture."),
        image5=N_("A fifth picture."),
        model=N_("What draws it."),
        aspect=N_("Width to height, such as 16:9."),
    )
    @app_commands.choices(model=MIDJOURNEY_CHOICES)
    @answered
    async def blend(
        self,
        interaction: Interaction,
        image1: discord.Attachment,
        image2: discord.Attachment,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        model: str | None = None,
        aspect: str | None = None,
    ) -> None:
        """Order a drawing from the pictures alone."""
        await check_order(interaction, MIDJOURNEY)
        venue = await venue_of(interaction)
        usual = chosen_model(None, venue.catalog, venue.usual)
        model = model or (None if usual.is_plain else usual.key)
        files = {"images": (image1, image2, image3, image4, image5)}
        places, uploads = placed(self._studio, files)
        options = {**places, "aspect": aspect}
        text = midjourney.print_prompt(midjourney.compose("", model=model, options=options))
        await take_batch(interaction, drawing(self._studio, [text], uploads))

    @blend.autocomplete("aspect")
    async def _suggest_ratio(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return suggest_ratios(current)


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Blend(bot))
