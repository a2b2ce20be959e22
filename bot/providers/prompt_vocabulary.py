"""Which parameters image and video prompts know, and what is said about all others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.errors import InvalidRequestError
from bot.providers.prompt_row import Model, Parameter
from bot.providers.prompt_table import MODELS, PARAMETERS, VIDEO
from bot.text import N_, clip


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What one kind of prompt may say.

    `rows` goes by spelling; `families` are the spellings that name a model. `refused` and
    `foreign` are the sentences for what is not among them: `foreign` where it is only out of place.
    """

    rows: Mapping[str, Parameter]
    families: Mapping[str, str]
    refused: Mapping[str, str]
    foreign: str

    def named(self, name: str) -> Parameter:
        """The row of an option's name (or spelling); InvalidRequestError when there is none."""
        known = (row for row in self.rows.values() if row.name == name)
        return next(known, None) or self.lookup(name, [])[0]

    def lookup(self, spelling: str, arguments: list[str]) -> tuple[Parameter, list[str]]:
        """The row of a spelling, and its arguments; InvalidRequestError says why there is none."""
        if spelling == _STYLE:
            if [argument.lower() for argument in arguments] == ["raw"]:
                return self.rows["raw"], []
            raise InvalidRequestError(N_("Of --style, only --style raw exists here. Remove it."))
        if parameter := self.rows.get(spelling):
            return parameter, arguments
        if spelling in SPELLINGS:
            raise InvalidRequestError(self.refused.get(spelling, self.foreign), name=spelling)
        raise self._unknown(spelling)

    def _unknown(self, spelling: str) -> InvalidRequestError:
        known = [*self.rows, *self.families]
        glued = re.match(r"([a-z]+)([0-9.:]+)$", spelling)
        if glued and glued[1] in known:
            return InvalidRequestError(
                N_("--{name} needs a space: write --{first} {second}."),
                name=quoted(spelling),
                first=glued[1],
                second=quoted(glued[2]),
            )
        near = get_close_matches(spelling[:40], known, n=1)
        if near:
            return InvalidRequestError(
                N_(
                    "There is no --{name}. Did you mean --{near}? "
                    "If it is part of the text, put a space after the dash."
                ),
                name=quoted(spelling),
                near=near[0],
            )
        return InvalidRequestError(
            N_("There is no --{name}. If it is part of the text, put a space after the dashes."),
            name=quoted(spelling),
        )


def quoted(text: str) -> str:
    """The beginning, for a sentence that quotes it."""
    return clip(text, 40)


def _rows(*models: Model) -> Mapping[str, Parameter]:
    keys = {model.key for model in models}
    return {
        spelling: row
        for row in PARAMETERS
        if keys & row.limits.keys()
        for spelling in row.spellings
    }


_SPEED = N_("--{name} does not exist here: images are drawn with --fast or --turbo. Remove it.")
_REPEAT = N_("--{name} cannot be typed here; use the repeat option instead.")
_STEALTH = N_("--{name} does not exist here: nothing is published on Midjourney. Remove it.")
_FOR_VIDEO = N_("--{name} is for /video, not for images. Remove it.")
_FOR_IMAGES = N_("--{name} is for images, not for videos. Remove it.")
_ONE_SPEED = N_("--{name} does not exist here: all videos are made at the same speed. Remove it.")
_SHAPE = N_("A video keeps the shape of the picture that it starts from. Remove --{name}.")
_CLIPS = N_("--{name} cannot be used here; --bs 1, 2 or 4 says how many clips to make.")
_NEEDLESS = N_("What is made here is a video anyway. Remove --{name}.")

IMAGES = Vocabulary(
    rows=_rows(*MODELS),
    families={"v": "v", "version": "v", "niji": "niji"},
    refused={
        "relax": _SPEED,
        "repeat": _REPEAT,
        "r": _REPEAT,
        "stealth": _STEALTH,
        "public": _STEALTH,
    },
    foreign=_FOR_VIDEO,
)
VIDEOS = Vocabulary(
    rows=_rows(VIDEO),
    families={},
    refused={
        "relax": _ONE_SPEED,
        "fast": _ONE_SPEED,
        "turbo": _ONE_SPEED,
        "ar": _SHAPE,
        "aspect": _SHAPE,
        "repeat": _CLIPS,
        "r": _CLIPS,
        "stealth": _STEALTH,
        "public": _STEALTH,
        "video": _NEEDLESS,
    },
    foreign=_FOR_IMAGES,
)

_STYLE = "style"  # `--style raw` is how --raw used to be written
SPELLINGS = frozenset({_STYLE}).union(
    IMAGES.rows, IMAGES.families, IMAGES.refused, VIDEOS.rows, VIDEOS.refused
)
