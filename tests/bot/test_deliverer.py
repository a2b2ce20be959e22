from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import CourierError, OfflineError
from bot.media import images
from bot.media.fetch import Fetcher, FetchRules
from bot.media.pool import MediaPool
from bot.wire import Outcome
from storage.models import Job, Status
from tests.conftest import Workshop
from tests.factories import killed, make_job
from tests.provider_double import Reply


async def finished(workshop: Workshop, urls: list[str], audits: list[str] | None = None) -> Job:
    """A job that has succeeded with pictures at these addresses."""
    job = await workshop.press()
    await workshop.turn("submit")
    paid = workshop.provider.paid[-1]
    done = workshop.provider.set(paid.id, 2, urls)
    done["audits"] = audits or done["audits"]
    await workshop.provider.call_back(paid.callback or "", done)
    return job


def addresses(workshop: Workshop, count: int) -> list[str]:
    return [f"{workshop.provider.url}/files/{n}.png" for n in range(count)]


async def deliver(workshop: Workshop, seconds: float = 0) -> None:
    workshop.clock.advance(seconds)
    await workshop.turn("deliver")


async def test_a_result_is_posted_with_its_files_in_their_places(workshop: Workshop):
    job = await finished(workshop, addresses(workshop, 4))
    await deliver(workshop)

    (delivery,) = workshop.courier.delivered
    assert delivery.outcome is Outcome.RESULT
    assert [asset.position for asset in delivery.assets] == [0, 1, 2, 3]
    assert all(workshop.files.path(asset).exists() for asset in delivery.assets)
    row = await workshop.now(job)
    assert (row.message_channel_id, row.message_id, row.due_at) == (22, 1001, None)
    assert row.delivered_at == workshop.clock()


async def test_nothing_temporary_is_left(workshop: Workshop):
    await finished(workshop, [*addresses(workshop, 2), ""], ["", "", "涉政"])
    await deliver(workshop)

    assert list(workshop.files.temporary.iterdir()) == []


async def test_a_removed_picture_keeps_its_place_as_a_tile_that_says_why(workshop: Workshop):
    await finished(workshop, ["", *addresses(workshop, 1)], ["涉政 {x}", ""])
    await deliver(workshop)

    tile, picture = workshop.courier.delivered[0].assets
    assert (tile.position, tile.note, picture.note) == (0, "Removed by moderation: 涉政 {x}", "")
    with Image.open(workshop.files.path(tile)) as image:
        assert image.size == (64, 64)


