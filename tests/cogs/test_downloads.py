import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.http import HTTPClient

from bot.errors import BadMediaError, FetchError
from cogs import downloads
from cogs.downloads import read_file
from storage.models import Upload

MOST = 100_000
_PIECE = b"x" * 1000


async def answer(request: web.Request) -> web.StreamResponse:
    """What Discord answers to who wants its copy of a linked picture."""
    name = request.match_info["name"]
    if name == "moved":
        raise web.HTTPFound("/fits")
    if name.isdecimal():
        return web.Response(status=int(name))
    response = web.StreamResponse()  # chunked: nothing tells the length beforehand
    await response.prepare(request)
    sent = 0
    while sent < MOST or name == "endless":
        await response.write(_PIECE)
        sent += len(_PIECE)
    return response


@pytest.fixture
async def read(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable]:
    monkeypatch.setattr(downloads, "MAX_UPLOAD_BYTES", MOST)
    app = web.Application()
    app.router.add_get("/{name}", answer)
    server = TestServer(app)
    await server.start_server()

    async def read(name: str) -> bytes:
        http = HTTPClient(asyncio.get_running_loop())
        upload = Upload(url=str(server.make_url(f"/{name}")))
        return b"".join([chunk async for chunk in read_file(http, upload)])

    yield read
    await server.close()


async def test_a_file_of_unknown_size_is_read_whole(read: Callable):
    assert len(await read("fits")) == MOST


async def test_of_a_file_that_does_not_end_only_so_much_is_taken(read: Callable):
    with pytest.raises(BadMediaError, match="larger"):
        await read("endless")


@pytest.mark.parametrize(
    ("name", "error"),
    [("404", BadMediaError), ("403", BadMediaError), ("500", FetchError), ("moved", FetchError)],
)
async def test_a_file_that_is_not_handed_out_says_so(read: Callable, name: str, error: type):
    with pytest.raises(error):
        await read(name)
