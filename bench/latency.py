"""How long a person waits for the program: acknowledgement, posting, start; and its memory."""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.program import World, living

ROUNDS = 5
JOBS = 6


async def measure(folder: Path) -> dict[str, float]:
    """All figures of one round, in milliseconds and MiB."""
    figures: dict[str, list[float]] = {"acknowledged": [], "posted": []}
    async with living(folder) as world:
        began = time.perf_counter()
        await world.start()
        start = time.perf_counter() - began
        for number in range(JOBS):
            acknowledged, posted = await _one_job(world, number)
            figures["acknowledged"].append(acknowledged)
            figures["posted"].append(posted)
        memory = _resident(world)
        await world.program.terminate()
    medians = {name: statistics.median(values) * 1000 for name, values in figures.items()}
    return {**medians, "start": start * 1000, "memory": memory}


async def _one_job(world: World, number: int) -> tuple[float, float]:
    discord, provider = world.discord, world.provider
    provider.holding = True
    known = len(discord.general.history)
    interaction = await discord.slash(
        discord.general, discord.ben, "imagine", {"prompt": f"a cat number {number}"}
    )
    await interaction.wait_acknowledged()
    await world.until(provider.unfinished)
    began = time.perf_counter()
    await provider.release()
    await world.until(
        lambda: any(message.media() for message in discord.general.history[known:]), 20
    )
    return interaction.acknowledged.seconds, time.perf_counter() - began


def _resident(world: World) -> float:
    process = world.program._process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
    return int(kilobytes) / 1024


async def round_trip() -> float:
    """The floor of any HTTP exchange here: one bare aiohttp round trip, in milliseconds."""
    app = web.Application()

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({})

    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with aiohttp.ClientSession() as session:
        times = [await _timed(lambda: _post(session, url)) for _ in range(50)]
    await runner.cleanup()
    return statistics.median(times) * 1000


async def _post(session: aiohttp.ClientSession, url: str) -> None:
    async with session.post(url, json={}) as response:
        await response.read()


async def _timed(call: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await call()
    return time.perf_counter() - began


def commit(folder: Path) -> float:
    """The floor of any durable step here: one synced SQLite commit, in milliseconds."""
    connection = sqlite3.connect(folder / "floor.db")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
    times = []
    for number in range(50):
        began = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        connection.commit()
        times.append(time.perf_counter() - began)
    connection.close()
    return statistics.median(times) * 1000


async def main() -> None:
    """Interleave program and floors, then print the medians."""
    rows: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            figures = await measure(folder)
            figures |= {"HTTP floor": await round_trip(), "commit floor": commit(folder)}
        for key, value in figures.items():
            rows.setdefault(key, []).append(value)
    medians = {key: statistics.median(values) for key, values in rows.items()}
    floor = medians["HTTP floor"] + medians["commit floor"]
    for key, value in medians.items():
        unit = "MiB" if key == "memory" else "ms"
        ratio = f"  {value / floor:6.1f} x floor" if key in {"acknowledged", "posted"} else ""
        sys.stdout.write(f"{key:<14} {value:9.2f} {unit}{ratio}\n")


if __name__ == "__main__":
    asyncio.run(main())
