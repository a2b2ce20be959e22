"""Single things on a transparent ground."""

import pytest
from PIL import ImageStat

from bot.sandbox import faces, icons, things
from bot.sandbox.art import random_of
from bot.sandbox.stamps import ANYTHING, names_in, stamp, tone_of
from tests.bot.sandbox.pictures import all_differ, same

EVERYTHING = sorted({*faces.NAMES, *icons.NAMES, *things.NAMES})


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_can_be_stamped(name):
    thing = stamp(name, 90, tone_of(name, ""), random_of(1))

    assert thing.mode == "RGBA"
    assert max(thing.size) <= 90
    assert thing.getchannel("A").getextrema() == (0, 255)


def test_a_stamp_is_trimmed():
    alpha = stamp("heart", 120, (200, 40, 40), random_of(1)).getchannel("A")

    assert alpha.getbbox() == (0, 0, *alpha.size)


def test_a_stamp_has_its_own_colours_whatever_it_is_put_on():
    thing = stamp("heart", 120, (200, 40, 40), random_of(1))
    inside = thing.getchannel("A").point([0] * 255 + [255])

    red, green, blue = ImageStat.Stat(thing.convert("RGB"), inside).mean

    assert red > 180
    assert max(green, blue) < 90


def test_the_same_chance_gives_the_same_stamp():
    one, other = (stamp("tree", 80, (60, 150, 70), random_of(4)) for _ in range(2))

    assert same(one, other)


def test_the_faces_can_be_told_apart():
    found = [stamp(name, 80, tone_of(name, ""), random_of(1)) for name in faces.NAMES]

    assert all_differ([each.resize((60, 60)) for each in found], 8)


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("a cute CAT with a mushroom", ["cat", "mushroom"]),
        ("two foxes? no, one fox", ["fox"]),
        ("一只熊猫和樱花", ["panda", "blossom"]),
        ("an orange cat", ["cat"]),
        ("an orange", ["orange"]),
        ("a catalogue of bearings", []),
        ("cat dog fox bear pig fish", ["cat", "dog", "fox", "bear"]),
    ],
)
def test_the_words_of_a_prompt_name_things(prompt, names):
    assert names_in(prompt) == names


def test_what_stands_for_anything_can_be_stamped():
    assert set(ANYTHING) <= set(EVERYTHING)


def test_a_colour_word_colours_the_thing():
    red, _, blue = tone_of("butterfly", "a red butterfly")
    red_of_blue, _, blue_of_blue = tone_of("butterfly", "a blue butterfly")

    assert red > blue
    assert blue_of_blue > red_of_blue


def test_a_fruit_is_not_dyed_by_its_own_name():
    assert tone_of("orange", "an orange") == tone_of("orange", "")
