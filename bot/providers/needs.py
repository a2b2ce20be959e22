"""What a request asks of a model, whichever model it was meant for; and who else can honour it.

Needs are a mapping by option of ``/imagine``: the text as ``prompt``, what was chosen, and what
was typed with the prompt. Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.errors import InvalidRequestError
from bot.providers import jumdata_choices, prompt_table
from bot.providers.models import EVERYBODYS, SPEEDS, Model, model, model_behind, models, option_of
from bot.providers.prompt import compose, parse, print_prompt, typed
from bot.providers.prompt_text import Prompt

Needs = Mapping[str, object]

MIDJOURNEY = "youchuan.diffusion"
_PARAMETER_OF = {"image": "images", **{option_of(name): name for name in ("sref", "oref")}}


def needs_of(text: str, given: Mapping[str, object]) -> Needs:
    """All that a request to Midjourney asks: its options, and what was typed with the prompt.

    InvalidRequestError when what was typed cannot be read.
    """
    return _of_prompt(typed(text)) | _options(given)


def plain_needs(text: str, given: Mapping[str, object]) -> Needs:
    """All that a request to a model asks which draws from a plain text."""
    return {"prompt": text.strip(), **_options(given)}


def needs_behind(operation: str, params: Mapping[str, Any]) -> tuple[Model, Needs] | None:
    """What was asked of which model, from a stored request; None where it is no drawing's."""
    if operation == MIDJOURNEY:
        prompt = parse(str(params.get("text", "")))
        return model((prompt.model or prompt_table.DEFAULT_MODEL).key), _of_prompt(prompt)
    behind = model_behind(operation)
    if behind is None:
        return None
    given = {option: params.get(name) for option, name in behind.fields.items()}
    if "aspect" in given:
        given["aspect"] = jumdata_choices.ASPECT_OF.get(str(given["aspect"]), given["aspect"])
    return behind, plain_needs(str(params.get(behind.text, "")), given)


def values_for(chosen: Model, needs: Needs) -> dict[str, Any]:
    """The values of the model's own request that ask the same of it.

    InvalidRequestError where the text cannot be said to it.
    """
    if chosen.is_plain:
        fields = {"prompt": chosen.text, **chosen.fields}
        return {fields[option]: value for option, value in needs.items() if option in fields}
    options = {
        _PARAMETER_OF.get(option, option): value
        for option, value in needs.items()
        if option not in ("prompt", "weights")  # both stand in the text
    }
    prompt = compose(str(needs["prompt"]), model=chosen.key, options=options)
    return {"text": print_prompt(prompt)}


def capable(
    wants: Sequence[Needs], connected: Collection[str], after: Model | None = None
) -> Iterator[Model]:
    """The models that honour all of these requests, among other providers than that of `after`.

    The provider's account is what is off or used up, so its other models are no way out. Those
    of the providers behind it come first, and of each provider its usual model.
    """
    names = list(dict.fromkeys(each.provider for each in models()))
    at = names.index(after.provider) if after else len(names)
    for name in names[at + 1 :] + names[:at]:
        if name in connected:
            own = [each for each in models() if each.provider == name]
            own.sort(key=lambda each: each.key != prompt_table.DEFAULT_MODEL.key)
            yield from (each for each in own if all(_honours(each, needs) for needs in wants))


def _honours(each: Model, needs: Needs) -> bool:
    if any(each.lacks(needs)):
        return False
    if each.is_plain:
        return bool(needs["prompt"])
    try:
        values_for(each, needs)
    except InvalidRequestError:
        return False  # such as an address in the midst of the text
    return True


def _of_prompt(prompt: Prompt) -> dict[str, object]:
    needs: dict[str, object] = {"prompt": prompt.text, "image": prompt.images}
    if "::" in prompt.text:
        needs["weights"] = True
    for name, value in prompt.values.items():
        if name in SPEEDS:
            needs["speed"] = name
        else:
            needs[option_of(name)] = value
    return needs


def _options(given: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value
        for name, value in given.items()
        if name not in EVERYBODYS and value is not None and value is not False
    }
