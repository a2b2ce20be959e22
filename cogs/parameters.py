"""The parameters of requests that have no flags: what was chosen, as people chose it.

Prompts, addresses and what the editor settles are no parameters; what nobody gave is not told.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.operations import Params
from bot.providers import jumdata_choices, lingtu_choices, lingtu_params
from bot.providers.jumdata_params import Draw
from bot.providers.lingtu_canvas import ChangeBackground
from bot.text import _, plural

_Say = Callable[[Any], str]  # a field's value in words


def parameters_of(params: Params) -> str:
    """The line ``Anime · 16:9 · 2 pictures``; empty where nothing was given."""
    given = {name: getattr(params, name) for name in params.model_fields_set}
    said = (say(given[name]) for name, say in _says(params).items() if given.get(name) is not None)
    return " · ".join(said)


def _says(params: Params) -> Mapping[str, _Say]:
    says = _SHOWN.get(type(params), {})
    if isinstance(params, lingtu_params.Upscale) and params.type == lingtu_choices.CLARIFY:
        return {**says, "multiple": _one(lingtu_choices.RESOLUTIONS)}
    return says


# Names of options stand as they are: they are the same in every language.
def _one(choices: Sequence[tuple[Any, str]], option: str = "") -> _Say:
    names, before = dict(choices), f"{option}: " if option else ""
    return lambda code: before + _(names[code])


def _all(choices: Sequence[tuple[Any, str]]) -> _Say:
    say = _one(choices)
    return lambda codes: " + ".join(map(say, codes))


def _switch(option: str) -> _Say:
    return lambda value: option if value else _("{option} off", option=option)


def _number(option: str) -> _Say:
    return lambda value: f"{option} {value:g}"


def _count(value: int) -> str:
    return plural("{n} picture", "{n} pictures", value)


_DRAWN: Mapping[str, _Say] = {
    "style": _one(lingtu_choices.STYLES),
    "ar": str,
    "num": _count,
}
_SHOWN: Mapping[type[Params], Mapping[str, _Say]] = {
    lingtu_params.Text2Img: _DRAWN,
    lingtu_params.Text2ImgPro: {"ar": str},
    lingtu_params.Img2Img: {"cref_image_weight": _number("weight"), **_DRAWN},
    lingtu_params.Seamless: _DRAWN,
    lingtu_params.Transparent: _DRAWN,
    lingtu_params.Matting: {
        "type": _one(lingtu_choices.MATTING_TYPES),
        "formats": _all(lingtu_choices.MATTING_FORMATS),
    },
    lingtu_params.Upscale: {
        "type": _one(lingtu_choices.UPSCALE_TYPES),
        "multiple": _one(lingtu_choices.FACTORS),
        "denoise": _switch("denoise"),
    },
    lingtu_params.Vector: {"formats": _all(lingtu_choices.VECTOR_FORMATS)},
    lingtu_params.Reimage: {
        "image_weight": _number("weight"),
        "seamless": _switch("seamless"),
        "ar": str,
        "num": _count,
    },
    lingtu_params.ReimagePro: {
        "type": _one(lingtu_choices.REIMAGE_TYPES),
        "similarity": _number("similarity"),
        "only_pattern": _switch("pattern_only"),
        "circle": _switch("round"),
        "bg_color": _one(lingtu_choices.BACKGROUND_COLOURS, "background"),
        "ar": str,
        "num": _count,
    },
    lingtu_params.ArtWord: {"ar": str, "num": _count},
    lingtu_params.StyleTransfer: {
        "type": _one(lingtu_choices.SUBJECTS),
        "style": str,
        "return_mask": _switch("mask"),
    },
    lingtu_params.SeamlessPro: {"type": _one(lingtu_choices.SEAMLESS_TYPES), "ar": str},
    lingtu_params.Expand: {"scale": lambda factor: f"{factor:g}x", "ar": str},
    ChangeBackground: {
        "product_smart_color": _switch("adapt_colours"),
        "reference_strong": _switch("keep_background"),
        "num": _count,
    },
    Draw: {
        "style": _one(jumdata_choices.STYLES),
        "resolution": lambda size: jumdata_choices.ASPECT_OF[size],
        "num": _count,
    },
}
