import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadMediaError, FetchError, RefusedHostError
from bot.loop import LEASE_MS
from bot.media import fitting
from bot.news import unpack
from bot.operations import Catalog
from bot.wire import Credential
from storage.models import Asset, Job, Status, Upload
from tests.conftest import Workshop
from tests.factories import killed, make_job
from tests.provider_double import APP_ID, HTML, Reply, complaint, picture

LOST = [
    Reply(deed="reset"),
    Reply(deed="cut"),
    Reply(deed="garbage"),
    Reply(deed="html"),
    Reply(deed="error", status=500, body={"reason": "Internal_Server_Error"}),
    Reply(deed="error", status=502, body=HTML),
    Reply(deed="error", status=503, body=HTML),
    Reply(deed="error", status=504, body={"code": 504, "reason": "Request_Timout"}),
    Reply(deed="error", status=200, body={}),
]
lost = pytest.mark.parametrize("reply", LOST, ids=[f"{r.deed}{r.status or ''}" for r in LOST])


def upload(number: int = 5, **overrides: Any) -> Upload:
    values: dict[str, Any] = {
        "attachment_id": number,
        "url": "https://cdn/x",
        "filename": "x.png",
        "size": 3,
    }
    return Upload(**{**values, **overrides})


async def test_a_taken_job_runs_under_the_providers_id(workshop: Workshop):
    job = await workshop.press()
    await workshop.turn("submit")

    row = await workshop.now(job)
    (paid,) = workshop.provider.paid
    assert (row.status, row.external_id, row.attempts) == (Status.RUNNING, paid.id, 1)
    assert row.deadline_at == workshop.clock() + workshop.parts.terms.deadline_ms


async def test_only_documented_fields_and_our_callback_are_sent(workshop: Workshop):
    job = await workshop.press()
    await workshop.turn("submit")

    (paid,) = workshop.provider.paid
    assert paid.body == {"text": "a cat on a mat", "callback": workshop.callback_url(job)}


async def test_without_a_public_address_no_callback_is_asked_for(workshop: Workshop):
    workshop.restart(public_url="")
    await workshop.press()
    await workshop.turn("submit")

    assert workshop.provider.paid[0].callback is None


async def test_the_attempt_is_marked_before_the_provider_hears_of_it(workshop: Workshop):
    workshop.provider.submits.append(Reply(deed="hang"))
    job = await workshop.press()
    turn = asyncio.create_task(workshop.turn("submit"))
    await asyncio.wait_for(workshop.provider.taken.wait(), 10)

    row = await workshop.now(job)
    turn.cancel()
    assert (row.status, row.attempts) == (Status.SUBMITTING, 1)


@lost
async def test_a_lost_answer_is_not_resubmitted_but_awaits_its_callback(
    workshop: Workshop, reply: Reply
):
    workshop.provider.submits.append(reply)
    job = await workshop.press()
    await workshop.turn("submit")
    waiting = await workshop.now(job)
    workshop.clock.advance(600)
    await workshop.turn()

    assert waiting.status is Status.SUBMITTING
    assert (await workshop.now(job)).status is Status.SUBMITTING
    assert len(workshop.provider.paid) == 1
    assert workshop.courier.tried == []


async def test_a_callback_settles_a_lost_answer(workshop: Workshop):
    workshop.provider.submits.append(Reply(deed="reset"))
    job = await workshop.press()
    await workshop.turn("submit")
    (paid,) = workshop.provider.paid
    await workshop.provider.call_back(paid.callback or "", workshop.provider.finish(paid.id))
    await workshop.turn()

    assert (await workshop.now(job)).external_id == paid.id
    assert [d.outcome for d in workshop.courier.delivered] == ["result"]
    assert len(workshop.provider.paid) == 1


async def test_a_lost_answer_without_a_callback_is_uncertain_at_the_deadline(workshop: Workshop):
    workshop.provider.submits.append(Reply(deed="reset"))
    job = await workshop.press()
    await workshop.turn("submit")
    workshop.clock.advance(1800)
    await workshop.turn()

    row = await workshop.now(job)
    assert (row.status, row.failure) == (Status.FAILED, "uncertain")
    assert len(workshop.provider.paid) == 1


