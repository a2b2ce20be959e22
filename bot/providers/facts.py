"""Any JSON as pairs of label and words for people, for answers whose shape no manual publishes.

Pure, and nothing here raises, whatever was sent.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from bot.providers.base import clean, number
from bot.text import _, clip

_DEEPEST = 6  # levels of nesting
_MOST_WORDS = 9  # of a list of plain values
_NOTHING, _MASK, _CUT = "—", "•••", "…"
_ENVELOPE = frozenset({"code", "message", "msg", "reason", "success", "requestid", "data"})
_ISO = re.compile(r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}([T ][0-9:.,+Z -]{4,30})?")
_SEAM = re.compile(r"[_\-.\s]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SECRET = re.compile("secret|token|passw|pwd|credential|authorization|signature|key$|密钥|密码")
_TIMELY = frozenset({"at", "time", "date", "since", "until", "expire", "expires", "start", "end"})
_UNCOUNTED = frozenset({"id", "ids", "no", "year", "month", "day", "code", "phone", "mobile"})


def facts(data: Any, most: int = 20) -> tuple[tuple[str, str], ...]:
    """Anything as at most `most` pairs of label and words, both one line and not escaped.

    Times with a zone become Discord's timestamps; what looks like a secret is masked.
    """
    payload = _payload(data)
    if payload is None or payload == {} or payload == []:
        return ()
    rows = list(islice(_flat(payload, ()), most + 1))
    if len(rows) > most:
        rows[most - 1 :] = [(_CUT, _("and more"))]
    return tuple(rows)


def fold(name: Any) -> str:
    """A field's name without case and punctuation: `feeCost` and `fee_cost` are the same."""
    return "".join(filter(str.isalnum, str(name).lower()))


def moment(value: Any) -> datetime | None:
    """An instant written as ISO 8601 or as an epoch; without a zone where none was given."""
    if isinstance(value, Mapping):  # protobuf's Timestamp
        value = value.get("seconds")
    epoch = number(value)
    if epoch is not None:
        seconds = epoch / 1000 if epoch >= 10**11 else epoch
        return datetime.fromtimestamp(seconds, UTC) if 10**9 <= seconds < 5 * 10**9 else None
    if isinstance(value, str) and _ISO.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value.replace("/", "-").replace(" +", "+"))
    return None


def _payload(data: Any) -> Any:
    """What an envelope holds, where there is one."""
    if isinstance(data, Mapping) and data.get("data") and set(map(fold, data)) <= _ENVELOPE:
        return data["data"]
    return data


def _flat(value: Any, path: tuple[str, ...], name: str = "") -> Iterator[tuple[str, str]]:
    nested = isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value)
    if isinstance(value, Mapping) and value and len(path) < _DEEPEST:
        for key, inner in value.items():
            label = (*path, _words(key))
            if _secret(key):
                yield _label(label), _MASK
            else:
                yield from _flat(inner, label, key)
    elif nested and len(path) < _DEEPEST:
        for place, inner in enumerate(value, 1):
            yield from _flat(inner, (*path, str(place)), name)
    else:
        yield _label(path) or _("Value"), _said(value, name)


def _secret(name: Any) -> bool:
    words = {part.lower() for part in _parts(name)}
    return bool(words & {"key", "keys"} or _SECRET.search(fold(name)))


def _label(path: Sequence[str]) -> str:
    return clip(" · ".join(path), 100)


def _parts(name: Any) -> list[str]:
    return [part for part in _SEAM.split(clean(str(name), 60)) if part]


def _words(name: Any) -> str:
    text = " ".join(part if part.isupper() else part.lower() for part in _parts(name))
    return text[:1].upper() + text[1:] or _NOTHING


def _said(value: Any, name: str) -> str:
    last = _parts(name)[-1].lower() if _parts(name) else ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        few = [] if any(isinstance(one, list | Mapping) for one in value) else value[:_MOST_WORDS]
        words = [_said(one, name) for one in few]
        rest = [_CUT] if len(value) > len(few) else []
        return clip(", ".join([*words, *rest]), 1000) or _NOTHING
    if isinstance(value, str | int | float):
        return _timestamp(value, last) or _plain(value, last)
    return _CUT if value else _NOTHING


def _timestamp(value: str | int | float, last: str) -> str:
    """Discord's form of a time; empty for what is none, or what has no zone."""
    dated = isinstance(value, str) and _ISO.fullmatch(value)
    found = moment(value) if dated or last in _TIMELY else None
    if found is None or found.tzinfo is None:
        return ""
    # The years 1 and 1970 stand for "never".
    return f"<t:{int(found.timestamp())}:f>" if found.year > 1970 else _NOTHING


def _plain(value: str | int | float, last: str) -> str:
    if isinstance(value, str):
        return clean(value) or _NOTHING
    if isinstance(value, float):
        if not math.isfinite(value):
            return _NOTHING
        return f"{value:,.4f}".rstrip("0").rstrip(".") if 1e-3 < abs(value) < 1e15 else f"{value:g}"
    if value.bit_length() > 256:  # Python refuses to print far longer ones
        return _CUT
    return str(value) if last in _UNCOUNTED or abs(value) >= 10**15 else f"{value:,}"
