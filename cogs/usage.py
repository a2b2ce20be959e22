"""``/config usage``: what a server has used, as a page, a chart by day, and a file for sums."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord

from bot import policy
from bot.errors import InvalidRequestError, MediaError
from bot.media import charts
from bot.media.assets import new_token
from bot.operations import Catalog
from bot.policy import Windows
from bot.providers.models import model
from bot.text import _, plural
from cogs.errors import DISCORD_FAULTS, tell
from cogs.layout_parts import alt_text, view
from cogs.replies import Interaction, hand_over, person_of
from cogs.words import money, trimmed
from storage.ledger import Sum

if TYPE_CHECKING:
    from cogs.bot import Studio

_CHART = "chart.png"
_DAY_MS = 86_400_000
_MOST_PEOPLE, _MOST_MODELS = 10, 15
_MOST_NAMED, _AT_ONCE = 500, 100  # people whose names are asked for, and in one go
_NAME_SECONDS, _SEND_SECONDS = 4.0, 30.0
_COLUMNS = (
    "day",
    "person_id",
    "person",
    "model",
    "jobs",
    "refunded",
    "yuan",
    "unknown_price",
    "lost",
)
_FORMULA = frozenset("=+-@＝＋－＠")


@dataclass(frozen=True, kw_only=True)
class Total:
    """What rows of the ledger come to; `fen` is without the `unknown` jobs.

    `lost` was charged for what was `refunded`.
    """

    jobs: int = 0
    refunded: int = 0
    fen: int = 0
    unknown: int = 0
    lost: int = 0

    @classmethod
    def of(cls, sums: Iterable[Sum]) -> "Total":
        """All of them together."""
        return next(iter(totals(sums, lambda _each: None).values()), cls())

    @property
    def said(self) -> str:
        """Jobs and money in words; a price that nobody knows is never ¥0."""
        jobs = plural("{n} job", "{n} jobs", self.jobs)
        known = money(self.fen) if self.fen or not self.unknown else ""
        unknown = (
            plural("{n} of unknown price", "{n} of unknown price", self.unknown)
            if self.unknown
            else ""
        )
        return " · ".join((jobs, " + ".join(filter(None, (known, unknown)))))


def totals(sums: Iterable[Sum], key: Callable[[Sum], Any]) -> dict[Any, Total]:
    """What those come to that have the same key."""
    found = dict[Any, list[int]]()
    for each in sums:
        numbers = found.setdefault(key(each), [0] * 5)
        numbers[0] += each.jobs
        numbers[1] += each.refunded
        numbers[2] += each.fen
        numbers[3] += each.unknown
        numbers[4] += each.lost
    return {
        name: Total(jobs=jobs, refunded=refunded, fen=fen, unknown=unknown, lost=lost)
        for name, (jobs, refunded, fen, unknown, lost) in found.items()
    }


@dataclass(frozen=True, kw_only=True)
class Used:
    """What a server has used: `sums` of the days from `first` to `today`, and of two spans.

    Days count from the epoch (UTC).
    """

    sums: Sequence[Sum]
    first: int
    today: int
    of_today: Total
    of_month: Total

    @classmethod
    def of(cls, sums: Sequence[Sum], windows: Windows, days: int) -> "Used":
        """That of the last `days`; `sums` go back as far, and to the month's first day."""
        today, month = windows.day // _DAY_MS, windows.month // _DAY_MS
        first = today - days + 1
        return cls(
            sums=[each for each in sums if each.day >= first],
            first=first,
            today=today,
            of_today=Total.of([each for each in sums if each.day == today]),
            of_month=Total.of([each for each in sums if each.day >= month]),
        )

    @property
    def days(self) -> int:
        return self.today - self.first + 1

    def people(self) -> list[tuple[int, Total]]:
        """Who used how much, those who spent or else made most first."""
        return _most_first(totals(self.sums, lambda each: each.user_id))

    def models(self, labels: Mapping[str, str]) -> list[tuple[str, Total]]:
        """How much was used of what, the most first; `labels` are what people call it."""
        return _most_first(totals(self.sums, lambda each: labels[each.model]))

    def bars(self) -> tuple[str, list[tuple[str, float]]]:
        """A unit, and every day's amount of it: yuan where any price is known, else jobs."""
        days = totals(self.sums, lambda each: each.day)
        has_money = any(total.fen for total in days.values())
        span = [(day, days.get(day, Total())) for day in range(self.first, self.today + 1)]
        values = [(_date(day), total.fen / 100 if has_money else total.jobs) for day, total in span]
        return "¥" if has_money else "", values


async def show_usage(interaction: Interaction, days: int) -> None:
    """Show an admin privately what their server has used in these last days, today included."""
    policy.check_admin(person_of(interaction))
    await hand_over(interaction, lambda: _show(interaction, days))


async def _show(interaction: Interaction, days: int) -> None:
    studio: Studio = interaction.client
    now = studio.now()
    windows = Windows.at(now)
    since = min(windows.day - (days - 1) * _DAY_MS, windows.month)
    sums = await studio.ledger.sums(interaction.guild_id, since=since, before=now + 1)
    used = await asyncio.to_thread(Used.of, sums, windows, days)
    if not used.sums:
        nothing = plural(
            "Nobody has ordered anything on this server today; try /imagine.",
            "Nobody has ordered anything on this server in the last {n} days; try /imagine.",
            days,
        )
        await tell(interaction, nothing)
        return
    labels = labels_of(used.sums, studio.engine.catalog)
    people = await asyncio.to_thread(used.people)
    names = await _names(interaction.guild, [person for person, _total in people])
    text, data = await asyncio.to_thread(
        lambda: (page(used, labels), table(used.sums, names, labels))
    )
    async with _files(studio, used, data, interaction.filesize_limit) as (files, chart):
        view = _view(text, files, chart)
        async with asyncio.timeout(_SEND_SECONDS):
            await interaction.followup.send(view=view, files=files, ephemeral=True)


