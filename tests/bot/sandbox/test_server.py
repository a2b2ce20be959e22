"""The emulator on real HTTP: what a bot that is staged on it may rely on."""

import asyncio
import os
import re
import signal
import sys

import aiohttp
import pytest
import yarl
from PIL import Image

from bot.errors import (
    AuthError,
    CreditError,
    MissingError,
    ModerationError,
    UnavailableError,
)
from bot.providers import catalog
from bot.sandbox.server import SECRET
from bot.sandbox.works import write
from bot.wire import Credential, Response, State
from tests.bot.sandbox.desk import (
    HEADERS,
    PROMPT,
    ROOT,
    SAMPLES,
    SECONDS,
    YOUCHUAN,
    Desk,
    opened_desk,
    refusal,
    sample,
)

pytestmark = pytest.mark.usefixtures("small_results")

ONE_RESULT = {"upscale", "enhance", "remove_background", "video_upscale"}
SAMPLE_VERBS = sorted(path.name.split(".")[0] for path in SAMPLES.glob("*.request.json"))


async def test_every_operation_and_call_of_the_catalog_has_a_route(desk):
    for row in (*catalog().values(), *catalog().calls):
        path = re.sub(r"\{\w+\}", "abc", row.path)
        answer = await desk.ask(row.method, path, headers={})
        # Each provider refuses an empty request of nobody's in its own words.
        assert answer.status not in {404, 405}, row.path
        assert answer.json()["code"] in {401, 400, "InvalidApiKey", "InvalidParameter"}, row.path


@pytest.mark.parametrize("name", sorted(row.name for row in YOUCHUAN.operations))
async def test_an_operation_refuses_an_empty_request(desk, name):
    row = catalog().operation(name)

    answer = await desk.ask(row.method, row.path, {})

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Argument")


@pytest.mark.parametrize("call", YOUCHUAN.calls, ids=lambda call: call.name)
async def test_a_call_answers_what_our_own_client_asks(desk, home, call):
    known = {
        "job_id": await desk.drawn(callback=home.callback),
        "id": (await desk.ask("POST", "/v1/tob/moodboard", {"name": "Old"})).json()["id"],
        "name": "New",
    }
    values = {name: known[name] for name in call.params.model_fields if name in known}
    account = Credential(provider="youchuan", url=desk.address, app_id="any", secret="any")
    request = YOUCHUAN.call(call, values, account, now=0)

    url = yarl.URL(desk.address + request.path, encoded=True).with_query(request.query)
    async with desk.session.request(
        request.method, url, json=request.body, headers=request.headers
    ) as answer:
        told = Response(status=answer.status, body=await answer.read())

    assert isinstance(YOUCHUAN.answer(told), dict)


def test_there_is_a_sample_for_every_operation():
    assert {f"youchuan.{verb}" for verb in SAMPLE_VERBS} == {
        row.name for row in YOUCHUAN.operations
    }


async def staged(verb, desk, home):
    """The manual's sample request, its addresses and jobs being ones that there are."""
    body = sample(f"{verb}.request")
    picture = home.show("sample.png", Image.new("RGB", (512, 512), "teal"))
    if "videoNo" in body:
        body["jobId"] = await desk.drawn("video_diffusion", prompt="a calm sea --bs 1")
    elif "jobId" in body:
        body["jobId"] = await desk.drawn()
    if "imgUrl" in body:
        body["imgUrl"] = picture
    if "prompt" in body:
        body["prompt"] = body["prompt"].replace("https://your-image.com", picture)
    if verb != "reroll":
        body["callback"] = home.callback
    return body


@pytest.mark.parametrize("verb", SAMPLE_VERBS)
async def test_the_manuals_sample_is_drawn_and_told_as_the_manual_says(desk, home, verb):
    accepted = await desk.post(verb, **await staged(verb, desk, home))
    update = YOUCHUAN.accepted(catalog().operation(f"youchuan.{verb}"), accepted)
    answer = await desk.finished(update.external_id)
    done = YOUCHUAN.update(answer)

    assert update.state is State.RUNNING
    assert done.state is State.SUCCEEDED
    assert done.external_id == update.external_id
    assert done.result.seed
    files = await desk.files(done, "video/mp4" if "video" in verb else "image/png")
    assert len(files) == len(set(files)) == (1 if verb in ONE_RESULT else 4)
    for told, manual in ((accepted, "accepted"), (answer, "done")):
        assert told.json().keys() == sample(manual).keys()
        assert told.json()["cost"].keys() == sample(manual)["cost"].keys()
    if verb != "reroll":
        assert await home.update() == done


