"""The wrapper's double keeps to the manual: what it takes, what it refuses, what it answers."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.provider_double import Reply
from tests.scripted_double import COLOURS
from tests.wanxiang_double import (
    MODERATED,
    PLAIN,
    SHAPES,
    TIMEOUT,
    TOKEN,
    WanxiangDouble,
    denial,
)

SAMPLES = Path(__file__).parent / "samples" / "wanxiang"
HERON = {"prompt": "a heron"}


@pytest.fixture
async def wanxiang() -> AsyncIterator[WanxiangDouble]:
    async with WanxiangDouble() as double:
        yield double


async def ask(wanxiang, verb, body=None, *, token=TOKEN, **query):
    """The status and the text of what a client is answered."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None else "POST"
    address = f"{wanxiang.url}/v1/{verb}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, address, json=body, params=query, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def drawn(wanxiang, prompt="a heron"):
    """The number of a job, and what a poll says of it."""
    _, text = await ask(wanxiang, "wanxiang", {"prompt": prompt})
    number = json.loads(text)["output"]["task_id"]
    return number, await told(wanxiang, number)


async def told(wanxiang, number):
    status, text = await ask(wanxiang, "wanxiang-results", task_id=number)
    return status, json.loads(text)["output"]


@pytest.mark.parametrize(("verb", "sample"), [("tongyi", "chat"), ("wanxiang", "image")])
async def test_it_takes_what_the_manual_shows_and_nothing_more_or_less(wanxiang, verb, sample):
    body = json.loads((SAMPLES / f"{sample}.request.json").read_text())
    statuses = [
        (await ask(wanxiang, verb, each, **query))[0]
        for each, query in [
            (body, {}),
            ({**body, "n": 1}, {}),
            ({}, {}),
            ({"prompt": ""}, {}),
            ({"prompt": 3}, {}),
            (body, {"callback": "x"}),
        ]
    ]

    assert statuses == [200, 400, 400, 400, 400, 400]
    assert [paid.body for paid in wanxiang.paid] == [body]
    assert len(wanxiang.violations) == 5


async def test_whoever_comes_without_the_token_is_refused(wanxiang):
    answers = [
        await ask(wanxiang, "tongyi", HERON, token=""),
        await ask(wanxiang, "wanxiang", HERON, token="another"),
        await ask(wanxiang, "wanxiang-results", token="another", task_id="1"),
    ]

    assert [status for status, _ in answers] == [401, 401, 401]
    assert json.loads(answers[0][1])["code"] == "InvalidApiKey"
    assert (wanxiang.paid, len(wanxiang.violations)) == ([], 3)


async def test_a_chat_is_answered_in_every_shape(wanxiang):
    wanxiang.says = "第一\n\nsecond"
    said = {}
    for shape in (*SHAPES, PLAIN):
        wanxiang.shape = shape
        said[shape] = (await ask(wanxiang, "tongyi", HERON))[1]

    assert said.pop(PLAIN) == wanxiang.says
    assert json.loads(said["string"]) == wanxiang.says
    assert all(json.dumps(wanxiang.says)[1:-1] in text for text in said.values())
    assert len(set(said.values())) == len(SHAPES)
    assert len(wanxiang.chats_paid) == len(SHAPES) + 1


async def test_a_job_has_its_pictures_and_keeps_the_place_of_a_failed_one(wanxiang):
    _, (status, job) = await drawn(wanxiang, "a heron with a hole")
    urls = [place.get("url") for place in job["results"]]
    async with aiohttp.ClientSession() as session:
        picture, sealed = await session.get(urls[0]), await session.get(urls[0].partition("?")[0])
        data = await picture.read()

    assert (status, job["task_status"]) == (200, "SUCCEEDED")
    assert job["results"][1] == TIMEOUT
    assert [bool(url) for url in urls] == [True, False, True, True]
    assert job["task_metrics"] == {"TOTAL": 4, "SUCCEEDED": 3, "FAILED": 1}
    assert (data[1:4], sealed.status) == (b"PNG", 403)
    assert len({*COLOURS}) == len(COLOURS)


@pytest.mark.parametrize("status", [200, 400])
async def test_a_failure_comes_with_either_status(wanxiang, status):
    wanxiang.failed_as = status
    _, (answered, job) = await drawn(wanxiang, "a moderated heron")

    assert (answered, job["task_status"], job["code"]) == (status, "FAILED", MODERATED["code"])


async def test_it_moves_through_its_states_and_does_not_know_what_it_did_not_take(wanxiang):
    wanxiang.holding = True
    number, (_, waiting) = await drawn(wanxiang)
    wanxiang.run(number, succeeded=1)
    _, running = await told(wanxiang, number)
    wanxiang.set(number, "SUSPENDED")
    _, suspended = await told(wanxiang, number)
    wanxiang.release()
    _, done = await told(wanxiang, number)

    assert waiting == {"task_id": number, "task_status": "PENDING"}
    assert running["task_metrics"] == {"TOTAL": 4, "SUCCEEDED": 1, "FAILED": 0}
    assert (suspended["task_status"], done["task_status"]) == ("SUSPENDED", "SUCCEEDED")
    assert (await told(wanxiang, "13b1848b"))[1]["task_status"] == "UNKNOWN"
    assert wanxiang.polled(number) == 4


async def test_the_script_refuses_unpaid_and_loses_paid(wanxiang):
    wanxiang.submits += [denial("Arrearage"), Reply(deed="reset")]
    wanxiang.chats.append(Reply(deed="html"))
    refused = await ask(wanxiang, "wanxiang", HERON)
    unpaid = list(wanxiang.paid)
    with pytest.raises(aiohttp.ClientError):
        await ask(wanxiang, "wanxiang", HERON)
    page = await ask(wanxiang, "tongyi", HERON)

    assert (refused[0], json.loads(refused[1])["code"]) == (400, "Arrearage")
    assert unpaid == []
    assert [paid.verb for paid in wanxiang.paid] == ["wanxiang", "tongyi"]
    assert page[1].startswith("<html>")
    assert wanxiang.violations == []
