"""Real clips, made with PyAV and looked at with PyAV."""

import errno
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image, ImageStat

from bot.errors import BadMediaError
from bot.media import clips
from bot.media.clips import inspect_clip, shrink_clip

RATE = 24
FAST = {
    "264": {"crf": "10", "preset": "ultrafast"},
    "vpx": {"deadline": "realtime", "cpu-used": "8", "qmax": "20", "b": "8M"},
}
UPRIGHT = bytes.fromhex("00010000 00000000 00000000 00000000 00010000 00000000".replace(" ", ""))
TURNED = bytes.fromhex("00000000 00010000 00000000 ffff0000 00000000 00000000".replace(" ", ""))
"""The first two rows of an MP4's display matrix: as it is, and a quarter to the right."""


def picture(number: int, size: tuple[int, int]) -> Image.Image:
    """Noise that never comes again, darker on its left; so nothing but size is easy to encode."""
    noise = random.Random(number).randbytes(size[0] * size[1])  # noqa: S311 - repeatable
    dark = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(size)
    return Image.blend(Image.frombytes("L", size, noise), dark, 0.7).convert("RGB")


def sound(number: int, rate: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="s16", layout="stereo", samples=rate // RATE)
    frame.sample_rate, frame.pts = rate, number * (rate // RATE)
    frame.planes[0].update(random.Random(number).randbytes(frame.planes[0].buffer_size))  # noqa: S311
    return frame


def clip(
    path: Path,
    size: tuple[int, int] = (320, 180),
    *,
    frames: int = RATE,
    hertz: int = 0,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    rate: int = RATE,
) -> Path:
    """A clip of noise, with noise for a sound where `hertz` are given."""
    head = {} if path.suffix == ".webm" else {"movflags": "+faststart"}
    with av.open(path, "w", options=head) as file:
        options = FAST["264" if "264" in codec else "vpx"]
        video = file.add_stream(codec, rate=rate, options=options)
        video.width, video.height, video.pix_fmt = *size, pixels
        audio = file.add_stream("aac" if "264" in codec else "libopus", hertz) if hertz else None
        for number in range(frames):
            frame = av.VideoFrame.from_image(picture(number, size))
            frame.pts, frame.time_base = number, Fraction(1, rate)
            file.mux(video.encode(frame))
            if audio:
                file.mux(audio.encode(sound(number, hertz)))
        for stream in filter(None, (video, audio)):
            file.mux(stream.encode(None))
    return path


def streams(path: Path) -> dict[str, str]:
    with av.open(path) as file:
        return {stream.type: stream.codec_context.name for stream in file.streams}


def frames(path: Path) -> list[av.VideoFrame]:
    with av.open(path) as file:
        return list(file.decode(video=0))


def half(path: Path) -> int:
    return path.stat().st_size // 2


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.webm", "libvpx")]
)
def test_a_clip_tells_its_size_and_seconds(name: str, codec: str, tmp_path: Path):
    width, height, seconds = inspect_clip(clip(tmp_path / name, codec=codec))

    assert (width, height) == (320, 180)
    assert seconds == pytest.approx(1.0, abs=0.05)


def test_a_clip_that_lies_on_its_side_is_told_and_shrunk_upright(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", frames=6)
    data = path.read_bytes()
    place = data.index(UPRIGHT, data.index(b"tkhd"))
    path.write_bytes(data[:place] + TURNED + data[place + len(TURNED) :])
    image = frames(shrink_clip(path, half(path), made))[0].to_image().convert("L")
    top, bottom = (image.crop((0, y, 180, y + 160)) for y in (0, 160))

    assert inspect_clip(path)[:2] == image.size == (180, 320)
    assert ImageStat.Stat(top).mean[0] < ImageStat.Stat(bottom).mean[0] - 30


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_clip_that_was_cut_off_is_damaged(name: str, share: float, tmp_path: Path):
    path = clip(tmp_path / name, codec="libx264" if name == "a.mp4" else "libvpx")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])

    with pytest.raises(BadMediaError, match="damaged"):
        inspect_clip(path)


def test_what_is_no_clip_is_refused(tmp_path: Path):
    still = tmp_path / "a.png"
    picture(1, (8, 8)).save(still)
    with pytest.raises(BadMediaError, match="not an MP4"):
        inspect_clip(still)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\nfile:///etc/passwd",
        b"\0\0\0\x20ftypisom" + bytes(4000),
        b"\0\0\0\x20ftypisom#EXTM3U\n",
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(4000),
    ],
)
def test_bytes_that_only_look_like_a_clip_are_refused(content: bytes, tmp_path: Path):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)

    with pytest.raises(BadMediaError):
        inspect_clip(path)


def test_noise_in_a_clip_never_raises_anything_else(tmp_path: Path):
    data = clip(tmp_path / "a.mp4", (64, 36), frames=4, hertz=48_000).read_bytes()
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - repeatable
        spoiled = bytearray(data)
        for _ in range(30):
            spoiled[chance.randrange(32, len(data))] = chance.randrange(256)
        path = tmp_path / "spoiled.mp4"
        path.write_bytes(spoiled)
        try:
            inspect_clip(path)
            shrink_clip(path, len(data) - 1, tmp_path)
        except BadMediaError:
            continue


def test_a_sound_alone_is_no_clip(tmp_path: Path):
    path = tmp_path / "a.mp4"
    with av.open(path, "w") as file:
        audio = file.add_stream("aac", 48_000)
        for number in range(RATE):
            file.mux(audio.encode(sound(number, 48_000)))
        file.mux(audio.encode(None))

    with pytest.raises(BadMediaError, match="no pictures"):
        inspect_clip(path)


