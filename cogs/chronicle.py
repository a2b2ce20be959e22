"""What a log channel reads: one line for each change, and one for each job that has ended.

Pure text for the current reader; what people have written in it is made harmless.
"""

from collections.abc import Iterator, Sequence

from bot.errors import InvalidRequestError
from bot.operations import Catalog, Group
from bot.providers.models import model
from bot.rules import UNLIMITED, AgePolicy, Limits, Pressers, Rules
from bot.text import N_, _, clip
from cogs.words import harmless, jump_link, model_of, money, service_of, summary_of, why, words_of
from storage.models import Job
from storage.records import Change, Entry, Money

_MOST_ITEMS = 4  # of what a setting has gained or lost
_LONGEST_PROMPT, _LONGEST_REASON, _LONGEST_FAILURE = 80, 100, 160
_SETTINGS = {
    "providers_off": N_("services turned off"),
    "model": N_("default model"),
    "channels": N_("channels"),
    "roles": N_("roles"),
    "quotas": N_("limits"),
    "words": N_("banned words"),
    "age_restricted": N_("age-restricted channels"),
    "buttons": N_("who may press buttons"),
    "results_channel": N_("results channel"),
    "log_channel": N_("log channel"),
    "language": N_("language"),
    "ai_label": N_("AI label"),
}
GROUPS = {
    Group.GENERATE: N_("drawing"),
    Group.VIDEO: N_("videos"),
    Group.TOOLS: N_("tools"),
    Group.CHAT: N_("chat"),
    Group.ACCOUNT: N_("account"),
}
_LIMITS = {
    "jobs_per_day": N_("jobs a day"),
    "running": N_("jobs at once"),
    "money_per_month": N_("money a month"),
}
_AGES = {
    AgePolicy.ANYWHERE: N_("like any other"),
    AgePolicy.ONLY: N_("commands only there"),
    AgePolicy.NEVER: N_("no commands there"),
    AgePolicy.RELAXED: N_("banned words allowed there"),
}
_PRESSERS = {
    Pressers.EVERYONE: N_("everyone"),
    Pressers.OWNER: N_("the person who started it"),
    Pressers.ROLES: N_("some roles"),
}
_LANGUAGES = {"auto": N_("Auto"), "en-US": "English", "zh-CN": "中文"}
_DEEDS = {
    "block": N_("{who} blocked {person}"),
    "unblock": N_("{who} unblocked {person}"),
    "reset": N_("{who} reset the usage of {person}"),
    "account": N_("{who} connected this server's own {service} account"),
    "account_removed": N_("{who} removed this server's own {service} account"),
}


def told(change: Change) -> str:
    """What somebody changed, in one line without a full stop."""
    who = f"<@{change.user_id}>"
    if change.action == "setting":
        return _setting(change, who)
    if change.action == "block" and change.after:
        reason = harmless(str(change.after), _LONGEST_REASON)
        return _(
            "{who} blocked {person}: {reason}",
            who=who,
            person=f"<@{change.subject}>",
            reason=reason,
        )
    if change.action == "account" and change.before:
        return _(
            "{who} replaced this server's own {service} account",
            who=who,
            service=service_of(change.subject),
        )
    deed = _DEEDS.get(change.action)
    if deed is None:
        # A change that an earlier or a later version has noted.
        return f"{who}: {harmless(f'{change.action} {change.subject}', _LONGEST_REASON)}"
    return _(deed, who=who, person=f"<@{change.subject}>", service=service_of(change.subject))


def setting_name(name: str) -> str:
    """What people call a setting."""
    return _(_SETTINGS[name]) if name in _SETTINGS else harmless(name, _LONGEST_REASON)


def items(name: str, rules: Rules) -> list[str]:
    """What a setting says, piece by piece; empty where it says nothing."""
    return list(_items(name, rules))


def ran(entry: Entry, job: Job | None, catalog: Catalog) -> str:
    """Who ran what, with which model, and what it cost or why it was given back, in one line."""
    parts = [f"{_sign(entry)} <@{entry.user_id}>", _model(entry, job), _money(entry, job)]
    if job is None:
        parts.append(f"`{entry.operation}`")
    else:
        words = harmless(words_of(job, catalog), _LONGEST_PROMPT)
        parts.append(f"“{words}”" if words else summary_of(job, catalog).rstrip("."))
        if link := jump_link(job):
            parts.append("[" + _("result") + f"]({link})")
    return " · ".join(parts)


