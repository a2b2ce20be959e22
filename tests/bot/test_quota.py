"""Limits hold however many presses come at once, and what comes to nothing is given back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine, Order
from bot.errors import ModerationError, QuotaError
from bot.policy import Windows
from bot.wire import Media, Result, State, Update
from storage.database import Database
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import UNCERTAIN, Job, Status
from storage.records import Allowance, Money, Usage
from tests.conftest import Workshop, make_accounts, make_gate
from tests.factories import Clock, make_destination, make_job, make_person
from tests.provider_double import Reply, complaint

GUILD, ADMIN, MEMBER = 11, 7, 33
PRICE = 50
WINDOWS = Windows.at(Clock()())


def instant(*when: int) -> int:
    return round(datetime(*when, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def workshop(workshop: Workshop) -> Workshop:
    """One whose pictures cost fifty fen each."""
    workshop.restart(prices={"youchuan.diffusion": PRICE})
    return workshop


async def limit(workshop: Workshop, **limits: Any) -> None:
    """What everyone on the server may use from now on."""
    servers = workshop.parts.gate.servers
    await servers.change(GUILD, ADMIN, {"quotas": {"everyone": limits}})


async def used(workshop: Workshop, user_id: int = MEMBER) -> Usage:
    windows = Windows.at(workshop.clock())
    allowance = Allowance(day=windows.day, month=windows.month, check=lambda _: None)
    return await LedgerStore(workshop.database).usage(user_id, GUILD, allowance)


async def says(workshop: Workshop, job: Job) -> tuple[Money, int | None, str]:
    """What a job's entry says."""
    entry = await LedgerStore(workshop.database).get(job.id)
    assert entry
    return entry.state, entry.settled, entry.reason


def order(engine: Engine, number: int, user_id: int = MEMBER) -> Order:
    operation = engine.catalog.operation("youchuan.diffusion")
    return Order(
        operation=operation.name,
        params=operation.validate({"text": "a cat"}),
        person=make_person(user_id=user_id),
        destination=make_destination(user_id=user_id),
        interaction_id=number,
    )


async def outcomes(
    presses: list[Awaitable[tuple[Job, bool]]],
) -> tuple[list[Job], list[QuotaError]]:
    """The jobs that presses at once have made, and what the others were refused with."""
    told = await asyncio.gather(*presses, return_exceptions=True)
    refused = [each for each in told if isinstance(each, QuotaError)]
    made = [each for each in told if isinstance(each, tuple)]
    assert len(refused) + len(made) == len(told), told
    assert all(new for _job, new in made)
    return [job for job, _new in made], refused


# The limits that leave one press of fifty fen, and when the others are to try again.
ONE_LEFT = [
    ({"jobs_per_day": 1}, WINDOWS.next_day),
    ({"money_per_month": 60}, WINDOWS.next_month),
    ({"running": 1}, None),
]


@pytest.mark.parametrize(("limits", "retry_at"), ONE_LEFT, ids=str)
async def test_fifty_presses_with_one_left_make_one_job(
    workshop: Workshop, limits: dict[str, int], retry_at: int | None
):
    await limit(workshop, **limits)
    made, refused = await outcomes(
        [workshop.engine.submit(order(workshop.engine, n)) for n in range(1, 51)]
    )

    assert len(made) == 1
    assert [error.retry_at for error in refused] == [retry_at] * 49
    assert await workshop.jobs.count() == {"queued": 1}
    assert await used(workshop) == Usage(jobs=1, running=1, fen=PRICE)


