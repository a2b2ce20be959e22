import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import UnavailableError, UncertainError
from bot.transport import Transport
from bot.wire import Credential, Request
from tests.provider_double import APP_ID, SECRET, ProviderDouble, Reply, complaint

HEADERS = {"x-youchuan-app": APP_ID, "x-youchuan-secret": SECRET}
SUBMIT = Request(path="/v1/tob/diffusion", headers=HEADERS, body={"text": "a cat"})


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport() as opened:
        yield opened


def account(url: str) -> Credential:
    return Credential(provider="youchuan", url=url, app_id=APP_ID, secret=SECRET)


@pytest.fixture
async def raw() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that keeps the first line of each request and answers with what the path asks."""
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            lines.append(head.splitlines()[0])
            if b"/large" in lines[-1]:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n" + b"x" * 8000000)
            elif b"/elsewhere" in lines[-1]:
                writer.write(b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
            elif b"/nonsense" in lines[-1]:
                writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
            elif b"/cookie" in lines[-1]:
                lines.append(head)
                writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", lines
    server.close()
    await server.wait_closed()


async def test_an_answer_comes_back_whole(transport: Transport, provider: ProviderDouble):
    response = await transport.send(SUBMIT, account(provider.url), seconds=5)

    assert response.status == 200
    assert response.json()["id"] == provider.paid[0].id
    assert response.headers["content-type"].startswith("application/json")


async def test_a_complaint_is_an_answer(transport: Transport, provider: ProviderDouble):
    provider.submits.append(complaint(503, "Server_Busy"))
    response = await transport.send(SUBMIT, account(provider.url), seconds=5)

    assert (response.status, response.json()["reason"]) == (503, "Server_Busy")


@pytest.mark.parametrize("deed", ["reset", "cut", "refuse"])
async def test_a_connection_that_breaks_is_uncertain_and_sent_once(
    transport: Transport, provider: ProviderDouble, deed: str
):
    provider.submits.append(Reply(deed=deed))
    with pytest.raises(UncertainError) as caught:
        await transport.send(SUBMIT, account(provider.url), seconds=5)

    assert caught.value.provider == "youchuan"
    assert provider.requests == ["POST diffusion"]


async def test_a_hanging_answer_is_uncertain(transport: Transport, provider: ProviderDouble):
    provider.submits.append(Reply(deed="hang"))
    with pytest.raises(UncertainError):
        await transport.send(SUBMIT, account(provider.url), seconds=0.2)

    assert len(provider.paid) == 1


async def test_a_refused_connection_surely_did_not_arrive(transport: Transport):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(UnavailableError):
            await transport.send(SUBMIT, account(url), seconds=5)


async def test_a_name_that_does_not_resolve_surely_did_not_arrive(transport: Transport):
    with pytest.raises(UnavailableError):
        await transport.send(SUBMIT, account("http://no-such-host.invalid"), seconds=5)


async def test_a_server_without_tls_surely_did_not_get_it(
    transport: Transport, provider: ProviderDouble
):
    url = provider.url.replace("http:", "https:")
    with pytest.raises(UnavailableError):
        await transport.send(SUBMIT, account(url), seconds=5)


async def test_an_answer_without_end_is_cut_off(transport: Transport, raw: tuple[str, list[bytes]]):
    with pytest.raises(UncertainError):
        await transport.send(Request(path="/large"), account(raw[0]), seconds=5)


async def test_what_is_no_http_is_uncertain(transport: Transport, raw: tuple[str, list[bytes]]):
    with pytest.raises(UncertainError):
        await transport.send(Request(path="/nonsense"), account(raw[0]), seconds=5)


async def test_redirects_are_not_followed(transport: Transport, raw: tuple[str, list[bytes]]):
    response = await transport.send(Request(path="/elsewhere"), account(raw[0]), seconds=5)

    assert response.status == 302
    assert len(raw[1]) == 1


async def test_cookies_are_not_kept(transport: Transport, raw: tuple[str, list[bytes]]):
    for _ in range(2):
        await transport.send(Request(path="/cookie"), account(raw[0]), seconds=5)

    assert all(b"Cookie:" not in head for head in raw[1])


async def test_paths_and_queries_arrive_as_they_are(
    transport: Transport, raw: tuple[str, list[bytes]]
):
    request = Request(method="GET", path="/cookie/a%2Fb", query={"q": "ä&b=c"})
    await transport.send(request, account(raw[0]), seconds=5)

    assert raw[1][0] == b"GET /cookie/a%2Fb?q=%C3%A4%26b%3Dc HTTP/1.1"


async def test_proxies_of_the_environment_are_not_used(
    transport: Transport, provider: ProviderDouble, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    response = await transport.send(SUBMIT, account(provider.url), seconds=5)

    assert response.status == 200


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("multipart", "multipart/form-data"),
        ("urlencoded", "application/x-www-form-urlencoded"),
    ],
)
async def test_form_fields_are_written_as_the_account_wants_them(
    transport: Transport, form: str, kind: str
):
    seen: list[tuple[str, dict[str, object]]] = []

    async def take(request: web.Request) -> web.Response:
        seen.append((request.content_type, dict(await request.post())))
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/draw", take)
    async with TestServer(app) as server:
        credential = Credential(
            provider="jumdata", url=str(server.make_url("")).rstrip("/"), form=form
        )
        asked = Request(path="/draw", form={"text": "一只苍鹭", "num": "2"})
        await transport.send(asked, credential, seconds=5)

    assert seen == [(kind, {"text": "一只苍鹭", "num": "2"})]
