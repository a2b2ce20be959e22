"""Pictures without a seam."""

import pytest
from PIL import Image

from bot.sandbox.manners import MANNERS
from bot.sandbox.tiles import continuous, looped, padded, seamless, two_way
from tests.bot.sandbox.pictures import all_differ, difference, portrait, same, scene, seam_of, take


def test_a_photograph_has_a_seam():
    image = portrait()

    assert seam_of(image) > 2
    assert seam_of(image, down=True) > 2


@pytest.mark.parametrize("style", sorted(MANNERS))
def test_a_pattern_goes_on_all_ways(style):
    tile = seamless("cherry blossom and a cat", take(), style)

    assert tile.size == (192, 192)
    assert seam_of(tile) < 1.15
    assert seam_of(tile, down=True) < 1.15


def test_each_style_of_a_pattern_looks_different():
    tiles = [seamless("a strawberry", take(), style) for style in sorted(MANNERS)]

    assert len({tile.tobytes() for tile in tiles}) == len(MANNERS)


def test_the_patterns_of_a_request_differ():
    assert all_differ([seamless("a fish", take(index)) for index in range(4)], 6)


def test_a_pattern_shows_what_is_named():
    leaves = seamless("green leaves", take())
    hearts = seamless("red hearts", take())

    assert difference(leaves, hearts) > 15


@pytest.mark.parametrize("image", [portrait(), scene()], ids=["photograph", "scene"])
def test_a_picture_is_made_continuous(image):
    tile = continuous(image)

    assert tile.size == image.size
    assert seam_of(tile) < 1.5
    assert seam_of(tile, down=True) < 1.5


def test_a_continuous_picture_still_shows_what_it_was_made_from():
    image = portrait()
    tile = continuous(image)
    inner = image.crop((60, 60, 200, 240)).resize((32, 32))

    nearest = min(
        difference(inner, tile.crop((x, y, x + 176, y + 226)).resize((32, 32)))
        for x in range(0, 80, 8)
        for y in range(0, 74, 8)
    )

    assert nearest < 18 < difference(inner, Image.new("RGB", (32, 32), "grey"))


def test_a_strip_goes_on_to_both_sides_only():
    strip = two_way(portrait(), (600, 200))

    assert strip.size == (600, 200)
    assert seam_of(strip) < 1.5
    assert seam_of(strip, down=True) > 1.5


def test_a_long_strip_repeats_its_picture():
    strip = two_way(portrait(), (900, 150))
    period = 900 / round(6 * 300 / 256)

    repeated = (
        strip.crop((0, 0, 300, 150)),
        strip.crop((round(period), 0, round(period) + 300, 150)),
    )

    assert difference(*repeated) < 8


def test_a_tile_without_neighbours_is_left_as_it_is_inside():
    tile = scene(size=(40, 30))

    wide = padded(tile, 50)

    assert wide.size == (140, 130)
    assert same(wide.crop((50, 50, 90, 80)), tile)
    assert same(wide.crop((90, 80, 130, 110)), tile)


@pytest.mark.parametrize("size", [(1, 1), (5, 60), (60, 5), (13, 13)])
def test_tiny_pictures_are_looped_as_well(size):
    assert looped(portrait().resize(size)).size == size


def test_tiles_are_the_same_again():
    image = portrait()

    assert same(continuous(image), continuous(image))
    assert same(seamless("a fox", take(), "game"), seamless("a fox", take(), "game"))
