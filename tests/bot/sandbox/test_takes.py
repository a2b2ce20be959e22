"""Sizes of what Lingtu's emulator makes."""

import pytest

from bot.sandbox.takes import MOST, capped, ratio_of, size_of


@pytest.mark.parametrize(
    ("aspect", "ratio"),
    [
        ("1:1", 1),
        ("16:9", 16 / 9),
        ("2:3", 2 / 3),
        ("1.5:1", 1.5),
        ("3：2", 1.5),
        ("100:1", 4),
        ("1:100", 1 / 4),
    ],
)
def test_an_aspect_is_width_by_height_within_four_to_one(aspect, ratio):
    assert ratio_of(aspect) == pytest.approx(ratio)


@pytest.mark.parametrize("aspect", [None, "", "wide", "0:0", "4:0", "-1:2", "1:2:3", "9" * 400])
def test_what_is_no_aspect_is_a_square(aspect):
    assert ratio_of(aspect) == 1


def test_a_picture_has_the_shape_of_its_aspect():
    width, height = size_of("16:9")

    assert width / height == pytest.approx(16 / 9, rel=0.02)
    assert width % 8 == height % 8 == 0


def test_all_aspects_have_about_as_many_pixels():
    areas = [width * height for width, height in map(size_of, ("1:1", "9:16", "3.5:1"))]

    assert max(areas) < 1.05 * min(areas)


@pytest.mark.parametrize(
    ("wished", "size"),
    [((8192, 4096), (4096, 2048)), ((100.4, 50), (100, 50)), ((0.2, 9000), (1, MOST))],
)
def test_no_side_is_longer_than_the_provider_allows(wished, size):
    assert capped(wished) == size
