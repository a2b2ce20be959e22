"""``/video`` and what stands under its clips."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.models import Job
from tests.cogs.stage import Stage, make_studio, said, staged
from tests.conftest import Workshop
from tests.provider_double import complaint, picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def clips(stage: Stage, count: int = 4, **options: Any) -> Job:
    """Ann's clips, made and posted."""
    await stage.ann.slash(stage.channel, "video", **{"prompt": "waves roll in", **options})
    job = await stage.job()
    await stage.finish(count)
    return await stage.workshop.now(job)


def body(stage: Stage) -> dict[str, Any]:
    return dict(stage.workshop.provider.paid[-1].body)


def labels(message: Any) -> list[str]:
    rows = [item for top in message.components for item in top.children]
    buttons = [item for row in rows for item in getattr(row, "children", ())]
    return [item.label for item in buttons if getattr(item, "label", None)]


async def test_a_text_becomes_four_clips_that_play(stage: Stage):
    job = await clips(stage)

    assert body(stage).keys() == {"prompt", "callback"}
    assert body(stage)["prompt"] == "waves roll in"
    (gallery,) = [
        item
        for top in stage.last().components
        for item in top.children
        if item.type.name == "media_gallery"
    ]
    names = [item.media.url for item in gallery.items]
    assert all(name.endswith(".mp4") for name in names)
    assert gallery.items[0].description.startswith("Clip 1")
    assert len(stage.last().attachments) == 4
    assert job.traits == {"video", "480p"}


async def test_clips_have_their_buttons_and_no_others(stage: Stage):
    await clips(stage)

    numbered = [f"{what} {n}" for what in ("Extend", "Upscale") for n in range(1, 5)]
    assert set(labels(stage.last())) == set(numbered)


async def test_one_clip_has_one_of_each_button(stage: Stage):
    await clips(stage, count=1, batch=1)

    assert body(stage)["prompt"] == "waves roll in --bs 1"
    assert labels(stage.last()) == ["Extend 1", "Upscale 1"]


async def test_every_option_reaches_the_wire(stage: Stage):
    await clips(
        stage,
        image=("start.png", picture()),
        end=("end.png", picture("blue")),
        resolution="720p",
        motion="high",
        batch=2,
        raw=True,
    )

    sent = body(stage)
    address = r"https?://\S+/m/[\w-]{22}\.png"
    text = rf"{address} waves roll in .*--end {address}.*"
    assert re.fullmatch(text, sent["prompt"])
    assert {"--motion high", "--bs 2", "--raw"} <= set(
        re.findall(r"--\w+(?: \w+)?", sent["prompt"])
    )
    assert sent["videoType"] == 1
    assert (await stage.job()).price == 300


async def test_a_job_and_a_number_say_where_to_start(stage: Stage):
    grid = await stage.drawn()
    await clips(stage, job=grid.id, number=3, motion="low")

    assert (body(stage)["jobId"], body(stage)["imageNo"]) == (grid.external_id, 2)
    assert body(stage)["prompt"] == "waves roll in --motion low"
    job = await stage.job()
    assert (job.parent_id, job.parent_index) == (grid.id, 2)


async def test_a_job_alone_is_enough(stage: Stage):
    grid = await stage.drawn()
    await stage.ann.slash(stage.channel, "video", job=grid.id)
    await stage.workshop.turn("submit")

    assert body(stage).keys() == {"jobId", "imageNo", "callback"}


