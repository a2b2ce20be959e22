"""``/config export`` and ``/config import``: a server's settings as a file, and back.

The file holds what the server has decided and nothing else: no accounts, no secrets, nobody who is
blocked. Nothing changes before all of a file was checked; its form stands in `config_document`.
"""

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord

from bot import policy
from bot.errors import InvalidRequestError
from bot.rules import Rules
from bot.servers import checked
from bot.text import N_, _, plural
from cogs.chronicle import differing, items, setting_name
from cogs.config_document import fault_at, read, written
from cogs.config_posting import lacking
from cogs.downloads import read_file
from cogs.errors import tell
from cogs.replies import Interaction, hand_over, person_of
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

NAME = "atelier-config.json"
_MOST_BYTES = 256 * 1024
_MOST_NAMED, _MOST_PIECES = 8, 4
_ROOM = 1500  # characters for the list of changes; a message takes 2000
_LISTS = frozenset({"providers_off", "channels", "roles", "quotas", "words"})


async def export(interaction: Interaction) -> None:
    """Answer with a file of all that this server has decided."""
    guild_id = _guild_of(interaction)
    studio: Studio = interaction.client
    rules = await studio.gate.servers.rules(guild_id)
    said = plural(
        "This server has decided on {n} setting; /config import reads the file back.",
        "This server has decided on {n} settings; /config import reads the file back.",
        len(rules.model_fields_set),
    )
    without = _("Accounts and blocked people are not in it.")
    file = discord.File(io.BytesIO(written(rules, guild_id)), NAME)
    await tell(interaction, f"{said} {without}", [file])


async def import_(interaction: Interaction, file: discord.Attachment, dry_run: bool) -> None:
    """Make this server's settings what a file says, or only say what that would change."""
    guild_id = _guild_of(interaction)
    if not 0 < file.size <= _MOST_BYTES:
        raise InvalidRequestError(
            N_("The file is empty or larger than {most} KiB. Import one of /config export."),
            most=_MOST_BYTES // 1024,
        )

    async def work() -> None:
        values = read(await _bytes_of(interaction, file))
        studio: Studio = interaction.client
        async with studio.gate.servers.turn(guild_id):
            said = await _imported(interaction, guild_id, values, dry_run)
        await tell(interaction, said)

    await hand_over(interaction, work)


def _guild_of(interaction: Interaction) -> int:
    person = person_of(interaction)
    policy.check_admin(person)
    return person.guild_id or 0


async def _bytes_of(interaction: Interaction, file: discord.Attachment) -> bytes:
    upload = Upload(attachment_id=file.id, url=file.url, filename=file.filename, size=file.size)
    return b"".join([chunk async for chunk in read_file(interaction.client.http, upload)])


async def _imported(
    interaction: Interaction, guild_id: int, values: Mapping[str, Any], dry_run: bool
) -> str:
    """Change what the file has otherwise; what there is to say about that."""
    studio: Studio = interaction.client
    guild = studio.get_guild(guild_id)
    if guild is None or guild.unavailable:
        raise InvalidRequestError(N_("The bot has just started; try again in a moment."))
    wanted, before = checked(values), await studio.gate.servers.rules(guild_id)
    _check_there(wanted, guild)
    changed = [name for name in values if wanted.value(name) != before.value(name)]
    if not changed:
        return _("This server's settings are as the file has them already; nothing changes.")
    if dry_run:
        head = _("Nothing is changed yet. Without the dry run, this file changes:")
    else:
        await studio.gate.servers.change(
            guild_id, interaction.user.id, {name: values[name] for name in changed}
        )
        head = _("The file is imported. It has changed:")
    default = _("Settings that are not in the file have their default.")
    lines = [_line(name, before, wanted) for name in changed]
    return "\n".join([f"**{head}**", *_fitting(lines), f"-# {default}"])


def _check_there(rules: Rules, guild: discord.Guild) -> None:
    """InvalidRequestError names the roles and channels that a server does not have."""
    missing = [
        f"{setting_name(name)}: `{role}`"
        for name, roles in _roles_of(rules).items()
        for role in sorted(roles)
        if guild.get_role(role) is None
    ]
    missing += [
        f"{setting_name(name)}: `{channel}`"
        for name, channels in _channels_of(rules).items()
        for channel in sorted(channels)
        if guild.get_channel_or_thread(channel) is None
    ]
    if missing:
        raise InvalidRequestError(
            N_(
                "Nothing is imported: this server does not have these roles or channels. Correct "
                "them in the file, or remove them. {missing}"
            ),
            missing=_some(missing, _MOST_NAMED),
        )
    for name in ("results_channel", "log_channel"):
        number = getattr(rules, name)
        if number and not isinstance(guild.get_channel(number), discord.TextChannel):
            raise fault_at(name, N_("This is not a text channel; use the id of one."))
        if number and (lacks := lacking(guild, name, number)):
            raise InvalidRequestError(
                N_("The bot could not post in {channel}: it lacks {permissions} there."),
                channel=f"<#{number}>",
                permissions=lacks,
            )


def _roles_of(rules: Rules) -> Mapping[str, Collection[int]]:
    return {
        "roles": frozenset[int]().union(*rules.roles.values()),
        "quotas": rules.quotas.roles,
        "buttons": rules.buttons.roles,
    }


def _channels_of(rules: Rules) -> Mapping[str, Collection[int]]:
    single = {name: getattr(rules, name) for name in ("results_channel", "log_channel")}
    return {
        "channels": rules.channels.allowed | rules.channels.denied,
        **{name: {number} for name, number in single.items() if number},
    }


def _line(name: str, before: Rules, after: Rules) -> str:
    was, will = items(name, before), items(name, after)
    if name in _LISTS:
        said = _some(differing(was, will)) or _("the same, written otherwise")
    else:
        nothing = _("none")
        said = f"{_some(was) or nothing} → {_some(will) or nothing}"
    if name not in after.model_fields_set:
        said = _("{value} (the default)", value=said)
    return f"- **{setting_name(name)}**: {said}"


def _some(pieces: Sequence[str], most: int = _MOST_PIECES) -> str:
    """The first few pieces, and how many more there are."""
    shown = ", ".join(pieces[:most])
    if len(pieces) > most:
        return _("{pieces} and {n} more", pieces=shown, n=len(pieces) - most)
    return shown


def _fitting(lines: Sequence[str]) -> Iterator[str]:
    """The lines that there is room for, and how many there are beside them."""
    room = _ROOM
    for at, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield "- " + plural("{n} more setting", "{n} more settings", len(lines) - at)
            return
        yield line
