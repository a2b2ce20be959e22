"""Still pictures in motion, frame by frame."""

from itertools import combinations, pairwise

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox import art
from bot.sandbox.motifs import MOTIFS, STYLES
from bot.sandbox.motion import Footage, filmed

SIZE = (192, 128)
COUNT = 21


def difference(one, other):
    """The mean distance of two pictures' pixels, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def still(prompt="a lake at sunset", index=0):
    return art.draw(prompt, seed=7, index=index, size=SIZE)


def footage(picture, *, index=0, motion="low"):
    return Footage(picture, art.reading_of(picture), art.random_of(1), index, motion)


def film(picture, *, index=0, motion="low", **way):
    return list(filmed(footage(picture, index=index, motion=motion), COUNT, **way))


def liveliness(shown):
    return sum(difference(one, other) for one, other in pairwise(shown))


def test_it_begins_with_exactly_the_picture():
    assert film(still())[0].tobytes() == still().tobytes()


def test_the_same_chance_gives_the_same_frames():
    assert [f.tobytes() for f in film(still())] == [f.tobytes() for f in film(still())]


def test_the_camera_settles_where_it_arrives():
    shown = film(still("a mountain"))

    assert difference(shown[0], shown[-1]) > 5
    assert difference(shown[-2], shown[-1]) < difference(shown[10], shown[11])


def test_four_indices_move_differently():
    lasts = [film(still(), index=index)[-1] for index in range(4)]

    for one, other in combinations(lasts, 2):
        assert difference(one, other) > 4


@pytest.mark.parametrize("index", range(4))
def test_high_motion_moves_clearly_more_than_low(index):
    low = liveliness(film(still(), index=index))
    high = liveliness(film(still(), index=index, motion="high"))

    assert high > 1.5 * low


def test_a_loop_comes_back_to_its_first_frame():
    shown = film(still(), index=3, motion="high", loop=True)

    assert shown[-1].tobytes() == shown[0].tobytes()
    assert difference(shown[0], shown[COUNT // 2]) > 5


@pytest.mark.parametrize("loop", [False, True])
def test_another_picture_takes_over_bit_by_bit(loop):
    goal = still("a red desert", index=1)
    shown = film(still(), last=footage(goal), loop=loop)
    distances = [difference(frame, goal) for frame in shown]

    assert shown[0].tobytes() == still().tobytes()
    assert shown[-1].tobytes() == goal.tobytes()
    assert distances[0] > distances[COUNT // 2] > distances[-3]


@pytest.mark.parametrize("motif", sorted(MOTIFS))
def test_every_motif_is_alive_while_the_camera_stands(motif):
    picture = still(MOTIFS[motif].split()[0])
    one = footage(picture)

    assert difference(one.frame(0.45, 0), one.frame(0.55, 0)) > 0.15


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_moves(style):
    assert liveliness(film(still(f"city {STYLES[style].split()[0]}"), index=1)) > 15


@pytest.mark.parametrize("motion", ["low", "high"])
@pytest.mark.parametrize("index", range(4))
def test_a_moving_picture_has_no_holes(index, motion):
    # A place that nothing is painted on is black.
    for frame in film(Image.new("RGB", SIZE, "white"), index=index, motion=motion):
        assert min(low for low, _ in frame.getextrema()) > 200
