"""How settings come to be changed: by admins only, and one change of a server at a time.

What can be changed to what stands in the other ``config_…`` modules.
"""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from bot import policy
from bot.errors import InvalidRequestError
from bot.rules import Rules
from bot.servers import Servers, checked
from bot.text import N_
from cogs.config_gone import without_gone
from cogs.errors import answered
from cogs.replies import Interaction, person_of

if TYPE_CHECKING:
    from cogs.bot import Studio

_Cog = TypeVar("_Cog")
_P = ParamSpec("_P")


def for_admins(
    command: Callable[Concatenate[_Cog, Interaction, _P], Awaitable[None]],
) -> Callable[Concatenate[_Cog, Interaction, _P], Coroutine[Any, Any, None]]:
    """A command that refuses everybody else, whatever Discord has let through."""

    @answered
    @functools.wraps(command)
    async def run(
        cog: _Cog, interaction: Interaction, /, *args: _P.args, **kwargs: _P.kwargs
    ) -> None:
        policy.check_admin(person_of(interaction))
        await command(cog, interaction, *args, **kwargs)

    return run


def guild_of(interaction: Interaction) -> int:
    """The id of the server that is configured; InvalidRequestError in direct messages."""
    if interaction.guild_id is None:
        raise InvalidRequestError(N_("This works on a server, not in direct messages."))
    return interaction.guild_id


def servers_of(interaction: Interaction) -> Servers:
    """Where settings are read and changed."""
    studio: Studio = interaction.client
    return studio.gate.servers


async def decide(interaction: Interaction, name: str, value: Callable[[Rules], Any]) -> Rules:
    """Set a setting to what `value` makes of the rules so far; the rules that hold from now on.

    What equals the default is not decided any more. UserErrors of `value` leave all as it was.
    """
    return (await decide_among(interaction, name, value))[0]


async def decide_among(
    interaction: Interaction, name: str, value: Callable[[Rules], Any]
) -> tuple[Rules, str]:
    """As `decide`, for what lists roles and channels; with what to say of those that are gone."""
    guild_id, servers = guild_of(interaction), servers_of(interaction)
    guild = interaction.client.get_guild(guild_id)
    async with servers.turn(guild_id):
        rules = await servers.rules(guild_id)
        wanted, gone = without_gone(name, rules, checked({name: value(rules)}), guild)
        is_decided = getattr(wanted, name) != getattr(Rules(), name)
        is_same = getattr(wanted, name) == getattr(rules, name)
        if not is_same or is_decided != (name in rules.model_fields_set):
            kept = wanted.value(name) if is_decided else None
            await servers.change(guild_id, interaction.user.id, {name: kept})
        return await servers.rules(guild_id), gone.said(guild)


async def forget_all(interaction: Interaction) -> int:
    """Set every setting back to its default; how many that changed."""
    guild_id, servers = guild_of(interaction), servers_of(interaction)
    async with servers.turn(guild_id):
        nothing = dict.fromkeys(Rules.model_fields)
        return len(await servers.change(guild_id, interaction.user.id, nothing))
