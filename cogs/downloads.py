"""The bytes of files that are at Discord: what people attached, and its copies of what is linked.

Whoever asks has to be logged in.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient

from bot.errors import BadMediaError, FetchError
from bot.media.images import MAX_UPLOAD_BYTES
from bot.text import N_
from cogs.posts import NETWORK
from storage.models import Upload

_SECONDS = 60.0
_CHUNK = 1 << 16
_GONE = frozenset({403, 404})
_AWAY = N_("The attached file could not be fetched from Discord.")


async def read_file(http: HTTPClient, upload: Upload) -> AsyncIterator[bytes]:
    """The bytes of a file; without a known size, at most `MAX_UPLOAD_BYTES` are taken.

    BadMediaError when it is gone or larger, FetchError when another try may help.
    """
    if not upload.size:
        async for chunk in _streamed(http, upload.url):
            yield chunk
        return
    data = await _whole(http, upload.url)
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


async def _whole(http: HTTPClient, url: str) -> bytes:
    """A file by the only call that every Discord serves; it takes any size into memory."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await http.get_from_cdn(url)
    except (discord.NotFound, discord.Forbidden):
        raise _gone() from None
    except (discord.HTTPException, RuntimeError, *NETWORK) as error:
        raise FetchError(_AWAY) from error


async def _streamed(http: HTTPClient, url: str) -> AsyncIterator[bytes]:
    size = 0
    limits = aiohttp.ClientTimeout(total=_SECONDS)
    way: dict[str, Any] = {
        "proxy": http.proxy,
        "proxy_auth": http.proxy_auth,
        "allow_redirects": False,
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=limits, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, **way) as response,
        ):
            if response.status in _GONE:
                raise _gone()
            if response.status != 200:
                raise FetchError(_AWAY)
            async for chunk in response.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > MAX_UPLOAD_BYTES:
                    limit = MAX_UPLOAD_BYTES // 2**20
                    raise BadMediaError(N_("The file is larger than {limit} MiB."), limit=limit)
                yield chunk
    except NETWORK as error:
        raise FetchError(_AWAY) from error


def _gone() -> BadMediaError:
    return BadMediaError(N_("The attached file is not there any more; attach it again."))
