import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.errors import AtelierError
from bot.loop import LEASE_MS, Loop, Work
from storage.database import Database
from storage.errors import ConflictError, StorageError
from storage.jobs import JobStore
from storage.models import Job
from tests.factories import NOON, Clock, make_job

MANY = {("youchuan", "env"): 100}


class Bench:
    """A loop over queued rows whose work is a list of what it was given."""

    def __init__(self, jobs: JobStore, clock: Clock, width: int = 4) -> None:
        self.jobs, self.clock = jobs, clock
        self.seen: list[str] = []
        self.trouble: BaseException | None = None
        self.claim_trouble: BaseException | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.claim_gate = asyncio.Event()
        self.claim_gate.set()
        self.begun, self.fell = asyncio.Event(), asyncio.Event()
        work = Work(name="bench", claim=self.claim, do=self.do, width=width)
        self.loop = Loop(work, jobs, clock)

    async def claim(self, limit: int, lease_until: int) -> Sequence[Job]:
        if self.claim_trouble:
            self.fell.set()
            trouble, self.claim_trouble = self.claim_trouble, None
            raise trouble
        found: list[Job] = []
        while len(found) < limit:
            job = await self.jobs.claim_queued(MANY, now=self.clock(), lease_until=lease_until)
            if job is None:
                break
            found.append(job)
        await self.claim_gate.wait()
        return found

    async def do(self, job: Job) -> None:
        self.seen.append(job.id)
        self.begun.set()
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        await self.jobs.let_go(job, due_at=None)

    async def add(self, count: int = 1) -> list[str]:
        return [(await self.jobs.add(make_job()))[0].id for _ in range(count)]


@pytest.fixture
def bench(jobs: JobStore, clock: Clock) -> Bench:
    return Bench(jobs, clock)


async def until(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 10)


async def test_all_that_is_due_is_done_in_turns_of_the_width(bench: Bench):
    added = await bench.add(9)

    assert await bench.loop.run_once() == 9
    assert sorted(bench.seen) == added


async def test_what_is_not_due_is_left_alone(bench: Bench):
    await bench.jobs.add(make_job(due_at=NOON + 1))

    assert await bench.loop.run_once() == 0


async def test_waking_an_idle_loop_makes_it_look(bench: Bench):
    running = asyncio.create_task(bench.loop.run())
    await asyncio.sleep(0)
    (added,) = await bench.add()
    bench.loop.wake()
    await until(bench.begun)
    await bench.loop.drain(5)
    await asyncio.wait_for(running, 10)

    assert bench.seen == [added]


async def test_a_failing_database_does_not_end_the_loop(bench: Bench):
    await bench.add()
    bench.claim_trouble = StorageError("away")
    running = asyncio.create_task(bench.loop.run())
    await until(bench.fell)
    bench.loop.wake()
    await until(bench.begun)
    await bench.loop.drain(5)

    await asyncio.wait_for(running, 10)


async def test_a_row_that_cannot_be_read_does_not_end_the_loop(bench: Bench):
    (job,) = await bench.add()
    bench.claim_trouble = TypeError("an unknown column")
    running = asyncio.create_task(bench.loop.run())
    await until(bench.fell)
    bench.loop.wake()
    await until(bench.begun)
    await bench.loop.drain(5)
    await asyncio.wait_for(running, 10)

    assert bench.seen == [job]


@pytest.mark.parametrize(
    "trouble", [AtelierError(), OSError(), KeyError(), AttributeError(), AssertionError()]
)
async def test_a_fault_of_ours_puts_the_job_off_and_spares_the_others(
    bench: Bench, trouble: Exception
):
    await bench.add(2)
    bench.trouble = trouble

    assert await bench.loop.run_once() == 2
    bench.trouble = None
    assert await bench.loop.run_once() == 0
    bench.clock.advance(60)
    assert await bench.loop.run_once() == 2


