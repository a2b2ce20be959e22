"""An emulator of the provider APIs on real HTTP: same routes, same checks, real callbacks.

The routes come from the catalog, each request is validated by its row's own params model, and the
pictures that a request names are really fetched; what else a provider asks for is its service's
business. Words in the prompt, of pictures, clips and chats alike, steer a job, so that trouble can
be rehearsed: ``sandbox:fail`` (with Jumdata, which knows no failures: never done),
``sandbox:moderated``, ``sandbox:hole`` (the second result is removed, where the provider removes
single ones), ``sandbox:busy`` (refused once), ``sandbox:lost`` (the answer to the submit is lost),
``sandbox:slow`` (ten times as long), ``sandbox:credit``. Only Wanxiang's pictures know
``sandbox:suspended`` (slow, and suspended while it waits), ``sandbox:unknown`` (once nobody knows
the job) and ``sandbox:garbled`` (one answer is a web page); only Jumdata ``sandbox:fewer`` (a
picture less than asked for) and ``sandbox:timeout`` (refused with 610). A job that follows another
one without words of its own inherits them.
"""

import asyncio
import logging
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yarl
from aiohttp import web

from bot.media import images
from bot.operations import Call, Operation, Params
from bot.providers import catalog
from bot.sandbox.boards import Boards
from bot.sandbox.envelopes import RefusedError, Work
from bot.sandbox.jumdata import Jumdata
from bot.sandbox.lingtu import Lingtu
from bot.sandbox.rehearsals import steering
from bot.sandbox.services import Service
from bot.sandbox.wanxiang import Wanxiang
from bot.sandbox.works import Works
from bot.sandbox.workshop import Workshop
from bot.sandbox.youchuan import Youchuan

log = logging.getLogger(__name__)

SECRET = "sandbox"  # noqa: S105 - there is nothing behind it
_KINDS = {
    kind.extension: kind.content_type
    for kind in (images.PNG, images.MP4, images.PSD, images.SVG, images.EPS)
}
_FILE = re.compile(rf"[0-9a-f-]{{19,36}}-[0-5]\.({'|'.join(_KINDS)})")
_MOST_BODY = 16 * 1024 * 1024  # a mask may be a part of it

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """The emulator's jobs, kept as files in `folder`; `pace` is the least seconds a job takes.

    `secret` is what requests are signed with, where the provider wants that.
    """

    def __init__(self, folder: Path, *, pace: float = 4.0, secret: str = SECRET) -> None:
        self._rows = catalog()
        self._works, self._boards = Works(folder), Boards(folder / "boards")
        self._services: dict[str, Service] = {}
        self._workshop = Workshop(self._works, self._services, pace=pace)
        for service in (
            Youchuan(self._rows, self._works, self._boards, self._workshop.call_back),
            Lingtu(self._rows, self._works, self._workshop.cancel, secret=secret),
            Wanxiang(self._works, secret=secret),
            Jumdata(self._works, secret=secret),
        ):
            self._services[service.name] = service
        self._door = asyncio.Lock()

    def make_app(self) -> web.Application:
        """All routes of the catalog's operations and calls, and the results' files."""
        app = web.Application(client_max_size=_MOST_BODY)
        for operation in self._rows.values():
            app.router.add_route(operation.method, operation.path, self._submitting(operation))
        for call in self._rows.calls:
            app.router.add_route(call.method, call.path, self._answering(call))
        app.router.add_get("/files/{name}", self._file)
        app.cleanup_ctx.append(self._life)
        return app

    def resume(self, address: str) -> None:
        """Go on with what an earlier process left; the emulator is to be reached there."""
        self._works.address = address
        self._workshop.resume()

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        await asyncio.to_thread(self._works.load)
        await asyncio.to_thread(self._boards.load)
        async with self._workshop.opened():
            yield

    def _submitting(self, operation: Operation) -> Handler:
        service = self._services[operation.provider]

        async def handle(request: web.Request) -> web.StreamResponse:
            params = await self._asked(service, operation, request)
            work, new = await self._taken(service, operation, params)
            if new and "lost" in steering(work) and request.transport is not None:
                request.transport.abort()
            elif operation.instant:
                work = await self._workshop.ended(work)
            return _said(service.accepted(work))

        return _refusing(service, handle)

    async def _taken(
        self, service: Service, operation: Operation, params: Params
    ) -> tuple[Work, bool]:
        """The job that a request makes, and whether there was none yet."""
        async with self._door:  # two requests for the same job find one
            work = service.accept(operation, params)
            if self._works.get(work.id) is not None:
                return work, False
            await self._works.keep(work)
            self._workshop.start(work)
            return work, True

    def _answering(self, call: Call) -> Handler:
        service = self._services[call.provider]

        async def handle(request: web.Request) -> web.StreamResponse:
            params = await self._asked(service, call, request)
            return _said(await service.answer(call, params))

        return _refusing(service, handle)

    async def _asked(self, service: Service, row: Operation | Call, request: web.Request) -> Params:
        params = await service.asked(row, request)
        self._works.address = f"{request.scheme}://{request.host}"
        return params

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        found = _FILE.fullmatch(name)
        if not found:
            raise web.HTTPNotFound
        kind = {"Content-Type": _KINDS[found[1]]}
        return web.FileResponse(self._works.folder / name, headers=kind)


@asynccontextmanager
async def emulating(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    pace: float = 4.0,
    secret: str = SECRET,
) -> AsyncIterator[str]:
    """Run the emulator inside the block; gives its address."""
    sandbox = Sandbox(folder, pace=pace, secret=secret)
    runner = web.AppRunner(sandbox.make_app(), access_log=None, shutdown_timeout=1)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        address = str(yarl.URL.build(scheme="http", host=host, port=bound))
        sandbox.resume(address)
        yield address
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
            log.info("LINGTU_URL=%s LINGTU_APP_ID=any LINGTU_SECRET=%s", address, SECRET)
            log.info("WANXIANG_URL=%s WANXIANG_TOKEN=%s", address, SECRET)
            log.info("JUMDATA_URL=%s JUMDATA_APP_ID=any JUMDATA_SECRET=%s", address, SECRET)
            log.info("ALLOW_PRIVATE_MEDIA=true")
            await stop.wait()


def _refusing(service: Service, handler: Handler) -> Handler:
    """The handler, whose refusals are said in the service's words."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as refusal:
            status, body = service.error(refusal)
            return web.json_response(body, status=status)

    return handle


def _said(answer: Any) -> web.StreamResponse:
    return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)
