# ruff: noqa: ASYNC109
"""The program as a process, as an operator starts it, between a Discord and a provider that live.

Everything is seen from outside: what the doubles were asked, and what the log says.
"""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.discord_double import Channel, DiscordDouble, Message
from tests.discord_double.world import Changes
from tests.jumdata_double import APP_ID as JUMDATA_APP_ID
from tests.jumdata_double import SECRET as JUMDATA_SECRET
from tests.jumdata_double import JumdataDouble
from tests.lingtu_double import APP_ID as LINGTU_APP_ID
from tests.lingtu_double import SECRET as LINGTU_SECRET
from tests.lingtu_double import LingtuDouble
from tests.provider_double import APP_ID, SECRET, Paid, ProviderDouble
from tests.wanxiang_double import TOKEN as WANXIANG_TOKEN
from tests.wanxiang_double import WanxiangDouble

ROOT = Path(__file__).parent.parent
SECRET_KEY = "the-canary-key-of-the-stories"
PREVIEW_OF_LOG = 4000
_ONE = {"upscale", "enhance", "video-upscale", "remove-background"}
_BATCH = re.compile(r"--bs (\d)")
_PROMPTS = ("text", "remixPrompt", "prompt")
_OWN = re.compile(r"job:([0-9A-Z]{26}):(?:info|cancel)")


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_job(message: Message) -> str | None:
    """The job that a card, a result or a notice tells about, by the button only it has."""
    found = [match[1] for i in message.custom_ids() if (match := _OWN.fullmatch(i))]
    return found[0] if found else None


def endings(room: Channel, job_id: str | None = None) -> Sequence[Message]:
    """The results and notices in a channel: all of them, or one job's."""
    found = [m for m in room.messages if any(i.endswith(":info") for i in m.custom_ids())]
    return [m for m in found if job_id in (None, own_job(m))]


class WatchedDiscord(DiscordDouble):
    """Remembers in `job_of` which job each message was first about: a card soon stops saying so."""

    def __init__(self) -> None:
        super().__init__()
        self.job_of: dict[int, str] = {}

    def index_message(self, message: Message) -> None:
        super().index_message(message)
        job_id = own_job(message)
        if job_id:
            self.job_of[message.id] = job_id


class LiveProvider(ProviderDouble):
    """A Youchuan that draws what it takes, and reports where it was asked to.

    ``hole`` in a prompt removes the second picture, ``moderated`` all of them; ``overlong`` takes
    too long. While `holding`, jobs stay running until `draw`; while `gate` is not set, downloads
    stand still.
    """

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes
        self.holding = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.answered = 0
        self.fetched: list[str] = []
        self.reports: list[int] = []
        self._drawing: set[asyncio.Task[None]] = set()

    async def __aexit__(self, *exc: object) -> None:
        self.gate.set()
        await asyncio.gather(*self._drawing)
        await super().__aexit__(*exc)

    def unfinished(self) -> Sequence[Paid]:
        """The jobs that were taken and not drawn yet."""
        return [job for job in self.paid if self.jobs[job.id]["status"] == 1]

    async def draw(self, job: Paid) -> None:
        """Finish a job and report it; a report that nobody takes is lost."""
        prompt = next((str(job.body[key]) for key in _PROMPTS if key in job.body), "")
        batch = _BATCH.search(prompt)
        many = int(batch[1]) if batch else 4
        described = self.finish(job.id, 1 if self.verb_of(job.id) in _ONE else many)
        if "moderated" in prompt:
            described = self.set(job.id, 5)
        elif "overlong" in prompt:
            described = self.set(job.id, 9) | {"comment": "任务失败（超时）"}
            self.jobs[job.id] = described
        elif "hole" in prompt:
            described["urls"][1], described["audits"][1] = "", "涉政"
        if job.callback:
            with contextlib.suppress(aiohttp.ClientError):
                self.reports.append(await self.call_back(job.callback, described))
        await self.changes.notify()

    async def release(self) -> None:
        """Hold no longer, and draw what was held."""
        self.holding = False
        for job in self.unfinished():
            await self.draw(job)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        known = len(self.paid)
        response = await super()._submit(request)
        if request.transport is not None and not request.transport.is_closing():
            # Written here, so that the moment after it can be waited for.
            await response.prepare(request)
            await response.write_eof()
        self.answered += 1
        for job in self.paid[known : known + 1]:
            if not self.holding:
                drawing = asyncio.create_task(self.draw(job))
                self._drawing.add(drawing)
                drawing.add_done_callback(self._drawing.discard)
        await self.changes.notify()
        return response

    async def _job(self, request: web.Request) -> web.StreamResponse:
        response = await super()._job(request)
        await self.changes.notify()
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.fetched.append(request.match_info["name"])
        await self.changes.notify()
        await self.gate.wait()
        return await super()._file(request)


