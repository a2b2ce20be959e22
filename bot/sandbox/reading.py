"""Reads what requests say: names as on the wire only, and values of the manual's types.

Our own client must show a slip.
"""

import json
from collections.abc import Mapping
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from bot.errors import InvalidRequestError, ProtocolError
from bot.operations import Params
from bot.wire import parse_json

P = TypeVar("P", bound=Params)


class UnreadableError(Exception):
    """A request that is not as its model says; `field` is what is wrong first, where it is one."""

    def __init__(self, data: bytes = b"", field: str = "") -> None:
        super().__init__(field)
        self.data, self.field = data, field


async def read_params(model: type[P], request: web.Request) -> P:
    """What a request's body, or the query of a GET, asks for; UnreadableError."""
    data = await request.read()
    try:
        if request.method == "GET":
            return read_fields(model, {**request.query, **request.match_info})
        if request.match_info:
            data = _joined(data, request.match_info)
        # From JSON: a strict model takes no plain mapping for a part that is one itself.
        return model.model_validate_json(data, strict=True, by_name=False)
    except ValidationError as error:
        raise UnreadableError(data, _field(error)) from None
    except (ProtocolError, InvalidRequestError):
        raise UnreadableError(data) from None


def read_fields(model: type[P], fields: Mapping[str, str]) -> P:
    """What the fields of a form or of a query ask for; UnreadableError."""
    try:
        return model.model_validate_strings({**fields}, strict=True, by_name=False)
    except ValidationError as error:
        raise UnreadableError(field=_field(error)) from None
    except InvalidRequestError:
        raise UnreadableError from None


def _field(error: ValidationError) -> str:
    place = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
    return str(place[0]) if place else ""


def _joined(data: bytes, place: Mapping[str, str]) -> bytes:
    """A body with what its path says beside it."""
    body = parse_json(data)
    if not isinstance(body, dict):
        raise InvalidRequestError
    return json.dumps({**body, **place}).encode()
