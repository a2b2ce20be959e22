"""Which jobs may follow which, asked of the emulator on real HTTP."""

import pytest

from bot.providers import catalog
from tests.bot.sandbox.desk import keep, opened_desk, refusal, sample

pytestmark = pytest.mark.usefixtures("small_results")

FOLLOW_UPS = {
    row.name.partition(".")[2] for row in catalog().values() if "job_id" in row.params.model_fields
}
OF_CLIPS = {"extend_video", "video_upscale"}
OF_PICTURES = FOLLOW_UPS - OF_CLIPS - {"reroll"}
CANVAS = {"pan", "outpaint", "inpaint"}
CLIP = ("video", "480p")


def follow_up(verb, job_id, **values):
    """The manual's sample request for a job that follows this one."""
    body = {**sample(f"{verb}.request"), **values}
    body.pop("callback", None)
    if verb == "video_diffusion":
        body.update(prompt="it moves", imageNo=0)
    return {**body, "jobId": job_id}


async def asked(folder, verb, *traits, follow=None, **fields):
    """The answer to a job that follows a kept one of these traits."""
    job_id = keep(folder, *traits, **fields)
    async with opened_desk(folder) as desk:
        return await desk.post(verb, **follow_up(verb, job_id, **(follow or {})))


def refused(answer):
    return answer.status, refusal(answer, "reroll").reason


@pytest.mark.parametrize("verb", sorted(FOLLOW_UPS))
async def test_nothing_follows_a_cut_out_picture(tmp_path, verb):
    answer = await asked(tmp_path, verb, "cutout", files=1)

    assert refused(answer) == (405, "Not_Support")


@pytest.mark.parametrize("verb", sorted(FOLLOW_UPS - {"upscale"}))
async def test_a_painted_picture_can_only_be_upscaled(tmp_path, verb):
    answer = await asked(tmp_path, verb, "painted", "v7")
    taken = await asked(tmp_path, "upscale", "painted", "v7")

    assert refused(answer) == (405, "Not_Support")
    assert taken.status == 200


@pytest.mark.parametrize("verb", sorted(OF_PICTURES))
async def test_what_follows_a_picture_does_not_follow_a_clip(tmp_path, verb):
    answer = await asked(tmp_path, verb, *CLIP)

    assert refused(answer) == (400, "Invalid_Argument")


@pytest.mark.parametrize("verb", sorted(OF_CLIPS))
async def test_what_follows_a_clip_does_not_follow_a_picture(tmp_path, verb):
    answer = await asked(tmp_path, verb, "v7")

    assert refused(answer) == (400, "Invalid_Argument")


async def test_the_fifth_extension_of_a_clip_is_refused(tmp_path):
    fifth = await asked(tmp_path, "extend_video", *CLIP, "extended4")
    fourth = await asked(tmp_path, "extend_video", *CLIP, "extended3")

    assert refused(fifth) == (405, "Not_Support")
    assert fourth.status == 200


@pytest.mark.parametrize("verb", sorted(OF_CLIPS))
async def test_a_clip_of_1080_lines_is_at_its_end(tmp_path, verb):
    answer = await asked(tmp_path, verb, *CLIP, "1080p", files=1)

    assert refused(answer) == (403, "Upscale_Not_Support")


@pytest.mark.parametrize("verb", sorted(CANVAS | {"enhance"}))
async def test_version_8_has_no_canvas_and_no_drafts(tmp_path, verb):
    answer = await asked(tmp_path, verb, "v8.1", "draft", prompt="a cat --v 8.1")

    assert refused(answer) == (400, "Invalid_Argument")


@pytest.mark.parametrize("verb", sorted(CANVAS))
async def test_version_8_cannot_be_chosen_for_a_canvas_either(tmp_path, verb):
    answer = await asked(tmp_path, verb, "v7", follow={"remixPrompt": "a dog --v 8.1"})

    assert refused(answer) == (400, "Invalid_Argument")


@pytest.mark.parametrize("verb", sorted(CANVAS))
async def test_a_picture_with_an_omni_reference_has_no_canvas(tmp_path, verb):
    answer = await asked(tmp_path, verb, "v7", "oref")

    assert refused(answer) == (400, "Invalid_Argument")


async def test_only_drafts_are_enhanced(tmp_path):
    answer = await asked(tmp_path, "enhance", "v7")

    assert refused(answer) == (400, "Invalid_Argument")


@pytest.mark.parametrize("kind", [2, 3])
async def test_twice_and_four_times_as_large_is_for_version_5(tmp_path, kind):
    new = await asked(tmp_path, "upscale", "v7", follow={"type": kind})
    old = await asked(tmp_path, "upscale", "v5.2", follow={"type": kind})

    assert refused(new) == (400, "Invalid_Argument")
    assert old.status == 200


@pytest.mark.parametrize("verb", sorted(OF_PICTURES - CANVAS - {"enhance"}))
async def test_version_8_takes_everything_else(tmp_path, verb):
    answer = await asked(tmp_path, verb, "v8.1", prompt="a cat --v 8.1")

    assert answer.status == 200


async def test_a_clip_that_is_not_there_cannot_be_chosen(tmp_path):
    answer = await asked(tmp_path, "video_upscale", *CLIP, files=1, follow={"videoNo": 1})

    assert refused(answer) == (400, "Invalid_Argument")


@pytest.mark.parametrize("verb", sorted(FOLLOW_UPS))
async def test_nothing_follows_a_job_that_there_is_not(tmp_path, verb):
    async with opened_desk(tmp_path) as desk:
        answer = await desk.post(verb, **follow_up(verb, "68be9b50553a97d658968285"))

    assert refused(answer) == (404, "Not_Found")
