"""The file that a server's settings are exported to and imported from: its form, pure.

What a file says is checked as a whole, also what no type can say of it; whether a server has the
roles and channels in it, `config_files` looks up. What is quoted from a file is made harmless.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unicodedata import category

from bot.banned import check_pattern
from bot.errors import InvalidRequestError, UserError
from bot.providers import PROVIDERS
from bot.providers.models import model
from bot.rules import LONGEST_WORD, MOST_WORDS, Rules
from bot.servers import checked
from bot.text import N_, _, explain
from cogs.models import AUTO
from cogs.words import harmless

_FORMAT = 1
_PARTS = frozenset({"format", "server", "settings"})
_LONGEST_NAME, _LONGEST_FAULT = 60, 200  # characters; escaping may double them


def written(rules: Rules, guild_id: int) -> bytes:
    """The file of a server's rules: the same bytes for the same rules."""
    settings = {name: rules.value(name) for name in rules.model_fields_set}
    document = {"format": _FORMAT, "server": str(guild_id), "settings": settings}
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def read(data: bytes) -> dict[str, Any]:
    """Every setting by its name, as a row keeps it; None where the file does not say it.

    InvalidRequestError names the place that does not do.
    """
    settings = _settings(_document(data))
    settings = {**settings, "words": _words(settings.get("words"))}
    with _named("words"):
        rules = checked(settings)
    for provider in sorted(rules.providers_off - {each.name for each in PROVIDERS}):
        raise fault_at("providers_off", N_("There is no service “{name}”."), name=provider)
    if rules.model != AUTO:
        with _named("model"):
            model(rules.model)
    return {name: rules.value(name) for name in Rules.model_fields}


def fault_at(place: str, message: str, **values: object) -> InvalidRequestError:
    """What is wrong with a place of the file; the place and the values are anybody's words."""
    shown = {name: harmless(str(value), _LONGEST_NAME) for name, value in values.items()}
    return _at(place, _(message, **shown))


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(data, object_pairs_hook=_object)
        # What is no text in any encoding could neither be kept nor be shown.
        json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise InvalidRequestError(
            N_("The file is not valid JSON: line {line}, column {column}."),
            line=error.lineno,
            column=error.colno,
        ) from None
    except (ValueError, RecursionError):
        raise InvalidRequestError(
            N_("The file is not valid JSON. Import one that /config export has made.")
        ) from None
    if not isinstance(document, dict):
        raise InvalidRequestError(
            N_("The file holds no settings. Import one that /config export has made.")
        )
    return document


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict[str, Any]()
    for name, value in pairs:
        name.encode()  # a ValueError for what is no text: such a name cannot be quoted below
        if name in found:
            raise fault_at(name, N_("It stands twice in one place; remove one of them."))
        found[name] = value
    return found


def _settings(document: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = document.get("format")
    if type(kind) is not int or kind != _FORMAT:
        raise fault_at(
            "format", N_("It must be {format}: this version reads no other."), format=_FORMAT
        )
    for name in sorted(document.keys() - _PARTS):
        raise fault_at(name, N_("There is no such part of the file; remove it."))
    settings = document.get("settings")
    if not isinstance(settings, dict):
        raise fault_at("settings", N_("It must hold settings by their names."))
    for name in sorted(settings.keys() - Rules.model_fields.keys()):
        raise fault_at(name, N_("This bot has no such setting; remove it from the file."))
    return settings


def _words(words: Any) -> Any:
    """Banned words as they are kept, each pattern once; what has another form stays as it is."""
    if not isinstance(words, list) or len(words) > MOST_WORDS:
        return words
    there = set[str]()
    return [_word(f"words.{at}", word, there) for at, word in enumerate(words)]


def _word(place: str, word: Any, there: set[str]) -> Any:
    pattern, new = (word.get("pattern"), word.get("replacement")) if _is_word(word) else ("", None)
    if not pattern:
        return word
    with _named(place):
        pattern = check_pattern(pattern)
    if pattern in there:
        raise fault_at(place, N_("“{word}” is in the list twice; remove one."), word=pattern)
    there.add(pattern)
    if isinstance(new, str):
        new = " ".join(new.split())
        if any(category(character) == "Cc" for character in new):
            raise fault_at(place, N_("Its replacement holds control characters; remove them."))
    return {**word, "pattern": pattern, "replacement": new}


def _is_word(word: Any) -> bool:
    pattern = word.get("pattern") if isinstance(word, dict) else None
    return isinstance(pattern, str) and len(pattern) <= LONGEST_WORD


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Name the place in what is refused inside the block, unless that does; quote it harmlessly."""
    try:
        yield
    except UserError as error:
        said = str(error.values.get("fault") or explain(error))
        where = str(error.values.get("setting", place))
        raise _at(where, harmless(said, _LONGEST_FAULT)) from None


def _at(place: str, fault: str) -> InvalidRequestError:
    setting = f"**{harmless(place, _LONGEST_NAME)}**"
    return InvalidRequestError(N_("{setting}: {fault}"), setting=setting, fault=fault)
