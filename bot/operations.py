"""The catalog: one frozen row per endpoint. Pure; knows neither HTTP nor Discord.

An `Operation` makes a job; a `Call` makes none. An `Action` is what a button under a result means.
Validation, the wire body, buttons, the emulator's routes, the listing and the tests derive from
these rows, so a new endpoint is a params model and a row.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from bot.errors import GoneError, InvalidRequestError
from bot.text import N_


@dataclass(frozen=True)
class FromParent:
    """Marker: the value comes from the followed job: ``external_id`` or ``index``."""

    source: str


class Always:
    """Marker: the manual requires it, so its default goes on the wire too."""


class Upload:
    """Marker: the address of a file that the person gives, or that the followed result shows."""


UPLOAD_SCHEME = "upload://"
STAND_IN = re.compile(rf"{UPLOAD_SCHEME}[0-9]{{1,3}}")  # what `stand_in` makes


def stand_in(position: int) -> str:
    """What stands for the upload of a position (from 0) until its file has an address."""
    return f"{UPLOAD_SCHEME}{position}"


class EditorOnly:
    """Marker: too fine for a slash option; the web editor asks for it."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is taken of a given picture: pixels a side, bytes; None is no limit.

    A larger picture is made smaller, or refused where a side is longer than `refused_side`: after
    that, little would be gained by what was asked for.
    """

    longest_side: int | None = None
    most_bytes: int | None = None
    refused_side: int | None = None


class Params(BaseModel):
    """One validated request. Field names are ours, camelCase is the wire's."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )

    def body(self) -> dict[str, Any]:
        """What goes on the wire: what was supplied, plus what the manual requires."""
        kept = self.model_fields_set | {
            name for name, info in type(self).model_fields.items() if has_marker(info, Always)
        }
        return self.model_dump(mode="json", by_alias=True, include=kept, exclude_none=True)

    def stored(self) -> dict[str, Any]:
        """What the job row keeps; `model_validate` of it gives the same params back."""
        return self.model_dump(mode="json", exclude_unset=True)

    def own_prompt(self) -> str:
        """The prompt as it is sent, parameters and all; empty when it brings none."""
        return ""

    def words(self) -> str:
        """The prompt a person would recognise this request by; empty when there is none."""
        return ""

    def follow_prompt(self) -> str:
        """The prompt to offer whoever goes on from the result with another one."""
        return self.own_prompt()

    def traits(self, parent: frozenset[str]) -> frozenset[str]:
        """Facts about the result that decide which actions fit it, such as its model."""
        return parent

    def price_factor(self, traits: frozenset[str]) -> float:
        """How much dearer than the row's price this is; `traits` are those of its result."""
        return 1.0

    @classmethod
    def tidied(cls, values: Mapping[str, Any], parent: frozenset[str]) -> dict[str, Any]:
        """What a person typed, made fit to send; InvalidRequestError says what to change.

        `parent` are the traits of the result that it follows.
        """
        return dict(values)

    def limits(self) -> Limits:
        """What the pictures that it is given have to keep to."""
        return Limits()

    def inline(self) -> frozenset[str]:
        """The addresses in it that may also be the file itself, as a ``data:`` URL."""
        return frozenset()


def has_marker(info: FieldInfo, marker: type) -> bool:
    """Whether a field carries a marker in its `Annotated`, as a class or an instance."""
    return any(found is marker or isinstance(found, marker) for found in info.metadata)


class Kind(StrEnum):
    """What a job yields."""

    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"
    VECTOR = "vector"


class Group(StrEnum):
    """The commands that a server can leave to some roles, by what they are for."""

    GENERATE = "generate"
    VIDEO = "video"
    TOOLS = "tools"
    CHAT = "chat"
    ACCOUNT = "account"


class Row(StrEnum):
    """Where an action stands under a result; the order of rows is the layout's."""

    PICK = "pick"  # U, Extend: one button per place of a grid
    VARIATION = "variation"  # V, Upscale of clips: likewise
    WHOLE = "whole"  # concerns the whole result, such as reroll
    IMAGE = "image"  # first row under one image
    PAN = "pan"
    ZOOM = "zoom"
    MORE = "more"  # the select under one image


