"""Midjourney prompts: composing and validating them for a model version. Pure.

The cells of the parameter table stand in `prompt_table`; reading and printing in `prompt_text`.
"""

import re
from collections.abc import Iterable, Mapping

from bot.errors import InvalidRequestError
from bot.providers.prompt_table import (
    DEFAULT_MODEL,
    EXCLUSIONS,
    MODEL_BY_KEY,
    MODELS,
    MOST_CHARACTERS,
    MOST_IMAGES,
    MOST_PARTS,
    PARAMETER_BY_NAME,
    PARAMETERS,
    REQUIRES,
    TEXT_LIMITS,
    WEIGHTLESS,
    Form,
    Limit,
    Model,
    Parameter,
    Span,
)
from bot.providers.prompt_text import (
    Prompt,
    lookup,
    parse,
    print_prompt,
    put,
    quoted,
    read,
    read_link,
    show,
    tokens_of,
)
from bot.text import N_

__all__ = [
    "DEFAULT_MODEL",
    "MODELS",
    "MODEL_BY_KEY",
    "PARAMETERS",
    "Model",
    "Parameter",
    "Prompt",
    "compose",
    "parse",
    "print_prompt",
    "traits",
    "validate",
    "validate_follow_up",
]

_TRAITS = ("draft", "hd", "oref", "tile")


def compose(text: str, *, model: str | None, options: Mapping[str, object]) -> Prompt:
    """Join slash options with what was typed, choose the model, and validate.

    Options go by parameter name or spelling, beside ``speed`` (fast, turbo) and ``images`` (URLs);
    None means not given. Lists (``no``, ``sref``, ``images``) add up, other values must agree.
    """
    typed = parse(text)
    values = dict(typed.values)
    images = tuple(read_link(str(url)) for url in _items(options.get("images")))
    for name, value in options.items():
        if name == "speed" and value is not None:
            _put_option(values, _speed(value), True)
        elif name not in ("speed", "images") and value is not None:
            _put_option(values, name, value)
    chosen = _choose(model, typed.model)
    prompt = Prompt(images + typed.images, typed.text, values, chosen)
    validate(prompt, chosen)
    return prompt


def traits(prompt: Prompt) -> frozenset[str]:
    """What later decides which buttons fit: the model's key, draft, hd, oref, tile."""
    model = {prompt.model.key} if prompt.model else set()
    return frozenset(model | {name for name in _TRAITS if name in prompt.values})


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
    for name, value in prompt.values.items():
        _check_value(PARAMETER_BY_NAME[name], value, model)
    _check_combinations(prompt.values)
    _check_text(prompt.text, model)
    if len(prompt.images) > MOST_IMAGES:
        raise InvalidRequestError(
            N_("A prompt takes {most} images at most, not {count}."),
            most=MOST_IMAGES,
            count=len(prompt.images),
        )
    length = len(print_prompt(prompt))
    if not 1 <= length <= MOST_CHARACTERS:
        raise InvalidRequestError(
            N_("The prompt must have 1 to {most} characters in all, not {count}."),
            most=MOST_CHARACTERS,
            count=length,
        )


def _put_option(values: dict[str, object], name: str, value: object) -> None:
    parameter = PARAMETER_BY_NAME.get(name) or lookup(name, [])[0]
    if parameter.form is Form.FLAG:
        if value:
            put(values, parameter, True)
        elif parameter.name in values:
            raise InvalidRequestError(
                N_("The prompt says {flag}, but the option turns it off. Change one of them."),
                flag=parameter.flag,
            )
        return
    # Discord hands numbers over as floats, and 200.0 is no whole number to `read`.
    given = (show(item) if isinstance(item, float) else str(item) for item in _items(value))
    put(values, parameter, read(parameter, [word for item in given for word in tokens_of(item)]))


def _speed(value: object) -> str:
    if value not in ("fast", "turbo"):
        raise InvalidRequestError(N_("Speed can be fast or turbo, not “{value}”."), value=value)
    return str(value)


