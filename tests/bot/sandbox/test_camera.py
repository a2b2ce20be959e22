"""Where the camera looks."""

import pytest

from bot.sandbox.camera import MOVES, shot

CORNERS = [(0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5), (0.2, 0.7)]


@pytest.mark.parametrize("move", MOVES)
def test_at_first_it_sees_the_whole_picture(move):
    seen = shot(move, 0, (0.9, 0.1), 16 / 9)

    for place in CORNERS:
        assert seen.source(*place) == pytest.approx(place)


@pytest.mark.parametrize("aspect", [9 / 16, 1, 16 / 9])
@pytest.mark.parametrize("light", [(0.03, 0.97), (0.5, 0.5), (0.97, 0.03)])
@pytest.mark.parametrize("move", MOVES)
def test_it_never_looks_out_of_the_picture(move, light, aspect):
    for travel in (0.5, 1, 2.4):
        for place in CORNERS:
            x, y = shot(move, travel, light, aspect).source(*place)

            assert 0 <= x <= 1
            assert 0 <= y <= 1


@pytest.mark.parametrize("move", MOVES)
def test_what_is_seen_at_a_place_is_found_there(move):
    seen = shot(move, 2.4, (0.7, 0.3), 16 / 9)

    for place in CORNERS:
        assert seen.place(*seen.source(*place)) == pytest.approx(place, abs=0.03)


def test_the_first_one_goes_towards_the_light():
    light = (0.8, 0.2)
    near = shot(MOVES[0], 2.4, light, 1).place(*light)

    assert abs(near[0] - 0.5) < 0.3
    assert abs(near[1] - 0.5) < 0.3
