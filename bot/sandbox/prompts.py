"""What the prompts of the emulator's jobs say, and what a follow-up without one inherits.

A demo's own pictures have addresses without TLS; here those are read like any other.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.operations import Kind, Operation, Params
from bot.providers import prompt as mj
from bot.providers import prompt_video
from bot.providers.prompt import Prompt
from bot.sandbox.envelopes import Work

UNNAMED = mj.MODEL_BY_KEY["v6.1"]  # what the provider takes where a prompt names no model

_PLAIN = re.compile(r"(?<!\S)http://")
_PROMPTS = ("text", "prompt", "remix_prompt")  # the fields that hold one


def picture_prompt(text: str) -> Prompt:
    """A prompt for pictures taken apart; InvalidRequestError when it cannot be read."""
    return _as_given(mj.parse(_secured(text)), text)


def clip_prompt(text: str) -> Prompt:
    """A prompt for clips taken apart; InvalidRequestError when it cannot be read."""
    return _as_given(prompt_video.parse_video(_secured(text)), text)


def of_work(work: Work) -> Prompt:
    """The prompt that a job runs under, taken apart as what it makes asks for."""
    return (clip_prompt if "video" in work.traits else picture_prompt)(work.prompt)


def readable(params: Params) -> Params:
    """The params as far as they are only read: every address in a prompt is https."""
    given = {name: getattr(params, name, None) for name in _PROMPTS}
    return params.model_copy(update={name: _secured(text) for name, text in given.items() if text})


def prompt_of(operation: Operation, params: Params, parent: Work | None) -> str:
    """The prompt a job runs under: its own, else that of the job it follows.

    InvalidRequestError: its parameters do not fit its model.
    """
    own = params.own_prompt()
    if operation.kind is Kind.VIDEO:
        return _of_clip(operation, own, parent)
    if not own:
        return parent.prompt if parent else ""
    parsed = picture_prompt(own)
    former = _model_of(parent)
    _CHECKS.get(operation.name, _check_follow_up)(parsed, parsed.model or former or UNNAMED)
    return own if parsed.model or not former else f"{own} {former.flag}"


def _of_clip(operation: Operation, own: str, parent: Work | None) -> str:
    parsed = clip_prompt(own)
    if operation.name == "youchuan.extend_video":
        prompt_video.validate_extension(parsed)
    elif "prompt" in operation.params.model_fields:
        prompt_video.validate_video(parsed, follows=parent is not None)
    elif parent:
        return parent.prompt
    if parsed.text or parent is None:
        return own
    return f"{of_work(parent).text} {own}".strip()


def _model_of(work: Work | None) -> mj.Model | None:
    return of_work(work).model if work else None


def _check_follow_up(prompt: Prompt, model: mj.Model) -> None:
    mj.validate_follow_up(prompt, model)


def _check_retexture(prompt: Prompt, model: mj.Model) -> None:
    mj.validate_follow_up(prompt, model)
    mj.check_retexture_model(model)


_CHECKS: Mapping[str, Callable[[Prompt, mj.Model], None]] = {
    "youchuan.diffusion": mj.validate,
    "youchuan.retexture": _check_retexture,
}


def _secured(text: str) -> str:
    return _PLAIN.sub("https://", text)


def _as_given(prompt: Prompt, text: str) -> Prompt:
    """The prompt with its addresses as they were sent."""

    def back(address: str) -> str:
        plain = address.replace("https", "http", 1)
        return plain if plain in text and address not in text else address

    values = {
        name: tuple(map(back, value)) if isinstance(value, tuple) else value
        for name, value in prompt.values.items()
    }
    return replace(prompt, images=tuple(map(back, prompt.images)), values=values)
