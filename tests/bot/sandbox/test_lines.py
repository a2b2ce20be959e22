"""Line art."""

import pytest
from PIL import Image, ImageDraw, ImageStat

from bot.sandbox.lines import lineart
from tests.bot.sandbox.pictures import portrait, same, scene


def ink(image, box=None):
    """How much of a drawing is dark, 0 to 1."""
    part = image.crop(box) if box else image
    return sum(part.histogram()[:128]) / (part.width * part.height)


@pytest.mark.parametrize("image", [portrait(400), scene()], ids=["photograph", "scene"])
def test_a_drawing_is_dark_lines_on_white(image):
    drawn = lineart(image)
    levels = drawn.histogram()

    assert drawn.mode == "L"
    assert drawn.size == image.size
    assert 0.01 < ink(drawn) < 0.25
    assert sum(levels[:60]) + sum(levels[220:]) > 0.8 * sum(levels)


def test_lines_are_where_the_picture_has_edges():
    image = Image.new("RGB", (300, 300), (230, 210, 180))
    ImageDraw.Draw(image).ellipse((80, 80, 220, 220), fill=(40, 70, 160))

    drawn = lineart(image)

    assert ink(drawn, (70, 140, 95, 160)) > 0.1
    assert ink(drawn, (120, 120, 180, 180)) == 0
    assert ink(drawn, (0, 0, 50, 300)) == 0


def test_a_broad_dark_area_stays_white():
    jacket = (120, 300, 140, 330)
    image = portrait(400)

    assert ImageStat.Stat(image.convert("L").crop(jacket)).mean[0] < 60
    assert ink(lineart(image), jacket) < 0.05


def test_grain_is_no_line():
    wall = (250, 20, 330, 120)
    image = portrait(400)

    assert max(ImageStat.Stat(image.crop(wall)).stddev) > 3
    assert ink(lineart(image), wall) < 0.01


@pytest.mark.parametrize(
    ("few", "more"), [("fine lines", ""), ("", "bold lines"), ("细线", "粗线")]
)
def test_a_prompt_asks_for_bolder_lines(few, more):
    image = scene("mountains", (400, 300))

    assert ink(lineart(image, more)) > 1.1 * ink(lineart(image, few))


def test_a_plain_picture_has_no_lines():
    assert lineart(Image.new("RGB", (200, 150), (90, 20, 20))).getextrema() == (255, 255)


def test_a_drawing_is_the_same_again():
    assert same(lineart(portrait()), lineart(portrait()))


def test_dust_is_no_line():
    image = Image.new("RGB", (300, 300), (230, 225, 220))
    pen = ImageDraw.Draw(image)
    pen.line((30, 60, 270, 60), fill=(30, 30, 30), width=3)
    for x in range(60, 260, 60):
        pen.rectangle((x, 180, x + 2, 182), fill=(30, 30, 30))

    drawn = lineart(image)

    assert ink(drawn, (40, 55, 260, 65)) > 0.1
    assert ink(drawn, (0, 150, 300, 220)) == 0
