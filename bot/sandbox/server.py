"""An emulator of the provider APIs on real HTTP: same routes, same checks, real callbacks.

The routes come from the catalog, each body is validated by the operation's own params model. Words
in the prompt steer it, so that trouble can be rehearsed: ``sandbox:fail``, ``sandbox:moderated``,
``sandbox:hole`` (the second picture is removed), ``sandbox:busy`` (503 once), ``sandbox:lost`` (the
answer to the submit is lost), ``sandbox:slow`` (ten times as long), ``sandbox:credit``. A job that
follows another one without a prompt of its own inherits them.
"""

import asyncio
import json
import logging
import re
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import yarl
from aiohttp import web
from pydantic import ValidationError

from bot.errors import InvalidRequestError, ProtocolError
from bot.operations import Operation, Params
from bot.providers import catalog
from bot.sandbox import studio
from bot.sandbox.envelopes import (
    FAILED,
    MODERATED,
    RUNNING,
    SUCCEEDED,
    Work,
    youchuan_error,
    youchuan_job,
)
from bot.wire import parse_json

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
        self._painters = ThreadPoolExecutor(2, thread_name_prefix="sandbox")
        self.address = ""  # by which it was last reached: behind 0.0.0.0 there are many

    def make_app(self) -> web.Application:
        """All routes of the catalog's operations and calls, and the pictures."""
        app = web.Application(middlewares=[_refusals])
        calls = {"youchuan.job": self._show, "youchuan.subscribe": self._subscribe}
        for operation in catalog().values():
            app.router.add_route(operation.method, operation.path, self._submit(operation))
        for call in catalog().calls:
            app.router.add_route(call.method, call.path, calls[call.name])
        app.router.add_get("/files/{name}", self._file)
        app.cleanup_ctx.append(self._life)
        return app

    def resume(self) -> None:
        """Go on with what an earlier process left running."""
        for work in self._works.values():
            if work.status == RUNNING:
                self._start(work)

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        await asyncio.to_thread(self._load)
        async with aiohttp.ClientSession() as self._session:
            yield
            for running in self._running:
                running.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            # Whoever ends the block may remove the folder, so nobody may paint into it any more.
            await asyncio.to_thread(self._painters.shutdown, cancel_futures=True)

    def _load(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob("*.json"):
            try:
                work = Work(**json.loads(path.read_bytes()))
            except (ValueError, TypeError):
                log.warning("%s is no job of this version, left alone", path.name)
            else:
                self._works[work.id] = work

    async def _save(self, work: Work) -> None:
        path, data = self._folder / f"{work.id}.json", json.dumps(work.stored()).encode()
        await asyncio.to_thread(studio.write, path, data)

    def _submit(self, operation: Operation) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self._admit(request)
            work = self._accept(operation, await _params(request, operation))
            await self._save(work)
            self._works[work.id] = work
            self._start(work)
            if "lost" in _steering(work) and request.transport is not None:
                request.transport.abort()
            return web.json_response(self._describe(work))

        return handle

    def _accept(self, operation: Operation, params: Params) -> Work:
        body = params.body()
        parent = self._parent(operation, body)
        try:
            prompt = studio.prompt_of(body, parent)
        except InvalidRequestError:
            raise _RefusedError("Invalid_Prompt_Parameter") from None
        work = Work(
            id=secrets.token_hex(12),
            operation=operation.name,
            body=body,
            prompt=prompt,
            seed=secrets.randbelow(2**32 - 1) + 1,
            fee=operation.price.of(params.price_factor()) or 0,
        )
        self._rehearse_refusal(work)
        return work

    def _rehearse_refusal(self, work: Work) -> None:
        steering = _steering(work)
        if "credit" in steering:
            raise _RefusedError("Account_Fee_Not_Enough")
        if "busy" in steering:
            # A repetition has the same body; the next one after that is somebody's new job.
            asked = json.dumps([work.operation, work.body], sort_keys=True)
            self._refused_once ^= {asked}
            if asked in self._refused_once:
                raise _RefusedError("Server_Busy")

    def _parent(self, operation: Operation, body: dict[str, Any]) -> Work | None:
        if "jobId" not in body:
            return None
        parent = self._works.get(body["jobId"])
        if parent is None:
            raise _RefusedError("Not_Found")
        if operation.name == parent.operation == "youchuan.upscale":
            raise _RefusedError("Job_ReUpscale_Not_Support")
        number = body.get("imageNo")
        chosen = parent.pictures if number is None else parent.pictures[number : number + 1]
        if parent.status != SUCCEEDED or not any(chosen):
            raise _RefusedError("Invalid_Argument")
        return parent

    def _start(self, work: Work) -> None:
        running = asyncio.create_task(self._carry_out(work), name=f"sandbox {work.id}")
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _carry_out(self, work: Work) -> None:
        steering, parent = _steering(work), self._works.get(work.body.get("jobId", ""))
        painting = asyncio.get_running_loop().run_in_executor(
            self._painters, studio.paint, work, parent, self._folder
        )
        await asyncio.sleep(self._pace * (10 if "slow" in steering else 1))
        try:
            pictures = await painting
        except Exception:
            log.exception("job %s cannot be painted", work.id)
            pictures = []
        if "hole" in steering and len(pictures) > 1:
            pictures[1] = ""
        if "fail" in steering or not pictures:
            work.status = FAILED
        elif "moderated" in steering:
            work.status = MODERATED
        else:
            work.status, work.pictures = SUCCEEDED, pictures
        await self._save(work)
        if callback := work.body.get("callback"):
            await self._report(work, callback)

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
        self._admit(request)
        work = self._works.get(request.match_info["jobId"])
        if work is None:
            raise _RefusedError("Not_Found")
        return web.json_response(self._describe(work))

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        self._admit(request)
        return web.json_response({"plan": "sandbox", "fastRemaining": 1000})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _FILE.fullmatch(name):
            raise web.HTTPNotFound
        return web.FileResponse(self._folder / name)

    def _admit(self, request: web.Request) -> None:
        if not all(request.headers.get(f"x-youchuan-{name}") for name in ("app", "secret")):
            raise _RefusedError("Invalid_App_Identifier")
        self.address = f"{request.scheme}://{request.host}"


@asynccontextmanager
async def emulating(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0, pace: float = 4.0
) -> AsyncIterator[str]:
    """Run the emulator inside the block; gives its address."""
    sandbox = Sandbox(folder, pace=pace)
    runner = web.AppRunner(sandbox.make_app(), access_log=None, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        sandbox.address = str(yarl.URL.build(scheme="http", host=host, port=bound))
        sandbox.resume()
        yield sandbox.address
    finally:
        await runner.cleanup()


async def serve(host: str, port: int) -> None:
    """Run the emulator alone until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with TemporaryDirectory(prefix="atelier-sandbox-", ignore_cleanup_errors=True) as folder:
        async with emulating(Path(folder), host=host, port=port) as address:
            log.info("sandbox at %s; stage a bot on it with these settings:", address)
            log.info("YOUCHUAN_URL=%s YOUCHUAN_APP_ID=any YOUCHUAN_SECRET=any", address)
            log.info("ALLOW_PRIVATE_MEDIA=true")
            await stop.wait()


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _RefusedError as refusal:
        status, body = youchuan_error(str(refusal))
        return web.json_response(body, status=status)


async def _params(request: web.Request, operation: Operation) -> Params:
    try:
        data = parse_json(await request.read())
        # Names as on the wire only, and values of the manual's types: our own must show a slip.
        return operation.params.model_validate(data, strict=True, by_name=False)
    except (ProtocolError, ValidationError):
        raise _RefusedError("Invalid_Argument") from None


def _steering(work: Work) -> frozenset[str]:
    return frozenset(_STEERING.findall(work.prompt))
