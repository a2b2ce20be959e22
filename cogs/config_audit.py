"""``/config audit``: who has changed what, in the words of the log channel."""

import asyncio
from collections.abc import Sequence
from typing import Any

import discord

from bot.text import _, clip
from cogs.chronicle import told
from cogs.config_changes import guild_of, servers_of
from cogs.errors import ANSWER_SECONDS
from cogs.layout_parts import view
from cogs.replies import Interaction
from storage.records import Change

_SHOWN = 20
_MOST_TEXT = 3800  # characters; a message takes 4000 in all


async def show_audit(interaction: Interaction) -> None:
    """Show a server's last changes privately, the newest first."""
    changes = await servers_of(interaction).audit.recent(guild_of(interaction), limit=_SHOWN)
    text = "\n".join(["### " + _("The last changes"), *_lines(changes)])
    page = view(discord.ui.TextDisplay[Any](text))
    async with asyncio.timeout(ANSWER_SECONDS):
        await interaction.response.send_message(view=page, ephemeral=True)


def _lines(changes: Sequence[Change]) -> list[str]:
    lines, room = list[str](), _MOST_TEXT
    for change in changes:
        line = f"- <t:{change.at // 1000}:R> {clip(told(change), _MOST_TEXT // 2)}"
        room -= len(line) + 1
        if room < 0:
            return [*lines, "-# " + _("… and {n} more", n=len(changes) - len(lines))]
        lines.append(line)
    return lines or [_("Nothing has been changed yet.")]
