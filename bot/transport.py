"""The only outgoing HTTP to providers: one session, time-outs, and what a failure means.

Nothing is retried here. A paid submit must never be repeated blindly, and polls are repeated
across time by their rows.
"""

from types import TracebackType
from typing import Self

import aiohttp
import yarl

from bot.errors import RejectedError, UnavailableError, UncertainError
from bot.text import N_
from bot.wire import Credential, Request, Response

SUBMIT_SECONDS = 60.0
POLL_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_MAX_BODY = 4 * 1024 * 1024


class Transport:
    """Sends requests to providers; an async context manager that owns the session."""

    async def __aenter__(self) -> Self:
        # A fresh connection each: a reset on a stale one would make a paid submit uncertain.
        connector = aiohttp.TCPConnector(force_close=True, limit=100)
        self._session = aiohttp.ClientSession(
            connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def send(self, request: Request, credential: Credential, *, seconds: float) -> Response:
        """Send once.

        UnavailableError: it surely did not arrive. UncertainError: it may have arrived.
        """
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(_CONNECT_SECONDS, seconds))
        try:
            async with self._session.request(
                request.method,
                yarl.URL(credential.url + request.path, encoded=True),
                headers=dict(request.headers),
                params=dict(request.query),
                json=request.body,
                data=_form(request, credential),
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                body = await _read_capped(answer)
                return Response(status=answer.status, headers=answer.headers, body=body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise UnavailableError(
                N_("The provider cannot be reached."), provider=credential.provider
            ) from error
        except ValueError as error:
            # A header that HTTP does not allow: nothing has left this machine.
            raise RejectedError(
                N_("The provider's account settings cannot be sent; an admin has to correct them."),
                provider=credential.provider,
            ) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise UncertainError(
                N_("The provider's answer was lost."), provider=credential.provider
            ) from error


def _form(request: Request, credential: Credential) -> aiohttp.FormData | None:
    if request.form is None:
        return None
    return aiohttp.FormData(
        dict(request.form), default_to_multipart=credential.form != "urlencoded"
    )


async def _read_capped(answer: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.content.iter_chunked(65536):
        chunks.append(chunk)
        size += len(chunk)
        if size > _MAX_BODY:
            raise aiohttp.ClientPayloadError("answer too large")
    return b"".join(chunks)
