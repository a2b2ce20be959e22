"""What a person has used and what is left of their limits, line by line. Pure text."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.policy import Person, Windows
from bot.rules import Limits, Quotas
from bot.text import N_, _, plural
from cogs.words import harmless, money
from storage.records import Standing, Usage

_Limit = int | Literal["unlimited"] | None

_FAILED = N_("the provider did not deliver")
_UNFIT = N_("what was asked for could not be drawn")
_NO_ACCOUNT = N_("the account at the provider could not be used")
_REASONS = {
    "canceled": N_("canceled"),
    "moderation": N_("refused by moderation"),
    **dict.fromkeys(("rejected", "invalid", "invalidrequest", "badmedia", "notallowed"), _UNFIT),
    **dict.fromkeys(("auth", "credit", "gone"), _NO_ACCOUNT),
}


@dataclass(frozen=True, kw_only=True)
class Share:
    """One limit: what is used of it, where it comes from, and when it begins anew."""

    title: str
    used: str
    most: str = ""
    left: str = ""
    source: str = ""
    again: int | None = None

    @property
    def line(self) -> str:
        """All that in a line."""
        amount = {"used": self.used, "most": self.most, "left": self.left}
        if not self.most:
            said = _("{used}; no limit", used=self.used)
        elif self.again is None:
            said = _("{used} of {most}, {left} left", **amount)
        else:
            when = f"<t:{self.again // 1000}:R>"
            said = _("{used} of {most}, {left} left; resets {when}", when=when, **amount)
        return " · ".join(filter(None, (f"**{self.title}:** {said}", self.source)))


def shares(
    person: Person, quotas: Quotas, limits: Limits, used: Usage, windows: Windows
) -> list[str]:
    """A line for each of the three limits that hold for somebody, and what no sum contains."""
    spent = money(used.fen) if used.fen or not used.unknown else _("an unknown amount")
    jobs, running, most = limits.jobs_per_day, limits.running, limits.money_per_month
    lines = [
        Share(
            title=_("Jobs today"),
            used=str(used.jobs),
            most=str(jobs) if isinstance(jobs, int) else "",
            left=str(max(0, jobs - used.jobs)) if isinstance(jobs, int) else "",
            source=source("jobs_per_day", jobs, person, quotas),
            again=windows.next_day,
        ),
        Share(
            title=_("Jobs under way"),
            used=str(used.running),
            most=str(running) if isinstance(running, int) else "",
            left=str(max(0, running - used.running)) if isinstance(running, int) else "",
            source=source("running", running, person, quotas),
        ),
        Share(
            title=_("Money this month"),
            used=spent,
            most=money(most) if isinstance(most, int) else "",
            left=money(max(0, most - used.fen)) if isinstance(most, int) else "",
            source=source("money_per_month", most, person, quotas),
            again=windows.next_month,
        ),
    ]
    unknown = plural(
        "The price of {n} job of this month is unknown and not included.",
        "The prices of {n} jobs of this month are unknown and not included.",
        used.unknown,
    )
    return [*(share.line for share in lines), *([unknown] if used.unknown else [])]


def source(name: str, limit: _Limit, person: Person, quotas: Quotas) -> str:
    """Where one of somebody's limits comes from; empty where nobody has decided on any."""
    if limit is None:
        return ""
    if getattr(quotas.people.get(person.user_id, Limits()), name) == limit:
        return _("set for you")
    roles = sorted(person.roles & quotas.roles.keys())
    roles = [role for role in roles if getattr(quotas.roles[role], name) == limit]
    if roles and person.guild_id not in roles:
        return _("set for {role}", role=f"<@&{roles[0]}>")
    if roles or getattr(quotas.everyone, name) == limit:
        return _("set for everyone on this server")
    return _("this bot's usual limit")


def blocked(standing: Standing) -> list[str]:
    """That somebody is blocked, and why; nothing where they are not."""
    if standing.blocked_at is None:
        return []
    if not standing.block_reason:
        return ["🚫 " + _("You are blocked here. Ask an admin of this server.")]
    reason = harmless(standing.block_reason, 200)
    return [
        "🚫 " + _("You are blocked here: {reason}. Ask an admin of this server.", reason=reason)
    ]


def counted(standing: Standing, windows: Windows) -> list[str]:
    """That an admin had somebody's usage begin anew, where that makes a difference."""
    if standing.counted_from <= windows.month:
        return []
    since = f"<t:{standing.counted_from // 1000}:f>"
    return [_("An admin has reset your usage: only what came after {since} counts.", since=since)]


def given_back(refunds: Mapping[str, int]) -> list[str]:
    """How many of the month's jobs cost nothing after all, and why; `refunds` by reason."""
    by_words = Counter[str]()
    for reason, count in refunds.items():
        by_words[_(_REASONS.get(reason, _FAILED))] += count
    if not by_words:
        return []
    jobs = plural("{n} job", "{n} jobs", by_words.total())
    reasons = ", ".join(f"{n} × {words}" for words, n in by_words.most_common())
    return ["**" + _("Given back this month") + f":** {jobs} ({reasons})"]
