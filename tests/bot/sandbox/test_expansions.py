"""What goes on beyond the edges of a picture."""

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from bot.sandbox import art
from bot.sandbox.art import random_of
from bot.sandbox.expansions import by_factor, by_ratio
from tests.bot.sandbox.pictures import difference, portrait, same, scene


@pytest.mark.parametrize("factor", [1.0, 1.2])
def test_a_canvas_is_so_many_times_as_large(factor):
    image = portrait(200)

    size = by_factor(image, factor).size

    assert size == (round(image.width * factor), round(image.height * factor))


def test_an_absurd_factor_makes_no_absurd_canvas():
    assert by_factor(Image.new("RGB", (4, 2)), 1e300).size == (4096, 2048)


@pytest.mark.parametrize("ratio", [1.0, 16 / 9])
def test_a_canvas_has_the_aspect_that_was_asked_for(ratio):
    image = portrait(200)

    wide, high = by_ratio(image, ratio).size

    assert wide / high == pytest.approx(ratio, rel=0.01)
    assert wide >= image.width
    assert high >= image.height
    assert wide == image.width or high == image.height


@pytest.mark.parametrize("image", [portrait(200), scene()], ids=["photograph", "scene"])
def test_the_picture_stays_as_it_is_in_the_middle(image):
    whole = by_factor(image, 1.5)
    left, top = (whole.width - image.width) // 2, (whole.height - image.height) // 2

    assert same(whole.crop((left, top, left + image.width, top + image.height)), image)


def test_what_is_beside_an_edge_goes_on():
    image = portrait(240)
    whole = by_factor(image, 1.3)
    left, top = (whole.width - image.width) // 2, (whole.height - image.height) // 2
    right = left + image.width

    inside, outside = (
        ImageStat.Stat(whole.crop((x, top + 10, x + 12, top + 90))).mean
        for x in (right - 14, right + 2)
    )

    assert max(abs(a - b) for a, b in zip(inside, outside, strict=True)) < 25


def test_a_face_is_not_painted_a_second_time():
    image = portrait(240)
    whole = by_ratio(image, 2.0)
    face = image.crop((75, 60, 135, 130)).resize((12, 14))
    side = (whole.width - image.width) // 2

    nearest = min(
        difference(face, whole.crop((x, y, x + 60, y + 70)).resize((12, 14)))
        for x in (*range(0, side - 60, 6), *range(side + image.width, whole.width - 60, 6))
        for y in range(0, whole.height - 70, 6)
    )

    assert nearest > 20


def test_a_canvas_that_is_too_large_is_made_smaller_with_its_picture():
    whole = by_factor(Image.new("RGB", (2048, 512), (10, 60, 200)), 4)

    assert whole.size == (4096, 1024)
    assert whole.getpixel((2048, 512)) == (10, 60, 200)


def test_a_factor_below_one_takes_nothing_away():
    image = portrait(120)

    assert same(by_factor(image, 0.3), image)


def test_a_subject_near_an_edge_is_not_copied_beyond_it():
    wall = Image.frombytes("L", (160, 120), random_of(1).randbytes(160 * 120))
    image = wall.point([110 + v // 12 for v in range(256)]).convert("RGB")
    ImageDraw.Draw(image).ellipse((96, 30, 152, 86), fill=(210, 30, 30))
    whole = by_ratio(image, 2.6)

    right = whole.crop(((whole.width + 160) // 2, 0, *whole.size))
    red = ImageChops.subtract(right.getchannel("R"), right.getchannel("G"))

    assert red.getextrema()[1] < 60


def test_what_was_painted_is_still_known():
    assert art.reading_of(by_factor(scene(), 1.2)).motifs == {"boat", "sea"}


def test_pictures_are_the_same_again():
    assert same(by_factor(portrait(100), 1.2), by_factor(portrait(100), 1.2))


def test_what_is_new_comes_from_the_nearest_side():
    image = Image.new("RGB", (160, 120), (190, 40, 40))
    image.paste((40, 60, 190), (80, 0, 160, 120))
    speck = Image.frombytes("L", image.size, random_of(1).randbytes(160 * 120)).convert("RGB")
    whole = by_ratio(ImageChops.soft_light(image, speck), 2.2)

    left, right = (
        ImageStat.Stat(whole.crop((x, 10, x + 30, 110))).mean for x in (4, whole.width - 34)
    )

    assert left[0] > left[2] + 60
    assert right[2] > right[0] + 60
