"""Clips on disk: what they are, and smaller renditions that play everywhere.

Everything here is synchronous and hungry, so callers run it in a `MediaPool`. PyAV is imported
where it is first needed, because the program's start should not wait for it.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import BadMediaError
from bot.media.images import inspect
from bot.text import N_

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.filter import Graph
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MAX_SIDE = 4096
MAX_SECONDS = 600

# The demuxer is named: some that FFmpeg would guess open other files and addresses.
_FORMATS = {"mp4": "mp4", "mov": "mov", "webm": "matroska"}
CLIPS = frozenset(_FORMATS)  # the extensions of what can be decoded
_DAMAGED = N_("The clip is damaged and cannot be read.")
_MOST_PACKETS = 200_000  # ten minutes have a third of it
_USUAL_RATE, _MOST_RATE = Fraction(24), 60
_THREADS = 2

_LARGEST_SIDE = 1080  # of the shorter ones
_SMALLER_SIDES = (720, 480, 360, 240)
_BITS_PER_PIXEL = 0.03  # with less, fewer pixels look better
_LEAST_BITS = 24_000  # a second, for the pictures
_SOUND_BITS, _LEAST_SOUND_BITS = 128_000, 24_000
_BITS_PER_SAMPLE = 24 * 8  # what an MP4 writes down about each picture and piece of sound
_HEADER_BITS = 8192 * 8
_MARGIN = 0.97
_SOUND_RATES, _SOUND_SAMPLES = (44_100, 48_000), 48  # the latter a second

_X264 = {"preset": "veryfast", "crf": "20", "threads": str(_THREADS)}
# With its index first, so that a player can begin before it has the whole file.
_MP4: dict[str, Any] = {"format": "mp4", "options": {"movflags": "+faststart"}}
_TICK = Fraction(1, 90_000)
_TURNS = {1: ("transpose", "clock"), 2: ("rotate", "PI"), 3: ("transpose", "cclock")}
_LIMITED = 1  # FFmpeg's number for the range of colours that video usually has


@dataclass(frozen=True)
class _Clip:
    """A clip as it is shown: upright, with square pixels. `turns` are clockwise quarters."""

    width: int
    height: int
    seconds: float
    rate: Fraction
    turns: int
    has_sound: bool


@dataclass(frozen=True)
class _Plan:
    """A rendition that should fit: its size as shown, and bits a second.

    `ahead` is how many seconds' bits the encoder may spend in advance.
    """

    width: int
    height: int
    video_bits: int
    sound_bits: int
    ahead: float


def inspect_clip(path: Path) -> tuple[int, int, float]:
    """Width, height (upright) and seconds of a clip; BadMediaError unless it is a whole one.

    The file is read to its end, but only the first picture is decoded.
    """
    clip = _look(path)
    return clip.width, clip.height, clip.seconds


def shrink_clip(path: Path, limit_bytes: int, out_folder: Path) -> Path:
    """An MP4 of at most `limit_bytes` in a new file; `path` itself when it fits already.

    Bits are given up first, then pixels; the sound stays. At most five encodings are tried.
    BadMediaError when nothing fits.
    """
    if path.stat().st_size <= limit_bytes:
        return path
    clip = _look(path)
    for plan in _plans(clip, limit_bytes):
        handle, name = tempfile.mkstemp(prefix="part-", suffix=".mp4", dir=out_folder)
        os.close(handle)
        out, fits = Path(name), False
        try:
            fits = _encode(path, clip, plan, out, limit_bytes)
        finally:
            if not fits:
                out.unlink()
        if fits:
            return out
    raise BadMediaError(N_("The clip cannot be made small enough."))


@contextmanager
def _opened(path: Path) -> "Iterator[tuple[InputContainer, VideoStream]]":
    """A clip and its pictures; what fails on its content is a BadMediaError."""
    extension = inspect(path).extension
    if extension not in CLIPS:
        raise BadMediaError(N_("The file is not an MP4, MOV or WebM clip."))
    import av
    from av.stream import Disposition

    try:
        with av.open(path, "r", format=_FORMATS[extension]) as container:
            found = container.streams.video
            video = next((s for s in found if not s.disposition & Disposition.attached_pic), None)
            if video is None:
                raise BadMediaError(N_("The clip has no pictures."))
            video.codec_context.options = {"max_pixels": str(MAX_SIDE**2)}
            video.codec_context.thread_count = _THREADS
            yield container, video
    except BadMediaError:
        raise
    except Exception as error:
        # Hostile bytes raise nearly anything in a decoder; a full disk is no fault of theirs.
        if isinstance(error, OSError) and error.errno not in (None, errno.EIO):
            raise OSError(error.errno, os.strerror(error.errno)) from None
        raise BadMediaError(_DAMAGED) from error


def _look(path: Path) -> _Clip:
    with _opened(path) as (container, video):
        shown = round(video.width * float(video.sample_aspect_ratio or 1)), video.height
        for size in ((video.width, video.height), shown):
            _check_sides(*size)
        claimed = (container.duration or 0) / 1_000_000
        rate = min(video.average_rate or _USUAL_RATE, Fraction(_MOST_RATE))
        frame, seconds = _read_through(container, video)
        # A file that was cut off claims more than it has.
        if frame is None or seconds < claimed * 0.95 - 0.1 - float(1 / rate):
            raise BadMediaError(_DAMAGED)
        if max(seconds, claimed) > MAX_SECONDS:
            raise BadMediaError(N_("The clip is longer than {m} minutes."), m=MAX_SECONDS // 60)
        turns = round(-frame.rotation / 90) % 4
        return _Clip(
            *(shown[::-1] if turns % 2 else shown),
            seconds=max(seconds, claimed),
            rate=rate,
            turns=turns,
            has_sound=bool(container.streams.audio),
        )


def _check_sides(width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise BadMediaError(
            N_("The clip has {size} pixels; at most {limit} a side are possible."),
            size=f"{width} × {height}",
            limit=MAX_SIDE,
        )


def _read_through(
    container: "InputContainer", video: "VideoStream"
) -> "tuple[VideoFrame | None, float]":
    """The first picture, and the seconds that the file really holds."""
    first, begin, end = None, float("inf"), 0.0
    for number, packet in enumerate(container.demux()):
        if packet.is_corrupt or number > _MOST_PACKETS:
            raise BadMediaError(_DAMAGED)
        if first is None and packet.stream is video:
            first = next(iter(video.decode(packet)), None)
        if packet.pts is not None:
            begin = min(begin, float(packet.pts * packet.time_base))
            length = (packet.duration or 0) * packet.time_base
            end = max(end, float(packet.pts * packet.time_base + length))
    return first, max(0.0, end - begin)


def _plans(clip: _Clip, limit_bytes: int) -> Iterator[_Plan]:
    """From the largest rendition that is worth trying to the smallest there is."""
    rate, seconds = float(clip.rate), clip.seconds
    samples = seconds * (rate + (_SOUND_SAMPLES if clip.has_sound else 0))
    bits = limit_bytes * 8 - _HEADER_BITS - samples * _BITS_PER_SAMPLE
    ahead = min(1.0, seconds / 5)
    bits = int(bits * _MARGIN / (seconds + ahead))
    sound = min(_SOUND_BITS, max(_LEAST_SOUND_BITS, bits // 8)) if clip.has_sound else 0
    if bits - sound < _LEAST_BITS:
        return
    short = min(clip.width, clip.height)
    sides = [min(short, _LARGEST_SIDE), *(side for side in _SMALLER_SIDES if side < short)]
    for side in sides:
        width, height = (max(2, round(n * side / short / 2) * 2) for n in (clip.width, clip.height))
        if bits - sound >= width * height * rate * _BITS_PER_PIXEL or side == sides[-1]:
            yield _Plan(width, height, bits - sound, sound, ahead)


def _encode(path: Path, clip: _Clip, plan: _Plan, out: Path, limit_bytes: int) -> bool:
    """Write the rendition; False, and no end of the work, as soon as it is too large."""
    import av

    with _opened(path) as (source, video), av.open(out, "w", **_MP4) as target:
        pictures, fitter = _picture_stream(target, clip, plan, video), _Fitter(clip, plan)
        heard = source.streams.audio[:1]
        sound = _sound_stream(target, plan, heard[0]) if heard else None
        written = 0
        for packet in source.demux(video, *heard):
            made: list[Packet] = []
            if packet.stream is video:
                for picture in filter(None, map(fitter.fitted, video.decode(packet))):
                    made += pictures.encode(picture)
            elif sound is not None:
                for piece in heard[0].decode(packet):
                    made += sound.encode(piece)
            written += sum(packet.size for packet in made)
            if written > limit_bytes:
                return False
            target.mux(made)
        target.mux(pictures.encode(None))
        target.mux(sound.encode(None) if sound is not None else [])
    return out.stat().st_size <= limit_bytes


def _picture_stream(
    target: "OutputContainer", clip: _Clip, plan: _Plan, source: "VideoStream"
) -> "VideoStream":
    limits = {"maxrate": plan.video_bits, "bufsize": int(plan.video_bits * plan.ahead)}
    options = {**_X264, **{name: str(bits) for name, bits in limits.items()}}
    stream = target.add_stream("libx264", rate=clip.rate, options=options)
    stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
    context, given = stream.codec_context, source.codec_context
    context.time_base = _TICK
    is_rgb = given.format is not None and given.format.is_rgb
    if not is_rgb:
        context.colorspace = given.colorspace
    context.color_primaries, context.color_trc = given.color_primaries, given.color_trc
    # Of these two kinds the scaler makes limited ones by itself.
    is_converted = is_rgb or (given.pix_fmt or "").startswith("yuvj")
    context.color_range = _LIMITED if is_converted else given.color_range
    return stream


def _sound_stream(target: "OutputContainer", plan: _Plan, source: "AudioStream") -> "AudioStream":
    rate = source.rate if source.rate in _SOUND_RATES else _SOUND_RATES[-1]
    stream = target.add_stream("aac", rate=rate)
    is_mono = source.channels == 1 or plan.sound_bits < _SOUND_BITS // 2
    stream.layout = "mono" if is_mono else "stereo"
    stream.bit_rate = plan.sound_bits
    return stream


class _Fitter:
    """Gives pictures the size, the turn and at most the rate of a rendition."""

    def __init__(self, clip: _Clip, plan: _Plan) -> None:
        self._turns, self._next = clip.turns, float("-inf")
        self._turner: Graph | None = None
        self._size = (plan.width, plan.height)
        if clip.turns % 2:
            self._size = (plan.height, plan.width)

    def fitted(self, frame: "VideoFrame") -> "VideoFrame | None":
        """The picture, None when it comes too soon after the one before."""
        if frame.pts is None or frame.time < self._next:
            return None
        # A tenth less, so that rounded times do not cost every other picture.
        self._next = frame.time + 0.9 / _MOST_RATE
        width, height = self._size
        fitted = frame.reformat(width, height, "yuv420p", interpolation="BICUBIC")
        fitted.pict_type = 0  # the encoder chooses for itself
        return self._upright(fitted) if self._turns else fitted

    def _upright(self, frame: "VideoFrame") -> "VideoFrame":
        if self._turner is None:
            self._turner = _turner(frame, self._turns)
        self._turner.vpush(frame)
        return self._turner.vpull()


def _turner(frame: "VideoFrame", turns: int) -> "Graph":
    from av.filter import Graph

    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    graph.link_nodes(source, graph.add(*_TURNS[turns]), graph.add("buffersink")).configure()
    return graph
