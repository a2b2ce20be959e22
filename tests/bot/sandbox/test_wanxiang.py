"""Tongyi and Wanxiang emulated on real HTTP: what they ask of a request, and how jobs go."""

import io
import json

import pytest
from PIL import Image

from bot.errors import (
    AuthError,
    CreditError,
    MissingError,
    ModerationError,
    ProtocolError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.sandbox import wanxiang
from bot.wire import State
from tests.bot.sandbox.desk import ROOT, keep
from tests.bot.sandbox.model_desk import now, opened_model

SAMPLES = ROOT / "tests" / "samples" / "wanxiang"
CHAT, IMAGE, RESULTS = "/v1/tongyi", "/v1/wanxiang", "/v1/wanxiang-results"
TOKEN = {"Authorization": "Bearer sandbox"}


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    monkeypatch.setattr(wanxiang, "_SIZE", (64, 64))


@pytest.fixture
async def desk(tmp_path):
    async with opened_model(tmp_path / "sandbox", "wanxiang.image") as opened:
        yield opened


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def shape(value):
    """What stands in an answer, without the ids, the addresses and the counts."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value)


async def test_a_job_waits_then_draws_four_pictures(tmp_path):
    async with opened_model(tmp_path, "wanxiang.image", pace=0.6) as desk:
        updates = await desk.progress(await desk.submit(prompt="一只猫在海边"))
        files = await desk.files(updates[-1])

    states = [update.state for update in updates]
    shares = [update.progress for update in updates[:-1]]
    assert list(dict.fromkeys(states)) == [State.PENDING, State.RUNNING, State.SUCCEEDED]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(set(files)) == 4
    assert {Image.open(io.BytesIO(data)).size for data in files} == {(64, 64)}


async def test_its_answers_are_those_of_the_manual(tmp_path):
    async with opened_model(tmp_path, "wanxiang.image", pace=0.6) as desk:
        taken = await desk.asked(prompt="a cat")
        job_id = taken.json()["output"]["task_id"]
        pending = await desk.show(job_id)
        await desk.progress(job_id)
        done = await desk.show(job_id)

    told, known = shape(done.json()), shape(sample("succeeded"))
    assert shape(taken.json()) == shape(sample("accepted"))
    assert shape(pending.json()) == shape(sample("pending"))
    known["output"]["results"] *= 2
    assert told == known


@pytest.mark.parametrize(("method", "path"), [("POST", CHAT), ("POST", IMAGE), ("GET", RESULTS)])
async def test_a_wrong_token_is_refused_everywhere(desk, method, path):
    wrong = {"Authorization": "Bearer other"}

    answer = await desk.raw(method, path, headers=wrong, json={"prompt": "a cat"})

    told, known = answer.json(), sample("error_InvalidApiKey")
    assert (answer.status, told["code"], told["message"]) == (401, known["code"], known["message"])


async def test_only_results_need_a_token(desk):
    nobody = desk.like(secret="")

    job_id = await nobody.submit(prompt="a cat")

    assert (await nobody.show(job_id)).status == 401
    assert (await desk.progress(job_id))[-1].state is State.SUCCEEDED


async def test_our_check_of_an_account_finds_the_right_token_only(desk):
    stranger = desk.like(secret="another")

    for each in (desk, stranger):
        answer = await each.send(each.provider.check(each.account, now=now()))
        if each is desk:
            each.provider.checked(answer)
        else:
            with pytest.raises(AuthError):
                each.provider.checked(answer)


@pytest.mark.parametrize("path", [CHAT, IMAGE])
@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"{}", b'{"prompt": ""}', b'{"prompt": 5}', b'{"prompt": "a", "turns": []}'],
)
async def test_a_body_is_a_prompt_and_nothing_else(desk, path, body):
    answer = await desk.raw("POST", path, data=body, headers=TOKEN)

    assert (answer.status, answer.json()["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize("query", [{}, {"taskId": "1"}, {"task_id": "1", "more": "1"}])
async def test_results_take_a_task_id_and_nothing_else(desk, query):
    answer = await desk.raw("GET", RESULTS, params=query, headers=TOKEN)

    assert (answer.status, answer.json()["code"]) == (400, "InvalidParameter")


async def test_a_job_that_there_is_not_is_unknown(desk):
    foreign = await desk.like(operation="jumdata.draw").submit(text="a cat")

    for job_id in ("1", foreign):
        answer = await desk.show(job_id)
        assert answer.json()["output"] == {"task_id": job_id, "task_status": "UNKNOWN"}
        with pytest.raises(MissingError):
            desk.provider.update(answer)


async def test_a_job_is_forgotten_after_a_day(tmp_path):
    day, fields = 24 * 3600 * 1000, {"operation": "wanxiang.image", "body": {"prompt": "a cat"}}
    old = keep(tmp_path, **fields, created=now() - day - 1000)
    young = keep(tmp_path, **fields, created=now() - day + 600_000)

    async with opened_model(tmp_path, "wanxiang.image") as desk:
        told = [(await desk.show(each)).json()["output"]["task_status"] for each in (old, young)]

    assert told == ["UNKNOWN", "SUCCEEDED"]


async def test_a_job_that_was_not_done_is_done_after_a_restart(tmp_path):
    async with opened_model(tmp_path, "wanxiang.image", pace=600) as desk:
        job_id = await desk.submit(prompt="a cat")

    async with opened_model(tmp_path, "wanxiang.image") as desk:
        assert len(await desk.files((await desk.progress(job_id))[-1])) == 4


@pytest.mark.parametrize(
    ("word", "kind"), [("fail", UnavailableError), ("moderated", ModerationError)]
)
async def test_words_in_a_prompt_let_a_job_fail(desk, word, kind):
    job_id = await desk.submit(prompt=f"a cat sandbox:{word}")

    done = (await desk.progress(job_id))[-1]

    answer = await desk.show(job_id)
    assert (answer.status, answer.json()["output"]["task_metrics"]["FAILED"]) == (400, 4)
    assert done.state is State.FAILED
    assert isinstance(done.error, kind)


async def test_a_hole_keeps_its_place(desk):
    job_id = await desk.submit(prompt="a cat sandbox:hole")

    media = (await desk.progress(job_id))[-1].result.media

    sent = (await desk.show(job_id)).json()["output"]
    assert [bool(place.url) for place in media] == [True, False, True, True]
    assert sent["results"][1] == sample("succeeded_moderated")["output"]["results"][0]
    assert sent["task_metrics"] == {"TOTAL": 4, "SUCCEEDED": 3, "FAILED": 1}


async def test_a_suspended_job_goes_on(desk):
    job_id = await desk.submit(prompt="a cat sandbox:suspended")

    first = (await desk.show(job_id)).json()

    assert first["output"]["task_status"] == "SUSPENDED"
    assert (await desk.progress(job_id))[-1].state is State.SUCCEEDED


@pytest.mark.parametrize(("word", "kind"), [("unknown", MissingError), ("garbled", ProtocolError)])
async def test_an_answer_that_leads_nowhere_comes_once(desk, word, kind):
    job_id = await desk.submit(prompt=f"a cat sandbox:{word}")

    with pytest.raises(kind):
        desk.provider.update(await desk.show(job_id))

    assert (await desk.progress(job_id))[-1].state is State.SUCCEEDED


@pytest.mark.parametrize("operation", ["wanxiang.chat", "wanxiang.image"])
async def test_words_in_a_prompt_refuse_a_request(desk, operation):
    customer = desk.like(operation=operation)

    assert isinstance(await customer.refused(prompt="sandbox:credit"), CreditError)
    assert isinstance(await customer.refused(prompt="sandbox:busy"), RateLimitError)
    assert (await customer.accepted(prompt="sandbox:busy")).error is None
    assert isinstance(await customer.refused(prompt="sandbox:lost"), UncertainError)


@pytest.mark.parametrize(
    ("word", "kind"), [("fail", UncertainError), ("moderated", ModerationError)]
)
async def test_a_chat_fails_at_once(desk, word, kind):
    assert isinstance(
        await desk.like(operation="wanxiang.chat").refused(prompt=f"sandbox:{word}"), kind
    )


async def test_a_chat_answers_at_once_and_remembers(desk):
    chat = desk.like(operation="wanxiang.chat")
    first = await chat.accepted(prompt="My cat is called Mo. sandbox:moderates")

    turns = [{"said": "My cat is called Mo. sandbox:moderated", "answered": first.result.text}]
    second = await chat.accepted(prompt="What is she called?", turns=turns)

    assert (first.state, second.state) == (State.SUCCEEDED, State.SUCCEEDED)
    assert "My cat is called Mo" in first.result.text
    assert "Earlier you said: “My cat is called Mo. sandbox:moderated”" in second.result.text
    assert "“What is she called?”" in second.result.text


async def test_a_chat_answers_in_the_shape_of_dash_scope(desk):
    answer = await desk.like(operation="wanxiang.chat").asked(prompt="Who are you?")

    assert shape(answer.json()) == shape(sample("chat_output"))


async def test_a_chat_is_no_job_that_can_be_asked_for(desk, tmp_path):
    await desk.like(operation="wanxiang.chat").accepted(prompt="Who are you?")
    (kept,) = (tmp_path / "sandbox").glob("*.json")

    with pytest.raises(MissingError):
        desk.provider.update(await desk.show(kept.stem))
    assert isinstance(await desk.like(secret="no").refused(prompt="a"), (AuthError, RejectedError))
