"""The clips that come of a request, asked of the emulator on real HTTP."""

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox import clips
from tests.bot.sandbox.desk import opened_desk

TEAL, ORANGE = (0, 128, 128), (240, 140, 20)


@pytest.fixture
def small(small_results):
    """Clips so small that they are made quickly."""


def apart(one, other):
    """The mean distance of two pictures' pixels, 0 to 255, at the size of the smaller."""
    size = min(one.size, other.size)
    one, other = (each.convert("RGB").resize(size) for each in (one, other))
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


async def begun(desk, prompt="a calm sea --bs 1", **body):
    return await desk.drawn("video_diffusion", prompt=prompt, **body)


async def first(desk, job_id):
    return (await desk.clips(job_id))[0]


async def extended(desk, job_id, times=1, prompt="on it goes --bs 1"):
    for _ in range(times):
        job_id = await desk.drawn("extend_video", jobId=job_id, videoNo=0, prompt=prompt)
    return job_id


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("batch", "count"), [("", 4), (" --bs 1", 1), (" --bs 2", 2)])
async def test_there_are_as_many_different_clips_as_the_prompt_asks_for(desk, batch, count):
    paths = await desk.clips(await begun(desk, f"a calm sea{batch}"))

    assert len({path.read_bytes() for path in paths}) == count
    assert {clips.seconds(path) for path in paths} == {5}


@pytest.mark.parametrize(
    ("body", "size"), [({"videoType": 0}, (480, 480)), ({"videoType": 1}, (720, 720))]
)
async def test_a_clip_has_the_lines_that_were_asked_for(desk, home, body, size):
    address = home.show("a.png", Image.new("RGB", (64, 64), TEAL))

    path = await first(desk, await begun(desk, f"{address} it moves --bs 1", **body))

    assert clips.first_frame(path).size == size


async def test_an_upscaled_clip_has_1080_lines_and_shows_the_same(desk):
    parent = await begun(desk)

    path = await first(desk, await desk.drawn("video_upscale", jobId=parent, videoNo=0))

    small = await first(desk, parent)
    assert min(clips.first_frame(path).size) == 1080
    assert clips.seconds(path) == 5
    assert apart(clips.last_frame(path), clips.last_frame(small)) < 6


@pytest.mark.usefixtures("small")
async def test_a_clip_begins_with_the_chosen_picture_of_a_job(desk):
    parent = await desk.drawn(text="a cat by the sea --v 7")
    pictures = await desk.pictures(parent)

    path = await first(desk, await begun(desk, "--motion low --bs 1", jobId=parent, imageNo=2))

    distances = [apart(clips.first_frame(path), picture) for picture in pictures]
    assert min(distances) == distances[2] < 10


@pytest.mark.usefixtures("small")
async def test_a_clip_begins_and_ends_with_the_pictures_of_its_prompt(desk, home):
    start = home.show("a.png", Image.new("RGB", (64, 48), TEAL))
    end = home.show("b.png", Image.new("RGB", (64, 48), ORANGE))

    path = await first(desk, await begun(desk, f"{start} it turns --end {end} --bs 1"))

    assert apart(clips.first_frame(path), Image.new("RGB", (8, 8), TEAL)) < 8
    assert apart(clips.last_frame(path), Image.new("RGB", (8, 8), ORANGE)) < 8


@pytest.mark.usefixtures("small")
async def test_a_looped_clip_ends_as_it_begins(desk):
    parent = await desk.drawn()

    looped, plain = [
        await first(desk, await begun(desk, f"{prompt} --bs 1", jobId=parent, imageNo=0))
        for prompt in ("it moves --loop", "it moves")
    ]

    ways = [apart(clips.first_frame(path), clips.last_frame(path)) for path in (looped, plain)]
    assert ways[0] < 8 < ways[1]


@pytest.mark.usefixtures("small")
async def test_high_motion_goes_further_than_low_motion(desk):
    parent = await desk.drawn()

    low, high = [
        await first(desk, await begun(desk, f"--motion {motion} --bs 1", jobId=parent, imageNo=0))
        for motion in ("low", "high")
    ]

    ways = [apart(clips.first_frame(path), clips.last_frame(path)) for path in (low, high)]
    assert ways[0] < ways[1]


