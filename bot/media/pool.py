"""Heavy media work in child processes: neither the event loop nor the program's memory suffers.

The work itself stands in the other modules of this folder. Children start at the first use, do a
few dozen pieces of work each, and never outlive the program.
"""

import asyncio
import logging
import os
import resource
import signal
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, suppress
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import parent_process
from typing import TYPE_CHECKING, Any, Self, TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from bot.errors import BadMediaError, FetchError
from bot.text import N_

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

log = logging.getLogger(__name__)

_PIECES_PER_CHILD = 32  # then its memory goes back to the system
_STUCK_SECONDS = 30.0  # how long after its time a piece of work may stay unheard of
_NICENESS = 10


class _Child(SpawnProcess):
    def terminate(self) -> None:
        # Children ignore SIGTERM: pebble would wait three seconds and then do this.
        self.kill()


class _Context(SpawnContext):
    Process = _Child


class MediaPool:
    """Runs synchronous functions in `workers` children that take at most `memory` bytes each.

    At most `waiting` callers wait for their turn. It serves any event loop, one after another.
    """

    def __init__(self, *, workers: int = 2, waiting: int = 160, memory: int = 2 * 1024**3) -> None:
        self._workers, self._most_waiting, self._memory = workers, waiting, memory
        self._waiting = 0
        # A semaphore belongs to its event loop.
        self._turns = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()
        self._children: ProcessPool | None = None
        self._under_way: dict[Future[Any], ProcessPool] = {}
        self._closed, self._changing = False, threading.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill the children; whoever waits for one gets a FetchError."""
        self._closed = True
        await self._end(await asyncio.to_thread(self._started))

    async def run(self, function: Callable[[*Ts], T], /, *args: *Ts, seconds: float = 120.0) -> T:
        """What a module-level function returns; its errors come as they are.

        BadMediaError when it takes more than `seconds` or memory, or its child dies of it;
        FetchError when it may be tried later: too many wait, or the children are lost. A caller
        who is canceled takes the work along.
        """
        async with self._turn():
            children = await self._ready()
            try:
                future = children.schedule(function, args, timeout=seconds)
            except RuntimeError:  # they were lost just now
                raise _later() from None
            self._under_way[future] = children
            try:
                async with asyncio.timeout(seconds + _STUCK_SECONDS):
                    return await _outcome(future)
            except TimeoutError:
                # A child that was killed with the pipe's lock in hand silences all the others.
                log.error("the media processes do not answer; new ones will take over")
                await self._end(children)
                raise _later() from None
            finally:
                del self._under_way[future]

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        turns = self._turns.setdefault(loop, asyncio.Semaphore(self._workers))
        if turns.locked() and self._waiting >= self._most_waiting:
            raise _later()
        self._waiting += 1
        try:
            await turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            turns.release()

    async def _ready(self) -> "ProcessPool":
        children = self._children
        if children is not None and children.active:
            return children
        await self._end(children)
        try:
            return await asyncio.to_thread(self._start)
        except (BrokenProcessPool, OSError) as error:
            raise _later() from error

    def _start(self) -> "ProcessPool":
        from pebble import ProcessPool

        with self._changing:
            if self._children is None and not self._closed:
                children = ProcessPool(
                    self._workers, _PIECES_PER_CHILD, _settle_in, (self._memory,), _Context()
                )
                if children.active:  # this look starts them
                    self._children = children
            if self._children is None:
                raise _later()
            return self._children

    def _started(self) -> "ProcessPool | None":
        with self._changing:  # some may just be starting
            return self._children

    async def _end(self, children: "ProcessPool | None") -> None:
        if children is None:
            return
        await asyncio.to_thread(self._stop, children)
        for future, owner in list(self._under_way.items()):
            if owner is children:
                with suppress(InvalidStateError):
                    future.set_exception(_later())

    def _stop(self, children: "ProcessPool") -> None:
        with self._changing:
            if self._children is children:
                self._children = None
                children.stop()  # type: ignore[no-untyped-call]
                children.join()


async def _outcome(future: Future[T]) -> T:
    from pebble import ProcessExpired

    try:
        return await asyncio.wrap_future(future)
    except (MemoryError, TimeoutError, ProcessExpired) as error:
        if isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGKILL:
            # By the system, which was short of memory: that says nothing about the file.
            raise _later() from error
        raise BadMediaError(
            N_("The file is too large or too complicated to be processed.")
        ) from error
    except BrokenProcessPool as error:
        raise _later() from error


def _later() -> FetchError:
    return FetchError(N_("The bot is busy with other files; try again in a moment."))


def _settle_in(memory: int) -> None:
    """What a child does first: be modest, and leave it to the parent when to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICENESS)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with suppress(ValueError, OSError):  # not every system limits the address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
