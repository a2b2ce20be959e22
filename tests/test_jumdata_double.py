"""The Jumdata double keeps to the manual: what it takes, what it refuses, what it answers."""

import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.jumdata_double import APP_ID, SECRET, STYLES, JumdataDouble, denial, misfit, proof

HERON = {"text": "一只苍鹭", "resolution": "1024*1024", "style": "探索无限"}


@pytest.fixture
async def jumdata() -> AsyncIterator[JumdataDouble]:
    async with JumdataDouble() as double:
        yield double


async def ask(jumdata, verb, form, *, ago=0, secret=SECRET, kind=""):
    """What a client is answered: the text."""
    timestamp = str(time.time_ns() // 1_000_000 - ago)
    sign = proof(APP_ID, secret, timestamp)
    fields = {**form, "appId": APP_ID, "timestamp": timestamp, "sign": sign}
    multipart = (kind or jumdata.form) == "multipart"
    data = aiohttp.FormData(fields, default_to_multipart=multipart)
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{jumdata.url}/ai/draw/{verb}", data=data) as answer,
    ):
        assert answer.status == 200
        return await answer.text()


async def code(jumdata, verb, form, **how):
    return json.loads(await ask(jumdata, verb, form, **how))["code"]


def test_it_signs_as_the_vendors_example():
    assert proof("xyzxy2121zxyz", "efcefcef1121cefcefc1212121", "1555378976238") == (
        "6ddcdc405743c576cb6d34b17b47ed56e2b9b6670fae1fe85ed01244fd31558b"
    )


def test_it_knows_the_seventeen_styles():
    assert len(STYLES) == 17


@pytest.mark.parametrize(
    ("form", "fits"),
    [
        (HERON, True),
        ({**HERON, "num": "6", "text": "鹭" * 100}, True),
        ({**HERON, "text": "鹭" * 101}, False),
        ({**HERON, "text": ""}, False),
        ({**HERON, "num": "7"}, False),
        ({**HERON, "num": "0"}, False),
        ({**HERON, "style": "水彩"}, False),
        ({**HERON, "resolution": "1:1"}, False),
        ({**HERON, "requestId": "1"}, False),
        ({"text": "x", "style": "古风"}, False),
        ({"text": "x", "resolution": "1024*1024"}, False),
    ],
)
def test_a_form_has_the_manuals_fields_and_values(form, fits):
    assert (misfit("submit", form) == "") is fits


async def test_whoever_signs_wrongly_or_late_or_sends_another_form_is_refused(jumdata):
    codes = [
        await code(jumdata, "submit", HERON, secret="another"),
        await code(jumdata, "submit", HERON, ago=301_000),
        await code(jumdata, "submit", HERON, kind="urlencoded"),
        await code(jumdata, "submit", HERON),
    ]
    jumdata.form = "urlencoded"
    codes.append(await code(jumdata, "submit", HERON))

    assert codes == [400, 400, 400, 200, 200]
    assert [paid.body for paid in jumdata.paid] == [HERON, HERON]
    assert len(jumdata.violations) == 3


async def test_codes_and_ids_come_as_numbers_and_as_words(jumdata):
    said = {}
    for jumdata.code_as, jumdata.id_as in (("number", "string"), ("string", "number")):
        said[jumdata.id_as] = await ask(jumdata, "submit", HERON)
    first, second = (paid.id for paid in jumdata.paid)

    assert '"code": 200' in said["string"]
    assert '"code": "200"' in said["number"]
    assert f'"taskId": "{first}"' in said["string"]
    assert f'"taskId": {second}' in said["number"]
    assert int(float(second)) != int(second)
    assert [json.loads(text)["taskNo"] for text in said.values()] == jumdata.receipts


async def test_a_job_waits_and_has_its_pictures_or_fewer(jumdata):
    jumdata.holding, jumdata.missing = True, 1
    await ask(jumdata, "submit", {**HERON, "num": "3"})
    (paid,) = jumdata.paid
    waiting = json.loads(await ask(jumdata, "query", {"taskId": paid.id}))
    jumdata.release()
    done = json.loads(await ask(jumdata, "query", {"taskId": paid.id}))["data"]
    async with aiohttp.ClientSession() as session:
        picture = await session.get(done["imgUrls"][1]["image"])
        sealed = await session.get(done["img"].partition("?")[0])
        data = await picture.read()

    assert (waiting["charge"], waiting["data"]["status"], done["status"]) == (False, 0, 1)
    assert done["img"] == done["imgUrls"][0]["image"]
    assert len(done["imgUrls"]) == 2
    assert (data[1:4], sealed.status) == (b"PNG", 403)
    assert jumdata.polled(paid.id) == 2
    assert await code(jumdata, "query", {"taskId": "1"}) == 201


async def test_the_script_refuses_unpaid_and_loses_paid(jumdata):
    jumdata.submits += [denial(606), denial(610, charge=None, deed="error")]
    refused = json.loads(await ask(jumdata, "submit", HERON))
    unpaid = list(jumdata.paid)
    lost = json.loads(await ask(jumdata, "submit", HERON))

    assert (refused["code"], refused["charge"], unpaid) == (606, False, [])
    assert (lost["code"], "charge" in lost, len(jumdata.paid)) == (610, False, 1)
    assert jumdata.violations == []
