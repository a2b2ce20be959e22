"""How long the event loop stands still while large media are inspected, shrunk and packed."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

from bot.media import images
from bot.media.assets import AssetFiles
from bot.media.pool import MediaPool
from cogs.parcels import Packer
from storage.models import Asset
from tests.factories import make_asset, make_job

ROUNDS = 5
LIMIT = 5 * 1024 * 1024
VIDEO_BYTES = 9_000_000
TICK = 0.001


async def longest_stall(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """The longest time, in milliseconds, that a ready callback waited; and the work's seconds."""
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            worst = max(worst, time.perf_counter() - due)

    ticking = asyncio.create_task(tick())
    began = time.perf_counter()
    await work()
    seconds = time.perf_counter() - began
    ticking.cancel()
    return worst * 1000, seconds


async def measure(folder: Path, made: list[Path]) -> dict[str, float]:
    """The figures of one round; the media processes are started in it."""
    files, job = AssetFiles(folder / "assets"), make_job()
    await files.open()
    assets: list[Asset] = []
    for position, path in enumerate(made):
        asset = make_asset(job.id, position=position, extension=path.suffix[1:])
        target = files.path(asset)
        target.parent.mkdir(exist_ok=True)
        target.hardlink_to(path)
        assets.append(asset)
    async with MediaPool() as pool:

        async def handle() -> None:
            paths = [files.path(asset) for asset in assets]
            await asyncio.gather(*(pool.run(images.inspect, path) for path in paths))
            async with Packer(files, pool, "").packed(job, assets, LIMIT) as parcel:
                with parcel.opened() as opened:
                    assert len(opened) == len(assets)

        stall, seconds = await longest_stall(handle)
    floor, _ = await longest_stall(lambda: asyncio.sleep(seconds))
    return {"stall": stall, "idle floor": floor, "work": seconds * 1000}


def make_media(folder: Path) -> list[Path]:
    """A video of `VIDEO_BYTES` and four pictures of 4096 × 4096 pixels."""
    noise = Image.effect_noise((4096, 4096), 40).convert("RGB")
    video = folder / "video.mp4"
    with av.open(video, "w") as file:
        stream = file.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "14"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        size = 0
        for number in range(10_000):
            left, top = 37 * number % 2800, 53 * number % 3300
            frame = av.VideoFrame.from_image(noise.crop((left, top, left + 1280, top + 720)))
            frame.pts, frame.time_base = number, Fraction(1, 24)
            packets = stream.encode(frame)
            size += sum(packet.size for packet in packets)
            file.mux(packets)
            if size >= VIDEO_BYTES:
                break
        file.mux(stream.encode(None))
    picture = folder / "picture.png"
    noise.save(picture, compress_level=1)
    return [video, *[picture] * 4]


async def main() -> None:
    """Interleave work and idleness, then print the medians."""
    rows: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        made = make_media(Path(name))
        for number in range(ROUNDS):
            folder = Path(name) / str(number)
            folder.mkdir()
            for key, value in (await measure(folder, made)).items():
                rows.setdefault(key, []).append(value)
    medians = {key: statistics.median(values) for key, values in rows.items()}
    for key, value in medians.items():
        ratio = f"  {value / medians['idle floor']:6.1f} x floor" if key == "stall" else ""
        sys.stdout.write(f"{key:<14} {value:9.2f} ms{ratio}\n")


if __name__ == "__main__":
    asyncio.run(main())