async def test_fifty_presses_in_two_processes_make_one_job(
    workshop: Workshop, database_file: Path, clock: Clock
):
    await limit(workshop, jobs_per_day=1)
    async with Database(f"sqlite:///{database_file}") as other:
        accounts = make_accounts(other, workshop.environment, clock)
        parts = replace(
            workshop.parts,
            jobs=JobStore(other),
            credentials=accounts,
            gate=make_gate(other, accounts, clock),
        )
        elsewhere = Engine(parts, workshop.deliverer)
        engines = (workshop.engine, elsewhere)
        made, refused = await outcomes(
            [engines[n % 2].submit(order(engines[n % 2], n)) for n in range(1, 51)]
        )

    assert (len(made), len(refused)) == (1, 49)
    assert await workshop.jobs.count() == {"queued": 1}
    assert await used(workshop) == Usage(jobs=1, running=1, fen=PRICE)


async def test_several_people_at_once_each_get_theirs(workshop: Workshop):
    await limit(workshop, jobs_per_day=2)
    people = range(100, 105)
    made, refused = await outcomes(
        [
            workshop.engine.submit(order(workshop.engine, 10 * person + n, person))
            for n in range(5)
            for person in people
        ]
    )

    assert sorted(job.destination.user_id for job in made) == sorted([*people, *people])
    assert len(refused) == 15


async def test_a_repeated_press_is_led_to_its_job_when_nothing_is_left(workshop: Workshop):
    await limit(workshop, jobs_per_day=1, running=1, money_per_month=PRICE)
    first, _ = await workshop.engine.submit(order(workshop.engine, 1))
    again = await asyncio.gather(
        *(workshop.engine.submit(order(workshop.engine, 1)) for _ in range(5))
    )

    assert again == [(first, False)] * 5
    with pytest.raises(QuotaError):
        await workshop.engine.submit(order(workshop.engine, 2))


async def test_what_was_used_up_is_used_up_after_a_restart(workshop: Workshop):
    await limit(workshop, jobs_per_day=1)
    await workshop.press()
    await workshop.turn("submit")
    await workshop.crash()

    with pytest.raises(QuotaError):
        await workshop.press()


async def test_a_servers_limit_counts_what_was_used_there_only(workshop: Workshop):
    await limit(workshop, jobs_per_day=1)
    await workshop.press()
    for place in (12, None):
        await workshop.press(destination=make_destination(guild_id=place))

    assert await workshop.jobs.count() == {"queued": 3}


async def refused_by_moderation(workshop: Workshop) -> Job:
    workshop.provider.submits.append(complaint(400, "Msg_Sensitive"))
    job = await workshop.press()
    await workshop.turn("submit")
    return job


async def refused_as_invalid(workshop: Workshop) -> Job:
    workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    job = await workshop.press()
    await workshop.turn("submit")
    return job


async def canceled(workshop: Workshop) -> Job:
    job = await workshop.press()
    assert await workshop.engine.cancel(job)
    return job


async def moderated_while_it_was_drawn(workshop: Workshop) -> Job:
    job = await workshop.press()
    await workshop.turn("submit")
    error = ModerationError("No.")
    await workshop.engine.news.apply(job.id, Update(state=State.FAILED, error=error))
    return job


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (refused_by_moderation, "moderation"),
        (refused_as_invalid, "rejected"),
        (canceled, "canceled"),
        (moderated_while_it_was_drawn, "moderation"),
    ],
)
async def test_what_comes_to_nothing_is_given_back_with_the_reason(
    workshop: Workshop, end: Callable[[Workshop], Awaitable[Job]], reason: str
):
    await limit(workshop, jobs_per_day=1, running=1, money_per_month=PRICE)
    job = await end(workshop)

    assert await says(workshop, job) == (Money.REFUNDED, 0, reason)
    assert (await workshop.press()).price == PRICE


async def lost(workshop: Workshop) -> Job:
    """A job of which nobody knows whether it was taken."""
    workshop.provider.submits.append(Reply(deed="reset"))
    job = await workshop.press()
    await workshop.turn("submit")
    workshop.clock.advance(1801)
    await workshop.turn("submit")
    assert (await workshop.now(job)).failure == UNCERTAIN
    return job


