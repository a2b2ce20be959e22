"""What settings still name although the server has it no more: deleted roles and channels."""

from collections.abc import Collection
from typing import NamedTuple

import discord

from bot.rules import Buttons, Channels, Pressers, Rules
from bot.text import _
from cogs.config_names import channels_named, listed, roles_named


class Gone(NamedTuple):
    """The ids of what was deleted."""

    roles: frozenset[int] = frozenset()
    channels: frozenset[int] = frozenset()

    def said(self, guild: discord.Guild | None) -> str:
        """That it was taken out, in a sentence; empty where nothing was."""
        names = [*roles_named(guild, self.roles), *channels_named(guild, self.channels)]
        if not names:
            return ""
        return _("Taken out, because it is no longer there: {gone}.", gone=listed(names, 300))


def without_gone(
    name: str, before: Rules, wanted: Rules, guild: discord.Guild | None
) -> tuple[Rules, Gone]:
    """A setting as it is wanted, without what was deleted, and what that was.

    Nothing is taken out while the server is not known. What nobody has touched and would be open
    to everyone without its last role or channel stays closed.
    """
    if guild is None or guild.unavailable or not guild.roles:
        return wanted, Gone()
    match name:
        case "channels":
            left = _channels(before.channels, wanted.channels, guild)
            had = wanted.channels.allowed | wanted.channels.denied
            gone = Gone(channels=had - left.allowed - left.denied)
            return Rules(channels=left), gone
        case "roles":
            groups = {
                group: _left(before.roles.get(group, frozenset()), roles, _roles(guild))
                for group, roles in wanted.roles.items()
            }
            had = frozenset[int]().union(*wanted.roles.values())
            gone = Gone(roles=had - frozenset[int]().union(*groups.values()))
            return Rules(roles={group: roles for group, roles in groups.items() if roles}), gone
        case "quotas":
            of_roles = wanted.quotas.roles
            gone = Gone(roles=frozenset(of_roles) - _roles(guild))
            there = {role: each for role, each in of_roles.items() if role not in gone.roles}
            return Rules(quotas=wanted.quotas.model_copy(update={"roles": there})), gone
        case "buttons":
            gone = Gone(roles=wanted.buttons.roles - _roles(guild))
            roles = wanted.buttons.roles - gone.roles
            is_left_to_none = wanted.buttons.who is Pressers.ROLES and not roles
            who = Pressers.OWNER if is_left_to_none else wanted.buttons.who
            return Rules(buttons=Buttons(who=who, roles=roles)), gone
    return wanted, Gone()


def _roles(guild: discord.Guild) -> frozenset[int]:
    return frozenset(role.id for role in guild.roles)


def _channels(before: Channels, wanted: Channels, guild: discord.Guild) -> Channels:
    there = frozenset(channel.id for channel in (*guild.channels, *guild.threads))
    return Channels(
        allowed=_left(before.allowed, wanted.allowed, there), denied=wanted.denied & there
    )


def _left(before: Collection[int], wanted: frozenset[int], there: frozenset[int]) -> frozenset[int]:
    """What is there; but the list as it was if it would be empty through nobody's choice."""
    return wanted & there or (wanted if wanted == before else frozenset())
