"""What the polled providers' doubles share: a server on loopback, a ledger, true files, faults.

Nothing here knows a provider's protocol.
"""

import asyncio
import secrets
import socket
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.provider_double import HTML, Reply, picture

COLOURS = ("lime", "yellow", "magenta", "cyan", "white", "black")  # of a job's pictures, in order
Notify = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Paid:
    """One submit that was taken, and will be charged."""

    id: str
    verb: str
    body: Mapping[str, Any]


class ScriptedDouble:
    """An async context manager; `url` is where it listens.

    `paid` is the ledger, `violations` what a client did that the manual does not allow. While
    `holding`, what is taken is not drawn. `files` is a script (`Reply`) as a subclass's others.
    """

    def __init__(self, notify: Notify | None = None) -> None:
        self.paid: list[Paid] = []
        self.violations: list[str] = []
        self.seals: set[str] = set()
        self.files = deque[Reply]()
        self.holding = False
        self.taken, self.go_on = asyncio.Event(), asyncio.Event()
        self.url = ""
        self._notify, self._leave = notify, asyncio.Event()
        self._served: dict[str, bytes] = {}

    def add_routes(self, app: web.Application) -> None:
        """What a subclass answers."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        app = web.Application()
        self.add_routes(app)
        app.router.add_get("/files/{name}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._leave.set()
        self.go_on.set()
        await self._runner.cleanup()

    def pay(self, number: str, verb: str, body: Mapping[str, Any]) -> Paid:
        """Take a submit."""
        self.paid.append(Paid(id=number, verb=verb, body=body))
        self.taken.set()
        return self.paid[-1]

    def pictures(self, number: str, count: int) -> Sequence[str]:
        """Sealed addresses of a job's pictures, each of its place's colour."""
        seal, urls = secrets.token_hex(8), []
        self.seals.add(seal)
        for place in range(count):
            name = f"{number}_{place}.png"
            self._served[name] = picture(COLOURS[place], (24, 24))
            urls.append(f"{self.url}/files/{name}?Expires=86400&Signature={seal}")
        return urls

    async def changed(self) -> None:
        """Tell whoever waits for something that something has happened."""
        if self._notify:
            await self._notify()

    async def acted(
        self, request: web.Request, reply: Reply, answer: web.StreamResponse
    ) -> web.StreamResponse:
        """The answer to what was taken, as the script wants it."""
        await self.changed()
        if reply.deed == "hang":
            await self._leave.wait()
        if reply.deed == "slow":
            await self.go_on.wait()
        if reply.deed in {"hang", "reset"}:
            return reset(request)
        if reply.deed == "html":
            return web.Response(text=HTML, content_type="text/html")
        return answered(reply) if reply.deed == "error" else answer

    async def _file(self, request: web.Request) -> web.StreamResponse:
        reply = self.files.popleft() if self.files else Reply()
        if reply.status or request.query.get("Signature") not in self.seals:
            return answered(reply if reply.status else Reply(status=403, body={}))
        data = self._served[request.match_info["name"]]
        return web.Response(body=data, content_type="application/octet-stream")


def answered(reply: Reply) -> web.Response:
    """A scripted answer: a string as a web page, everything else as JSON."""
    if isinstance(reply.body, str):
        return web.Response(text=reply.body, status=reply.status, content_type="text/html")
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


def reset(request: web.Request) -> web.StreamResponse:
    """Close with a RST instead of an answer."""
    if request.transport is not None:  # else the client has gone first
        sock = request.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
