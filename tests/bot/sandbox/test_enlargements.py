"""Larger, clearer and cleaner pictures."""

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from bot.sandbox import art
from bot.sandbox.art import random_of
from bot.sandbox.enlargements import clarified, denoised, upscaled
from tests.bot.sandbox.pictures import difference, goods, portrait, same, scene


def sharpness(image):
    return ImageStat.Stat(image.convert("L").filter(ImageFilter.FIND_EDGES)).mean[0]


def noisy(image):
    width, height = image.size
    speck = Image.frombytes("L", image.size, random_of(1).randbytes(width * height))
    speck = speck.point([116 + level // 11 for level in range(256)]).convert("RGB")
    return ImageChops.add(image, speck, 1, -128)


@pytest.mark.parametrize("multiple", [1, 2, 4])
def test_a_picture_is_so_many_times_as_large(multiple):
    image = portrait()

    assert upscaled(image, multiple).size == (image.width * multiple, image.height * multiple)


def test_a_larger_picture_shows_the_same():
    image = portrait()

    assert difference(upscaled(image, 2).resize(image.size, Image.Resampling.BOX), image) < 4


def test_a_larger_picture_is_sharper_than_a_stretched_one():
    image = portrait()
    stretched = image.resize((image.width * 2, image.height * 2), Image.Resampling.BICUBIC)

    assert sharpness(upscaled(image, 2)) > 1.1 * sharpness(stretched)


def test_no_side_grows_beyond_4096():
    assert upscaled(Image.new("RGB", (2000, 10)), 4).size == (4096, 20)


@pytest.mark.parametrize(("multiple", "longest"), [(1, 1024), (2, 2048), (4, 4096)])
def test_a_clear_picture_has_the_resolution_that_was_asked_for(multiple, longest):
    image = clarified(portrait(100), multiple)

    assert max(image.size) == longest
    assert image.width / image.height == pytest.approx(85 / 100, rel=0.01)


def test_a_clear_picture_can_be_smaller_than_its_source():
    assert max(clarified(Image.new("RGB", (1600, 900)), 1).size) == 1024


def test_a_clear_picture_has_more_contrast_from_place_to_place():
    soft = portrait().filter(ImageFilter.GaussianBlur(1))
    size = clarified(soft, 1).size

    assert sharpness(clarified(soft, 1)) > 1.2 * sharpness(soft.resize(size))


@pytest.mark.parametrize("enlarge", [upscaled, clarified])
def test_denoising_takes_grain_away_before(enlarge):
    wall = noisy(Image.new("RGB", (200, 200), (90, 120, 180)))
    grain = [max(ImageStat.Stat(enlarge(wall, 1, denoise=on)).stddev) for on in (True, False)]

    assert grain[0] < 0.5 * grain[1]


def test_denoising_brings_a_picture_nearer_to_what_it_was():
    clean = scene(size=(300, 200))
    grainy = noisy(clean)

    assert difference(denoised(grainy), clean) < 0.7 * difference(grainy, clean)


def test_denoising_keeps_edges():
    image = Image.new("RGB", (100, 100), (30, 30, 30))
    image.paste((220, 220, 220), (50, 0, 100, 100))
    clean = denoised(noisy(image))

    left, right = (ImageStat.Stat(clean.crop((x, 0, x + 2, 100))).mean[0] for x in (46, 52))

    assert right - left > 160


def test_what_is_transparent_stays_so():
    thing = goods()
    large = upscaled(thing, 2)

    assert large.mode == "RGBA"
    assert large.getchannel("A").getextrema() == (0, 255)
    assert clarified(thing, 1, denoise=True).getpixel((1023, 0))[3] == 0


def test_what_was_painted_is_still_known():
    assert art.reading_of(upscaled(scene(), 2)).motifs == {"boat", "sea"}


def test_larger_pictures_are_the_same_again():
    assert same(clarified(portrait(), 1, denoise=True), clarified(portrait(), 1, denoise=True))
