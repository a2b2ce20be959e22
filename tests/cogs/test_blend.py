"""/blend: two to five pictures, and nothing else, reach the provider."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from storage.models import Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.provider_double import picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


def attached(count: int) -> dict[str, Any]:
    """So many pictures, by option."""
    return {f"image{n}": (f"{n}.png", picture()) for n in range(1, count + 1)}


async def blended(stage: Stage, **options: Any) -> str:
    """What reaches the provider of Ann's blend; the files' addresses as ``<position>``."""
    await stage.ann.slash(stage.channel, "blend", **options)
    job = await stage.job()
    await stage.workshop.turn("submit")
    (paid,) = stage.workshop.provider.paid
    assert paid.verb == "diffusion"
    text = paid.body["text"]
    for asset in await stage.workshop.assets.of_job(job.id, "upload"):
        address = f"{stage.workshop.parts.terms.public_url}/m/{asset.name}"
        text = text.replace(address, f"<{asset.position}>")
    return str(text)


@pytest.mark.parametrize("count", [2, 5])
async def test_the_pictures_alone_are_the_prompt(stage: Stage, count: int):
    places = " ".join(f"<{n}>" for n in range(count))

    assert await blended(stage, **attached(count)) == f"{places} --v 7"


async def test_a_picture_left_out_leaves_no_hole(stage: Stage):
    files = attached(4)
    del files["image3"]
    await stage.ann.slash(stage.channel, "blend", **files)
    job = await stage.job()

    assert job.params["text"] == "upload://0 upload://1 upload://2 --v 7"
    assert [upload.filename for upload in job.uploads] == ["1.png", "2.png", "4.png"]


async def test_model_and_aspect_are_sent(stage: Stage):
    sent = await blended(stage, **attached(2), model="niji7", aspect="16:9")

    assert sent == "<0> <1> --ar 16:9 --niji 7"


async def test_the_persons_own_moodboard_stays_out_of_a_blend(stage: Stage):
    await stage.studio.people.use_moodboard(stage.ann.id, stage.guild.id, "mood-1")

    assert await blended(stage, **attached(2)) == "<0> <1> --v 7"


async def test_a_blend_is_drawn_and_posted(stage: Stage):
    await stage.ann.slash(stage.channel, "blend", **attached(2))
    card = (await stage.job()).card_id
    await stage.finish()
    job = await stage.job()

    assert card is not None
    assert job.status is Status.SUCCEEDED
    assert stage.last().id == job.message_id


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"image2": ("notes.txt", b"text")}, "is no picture"),
        ({"image5": ("empty.png", b"")}, "is empty"),
        ({"aspect": "wide"}, "--ar must be two whole numbers"),
    ],
)
async def test_what_cannot_be_blended_is_refused(
    stage: Stage, files: dict[str, Any], sentence: str
):
    result = await stage.ann.slash(stage.channel, "blend", **{**attached(2), **files})

    assert sentence in said(result)
    assert not await stage.jobs()


async def test_a_file_that_only_looks_like_a_picture_fails_unpaid(stage: Stage):
    files = attached(2) | {"image2": ("2.png", b"no picture at all")}
    await stage.ann.slash(stage.channel, "blend", **files)
    job = await stage.job()
    await stage.workshop.turn("submit")

    assert (await stage.workshop.now(job)).status is Status.FAILED
    assert stage.workshop.provider.paid == []


async def test_without_a_public_address_it_is_refused(workshop: Workshop):
    async with staged(workshop, public_url="") as stage:
        result = await stage.ann.slash(stage.channel, "blend", **attached(2))

    assert "no public address" in said(result)


async def test_ratios_are_suggested(stage: Stage):
    choices = await stage.ann.autocomplete(stage.channel, "blend", "aspect", "16")

    assert [choice["value"] for choice in choices] == ["16", "16:9"]
