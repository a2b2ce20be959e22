"""Whether a prompt's values, text and length fit its model; the bounds stand in `prompt_table`."""

import re
from collections.abc import Iterable, Mapping

from bot.errors import InvalidRequestError
from bot.providers.prompt_row import Form, Limit, Model, Parameter, Span
from bot.providers.prompt_table import (
    EXCLUSIONS,
    MODEL_BY_KEY,
    MODELS,
    MOST_CHARACTERS,
    MOST_PARTS,
    PARAMETER_BY_NAME,
    REQUIRES,
    TEXT_LIMITS,
    VIDEO,
    WEIGHTLESS,
)
from bot.providers.prompt_text import Prompt, print_prompt, show
from bot.text import N_


def check_values(values: Mapping[str, object], model: Model) -> None:
    """InvalidRequestError when a value, or two of them together, do not go with the model."""
    for name, value in values.items():
        _check_value(PARAMETER_BY_NAME[name], value, model)
    _check_combinations(values)


def check_length(prompt: Prompt) -> None:
    """InvalidRequestError when the whole prompt, as printed, is empty or too long."""
    length = len(print_prompt(prompt))
    if not 1 <= length <= MOST_CHARACTERS:
        raise InvalidRequestError(
            N_("The prompt must have 1 to {most} characters in all, not {count}."),
            most=MOST_CHARACTERS,
            count=length,
        )


def names_of(keys: Iterable[str]) -> str:
    """The models of these keys for a sentence, the newest first."""
    wanted = set(keys)
    return ", ".join(model.short for model in (*MODELS, VIDEO) if model.key in wanted)


def _check_value(parameter: Parameter, value: object, model: Model) -> None:
    limit = parameter.limits.get(model.key)
    if limit is None:
        raise InvalidRequestError(
            N_("{flag} works in {models}, not in {model}. Remove it or choose another model."),
            flag=parameter.flag,
            models=names_of(parameter.limits),
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
    others = names_of(key for key, other in parameter.limits.items() if _allows(other, value))
    if others:
        sentence = N_("{flag} can be {allowed} in {model}, not {value}; that works in {models}.")
    elif len(parameter.limits) > 1:
        sentence = N_("{flag} can be {allowed} in {model}, not {value}.")
    else:
        sentence = N_("{flag} can be {allowed}, not {value}.")
    raise InvalidRequestError(
        sentence,
        flag=parameter.flag,
        allowed=_bounds(limit),
        model=model.short,
        value=show(value),
        models=others,
    )


def _allows(limit: Limit, value: object) -> bool:
    if isinstance(limit, Span):
        return all(limit.low <= size <= limit.high for size in _sizes(value))
    return not limit or value in limit


def _sizes(value: object) -> Iterable[float]:
    if isinstance(value, tuple):
        return [len(value)]
    return map(float, str(value).split(":"))  # both sides of a ratio


def _bounds(limit: Limit) -> str:
    if not isinstance(limit, Span):
        return ", ".join(map(show, limit))
    low, high = show(limit.low), show(limit.high)
    return low if low == high else f"{low}–{high}"


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


def check_text(text: str, model: Model) -> None:
    """InvalidRequestError when the text is too long for the model, or weighted wrongly."""
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
            models=names_of(MODEL_BY_KEY.keys() - WEIGHTLESS),
            model=model.short,
        )
    parts = [part for part in re.split(r"::-?[0-9.]*", text) if part.strip()]
    if len(parts) > MOST_PARTS:
        raise InvalidRequestError(
            N_("Weights (::) can divide a prompt into {most} parts at most, not {count}."),
            most=MOST_PARTS,
            count=len(parts),
        )
