"""The webhook hears of an alert over a real socket, and its address is told to nobody."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot import webhook
from bot.webhook import Webhook

SECRET = "a-secret-path"


class Receiver:
    """Where alerts arrive; it answers with what lies in `statuses`, else with 204."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.statuses: deque[int] = deque()
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.json())
        status = self.statuses.popleft() if self.statuses else 204
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    monkeypatch.setattr(webhook, "_PAUSES", (0.0, 0.0, 0.0))
    there, app = Receiver(), web.Application()
    app.router.add_post(f"/{SECRET}", there.receive)
    app.router.add_route("*", "/elsewhere", there.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.url = f"http://127.0.0.1:{runner.addresses[0][1]}/{SECRET}"
    yield there
    await runner.cleanup()


async def test_a_body_arrives_as_json(receiver: Receiver):
    assert await Webhook(receiver.url).post({"text": "哎呀"})

    assert receiver.bodies == [{"text": "哎呀"}]


@pytest.mark.parametrize(
    ("statuses", "tries", "arrives"),
    [([503, 429], 3, True), ([500, 502, 503, 200], 3, False), ([404], 1, False), ([302], 1, False)],
)
async def test_only_what_may_pass_is_tried_again(
    receiver: Receiver, statuses: list[int], tries: int, arrives: bool
):
    receiver.statuses.extend(statuses)

    assert await Webhook(receiver.url).post({}) is arrives
    assert len(receiver.bodies) == tries


async def test_a_failure_is_logged_without_the_address(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, unused_tcp_port: int
):
    receiver.statuses.append(403)
    await Webhook(receiver.url).post({})
    nobody = f"http://127.0.0.1:{unused_tcp_port}/{SECRET}"
    arrived = await Webhook(nobody).post({})

    assert not arrived
    assert "403" in caplog.text
    assert "ClientConnectorError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("url", ["ftp://host/x", "file:///etc/passwd", "https:///x", "host"])
def test_other_addresses_are_none(url: str):
    with pytest.raises(ValueError, match=r"^must be an address"):
        Webhook(url)