async def test_a_callback_after_the_uncertain_notice_still_posts_the_result(workshop: Workshop):
    workshop.provider.submits.append(Reply(deed="reset"))
    await workshop.press()
    await workshop.turn("submit")
    workshop.clock.advance(1800)
    await workshop.turn()
    (paid,) = workshop.provider.paid
    await workshop.provider.call_back(paid.callback or "", workshop.provider.finish(paid.id))
    await workshop.turn()

    assert [d.outcome for d in workshop.courier.delivered] == ["notice", "result"]


@lost
async def test_a_lost_answer_that_nothing_can_settle_is_uncertain_at_once(
    workshop: Workshop, reply: Reply
):
    workshop.provider.submits.append(reply)
    job = await workshop.reroll()
    await workshop.turn("submit")
    workshop.clock.advance(3600)
    await workshop.turn()

    assert (await workshop.now(job)).failure == "uncertain"
    assert len(workshop.provider.paid) == 1


async def test_without_a_public_address_no_callback_is_waited_for(workshop: Workshop):
    workshop.restart(public_url="")
    workshop.provider.submits.append(Reply(deed="reset"))
    job = await workshop.press()
    await workshop.turn("submit")

    assert (await workshop.now(job)).failure == "uncertain"


async def test_a_provider_that_hangs_is_left_after_a_time(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.submitter.SUBMIT_SECONDS", 0.2)
    workshop.provider.submits.append(Reply(deed="hang"))
    job = await workshop.reroll()
    await workshop.turn("submit")

    assert (await workshop.now(job)).failure == "uncertain"
    assert len(workshop.provider.paid) == 1


NOT_TAKEN = [
    Reply(status=429, body=""),
    Reply(status=429, body={}, headers={"Retry-After": "Wed, 21 Oct 2037 07:28:00 GMT"}),
    complaint(503, "Server_Busy"),
    complaint(200, "Server_Busy"),
    complaint(400, "Max_Concurrent_Limited"),
]


@pytest.mark.parametrize("reply", NOT_TAKEN, ids=range(len(NOT_TAKEN)))
async def test_what_was_not_taken_is_repeated_and_paid_once(workshop: Workshop, reply: Reply):
    workshop.restart(deadline_ms=10**9)
    workshop.provider.submits.extend([reply, reply])
    job = await workshop.press()
    for _ in range(3):
        await workshop.turn("submit")
        workshop.clock.advance(86_400 * 1.1)

    assert (await workshop.now(job)).status is Status.RUNNING
    assert workshop.provider.requests == ["POST diffusion"] * 3
    assert len(workshop.provider.paid) == 1


async def test_a_repeat_waits_its_back_off(workshop: Workshop):
    workshop.provider.submits.append(complaint(503, "Server_Busy"))
    job = await workshop.press()
    await workshop.turn("submit")
    await workshop.turn("submit")

    row = await workshop.now(job)
    assert (row.status, row.tries) == (Status.QUEUED, 1)
    assert 500 <= (row.due_at or 0) - workshop.clock() <= 1000
    assert workshop.provider.requests == ["POST diffusion"]


async def test_retry_after_is_kept_and_hardly_exceeded(workshop: Workshop):
    workshop.provider.submits.append(Reply(status=429, body={}, headers={"Retry-After": "90"}))
    job = await workshop.press()
    await workshop.turn("submit")

    wait = ((await workshop.now(job)).due_at or 0) - workshop.clock()
    assert 90_000 <= wait <= 108_000


async def test_a_provider_that_cannot_be_reached_is_tried_again(workshop: Workshop):
    good = workshop.parts.credentials
    away = {k: replace(c, url="http://127.0.0.1:9") for k, c in good.items()}
    workshop.pay_with(away)
    workshop.restart()
    job = await workshop.press()
    await workshop.turn("submit")
    waiting = await workshop.now(job)
    workshop.pay_with(good)
    workshop.restart()
    workshop.clock.advance(2)
    await workshop.turn("submit")

    assert waiting.status is Status.QUEUED
    assert (await workshop.now(job)).status is Status.RUNNING
    assert len(workshop.provider.paid) == 1


async def test_a_provider_that_stays_away_fails_the_job_at_its_deadline(workshop: Workshop):
    workshop.provider.submits.extend([complaint(503, "Server_Busy")] * 99)
    job = await workshop.press()
    for _ in range(40):
        await workshop.turn("submit")
        workshop.clock.advance(60)

    row = await workshop.now(job)
    assert (row.status, row.failure) == (Status.FAILED, "unavailable")
    assert workshop.provider.paid == []


FINAL_ANSWERS = [
    (complaint(400, "Invalid_Argument"), "rejected"),
    (complaint(400, "Msg_Sensitive"), "moderation"),
    (complaint(401, "Invalid_App_Identifier"), "auth"),
    (complaint(402, "Account_Fee_Not_Enough"), "credit"),
    (complaint(404, "Whatever"), "missing"),
    (Reply(status=418, body=HTML), "rejected"),
    (complaint(200, "Invalid_Prompt_Parameter"), "rejected"),
]


@pytest.mark.parametrize(("reply", "failure"), FINAL_ANSWERS, ids=range(len(FINAL_ANSWERS)))
async def test_any_other_refusal_is_final(workshop: Workshop, reply: Reply, failure: str):
    workshop.provider.submits.append(reply)
    job = await workshop.press()
    await workshop.turn("submit")
    workshop.clock.advance(3600)
    await workshop.turn()

    row = await workshop.now(job)
    assert (row.status, row.failure) == (Status.FAILED, failure)
    assert str(unpack(row.failure_text))
    assert workshop.provider.requests == ["POST diffusion"]
    assert [d.outcome for d in workshop.courier.delivered] == ["notice"]


async def test_a_person_with_many_jobs_does_not_fill_the_account(workshop: Workshop):
    key = ("youchuan", "env")
    small = {key: replace(workshop.parts.credentials[key], concurrency=2)}
    workshop.pay_with(small)
    workshop.restart()
    for number in range(5):
        await workshop.jobs.add(make_job(user_id=1, params={"text": f"crowd {number}"}))
    await workshop.jobs.add(make_job(user_id=2, params={"text": "single"}))
    await workshop.turn("submit")

    texts = sorted(paid.body["text"] for paid in workshop.provider.paid)
    assert texts == ["crowd 0", "single"]


async def test_an_unsettled_submit_found_at_a_start_is_not_sent_again(workshop: Workshop):
    job = await workshop.press()
    key = {("youchuan", "env"): 9}
    claim = await workshop.jobs.claim_queued(
        key, now=workshop.clock(), lease_until=workshop.clock() + LEASE_MS
    )
    assert claim is not None
    now = workshop.clock()
    await workshop.jobs.begin_attempt(claim, now=now, deadline_at=now + 1_800_000)
    await workshop.crash()
    await workshop.turn("submit")
    waiting = await workshop.now(job)
    workshop.clock.advance(1801)
    await workshop.turn("submit")

    assert (waiting.status, waiting.due_at) == (Status.SUBMITTING, waiting.deadline_at)
    assert (await workshop.now(job)).failure == "uncertain"
    assert workshop.provider.requests == []


async def test_an_unsettled_reroll_found_at_a_start_is_uncertain_at_once(workshop: Workshop):
    job = await workshop.reroll()
    now = workshop.clock()
    claim = await workshop.jobs.claim_queued(
        {("youchuan", "env"): 9}, now=now, lease_until=now + LEASE_MS
    )
    assert claim is not None
    await workshop.jobs.begin_attempt(claim, now=now, deadline_at=now + 1_800_000)
    await workshop.crash()
    await workshop.turn("submit")

    assert (await workshop.now(job)).failure == "uncertain"
    assert workshop.provider.requests == []


async def test_an_unsettled_submit_whose_account_is_gone_may_still_bring_its_result(
    workshop: Workshop,
):
    workshop.provider.submits.append(Reply(deed="reset"))
    job = await workshop.press()
    await workshop.turn("submit")
    workshop.pay_with({})
    await workshop.crash()
    workshop.clock.advance(1801)
    await workshop.turn("submit")
    (paid,) = workshop.provider.paid
    await workshop.provider.call_back(paid.callback or "", workshop.provider.finish(paid.id))

    assert (await workshop.now(job)).status is Status.SUCCEEDED


async def test_a_job_whose_account_is_gone_fails_and_says_so(workshop: Workshop):
    job = await workshop.press()
    workshop.pay_with({})
    workshop.restart()
    await workshop.turn()

    assert (await workshop.now(job)).failure == "invalid"
    assert [d.outcome for d in workshop.courier.delivered] == ["notice"]


async def test_a_job_of_an_operation_that_is_gone_fails_and_says_so(workshop: Workshop):
    job = await workshop.press()
    workshop.parts = replace(workshop.parts, catalog=Catalog(()))
    workshop.restart()
    await workshop.turn("submit")

    assert (await workshop.now(job)).failure == "invalid"


async def test_stored_params_that_no_longer_validate_fail_before_anything_is_sent(
    workshop: Workshop,
):
    job, _ = await workshop.jobs.add(make_job(params={"text": ""}))
    await workshop.turn("submit")

    assert (await workshop.now(job)).failure == "invalid"
    assert workshop.provider.requests == []


async def test_the_providers_answer_is_stored_however_long_the_database_is_away(
    workshop: Workshop, database_file: Path
):
    workshop.provider.submits.append(Reply(deed="slow"))
    job = await workshop.reroll()
    turn = asyncio.create_task(workshop.turn("submit"))
    await asyncio.wait_for(workshop.provider.taken.wait(), 10)
    other = sqlite3.connect(database_file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    workshop.provider.go_on.set()
    workshop.clock.advance(LEASE_MS / 1000 + 1)
    await workshop.outage_noticed()
    other.execute("ROLLBACK")
    other.close()
    await workshop.turn("submit")
    await turn

    row = await workshop.now(job)
    assert (row.status, row.external_id) == (Status.RUNNING, workshop.provider.paid[0].id)
    assert len(workshop.provider.paid) == 1


async def test_uploads_become_our_own_addresses_in_what_is_sent(workshop: Workshop):
    workshop.courier.uploads[5] = [picture()]
    job = await workshop.press(params={"text": "upload://0 as a drawing"}, uploads=(upload(),))
    await workshop.turn("submit")

    (asset,) = await workshop.assets.of_job(job.id, "upload")
    address = f"{workshop.parts.terms.public_url}/m/{asset.name}"
    assert workshop.provider.paid[0].body["text"] == f"{address} as a drawing"
    assert workshop.files.path(asset).exists()
    assert list(workshop.files.temporary.iterdir()) == []


async def test_eleven_uploads_keep_their_places(workshop: Workshop):
    uploads = tuple(upload(n) for n in range(11))
    for each in uploads:
        workshop.courier.uploads[each.attachment_id] = [picture()]
    job = await workshop.press(params={"text": "upload://10 upload://1 x"}, uploads=uploads)
    await workshop.turn("submit")

    names = [asset.name for asset in await workshop.assets.of_job(job.id, "upload")]
    sent = workshop.provider.paid[0].body["text"].split()
    assert [address.rpartition("/")[2] for address in sent[:2]] == [names[10], names[1]]


@pytest.mark.parametrize(
    "trouble", [BadMediaError(), RefusedHostError(), [b"no picture"]], ids=repr
)
async def test_an_upload_that_is_unfit_fails_the_job_before_it_is_paid(
    workshop: Workshop, trouble: Any
):
    workshop.courier.uploads[5] = trouble
    job = await workshop.press(uploads=(upload(),))
    await workshop.turn("submit")

    assert (await workshop.now(job)).failure == "invalid"
    assert workshop.provider.requests == []


async def test_an_upload_that_cannot_be_read_now_is_read_later(workshop: Workshop):
    workshop.courier.uploads[5] = FetchError()
    await workshop.press(uploads=(upload(),))
    await workshop.turn("submit")
    workshop.courier.uploads[5] = [picture()]
    workshop.clock.advance(2)
    await workshop.turn("submit")

    assert len(workshop.provider.paid) == 1


async def test_an_upload_that_stays_away_fails_the_job_in_the_end(workshop: Workshop):
    workshop.courier.uploads[5] = FetchError()
    job = await workshop.press(uploads=(upload(),))
    for _minute in range(40):
        await workshop.turn("submit")
        workshop.clock.advance(60)

    assert (await workshop.now(job)).failure == "unavailable"


async def test_an_upload_that_stays_away_is_given_up_a_deadline_after_the_first_try(
    workshop: Workshop,
):
    workshop.courier.uploads[5] = FetchError()
    job = await workshop.press(uploads=(upload(),))
    states = []
    for seconds in (7200, 1790, 20):
        workshop.clock.advance(seconds)
        await workshop.turn("submit")
        states.append((await workshop.now(job)).status)

    assert states == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    assert (await workshop.now(job)).failure == "unavailable"


async def test_an_upload_whose_child_the_system_kills_is_cleaned_later(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    workshop.courier.uploads[5] = [picture()]
    await workshop.press(uploads=(upload(),))
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(fitting, "fitted", killed)
        await workshop.turn("submit")
    early = list(workshop.provider.paid)
    workshop.clock.advance(2)
    await workshop.turn("submit")

    assert early == []
    assert len(workshop.provider.paid) == 1


async def of_our_own(workshop: Workshop, kind: str) -> tuple[Job, Asset]:
    """A job on a picture that is kept here, and that picture."""
    path = workshop.files.temporary / "kept"
    path.write_bytes(picture(kind=kind))
    asset = await workshop.deliverer.keeper.keep_draft(path)
    job = await workshop.press(
        "youchuan.remove_background",
        params={"img_url": "upload://0"},
        uploads=(Upload(asset=asset.token),),
    )
    return job, asset


kinds = pytest.mark.parametrize("kind", ["PNG", "WEBP"])


@kinds
async def test_a_picture_of_ours_that_is_gone_fails_its_job_at_once(workshop: Workshop, kind: str):
    job, asset = await of_our_own(workshop, kind)
    workshop.files.path(asset).unlink()
    await workshop.turn("submit")

    row = await workshop.now(job)
    assert (row.status, row.failure) == (Status.FAILED, "invalid")
    assert "not kept here any more" in str(unpack(row.failure_text))


@kinds
async def test_a_picture_of_ours_that_cannot_be_read_now_is_read_later(
    workshop: Workshop, kind: str
):
    _job, asset = await of_our_own(workshop, kind)
    path = workshop.files.path(asset)
    path.unlink()
    path.mkdir()
    await workshop.turn("submit")
    path.rmdir()
    path.write_bytes(picture(kind=kind))
    workshop.clock.advance(2)
    await workshop.turn("submit")

    assert len(workshop.provider.paid) == 1


async def test_a_picture_of_ours_that_can_never_be_read_fails_its_job_in_the_end(
    workshop: Workshop,
):
    job, asset = await of_our_own(workshop, "WEBP")
    path = workshop.files.path(asset)
    path.unlink()
    path.mkdir()
    for _minute in range(40):
        await workshop.turn("submit")
        workshop.clock.advance(60)

    assert (await workshop.now(job)).failure == "unavailable"


async def test_uploads_without_a_public_address_are_refused(workshop: Workshop):
    workshop.restart(public_url="")
    job = await workshop.press(uploads=(upload(),))
    await workshop.turn("submit")

    row = await workshop.now(job)
    assert (row.failure, "PUBLIC_URL" in (row.failure_text or "")) == ("invalid", True)


async def test_the_secret_travels_in_its_header_only(workshop: Workshop):
    await workshop.press()
    await workshop.turn("submit")

    credential = workshop.parts.credentials["youchuan", "env"]
    assert isinstance(credential, Credential)
    assert APP_ID not in repr(credential)
    assert credential.secret not in repr(workshop.provider.paid)
