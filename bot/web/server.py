"""The web server: callbacks from providers, asset files, health. Routes live beside this file."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.edits import Edits
from bot.engine import Engine
from bot.media.assets import AssetFiles
from bot.web import callbacks, editor, files
from bot.web.keys import DRAFTS, EDITS, ENGINE, FILES, NOW, READ_SECONDS, READY, STORE
from storage.assets import AssetStore
from storage.drafts import DraftStore
from storage.errors import StorageError

log = logging.getLogger(__name__)

_MAX_BODY = 256 * 1024
_READY_SECONDS = 2.0
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}

_Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the routes work on; `ready` names what is not ready yet.

    `read_seconds` is how long a callback's body may take.
    """

    engine: Engine
    assets: AssetStore
    files: AssetFiles
    drafts: DraftStore
    edits: Edits
    now: Callable[[], int]
    ready: Callable[[], Awaitable[list[str]]]
    read_seconds: float = 10.0


def make_app(site: Site) -> web.Application:
    """The application; body size, headers and error pages are the same for every route."""
    app = web.Application(client_max_size=_MAX_BODY, middlewares=[_guard])
    app[ENGINE], app[STORE], app[FILES] = site.engine, site.assets, site.files
    app[DRAFTS], app[EDITS], app[NOW] = site.drafts, site.edits, site.now
    app[READY], app[READ_SECONDS] = site.ready, site.read_seconds
    app.on_response_prepare.append(_add_headers)
    app.add_routes(callbacks.routes)
    app.add_routes(files.routes)
    app.add_routes(editor.routes)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz)
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve inside the block; gives the port really used."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=3)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@web.middleware
async def _guard(request: web.Request, handler: _Next) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        # aiohttp's own pages repeat the path; a bare status does not.
        return web.Response(status=error.status, headers=_allow(error))
    except (StorageError, TimeoutError) as error:
        log.warning("web: %s", str(error) or "the answer took too long")
        return web.Response(status=503, headers={"Retry-After": "5"})


def _allow(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)


async def _healthz(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def _readyz(request: web.Request) -> web.Response:
    async with asyncio.timeout(_READY_SECONDS):
        missing = await request.app[READY]()
    return web.json_response(
        {"status": "waiting" if missing else "ready", "missing": missing},
        status=503 if missing else 200,
    )
