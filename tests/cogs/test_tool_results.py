"""Results of tools as they really stand in the channel, and what their buttons do."""

import io
from collections.abc import AsyncIterator

import discord
import pytest
from PIL import Image
from ulid import ULID

from cogs.buttons import job_id
from storage.assets import PREVIEW, RESULT, UPLOAD
from storage.models import Destination, Job, Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.factories import make_job
from tests.lingtu_files import drawn


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("youchuan", "lingtu")) as opened:
        yield opened


async def result(stage: Stage, verb: str, *kinds: str, text: str = "", traits: str = "") -> Job:
    """A result of Ann's with files of these kinds, posted to the channel."""
    here = Destination(guild_id=stage.guild.id, channel_id=stage.channel.id, user_id=stage.ann.id)
    a_minute_ago = stage.workshop.clock() - 60_000
    job = make_job(
        id=str(ULID.from_timestamp(a_minute_ago / 1000)),
        operation=f"lingtu.{verb}",
        provider="lingtu",
        params={"prompt": "a heron"} if verb == "text2img" else {"image": "https://a.example/a"},
        traits=frozenset({"lingtu", *traits.split()}),
        destination=here,
        status=Status.SUCCEEDED,
        external_id="8076719832378114048",
        result={"media": [{"url": f"https://a.example/{kind}"} for kind in kinds], "text": text},
        due_at=None,
        delivered_at=1,
    )
    await stage.workshop.jobs.add(job)
    for place, kind in enumerate(kinds):
        await kept(stage, job, RESULT, place, drawn(verb, place, kind))
    await posted(stage, job)
    return job


async def kept(stage: Stage, job: Job, role: str, place: int, data: bytes, note: str = "") -> None:
    keeper = stage.workshop.deliverer.keeper
    path = keeper.files.temporary / "drawn"
    path.write_bytes(data)
    await keeper.keep(job.id, role, place, path, note=note)


async def posted(stage: Stage, job: Job) -> None:
    await stage.studio.courier.show_in(job, stage.studio.get_channel(stage.channel.id))


def descriptions(message: discord.Message) -> list[str | None]:
    (container,) = message.components
    return [item.description for part in container.children for item in getattr(part, "items", ())]


def words(message: discord.Message) -> str:
    (container,) = message.components
    texts = (getattr(part, "content", "") for part in container.children)
    return "\n".join(filter(None, texts))


async def test_a_result_is_shown_again_with_its_preview_and_its_notes(stage: Stage):
    job = await result(stage, "vector", "svg", "eps", traits="vector")
    await kept(stage, job, PREVIEW, 0, drawn("lineart", 0, "png"))
    await kept(stage, job, UPLOAD, 0, drawn("lineart", 0, "png"), note="It was made smaller.")
    await stage.ann.slash(stage.channel, "job show", id=job.id)
    message = stage.last()

    end = job.id[-6:].lower()
    names = [file.filename for file in message.attachments]
    assert names == [f"{end}-1.svg", f"{end}-2.eps", f"{end}-1-preview.png"]
    assert descriptions(message) == ["Preview"]
    assert "-# It was made smaller." in words(message)


async def test_what_is_transparent_stays_so(stage: Stage):
    await result(stage, "matting", "png", traits="cutout")
    (file,) = stage.last().attachments

    with Image.open(io.BytesIO(await file.read())) as image:
        assert (image.format, image.mode, image.getpixel((0, 0))[3]) == ("PNG", "RGBA", 0)


async def test_a_long_text_is_attached_whole(stage: Stage):
    text = "a heron, `grey`; " * 300
    await result(stage, "img2text", text=text, traits="text")
    (file,) = stage.last().attachments

    assert file.filename == "description.txt"
    assert (await file.read()).decode() == text


async def test_a_tool_takes_the_picture_that_it_stands_under(stage: Stage):
    source = await result(stage, "lineart", "png")
    await stage.bob.click(stage.last(), label="Enlarge")
    job = await stage.job()

    (picture,) = await stage.workshop.assets.of_job(source.id, RESULT)
    assert job.operation == "lingtu.upscale"
    assert (job.params["type"], job.params["multiple"]) == ("0", 2)
    assert [upload.asset for upload in job.uploads] == [picture.token]
    assert (job.parent_id, job.parent_index, job.action) == (source.id, 0, "enlarge")


