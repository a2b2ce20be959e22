"""What a server has decided: the settings of ``/config`` with their defaults, bounds and forms.

The same model reads the rows, an imported file and what is printed; a name that is not given has
its default. Pure: what follows from it is decided in `policy`.
"""

from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)

from bot.operations import Group

MOST_WORDS, LONGEST_WORD = 500, 60
_HIGHEST = 10**15
UNLIMITED = "unlimited"

# As texts, because numbers this long lose their last digits in many a program that edits JSON.
_Id = Annotated[int, Field(gt=0, lt=2**63), PlainSerializer(str, when_used="json")]
# In one order, so that what is the same is kept and compared as the same.
_MOST_IDS, _MOST_PEOPLE = 250, 500
_Ids = Annotated[
    frozenset[_Id],
    Field(max_length=_MOST_IDS),
    PlainSerializer(lambda ids: [str(each) for each in sorted(ids)], when_used="json"),
]
_Names = Annotated[frozenset[str], PlainSerializer(sorted, when_used="json")]
_Limit = Annotated[int, Field(ge=0, le=_HIGHEST)] | Literal["unlimited"] | None


class AgePolicy(StrEnum):
    """What age-restricted channels are to this server."""

    ANYWHERE = "anywhere"  # they are like any other
    ONLY = "only"  # nothing is made outside them
    NEVER = "never"  # nothing is made in them
    RELAXED = "relaxed"  # banned words hold only outside them


class Pressers(StrEnum):
    """Who may follow up a result with its buttons, and pays for it."""

    EVERYONE = "everyone"
    OWNER = "owner"
    ROLES = "roles"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Part):
    """The limits of one person; money in fen. None: not decided here."""

    jobs_per_day: _Limit = None
    running: _Limit = None
    money_per_month: _Limit = None

    def over(self, other: "Limits") -> "Limits":
        """These limits, and those of `other` where these say nothing."""
        said = self.model_dump(exclude_none=True)
        return Limits(**{**other.model_dump(), **said})

    def within(self, ceiling: "Limits") -> "Limits":
        """These limits, but none of them above the ceiling's."""
        lowest = {
            name: _lower(getattr(self, name), getattr(ceiling, name))
            for name in Limits.model_fields
        }
        return Limits(**lowest)

    @property
    def is_unlimited(self) -> bool:
        """Whether nothing is limited at all."""
        return all(each in (None, UNLIMITED) for _name, each in self)

    @classmethod
    def most_generous(cls, several: "list[Limits]") -> "Limits":
        """Of each limit the highest that any of them gives."""
        return cls(**{name: _highest(several, name) for name in cls.model_fields})


class Quotas(_Part):
    """Limits for everyone, for roles and for people: the nearest that says something holds."""

    everyone: Limits = Limits()
    roles: Annotated[dict[_Id, Limits], Field(max_length=_MOST_IDS)] = {}
    people: Annotated[dict[_Id, Limits], Field(max_length=_MOST_PEOPLE)] = {}


class Channels(_Part):
    """Where commands work: in the allowed channels if there are any, and never in a denied one.

    A category stands for its channels, a channel for its threads.
    """

    allowed: _Ids = frozenset()
    denied: _Ids = frozenset()


class Buttons(_Part):
    """Who may press what is under a result."""

    who: Pressers = Pressers.EVERYONE
    roles: _Ids = frozenset()


class BannedWord(_Part):
    """A banned word; `pattern` may hold ``*`` (any run of letters) and ``?`` (exactly one).

    `replacement` takes its place; None refuses the whole request.
    """

    pattern: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORD)]
    replacement: Annotated[str, StringConstraints(max_length=200)] | None = None


class Rules(_Part):
    """All that a server can decide. `model_fields_set` are the names that it has decided."""

    providers_off: _Names = frozenset()
    model: str = "auto"
    channels: Channels = Channels()
    roles: dict[Group, _Ids] = {}
    quotas: Quotas = Quotas()
    words: Annotated[tuple[BannedWord, ...], Field(max_length=MOST_WORDS)] = ()
    age_restricted: AgePolicy = AgePolicy.ANYWHERE
    buttons: Buttons = Buttons()
    results_channel: _Id | None = None
    log_channel: _Id | None = None
    language: Literal["auto", "en-US", "zh-CN"] = "auto"
    ai_label: bool = True

    @classmethod
    def of(cls, rows: Mapping[str, Any]) -> Self:
        """The rules that rows say; one that this version cannot read has its default."""
        with suppress(ValidationError):
            return cls.model_validate(dict(rows))
        good: dict[str, Any] = {}
        for name, value in rows.items():
            with suppress(ValidationError):
                good |= {name: getattr(cls.model_validate({name: value}), name)}
        return cls.model_validate(good)

    def value(self, name: str) -> Any:
        """A setting as its row and a file keep it; None where it was not decided."""
        if name not in self.model_fields_set:
            return None
        return self.model_dump(mode="json", include={name})[name]


def _lower(limit: _Limit, ceiling: _Limit) -> _Limit:
    if not isinstance(ceiling, int):
        return limit
    return min(limit, ceiling) if isinstance(limit, int) else ceiling


def _highest(several: list[Limits], name: str) -> int | Literal["unlimited"] | None:
    said = [limit for each in several if (limit := getattr(each, name)) is not None]
    if UNLIMITED in said:
        return "unlimited"
    return max(said, default=None)
