"""Lists of choices as providers' manuals print them: their codes, and the check of a value."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import AfterValidator

from bot.errors import InvalidRequestError

_Code = TypeVar("_Code", str, int)


def codes(choices: Sequence[tuple[_Code, str]]) -> tuple[_Code, ...]:
    """The codes of some choices, as they go on the wire."""
    return tuple(code for code, _name in choices)


def one_of(allowed: Sequence[Any], sentence: str) -> AfterValidator:
    """Refuses other values than these with a sentence that may name them as ``{choices}``."""

    def check(value: Any) -> Any:
        if value not in allowed:
            raise InvalidRequestError(sentence, choices=", ".join(map(str, allowed)))
        return value

    return AfterValidator(check)
