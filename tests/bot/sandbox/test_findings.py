"""What is found in the pixels of a picture."""

import pytest
from PIL import Image

from bot.sandbox import art
from bot.sandbox.canvas import VIEWS
from bot.sandbox.findings import brightest, waterline


def test_the_brightest_place_is_where_the_light_is():
    image = Image.new("RGB", (160, 80), "navy")
    image.paste("ivory", (110, 10, 120, 20))

    assert brightest(image) == pytest.approx((0.72, 0.19), abs=0.05)


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize(
    "prompt", ["a mountain lake with a boat", "水墨 山 舟", "pixel sea", "sea rain"]
)
def test_water_begins_where_it_was_painted(prompt, index):
    image = art.draw(prompt, seed=index + 1, index=index, size=(384, 216))

    assert waterline(image) == pytest.approx(VIEWS[index].horizon, abs=0.045)


def test_a_picture_of_one_colour_has_some_waterline_too():
    assert 0 < waterline(Image.new("RGB", (64, 64), "teal")) < 1
