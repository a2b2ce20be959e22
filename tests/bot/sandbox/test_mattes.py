"""Cut-outs of subjects and heads."""

import pytest
from PIL import Image, ImageDraw, ImageFilter

from bot.sandbox.mattes import head_matted, is_cut, matted
from tests.bot.sandbox.pictures import difference, goods, opaque_share, portrait, same, scene, shirt


def alpha_at(image, x, y):
    """The alpha at parts of the sides, 0 to 255."""
    return image.getchannel("A").getpixel((round(x * image.width), round(y * image.height)))


def bottle():
    """Goods before a plain wall: a neck on a body."""
    image = Image.new("RGB", (200, 300), (226, 222, 214))
    pen = ImageDraw.Draw(image)
    pen.rectangle((85, 50, 115, 130), fill=(40, 110, 70))
    pen.rounded_rectangle((60, 110, 140, 270), 20, fill=(40, 110, 70))
    return image.filter(ImageFilter.GaussianBlur(1))


def test_a_person_is_cut_out_of_a_photograph():
    cut = matted(portrait(512))

    assert cut.mode == "RGBA"
    assert cut.size == portrait(512).size
    assert alpha_at(cut, 0.5, 0.4) == alpha_at(cut, 0.5, 0.8) == 255  # face and jacket
    assert alpha_at(cut, 0.9, 0.2) == alpha_at(cut, 0.05, 0.15) == 0  # wall and flag
    assert 0.35 < opaque_share(cut) < 0.7


def test_goods_are_cut_out_along_their_edge():
    image = bottle()
    truth = Image.new("L", image.size)
    ImageDraw.Draw(truth).rectangle((85, 50, 115, 130), fill=255)
    ImageDraw.Draw(truth).rounded_rectangle((60, 110, 140, 270), 20, fill=255)

    assert difference(matted(image).getchannel("A"), truth) < 4


def test_what_is_kept_has_its_own_colours():
    image = portrait(400)
    cut = matted(image)
    inside = cut.getchannel("A").point([0] * 255 + [255]).filter(ImageFilter.MinFilter(9))

    assert difference(cut, image, inside) < 1


def test_the_old_ground_does_not_shine_through_the_edge():
    cut = matted(bottle())
    edge = cut.getchannel("A").point([255 * (40 < level < 220) for level in range(256)])
    dark = Image.new("RGB", cut.size, (40, 110, 70))

    assert edge.getbbox()
    assert difference(cut, dark, edge) < 20


def test_a_large_picture_is_cut_out_at_its_size():
    image = bottle().resize((1400, 2100))

    assert matted(image).size == (1400, 2100)


@pytest.mark.parametrize("prompt", ["a cat under the moon", "a boat on the sea"])
def test_our_own_figures_are_known(prompt):
    cut = matted(scene(prompt, (300, 300)))

    assert 0.01 < opaque_share(cut) < 0.4


def test_what_is_cut_out_already_stays_so():
    thing = goods()

    assert is_cut(thing)
    assert difference(matted(thing).getchannel("A"), thing.getchannel("A")) < 1


def test_only_transparency_makes_a_cut_out():
    assert not is_cut(portrait())
    assert not is_cut(portrait().convert("RGBA"))


def test_a_head_ends_below_the_chin():
    image = portrait(512)
    head = head_matted(image)
    left, top, right, bottom = head.getchannel("A").point([0] * 128 + [255] * 128).getbbox()

    assert head.size == image.size
    assert alpha_at(head, 0.5, 0.4) == 255  # the nose
    assert alpha_at(head, 0.5, 0.85) == alpha_at(head, 0.15, 0.9) == 0  # the jacket
    assert top < 0.1 * image.height
    assert 0.48 < bottom / image.height < 0.68
    assert 0.3 < (right - left) / image.width < 0.65


def test_a_cats_head_is_told_from_its_body():
    image = scene("a cat under the moon", (300, 300))
    cat, head = matted(image), head_matted(image)

    top, bottom = (cat.getchannel("A").getbbox()[n] for n in (1, 3))
    end = head.getchannel("A").point([0] * 128 + [255] * 128).getbbox()[3]

    assert 0.2 < (end - top) / (bottom - top) < 0.6


def test_what_has_no_neck_is_kept_whole():
    image = Image.new("RGB", (200, 200), (230, 230, 226))
    ImageDraw.Draw(image).ellipse((50, 50, 150, 150), fill=(190, 40, 30))

    assert same(head_matted(image), matted(image))


def test_a_shirt_is_cut_out_of_its_wall():
    image, _ = shirt()
    cut = matted(image)

    assert alpha_at(cut, 0.5, 0.5) == 255
    assert alpha_at(cut, 0.05, 0.05) == alpha_at(cut, 0.95, 0.95) == 0


def test_cut_outs_are_the_same_again():
    assert same(head_matted(portrait(200)), head_matted(portrait(200)))
