"""Midjourney's models and parameters as data: what each model takes, cell by cell.

`prompt` reads, checks and prints from these rows; nothing about a parameter stands elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.text import N_


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model version; `flag` is what chooses it on the wire."""

    key: str
    label: str
    flag: str

    @property
    def short(self) -> str:
        return self.label.removeprefix("Midjourney ")


MODELS = (
    Model(key="v8.1", label="Midjourney v8.1", flag="--v 8.1"),
    Model(key="v7", label="Midjourney v7", flag="--v 7"),
    Model(key="v6.1", label="Midjourney v6.1", flag="--v 6.1"),
    Model(key="v6", label="Midjourney v6", flag="--v 6"),
    Model(key="v5.2", label="Midjourney v5.2", flag="--v 5.2"),
    Model(key="niji7", label="Niji 7", flag="--niji 7"),
    Model(key="niji6", label="Niji 6", flag="--niji 6"),
)
MODEL_BY_KEY: Mapping[str, Model] = {model.key: model for model in MODELS}
DEFAULT_MODEL = MODEL_BY_KEY["v7"]  # the newest whose results take every follow-up


class Form(StrEnum):
    """How a parameter's value is written, and what it becomes in `Prompt.values`."""

    FLAG = "flag"  # True
    WHOLE = "whole"  # int
    DECIMAL = "decimal"  # float, two decimals
    RATIO = "ratio"  # "16:9"
    WORDS = "words"  # a tuple of phrases
    LINKS = "links"  # a tuple of https:// or upload:// addresses
    STYLES = "styles"  # likewise, or style codes
    ID = "id"  # text


class Span(NamedTuple):
    """Both ends are allowed; for lists they count the entries."""

    low: float
    high: float


Limit = Span | tuple[float, ...]
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


def _by_model(
    v6: Limit | None,
    niji6: Limit | None,
    niji7: Limit | None,
    v7: Limit | None,
    v8: Limit | None,
) -> dict[str, Limit]:
    # v5.2 has no column of its own: it takes what v6 takes.
    cells = {"v8.1": v8, "v7": v7, "v6.1": v6, "v6": v6, "v5.2": v6, "niji7": niji7, "niji6": niji6}
    return {key: limit for key, limit in cells.items() if limit is not None}


def _everywhere(limit: Limit) -> dict[str, Limit]:
    return _by_model(limit, limit, limit, limit, limit)


_NO = None
_SHARE, _WEIGHT = Span(0, 100), Span(0, 1000)