class Program:
    """``python -m bot run`` with these settings; its output is kept in `log` and a file."""

    def __init__(self, folder: Path, changes: Changes, settings: Mapping[str, str]) -> None:
        self.folder, self.changes = folder, changes
        self.port = free_port()
        self.settings = {
            "DATA_DIR": str(folder / "data"),
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(self.port),
            "SECRET_KEY": SECRET_KEY,
            "ALLOW_PRIVATE_MEDIA": "true",
            "POLL_SECONDS": "0.3",
            **settings,
        }
        self.log = ""
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self, **settings: str) -> None:
        """Start the process; `settings` are for this time only."""
        assert not self.running
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run"),
            cwd=self.folder,
            env={**environment, **self.settings, **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        with (self.folder / "log.txt").open("a") as file:
            async for line in self._process.stdout:
                text = line.decode()
                self.log += text
                file.write(text)
                await self.changes.notify()
        await self._process.wait()
        await self.changes.notify()

    async def ended(self, timeout: float = 20.0) -> int:
        """The exit status, when it ends by itself."""
        assert self._process
        assert self._reading
        async with asyncio.timeout(timeout):
            await self._reading
        return await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL, at once."""
        if self.running:
            assert self._process
            self._process.kill()
            await self.ended()

    async def terminate(self, timeout: float = 12.0) -> int:
        """SIGTERM, and the exit status."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return await self.ended(timeout)

    def tail(self) -> str:
        """The end of the log."""
        return self.log[-PREVIEW_OF_LOG:]


@dataclass
class World:
    """The program and what it lives between."""

    discord: WatchedDiscord
    provider: LiveProvider
    lingtu: LingtuDouble
    wanxiang: WanxiangDouble
    jumdata: JumdataDouble
    program: Program

    async def start(self, **settings: str) -> None:
        """Start the program and wait until it is connected."""
        await self.discord.wait_gone()
        await self.program.start(**settings)
        await self.until(lambda: self.discord.gateway.is_ready() and self.discord.syncs, 30)

    async def restart(self) -> None:
        """SIGKILL and start again."""
        await self.program.kill()
        await self.start()

    async def until(self, condition: Callable[[], Any], timeout: float = 10.0) -> Any:
        """What the condition gives once it is true; fails at once when the program is gone."""

        def met(_: DiscordDouble) -> Any:
            found = condition()
            return found or (not self.program.running and "gone")

        try:
            await self.discord.wait_for(met, timeout)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.program.tail()}") from None
        found = condition()
        assert found, f"the program ended:\n{self.program.tail()}"
        return found

    async def logged(self, words: str, timeout: float = 10.0) -> None:
        """The log has these words, now or later."""
        await self.until(lambda: words in self.program.log, timeout)


def _settings_of(account: str, double: Any) -> Mapping[str, str]:
    """What the environment says about an account at a provider beside Youchuan."""
    if account == "wanxiang":
        return {"WANXIANG_URL": double.url, "WANXIANG_TOKEN": WANXIANG_TOKEN}
    app_id, secret = {
        "lingtu": (LINGTU_APP_ID, LINGTU_SECRET),
        "jumdata": (JUMDATA_APP_ID, JUMDATA_SECRET),
    }[account]
    name = account.upper()
    return {f"{name}_URL": double.url, f"{name}_APP_ID": app_id, f"{name}_SECRET": secret}


@asynccontextmanager
async def living(
    folder: Path,
    *,
    public: bool = True,
    discord: WatchedDiscord | None = None,
    settings: Mapping[str, str] | None = None,
    **accounts: bool,
) -> AsyncIterator[World]:
    """A world whose program is not started yet.

    `public`: the provider can call back. `accounts`: lingtu, wanxiang, jumdata, where the program
    has an account too.
    """
    async with AsyncExitStack() as stack:
        double = await stack.enter_async_context(discord or WatchedDiscord())
        provider = await stack.enter_async_context(LiveProvider(double.changes))
        tools = await stack.enter_async_context(LingtuDouble(double.changes.notify))
        wrapper = await stack.enter_async_context(WanxiangDouble(double.changes.notify))
        short = await stack.enter_async_context(JumdataDouble(double.changes.notify))
        given = {
            **double.environment(),
            "YOUCHUAN_URL": provider.url,
            "YOUCHUAN_APP_ID": APP_ID,
            "YOUCHUAN_SECRET": SECRET,
        }
        doubles = {"lingtu": tools, "wanxiang": wrapper, "jumdata": short}
        for name in (name for name, wanted in accounts.items() if wanted):
            given |= _settings_of(name, doubles[name])
        program = Program(folder, double.changes, given | dict(settings or {}))
        if public:
            program.settings["PUBLIC_URL"] = program.url
        stack.push_async_callback(program.kill)
        yield World(double, provider, tools, wrapper, short, program)
