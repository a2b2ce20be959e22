"""What is said of pictures."""

import pytest
from PIL import Image

from bot.sandbox.captions import describe, title
from bot.sandbox.motifs import read
from tests.bot.sandbox.pictures import odd_pictures, portrait, scene


def test_what_was_painted_is_named():
    words = describe(scene("a cat under the moon, ink"))

    assert words.startswith("An ink painting of a cat and a full moon, ")
    assert read(words).motifs >= {"cat", "moon"}


def test_a_photograph_of_a_person_is_told():
    words = describe(portrait(512))

    assert words.startswith("A photograph of a person")
    assert "blue" in words
    assert "black" in words


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((220, 30, 30), "red"),
        ((250, 250, 250), "white"),
        ((20, 30, 80), "navy blue"),
        ((60, 150, 70), "green"),
        ((240, 150, 180), "pink"),
        ((120, 60, 165), "purple"),
        ((130, 130, 130), "grey"),
    ],
)
def test_a_plain_colour_is_named(colour, name):
    assert f"mainly in {name}," in describe(Image.new("RGB", (80, 80), colour))


@pytest.mark.parametrize(
    ("level", "light"), [(10, "dark, moody"), (90, "subdued"), (140, "even"), (240, "bright, airy")]
)
def test_the_light_is_told(level, light):
    assert f"with {light} light" in describe(Image.new("RGB", (80, 80), (level,) * 3))


@pytest.mark.parametrize(
    ("size", "place"), [((300, 100), "wide"), ((100, 300), "tall"), ((100, 100), "centered")]
)
def test_the_composition_is_told(size, place):
    assert describe(Image.new("RGB", size, "red")).endswith(f"{place} composition")


def test_a_title_names_colour_and_thing():
    words = title(scene("a boat on the sea"))

    assert "Sailing Boat" in words
    assert words == words.strip()
    assert len(words) <= 60


@pytest.mark.parametrize("rule", ["不超过20个字", "标题不超过12字，突出材质"])
def test_a_chinese_rule_gives_a_chinese_title_of_its_length(rule):
    words = title(portrait(), rule)

    assert len(words) <= (20 if "20" in rule else 12)
    assert all("\u4e00" <= char <= "\u9fff" for char in words)
    assert words.endswith(("照片", "像", "高级感", "百搭新款"))


def test_an_english_rule_limits_the_characters():
    words = title(portrait(), "at most 18 characters")

    assert 0 < len(words) <= 18
    assert title(portrait()).startswith(words)


def test_words_that_a_rule_quotes_stand_first():
    assert title(portrait(), 'must contain "Vintage"').startswith("Vintage ")
    assert title(portrait(), "包含“爆款”").startswith("爆款")


@pytest.mark.parametrize("image", odd_pictures().values(), ids=odd_pictures())
def test_something_is_said_of_every_picture(image):
    assert len(describe(image)) > 30
    assert title(image)


def test_the_same_is_said_again():
    assert describe(portrait()) == describe(portrait())


def test_a_strong_colour_is_noticed_where_it_is_little():
    image = Image.new("RGB", (100, 100), (130, 130, 130))
    image.paste((220, 30, 30), (40, 40, 65, 64))

    assert "grey and red" in describe(image)
