"""The modal that an action asks with, and what came back in it.

A form is built from the params model's fields and read back by their names, so nothing has to be
remembered between the two.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

import discord
from annotated_types import Ge, Le, MaxLen
from pydantic.fields import FieldInfo

from bot.errors import InvalidRequestError
from bot.operations import Action, Operation
from bot.text import N_, _
from cogs.buttons import parse_id

_LONGEST_INPUT, _LONGEST_TITLE, _LONGEST_DESCRIPTION = 4000, 45, 100
_SHORT = 100  # fields of at most so many characters get one line
_NAMES = {
    "remix_prompt": N_("Prompt"),
    "prompt": N_("Prompt"),
    "text": N_("Prompt"),
    "scale": N_("Scale"),
}


def build(
    custom_id: str, action: Action, operation: Operation, defaults: Mapping[str, str]
) -> discord.ui.Modal:
    """The modal that asks for an action's fields; `defaults` fills them in."""
    press = parse_id(custom_id)
    title = _(action.label, n=((press and press.image) or 0) + 1)
    fields = operation.params.model_fields
    return _modal(
        custom_id,
        title,
        *(_labelled(name, fields[name], defaults.get(name, "")) for name in action.ask),
    )


def build_one(
    custom_id: str,
    title: str,
    name: str,
    info: FieldInfo,
    default: str,
    longest: int = _LONGEST_INPUT,
) -> discord.ui.Modal:
    """The modal that asks for one text; of a `default` that is too long it shows the beginning.

    It takes at most `longest` characters, or fewer where the field does.
    """
    info = copy(info)
    info.metadata = [MaxLen(min(longest, _longest(info))), *info.metadata]
    return _modal(custom_id, title, _labelled(name, info, default[: _longest(info)]))


def _modal(custom_id: str, title: str, *parts: discord.ui.Label[Any]) -> discord.ui.Modal:
    modal = discord.ui.Modal(title=title[:_LONGEST_TITLE], custom_id=custom_id)
    for part in parts:
        modal.add_item(part)
    # A stopped modal is not kept in memory, so that only its id dispatches it.
    modal.stop()
    return modal


def _labelled(name: str, info: FieldInfo, default: str) -> discord.ui.Label[Any]:
    return discord.ui.Label(
        text=name_of(name),
        description=_(info.description)[:_LONGEST_DESCRIPTION] if info.description else None,
        component=_input(name, info, default),
    )


def _longest(info: FieldInfo) -> int:
    most = next((mark.max_length for mark in info.metadata if isinstance(mark, MaxLen)), None)
    return min(most or _LONGEST_INPUT, _LONGEST_INPUT)


def _input(name: str, info: FieldInfo, default: str) -> discord.ui.TextInput[Any]:
    is_text = bounds_of(info) == (None, None)
    longest = _longest(info) if is_text else _SHORT
    return discord.ui.TextInput(
        custom_id=name,
        style=(
            discord.TextStyle.paragraph if is_text and longest > _SHORT else discord.TextStyle.short
        ),
        # A value that had to be cut would lose its end unseen.
        default=default if len(default) <= longest else None,
        max_length=longest,
        required=info.is_required(),
    )


def answers(data: Mapping[str, Any], action: Action, operation: Operation) -> dict[str, Any]:
    """What a submitted form says: asked fields only, empty ones left out, numbers checked."""
    fields = operation.params.model_fields
    given = {name: said_in(data, name) for name in action.ask}
    return {name: _value(name, fields[name], text) for name, text in given.items() if text}


def said_in(data: Mapping[str, Any], name: str) -> str:
    """What a submitted form says in one of its fields; empty when it has no such field."""
    said = (
        each["value"] for each in _inputs(data.get("components", ())) if each["custom_id"] == name
    )
    return next(said, "").strip()


def _inputs(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if isinstance(component.get("value"), str) and "custom_id" in component:
            yield component
        yield from _inputs(component.get("components", ()))
        if "component" in component:
            yield from _inputs([component["component"]])


def _value(name: str, info: FieldInfo, text: str) -> str | float:
    low, high = bounds_of(info)
    if low is None or high is None:
        return text
    try:
        number = float(text.replace(",", ".").lower().removesuffix("x"))
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise InvalidRequestError(
            N_("{name} must be a number from {low} to {high}, not “{value}”."),
            name=name_of(name),
            low=f"{low:g}",
            high=f"{high:g}",
            value=text[:20],
        )
    return number


def bounds_of(info: FieldInfo) -> tuple[float | None, float | None]:
    """The least and the greatest number that a field takes; None where it has no such bound."""
    low = next((mark.ge for mark in info.metadata if isinstance(mark, Ge)), None)
    high = next((mark.le for mark in info.metadata if isinstance(mark, Le)), None)
    return _number(low), _number(high)


def _number(bound: Any) -> float | None:
    return None if bound is None else float(bound)


def name_of(field: str) -> str:
    """What a field is called in front of people."""
    return _(_NAMES[field]) if field in _NAMES else field.replace("_", " ").capitalize()
