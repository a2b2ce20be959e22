"""A customer of the emulator, on real HTTP, and the customer's own address."""

import asyncio
import io
import itertools
import json
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import yarl
from aiohttp import web
from PIL import Image

from bot.providers import catalog
from bot.providers.youchuan import Youchuan
from bot.sandbox.server import emulating
from bot.wire import Response, State

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "samples" / "youchuan"
HEADERS = {"x-youchuan-app": "any", "x-youchuan-secret": "any"}
SECONDS = 60
PROMPT = "a cat by the sea --v 7 --draft"
YOUCHUAN = Youchuan()
IDS = itertools.count(1)


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def refusal(answer, verb="diffusion"):
    """The error that our own client reads from a refusal; its reason is in `reason`."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        YOUCHUAN.accepted(catalog().operation(f"youchuan.{verb}"), answer)
    return caught.value


def encoded(image, kind="PNG", **options):
    """A picture as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def keep(folder, *traits, operation="youchuan.diffusion", files=4, **fields):
    """The id of a finished job that an earlier process of the emulator has left in `folder`."""
    work_id = f"{next(IDS):024x}"
    extension = "mp4" if "video" in traits else "png"
    names = [f"{work_id}-{number}.{extension}" for number in range(files)]
    work = {
        "id": work_id,
        "operation": operation,
        "body": {"text": "a cat --v 7"},
        "prompt": "a cat" if "video" in traits else "a cat --v 7",
        "seed": 7,
        "fee": 50,
        "created": 1_790_000_000_000,
        "traits": list(traits),
        "status": 2,
        "files": names,
        **fields,
    }
    folder.mkdir(exist_ok=True)
    (folder / f"{work_id}.json").write_text(json.dumps(work))
    for name in names:
        (folder / name).write_bytes(encoded(Image.new("RGB", (64, 48), "teal")))
    return work_id


class Home:
    """The customer's own server: callbacks arrive there, and pictures can be fetched from it."""

    def __init__(self):
        self.address, self.bodies, self.shown, self.asked = "", asyncio.Queue(), {}, []

    @property
    def callback(self):
        return f"{self.address}/back"

    async def receive(self, request):
        self.bodies.put_nowait(await request.read())
        return web.Response()

    async def serve(self, request):
        name = request.match_info["name"]
        self.asked.append(name)
        if name == "never":
            await asyncio.Event().wait()
        if name not in self.shown:
            raise web.HTTPNotFound
        return web.Response(body=self.shown[name])

    def show(self, name, content):
        """The address of a picture, or of any bytes."""
        self.shown[name] = content if isinstance(content, bytes) else encoded(content)
        return f"{self.address}/pictures/{name}"

    def redirected(self, name, content):
        """The address of a picture that is now somewhere else."""
        return self.show(name, content).replace("/pictures/", "/moved/")

    async def redirect(self, request):
        raise web.HTTPFound(f"/pictures/{request.match_info['name']}")

    async def update(self):
        """What the next callback says."""
        async with asyncio.timeout(SECONDS):
            return YOUCHUAN.callback(await self.bodies.get())


@asynccontextmanager
async def opened_home():
    home, app = Home(), web.Application()
    app.router.add_post("/back", home.receive)
    app.router.add_get("/pictures/{name}", home.serve)
    app.router.add_get("/moved/{name}", home.redirect)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    home.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield home
    await runner.cleanup()


class Desk:
    """A customer of the emulator whose jobs are kept in `folder`."""

    def __init__(self, session, address, folder=None):
        self.session, self.address, self.folder = session, address, folder

    async def ask(self, method, path, body=None, *, headers=HEADERS):
        url = yarl.URL(self.address + path, encoded=True)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            return Response(status=answer.status, headers=answer.headers, body=await answer.read())

    async def post(self, verb, **body):
        return await self.ask("POST", f"/v1/tob/{verb.replace('_', '-')}", body)

    async def get(self, path):
        """The body of a call's answer, which is no refusal."""
        answer = await self.ask("GET", f"/v1/tob/{path}")
        assert answer.status == 200, answer.body
        return answer.json()

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

    async def files(self, update, kind="image/png"):
        """The bytes of a result's files, all of which must be of this kind."""
        files = []
        for media in update.result.media:
            async with self.session.get(media.url) as answer:
                assert (answer.status, answer.content_type) == (200, kind)
                files.append(await answer.read())
        return files

    async def pictures(self, job_id):
        """The pictures of a job once it is done."""
        files = await self.files(await self.result(job_id))
        return [Image.open(io.BytesIO(data)) for data in files]

    async def clips(self, job_id):
        """The paths of a job's clips once it is done."""
        count = len(await self.files(await self.result(job_id), "video/mp4"))
        return [self.folder / f"{job_id}-{number}.mp4" for number in range(count)]


@asynccontextmanager
async def opened_desk(folder, *, pace=0.05):
    async with emulating(folder, pace=pace) as address, aiohttp.ClientSession() as session:
        yield Desk(session, address, folder)
