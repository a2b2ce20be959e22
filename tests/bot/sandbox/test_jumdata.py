"""Jumdata emulated on real HTTP: what it asks of a form, and how its jobs go."""

import io
import json

import aiohttp
import pytest
from PIL import Image

from bot.errors import AuthError, MissingError, ModerationError, RateLimitError, UncertainError
from bot.providers.jumdata import signature
from bot.sandbox import jumdata
from bot.wire import Request, State
from tests.bot.sandbox.desk import ROOT, keep
from tests.bot.sandbox.model_desk import now, opened_model

SAMPLES = ROOT / "tests" / "samples" / "jumdata"
SUBMIT, QUERY = "/ai/draw/submit", "/ai/draw/query"
ASKED = {"text": "a cat", "resolution": "1024*1024", "style": "油画"}
DRAW = "jumdata.draw"
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def small_pictures(monkeypatch):
    monkeypatch.setattr(jumdata, "_SIZES", dict.fromkeys(jumdata._SIZES, (64, 64)))


@pytest.fixture
async def desk(tmp_path):
    async with opened_model(tmp_path / "sandbox", DRAW) as opened:
        yield opened


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


async def posted(desk, path, fields, *, at=None):
    """The answer to any fields, signed at an instant."""
    request = desk.provider.sign(Request(path=path, body=fields), desk.account, now=at or now())
    return (await desk.send(request)).json()


@pytest.mark.parametrize(("form", "wide"), [("multipart", 1024), ("urlencoded", 1536)])
async def test_a_form_of_either_kind_brings_a_picture_of_the_size_asked_for(desk, form, wide):
    customer, high = desk.like(form=form), 2560 - wide
    values = {"text": "一只猫 by the sea & <more>", "resolution": f"{wide}*{high}"}

    taken = await customer.accepted(**values, style="low poly")
    updates = await customer.progress(taken.external_id)

    (file,) = await customer.files(updates[-1])
    assert (taken.charged, len(taken.receipt)) == (True, 24)
    assert [update.state for update in updates] == [State.RUNNING, State.SUCCEEDED]
    assert Image.open(io.BytesIO(file)).size == (wide, high)


@pytest.mark.usefixtures("small_pictures")
async def test_six_pictures_can_be_asked_for(desk):
    done = await desk.result(text="a cat", num=6)

    assert len(set(await desk.files(done))) == 6


@pytest.mark.usefixtures("small_pictures")
async def test_its_answers_are_those_of_the_manual(tmp_path):
    async with opened_model(tmp_path, DRAW, pace=0.6) as desk:
        taken = (await desk.asked(text="a cat")).json()
        job_id = str(taken["data"]["taskId"])
        waiting = (await desk.show(job_id)).json()
        await desk.progress(job_id)
        done = (await desk.show(job_id)).json()

    assert (len(job_id), type(taken["data"]["taskId"])) == (19, int)
    assert taken.keys() == {*sample("waiting")}
    for told, name in ((waiting, "waiting"), (done, "done")):
        known = sample(name)
        assert {**told, "taskNo": 0, "data": 0} == {**known, "taskNo": 0, "data": 0}
        assert told["data"].keys() == known["data"].keys()
        assert told["data"]["status"] == known["data"]["status"]
    assert done["data"]["imgUrls"] == [{"image": done["data"]["img"]}]


@pytest.mark.parametrize("path", [SUBMIT, QUERY])
@pytest.mark.parametrize("name", ["appId", "timestamp", "sign"])
async def test_every_proof_is_needed_and_signed(desk, path, name):
    fields = {**ASKED, "taskId": "1", "appId": "any", "timestamp": str(now())}
    fields["sign"] = signature("any", "sandbox", fields["timestamp"])

    for value in ("", f"{fields[name]}0"):
        form = aiohttp.FormData({**fields, name: value})
        told = (await desk.raw("POST", path, data=form)).json()
        assert (told["code"], told["charge"]) == (400, False), value
        assert name in told["msg"] or "sign" in told["msg"]


async def test_a_wrong_secret_does_not_sign(desk):
    stranger = desk.like(secret="another")

    told = (await stranger.asked(text="a cat")).json()

    assert {**told, "taskNo": 0} == {**sample("error_signature"), "taskNo": 0}
    assert isinstance(await stranger.refused(text="a cat"), AuthError)


@pytest.mark.parametrize(("seconds", "code"), [(-310, 400), (310, 400), (-280, 201), (280, 201)])
async def test_the_clocks_may_differ_by_five_minutes(desk, seconds, code):
    told = await posted(desk, QUERY, {"taskId": "1"}, at=now() + seconds * 1000)

    assert told["code"] == code


