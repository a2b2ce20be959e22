"""The ledger: set aside with the job's row, settled with its end, and added up."""

from typing import Any

import pytest
from sqlalchemy import event, insert

from storage.database import Database
from storage.errors import ConflictError, NotFoundError
from storage.jobs import JobStore
from storage.ledger import LedgerStore, Sum
from storage.members import MemberStore
from storage.models import Job, Status
from storage.records import Allowance, Change, Entry, Money, Usage
from storage.schema import ledger as table
from tests.factories import NOON, make_destination, make_job

DAY = 86_400_000
LEASE = NOON + 60_000
PERSON, GUILD = 33, 11


@pytest.fixture
def ledger(database: Database) -> LedgerStore:
    return LedgerStore(database)


def allowance(day: int = 0, month: int = 0) -> Allowance:
    return Allowance(day=day, month=month, check=lambda _usage: None)


async def entry(ledger: LedgerStore, job: Job) -> Entry:
    found = await ledger.get(job.id)
    assert found
    return found


async def settled(ledger: LedgerStore, job: Job) -> tuple[Money, int | None, str]:
    """What an entry that is closed says."""
    found = await entry(ledger, job)
    assert found.settled_at == NOON + 1
    return found.state, found.settled, found.reason


async def running(jobs: JobStore, **overrides: Any) -> Job:
    job, _ = await jobs.add(make_job(**overrides))
    await jobs.start(job.id, job.id, progress=None, due_at=NOON, deadline_at=2**50)
    return job


async def succeed(jobs: JobStore, job: Job, charged: int | None, now: int = NOON + 1) -> bool:
    return await jobs.succeed(job.id, job.id, result={}, cost=None, now=now, charged=charged)


async def test_a_price_is_set_aside_with_the_job(jobs: JobStore, ledger: LedgerStore):
    job, _ = await jobs.add(make_job(price=50), model="v7")

    assert await entry(ledger, job) == Entry(
        job_id=job.id,
        guild_id=GUILD,
        user_id=PERSON,
        provider="youchuan",
        credential="env",
        operation="youchuan.diffusion",
        model="v7",
        reserved=50,
        created_at=NOON,
    )


async def test_a_job_that_cannot_be_kept_leaves_no_entry(jobs: JobStore, ledger: LedgerStore):
    job = make_job(price=50, parent_id="0" * 26)
    with pytest.raises(ConflictError):
        await jobs.add(job)

    assert await ledger.get(job.id) is None


async def test_an_entry_that_cannot_be_kept_leaves_no_job(
    jobs: JobStore, ledger: LedgerStore, database: Database
):
    job, other = make_job(price=50), (await jobs.add(make_job()))[0]
    taken = vars(await entry(ledger, other)) | {"job_id": job.id}
    async with database.write() as connection:
        await connection.execute(insert(table).values(taken))
    with pytest.raises(ConflictError):
        await jobs.add(job)

    with pytest.raises(NotFoundError):
        await jobs.get(job.id)


async def test_what_the_check_refuses_leaves_nothing(jobs: JobStore, ledger: LedgerStore):
    def refuse(_usage: Usage) -> None:
        raise ValueError("refused")

    job = make_job(price=50)
    with pytest.raises(ValueError, match="refused"):
        await jobs.add(job, allowance=Allowance(day=0, month=0, check=refuse))

    assert await ledger.get(job.id) is None
    assert await jobs.count() == {}


async def test_a_repeated_press_is_not_checked_and_sets_nothing_aside(
    jobs: JobStore, ledger: LedgerStore
):
    seen: list[Usage] = []
    watching = Allowance(day=0, month=0, check=seen.append)
    first, _ = await jobs.add(make_job(interaction_id=9, price=50), allowance=watching)
    again, new = await jobs.add(make_job(interaction_id=9, price=50), allowance=watching)

    assert (again, new) == (first, False)
    assert seen == [Usage()]
    assert (await ledger.usage(PERSON, GUILD, allowance())).fen == 50


@pytest.mark.parametrize("charged", [0, 17, 80, None])
async def test_a_success_is_charged(jobs: JobStore, ledger: LedgerStore, charged: int | None):
    job = await running(jobs, price=50)
    await succeed(jobs, job, charged)

    assert await settled(ledger, job) == (Money.CHARGED, charged, "")
    expected = 50 if charged is None else charged
    assert (await ledger.usage(PERSON, GUILD, allowance())).fen == expected


