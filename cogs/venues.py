"""Where something is ordered or shown: what has an account there, and what is decided there."""

from dataclasses import dataclass, field
from typing import Any

import discord

from bot.engine import Engine
from bot.operations import Catalog
from bot.rules import Rules


@dataclass(frozen=True, kw_only=True)
class Venue:
    """A server, or direct messages: `catalog` knows what is connected there."""

    catalog: Catalog
    rules: Rules = field(default_factory=Rules)

    @property
    def usual(self) -> str:
        """The key of the model that draws where nobody chooses one."""
        return self.rules.model

    def is_off(self, provider: str) -> bool:
        """Whether the server does without a provider."""
        return provider in self.rules.providers_off


async def venue_at(engine: Engine, guild_id: int | None) -> Venue:
    """That of a server; without one, of direct messages."""
    rules = await engine.gate.servers.rules(guild_id)
    catalog = engine.gate.catalog_by(engine.catalog, guild_id, rules)
    return Venue(catalog=catalog, rules=rules)


async def venue_of(interaction: discord.Interaction[Any]) -> Venue:
    """Where somebody acts."""
    return await venue_at(interaction.client.engine, interaction.guild_id)
