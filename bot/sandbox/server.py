"""An emulator of the provider APIs on real HTTP: same routes, same checks, real callbacks.

The routes come from the catalog, each body is validated by the operation's own params model. Words
in the prompt steer it, so that trouble can be rehearsed: ``sandbox:fail``, ``sandbox:moderated``,
``sandbox:hole`` (the second picture is removed), ``sandbox:busy`` (503 once), ``sandbox:lost`` (the
answer to the submit is lost), ``sandbox:slow`` (ten times as long), ``sandbox:credit``.
"""

import asyncio
import json
import logging
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from bot.errors import InvalidRequestError
from bot.operations import Operation
from bot.providers import catalog
from bot.providers import prompt as mj
from bot.sandbox import studio
from bot.sandbox.envelopes import Work, youchuan_error, youchuan_job

log = logging.getLogger(__name__)

_CALLBACK_SECONDS = 15.0
_STEERING = re.compile(r"sandbox:(\w+)")
_FILE = re.compile(r"[0-9a-f]{24}-[0-3]\.png")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _RefusedError(Exception):
    """Answer with the error of this reason."""


class Sandbox:
    """The emulator's jobs, kept as files in `folder`; `pace` is a job's seconds."""

    def __init__(self, folder: Path, *, pace: float = 4.0) -> None:
        self._folder, self._pace = folder, pace
        self._works: dict[str, Work] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._refused_once: set[str] = set()
        self._drawing = asyncio.Semaphore(2)
        self.address = ""

    def make_app(self) -> web.Application:
        """All routes of the catalog's operations and calls, and the pictures."""
        app = web.Application()
        for operation in catalog().values():
            app.router.add_route(operation.method, operation.path, self._submit(operation))
        app.router.add_get("/v1/tob/job/{jobId}", self._show)
        app.router.add_get("/v1/tob/subscribe", self._subscribe)
        app.router.add_get("/files/{name}", self._file)
        app.cleanup_ctx.append(self._life)
        return app

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        await asyncio.to_thread(self._load)
        async with aiohttp.ClientSession() as self._session:
            for work in self._works.values():
                if work.status == 1:
                    self._start(work, None)
            yield
            for running in self._running:
                running.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _load(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob("*.json"):
            work = Work(**json.loads(path.read_text()))
            self._works[work.id] = work

    def _save(self, work: Work) -> None:
        text = json.dumps(work.stored(), ensure_ascii=False)
        (self._folder / f"{work.id}.json").write_text(text)

    def _submit(self, operation: Operation) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                body = await self._checked(request, operation)
                work = self._accept(operation, body)
            except _RefusedError as refusal:
                status, error = youchuan_error(str(refusal))
                return web.json_response(error, status=status)
            await asyncio.to_thread(self._save, work)
            self._start(work, body.get("callback"))
            if "lost" in _steering(work.prompt) and request.transport is not None:
                request.transport.abort()
            return web.json_response(youchuan_job(work, []))

        return handle

    async def _checked(self, request: web.Request, operation: Operation) -> dict[str, Any]:
        _authorize(request)
        try:
            body = await request.json()
            params = operation.params.model_validate(body, by_name=False)
            mj.parse(body.get("text") or body.get("remixPrompt") or "x")
        except InvalidRequestError:
            raise _RefusedError("Invalid_Prompt_Parameter") from None
        except (ValueError, ValidationError):
            raise _RefusedError("Invalid_Argument") from None
        return params.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def _accept(self, operation: Operation, body: dict[str, Any]) -> Work:
        parent = self._parent(operation, body)
        prompt = studio.prompt_of(body, parent)
        steering = _steering(prompt)
        if "busy" in steering and prompt not in self._refused_once:
            self._refused_once.add(prompt)
            raise _RefusedError("Server_Busy")
        if "credit" in steering:
            raise _RefusedError("Account_Fee_Not_Enough")
        work = Work(
            id=secrets.token_hex(12),
            operation=operation.name,
            body=body,
            prompt=prompt,
            seed=secrets.randbits(32),
        )
        self._works[work.id] = work
        return work

    def _parent(self, operation: Operation, body: dict[str, Any]) -> Work | None:
        if "jobId" not in body:
            return None
        parent = self._works.get(body["jobId"])
        if parent is None:
            raise _RefusedError("Not_Found")
        number = body.get("imageNo", 0)
        if parent.status != 2 or number >= len(parent.pictures) or not parent.pictures[number]:
            raise _RefusedError("Invalid_Argument")
        if "upscale" in operation.name and parent.operation == "youchuan.upscale":
            raise _RefusedError("Job_ReUpscale_Not_Support")
        return parent

    def _start(self, work: Work, callback: str | None) -> None:
        running = asyncio.create_task(self._carry_out(work, callback), name=f"sandbox {work.id}")
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _carry_out(self, work: Work, callback: str | None) -> None:
        steering = _steering(work.prompt)
        drawn = asyncio.create_task(self._draw(work))
        await asyncio.sleep(self._pace * (10 if "slow" in steering else 1))
        work.pictures = await drawn
        work.audits = [""] * len(work.pictures)
        if "hole" in steering and len(work.pictures) > 1:
            work.pictures[1], work.audits[1] = "", "涉政"
        if "fail" in steering:
            work.status, work.comment, work.pictures = 4, "执行报错", []
        elif "moderated" in steering:
            work.status, work.comment, work.pictures = 5, "图片审核未通过", []
        else:
            work.status, work.comment = 2, "成功"
        await asyncio.to_thread(self._save, work)
        if callback:
            await self._report(work, callback)

    async def _draw(self, work: Work) -> list[str]:
        parent = self._works.get(work.body.get("jobId", ""))
        async with self._drawing:
            return await asyncio.to_thread(studio.paint, work, parent, self._folder)

    async def _report(self, work: Work, callback: str) -> None:
        timeout = aiohttp.ClientTimeout(total=_CALLBACK_SECONDS)
        try:
            async with self._session.post(
                callback, json=self._describe(work), timeout=timeout
            ) as answer:
                log.info("callback of %s: %d", work.id, answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("callback of %s: %s", work.id, type(error).__name__)

    def _describe(self, work: Work) -> dict[str, Any]:
        addresses = [f"{self.address}/files/{name}" if name else "" for name in work.pictures]
        return youchuan_job(work, addresses)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        try:
            _authorize(request)
            work = self._works.get(request.match_info["jobId"])
            if work is None:
                raise _RefusedError("Not_Found")
        except _RefusedError as refusal:
            status, error = youchuan_error(str(refusal))
            return web.json_response(error, status=status)
        return web.json_response(self._describe(work))

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        try:
            _authorize(request)
        except _RefusedError as refusal:
            status, error = youchuan_error(str(refusal))
            return web.json_response(error, status=status)
        return web.json_response({"plan": "sandbox", "fastRemaining": 1000})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _FILE.fullmatch(name):
            raise web.HTTPNotFound
        return web.FileResponse(self._folder / name)


@asynccontextmanager
async def emulating(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0, pace: float = 4.0
) -> AsyncIterator[str]:
    """Run the emulator inside the block; gives its address."""
    sandbox = Sandbox(folder, pace=pace)
    runner = web.AppRunner(sandbox.make_app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        sandbox.address = f"http://{host}:{runner.addresses[0][1]}"
        yield sandbox.address
    finally:
        await runner.cleanup()


async def serve(host: str, port: int) -> None:
    """Run the emulator alone until it is interrupted."""
    with TemporaryDirectory(prefix="atelier-sandbox-") as folder:
        async with emulating(Path(folder), host=host, port=port) as address:
            log.info("sandbox at %s; stage a bot on it with these settings:", address)
            log.info("YOUCHUAN_URL=%s YOUCHUAN_APP_ID=any YOUCHUAN_SECRET=any", address)
            log.info("ALLOW_PRIVATE_MEDIA=true")
            await asyncio.Event().wait()


def _authorize(request: web.Request) -> None:
    wanted = ("x-youchuan-app", "x-youchuan-secret")
    if not all(request.headers.get(name) for name in wanted):
        raise _RefusedError("Invalid_App_Identifier")


def _steering(prompt: str) -> frozenset[str]:
    return frozenset(_STEERING.findall(prompt))
