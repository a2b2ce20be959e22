"""What servers live through: limits, an account of their own, a channel that tells, alerts."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.discord_double import Interaction, Message
from tests.program import World, endings, living
from tests.provider_double import APP_ID, SECRET, complaint
from tests.scene import CANARY, Scene, fields, leaked, staged

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

_FILE = re.compile(r"http://[^)\s\"]+/m/[\w-]{22}\.\w+")


class Pager:
    """Where an operator is told: every alert that was posted there."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.url = ""
        self.changed = lambda: asyncio.sleep(0)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Pager"]:
        async def receive(request: web.Request) -> web.Response:
            self.heard.append(await request.json())
            await self.changed()
            return web.Response(status=204)

        app = web.Application()
        app.router.add_post("/hook-canary", receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook-canary"
        yield self
        await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pager() -> AsyncIterator[Pager]:
    async with Pager().listening() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, pager: Pager) -> AsyncIterator[World]:
    """A program without an account at Youchuan, which logs all it ever logs."""
    folder = tmp_path_factory.mktemp("servers")
    settings = {
        "LOG_LEVEL": "DEBUG",
        "YOUCHUAN_APP_ID": "",
        "YOUCHUAN_SECRET": "",
        "ALERT_WEBHOOK_URL": pager.url,
    }
    async with living(folder, settings=settings) as opened:
        pager.changed = opened.discord.changes.notify
        await opened.start()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def penniless(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A story of its own, in a server that has decided nothing."""
    async with staged(world, request.node.name) as opened:
        yield opened
        await configured(opened, "reset", setting="everything", confirmed=True)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(penniless: Scene) -> Scene:
    """A story in a server that pays for itself, where Ben has used nothing yet."""
    await entered(penniless, APP_ID, SECRET)
    await configured(penniless, "reset", person=penniless.discord.ben)
    return penniless


async def configured(
    scene: Scene, command: str, *, confirmed: bool = False, **options: Any
) -> Message:
    """What Ada, who may, is told when she uses one of the commands of /config."""
    asked = await scene.slash(f"config {command}", options, scene.discord.ada)
    answer = await asked.wait_response()
    if confirmed:
        pressed = await scene.discord.click(
            answer, next(i for i in answer.custom_ids() if i.endswith(":go"))
        )
        answer = await pressed.wait_response()
    return answer


async def entered(scene: Scene, app_id: str, secret: str) -> Message:
    """What Ada is told when she enters an account at Youchuan."""
    asked = await scene.slash("config account", {"provider": "youchuan"}, scene.discord.ada)
    names = fields(await asked.wait_modal())
    sent = await scene.discord.submit_modal(asked, dict(zip(names, (app_id, secret), strict=True)))
    return await told(scene, sent)


def files(scene: Scene, pattern: str) -> list[Path]:
    """What lies in the program's data folder."""
    return list(Path(scene.program.settings["DATA_DIR"]).glob(pattern))


async def told(scene: Scene, interaction: Interaction) -> Message:
    """A private answer that was promised first, once it is there."""

    def said() -> Message | None:
        shown = [*interaction.followups, interaction.response]
        return next((m for m in shown if m is not None and not m.loading and m.text()), None)

    message: Message = await scene.world.until(said, 20)
    assert message.ephemeral
    return message


async def test_a_server_pays_with_an_account_of_its_own_and_nobody_sees_it_again(penniless):
    scene = penniless
    refused = await scene.imagine()
    assert "not set up" in (await refused.wait_response()).text()

    wrong = await entered(scene, APP_ID, "no-such-secret-canary")
    assert "no-such-secret-canary" not in wrong.text()
    assert "not set up" in (await (await scene.imagine()).wait_response()).text()

    await entered(scene, APP_ID, SECRET)
    await scene.imagined()
    await scene.world.restart()
    grid = await scene.imagined("a heron again")
    assert len(grid.attachments) == 4

    kept = b"".join(path.read_bytes() for path in files(scene, "atelier.db*"))
    seen = json.dumps([m.components for m in scene.discord.all_messages.values()])
    for secret in (SECRET, "no-such-secret-canary"):
        assert secret.encode() not in kept
        assert secret not in scene.program.log
        assert secret not in seen


async def test_fifty_presses_at_once_are_one_job_where_one_a_day_is_the_limit(scene):
    await configured(scene, "quota", jobs_per_day="1")

    asked = await asyncio.gather(*(scene.imagine(f"heron {n}") for n in range(50)))
    answers = [await each.wait_response(timeout=20) for each in asked]

    refusals = [answer for answer in answers if answer.ephemeral]
    assert len(refusals) == 49
    assert all("today" in refusal.text() for refusal in refusals)
    assert all(re.search(r"<t:\d+:R>", refusal.text()) for refusal in refusals)
    await scene.world.until(lambda: len(endings(scene.room)) == 1)
    assert len(scene.paid) == 1


async def test_moderated_jobs_are_given_back_and_say_why(scene):
    await configured(scene, "quota", jobs_per_day="1")

    notice = await scene.outcome(await scene.imagine("moderated"))
    result = await scene.imagined("a heron after all")

    assert len(result.attachments) == 4
    usage = await (await scene.slash("me")).wait_response()
    assert "moderation" in notice.text()
    assert "Given back this month:** 1 job (1 × refused by moderation)" in usage.text()


async def test_blocked_people_are_refused_and_served_again(scene):
    ben = scene.discord.ben
    await configured(scene, "block", person=ben, reason="too many herons")
    refusal = await (await scene.imagine()).wait_response()
    assert refusal.ephemeral
    assert "too many herons" in refusal.text()
    assert scene.paid == []

    await configured(scene, "unblock", person=ben)
    await scene.imagined()


async def test_results_go_to_their_own_channel_once_whatever_is_lost(scene):
    gallery = await scene.discord.add_channel("gallery")
    await configured(scene, "results", channel=gallery)
    scene.discord.forget_nonces()

    asked = await scene.imagine()
    job_id = scene.job_of(await asked.wait_response())
    shown = await scene.message_of(job_id, gallery)

    assert shown.channel is gallery
    assert len(shown.attachments) == 4
    assert scene.discord.ben.id in shown.pings
    await scene.world.logged(f"job {job_id} delivered")
    assert endings(scene.room) == []


async def test_the_log_channel_hears_who_changed_what_and_who_ran_what(scene):
    records = await scene.discord.add_channel("records")
    await configured(scene, "log", channel=records)
    await configured(scene, "quota", jobs_per_day="9")
    await scene.imagined()

    def heard() -> str:
        return "\n".join(message.text() for message in records.messages)

    await scene.world.until(lambda: f"<@{scene.discord.ben.id}>" in heard(), 40)
    assert f"<@{scene.discord.ada.id}>" in heard()
    assert "¥0.50" in heard()
    assert all(message.pings == set() for message in records.messages)


async def test_an_operator_is_told_once_that_there_is_no_credit_left(scene, pager):
    before = len(pager.heard)
    for _time in range(3):
        scene.provider.submits.append(complaint(403, "Account_Fee_Not_Enough"))
        await scene.outcome(await scene.imagine())
    await scene.world.until(lambda: len(pager.heard) > before)

    (alert,) = pager.heard[before:]
    assert alert["kind"] == "credit"
    assert alert["provider"] == "youchuan"
    assert alert["content"] == alert["text"]
    assert CANARY not in alert["text"]
    assert SECRET not in json.dumps(alert)


async def test_who_is_forgotten_leaves_no_picture_behind(scene):
    result = await scene.imagined()
    asked = await scene.slash("job show", {"id": scene.jobs()[0]})
    await asked.wait_response()
    assert files(scene, "assets/**/*.png")

    forgetting = await scene.slash("me", {"forget": True})
    question = await forgetting.wait_response()
    go = next(i for i in question.custom_ids() if i.endswith(":go"))
    pressed = await scene.discord.click(question, go)
    await scene.world.until(lambda: not files(scene, "assets/**/*.png"))
    await pressed.wait_response(lambda message: message.text().startswith("Deleted"), timeout=20)

    async with aiohttp.ClientSession() as session:
        for address in _FILE.findall(json.dumps(result.components)):
            async with session.get(address) as answer:
                assert answer.status == 404
    again = await (await scene.press(result, "v.1")).wait_response()
    assert "not kept here any more" in again.text()


async def test_nothing_secret_stands_in_the_log(scene):
    await scene.imagined()
    assert leaked(scene.world) == []
    assert "hook-canary" not in scene.program.log