async def test_what_may_have_been_charged_is_not_given_back(workshop: Workshop):
    await limit(workshop, jobs_per_day=1)
    job = await lost(workshop)

    assert await says(workshop, job) == (Money.RESERVED, None, UNCERTAIN)
    with pytest.raises(QuotaError):
        await workshop.press()


async def test_a_result_that_comes_late_is_charged(workshop: Workshop):
    job = await lost(workshop)
    paid = workshop.provider.paid[0]
    body = workshop.provider.finish(paid.id)
    assert await workshop.provider.call_back(workshop.callback_url(job), body) == 200

    assert (await workshop.now(job)).status is Status.SUCCEEDED
    assert await says(workshop, job) == (Money.CHARGED, PRICE, "")


async def test_a_reset_counts_from_now_on(workshop: Workshop):
    await limit(workshop, jobs_per_day=1, money_per_month=PRICE)
    await refused_by_moderation(workshop)
    await workshop.press()
    workshop.clock.advance(1)
    await workshop.parts.gate.servers.reset(GUILD, ADMIN, MEMBER)
    await workshop.press()

    with pytest.raises(QuotaError):
        await workshop.press()


async def test_the_jobs_of_a_day_are_back_at_midnight_utc(workshop: Workshop):
    workshop.clock.now = instant(2026, 10, 14, 23, 59, 59)
    await limit(workshop, jobs_per_day=1, money_per_month=2 * PRICE)
    await workshop.press()
    with pytest.raises(QuotaError) as refusal:
        await workshop.press()
    workshop.clock.now = refusal.value.retry_at or 0
    await workshop.press()

    assert workshop.clock() == instant(2026, 10, 15)
    # The day has begun anew, the month has not.
    assert await used(workshop) == Usage(jobs=1, running=2, fen=2 * PRICE)


async def test_the_money_of_a_month_is_back_when_the_next_begins(workshop: Workshop):
    workshop.clock.now = instant(2026, 12, 31, 23, 59, 59)
    await limit(workshop, money_per_month=PRICE)
    await workshop.press()
    with pytest.raises(QuotaError) as refusal:
        await workshop.press()
    workshop.clock.now = refusal.value.retry_at or 0
    await workshop.press()

    assert workshop.clock() == instant(2027, 1, 1)
    assert await used(workshop) == Usage(jobs=1, running=2, fen=PRICE)


async def test_an_unknown_price_passes_while_any_money_is_left(workshop: Workshop):
    await limit(workshop, money_per_month=1)
    workshop.restart(prices={"youchuan.diffusion": None})
    await workshop.press()
    await workshop.press()

    assert await used(workshop) == Usage(jobs=2, running=2, fen=0, unknown=2)


def pictures(*there: bool, cost: int | None = None) -> Result:
    media = tuple(Media(url="https://x/y.png") if each else Media(removed="No.") for each in there)
    return Result(media=media, cost=cost)


@pytest.mark.parametrize(
    ("result", "fen"),
    [
        (pictures(True, True, True, True), 50),
        (pictures(True, True, True, False), 38),
        (pictures(True, False, False, False), 12),
        (pictures(False, False), 0),
        (Result(text="an answer"), 50),
        (pictures(True, False, cost=33), 33),
        (pictures(True, cost=0), 0),
    ],
)
async def test_a_result_costs_what_the_provider_says_or_its_share_of_the_estimate(
    workshop: Workshop, result: Result, fen: int
):
    job = await workshop.press()
    await workshop.turn("submit")
    await workshop.engine.news.apply(job.id, Update(state=State.SUCCEEDED, result=result))

    assert await says(workshop, job) == (Money.CHARGED, fen, "")


async def test_what_is_known_to_be_charged_costs_all_of_the_estimate(workshop: Workshop):
    job = make_job(price=PRICE, charged=True)
    await workshop.jobs.add(job)
    update = Update(state=State.SUCCEEDED, result=pictures(True, False))
    await workshop.engine.news.apply(job.id, update)

    assert await says(workshop, job) == (Money.CHARGED, PRICE, "")
