"""Midjourney prompts for images: composing and validating them for a model version. Pure.

The cells of the parameter table stand in `prompt_table`, reading and printing in `prompt_text`,
what is checked in `prompt_checks`; videos have `prompt_video`, lists in braces `prompt_permute`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.errors import InvalidRequestError
from bot.providers.prompt_checks import check_length, check_text, check_values, names_of
from bot.providers.prompt_row import Model, Parameter
from bot.providers.prompt_table import (
    DEFAULT_MODEL,
    MODEL_BY_KEY,
    MODELS,
    MOST_IMAGES,
    PARAMETERS,
    RETEXTURE_MODELS,
)
from bot.providers.prompt_text import (
    Prompt,
    parse,
    print_prompt,
    with_options,
    without_files,
    without_uploads,
)
from bot.providers.prompt_vocabulary import quoted
from bot.text import N_

__all__ = [
    "DEFAULT_MODEL",
    "MODELS",
    "MODEL_BY_KEY",
    "PARAMETERS",
    "Model",
    "Parameter",
    "Prompt",
    "check_retexture_model",
    "compose",
    "model_among",
    "parse",
    "print_prompt",
    "traits",
    "typed",
    "validate",
    "validate_follow_up",
    "without_files",
]

_TRAITS = ("draft", "hd", "oref", "tile")


def compose(text: str, *, model: str | None, options: Mapping[str, object]) -> Prompt:
    """Join slash options with what was typed, choose the model, and validate.

    Options go by parameter name or spelling, beside ``speed`` (fast, turbo) and ``images`` (URLs);
    None means not given. Lists (``no``, ``sref``, ``images``) add up, other values must agree.
    """
    own = typed(text)
    joined = with_options(own, dict(_with_speed(options)))
    chosen = _choose(model, own.model)
    prompt = replace(joined, model=chosen)
    validate(prompt, chosen)
    return prompt


def typed(text: str) -> Prompt:
    """`parse` what a person typed, who cannot name uploads: those come from options alone."""
    return without_uploads(parse(text))


def traits(prompt: Prompt) -> frozenset[str]:
    """What later decides which buttons fit: the model's key, draft, hd, oref, tile."""
    model = {prompt.model.key} if prompt.model else set()
    return frozenset(model | {name for name in _TRAITS if name in prompt.values})


def model_among(traits: frozenset[str]) -> Model | None:
    """The model that these traits tell of."""
    return next((model for model in MODELS if model.key in traits), None)


def check_retexture_model(model: Model) -> None:
    """InvalidRequestError when a retexture cannot be drawn with this model."""
    if model.key not in RETEXTURE_MODELS:
        raise InvalidRequestError(
            N_("Retexture works in {models}, not in {model}. Choose another model."),
            models=names_of(RETEXTURE_MODELS),
            model=model.short,
        )


def validate(prompt: Prompt, model: Model) -> None:
    """Check a prompt that draws from nothing; InvalidRequestError says what to change."""
    validate_follow_up(prompt, model)
    if not prompt.text and not prompt.images:
        raise InvalidRequestError(N_("Write what to draw."))
    if not prompt.text and len(prompt.images) == 1:
        raise InvalidRequestError(
            N_("One image alone is not enough: add some text or a second image to blend it with.")
        )
    if "image_weight" in prompt.values and not prompt.images:
        raise InvalidRequestError(
            N_("--iw weighs image prompts, and there are none. Add an image or remove --iw.")
        )


def validate_follow_up(prompt: Prompt, model: Model) -> None:
    """Check a ``remixPrompt``, whose images are those of the followed job."""
    check_values(prompt.values, model)
    check_text(prompt.text, model)
    if len(prompt.images) > MOST_IMAGES:
        raise InvalidRequestError(
            N_("A prompt takes {most} images at most, not {count}."),
            most=MOST_IMAGES,
            count=len(prompt.images),
        )
    check_length(prompt)


def _with_speed(options: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in options.items():
        if name != "speed":
            yield name, value
        elif value in ("fast", "turbo"):
            yield str(value), True
        elif value is not None:
            raise InvalidRequestError(N_("Speed can be fast or turbo, not “{value}”."), value=value)


def _choose(option: str | None, typed: Model | None) -> Model:
    if option is None:
        return typed or DEFAULT_MODEL
    chosen = MODEL_BY_KEY.get(option)
    if chosen is None:
        raise InvalidRequestError(N_("There is no model “{name}” here."), name=quoted(option))
    if typed is not None and typed != chosen:
        raise InvalidRequestError(
            N_("The prompt says {flag}, but the chosen model is {model}. Change one of them."),
            flag=typed.flag,
            model=chosen.label,
        )
    return chosen
