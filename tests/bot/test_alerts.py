"""What is wrong is told to whoever can help, once an hour, and holds nobody up."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot import alerts as alerting
from bot.alerts import Alert, Alerts, Kind
from bot.errors import AuthError, CourierError
from bot.webhook import Webhook
from storage.alerts import AlertStore
from storage.errors import StorageError
from storage.models import Job
from tests.conftest import Workshop
from tests.provider_double import complaint

OPERATORS, LOG = 77, 770
GUILD, GUILD_LOG = 11, 110
AUTH = complaint(401, "Invalid_App_Identifier")
CREDIT = complaint(402, "Account_Fee_Not_Enough")


@dataclass
class RecordingWebhook(Webhook):
    """Keeps what it is given; the way over the wire is tested with `bot.webhook`."""

    bodies: list[Any]

    async def post(self, body: Any) -> bool:
        self.bodies.append(body)
        return True


@pytest.fixture(autouse=True)
async def log_channels(workshop: Workshop) -> None:
    """The operators' server and the one where people draw have a log channel each."""
    servers = workshop.parts.gate.servers
    await servers.change(OPERATORS, 1, {"log_channel": str(LOG)})
    await servers.change(GUILD, 1, {"log_channel": str(GUILD_LOG)})


async def said(workshop: Workshop) -> list[tuple[int, str]]:
    """What the log channels have heard by now."""
    await workshop.parts.alerts.run_once()
    return workshop.courier.said


async def own_account(workshop: Workshop) -> str:
    """An account of the server's own; its name."""
    accounts = workshop.parts.credentials
    credential = replace(accounts["youchuan", "env"], name="")
    await accounts.put(credential, GUILD, 1)
    return accounts.own(GUILD)["youchuan"].id


def with_webhook(workshop: Workshop) -> tuple[Alerts, RecordingWebhook]:
    parts, webhook = workshop.parts, RecordingWebhook([])
    alerts = Alerts(
        store=AlertStore(workshop.database),
        accounts=parts.credentials,
        servers=parts.gate.servers,
        now=workshop.clock,
        webhook=webhook,
    )
    alerts.courier = workshop.courier
    return alerts, webhook


@pytest.mark.parametrize(
    ("reply", "words"), [(AUTH, "YOUCHUAN_APP_ID, YOUCHUAN_SECRET"), (CREDIT, "/account balance")]
)
async def test_a_refused_account_is_told_to_the_operators(
    workshop: Workshop, reply: Any, words: str
):
    workshop.provider.submits.append(reply)
    await workshop.press()
    await workshop.turn("submit")
    ((channel, text),) = await said(workshop)

    assert channel == LOG
    assert "Midjourney" in text
    assert words in text


async def test_a_poll_and_a_call_that_are_refused_are_told_too(workshop: Workshop):
    await workshop.press()
    await workshop.turn("submit")
    workshop.provider.polls.append(AUTH)
    workshop.clock.advance(60)
    await workshop.turn("watch")
    by_poll = len(await said(workshop))
    workshop.clock.advance(3600)
    workshop.provider.account.answers["subscribe"] = AUTH
    with pytest.raises(AuthError):
        await workshop.engine.calls.ask("youchuan.subscribe")

    assert (by_poll, len(await said(workshop))) == (1, 2)


async def test_a_job_that_ends_for_want_of_credit_is_told_once_however_often_it_reports(
    workshop: Workshop,
):
    job = await workshop.press()
    await workshop.turn("submit")
    paid = workshop.provider.paid[-1]
    news = workshop.provider.set(paid.id, 13) | {"comment": "您当前任务额度已用完"}
    for _ in range(2):
        await workshop.provider.call_back(workshop.callback_url(job), news)
        told = len(await said(workshop))
        workshop.clock.advance(3600)

    assert (await workshop.now(job)).failure == "credit"
    assert told == len(await said(workshop)) == 1


async def test_the_same_is_told_once_an_hour_over_restarts(workshop: Workshop):
    heard = []
    for seconds in (0, 1800, 1799, 1):
        workshop.clock.advance(seconds)
        workshop.restart()
        workshop.parts.alerts.failed("youchuan", "env", AuthError())
        heard.append(len(await said(workshop)))

    assert heard == [1, 1, 1, 2]