# What is known of the money when a job fails, and what its entry says then.
FAILURES = [
    ("moderation", None, None, (Money.REFUNDED, 0)),
    ("rejected", None, None, (Money.REFUNDED, 0)),
    ("rejected", None, False, (Money.REFUNDED, 0)),
    ("unavailable", None, True, (Money.REFUNDED, 50)),
    ("moderation", 20, None, (Money.REFUNDED, 20)),
    ("moderation", 20, True, (Money.REFUNDED, 20)),
    ("moderation", 0, True, (Money.REFUNDED, 0)),
    ("uncertain", None, None, (Money.RESERVED, None)),
    ("deadline", None, None, (Money.RESERVED, None)),
    ("missing", None, None, (Money.RESERVED, None)),
    ("uncertain", None, True, (Money.REFUNDED, 50)),
    ("uncertain", None, False, (Money.REFUNDED, 0)),
    ("deadline", 0, None, (Money.REFUNDED, 0)),
]


@pytest.mark.parametrize(("failure", "cost", "charged", "says"), FAILURES, ids=str)
async def test_a_failure_is_given_back_unless_nobody_knows_whether_it_was_charged(
    jobs: JobStore,
    ledger: LedgerStore,
    failure: str,
    cost: int | None,
    charged: bool | None,
    says: tuple[Money, int | None],
):
    job = await running(jobs, price=50, charged=charged)
    await jobs.fail(job.id, failure=failure, text="", cost=cost, now=NOON + 1)
    state, fen = says

    assert await settled(ledger, job) == (state, fen, failure)
    used = await ledger.usage(PERSON, GUILD, allowance())
    counts = state is not Money.REFUNDED
    assert (used.jobs, used.fen) == (counts, 50 * counts)


async def test_what_was_canceled_is_given_back(jobs: JobStore, ledger: LedgerStore):
    waiting, _ = await jobs.add(make_job(price=50))
    there = await running(jobs, price=50)
    await jobs.cancel(waiting.id, now=NOON + 1)
    await jobs.fail(there.id, failure="canceled", text="", now=NOON + 1, status=Status.CANCELED)

    for job in (waiting, there):
        assert await settled(ledger, job) == (Money.REFUNDED, 0, "canceled")
    assert await ledger.usage(PERSON, GUILD, allowance()) == Usage()


async def test_a_late_success_is_charged_after_all(jobs: JobStore, ledger: LedgerStore):
    job = await running(jobs, price=50)
    await jobs.fail(job.id, failure="deadline", text="", now=NOON + 1)
    await ledger.logged([await entry(ledger, job)], now=NOON + 1)
    assert await succeed(jobs, job, 40, now=NOON + 2)
    now = await entry(ledger, job)

    assert (now.state, now.settled, now.reason, now.settled_at, now.logged_at) == (
        Money.CHARGED,
        40,
        "",
        NOON + 2,
        None,
    )


async def test_news_of_what_has_ended_settle_nothing_twice(jobs: JobStore, ledger: LedgerStore):
    done, refused = await running(jobs, price=50), await running(jobs, price=50)
    await succeed(jobs, done, 40)
    await jobs.fail(refused.id, failure="moderation", text="", now=NOON + 1)
    before = [await entry(ledger, job) for job in (done, refused)]
    for job in (done, refused):
        assert not await succeed(jobs, job, 99, now=NOON + 9)
        assert not await jobs.fail(job.id, failure="deadline", text="", now=NOON + 9)
        assert not await jobs.cancel(job.id, now=NOON + 9)

    assert [await entry(ledger, job) for job in (done, refused)] == before


async def test_use_is_counted_by_person_and_place_since_day_and_month(
    jobs: JobStore, ledger: LedgerStore
):
    day, month = NOON - DAY, NOON - 10 * DAY
    for created_at, price in ((NOON, 1), (day, 2), (day - 1, 4), (month, 8), (month - 1, 16)):
        await jobs.add(make_job(created_at=created_at, price=price))
    await jobs.add(make_job(price=None))
    await jobs.add(make_job(price=100, user_id=34))
    await jobs.add(make_job(price=200, destination=make_destination(guild_id=12)))
    await jobs.add(make_job(price=400, destination=make_destination(guild_id=None)))
    since = allowance(day, month)

    assert await ledger.usage(PERSON, GUILD, since) == Usage(jobs=3, fen=15, unknown=1, running=6)
    assert await ledger.usage(34, GUILD, since) == Usage(jobs=1, fen=100, running=1)
    assert await ledger.usage(PERSON, None, since) == Usage(jobs=1, fen=400, running=1)


