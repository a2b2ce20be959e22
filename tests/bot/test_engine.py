import asyncio
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.engine import Order
from bot.errors import CallbackError, CourierError, GoneError, InvalidRequestError
from bot.parts import Terms
from storage.errors import StorageError
from storage.models import Job, Status
from tests.conftest import CATALOG, Workshop
from tests.factories import make_destination, make_person
from tests.provider_double import Paid, Reply

DIFFUSION = CATALOG.operation("youchuan.diffusion")


def order(**overrides: object) -> Order:
    values = {
        "operation": "youchuan.diffusion",
        "params": DIFFUSION.validate({"text": "a cat"}),
        "person": make_person(),
        "destination": make_destination(),
        "interaction_id": 7,
    }
    return Order(**{**values, **overrides})


async def submitted(workshop: Workshop) -> tuple[Job, Paid]:
    job = await workshop.press()
    await workshop.turn("submit")
    return job, workshop.provider.paid[-1]


async def call_back(workshop: Workshop, paid: Paid, body: object) -> int:
    return await workshop.provider.call_back(paid.callback or "", body)


async def rows(workshop: Workshop) -> list[Job]:
    return list(await workshop.jobs.recent(33, 11, limit=100))


async def test_a_job_goes_from_the_press_to_its_message_by_a_callback(workshop: Workshop):
    job, paid = await submitted(workshop)
    status = await call_back(workshop, paid, workshop.provider.finish(paid.id, 4))
    await workshop.turn()

    assert status == 200
    assert len(workshop.courier.delivered[0].assets) == 4
    assert (await workshop.now(job)).message_id == 1001
    assert workshop.provider.polled(paid.id) == 0
    assert len(workshop.provider.paid) == 1


async def test_a_job_goes_from_the_press_to_its_message_by_polls(workshop: Workshop):
    workshop.restart(public_url="")
    job, paid = await submitted(workshop)
    workshop.provider.finish(paid.id, 4)
    workshop.clock.advance(10)
    await workshop.turn()

    assert (await workshop.now(job)).message_id == 1001
    assert len(workshop.provider.paid) == 1


async def test_the_loops_do_it_by_themselves(workshop: Workshop):
    posted = asyncio.Event()
    deliver = workshop.courier.deliver

    async def deliver_and_tell(delivery):
        receipt = await deliver(delivery)
        posted.set()
        return receipt

    workshop.courier.deliver = deliver_and_tell
    engine = workshop.engine
    running = asyncio.create_task(engine.run())
    await workshop.press()
    await asyncio.wait_for(workshop.provider.taken.wait(), 10)
    paid = workshop.provider.paid[0]
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    await asyncio.wait_for(posted.wait(), 10)
    await engine.drain(5)
    await asyncio.wait_for(running, 10)

    assert len(workshop.courier.delivered) == 1


async def test_one_interaction_is_one_job(workshop: Workshop):
    first, new = await workshop.engine.submit(order())
    again, again_new = await workshop.engine.submit(order())

    assert (new, again_new) == (True, False)
    assert first == again


async def test_one_interaction_may_make_several_jobs(workshop: Workshop):
    await workshop.engine.submit(order(ordinal=0))

    assert (await workshop.engine.submit(order(ordinal=1)))[1]


async def test_pressing_u_twice_leads_to_one_child(workshop: Workshop):
    parent, _ = await workshop.engine.submit(order())
    params = CATALOG.operation("youchuan.upscale").validate(
        {"jobId": "ab" * 12, "imageNo": 1, "type": 0}
    )
    press = order(
        operation="youchuan.upscale", params=params, parent=parent, index=1, action="u", once=True
    )
    children = await asyncio.gather(
        *(workshop.engine.submit(replace(press, interaction_id=100 + n)) for n in range(50))
    )

    assert len({child.id for child, _ in children}) == 1
    assert sum(new for _, new in children) == 1


async def test_nothing_is_submitted_before_the_person_has_an_answer(workshop: Workshop):
    job, _ = await workshop.engine.submit(order())
    await workshop.turn()
    before = list(workshop.provider.requests)
    await workshop.engine.acknowledge(job, card_id=5)
    await workshop.turn("submit")

    assert before == []
    assert len(workshop.provider.paid) == 1


async def test_a_press_whose_answer_got_lost_is_submitted_after_four_seconds(workshop: Workshop):
    await workshop.engine.submit(order())
    workshop.clock.advance(4)
    await workshop.turn("submit")

    assert len(workshop.provider.paid) == 1


async def test_nothing_is_acknowledged_that_is_not_stored(workshop: Workshop, database_file: Path):
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError):
        await workshop.engine.submit(order())
    other.execute("ROLLBACK")
    other.close()

    assert await rows(workshop) == []


async def test_a_provider_without_an_account_is_refused(workshop: Workshop):
    workshop.pay_with({})
    workshop.restart()

    with pytest.raises(InvalidRequestError):
        await workshop.engine.submit(order())


