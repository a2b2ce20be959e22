"""Hypothesis plays the provider, the person and the clock against the engine (promise R5)."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.engine import Order
from bot.errors import CourierError
from bot.media.pool import MediaPool
from bot.wire import Outcome
from storage.database import Database
from storage.models import FINAL, WAYS_BACK, Job, Status
from tests.conftest import Workshop, opened_workshop
from tests.factories import Clock, RecordingCourier, make_destination, make_person
from tests.provider_double import Reply, complaint

OPERATIONS = st.sampled_from(["youchuan.diffusion", "youchuan.reroll"])
REPLIES = st.sampled_from(
    [
        Reply(),
        Reply(),
        Reply(deed="reset"),
        Reply(deed="garbage"),
        complaint(503, "Server_Busy"),
        complaint(400, "Msg_Sensitive"),
    ]
)
STATUSES = st.sampled_from([1, 2, 2, 2, 3, 14])
PICKS = st.integers(0, 7)
_EARLY = frozenset({Status.QUEUED, Status.SUBMITTING})


class JobMachine(RuleBasedStateMachine):
    """Every rule is one thing that can happen; what may never happen are the invariants."""

    def __init__(self, template: Path, pool: MediaPool) -> None:
        super().__init__()
        self._pool = pool
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        self._stack = AsyncExitStack()
        self._seen: dict[str, Job] = {}
        self._pressed: list[tuple[Order, Job]] = []
        self.shop: Workshop = self._run(self._open(template))

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    async def _open(self, template: Path) -> Workshop:
        path = shutil.copy(template, Path(self._folder.name) / "atelier.db")
        database = await self._stack.enter_async_context(Database(f"sqlite:///{path}"))
        return await self._stack.enter_async_context(
            opened_workshop(
                database,
                Path(self._folder.name) / "assets",
                Clock(),
                RecordingCourier(),
                self._pool,
            )
        )

    def _order(self, operation: str) -> Order:
        number = len(self._pressed) + 1
        row = self.shop.parts.catalog.operation(operation)
        name = f"press {number}"
        params = {"text": name} if operation.endswith("diffusion") else {"jobId": name}
        return Order(
            operation=operation,
            params=row.validate(params),
            person=make_person(),
            destination=make_destination(),
            interaction_id=number,
        )

    def _pick(self, pick: int) -> Job:
        return self._pressed[pick % len(self._pressed)][1]

    async def _press(self, operation: str, reply: Reply) -> Job:
        order = self._order(operation)
        job, _ = await self.shop.engine.submit(order)
        self._pressed.append((order, job))
        await self.shop.engine.acknowledge(job, card_id=None)
        self.shop.provider.submits.append(reply)
        return job

    async def _news(self, pick: int, status: int, times: int) -> None:
        paid = self.shop.provider.paid[pick % len(self.shop.provider.paid)]
        double = self.shop.provider
        body = double.finish(paid.id) if status == 2 else double.set(paid.id, status)
        for _ in range(times if paid.callback else 0):
            assert await double.call_back(paid.callback or "", body) == 200

    @rule(operation=OPERATIONS, reply=REPLIES)
    def press(self, operation: str, reply: Reply) -> None:
        self._run(self._press(operation, reply))

    @precondition(lambda self: self._pressed)
    @rule(pick=PICKS)
    def the_same_interaction_comes_again(self, pick: int) -> None:
        order, job = self._pressed[pick % len(self._pressed)]
        again, new = self._run(self.shop.engine.submit(order))
        assert (again.id, new) == (job.id, False)

    @rule(loop=st.sampled_from(["submit", "watch", "deliver", ""]))
    def turn(self, loop: str) -> None:
        self._run(self.shop.turn(*filter(None, [loop])))

    @rule(seconds=st.sampled_from([1, 20, 61, 700, 1900]))
    def tick(self, seconds: int) -> None:
        self.shop.clock.advance(seconds)

    @precondition(lambda self: self.shop.provider.paid)
    @rule(pick=PICKS, status=STATUSES, times=st.integers(0, 2))
    def the_provider_moves_on(self, pick: int, status: int, times: int) -> None:
        self._run(self._news(pick, status, times))

    @precondition(lambda self: len(self.shop.provider.paid) > 1)
    @rule(pick=PICKS)
    def a_callback_carries_another_jobs_news(self, pick: int) -> None:
        paid = self.shop.provider.paid
        one, other = paid[pick % len(paid)], paid[(pick + 1) % len(paid)]
        if one.callback:
            body = self.shop.provider.jobs[other.id]
            if self.shop.provider.jobs[one.id]["status"] != 2 and self._known(one.id):
                self._run(self.shop.provider.call_back(one.callback, body))

    def _known(self, external_id: str) -> bool:
        return any(row.external_id == external_id for row in self._seen.values())

    @rule(operation=OPERATIONS, status=STATUSES)
    def news_come_before_the_submits_answer(self, operation: str, status: int) -> None:
        async def happen() -> None:
            double = self.shop.provider
            double.submits.clear()
            double.taken.clear()
            double.go_on.clear()
            await self._press(operation, Reply(deed="slow"))
            turn = asyncio.create_task(self.shop.turn("submit"))
            await self._taken_or_over(turn)
            if double.taken.is_set():
                await self._news(len(double.paid) - 1, status, 1)
            double.go_on.set()
            await turn

        self._run(happen())

    @rule(operation=OPERATIONS)
    def a_crash_cuts_the_submit_off(self, operation: str) -> None:
        async def happen() -> None:
            double = self.shop.provider
            double.submits.clear()
            double.taken.clear()
            await self._press(operation, Reply(deed="hang"))
            turn = asyncio.create_task(self.shop.turn("submit"))
            await self._taken_or_over(turn)
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)
            await self.shop.crash()

        self._run(happen())

    async def _taken_or_over(self, turn: "asyncio.Task[None]") -> None:
        taken = asyncio.create_task(self.shop.provider.taken.wait())
        await asyncio.wait({turn, taken}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        taken.cancel()

    @rule()
    def crash(self) -> None:
        self._run(self.shop.crash())

    @precondition(lambda self: self._pressed)
    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        self._run(self.shop.engine.cancel(self._pick(pick)))

    @rule()
    def discord_is_away_once(self) -> None:
        self.shop.courier.troubles.append(CourierError())

    @invariant()
    def no_press_is_paid_twice(self) -> None:
        names = (paid.body.get("text") or paid.body["jobId"] for paid in self.shop.provider.paid)
        assert max(Counter(names).values(), default=0) <= 1

    @invariant()
    def no_message_of_a_job_is_posted_twice(self) -> None:
        posted = Counter((d.job.id, d.outcome) for d in self.shop.courier.delivered)
        assert max(posted.values(), default=0) <= 1

    @invariant()
    def no_job_goes_back(self) -> None:
        rows = self._run(self.shop.jobs.recent(33, 11, limit=1000))
        assert len(rows) == len(self._pressed)
        for after in rows:
            check_forward(self._seen.get(after.id, after), after)
            self._seen[after.id] = after

    def teardown(self) -> None:
        try:
            self._run(self._settle())
            self.no_press_is_paid_twice()
            self.no_message_of_a_job_is_posted_twice()
            self.no_job_goes_back()
            told = {d.job.id for d in self.shop.courier.delivered}
            for row in self._seen.values():
                assert row.status in FINAL
                assert row.delivered_at
                assert row.id in told
                posted = [d for d in self.shop.courier.delivered if d.job.id == row.id]
                results = [d for d in posted if d.outcome is Outcome.RESULT]
                assert len(results) == (row.status is Status.SUCCEEDED)
        finally:
            self._run(self._stack.aclose())
            self._runner.close()
            self._folder.cleanup()

    async def _settle(self) -> None:
        """However it stands, an hour or two later every job has come to its end."""
        self.shop.provider.submits.clear()
        self.shop.courier.troubles.clear()
        for _ in range(2):
            await self.shop.turn()
            self.shop.clock.advance(1900)
        await self.shop.turn()


def check_forward(before: Job, after: Job) -> None:
    if before.status is Status.RUNNING:
        assert after.status not in _EARLY
    if before.status is Status.FAILED and before.failure in WAYS_BACK:
        assert after.status in {Status.FAILED, Status.SUCCEEDED}
    elif before.status in FINAL:
        assert after.status is before.status
    assert before.external_id in {None, after.external_id}


def test_nothing_that_can_happen_breaks_a_promise(migrated_file: Path, pool: MediaPool):
    run_state_machine_as_test(
        lambda: JobMachine(migrated_file, pool),
        settings=settings(
            max_examples=60,
            stateful_step_count=9,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