def differing(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """What a list has gained, then what it has lost."""
    was, is_now = frozenset(before), frozenset(after)
    gained = [f"+ {item}" for item in after if item not in was]
    return [*gained, *(f"− {item}" for item in before if item not in is_now)]


def _setting(change: Change, who: str) -> str:
    name = change.subject
    before, after = (_of(name, value) for value in (change.before, change.after))
    setting = f"**{setting_name(name)}**"
    if name in ("channels", "roles", "quotas", "words", "providers_off"):
        difference = differing(before, after) or [_("the same, written otherwise")]
        return _(
            "{who} changed {setting}: {difference}",
            who=who,
            setting=setting,
            difference=_some(difference),
        )
    now = _some(after)
    if change.after is None:
        now = _("{value} (the default)", value=now)
    return _(
        "{who} set {setting} from {before} to {after}",
        who=who,
        setting=setting,
        before=_some(before),
        after=now,
    )


def _of(name: str, value: object) -> Sequence[str]:
    return items(name, Rules.of({name: value} if value is not None else {}))


def _some(pieces: Sequence[str]) -> str:
    """The first few pieces, and how many more there are."""
    shown = ", ".join(pieces[:_MOST_ITEMS])
    if len(pieces) > _MOST_ITEMS:
        return _("{pieces} and {n} more", pieces=shown, n=len(pieces) - _MOST_ITEMS)
    return shown or _("none")


def _items(name: str, rules: Rules) -> Iterator[str]:
    match name:
        case "providers_off":
            yield from map(service_of, sorted(rules.providers_off))
        case "model":
            yield _labelled(rules.model)
        case "channels":
            for channel in sorted(rules.channels.allowed):
                yield _("allowed {channel}", channel=f"<#{channel}>")
            for channel in sorted(rules.channels.denied):
                yield _("denied {channel}", channel=f"<#{channel}>")
        case "roles":
            for group, roles in rules.roles.items():
                for role in sorted(roles):
                    yield _("{group} for {who}", group=_(GROUPS[group]), who=f"<@&{role}>")
        case "quotas":
            yield from _limits(_("everyone"), rules.quotas.everyone)
            for role, limits in rules.quotas.roles.items():
                yield from _limits(f"<@&{role}>", limits)
            for person, limits in rules.quotas.people.items():
                yield from _limits(f"<@{person}>", limits)
        case "words":
            for word in rules.words:
                pattern = f"“{harmless(word.pattern, _LONGEST_REASON)}”"
                new = word.replacement
                yield pattern if new is None else f"{pattern} → “{harmless(new, 40)}”"
        case "buttons":
            yield _(_PRESSERS[rules.buttons.who])
            yield from (f"<@&{role}>" for role in sorted(rules.buttons.roles))
        case _:
            yield from _single(name, rules)


def _single(name: str, rules: Rules) -> Iterator[str]:
    """What a setting of one value says."""
    match name:
        case "age_restricted":
            yield _(_AGES[rules.age_restricted])
        case "language":
            yield _(_LANGUAGES[rules.language])
        case "ai_label":
            yield _("on") if rules.ai_label else _("off")
        case "results_channel" | "log_channel":
            if channel := getattr(rules, name):
                yield f"<#{channel}>"


def _limits(who: str, limits: Limits) -> Iterator[str]:
    for name, limit in limits.model_dump(exclude_none=True).items():
        amount = str(limit)
        if limit == UNLIMITED:
            amount = _("unlimited")
        elif name == "money_per_month":
            amount = money(limit)
        yield _("{who}: {amount} {what}", who=who, amount=amount, what=_(_LIMITS[name]))


def _labelled(key: str) -> str:
    if key == "auto":
        return _("Auto")
    try:
        return model(key).label
    except InvalidRequestError:
        return harmless(key, _LONGEST_REASON)


def _sign(entry: Entry) -> str:
    if entry.state is Money.CHARGED:
        return "✅"
    if entry.state is Money.RESERVED:
        return "❔"
    return "🚫" if entry.reason == "canceled" else "❌"


def _model(entry: Entry, job: Job | None) -> str:
    if job is not None:
        return model_of(job)
    return _labelled(entry.model) if entry.model else service_of(entry.provider)


def _money(entry: Entry, job: Job | None) -> str:
    if entry.state is Money.CHARGED:
        return _("price unknown") if entry.settled is None else money(entry.settled)
    reason = _reason(entry, job)
    if entry.state is Money.REFUNDED and entry.settled == 0:
        return _("nothing charged: {reason}", reason=reason)
    if entry.state is Money.REFUNDED:
        return _(
            "{cost} charged although it failed: {reason}", cost=money(entry.settled), reason=reason
        )
    return _("{cost} may be charged: {reason}", cost=money(entry.reserved), reason=reason)


def _reason(entry: Entry, job: Job | None) -> str:
    if entry.reason == "canceled":
        return _("canceled")
    if job is None or not job.failure_text:
        return _("failed ({reason})", reason=entry.reason)
    return clip(why(job), _LONGEST_FAILURE).rstrip(".")
