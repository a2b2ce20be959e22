"""``/config`` by place: where commands work, where results and the log are posted."""

from typing import Any

import discord
from discord import app_commands

from bot.errors import InvalidRequestError
from bot.rules import AgePolicy, Channels, Rules
from bot.text import N_, _
from cogs.config_changes import decide, decide_among
from cogs.config_names import AGES, channels_named, listed
from cogs.config_posting import hindered, lacking
from cogs.errors import tell
from cogs.replies import Interaction

_RULED = {
    "allow": N_("Commands work in {channel}."),
    "deny": N_("Commands do not work in {channel}."),
    "clear": N_("There is no rule for {channel} any more."),
}


class Postable(app_commands.Transformer):
    """A channel that messages are posted to, as Discord names it; it need not be known yet."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """The kind of option."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """What can be chosen."""
        return [discord.ChannelType.text, discord.ChannelType.news]

    async def transform(
        self, interaction: Interaction, value: Any, /
    ) -> app_commands.AppCommandChannel:
        """The channel as it came."""
        if not isinstance(value, app_commands.AppCommandChannel):
            raise app_commands.TransformerError(value, self.type, self)
        return value


async def rule_channel(
    interaction: Interaction, channel: app_commands.AppCommandChannel, rule: str
) -> None:
    """Allow or deny a channel or a category, or decide nothing about it."""

    def wanted(rules: Rules) -> Channels:
        allowed, denied = rules.channels.allowed, rules.channels.denied
        if rule == "clear" and channel.id not in allowed | denied:
            raise InvalidRequestError(
                N_("There was no rule for {channel}."), channel=channel.mention
            )
        this = frozenset({channel.id})
        return Channels(
            allowed=allowed | this if rule == "allow" else allowed - this,
            denied=denied | this if rule == "deny" else denied - this,
        )

    rules, gone = await decide_among(interaction, "channels", wanted)
    guild, ruled = interaction.guild, _(_RULED[rule], channel=channel.mention)
    said = (ruled, where(guild, rules.channels), gone, hindered(guild, rules))
    await tell(interaction, " ".join(filter(None, said)))


def where(guild: discord.Guild | None, channels: Channels) -> str:
    """Where commands work, in a sentence."""
    allowed, denied = (
        listed(channels_named(guild, each), 700) for each in (channels.allowed, channels.denied)
    )
    if allowed and denied:
        return _(
            "They only work in {allowed}, and never in {denied}.", allowed=allowed, denied=denied
        )
    if allowed:
        return _("They only work in {allowed}.", allowed=allowed)
    if denied:
        return _("They work everywhere but in {denied}.", denied=denied)
    return _("They work in every channel.")


async def set_restricted(interaction: Interaction, wanted: AgePolicy) -> None:
    """Decide what age-restricted channels are."""
    rules = await decide(interaction, "age_restricted", lambda _rules: wanted)
    await tell(interaction, f"{_(AGES[wanted])} {hindered(interaction.guild, rules)}".rstrip())


async def set_results(
    interaction: Interaction, channel: app_commands.AppCommandChannel | None
) -> None:
    """Decide where results are posted."""
    number = _checked(interaction, "results_channel", channel)
    rules = await decide(interaction, "results_channel", lambda _rules: number)
    if channel is None:
        await tell(interaction, _("Results are posted where they were asked for."))
        return
    said = _(
        "New results are posted in {channel}; answers of /chat and texts stay where they were "
        "asked for.",
        channel=channel.mention,
    )
    await tell(interaction, f"{said} {hindered(interaction.guild, rules)}".rstrip())


async def set_log(interaction: Interaction, channel: app_commands.AppCommandChannel | None) -> None:
    """Decide where changes and jobs are shown."""
    number = _checked(interaction, "log_channel", channel)
    await decide(interaction, "log_channel", lambda _rules: number)
    if channel is None:
        await tell(interaction, _("There is no log channel. /config audit has the changes."))
        return
    await tell(
        interaction,
        _(
            "{channel} shows every change of these settings, and each job with who ordered it and "
            "what it cost. Whoever may read that channel sees this.",
            channel=channel.mention,
        ),
    )


def _checked(
    interaction: Interaction, name: str, channel: app_commands.AppCommandChannel | None
) -> int | None:
    """The channel's id; InvalidRequestError names what the bot lacks there."""
    if channel is None:
        return None
    found = interaction.guild.get_channel(channel.id) if interaction.guild else None
    if interaction.guild is None or found is None:
        raise InvalidRequestError(
            N_("The bot does not see {channel}. Let it view the channel, then try again."),
            channel=channel.mention,
        )
    if lacks := lacking(interaction.guild, name, channel.id):
        raise InvalidRequestError(
            N_("The bot could not post in {channel}: it lacks {permissions} there."),
            channel=channel.mention,
            permissions=lacks,
        )
    return channel.id
