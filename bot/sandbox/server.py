"""An emulator of the provider APIs on real HTTP: same routes, same checks, real callbacks.

The routes come from the catalog, each request is validated by its row's own params model, and the
pictures that a request names are really fetched. Words in the prompt, of pictures and clips alike,
steer a job, so that trouble can be rehearsed: ``sandbox:fail``, ``sandbox:moderated``,
``sandbox:hole`` (the second result is removed), ``sandbox:busy`` (503 once), ``sandbox:lost`` (the
answer to the submit is lost), ``sandbox:slow`` (ten times as long), ``sandbox:credit``. A job that
follows another one without words of its own inherits them.
"""

import asyncio
import json
import logging
import re
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yarl
from aiohttp import web
from pydantic import ValidationError

from bot.errors import InvalidRequestError, ProtocolError
from bot.operations import Call, Kind, Operation, Params
from bot.providers import catalog
from bot.providers import prompt as mj
from bot.providers.youchuan_calls import (
    CallbackTest,
    ChangedMoodboard,
    Costs,
    JobQuery,
    NewMoodboard,
    Paged,
)
from bot.sandbox import account
from bot.sandbox.boards import Boards
from bot.sandbox.envelopes import RefusedError, Work, youchuan_error, youchuan_job
from bot.sandbox.prompts import UNNAMED, prompt_of, readable
from bot.sandbox.rules import check_follow_up
from bot.sandbox.works import Works
from bot.sandbox.workshop import Workshop, steering
from bot.wire import parse_json

log = logging.getLogger(__name__)

