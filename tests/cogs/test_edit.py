"""``/edit``, *Region* and *Edit*: the private link, and the way without one."""

import io
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from storage.drafts import DraftStore
from storage.models import Draft
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.provider_double import complaint, picture

LINK = re.compile(r"https://atelier\.example/editor/([\w-]{22})")


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


def mask(size: tuple[int, int] = (16, 16), colour: int = 255) -> bytes:
    image, file = Image.new("L", size), io.BytesIO()
    image.paste(colour, (2, 2, 9, 9))
    image.save(file, "PNG")
    return file.getvalue()


async def edit(stage: Stage, **options: Any) -> Any:
    """Ann's command, and all that comes of it."""
    result = await stage.ann.slash(stage.channel, "edit", **options)
    await stage.studio.settled()
    return result


def answer_of(stage: Stage, result: Any) -> Any:
    return result.followups[-1] if result.followups else result.response


async def opened(stage: Stage, answer: Any) -> Draft:
    """The draft behind the one link of a private answer."""
    assert answer.ephemeral
    found = set(LINK.findall(str(answer.components)))
    assert len(found) == 1
    return await DraftStore(stage.workshop.database).get(found.pop(), "editor")


async def test_region_answers_privately_with_a_link_to_that_picture(stage: Stage):
    grid = await stage.drawn("a cat --v 7")
    panel = await stage.ann.select(stage.last(), values=["1"])
    result = await stage.ann.click(panel.response, label="Region")

    draft = await opened(stage, result.response)
    place = (await stage.workshop.assets.of_job(grid.id, "result"))[1]
    assert draft.payload["operation"] == "youchuan.inpaint"
    assert (draft.payload["asset"], draft.payload["index"]) == (place.token, 1)
    assert draft.destination.user_id == stage.ann.id
    assert draft.expires_at == stage.workshop.clock() + 15 * 60_000
    assert len(await stage.jobs()) == 1


async def test_region_under_an_upscaled_picture_edits_its_source(stage: Stage):
    grid = await stage.drawn("a cat --v 7")
    await stage.ann.click(stage.last(), label="U2")
    await stage.finish(1)
    result = await stage.ann.click(stage.last(), label="Region")

    draft = await opened(stage, result.response)
    assert (draft.payload["job"], draft.payload["index"]) == (grid.id, 1)


async def test_edit_is_in_the_menu(stage: Stage):
    await stage.drawn("a cat --v 8.1")
    panel = await stage.ann.select(stage.last(), values=["0"])
    result = await stage.ann.select(panel.response, values=["edit"])

    assert (await opened(stage, result.response)).payload["operation"] == "youchuan.edit"


async def test_an_uploaded_picture_is_kept_and_opened(stage: Stage):
    result = await edit(stage, image=("cat.png", picture()), prompt="a hat")

    draft = await opened(stage, answer_of(stage, result))
    kept = await stage.workshop.assets.get(draft.payload["asset"])
    assert (kept.job_id, kept.role, kept.width) == (None, "draft", 16)
    assert draft.payload["operation"] == "youchuan.upload_paint"
    assert draft.payload["prompt"] == "a hat"


async def test_a_mask_makes_the_editor_unnecessary(stage: Stage):
    await edit(stage, image=("cat.png", picture()), mask=("mask.png", mask()), prompt="a hat")
    await stage.finish()

    paid = stage.workshop.provider.paid[-1]
    assert paid.verb == "upload-paint"
    assert paid.body["canvas"] == {"width": 16, "height": 16}
    assert paid.body["imgPos"] == {"width": 16, "height": 16, "x": 0, "y": 0}
    assert {"imgUrl", "mask"} <= set(paid.body)
    assert (await stage.job()).delivered_at is not None


async def test_a_mask_on_a_job_and_a_wider_canvas(stage: Stage):
    grid = await stage.drawn("a cat --v 7")
    await edit(stage, job=grid.id, number=4, mask=("m.png", mask()), prompt="a hat", aspect="2:1")
    await stage.workshop.turn("submit")

    body = stage.workshop.provider.paid[-1].body
    assert (body["jobId"], body["imageNo"]) == (grid.external_id, 3)
    assert body["canvas"] == {"width": 32, "height": 16}
    assert body["imgPos"] == {"width": 16, "height": 16, "x": 8, "y": 0}


async def test_a_cutout_is_edited_as_a_picture_of_its_own(stage: Stage):
    await stage.ann.slash(stage.channel, "matting", image=("cat.png", picture()))
    cutout = await stage.job()
    await stage.finish(1)
    result = await edit(stage, job=cutout.id)

    draft = await opened(stage, answer_of(stage, result))
    assert draft.payload["operation"] == "youchuan.upload_paint"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either a picture or a job"),
        ({"image": ("a.png", b"png"), "job": "x"}, "either a picture or a job"),
        ({"image": ("a.png", b"png"), "mask": ("m.png", b"png")}, "Write what"),
        ({"image": ("a.gif", b"")}, "is empty"),
        ({"image": ("a.mp4", b"moov")}, "is no picture"),
        ({"image": ("a.png", b"a text")}, "neither a picture nor a clip"),
        ({"image": ("a.png", b"png"), "prompt": "x", "aspect": "wide"}, "16:9"),
        (
            {"image": ("a.png", picture()), "mask": ("m.png", mask((15, 16))), "prompt": "x"},
            "15 × 16",
        ),
        (
            {"image": ("a.png", picture()), "mask": ("m.png", mask(colour=0)), "prompt": "x"},
            "all black",
        ),
    ],
)
async def test_what_cannot_be_edited_is_refused_in_words(stage: Stage, options: Any, words: str):
    assert words in said(await edit(stage, **options))
    assert await stage.jobs() == []


