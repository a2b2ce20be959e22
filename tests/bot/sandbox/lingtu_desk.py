"""A customer of the emulated Lingtu, on real HTTP, who speaks through our own client."""

import asyncio
import itertools
import time
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.operations import Catalog
from bot.providers.lingtu import Lingtu
from bot.sandbox.server import SECRET, emulating
from bot.wire import Credential, Request, Response, State
from tests.bot.sandbox.desk import SECONDS

LINGTU = Lingtu()
ROWS = Catalog(LINGTU.operations, LINGTU.calls)
KINDS = {
    "png": "image/png",
    "psd": "image/vnd.adobe.photoshop",
    "svg": "image/svg+xml",
    "eps": "application/postscript",
}
_REQUESTS = itertools.count(1)


def now():
    return time.time_ns() // 1_000_000


def row(verb):
    return ROWS.operation(f"lingtu.{verb}")


def refusal(answer, verb="text2img"):
    """The error that our own client reads from a refusal."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        LINGTU.accepted(row(verb), answer)
    return caught.value


class LingtuDesk:
    """A customer who knows a secret."""

    def __init__(self, session, address, secret=SECRET):
        self.session, self.address = session, address
        self.account = Credential(provider="lingtu", url=address, app_id="any", secret=secret)

    async def send(self, request):
        url = self.address + request.path
        async with self.session.post(url, json=request.body, headers=request.headers) as answer:
            return Response(status=answer.status, headers=answer.headers, body=await answer.read())

    async def post(self, path, body, *, at=None):
        """A body as it is, signed at an instant."""
        request = Request(path=path, body=body)
        return await self.send(LINGTU.sign(request, self.account, now=at or now()))

    async def asked(self, verb, request_id=None, **values):
        """The answer to a submit of our client's."""
        params = row(verb).validate(values)
        job_id = request_id or f"request-{next(_REQUESTS)}"
        request = LINGTU.request(
            row(verb), params, self.account, job_id=job_id, callback_url=None, now=now()
        )
        return await self.send(request)

    async def submit(self, verb="text2img", request_id=None, **values):
        """The id of a job that was taken."""
        if verb == "text2img":
            values.setdefault("prompt", "a cat")
        answer = await self.asked(verb, request_id, **values)
        return LINGTU.accepted(row(verb), answer).external_id

    async def show(self, job_id):
        return await self.send(LINGTU.poll(job_id, self.account, now=now()))

    async def cancel(self, job_id):
        return LINGTU.canceled(await self.send(LINGTU.cancel(job_id, self.account, now=now())))

    async def progress(self, job_id):
        """The updates that differ, to the last one."""
        seen = []
        async with asyncio.timeout(SECONDS):
            while True:
                update = LINGTU.update(await self.show(job_id))
                if not seen or update != seen[-1]:
                    seen.append(update)
                if update.state not in {State.PENDING, State.RUNNING}:
                    return seen

    async def result(self, job_id):
        return (await self.progress(job_id))[-1]

    async def files(self, update):
        """The bytes of a result's files, whose types are those of their names."""
        found = []
        for media in update.result.media:
            async with self.session.get(media.url) as answer:
                kind = KINDS[media.url.rpartition(".")[2]]
                assert (answer.status, answer.content_type) == (200, kind)
                found.append(await answer.read())
        return found


@asynccontextmanager
async def opened_lingtu(folder, *, pace=0.05, **options):
    async with (
        emulating(folder, pace=pace, **options) as address,
        aiohttp.ClientSession() as session,
    ):
        yield LingtuDesk(session, address, options.get("secret", SECRET))
