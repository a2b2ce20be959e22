"""Midjourney's models and parameters as data: what each model takes, cell by cell.

The checks, the reading and the printing of prompts all follow these rows; what a cell allows
stands nowhere else.
"""

from collections.abc import Mapping

from bot.providers.prompt_row import ANY, Form, Limit, Model, Parameter, Span
from bot.text import N_

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
# What makes the videos; it has a column in the table, but nobody chooses it.
VIDEO = Model(key="video", label="Midjourney Video", flag="")


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
        limits={**_everywhere(ANY), VIDEO.key: ANY},
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
    Parameter(
        name="motion",
        spellings=("motion",),
        form=Form.CHOICE,
        limits={VIDEO.key: ("low", "high")},
        help=N_("How much moves: low for still scenes, high for lively ones."),
        example="low",
    ),
    Parameter(
        name="loop",
        spellings=("loop",),
        form=Form.FLAG,
        limits={VIDEO.key: ANY},
        help=N_("End with the picture that the clip starts from."),
    ),
    Parameter(
        name="end",
        spellings=("end",),
        form=Form.LINKS,
        limits={VIDEO.key: Span(1, 1)},
        help=N_("The picture to end with."),
        example="https://example.com/last.png",
    ),
    Parameter(
        name="batch",
        spellings=("bs",),
        form=Form.WHOLE,
        limits={VIDEO.key: (1, 2, 4)},
        help=N_("How many clips to make (1, 2 or 4)."),
        example="1",
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
    ("end", "loop", True),
)
REQUIRES: Mapping[str, str] = {
    "character_weight": "cref",
    "omni_weight": "oref",
    "style_weight": "sref",
    "style_version": "sref",
}
WEIGHTLESS = frozenset({"v7", "v8.1"})  # these take no `::` weights
RETEXTURE_MODELS = frozenset({"v6.1", "v7", "v8.1", "niji7"})  # the manual: 6.1 and newer
TEXT_LIMITS: Mapping[str, int] = {"v8.1": 1024}
MOST_PARTS, MOST_IMAGES, MOST_CHARACTERS = 7, 20, 8192
