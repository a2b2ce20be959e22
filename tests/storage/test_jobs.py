import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from storage.database import Database
from storage.errors import ConflictError, NotFoundError
from storage.jobs import JobStore
from storage.models import Job, Status, Upload
from tests.factories import NOON, make_destination, make_job

LEASE = NOON + 60_000
ACCOUNT = ("youchuan", "env")
MANY = {ACCOUNT: 100}


async def claimed(jobs: JobStore, **overrides: Any) -> Job:
    """A new job, claimed for its submit."""
    added, _ = await jobs.add(make_job(**overrides))
    job = await jobs.claim_queued(MANY, now=NOON, lease_until=LEASE)
    assert job is not None
    assert job.id == added.id
    return job


async def submitting(jobs: JobStore, **overrides: Any) -> Job:
    job = await claimed(jobs, **overrides)
    return await jobs.begin_attempt(job, now=NOON, deadline_at=NOON + 1_000_000)


async def running(jobs: JobStore, **overrides: Any) -> Job:
    job = await submitting(jobs, **overrides)
    await jobs.start(job.id, "ext", progress=None, due_at=NOON, deadline_at=2**50)
    return await jobs.get(job.id)


async def succeeded(jobs: JobStore, **overrides: Any) -> Job:
    job = await running(jobs, **overrides)
    await jobs.succeed(job.id, "ext", result={"media": []}, cost=50, now=NOON)
    return await jobs.get(job.id)


async def failed(jobs: JobStore, failure: str, **overrides: Any) -> Job:
    job = await running(jobs, **overrides)
    await jobs.fail(job.id, failure=failure, text="", now=NOON)
    return await jobs.get(job.id)


async def test_a_row_comes_back_as_it_was_stored(jobs: JobStore):
    upload = Upload(attachment_id=2**63 - 1, url="https://x/y", filename="a.png", size=3)
    job = make_job(
        uploads=(upload,), traits=frozenset({"v7", "draft"}), price=50, once_key="k", ordinal=2
    )
    stored, new = await jobs.add(job)

    assert new
    assert await jobs.get(job.id) == stored == job


async def test_an_unknown_job_is_not_found(jobs: JobStore):
    with pytest.raises(NotFoundError):
        await jobs.get("01ARZ3NDEKTSV4RRFFQ69G5FAV")


async def test_one_interaction_makes_one_job(jobs: JobStore):
    first, _ = await jobs.add(make_job(interaction_id=10**18))
    again, new = await jobs.add(make_job(interaction_id=10**18))

    assert (again, new) == (first, False)


async def test_one_interaction_makes_each_of_its_jobs(jobs: JobStore):
    await jobs.add(make_job(interaction_id=10**18, ordinal=0))

    assert (await jobs.add(make_job(interaction_id=10**18, ordinal=1)))[1]


async def test_fifty_presses_at_once_make_one_job(jobs: JobStore):
    presses = [make_job(once_key="parent:u.0") for _ in range(50)]
    outcomes = await asyncio.gather(*map(jobs.add, presses))

    assert sum(new for _, new in outcomes) == 1
    assert len({job.id for job, _ in outcomes}) == 1
    assert await jobs.count() == {"queued": 1}


async def test_two_processes_with_the_same_interaction_make_one_job(
    database: Database, jobs: JobStore
):
    async with Database(f"sqlite:///{database.path}") as other:
        outcomes = await asyncio.gather(
            *(
                store.add(make_job(interaction_id=10**18))
                for store in (jobs, JobStore(other))
                for _ in range(5)
            )
        )

    assert sum(new for _, new in outcomes) == 1


@pytest.mark.parametrize("ending", ["failed", "canceled"])
async def test_a_once_key_is_free_again_when_its_job_came_to_nothing(jobs: JobStore, ending: str):
    job = await running(jobs, once_key="key")
    await jobs.fail(job.id, failure="x", text="", now=NOON, status=Status(ending))

    assert (await jobs.add(make_job(once_key="key")))[1]


