"""Moodboards as other commands see them: what is offered, and what a person draws with."""

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import app_commands

from bot.errors import InvalidRequestError
from bot.text import N_
from cogs.replies import Interaction
from cogs.words import harmless, trimmed
from storage.errors import NotFoundError, StorageError
from storage.models import Moodboard

if TYPE_CHECKING:
    from cogs.bot import Studio

PROVIDER = "youchuan"
_LOOKED_AT, _OFFERED, _LONGEST_CHOICE = 500, 25, 100


async def suggestions(
    studio: "Studio", interaction: Interaction, current: str
) -> list[app_commands.Choice[str]]:
    """The boards of this server, or of this DM, whose name or id fits what was typed."""
    typed = current.strip().casefold()
    found: Sequence[Moodboard] = ()
    with contextlib.suppress(StorageError):
        found = await studio.moodboards.visible(
            interaction.user.id, interaction.guild_id, limit=_LOOKED_AT
        )
    fitting = [
        app_commands.Choice(name=trimmed(board.name, _LONGEST_CHOICE), value=board.id)
        for board in found
        if typed in board.name.casefold() or typed in board.id.casefold()
    ]
    return fitting[:_OFFERED]


async def find_board(studio: "Studio", interaction: Interaction, typed: str) -> Moodboard:
    """The board of an id that this person may use here; InvalidRequestError when there is none."""
    try:
        return await studio.moodboards.get(typed.strip(), interaction.user.id, interaction.guild_id)
    except NotFoundError:
        raise InvalidRequestError(
            N_("There is no moodboard “{name}” here; choose one from the list."),
            name=harmless(typed, 60),
        ) from None


async def drawable_board(studio: "Studio", interaction: Interaction, typed: str) -> Moodboard:
    """The board of an id to draw with here; InvalidRequestError when it cannot be."""
    board = await find_board(studio, interaction, typed)
    if not _is_reached(studio, board, interaction.guild_id):
        raise InvalidRequestError(
            N_(
                "“{name}” was made with another account than the one that draws here; make it "
                "anew by /moodboard create."
            ),
            name=harmless(board.name, 60),
        )
    return board


async def default_board(studio: "Studio", interaction: Interaction) -> str | None:
    """The board that this person draws with unless they say otherwise, while it is there."""
    person, place = interaction.user.id, interaction.guild_id
    chosen = await studio.people.moodboard(person, place)
    if chosen is None:
        return None
    try:
        board = await studio.moodboards.get(chosen, person, place)
    except NotFoundError:
        return None
    return board.id if _is_reached(studio, board, place) else None


def _is_reached(studio: "Studio", board: Moodboard, guild_id: int | None) -> bool:
    """Whether the account that draws in a place is the one that has the board."""
    try:
        return studio.gate.accounts.payer(PROVIDER, guild_id) == board.credential
    except InvalidRequestError:
        return True  # nothing is drawn with it, whosever it is
