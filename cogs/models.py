"""What ``/imagine`` draws with: the models it offers, and which of its options each of them takes.

Midjourney reads parameters and knows itself which of its versions take which; the others draw
from a plain text and take what stands here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from annotated_types import MaxLen
from discord import app_commands

from bot.errors import InvalidRequestError
from bot.operations import Catalog, Operation, Params
from bot.providers import prompt as midjourney
from bot.providers.lingtu_choices import STYLES
from bot.providers.prompt_table import PARAMETER_BY_NAME
from bot.providers.prompt_vocabulary import SPELLINGS
from bot.text import N_, clip
from cogs.options import code_of
from cogs.orders import request

MIDJOURNEY = "youchuan.diffusion"
MIDJOURNEY_CHOICES = [
    app_commands.Choice(name=model.label, value=model.key)
    for model in midjourney.MODELS
    if model.key != "v6"  # v6.1 has taken its place; --v 6 can still be typed
]
# Which parameter tells who takes an option, where it is not called like it.
_PARAMETERS = {
    "speed": "fast",
    "style_reference": "sref",
    "style_reference2": "sref",
    "omni_reference": "oref",
}
_TYPED = re.compile(r"(?<!\S)([-–—―－]+)([A-Za-z][\w-]*)")


@dataclass(frozen=True, kw_only=True)
class PlainModel:
    """A model that draws from a plain text; `fields` of its request, by the option's name."""

    key: str
    label: str
    operation: str
    fields: Mapping[str, str]


PLAIN_MODELS = (
    PlainModel(
        key="lingtu",
        label="Lingtu",
        operation="lingtu.text2img",
        fields={"aspect": "ar", "style": "style", "count": "num"},
    ),
    PlainModel(
        key="lingtu_pro",
        label="Lingtu Pro",
        operation="lingtu.text2img_pro",
        fields={"aspect": "ar"},
    ),
)
_PLAIN_OPTIONS = {option for model in PLAIN_MODELS for option in model.fields}
_EVERYBODYS = frozenset({"prompt", "model", "repeat"})
CHOICES = [
    *MIDJOURNEY_CHOICES,
    *(app_commands.Choice(name=model.label, value=model.key) for model in PLAIN_MODELS),
]
_LABELS = {choice.value: choice.name for choice in CHOICES}


def plain_model(key: str | None, catalog: Catalog) -> PlainModel | None:
    """The chosen model where it draws from plain texts; None for Midjourney's.

    Where none was chosen it is Midjourney's, unless only others are connected.
    """
    if key is None and not catalog.is_connected(MIDJOURNEY):
        connected = (model for model in PLAIN_MODELS if catalog.is_connected(model.operation))
        return next(connected, None)
    return next((model for model in PLAIN_MODELS if model.key == key), None)


def label_of(key: str | None, plain: PlainModel | None) -> str:
    """What the chosen model is called."""
    return plain.label if plain else _LABELS.get(key or "", "Midjourney")


def takers(option: str) -> str:
    """The models that take an option, for a sentence."""
    row = PARAMETER_BY_NAME.get(_PARAMETERS.get(option, option))
    if row is not None:
        versions = set(row.limits)
    else:
        versions = set() if option in _PLAIN_OPTIONS else set(midjourney.MODEL_BY_KEY)
    plain = {model.key for model in PLAIN_MODELS if option in model.fields}
    return ", ".join(name for key, name in _LABELS.items() if key in versions | plain)


def check_options(given: Mapping[str, object], key: str | None, plain: PlainModel | None) -> None:
    """InvalidRequestError naming an option that the chosen kind of model never takes."""
    for option, value in given.items():
        if plain is None:
            fits = option not in _PLAIN_OPTIONS or option in PARAMETER_BY_NAME
        else:
            fits = option in _EVERYBODYS or option in plain.fields
        if not fits and value is not None and value is not False:
            raise InvalidRequestError(
                N_(
                    "“{option}” works with {models}, not with {model}. "
                    "Leave it out or choose another model."
                ),
                option=option,
                models=takers(option),
                model=label_of(key, plain),
            )


def plain_requests(
    model: PlainModel, operation: Operation, texts: Iterable[str], given: Mapping[str, Any]
) -> tuple[Params, ...]:
    """What draws each of these texts, with the options that were given."""
    values = {name: given.get(option) for option, name in model.fields.items()}
    if style := values.get("style"):
        values["style"] = code_of(style, STYLES)
    checked = [_checked(text.strip(), model, operation) for text in texts]
    return tuple(request(operation, {**values, "prompt": text}) for text in checked)


def _checked(text: str, model: PlainModel, operation: Operation) -> str:
    if not text:
        raise InvalidRequestError(N_("Write what to draw."))
    for found in _TYPED.finditer(text):
        dashes, name = found[1], found[2]
        # As in Midjourney's prompts, a long dash is a phone's "--" only before a known name.
        if "--" in dashes or (dashes != "-" and name.lower() in SPELLINGS):
            raise InvalidRequestError(
                N_(
                    "{model} takes no parameters such as {flag}: use the options, "
                    "or choose a Midjourney model."
                ),
                model=model.label,
                flag=clip(found[0], 40),
            )
    marks = operation.params.model_fields["prompt"].metadata
    most = next((mark.max_length for mark in marks if isinstance(mark, MaxLen)), None)
    if most is not None and len(text) > most:
        raise InvalidRequestError(
            N_("{model} takes prompts of {most} characters at most; this one has {count}."),
            model=model.label,
            most=most,
            count=len(text),
        )
    return text
