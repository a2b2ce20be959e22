"""What Jumdata's endpoints take beside what every request of it is signed with."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot.errors import InvalidRequestError
from bot.operations import Always, Params
from bot.providers import jumdata_choices as may_be
from bot.providers.choices import codes, one_of
from bot.text import N_


def _short(value: str) -> str:
    if len(value) > may_be.MOST_CHARACTERS:
        raise InvalidRequestError(
            N_("Jumdata takes short texts only: this one has {count} of {most} characters."),
            count=len(value),
            most=may_be.MOST_CHARACTERS,
        )
    return value


def _resolution(value: str) -> str:
    """The resolution of an aspect, or one that is written with another cross."""
    plain = "".join(value.split()).replace("：", ":").replace("×", "*").lower().replace("x", "*")
    return may_be.RESOLUTIONS.get(plain, plain)


_NO_STYLE = N_("Jumdata has no such “style”; choose one from the list.")
_NO_ASPECT = N_("“aspect” must be 1:1, 2:3 or 3:2 here.")


class Draw(Params):
    """Draw one to six pictures from a text."""

    text: Annotated[str, AfterValidator(_short)] = Field(
        min_length=1, description=N_("What to draw, in 100 characters at most.")
    )
    resolution: Annotated[
        str,
        Always,
        AfterValidator(_resolution),
        one_of(tuple(may_be.RESOLUTIONS.values()), _NO_ASPECT),
    ] = Field(
        default=may_be.RESOLUTIONS["1:1"],
        description=N_("Width to height: 1:1, 2:3 or 3:2."),
    )
    style: Annotated[str, Always, one_of(codes(may_be.STYLES), _NO_STYLE)] = Field(
        default=may_be.DEFAULT_STYLE, description=N_("The style to draw in.")
    )
    num: int = Field(
        default=1,
        ge=1,
        le=may_be.MOST_PICTURES,
        description=N_("How many pictures to make; each is paid for."),
    )

    def own_prompt(self) -> str:
        return self.text

    def words(self) -> str:
        return self.text

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return frozenset({"jumdata"})

    def price_factor(self, traits: frozenset[str]) -> float:
        return float(self.num)

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None}


class ResultQuery(Params):
    """Ask for one job."""

    task_id: str = Field(min_length=1, max_length=128, description=N_("Jumdata's id of the job."))
