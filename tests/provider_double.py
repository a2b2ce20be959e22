"""A strict Youchuan on loopback that does what a test's script says and keeps a ledger.

It knows the manual, not our code: unknown fields and wrong credentials are refused, and every
submit it takes is one line in `paid`.
"""

import asyncio
import io
import os
import socket
import struct
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self

import aiohttp
import av
from aiohttp import web
from PIL import Image

APP_ID, SECRET = "app-of-the-double", "secret-of-the-double"
_PICTURE = {"jobId", "imageNo"}
_IMAGE = _PICTURE | {"callback"}
_CLIP = {"jobId", "videoNo", "callback"}
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
    "inpaint": _PROMPT | {"mask"},
    "edit": _PROMPT | {"mask", "canvas", "imgPos"},
    "upload-paint": {"imgUrl", "mask", "canvas", "imgPos", "remixPrompt", "callback"},
    "retexture": {"imgUrl", "remixPrompt", "callback"},
    "remove-background": {"imgUrl", "callback"},
    "video-diffusion": _IMAGE | {"prompt", "videoType"},
    "extend-video": _CLIP | {"prompt"},
    "video-upscale": _CLIP,
}
# What the manual calls 必填; `video-diffusion` needs one of two.
_REQUIRED: Mapping[str, set[str]] = {
    "diffusion": {"text"},
    "variation": _PICTURE | {"type"},
    "upscale": _PICTURE | {"type"},
    "reroll": {"jobId"},
    "pan": _PICTURE | {"direction", "scale"},
    "outpaint": _PICTURE | {"scale"},
    "remix": _PICTURE | {"remixPrompt"},
    "enhance": _PICTURE,
    "inpaint": _PICTURE | {"mask"},
    "edit": _PICTURE | {"canvas", "imgPos", "remixPrompt"},
    "upload-paint": {"imgUrl", "mask", "canvas", "imgPos", "remixPrompt"},
    "retexture": {"imgUrl", "remixPrompt"},
    "remove-background": {"imgUrl"},
    "video-diffusion": set(),
    "extend-video": {"jobId", "videoNo", "prompt"},
    "video-upscale": {"jobId", "videoNo"},
}
_CLIPS = {"video-diffusion", "extend-video", "video-upscale"}
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


def picture(
    color: str = "red", size: tuple[int, int] = (16, 16), *, kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    """A small true picture of one colour."""
    file = io.BytesIO()
    Image.new(mode, size, color).save(file, kind)
    return file.getvalue()


@cache
def clip() -> bytes:
    """A small true MP4 of half a second."""
    return _filmed([Image.new("RGB", (64, 64), (60 * shade, 90, 90)) for shade in range(4)])


@cache
def heavy_clip() -> bytes:
    """Three seconds of noise that nothing compresses: 12 MiB."""
    size = (640, 480)
    noise = [Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)) for _ in range(24)]
    return _filmed(noise, preset="ultrafast", crf="1")