@pytest.mark.usefixtures("small")
async def test_a_clip_gets_four_seconds_longer_up_to_four_times(desk):
    job_id = await begun(desk)
    lengths = []

    for _ in range(4):
        job_id = await extended(desk, job_id)
        lengths.append(clips.seconds(await first(desk, job_id)))
    answer = await desk.post("extend_video", jobId=job_id, videoNo=0, prompt="once more")

    assert lengths == [9, 13, 17, 21]
    assert (answer.status, answer.json()["reason"]) == (405, "Not_Support")


@pytest.mark.usefixtures("small")
async def test_an_extended_clip_goes_on_where_the_chosen_one_ended(desk):
    parent = await begun(desk, "a calm sea --bs 2")
    _, chosen = await desk.clips(parent)
    body = {"videoNo": 1, "prompt": "on it goes --bs 1"}

    longer = await first(desk, await desk.drawn("extend_video", jobId=parent, **body))

    assert apart(clips.first_frame(longer), clips.first_frame(chosen)) < 1


@pytest.mark.usefixtures("small")
async def test_a_rerolled_clip_is_a_new_one_from_the_same_picture(desk):
    parent = await begun(desk, "--bs 2", jobId=await desk.drawn(), imageNo=1)

    again = await desk.drawn("reroll", jobId=parent)

    old, new = await desk.clips(parent), await desk.clips(again)
    assert len(new) == 2
    assert old[0].read_bytes() != new[0].read_bytes()
    assert apart(clips.first_frame(old[0]), clips.first_frame(new[0])) < 4


@pytest.mark.usefixtures("small")
async def test_a_rerolled_extension_extends_the_same_clip_again(desk):
    longer = await extended(desk, await begun(desk))

    again = await desk.drawn("reroll", jobId=longer)

    assert clips.seconds(await first(desk, again)) == 9


@pytest.mark.usefixtures("small")
async def test_a_clip_of_a_picture_has_the_words_of_the_picture(desk):
    parent = await desk.drawn(text="a cat by the sea --ar 3:2 --v 7")

    bare = await desk.submit("video_diffusion", jobId=parent, imageNo=0)
    moved = await desk.submit("video_diffusion", jobId=parent, imageNo=0, prompt="--motion low")
    told = await desk.submit("video_diffusion", jobId=parent, imageNo=0, prompt="it purrs")

    texts = [(await desk.show(job_id)).json()["text"] for job_id in (bare, moved, told)]
    assert texts == ["a cat by the sea", "a cat by the sea --motion low", "it purrs"]


@pytest.mark.usefixtures("small")
async def test_a_clip_can_be_told_to_lose_its_second_place_and_so_do_its_follow_ups(desk):
    parent = await desk.submit("video_diffusion", prompt="sandbox:hole a calm sea --bs 2")
    media = (await desk.result(parent)).result.media

    answer = await desk.post("video_upscale", jobId=parent, videoNo=1)

    assert [bool(place.url) for place in media] == [True, False]
    assert media[1].said == "涉政"
    assert answer.json()["reason"] == "Invalid_Argument"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("word", "status"), [("fail", 4), ("moderated", 5)])
async def test_an_upscale_of_a_clip_inherits_what_is_to_go_wrong(desk, tmp_path, word, status):
    parent = await begun(desk)
    kept = tmp_path / "sandbox" / f"{parent}.json"
    kept.write_text(kept.read_text().replace("a calm sea", f"sandbox:{word} a calm sea"))

    async with opened_desk(tmp_path / "sandbox") as again:
        job_id = await again.submit("video_upscale", jobId=parent, videoNo=0)
        job = (await again.finished(job_id)).json()

    assert (job["status"], job["urls"]) == (status, [])


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "prompt",
    ["a cat --ar 16:9", "a cat --bs 3", "a cat --motion wild", "--motion low", "a cat --v 7"],
)
async def test_a_prompt_that_no_clip_can_have_is_refused(desk, prompt):
    answer = await desk.post("video_diffusion", prompt=prompt)

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Prompt_Parameter")


@pytest.mark.usefixtures("small")
async def test_a_part_of_a_clip_can_be_fetched(desk):
    parent = await begun(desk)
    whole = (await first(desk, parent)).read_bytes()
    url = (await desk.result(parent)).result.media[0].url

    async with desk.session.get(url, headers={"Range": "bytes=100-299"}) as answer:
        part = await answer.read()

    assert (answer.status, part) == (206, whole[100:300])
    assert answer.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    assert answer.content_type == "video/mp4"
