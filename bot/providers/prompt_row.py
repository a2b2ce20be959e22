"""What a row of `prompt_table` looks like: models, parameters, and how values are bounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model version; `flag` is what chooses it on the wire."""

    key: str
    label: str
    flag: str

    @property
    def short(self) -> str:
        return self.label.removeprefix("Midjourney ")


class Form(StrEnum):
    """How a parameter's value is written, and what it becomes in `Prompt.values`."""

    FLAG = "flag"  # True
    WHOLE = "whole"  # int
    DECIMAL = "decimal"  # float, two decimals
    RATIO = "ratio"  # "16:9"
    CHOICE = "choice"  # one word in small letters
    WORDS = "words"  # a tuple of phrases
    LINKS = "links"  # a tuple of https:// or upload:// addresses
    STYLES = "styles"  # likewise, or style codes
    ID = "id"  # text


class Span(NamedTuple):
    """Both ends are allowed; for lists they count the entries."""

    low: float
    high: float


Limit = Span | tuple[float, ...] | tuple[str, ...]
ANY: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter. `limits` holds the bounds per model key; a model not in it lacks it.

    `name` is its key in `Prompt.values` and its slash option; the first of `spellings` is sent.
    """

    name: str
    spellings: tuple[str, ...]
    form: Form
    limits: Mapping[str, Limit] = field(repr=False)
    help: str
    example: str = ""

    @property
    def flag(self) -> str:
        return f"--{self.spellings[0]}"

    @property
    def usage(self) -> str:
        return f"{self.flag} {self.example}".rstrip()
