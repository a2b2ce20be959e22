"""Pictures on a transparent ground."""

import pytest
from PIL import ImageStat

from bot.sandbox.manners import MANNERS
from bot.sandbox.stickers import sticker
from tests.bot.sandbox.pictures import all_differ, opaque_share, same, take


@pytest.mark.parametrize("prompt", ["a cute fox", "coffee and a cat", "a mountain lake", "自由"])
def test_a_sticker_is_cut_out(prompt):
    image = sticker(prompt, take())

    assert image.mode == "RGBA"
    assert image.size == (192, 192)
    assert [image.getpixel(at)[3] for at in ((0, 0), (191, 0), (0, 191), (191, 191))] == [0] * 4
    assert 0.15 < opaque_share(image) < 0.9


def test_a_sticker_keeps_off_the_frame():
    left, top, right, bottom = sticker("a cute fox", take()).getchannel("A").getbbox()

    assert min(left, top, 192 - right, 192 - bottom) > 0


def test_a_sticker_has_a_white_rim():
    image = sticker("a black cat", take())
    row = [image.getpixel((x, 100)) for x in range(192)]
    first = next(n for n, pixel in enumerate(row) if pixel[3] == 255)

    assert min(row[first + 1][:3]) > 225


def test_a_sticker_shows_what_is_named_in_its_colour():
    image = sticker("a red heart", take())
    inside = image.crop((80, 80, 112, 112)).convert("RGB")

    red, green, blue = ImageStat.Stat(inside).mean

    assert red > 1.5 * max(green, blue)


def test_styles_and_numbers_change_a_sticker():
    styles = [sticker("a fox", take(), style) for style in sorted(MANNERS)]
    numbers = [sticker("a fox", take(index)) for index in range(4)]

    assert len({each.tobytes() for each in styles}) > 5
    assert all_differ(numbers, 1)


def test_a_sticker_is_the_same_again():
    assert same(sticker("a fox", take(), "photo"), sticker("a fox", take(), "photo"))
