"""POST /callbacks/{provider}/{token}: news from a provider about one job.

One 404 for every refusal, with nothing in it to learn from; 200 only after the news are stored.
"""

import asyncio
import logging

from aiohttp import web

from bot.errors import CallbackError
from bot.web.keys import ENGINE

log = logging.getLogger(__name__)

routes = web.RouteTableDef()

_READ_SECONDS = 10.0
_APPLY_SECONDS = 20.0


@routes.post("/callbacks/{provider}/{token}")
async def receive(request: web.Request) -> web.Response:
    """Verify before reading: a stranger's body is never taken in."""
    engine = request.app[ENGINE]
    provider, token = request.match_info["provider"], request.match_info["token"]
    try:
        job_id = engine.callback_job(provider, token)
        async with asyncio.timeout(_READ_SECONDS):
            body = await request.read()
        async with asyncio.timeout(_APPLY_SECONDS):
            await engine.callback(provider, job_id, body)
    except CallbackError:
        log.warning("a callback did not verify")
        raise web.HTTPNotFound from None
    return web.json_response({"status": "ok"})