async def test_a_cutout_starts_a_clip_from_its_file(stage: Stage):
    await stage.ann.slash(stage.channel, "matting", image=("cat.png", picture()))
    cutout = await stage.job()
    await stage.finish(1)
    await clips(stage, job=cutout.id)

    assert "jobId" not in body(stage)
    assert re.match(r"https?://\S+/m/\S+ waves", body(stage)["prompt"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Write what the video should show"),
        ({"prompt": "waves --ar 3:2"}, "--ar"),
        ({"prompt": "waves --motion fast"}, "--motion"),
        ({"prompt": "x", "image": ("a.mp4", b"moov")}, "is no picture"),
        ({"prompt": "x", "image": ("a.png", b"")}, "is empty"),
        ({"prompt": "x", "job": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, "not there"),
        ({"prompt": "x", "job": "A", "image": ("a.png", b"png")}, "not both"),
    ],
)
async def test_what_cannot_be_filmed_is_refused_in_words(stage: Stage, options: Any, words: str):
    assert words in said(await stage.ann.slash(stage.channel, "video", **options))
    assert await stage.jobs() == []


async def test_a_clip_is_no_start_for_a_video(stage: Stage):
    made = await clips(stage)
    answer = await stage.ann.slash(stage.channel, "video", job=made.id)

    assert "Extend buttons" in said(answer)


async def test_a_picture_is_animated_by_its_menu(stage: Stage):
    grid = await stage.drawn("a cat on a mat --v 7")
    panel = await stage.ann.select(stage.last(), values=["1"])
    await stage.ann.select(panel.response, values=["animate_high"])
    await stage.finish(4)

    assert body(stage)["prompt"] == "--motion high"
    assert (body(stage)["jobId"], body(stage)["imageNo"]) == (grid.external_id, 1)
    shown = "".join(str(item.to_dict()) for item in stage.last().components)
    assert "a cat on a mat" in shown
    assert "Midjourney Video" in shown


async def extended(stage: Stage, prompt: str | None = None, label: str = "Extend 1") -> None:
    modal = await stage.bob.click(stage.last(), label=label)
    values = {} if prompt is None else {"prompt": prompt}
    await stage.bob.submit_modal(modal, values)
    await stage.finish(4)


async def test_extending_asks_for_a_prompt_and_names_the_clip(stage: Stage):
    made = await clips(stage)
    await extended(stage, "and a gull --motion low", "Extend 3")

    assert stage.workshop.provider.paid[-1].verb == "extend-video"
    assert (body(stage)["jobId"], body(stage)["videoNo"]) == (made.external_id, 2)
    assert body(stage)["prompt"] == "and a gull --motion low"


async def test_the_fifth_extension_is_refused_before_it_is_sent(stage: Stage):
    await clips(stage)
    first_message = stage.last()
    for _time in range(4):
        await extended(stage, "on and on")
    last = await stage.job()

    assert "extended4" in last.traits
    assert "Extend 1" not in labels(stage.last())
    assert "Upscale 1" in labels(stage.last())
    forged = await stage.press(f"job:{last.id}:extend.0")
    assert "four times" in said(forged)
    assert len(stage.workshop.provider.paid) == 5
    assert "Extend 1" in labels(first_message)


async def test_a_405_of_the_provider_is_understood(stage: Stage):
    await clips(stage)
    stage.workshop.provider.submits.append(complaint(405, "Not_Support"))
    await extended(stage, "on and on")

    job = await stage.job()
    assert job.failure == "rejected"
    assert "Midjourney" in str(stage.last().components[0].to_dict())


async def test_an_upscaled_clip_is_one_and_takes_no_more(stage: Stage):
    made = await clips(stage)
    await stage.ann.click(stage.last(), label="Upscale 2")
    await stage.finish(1)

    assert stage.workshop.provider.paid[-1].verb == "video-upscale"
    assert body(stage).keys() == {"jobId", "videoNo", "callback"}
    assert (body(stage)["jobId"], body(stage)["videoNo"]) == (made.external_id, 1)
    assert labels(stage.last()) == []


async def test_rerolled_clips_are_clips(stage: Stage):
    made = await clips(stage)
    await stage.ann.click(stage.last(), custom_id=f"job:{made.id}:reroll")
    await stage.finish(4)

    assert stage.workshop.provider.paid[-1].verb == "reroll"
    assert "Extend 4" in labels(stage.last())


def prefilled(asked: Any) -> str:
    (label,) = asked.modal["components"]
    return str(label["component"].get("value", ""))


async def test_the_form_of_an_extension_names_the_clip(stage: Stage):
    await clips(stage)
    asked = await stage.ann.click(stage.last(), label="Extend 3")

    assert asked.modal["title"] == "Extend 3"


async def test_an_animation_is_extended_with_the_pictures_words(stage: Stage):
    await stage.drawn("a cat on a mat --ar 3:2 --v 7")
    panel = await stage.ann.select(stage.last(), values=["1"])
    await stage.ann.select(panel.response, values=["animate_high"])
    await stage.finish(4)
    asked = await stage.ann.click(stage.last(), label="Extend 1")

    assert prefilled(asked) == "a cat on a mat --motion high"


@pytest.mark.parametrize("ending", [{"end": ("end.png", picture("blue"))}, {"loop": True}])
async def test_an_extension_does_not_end_as_the_first_clip(stage: Stage, ending: dict[str, Any]):
    await clips(stage, count=2, motion="low", batch=2, **ending)
    asked = await stage.ann.click(stage.last(), label="Extend 1")

    assert prefilled(asked) == "waves roll in --motion low"


async def test_a_cutout_is_no_start_without_a_public_address(stage: Stage):
    await stage.ann.slash(stage.channel, "matting", image=("cat.png", picture()))
    cutout = await stage.job()
    await stage.finish(1)
    stage.workshop.restart(public_url="")
    await stage.env.restart_bot(make_studio(stage.workshop, public_url=""))
    before = len(stage.channel.history())
    answer = await stage.ann.slash(stage.channel, "video", job=cutout.id)

    assert "no public address" in said(answer)
    assert (len(await stage.jobs()), len(stage.channel.history())) == (1, before)


async def test_a_job_that_is_being_drawn_is_no_start_yet(stage: Stage):
    job = await stage.imagine()

    assert "still being drawn" in said(await stage.ann.slash(stage.channel, "video", job=job.id))


async def test_a_place_that_is_not_there_is_no_start(stage: Stage):
    job = await stage.drawn(count=2)
    answer = await stage.ann.slash(stage.channel, "video", job=job.id, number=3)

    assert "no picture 3 in this result; it has 2" in said(answer)


async def test_a_removed_picture_is_no_start(stage: Stage):
    job = await stage.imagine()
    await stage.workshop.turn("submit")
    (paid,) = stage.workshop.provider.paid
    done = stage.workshop.provider.finish(paid.id, 2)
    done["urls"][1], done["audits"][1] = "", "moderated"
    await stage.workshop.provider.call_back(paid.callback, done)
    await stage.workshop.turn("deliver")
    answer = await stage.ann.slash(stage.channel, "video", job=job.id, number=2)

    assert "Image 2 is not there: Removed by moderation" in said(answer)


async def test_only_pictures_that_are_there_are_offered_as_a_start(stage: Stage):
    grid = await stage.drawn("a red fox")
    await clips(stage, prompt="a grey fox")
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    await stage.drawn("a blue fox")
    await stage.imagine("a green fox")
    choices = await stage.ann.autocomplete(stage.channel, "video", "job", "fox")

    assert [choice["value"] for choice in choices] == [grid.id]
