import pytest

from bot.news import unpack
from storage.ledger import LedgerStore
from storage.models import Job, Status
from storage.records import Money
from tests.conftest import Workshop
from tests.provider_double import HTML, Reply, complaint


async def running(workshop: Workshop) -> tuple[Job, str]:
    """A job that the provider is drawing, and its id there."""
    job = await workshop.press()
    await workshop.turn("submit")
    external_id = workshop.provider.paid[-1].id
    return job, external_id


async def look(workshop: Workshop, seconds: float = 120) -> None:
    workshop.clock.advance(seconds)
    await workshop.turn("watch")


async def test_a_finished_job_is_found_by_asking(workshop: Workshop):
    job, external_id = await running(workshop)
    workshop.provider.finish(external_id)
    await look(workshop)

    row = await workshop.now(job)
    assert (row.status, row.cost) == (Status.SUCCEEDED, 50)


async def test_a_job_is_not_asked_for_right_after_its_submit(workshop: Workshop):
    _, external_id = await running(workshop)
    await look(workshop, 14.9)
    assert workshop.provider.polled(external_id) == 0
    await look(workshop, 0.1)

    assert workshop.provider.polled(external_id) == 1


async def test_without_callbacks_the_first_look_comes_sooner(workshop: Workshop):
    workshop.restart(public_url="")
    _, external_id = await running(workshop)
    await look(workshop, 5)

    assert workshop.provider.polled(external_id) == 1


async def test_looks_become_rarer_but_never_stop_before_the_deadline(workshop: Workshop):
    job, external_id = await running(workshop)
    waits = []
    for _ in range(12):
        row = await workshop.now(job)
        waits.append((row.due_at or 0) - workshop.clock())
        await look(workshop, waits[-1] / 1000)

    assert workshop.provider.polled(external_id) == 12
    assert waits[-1] > 2 * waits[0]
    assert max(waits) < 120_000


@pytest.mark.parametrize(
    ("status", "end", "failure"),
    [(3, Status.FAILED, "unavailable"), (5, Status.FAILED, "moderation")],
)
async def test_a_failure_found_by_asking_ends_the_job(
    workshop: Workshop, status: int, end: Status, failure: str
):
    job, external_id = await running(workshop)
    workshop.provider.set(external_id, status)
    await look(workshop)

    row = await workshop.now(job)
    assert (row.status, row.failure, row.cost) == (end, failure, 50)


async def test_a_job_canceled_there_is_canceled_here(workshop: Workshop):
    job, external_id = await running(workshop)
    workshop.provider.set(external_id, 14)
    await look(workshop)

    assert (await workshop.now(job)).status is Status.CANCELED


TROUBLES = [
    Reply(deed="reset"),
    Reply(deed="html"),
    Reply(status=500, body=HTML),
    Reply(status=502, body=HTML),
    complaint(503, "Server_Busy"),
    Reply(status=429, body={}, headers={"Retry-After": "100"}),
    Reply(status=200, body={}),
    complaint(401, "Invalid_App_Identifier"),
]


@pytest.mark.parametrize("reply", TROUBLES, ids=range(len(TROUBLES)))
async def test_a_poll_that_fails_is_made_again(workshop: Workshop, reply: Reply):
    attempts = 2 if reply.deed == "reset" else 1  # aiohttp repeats a GET itself, once
    job, external_id = await running(workshop)
    workshop.provider.polls.extend([reply] * attempts)
    workshop.provider.finish(external_id)
    await look(workshop)
    between = await workshop.now(job)
    await look(workshop)

    assert between.status is Status.RUNNING
    assert (await workshop.now(job)).status is Status.SUCCEEDED


async def test_a_poll_keeps_retry_after(workshop: Workshop):
    job, _ = await running(workshop)
    workshop.provider.polls.append(Reply(status=429, body={}, headers={"Retry-After": "300"}))
    await look(workshop)

    assert ((await workshop.now(job)).due_at or 0) - workshop.clock() >= 300_000


async def test_a_provider_that_does_not_know_the_job_yet_gets_two_minutes(workshop: Workshop):
    job, external_id = await running(workshop)
    workshop.provider.polls.append(complaint(404, "Not_Found"))
    workshop.provider.finish(external_id)
    await look(workshop, 20)
    await look(workshop, 60)

    assert (await workshop.now(job)).status is Status.SUCCEEDED


async def test_a_job_the_provider_no_longer_knows_has_failed(workshop: Workshop):
    job, external_id = await running(workshop)
    del workshop.provider.jobs[external_id]
    await look(workshop)
    once = await workshop.now(job)
    await look(workshop, 121)

    row = await workshop.now(job)
    assert (once.status, row.status, row.failure) == (Status.RUNNING, Status.FAILED, "missing")
    assert str(unpack(row.failure_text))


