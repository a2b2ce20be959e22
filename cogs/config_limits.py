"""``/config quota``: the limits of everyone, of a role or a person, as admins type and read them.

Which of them holds for somebody is decided in `policy`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import discord

from bot import policy
from bot.errors import InvalidRequestError
from bot.policy import Person
from bot.rules import Limits, Quotas, Rules
from bot.text import N_, _, plural
from cogs.config_changes import decide_among, guild_of, servers_of
from cogs.config_names import roles_named
from cogs.errors import tell
from cogs.replies import Interaction
from cogs.words import harmless, money

if TYPE_CHECKING:
    from cogs.bot import Studio

Somebody = discord.Member | discord.User
Limit = int | Literal["unlimited"] | None

SETTING_OF = {
    "jobs_per_day": "JOBS_PER_DAY",
    "running": "JOBS_AT_ONCE",
    "money_per_month": "MONEY_PER_MONTH",
}
_MOST = 1_000_000
_UNLIMITED = frozenset({"unlimited", "no limit", "∞", "无限", "無限", "无限制", "不限"})
_UNSAID = frozenset({"-", "–", "—", "none"})
_AMOUNT = re.compile(r"¥?\s*([0-9]{1,7})(?:\.([0-9]{1,2}))?\s*(?:元|块|yuan|cny|rmb)?")


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose limits are meant: a role's, a person's, or everyone's where neither is given."""

    role: discord.Role | None = None
    person: Somebody | None = None

    @classmethod
    def of_options(cls, role: discord.Role | None, person: Somebody | None) -> Self:
        """Whose limits somebody means who gives these; InvalidRequestError for both, and bots."""
        if role is not None and person is not None:
            raise InvalidRequestError(N_("Give a role or a person, not both."))
        if person is not None and person.bot:
            raise InvalidRequestError(N_("Bots order nothing here; they need no limits."))
        return cls(role=None if role is None or role.is_default() else role, person=person)

    @property
    def name(self) -> str:
        """What they are called in a sentence."""
        return self.person.mention if self.person else self.role.mention if self.role else ""

    @property
    def rights(self) -> frozenset[int]:
        """The roles whose limits count for them."""
        if self.role:
            return frozenset({self.role.id})
        # What the library resolves from its cache is not there yet right after a start.
        return frozenset(getattr(self.person, "_roles", ()))

    def of(self, quotas: Quotas) -> Limits:
        """Their own limits."""
        if self.person:
            return quotas.people.get(self.person.id, Limits())
        return quotas.roles.get(self.role.id, Limits()) if self.role else quotas.everyone

    def put(self, quotas: Quotas, limits: Limits) -> Quotas:
        """The quotas with these limits of theirs; limits that say nothing are left out."""
        if self.person:
            return quotas.model_copy(
                update={"people": _with(quotas.people, self.person.id, limits)}
            )
        if self.role:
            return quotas.model_copy(update={"roles": _with(quotas.roles, self.role.id, limits)})
        return quotas.model_copy(update={"everyone": limits})


async def set_quota(
    interaction: Interaction, whose: Whose, typed: Mapping[str, str], *, clear: bool
) -> None:
    """Set the limits that were typed, or clear all; without either, only say what holds."""
    said = {name: limit_of(name, text) for name, text in typed.items()}
    if clear and said:
        raise InvalidRequestError(N_("Give limits, or clear them; not both at once."))
    gone, guild_id = "", guild_of(interaction)

    def wanted(rules: Rules) -> Quotas:
        quotas = rules.quotas if whose.name else _folded(rules.quotas, guild_id)
        if clear:
            return _cleared(whose, quotas)
        return whose.put(quotas, whose.of(quotas).model_copy(update=said))

    if clear or said:
        rules, gone = await decide_among(interaction, "quotas", wanted)
    else:
        rules = await servers_of(interaction).rules(guild_id)
    studio: Studio = interaction.client
    lines = [f"- {line}" for line in held(interaction.guild, whose, rules, studio.gate.usual)]
    await tell(interaction, "\n".join((_head(whose), *lines, _explained(whose), gone)).rstrip())