def _items(value: object) -> Iterable[object]:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


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


def _check_value(parameter: Parameter, value: object, model: Model) -> None:
    limit = parameter.limits.get(model.key)
    if limit is None:
        raise InvalidRequestError(
            N_("{flag} works in {models}, not in {model}. Remove it or choose another model."),
            flag=parameter.flag,
            models=_names(key for key in parameter.limits),
            model=model.short,
        )
    if _allows(limit, value):
        return
    if isinstance(value, tuple):
        raise InvalidRequestError(
            N_("{flag} takes {most} at most, not {count}."),
            flag=parameter.flag,
            most=_bounds(limit).rpartition("–")[2],
            count=len(value),
        )
    if parameter.form is Form.RATIO:
        raise InvalidRequestError(
            N_("Both numbers of {flag} must be {allowed}, not {value}."),
            flag=parameter.flag,
            allowed=_bounds(limit),
            value=value,
        )
    others = [key for key, other in parameter.limits.items() if _allows(other, value)]
    sentence = (
        N_("{flag} can be {allowed} in {model}, not {value}; that works in {models}.")
        if others
        else N_("{flag} can be {allowed} in {model}, not {value}.")
    )
    raise InvalidRequestError(
        sentence,
        flag=parameter.flag,
        allowed=_bounds(limit),
        model=model.short,
        value=show(value),
        **({"models": _names(others)} if others else {}),
    )


def _allows(limit: Limit, value: object) -> bool:
    if not limit:
        return True
    sizes: Iterable[float]
    if isinstance(value, tuple):
        sizes = [len(value)]
    elif isinstance(value, str):
        sizes = map(int, value.split(":"))
    else:
        sizes = [float(str(value))]
    if isinstance(limit, Span):
        return all(limit.low <= size <= limit.high for size in sizes)
    return all(size in limit for size in sizes)


def _bounds(limit: Limit) -> str:
    if not isinstance(limit, Span):
        return ", ".join(show(float(choice)) for choice in limit)
    low, high = show(float(limit.low)), show(float(limit.high))
    return low if low == high else f"{low}–{high}"


def _names(keys: Iterable[str]) -> str:
    wanted = set(keys)
    return ", ".join(model.short for model in MODELS if model.key in wanted)


def _check_combinations(values: Mapping[str, object]) -> None:
    for first, second, clash in EXCLUSIONS:
        if first in values and values.get(second) == clash:
            raise InvalidRequestError(
                N_("{first} and {second} do not go together. Remove one of them."),
                first=PARAMETER_BY_NAME[first].flag,
                second=f"{PARAMETER_BY_NAME[second].flag} {show(clash)}".rstrip(),
            )
    for name, needed in REQUIRES.items():
        if name in values and needed not in values:
            raise InvalidRequestError(
                N_("{flag} only counts together with {needed}. Add {needed} or remove {flag}."),
                flag=PARAMETER_BY_NAME[name].flag,
                needed=PARAMETER_BY_NAME[needed].flag,
            )


def _check_text(text: str, model: Model) -> None:
    most = TEXT_LIMITS.get(model.key)
    if most is not None and len(text) > most:
        raise InvalidRequestError(
            N_("The text has {count} characters; {model} takes {most} at most. Shorten it."),
            count=len(text),
            model=model.label,
            most=most,
        )
    if "::" not in text:
        return
    if model.key in WEIGHTLESS:
        raise InvalidRequestError(
            N_("Weights (::) work in {models}, not in {model}. Remove them or change the model."),
            models=_names(MODEL_BY_KEY.keys() - WEIGHTLESS),
            model=model.short,
        )
    parts = [part for part in re.split(r"::-?[0-9.]*", text) if part.strip()]
    if len(parts) > MOST_PARTS:
        raise InvalidRequestError(
            N_("Weights (::) can divide a prompt into {most} parts at most, not {count}."),
            most=MOST_PARTS,
            count=len(parts),
        )
