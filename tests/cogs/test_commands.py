"""Every command of every cog, held against Discord's limits, which the library does not check."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.providers import catalog, lingtu_params, prompt
from bot.providers.models import models
from cogs import EXTENSIONS
from tests.cogs.stage import make_studio
from tests.conftest import Workshop

NAME = re.compile(r"[-_'\w]{1,32}")
GUILD, BOT_DM, GUILD_INSTALL = 0, 1, 0
SLASH, MESSAGE = 1, 3


@pytest.fixture
async def synced(workshop: Workshop) -> list[dict[str, Any]]:
    """What a sync sends, one object per top-level command or menu."""
    studio = make_studio(workshop)
    for extension in EXTENSIONS:
        await studio.load_extension(extension)
    return [command.to_dict(studio.tree) for command in studio.tree.get_commands()]


@pytest.fixture
def commands(synced: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The slash commands alone."""
    return [command for command in synced if command["type"] == SLASH]


def parts(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, its subcommands and options, all the way down."""
    yield command
    for option in command.get("options", ()):
        yield from parts(option)


def characters(part: dict[str, Any]) -> int:
    own = len(part["name"]) + len(part.get("description", ""))
    offered = sum(len(c["name"]) + len(str(c["value"])) for c in part.get("choices", ()))
    return own + offered + sum(map(characters, part.get("options", ())))


def option(commands: list[dict[str, Any]], name: str) -> dict[str, Any]:
    imagine = next(command for command in commands if command["name"] == "imagine")
    return next(found for found in imagine["options"] if found["name"] == name)


async def test_names_and_descriptions_are_what_discord_takes(commands: list[dict[str, Any]]):
    for part in (part for command in commands for part in parts(command)):
        assert NAME.fullmatch(part["name"]), part
        assert part["name"] == part["name"].lower(), part
        assert 1 <= len(part["description"]) <= 100, part


async def test_options_and_choices_are_few_enough(commands: list[dict[str, Any]]):
    for part in (part for command in commands for part in parts(command)):
        options, choices = part.get("options", ()), part.get("choices", ())
        assert len(options) <= 25, part["name"]
        assert len({found["name"] for found in options}) == len(options), part["name"]
        assert len(choices) <= 25, part["name"]
        assert all(1 <= len(choice["name"]) <= 100 for choice in choices), part["name"]
        assert part.get("max_length", 0) <= 6000, part["name"]


async def test_required_options_come_first(commands: list[dict[str, Any]]):
    for part in (part for command in commands for part in parts(command)):
        required = [bool(found.get("required")) for found in part.get("options", ())]
        assert required == sorted(required, reverse=True), part["name"]


async def test_no_command_is_longer_than_discord_allows(commands: list[dict[str, Any]]):
    assert commands
    assert len({command["name"] for command in commands}) == len(commands) <= 100
    assert all(characters(command) <= 8000 for command in commands)


async def test_menus_are_few_and_have_names_of_their_own(synced: list[dict[str, Any]]):
    names = [menu["name"] for menu in synced if menu["type"] == MESSAGE]

    assert len(set(names)) == len(names) <= 15
    assert all(1 <= len(name) <= 32 for name in names)


async def test_commands_work_in_servers_and_in_the_bots_dm(synced: list[dict[str, Any]]):
    for command in synced:
        # Only a server has settings of its own.
        places = {GUILD} if command["name"] == "config" else {GUILD, BOT_DM}
        assert set(command["contexts"]) == places, command["name"]
        assert command["integration_types"] == [GUILD_INSTALL], command["name"]


async def test_the_models_offered_are_models_that_exist(commands: list[dict[str, Any]]):
    offered = {c["value"]: c["name"] for c in option(commands, "model")["choices"]}

    assert offered.pop("auto").startswith("Auto")
    assert offered == {each.key: each.label for each in models()}
    assert {"v8.1", "v7", "v6.1", "v5.2", "niji7", "niji6"} < set(offered)
    assert {"lingtu", "lingtu_pro", "wanxiang", "jumdata"} < set(offered)


async def test_as_many_pictures_may_be_asked_for_as_any_model_makes(commands: list[dict[str, Any]]):
    offered = option(commands, "count")

    assert (offered["min_value"], offered["max_value"]) == (1, 6)


async def test_what_refusals_name_in_quotes_is_an_option(commands: list[dict[str, Any]]):
    folder = Path(lingtu_params.__file__).parent
    sources = [folder / f"lingtu_{name}.py" for name in ("canvas", "fields", "params")]
    quoted = {name for path in sources for name in re.findall("“([^”]+)”", path.read_text())}
    options = {option["name"] for command in commands for option in parts(command)}

    assert quoted
    assert quoted <= options


async def test_every_command_of_the_catalog_is_there(commands: list[dict[str, Any]]):
    rows = (*catalog().values(), *catalog().calls)
    listed = {name.partition(" ")[0] for row in rows for name in row.commands}

    assert listed <= {command["name"] for command in commands}


@pytest.mark.parametrize("name", ["stylize", "chaos"])
async def test_a_bounded_option_has_the_bounds_of_its_parameter(
    commands: list[dict[str, Any]], name: str
):
    limits = next(row.limits for row in prompt.PARAMETERS if row.name == name)
    offered = option(commands, name)

    assert {(offered["min_value"], offered["max_value"])} == set(limits.values())
