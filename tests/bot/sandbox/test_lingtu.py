"""Lingtu emulated on real HTTP: what it asks of a request, and how its jobs go."""

import asyncio
import json

import aiohttp
import pytest
from PIL import Image

from bot.errors import (
    AuthError,
    CreditError,
    ModerationError,
    RateLimitError,
    RejectedError,
    UnavailableError,
)
from bot.sandbox import lingtu
from bot.wire import Request, State
from tests.bot.sandbox.desk import ROOT, Desk, encoded
from tests.bot.sandbox.lingtu_desk import LINGTU, LingtuDesk, now, opened_lingtu, refusal
from tests.bot.sandbox.pictures import goods

pytestmark = pytest.mark.usefixtures("small_results")

SAMPLES = ROOT / "tests" / "samples" / "lingtu"
RESULT = "/aigc/job/result"
TEAL = Image.new("RGB", (96, 64), "teal")
NOWHERE = "http://127.0.0.1:1/x.png"
UNREACHABLE = "图片不能为空或无法访问"


@pytest.fixture
async def desk(tmp_path):
    async with opened_lingtu(tmp_path / "sandbox") as opened:
        yield opened


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


async def test_a_wrong_secret_does_not_sign(desk):
    stranger = LingtuDesk(desk.session, desk.address, "another")

    answer = await stranger.asked("text2img", prompt="a cat")

    assert (answer.status, answer.json()) == (401, sample("error_401"))
    assert isinstance(refusal(answer), AuthError)


@pytest.mark.parametrize("name", ["appId", "timestamp", "salt", "sign"])
async def test_every_header_is_needed_and_signed(desk, name):
    request = LINGTU.poll("1", desk.account, now=now())

    for value in ("", f"{request.headers[name]}0"):
        headers = {**request.headers, name: value}
        answer = await desk.send(Request(path=RESULT, body=request.body, headers=headers))
        assert (answer.status, answer.json()["code"]) == (401, 401), value


async def test_a_signature_holds_for_its_path_only(desk):
    headers = LINGTU.poll("1", desk.account, now=now()).headers

    answer = await desk.send(Request(path="/aigc/job/cancel", body={"jobId": "1"}, headers=headers))

    assert answer.status == 401


async def test_a_salt_works_once(desk):
    request = LINGTU.poll("1", desk.account, now=now())

    first, again = [(await desk.send(request)).json() for _ in range(2)]

    assert (first["code"], again["code"]) == (400, 401)
    assert "salt" in again["message"]


async def test_salts_are_forgotten_when_their_requests_are_out_of_time(desk, monkeypatch):
    monkeypatch.setattr(lingtu, "_REMEMBERED", -1.0)
    request = LINGTU.poll("1", desk.account, now=now())

    assert [(await desk.send(request)).json()["code"] for _ in range(2)] == [400, 400]


@pytest.mark.parametrize(("seconds", "code"), [(-310, 401), (310, 401), (-280, 400), (280, 400)])
async def test_the_clocks_may_differ_by_five_minutes(desk, seconds, code):
    answer = await desk.post(RESULT, {"jobId": "1"}, at=now() + seconds * 1000)

    assert answer.json()["code"] == code


async def test_the_secret_is_whoever_starts_its_choice(tmp_path):
    async with opened_lingtu(tmp_path, secret="of my own") as desk:
        assert (await desk.result(await desk.submit())).state is State.SUCCEEDED


ASKED = {"requestId": "r", "prompt": "a cat"}
ON_PICTURE = {"requestId": "r", "image": "http://a.example/x.png"}
LONG = f"http://a.example/{'x' * 84}"
GOODS = {"url": LONG, "x": 0, "y": 0, "width": 9, "height": 9}


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("text2img", {"requestId": "r"}, 800001),
        ("text2img", {**ASKED, "prompt": ""}, 800001),
        ("text2img", {**ASKED, "prompt": 5}, 800001),
        ("text2img", {**ASKED, "prompt": "x" * 1001}, 800001),
        ("art-word", {**ASKED, "prompt": "x" * 201}, 800001),
        ("lineart", {"requestId": "r"}, 800002),
        ("lineart", {**ON_PICTURE, "image": LONG}, 800002),
        ("remove", {**ON_PICTURE, "mask": LONG}, 800002),
        ("img2img", {**ASKED, "crefImages": []}, 800002),
        ("img2img", {**ASKED, "crefImages": ["http://a.example/x.png"] * 5}, 800002),
        ("change-background", {"requestId": "r", "goods": GOODS, "background": {}}, 800002),
        ("text2img", {**ASKED, "style": "3d"}, 800003),
        ("style-transfer", {**ON_PICTURE, "type": 1}, 800003),
        ("text2img", {**ASKED, "ar": "5:4"}, 800004),
        ("seamless", {**ASKED, "ar": "16:9"}, 800004),
        ("expand", {**ON_PICTURE, "type": 2, "ar": "wide"}, 800004),
        ("text2img", {"prompt": "a cat"}, 400),
        ("text2img", {**ASKED, "requestId": ""}, 400),
        ("text2img", {**ASKED, "requestId": "x" * 101}, 400),
        ("text2img", {**ASKED, "request_id": "r"}, 400),
        ("text2img", {**ASKED, "num": 3}, 400),
        ("text2img", {**ASKED, "num": "1"}, 400),
        ("text2img", {**ASKED, "seed": 1}, 400),
        ("upscale", {**ON_PICTURE, "type": 0}, 400),
        ("matting", {**ON_PICTURE, "formats": ["svg"]}, 400),
        ("expand", {**ON_PICTURE, "type": 1, "scale": 1}, 400),
        ("seamless/pro", {**ASKED, "type": 1}, 400),
        ("text2img", [], 400),
    ],
)
async def test_what_the_manual_does_not_allow_is_refused_with_its_code(desk, path, body, code):
    answer = await desk.post(f"/aigc/{path}", body)

    known = SAMPLES / f"error_{code}.json"
    assert (answer.status, answer.json()["code"]) == (400, code)
    assert not known.exists() or answer.json() == json.loads(known.read_text())
    assert isinstance(refusal(answer), RejectedError)


