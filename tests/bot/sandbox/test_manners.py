"""The styles of pictures from words."""

import pytest
from PIL import Image, ImageStat

from bot.sandbox.art import random_of
from bot.sandbox.manners import COMMON, MANNERS, in_manner
from tests.bot.sandbox.pictures import all_differ, same, scene

# As the manual lists them.
CODES = ("common", "pictureBook", "illustration", "anime", "game", "photo", "3D", "eCommerce")
CODES += ("logo",)


def test_the_styles_are_those_of_the_manual():
    assert frozenset(CODES) == MANNERS


def test_each_style_looks_different():
    image = scene()

    assert all_differ([in_manner(image, code, "a boat", random_of(1)) for code in CODES], 6)


@pytest.mark.parametrize("code", CODES)
def test_a_style_keeps_the_size_and_gives_the_same_pixels_again(code):
    image = scene("a fox in the forest", (160, 240))

    one, other = (in_manner(image, code, "a fox", random_of(7)) for _ in range(2))

    assert one.size == (160, 240)
    assert one.mode == "RGB"
    assert same(one, other)


@pytest.mark.parametrize("code", [COMMON, "", "oil", "../../etc"])
def test_an_unknown_style_leaves_the_picture(code):
    image = scene()

    assert same(in_manner(image, code, "a boat", random_of(1)), image)


def test_a_logo_stands_on_white():
    logo = in_manner(scene("a mountain"), "logo", "a mountain", random_of(1))

    assert logo.getpixel((0, 0)) == (255, 255, 255)
    assert logo.getpixel((logo.width // 2, logo.height // 2)) != (255, 255, 255)


def test_a_logo_has_few_colours():
    logo = in_manner(scene(size=(256, 256)), "logo", "", random_of(1))

    counts = sorted((count for count, _ in logo.getcolors(1 << 16)), reverse=True)

    assert sum(counts[:8]) > 0.9 * sum(counts)


@pytest.mark.parametrize("code", ["logo", "eCommerce", "3D"])
def test_what_a_prompt_names_is_shown(code):
    image = scene("green hills", (256, 256))
    fox, frog = (in_manner(image, code, f"a {name}", random_of(1)) for name in ("fox", "xyz"))
    middle = (88, 88, 168, 216)

    red, _, blue = ImageStat.Stat(fox.crop(middle)).mean

    assert red > blue + 25
    assert not same(fox, frog)


def test_goods_without_a_name_are_the_picture_in_a_frame():
    image = Image.new("RGB", (256, 256), (20, 140, 60))

    shop = in_manner(image, "eCommerce", "something", random_of(1))

    assert shop.getpixel((128, 120)) == (20, 140, 60)
    assert shop.getpixel((4, 4)) != (20, 140, 60)