async def test_an_empty_success_gets_a_minute_to_show_a_picture(workshop: Workshop):
    job, external_id = await running(workshop)
    workshop.provider.set(external_id, 2, ["", "", "", ""])
    await look(workshop)
    given = await workshop.now(job)
    workshop.provider.finish(external_id)
    await look(workshop, 30)

    assert given.status is Status.RUNNING
    assert given.deadline_at == workshop.clock() + 30_000
    assert (await workshop.now(job)).status is Status.SUCCEEDED


async def test_a_success_that_stays_empty_is_given_up_after_a_minute(workshop: Workshop):
    job, external_id = await running(workshop)
    workshop.provider.set(external_id, 2, ["", "", "", ""])
    await look(workshop)
    for _ in range(7):
        await look(workshop, 10)

    assert (await workshop.now(job)).failure == "deadline"


async def test_a_job_past_its_deadline_is_asked_for_once_more_and_given_up(workshop: Workshop):
    job, external_id = await running(workshop)
    await look(workshop, 1800)

    row = await workshop.now(job)
    assert (row.status, row.failure) == (Status.FAILED, "deadline")
    assert workshop.provider.polled(external_id) == 1


async def test_what_comes_after_the_deadline_is_found_and_posted(workshop: Workshop):
    job, external_id = await running(workshop)
    await look(workshop, 1800)
    await workshop.turn("deliver")
    workshop.provider.finish(external_id)
    await look(workshop, 600)
    await workshop.turn("deliver")

    assert (await workshop.now(job)).status is Status.SUCCEEDED
    assert [d.outcome for d in workshop.courier.delivered] == ["notice", "result"]


async def test_a_job_given_up_is_looked_after_for_a_day(workshop: Workshop):
    job, external_id = await running(workshop)
    await look(workshop, 1800)
    await workshop.turn("deliver")
    await look(workshop, 86_400)
    asked = workshop.provider.polled(external_id)
    await look(workshop, 600)
    await look(workshop, 86_400)

    assert workshop.provider.polled(external_id) <= asked + 1
    assert (await workshop.now(job)).due_at is None


@pytest.mark.parametrize("status", [3, 14])
async def test_a_job_given_up_that_then_fails_is_left_alone(workshop: Workshop, status: int):
    job, external_id = await running(workshop)
    await look(workshop, 1800)
    await workshop.turn("deliver")
    workshop.provider.set(external_id, status)
    await look(workshop, 600)
    await workshop.turn("deliver")

    row = await workshop.now(job)
    assert (row.failure, row.due_at) == ("deadline", None)
    assert len(workshop.courier.delivered) == 1


async def test_a_running_job_whose_account_is_gone_ends_and_says_so(workshop: Workshop):
    job, _ = await running(workshop)
    workshop.pay_with({})
    workshop.restart()
    await look(workshop)

    row = await workshop.now(job)
    assert (row.status, row.failure) == (Status.FAILED, "missing")


async def test_a_poll_cannot_exchange_the_jobs_id(workshop: Workshop):
    job, external_id = await running(workshop)
    done = workshop.provider.finish(external_id)
    workshop.provider.jobs[external_id] = {**done, "id": "f" * 24}
    await look(workshop)

    assert (await workshop.now(job)).external_id == external_id


async def test_jobs_that_are_given_up_are_asked_for_at_the_accounts_rate_too(workshop: Workshop):
    for _ in range(5):
        await running(workshop)
    await look(workshop, workshop.parts.terms.deadline_ms / 1000 + 1)
    await workshop.turn("deliver")
    asked = len(workshop.provider.requests)
    await look(workshop, 700)
    at_once = len(workshop.provider.requests) - asked
    for _ in range(5):
        await look(workshop, 0.1)

    assert at_once == 1
    assert len(workshop.provider.requests) - asked == 5


@pytest.mark.parametrize("status", [3, 5], ids=["failed", "moderated"])
async def test_what_fails_after_it_was_given_up_is_given_back(workshop: Workshop, status: int):
    job, external_id = await running(workshop)
    await look(workshop, 1801)
    given_up = await LedgerStore(workshop.database).get(job.id)
    await workshop.turn("deliver")
    workshop.provider.set(external_id, status)
    await look(workshop, 700)

    entry, row = await LedgerStore(workshop.database).get(job.id), await workshop.now(job)
    assert given_up
    assert entry
    assert (given_up.state, entry.state) == (Money.RESERVED, Money.REFUNDED)
    assert (row.status, row.due_at) == (Status.FAILED, None)
