"""The commands as Discord gets them: their words in the reader's language, not their names."""

from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.app_commands import TranslationContext, TranslationContextLocation

from bot.text import _, reading
from cogs.translator import Translator
from tests.cogs.stage import staged
from tests.conftest import Workshop
from tests.discord_double import rules

MENUS = {"Upscale image", "Remove background", "Describe", "Animate", "Job info"}


@pytest.fixture
async def synced(workshop: Workshop) -> list[dict[str, Any]]:
    """What a start has sent to Discord."""
    async with staged(workshop) as stage:
        return list(stage.env.backend.commands[None].values())


def parts(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, its subcommands and options, all the way down."""
    yield command
    for option in command.get("options", ()):
        yield from parts(option)


def chinese(text: str) -> str:
    with reading("zh-CN"):
        return _(text)


async def test_what_is_sent_keeps_discords_limits_in_every_language(synced: list[dict[str, Any]]):
    rules.check_commands(synced)


async def test_descriptions_are_sent_in_chinese_too(synced: list[dict[str, Any]]):
    show = next(part for c in synced for part in parts(c) if part["name"] == "show")

    assert show["description_localizations"] == {
        "zh-CN": chinese(show["description"]),
        "zh-TW": chinese(show["description"]),
    }
    assert show["description_localizations"]["zh-CN"] != show["description"]


async def test_a_slash_command_has_one_name_in_every_language(synced: list[dict[str, Any]]):
    typed = [part for command in synced if command["type"] == 1 for part in parts(command)]

    assert not [part["name"] for part in typed if part.get("name_localizations")]


async def test_menus_are_named_in_chinese_too(synced: list[dict[str, Any]]):
    menus = {command["name"]: command for command in synced if command["type"] == 3}
    words = chinese("Remove background")

    assert set(menus) == MENUS
    assert words != "Remove background"
    assert menus["Remove background"]["name_localizations"] == {"zh-CN": words, "zh-TW": words}


async def test_choices_are_sent_in_chinese_too():
    choice = app_commands.Choice(name=app_commands.locale_str("Remove background"), value="x")
    payload = await choice.get_translated_payload(Translator())

    words = chinese("Remove background")
    assert payload["name_localizations"] == {"zh-CN": words, "zh-TW": words}


async def test_a_translation_that_discord_would_refuse_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
):
    context = TranslationContext(TranslationContextLocation.command_description, data=None)
    words = app_commands.locale_str("Remove background")
    fitting = await Translator().translate(words, discord.Locale.chinese, context)
    monkeypatch.setattr("cogs.translator._LONGEST", len(fitting or "") - 1)
    too_long = await Translator().translate(words, discord.Locale.chinese, context)

    assert (fitting, too_long) == (chinese("Remove background"), None)
