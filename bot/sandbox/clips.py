"""The clips the sandbox returns: H.264 in MP4, made of pictures that `motion` moves.

Synchronous and deterministic; callers run these functions in a thread. PyAV is imported when a
clip is first made or read: a bot without the sandbox need not have it in memory.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from PIL import Image, ImageOps

from bot.sandbox.art import noted, random_of, reading_of
from bot.sandbox.motifs import recalled
from bot.sandbox.motion import Footage, Motion, filmed

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer, OutputContainer

Size = Literal["480p", "720p"]

FPS = 20
LENGTH, LONGER = 5, 4  # seconds of a new clip, and by which one is extended
_SHORT_SIDE = {"480p": 480, "720p": 720}
_LARGE = 1080
_NOTE = "comment"  # the tag of an MP4 file in which the note of `art` travels
# The same for every clip, whatever made it: their packets can follow one another in one file.
_X264 = {"preset": "veryfast", "crf": "21", "bf": "0", "subq": "1"}
_BT601, _BT709 = 6, 1  # the matrix in which PyAV converts, and the rest, which is as in sRGB
# Bicubic, with exact rounding and full chroma: without, each generation is a little darker.
_EXACT = 0x4 | 0x40000 | 0x2000


def render(
    start: Image.Image,
    out: Path,
    *,
    seed: int,
    index: int,
    size: Size,
    motion: Motion,
    loop: bool = False,
    end: Image.Image | None = None,
) -> None:
    """Make a clip that begins with `start`; its last frame is `end`, or with `loop` the first.

    It has the aspect of `start`, within 4:1 and 1:4; `end` is cropped to it.
    """
    sides = _sides(start, _SHORT_SIDE[size])
    first = _footage(_fitted(start, sides), seed, index, motion)
    last = _footage(_fitted(end, sides), seed, index, motion) if end else None
    frames = filmed(first, LENGTH * FPS, loop=loop, last=last)
    with _writing(out, reading_of(end or start).note()) as container:
        _encode(container, map(_frame, frames), sides)


def extend(source: Path, out: Path, *, seed: int, index: int, motion: Motion) -> None:
    """Make the clip 4 seconds longer: the frames it has, untouched, and on from the last one."""
    still = last_frame(source)
    footage = _footage(still, seed, index, motion)
    # The first of these frames is the last that is there already.
    frames = islice(filmed(footage, LONGER * FPS + 1), 1, None)
    more = io.BytesIO()
    with _container(more) as container:
        _encode(container, map(_frame, frames), still.size)
    more.seek(0)
    with _writing(out, reading_of(still).note()) as container, source.open("rb") as file:
        _join(container, (file, more))


def enlarge(source: Path, out: Path) -> None:
    """Make the same clip with a short side of 1080 pixels."""
    with _opened(source) as clip, _writing(out, clip.metadata.get(_NOTE, "")) as container:
        stream = clip.streams.video[0]
        factor = _LARGE / min(stream.width, stream.height)
        # Eighths, so that 854 by 480 becomes 1920 by 1080.
        sides = (8 * round(stream.width * factor / 8), 8 * round(stream.height * factor / 8))
        frames = (frame.reformat(*sides, interpolation="LANCZOS") for frame in clip.decode(stream))
        _encode(container, frames, sides)


def first_frame(path: Path) -> Image.Image:
    """The picture a clip begins with (RGB), and what was painted in its notes."""
    with _opened(path) as clip:
        return _image(next(clip.decode(video=0)), clip)


def last_frame(path: Path) -> Image.Image:
    """The picture a clip ends with (RGB), and what was painted in its notes."""
    with _opened(path) as clip:
        stream = clip.streams.video[0]
        clip.seek(stream.duration or 0, stream=stream)  # back to the last key frame
        *_, frame = clip.decode(stream)
        return _image(frame, clip)


def seconds(path: Path) -> float:
    """How long a clip is."""
    with _opened(path) as clip:
        stream = clip.streams.video[0]
        return float((stream.duration or 0) * (stream.time_base or 0))


def _sides(image: Image.Image, short: int) -> tuple[int, int]:
    """Even sides, as the encoder needs them, in the picture's aspect."""
    ratio = min(max(image.width / image.height, 1 / 4), 4.0)
    return 2 * round(short * max(1.0, ratio) / 2), 2 * round(short * max(1.0, 1 / ratio) / 2)


def _fitted(image: Image.Image, sides: tuple[int, int]) -> Image.Image:
    picture = ImageOps.fit(image.convert("RGB"), sides, Image.Resampling.LANCZOS)
    return noted(picture, reading_of(image))


def _footage(still: Image.Image, seed: int, index: int, motion: Motion) -> Footage:
    rng = random_of("clip", seed, index)
    return Footage(still, reading_of(still), rng, index, motion)


def _frame(image: Image.Image) -> "VideoFrame":
    from av import VideoFrame

    frame = VideoFrame.from_bytes(image.tobytes("raw", "RGBX"), *image.size)
    return frame.reformat(format="yuv420p")


def _image(frame: "VideoFrame", clip: "InputContainer") -> Image.Image:
    image: Image.Image = frame.to_image(interpolation=_EXACT)  # type: ignore[no-untyped-call]
    return noted(image, recalled(clip.metadata.get(_NOTE, "")))


def _opened(source: Path | BinaryIO) -> "InputContainer":
    import av

    return av.open(str(source) if isinstance(source, Path) else source, "r")


def _container(target: str | BinaryIO, **options: str) -> "OutputContainer":
    import av

    return av.open(target, "w", format="mp4", options=options)


@contextmanager
def _writing(out: Path, note: str) -> Iterator["OutputContainer"]:
    """A file to fill that nobody ever sees half of."""
    unfinished = out.with_name(f"{out.name}.part")
    try:
        with _container(str(unfinished), movflags="+faststart") as container:
            container.metadata[_NOTE] = note
            yield container
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _encode(
    container: "OutputContainer", frames: Iterable["VideoFrame"], sides: tuple[int, int]
) -> None:
    stream = container.add_stream("libx264", rate=FPS, options=_X264)
    stream.width, stream.height = sides
    context = stream.codec_context
    context.gop_size = LENGTH * FPS
    context.thread_count = 1  # with more, the file would depend on the machine's cores
    context.colorspace, context.color_primaries, context.color_trc = _BT601, _BT709, _BT709
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _join(container: "OutputContainer", files: Iterable[BinaryIO]) -> None:
    """Write the packets of clips that were encoded alike one after another."""
    track, ticks = None, 0
    for file in files:
        with _opened(file) as clip:
            stream = clip.streams.video[0]
            track = track or container.add_stream_from_template(stream)
            for packet in clip.demux(stream):
                if packet.pts is None or packet.dts is None:  # the end
                    continue
                packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
                packet.stream = track
                container.mux(packet)
            ticks += stream.duration or 0