async def test_what_was_used_before_a_reset_does_not_count_but_still_runs(
    jobs: JobStore, ledger: LedgerStore, database: Database
):
    change = Change(id="1" * 26, guild_id=GUILD, user_id=1, action="reset", at=NOON)
    await running(jobs, price=50, created_at=NOON - 1)
    await jobs.add(make_job(price=7))
    await MemberStore(database).reset(GUILD, PERSON, change, now=NOON)

    used = await ledger.usage(PERSON, GUILD, allowance())
    assert used == Usage(jobs=1, fen=7, running=2)


async def test_use_is_summed_by_day_person_and_model(jobs: JobStore, ledger: LedgerStore):
    for price in (10, None, 30):
        await jobs.add(make_job(price=price), model="v7")
    refused = await running(jobs, price=1000)
    await jobs.fail(refused.id, failure="moderation", text="", now=NOON)
    await jobs.add(make_job(created_at=NOON + DAY, price=5, user_id=34), model="v7")
    await jobs.add(make_job(created_at=NOON + 2 * DAY, price=5))
    await jobs.add(make_job(destination=make_destination(guild_id=12)))
    first = NOON // DAY
    found = await ledger.sums(GUILD, since=NOON, before=NOON + 2 * DAY)

    assert found == [
        Sum(day=first, user_id=33, model="v7", jobs=3, refunded=0, fen=40, unknown=1),
        Sum(
            day=first, user_id=33, model="youchuan.diffusion", jobs=0, refunded=1, fen=0, unknown=0
        ),
        Sum(day=first + 1, user_id=34, model="v7", jobs=1, refunded=0, fen=5, unknown=0),
    ]


async def test_each_settlement_of_a_server_is_told_once(jobs: JobStore, ledger: LedgerStore):
    job = await running(jobs)
    private = await running(jobs, destination=make_destination(guild_id=None))
    early = await running(jobs)
    await jobs.fail(job.id, failure="uncertain", text="", now=NOON + 1)
    await jobs.fail(private.id, failure="uncertain", text="", now=NOON + 1)
    await jobs.fail(early.id, failure="uncertain", text="", now=NOON - 1)
    told = await ledger.unlogged(since=NOON, limit=9)
    # While it was being told, its result came after all.
    await succeed(jobs, job, 5, now=NOON + 2)
    await ledger.logged(told, now=NOON + 3)
    again = await ledger.unlogged(since=NOON, limit=9)
    await ledger.logged(again, now=NOON + 3)

    assert [(each.job_id, each.state) for each in told] == [(job.id, Money.RESERVED)]
    assert [(each.job_id, each.state) for each in again] == [(job.id, Money.CHARGED)]
    assert await ledger.unlogged(since=NOON, limit=9) == []


async def test_no_server_waits_for_the_backlog_of_another(jobs: JobStore, ledger: LedgerStore):
    for guild_id, count in ((GUILD, 9), (12, 2)):
        for number in range(count):
            job = await running(jobs, destination=make_destination(guild_id=guild_id))
            await succeed(jobs, job, 5, now=NOON + guild_id * 100 + number)
    told = await ledger.unlogged(since=NOON, limit=5, each=3)

    assert [each.guild_id for each in told] == [GUILD, 12, GUILD, 12, GUILD]
    assert told == sorted(told, key=lambda each: ((each.settled_at or 0) % 100, each.guild_id))


async def test_what_is_untold_is_found_by_its_instant(database: Database):
    seen: list[str] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: seen.append(statement),
    )
    await LedgerStore(database).unlogged(since=NOON, limit=9)
    statement = next(each for each in seen if "row_number" in each)
    values = (0,) * statement.count("?")
    async with database.read() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row[-1] for row in plan]

    assert any("ix_ledger_settled_at (settled_at>?)" in step for step in steps), steps