async def test_a_servers_own_account_is_its_own_affair(workshop: Workshop):
    name = await own_account(workshop)
    workshop.provider.submits.append(CREDIT)
    await workshop.press()
    await workshop.turn("submit")
    ((channel, text),) = await said(workshop)

    assert channel == GUILD_LOG
    assert "This server's own Midjourney account" in text
    assert name not in text


async def test_the_webhook_hears_of_every_account(workshop: Workshop):
    name = await own_account(workshop)
    alerts, webhook = with_webhook(workshop)
    alerts.failed("youchuan", name, AuthError("a secret of the provider's"))
    alerts.low("youchuan", "env", 1234)
    await alerts.run_once()
    own, env = sorted(webhook.bodies, key=lambda body: body["kind"])

    assert own == {
        "content": own["text"],
        "text": own["text"],
        "kind": "auth",
        "provider": "youchuan",
        "account": name,
        "server": str(GUILD),
    }
    assert own["text"].startswith(f"Server {GUILD}: Midjourney does not accept")
    assert (env["account"], env["server"]) == ("env", None)
    assert "¥12.34" in env["text"]


async def test_a_log_channel_that_cannot_be_reached_hears_of_it_later(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(alerting, "_POST_PAUSES", (0.0, 0.0, 0.0))
    workshop.courier.troubles.extend([CourierError(), CourierError()])
    workshop.parts.alerts.failed("youchuan", "env", AuthError())

    assert len(await said(workshop)) == 1


async def test_too_many_at_once_are_dropped_and_hold_nobody_up(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
):
    alerts, webhook = with_webhook(workshop)
    for n in range(110):
        alerts.raise_(Alert(kind=Kind.CREDIT, provider="lingtu", credential=f"{n}"))
    await alerts.run_once()

    assert len(webhook.bodies) == 100
    assert "too many alerts at once; not told: lingtu:109:credit" in caplog.text


async def drawn(workshop: Workshop, count: int = 1) -> list[Job]:
    """Jobs that are drawn, and whose results are learnt by asking."""
    jobs = [await workshop.press() for _ in range(count)]
    await workshop.turn("submit")
    for paid in workshop.provider.paid[-count:]:
        workshop.provider.finish(paid.id)
    workshop.clock.advance(60)
    for _ in jobs:  # no account's jobs are all asked for in the same instant
        workshop.clock.advance(1)
        await workshop.turn("watch")
    return jobs


async def test_callbacks_that_do_not_arrive_are_missed(workshop: Workshop):
    await drawn(workshop, 3)
    at_first = len(await said(workshop))
    workshop.clock.advance(30)
    ((channel, text),) = await said(workshop)

    assert (at_first, channel) == (0, LOG)
    assert "/account callback-test" in text


async def test_one_callback_that_arrives_late_is_enough(workshop: Workshop):
    jobs = await drawn(workshop, 3)
    news = workshop.provider.jobs[workshop.provider.paid[-1].id]
    await workshop.provider.call_back(workshop.callback_url(jobs[-1]), news)
    workshop.clock.advance(60)

    assert await said(workshop) == []


async def test_without_a_public_address_no_callback_is_missed(workshop: Workshop):
    workshop.restart(public_url="")
    await drawn(workshop, 3)
    workshop.clock.advance(60)

    assert await said(workshop) == []


async def test_callbacks_that_fit_no_job_are_alarming(workshop: Workshop):
    job = await workshop.press()
    await workshop.turn("submit")
    for body in (b"<html>", {"id": "another"}, b"[]"):
        assert await said(workshop) == []
        await workshop.provider.call_back(workshop.callback_url(job), body)
    ((_channel, text),) = await said(workshop)

    assert "they cannot be read" in text


async def test_a_database_that_stays_away_is_told(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.news._LONG_PAUSE", 0.01)
    failures = [StorageError("disk full")] * 2

    async def write() -> str:
        if failures:
            raise failures.pop()
        return "stored"

    assert await workshop.engine.news.insist(write) == "stored"
    assert "cannot write to its database" in (await said(workshop))[0][1]
