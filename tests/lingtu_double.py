"""A strict Lingtu on loopback that does what a test's script says and keeps a ledger.

It knows the manual, not our code (`lingtu_manual`): whoever signs wrongly, sends a field too many
or gives a picture that cannot be had is refused, and told on in `violations`.
"""

import asyncio
import re
import secrets
import socket
import struct
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.lingtu_files import drawn
from tests.lingtu_manual import CODES, ENDPOINTS, Seen, addresses, refusal, unfit
from tests.provider_double import HTML, Reply

APP_ID, SECRET = "lingtu-app-of-the-double", "lingtu-secret-of-the-double"
WORDS = "一只苍鹭站在水边\n\nA heron by the water"
_FIRST_ID = 8_076_719_832_378_114_048  # beyond what a float holds
_WINDOW_SECONDS = 300
_TEXTS = {"img2text", "title"}
_CALLS = {"job/result": {"jobId"}, "job/cancel": {"jobId", "reason"}}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEEDS = {"ok", "refuse", "hang", "reset", "html", "error"}
_OPEN = ("waiting", "executing")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came in rightly signed; `at` is in seconds of the monotonic clock."""

    verb: str
    salt: str
    body: Mapping[str, Any]
    at: float


@dataclass(frozen=True, kw_only=True)
class Paid:
    """One submit that was taken, and will be charged; `pictures` are those it led to."""

    id: str
    verb: str
    body: Mapping[str, Any]
    pictures: Sequence[Seen] = field(default=(), repr=False)


def proof(app_id: str, path: str, salt: str, timestamp: str, secret: str) -> str:
    """What a request is signed with."""
    return sha256((app_id + path + salt + timestamp + secret).encode()).hexdigest()


def denial(code: int, status: int = 400) -> Reply:
    """Lingtu's way to say no, without taking the submit."""
    status = 401 if code == 401 else status
    return Reply(status=status, body={"code": code, "message": CODES.get(code, "参数错误")})


