"""Random walks through the store's intentions: no forbidden move, and a ledger that fits."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.errors import ConflictError
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import FINAL, TRANSITIONS, WAYS_BACK, Job, Status
from storage.records import Entry, Money
from tests.factories import Clock, make_job

LEASE_MS = 60_000
FENCED = ("begin", "requeue", "let_go", "hold", "note", "begin_post", "delivered")
INTENTIONS = (
    *FENCED,
    "claim_queued",
    "claim_unsettled",
    "claim_running",
    "claim_finished",
    "start",
    "succeed",
    "succeed_nameless",
    "fail_rejected",
    "fail_deadline",
    "fail_uncertain",
    "canceled_there",
    "fail_fenced",
    "cancel",
    "deliver_again",
    "watch_now",
    "acknowledge",
    "release_leases",
    "pass",
)
steps = st.lists(
    st.tuples(st.sampled_from(INTENTIONS), st.sampled_from(["a", "b"]), st.integers(0, 3)),
    min_size=5,
    max_size=25,
)


class Walk:
    """One job, everything that can be meant with it, and every claim that was ever held."""

    def __init__(self, jobs: JobStore, ledger: LedgerStore, job: Job) -> None:
        self.jobs, self.ledger, self.id = jobs, ledger, job.id
        self.clock = Clock()
        self.held: list[Job] = [job]

    async def step(self, name: str, external_id: str, pick: int) -> None:
        before = await self.jobs.get(self.id)
        claim = self.held[-1 - pick % len(self.held)]
        stale = claim.fence != before.fence
        refused = False
        try:
            await self._carry_out(name, external_id, claim)
        except ConflictError:
            refused = True
        after = await self.jobs.get(self.id)
        if name in FENCED and stale:
            assert refused
        if refused:
            assert after == before
        check_move(before, after)
        check_entry(after, await self.ledger.get(self.id))

    async def _carry_out(self, name: str, external_id: str, claim: Job) -> None:
        now, jobs, job_id = self.clock(), self.jobs, self.id
        if name.startswith("claim_"):
            await self._claim(name, now)
        elif name in FENCED:
            await self._fenced(name, claim, now)
        elif name == "start":
            await jobs.start(job_id, external_id, progress=0.5, due_at=now, deadline_at=2**50)
        elif name.startswith("succeed"):
            known = "" if name.endswith("nameless") else external_id
            await jobs.succeed(job_id, known, result={"media": []}, cost=5, charged=5, now=now)
        elif name == "canceled_there":
            await jobs.fail(job_id, failure="canceled", text="", now=now, status=Status.CANCELED)
        elif name == "fail_fenced":
            await jobs.fail(job_id, failure="invalid", text="", now=now, fence=claim.fence)
        elif name.startswith("fail_"):
            await jobs.fail(job_id, failure=name[5:], text="", now=now, external_id=external_id)
        elif name == "acknowledge":
            await jobs.acknowledge(job_id, None, now=now)
        elif name == "release_leases":
            await jobs.release_leases()
        elif name == "pass":
            self.clock.advance(61)
        else:
            await getattr(jobs, name)(job_id, now=now)

    async def _claim(self, name: str, now: int) -> None:
        until = now + LEASE_MS
        if name == "claim_queued":
            job = await self.jobs.claim_queued({("youchuan", "env"): 1}, now=now, lease_until=until)
        elif name == "claim_unsettled":
            job = await self.jobs.claim_unsettled(now=now, lease_until=until)
        else:
            found: Sequence[Job] = await getattr(self.jobs, name)(
                now=now, lease_until=until, limit=1
            )
            job = found[0] if found else None
        if job:
            self.held.append(job)

    async def _fenced(self, name: str, job: Job, now: int) -> None:
        jobs = self.jobs
        if name == "begin":
            self.held.append(await jobs.begin_attempt(job, now=now, deadline_at=now + 10**6))
        elif name == "requeue":
            await jobs.requeue(job, due_at=now)
        elif name == "let_go":
            await jobs.let_go(job, due_at=now)
        elif name == "hold":
            await jobs.hold(job, lease_until=now + LEASE_MS)
        elif name == "note":
            await jobs.note(job, progress=0.1)
        elif name == "begin_post":
            await jobs.begin_post(job)
        else:
            await jobs.delivered(job, channel_id=1, message_id=1, note="", now=now, look_at=now + 1)


def check_move(before: Job, after: Job) -> None:
    """What must hold between a row and the same row one intention later."""
    if after.status is not before.status:
        assert after.status in TRANSITIONS[before.status]
        if before.status is Status.FAILED:
            assert before.failure in WAYS_BACK
            assert after.delivered_at is None
    assert after.fence >= before.fence
    assert after.attempts >= before.attempts
    assert before.external_id in (None, after.external_id)
    assert (after.finished_at is not None) == (after.status in FINAL)


def check_entry(job: Job, entry: Entry | None) -> None:
    """What the ledger must say of a row; the walk's provider tells nothing of money but a cost."""
    assert entry
    assert (entry.settled_at is not None) == job.status.is_final
    if job.status is Status.SUCCEEDED:
        assert (entry.state, entry.settled, entry.reason) == (Money.CHARGED, 5, "")
    elif not job.status.is_final or job.failure in WAYS_BACK:
        assert (entry.state, entry.settled) == (Money.RESERVED, None)
    else:
        assert (entry.state, entry.settled) == (Money.REFUNDED, 0)
        assert entry.reason == (job.failure or "canceled")


async def walk(template: Path, chosen: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(template, Path(folder) / "atelier.db")
        async with Database(f"sqlite:///{path}") as database:
            jobs = JobStore(database)
            job, _ = await jobs.add(make_job(once_key="key"))
            course = Walk(jobs, LedgerStore(database), job)
            for step in chosen:
                await course.step(*step)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=steps)
def test_no_sequence_of_intentions_makes_a_forbidden_move(
    migrated_file: Path, chosen: list[tuple[str, str, int]]
):
    asyncio.run(walk(migrated_file, chosen))


def test_every_status_has_its_transitions_and_final_ones_end():
    assert set(TRANSITIONS) == set(Status)
    assert TRANSITIONS[Status.SUCCEEDED] == TRANSITIONS[Status.CANCELED] == frozenset()
    assert TRANSITIONS[Status.FAILED] == {Status.SUCCEEDED}
