"""Days as people write them, and as the provider wants them."""

import re
from datetime import UTC, date, datetime, time, timedelta

from bot.errors import InvalidRequestError
from bot.text import N_

_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


def moment_of(text: str, today: date, *, end: bool) -> str:
    """The beginning or the `end` of a day, or a moment given exactly, as ``…T00:00:00Z``.

    Without a year it is the last such day before `today`, today included. InvalidRequestError
    when it is none.
    """
    match = _DAY.fullmatch(_COMPACT.sub(r"\1-\2-\3", text.strip()))
    try:
        if match is None:
            exact = datetime.fromisoformat(text.strip())
            return _written(exact if exact.tzinfo else exact.replace(tzinfo=UTC))
        day = date(int(match[1] or today.year), int(match[2]), int(match[3]))
        if match[1] is None and day > today:
            day = day.replace(year=day.year - 1)
    except (ValueError, OverflowError):
        raise InvalidRequestError(
            N_("“{value}” is no day; write it such as 2026-10-01."), value=text[:40]
        ) from None
    first = datetime.combine(day, time(), UTC)
    return _written(first + timedelta(days=1, seconds=-1) if end else first)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