def limit_of(name: str, typed: str) -> Limit:
    """What was typed as a limit, money in fen; InvalidRequestError for nonsense."""
    text = " ".join(unicodedata.normalize("NFKC", typed).casefold().split())
    if text in _UNLIMITED:
        return "unlimited"
    if text in _UNSAID:
        return None
    if name == "money_per_month":
        return _fen(text, typed)
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) > _MOST:
        raise InvalidRequestError(
            N_(
                "“{text}” is no number of jobs. Write a whole number such as 20 ({most} at most), "
                "“unlimited” for no limit, or “-” to leave this limit undecided here."
            ),
            most=_MOST,
            text=harmless(typed, 40),
        )
    return int(text)


def worded(name: str, limit: Limit) -> str:
    """A limit in words."""
    is_number = isinstance(limit, int)
    if name == "jobs_per_day":
        if not is_number:
            return _("any number of jobs a day")
        return plural("{n} job a day", "{n} jobs a day", int(limit or 0))
    if name == "running":
        if not is_number:
            return _("any number of jobs at once")
        return plural("{n} job at once", "{n} jobs at once", int(limit or 0))
    if not is_number:
        return _("any amount of money a month")
    return _("{amount} a month", amount=money(int(limit or 0)))


def own(limits: Limits) -> str:
    """What these limits say themselves, in one line."""
    said = limits.model_dump(exclude_none=True)
    return ", ".join(worded(name, limit) for name, limit in said.items())


def held(guild: discord.Guild | None, whose: Whose, rules: Rules, usual: Limits) -> list[str]:
    """The three limits that hold for somebody, each with where it comes from."""
    user_id, guild_id = whose.person.id if whose.person else 0, guild.id if guild else None
    person = Person(user_id=user_id, guild_id=guild_id, role_ids=whose.rights)
    limits = policy.limits_for(person, rules.quotas, usual)
    lines = []
    for name in Limits.model_fields:
        limit = getattr(limits, name)
        source = _source(guild, name, limit, person, rules.quotas)
        lines.append(f"{worded(name, limit)} · *{source}*")
    return lines


def _source(
    guild: discord.Guild | None, name: str, limit: Limit, person: Person, quotas: Quotas
) -> str:
    """Who says this limit; the environment if nobody of the server does."""
    if limit is None:
        return _("default")
    if getattr(quotas.people.get(person.user_id, Limits()), name) == limit:
        return _("this person's own")
    for role in sorted(person.roles & quotas.roles.keys()):
        if getattr(quotas.roles[role], name) == limit:
            return _("by the role {role}", role=roles_named(guild, [role])[0])
    if getattr(quotas.everyone, name) == limit:
        return _("for everyone on this server")
    return _("environment: {setting}", setting=SETTING_OF[name])


def _fen(text: str, typed: str) -> int:
    match = _AMOUNT.fullmatch(text)
    yuan = int(match[1]) if match else _MOST + 1
    if match is None or yuan > _MOST:
        raise InvalidRequestError(
            N_(
                "“{text}” is no amount of money. Write yuan such as 50 or 12.50 ({most} at most), "
                "“unlimited” for no limit, or “-” to leave this limit undecided here."
            ),
            most=_MOST,
            text=harmless(typed, 40),
        )
    return yuan * 100 + int((match[2] or "").ljust(2, "0"))


def _cleared(whose: Whose, quotas: Quotas) -> Quotas:
    if whose.of(quotas) == Limits():
        raise InvalidRequestError(N_("There are no limits of their own to clear."))
    return whose.put(quotas, Limits())


def _folded(quotas: Quotas, guild_id: int) -> Quotas:
    """With limits of the role that everyone has as everyone's: a file may bring the former."""
    limits = quotas.roles.get(guild_id, Limits()).over(quotas.everyone)
    return quotas.model_copy(
        update={"everyone": limits, "roles": _with(quotas.roles, guild_id, Limits())}
    )


def _with(limits: Mapping[int, Limits], number: int, wanted: Limits) -> dict[int, Limits]:
    others = {each: limit for each, limit in limits.items() if each != number}
    return others if wanted == Limits() else {**others, number: wanted}


def _head(whose: Whose) -> str:
    if whose.name:
        return _("What holds for {who} on this server:", who=whose.name)
    return _("What holds for each person on this server:")


def _explained(whose: Whose) -> str:
    if whose.person:
        return _("A person's own limits count before those of roles and of everyone.")
    if whose.role:
        return _(
            "Of several roles the most generous one counts, for each limit by itself; a person's "
            "own limits count before."
        )
    return _("Limits of roles count before these, and a person's own before those.")