async def test_parameters_alone_are_no_edit(stage: Stage):
    grid = await stage.drawn("a cat --v 7")
    answer = await edit(stage, job=grid.id, mask=("m.png", mask()), prompt="--v 7")

    assert "Write what" in said(answer)
    assert len(await stage.jobs()) == 1


async def test_a_clip_cannot_be_edited(stage: Stage):
    await stage.ann.slash(stage.channel, "video", prompt="waves")
    clip = await stage.job()
    await stage.finish(1)

    assert "clip cannot be edited" in said(await edit(stage, job=clip.id))


async def test_without_a_public_address_the_button_names_the_other_way(workshop: Workshop):
    workshop.restart(public_url="")
    async with staged(workshop, public_url="") as stage:
        grid = await stage.drawn("a cat --v 7")
        panel = await stage.ann.select(stage.last(), values=["1"])
        refused = await stage.ann.click(panel.response, label="Region")
        assert "/edit with its mask option" in said(refused)

        await edit(stage, job=grid.id, mask=("m.png", mask()), prompt="a hat")
        await stage.workshop.turn("submit")
        body = stage.workshop.provider.paid[-1].body
        assert body["mask"]["url"].startswith("data:image/png;base64,")


async def test_the_editor_begins_with_the_present_prompt(stage: Stage):
    await stage.drawn("a cat --ar 3:2 --v 7")
    await stage.ann.click(stage.last(), label="V2")
    await stage.finish()
    panel = await stage.ann.select(stage.last(), values=["0"])
    result = await stage.ann.select(panel.response, values=["edit"])

    assert (await opened(stage, result.response)).payload["prompt"] == "a cat --ar 3:2 --v 7"


async def test_the_editor_begins_without_what_was_uploaded(stage: Stage):
    await stage.imagine("a cat --sw 200 --v 7", style_reference=("a.png", picture()))
    await stage.finish()
    panel = await stage.ann.select(stage.last(), values=["0"])
    result = await stage.ann.select(panel.response, values=["edit"])

    assert (await opened(stage, result.response)).payload["prompt"] == "a cat --v 7"


async def test_a_result_that_the_provider_has_forgotten_is_edited_as_a_picture(stage: Stage):
    grid = await stage.drawn("a cat --v 7")
    stage.workshop.clock.advance(31 * 86_400)
    result = await edit(stage, job=grid.id, number=3)

    draft = await opened(stage, answer_of(stage, result))
    place = (await stage.workshop.assets.of_job(grid.id, "result"))[2]
    assert draft.payload["operation"] == "youchuan.upload_paint"
    assert draft.payload["asset"] == place.token


async def test_a_job_that_is_being_drawn_cannot_be_edited_yet(stage: Stage):
    job = await stage.imagine()

    assert "still being drawn" in said(await edit(stage, job=job.id))


async def test_a_place_that_is_not_there_cannot_be_edited(stage: Stage):
    job = await stage.drawn(count=2)

    assert "no picture 3 in this result; it has 2" in said(await edit(stage, job=job.id, number=3))


async def test_an_upscaled_picture_has_one_place_to_edit(stage: Stage):
    await stage.drawn("a cat --v 7")
    await stage.ann.click(stage.last(), label="U2")
    await stage.finish(1)
    upscaled = await stage.job()

    assert "it has 1" in said(await edit(stage, job=upscaled.id, number=4))


async def test_a_removed_picture_cannot_be_edited(stage: Stage):
    job = await stage.imagine()
    await stage.workshop.turn("submit")
    (paid,) = stage.workshop.provider.paid
    done = stage.workshop.provider.finish(paid.id, 2)
    done["urls"][1], done["audits"][1] = "", "moderated"
    await stage.workshop.provider.call_back(paid.callback, done)
    await stage.workshop.turn("deliver")
    answer = said(await edit(stage, job=job.id, number=2))

    assert "Image 2 is not there: Removed by moderation" in answer


async def test_only_pictures_that_are_there_are_offered(stage: Stage):
    grid = await stage.drawn("a red fox")
    await stage.ann.slash(stage.channel, "video", prompt="a grey fox")
    await stage.finish()
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    await stage.drawn("a blue fox")
    await stage.imagine("a green fox")
    choices = await stage.ann.autocomplete(stage.channel, "edit", "job", "fox")

    assert [choice["value"] for choice in choices] == [grid.id]
