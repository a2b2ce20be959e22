"""The commands in the languages of the catalogs: descriptions, choices, and the names of menus.

A slash command has one name in all of them.
"""

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Place

from bot.text import _, reading

# A name that is translated would be another command to whoever reads about it.
_TRANSLATED = frozenset(
    {
        Place.command_description,
        Place.group_description,
        Place.parameter_description,
        Place.choice_name,
    }
)
_LONGEST, _LONGEST_MENU = 100, 32


class Translator(app_commands.Translator):
    """Gives Discord what the catalogs have, where it keeps Discord's limit."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in this language; None where there is none."""
        is_menu = isinstance(context.data, app_commands.ContextMenu)
        if context.location not in _TRANSLATED and not is_menu:
            return None
        with reading(locale.value):
            text = _(string.message)
        most = _LONGEST_MENU if is_menu else _LONGEST
        return text if text != string.message and len(text) <= most else None
