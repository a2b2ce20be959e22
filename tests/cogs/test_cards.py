"""The cards' loop on real rows: edits only what looks different, and never too often."""

import asyncio
from typing import Any

import pytest

from cogs.cards import Cards
from storage.errors import StorageError
from storage.jobs import JobStore
from storage.models import Job
from tests.factories import NOON, Clock, RecordingCourier, make_job

ANY = {("youchuan", "env"): 10}


@pytest.fixture
def cards(jobs: JobStore, courier: RecordingCourier, clock: Clock) -> Cards:
    return Cards(jobs, courier, clock, waits_there)


def waits_there(job: Job) -> bool:
    """What an engine says whose provider takes waiting jobs back."""
    return job.progress == 0.0


async def queued(jobs: JobStore, **overrides: Any) -> Job:
    job = make_job(card_id=1, **overrides)
    await jobs.add(job)
    return job


async def running(
    jobs: JobStore, clock: Clock, *, progress: float | None = None, **overrides: Any
) -> Job:
    job = await queued(jobs, **overrides)
    claimed = await jobs.claim_queued(ANY, now=clock(), lease_until=clock() + 1)
    assert claimed
    await jobs.begin_attempt(claimed, now=clock(), deadline_at=clock() + 10**9)
    due = clock() + 10**8
    await jobs.start(job.id, "ab" * 12, progress=progress, due_at=due, deadline_at=2**50)
    return job


async def test_a_card_that_looks_the_same_is_left_alone(
    jobs: JobStore, cards: Cards, courier: RecordingCourier, clock: Clock
) -> None:
    await queued(jobs)
    for _ in range(3):
        await cards.tick()
        clock.advance(10)

    assert len(courier.progress) == 1


async def test_a_card_that_looks_different_is_edited(
    jobs: JobStore, cards: Cards, courier: RecordingCourier, clock: Clock
) -> None:
    first, second = await queued(jobs), await queued(jobs)
    await cards.tick()
    clock.advance(3)
    await jobs.cancel(first.id, now=clock())
    await cards.tick()

    ahead = [seen.ahead for seen in courier.progress if seen.job.id == second.id]
    assert ahead == [1, 0]


async def test_a_card_is_edited_at_most_every_three_seconds(
    jobs: JobStore, cards: Cards, courier: RecordingCourier, clock: Clock
) -> None:
    job = await queued(jobs)
    await cards.tick()
    await jobs.cancel(job.id, now=clock())
    clock.advance(2.9)
    await cards.tick()
    too_soon = len(courier.progress)
    clock.advance(0.1)
    await cards.tick()

    assert (too_soon, len(courier.progress)) == (1, 2)


async def test_a_card_is_edited_when_its_job_cannot_be_canceled_any_more(
    jobs: JobStore, cards: Cards, courier: RecordingCourier, clock: Clock
) -> None:
    job = await running(jobs, clock, progress=0.0)
    await cards.tick()
    clock.advance(3)
    await jobs.start(job.id, "ab" * 12, progress=0.01, due_at=clock(), deadline_at=2**50)
    await cards.tick()

    assert [seen.can_cancel for seen in courier.progress] == [True, False]


async def test_the_bar_grows_by_the_usual_time(
    jobs: JobStore, cards: Cards, courier: RecordingCourier, clock: Clock
) -> None:
    before = await running(jobs, clock)
    clock.advance(100)
    await jobs.succeed(before.id, "ab" * 12, result={}, cost=None, now=clock())
    await jobs.acknowledge(before.id, None, now=clock())
    await running(jobs, clock)
    for _ in range(20):
        await cards.tick()
        clock.advance(5)

    assert all(seen.estimate == 100_000 for seen in courier.progress)
    assert 9 <= len(courier.progress) <= 11


async def test_the_usual_time_is_asked_once_a_minute(
    jobs: JobStore, cards: Cards, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    async def usual(operation: str) -> int | None:
        asked.append(clock() - NOON)

    monkeypatch.setattr(jobs, "usual_duration", usual)
    await queued(jobs)
    for _ in range(12):
        await cards.tick()
        clock.advance(10)

    assert asked == [0, 60_000]


async def test_a_finished_job_is_forgotten(
    jobs: JobStore, cards: Cards, courier: RecordingCourier, clock: Clock
) -> None:
    job = await queued(jobs)
    await cards.tick()
    await jobs.acknowledge(job.id, None, now=clock())
    clock.advance(10)
    await cards.tick()
    await jobs.acknowledge(job.id, 2, now=clock())
    await cards.tick()

    assert [seen.job.card_id for seen in courier.progress] == [1, 2]


async def test_the_loop_outlives_an_outage(
    jobs: JobStore, courier: RecordingCourier, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.cards._TICK_SECONDS", 0)
    cards, done = Cards(jobs, courier, clock, waits_there), asyncio.Event()
    troubles = [StorageError("away"), ValueError("a fault of ours")]

    async def on_cards() -> list[Job]:
        if troubles:
            raise troubles.pop()
        done.set()
        return []

    monkeypatch.setattr(jobs, "on_cards", on_cards)
    loop = asyncio.create_task(cards.run())
    await asyncio.wait_for(done.wait(), 5)

    assert not loop.done()
    loop.cancel()