async def test_a_once_key_stays_taken_by_a_success(jobs: JobStore):
    job = await succeeded(jobs, once_key="key")

    assert (await jobs.add(make_job(once_key="key")))[0].id == job.id


async def test_a_job_that_refers_to_no_job_is_a_conflict_and_not_an_old_job(jobs: JobStore):
    await jobs.add(make_job())
    with pytest.raises(ConflictError):
        await jobs.add(make_job(parent_id="01ARZ3NDEKTSV4RRFFQ69G5FAV"))


async def test_an_unacknowledged_job_waits_for_its_grace(jobs: JobStore):
    job, _ = await jobs.add(make_job(due_at=NOON + 4000))

    assert await jobs.claim_queued(MANY, now=NOON + 3999, lease_until=LEASE) is None
    await jobs.acknowledge(job.id, 77, now=NOON)
    found = await jobs.claim_queued(MANY, now=NOON, lease_until=LEASE)
    assert found is not None
    assert (found.id, found.card_id) == (job.id, 77)


async def test_acknowledging_late_does_not_move_a_running_job(jobs: JobStore):
    job = await running(jobs)
    await jobs.acknowledge(job.id, 77, now=NOON + 9)

    assert await jobs.get(job.id) == replace(job, card_id=77)


async def test_a_claim_is_never_given_twice(database: Database, jobs: JobStore):
    for _ in range(10):
        await jobs.add(make_job())
    async with Database(f"sqlite:///{database.path}") as other:
        stores = [jobs, JobStore(other)] * 10
        found = await asyncio.gather(
            *(store.claim_queued(MANY, now=NOON, lease_until=LEASE) for store in stores)
        )

    ids = [job.id for job in found if job is not None]
    assert len(ids) == len(set(ids)) == 10


async def test_several_running_jobs_are_claimed_once_and_in_order(jobs: JobStore):
    made = [await running(jobs) for _ in range(5)]
    lots = await asyncio.gather(
        *(jobs.claim_running(now=NOON, lease_until=LEASE, limit=3) for _ in range(3))
    )

    assert sorted(len(lot) for lot in lots) == [0, 2, 3]
    assert {job.id for lot in lots for job in lot} == {job.id for job in made}
    assert all([job.id for job in lot] == sorted(job.id for job in lot) for lot in lots)


async def test_a_lease_that_ran_out_is_taken_over(jobs: JobStore):
    job = await claimed(jobs)

    assert await jobs.claim_queued(MANY, now=LEASE - 1, lease_until=LEASE + 1) is None
    taken = await jobs.claim_queued(MANY, now=LEASE, lease_until=LEASE + 60_000)
    assert taken is not None
    assert (taken.id, taken.fence) == (job.id, job.fence + 1)


async def test_a_held_lease_is_not_taken_over(jobs: JobStore):
    job = await claimed(jobs)
    await jobs.hold(job, lease_until=LEASE + 30_000)

    assert await jobs.claim_queued(MANY, now=LEASE, lease_until=LEASE + 1) is None


STALE: list[Callable[[JobStore, Job], Awaitable[object]]] = [
    lambda jobs, job: jobs.hold(job, lease_until=LEASE + 9),
    lambda jobs, job: jobs.let_go(job, due_at=NOON),
    lambda jobs, job: jobs.note(job, progress=0.5),
    lambda jobs, job: jobs.begin_attempt(job, now=NOON, deadline_at=NOON),
    lambda jobs, job: jobs.requeue(job, due_at=NOON),
    lambda jobs, job: jobs.set_params(job, {}),
    lambda jobs, job: jobs.begin_post(job),
    lambda jobs, job: jobs.delivered(
        job, channel_id=1, message_id=1, note="", now=NOON, look_at=NOON + 5
    ),
]


@pytest.mark.parametrize("write", STALE)
async def test_a_stale_fence_is_refused_everywhere(
    jobs: JobStore, write: Callable[[JobStore, Job], Awaitable[object]]
):
    stale = await submitting(jobs)
    current = await jobs.claim_unsettled(now=LEASE, lease_until=LEASE + 60_000)

    with pytest.raises(ConflictError):
        await write(jobs, stale)
    assert await jobs.get(stale.id) == current


