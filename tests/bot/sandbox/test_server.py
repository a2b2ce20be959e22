"""The emulator on real HTTP: what a bot that is staged on it may rely on."""

import asyncio
import hashlib
import json
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import yarl
from aiohttp import web

from bot.errors import (
    AuthError,
    CreditError,
    MissingError,
    ModerationError,
    UnavailableError,
)
from bot.providers import catalog
from bot.providers.youchuan import Youchuan
from bot.sandbox import art, studio
from bot.sandbox.server import emulating
from bot.wire import Response, State

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "samples" / "youchuan"
HEADERS = {"x-youchuan-app": "any", "x-youchuan-secret": "any"}
SECONDS = 30
PROMPT = "a cat by the sea --v 7 --draft"
YOUCHUAN = Youchuan()
ONE_PICTURE = {"upscale", "enhance"}
SAMPLE_VERBS = sorted(path.name.split(".")[0] for path in SAMPLES.glob("*.request.json"))


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    monkeypatch.setattr(art, "AREA", 20_000)


class Back:
    """The address where callbacks arrive."""

    def __init__(self):
        self.url, self.bodies = "", asyncio.Queue()

    async def receive(self, request):
        self.bodies.put_nowait(await request.read())
        return web.Response()

    async def update(self):
        """What the next callback says."""
        async with asyncio.timeout(SECONDS):
            return YOUCHUAN.callback(await self.bodies.get())