async def test_a_delivered_job_is_not_posted_again(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    await deliver(workshop)
    await deliver(workshop, 86_400)

    assert len(workshop.courier.tried) == 1


async def test_a_courier_that_fails_is_asked_again_and_told_so(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.courier.troubles.extend([CourierError(), CourierError()])
    await deliver(workshop)
    await deliver(workshop, 300)
    await deliver(workshop, 300)

    assert [d.attempted for d in workshop.courier.tried] == [False, True, True]
    assert len(workshop.courier.delivered) == 1


async def test_files_are_fetched_once_however_often_the_post_is_tried(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.courier.troubles.append(CourierError())
    workshop.provider.files.extend([Reply(), Reply(status=404, body={})])
    await deliver(workshop)
    await deliver(workshop, 300)

    assert len(workshop.courier.delivered) == 1
    assert len(workshop.provider.files) == 1


async def test_a_post_that_was_begun_before_a_crash_counts_as_attempted(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    now = workshop.clock()
    (claim,) = await workshop.jobs.claim_finished(now=now, lease_until=now + 60_000, limit=1)
    await workshop.jobs.begin_post(claim)
    await workshop.crash()
    await deliver(workshop)

    assert workshop.courier.delivered[0].attempted


async def test_any_other_fault_of_the_courier_is_tried_again_after_a_minute(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.courier.troubles.append(AttributeError("a bug"))
    await deliver(workshop)
    await deliver(workshop, 60)

    assert len(workshop.courier.delivered) == 1


async def test_a_picture_that_is_none_is_tried_again_and_then_becomes_a_tile(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.provider.files.extend([Reply(deed="html")] * 4)
    for _ in range(3):
        await deliver(workshop, 300)
    early = list(workshop.courier.tried)
    await deliver(workshop, 300)

    assert early == []
    assert workshop.courier.delivered[0].assets[0].note
    assert not workshop.provider.files


async def test_a_picture_that_is_not_there_yet_has_a_minute_to_appear(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.provider.files.extend([Reply(status=404, body={})] * 2)
    for _ in range(2):
        await deliver(workshop, 10)
    early = list(workshop.courier.tried)
    await deliver(workshop, 10)

    assert early == []
    assert workshop.courier.delivered[0].assets[0].note == ""


async def test_a_picture_that_never_appears_becomes_a_tile(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.provider.files.extend([Reply(status=404, body={})] * 2)
    await deliver(workshop, 30)
    await deliver(workshop, 60)

    assert workshop.courier.delivered[0].assets[0].note


async def test_the_pictures_that_came_wait_a_quarter_of_an_hour_for_the_others(workshop: Workshop):
    await finished(workshop, addresses(workshop, 2))
    workshop.provider.files.extend([Reply(status=503, body={}), Reply()])
    await deliver(workshop)
    for _ in range(3):
        workshop.provider.files.append(Reply(status=503, body={}))
        early = list(workshop.courier.tried)
        await deliver(workshop, 301)

    assert early == []
    assert sorted(bool(asset.note) for asset in workshop.courier.delivered[0].assets) == [
        False,
        True,
    ]


async def test_a_tile_alone_does_not_shorten_the_wait_for_the_others(workshop: Workshop):
    job = await finished(workshop, [*addresses(workshop, 1), "http://127.0.0.1:1/away.png"])
    workshop.provider.files.extend([Reply(status=404, body={})] * 2)
    for _ in range(6):
        await deliver(workshop, 301)

    (tile,) = await workshop.assets.of_job(job.id, "result")
    assert (bool(tile.note), workshop.courier.tried) == (True, [])


async def test_an_outage_of_hours_makes_no_tiles(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.provider.files.extend([Reply(status=503, body={})] * 50)
    for _ in range(51):
        await deliver(workshop, 301)

    assert workshop.courier.delivered[0].assets[0].note == ""


async def test_one_bad_picture_does_not_keep_the_others_from_being_stored(workshop: Workshop):
    job = await finished(workshop, addresses(workshop, 3))
    workshop.provider.files.append(Reply(status=404, body={}))
    await deliver(workshop)

    assert len(await workshop.assets.of_job(job.id, "result")) == 2


async def test_a_picture_waits_while_the_media_processes_are_busy(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    willing = workshop.deliverer.keeper.pool
    async with MediaPool() as closed:
        workshop.deliverer.keeper.pool = closed
    for _ in range(5):
        await deliver(workshop, 300)
    early = list(workshop.courier.tried)
    workshop.deliverer.keeper.pool = willing
    await deliver(workshop, 300)

    assert early == []
    assert workshop.courier.delivered[0].assets[0].note == ""


def killed_unless_tile(path: Path) -> images.MediaInfo:
    """Like `images.inspect`, but a picture of the provider's costs the child its life."""
    with Image.open(path) as image:
        if image.size == (16, 16):
            killed()
    return images.inspect(path)


async def test_a_picture_whose_child_the_system_kills_does_not_become_a_tile(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    await finished(workshop, addresses(workshop, 1))
    with monkeypatch.context() as short_of_memory:
        short_of_memory.setattr(images, "inspect", killed_unless_tile)
        for _ in range(5):
            await deliver(workshop, 300)
    early = list(workshop.courier.tried)
    await deliver(workshop, 300)

    assert early == []
    assert workshop.courier.delivered[0].assets[0].note == ""


async def test_a_host_that_is_away_is_asked_again(workshop: Workshop):
    await finished(workshop, addresses(workshop, 1))
    workshop.provider.files.extend([Reply(status=503, body={})] * 5)
    for _ in range(6):
        await deliver(workshop, 300)

    assert workshop.courier.delivered[0].assets[0].note == ""


async def test_a_refused_host_leaves_the_result_undelivered_until_it_is_allowed(
    workshop: Workshop,
):
    job = await finished(workshop, addresses(workshop, 1))
    open_fetcher = workshop.deliverer._fetcher
    async with Fetcher(FetchRules()) as strict:
        workshop.deliverer._fetcher = strict
        for _ in range(50):
            await deliver(workshop, 300)
        waiting = await workshop.now(job)
        workshop.deliverer._fetcher = open_fetcher
        await workshop.engine.look_again(job)
        await deliver(workshop)

    assert (waiting.status, waiting.delivered_at) == (Status.SUCCEEDED, None)
    assert waiting.delivery_note
    assert workshop.courier.delivered[0].assets[0].note == ""


async def test_a_failure_is_told_in_a_notice_without_files(workshop: Workshop):
    await workshop.jobs.add(make_job(params={"text": ""}))
    await workshop.turn()

    (delivery,) = workshop.courier.delivered
    assert (delivery.outcome, delivery.assets) == (Outcome.NOTICE, ())


async def test_a_delivery_knows_the_job_it_follows_and_a_retry_made_meanwhile(workshop: Workshop):
    parent = await finished(workshop, addresses(workshop, 1))
    await deliver(workshop)
    parent = await workshop.now(parent)
    child = await workshop.press(
        "youchuan.upscale",
        params={"jobId": parent.external_id, "imageNo": 0, "type": 0},
        parent=parent,
        index=0,
        action="u",
    )
    await workshop.turn("submit")
    retry, _ = await workshop.jobs.add(make_job(retry_of=child.id, due_at=None))
    paid = workshop.provider.paid[-1]
    await workshop.provider.call_back(paid.callback or "", workshop.provider.finish(paid.id))
    await deliver(workshop)

    delivery = workshop.courier.delivered[-1]
    assert delivery.parent == parent
    assert delivery.retry == retry


async def test_a_result_without_any_media_is_still_posted(workshop: Workshop):
    job = await workshop.press()
    await workshop.turn("submit")
    paid = workshop.provider.paid[0]
    await workshop.jobs.succeed(
        job.id, paid.id, result={"media": [], "text": "words"}, cost=1, now=workshop.clock()
    )
    await deliver(workshop)

    assert workshop.courier.delivered[0].assets == []


async def test_the_tile_speaks_the_language_of_its_person(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    spoken: list[str] = []

    def note_reader(*_: object) -> str:
        from bot import text

        spoken.append(text._reader.get())
        return "entfernt"

    monkeypatch.setattr("bot.deliverer.explain", note_reader)
    destination = replace(make_job().destination, locale="zh-CN")
    job = await workshop.press(destination=destination)
    await workshop.turn("submit")
    paid = workshop.provider.paid[0]
    done = workshop.provider.set(paid.id, 2, [""])
    done["audits"] = ["涉政"]
    await workshop.provider.call_back(paid.callback or "", done)
    await deliver(workshop)

    assert job.destination.locale == "zh-CN"
    assert spoken == ["zh-CN"]


async def test_however_often_discord_was_away_a_result_waits_seconds_for_it(workshop: Workshop):
    job = await workshop.press()
    await workshop.turn("submit")
    workshop.provider.finish(workshop.provider.paid[-1].id)
    workshop.clock.advance(60)
    await workshop.turn("watch")
    workshop.courier.troubles.extend(OfflineError() for _time in range(12))
    for _time in range(13):
        await workshop.turn("deliver")
        workshop.clock.advance(5)

    assert [each.job.id for each in workshop.courier.delivered] == [job.id]
