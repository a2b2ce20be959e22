"""Carries out the emulator's jobs: fetches what they name, has it painted, and calls back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import aiohttp

from bot.media.fetch import Fetcher
from bot.sandbox import inputs
from bot.sandbox.envelopes import (
    CANCELED,
    FAILED,
    INVALID,
    MODERATED,
    RUNNING,
    SUCCEEDED,
    UNREACHABLE,
    WAITING,
    Work,
)
from bot.sandbox.inputs import BadInputError
from bot.sandbox.rehearsals import LENGTHY, steering
from bot.sandbox.services import Made, Service
from bot.sandbox.works import Works

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_CALLBACK_SECONDS = 15.0
_FREE = frozenset({INVALID, UNREACHABLE})  # nothing was drawn
_WAITING_PART = 0.25  # of a job's time, where it has to wait


class _Outcome(NamedTuple):
    status: int
    comment: str = ""
    made: Made = Made()


class Workshop:
    """Works on jobs until they are done; `pace` is the least a job takes, in seconds.

    What a job takes, and what its callback brings, is its service's to say.
    """

    def __init__(self, works: Works, services: Mapping[str, Service], *, pace: float) -> None:
        self._works, self._services, self._pace = works, services, pace
        self._running: set[asyncio.Task[None]] = set()
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._waiting: set[str] = set()
        self._painters = ThreadPoolExecutor(2, thread_name_prefix="sandbox")

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Jobs can be started inside the block; what is not done at its end is left."""
        async with aiohttp.ClientSession() as self._session, Fetcher(inputs.RULES) as self._fetcher:
            yield
            for running in self._running:
                running.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            # Whoever ends the block may remove the folder, so nobody may paint into it any more.
            await asyncio.to_thread(self._painters.shutdown, cancel_futures=True)

    def resume(self) -> None:
        """Go on with what an earlier process left."""
        for work in self._works.newest():
            if work.status in {WAITING, RUNNING}:
                self.start(work)

    def start(self, work: Work) -> None:
        """Begin a job, or let it wait first where that is its status."""
        if work.status == WAITING:
            self._waiting.add(work.id)
        running = self._spawn(self._carry_out(work), work)
        self._jobs[work.id] = running
        running.add_done_callback(lambda _: self._jobs.pop(work.id, None))

    async def ended(self, work: Work) -> Work:
        """The job as it stands when it is done."""
        if running := self._jobs.get(work.id):
            await asyncio.wait({running})
        return self._works.get(work.id) or work

    async def cancel(self, work: Work) -> bool:
        """Whether a job was still waiting; then it is canceled."""
        if work.id not in self._waiting:
            return False
        self._waiting.remove(work.id)
        await self._works.keep(replace(work, status=CANCELED))
        return True

    def call_back(self, work: Work) -> None:
        """Have a job's callback sent, whatever becomes of it."""
        self._spawn(self._report(work), work)

    def _spawn(self, doing: Coroutine[Any, Any, None], work: Work) -> asyncio.Task[None]:
        running = asyncio.create_task(doing, name=f"sandbox {work.id}")
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return running

    async def _carry_out(self, work: Work) -> None:
        steered = steering(work)
        seconds = self._pace * (10 if steered & LENGTHY else 1)
        if work.status == WAITING:
            await asyncio.sleep(seconds * _WAITING_PART)
            if work.id not in self._waiting:
                return
            self._waiting.remove(work.id)
            work = replace(work, status=RUNNING)
            await self._works.keep(work)
            seconds *= 1 - _WAITING_PART
        outcome, _ = await asyncio.gather(self._outcome(work), asyncio.sleep(seconds))
        if "fail" in steered:
            outcome = _Outcome(FAILED)
        elif "moderated" in steered:
            outcome = _Outcome(MODERATED)
        done = replace(
            work,
            status=outcome.status,
            comment=outcome.comment,
            files=list(outcome.made.files),
            text=outcome.made.text,
            fee=0 if outcome.status in _FREE else work.fee,
        )
        # Nobody is told of an end that a new start would not know of.
        await self._works.keep(done)
        await self._report(done)

    async def _outcome(self, work: Work) -> _Outcome:
        try:
            return _Outcome(SUCCEEDED, made=await self._made(work))
        except BadInputError as error:
            return _Outcome(error.status, error.comment)
        except Exception:
            log.exception("job %s cannot be painted", work.id)
            return _Outcome(FAILED)

    async def _made(self, work: Work) -> Made:
        service = self._services[work.provider]
        order = service.order(work)
        async with inputs.fetched(
            self._fetcher, order.needed, order.wished, order.inline
        ) as fetched:
            given = await self._in_thread(inputs.read, fetched, order.needed, order.terms)
        parts = await asyncio.gather(*map(self._in_thread, order.make(given)))
        files = [name for part in parts for name in part.files]
        if service.has_holes and "hole" in steering(work) and len(files) > 1:
            files[1] = ""
        return Made(files, "\n".join(part.text for part in parts if part.text))

    async def _in_thread(self, function: Callable[..., _T], *args: object) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._painters, function, *args)

    async def _report(self, work: Work) -> None:
        callback = work.body.get("callback")
        if not callback:
            return
        body = self._services[work.provider].described(work)
        timeout = aiohttp.ClientTimeout(total=_CALLBACK_SECONDS)
        try:
            async with self._session.post(callback, json=body, timeout=timeout) as answer:
                log.info("callback of %s: %d", work.id, answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("callback of %s: %s", work.id, type(error).__name__)
