"""What the emulator's account says: its plan, and what its jobs have cost. Pure.

No manual publishes the shapes of these answers; those here are plausible ones.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.providers.youchuan_calls import Costs, Paged
from bot.sandbox.envelopes import RefusedError, Work, stamp, youchuan_cost

_BALANCE = 500_000  # fen
_FAST = 10_000  # jobs of the plainest kind
_AT_ONCE = 960
_PLAN_DAYS = 365


def subscription(works: Sequence[Work], now: int) -> dict[str, Any]:
    """The plan, and what these jobs have left of it."""
    costs = [youchuan_cost(work) for work in works]
    begun = min((work.created for work in works), default=now)
    ends = datetime.fromtimestamp(begun / 1000, UTC) + timedelta(days=_PLAN_DAYS)
    return {
        "plan": "sandbox",
        "feeBalance": max(0, _BALANCE - sum(cost["feeCost"] for cost in costs)),
        "fastRemaining": max(0, _FAST - sum(cost["fastCost"] for cost in costs)),
        "maxConcurrent": _AT_ONCE,
        "startAt": stamp(begun),
        "expireAt": stamp(int(ends.timestamp() * 1000)),
    }


def costs(works: Sequence[Work], asked: Costs) -> dict[str, Any]:
    """What each of these jobs has cost; RefusedError for a moment that cannot be read."""
    since, to = _moment(asked.since), _moment(asked.to)
    found = [
        youchuan_cost(work)
        for work in works
        if (since is None or work.created >= since) and (to is None or work.created <= to)
    ]
    return page(found, asked)


def months(works: Sequence[Work], asked: Paged) -> dict[str, Any]:
    """What each month has cost, in the order of the jobs."""
    found: dict[str, dict[str, Any]] = {}
    for work in works:
        cost = youchuan_cost(work)
        name = cost["costAt"][:7]
        month = found.setdefault(name, {"month": name, "feeCost": 0, "fastCost": 0, "jobs": 0})
        month["feeCost"] += cost["feeCost"]
        month["fastCost"] += cost["fastCost"]
        month["jobs"] += 1
    return page(list(found.values()), asked)


def page(entries: Sequence[Any], asked: Paged) -> dict[str, Any]:
    """The entries of the page that is asked for, and how many there are in all."""
    first = (asked.page_no - 1) * asked.page_size
    return {"list": list(entries[first : first + asked.page_size]), "total": len(entries)}


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError("Invalid_Argument") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
