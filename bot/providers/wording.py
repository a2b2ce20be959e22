"""What a person has written in a request, put through what a server does not allow.

Only words are: addresses stay as they are, and so do parameters but for the words of `--no`. Which
words are banned, and what becomes of them, whoever calls knows. Pure.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable
from unicodedata import category

from bot.errors import InvalidRequestError
from bot.operations import Operation, Params
from bot.providers.prompt_checks import check_text
from bot.providers.prompt_row import Form
from bot.providers.prompt_table import PARAMETER_BY_NAME
from bot.providers.prompt_text import Prompt, print_prompt, read, tokens_of
from bot.providers.wanxiang_params import Chat, Turn
from bot.text import N_

Clean = Callable[[str], str]
_WEIGHT = re.compile(r"(::-?[0-9.]*)")


@runtime_checkable
class _Midjourney(Protocol):
    """A request whose own prompt is written as Midjourney's are; `reads` takes it apart."""

    @staticmethod
    def reads(text: str, /) -> Prompt: ...


def reworded(operation: Operation, params: Params, clean: Clean) -> Params:
    """The request with everything cleaned that a person wrote; the same object if that is nothing.

    InvalidRequestError when too little is left of a prompt; what `clean` raises is passed on. What
    was `kept` of a prompt that is being rewritten is not sent, so whatever draws it cleans it.
    """
    changed: dict[str, Any] = {}
    for name in _prompts(params):
        written: str = getattr(params, name)
        if isinstance(params, _Midjourney):
            text = _clean_prompt(written, params.reads, clean)
        else:
            text = _clean_text(written, clean)
        if text != written:
            changed[name] = text
    if isinstance(params, Chat):
        turns = tuple(_clean_turns(params.turns, clean))
        if turns != params.turns:
            changed["turns"] = turns
    return operation.validate({**params.stored(), **changed}) if changed else params


def _prompts(params: Params) -> Iterator[str]:
    """The fields that the request's own prompt is read from: a change of them changes it."""
    whole = params.own_prompt()
    for name in type(params).model_fields:
        value = getattr(params, name)
        if isinstance(value, str):
            longer = params.model_copy(update={name: f"{value}…"})
            if longer.own_prompt() != whole:
                yield name


def _clean_text(text: str, clean: Clean) -> str:
    cleaned = clean(text)
    if cleaned == text:
        return text
    if not _says_something(cleaned):
        raise _nothing_left()
    return cleaned.strip()


def _clean_turns(turns: tuple[Turn, ...], clean: Clean) -> Iterator[Turn]:
    """What was said before; a turn in which nothing is said any more is left out."""
    for turn in turns:
        said = clean(turn.said)
        if said == turn.said:
            yield turn
        elif _says_something(said):
            yield Turn(said=said, answered=turn.answered)


def _clean_prompt(written: str, reads: Callable[[str], Prompt], clean: Clean) -> str:
    own = reads(written)
    text = _clean_text(own.text, clean)
    if text != own.text:
        text = " ".join(tokens_of(_weighted(text)))
    values = dict(_clean_values(own.values, clean))
    if text == own.text and values == own.values:
        return written
    changed = replace(own, text=text, values=values)
    printed = print_prompt(changed)
    if not printed:
        raise _nothing_left()
    now = _read_again(printed, reads)
    # What is left may look like an address or a parameter, which nobody has checked.
    if (now.images, now.values, now.model) != (changed.images, changed.values, changed.model):
        raise _unreadable()
    if now.model:
        check_text(now.text, now.model)
    return print_prompt(now)


def _clean_values(values: Mapping[str, object], clean: Clean) -> Iterator[tuple[str, object]]:
    """The parameters, without words that are not allowed; one that has none left is left out."""
    for name, value in values.items():
        parameter = PARAMETER_BY_NAME[name]
        if parameter.form is not Form.WORDS or not isinstance(value, tuple):
            yield name, value
            continue
        phrases = tuple(map(clean, value))
        if phrases == value:
            yield name, value
        elif left := [phrase for phrase in phrases if _says_something(phrase)]:
            yield name, read(parameter, tokens_of(", ".join(left)))


def _weighted(text: str) -> str:
    """The text without the weights of parts that have no words any more."""
    *parts, last = _WEIGHT.split(text)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return "".join((*(part + weight for part, weight in pairs if _says_something(part)), last))


def _read_again(printed: str, reads: Callable[[str], Prompt]) -> Prompt:
    try:
        return reads(printed)
    except InvalidRequestError:
        raise _unreadable() from None


def _says_something(text: str) -> bool:
    """Whether there is more than punctuation and weights; a pictogram says something."""
    return any(category(each)[0] in "LNS" for each in _WEIGHT.sub(" ", text))


def _nothing_left() -> InvalidRequestError:
    return InvalidRequestError(
        N_("Nothing is left of the prompt without the words that are banned here. Write another.")
    )


def _unreadable() -> InvalidRequestError:
    return InvalidRequestError(
        N_("Without the words that are banned here, this prompt cannot be read. Write it anew.")
    )