@pytest.fixture
async def back():
    receiver, app = Back(), web.Application()
    app.router.add_post("/back", receiver.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/back"
    yield receiver
    await runner.cleanup()


class Desk:
    """A customer of the emulator."""

    def __init__(self, session, address):
        self.session, self.address = session, address

    async def ask(self, method, path, body=None, *, headers=HEADERS):
        url = yarl.URL(self.address + path, encoded=True)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            return Response(status=answer.status, headers=answer.headers, body=await answer.read())

    async def post(self, verb, **body):
        return await self.ask("POST", f"/v1/tob/{verb}", body)

    async def submit(self, verb="diffusion", **body):
        """The id of a job that was taken."""
        row = catalog().operation(f"youchuan.{verb}")
        if verb == "diffusion":
            body.setdefault("text", PROMPT)
        return YOUCHUAN.accepted(row, await self.post(verb, **body)).external_id

    async def show(self, job_id):
        return await self.ask("GET", f"/v1/tob/job/{job_id}")

    async def finished(self, job_id):
        """The answer that first tells of a job's end."""
        async with asyncio.timeout(SECONDS):
            while YOUCHUAN.update(answer := await self.show(job_id)).state is State.RUNNING:
                pass
        return answer

    async def result(self, job_id):
        return YOUCHUAN.update(await self.finished(job_id))

    async def drawn(self, verb="diffusion", **body):
        """The id of a job that is done."""
        job_id = await self.submit(verb, **body)
        assert (await self.result(job_id)).state is State.SUCCEEDED
        return job_id

    async def pictures(self, update):
        files = []
        for media in update.result.media:
            async with self.session.get(media.url) as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")
                files.append(hashlib.sha256(await answer.read()).hexdigest())
        return files


@asynccontextmanager
async def opened_desk(folder, *, pace=0.05):
    async with emulating(folder, pace=pace) as address, aiohttp.ClientSession() as session:
        yield Desk(session, address)


@pytest.fixture
async def desk(tmp_path):
    async with opened_desk(tmp_path / "sandbox") as opened:
        yield opened


def refusal(answer, verb="diffusion"):
    """The error that our own client reads from a refusal; its reason is in `reason`."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        YOUCHUAN.accepted(catalog().operation(f"youchuan.{verb}"), answer)
    return caught.value


async def test_every_operation_and_call_of_the_catalog_has_a_route(desk):
    for row in catalog().values():
        answer = await desk.ask(row.method, row.path, {})
        assert answer.json()["reason"] == "Invalid_Argument", row.name
    for call in catalog().calls:
        answer = await desk.ask(call.method, call.path.replace("{jobId}", "abc"))
        reason = "Not_Found" if "{jobId}" in call.path else None
        assert answer.json().get("reason") == reason, call.name


def test_there_is_a_sample_for_every_operation():
    assert {f"youchuan.{verb}" for verb in SAMPLE_VERBS} == set(catalog())


@pytest.mark.parametrize("verb", SAMPLE_VERBS)
async def test_the_manuals_sample_is_drawn_and_told_as_the_manual_says(desk, back, verb):
    body = sample(f"{verb}.request")
    if "jobId" in body:
        body["jobId"] = await desk.drawn()
    if verb != "reroll":
        body["callback"] = back.url

    accepted = await desk.post(verb, **body)
    update = YOUCHUAN.accepted(catalog().operation(f"youchuan.{verb}"), accepted)
    answer = await desk.finished(update.external_id)
    done = YOUCHUAN.update(answer)

    assert update.state is State.RUNNING
    assert done.state is State.SUCCEEDED
    assert done.external_id == update.external_id
    assert done.result.seed
    pictures = await desk.pictures(done)
    assert len(pictures) == len(set(pictures)) == (1 if verb in ONE_PICTURE else 4)
    for told, manual in ((accepted, "accepted"), (answer, "done")):
        assert told.json().keys() == sample(manual).keys()
        assert told.json()["cost"].keys() == sample(manual)["cost"].keys()
    if verb != "reroll":
        assert await back.update() == done


async def test_an_upscale_of_version_8_gives_four_different_pictures(desk):
    parent = await desk.drawn(text="a cat by the sea --v 8.1")

    done = await desk.result(await desk.submit("upscale", jobId=parent, imageNo=1, type=1))

    pictures = await desk.pictures(done)
    assert len(pictures) == len(set(pictures)) == 4


async def test_a_follow_up_keeps_the_model_of_its_job_unless_it_names_one(desk):
    parent = await desk.drawn()
    texts = []

    for prompt in ("a dog", "a dog --v 8.1"):
        job_id = await desk.submit("remix", jobId=parent, imageNo=0, remixPrompt=prompt)
        texts.append((await desk.show(job_id)).json()["text"])

    assert texts == ["a dog --v 7", "a dog --v 8.1"]


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a cat", "prompt": "a cat"},
        {"text": "a cat", "own_prompt": "x"},
        {"text": ""},
        {"text": 5},
        {},
        [],
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"text": "\\ud800"}',
    ],
)
async def test_what_the_manual_does_not_know_is_refused(desk, body):
    answer = await desk.ask("POST", "/v1/tob/diffusion", body)

    assert answer.status == 400
    assert answer.json().keys() == sample("error_Invalid_Argument").keys()
    assert refusal(answer).reason == "Invalid_Argument"


@pytest.mark.parametrize("body", [{"job_id": "abc"}, {"jobId": "abc", "callback": "http://x"}])
async def test_our_own_field_names_and_a_callback_of_a_reroll_are_refused(desk, body):
    answer = await desk.post("reroll", **body)

    assert refusal(answer, "reroll").reason == "Invalid_Argument"


@pytest.mark.parametrize(
    "text", ["a cat --nonsense 3", "a cat --ar wide", "a cat --v 8.1 --weird 5", "--ar 1:1"]
)
async def test_bad_parameters_are_refused(desk, text):
    answer = await desk.post("diffusion", text=text)

    assert answer.status == 400
    assert refusal(answer).reason == "Invalid_Prompt_Parameter"


async def test_a_bad_prompt_of_a_follow_up_is_refused(desk):
    parent = await desk.drawn()

    answer = await desk.post("remix", jobId=parent, imageNo=0, remixPrompt="a cat --stop 50")

    assert refusal(answer, "remix").reason == "Invalid_Prompt_Parameter"


@pytest.mark.parametrize("missing", list(HEADERS))
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/tob/diffusion"), ("GET", "/v1/tob/job/abc"), ("GET", "/v1/tob/subscribe")],
)
async def test_a_missing_header_is_refused(desk, method, path, missing):
    headers = {name: value for name, value in HEADERS.items() if name != missing}

    answer = await desk.ask(method, path, {"text": PROMPT}, headers=headers)

    assert answer.status == 401
    assert isinstance(refusal(answer), AuthError)


async def test_an_unknown_job_is_not_found(desk):
    with pytest.raises(MissingError):
        YOUCHUAN.update(await desk.show("68be9b50553a97d658968285"))
    answer = await desk.post("reroll", jobId="68be9b50553a97d658968285")

    assert answer.status == 404
    assert isinstance(refusal(answer, "reroll"), MissingError)


async def test_an_upscaled_picture_cannot_be_upscaled(desk):
    parent = await desk.drawn()
    large = await desk.drawn("upscale", jobId=parent, imageNo=3, type=0)

    answer = await desk.post("upscale", jobId=large, imageNo=0, type=0)

    assert answer.status == 400
    assert refusal(answer, "upscale").reason == "Job_ReUpscale_Not_Support"


async def test_a_picture_that_is_not_there_cannot_be_chosen(desk):
    holed = await desk.drawn(text=f"sandbox:hole {PROMPT}")
    large = await desk.drawn("upscale", jobId=holed, imageNo=0, type=0)
    running = await desk.submit(text="a cat sandbox:slow")

    for job_id, number in ((holed, 1), (large, 2), (running, 0)):
        answer = await desk.post("variation", jobId=job_id, imageNo=number, type=0)
        assert refusal(answer, "variation").reason == "Invalid_Argument"


async def test_a_job_can_be_told_to_fail(desk):
    answer = await desk.finished(await desk.submit(text="a cat sandbox:fail"))

    assert isinstance(YOUCHUAN.update(answer).error, UnavailableError)
    assert answer.json()["urls"] == answer.json()["audits"] == []
    assert (answer.json()["status"], answer.json()["seed"]) == (4, 0)


async def test_a_job_can_be_told_to_be_moderated(desk, back):
    job_id = await desk.submit(text="a cat sandbox:moderated", callback=back.url)

    assert isinstance((await desk.result(job_id)).error, ModerationError)
    assert isinstance((await back.update()).error, ModerationError)


async def test_a_job_can_be_told_to_lose_its_second_picture(desk):
    parent = await desk.submit(text=f"sandbox:hole {PROMPT}")
    media = (await desk.result(parent)).result.media

    again = await desk.result(await desk.submit("reroll", jobId=parent))
    varied = await desk.drawn("variation", jobId=parent, imageNo=2, type=1)
    of_varied = await desk.result(await desk.submit("reroll", jobId=varied))

    for places in (media, again.result.media, of_varied.result.media):
        assert [bool(place.url) for place in places] == [True, False, True, True]
    assert media[1].said == "涉政"


async def test_a_submit_can_be_told_to_meet_a_busy_server_once(desk, back):
    first = await desk.post("diffusion", text="a cat sandbox:busy")
    again = await desk.post("diffusion", text="a cat sandbox:busy")
    other = await desk.post("diffusion", text="a cat sandbox:busy", callback=back.url)

    assert (first.status, again.status, other.status) == (503, 200, 503)
    assert isinstance(refusal(first), UnavailableError)


async def test_a_submit_can_be_told_to_lose_its_answer_although_it_was_taken(desk, back):
    with pytest.raises(aiohttp.ClientError):
        await desk.post("diffusion", text="a cat sandbox:lost", callback=back.url)

    update = await back.update()
    assert update.state is State.SUCCEEDED
    assert await desk.result(update.external_id) == update


async def test_a_job_can_be_told_to_take_ten_times_as_long(tmp_path):
    loop = asyncio.get_running_loop()

    async with opened_desk(tmp_path, pace=0.2) as desk:
        began = loop.time()
        await desk.drawn(text=f"sandbox:slow {PROMPT}")

    assert loop.time() - began >= 2.0


async def test_a_submit_can_be_told_that_there_is_no_credit(desk):
    answer = await desk.post("diffusion", text="a cat sandbox:credit")

    assert answer.status == 402
    assert isinstance(refusal(answer), CreditError)


async def test_a_job_that_cannot_be_painted_fails(desk, tmp_path):
    parent = await desk.drawn()
    (tmp_path / "sandbox" / f"{parent}-0.png").write_bytes(b"no picture")

    done = await desk.result(await desk.submit("variation", jobId=parent, imageNo=0, type=1))

    assert done.state is State.FAILED


async def test_finished_jobs_survive_a_restart(tmp_path):
    async with opened_desk(tmp_path) as before:
        job_id = await before.drawn()
        known = await before.pictures(await before.result(job_id))

    async with opened_desk(tmp_path) as after:
        done = await after.result(job_id)
        assert await after.pictures(done) == known
        assert all(media.url.startswith(after.address) for media in done.result.media)


async def test_running_jobs_finish_after_a_restart_and_call_back(tmp_path, back):
    async with opened_desk(tmp_path, pace=600) as before:
        job_id = await before.submit(callback=back.url)

    async with opened_desk(tmp_path) as after:
        update = await back.update()
        assert (update.external_id, update.state) == (job_id, State.SUCCEEDED)
        assert len(set(await after.pictures(update))) == 4


async def test_a_callback_that_nobody_takes_harms_nothing(desk):
    for callback in ("http://127.0.0.1:1/x", "no address", "ftp://a.example/"):
        await desk.drawn(callback=callback)


@pytest.mark.parametrize(
    "name",
    ["{id}.json", "../{id}.json", "%2e%2e%2f{id}.json", "..%2fsecret.txt", "{id}-9.png", "%00"],
)
async def test_only_pictures_are_served(desk, tmp_path, name):
    (tmp_path / "secret.txt").write_text("a secret")
    job_id = await desk.submit()

    answer = await desk.ask("GET", f"/files/{name.format(id=job_id)}")

    assert answer.status == 404


async def test_files_are_written_whole_or_not_at_all(desk, tmp_path):
    await desk.drawn()
    old = tmp_path / "old.json"
    old.write_bytes(b"old")
    (tmp_path / "old.json.part").mkdir()

    with pytest.raises(OSError, match=r"old\.json\.part"):
        studio.write(old, b"new")

    assert old.read_bytes() == b"old"
    assert len(list((tmp_path / "sandbox").iterdir())) == 5
    assert not list((tmp_path / "sandbox").glob("*.part"))


async def test_a_file_that_is_no_job_does_not_stop_the_start(tmp_path):
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text('{"id": "b", "colour": "red"}')

    async with opened_desk(tmp_path) as desk:
        assert (await desk.show("b")).status == 404


@pytest.mark.process
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_runs_as_a_program_until_it_is_interrupted(tmp_path, ending):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sandbox", "--port", "0"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as session:
            line = (await process.stderr.readline()).decode()
            address = re.search(r"http://127\.0\.0\.1:[1-9][0-9]*", line)[0]
            await Desk(session, address).submit(callback="http://127.0.0.1:1/x")
            process.send_signal(ending)
            log = (await process.communicate())[1].decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()

    assert process.returncode in (0, 130)
    assert f"YOUCHUAN_URL={address}" in log
    assert "Traceback" not in log
    assert not list(tmp_path.iterdir())