PARAMETERS = (
    Parameter(
        name="aspect",
        spellings=("ar", "aspect"),
        form=Form.RATIO,
        limits=_everywhere(Span(1, 9999)),
        help=N_("Width to height, such as 16:9."),
        example="16:9",
    ),
    Parameter(
        name="stylize",
        spellings=("stylize", "s"),
        form=Form.WHOLE,
        limits=_everywhere(_WEIGHT),
        help=N_("How strongly Midjourney's own taste shows (0–1000, normally 100)."),
        example="200",
    ),
    Parameter(
        name="chaos",
        spellings=("chaos", "c"),
        form=Form.WHOLE,
        limits=_everywhere(_SHARE),
        help=N_("How much the four images differ (0–100)."),
        example="20",
    ),
    Parameter(
        name="seed",
        spellings=("seed",),
        form=Form.WHOLE,
        limits=_everywhere(Span(0, 4294967295)),
        help=N_("The same seed and prompt give similar images."),
        example="1234",
    ),
    Parameter(
        name="quality",
        spellings=("quality", "q"),
        form=Form.DECIMAL,
        limits=_by_model((0.5, 1, 2), (0.5, 1, 2), _NO, (1, 2, 4), (1, 4)),
        help=N_("How much time goes into the images."),
        example="1",
    ),
    Parameter(
        name="weird",
        spellings=("weird", "w"),
        form=Form.WHOLE,
        limits=_by_model(Span(0, 3000), Span(0, 3000), Span(0, 3000), Span(0, 3000), _NO),
        help=N_("How unusual the images are (0–3000)."),
        example="250",
    ),
    Parameter(
        name="stop",
        spellings=("stop",),
        form=Form.WHOLE,
        limits=_by_model(Span(10, 100), Span(10, 100), _NO, _NO, _NO),
        help=N_("Stop at this percentage, for softer images (10–100)."),
        example="80",
    ),
    Parameter(
        name="tile",
        spellings=("tile",),
        form=Form.FLAG,
        limits=_by_model(ANY, ANY, _NO, ANY, _NO),
        help=N_("Make a seamless pattern."),
    ),
    Parameter(
        name="raw",
        spellings=("raw",),
        form=Form.FLAG,
        limits=_everywhere(ANY),
        help=N_("Follow the prompt closely, with less of Midjourney's taste."),
    ),
    Parameter(
        name="no",
        spellings=("no",),
        form=Form.WORDS,
        limits={"v6.1": ANY, "v7": ANY, "v8.1": ANY},
        help=N_("What should not be in the images, separated by commas."),
        example="text, hands",
    ),
    Parameter(
        name="image_weight",
        spellings=("iw",),
        form=Form.DECIMAL,
        limits=_by_model(Span(0, 3), Span(0, 3), Span(0, 2), Span(0, 3), Span(0, 3)),
        help=N_("How much the image prompts count beside the text."),
        example="1.5",
    ),
    Parameter(
        name="sref",
        spellings=("sref",),
        form=Form.STYLES,
        limits=_everywhere(Span(1, 20)),
        help=N_("Images or codes whose style to use, at most 20."),
        example="https://example.com/style.png",
    ),
    Parameter(
        name="style_weight",
        spellings=("sw",),
        form=Form.WHOLE,
        limits=_everywhere(_WEIGHT),
        help=N_("How strongly the style reference shows (0–1000)."),
        example="100",
    ),
    Parameter(
        name="style_version",
        spellings=("sv",),
        form=Form.WHOLE,
        limits=_by_model(Span(1, 4), Span(1, 4), Span(1, 4), Span(1, 6), Span(6, 6)),
        help=N_("Which way of reading style references to use."),
        example="6",
    ),
    Parameter(
        name="cref",
        spellings=("cref",),
        form=Form.LINKS,
        limits=_by_model(Span(1, 20), Span(1, 20), _NO, _NO, _NO),
        help=N_("Images of the character to draw."),
        example="https://example.com/character.png",
    ),
    Parameter(
        name="character_weight",
        spellings=("cw",),
        form=Form.WHOLE,
        limits=_by_model(_SHARE, _SHARE, _NO, _NO, _NO),
        help=N_("How much of the character to keep (0: the face only, 100: all)."),
        example="100",
    ),
    Parameter(
        name="oref",
        spellings=("oref",),
        form=Form.LINKS,
        limits=_by_model(_NO, _NO, _NO, Span(1, 1), Span(1, 1)),
        help=N_("An image of the person or thing to put into the picture."),
        example="https://example.com/thing.png",
    ),
    Parameter(
        name="omni_weight",
        spellings=("ow",),
        form=Form.WHOLE,
        limits=_by_model(_NO, _NO, _NO, Span(1, 1000), Span(1, 1000)),
        help=N_("How strictly to follow the omni reference (1–1000)."),
        example="100",
    ),
    Parameter(
        name="moodboard",
        spellings=("p", "profile"),
        form=Form.ID,
        limits=_everywhere(ANY),
        help=N_("The id of a moodboard to draw in the taste of."),
        example="12345",
    ),
    Parameter(
        name="draft",
        spellings=("draft",),
        form=Form.FLAG,
        limits=_by_model(_NO, _NO, _NO, ANY, _NO),
        help=N_("Quick drafts at half the price."),
    ),
    Parameter(
        name="exp",
        spellings=("exp",),
        form=Form.WHOLE,
        limits=_by_model(_NO, _NO, _NO, _SHARE, _SHARE),
        help=N_("More detail and dynamics (0–100)."),
        example="25",
    ),
    Parameter(
        name="hd",
        spellings=("hd",),
        form=Form.FLAG,
        limits=_by_model(_NO, _NO, _NO, _NO, ANY),
        help=N_("Draw at high resolution."),
    ),
    Parameter(
        name="fast",
        spellings=("fast",),
        form=Form.FLAG,
        limits=_everywhere(ANY),
        help=N_("Draw at normal speed."),
    ),
    Parameter(
        name="turbo",
        spellings=("turbo",),
        form=Form.FLAG,
        limits=_by_model(ANY, ANY, ANY, ANY, _NO),
        help=N_("Draw faster, at twice the price."),
    ),
)

PARAMETER_BY_NAME: Mapping[str, Parameter] = {row.name: row for row in PARAMETERS}

# Each pair: a parameter, and another (with this value) that it does not go together with.
EXCLUSIONS: tuple[tuple[str, str, object], ...] = (
    ("oref", "draft", True),
    ("oref", "quality", 4.0),
    ("oref", "fast", True),
    ("oref", "turbo", True),
    ("draft", "tile", True),
    ("fast", "turbo", True),
)
REQUIRES: Mapping[str, str] = {
    "character_weight": "cref",
    "omni_weight": "oref",
    "style_weight": "sref",
    "style_version": "sref",
}
WEIGHTLESS = frozenset({"v7", "v8.1", "niji7"})  # these take no `::` weights
TEXT_LIMITS: Mapping[str, int] = {"v8.1": 1024}
MOST_PARTS, MOST_IMAGES, MOST_CHARACTERS = 7, 20, 8192

_SPEED = N_("--{name} does not exist here: images are drawn with --fast or --turbo. Remove it.")
_REPEAT = N_("--{name} cannot be typed here; use the repeat option instead.")
_STEALTH = N_("--{name} does not exist here: nothing is published on Midjourney. Remove it.")
_VIDEO = N_("--{name} is for /video, not for images. Remove it.")
REFUSED: Mapping[str, str] = {
    "relax": _SPEED,
    "repeat": _REPEAT,
    "r": _REPEAT,
    "stealth": _STEALTH,
    "public": _STEALTH,
    "motion": _VIDEO,
    "loop": _VIDEO,
    "end": _VIDEO,
    "bs": _VIDEO,
    "video": _VIDEO,
}