async def test_a_time_in_seconds_is_none(desk):
    told = await posted(desk, QUERY, {"taskId": "1"}, at=now() // 1000)

    assert (told["code"], "timestamp" in told["msg"]) == (400, True)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"text": None}, "text"),
        ({"text": ""}, "text"),
        ({"text": "猫" * 101}, "text"),
        ({"resolution": None}, "分辨率"),
        ({"resolution": "1:1"}, "分辨率"),
        ({"resolution": "512*512"}, "分辨率"),
        ({"style": None}, "风格"),
        ({"style": "oil"}, "风格"),
        ({"num": "0"}, "num"),
        ({"num": "7"}, "num"),
        ({"num": "two"}, "num"),
        ({"size": "1"}, "参数"),
    ],
)
async def test_a_form_that_is_not_as_the_manual_says_is_refused(desk, changes, word):
    fields = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}

    told = await posted(desk, SUBMIT, fields)

    assert (told["code"], told["charge"]) == (400, False)
    assert word in told["msg"]


@pytest.mark.usefixtures("small_pictures")
async def test_a_text_has_a_hundred_characters_at_most(desk):
    assert (await posted(desk, SUBMIT, {**ASKED, "text": "猫" * 100}))["code"] == 200


@pytest.mark.parametrize(
    "how",
    [
        {"json": {**ASKED, "appId": "any"}},
        {"data": b"text=a", "headers": {"Content-Type": "multipart/form-data"}},
        {"data": b"--x\r\nfoo", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": b"text=\xff", "headers": {"Content-Type": f"{URLENCODED}; charset=none"}},
        {
            "data": b"text=a&text=b",
            "headers": {"Content-Type": URLENCODED},
        },
        {"data": {"text": io.BytesIO(b"a cat")}},
    ],
    ids=["json", "no boundary", "no headers", "no encoding", "twice", "a file"],
)
async def test_what_is_no_form_of_words_is_refused(desk, how):
    answer = await desk.raw("POST", SUBMIT, **how)

    assert (answer.status, answer.json()["code"]) == (200, 400)


@pytest.mark.usefixtures("small_pictures")
async def test_a_job_that_there_is_not_is_told_by_a_code(desk):
    foreign = await desk.like(operation="wanxiang.image").submit(prompt="a cat")

    for job_id in ("1", foreign):
        told = (await desk.show(job_id)).json()
        assert {**told, "taskNo": 0} == {**sample("error_201"), "taskNo": 0}
    assert (await posted(desk, QUERY, {}))["msg"] == "taskId不能为空"


async def test_a_job_is_forgotten_after_a_month(tmp_path):
    month, fields = 30 * 24 * 3600 * 1000, {"operation": DRAW, "body": ASKED}
    old = keep(tmp_path, **fields, created=now() - month - 1000)
    young = keep(tmp_path, **fields, created=now() - month + 600_000)

    async with opened_model(tmp_path, DRAW) as desk:
        with pytest.raises(MissingError):
            desk.provider.update(await desk.show(old))
        assert desk.provider.update(await desk.show(young)).state is State.SUCCEEDED


@pytest.mark.usefixtures("small_pictures")
async def test_a_job_that_was_not_done_is_done_after_a_restart(tmp_path):
    async with opened_model(tmp_path, DRAW, pace=600) as desk:
        job_id = await desk.submit(text="a cat")

    async with opened_model(tmp_path, DRAW) as desk:
        assert len(await desk.files((await desk.progress(job_id))[-1])) == 1


async def test_our_check_of_an_account_finds_the_right_secret_only(desk):
    stranger = desk.like(secret="another")

    desk.provider.checked(await desk.send(desk.provider.check(desk.account, now=now())))
    answer = await stranger.send(stranger.provider.check(stranger.account, now=now()))
    with pytest.raises(AuthError):
        stranger.provider.checked(answer)


@pytest.mark.usefixtures("small_pictures")
@pytest.mark.parametrize(
    ("word", "code", "kind"),
    [
        ("moderated", 202, ModerationError),
        ("timeout", 610, UncertainError),
        ("busy", 606, RateLimitError),
    ],
)
async def test_words_in_a_text_refuse_a_request(desk, word, code, kind):
    known = sample(f"error_{code}")

    error = await desk.refused(text=f"a cat sandbox:{word}")
    again = (await desk.asked(text=f"a cat sandbox:{word}")).json()

    assert isinstance(error, kind)
    if word == "busy":
        assert again["code"] == 200
    else:
        if word == "timeout":  # it cannot tell what became of it
            del known["charge"]
        assert {**again, "taskNo": 0, "msg": 0} == {**known, "taskNo": 0, "msg": 0}


async def test_no_credit_is_a_case_of_its_own(desk):
    told = (await desk.asked(text="a cat sandbox:credit")).json()

    assert (told["code"], told["charge"], "余额" in told["msg"]) == (999, False, True)


@pytest.mark.usefixtures("small_pictures")
async def test_there_may_be_fewer_pictures_than_asked_for(desk):
    done = await desk.result(text="a cat sandbox:fewer", num=2)

    assert len(await desk.files(done)) == 1


@pytest.mark.usefixtures("small_pictures")
async def test_a_job_that_fails_is_never_done(desk):
    job_id = await desk.submit(text="a cat sandbox:fail")
    await desk.result(text="a cat")

    update = desk.provider.update(await desk.show(job_id))

    assert (update.state, update.result) == (State.RUNNING, None)


async def test_the_answer_to_a_submit_can_be_lost(desk):
    assert isinstance(await desk.refused(text="a cat sandbox:lost"), UncertainError)
