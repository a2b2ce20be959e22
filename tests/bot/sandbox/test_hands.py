"""The hands that Wanxiang and Jumdata draw with."""

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.providers.jumdata_choices import STYLES
from bot.sandbox import art, hands, tools
from bot.sandbox.takes import Take

TAKE = Take((96, 96), 7)
PROMPT = "a cat by the sea at sunset"


def apart(one, other):
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_every_style_looks_like_no_other():
    drawn = {style: hands.jumdata(PROMPT, TAKE, style) for style, _ in STYLES}

    for style, image in drawn.items():
        others = {name: apart(image, other) for name, other in drawn.items() if name != style}
        nearest = min(others, key=others.get)
        assert others[nearest] > 4, (style, nearest)


@pytest.mark.parametrize("size", [(96, 96), (96, 144), (144, 96)])
def test_pictures_have_the_size_that_was_asked_for(size):
    for image in (
        hands.wanxiang(PROMPT, Take(size, 7)),
        hands.jumdata(PROMPT, Take(size, 7), "油画"),
    ):
        assert (image.size, image.mode) == (size, "RGB")


def test_the_same_words_and_seed_give_the_same_picture():
    for style in ("超现实主义", "浮世绘"):
        one, other = (hands.jumdata(PROMPT, TAKE, style) for _ in range(2))
        assert one.tobytes() == other.tobytes()
    assert hands.wanxiang(PROMPT, TAKE).tobytes() == hands.wanxiang(PROMPT, TAKE).tobytes()


def test_the_four_of_wanxiang_differ_and_are_nobody_elses():
    drawn = [hands.wanxiang(PROMPT, Take((96, 96), 7, index)) for index in range(4)]

    assert all(apart(one, other) > 4 for n, one in enumerate(drawn) for other in drawn[:n])
    assert apart(drawn[0], tools.text2img(PROMPT, TAKE)) > 4
    assert apart(drawn[0], tools.text2img_pro(PROMPT, TAKE)) > 4


def test_what_was_drawn_is_noted():
    image = hands.jumdata(PROMPT, TAKE, "赛博朋克")

    assert isinstance(image, Image.Image)
    assert {"cat", "sea", "sun"} <= art.reading_of(image).motifs