@dataclass(frozen=True, kw_only=True)
class Price:
    """An estimate in fen: `base` a job plus `each` an image. None is unknown, never 0."""

    base: int | None = None
    each: int | None = None
    factor: float = 1.0

    def of(self, factor: float = 1.0, count: int = 1) -> int | None:
        """The estimate for one job of `count` images; None when it is unknown."""
        if self.base is None and self.each is None:
            return None
        return round(((self.base or 0) + (self.each or 0) * count) * self.factor * factor)


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a button means: `operation` with `preset` values, after asking for `ask` in a modal.

    With `editor` the web editor asks instead. Shown when the result has all traits of `only` and
    none of `unless`; `refusal` is said to whoever gets at it otherwise. `once`: a second press
    leads to the job that the first one made.
    """

    key: str
    label: str
    operation: str
    row: Row
    emoji: str | None = None
    preset: Mapping[str, Any] | None = None
    ask: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    once: bool = False
    editor: bool = False
    refusal: str = N_("This cannot be done with this picture.")

    def fits(self, traits: frozenset[str]) -> bool:
        return self.only <= traits and not self.unless & traits


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An endpoint that makes a job. `name` is ``provider.verb`` and is stored in rows: it stays.

    An `instant` one answers with the result itself, so nothing runs there afterwards. A `tool`
    works on a picture that is there already.
    """

    name: str
    path: str
    params: type[Params]
    kind: Kind
    summary: str
    price: Price = Price()
    actions: tuple[Action, ...] = ()
    commands: tuple[str, ...] = ()
    method: str = "POST"
    instant: bool = False
    tool: bool = False

    @property
    def provider(self) -> str:
        return self.name.partition(".")[0]

    @property
    def group(self) -> Group:
        """The group of commands that it belongs to."""
        if self.instant:
            return Group.CHAT
        if self.kind is Kind.VIDEO:
            return Group.VIDEO
        return Group.TOOLS if self.tool else Group.GENERATE

    def follows(self, params: Params | None = None) -> bool:
        """Whether these params, or any at all, name an earlier job of the provider."""
        return any(
            isinstance(marker, FromParent) and marker.source == "external_id"
            for name, info in self.params.model_fields.items()
            for marker in info.metadata
            if params is None or getattr(params, name) is not None
        )

    @property
    def settles_by(self) -> str:
        """How a lost submit may be settled: ``key``, ``callback`` or ``none`` (see `engine`)."""
        fields = self.params.model_fields
        if "request_id" in fields:
            return "key"
        return "callback" if "callback" in fields else "none"

    @property
    def file_field(self) -> str | None:
        """The field that takes a picture's own address, where there is one."""
        fields = self.params.model_fields.items()
        return next((name for name, info in fields if has_marker(info, Upload)), None)

    def validate(self, values: Mapping[str, Any]) -> Params:
        """The params these values make; InvalidRequestError naming what to change."""
        return validated(self.params, values)


@dataclass(frozen=True, kw_only=True)
class Call:
    """An endpoint that makes no job: query, cancel, account, moodboards."""

    name: str
    path: str
    summary: str
    method: str = "GET"
    params: type[Params] = Params
    commands: tuple[str, ...] = ()

    @property
    def provider(self) -> str:
        return self.name.partition(".")[0]


