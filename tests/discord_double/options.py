"""What a person types into a slash command, checked against the command as it was synced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.discord_double.world import Channel, Person, Role, Upload

Json = dict[str, Any]
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = 6, 7, 8, 9, 10, 11


class CannotDoError(AssertionError):
    """The Discord app would not let a person do this."""


@dataclass
class Typed:
    """The options for the wire, and the records they name."""

    command: Json
    options: list[Json] = field(default_factory=list)
    leaf: list[Json] = field(default_factory=list)
    resolved: Json = field(default_factory=dict)
    files: dict[int, Any] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)

    def place(self, number: int, value: str) -> None:
        """Set the value of the option with that number."""
        self.leaf[number]["value"] = value


def typed_options(
    command: Json,
    name: str,
    given: Mapping[str, Any],
    files: Mapping[str, Upload | tuple[str, bytes]],
    *,
    focus: str | None = None,
) -> Typed:
    """The options of one invocation; CannotDoError when the app would refuse them."""
    typed = Typed(command)
    level, declared = typed.options, command.get("options") or []
    for word in name.split()[1:]:
        found = _named(declared, word, name)
        if found["type"] not in {SUBCOMMAND, GROUP}:
            raise CannotDoError(f"{word!r} in /{name} is no subcommand")
        inner: list[Json] = []
        level.append({"name": word, "type": found["type"], "options": inner})
        level, declared = inner, found.get("options") or []
    if any(option["type"] in {SUBCOMMAND, GROUP} for option in declared):
        raise CannotDoError(f"/{name} has subcommands {[o['name'] for o in declared]}")
    typed.leaf = level
    values = {**given, **files}
    for key, value in values.items():
        option = _named(declared, key, name)
        entry: Json = {"name": key, "type": option["type"], "value": value}
        if key == focus:
            if not option.get("autocomplete"):
                raise CannotDoError(f"{key} of /{name} does not complete")
            entry["focused"] = True
        else:
            _convert(typed, entry, option)
        level.append(entry)
    missing = [o["name"] for o in declared if o.get("required") and o["name"] not in values]
    if missing and focus is None:
        raise CannotDoError(f"/{name} needs {missing}")
    return typed


def _named(declared: list[Json], key: str, name: str) -> Json:
    for option in declared:
        if option["name"] == key:
            return option
    raise CannotDoError(f"/{name} has no {key!r}; it has {[o['name'] for o in declared]}")


def _convert(typed: Typed, entry: Json, option: Json) -> None:
    kind, value = option["type"], entry["value"]
    records = {USER: typed.people, CHANNEL: typed.channels, ROLE: typed.roles}
    if kind == FILE:
        typed.files[len(typed.leaf)] = value
    elif kind in {USER, CHANNEL, ROLE, MENTIONABLE}:
        wanted = {USER: Person, CHANNEL: Channel, ROLE: Role}
        fits = [found for found, cls in wanted.items() if isinstance(value, cls)]
        if not fits or (kind != MENTIONABLE and fits != [kind]):
            raise CannotDoError(f"{option['name']} takes no {type(value).__name__}")
        records[fits[0]].append(value)
        entry["value"] = str(value.id)
    else:
        _check_value(option, value)


def _check_value(option: Json, value: Any) -> None:
    kind, name = option["type"], option["name"]
    wanted: dict[int, Any] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}
    if not isinstance(value, wanted[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
        raise CannotDoError(f"{name} takes no {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise CannotDoError(f"{name} offers {choices}, not {value!r}")
    size = len(value) if kind == STRING else value
    ends = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    low, high = option.get(ends[0]), option.get(ends[1])
    if kind == STRING:
        low, high = low or 0, high or 6000
    if (low is not None and size < low) or (high is not None and size > high):
        raise CannotDoError(f"{name} takes {low}-{high}, not {size}")