async def test_a_follow_up_of_an_account_that_is_gone_says_so(workshop: Workshop):
    parent, _ = await workshop.engine.submit(order())
    again = CATALOG.operation("youchuan.reroll")
    params = again.validate({"jobId": "ab" * 12})
    gone = replace(parent, credential="7")
    with pytest.raises(GoneError):
        await workshop.engine.submit(order(operation=again.name, params=params, parent=gone))


async def test_prices_of_the_settings_go_before_the_catalogs(workshop: Workshop):
    params = DIFFUSION.validate({"text": "a cat --draft"})
    assert workshop.engine.price(DIFFUSION, params, frozenset()) == 25
    workshop.restart(prices={"youchuan.diffusion": 80})

    assert workshop.engine.price(DIFFUSION, params, frozenset()) == 40


async def test_a_queued_job_can_be_canceled_and_is_never_paid(workshop: Workshop):
    job = await workshop.press()
    assert await workshop.engine.cancel(job)
    await workshop.turn()

    assert (await workshop.now(job)).status is Status.CANCELED
    assert workshop.provider.requests == []
    assert len(workshop.courier.delivered) == 1


async def test_a_submitted_job_cannot_be_canceled(workshop: Workshop):
    job, _ = await submitted(workshop)

    assert not await workshop.engine.cancel(job)


async def test_a_late_result_after_the_deadline_is_posted(workshop: Workshop):
    job, paid = await submitted(workshop)
    workshop.clock.advance(1801)
    await workshop.turn()
    given_up = await workshop.now(job)
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    await workshop.turn()

    assert given_up.failure == "deadline"
    assert [d.outcome for d in workshop.courier.delivered] == ["notice", "result"]
    assert not workshop.courier.delivered[1].attempted


async def test_a_late_result_that_beats_the_notice_is_posted_alone(workshop: Workshop):
    _, paid = await submitted(workshop)
    workshop.clock.advance(1801)
    await workshop.turn("watch")
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    await workshop.turn("deliver")

    assert [d.outcome for d in workshop.courier.delivered] == ["result"]


async def test_a_callback_may_come_before_the_submits_answer(workshop: Workshop):
    workshop.provider.submits.append(Reply(deed="slow"))
    job = await workshop.press()
    turn = asyncio.create_task(workshop.turn("submit"))
    await asyncio.wait_for(workshop.provider.taken.wait(), 10)
    (paid,) = workshop.provider.paid
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    early = await workshop.now(job)
    workshop.provider.set(paid.id, 1)
    workshop.provider.go_on.set()
    await turn

    assert early.status is Status.SUCCEEDED
    assert await workshop.now(job) == early


async def test_a_callback_twice_posts_once(workshop: Workshop):
    _, paid = await submitted(workshop)
    done = workshop.provider.finish(paid.id)
    await asyncio.gather(*(call_back(workshop, paid, done) for _ in range(5)))
    await workshop.turn()
    status = await call_back(workshop, paid, done)
    await workshop.turn()

    assert status == 200
    assert len(workshop.courier.tried) == 1


async def test_callbacks_out_of_order_do_not_take_a_job_back(workshop: Workshop):
    job, paid = await submitted(workshop)
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    done = await workshop.now(job)
    for status in (0, 1, 15, 3, 14):
        await call_back(workshop, paid, workshop.provider.set(paid.id, status))

    assert await workshop.now(job) == done


@pytest.mark.parametrize("status", [3, 14])
async def test_a_success_after_another_end_changes_nothing(workshop: Workshop, status: int):
    job, paid = await submitted(workshop)
    await call_back(workshop, paid, workshop.provider.set(paid.id, status))
    ended = await workshop.now(job)
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    await workshop.turn()

    assert (await workshop.now(job)).status is ended.status
    assert [d.outcome for d in workshop.courier.delivered] == ["notice"]


async def test_a_failure_by_callback_is_told(workshop: Workshop):
    job, paid = await submitted(workshop)
    await call_back(workshop, paid, workshop.provider.set(paid.id, 5))
    await workshop.turn()

    row = await workshop.now(job)
    assert (row.status, row.failure, row.cost) == (Status.FAILED, "moderation", 50)
    assert [d.outcome for d in workshop.courier.delivered] == ["notice"]


UNREADABLE = [b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"id": 5}', b"{}", b'"x"']


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_an_unreadable_callback_makes_us_ask(workshop: Workshop, body: bytes):
    job, paid = await submitted(workshop)
    before = await workshop.now(job)
    status = await call_back(workshop, paid, body)
    between = await workshop.now(job)
    workshop.provider.finish(paid.id)
    await workshop.turn("watch")

    assert status == 200
    assert between == replace(before, due_at=workshop.clock())
    assert (await workshop.now(job)).status is Status.SUCCEEDED


