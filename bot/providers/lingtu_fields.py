"""The fields that Lingtu's requests share, and what is checked in all of them.

`request_id` is filled in when a request is made and stays the same however often it is sent. The
names that sentences put in quotes are those of the slash options.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from bot.errors import InvalidRequestError
from bot.operations import Limits, Params, Upload
from bot.providers.choices import codes, one_of
from bot.providers.lingtu_choices import ASPECTS, COUNTS, STYLES
from bot.text import N_

MOST_ADDRESS = 100  # characters of a picture's address
MOST_BYTES = 10_000_000  # of a picture's file
_RATIO = re.compile(r"[1-9][0-9]{0,3}:[1-9][0-9]{0,3}")


def _plain_ratio(value: str) -> str:
    return "".join(value.split()).replace("：", ":")


def _any_ratio(value: str) -> str:
    if not _RATIO.fullmatch(value):
        raise InvalidRequestError(N_("“aspect” must be two whole numbers such as 16:9."))
    return value


_NO_STYLE = N_("Lingtu has no such “style”; choose one from the list.")
_NO_ASPECT = N_("“aspect” must be one of these here: {choices}.")
NO_COUNT = N_("“count” must be one of these here: {choices}.")
Style = Annotated[str, one_of(codes(STYLES), _NO_STYLE)]
Aspect = Annotated[str, AfterValidator(_plain_ratio), one_of(ASPECTS, _NO_ASPECT)]
Square = Annotated[str, AfterValidator(_plain_ratio), one_of(("1:1",), _NO_ASPECT)]
AnyAspect = Annotated[str, AfterValidator(_plain_ratio), AfterValidator(_any_ratio)]
Count = Annotated[int, one_of(COUNTS, NO_COUNT)]
Address = Annotated[str, Field(min_length=1, max_length=MOST_ADDRESS)]

ASPECT = Field(default="1:1", description=N_("Width to height, such as 16:9."))
HOW_MANY = N_("How many pictures to make.")
TEXT = Field(min_length=1, max_length=200, description=N_("What to draw."))


class Asked(Params):
    """What all requests have in common; nothing they are made from passes its traits on.

    `longest_side`: pixels that a side of a given picture may have.
    """

    request_id: str | None = Field(default=None, min_length=1, max_length=100)
    made: ClassVar[frozenset[str]] = frozenset()
    longest_side: ClassVar[int] = 4096

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return self.made | {"lingtu"}

    def limits(self) -> Limits:
        return Limits(longest_side=self.longest_side, most_bytes=MOST_BYTES)

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None}


class Prompted(Asked):
    """Adds a text, which an endpoint may do without."""

    prompt: str | None = TEXT

    def own_prompt(self) -> str:
        return self.prompt or ""

    def words(self) -> str:
        return self.own_prompt()


class Counted(Asked):
    """Makes several pictures; the default is what one price is for."""

    num: Count = Field(default=1, description=HOW_MANY)

    def price_factor(self, traits: frozenset[str]) -> float:
        usual: int = type(self).model_fields["num"].default
        return self.num / usual


class Drawn(Prompted, Counted):
    """Drawn from a text in a style."""

    prompt: str = TEXT
    style: Style = Field(default="common", description=N_("The style to draw in."))
    ar: Aspect = ASPECT


class OnPicture(Asked):
    """Made from a picture."""

    image: Annotated[str, Upload] = Field(
        min_length=1,
        max_length=MOST_ADDRESS,
        description=N_("The picture (PNG, JPEG or WebP)."),
    )
