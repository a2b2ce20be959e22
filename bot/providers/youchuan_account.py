"""What Youchuan's account endpoints say, read from bodies whose shapes no manual publishes.

Pure: JSON in, plain values out. Nothing here raises, whatever was sent.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any, TypeVar

from bot.providers.base import clean, identifier, number
from bot.providers.facts import facts as facts
from bot.providers.facts import fold, moment

_T = TypeVar("_T")

_MOST_ENTRIES = 500  # the largest page the manual allows
_MOST_IMAGES = 100
_DEEPEST = 4  # levels of nesting
_DEAREST = 10**12  # fen; anything above is no price
_CHINA = timezone(timedelta(hours=8))
_YEARS = range(1971, 2200)  # the years 1 and 1970 stand for "never"

_ARRAYS = ("list", "items", "data", "costs", "records", "moodboards")
_TOTALS = ("total", "totalcount", "count")
_FEES = ("feecost", "totalfeecost", "totalfee", "totalcost", "cost", "fee", "amount", "total")
_TIMES = ("costat", "createdat", "createat", "createtime", "timestamp", "time", "date", "at")
_PERIODS = ("month", "yearmonth", "billmonth", "period", "billingcycle", "cycle", "date")
_STARTS = ("startat", "startdate", "starttime", "start", "since", "from", "beginat", "begin")
_ENDS = ("endat", "enddate", "endtime", "end", "to", "until")
_IMAGES = ("images", "imageurls", "imagelist", "urls", "pictures", "image", "coverurl", "cover")
_URLS = ("url", "imageurl", "src")

_HTTPS = re.compile(r"https://\S{1,2000}", re.IGNORECASE)
_REST = "(?:balance|remain(?:s|ing|der)?|left|available)"
_FEN_LEFT = re.compile(f"(?:account|total)?(?:fee{_REST}|{_REST}fee|{_REST}(?:in)?(?:fen|cents?))")
_LEFT = re.compile("(?:account|available|remaining|total|current)?balance(?:amount)?")
_YUAN = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,4}")
_YEAR_MONTH = re.compile(r"((?:19|20)[0-9]{2})[-/]?(0[1-9]|1[0-2])")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A page of entries, and how many there are on all pages where that was said."""

    entries: tuple[Mapping[str, Any], ...] = ()
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What one job cost; `at` in milliseconds. None is what was not understood."""

    at: int | None = None
    fen: int | None = None
    job_id: str = ""
    fast: int | None = None
    relax: int | None = None


@dataclass(frozen=True, kw_only=True)
class Days:
    """What was charged per day, earliest first; `unknown` charges lacked their day or sum."""

    fen: Mapping[date, int]
    unknown: int = 0

    def series(self, most: int = 92) -> tuple[tuple[date, int], ...]:
        """The last `most` days up to the latest charge, those without any as 0."""
        if not self.fen:
            return ()
        last = max(self.fen)
        first = max(min(self.fen), last - timedelta(days=most - 1))
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple((day, self.fen.get(day, 0)) for day in days)


@dataclass(frozen=True, kw_only=True)
class Month:
    """A billing period: ``2026-10`` or as it was given; `rest` is what else was said, as facts."""

    label: str
    fen: int | None = None
    rest: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Board:
    """A moodboard; `id` is empty where none was understood."""

    id: str = ""
    name: str = ""
    description: str = ""
    images: tuple[str, ...] = ()


def listing(data: Any) -> Listing:
    """The entries of an answer that is an array, or holds one, also inside its ``data``."""
    levels = [level for level in (data, _inner(data, "data")) if isinstance(level, Mapping)]
    array = data if isinstance(data, list) else _array(levels)
    totals = (_first(_fields(level), _TOTALS, number) for level in levels)
    return Listing(
        entries=tuple(
            entry if isinstance(entry, Mapping) else {"value": entry}
            for entry in array[:_MOST_ENTRIES]
        ),
        total=next((total for total in totals if total is not None and total >= 0), None),
    )


def charges(page: Listing) -> tuple[Charge, ...]:
    """The cost records, one for each entry, however its fields are written."""
    return tuple(map(_charge, page.entries))


def per_day(records: Sequence[Charge], tz: tzinfo = UTC) -> Days:
    """The sums by the day they fell on in the zone `tz`."""
    fen: dict[date, int] = {}
    unknown = 0
    for record in sorted(records, key=lambda record: record.at or 0):
        if record.at is None or record.fen is None:
            unknown += 1
        else:
            day = datetime.fromtimestamp(record.at / 1000, tz).date()
            fen[day] = fen.get(day, 0) + record.fen
    return Days(fen=fen, unknown=unknown)


def months(page: Listing) -> tuple[Month, ...]:
    """The billing periods, in the order they were sent."""
    return tuple(map(_month, page.entries))


def board_id(data: Any) -> str:
    """The id of the moodboard an answer describes; empty when there is none."""
    for level in (data, _inner(data, "data"), _inner(data, "moodboard")):
        if isinstance(level, Mapping):
            fields = _fields(level)
            found = identifier(fields.get("id")) or identifier(fields.get("moodboardid"))
            if found:
                return found
    return ""


def boards(page: Listing) -> tuple[Board, ...]:
    """The moodboards that have at least an id or a name."""
    return tuple(board for board in map(_board, page.entries) if board.id or board.name)


def balance(data: Any) -> int | None:
    """The fen that a description of the account says are left; None where it does not say so.

    Of several the largest, so that nobody is alarmed for nothing.
    """
    found = [
        left for name, value in _named_values(data) if (left := _left(name, value)) is not None
    ]
    return max(found, default=None)


def _named_values(data: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every named value; not those of lists, which may be earlier plans."""
    if isinstance(data, Mapping) and depth < _DEEPEST:
        for name, value in data.items():
            yield fold(name), value
            yield from _named_values(value, depth + 1)


