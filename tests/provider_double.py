"""A strict Youchuan on loopback that does what a test's script says and keeps a ledger.

It knows the manual, not our code: unknown fields and wrong credentials are refused, and every
submit it takes is one line in `paid`.
"""

import asyncio
import io
import socket
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web
from PIL import Image

APP_ID, SECRET = "app-of-the-double", "secret-of-the-double"
_IMAGE = {"jobId", "imageNo", "callback"}
_PROMPT = _IMAGE | {"remixPrompt"}
_FIELDS: Mapping[str, set[str]] = {
    "diffusion": {"text", "callback"},
    "variation": _PROMPT | {"type"},
    "upscale": _IMAGE | {"type"},
    "reroll": {"jobId"},
    "pan": _PROMPT | {"direction", "scale"},
    "outpaint": _PROMPT | {"scale"},
    "remix": _PROMPT | {"mode"},
    "enhance": _IMAGE,
}
_COMMENTS = {
    0: "已创建",
    1: "执行中",
    2: "成功",
    3: "未知错误",
    5: "图片审核未通过",
    14: "任务已经取消",
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the double does with one request.

    `status` and `body` answer without taking the submit. `deed` instead is one of: ``ok``;
    after taking it ``hang``, ``slow`` (answers at `go_on`), ``reset``, ``cut`` (half an answer),
    ``garbage``, ``html``, ``error`` (`status` and `body` although it was taken); before reading
    it ``refuse``.
    """

    deed: str = "ok"
    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Paid:
    """One submit that was taken, and will be charged."""

    id: str
    verb: str
    body: Mapping[str, Any]

    @property
    def callback(self) -> str | None:
        return self.body.get("callback")


def complaint(code: int, reason: str) -> Reply:
    """The provider's way to say no, without taking the submit."""
    return Reply(status=code, body={"code": code, "message": "不行", "reason": reason})


HTML = "<html><body>502 Bad Gateway</body></html>"


def picture(color: str = "red") -> bytes:
    """A small true PNG."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16), color).save(file, "PNG")
    return file.getvalue()


class ProviderDouble:
    """An async context manager; `url` is where it listens."""

    def __init__(self) -> None:
        self.paid: list[Paid] = []
        self.requests: list[str] = []
        self.submits: deque[Reply] = deque()
        self.polls: deque[Reply] = deque()
        self.files: deque[Reply] = deque()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.taken, self.go_on = asyncio.Event(), asyncio.Event()
        self.url = ""
        self._leave = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/tob/{verb}", self._submit)
        app.router.add_get("/v1/tob/job/{id}", self._job)
        app.router.add_get("/files/{name}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._leave.set()
        await self._session.close()
        await self._runner.cleanup()

    def polled(self, external_id: str) -> int:
        """How often a job was asked for."""
        return self.requests.count(f"GET /v1/tob/job/{external_id}")

    def set(self, external_id: str, status: int, urls: list[str] | None = None) -> dict[str, Any]:
        """Move a job on; the description that a poll or a callback would carry."""
        self.jobs[external_id] = {
            "id": external_id,
            "text": "a cat on a mat",
            "urls": urls or [],
            "status": status,
            "comment": _COMMENTS.get(status, "?"),
            "cost": {"jobId": external_id, "fastCost": 1, "relaxCost": 0, "feeCost": 50},
            "audits": [""] * len(urls or []),
            "seed": 4291795396 if status == 2 else 0,
        }
        return self.jobs[external_id]

    def finish(self, external_id: str, count: int = 1) -> dict[str, Any]:
        """The job has `count` pictures now."""
        urls = [f"{self.url}/files/{external_id}_{n}.png" for n in range(count)]
        return self.set(external_id, 2, urls)

    async def call_back(self, address: str, body: Any) -> int:
        """POST news (JSON, or bytes as they are) to a callback address; the status it got."""
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self._session.post(address, **data) as answer:
            return answer.status

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        verb = request.match_info["verb"]
        self.requests.append(f"POST {verb}")
        reply = self.submits.popleft() if self.submits else Reply()
        if reply.deed == "refuse":
            return _reset(request)
        body = await request.json()
        fault = self._fault(request, verb, body)
        if fault or (reply.status and reply.deed == "ok"):
            return _answer(fault or reply)
        job = self.set(f"{len(self.paid) + 1:024x}", 1)
        self.paid.append(Paid(id=job["id"], verb=verb, body=body))
        self.taken.set()
        return await self._after_taking(request, reply, job)

    async def _after_taking(
        self, request: web.Request, reply: Reply, job: dict[str, Any]
    ) -> web.StreamResponse:
        if reply.deed == "hang":
            await self._leave.wait()
        if reply.deed == "slow":
            await self.go_on.wait()
        if reply.deed in {"hang", "reset"}:
            return _reset(request)
        if reply.deed == "cut":
            response = web.StreamResponse(headers={"Content-Length": "5000"})
            await response.prepare(request)
            await response.write(b'{"id": "')
            return _reset(request)
        if reply.deed == "garbage":
            return web.Response(body=b'\x00\xff{"id":', content_type="application/json")
        if reply.deed == "html":
            return web.Response(text=HTML, content_type="text/html")
        return _answer(reply) if reply.deed == "error" else web.json_response(job)

    def _fault(self, request: web.Request, verb: str, body: Any) -> Reply | None:
        sent = request.headers
        if (sent.get("x-youchuan-app"), sent.get("x-youchuan-secret")) != (APP_ID, SECRET):
            return complaint(401, "Invalid_App_Identifier")
        if verb not in _FIELDS or not isinstance(body, dict) or not set(body) <= _FIELDS[verb]:
            return complaint(400, "Invalid_Argument")
        return None

    async def _job(self, request: web.Request) -> web.StreamResponse:
        external_id = request.match_info["id"]
        self.requests.append(f"GET /v1/tob/job/{external_id}")
        reply = self.polls.popleft() if self.polls else Reply()
        if reply.deed == "reset":
            return _reset(request)
        if reply.deed == "html":
            return web.Response(text=HTML, content_type="text/html")
        if reply.status:
            return _answer(reply)
        if external_id not in self.jobs:
            return _answer(complaint(404, "Not_Found"))
        return web.json_response(self.jobs[external_id])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        reply = self.files.popleft() if self.files else Reply()
        if reply.deed == "html":
            return web.Response(text=HTML, content_type="image/png")
        if reply.status:
            return _answer(reply)
        return web.Response(body=picture(), content_type="image/png")


def _answer(reply: Reply) -> web.Response:
    if isinstance(reply.body, str):
        return web.Response(
            text=reply.body, status=reply.status, content_type="text/html", headers=reply.headers
        )
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


def _reset(request: web.Request) -> web.StreamResponse:
    """Close with a RST instead of an answer."""
    if request.transport is None:  # the client has gone first
        return web.Response()
    sock = request.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()
