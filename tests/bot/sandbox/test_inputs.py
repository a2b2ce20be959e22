"""The pictures that a job names: the emulator fetches them as the provider would."""

import base64
from dataclasses import replace

import pytest
from PIL import Image

from bot.errors import RejectedError
from bot.sandbox import inputs
from bot.wire import State
from tests.bot.sandbox.desk import YOUCHUAN, encoded, opened_desk

pytestmark = pytest.mark.usefixtures("small_results")

TEAL = Image.new("RGB", (96, 64), "teal")
NOWHERE = "http://127.0.0.1:1/x.png"
CANVAS = {"canvas": {"width": 128, "height": 128}}
PLACED = {**CANVAS, "imgPos": {"width": 96, "height": 64, "x": 8, "y": 8}}


def data_url(image):
    return f"data:image/png;base64,{base64.b64encode(encoded(image)).decode()}"


def mask(size):
    image = Image.new("L", size)
    image.paste(255, (8, 8, 24, 24))
    return image


async def ending(desk, verb, **body):
    """How a job ends: its status, what is said, and what it cost."""
    job = (await desk.finished(await desk.submit(verb, **body))).json()
    return job["status"], job["comment"], job["cost"]["feeCost"]


NO_FORMAT = "无效参数：图片格式仅支持jpg/jpeg/png"
UNREACHABLE = (11, "无效图片链接或获取图片超时", 0)


@pytest.mark.parametrize(
    "text",
    [
        "{url} a cat --v 7",
        "{url} {good} --v 7",
        "a cat --sref {url} --v 7",
        "a cat --oref {url} --v 7",
        "a cat --cref {url} --v 6.1",
    ],
)
async def test_a_picture_of_a_prompt_that_is_not_there_ends_the_job(desk, home, text):
    text = text.format(url=NOWHERE, good=home.show("good.png", TEAL))

    assert await ending(desk, "diffusion", text=text) == UNREACHABLE


@pytest.mark.parametrize("prompt", ["{url} it moves", "a cat --end {url} --bs 1"])
async def test_a_frame_of_a_clip_that_is_not_there_ends_the_job(desk, prompt):
    assert await ending(desk, "video_diffusion", prompt=prompt.format(url=NOWHERE)) == UNREACHABLE


@pytest.mark.parametrize("verb", ["retexture", "remove_background", "upload_paint"])
async def test_a_file_that_is_not_there_ends_the_job(desk, home, verb):
    body = {"imgUrl": f"{home.address}/pictures/missing.png"}
    if verb != "remove_background":
        body["remixPrompt"] = "a cat"
    if verb == "upload_paint":
        body |= {**PLACED, "mask": {"url": home.show("mask.png", mask(TEAL.size))}}

    assert await ending(desk, verb, **body) == UNREACHABLE


@pytest.mark.parametrize(
    "address", ["no address", "ftp://a.example/x.png", "file:///etc/passwd", "http://"]
)
async def test_what_is_no_address_ends_the_job(desk, address):
    assert await ending(desk, "remove_background", imgUrl=address) == UNREACHABLE


@pytest.mark.parametrize("content", [b"", b"<html>", encoded(TEAL)[:60], b"\xff\xd8\xff" * 40])
async def test_what_is_no_picture_ends_the_job(desk, home, content):
    address = home.show("x.png", content)

    assert await ending(desk, "remove_background", imgUrl=address) == UNREACHABLE


@pytest.mark.parametrize(
    ("name", "rules"), [("large.png", {"max_bytes": 60}), ("never", {"total_seconds": 0.2})]
)
async def test_what_is_too_large_or_too_slow_ends_the_job(tmp_path, home, monkeypatch, name, rules):
    home.show("large.png", TEAL)
    monkeypatch.setattr(inputs, "RULES", replace(inputs.RULES, **rules))

    async with opened_desk(tmp_path) as desk:
        address = f"{home.address}/pictures/{name}"
        assert await ending(desk, "remove_background", imgUrl=address) == UNREACHABLE


async def test_an_end_that_a_picture_causes_is_reported_and_costs_nothing(desk, home):
    job_id = await desk.submit(
        "retexture", imgUrl=NOWHERE, remixPrompt="a cat", callback=home.callback
    )

    told = await home.update()

    assert (told.external_id, told.state) == (job_id, State.FAILED)
    assert isinstance(told.error, RejectedError)
    assert told.result.cost == 0


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
async def test_only_png_and_jpeg_are_cut_out(desk, home, kind):
    address = home.show("x", encoded(TEAL, kind))

    status, said, _ = await ending(desk, "remove_background", imgUrl=address)

    assert (status, said) == (8, NO_FORMAT)
    assert (await ending(desk, "retexture", imgUrl=address, remixPrompt="oil"))[0] == 2


async def test_the_words_of_such_an_end_reach_whoever_asked(desk, home):
    address = home.show("x", encoded(TEAL, "GIF"))

    done = await desk.result(await desk.submit("remove_background", imgUrl=address))

    assert NO_FORMAT in str(done.error)


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(("size", "status"), [((96, 64), 2), ((64, 96), 8)])
async def test_a_mask_has_the_size_of_its_picture(desk, home, size, status, inline):
    picture = home.show("picture.png", TEAL)
    drawn = data_url(mask(size)) if inline else home.show("mask.png", mask(size))

    end = await ending(
        desk, "upload_paint", imgUrl=picture, mask={"url": drawn}, remixPrompt="a cat", **PLACED
    )

    assert end[0] == status
    assert inline or "mask.png" in home.asked


async def test_a_picture_may_be_larger_than_what_is_painted(desk, home):
    large = Image.new("RGB", (2400, 60), "teal")
    body = {"imgUrl": home.show("large.png", large), "remixPrompt": "a cat", **PLACED}

    end = await ending(desk, "upload_paint", mask={"url": data_url(mask(large.size))}, **body)

    assert end[0] == 2


async def test_only_a_mask_may_be_sent_inside_the_request(desk):
    picture = data_url(Image.new("RGB", (8, 8)))
    parent = await desk.drawn()

    refused = await desk.post(
        "inpaint", jobId=parent, imageNo=0, mask={"url": data_url(mask((64, 64)))}
    )

    assert (refused.status, refused.json()["reason"]) == (400, "Invalid_Argument")
    assert await ending(desk, "remove_background", imgUrl=picture) == UNREACHABLE


async def test_a_picture_is_taken_upright(desk, home):
    sideways = Image.new("RGB", (96, 48), "teal")
    exif = sideways.getexif()
    exif[0x0112] = 6
    address = home.show("x.jpg", encoded(sideways, "JPEG", exif=exif))

    (picture,) = await desk.pictures(await desk.submit("remove_background", imgUrl=address))

    assert picture.size == (48, 96)


async def test_a_redirect_is_followed(desk, home):
    job_id = await desk.submit("remove_background", imgUrl=home.redirected("x.png", TEAL))

    assert YOUCHUAN.update(await desk.finished(job_id)).state is State.SUCCEEDED
