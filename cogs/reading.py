"""Commands that put a picture into words: ``/describe`` and ``/title``."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.providers.lingtu_params import Title
from bot.text import N_
from cogs.errors import answered
from cogs.options import PICTURE, help_of
from cogs.orders import take_picture
from cogs.replies import Interaction

if TYPE_CHECKING:
    from cogs.bot import Studio


class Reading(commands.Cog):
    """One picture in, a text out."""

    @app_commands.command(description=N_("Put a picture into words to draw from."))
    @app_commands.describe(image=PICTURE)
    @answered
    async def describe(self, interaction: Interaction, image: discord.Attachment) -> None:
        """Order a prompt."""
        await take_picture(interaction, "lingtu.img2text", {}, image)

    @app_commands.command(description=N_("Write a title for a product from its picture."))
    @app_commands.describe(image=PICTURE, **help_of(Title, rule="prompt"))
    @answered
    async def title(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        rule: app_commands.Range[str, 1, 6000] | None = None,
    ) -> None:
        """Order a title."""
        await take_picture(interaction, "lingtu.title", {"prompt": rule}, image)


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Reading())
