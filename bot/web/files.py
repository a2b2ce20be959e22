"""GET /m/{token}.{ext}: an asset by its unguessable address, with Range support."""

import asyncio
import re

from aiohttp import web

from bot.errors import BadMediaError
from bot.web.keys import FILES, STORE
from storage.errors import NotFoundError

routes = web.RouteTableDef()

_SHOWN = frozenset({"png", "jpg", "webp", "gif", "mp4", "webm"})
_NAME = re.compile(r"(?P<token>[\w-]{22})\.(?P<extension>[a-z0-9]{2,5})", re.ASCII)


@routes.get("/m/{name}")
async def show(request: web.Request) -> web.StreamResponse:
    """The file with the type its content has; one 404 for all that is not there."""
    match = _NAME.fullmatch(request.match_info["name"])
    if match is None:
        raise web.HTTPNotFound
    try:
        asset = await request.app[STORE].get(match["token"])
        # Whatever a row says, only a name of our own is ever opened.
        path = request.app[FILES].path(asset)
    except (NotFoundError, BadMediaError):
        raise web.HTTPNotFound from None
    if asset.extension != match["extension"] or not await asyncio.to_thread(path.is_file):
        raise web.HTTPNotFound
    # What a browser could run (SVG) or cannot show is only ever saved.
    how = "inline" if asset.extension in _SHOWN else "attachment"
    return web.FileResponse(
        path,
        headers={
            "Content-Type": asset.content_type,
            "Content-Disposition": f'{how}; filename="{asset.name[:6]}.{asset.extension}"',
            "Cache-Control": "private, max-age=31536000, immutable",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