async def test_a_stale_fence_cannot_fail_a_job(jobs: JobStore):
    stale = await submitting(jobs)
    await jobs.claim_unsettled(now=LEASE, lease_until=LEASE + 60_000)

    assert not await jobs.fail(stale.id, failure="x", text="", now=NOON, fence=stale.fence)
    assert (await jobs.get(stale.id)).status is Status.SUBMITTING


async def test_news_end_the_claim_of_whoever_worked_on_the_job(jobs: JobStore):
    job = await submitting(jobs)
    await jobs.succeed(job.id, "ext", result={"media": []}, cost=None, now=NOON)

    with pytest.raises(ConflictError):
        await jobs.requeue(job, due_at=NOON)


async def test_an_account_has_no_more_jobs_at_once_than_its_limit(jobs: JobStore):
    for _ in range(3):
        await jobs.add(make_job())
    first = await jobs.claim_queued({ACCOUNT: 2}, now=NOON, lease_until=LEASE)
    assert first is not None
    await jobs.begin_attempt(first, now=NOON, deadline_at=LEASE)
    await jobs.start(first.id, "ext", progress=None, due_at=NOON, deadline_at=2**50)
    second = await jobs.claim_queued({ACCOUNT: 2}, now=NOON, lease_until=LEASE)
    third = await jobs.claim_queued({ACCOUNT: 2}, now=NOON, lease_until=LEASE)

    assert second is not None
    assert third is None


async def test_a_full_account_does_not_hold_up_another(jobs: JobStore):
    await running(jobs)
    await jobs.add(make_job())
    other, _ = await jobs.add(make_job(credential="7"))
    found = await jobs.claim_queued({ACCOUNT: 1, ("youchuan", "7"): 1}, now=NOON, lease_until=LEASE)

    assert found is not None
    assert found.id == other.id


async def test_what_is_answered_at_once_has_room_of_its_own(jobs: JobStore):
    await running(jobs)
    await jobs.add(make_job())
    chats = [(await jobs.add(make_job(operation="wanxiang.chat")))[0] for _ in range(9)]
    found = [
        await jobs.claim_queued(
            {ACCOUNT: 1}, now=NOON, lease_until=LEASE, instant=["wanxiang.chat"]
        )
        for _ in range(9)
    ]

    assert [job and job.id for job in found] == [*(chat.id for chat in chats[:8]), None]


async def test_what_the_provider_says_of_money_is_kept(jobs: JobStore):
    job = await submitting(jobs)
    times = {"due_at": NOON, "deadline_at": 2**50}
    await jobs.start(job.id, "ext", progress=0.0, charged=True, receipt="no 7", **times)
    await jobs.start(job.id, "ext", progress=0.5, **times)

    row = await jobs.get(job.id)
    assert (row.charged, row.receipt, row.progress) == (True, "no 7", 0.5)


async def test_a_conversation_is_what_one_person_was_answered_in_one_channel(jobs: JobStore):
    first = await succeeded(jobs)
    second = await succeeded(jobs)
    elsewhere = make_destination(channel_id=23)
    for other in ({"user_id": 34}, {"destination": elsewhere}, {"operation": "youchuan.pan"}):
        await succeeded(jobs, **other)
    await failed(jobs, "rejected")

    async def ask(since: int, limit: int = 9) -> list[str]:
        found = await jobs.conversation("youchuan.diffusion", 33, 22, since=since, limit=limit)
        return [job.id for job in found]

    assert await ask(NOON - 1) == [second.id, first.id]
    assert await ask(NOON - 1, limit=1) == [second.id]
    assert await ask(NOON) == []


