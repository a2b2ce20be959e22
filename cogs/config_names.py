"""What the settings' values are called in front of admins, also those that are not there any more.

Pure text for the current reader, and the choices that commands offer.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate

import discord
from discord import app_commands

from bot.providers import PROVIDERS
from bot.rules import AgePolicy, Pressers, Rules
from bot.text import N_, _
from cogs.chronicle import GROUPS, setting_name

EVERYTHING = "everything"
AGES = {
    AgePolicy.ANYWHERE: N_("Age-restricted channels are like any other."),
    AgePolicy.ONLY: N_("Commands only work in age-restricted channels."),
    AgePolicy.NEVER: N_("Commands do not work in age-restricted channels."),
    AgePolicy.RELAXED: N_("Banned words are allowed in age-restricted channels."),
}
PRESSERS = {
    Pressers.EVERYONE: N_("Everyone who sees a result may use its buttons, and pays for it."),
    Pressers.OWNER: N_("Only the person who started a result may use its buttons."),
    Pressers.ROLES: N_(
        "Besides the person who started a result, these may use its buttons: {roles}."
    ),
}
LANGUAGES = {
    "auto": N_("What is posted is in the language of the person who ordered it."),
    "en-US": N_("What is posted is in English, whoever ordered it."),
    "zh-CN": N_("What is posted is in Chinese, whoever ordered it."),
}
LABELS = {
    True: N_("Results are labelled as made by AI."),
    False: N_("Results are not labelled as made by AI."),
}

RULE_CHOICES = [
    app_commands.Choice(name=N_("allow"), value="allow"),
    app_commands.Choice(name=N_("deny"), value="deny"),
    app_commands.Choice(name=N_("remove the rule"), value="clear"),
]
PROVIDER_CHOICES = [app_commands.Choice(name=each.title, value=each.name) for each in PROVIDERS]
GROUP_CHOICES = [app_commands.Choice(name=name, value=group) for group, name in GROUPS.items()]
AGE_CHOICES = [app_commands.Choice(name=name, value=age) for age, name in AGES.items()]
PRESSER_CHOICES = [
    app_commands.Choice(name=N_("everyone"), value=Pressers.EVERYONE),
    app_commands.Choice(name=N_("the person who started it"), value=Pressers.OWNER),
    app_commands.Choice(name=N_("some roles"), value=Pressers.ROLES),
]
LANGUAGE_CHOICES = [
    app_commands.Choice(name=N_("each person's own"), value="auto"),
    app_commands.Choice(name="English", value="en-US"),
    app_commands.Choice(name="中文", value="zh-CN"),
]
SETTING_CHOICES = [
    *(app_commands.Choice(name=setting_name(name), value=name) for name in Rules.model_fields),
    app_commands.Choice(name=N_("everything"), value=EVERYTHING),
]


def roles_named(guild: discord.Guild | None, roles: Iterable[int]) -> list[str]:
    """Roles as mentions; one that was deleted is said to be."""
    known = None if guild is None else {role.id for role in guild.roles}
    return [_named(role, f"<@&{role}>", known, _("deleted role")) for role in sorted(roles)]


def channels_named(guild: discord.Guild | None, channels: Iterable[int]) -> list[str]:
    """Channels as mentions; one that was deleted is said to be."""
    known = None
    if guild is not None:
        known = {channel.id for channel in (*guild.channels, *guild.threads)}
    return [_named(each, f"<#{each}>", known, _("deleted channel")) for each in sorted(channels)]


def listed(pieces: Sequence[str], room: int = 1500, gap: str = ", ") -> str:
    """As many pieces as so many characters take, and how many more there are."""
    lengths = accumulate(len(piece) + len(gap) for piece in pieces)
    kept = pieces[: sum(length - len(gap) <= room for length in lengths)]
    left = len(pieces) - len(kept)
    if not left:
        return gap.join(kept)
    if not kept:
        return _("{n}; /config export has all", n=left)
    return gap.join(kept) + " " + _("… and {n} more; /config export has all", n=left)


def _named(number: int, mention: str, known: Collection[int] | None, gone: str) -> str:
    # Right after a start the library may not know the server yet.
    is_gone = known is not None and len(known) > 0 and number not in known
    return f"{gone} `{number}`" if is_gone else mention