async def test_a_callback_with_another_jobs_id_makes_us_ask_and_changes_nothing(
    workshop: Workshop,
):
    job, paid = await submitted(workshop)
    before = await workshop.now(job)
    done = workshop.provider.finish(paid.id)
    await call_back(workshop, paid, {**done, "id": "f" * 24})
    between = await workshop.now(job)
    workshop.provider.set(paid.id, 1)
    await workshop.turn("watch")

    assert between == replace(before, due_at=workshop.clock())
    assert workshop.provider.polled(paid.id) == 1
    assert (await workshop.now(job)).status is Status.RUNNING


async def test_a_forged_token_is_refused_and_changes_nothing(workshop: Workshop):
    job, paid = await submitted(workshop)
    other = await workshop.press()
    before = await rows(workshop)
    url = paid.callback or ""
    base, _, token = url.rpartition("/")
    swapped = other.id + token[26:]
    forged = [token[:-1], token + "A", job.id, "x" * 48, job.id + "A" * 22, swapped, token.lower()]
    done = workshop.provider.finish(paid.id)
    answers = [await workshop.provider.call_back(f"{base}/{each}", done) for each in forged]

    assert answers == [404] * len(forged)
    assert await rows(workshop) == before


async def test_a_token_of_another_provider_is_refused(workshop: Workshop):
    _, paid = await submitted(workshop)
    token = (paid.callback or "").rpartition("/")[2]
    with pytest.raises(CallbackError):
        workshop.engine.callback_job("lingtu", token)


async def test_a_callback_for_a_job_that_was_removed_is_refused(workshop: Workshop):
    with pytest.raises(CallbackError):
        await workshop.engine.callback("youchuan", "01ARZ3NDEKTSV4RRFFQ69G5FAV", b"{}")


async def test_a_callback_that_cannot_be_stored_is_not_acknowledged(
    workshop: Workshop, database_file: Path
):
    job, paid = await submitted(workshop)
    done = json.dumps(workshop.provider.finish(paid.id)).encode()
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError):
        await workshop.engine.callback("youchuan", job.id, done)
    other.execute("ROLLBACK")
    other.close()
    await workshop.engine.callback("youchuan", job.id, done)

    assert (await workshop.now(job)).status is Status.SUCCEEDED


async def test_a_callback_keeps_a_worker_with_an_older_claim_from_writing(workshop: Workshop):
    job, paid = await submitted(workshop)
    workshop.clock.advance(60)
    now = workshop.clock()
    (claim,) = await workshop.jobs.claim_running(now=now, lease_until=now + 60_000, limit=1)
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    done = await workshop.now(job)
    await workshop.engine.news.fail(claim, "deadline", CourierError())

    assert await workshop.now(job) == done


async def test_a_drain_puts_a_submit_that_is_cut_off_back_and_it_is_not_sent_again(
    workshop: Workshop,
):
    workshop.provider.submits.append(Reply(deed="hang"))
    job = await workshop.press()
    engine = workshop.engine
    running = asyncio.create_task(engine.run())
    await asyncio.wait_for(workshop.provider.taken.wait(), 10)
    await engine.drain(0.05)
    await asyncio.wait_for(running, 10)
    put_back = await workshop.now(job)
    workshop.restart()
    await workshop.turn()
    (paid,) = workshop.provider.paid
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    await workshop.turn()

    assert (put_back.status, put_back.lease_until) == (Status.SUBMITTING, None)
    assert len(workshop.courier.delivered) == 1
    assert len(workshop.provider.paid) == 1


async def test_a_result_that_was_posted_but_not_noted_is_posted_as_attempted(
    workshop: Workshop, database_file: Path
):
    _, paid = await submitted(workshop)
    await call_back(workshop, paid, workshop.provider.finish(paid.id))
    other = sqlite3.connect(database_file, isolation_level=None)
    deliver = workshop.courier.deliver

    async def deliver_and_lock(delivery):
        other.execute("BEGIN EXCLUSIVE")
        return await deliver(delivery)

    workshop.courier.deliver = deliver_and_lock
    with pytest.raises(StorageError):
        await workshop.turn("deliver")
    other.execute("ROLLBACK")
    other.close()
    workshop.courier.deliver = deliver
    workshop.clock.advance(61)
    await workshop.turn("deliver")

    assert [d.attempted for d in workshop.courier.delivered] == [False, True]


async def test_a_reroll_is_told_to_be_uncertain_only_in_one_notice(workshop: Workshop):
    workshop.provider.submits.append(Reply(deed="reset"))
    await workshop.reroll()
    for _ in range(3):
        await workshop.turn()
        workshop.clock.advance(3600)

    assert [d.outcome for d in workshop.courier.delivered] == ["notice"]


def test_terms_begin_with_the_designs_defaults():
    assert Terms() == Terms(public_url="", poll_ms=5000, deadline_ms=1_800_000, prices={})