async def test_concurrent_claims_keep_the_limit(database: Database, jobs: JobStore):
    for _ in range(8):
        await jobs.add(make_job())
    async with Database(f"sqlite:///{database.path}") as other:
        found = await asyncio.gather(
            *(
                store.claim_queued({ACCOUNT: 3}, now=NOON, lease_until=LEASE)
                for store in [jobs, JobStore(other)] * 5
            )
        )

    assert sum(job is not None for job in found) == 3


async def test_a_person_with_fewer_running_jobs_goes_first(jobs: JobStore):
    await running(jobs, user_id=1)
    await jobs.add(make_job(user_id=1))
    later, _ = await jobs.add(make_job(user_id=2))
    found = await jobs.claim_queued(MANY, now=NOON, lease_until=LEASE)

    assert found is not None
    assert found.id == later.id


async def test_claims_made_just_now_count_as_running_jobs(jobs: JobStore):
    for _ in range(3):
        await jobs.add(make_job(user_id=1))
    await jobs.add(make_job(user_id=2))
    turns = [await jobs.claim_queued(MANY, now=NOON, lease_until=LEASE) for _ in range(4)]

    assert [job.destination.user_id for job in turns if job] == [1, 2, 1, 1]


async def test_the_older_job_of_a_person_goes_first(jobs: JobStore):
    made = [(await jobs.add(make_job()))[0].id for _ in range(3)]
    turns = [await jobs.claim_queued(MANY, now=NOON, lease_until=LEASE) for _ in range(3)]

    assert [job.id for job in turns if job] == made


async def test_a_job_whose_account_is_gone_is_still_claimed_so_that_it_can_fail(jobs: JobStore):
    job, _ = await jobs.add(make_job(credential="removed"))
    found = await jobs.claim_queued({ACCOUNT: 1}, now=NOON, lease_until=LEASE)

    assert found is not None
    assert found.id == job.id


async def test_a_queued_job_can_be_canceled(jobs: JobStore):
    job, _ = await jobs.add(make_job())

    assert await jobs.cancel(job.id, now=NOON)
    assert (await jobs.get(job.id)).status is Status.CANCELED


async def test_a_job_that_somebody_has_begun_to_submit_is_not_canceled(jobs: JobStore):
    job = await claimed(jobs)

    assert not await jobs.cancel(job.id, now=NOON)
    await jobs.begin_attempt(job, now=NOON, deadline_at=LEASE)
    assert not await jobs.cancel(job.id, now=LEASE + 1)


async def test_a_canceled_job_is_not_submitted(jobs: JobStore):
    job = await claimed(jobs)
    assert await jobs.cancel(job.id, now=LEASE)

    with pytest.raises(ConflictError):
        await jobs.begin_attempt(job, now=NOON, deadline_at=LEASE)


@pytest.mark.parametrize("failure", ["deadline", "uncertain"])
async def test_a_late_result_brings_back_what_was_given_up(jobs: JobStore, failure: str):
    job = await failed(jobs, failure)

    assert await jobs.succeed(job.id, "ext", result={"media": []}, cost=50, now=NOON)
    row = await jobs.get(job.id)
    assert (row.status, row.delivered_at, row.post_attempts) == (Status.SUCCEEDED, None, 0)


@pytest.mark.parametrize("failure", ["moderation", "unavailable", "invalid", "rejected"])
async def test_no_other_failure_is_taken_back(jobs: JobStore, failure: str):
    job = await failed(jobs, failure)

    assert not await jobs.succeed(job.id, "ext", result={"media": []}, cost=50, now=NOON)
    assert await jobs.get(job.id) == job


async def test_news_under_another_id_change_nothing(jobs: JobStore):
    job = await running(jobs)

    assert not await jobs.start(job.id, "other", progress=0.5, due_at=NOON, deadline_at=2**50)
    assert not await jobs.succeed(job.id, "other", result={}, cost=None, now=NOON)
    assert not await jobs.fail(job.id, failure="x", text="", now=NOON, external_id="other")
    assert await jobs.get(job.id) == job


async def test_the_same_success_twice_changes_nothing(jobs: JobStore):
    job = await succeeded(jobs)

    assert not await jobs.succeed(job.id, "ext", result={"media": [1]}, cost=9, now=NOON + 1)
    assert await jobs.get(job.id) == job