def page(used: Used, labels: Mapping[str, str]) -> str:
    """The words of the page; `labels` are what people call each model."""
    total = Total.of(used.sums)
    people = used.people()
    models = used.models(labels)
    back = plural("{n} job was given back.", "{n} jobs were given back.", total.refunded)
    if total.lost:
        back += " " + _("{cost} was charged for them all the same.", cost=money(total.lost))
    head = plural(
        "Used on this server today",
        "Used on this server in the last {n} days",
        used.days,
    )
    return "\n".join(
        (
            f"### {head}",
            f"**{total.said}**",
            *([back] if total.refunded else []),
            _("Today (UTC): {total}", total=used.of_today.said),
            _("This month (UTC): {total}", total=used.of_month.said),
            "**" + _("By person") + "**",
            *(
                f"{n}. <@{who}> · {each.said}"
                for n, (who, each) in enumerate(people[:_MOST_PEOPLE], 1)
            ),
            *_more(len(people) - _MOST_PEOPLE),
            # A list is only over after an empty line.
            "\n**" + _("By model") + "**",
            *(f"- {trimmed(name, 80)} · {each.said}" for name, each in models[:_MOST_MODELS]),
            *_more(len(models) - _MOST_MODELS),
        )
    )


def _more(count: int) -> list[str]:
    more = plural("… and {n} more in the file.", "… and {n} more in the file.", count)
    return [f"-# {more}"] if count > 0 else []


def labels_of(sums: Iterable[Sum], catalog: Catalog) -> dict[str, str]:
    """What people call each of the models and operations that the ledger knows by their names."""
    return {name: _label(name, catalog) for name in {each.model for each in sums}}


def _label(name: str, catalog: Catalog) -> str:
    with suppress(InvalidRequestError):
        return model(name).label
    operation = catalog.get(name)
    return _(operation.summary) if operation else name


def table(sums: Sequence[Sum], names: Mapping[int, str], labels: Mapping[str, str]) -> bytes:
    """A line for each day, person and model, as CSV that a spreadsheet reads as UTF-8."""
    models = {name: defused(label) for name, label in labels.items()}
    called = {user_id: defused(name) for user_id, name in names.items()}
    days = {each.day: _date(each.day) for each in sums}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(
        (
            days[each.day],
            each.user_id,
            called.get(each.user_id, ""),
            models[each.model],
            each.jobs,
            each.refunded,
            f"{each.fen / 100:.2f}",
            each.unknown,
            f"{each.lost / 100:.2f}",
        )
        for each in sums
    )
    return text.getvalue().encode("utf-8-sig")


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line[:1] in _FORMULA else line


async def _names(guild: discord.Guild | None, people: Sequence[int]) -> Mapping[int, str]:
    """What people are called here, as far as Discord says it at once."""
    names = dict[int, str]()
    if guild is None:
        return names
    with suppress(RuntimeError, *DISCORD_FAULTS):
        async with asyncio.timeout(_NAME_SECONDS):
            for start in range(0, min(len(people), _MOST_NAMED), _AT_ONCE):
                some = list(people[start : start + _AT_ONCE])
                found = await guild.query_members(user_ids=some, limit=_AT_ONCE, cache=False)
                names |= {member.id: member.display_name for member in found}
    return names


@asynccontextmanager
async def _files(
    studio: "Studio", used: Used, data: bytes, limit: int
) -> AsyncIterator[tuple[list[discord.File], str]]:
    """The table and the chart, as far as there are any, and what the chart shows in words."""
    path = studio.keeper.files.temporary / f"chart-{new_token()}.png"
    files, told = list[discord.File](), ""
    if len(data) <= limit:
        name = f"usage-{_date(used.first)}-{_date(used.today)}.csv"
        files.append(discord.File(io.BytesIO(data), name))
    unit, bars = await asyncio.to_thread(used.bars)
    title = _("Cost per day (UTC)") if unit else _("Jobs per day (UTC)")
    try:
        with suppress(MediaError):
            if any(value for _label, value in bars):
                await studio.keeper.pool.run(_draw, tuple(bars), path, title, unit)
                files.append(discord.File(path, _CHART))
                amounts = ", ".join(f"{day} {unit}{value:g}" for day, value in bars if value)
                told = alt_text(title, amounts)
        yield files, told
    finally:
        for file in files:
            file.close()
        path.unlink(missing_ok=True)


def _draw(bars: Sequence[tuple[str, float]], path: Any, title: str, unit: str) -> None:
    charts.bars(bars, path, title=title, unit=unit)


def _view(text: str, files: Sequence[discord.File], chart: str) -> discord.ui.LayoutView:
    items: list[discord.ui.Item[Any]] = [discord.ui.TextDisplay(text)]
    for file in files:
        if file.filename == _CHART:
            picture = discord.MediaGalleryItem(f"attachment://{_CHART}", description=chart)
            items.append(discord.ui.MediaGallery(picture))
        else:
            items.append(discord.ui.File(f"attachment://{file.filename}"))
    if all(file.filename == _CHART for file in files):
        note = _("The table is too large to be attached; choose fewer days.")
        items.append(discord.ui.TextDisplay(f"-# {note}"))
    return view(*items)


def _most_first(found: Mapping[Any, Total]) -> list[tuple[Any, Total]]:
    return sorted(found.items(), key=lambda item: (-item[1].fen, -item[1].jobs, item[0]))


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
