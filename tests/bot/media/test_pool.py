"""Real children: what they do for their callers, what they bear, and how they end."""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import select
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot import errors
from bot.errors import AtelierError, BadMediaError, FetchError
from bot.media import images
from bot.media import pool as module
from bot.media.pool import MediaPool
from tests.bot.media.pictures import png_header
from tests.factories import killed

ROOT = Path(__file__).parents[3]
MIB = 1024 * 1024
FAMILY = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, AtelierError)
]
PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.media.pool import MediaPool

async def main():
    async with MediaPool() as pool:
        await pool.run(Path.read_bytes, Path(sys.argv[1]))

asyncio.run(main())
"""


@dataclass
class Busy:
    """A child that reads a pipe whose other end is ours."""

    caller: asyncio.Task[bytes]
    end: int

    def finish(self) -> None:
        os.write(self.end, b"done")
        os.close(self.end)

    async def gone(self) -> bool:
        return await reader_gone(self.end)


async def reader_gone(end: int) -> bool:
    """Whether nobody reads the pipe any more, now or in ten seconds."""
    watch = select.poll()
    watch.register(end, 0)
    events = await asyncio.to_thread(watch.poll, 10_000)
    os.close(end)
    return bool(events)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def single() -> AsyncIterator[MediaPool]:
    """A pool of one child."""
    async with MediaPool(workers=1, waiting=2, memory=512 * MIB) as opened:
        yield opened


async def keep_busy(pool: MediaPool, pipe: Path, seconds: float = 60) -> Busy:
    caller = asyncio.create_task(pool.run(Path.read_bytes, pipe, seconds=seconds))
    async with asyncio.timeout(10):
        # Returns when the child has opened the pipe too.
        return Busy(caller, await asyncio.to_thread(os.open, pipe, os.O_WRONLY))


async def settled(pool: MediaPool) -> int:
    """The pid of the child, when whatever happened to an earlier one has been noticed."""
    with contextlib.suppress(FetchError):
        return await pool.run(os.getpid)
    return await pool.run(os.getpid)


async def test_the_work_is_done_in_another_process(single: MediaPool):
    assert await single.run(os.getpid) != os.getpid()


async def test_children_start_at_the_first_use():
    async with MediaPool(workers=1) as pool:
        before = multiprocessing.active_children()
        pid = await pool.run(os.getpid)
        after = multiprocessing.active_children()

    assert pid not in {child.pid for child in before}
    assert pid in {child.pid for child in after}


def test_one_pool_serves_one_event_loop_after_another():
    pool = MediaPool(workers=1)

    async def crowd() -> set[int]:
        return set(await asyncio.gather(*(pool.run(os.getpid) for _ in range(4))))

    with asyncio.Runner() as first:
        pids = first.run(crowd())
    with asyncio.Runner() as second:
        pids |= second.run(crowd())
        second.run(pool.__aexit__())

    assert len(pids) == 1


async def test_our_errors_come_back_as_they_were(single: MediaPool, tmp_path: Path):
    path = tmp_path / "large.png"
    path.write_bytes(png_header(13000, 7000))
    with pytest.raises(BadMediaError) as caught:
        await single.run(images.shrink_to_fit, path, 10, tmp_path)

    assert "{width} × {height} pixels" in caught.value.message
    assert caught.value.values == {"width": 13000, "height": 7000, "limit": 80}


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_of_ours_survives_the_way(kind: type[AtelierError]):
    error = kind("{a} and more") if kind is errors.ConfigError else kind("{a} and more", a=1)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert type(copy) is kind
    assert vars(copy) == vars(error)
    assert str(copy) == str(error)


async def test_any_other_error_comes_back_too(single: MediaPool, tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        await single.run(images.inspect, tmp_path / "none.png")


async def test_too_much_memory_is_the_files_fault_and_the_child_lives_on(single: MediaPool):
    child = await single.run(os.getpid)
    with pytest.raises(BadMediaError, match="too large or too complicated"):
        await single.run(bytearray, 600 * MIB)

    assert await single.run(os.getpid) == child


async def test_what_takes_too_long_is_ended(single: MediaPool, pipe: Path):
    busy = await keep_busy(single, pipe, seconds=0.3)
    with pytest.raises(BadMediaError, match="too large or too complicated"):
        await busy.caller

    assert await busy.gone()


async def test_a_child_that_dies_of_its_work_is_the_files_fault(single: MediaPool):
    with pytest.raises(BadMediaError, match="too large or too complicated"):
        await single.run(os.kill, await single.run(os.getpid), signal.SIGSEGV)

    assert await single.run(os.getpid)


async def test_a_child_that_the_system_kills_says_nothing_about_the_file(single: MediaPool):
    with pytest.raises(FetchError, match="busy with other files"):
        await single.run(killed)

    assert await single.run(os.getpid)


async def test_a_child_that_was_killed_at_rest_is_replaced(single: MediaPool):
    child = await single.run(os.getpid)
    os.kill(child, signal.SIGKILL)

    assert await settled(single) != child


async def test_a_child_that_falls_silent_is_replaced(
    single: MediaPool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_STUCK_SECONDS", 0.2)
    child = await single.run(os.getpid)
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(FetchError):
        await single.run(os.getpid, seconds=0.1)

    assert await single.run(os.getpid) != child


async def test_a_child_gives_way_to_a_new_one_after_some_work(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_PIECES_PER_CHILD", 2)
    async with MediaPool(workers=1) as pool:
        children = [await pool.run(os.getpid) for _ in range(6)]

    assert len(set(children)) == 3


async def test_no_more_than_so_many_callers_wait(single: MediaPool, pipe: Path):
    busy = await keep_busy(single, pipe)
    patient = [asyncio.create_task(single.run(os.getpid)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(FetchError, match="busy with other files"):
        await single.run(os.getpid)
    busy.finish()

    assert await busy.caller == b"done"
    assert len(set(await asyncio.gather(*patient))) == 1


async def test_a_canceled_caller_takes_the_work_along(single: MediaPool, pipe: Path):
    busy = await keep_busy(single, pipe)
    busy.caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await busy.caller

    assert await busy.gone()
    assert await single.run(os.getpid)


async def test_what_is_canceled_while_it_waits_is_never_done(
    single: MediaPool, pipe: Path, tmp_path: Path
):
    busy = await keep_busy(single, pipe)
    waiting = asyncio.create_task(single.run(Path.touch, tmp_path / "trace"))
    await asyncio.sleep(0)
    waiting.cancel()
    busy.finish()
    await busy.caller
    await single.run(os.getpid)

    assert not (tmp_path / "trace").exists()


async def test_closing_kills_what_is_under_way_at_once(pipe: Path):
    pool = MediaPool(workers=1)
    busy = await keep_busy(pool, pipe)
    waiting = asyncio.create_task(pool.run(os.getpid))
    await asyncio.sleep(0)
    async with asyncio.timeout(2.5):  # pebble gives a child three seconds to obey SIGTERM
        await pool.__aexit__()

    assert await busy.gone()
    for caller in (busy.caller, waiting):
        with pytest.raises(FetchError):
            await caller


async def test_closing_while_children_start_leaves_none():
    before = multiprocessing.active_children()
    pool = MediaPool(workers=1)
    caller = asyncio.create_task(pool.run(os.getpid))
    await asyncio.sleep(0)
    await pool.__aexit__()

    assert multiprocessing.active_children() == before
    with pytest.raises(FetchError):
        await caller


async def test_a_closed_pool_starts_nothing():
    async with MediaPool(workers=1) as pool:
        pass

    with pytest.raises(FetchError):
        await pool.run(os.getpid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_children_leave_it_to_the_parent_when_to_end(
    single: MediaPool, number: signal.Signals
):
    child = await single.run(os.getpid)
    await single.run(signal.raise_signal, number)

    assert await single.run(os.getpid) == child


async def test_children_inherit_no_listening_socket():
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = f"socket:[{os.fstat(server.fileno()).st_ino}]"
        async with MediaPool(workers=1) as pool:
            child = await pool.run(os.getpid)
            held = {os.readlink(f"/proc/{child}/fd/{n}") for n in os.listdir(f"/proc/{child}/fd")}

    assert held
    assert ours not in held


async def test_children_die_with_a_program_that_is_killed(pipe: Path):
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", PROGRAM, str(pipe)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout
    async with asyncio.timeout(20):
        end = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)
        program.kill()
        # Whatever it has started, busy or idle, holds its output open.
        await program.stdout.read()
        await program.wait()

    assert await reader_gone(end)
