"""What Lingtu's endpoints take: one params model each (manual: 提交生成任务)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from bot.errors import InvalidRequestError
from bot.operations import Always, EditorOnly, Limits, Upload
from bot.providers import lingtu_choices as may_be
from bot.providers.choices import one_of
from bot.providers.lingtu_choices import BY_FACTOR, FROM_TEXT, LETTERING, TWO_WAY
from bot.providers.lingtu_fields import (
    ASPECT,
    HOW_MANY,
    MOST_ADDRESS,
    NO_COUNT,
    TEXT,
    Address,
    AnyAspect,
    Aspect,
    Count,
    Counted,
    Drawn,
    OnPicture,
    Prompted,
    Square,
)
from bot.text import N_

MOST_REFERENCES = 4
MOST_FACTOR = 10  # of extending; the manual names no limit


class Text2Img(Drawn):
    """Draw from a text."""

    prompt: str = Field(min_length=1, max_length=1000, description=N_("What to draw."))


class Text2ImgPro(Prompted):
    """Draw four pictures from a text, more artistically."""

    prompt: str = TEXT
    ar: Aspect = ASPECT


class Img2Img(Drawn):
    """Draw somebody or something that pictures show, from a text."""

    cref_images: list[Address] = Field(
        min_length=1,
        max_length=MOST_REFERENCES,
        description=N_("One to four pictures of whom or what to draw."),
    )
    cref_image_weight: float = Field(
        default=0.5, ge=0, le=1, description=N_("How much the pictures count, from 0 to 1.")
    )


class Seamless(Drawn):
    """Draw a picture that can be tiled."""

    ar: Square = ASPECT


class Transparent(Drawn):
    """Draw something without a background."""

    ar: Square = ASPECT
    made = frozenset({"cutout"})


class Img2Text(OnPicture):
    """Put a picture into words."""

    made = frozenset({"text"})


class Title(OnPicture, Prompted):
    """Write a title for a product."""

    prompt: str | None = Field(
        default=None,
        min_length=1,
        description=N_("What the title must be like, such as its length and language."),
    )
    made = frozenset({"text"})

    def words(self) -> str:
        return ""  # a rule is nobody's name for a picture


class Matting(OnPicture):
    """Cut out what a picture shows."""

    type: Literal[0, 1] = Field(default=0, description=N_("What to cut out."))
    formats: list[Literal["png", "psd"]] | None = Field(
        default=None, min_length=1, max_length=2, description=N_("The kinds of file to make.")
    )
    made = frozenset({"cutout"})


class Lineart(OnPicture, Prompted):
    """Draw a picture's outlines."""

    prompt: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description=N_("What to mind when drawing the lines."),
    )


