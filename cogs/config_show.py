"""``/config show``: every setting on one page, each value with where it comes from.

Pure text but for what is read of the server; what does not fit is counted.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.accounts import ENVIRONMENT
from bot.operations import Catalog
from bot.providers import PROVIDERS
from bot.rules import Limits, Rules
from bot.text import _, plural
from cogs.chronicle import GROUPS
from cogs.config_banned import shown
from cogs.config_changes import guild_of
from cogs.config_limits import Whose, held, own
from cogs.config_names import AGES, LABELS, LANGUAGES, channels_named, listed, roles_named
from cogs.config_posting import lacking
from cogs.config_roles import pressers
from cogs.config_services import drawing
from cogs.errors import ANSWER_SECONDS
from cogs.layout_parts import view
from cogs.replies import Interaction
from cogs.words import harmless

if TYPE_CHECKING:
    from cogs.bot import Studio

_MOST_TEXT = 3900  # characters; a message takes 4000 in all
_ROOMS = (700, 400, 250, 150, 80, 30)  # characters of each list, the first that fits


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page is made of; `payers` say of each provider who pays and whether it is on."""

    guild: discord.Guild | None
    rules: Rules
    usual: Limits
    catalog: Catalog
    payers: Sequence[str]
    blocked: Sequence[int]
    public_url: str

    def sections(self, room: int) -> list[str]:
        """The page, each of its lists in so many characters."""
        parts = (self._head(), self._services(), self._people(room), self._limits(room))
        return ["\n".join(part) for part in (*parts, self._words(room), self._posting())]

    def _head(self) -> list[str]:
        lines = ["### " + _("Settings of this server")]
        if not self.public_url:
            hint = _(
                "PUBLIC_URL is not set: jobs are polled, and what needs an address of this bot "
                "does not work."
            )
            lines.append(f"-# {hint}")
        return lines

    def _services(self) -> list[str]:
        model = self._line(drawing(self.rules, self.catalog), "model")
        return ["**" + _("Services") + "**", *self.payers, model]

    def _people(self, room: int) -> list[str]:
        rules = self.rules
        lines = ["**" + _("Who and where") + "**", *self._channels(room)]
        for group, name in GROUPS.items():
            roles = listed(roles_named(self.guild, rules.roles.get(group, ())), room)
            who = _("only {roles}", roles=roles) if roles else _("everyone")
            source = _("this server") if roles else _("default")
            commands = _("Commands of “{group}”", group=_(name))
            lines.append(f"{commands}: {who} · *{source}*")
        lines.append(self._line(_(AGES[rules.age_restricted]), "age_restricted"))
        lines.append(self._line(pressers(self.guild, rules.buttons, room), "buttons"))
        blocked = listed([f"<@{person}>" for person in self.blocked], room)
        return [*lines, _("Blocked: {people}", people=blocked or _("nobody"))]

    def _channels(self, room: int) -> list[str]:
        allowed, denied = (
            listed(channels_named(self.guild, channels), room)
            for channels in (self.rules.channels.allowed, self.rules.channels.denied)
        )
        lines = [_("Commands work in: {channels}", channels=allowed or _("every channel"))]
        if denied:
            lines.append(_("Never in: {channels}", channels=denied))
        lines[-1] += f" · *{self._source('channels')}*"
        return lines

    def _limits(self, room: int) -> list[str]:
        quotas = self.rules.quotas
        lines = ["**" + _("Limits of each person") + "**"]
        lines += held(self.guild, Whose(), self.rules, self.usual)
        people = [f"<@{person}>" for person in sorted(quotas.people)]
        for title, names, limits in (
            (_("Roles"), roles_named(self.guild, quotas.roles), _own(quotas.roles)),
            (_("People"), people, _own(quotas.people)),
        ):
            if names:
                said = [f"{name} {each}" for name, each in zip(names, limits, strict=True)]
                lines.append(f"{title}: {listed(said, room, '; ')} · *{self._source('quotas')}*")
        return lines

    def _words(self, room: int) -> list[str]:
        words = [f"“{harmless(shown(word), 100)}”" for word in self.rules.words]
        counted = plural("{n} word", "{n} words", len(words)) if words else _("none")
        line = self._line("**" + _("Banned words") + f"**: {counted}", "words")
        return [line, listed(words, room)] if words else [line]

    def _posting(self) -> list[str]:
        rules = self.rules
        results, log = (self._channel(name) for name in ("results_channel", "log_channel"))
        return [
            "**" + _("What is posted") + "**",
            self._line(
                _("Results: {channel}", channel=results or _("where they were asked for")),
                "results_channel",
            ),
            self._line(_("Log: {channel}", channel=log or _("no channel")), "log_channel"),
            self._line(_(LANGUAGES[rules.language]), "language"),
            self._line(_(LABELS[rules.ai_label]), "ai_label"),
        ]

    def _channel(self, name: str) -> str:
        """A channel that is posted in, and what the bot lacks for that."""
        number = getattr(self.rules, name)
        if not number:
            return ""
        (channel,) = channels_named(self.guild, [number])
        if self.guild and (lacks := lacking(self.guild, name, number)):
            warning = _("the bot cannot post there: it lacks {permissions}", permissions=lacks)
            return f"{channel} ⚠️ {warning}"
        return channel

    def _line(self, text: str, name: str) -> str:
        return f"{text} · *{self._source(name)}*"

    def _source(self, name: str) -> str:
        return _("this server") if name in self.rules.model_fields_set else _("default")


