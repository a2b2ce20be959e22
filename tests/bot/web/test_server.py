"""What holds for every route, and the two health endpoints."""

import asyncio
import json

import pytest

from bot.web import server as module
from storage.database import Database
from storage.jobs import JobStore
from tests.bot.web.conftest import opened_server
from tests.conftest import SIGNER

PROMISED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}
ROUTES = [
    ("GET", "/healthz", 200),
    ("HEAD", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("POST", "/healthz", 405),
    ("GET", "/m/AAAAAAAAAAAAAAAAAAAAAA.png", 404),
    ("GET", "/m/..%2f..%2fatelier.db", 404),
    ("POST", "/callbacks/youchuan/nonsense", 404),
    ("POST", "/callbacks/youchuan/JOB", 200),
    ("GET", "/callbacks/youchuan/JOB", 405),
    ("GET", "/", 404),
    ("GET", "/<script>alert(1)</script>", 404),
    ("OPTIONS", "/readyz", 405),
    ("PROPFIND", "/", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ROUTES)
async def test_every_answer_carries_the_protective_headers(workshop, server, method, path, status):
    job = await workshop.press()
    token = SIGNER.callback_token("youchuan", job.id)

    answer = await server.ask(method, path.replace("JOB", token), data=b"")

    assert answer.status == status
    assert {name: answer.headers.get(name) for name in PROMISED} == PROMISED
    assert "Server" not in answer.headers


@pytest.mark.parametrize("path", ["/<script>", "/m/<script>", "/callbacks/<b>/<script>"])
async def test_an_error_repeats_nothing_of_the_request(server, path):
    answer = await server.ask("POST", path)

    assert answer.status in {404, 405}
    assert answer.body == b""


async def test_a_refused_method_names_the_right_ones(server):
    answer = await server.ask("DELETE", "/healthz")

    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD"}


async def test_healthz_says_alive_whatever_else_is_missing(server):
    server.missing.extend(["discord", "database"])

    answer = await server.ask("GET", "/healthz")

    assert (answer.status, json.loads(answer.body)) == (200, {"status": "alive"})


async def test_readyz_says_ready_when_nothing_is_missing(server):
    answer = await server.ask("GET", "/readyz")

    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ready", "missing": []})


async def test_readyz_names_what_is_missing_and_forgets_it_afterwards(server):
    server.missing.append("discord")
    waiting = await server.ask("GET", "/readyz")
    server.missing.clear()

    ready = await server.ask("GET", "/readyz")

    assert (waiting.status, ready.status) == (503, 200)
    assert json.loads(waiting.body) == {"status": "waiting", "missing": ["discord"]}


async def test_readyz_does_not_wait_for_ever(workshop, monkeypatch):
    async def hanging() -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(module, "_READY_SECONDS", 0.1)
    async with opened_server(workshop, ready=hanging) as server:
        answer = await server.ask("GET", "/readyz")

    assert answer.status == 503
    assert "Retry-After" in answer.headers


async def test_readyz_is_503_while_the_database_is_away(workshop, tmp_path):
    folder = tmp_path / "a-folder-is-no-database"
    folder.mkdir()
    async with Database(f"sqlite:///{folder}") as away:

        async def ready() -> list[str]:
            return [str(await JobStore(away).count())]

        async with opened_server(workshop, ready=ready) as server:
            answer = await server.ask("GET", "/readyz")

    assert answer.status == 503


async def test_the_port_is_free_again_afterwards(workshop):
    async with opened_server(workshop) as server:
        port = server.port

    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.1", port)