class Catalog(Mapping[str, Operation]):
    """All operations by name, checked once; calls beside them.

    `connected` are the providers that have an account here; None means all of them. `public`:
    whether pictures have an address here at which a provider finds them.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        calls: Iterable[Call] = (),
        connected: Collection[str] | None = None,
        *,
        public: bool = True,
    ) -> None:
        rows = tuple(operations)
        self._operations = {row.name: row for row in rows}
        self.calls = tuple(calls)
        self._connected, self._public = connected, public
        names = [row.name for row in rows] + [call.name for call in self.calls]
        if len(set(names)) != len(names):
            raise ValueError(f"catalog: a name stands twice in {sorted(names)}")
        for row in rows:
            self._check_actions(row)

    def _check_actions(self, row: Operation) -> None:
        keys = [action.key for action in row.actions]
        if len(set(keys)) != len(keys):
            raise ValueError(f"catalog: {row.name} has two actions of one key")
        for action in row.actions:
            target = self._operations.get(action.operation)
            if target is None:
                raise ValueError(f"catalog: {row.name}/{action.key} leads nowhere")
            unknown = {*(action.preset or ()), *action.ask} - set(target.params.model_fields)
            if unknown:
                raise ValueError(f"catalog: {row.name}/{action.key} names unknown {unknown}")

    def __getitem__(self, name: str) -> Operation:
        return self._operations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._operations)

    def __len__(self) -> int:
        return len(self._operations)

    def operation(self, name: str) -> Operation:
        """The row of a stored name; GoneError when this version has none."""
        try:
            return self._operations[name]
        except KeyError:
            raise GoneError(N_("This bot no longer offers “{name}”."), name=name) from None

    def action(self, operation: str, key: str) -> Action:
        """What a button's key means under a result of `operation`; GoneError when it is gone."""
        for action in self.operation(operation).actions:
            if action.key == key:
                return action
        raise GoneError(N_("This button belongs to an older version and is gone."))

    def offered(self, operation: str) -> Sequence[Action]:
        """The actions under a result of `operation` that can be carried out here."""
        actions = self.operation(operation).actions
        return [
            each
            for each in actions
            if self.is_connected(each.operation)
            and (self._public or self.operation(each.operation).file_field is None)
        ]

    def having(self, connected: Collection[str]) -> Self:
        """The same catalog for a place that has accounts of these providers."""
        other = copy(self)
        other._connected = frozenset(connected)
        return other

    @property
    def instant(self) -> frozenset[str]:
        """The operations that answer with the result itself."""
        return frozenset(row.name for row in self._operations.values() if row.instant)

    def is_connected(self, operation: str) -> bool:
        """Whether whoever carries out this operation has an account here."""
        return self._connected is None or self.operation(operation).provider in self._connected

    def listing(self) -> list[dict[str, Any]]:
        """The catalogue as plain data, one object per endpoint; what ``catalog --json`` prints."""
        operations = [
            _listed(row, row.kind.value, [action.key for action in row.actions])
            for row in self.values()
        ]
        return operations + [_listed(call, "call", []) for call in self.calls]


# What pydantic finds wrong, by its names for it.
_FAULTS: Mapping[str, str] = {
    "missing": N_("{field} is missing."),
    "extra_forbidden": N_("{field} is not known here."),
    "greater_than_equal": N_("{field} must be at least {ge}."),
    "less_than_equal": N_("{field} must be at most {le}."),
    "string_too_short": N_("{field} must not be empty."),
    "string_too_long": N_("{field} may have {max_length} characters at most."),
    "too_long": N_("{field} may have {max_length} entries at most."),
    "int_type": N_("{field} must be a whole number."),
    "int_parsing": N_("{field} must be a whole number."),
    "int_from_float": N_("{field} must be a whole number."),
}


def _listed(row: Operation | Call, kind: str, actions: list[str]) -> dict[str, Any]:
    return {
        "operation": row.name,
        "provider": row.provider,
        "method": row.method,
        "path": row.path,
        "kind": kind,
        "commands": list(row.commands),
        "actions": actions,
        "summary": row.summary,
    }


def follow_up(
    operation: Operation,
    *,
    external_id: str | None,
    index: int | None,
    values: Mapping[str, Any],
) -> Params:
    """The params of an action: what comes from the followed job, beneath preset and answers."""
    sources = {"external_id": external_id, "index": index}
    inherited = {
        name: sources[marker.source]
        for name, info in operation.params.model_fields.items()
        for marker in info.metadata
        if isinstance(marker, FromParent)
    }
    return operation.validate({**inherited, **values})


def validated(params: type[Params], values: Mapping[str, Any]) -> Params:
    """The params these values make; InvalidRequestError naming the field and its fault."""
    try:
        return params.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "request"
        sentence = _FAULTS.get(first["type"], N_("{field}: {fault}"))
        bounds = first.get("ctx", {})
        raise InvalidRequestError(
            sentence, **{**bounds, "field": field, "fault": first["msg"]}
        ) from error
