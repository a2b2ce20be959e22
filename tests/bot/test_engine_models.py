"""The engine at providers that know neither callbacks nor keys, and where a submit may be all."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bot.news import unpack
from bot.providers import PROVIDERS
from bot.wire import Credential
from storage.ledger import LedgerStore
from storage.models import DEADLINE, MISSING, UNCERTAIN, Job, Status
from storage.records import Money
from tests import jumdata_double as jumdata_says
from tests import wanxiang_double as wanxiang_says
from tests.conftest import Workshop
from tests.factories import Clock
from tests.jumdata_double import JumdataDouble
from tests.provider_double import HTML, Reply
from tests.wanxiang_double import MODERATED, PLAIN, SHAPES, WanxiangDouble

DAY = 24 * 3600
WORDS = "鹭 stands:\n\n```python\nprint(1)\n```"


@pytest.fixture
def clock() -> Clock:
    """Now: the double does not take signatures of another day."""
    return Clock(time.time_ns() // 1_000_000)


def account(workshop: Workshop, credential: Credential) -> None:
    """Give the workshop an account at one more provider."""
    workshop.parts = replace(
        workshop.parts,
        providers={provider.name: provider for provider in PROVIDERS},
    )
    known = {**workshop.parts.credentials, (credential.provider, "env"): credential}
    workshop.pay_with(known)
    workshop.restart()


@pytest.fixture
async def wanxiang(workshop: Workshop) -> AsyncIterator[WanxiangDouble]:
    """The wrapper, with an account in the workshop that draws one thing at a time."""
    async with WanxiangDouble() as double:
        token, url = wanxiang_says.TOKEN, double.url
        account(workshop, Credential(provider="wanxiang", url=url, secret=token, concurrency=1))
        yield double
        assert double.violations == []


@pytest.fixture
async def jumdata(workshop: Workshop, clock: Clock) -> AsyncIterator[JumdataDouble]:
    """Jumdata, with an account in the workshop."""
    async with JumdataDouble(now=clock) as double:
        credential = Credential(
            provider="jumdata",
            url=double.url,
            app_id=jumdata_says.APP_ID,
            secret=jumdata_says.SECRET,
            concurrency=10,
        )
        account(workshop, credential)
        yield double
        assert double.violations == []


async def image(workshop: Workshop, prompt: str = "a heron") -> Job:
    job = await workshop.press("wanxiang.image", params={"prompt": prompt})
    await workshop.turn("submit")
    return job


async def chat(workshop: Workshop, prompt: str = "hello") -> Job:
    return await workshop.press("wanxiang.chat", params={"prompt": prompt})


async def draw(workshop: Workshop, text: str = "a heron") -> Job:
    job = await workshop.press("jumdata.draw", params={"text": text, "num": 2})
    await workshop.turn("submit")
    return job


async def look(workshop: Workshop, seconds: float) -> None:
    workshop.clock.advance(seconds)
    await workshop.turn("watch")


async def look_on(workshop: Workshop, seconds: float) -> None:
    """Time passes, and jobs are looked after every twenty seconds of it."""
    for _ in range(round(seconds / 20)):
        await look(workshop, 20)


async def state(workshop: Workshop, job: Job) -> tuple[Status, str | None]:
    row = await workshop.now(job)
    return row.status, row.failure


def sentence(job: Job) -> str:
    assert job.failure_text
    return str(unpack(job.failure_text))


def places(job: Job) -> Sequence[bool]:
    """Which places of a result have a picture."""
    return [bool(media["url"]) for media in (job.result or {})["media"]]


async def test_the_share_of_a_jobs_pictures_that_are_there_is_its_progress(
    workshop: Workshop, wanxiang: WanxiangDouble
):
    wanxiang.holding = True
    job = await image(workshop)
    (paid,) = wanxiang.paid
    wanxiang.run(paid.id, succeeded=1, failed=1)
    await look(workshop, 5)

    assert (await workshop.now(job)).progress == 0.5


async def test_a_failed_picture_keeps_its_place_between_the_others(
    workshop: Workshop, wanxiang: WanxiangDouble
):
    job = await image(workshop, "a heron with a hole")
    await look(workshop, 5)
    await workshop.turn("deliver")
    row, (delivery,) = await workshop.now(job), workshop.courier.delivered

    assert row.status is Status.SUCCEEDED
    assert places(row) == [True, False, True, True]
    assert "internal timeout" in row.result["media"][1]["said"]
    assert [bool(asset.note) for asset in delivery.assets] == [False, True, False, False]
    assert "internal timeout" in delivery.assets[1].note


@pytest.mark.parametrize("status", [200, 400])
async def test_a_failure_is_understood_whatever_http_says(
    workshop: Workshop, wanxiang: WanxiangDouble, status: int
):
    wanxiang.failed_as, wanxiang.holding = status, True
    moderated, strange = await image(workshop), None
    wanxiang.fail(wanxiang.paid[0].id, **MODERATED)
    await look(workshop, 5)
    strange = await image(workshop)
    wanxiang.fail(wanxiang.paid[1].id, "InternalError.Algo", "an algorithm has tripped")
    await look(workshop, 5)

    assert await state(workshop, moderated) == (Status.FAILED, "moderation")
    assert await state(workshop, strange) == (Status.FAILED, "unavailable")
    assert "an algorithm has tripped" in sentence(await workshop.now(strange))


async def test_a_job_that_is_not_known_for_two_minutes_is_over(
    workshop: Workshop, wanxiang: WanxiangDouble
):
    wanxiang.holding = True
    job = await image(workshop)
    wanxiang.set(wanxiang.paid[0].id, "UNKNOWN")
    await look_on(workshop, 120)
    before = await state(workshop, job)
    await look_on(workshop, 60)

    assert before == (Status.RUNNING, None)
    assert await state(workshop, job) == (Status.FAILED, MISSING)
    assert len(wanxiang.paid) == 1


async def test_a_job_that_is_known_again_is_not_over(workshop: Workshop, wanxiang: WanxiangDouble):
    wanxiang.holding = True
    job = await image(workshop)
    number = wanxiang.paid[0].id
    for status in ("UNKNOWN", "SUSPENDED", "UNKNOWN"):
        wanxiang.set(number, status)
        await look_on(workshop, 80)
    still = await state(workshop, job)
    wanxiang.finish(number)
    await look_on(workshop, 40)

    assert still == (Status.RUNNING, None)
    assert await state(workshop, job) == (Status.SUCCEEDED, None)


@pytest.mark.parametrize(
    "poll",
    [Reply(deed="html"), Reply(status=502, body=HTML), Reply(status=400, body="坏了")],
    ids=["a page", "a bad gateway", "words"],
)
async def test_an_answer_to_a_poll_that_tells_of_no_job_is_asked_for_again(
    workshop: Workshop, wanxiang: WanxiangDouble, poll: Reply
):
    job = await image(workshop)
    wanxiang.polls.append(poll)
    await look(workshop, 5)
    before = await state(workshop, job)
    await look(workshop, 20)

    assert before == (Status.RUNNING, None)
    assert await state(workshop, job) == (Status.SUCCEEDED, None)
    assert wanxiang.polled(wanxiang.paid[0].id) == 2


@pytest.mark.parametrize("deed", ["reset", "html"])
@pytest.mark.parametrize("operation", ["image", "chat"])
async def test_a_lost_submit_is_uncertain_at_once_and_never_sent_again(
    workshop: Workshop, wanxiang: WanxiangDouble, operation: str, deed: str
):
    (wanxiang.chats if operation == "chat" else wanxiang.submits).append(Reply(deed=deed))
    job = await workshop.press(f"wanxiang.{operation}", params={"prompt": "a heron"})
    await workshop.turn("submit")
    first = await state(workshop, job)
    await workshop.crash()
    workshop.clock.advance(DAY)
    await workshop.turn()

    assert first == await state(workshop, job) == (Status.FAILED, UNCERTAIN)
    assert len(wanxiang.paid) == 1


async def test_a_chat_is_answered_in_every_shape_and_never_asked_for(
    workshop: Workshop, wanxiang: WanxiangDouble
):
    wanxiang.says, said = WORDS, dict[str, str]()
    for wanxiang.shape in (*SHAPES, PLAIN):
        job = await chat(workshop)
        await workshop.turn("submit")
        said[wanxiang.shape] = ((await workshop.now(job)).result or {}).get("text", "")
    await look(workshop, 60)

    assert said == dict.fromkeys((*SHAPES, PLAIN), WORDS)
    assert {asked.verb for asked in wanxiang.asked} == {"tongyi"}


async def test_chats_do_not_wait_for_the_account_that_draws(
    workshop: Workshop, wanxiang: WanxiangDouble
):
    wanxiang.holding = True
    first, second = await image(workshop), await image(workshop)
    chats = [await chat(workshop) for _ in range(3)]
    await workshop.turn("submit")

    assert await state(workshop, first) == (Status.RUNNING, None)
    assert await state(workshop, second) == (Status.QUEUED, None)
    assert [(await state(workshop, each))[0] for each in chats] == [Status.SUCCEEDED] * 3
    assert [paid.verb for paid in wanxiang.paid] == ["wanxiang", *["tongyi"] * 3]


async def test_jumdatas_word_about_the_money_and_its_number_are_kept(
    workshop: Workshop, jumdata: JumdataDouble
):
    jobs = []
    for jumdata.charge, jumdata.id_as in ((True, "number"), (False, "string")):
        jobs.append(await draw(workshop))
    await look(workshop, 5)
    await look(workshop, 5)
    rows = [await workshop.now(job) for job in jobs]

    assert [row.charged for row in rows] == [True, False]
    assert [row.receipt for row in rows] == jumdata.receipts
    assert [row.external_id for row in rows] == [paid.id for paid in jumdata.paid]
    assert [places(row) for row in rows] == [[True, True], [True, True]]


async def test_a_jumdata_job_that_never_ends_is_ended_after_a_quarter_of_an_hour(
    workshop: Workshop, jumdata: JumdataDouble
):
    jumdata.holding = True
    job = await draw(workshop)
    workshop.clock.advance(840)
    await look_on(workshop, 20)
    before = await state(workshop, job)
    await look_on(workshop, 60)
    after = await state(workshop, job)
    await workshop.turn("deliver")
    jumdata.release()
    await look_on(workshop, 700)

    assert before == (Status.RUNNING, None)
    assert after == (Status.FAILED, DEADLINE)
    assert (await state(workshop, job))[0] is Status.SUCCEEDED
    assert len(jumdata.paid) == 1


async def test_a_slower_deadline_of_the_settings_does_not_reach_jumdata_but_a_faster_one_does(
    workshop: Workshop, jumdata: JumdataDouble
):
    jumdata.holding = True
    deadlines = []
    for setting in (3600, 60):
        workshop.restart(deadline_ms=setting * 1000)
        row = await workshop.now(await draw(workshop))
        deadlines.append((row.deadline_at or 0) - workshop.clock())

    assert deadlines == [900_000, 60_000]


@pytest.mark.parametrize("code", [500, 606, 609, 610])
async def test_a_busy_jumdata_is_sent_the_job_again_later(
    workshop: Workshop, jumdata: JumdataDouble, code: int
):
    jumdata.submits.append(jumdata_says.denial(code))
    job = await draw(workshop)
    first = await state(workshop, job)
    workshop.clock.advance(2)
    await workshop.turn("submit")
    await look(workshop, 5)

    assert (first[0], len(jumdata.paid)) == (Status.QUEUED, 1)
    assert await state(workshop, job) == (Status.SUCCEEDED, None)


@pytest.mark.parametrize(
    "lost",
    [
        jumdata_says.denial(610, charge=None, deed="error"),
        jumdata_says.denial(500, charge=None, deed="error"),
        jumdata_says.denial(999, charge=None, deed="error"),
        Reply(deed="reset"),
        Reply(deed="html"),
    ],
    ids=["610", "500", "999", "reset", "html"],
)
async def test_what_jumdata_may_have_taken_is_never_sent_again(
    workshop: Workshop, jumdata: JumdataDouble, lost: Reply
):
    jumdata.submits.append(lost)
    job = await draw(workshop)
    await workshop.crash()
    workshop.clock.advance(DAY)
    await workshop.turn()

    assert await state(workshop, job) == (Status.FAILED, UNCERTAIN)
    assert len(jumdata.paid) == 1


@pytest.mark.parametrize(
    ("code", "charge", "words"),
    [(610, True, "charged for this request"), (999, True, "charged for"), (999, False, "not take")],
)
async def test_a_fault_that_tells_of_the_money_is_no_lost_answer(
    workshop: Workshop, jumdata: JumdataDouble, code: int, charge: bool, words: str
):
    jumdata.submits.append(jumdata_says.denial(code, charge=charge))
    row = await workshop.now(await draw(workshop))

    assert (row.status, row.failure) == (Status.FAILED, "unavailable")
    assert (row.charged, row.receipt) == (charge, jumdata_says.REFUSED)
    assert words in sentence(row)


@pytest.mark.parametrize("charge", [True, False])
async def test_a_success_without_an_id_is_uncertain_but_not_lost(
    workshop: Workshop, jumdata: JumdataDouble, charge: bool
):
    body = {"code": 200, "taskNo": "043439", "charge": charge, "data": {}}
    jumdata.submits.append(Reply(status=200, body=body))
    row = await workshop.now(await draw(workshop))

    assert (row.status, row.failure) == (Status.FAILED, UNCERTAIN)
    assert (row.charged, row.receipt) == (charge, "043439")
    assert "did not say under which number" in sentence(row)


async def test_an_account_without_credit_is_told_by_its_words(
    workshop: Workshop, jumdata: JumdataDouble
):
    jumdata.submits.append(jumdata_says.denial(999, "账户余额不足", charge=None))

    assert await state(workshop, await draw(workshop)) == (Status.FAILED, "credit")


async def test_a_job_that_wanxiang_cancels_has_failed(workshop: Workshop, wanxiang: WanxiangDouble):
    wanxiang.holding = True
    job = await image(workshop)
    wanxiang.set(wanxiang.paid[0].id, "CANCELED")
    await look(workshop, 5)

    assert await state(workshop, job) == (Status.FAILED, "unavailable")


@pytest.mark.parametrize("code", [202, 400])
async def test_a_refusal_that_was_charged_is_kept_as_that(workshop, jumdata, code):
    jumdata.submits.append(jumdata_says.denial(code, charge=True))
    row = await workshop.now(await draw(workshop))
    entry = await LedgerStore(workshop.database).get(row.id)

    assert (row.status, row.charged) == (Status.FAILED, True)
    assert entry
    assert (entry.state, entry.reason) == (Money.REFUNDED, row.failure)
    assert entry.settled == row.price


@pytest.mark.parametrize("code", [202, 400, 610])
async def test_the_number_of_a_refused_request_is_kept_for_support(workshop, jumdata, code):
    jumdata.submits.append(jumdata_says.denial(code))
    row = await workshop.now(await draw(workshop))

    assert row.receipt == jumdata_says.REFUSED


async def test_what_was_charged_is_not_sent_again_whatever_its_code(workshop, jumdata):
    jumdata.submits.append(jumdata_says.denial(606, charge=True))
    job = await draw(workshop)
    workshop.clock.advance(5)
    await workshop.turn("submit")

    row = await workshop.now(job)
    assert (row.status, row.charged, jumdata.paid) == (Status.FAILED, True, [])


async def test_what_an_earlier_attempt_cost_says_nothing_of_a_later_one(workshop, jumdata):
    jumdata.submits.append(jumdata_says.denial(606, charge=False))
    jumdata.submits.append(Reply(deed="reset"))
    job = await draw(workshop)
    workshop.clock.advance(5)
    await workshop.turn("submit")

    row = await workshop.now(job)
    assert (row.failure, row.charged, row.receipt) == ("uncertain", None, None)
