"""Lists in braces in a typed prompt, such as ``{red, blue}``: one prompt for each choice."""

import math
import re
from itertools import product

from bot.errors import InvalidRequestError
from bot.text import N_

_OPENING, _CLOSING, _COMMA = "{｛", "}｝", ",，"
_SIGNS = _OPENING + _CLOSING + _COMMA
_TOKEN = re.compile(rf"\\[{_SIGNS}]|[{_SIGNS}]|[^\\{_SIGNS}]+|\\")
_COUNTED = 1_000_000  # whoever wrote more does not need to know how many
_EXAMPLE = "{red, blue}"


def expand(text: str, *, most: int = 10) -> tuple[str, ...]:
    """Every prompt that a text with lists stands for, the last list changing fastest.

    ``\\{``, ``\\}`` and, inside a list, ``\\,`` stand for the signs themselves. InvalidRequestError
    when there are more than `most`, or a list is nested, empty or not closed.
    """
    pieces = _pieces(text)
    count = math.prod(map(len, pieces))
    if count > most:
        raise InvalidRequestError(
            N_("These lists make {count} prompts; {most} at once are the most. Shorten a list."),
            count=count if count < _COUNTED else f"{_COUNTED}+",
            most=most,
        )
    return tuple(map("".join, product(*pieces)))


def _pieces(text: str) -> list[list[str]]:
    """The text in order: lists of choices, and between them lists of one."""
    pieces, choices = [], list[str]()  # outside a list, `choices` is empty
    for token in _TOKEN.findall(text):
        if token in _OPENING:
            if choices:
                raise _malformed(N_("A list such as {example} can hold no other. Remove a brace."))
            choices = [""]
        elif token in _CLOSING:
            pieces.append(_closed(choices))
            choices = []
        elif token in _COMMA and choices:
            choices.append("")
        elif choices:
            choices[-1] += _plain(token, _SIGNS)
        else:
            pieces.append([_plain(token, _OPENING + _CLOSING)])
    if choices:
        raise _malformed(N_("A list is not closed. Write it as {example}, or remove the brace."))
    return pieces


def _closed(choices: list[str]) -> list[str]:
    if not choices:
        raise _malformed(
            N_("A brace closes no list. Write a list as {example}, or remove the brace.")
        )
    stripped = [choice.strip() for choice in choices]
    if not all(stripped):
        raise _malformed(N_("A choice in a list is empty. Write a list as {example}."))
    return stripped


def _plain(token: str, signs: str) -> str:
    """What a token writes; only before one of these signs does a backslash mean anything."""
    return token[1:] if token[0] == "\\" and token[1:] and token[1] in signs else token


def _malformed(sentence: str) -> InvalidRequestError:
    return InvalidRequestError(sentence, example=_EXAMPLE)