async def test_progress_news_do_not_put_off_the_next_look(jobs: JobStore):
    job = await running(jobs)
    await jobs.start(job.id, "ext", progress=0.5, due_at=NOON + 99_000, deadline_at=2**50)

    assert (await jobs.get(job.id)).due_at == job.due_at


async def test_only_an_undelivered_end_is_claimed_for_delivery(jobs: JobStore):
    await running(jobs)
    done = await succeeded(jobs)
    found = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=9)
    await jobs.delivered(found[0], channel_id=1, message_id=2, note="", now=NOON, look_at=NOON + 5)

    assert [job.id for job in found] == [done.id]
    assert await jobs.claim_finished(now=LEASE + 1, lease_until=LEASE + 2, limit=9) == []


async def test_a_delivered_job_is_not_delivered_again_by_an_older_claim(jobs: JobStore):
    await succeeded(jobs)
    (job,) = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=1)
    await jobs.delivered(job, channel_id=1, message_id=2, note="", now=NOON, look_at=NOON + 5)

    with pytest.raises(ConflictError):
        await jobs.begin_post(job)


async def test_a_job_given_up_at_its_deadline_is_looked_at_once_its_notice_is_out(jobs: JobStore):
    given_up = await failed(jobs, "deadline")
    assert not await jobs.claim_running(now=NOON, lease_until=LEASE, limit=9)
    (claim,) = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=9)
    await jobs.delivered(claim, channel_id=1, message_id=2, note="", now=NOON, look_at=NOON + 5)
    found = await jobs.claim_running(now=NOON + 5, lease_until=LEASE, limit=9)

    assert [job.id for job in found] == [given_up.id]


async def test_all_leases_are_given_up_at_a_start(jobs: JobStore):
    job = await claimed(jobs)
    await jobs.release_leases()
    found = await jobs.claim_queued(MANY, now=NOON, lease_until=LEASE)

    assert found is not None
    assert found.fence == job.fence + 1


async def test_next_due_is_the_first_instant_to_come(jobs: JobStore):
    for due in (NOON, NOON + 50, NOON + 20):
        await jobs.add(make_job(due_at=due))

    assert await jobs.next_due(now=NOON) == NOON + 20
    assert await jobs.next_due(now=NOON + 50) is None


async def test_an_undelivered_result_can_be_looked_at_again_at_once(jobs: JobStore):
    job = await succeeded(jobs)
    (claim,) = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=1)
    await jobs.let_go(claim, due_at=NOON + 300_000, tries=1)

    assert await jobs.deliver_again(job.id, now=NOON + 1)
    assert await jobs.claim_finished(now=NOON + 1, lease_until=LEASE, limit=1)


async def test_a_person_sees_their_own_jobs_of_the_place_newest_first(jobs: JobStore):
    old = await succeeded(jobs, user_id=1)
    new, _ = await jobs.add(make_job(user_id=1))
    await jobs.add(make_job(user_id=2))

    assert [job.id for job in await jobs.recent(1, 11)] == [new.id, old.id]
    assert [job.id for job in await jobs.recent(1, 11, active=True)] == [new.id]
    assert [job.id for job in await jobs.recent(1, 11, active=False)] == [old.id]
    assert await jobs.recent(1, None) == []


async def test_the_place_in_the_queue_counts_one_account_only(jobs: JobStore):
    await jobs.add(make_job())
    await jobs.add(make_job(credential="7"))
    last, _ = await jobs.add(make_job())

    assert await jobs.ahead_of(last) == 1


async def test_the_usual_duration_is_the_median_of_successes(jobs: JobStore):
    assert await jobs.usual_duration("youchuan.diffusion") is None
    for seconds in (10, 90, 20):
        job = await running(jobs)
        end = NOON + seconds * 1000
        await jobs.succeed(job.id, "ext", result={}, cost=None, now=end)

    assert await jobs.usual_duration("youchuan.diffusion") == 20_000


