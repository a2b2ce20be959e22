"""``/config`` by person: block, unblock, and what is reset, settings included."""

import asyncio
from typing import Any, Self

import discord

from bot import policy
from bot.errors import InvalidRequestError
from bot.text import N_, _, set_reader
from cogs import errors
from cogs.chronicle import setting_name
from cogs.config_changes import decide, forget_all, guild_of, servers_of
from cogs.config_limits import Somebody
from cogs.config_names import EVERYTHING
from cogs.errors import ANSWER_SECONDS, tell
from cogs.replies import Interaction, person_of
from cogs.words import harmless

GO = "config:reset:go"
LONGEST_REASON = 200


async def block_person(interaction: Interaction, person: Somebody, reason: str) -> None:
    """Refuse somebody on this server from now on."""
    if person.id == interaction.user.id:
        raise InvalidRequestError(N_("You cannot block yourself."))
    if person.bot:
        raise InvalidRequestError(N_("Bots order nothing here; there is nothing to block."))
    guild_id, servers = guild_of(interaction), servers_of(interaction)
    why = " ".join(reason.split())
    await servers.block(guild_id, interaction.user.id, person.id, why)
    said = _("{person} is blocked: whatever they order here is refused.", person=person.mention)
    if why:
        told = _("They are told: {reason}", reason=harmless(why, LONGEST_REASON))
        said = f"{said} {told}"
    await tell(interaction, said)


async def unblock_person(interaction: Interaction, person: Somebody) -> None:
    """Serve somebody again."""
    guild_id, servers = guild_of(interaction), servers_of(interaction)
    standing = await servers.standing(guild_id, person.id)
    if standing.blocked_at is None:
        raise InvalidRequestError(N_("{person} is not blocked."), person=person.mention)
    await servers.unblock(guild_id, interaction.user.id, person.id)
    await tell(interaction, _("{person} is served again.", person=person.mention))


async def reset_one(interaction: Interaction, person: Somebody | None, setting: str | None) -> None:
    """Count a person's usage anew, or set a setting back; everything only once confirmed."""
    if person is not None and setting is not None:
        raise InvalidRequestError(N_("Give a person or a setting; one after the other."))
    if person is not None:
        await servers_of(interaction).reset(guild_of(interaction), interaction.user.id, person.id)
        await tell(
            interaction,
            _(
                "What {person} has used until now no longer counts; their limits stay.",
                person=person.mention,
            ),
        )
    elif setting == EVERYTHING:
        await _ask(interaction)
    elif setting is not None:
        await _reset_setting(interaction, setting)
    else:
        raise InvalidRequestError(
            N_(
                "Say what to reset: a person, whose usage then counts from now on, or a setting, "
                "which then has its default again."
            )
        )


class ResetItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=GO):
    """Receives the confirmation that everything is to be reset, also after a restart."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], _match: Any, /
    ) -> Self:
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        set_reader(str(interaction.locale))
        try:
            policy.check_admin(person_of(interaction))
            count = await forget_all(interaction)
            said = _("Every setting has its default again.")
            if not count:
                said = _("Every setting has its default already.")
            async with asyncio.timeout(ANSWER_SECONDS):
                await interaction.response.edit_message(content=said, view=None)
        except Exception as error:
            # No hook of the library hears of an exception in here.
            await errors.answer(interaction, error)


async def _reset_setting(interaction: Interaction, setting: str) -> None:
    rules = await servers_of(interaction).rules(guild_of(interaction))
    if setting not in rules.model_fields_set:
        raise InvalidRequestError(
            N_("“{setting}” has its default already."), setting=setting_name(setting)
        )
    await decide(interaction, setting, lambda _rules: None)
    await tell(interaction, _("“{setting}” has its default again.", setting=setting_name(setting)))


async def _ask(interaction: Interaction) -> None:
    view = discord.ui.View(timeout=None)
    button = discord.ui.Button[discord.ui.View](
        style=discord.ButtonStyle.danger, label=_("Reset everything"), custom_id=GO
    )
    view.add_item(button)
    # A stopped view is not kept in memory: the press is dispatched by its id alone.
    view.stop()
    said = _(
        "Every setting of this server gets its default, limits and banned words included. Own "
        "accounts, blocked people and what was used stay. /config export keeps a copy."
    )
    async with asyncio.timeout(ANSWER_SECONDS):
        await interaction.response.send_message(said, view=view, ephemeral=True)