@pytest.mark.parametrize("place", [0, 1])
async def test_beside_a_document_a_tool_takes_the_picture(stage: Stage, place: int):
    source = await result(stage, "matting", "psd", "png", traits="cutout")
    await stage.press(job_id(source.id, "describe", place))

    _document, picture = await stage.workshop.assets.of_job(source.id, RESULT)
    assert [upload.asset for upload in (await stage.job()).uploads] == [picture.token]


async def test_a_document_alone_is_no_picture_to_go_on_from(stage: Stage):
    source = await result(stage, "vector", "svg", traits="vector")
    answer = await stage.ann.slash(stage.channel, "video", job=source.id)

    assert said(answer) == "Only a picture can be used here, and this result is none (SVG)."


async def test_again_orders_the_same_for_whoever_presses(stage: Stage):
    source = await result(stage, "text2img", "png")
    await stage.bob.click(stage.last(), label="Again")
    job = await stage.job()

    assert (job.operation, job.params) == (source.operation, source.params)
    assert (job.destination.user_id, job.parent_id) == (stage.bob.id, None)


async def test_a_text_is_drawn_as_it_was_changed(stage: Stage):
    source = await result(stage, "img2text", text="a heron\nby the water", traits="text")
    asked = await stage.bob.click(stage.last(), label="Imagine")
    (label,) = asked.modal["components"]
    await stage.env.restart_bot(stage.renewed())
    await stage.bob.submit_modal(asked, {"prompt": "a heron, --ar 3:2"})
    job = await stage.job()

    assert label["component"]["value"] == "a heron\nby the water"
    assert (label["component"]["style"], label["component"]["max_length"]) == (2, 4000)
    assert asked.modal["custom_id"] == job_id(source.id, "imagine")
    assert (job.operation, job.params["text"]) == ("youchuan.diffusion", "a heron, --ar 3:2 --v 7")
    assert (job.parent_id, job.traits) == (source.id, frozenset({"v7"}))


async def test_a_text_longer_than_the_form_is_offered_by_its_beginning(stage: Stage):
    await result(stage, "img2text", text="0123456789" * 500, traits="text")
    asked = await stage.ann.click(stage.last(), label="Imagine")

    (label,) = asked.modal["components"]
    assert label["component"]["value"] == "0123456789" * 400


async def test_a_text_that_stands_for_several_prompts_is_confirmed_first(stage: Stage):
    await result(stage, "title", text="a {red, blue} heron", traits="text")
    asked = await stage.ann.click(stage.last(), label="Imagine")
    offer = await stage.ann.submit_modal(asked, {"prompt": "a {red, blue} heron"})

    assert "These are 2 jobs" in str(offer.response.components)
    assert len(await stage.jobs()) == 1


async def test_only_a_text_can_be_imagined(stage: Stage):
    source = await result(stage, "lineart", "png")
    answer = await stage.press(job_id(source.id, "imagine"))

    assert said(answer) == "This result has no text to draw from."


async def test_without_midjourney_a_text_is_drawn_by_lingtu(workshop: Workshop):
    async with staged(workshop, accounts=("lingtu",)) as stage:
        await result(stage, "img2text", text="a heron", traits="text")
        asked = await stage.ann.click(stage.last(), label="Imagine")
        await stage.ann.submit_modal(asked, {"prompt": "a heron"})
        job = await stage.job()

    (label,) = asked.modal["components"]
    assert label["component"]["max_length"] == 1000
    assert (job.operation, job.params["prompt"]) == ("lingtu.text2img", "a heron")


async def test_a_mask_is_no_picture_of_its_own(stage: Stage):
    source = await result(stage, "style_transfer", "png", "png", traits="masked")
    await stage.ann.slash(stage.channel, "video", job=source.id, number=2)

    picture, _mask = await stage.workshop.assets.of_job(source.id, RESULT)
    assert [upload.asset for upload in (await stage.job()).uploads] == [picture.token]


async def test_the_sixth_picture_is_reached_like_the_first(stage: Stage):
    job = await result(stage, "text2img", *["png"] * 6)
    panel = await stage.ann.select(stage.last(), values=["5"])
    await stage.ann.click(panel.response, custom_id=job_id(job.id, "matting", 5))
    ordered = await stage.job()

    assert "Image 6" in str(panel.response.components)
    assert (ordered.operation, ordered.parent_index) == ("lingtu.matting", 5)
    (upload,) = ordered.uploads
    kept = await stage.workshop.assets.of_job(job.id, RESULT)
    assert upload.asset == kept[5].token
