"""The real web application on a real engine, reached over real sockets."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import yarl

from bot.edits import Edits
from bot.web.server import Site, make_app, serving
from storage.drafts import DraftStore
from tests.conftest import Workshop


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer, read."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def shown(self) -> tuple[int, dict[str, str], bytes]:
        """All that a stranger can learn from it."""
        return self.status, {k: v for k, v in self.headers.items() if k != "Date"}, self.body


@dataclass(frozen=True, kw_only=True)
class Server:
    """A listening application; `missing` is what its /readyz is to name."""

    port: int
    session: aiohttp.ClientSession
    missing: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Send the path exactly as it is written."""
        url = yarl.URL(f"http://127.0.0.1:{self.port}{path}", encoded=True)
        async with self.session.request(method, url, **options) as response:
            body = await response.read()
            return Answer(status=response.status, headers=dict(response.headers), body=body)


@contextlib.asynccontextmanager
async def opened_server(workshop: Workshop, **terms: Any) -> AsyncIterator[Server]:
    """Serve the workshop's engine and files inside the block."""
    missing: list[str] = []

    async def ready() -> list[str]:
        return missing

    values: dict[str, Any] = {
        "engine": workshop.engine,
        "assets": workshop.assets,
        "files": workshop.files,
        "drafts": DraftStore(workshop.database),
        "edits": Edits(workshop.engine, workshop.deliverer.keeper),
        "now": workshop.clock,
        "ready": ready,
    }
    app = make_app(Site(**{**values, **terms}))
    timeout = aiohttp.ClientTimeout(total=20)
    async with (
        aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
        serving(app, "127.0.0.1", 0) as port,
    ):
        yield Server(port=port, session=session, missing=missing)


@pytest.fixture
async def server(workshop: Workshop) -> AsyncIterator[Server]:
    async with opened_server(workshop) as opened:
        yield opened