def test_absurd_sides_are_refused_before_anything_is_decoded(tmp_path: Path):
    path = clip(tmp_path / "a.mp4", (4100, 16), frames=1)

    with pytest.raises(BadMediaError, match="4100 × 16"):
        inspect_clip(path)


def test_more_than_ten_minutes_are_refused(tmp_path: Path):
    path = clip(tmp_path / "a.mp4", (16, 16), frames=31, rate=1)
    assert inspect_clip(path)[2] == pytest.approx(31)
    slow = tmp_path / "slow.mp4"
    with av.open(slow, "w") as file:
        video = file.add_stream("libx264", rate=1)
        video.width = video.height = 16
        video.codec_context.time_base = Fraction(1)
        for number in range(0, 640, 20):
            frame = av.VideoFrame.from_image(picture(number, (16, 16)))
            frame.pts, frame.time_base = number, Fraction(1)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))

    with pytest.raises(BadMediaError, match="10 minutes"):
        inspect_clip(slow)


def test_a_clip_that_fits_stays_what_it_is(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4")

    assert shrink_clip(path, path.stat().st_size, made) == path
    assert list(made.iterdir()) == []


@pytest.mark.parametrize("divisor", [2, 8, 30])
def test_a_rendition_fits_and_plays_as_long(divisor: int, tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", (640, 360), hertz=44_100)
    limit = path.stat().st_size // divisor
    small = shrink_clip(path, limit, made)

    assert list(made.iterdir()) == [small]
    assert limit * 0.4 < small.stat().st_size <= limit
    assert inspect_clip(small)[2] == pytest.approx(inspect_clip(path)[2], abs=0.1)


def test_bits_are_given_up_before_pixels(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", (640, 360))

    assert inspect_clip(shrink_clip(path, half(path), made))[:2] == (640, 360)
    assert inspect_clip(shrink_clip(path, 30_000, made))[:2] == (426, 240)


def test_more_than_full_hd_becomes_full_hd(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", (2560, 1440), frames=2)

    assert inspect_clip(shrink_clip(path, path.stat().st_size - 1, made))[:2] == (1920, 1080)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mp4", "libx264", "yuv444p"),
        ("a.mp4", "libx264", "yuvj420p"),
        ("a.mp4", "libx264rgb", "rgb24"),
        ("a.mov", "libx264", "yuv420p"),
        ("a.webm", "libvpx", "yuv420p"),
    ],
)
def test_a_rendition_plays_everywhere_and_keeps_its_looks(
    name: str, codec: str, pixels: str, tmp_path: Path, made: Path
):
    path = clip(tmp_path / name, codec=codec, pixels=pixels, frames=6)
    small = shrink_clip(path, half(path), made)
    first, data = frames(small)[0], small.read_bytes()
    before, after = (ImageStat.Stat(frame.to_image()).mean for frame in (frames(path)[0], first))

    assert small.suffix == ".mp4"
    assert streams(small) == {"video": "h264"}
    assert first.format.name == "yuv420p"
    assert data.index(b"moov") < data.index(b"mdat")
    assert after == pytest.approx(before, abs=6)


def test_odd_sides_become_even(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", (321, 179), pixels="yuv444p", frames=4)

    assert inspect_clip(shrink_clip(path, half(path), made))[:2] == (320, 180)


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.webm", "libvpx")])
def test_the_sound_is_kept(name: str, codec: str, tmp_path: Path, made: Path):
    path = clip(tmp_path / name, codec=codec, hertz=48_000)
    small = shrink_clip(path, half(path), made)
    with av.open(small) as file:
        loud = sum(
            max(abs(n) for n in memoryview(f.planes[0]).cast("f")) for f in file.decode(audio=0)
        )

    assert streams(small) == {"video": "h264", "audio": "aac"}
    assert loud > 1


def test_sixty_pictures_a_second_are_enough(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", rate=120, frames=60)
    count = len(frames(shrink_clip(path, half(path), made)))

    assert 28 <= count <= 34


def test_pictures_keep_their_times(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.webm", codec="libvpx", rate=60, frames=12)
    before, after = (
        [f.time for f in frames(p)] for p in (path, shrink_clip(path, half(path), made))
    )

    assert after == pytest.approx(before, abs=0.002)


def test_what_cannot_be_made_small_enough_is_refused_without_a_trace(tmp_path: Path, made: Path):
    path = clip(tmp_path / "a.mp4", hertz=48_000)
    for limit in (0, 5000, 14_000):
        with pytest.raises(BadMediaError, match="small enough"):
            shrink_clip(path, limit, made)

    assert list(made.iterdir()) == []


def test_no_more_than_five_encodings_are_tried(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
):
    path = clip(tmp_path / "a.mp4", (1280, 1040), frames=2)
    tried: list[tuple[int, int]] = []

    def never_fits(_path: Path, _clip: object, plan: clips._Plan, *_: object) -> bool:
        tried.append((plan.width, plan.height))
        return False

    monkeypatch.setattr(clips, "_encode", never_fits)
    with pytest.raises(BadMediaError):
        shrink_clip(path, path.stat().st_size - 1, made)

    assert [min(size) for size in tried] == [1040, 720, 480, 360, 240]


def test_a_full_disk_is_not_the_files_fault(tmp_path: Path):
    path = clip(tmp_path / "a.mp4", frames=4)
    with pytest.raises(OSError, match="No space") as caught:
        clips._encode(
            path, clips._look(path), clips._Plan(320, 180, 10**6, 0, 0.2), Path("/dev/full"), 10**9
        )

    assert caught.value.errno == errno.ENOSPC
    assert type(caught.value) is OSError


def test_pyav_is_not_imported_before_it_is_needed():
    code = "import sys; import bot.media.clips; sys.exit('av' in sys.modules)"

    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own
