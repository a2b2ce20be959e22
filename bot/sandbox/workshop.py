"""Carries out the emulator's jobs: fetches what they name, has it painted, and calls back."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import aiohttp

from bot.media.fetch import Fetcher
from bot.operations import Operation
from bot.sandbox import inputs, studio
from bot.sandbox.boards import Boards
from bot.sandbox.commissions import Commission
from bot.sandbox.envelopes import (
    FAILED,
    INVALID,
    MODERATED,
    RUNNING,
    SUCCEEDED,
    UNREACHABLE,
    Work,
)
from bot.sandbox.inputs import BadInputError
from bot.sandbox.prompts import of_work
from bot.sandbox.works import Works

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_CALLBACK_SECONDS = 15.0
_FREE = frozenset({INVALID, UNREACHABLE})  # nothing was drawn
_STEERING = re.compile(r"sandbox:(\w+)")


class _Outcome(NamedTuple):
    status: int
    comment: str = ""
    files: Sequence[str] = ()


class Workshop:
    """Works on jobs until they are done; `pace` is the least a job takes, in seconds.

    `describe` gives the object that a callback of a job brings.
    """

    def __init__(
        self,
        rows: Mapping[str, Operation],
        works: Works,
        boards: Boards,
        *,
        pace: float,
        describe: Callable[[Work], dict[str, Any]],
    ) -> None:
        self._rows, self._works, self._boards = rows, works, boards
        self._pace, self._describe = pace, describe
        self._running: set[asyncio.Task[None]] = set()
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
        """Go on with what an earlier process left running."""
        for work in self._works.newest():
            if work.status == RUNNING:
                self.start(work)

    def start(self, work: Work) -> None:
        """Begin a job."""
        self._spawn(self._carry_out(work), work)

    def call_back(self, work: Work) -> None:
        """Have a job's callback sent, whatever becomes of it."""
        self._spawn(self._report(work), work)

    def _spawn(self, doing: Coroutine[Any, Any, None], work: Work) -> None:
        running = asyncio.create_task(doing, name=f"sandbox {work.id}")
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _carry_out(self, work: Work) -> None:
        steered = steering(work)
        seconds = self._pace * (10 if "slow" in steered else 1)
        outcome, _ = await asyncio.gather(self._outcome(work), asyncio.sleep(seconds))
        if "fail" in steered:
            outcome = _Outcome(FAILED)
        elif "moderated" in steered:
            outcome = _Outcome(MODERATED)
        files = list(outcome.files)
        if "hole" in steered and len(files) > 1:
            files[1] = ""
        done = replace(
            work,
            status=outcome.status,
            comment=outcome.comment,
            files=files,
            fee=0 if outcome.status in _FREE else work.fee,
        )
        # Nobody is told of an end that a new start would not know of.
        await self._works.keep(done)
        await self._report(done)

    async def _outcome(self, work: Work) -> _Outcome:
        try:
            return _Outcome(SUCCEEDED, files=await self._paint(work))
        except BadInputError as error:
            return _Outcome(error.status, error.comment)
        except Exception:
            log.exception("job %s cannot be painted", work.id)
            return _Outcome(FAILED)

    async def _paint(self, work: Work) -> list[str]:
        origin = self._works.origin(work)
        row = self._rows[origin.operation]
        painted = replace(origin, id=work.id, seed=work.seed)
        params, prompt = row.params.model_validate(origin.body), of_work(painted)
        needed = inputs.addresses(row, params, prompt)
        board = self._boards.get(str(prompt.values.get("moodboard", "")))
        liked = board.images if board and params.own_prompt() else []
        async with inputs.fetched(self._fetcher, needed, liked, params.inline()) as files:
            given = await self._in_thread(inputs.read, files, needed)
        commission = Commission(
            work=painted,
            params=params,
            prompt=prompt,
            parent=self._works.get(origin.follows),
            folder=self._works.folder,
            given=given,
            board=[address for address in liked if address in given],
        )
        places = range(studio.count_of(commission))
        drawing = (self._in_thread(studio.paint, commission, place) for place in places)
        return await asyncio.gather(*drawing)

    async def _in_thread(self, function: Callable[..., _T], *args: object) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._painters, function, *args)

    async def _report(self, work: Work) -> None:
        callback = work.body.get("callback")
        if not callback:
            return
        timeout = aiohttp.ClientTimeout(total=_CALLBACK_SECONDS)
        try:
            async with self._session.post(
                callback, json=self._describe(work), timeout=timeout
            ) as answer:
                log.info("callback of %s: %d", work.id, answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("callback of %s: %s", work.id, type(error).__name__)


def steering(work: Work) -> frozenset[str]:
    """The words in a job's prompt that say what is to go wrong."""
    return frozenset(_STEERING.findall(work.prompt))