async def test_an_upscale_of_version_8_gives_four_different_pictures(desk):
    parent = await desk.drawn(text="a cat by the sea --v 8.1")

    done = await desk.result(await desk.submit("upscale", jobId=parent, imageNo=1, type=1))

    files = await desk.files(done)
    assert len(files) == len(set(files)) == 4


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


@pytest.mark.parametrize(
    ("verb", "changes"),
    [
        ("variation", {"imageNo": "0"}),
        ("variation", {"type": True}),
        ("outpaint", {"scale": "1.5"}),
        ("edit", {"canvas": {"width": 1024.5, "height": 1024}}),
        ("edit", {"canvas": {"width": 1024, "height": 1024, "depth": 1}}),
        ("inpaint", {"mask": {"areas": [{"width": 9, "height": 9, "points": ["1"] * 6}]}}),
        ("video_diffusion", {"videoType": "1"}),
        ("upload_paint", {"img_url": "https://example.com/a.png"}),
    ],
)
async def test_values_have_the_types_and_the_names_of_the_manual(desk, verb, changes):
    answer = await desk.post(verb, **{**sample(f"{verb}.request"), **changes})

    assert refusal(answer, verb).reason == "Invalid_Argument"


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


async def test_a_job_can_be_told_to_be_moderated(desk, home):
    job_id = await desk.submit(text="a cat sandbox:moderated", callback=home.callback)

    assert isinstance((await desk.result(job_id)).error, ModerationError)
    assert isinstance((await home.update()).error, ModerationError)


async def test_a_job_can_be_told_to_lose_its_second_picture(desk):
    parent = await desk.submit(text=f"sandbox:hole {PROMPT}")
    media = (await desk.result(parent)).result.media

    again = await desk.result(await desk.submit("reroll", jobId=parent))
    varied = await desk.drawn("variation", jobId=parent, imageNo=2, type=1)
    of_varied = await desk.result(await desk.submit("reroll", jobId=varied))

    for places in (media, again.result.media, of_varied.result.media):
        assert [bool(place.url) for place in places] == [True, False, True, True]
    assert media[1].said == "涉政"


async def test_a_submit_can_be_told_to_meet_a_busy_server_once(desk, home):
    first = await desk.post("diffusion", text="a cat sandbox:busy")
    again = await desk.post("diffusion", text="a cat sandbox:busy")
    other = await desk.post("diffusion", text="a cat sandbox:busy", callback=home.callback)

    assert (first.status, again.status, other.status) == (503, 200, 503)
    assert isinstance(refusal(first), UnavailableError)


async def test_a_submit_can_be_told_to_lose_its_answer_although_it_was_taken(desk, home):
    with pytest.raises(aiohttp.ClientError):
        await desk.post("diffusion", text="a cat sandbox:lost", callback=home.callback)

    update = await home.update()
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
        known = await before.files(await before.result(job_id))

    async with opened_desk(tmp_path) as after:
        done = await after.result(job_id)
        assert await after.files(done) == known
        assert all(media.url.startswith(after.address) for media in done.result.media)


async def test_running_jobs_finish_after_a_restart_and_call_back(tmp_path, home):
    async with opened_desk(tmp_path, pace=600) as before:
        job_id = await before.submit(callback=home.callback)

    async with opened_desk(tmp_path) as after:
        update = await home.update()
        assert (update.external_id, update.state) == (job_id, State.SUCCEEDED)
        assert len(set(await after.files(update))) == 4


async def test_a_callback_that_nobody_takes_harms_nothing(desk):
    for callback in ("http://127.0.0.1:1/x", "no address", "ftp://a.example/"):
        await desk.drawn(callback=callback)


@pytest.mark.parametrize(
    "name",
    ["{id}.json", "../{id}.json", "%2e%2e%2f{id}.json", "..%2fsecret.txt", "{id}-9.png", "%00"],
)
async def test_only_results_are_served(desk, tmp_path, name):
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
        write(old, b"new")

    assert old.read_bytes() == b"old"
    assert len([path for path in (tmp_path / "sandbox").iterdir() if path.is_file()]) == 5
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
    assert f"LINGTU_URL={address} LINGTU_APP_ID=any LINGTU_SECRET={SECRET}" in log
    assert "Traceback" not in log
    assert not list(tmp_path.iterdir())