def _filmed(pictures: Sequence[Image.Image], **options: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("h264", rate=8, options=options)
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuv420p"
        for image in pictures:
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    return file.getvalue()


class AccountDouble:
    """The double's endpoints that make no job: the account, its callback test, its moodboards.

    `answers` holds by verb what they say instead of what is so; a `Reply` among them is carried
    out. `asked` is what came in: verb, and query or body.
    """

    def __init__(self, double: "ProviderDouble") -> None:
        self._double = double
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {"subscribe": {"plan": "pro"}}
        self.boards: dict[str, dict[str, Any]] = {}
        self.calls_back, self.tested = True, asyncio.Event()

    def add_routes(self, app: web.Application) -> None:
        for verb in ("subscribe", "costs", "cost-monthly", "moodboards"):
            app.router.add_get(f"/v1/tob/{verb}", self._listed)
        app.router.add_post("/v1/tob/callback", self._callback)
        app.router.add_post("/v1/tob/moodboard", self._create)
        app.router.add_put("/v1/tob/moodboard/{id}", self._update)

    async def _listed(self, request: web.Request) -> web.StreamResponse:
        verb, query = request.path.rpartition("/")[2], dict(request.query)
        self.asked.append((verb, query))
        known = set() if verb == "subscribe" else {"pageNo", "pageSize"}
        if not set(query) <= known | ({"since", "to"} if verb == "costs" else set()):
            return _answer(complaint(400, "Invalid_Argument"))
        if verb.startswith("cost") and not known <= set(query):
            return _answer(complaint(400, "Invalid_Argument"))
        page, size = int(query.get("pageNo", 1)), int(query.get("pageSize", 10))
        if not (1 <= page <= 1000 and 1 <= size <= 500):
            return _answer(complaint(400, "Invalid_Argument"))
        there = list(self.boards.values()) if verb == "moodboards" else []
        shown = there[(page - 1) * size : page * size]
        return self._said(request, verb, {"items": shown, "total": len(there)})

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(("callback", body))
        paid = next((paid for paid in self._double.paid if paid.id == body.get("jobId")), None)
        if set(body) != {"jobId"} or paid is None:
            return _answer(complaint(400, "Invalid_Argument"))
        self.tested.set()
        if self.calls_back and paid.callback:
            await self._double.call_back(paid.callback, self._double.jobs[paid.id])
        return self._said(request, "callback", {})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(("post", body))
        if "name" not in body or _no_board(body):
            return _answer(complaint(400, "Invalid_Argument"))
        number = f"{len(self.asked):024x}"
        if "post" not in self.answers:
            self.boards[number] = {"id": number, **body}
        return self._said(request, "post", {"id": number})

    async def _update(self, request: web.Request) -> web.StreamResponse:
        body, number = await request.json(), request.match_info["id"]
        self.asked.append(("put", body | {"id": number}))
        if _no_board(body):
            return _answer(complaint(400, "Invalid_Argument"))
        if number not in self.boards:
            return _answer(complaint(404, "Not_Found"))
        if "put" not in self.answers:
            self.boards[number] |= body
        return self._said(request, "put", self.boards[number])

    def _said(self, request: web.Request, verb: str, otherwise: Any) -> web.StreamResponse:
        if refused := self._double.intruder(request):
            return _answer(refused)
        said = self.answers.get(verb, otherwise)
        return (
            self._double.told(request, said) if isinstance(said, Reply) else web.json_response(said)
        )


class ProviderDouble:
    """An async context manager; `url` is where it listens.

    `drawings` holds what a verb's files are from now on, instead of a red picture or a clip.
    """

    def __init__(self) -> None:
        self.paid: list[Paid] = []
        self.requests: list[str] = []
        self.submits: deque[Reply] = deque()
        self.polls: deque[Reply] = deque()
        self.files: deque[Reply] = deque()
        self.drawings: dict[str, bytes] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.taken, self.go_on = asyncio.Event(), asyncio.Event()
        self.url = ""
        self.account = AccountDouble(self)
        self._leave = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        self.account.add_routes(app)
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
        kind = "mp4" if self.verb_of(external_id) in _CLIPS else "png"
        urls = [f"{self.url}/files/{external_id}_{n}.{kind}" for n in range(count)]
        return self.set(external_id, 2, urls)

    def verb_of(self, external_id: str) -> str:
        """What was asked of a job; a reroll does what the job did that it repeats."""
        paid = next((paid for paid in self.paid if paid.id == external_id), None)
        if paid and paid.verb == "reroll":
            return self.verb_of(paid.body["jobId"])
        return paid.verb if paid else ""

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
        fault = self.intruder(request) or _misfit(verb, body)
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

    def intruder(self, request: web.Request) -> Reply | None:
        """The refusal of whoever does not know the credentials."""
        sent = request.headers
        if (sent.get("x-youchuan-app"), sent.get("x-youchuan-secret")) != (APP_ID, SECRET):
            return complaint(401, "Invalid_App_Identifier")
        return None

    def told(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        """An answer as the script wants it."""
        return _reset(request) if reply.deed == "reset" else _answer(reply)

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
        drawn = self.drawings.get(self.verb_of(request.match_info["name"].partition("_")[0]))
        if request.path.endswith(".mp4"):
            return web.Response(body=drawn or clip(), content_type="video/mp4")
        return web.Response(body=drawn or picture(), content_type="image/png")


def _no_board(body: Any) -> bool:
    return not set(body) <= {"name", "description", "images"} or None in body.values()


def _misfit(verb: str, body: Any) -> Reply | None:
    if verb not in _FIELDS or not isinstance(body, dict):
        return complaint(400, "Invalid_Argument")
    if not _REQUIRED[verb] <= set(body) <= _FIELDS[verb] or None in body.values():
        return complaint(400, "Invalid_Argument")
    if verb == "video-diffusion" and not {"jobId", "prompt"} & set(body):
        return complaint(400, "Invalid_Argument")
    return None


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
