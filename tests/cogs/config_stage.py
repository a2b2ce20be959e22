"""What tests of ``/config`` share: an admin's commands, and the rows behind them."""

from typing import Any

from bot.rules import Rules
from tests.cogs.stage import Stage, said
from tests.discord_double.world import walk

ONLY_ADMINS = "Only people with the Manage Server permission may do that."


async def asked(stage: Stage, command: str, by: Any = None, **options: Any) -> Any:
    """What an admin's command is answered with."""
    result = await (by or stage.admin).slash(stage.channel, f"config {command}", **options)
    await stage.studio.settled()
    return result


async def config(stage: Stage, command: str, **options: Any) -> str:
    """The sentence that an admin is answered with."""
    return said(await asked(stage, command, **options))


async def rules_of(stage: Stage) -> Rules:
    return await stage.studio.gate.servers.rules(stage.guild.id)


async def decided(stage: Stage) -> dict[str, Any]:
    """The rows of the server's settings."""
    return dict(await stage.studio.gate.servers.settings.of(stage.guild.id))


async def put(stage: Stage, **values: Any) -> None:
    """Decide on settings as a file would."""
    rows = {name: Rules.model_validate({name: value}).value(name) for name, value in values.items()}
    await stage.studio.gate.servers.change(stage.guild.id, stage.admin.id, rows)


def command_of(stage: Stage) -> dict[str, Any]:
    """What a start has sent to Discord."""
    sent = stage.env.backend.commands[None].values()
    return next(command for command in sent if command["name"] == "config")


def open_to(stage: Stage, person: Any) -> None:
    """Let Discord offer the command to somebody whom only our own check holds up."""
    stage.guild.set_command_permissions(int(command_of(stage)["id"]), {person: True})


def shown(result: Any) -> str:
    """The words of a private page."""
    assert result.response.ephemeral
    text = [part["content"] for part in walk(result.response.components) if part["type"] == 10]
    assert sum(map(len, text)) <= 4000
    return "\n".join(text)
