"""Pictures like a given one."""

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from bot.sandbox.likenesses import Likeness, similar, similar_pro
from tests.bot.sandbox.pictures import (
    all_differ,
    difference,
    goods,
    portrait,
    same,
    scene,
    seam_of,
    shirt,
    take,
)

WEIGHTS = (1.0, 0.75, 0.5, 0.2)


def fitted(image):
    return ImageOps.fit(image, take().size, centering=(0.5, 0.4))


def distances(image, make):
    return [difference(make(weight), fitted(image)) for weight in WEIGHTS]


@pytest.mark.parametrize("image", [portrait(), scene()], ids=["photograph", "scene"])
def test_the_higher_the_weight_the_more_alike(image):
    found = distances(image, lambda weight: similar(image, take(), weight=weight))

    assert found == sorted(found)
    assert found[0] < 4
    assert found[-1] > 4 * found[0] + 6


def test_the_higher_the_similarity_the_more_alike():
    image = portrait()

    found = distances(image, lambda weight: similar_pro(image, take(), Likeness(similarity=weight)))

    assert found == sorted(found)


def test_a_picture_comes_in_the_size_that_was_asked_for():
    wide = take(size=(240, 136))

    assert similar(portrait(), wide).size == similar_pro(portrait(), wide, Likeness()).size
    assert similar(portrait(), wide).size == (240, 136)


def test_the_pictures_of_a_request_differ():
    image = portrait()

    assert all_differ([similar(image, take(index)) for index in range(4)], 5)
    assert all_differ([similar_pro(image, take(index), Likeness()) for index in range(4)], 3)


def test_a_cousin_still_has_the_colours_of_its_source():
    image, other = portrait(), scene("a green forest")
    cousin = similar(image, take(), weight=0.3)

    own, foreign = (
        difference(cousin.resize((2, 2)), fitted(each).resize((2, 2))) for each in (image, other)
    )

    assert own < foreign


def test_a_prompt_adds_what_it_names():
    image = scene("green hills")
    plain, red = (similar(image, take(), weight=0.9, prompt=p) for p in ("", "a red balloon"))

    more = ImageChops.subtract(red.getchannel("R"), plain.getchannel("R"))

    assert ImageStat.Stat(more).mean[0] > 4


def test_a_seamless_cousin_can_be_laid_side_by_side():
    tile = similar(portrait(), take(), seamless=True)

    assert seam_of(tile) < 1.5
    assert seam_of(tile, down=True) < 1.5
    assert seam_of(similar(portrait(), take())) > 1.5


def test_lettering_is_not_mirrored():
    image = Image.new("RGB", (192, 192), "white")
    ImageDraw.Draw(image).polygon([(30, 30), (160, 30), (30, 160)], fill="black")

    kept = [similar_pro(image, take(n), Likeness(lettering=True)) for n in range(4)]
    mirrored = ImageOps.mirror(image)

    assert all(difference(each, image) < 0.4 * difference(each, mirrored) for each in kept)


def test_the_similarity_says_nothing_when_lettering_is_kept():
    one, other = (Likeness(lettering=True, similarity=s) for s in (0.1, 0.9))
    image = portrait()

    assert same(similar_pro(image, take(), one), similar_pro(image, take(), other))


@pytest.mark.parametrize(("ground", "level"), [("black", 0), ("white", 255), (None, 255)])
def test_only_the_pattern_is_left_on_a_plain_ground(ground, level):
    image, _ = shirt()
    made = similar_pro(image, take(), Likeness(only_pattern=True, ground=ground))

    corners = {made.getpixel(at) for at in ((1, 1), (190, 1), (1, 190), (190, 190))}
    inside = (
        made.convert("L").getbbox()
        if ground == "black"
        else ImageOps.invert(made.convert("L")).getbbox()
    )

    assert corners == {(level,) * 3}
    assert (inside[2] - inside[0]) * (inside[3] - inside[1]) > 0.3 * 192 * 192


def test_the_wall_is_gone_when_a_ground_is_asked_for():
    made = similar_pro(portrait(), take(), Likeness(ground="black"))

    assert made.getpixel((180, 10)) == (0, 0, 0)
    assert max(made.getpixel((96, 90))) > 60


@pytest.mark.parametrize(("ground", "level"), [("black", 0), (None, 255)])
def test_a_circle_is_round(ground, level):
    made = similar_pro(portrait(), take(), Likeness(circle=True, ground=ground))
    made_plain = similar_pro(portrait(), take(), Likeness(ground=ground))

    assert made.getpixel((14, 14)) == made.getpixel((177, 177)) == (level,) * 3
    assert made.getpixel((96, 96)) == made_plain.getpixel((96, 96))


def test_a_cut_out_is_taken_as_it_is():
    made = similar_pro(goods(), take(), Likeness(ground="black", similarity=1))

    assert made.getpixel((3, 3)) == (0, 0, 0)
    assert ImageStat.Stat(made.convert("L")).mean[0] > 30


def test_pictures_are_the_same_again():
    likeness = Likeness(similarity=0.3, only_pattern=True)

    assert same(similar(portrait(), take(), weight=0.2), similar(portrait(), take(), weight=0.2))
    assert same(
        similar_pro(shirt()[0], take(), likeness), similar_pro(shirt()[0], take(), likeness)
    )
