"""What stands in the wrapper's answers, whose shapes its manual shows only in part. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import category

from bot.errors import ProtocolError
from bot.providers.base import clean, number
from bot.providers.places import MOST_MEDIA, NO_ADDRESS, address
from bot.providers.wanxiang_reasons import hole
from bot.text import clip
from bot.wire import Media, Response

MOST_TEXT = 400_000  # characters of an answer; a longer one ends with an ellipsis there
# Words of a code or a message that say no more than that all is well.
FINE = frozenset({"", "ok", "success", "succeeded", "成功", "操作成功", "请求成功"})
_MARKUP = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)
# The manual's own sample of a failed job lacks two commas, so fields are also found in pieces.
_FIELD = re.compile(r'"(task_id|task_status|code|message|request_id)"\s*:\s*("(?:[^"\\]|\\.)*")')
_LONGEST_PIECES = 100_000
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What alone is nothing to read: joiners, spaces, marks on nothing, letters that are left blank.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# What turns lines around, and halves of characters that no encoding takes.
_HARMFUL = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def payload(response: Response) -> Any:
    """What an answer holds: JSON, the pieces of broken JSON, or else plain text as a string.

    ProtocolError when it is neither, such as a web page or nothing at all.
    """
    try:
        return response.json()
    except ProtocolError:
        text = response.body.decode("utf-8", "replace").strip()
        if text.startswith(("{", "[")):
            pieces = _pieces(text[:_LONGEST_PIECES])
            if pieces:
                return pieces
        elif text and not _MARKUP.match(text):
            return text
        raise


def _pieces(text: str) -> dict[str, str]:
    found = dict[str, str]()
    for name, value in _FIELD.findall(text):
        try:
            found.setdefault(name, json.loads(value))
        except ValueError:  # a line break, or an escape that JSON does not know
            found.setdefault(name, value.strip('"'))
    return found


def job_of(data: Any) -> Mapping[str, Any]:
    """The object that describes a job; empty when there is none."""
    inner = _field(data, "data")
    for held in (_field(data, "output"), _field(inner, "output"), inner, data):
        if isinstance(held, Mapping) and ("task_id" in held or "task_status" in held):
            return held
    return {}


def text_of(data: Any) -> str:
    """What Tongyi answered, from the first field that says something; empty when none does."""
    return next(filter(None, map(tidy, _texts(data))), "")


def _texts(data: Any) -> Iterator[Any]:
    output, inner = _field(data, "output"), _field(data, "data")
    yield _field(output, "text")
    yield _content(output)
    yield _content(data)
    yield inner
    yield _field(inner, "text")
    yield _field(_field(inner, "output"), "text")
    for name in ("text", "content", "result", "answer"):
        yield _field(data, name)
    message = _field(data, "message")
    yield None if clean(message).lower() in FINE else message
    yield data


def _content(data: Any) -> Any:
    """The words of the first choice, which come whole or in parts."""
    choices = _field(data, "choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    content = _field(_field(first, "message"), "content")
    if isinstance(content, list):
        parts = (_field(part, "text") if isinstance(part, Mapping) else part for part in content)
        return "".join(part for part in parts if isinstance(part, str))
    return content


def tidy(value: Any) -> str:
    """A long text with its lines and indents, without what no message should hold."""
    if not isinstance(value, str):
        return ""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub(" ", _HARMFUL.sub("", text)).strip("\n ")
    return clip(text, MOST_TEXT) if any(map(_is_seen, text)) else ""


def is_cut(text: str) -> bool:
    """Whether a `tidy` text is only the beginning of what was sent."""
    return len(text) == MOST_TEXT and text.endswith("…")


def _is_seen(char: str) -> bool:
    return category(char) not in _UNSEEN and char not in _FILLERS


def progress_of(job: Mapping[str, Any]) -> float | None:
    """The share of the pictures that are done or given up; None where it does not tell."""
    counts = job.get("task_metrics")
    if not isinstance(counts, Mapping):
        return None
    total = number(counts.get("TOTAL"))
    if not total or total < 0:
        return None
    done = sum(max(0, number(counts.get(name)) or 0) for name in ("SUCCEEDED", "FAILED"))
    return min(1.0, done / total)


def places_of(job: Mapping[str, Any]) -> list[Any]:
    """What was sent for each picture, in their order."""
    sent = job.get("results")
    return sent[:MOST_MEDIA] if isinstance(sent, list) else []


def media_of(place: Any) -> Media:
    """A picture, or why there is none at its place."""
    url = _field(place, "url") if isinstance(place, Mapping) else place
    if found := address(url):
        return Media(url=found)
    code, said = complaint(place)
    if code or said:
        return Media(removed=hole(code, said), said=said or code)
    return Media(removed=NO_ADDRESS)


def is_refusal(data: Any) -> bool:
    """Whether an answer says outright that it is none."""
    said = _field(data, "success")
    return said is False or clean(said).lower() == "false"


def complaint(data: Any) -> tuple[str, str]:
    """The code and the words of what went wrong; both empty where nothing is said to have."""
    return clean(_field(data, "code")), clean(_field(data, "message"))


def _field(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, Mapping) else None
