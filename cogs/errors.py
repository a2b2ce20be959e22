"""From exception to what the person reads: the only such place for Discord."""

import asyncio
import functools
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.errors import CourierError, MediaError, ProviderError, QuotaError, UserError
from bot.text import _, clip, explain
from cogs.words import harmless
from storage.errors import NotFoundError, StorageError

_Cog = TypeVar("_Cog")
_P = ParamSpec("_P")

log = logging.getLogger(__name__)

# Discord said no, or could not be reached; the library wraps only the former.
DISCORD_FAULTS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
_AWAY = (discord.HTTPException, aiohttp.ClientError, TimeoutError)
ANSWER_SECONDS = 10.0
_LONGEST = 1900  # characters; a message takes 2000


def sentence_for(error: BaseException) -> str:
    """What the current reader is told; a fault of ours gets an id that the log has too."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, QuotaError) and error.retry_at is not None:
        again = f"<t:{-(-error.retry_at // 1000)}:R>"
        return _("{reason} Try again {again}.", reason=explain(error), again=again)
    if isinstance(error, UserError | ProviderError | MediaError | CourierError):
        return explain(error)
    if isinstance(error, NotFoundError):
        return _("There is no such job (any more).")
    if isinstance(error, StorageError):
        log.warning("the database did not do it: %s", error)
        return _(
            "The bot's memory is busy; nothing was sent and nothing was charged. "
            "Try again in a moment."
        )
    if isinstance(error, app_commands.AppCommandError):
        return _of_command(error)
    if isinstance(error, _AWAY):
        log.warning("Discord did not do it: %s", error)
        return _("Discord did not take this; try again in a moment.")
    return _of_ours(error)


def _of_command(error: app_commands.AppCommandError) -> str:
    if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        return _("This command has just changed. Reload Discord and try again.")
    if isinstance(error, app_commands.TransformerError):
        return _("“{value}” cannot be used here.", value=harmless(str(error.value), 80))
    if isinstance(error, app_commands.CheckFailure):
        return _("You may not do this here.")
    return _of_ours(error)


def _of_ours(error: BaseException) -> str:
    number = secrets.token_hex(4)
    log.error("fault %s", number, exc_info=error)
    return _(
        "Something went wrong on this bot's side. If it happens again, tell an admin the "
        "error number {number}.",
        number=number,
    )


async def tell(
    interaction: discord.Interaction[Any], text: str, files: Sequence[discord.File] = ()
) -> None:
    """Say something to the person alone; a failing Discord is only logged."""
    text = clip(text, _LONGEST)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if interaction.response.is_done():
                await interaction.followup.send(text, files=files, ephemeral=True)
            else:
                await interaction.response.send_message(text, files=files, ephemeral=True)
    except DISCORD_FAULTS as fault:
        log.warning("interaction %s could not be answered: %s", interaction.id, fault)


async def answer(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the person what went wrong, whether or not they have had an answer before."""
    await tell(interaction, sentence_for(error))


def answered(
    command: Callable[Concatenate[_Cog, discord.Interaction[Any], _P], Awaitable[None]],
) -> Callable[Concatenate[_Cog, discord.Interaction[Any], _P], Coroutine[Any, Any, None]]:
    """A command that tells the person itself what went wrong: a refusal is no fault of the bot."""

    @functools.wraps(command)
    async def run(
        cog: _Cog,
        interaction: discord.Interaction[Any],
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> None:
        try:
            await command(cog, interaction, *args, **kwargs)
        except Exception as error:
            await answer(interaction, error)

    return run
