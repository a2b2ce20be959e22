"""``/erase``: the private link, and the way without one."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from tests.cogs.stage import Stage, said, staged
from tests.cogs.test_edit import answer_of, mask, opened
from tests.conftest import Workshop
from tests.provider_double import picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("youchuan", "lingtu")) as opened:
        yield opened


async def erase(stage: Stage, **options: Any) -> Any:
    """Ann's command, and all that comes of it."""
    result = await stage.ann.slash(stage.channel, "erase", **options)
    await stage.studio.settled()
    return result


async def pictures_of(stage: Stage) -> list[Image.Image]:
    """The files that the newest job is given."""
    workshop, uploads = stage.workshop, (await stage.job()).uploads
    assets = [await workshop.assets.get(upload.asset) for upload in uploads]
    return [Image.open(io.BytesIO(workshop.files.path(asset).read_bytes())) for asset in assets]


def wide(width: int, height: int = 8) -> bytes:
    return picture(size=(width, height))


async def test_a_picture_is_opened_in_the_editor(stage: Stage):
    draft = await opened(stage, answer_of(stage, await erase(stage, image=("a.png", picture()))))

    assert draft.payload["operation"] == "lingtu.remove"
    assert draft.payload["job"] is None
    assert await stage.jobs() == []


async def test_a_mask_makes_the_editor_unnecessary(stage: Stage):
    result = await erase(stage, image=("a.png", picture()), mask=("m.png", mask()))
    job = await stage.job()
    image, marked = await pictures_of(stage)

    assert said(result) == "It is on its way; the result comes in this channel."
    assert (job.operation, job.params) == (
        "lingtu.remove",
        {"image": "upload://0", "mask": "upload://1"},
    )
    assert (image.size, marked.size, marked.getbbox()) == ((16, 16), (16, 16), (2, 2, 9, 9))
    assert job.card_id is not None


async def test_a_picture_of_a_result_is_erased_from_as_its_follow_up(stage: Stage):
    grid = await stage.drawn("a cat --v 7")
    await erase(stage, job=grid.id, number=3, mask=("m.png", mask()))
    job = await stage.job()

    assert (job.operation, job.parent_id, job.parent_index) == ("lingtu.remove", grid.id, 2)


async def test_a_picture_that_is_too_large_is_made_smaller_and_its_mask_with_it(stage: Stage):
    marked = Image.new("L", (5000, 8))
    marked.paste(255, (0, 0, 2500, 8))
    file = io.BytesIO()
    marked.save(file, "PNG")
    result = await erase(stage, image=("a.png", wide(5000)), mask=("m.png", file.getvalue()))
    image, smaller = await pictures_of(stage)

    assert "made smaller, from 5000 × 8 to 4096 × 7 pixels" in said(result)
    assert image.size == smaller.size == (4096, 7)
    assert smaller.getbbox() == pytest.approx((0, 0, 2048, 7), abs=2)


async def test_that_a_picture_was_made_smaller_is_said_beside_the_link(stage: Stage):
    answer = answer_of(stage, await erase(stage, image=("a.png", wide(5000))))
    draft = await opened(stage, answer)

    assert "made smaller" in str(answer.components)
    assert (await stage.workshop.assets.get(draft.payload["asset"])).width == 4096


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either a picture or a job"),
        ({"image": ("a.png", b"png"), "job": "x"}, "either a picture or a job"),
        ({"job": "x"}, "no job"),
        ({"image": ("a.mp4", b"moov")}, "is no picture"),
        ({"image": ("a.png", b"a text")}, "neither a picture nor a clip"),
        ({"image": ("a.png", picture()), "mask": ("m.png", mask((15, 16)))}, "15 × 16"),
        ({"image": ("a.png", picture()), "mask": ("m.png", mask(colour=0))}, "all black"),
    ],
)
async def test_what_cannot_be_erased_from_is_refused_in_words(
    stage: Stage, options: Any, words: str
):
    assert words in said(await erase(stage, **options))
    assert await stage.jobs() == []


async def test_a_clip_cannot_be_erased_from(stage: Stage):
    await stage.ann.slash(stage.channel, "video", prompt="waves")
    clip = await stage.job()
    await stage.finish(1)

    assert "nly a picture can be used here" in said(await erase(stage, job=clip.id))


async def test_without_the_provider_nothing_is_opened(workshop: Workshop):
    async with staged(workshop, accounts=("youchuan",)) as stage:
        assert "not set up" in said(await erase(stage, image=("a.png", picture())))


async def test_without_a_public_address_nothing_is_opened(workshop: Workshop):
    workshop.restart(public_url="")
    async with staged(workshop, accounts=("youchuan", "lingtu"), public_url="") as stage:
        grid = await stage.drawn("a cat --v 7")

        assert "no public address" in said(await erase(stage, image=("a.png", picture())))
        assert "no public address" in said(await erase(stage, job=grid.id))
