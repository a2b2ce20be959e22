"""The print on a piece of clothing."""

import pytest
from PIL import Image, ImageChops, ImageOps

from bot.sandbox.prints import detected, pattern
from tests.bot.sandbox.pictures import opaque_share, portrait, same, scene, shirt


def place_of(part, whole):
    """Where in a picture a part of it is, which must be in it as it is."""
    for top in range(whole.height - part.height + 1):
        row = part.crop((0, part.height // 2, part.width, part.height // 2 + 1)).tobytes()
        for left in range(whole.width - part.width + 1):
            at = top + part.height // 2
            if whole.crop((left, at, left + part.width, at + 1)).tobytes() == row:
                return left, top, left + part.width, top + part.height
    return None


@pytest.mark.parametrize("cloth", [(236, 236, 232), (30, 34, 44), (60, 120, 190)])
def test_the_print_is_cropped_from_the_shirt(cloth):
    image, truth = shirt(cloth)

    found = place_of(detected(image), image)

    assert found is not None
    assert all(abs(a - b) < 16 for a, b in zip(found, truth, strict=True))


def test_the_pattern_has_no_cloth_around_it():
    image, _ = shirt((236, 236, 232))
    print_ = pattern(image)

    assert print_.mode == "RGBA"
    assert print_.getpixel((0, 0))[3] == print_.getpixel((print_.width - 1, 0))[3] == 0
    assert 0.2 < opaque_share(print_) < 0.75


def test_the_pattern_keeps_its_colours():
    image, _ = shirt((236, 236, 232))
    print_ = pattern(image)
    red, green, blue, alpha = print_.crop((30, 84, 50, 96)).resize((1, 1)).getpixel((0, 0))

    assert alpha > 240
    assert red > green + 80
    assert red > blue + 60


@pytest.mark.parametrize("image", [portrait(), scene()], ids=["photograph", "scene"])
def test_a_picture_without_a_print_gives_a_part_of_itself(image):
    found = detected(image)

    assert place_of(found, image) is not None
    assert found.width * found.height < image.width * image.height


def test_a_plain_picture_gives_its_middle():
    image = Image.new("RGB", (200, 100), (90, 40, 30))
    found = detected(image)

    assert found.getcolors() == [(found.width * found.height, (90, 40, 30))]
    assert found.width < 200


def test_a_print_is_found_wherever_the_shirt_hangs():
    image, truth = shirt()
    moved = ImageOps.mirror(ImageChops.offset(image, 14, 0))

    assert abs(detected(moved).width - (truth[2] - truth[0])) < 20


def test_prints_are_the_same_again():
    assert same(detected(shirt()[0]), detected(shirt()[0]))
    assert same(pattern(shirt()[0]), pattern(shirt()[0]))
