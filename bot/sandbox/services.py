"""What the server and the workshop ask of an emulated provider, which is all that differs."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from aiohttp import web

from bot.operations import Call, Operation, Params
from bot.sandbox.envelopes import RefusedError, Work
from bot.sandbox.inputs import ANYTHING, Given, Terms


class Made(NamedTuple):
    """A part of what a job yields: the names of files, or a text."""

    files: Sequence[str] = ()
    text: str = ""


Step = Callable[[], Made]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What it takes to carry out a job.

    `needed` and `wished` are the addresses of pictures, `inline` those of them that may be
    ``data:`` URLs. From the pictures by address `make` gives the steps; each runs in a thread, and
    raises BadInputError when a picture does not fit.
    """

    needed: Sequence[str]
    make: Callable[[Mapping[str, Given]], Sequence[Step]]
    wished: Sequence[str] = ()
    inline: Container[str] = ()
    terms: Terms = ANYTHING


class Service(Protocol):
    """One emulated provider; what it does not accept is a RefusedError."""

    name: str
    has_holes: bool  # whether moderation may remove single results

    async def asked(self, row: Operation | Call, request: web.Request) -> Params:
        """What a request asks for, once it is clear who asks."""

    def accept(self, operation: Operation, params: Params) -> Work:
        """The job that a request makes; one that is known already may have been asked for."""

    def accepted(self, work: Work) -> Any:
        """The answer to the request that made a job; of an instant one, which is done by then."""

    async def answer(self, call: Call, params: Params) -> Any:
        """The answer to a call: what becomes JSON, or a whole response."""

    def described(self, work: Work) -> Any:
        """A job as a callback brings it."""

    def order(self, work: Work) -> Order:
        """What it takes to carry out a job; LookupError when there is no such operation."""

    def error(self, refusal: RefusedError) -> tuple[int, dict[str, Any]]:
        """The HTTP status and the body of an error."""