@pytest.mark.parametrize("operation", LINGTU.operations, ids=lambda each: each.name)
async def test_the_request_of_the_manuals_sample_is_taken(desk, operation):
    body = sample(f"{operation.name.partition('.')[2]}.request")

    answer = await desk.post(operation.path, body)

    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.body.isdigit()
    assert len(answer.body) == 19
    assert LINGTU.accepted(operation, answer).external_id == answer.body.decode()


async def test_a_job_waits_then_is_executed_then_done(tmp_path):
    async with opened_lingtu(tmp_path, pace=0.6) as desk:
        job_id = await desk.submit()
        first = (await desk.show(job_id)).json()
        updates = await desk.progress(job_id)
        last = (await desk.show(job_id)).json()

    assert first == sample("waiting")
    assert [(update.state, update.progress) for update in updates] == [
        (State.PENDING, 0.0),
        (State.RUNNING, 0.5),
        (State.SUCCEEDED, None),
    ]
    assert (last["status"], last["formats"], last["text"]) == ("succeed", ["png"], None)


async def test_a_job_that_there_is_not_is_refused(desk):
    youchuan = Desk(desk.session, desk.address)
    foreign = await youchuan.submit(text="a cat --v 7")

    for job_id in ("1", foreign):
        answer = await desk.show(job_id)
        assert (answer.status, answer.json()["message"]) == (400, "任务不存在")
    assert (await youchuan.show(await desk.submit())).status == 404


async def test_our_check_of_an_account_finds_the_right_secret_only(desk):
    stranger = LingtuDesk(desk.session, desk.address, "another")

    LINGTU.checked(await desk.send(LINGTU.check(desk.account, now=now())))
    with pytest.raises(AuthError):
        LINGTU.checked(await desk.send(LINGTU.check(stranger.account, now=now())))


async def test_youchuans_account_does_not_pay_for_lingtu(desk):
    await desk.result(await desk.submit())

    costs = await Desk(desk.session, desk.address).get("costs?pageNo=1&pageSize=10")

    assert costs["total"] == 0


async def test_the_same_request_id_gives_the_same_job_also_after_a_restart(tmp_path):
    async with opened_lingtu(tmp_path) as desk:
        ids = await asyncio.gather(*(desk.submit(request_id="one") for _ in range(4)))
        done = await desk.result(ids[0])
        other = await desk.submit(request_id="two")
        await desk.result(other)

    async with opened_lingtu(tmp_path) as desk:
        again = await desk.submit(request_id="one")
        kept = await desk.result(again)

    assert {*ids, again} == {ids[0]}
    assert other != ids[0]
    assert [media.url.rpartition("/")[2] for media in kept.result.media] == [
        media.url.rpartition("/")[2] for media in done.result.media
    ]
    assert len(list(tmp_path.glob("*.json"))) == 2


async def test_a_waiting_job_can_be_canceled_for_good(tmp_path):
    async with opened_lingtu(tmp_path, pace=600) as desk:
        job_id = await desk.submit()
        canceled = [await desk.cancel(job_id) for _ in range(2)]

    async with opened_lingtu(tmp_path) as desk:
        answer = await desk.show(job_id)

    assert canceled == [True, False]
    assert answer.json()["status"] == "canceled"
    assert LINGTU.update(answer).state is State.CANCELED


async def test_a_job_that_is_executed_cannot_be_canceled(desk):
    job_id = await desk.submit()
    await desk.result(job_id)

    answer = await desk.send(LINGTU.cancel(job_id, desk.account, now=now()))

    assert answer.json() == sample("cancel_late")
    assert LINGTU.canceled(answer) is False
    assert LINGTU.update(await desk.show(job_id)).state is State.SUCCEEDED