async def show_page(interaction: Interaction) -> None:
    """Show the page privately."""
    studio: Studio = interaction.client
    guild_id, gate = guild_of(interaction), studio.gate
    rules = await gate.servers.rules(guild_id)
    page = Page(
        guild=interaction.guild,
        rules=rules,
        usual=gate.usual,
        catalog=await studio.engine.catalog_at(guild_id),
        payers=[_payer(studio, guild_id, each.name, each.title, rules) for each in PROVIDERS],
        blocked=await gate.servers.members.blocked(guild_id),
        public_url=studio.public_url,
    )
    async with asyncio.timeout(ANSWER_SECONDS):
        await interaction.response.send_message(view=page_layout(page), ephemeral=True)


def page_layout(page: Page) -> discord.ui.LayoutView:
    """The page as a message, with as much of its lists as fits."""
    fitting = (page.sections(room) for room in _ROOMS)
    sections = next(
        (each for each in fitting if sum(map(len, each)) <= _MOST_TEXT), page.sections(0)
    )
    return view(*(discord.ui.TextDisplay[Any](section) for section in sections))


def _own(limits: Mapping[int, Limits]) -> list[str]:
    return [own(limits[number]) for number in sorted(limits)]


def _payer(studio: "Studio", guild_id: int, provider: str, title: str, rules: Rules) -> str:
    accounts = studio.gate.accounts
    row = accounts.own(guild_id).get(provider)
    is_off = provider in rules.providers_off
    state = _("off") if is_off else _("on")
    if row is not None:
        since, by = f"<t:{row.created_at // 1000}:d>", f"<@{row.created_by}>"
        who = _("this server's own account pays, since {since} by {person}", since=since, person=by)
        if (provider, row.id) not in accounts:
            state = _("off") if is_off else _("out of order")
            who = _("this server's own account cannot be read: enter it again by /config account")
        source = _("this server")
        return f"{title}: {state}, {who} · *{source}*"
    if (provider, ENVIRONMENT) in accounts:
        who = _("the bot's own account pays")
        source = _("this server") if is_off else _("environment")
        return f"{title}: {state}, {who} · *{source}*"
    state = _("off, and not set up") if is_off else _("not set up")
    source = _("this server") if is_off else _("default")
    return f"{title}: {state} · *{source}*"
