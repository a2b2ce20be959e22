"""Callbacks as a provider, a stranger and an attacker send them, on rows that are really kept."""

import asyncio
import io
import logging
import sqlite3

import aiohttp
import pytest
from ulid import ULID

from bot.tokens import Signer
from storage.models import Status
from tests.bot.web.conftest import opened_server
from tests.conftest import SIGNER

NOT_A_JOB = str(ULID())


@pytest.fixture
async def running(workshop):
    job = await workshop.press()
    await workshop.turn("submit")
    return await workshop.now(job)


def path_of(job):
    return f"/callbacks/youchuan/{SIGNER.callback_token('youchuan', job.id)}"


def _wrong_tag(job):
    path = path_of(job)
    return path[:-10] + ("A" if path[-10] != "A" else "B") + path[-9:]


def _another_jobs_tag(job):
    return f"/callbacks/youchuan/{job.id}{SIGNER.callback_token('youchuan', NOT_A_JOB)[-22:]}"


FORGERIES = {
    "wrong tag": _wrong_tag,
    "another job's tag": _another_jobs_tag,
    "signed for another provider": lambda job: (
        f"/callbacks/youchuan/{SIGNER.callback_token('lingtu', job.id)}"
    ),
    "sent as another provider": lambda job: path_of(job).replace("youchuan", "lingtu"),
    "signed by a stranger": lambda job: (
        f"/callbacks/youchuan/{Signer(('other',)).callback_token('youchuan', job.id)}"
    ),
    "truncated": lambda job: path_of(job)[:-1],
    "no tag": lambda job: f"/callbacks/youchuan/{job.id}",
    "longer": lambda job: path_of(job) + "A",
    "lower case": lambda job: path_of(job).lower(),
    "not ASCII": lambda job: path_of(job)[:-9] + "%E5%9B%BE",
    "not UTF-8": lambda job: path_of(job)[:-6] + "%FF%FE",
    "half a surrogate": lambda job: path_of(job)[:-9] + "%ED%A0%80",
    "NUL": lambda job: path_of(job)[:-3] + "%00",
    "a job that never was": lambda _job: (
        f"/callbacks/youchuan/{SIGNER.callback_token('youchuan', NOT_A_JOB)}"
    ),
}
USELESS = {
    "empty": b"",
    "not JSON": b"<html>",
    "half of it": b'{"id": "0000',
    "null": b"null",
    "a list": b"[]",
    "a number": b"7",
    "a string": b'"done"',
    "an empty object": b"{}",
    "no UTF-8": b'{"id": "\xff\xfe"}',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 40_000,
    "a huge number": b'{"id": "x", "status": 1e999}',
    "wrong types": b'{"id": {"id": []}, "status": [2], "urls": 5, "audits": {"a": 1}}',
    "many digits": b'{"id": ' + b"9" * 5000 + b', "status": 2}',
}


async def test_a_callback_brings_the_result(workshop, server, running):
    body = workshop.provider.finish(running.external_id)

    answer = await server.ask("POST", path_of(running), json=body)

    job = await workshop.now(running)
    assert answer.status == 200
    assert job.status is Status.SUCCEEDED
    assert job.result["media"][0]["url"] == body["urls"][0]


async def test_the_same_callback_twice_is_welcome_and_changes_nothing(workshop, server, running):
    body = workshop.provider.finish(running.external_id)
    await server.ask("POST", path_of(running), json=body)
    before = await workshop.now(running)

    again = await server.ask("POST", path_of(running), json=body)

    assert again.status == 200
    assert await workshop.now(running) == before


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_every_forgery_gets_the_same_answer_and_changes_nothing(
    workshop, server, running, forge, caplog
):
    body = workshop.provider.finish(running.external_id)
    plain = await server.ask("POST", _wrong_tag(running), json=body)
    with caplog.at_level(logging.DEBUG):
        answer = await server.ask("POST", forge(running), json=body)

    assert answer.status == 404
    assert answer.shown == plain.shown
    assert answer.body == b""
    assert await workshop.now(running) == running
    assert forge(running).rpartition("/")[2] not in caplog.text


@pytest.mark.parametrize("body", USELESS.values(), ids=USELESS)
async def test_a_useless_body_is_taken_but_changes_no_result(workshop, server, running, body):
    answer = await server.ask("POST", path_of(running), data=body)

    job = await workshop.now(running)
    assert answer.status == 200
    assert (job.status, job.external_id, job.result, job.failure) == (
        Status.RUNNING,
        running.external_id,
        None,
        None,
    )


async def test_after_a_useless_body_the_provider_itself_is_asked(workshop, server, running):
    workshop.provider.finish(running.external_id)

    await server.ask("POST", path_of(running), data=b"<html>")
    await workshop.turn("watch")

    assert workshop.provider.polled(running.external_id) == 1
    assert (await workshop.now(running)).status is Status.SUCCEEDED


async def test_another_jobs_news_is_not_taken_for_this_one(workshop, server, running):
    other = await workshop.press()
    await workshop.turn("submit")
    other = await workshop.now(other)
    body = workshop.provider.finish(other.external_id)

    answer = await server.ask("POST", path_of(running), json=body)

    assert answer.status == 200
    assert (await workshop.now(running)).status is Status.RUNNING
    assert (await workshop.now(other)).status is Status.RUNNING


async def _oversized(chunks=160):
    for _ in range(chunks):
        yield b" " * 65536


@pytest.mark.parametrize("length", ["declared", "chunked"])
async def test_ten_megabytes_are_refused(workshop, server, running, length):
    data = io.BytesIO(b" " * 160 * 65536) if length == "declared" else _oversized()

    try:
        answer = await server.ask("POST", path_of(running), data=data)
        status = answer.status
    except aiohttp.ClientConnectionError:  # the server may close while we still send
        status = 413

    assert status == 413
    assert await workshop.now(running) == running


async def test_a_slow_sender_is_let_go(workshop, running):
    head = f"POST {path_of(running)} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + '{"id'
    async with opened_server(workshop, read_seconds=0.2) as server, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head.encode())
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()

    assert line.startswith(b"HTTP/1.1 408 ")
    assert await workshop.now(running) == running


async def test_a_strangers_body_is_not_waited_for(workshop, running):
    head = f"POST {_wrong_tag(running)} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    async with opened_server(workshop, read_seconds=60) as server, asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head.encode())
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()

    assert line.startswith(b"HTTP/1.1 404 ")


async def test_while_the_database_is_away_the_provider_is_told_to_come_again(
    workshop, server, running, database_file
):
    body = workshop.provider.finish(running.external_id)
    holder = sqlite3.connect(database_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    away = await server.ask("POST", path_of(running), json=body)
    holder.rollback()
    holder.close()

    again = await server.ask("POST", path_of(running), json=body)

    assert (away.status, again.status) == (503, 200)
    assert int(away.headers["Retry-After"]) > 0
    assert (await workshop.now(running)).status is Status.SUCCEEDED


async def test_only_post_is_a_callback(server, running):
    answer = await server.ask("GET", path_of(running))

    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"
