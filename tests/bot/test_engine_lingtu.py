"""The engine at a provider that is only polled, knows keys, and lets waiting jobs be taken back."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from aiohttp import web
from PIL import Image

from bot.engine import Engine
from bot.errors import AuthError, CourierError, UnavailableError
from bot.media import fitting
from bot.news import unpack
from bot.operations import Limits, stand_in
from bot.providers import PROVIDERS
from bot.web import files
from bot.web.keys import FILES, STORE
from bot.wire import Credential, Delivery
from storage.models import Job, Status, Upload
from tests.conftest import Workshop
from tests.factories import Clock, killed
from tests.lingtu_double import APP_ID, SECRET, LingtuDouble, Paid
from tests.provider_double import Reply, picture


@pytest.fixture
def clock() -> Clock:
    """Now: the double does not take signatures of another day."""
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
async def lingtu(workshop: Workshop) -> AsyncIterator[LingtuDouble]:
    """Lingtu, with an account in the workshop; what it takes waits until a test says otherwise."""
    async with LingtuDouble() as double:
        double.holding = True
        account = Credential(
            provider="lingtu", url=double.url, app_id=APP_ID, secret=SECRET, concurrency=300
        )
        workshop.parts = replace(
            workshop.parts,
            providers={provider.name: provider for provider in PROVIDERS},
        )
        workshop.pay_with({**workshop.parts.credentials, ("lingtu", "env"): account})
        workshop.restart()
        yield double
        assert double.violations == []


async def running(workshop: Workshop, lingtu: LingtuDouble) -> tuple[Job, Paid]:
    job = await workshop.press("lingtu.text2img", params={"prompt": "a heron"})
    await workshop.turn("submit")
    return job, lingtu.paid[-1]


async def look(workshop: Workshop, seconds: float) -> None:
    workshop.clock.advance(seconds)
    await workshop.turn("watch")


async def test_it_is_asked_after_two_seconds_even_with_a_public_address(
    workshop: Workshop, lingtu: LingtuDouble
):
    _, paid = await running(workshop, lingtu)
    await look(workshop, 1.9)
    early = lingtu.polled(paid.id)
    await look(workshop, 0.1)

    assert (early, lingtu.polled(paid.id)) == (0, 1)


async def test_a_shorter_poll_setting_is_kept(workshop: Workshop, lingtu: LingtuDouble):
    workshop.restart(poll_ms=500)
    _, paid = await running(workshop, lingtu)
    await look(workshop, 0.5)

    assert lingtu.polled(paid.id) == 1


async def test_a_hundred_running_jobs_are_asked_for_five_times_a_second(
    workshop: Workshop, lingtu: LingtuDouble
):
    for _ in range(100):
        await workshop.press("lingtu.text2img", params={"prompt": "a heron"})
    for _ in range(7):
        await workshop.turn("submit")
    looks = []
    for _ in range(20):
        for _ in range(5):
            workshop.clock.advance(0.2)
            while await workshop.engine.loops["watch"].run_once():
                pass
        looks.append(len(lingtu.looks()))
    seconds = [after - before for before, after in pairwise(looks)]

    assert len(lingtu.paid) == 100
    assert max(seconds) <= 6
    assert sum(seconds[2:]) >= 4 * len(seconds[2:])


async def test_a_job_that_waits_there_is_taken_back(workshop: Workshop, lingtu: LingtuDouble):
    job, paid = await running(workshop, lingtu)

    may = workshop.engine.may_cancel(await workshop.now(job))
    done = await workshop.engine.take_back(job)

    assert (may, done) == (True, True)
    assert lingtu.canceled() == [paid.id]
    assert (await workshop.now(job)).status is Status.CANCELED


async def test_a_job_that_is_being_drawn_is_not_canceled(workshop: Workshop, lingtu: LingtuDouble):
    job, paid = await running(workshop, lingtu)
    lingtu.set(paid.id, "executing")

    done = await workshop.engine.take_back(job)
    await look(workshop, 2)

    row = await workshop.now(job)
    assert (done, row.status) == (False, Status.RUNNING)
    assert not workshop.engine.may_cancel(row)
    assert not await workshop.engine.take_back(job)
    assert lingtu.canceled() == [paid.id]


async def test_what_became_of_a_cancel_whose_answer_is_lost_the_next_look_tells(
    workshop: Workshop, lingtu: LingtuDouble
):
    job, _ = await running(workshop, lingtu)
    lingtu.cancels.append(Reply(deed="reset"))

    with pytest.raises(UnavailableError):
        await workshop.engine.take_back(job)
    before = (await workshop.now(job)).status
    await workshop.turn("watch")

    assert (before, (await workshop.now(job)).status) == (Status.RUNNING, Status.CANCELED)


async def test_a_cancel_that_is_refused_for_the_account_says_so(
    workshop: Workshop, lingtu: LingtuDouble
):
    job, _ = await running(workshop, lingtu)
    lingtu.cancels.append(Reply(status=401, body={"code": 401, "message": "签名校验失败"}))

    with pytest.raises(AuthError):
        await workshop.engine.take_back(job)

    assert (await workshop.now(job)).status is Status.RUNNING


async def test_a_youchuan_job_that_runs_cannot_be_taken_back(
    workshop: Workshop, lingtu: LingtuDouble
):
    job = await workshop.press()
    await workshop.turn("submit")

    assert not workshop.engine.may_cancel(await workshop.now(job))
    assert not await workshop.engine.take_back(job)


async def test_a_lost_submit_is_repeated_with_its_key_and_paid_once(
    workshop: Workshop, lingtu: LingtuDouble
):
    lingtu.submits.append(Reply(deed="reset"))
    job, paid = await running(workshop, lingtu)
    workshop.clock.advance(5)
    await workshop.turn("submit")

    sent = [asked for asked in lingtu.asked if asked.verb == "text2img"]
    assert [asked.body["requestId"] for asked in sent] == [job.id, job.id]
    assert sent[0].salt != sent[1].salt
    assert len(lingtu.paid) == 1
    assert (await workshop.now(job)).external_id == paid.id


async def test_under_another_providers_result_its_own_account_pays(
    workshop: Workshop, lingtu: LingtuDouble
):
    parent = await workshop.press()
    child = await workshop.press("lingtu.text2img", params={"prompt": "a"}, parent=parent)

    assert (child.provider, child.credential, child.parent_id) == ("lingtu", "env", parent.id)


async def test_a_gone_parents_account_does_not_stop_another_providers_tool(
    workshop: Workshop, lingtu: LingtuDouble
):
    parent = await workshop.press()
    accounts = {key: each for key, each in workshop.parts.credentials.items() if "lingtu" in key}
    workshop.pay_with(accounts)
    workshop.engine = Engine(workshop.parts, workshop.deliverer)

    child = await workshop.press("lingtu.text2img", params={"prompt": "a"}, parent=parent)

    assert child.provider == "lingtu"


@asynccontextmanager
async def served(workshop: Workshop) -> AsyncIterator[None]:
    """The kept files can be fetched inside the block."""
    app = web.Application()
    app.add_routes(files.routes)
    app[STORE], app[FILES] = workshop.assets, workshop.files
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    workshop.restart(public_url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield
    finally:
        await runner.cleanup()


async def drawn(workshop: Workshop, lingtu: LingtuDouble, verb: str, **values: object) -> Delivery:
    """The delivery of what became of a picture that a person attached."""
    workshop.courier.uploads[5] = [picture(size=(5000, 40), kind="JPEG")]
    given = Upload(attachment_id=5, url="https://cdn/x", filename="x.jpg", size=3)
    lingtu.holding = False
    async with served(workshop):
        await workshop.press(
            f"lingtu.{verb}", params={"image": stand_in(0), **values}, uploads=(given,)
        )
        await workshop.turn("submit")
    await look(workshop, 2)
    await workshop.turn("deliver")
    return workshop.courier.delivered[-1]


async def test_a_person_is_told_that_a_picture_was_made_smaller(
    workshop: Workshop, lingtu: LingtuDouble
):
    delivery = await drawn(workshop, lingtu, "lineart")

    assert [seen.size for seen in lingtu.paid[-1].pictures] == [(4096, 33)]
    assert len(delivery.notes) == 1
    assert "5000 × 40" in delivery.notes[0]
    assert "4096 × 33" in delivery.notes[0]


async def test_a_vector_drawing_comes_with_a_picture_of_it(
    workshop: Workshop, lingtu: LingtuDouble
):
    delivery = await drawn(workshop, lingtu, "vector", formats=["svg", "eps"])

    assert [asset.extension for asset in delivery.assets] == ["svg", "eps"]
    (preview,) = delivery.previews
    assert (preview.role, preview.position, preview.extension) == ("preview", 0, "png")
    with Image.open(workshop.files.path(preview)) as image:
        assert max(image.size) >= 1024


async def test_a_preview_is_made_once_however_often_the_post_is_tried(
    workshop: Workshop, lingtu: LingtuDouble
):
    workshop.courier.troubles.append(CourierError("away"))
    with suppress(IndexError):  # nothing is delivered yet
        await drawn(workshop, lingtu, "matting", formats=["psd"])
    workshop.clock.advance(300)
    await workshop.turn("deliver")

    first, second = workshop.courier.tried
    assert [asset.token for asset in first.previews] == [asset.token for asset in second.previews]
    assert [asset.extension for asset in second.assets] == ["psd"]


async def test_a_result_with_a_picture_of_its_own_needs_no_preview(
    workshop: Workshop, lingtu: LingtuDouble
):
    delivery = await drawn(workshop, lingtu, "matting", formats=["png", "psd"])

    assert [asset.extension for asset in delivery.assets] == ["png", "psd"]
    assert delivery.previews == ()


async def test_a_drawing_that_cannot_be_shown_is_posted_all_the_same(
    workshop: Workshop, lingtu: LingtuDouble
):
    lingtu.drawings["vector.svg"] = b"<svg xmlns='http://www.w3.org/2000/svg'><g></svg>"
    delivery = await drawn(workshop, lingtu, "vector")

    assert [asset.extension for asset in delivery.assets] == ["svg"]
    assert delivery.previews == ()


async def test_a_picture_that_would_come_back_smaller_is_refused_unpaid(
    workshop: Workshop, lingtu: LingtuDouble
):
    workshop.courier.uploads[5] = [picture(size=(4100, 40), kind="JPEG")]
    given = Upload(attachment_id=5, url="https://cdn/x", filename="x.jpg", size=3)
    job = await workshop.press("lingtu.upscale", params={"image": stand_in(0)}, uploads=(given,))
    await workshop.turn("submit")

    row = await workshop.now(job)
    assert (row.status, row.failure, lingtu.paid) == (Status.FAILED, "invalid", [])
    assert "4100 × 40" in unpack(row.failure_text).values["size"]


async def test_a_tile_does_not_stand_in_for_a_preview(workshop: Workshop, lingtu: LingtuDouble):
    lingtu.drawings["vector.eps"] = b"no document at all"
    with suppress(IndexError):  # a file that is none is fetched again before it is given up
        await drawn(workshop, lingtu, "vector", formats=["svg", "eps"])
    for _ in range(4):
        workshop.clock.advance(60)
        await workshop.turn("deliver")

    (delivery,) = workshop.courier.delivered
    assert [asset.extension for asset in delivery.assets] == ["svg", "png"]
    assert len(delivery.previews) == 1


async def test_what_was_done_to_a_draft_is_told_with_the_result(
    workshop: Workshop, lingtu: LingtuDouble
):
    workshop.courier.uploads[6] = [picture(size=(4100, 40), kind="GIF")]
    given = Upload(attachment_id=6, url="https://cdn/x", filename="x.gif", size=3)
    draft, fitted = await workshop.deliverer.keeper.keep_fitted(given, Limits(longest_side=4096))
    lingtu.holding = False
    async with served(workshop):
        uploads = (Upload(asset=draft.token),)
        await workshop.press("lingtu.lineart", params={"image": stand_in(0)}, uploads=uploads)
        await workshop.turn("submit")
    await look(workshop, 2)
    await workshop.turn("deliver")

    assert fitted.given == (4100, 40)
    (note,) = workshop.courier.delivered[-1].notes
    assert "4100 × 40" in note
    assert "GIF to PNG" in note


async def test_a_job_whose_files_are_being_fetched_is_neither_canceled_nor_taken_back(
    workshop: Workshop, lingtu: LingtuDouble
):
    job = await workshop.press("lingtu.text2img", params={"prompt": "a heron"})
    now = workshop.clock()
    claimed = await workshop.jobs.claim_queued(
        {("lingtu", "env"): 9}, now=now, lease_until=now + 60_000
    )

    assert claimed is not None
    assert not await workshop.engine.cancel(job)
    assert not await workshop.engine.take_back(job)
    assert lingtu.canceled() == []


async def test_nothing_temporary_is_left_of_a_picture_that_waits_for_its_turn(
    workshop: Workshop, lingtu: LingtuDouble, monkeypatch: pytest.MonkeyPatch
):
    workshop.courier.uploads[6] = [picture()]
    given = Upload(attachment_id=6, url="https://cdn/x", filename="x.png", size=3)
    draft, _ = await workshop.deliverer.keeper.keep_fitted(given, Limits())
    monkeypatch.setattr(fitting, "fits", killed)
    job = await workshop.press(
        "lingtu.lineart", params={"image": stand_in(0)}, uploads=(Upload(asset=draft.token),)
    )
    await workshop.turn("submit")

    assert (await workshop.now(job)).status is Status.QUEUED
    assert list(workshop.files.temporary.iterdir()) == []
