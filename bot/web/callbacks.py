"""POST /callbacks/{provider}/{token}: news from a provider about one job.

One 404 for every refusal, with nothing in it to learn from; 200 only after the news are stored.
"""

import asyncio
import logging

from aiohttp import web

from bot.errors import CallbackError
from bot.web.keys import ENGINE, READ_SECONDS

log = logging.getLogger(__name__)

routes = web.RouteTableDef()

_APPLY_SECONDS = 20.0


@routes.post("/callbacks/{provider}/{token}")
async def receive(request: web.Request) -> web.Response:
    """Verify before reading: a stranger's body is never taken in."""
    engine = request.app[ENGINE]
    provider, token = request.match_info["provider"], request.match_info["token"]
    try:
        job_id = engine.callback_job(provider, token)
        body = await _read(request)
        async with asyncio.timeout(_APPLY_SECONDS):
            await engine.callback(provider, job_id, body)
    except CallbackError:
        log.warning("a callback did not verify")
        raise web.HTTPNotFound from None
    return web.json_response({"status": "ok"})


async def _read(request: web.Request) -> bytes:
    # aiohttp itself would wait for a slow sender for ever.
    try:
        async with asyncio.timeout(request.app[READ_SECONDS]):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
