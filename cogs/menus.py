"""The menus of a message: a tool for the picture that it shows, and what is known of a result."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import InvalidRequestError
from bot.text import N_
from cogs.buttons import PressId
from cogs.errors import answered
from cogs.pictures import picture_in, result_in
from cogs.replies import Interaction
from cogs.wishes import wish_for_file, wish_for_result

if TYPE_CHECKING:
    from cogs.bot import Studio

_Menu = Callable[[Interaction, discord.Message], Coroutine[Any, Any, None]]


class Menus(commands.Cog):
    """Acts on any message: on a result of ours as its buttons do, on others by their picture."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        named: dict[str, _Menu] = {
            N_("Upscale image"): self.upscale,
            N_("Remove background"): self.cut_out,
            N_("Describe"): self.describe,
            N_("Animate"): self.animate,
            N_("Job info"): self.info,
        }
        self._menus = [
            app_commands.ContextMenu(name=name, callback=menu) for name, menu in named.items()
        ]

    async def cog_load(self) -> None:
        """The library collects no menus from a cog."""
        for menu in self._menus:
            self._studio.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take the menus along."""
        for menu in self._menus:
            self._studio.tree.remove_command(menu.name, type=menu.type)

    @answered
    async def upscale(self, interaction: Interaction, message: discord.Message) -> None:
        """Enlarge it twofold."""
        await self._wish(interaction, message, "enlarge")

    @answered
    async def cut_out(self, interaction: Interaction, message: discord.Message) -> None:
        """Cut out what it shows."""
        await self._wish(interaction, message, "cutout")

    @answered
    async def describe(self, interaction: Interaction, message: discord.Message) -> None:
        """Put it into words."""
        await self._wish(interaction, message, "describe")

    @answered
    async def animate(self, interaction: Interaction, message: discord.Message) -> None:
        """Make clips that start with it."""
        await self._wish(interaction, message, "animate")

    @answered
    async def info(self, interaction: Interaction, message: discord.Message) -> None:
        """Tell what is known of a result."""
        number = result_in(message, self._studio.user)
        if number is None:
            raise InvalidRequestError(N_("This message shows no result of this bot."))
        await self._studio.presses.carry_out(interaction, PressId(number, "info", None))

    async def _wish(self, interaction: Interaction, message: discord.Message, key: str) -> None:
        number = result_in(message, self._studio.user)
        if number is None:
            await wish_for_file(interaction, picture_in(self._studio, message), key)
        else:
            await wish_for_result(interaction, await self._studio.presses.find(number), key)


async def setup(bot: "Studio") -> None:
    """Add the menus."""
    await bot.add_cog(Menus(bot))