async def test_a_job_that_was_not_done_is_done_after_a_restart(tmp_path):
    async with opened_lingtu(tmp_path, pace=600) as desk:
        job_id = await desk.submit(num=2)

    async with opened_lingtu(tmp_path) as desk:
        done = await desk.result(job_id)
        assert len(set(await desk.files(done))) == 2


async def test_words_in_a_prompt_refuse_a_request(desk):
    credit = await desk.asked("text2img", prompt="a cat sandbox:credit")
    busy, again = [
        await desk.asked("text2img", "once", prompt="a cat sandbox:busy") for _ in range(2)
    ]

    assert credit.json() == sample("error_800000")
    assert isinstance(refusal(credit), CreditError)
    assert isinstance(refusal(busy), RateLimitError)
    assert again.status == 200


@pytest.mark.parametrize(
    ("word", "kind"), [("fail", UnavailableError), ("moderated", ModerationError)]
)
async def test_words_in_a_prompt_let_a_job_fail(desk, word, kind):
    job_id = await desk.submit(prompt=f"a cat sandbox:{word}")

    done = await desk.result(job_id)

    assert (done.state, done.result) == (State.FAILED, None)
    assert isinstance(done.error, kind)
    assert (await desk.show(job_id)).json()["message"]


async def test_there_are_no_holes(desk):
    done = await desk.result(await desk.submit(prompt="a cat sandbox:hole", num=2))

    assert [bool(media.url) for media in done.result.media] == [True, True]


async def test_a_lost_answer_is_had_by_asking_with_the_same_id(desk):
    with pytest.raises(aiohttp.ClientError):
        await desk.submit(request_id="lost", prompt="a cat sandbox:lost")

    job_id = await desk.submit(request_id="lost", prompt="a cat sandbox:lost")

    assert (await desk.result(job_id)).state is State.SUCCEEDED


async def said(desk, verb, **values):
    """Why a job fails, in the provider's words."""
    job_id = await desk.submit(verb, **values)
    assert (await desk.result(job_id)).state is State.FAILED
    return (await desk.show(job_id)).json()["message"]


@pytest.mark.parametrize(
    ("verb", "content"),
    [
        ("lineart", b"<html>"),
        ("lineart", encoded(TEAL, "GIF")),
        ("lineart", encoded(TEAL) + bytes(10_000_000)),
        ("lineart", encoded(Image.new("L", (4097, 2)))),
        ("upscale", encoded(Image.new("L", (2, 2049)))),
    ],
    ids=["no picture", "a gif", "10 MB", "4097 pixels", "2049 pixels to enlarge"],
)
async def test_a_picture_that_is_not_taken_ends_the_job(desk, home, verb, content):
    assert await said(desk, verb, image=home.show("x", content)) == UNREACHABLE


async def test_a_picture_that_is_not_there_ends_the_job(desk, home):
    good = home.show("good.png", TEAL)

    assert await said(desk, "lineart", image=NOWHERE) == UNREACHABLE
    assert await said(desk, "remove", image=good, mask=NOWHERE) == UNREACHABLE
    references = {"cref_images": [good, NOWHERE], "prompt": "a cat"}
    assert await said(desk, "img2img", **references) == UNREACHABLE


async def test_the_largest_picture_is_taken(desk, home):
    webp = home.show("x.webp", encoded(Image.new("RGB", (4096, 8), "teal"), "WEBP"))
    square = home.show("y.jpg", encoded(Image.new("RGB", (2048, 8), "teal"), "JPEG"))

    for verb, image in (("seamless_pro", webp), ("upscale", square)):
        values = {"type": 2} if verb == "seamless_pro" else {"multiple": 4}
        done = await desk.result(await desk.submit(verb, image=image, **values))
        assert done.state is State.SUCCEEDED, verb


async def test_a_mask_is_as_large_as_its_picture(desk, home):
    image, mask = home.show("x.png", TEAL), home.show("m.png", Image.new("L", (64, 96)))

    assert "蒙层" in await said(desk, "remove", image=image, mask=mask)


@pytest.mark.parametrize(
    ("cut", "ground", "mask", "word"),
    [
        (TEAL, (400, 400), None, "透明"),
        (goods(), (400, 401), None, "背景"),
        (goods(), (400, 400), (400, 401), "蒙层"),
    ],
    ids=["opaque goods", "another background", "another mask"],
)
async def test_what_does_not_fit_a_canvas_ends_the_job(desk, home, cut, ground, mask, word):
    background = {"url": home.show("b.png", Image.new("RGB", ground))}
    if mask:
        background["mask"] = home.show("m.png", Image.new("L", mask))
    place = {"url": home.show("g.png", cut), "x": 9, "y": 9, "width": 90, "height": 90}

    why = await said(
        desk, "change_background", width=400, height=400, goods=place, background=background
    )

    assert word in why
