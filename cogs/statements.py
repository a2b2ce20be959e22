"""What the provider said about the account, as a message: its plan, charges and months.

Pure: payloads in, words, bars and a layout out. Nothing here asks anybody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.providers import youchuan_account as account
from bot.text import _, plural
from cogs.layout_parts import alt_text, view
from cogs.words import harmless, jump_link, money
from storage.models import Job

PAGE_SIZE = 100
CHART = "chart.png"
_MOST_ROWS, _MOST_DAYS, _MOST_MONTHS = 15, 7, 24
_MOST_TEXT, _MOST_BODY = 3900, 2800  # characters; a message takes 4000 in all
_NOTHING = "—"
_TIMESTAMP = re.compile(r"<t:\d+:\w>")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Lines to read, and what is drawn beside them: amounts in yuan by label."""

    lines: Sequence[str]
    bars: Sequence[tuple[str, float]] = ()
    title: str = ""


def plan(data: Any) -> Statement:
    """Whatever was said about the account, line by line."""
    said = _facts(account.facts(data))
    return Statement(lines=said or [_("Midjourney said nothing about the account.")])


def costs(
    data: Any, charges: Sequence[account.Charge], ours: Mapping[str, Job], number: int
) -> Statement:
    """A page of charges, the newest first, and their sums by day; `ours` by the provider's id."""
    page = account.listing(data)
    if not page.entries:
        return _empty(data, page, number, _("Nothing was charged in that time."))
    pairs = sorted(
        zip(charges, page.entries, strict=True), key=lambda pair: pair[0].at or 0, reverse=True
    )
    rows = _fitting([_row(charge, entry, ours) for charge, entry in pairs][:_MOST_ROWS])
    if len(rows) < len(pairs):
        rows.append(_("… and {count} more on this page.", count=len(pairs) - len(rows)))
    days = account.per_day(charges)
    return Statement(
        lines=[*_sums(days), *rows, *_unknown(days.unknown), *_paging(page, number)],
        bars=[(day.isoformat(), fen / 100) for day, fen in days.series()],
        title=_("Cost per day (UTC)"),
    )


def months(data: Any, number: int) -> Statement:
    """The billing periods as they came, and their bars from the earliest on."""
    page = account.listing(data)
    if not page.entries:
        return _empty(data, page, number, _("No month was charged yet."))
    found = account.months(page)
    shown = _fitting([_month(month) for month in found][:_MOST_MONTHS])
    if len(shown) < len(found):
        shown.append(_("… and {count} more on this page.", count=len(found) - len(shown)))
    bars = [(month.label, month.fen / 100) for month in found if month.fen is not None]
    return Statement(
        lines=[*shown, *_unknown(len(found) - len(bars)), *_paging(page, number)],
        bars=sorted(bars),
        title=_("Cost per month"),
    )


def statement_layout(statement: Statement, *, chart: bool) -> discord.ui.LayoutView:
    """The message; with a `chart` the file `CHART` is attached to it."""
    text = "\n".join(_fitting(statement.lines, _MOST_TEXT))
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(text)]
    if chart:
        amounts = ", ".join(f"{label} ¥{yuan:.2f}" for label, yuan in statement.bars if yuan)
        drawn = discord.MediaGalleryItem(
            f"attachment://{CHART}", description=alt_text(statement.title, amounts)
        )
        items.append(discord.ui.MediaGallery(drawn))
    return view(*items)


def _empty(data: Any, page: account.Listing, number: int, nothing: str) -> Statement:
    """What is said where no entry was found: generically, unless it says that there is none."""
    said: Sequence[tuple[str, str]] = ()
    if page.total and number > 1:
        nothing = _("There is no page {number}.", number=number)
    elif page.total != 0:
        said = [(label, value) for label, value in account.facts(data) if value != _NOTHING]
    lines = _facts(said)
    if lines:
        lines.insert(0, _("Midjourney answered in a way that this version does not know:"))
    return Statement(lines=[*(lines or [nothing]), *_paging(page, number)])


def _facts(told: Sequence[tuple[str, str]]) -> list[str]:
    return [f"**{harmless(label, 80)}:** {_value(value)}" for label, value in told]


def _value(value: str) -> str:
    # Moments are Discord's own markup already.
    return value if _TIMESTAMP.fullmatch(value) else harmless(value, 200)


def _row(charge: account.Charge, entry: Mapping[str, Any], ours: Mapping[str, Job]) -> str:
    if charge.at is None and charge.fen is None and not charge.job_id:
        return _aside(account.facts(entry, most=4)) or _NOTHING
    when = f"<t:{charge.at // 1000}:f>" if charge.at is not None else _NOTHING
    parts = [when, money(charge.fen), f"`{charge.job_id}`" if charge.job_id else ""]
    job = ours.get(charge.job_id)
    if job:
        link = jump_link(job)
        parts.append(f"[{job.id}]({link})" if link else job.id)
    return " · ".join(filter(None, parts))


def _month(month: account.Month) -> str:
    told = [f"**{harmless(month.label, 40)}** {money(month.fen)}", _aside(month.rest[:4])]
    return " · ".join(filter(None, told))


def _aside(told: Sequence[tuple[str, str]]) -> str:
    return " · ".join(f"{harmless(label, 30)}: {_value(value)}" for label, value in told)


def _sums(days: account.Days) -> list[str]:
    if not days.fen:
        return []
    total = _("In all on this page: {sum}", sum=money(sum(days.fen.values())))
    newest = sorted(days.fen.items(), reverse=True)[:_MOST_DAYS]
    return [f"**{total}**", "-# " + " · ".join(f"{day} {money(fen)}" for day, fen in newest)]


def _unknown(count: int) -> list[str]:
    said = plural("{n} without a readable day or sum.", "{n} without a readable day or sum.", count)
    return [said] if count else []


def _paging(page: account.Listing, number: int) -> list[str]:
    if page.total is not None:
        last = max(1, -(-page.total // PAGE_SIZE))
        return ["-# " + _("Page {page} of {pages}", page=number, pages=last)]
    if number > 1 or len(page.entries) >= PAGE_SIZE:
        return ["-# " + _("Page {page}", page=number)]
    return []


def _fitting(lines: Sequence[str], most: int = _MOST_BODY) -> list[str]:
    """As many whole lines from the first on as `most` characters hold."""
    kept, room = list[str](), most
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept
