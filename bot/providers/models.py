"""What people draw pictures with: every model that can be chosen, and what it can do.

The one table behind the choices of ``/imagine``, behind what it refuses, and behind what is
offered in place of a model that is not to be had (see `needs`). Nothing is copied: it is put
together from Midjourney's parameter table and the other providers' choices. Pure.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotated_types import MaxLen

from bot.errors import InvalidRequestError
from bot.operations import Params
from bot.providers import jumdata_choices, lingtu_choices, prompt_table
from bot.providers.choices import codes
from bot.providers.lingtu_params import Text2Img, Text2ImgPro
from bot.providers.prompt_vocabulary import quoted
from bot.providers.wanxiang_params import Image
from bot.text import N_, _

_Values = tuple[object, ...]
_ANY: _Values = ()
_RATIO = re.compile(r"[0-9]{1,9}:[0-9]{1,9}")

SPEEDS = ("fast", "turbo")
# Options that every model takes: they do not stand in the table.
EVERYBODYS = frozenset({"prompt", "model", "repeat"})
# The options of /imagine that are called otherwise than Midjourney's parameter behind them.
_OPTION_OF = {"sref": "style_reference", "oref": "omni_reference"}


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model. `options` holds the values that it takes, () for any; what is missing it lacks.

    Where it draws from a plain text, `text` is the field of its request that takes it and `fields`
    those for the options; Midjourney's models read a prompt with parameters instead. `longest`
    counts the characters of a text; `styles` are codes with the names that people read. The
    option ``weights`` is the ``::`` in a prompt.
    """

    key: str
    label: str
    operation: str
    options: Mapping[str, _Values] = field(repr=False)
    longest: int
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    styles: Sequence[tuple[str, str]] = field(default=(), repr=False)

    @property
    def provider(self) -> str:
        return self.operation.partition(".")[0]

    @property
    def is_plain(self) -> bool:
        """Whether it draws from a plain text."""
        return bool(self.text)

    def can(self, option: str, value: object = None) -> bool:
        """Whether it takes an option, and this value of it where one is given."""
        if option == "prompt":
            return not isinstance(value, str) or len(value) <= self.longest
        name = _unnumbered(option)
        if name in EVERYBODYS:
            return True
        values = self.options.get(name)
        return values is not None and (value is None or not values or value in values)

    def lacks(self, needs: Mapping[str, object]) -> Iterator[str]:
        """Those of the given options that it cannot honour; None and False are not given."""
        for option, value in needs.items():
            # Not by equality alone: 0 is a value, and equal to False.
            given = value is not None and value is not False and value not in ("", ())
            if given and not self.can(option, value):
                yield option


def models() -> tuple[Model, ...]:
    """Every model that can be chosen, in the order in which they are offered."""
    return _MODELS


def model(key: str) -> Model:
    """The model of a key; InvalidRequestError when there is none."""
    found = _MODEL_BY_KEY.get(key)
    if found is None:
        raise InvalidRequestError(N_("There is no model “{name}” here."), name=quoted(key))
    return found


def model_behind(operation: str) -> Model | None:
    """The model that an operation draws with from a plain text; None where it is no such one."""
    return next((each for each in _MODELS if each.is_plain and each.operation == operation), None)


def default_model(connected: Collection[str]) -> Model:
    """What draws where nobody chose: Midjourney, else the first of these providers that can."""
    usual = model(prompt_table.DEFAULT_MODEL.key)
    return next((each for each in (usual, *_MODELS) if each.provider in connected), usual)


def model_key(operation: str, traits: Collection[str]) -> str:
    """The key of the model that draws a job of these traits; empty for what no model stands for."""
    named = next((each.key for each in _MIDJOURNEY if each.key in traits), "")
    return named or next((each.key for each in _MODELS if each.operation == operation), "")


def able(
    option: str, value: object = None, connected: Collection[str] | None = None
) -> tuple[str, ...]:
    """The labels of the models that take an option, with this value where one is given.

    Only those of the `connected` providers, where these are given.
    """
    if option == "aspect" and value is not None and not _RATIO.fullmatch(str(value)):
        return ()  # that Midjourney takes any does not make it one
    return tuple(
        each.label
        for each in _MODELS
        if each.can(option, value) and (connected is None or each.provider in connected)
    )


def option_of(parameter: str) -> str:
    """The option of /imagine that means one of Midjourney's parameters."""
    return _OPTION_OF.get(parameter, parameter)