class LingtuDouble:
    """An async context manager; `url` is where it listens.

    What it takes is drawn at once, and while `holding` only at `finish` or `release`; ``moderated``
    in a prompt fails it. `id_as` and `joined` choose among the shapes of its answers, `drawings`
    has files by verb and extension (``vector.svg``) instead of its own. `submits`, `polls`,
    `cancels` and `files` are scripts (`Reply`), `asked` and `paid` the ledger.
    """

    def __init__(self, notify: Callable[[], Awaitable[None]] | None = None) -> None:
        self.asked: list[Asked] = []
        self.paid: list[Paid] = []
        self.violations: list[str] = []
        self.seals: set[str] = set()
        self.submits, self.polls, self.cancels, self.files = (deque[Reply]() for _ in range(4))
        self.jobs: dict[str, dict[str, Any]] = {}
        self.drawings: dict[str, bytes] = {}
        self.holding, self.joined, self.id_as = False, False, "number"
        self.taken = asyncio.Event()
        self.url = ""
        self._notify, self._leave = notify, asyncio.Event()
        self._salts: set[str] = set()
        self._served: dict[str, bytes] = {}

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/aigc/{verb:.+}", self._post)
        app.router.add_get("/files/{name}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5))
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._leave.set()
        await self._session.close()
        await self._runner.cleanup()

    def looks(self, external_id: str | None = None) -> Sequence[Asked]:
        """The polls, of all jobs or one."""
        polls = [asked for asked in self.asked if asked.verb == "job/result"]
        return [asked for asked in polls if external_id in (None, asked.body["jobId"])]

    def polled(self, external_id: str) -> int:
        """How often a job was asked for."""
        return len(self.looks(external_id))

    def canceled(self) -> Sequence[str]:
        """The jobs that were to be canceled, in time or not."""
        return [asked.body["jobId"] for asked in self.asked if asked.verb == "job/cancel"]

    def unfinished(self) -> Sequence[Paid]:
        """The jobs that were taken and are not over."""
        return [paid for paid in self.paid if self.jobs[paid.id]["status"] in _OPEN]

    def set(self, external_id: str, status: str, **told: Any) -> dict[str, Any]:
        """Move a job on; what a poll will say."""
        empty = {"message": None, "urls": None, "formats": None, "text": None}
        self.jobs[external_id] = {"status": status, **empty, **told}
        return self.jobs[external_id]

    def finish(self, external_id: str) -> dict[str, Any]:
        """The job has what was asked for."""
        paid = next(paid for paid in self.paid if paid.id == external_id)
        if paid.verb in _TEXTS:
            return self.set(external_id, "succeed", text=WORDS)
        kinds, seal, urls = _kinds(paid), secrets.token_hex(8), []
        self.seals.add(seal)
        for place, kind in enumerate(kinds):
            name, own = f"{paid.id}_{place}.{kind}", self.drawings.get(f"{paid.verb}.{kind}")
            self._served[name] = own or drawn(paid.verb, place, kind)
            urls.append(f"{self.url}/files/{name}?Expires=43200&Signature={seal}")
        if self.joined:
            return self.set(external_id, "succeed", url=",".join(urls), format=",".join(kinds))
        return self.set(external_id, "succeed", urls=urls, formats=kinds)

    def fail(self, external_id: str, message: str) -> dict[str, Any]:
        """The job has failed for this reason."""
        return self.set(external_id, "failed", message=message)

    def release(self) -> None:
        """Hold no longer, and draw what was held."""
        self.holding = False
        for paid in self.unfinished():
            self._draw(paid)

    def settle(self) -> None:
        """Release, and forget what a test has scripted."""
        self.release()
        for script in (self.submits, self.polls, self.cancels, self.files):
            script.clear()
        self.drawings.clear()
        self.joined, self.id_as = False, "number"

    def _draw(self, paid: Paid) -> None:
        if "moderated" in str(paid.body.get("prompt")):
            self.fail(paid.id, "内容包含敏感信息，审核未通过")
        else:
            self.finish(paid.id)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        verb = request.match_info["verb"]
        script = {"job/result": self.polls, "job/cancel": self.cancels}.get(verb, self.submits)
        reply = script.popleft() if script else Reply()
        assert reply.deed in _DEEDS, reply.deed
        try:
            if reply.deed == "refuse":
                return _reset(request)
            if wrong := self._intruder(request):
                return self._violated(401, f"{verb}: {wrong}")
            body, salt = await request.json(), request.headers["salt"]
            self.asked.append(Asked(verb=verb, salt=salt, body=body, at=time.monotonic()))
            if reply.status and reply.deed == "ok":
                return _answer(reply)
            if verb in _CALLS:
                return await self._acted(request, reply, self._called(verb, body))
            return await self._submitted(request, reply, verb, body)
        finally:
            await self._changed()

    async def _changed(self) -> None:
        if self._notify:
            await self._notify()

    def _intruder(self, request: web.Request) -> str:
        """What is wrong with a signature; empty when nothing is."""
        sent = (request.headers.get(name, "") for name in ("appId", "timestamp", "salt", "sign"))
        app_id, timestamp, salt, sign = sent
        if not (timestamp.isdecimal() and _UUID.fullmatch(salt)):
            return "a salt or a timestamp that is none"
        if app_id != APP_ID or sign != proof(APP_ID, request.path, salt, timestamp, SECRET):
            return "wrong signature"
        if abs(time.time() - int(timestamp)) > _WINDOW_SECONDS:
            return f"timestamp {timestamp}"
        if salt in self._salts:
            return "a salt that was used"
        self._salts.add(salt)
        return ""

    def _violated(self, code: int, what: str) -> web.Response:
        self.violations.append(what)
        return _answer(denial(code))

    def _called(self, verb: str, body: Any) -> web.Response:
        known = isinstance(body, dict) and {"jobId"} <= set(body) <= _CALLS[verb]
        if not known or not all(isinstance(value, str) for value in body.values()):
            return self._violated(400, f"{verb}: {body}")
        job = self.jobs.get(body["jobId"])
        if job is None:
            return _answer(Reply(status=400, body={"code": 400, "message": "任务不存在"}))
        if verb == "job/result":
            return web.json_response(job)
        if job["status"] != "waiting":
            return web.json_response({"success": False, "message": "任务已开始执行，无法取消"})
        self.set(body["jobId"], "canceled")
        return web.json_response({"success": True, "message": None})

    async def _submitted(
        self, request: web.Request, reply: Reply, verb: str, body: Any
    ) -> web.StreamResponse:
        if wrong := refusal(verb, body):
            return self._violated(wrong[0], f"{verb}: {wrong[1]} in {body}")
        paid = self._paid_for(verb, body)
        if paid is None:
            try:
                pictures = [await self._seen(place, url) for place, url in addresses(body)]
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                return self._violated(800002, f"{verb}: no picture: {error!r}")
            if objection := unfit(verb, body, pictures):
                return self._violated(800002, f"{verb}: {objection}")
            paid = self._paid_for(verb, body) or self._take(verb, body, pictures)
            await self._changed()
        return await self._acted(request, reply, self._accepted(paid.id))

    def _paid_for(self, verb: str, body: Mapping[str, Any]) -> Paid | None:
        """What a requestId was paid for already."""
        known = [paid for paid in self.paid if paid.body["requestId"] == body["requestId"]]
        if known and (known[0].verb, known[0].body) != (verb, body):
            self.violations.append(f"{verb}: a requestId of another request")
        return known[0] if known else None

    async def _seen(self, place: str, address: str) -> Seen:
        """The picture behind an address; ClientError or OSError when it cannot be had."""
        async with self._session.get(
            address, allow_redirects=False, raise_for_status=True
        ) as answer:
            found = Seen(place=place, address=address, data=await answer.read())
        found.opened().load()
        return found

    def _take(self, verb: str, body: Mapping[str, Any], pictures: Sequence[Seen]) -> Paid:
        paid = Paid(id=str(_FIRST_ID + len(self.paid)), verb=verb, body=body, pictures=pictures)
        self.paid.append(paid)
        self.set(paid.id, "waiting")
        if not self.holding:
            self._draw(paid)
        self.taken.set()
        return paid

    def _accepted(self, number: str) -> web.Response:
        if self.id_as == "number":
            return web.Response(text=number, content_type="application/json")
        shapes = {"string": number, "jobId": {"jobId": number}, "data": {"data": number}}
        return web.json_response(shapes[self.id_as])

    async def _acted(
        self, request: web.Request, reply: Reply, answer: web.Response
    ) -> web.StreamResponse:
        """The answer after the deed, as the script wants it."""
        if reply.deed == "hang":
            await self._leave.wait()
        if reply.deed in {"hang", "reset"}:
            return _reset(request)
        if reply.deed == "html":
            return web.Response(text=HTML, content_type="text/html")
        return _answer(reply) if reply.deed == "error" else answer

    async def _file(self, request: web.Request) -> web.StreamResponse:
        reply = self.files.popleft() if self.files else Reply()
        if reply.status or request.query.get("Signature") not in self.seals:
            return _answer(reply if reply.status else Reply(status=403, body={}))
        data = self._served[request.match_info["name"]]
        return web.Response(body=data, content_type="application/octet-stream")


def _kinds(paid: Paid) -> Sequence[str]:
    """The formats of a job's files, in their order."""
    if paid.verb in ("matting", "vector"):
        return paid.body.get("formats") or ["png" if paid.verb == "matting" else "svg"]
    masked = paid.body.get("returnMask") is True
    return ["png"] * (2 if masked else paid.body.get("num", ENDPOINTS[paid.verb].usual))


def _answer(reply: Reply) -> web.Response:
    if isinstance(reply.body, str):
        return web.Response(text=reply.body, status=reply.status, content_type="text/html")
    return web.json_response(reply.body, status=reply.status, headers=reply.headers)


def _reset(request: web.Request) -> web.StreamResponse:
    """Close with a RST instead of an answer."""
    if request.transport is not None:
        sock = request.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
