"""Whether results and the log can be posted where the server wants them, and what would hinder."""

import discord

from bot.rules import AgePolicy, Rules
from bot.text import N_, _
from cogs.routes import is_age_restricted

_RESULTS = {
    "view_channel": N_("View Channel"),
    "send_messages": N_("Send Messages"),
    "attach_files": N_("Attach Files"),
    "read_message_history": N_("Read Message History"),
}
_NEEDED = {
    "results_channel": _RESULTS,
    "log_channel": {name: _RESULTS[name] for name in ("view_channel", "send_messages")},
}


def lacking(guild: discord.Guild, name: str, number: int) -> str:
    """The permissions that the bot lacks in the channel of this setting; empty if none."""
    channel, me = guild.get_channel(number), guild.me
    # Right after a start the library may know neither yet.
    if channel is None or me is None:
        return ""
    permissions = channel.permissions_for(me)
    return ", ".join(
        _(title) for flag, title in _NEEDED[name].items() if not getattr(permissions, flag)
    )


def hindered(guild: discord.Guild | None, rules: Rules) -> str:
    """What does not work in the results channel as the rules are, in sentences; empty if all."""
    channel = guild.get_channel(rules.results_channel or 0) if guild else None
    if channel is None:
        return ""
    said, place = list[str](), channel.mention
    if rules.channels.denied & {channel.id, channel.category_id}:
        said.append(
            _(
                "⚠️ Results are posted in {channel}, where commands are denied: nobody can use the "
                "buttons under them there.",
                channel=place,
            )
        )
    is_mixed = rules.age_restricted in (AgePolicy.ONLY, AgePolicy.RELAXED)
    if is_mixed and not is_age_restricted(channel):
        said.append(
            _(
                "⚠️ {channel} is not age-restricted: results from age-restricted channels stay "
                "where they were asked for.",
                channel=place,
            )
        )
    return " ".join(said)
