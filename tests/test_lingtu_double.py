"""The Lingtu double keeps to the manual: what it takes, what it refuses, what it answers."""

import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from tests.lingtu_double import APP_ID, SECRET, WORDS, LingtuDouble, proof
from tests.lingtu_manual import ENDPOINTS, refusal
from tests.provider_double import Reply, picture

SAMPLES = sorted((Path(__file__).parent / "samples" / "lingtu").glob("*.request.json"))
PATHS = {
    "text2img_pro": "text2imgPro",
    "reimage_pro": "reimage/pro",
    "seamless_pro": "seamless/pro",
}


@pytest.fixture
async def lingtu() -> AsyncIterator[LingtuDouble]:
    async with LingtuDouble() as double:
        yield double


async def ask(lingtu, verb, body, *, salt="", ago=0, secret=SECRET):
    """The status and the text of what a client is answered."""
    salt, timestamp, path = salt or str(uuid4()), str(int(time.time()) - ago), f"/aigc/{verb}"
    sign = proof(APP_ID, path, salt, timestamp, secret)
    headers = {"appId": APP_ID, "timestamp": timestamp, "salt": salt, "sign": sign}
    async with (
        aiohttp.ClientSession() as session,
        session.post(lingtu.url + path, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def result(lingtu, external_id):
    return json.loads((await ask(lingtu, "job/result", {"jobId": external_id}))[1])


async def shown(lingtu, image):
    """An address at which this picture is served."""
    lingtu.drawings["text2img.png"] = image
    _, number = await ask(lingtu, "text2img", {"requestId": str(uuid4()), "prompt": "a heron"})
    return (await result(lingtu, number))["urls"][0]


def sample(path):
    """The endpoint and a request of the manual's, with addresses as short as it asks for."""
    verb = path.name.removesuffix(".request.json")
    text = re.sub(r"https://[^\"]+", "https://bot.example/m/a.png", path.read_text())
    return PATHS.get(verb, verb.replace("_", "-")), json.loads(text)


def test_it_signs_as_the_vendors_example():
    salt = "07c169ba-5845-45ac-a1a7-de4e046748be"

    assert proof("test", "/api/text2img", salt, "1569564388", "secret") == (
        "029e662588643f3c7c893a8828d01e4ba7645dc9f1041e731c76f7df221e27c1"
    )


def test_it_knows_all_twenty_endpoints():
    assert {sample(path)[0] for path in SAMPLES} == set(ENDPOINTS)
    assert len(ENDPOINTS) == 20


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_it_takes_what_the_manual_shows_and_nothing_more_or_less(path):
    verb, body = sample(path)
    required = ["requestId", *ENDPOINTS[verb].required]

    assert refusal(verb, body) is None
    assert refusal(verb, {**body, "callback": "https://bot.example/x"}) == (400, "callback")
    for name in required:
        assert refusal(verb, {**body, name: None})[1] == name
        assert refusal(verb, {k: v for k, v in body.items() if k != name})[1] == name


@pytest.mark.parametrize(
    ("verb", "values", "code"),
    [
        ("text2img", {"prompt": "x" * 1001}, 800001),
        ("art-word", {"prompt": "x" * 201}, 800001),
        ("lineart", {"image": "https://bot.example/" + "x" * 81}, 800002),
        ("text2img", {"prompt": "x", "style": "oil"}, 800003),
        ("seamless", {"prompt": "x", "ar": "16:9"}, 800004),
        ("text2img", {"prompt": "x", "num": 3}, 400),
        ("text2img", {"prompt": "x", "num": True}, 400),
        ("upscale", {"image": "https://bot.example/a.png", "type": 0}, 400),
        ("matting", {"image": "https://bot.example/a.png", "type": "0"}, 400),
        ("reimage/pro", {"image": "https://bot.example/a.png", "similarity": 1.5}, 400),
        ("seamless/pro", {"type": 0, "prompt": "x", "image": "https://bot.example/a"}, 800002),
        ("seamless/pro", {"type": 1, "prompt": "x", "image": "https://bot.example/a"}, 800001),
        ("expand", {"image": "https://bot.example/a.png", "type": 2, "scale": 1.2}, 800004),
    ],
)
def test_it_refuses_what_breaks_a_bound(verb, values, code):
    assert refusal(verb, {"requestId": "r", **values})[0] == code


async def test_whoever_signs_wrongly_late_or_with_a_used_salt_is_refused(lingtu):
    body, salt = {"requestId": "r", "prompt": "a heron"}, str(uuid4())
    answers = [
        await ask(lingtu, "text2img", body, secret="another"),
        await ask(lingtu, "text2img", body, ago=301),
        await ask(lingtu, "text2img", body, salt=salt),
        await ask(lingtu, "text2img", body, salt=salt),
    ]

    assert [status for status, _ in answers] == [401, 401, 200, 401]
    assert json.loads(answers[0][1]) == {"code": 401, "message": "签名校验失败"}
    assert len(lingtu.paid) == 1
    assert len(lingtu.violations) == 3


async def test_one_request_id_is_one_job_even_when_its_answer_was_lost(lingtu):
    body = {"requestId": "r", "prompt": "a heron"}
    lingtu.submits.append(Reply(deed="reset"))
    with pytest.raises(aiohttp.ClientError):
        await ask(lingtu, "text2img", body)
    again = await ask(lingtu, "text2img", body)
    foreign = await ask(lingtu, "text2img", {**body, "prompt": "a stork"})

    assert again == foreign == (200, lingtu.paid[0].id)
    assert len(lingtu.paid) == 1
    assert lingtu.violations == ["text2img: a requestId of another request"]


async def test_an_id_comes_in_every_shape_and_no_float_holds_it(lingtu):
    said = []
    for shape in ("number", "string", "jobId", "data"):
        lingtu.id_as = shape
        said.append((await ask(lingtu, "text2img", {"requestId": shape, "prompt": "a heron"}))[1])
    first, second, third, fourth = (paid.id for paid in lingtu.paid)

    assert said[0] == first
    assert [json.loads(text) for text in said[1:]] == [second, {"jobId": third}, {"data": fourth}]
    assert int(float(second)) != int(second)


async def test_results_are_listed_or_joined_and_their_files_are_true(lingtu):
    body = {"requestId": "r", "image": await shown(lingtu, picture()), "formats": ["psd", "png"]}
    _, number = await ask(lingtu, "matting", body)
    listed = await result(lingtu, number)
    lingtu.joined = True
    lingtu.finish(number)
    joined = await result(lingtu, number)
    async with aiohttp.ClientSession() as session:
        answers = [await session.get(url) for url in listed["urls"]]
        psd, png = [await answer.read() for answer in answers]
        sealed = await session.get(listed["urls"][0].partition("?")[0])

    assert listed["formats"] == ["psd", "png"]
    assert joined["format"] == "psd,png"
    assert len(joined["url"].split(",")) == 2
    assert (psd[:4], png[1:4], sealed.status) == (b"8BPS", b"PNG", 403)


async def test_pictures_are_fetched_and_measured(lingtu):
    address = await shown(lingtu, picture(size=(2049, 8)))
    line = {"requestId": "1", "image": address}
    _, number = await ask(lingtu, "img2text", line)
    told = await result(lingtu, number)
    large = await ask(lingtu, "upscale", {**line, "requestId": "2"})
    lost = await ask(lingtu, "lineart", {"requestId": "3", "image": lingtu.url + "/nothing"})

    assert told["text"] == WORDS
    assert (lingtu.paid[1].pictures[0].kind, lingtu.paid[1].pictures[0].size) == ("PNG", (2049, 8))
    assert json.loads(large[1])["code"] == json.loads(lost[1])["code"] == 800002
    assert len(lingtu.violations) == 2


@pytest.mark.parametrize(
    ("mask", "status"),
    [
        (picture("white", (16, 8)), 200),
        (picture("white", (8, 8)), 400),
        (picture("grey", (16, 8)), 400),
        (picture("black", (16, 8)), 400),
    ],
    ids=["right", "of another size", "grey", "black"],
)
async def test_a_mask_is_white_on_black_and_as_large_as_its_picture(lingtu, mask, status):
    image = await shown(lingtu, picture(size=(16, 8)))
    body = {"requestId": "r", "image": image, "mask": await shown(lingtu, mask)}

    assert (await ask(lingtu, "remove", body))[0] == status


async def test_only_what_waits_is_canceled(lingtu):
    lingtu.holding = True
    for name in ("1", "2"):
        await ask(lingtu, "text2img", {"requestId": name, "prompt": "a heron"})
    first, second = (paid.id for paid in lingtu.paid)
    lingtu.set(second, "executing")
    answers = [
        json.loads((await ask(lingtu, "job/cancel", {"jobId": number}))[1])["success"]
        for number in (first, second)
    ]
    lingtu.release()

    assert answers == [True, False]
    assert (await result(lingtu, first))["status"] == "canceled"
    assert (await result(lingtu, second))["status"] == "succeed"
    assert (lingtu.canceled(), lingtu.polled(second)) == ([first, second], 1)
    assert lingtu.violations == []
