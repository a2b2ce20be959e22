"""Log channels hear of every change and every job, once, in order, and in small portions."""

import asyncio
import json
from typing import Any

import pytest

from bot.chronicle import Chronicle, Words
from bot.errors import CourierError
from bot.servers import Servers
from storage.database import Database
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import Job
from tests.conftest import make_accounts, make_gate
from tests.factories import Clock, RecordingCourier, make_destination, make_job

GUILD, LOG = 11, 110
SILENT = 12


class Stumbling(RecordingCourier):
    """A courier whose first post stands there although nobody hears of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 1

    async def say(self, channel_id: int, text: str, key: str, *, guild_id: int) -> bool:
        taken = await super().say(channel_id, text, key, guild_id=guild_id)
        if self.lost:
            self.lost -= 1
            raise CourierError("no answer")
        return taken


@pytest.fixture
def servers(database: Database, clock: Clock) -> Servers:
    return make_gate(database, make_accounts(database, {}, clock), clock).servers


def make_chronicle(
    database: Database, servers: Servers, clock: Clock, courier: RecordingCourier
) -> Chronicle:
    """A chronicle in plain words: what changed, or who ran what and where its message is."""
    chronicle = Chronicle(
        servers=servers,
        ledger=LedgerStore(database),
        jobs=JobStore(database),
        words=Words(
            change=lambda change: f"changed {change.subject}",
            entry=lambda entry, job: f"{entry.state} {entry.user_id} {job and job.message_id}",
        ),
        now=clock,
    )
    chronicle.courier = courier
    return chronicle


@pytest.fixture
async def chronicle(
    database: Database, servers: Servers, clock: Clock, courier: RecordingCourier
) -> Chronicle:
    """One server has a log channel, and knows of it already."""
    chronicle = make_chronicle(database, servers, clock, courier)
    await servers.change(GUILD, 1, {"log_channel": str(LOG)})
    await chronicle.tick()
    courier.said.clear()
    return chronicle


def lines(courier: RecordingCourier) -> list[list[str]]:
    """What each message said, its times left out."""
    assert {channel for channel, _text in courier.said} <= {LOG}
    return [
        [line.partition("> ")[2] for line in text.splitlines()] for _channel, text in courier.said
    ]


async def ran(jobs: JobStore, clock: Clock, *, message_id: int | None = None, **place: Any) -> Job:
    """A job that has been drawn; delivered too, if it has a message."""
    job = make_job(destination=make_destination(**place), created_at=clock())
    await jobs.add(job)
    await jobs.succeed(job.id, "", result={"media": []}, cost=50, now=clock(), charged=50)
    if message_id is not None:
        (claimed,) = await jobs.claim_finished(now=clock(), lease_until=clock() + 1, limit=1)
        await jobs.delivered(
            claimed,
            channel_id=22,
            message_id=message_id,
            note="",
            now=clock(),
            look_at=clock() + 1,
        )
    return job


async def test_changes_and_jobs_are_told_in_their_order_with_their_times(
    chronicle: Chronicle,
    servers: Servers,
    jobs: JobStore,
    clock: Clock,
    courier: RecordingCourier,
):
    await servers.change(GUILD, 1, {"model": "v7"})
    clock.advance(1)
    await ran(jobs, clock, message_id=5)
    clock.advance(1)
    await servers.change(GUILD, 1, {"ai_label": False})
    clock.advance(1)
    await chronicle.tick()
    await chronicle.tick()

    assert lines(courier) == [["changed model", "charged 33 5", "changed ai_label"]]
    assert courier.said[0][1].startswith(f"<t:{clock() // 1000 - 3}:t> ")


async def test_a_servers_change_stays_within_it(
    chronicle: Chronicle, servers: Servers, courier: RecordingCourier
):
    await servers.change(SILENT, 1, {"model": "v7"})
    await chronicle.tick()

    assert courier.said == []


async def test_what_happened_before_there_was_a_log_channel_is_not_told(
    chronicle: Chronicle, servers: Servers, courier: RecordingCourier, clock: Clock
):
    await servers.change(SILENT, 1, {"model": "v7"})
    await chronicle.tick()
    clock.advance(1)
    await servers.change(SILENT, 1, {"log_channel": str(LOG)})
    await chronicle.tick()

    assert lines(courier) == [["changed log_channel"]]


async def test_many_are_told_ten_at_a_time(
    chronicle: Chronicle, jobs: JobStore, clock: Clock, courier: RecordingCourier
):
    for number in range(23):
        await ran(jobs, clock, user_id=number, message_id=5)
        clock.advance(1)
    for _ in range(4):
        await chronicle.tick()

    told = lines(courier)
    assert [len(message) for message in told] == [10, 10, 3]
    assert [line.split()[1] for message in told for line in message] == [
        str(number) for number in range(23)
    ]


async def test_more_than_is_read_at_once_is_not_passed_over(
    chronicle: Chronicle,
    servers: Servers,
    clock: Clock,
    courier: RecordingCourier,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("bot.chronicle._MOST_OF_ONE", 2)
    for guild_id in (SILENT, SILENT, SILENT, GUILD):
        await servers.change(
            guild_id, 1, {"ai_label": not (await servers.rules(guild_id)).ai_label}
        )
        clock.advance(1)
    clock.advance(3600)
    await chronicle.tick()
    await chronicle.tick()

    assert lines(courier) == [["changed ai_label"]]


async def test_a_server_with_a_backlog_holds_up_no_other(
    chronicle: Chronicle,
    servers: Servers,
    clock: Clock,
    courier: RecordingCourier,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("bot.chronicle._MOST_ROWS", 30)
    for number in range(50):
        clock.advance(1)
        await servers.change(SILENT, 1, {"results_channel": str(number + 1)})
    clock.advance(1)
    await servers.change(GUILD, 1, {"model": "v7"})
    await chronicle.tick()

    assert lines(courier) == [["changed model"]]
    clock.advance(3600)
    for _ in range(4):
        await chronicle.tick()
    assert await servers.audit.unlogged(since=0, limit=99, each=99) == []


async def test_a_post_whose_answer_was_lost_is_repeated_without_what_came_since(
    database: Database, servers: Servers, clock: Clock
):
    courier = Stumbling()
    chronicle = make_chronicle(database, servers, clock, courier)
    await servers.change(GUILD, 1, {"log_channel": str(LOG)})
    for model in ("v7", "v6.1"):
        await chronicle.tick()
        clock.advance(1)
        await servers.change(GUILD, 1, {"model": model})
    await chronicle.tick()

    assert lines(courier) == [["changed log_channel"], ["changed model", "changed model"]]


async def test_what_an_earlier_process_may_have_told_is_told_as_it_would_have(
    database: Database, servers: Servers, jobs: JobStore, clock: Clock
):
    courier = Stumbling()
    await servers.change(GUILD, 1, {"log_channel": str(LOG)})
    clock.advance(1)
    waiting = await ran(jobs, clock)
    await make_chronicle(database, servers, clock, courier).tick()
    # That process has died before it could note what stands in the channel.
    clock.advance(30)
    chronicle = make_chronicle(database, servers, clock, courier)
    (claimed,) = await jobs.claim_finished(now=clock(), lease_until=clock() + 1, limit=1)
    told = {"channel_id": 22, "message_id": 5, "note": "", "now": clock(), "look_at": clock()}
    await jobs.delivered(claimed, **told)
    await servers.change(GUILD, 1, {"model": "v7"})
    for _ in range(3):
        await chronicle.tick()
        clock.advance(1)

    assert claimed.id == waiting.id
    assert lines(courier) == [["changed log_channel"], ["charged 33 5", "changed model"]]


async def test_long_lines_make_short_messages(
    database: Database, servers: Servers, clock: Clock, courier: RecordingCourier
):
    chronicle = make_chronicle(database, servers, clock, courier)
    chronicle._words = Words(change=lambda _: "x" * 3000, entry=lambda *_: "")
    await servers.change(GUILD, 1, {"log_channel": str(LOG), "model": "v7"})
    for _ in range(3):
        await chronicle.tick()

    assert [len(text) for _channel, text in courier.said] == [1900, 1900]


async def test_what_discord_does_not_take_now_is_told_later(
    chronicle: Chronicle, servers: Servers, clock: Clock, courier: RecordingCourier
):
    courier.troubles.append(CourierError("away"))
    await servers.change(GUILD, 1, {"model": "v7"})
    await chronicle.tick()
    clock.advance(3600)
    await chronicle.tick()

    assert lines(courier) == [["changed model"]]


async def test_a_channel_that_takes_nothing_is_given_up_and_logged_once(
    chronicle: Chronicle,
    servers: Servers,
    clock: Clock,
    courier: RecordingCourier,
    caplog: pytest.LogCaptureFixture,
):
    courier.closed.add(LOG)
    for model in ("v7", "v6.1"):
        await servers.change(GUILD, 1, {"model": model})
        await chronicle.tick()
        clock.advance(1)
    courier.closed.clear()
    await servers.change(GUILD, 1, {"ai_label": False})
    await chronicle.tick()

    assert lines(courier) == [["changed ai_label"]]
    assert caplog.messages == [f"the log channel of server {GUILD} takes no messages"]


async def test_after_an_outage_nothing_older_than_a_day_is_told(
    database: Database, servers: Servers, clock: Clock, courier: RecordingCourier
):
    await servers.change(GUILD, 1, {"log_channel": str(LOG)})
    clock.advance(3600)
    await servers.change(GUILD, 1, {"model": "v7"})
    clock.advance(23 * 3600 + 1)
    await make_chronicle(database, servers, clock, courier).tick()

    assert lines(courier) == [["changed model"]]


async def test_a_job_is_told_with_its_message_but_does_not_wait_for_ever(
    chronicle: Chronicle, jobs: JobStore, clock: Clock, courier: RecordingCourier
):
    await ran(jobs, clock)
    await chronicle.tick()
    clock.advance(59)
    await chronicle.tick()
    before = list(courier.said)
    clock.advance(1)
    await chronicle.tick()

    assert before == []
    assert lines(courier) == [["charged 33 None"]]


async def test_a_job_that_is_paid_after_all_is_told_anew(
    chronicle: Chronicle, jobs: JobStore, clock: Clock, courier: RecordingCourier
):
    job = make_job()
    await jobs.add(job)
    told = json.dumps(["late", {}])
    await jobs.fail(job.id, failure="deadline", text=told, now=clock())
    clock.advance(60)
    await chronicle.tick()
    clock.advance(3600)
    await jobs.succeed(job.id, "", result={"media": []}, cost=50, now=clock(), charged=50)
    clock.advance(60)
    await chronicle.tick()

    assert lines(courier) == [["reserved 33 None"], ["charged 33 None"]]


async def test_two_at_once_post_one_message(
    chronicle: Chronicle,
    database: Database,
    servers: Servers,
    clock: Clock,
    courier: RecordingCourier,
):
    await servers.change(GUILD, 1, {"model": "v7"})
    other = make_chronicle(database, servers, clock, courier)
    await asyncio.gather(chronicle.tick(), other.tick())

    assert lines(courier) == [["changed model"]]
