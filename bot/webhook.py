"""The address that whoever runs the bot is called at: one JSON body, and a few tries to bring it.

The address is a secret: nothing here logs it, and no redirect is followed.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import yarl

from bot.providers.base import retry_after

log = logging.getLogger(__name__)

_SECONDS = 10.0
_PAUSES = (0.0, 2.0, 8.0)  # seconds before each try
_LONGEST_PAUSE = 30.0


class Webhook:
    """Posts JSON to an address; ValueError for one that is not http or https."""

    def __init__(self, url: str) -> None:
        self._url = yarl.URL(url)
        if self._url.scheme not in ("http", "https") or not self._url.host:
            raise ValueError("must be an address such as https://host/path")

    async def post(self, body: Mapping[str, Any]) -> bool:
        """Whether it arrived, after three tries at most; the log says why it did not."""
        asked, why = 0.0, ""
        for pause in _PAUSES:
            await asyncio.sleep(max(pause, min(asked, _LONGEST_PAUSE)))
            try:
                status, asked = await self._send(body)
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                # Its message may hold the address.
                why = type(error).__name__
                continue
            if status < 300:
                return True
            why = f"it answered {status}"
            if status != 429 and status < 500:
                break
        log.error("an alert did not reach the webhook: %s", why)
        return False

    async def _send(self, body: Mapping[str, Any]) -> tuple[int, float]:
        """The status of the answer, and how many seconds it asks to wait."""
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.post(self._url, json=dict(body), allow_redirects=False) as answer,
        ):
            return answer.status, retry_after(answer.headers) or 0.0