_FILE = re.compile(r"[0-9a-f]{24}-[0-3]\.(?:png|mp4)")
_MOST_BODY = 16 * 1024 * 1024  # a mask may be a part of it
_UNPRICED = 300  # fen, for what the catalog knows no price of
_MODELS = frozenset(mj.MODEL_BY_KEY)
_PAGED = frozenset({"youchuan.costs", "youchuan.cost_monthly"})  # these require their page

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """The emulator's jobs, kept as files in `folder`; `pace` is the least seconds a job takes."""

    def __init__(self, folder: Path, *, pace: float = 4.0) -> None:
        self._rows = catalog()
        self._works, self._boards = Works(folder), Boards(folder / "boards")
        self._workshop = Workshop(
            self._rows, self._works, self._boards, pace=pace, describe=self._describe
        )
        self._refused_once: set[str] = set()
        self.address = ""  # by which it was last reached: behind 0.0.0.0 there are many

    def make_app(self) -> web.Application:
        """All routes of the catalog's operations and calls, and the results' files."""
        app = web.Application(middlewares=[_refusals], client_max_size=_MOST_BODY)
        for operation in self._rows.values():
            app.router.add_route(operation.method, operation.path, self._submitting(operation))
        for call in self._rows.calls:
            app.router.add_route(call.method, call.path, self._answering(call))
        app.router.add_get("/files/{name}", self._file)
        app.cleanup_ctx.append(self._life)
        return app

    def resume(self) -> None:
        """Go on with what an earlier process left running."""
        self._workshop.resume()

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        await asyncio.to_thread(self._works.load)
        await asyncio.to_thread(self._boards.load)
        async with self._workshop.opened():
            yield

    def _submitting(self, operation: Operation) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self._admit(request)
            work = self._accept(operation, await _asked(request, operation))
            await self._works.keep(work)
            self._workshop.start(work)
            if "lost" in steering(work) and request.transport is not None:
                request.transport.abort()
            return web.json_response(self._describe(work))

        return handle

    def _accept(self, operation: Operation, params: Params) -> Work:
        seen = readable(params)
        try:
            parent = self._parent(operation, seen)
            prompt = prompt_of(operation, params, parent)
            traits = seen.traits(frozenset(parent.traits if parent else ()))
            fee = operation.price.of(seen.price_factor(traits))
        except InvalidRequestError:
            raise RefusedError("Invalid_Prompt_Parameter") from None
        if operation.kind is Kind.IMAGE and parent is None and not traits & _MODELS:
            traits |= {UNNAMED.key}
        work = Work(
            id=secrets.token_hex(12),
            operation=operation.name,
            body=params.body(),
            prompt=prompt,
            seed=secrets.randbelow(2**32 - 1) + 1,
            fee=_UNPRICED if fee is None else fee,
            created=_now(),
            traits=sorted(traits),
        )
        self._rehearse_refusal(work)
        return work

    def _rehearse_refusal(self, work: Work) -> None:
        steered = steering(work)
        if "credit" in steered:
            raise RefusedError("Account_Fee_Not_Enough")
        if "busy" in steered:
            # A repetition has the same body; the next one after that is somebody's new job.
            asked = json.dumps([work.operation, work.body], sort_keys=True)
            self._refused_once ^= {asked}
            if asked in self._refused_once:
                raise RefusedError("Server_Busy")

    def _parent(self, operation: Operation, params: Params) -> Work | None:
        job_id = params.body().get("jobId")
        if job_id is None:
            return None
        parent = self._work(job_id)
        check_follow_up(operation, params, parent)
        return parent

    def _work(self, job_id: str) -> Work:
        work = self._works.get(job_id)
        if work is None:
            raise RefusedError("Not_Found")
        return work

    def _answering(self, call: Call) -> Handler:
        answers: dict[str, Callable[[Any], Awaitable[Any]]] = {
            "youchuan.job": self._show,
            "youchuan.subscribe": self._subscription,
            "youchuan.costs": self._costs,
            "youchuan.cost_monthly": self._months,
            "youchuan.callback": self._call_back,
            "youchuan.moodboard_create": self._create_board,
            "youchuan.moodboard_update": self._update_board,
            "youchuan.moodboards": self._list_boards,
        }
        answer = answers[call.name]

        async def handle(request: web.Request) -> web.StreamResponse:
            self._admit(request)
            params = await _asked(request, call)
            if call.name in _PAGED and not {"page_no", "page_size"} <= params.model_fields_set:
                raise RefusedError("Invalid_Argument")
            return web.json_response(await answer(params))

        return handle

    def _describe(self, work: Work) -> dict[str, Any]:
        addresses = [f"{self.address}/files/{name}" if name else "" for name in work.files]
        return youchuan_job(work, addresses)

    async def _show(self, asked: JobQuery) -> Any:
        return self._describe(self._work(asked.job_id))

    async def _subscription(self, _asked: Params) -> Any:
        return account.subscription(self._works.newest(), _now())

    async def _costs(self, asked: Costs) -> Any:
        return account.costs(self._works.newest(), asked)

    async def _months(self, asked: Paged) -> Any:
        return account.months(self._works.newest(), asked)

    async def _call_back(self, asked: CallbackTest) -> Any:
        work = self._work(asked.job_id)
        if not work.body.get("callback"):
            raise RefusedError("Invalid_Argument")
        self._workshop.call_back(work)
        return self._describe(work)

    async def _create_board(self, asked: NewMoodboard) -> Any:
        return (await self._boards.create(asked.body(), _now())).told()

    async def _update_board(self, asked: ChangedMoodboard) -> Any:
        given = asked.body()
        return (await self._boards.update(given.pop("id"), given, _now())).told()

    async def _list_boards(self, asked: Paged) -> Any:
        return account.page([board.told() for board in self._boards.newest()], asked)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _FILE.fullmatch(name):
            raise web.HTTPNotFound
        return web.FileResponse(self._works.folder / name)

    def _admit(self, request: web.Request) -> None:
        if not all(request.headers.get(f"x-youchuan-{name}") for name in ("app", "secret")):
            raise RefusedError("Invalid_App_Identifier")
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
    except RefusedError as refusal:
        status, body = youchuan_error(refusal)
        return web.json_response(body, status=status)


async def _asked(request: web.Request, row: Operation | Call) -> Params:
    """What is asked: names as on the wire only, and values of the manual's types.

    Our own client must show a slip.
    """
    try:
        if request.method == "GET":
            asked = {**request.query, **request.match_info}
            return row.params.model_validate_strings(asked, strict=True, by_name=False)
        data = await request.read()
        if request.match_info:
            data = _joined(data, request.match_info)
        # From JSON, because a strict model takes no plain mapping for a part that is one itself.
        return row.params.model_validate_json(data, strict=True, by_name=False)
    except (ProtocolError, ValidationError, InvalidRequestError):
        raise RefusedError("Invalid_Argument") from None


def _joined(data: bytes, place: Mapping[str, str]) -> bytes:
    """A body with what its path says beside it."""
    body = parse_json(data)
    if not isinstance(body, dict):
        raise RefusedError("Invalid_Argument")
    return json.dumps({**body, **place}).encode()


def _now() -> int:
    return int(time.time() * 1000)