async def test_a_conflict_drops_the_work_without_touching_the_row(bench: Bench):
    (added,) = await bench.add()
    bench.trouble = ConflictError(added)
    await bench.loop.run_once()

    assert (await bench.jobs.get(added)).lease_until == NOON + LEASE_MS


async def test_work_cut_off_by_the_database_is_taken_up_when_its_lease_is_over(bench: Bench):
    await bench.add()
    bench.trouble = StorageError("away")
    await bench.loop.run_once()
    bench.trouble = None
    assert await bench.loop.run_once() == 0
    bench.clock.advance(LEASE_MS / 1000)

    assert await bench.loop.run_once() == 1


async def test_a_drain_waits_for_work_that_ends_in_time(bench: Bench):
    (added,) = await bench.add()
    bench.gate.clear()
    running = asyncio.create_task(bench.loop.run())
    await until(bench.begun)
    drain = asyncio.create_task(bench.loop.drain(10))
    await asyncio.sleep(0)
    bench.gate.set()
    await asyncio.wait_for(asyncio.gather(drain, running), 10)

    assert (await bench.jobs.get(added)).due_at is None


async def test_a_drain_puts_work_back_that_takes_too_long(bench: Bench):
    (added,) = await bench.add()
    bench.gate.clear()
    running = asyncio.create_task(bench.loop.run())
    await until(bench.begun)
    bench.clock.advance(1)
    await bench.loop.drain(0.01)
    await asyncio.wait_for(running, 10)

    row = await bench.jobs.get(added)
    assert (row.lease_until, row.due_at) == (None, bench.clock())


async def test_a_drained_loop_claims_nothing_more(bench: Bench):
    await bench.loop.drain(1)
    await bench.add()

    assert await bench.loop.run_once() == 0
    await asyncio.wait_for(bench.loop.run(), 10)


async def test_what_was_being_claimed_when_the_drain_came_is_put_back_undone(bench: Bench):
    (added,) = await bench.add()
    bench.claim_gate.clear()
    running = asyncio.create_task(bench.loop.run())
    while (await bench.jobs.get(added)).lease_until is None:
        pass
    drain = asyncio.create_task(bench.loop.drain(5))
    await asyncio.sleep(0)
    bench.claim_gate.set()
    await asyncio.wait_for(drain, 10)

    assert (await bench.jobs.get(added)).lease_until is None
    assert bench.seen == []
    await asyncio.wait_for(running, 10)


async def test_a_lease_that_runs_out_under_its_own_work_does_not_start_it_again(bench: Bench):
    await bench.add()
    bench.gate.clear()
    first = asyncio.create_task(bench.loop.run_once())
    await until(bench.begun)
    bench.clock.advance(LEASE_MS / 1000 + 1)
    second = asyncio.create_task(bench.loop.run_once())
    while (await bench.jobs.get(bench.seen[0])).lease_until != bench.clock() + LEASE_MS:
        pass
    bench.gate.set()
    await asyncio.wait_for(asyncio.gather(first, second), 10)

    assert len(bench.seen) == 1


async def test_a_lease_is_lengthened_while_the_work_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.loop.LEASE_MS", 30)
    (added,) = await bench.add()
    bench.gate.clear()
    work = asyncio.create_task(bench.loop.run_once())
    await until(bench.begun)
    bench.clock.advance(5)
    while (await bench.jobs.get(added)).lease_until != bench.clock() + 30:
        pass
    bench.gate.set()

    assert await asyncio.wait_for(work, 10) == 1


async def test_two_loops_on_one_file_share_the_work(
    bench: Bench, database_file: Path, clock: Clock
):
    added = await bench.add(12)
    async with Database(f"sqlite:///{database_file}") as other:
        second = Bench(JobStore(other), clock)
        await asyncio.gather(bench.loop.run_once(), second.loop.run_once())

    assert sorted(bench.seen + second.seen) == added
