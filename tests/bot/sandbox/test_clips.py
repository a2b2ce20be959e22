"""The emulator's clips as files: what the bot downloads, shows and asks to go on with."""

import subprocess
import sys
from itertools import pairwise

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox import art, clips

START = art.draw("a lake at sunset with a boat", seed=5, index=0, size=(240, 240))
END = art.draw("a red desert", seed=6, index=1, size=(300, 200))


def difference(one, other):
    """The mean distance of two pictures' pixels, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean) / 3


def frames(path):
    with av.open(path) as clip:
        for frame in clip.decode(video=0):
            yield frame.to_image().reduce(4)


def render(path, **changes):
    asked = {"seed": 3, "index": 0, "size": "480p", "motion": "low"} | changes
    clips.render(START, path, **asked)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def clip(folder):
    return render(folder / "clip.mp4")


@pytest.fixture(scope="module")
def longer(folder, clip):
    clips.extend(clip, folder / "longer.mp4", seed=4, index=1, motion="low")
    return folder / "longer.mp4"


@pytest.fixture(scope="module")
def short(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clips, "LENGTH", 1)
        return render(folder / "short.mp4", index=3)


@pytest.fixture(scope="module")
def large(folder, short):
    clips.enlarge(short, folder / "large.mp4")
    return folder / "large.mp4"


@pytest.fixture(scope="module")
def ending(folder):
    return render(folder / "ending.mp4", index=2, motion="high", end=END)


def test_a_clip_is_what_every_browser_plays(clip):
    with av.open(clip) as opened:
        stream = opened.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert not stream.codec_context.has_b_frames
        assert len(opened.streams) == 1


def test_a_clip_can_be_played_before_it_has_all_come(clip):
    data = clip.read_bytes()

    assert data.index(b"moov") < data.index(b"mdat")


def test_a_clip_takes_five_seconds_at_an_even_pace(clip):
    with av.open(clip) as opened:
        times = [frame.time for frame in opened.decode(video=0)]

    assert clips.seconds(clip) == 5.0
    assert len(times) == 5 * clips.FPS
    assert all(after - before == pytest.approx(1 / clips.FPS) for before, after in pairwise(times))


def test_a_clip_begins_with_its_start_picture(clip):
    assert difference(clips.first_frame(clip), START) < 3


def test_every_frame_differs_from_the_one_before(clip):
    steps = [difference(one, other) for one, other in pairwise(frames(clip))]

    assert min(steps[10:-10]) > 0.3
    assert max(steps) < 8  # it moves, it does not jump


def test_the_same_arguments_give_the_same_file(short, folder, monkeypatch):
    monkeypatch.setattr(clips, "LENGTH", 1)

    assert render(folder / "same.mp4", index=3).read_bytes() == short.read_bytes()
    assert render(folder / "other.mp4", index=3, seed=4).read_bytes() != short.read_bytes()


def test_a_clip_ends_with_the_picture_asked_for(ending):
    asked = END.crop((50, 0, 250, 200))

    assert difference(clips.last_frame(ending), asked) < 3
    assert difference(clips.first_frame(ending), START) < 3


@pytest.mark.parametrize(
    ("start", "size", "sides"),
    [
        ((96, 54), "480p", (854, 480)),
        ((40, 60), "720p", (720, 1080)),
        ((90, 9), "480p", (1920, 480)),
    ],
)
def test_a_clip_has_the_aspect_of_its_start_within_four_to_one(
    start, size, sides, folder, monkeypatch
):
    monkeypatch.setattr(clips, "LENGTH", 1)
    path = folder / f"{start[0]}.mp4"
    clips.render(Image.new("RGBA", start, "navy"), path, seed=1, index=1, size=size, motion="high")

    assert clips.first_frame(path).size == sides


def test_an_extension_keeps_the_frames_and_adds_four_seconds(clip, longer):
    with av.open(clip) as before, av.open(longer) as after:
        old = [bytes(packet) for packet in before.demux(video=0) if packet.size]
        new = [bytes(packet) for packet in after.demux(video=0) if packet.size]

    assert clips.seconds(longer) == 9.0
    assert new[: len(old)] == old
    assert len(new) == 9 * clips.FPS


def test_an_extension_goes_on_without_a_seam(clip, longer):
    shown = list(frames(longer))
    seam = len(list(frames(clip)))
    steps = [difference(one, other) for one, other in pairwise(shown)]

    assert steps[seam - 1] < max(steps[:seam])
    assert difference(shown[seam], shown[-1]) > 4


def test_a_clip_extended_four_times_keeps_its_colours(tmp_path, monkeypatch):
    monkeypatch.setattr(clips, "LENGTH", 1)
    monkeypatch.setattr(clips, "LONGER", 1)  # the number of joints counts, not their distance
    path, plain = tmp_path / "clip.mp4", Image.new("RGB", (64, 64), (128, 60, 140))
    clips.render(plain, path, seed=1, index=0, size="480p", motion="high")
    for index in range(4):
        clips.extend(path, path, seed=index, index=index, motion="high")

    assert clips.seconds(path) == 5.0
    assert len(list(frames(path))) == 5 * clips.FPS
    assert difference(clips.last_frame(path), plain) < 2
    assert list(tmp_path.iterdir()) == [path]


def test_an_enlarged_clip_is_the_same_clip_at_1080_pixels(short, large):
    with av.open(large) as opened:
        assert (opened.streams.video[0].width, opened.streams.video[0].height) == (1080, 1080)
    pairs = zip(frames(short), frames(large), strict=True)

    assert clips.seconds(large) == clips.seconds(short) == 1.0
    assert max(difference(one, other) for one, other in pairs) < 3


def test_what_was_painted_travels_with_every_copy(clip, longer, large, ending):
    painted = START.info["painted"]

    for path in (clip, longer, large):
        assert clips.first_frame(path).info["painted"] == painted
        assert clips.last_frame(path).info["painted"] == painted
    assert clips.last_frame(ending).info["painted"] == END.info["painted"]


def test_what_is_no_clip_leaves_nothing_behind(tmp_path):
    source, out = tmp_path / "text.mp4", tmp_path / "out.mp4"
    source.write_text("no clip")

    with pytest.raises(av.error.InvalidDataError):
        clips.extend(source, out, seed=1, index=0, motion="low")
    with pytest.raises(av.error.InvalidDataError):
        clips.enlarge(source, out)
    assert list(tmp_path.iterdir()) == [source]


def test_the_module_needs_pyav_only_once_a_clip_is_made():
    code = "import sys, bot.sandbox.clips; sys.exit('av' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)  # noqa: S603
    assert done.returncode == 0