async def test_a_job_knows_its_newest_retry(jobs: JobStore):
    job, _ = await jobs.add(make_job())
    await jobs.add(make_job(retry_of=job.id))
    newest, _ = await jobs.add(make_job(retry_of=job.id))

    assert await jobs.retry_of(job.id) == newest
    assert await jobs.retry_of(newest.id) is None


async def test_a_card_is_shown_until_the_delivery(jobs: JobStore):
    job = await succeeded(jobs, card_id=5)
    assert [each.id for each in await jobs.on_cards()] == [job.id]
    (claim,) = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=1)
    await jobs.delivered(claim, channel_id=1, message_id=2, note="", now=NOON, look_at=NOON + 5)

    assert await jobs.on_cards() == []


async def test_a_forgotten_card_is_not_shown(jobs: JobStore):
    job, _ = await jobs.add(make_job(card_id=5))
    await jobs.acknowledge(job.id, None, now=NOON)

    assert await jobs.on_cards() == []


async def test_a_job_given_up_as_uncertain_is_looked_at_once_the_provider_names_it(jobs: JobStore):
    sent = await jobs.begin_attempt(await claimed(jobs), now=NOON, deadline_at=NOON + 1)
    await jobs.fail(sent.id, failure="uncertain", text="", now=NOON)
    (claim,) = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=9)
    await jobs.delivered(claim, channel_id=1, message_id=2, note="", now=NOON, look_at=NOON + 5)
    nameless = await jobs.claim_running(now=LEASE, lease_until=LEASE + 1, limit=9)
    await jobs.identify(sent.id, "named later", due_at=LEASE)
    named = await jobs.claim_running(now=LEASE, lease_until=LEASE + 1, limit=9)

    assert (list(nameless), [job.external_id for job in named]) == ([], ["named later"])


async def test_what_waits_for_discord_is_tried_at_once_when_it_is_back(jobs: JobStore):
    await succeeded(jobs)
    (claim,) = await jobs.claim_finished(now=NOON, lease_until=LEASE, limit=9)
    await jobs.let_go(claim, due_at=NOON + 300_000)
    waiting = await jobs.claim_finished(now=NOON + 1, lease_until=LEASE, limit=9)
    await jobs.hurry_deliveries(now=NOON + 2)
    hurried = await jobs.claim_finished(now=NOON + 2, lease_until=LEASE, limit=9)

    assert (list(waiting), [job.id for job in hurried]) == ([], [claim.id])


async def test_jobs_are_found_by_the_numbers_a_provider_gave_them(jobs: JobStore):
    ours, _ = await jobs.add(make_job(external_id="a1"))
    await jobs.add(make_job(external_id="b2"))
    await jobs.add(make_job(external_id="a1", provider="lingtu"))

    assert await jobs.of_external("youchuan", {"a1", "c3"}) == {"a1": ours}
    assert await jobs.of_external("youchuan", set()) == {}


async def test_the_last_job_of_some_operations_is_the_places_own(jobs: JobStore):
    here, direct = make_destination(guild_id=7), make_destination(guild_id=None)
    wanted, done = {"youchuan.diffusion", "youchuan.pan"}, Status.SUCCEEDED
    made = [
        make_job(external_id="a", destination=here, status=done),
        make_job(external_id="b", destination=here, status=done, operation="youchuan.pan"),
        make_job(external_id="c", destination=here, status=done, operation="youchuan.reroll"),
        make_job(external_id="e", destination=here),
        make_job(destination=here, status=done),
        make_job(external_id="d", destination=direct, status=done),
    ]
    for job in made:
        await jobs.add(job)
    last, private = made[1], made[-1]

    assert await jobs.last_with(wanted, user_id=999, guild_id=7) == last
    assert await jobs.last_with(wanted, user_id=33, guild_id=None) == private
    assert await jobs.last_with(wanted, user_id=999, guild_id=None) is None
    assert await jobs.last_with(wanted, user_id=33, guild_id=8) is None