def check(
    chosen: Model, given: Mapping[str, object], connected: Collection[str] | None = None
) -> None:
    """InvalidRequestError that names what the model cannot honour, and the models that can.

    It is worded for the current reader.
    """
    option = next(chosen.lacks(given), None)
    if option is None:
        return
    value = given[option]
    if option == "prompt":
        raise InvalidRequestError(
            N_("{model} takes prompts of {most} characters at most; this one has {count}."),
            model=chosen.label,
            most=chosen.longest,
            count=len(str(value)),
        )
    sentence, takers = _refusal(chosen, option, value, connected)
    raise InvalidRequestError(
        sentence,
        option=option,
        value=_named(option, value),
        model=chosen.label,
        models=", ".join(takers),
        choices=", ".join(
            _named(option, each) for each in chosen.options.get(_unnumbered(option), ())
        ),
    )


def _refusal(
    chosen: Model, option: str, value: object, connected: Collection[str] | None
) -> tuple[str, Sequence[str]]:
    """What to say where a model cannot honour an option, and the models to name in it."""
    takers = able(option, value, connected)
    if not chosen.can(option):
        sentence = N_(
            "“{option}” works with {models}, not with {model}. "
            "Leave it out or choose another model."
        )
        # Where nobody here can, it still helps to know who could.
        return sentence, takers or able(option, connected=connected) or able(option)
    if takers:
        sentence = N_(
            "“{option}” cannot be {value} with {model}. Choose one of {choices}, or another model: "
            "{models}."
        )
    else:
        sentence = N_("“{option}” cannot be {value} with {model}. Choose one of {choices}.")
    return sentence, takers


def _named(option: str, value: object) -> str:
    """A value as people read it: a style by its name."""
    if option == "style":
        styles = (style for each in _MODELS for style in each.styles)
        value = next((_(name) for code, name in styles if code == value), value)
    return quoted(str(value))


def _unnumbered(option: str) -> str:
    """The option without its number: ``image2`` is one more ``image``."""
    return option.rstrip("0123456789")


def _longest(params: type[Params], name: str) -> int:
    marks = params.model_fields[name].metadata
    return next(mark.max_length for mark in marks if isinstance(mark, MaxLen))


def _midjourney(key: str, label: str) -> Model:
    rows = [row.name for row in prompt_table.PARAMETERS if key in row.limits]
    options = {option_of(name): _ANY for name in rows if name not in SPEEDS}
    speeds = tuple(name for name in SPEEDS if name in rows)
    if key not in prompt_table.WEIGHTLESS:
        options["weights"] = _ANY
    return Model(
        key=key,
        label=label,
        operation="youchuan.diffusion",
        options={**options, "speed": speeds, "image": _ANY},
        longest=prompt_table.TEXT_LIMITS.get(key, prompt_table.MOST_CHARACTERS),
    )


_MIDJOURNEY = tuple(_midjourney(each.key, each.label) for each in prompt_table.MODELS)
_MODELS = (
    # v6.1 has taken the place of v6, which can still be typed.
    *(each for each in _MIDJOURNEY if each.key != "v6"),
    Model(
        key="lingtu",
        label="Lingtu",
        operation="lingtu.text2img",
        options={
            "aspect": lingtu_choices.ASPECTS,
            "style": codes(lingtu_choices.STYLES),
            "count": lingtu_choices.COUNTS,
        },
        longest=_longest(Text2Img, "prompt"),
        text="prompt",
        fields={"aspect": "ar", "style": "style", "count": "num"},
        styles=lingtu_choices.STYLES,
    ),
    Model(
        key="lingtu_pro",
        label="Lingtu Pro",
        operation="lingtu.text2img_pro",
        options={"aspect": lingtu_choices.ASPECTS},
        longest=_longest(Text2ImgPro, "prompt"),
        text="prompt",
        fields={"aspect": "ar"},
    ),
    Model(
        key="wanxiang",
        label="Wanxiang",
        operation="wanxiang.image",
        options={},
        longest=_longest(Image, "prompt"),
        text="prompt",
    ),
    Model(
        key="jumdata",
        label="Jumdata",
        operation="jumdata.draw",
        options={
            "aspect": jumdata_choices.ASPECTS,
            "style": codes(jumdata_choices.STYLES),
            "count": tuple(range(1, jumdata_choices.MOST_PICTURES + 1)),
        },
        longest=jumdata_choices.MOST_CHARACTERS,
        text="text",
        fields={"aspect": "resolution", "style": "style", "count": "num"},
        styles=jumdata_choices.STYLES,
    ),
)
_MODEL_BY_KEY = {each.key: each for each in (*_MIDJOURNEY, *_MODELS)}