def _left(name: str, value: Any) -> int | None:
    if _FEN_LEFT.fullmatch(name):
        return _fen(value)
    # Its unit is not said, but what has a point in it is no fen.
    text = str(value).strip() if isinstance(value, str | float) else ""
    if _LEFT.fullmatch(name) and _YUAN.fullmatch(text):
        return _fen(round(float(text) * 100))
    return None


def _inner(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, Mapping) else None


def _array(levels: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    for level in levels:
        for name in _ARRAYS:
            value = level.get(name)
            if isinstance(value, list):
                return value
    # An unforeseen name: the only array of objects there can hardly be anything else.
    lists = [value for level in levels for value in level.values() if isinstance(value, list)]
    objects = [value for value in lists if value and all(isinstance(x, Mapping) for x in value)]
    return objects[0] if len(objects) == 1 else ()


def _pairs(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields with those of a nested ``cost``, which the entry's own overrule."""
    cost = entry.get("cost")
    if isinstance(cost, Mapping):
        yield from cost.items()
    for name, value in entry.items():
        if value is not None and not (name == "cost" and isinstance(cost, Mapping)):
            yield name, value


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {fold(name): value for name, value in _pairs(entry)}


def _first(
    fields: Mapping[str, Any], names: Sequence[str], read: Callable[[Any], _T | None]
) -> _T | None:
    readings = (read(fields.get(name)) for name in names)
    return next((reading for reading in readings if reading is not None), None)


def _charge(entry: Mapping[str, Any]) -> Charge:
    fields = _fields(entry)
    return Charge(
        at=_first(fields, _TIMES, _epoch),
        fen=_first(fields, _FEES, _fen),
        job_id=identifier(fields.get("jobid")) or identifier(fields.get("id")),
        fast=_first(fields, ("fastcost", "fast"), number),
        relax=_first(fields, ("relaxcost", "relax"), number),
    )


def _fen(value: Any) -> int | None:
    fen = number(value)
    return fen if fen is not None and abs(fen) <= _DEAREST else None


def _epoch(value: Any) -> int | None:
    at = moment(value)
    if at is None or at.year not in _YEARS:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _month(entry: Mapping[str, Any]) -> Month:
    fields = _fields(entry)
    label, used = _period(fields)
    paid = next((name for name in _FEES if _fen(fields.get(name)) is not None), "")
    told = {*used, paid}
    rest = {name: value for name, value in _pairs(entry) if fold(name) not in told}
    return Month(label=label or "—", fen=_fen(fields.get(paid)), rest=facts(rest))


def _period(fields: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """A period's label, and the names of the fields that gave it."""
    year, month = number(fields.get("year")), number(fields.get("month"))
    if year in _YEARS and month in range(1, 13):
        return f"{year}-{month:02}", ("year", "month")
    for name in _PERIODS:
        value = fields.get(name)
        label = _span(_fields(value)) if isinstance(value, Mapping) else _named(value)
        if label:
            return label, (name,)
    label = _span(fields)
    return label, (*_STARTS, *_ENDS) if label else ()


def _named(value: Any) -> str:
    """A period's own name; a first day stands for its month."""
    whole = number(value)
    text = clean(value, 40) or ("" if whole is None else str(whole))
    month, day = _YEAR_MONTH.fullmatch(text), _day(value)
    if month:
        return f"{month[1]}-{month[2]}"
    if day:
        return day.strftime("%Y-%m") if day.day == 1 else str(day)
    return text


def _span(fields: Mapping[str, Any]) -> str:
    first, last = _first(fields, _STARTS, _day), _first(fields, _ENDS, _day)
    if first is None:
        return ""
    if first.day == 1 and (last is None or 27 <= (last - first).days <= 31):
        return first.strftime("%Y-%m")
    return str(first) if last is None else f"{first} – {last}"


def _day(value: Any) -> date | None:
    """The day of an instant: China's when a day begins or ends there, else as it was written."""
    at = moment(value)
    if at is None or at.year not in _YEARS:
        return None
    there = at.astimezone(_CHINA) if at.tzinfo else at
    return (there if (there.hour, there.minute) in {(0, 0), (23, 59)} else at).date()


def _board(entry: Mapping[str, Any]) -> Board:
    fields = _fields(entry)
    return Board(
        id=board_id(entry) or identifier(entry.get("value")),
        name=clean(fields.get("name")) or clean(fields.get("title")),
        description=clean(fields.get("description") or fields.get("desc"), 1000),
        images=_first(fields, _IMAGES, lambda value: _addresses(value) or None) or (),
    )


def _addresses(value: Any) -> tuple[str, ...]:
    found = map(_address, value[:_MOST_IMAGES] if isinstance(value, list) else [value])
    return tuple(filter(None, found))


def _address(value: Any) -> str:
    if isinstance(value, Mapping):
        value = _first(_fields(value), _URLS, lambda url: url if isinstance(url, str) else None)
    fits = isinstance(value, str) and value.isprintable() and _HTTPS.fullmatch(value)
    return str(value) if fits else ""