class Upscale(OnPicture):
    """Enlarge a picture, or make it clearer."""

    type: Literal["0", "1"] = Field(
        default=may_be.ENLARGE, description=N_("Whether to enlarge it or to make it clearer.")
    )
    multiple: Literal[1, 2, 4] = Field(
        default=2, description=N_("How many times larger, or how many K it gets when made clearer.")
    )
    denoise: bool = Field(default=False, description=N_("Whether to remove noise."))
    longest_side = 2048

    def limits(self) -> Limits:
        outcome = self.multiple * (1024 if self.type == may_be.CLARIFY else self.longest_side)
        # Made smaller first, a picture has to grow by half at least to be worth the money.
        return replace(super().limits(), refused_side=max(outcome * 2 // 3, self.longest_side))


class Remove(OnPicture):
    """Erase a region of a picture."""

    mask: Annotated[str, EditorOnly] = Field(
        min_length=1,
        max_length=MOST_ADDRESS,
        description=N_("A black picture of the same size, white where to erase."),
    )


class Vector(OnPicture):
    """Turn a picture into a vector drawing."""

    formats: list[Literal["svg", "eps"]] = Field(
        default=["svg"],
        min_length=1,
        max_length=2,
        description=N_("The kinds of file to make."),
    )
    made = frozenset({"vector"})

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        given = super().tidied(values, parent)
        if "eps" in given.get("formats", ()):
            given["formats"] = ["svg", "eps"]  # nothing here can show an EPS alone
        return given


class Reimage(OnPicture, Prompted, Counted):
    """Draw pictures similar to one."""

    image_weight: Annotated[float, Always] = Field(
        default=0.5, ge=0, le=1, description=N_("How much the picture counts, from 0 to 1.")
    )
    seamless: bool = Field(
        default=False, description=N_("Whether the results can be tiled; the picture must be so.")
    )
    prompt: str | None = Field(
        default=None, min_length=1, max_length=200, description=N_("What should be different.")
    )
    ar: Aspect = ASPECT


class ReimagePro(OnPicture, Counted):
    """Draw pictures similar to one, in higher quality."""

    type: Literal["0", "1"] = Field(
        default=may_be.ARTISTIC, description=N_("What matters more: art, or exact lettering.")
    )
    similarity: Annotated[float, Always] = Field(
        default=0.75,
        ge=0,
        le=1,
        description=N_("How similar, from 0 to 1; only for art and design."),
    )
    only_pattern: bool = Field(
        default=False, description=N_("Whether only the picture's pattern is drawn anew.")
    )
    circle: bool = Field(default=False, description=N_("Whether the pattern becomes round."))
    bg_color: Literal[0, 1, 2] = Field(default=0, description=N_("The colour behind it."))
    ar: Aspect = ASPECT
    num: Annotated[int, one_of(may_be.PRO_COUNTS, NO_COUNT)] = Field(
        default=4, description=HOW_MANY
    )

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        # Not for `validate`: the wire takes the number with both types, because it is required.
        given = super().tidied(values, parent)
        if "similarity" in given and given.get("type") == LETTERING:
            raise InvalidRequestError(
                N_("Leave “similarity” out: it only counts for art and design.")
            )
        return given


class ArtWord(Prompted, Counted):
    """Draw lettering."""

    prompt: str = Field(
        min_length=1,
        max_length=200,
        description=N_("The words and what they look like; English works best."),
    )
    ar: Aspect = ASPECT
    num: Count = Field(default=4, description=HOW_MANY)


class StyleTransfer(OnPicture):
    """Give a pet or a portrait another style."""

    type: Literal[1, 2] = Field(description=N_("What the picture shows: a pet or a portrait."))
    style: str = Field(
        min_length=1, max_length=100, description=N_("The code of the style to give it.")
    )
    return_mask: bool = Field(
        default=False, description=N_("Whether the mask comes as a second picture.")
    )

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        return super().traits(parent) | ({"masked"} if self.return_mask else frozenset())


class Detect(OnPicture):
    """Cut out the pattern on a T-shirt."""


class SeamlessPro(Prompted):
    """Make a repeating pattern from a text or a picture."""

    type: Literal[0, 1, 2, 3] = Field(description=N_("What the pattern is made from."))
    # Both are marked as required, but each belongs to its own types only.
    prompt: str | None = Field(
        default=None, min_length=1, max_length=200, description=N_("What to draw.")
    )
    image: Annotated[str | None, Upload] = Field(
        default=None,
        min_length=1,
        max_length=MOST_ADDRESS,
        description=N_("The picture (PNG, JPEG or WebP)."),
    )
    ar: AnyAspect | None = Field(
        default=None, description=N_("Width to height where it repeats in two directions.")
    )

    @model_validator(mode="after")
    def _by_type(self) -> Self:
        if self.type == FROM_TEXT:
            if self.image is not None:
                raise InvalidRequestError(
                    N_("Leave “image” out: a pattern from a text takes no picture.")
                )
            if self.prompt is None:
                raise InvalidRequestError(N_("Write a “prompt”: what should the pattern show?"))
        else:
            if self.prompt is not None:
                raise InvalidRequestError(
                    N_("Leave “prompt” out: only a pattern from a text takes one.")
                )
            if self.image is None:
                raise InvalidRequestError(N_("Give an “image” to make the pattern from."))
        if self.ar is not None and self.type != TWO_WAY:
            raise InvalidRequestError(
                N_("Leave “aspect” out: only what repeats in two directions takes one.")
            )
        return self


class Expand(OnPicture):
    """Extend a picture beyond its edges."""

    type: Literal[1, 2] = Field(description=N_("Whether by a factor or to an aspect."))
    scale: float | None = Field(
        default=None, description=N_("How many times the size, more than 1, such as 1.2.")
    )
    ar: AnyAspect | None = Field(default=None, description=N_("Width to height, such as 16:9."))

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        given = super().tidied(values, parent)
        return {"type": may_be.BY_ASPECT if "ar" in given else BY_FACTOR, **given}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.scale is not None and self.ar is not None:
            raise InvalidRequestError(N_("Give either a “factor” or an “aspect”, not both."))
        if (self.scale if self.type == BY_FACTOR else self.ar) is None:
            raise InvalidRequestError(
                N_("Give a “factor” such as 1.2, or an “aspect” such as 16:9.")
            )
        if self.scale is not None and not self.scale > 1:
            raise InvalidRequestError(
                N_("“factor” must be greater than 1, such as 1.2 for a fifth more.")
            )
        if self.scale is not None and self.scale > MOST_FACTOR:
            raise InvalidRequestError(N_("“factor” must be at most {most}."), most=MOST_FACTOR)
        return self
