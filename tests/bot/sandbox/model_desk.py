"""A customer of the emulated Wanxiang and Jumdata, who speaks through our own client."""

import asyncio
import time
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.providers import catalog, provider
from bot.sandbox.server import SECRET, emulating
from bot.transport import Transport
from bot.wire import Credential, Response, State
from tests.bot.sandbox.desk import SECONDS


def now():
    return time.time_ns() // 1_000_000


class ModelDesk:
    """A customer who knows a secret; `operation` is what is asked for unless said otherwise."""

    def __init__(self, session, transport, address, operation, secret=SECRET, form="multipart"):
        self.session, self.transport, self.address = session, transport, address
        self.operation, self.provider = operation, provider(operation.partition(".")[0])
        self.account = Credential(
            provider=self.provider.name, url=address, app_id="any", secret=secret, form=form
        )

    def like(self, **changes):
        """The same customer with something else about them."""
        known = {"operation": self.operation, **changes}
        return ModelDesk(self.session, self.transport, self.address, **known)

    async def send(self, request):
        return await self.transport.send(request, self.account, seconds=SECONDS)

    async def raw(self, method, path, **how):
        """A request as nobody's client would write it."""
        async with self.session.request(method, self.address + path, **how) as answer:
            return Response(status=answer.status, headers=answer.headers, body=await answer.read())

    async def asked(self, **values):
        """The answer to a submit of our client's."""
        row = catalog()[self.operation]
        request = self.provider.request(
            row, row.validate(values), self.account, job_id="1", callback_url=None, now=now()
        )
        return await self.send(request)

    async def accepted(self, **values):
        return self.provider.accepted(catalog()[self.operation], await self.asked(**values))

    async def refused(self, **values):
        """The error that our own client reads from a refusal."""
        with pytest.raises(Exception) as caught:  # noqa: PT011
            await self.accepted(**values)
        return caught.value

    async def submit(self, **values):
        """The id of a job that was taken."""
        return (await self.accepted(**values)).external_id

    async def show(self, job_id):
        return await self.send(self.provider.poll(job_id, self.account, now=now()))

    async def progress(self, job_id):
        """The updates that differ, to the last one."""
        seen = []
        async with asyncio.timeout(SECONDS):
            while True:
                update = self.provider.update(await self.show(job_id))
                if not seen or update != seen[-1]:
                    seen.append(update)
                if update.state not in {State.PENDING, State.RUNNING}:
                    return seen

    async def result(self, **values):
        """The last update of a job that is submitted."""
        return (await self.progress(await self.submit(**values)))[-1]

    async def files(self, update):
        found = []
        for media in update.result.media:
            async with self.session.get(media.url) as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")
                found.append(await answer.read())
        return found


@asynccontextmanager
async def opened_model(folder, operation, *, pace=0.05, **options):
    async with (
        emulating(folder, pace=pace) as address,
        aiohttp.ClientSession() as session,
        Transport() as transport,
    ):
        yield ModelDesk(session, transport, address, operation, **options)
