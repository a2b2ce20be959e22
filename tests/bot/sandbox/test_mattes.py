"""Cut-outs of subjects and heads."""

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.sandbox import retouch
from bot.sandbox.art import random_of
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


def grain(size, seed, scale, strength):
    """A grey cloth of spots about `scale` pixels wide, to be added to a picture."""
    small = (size[0] // scale + 1, size[1] // scale + 1)
    spots = Image.frombytes("L", small, random_of(seed).randbytes(small[0] * small[1]))
    spots = spots.resize(size, Image.Resampling.BICUBIC)
    return spots.point([round(128 + (v - 128) * strength) for v in range(256)]).convert("RGB")


def astronaut():
    """A person in many colours before a wall about as pale as the face, and what to cut out.

    A flag hangs on the left, a dark crate stands on the right; all surfaces are uneven.
    """
    size = (320, 360)
    image = Image.new("RGB", size, (202, 190, 180))
    body, head = Image.new("L", size), Image.new("L", size)
    pen = ImageDraw.Draw(image)
    for n in range(9):
        pen.rectangle((0, n * 24, 44, n * 24 + 12), fill=(150, 30, 44) if n > 3 else (30, 36, 90))
    pen.rectangle((250, 190, 320, 360), fill=(34, 30, 32))
    image = ImageChops.add(image, grain(size, 1, 5, 0.12), 1, -128)
    suit = [(100, 150), (190, 150), (244, 190), (256, 360), (34, 360), (46, 190)]
    ImageDraw.Draw(body).polygon(suit, fill=255)
    ImageDraw.Draw(body).ellipse((94, 126, 196, 176), fill=255)
    ImageDraw.Draw(head).ellipse((100, 26, 190, 120), fill=255)
    ImageDraw.Draw(head).ellipse((112, 44, 178, 136), fill=255)
    dressed = Image.new("RGB", size, (214, 96, 48))
    pen = ImageDraw.Draw(dressed)
    pen.ellipse((94, 126, 196, 176), fill=(40, 38, 46))
    pen.rectangle((130, 180, 146, 360), fill=(232, 228, 216))
    pen.ellipse((70, 220, 116, 266), fill=(60, 50, 140))
    image.paste(ImageChops.add(dressed, grain(size, 2, 3, 0.2), 1, -128), mask=body)
    pen = ImageDraw.Draw(face := Image.new("RGB", size, (112, 82, 46)))
    pen.ellipse((112, 44, 178, 136), fill=(222, 172, 146))
    for x in (130, 160):
        pen.ellipse((x - 7, 78, x + 7, 86), fill=(70, 50, 46))
    pen.ellipse((132, 110, 158, 118), fill=(170, 84, 80))
    image.paste(ImageChops.add(face, grain(size, 3, 2, 0.1), 1, -128), mask=head)
    return image.filter(ImageFilter.GaussianBlur(0.8)), ImageChops.lighter(body, head), head


def overlap(cut, mask):
    """The intersection of what is opaque with a mask, in parts of their union."""
    found = cut.getchannel("A").point([0] * 128 + [255] * 128)
    both, either = ImageChops.darker(found, mask), ImageChops.lighter(found, mask)
    return both.histogram()[255] / either.histogram()[255]


@pytest.mark.parametrize("cutter", [matted, retouch.cutout])
def test_a_person_of_many_colours_is_cut_out_of_an_uneven_ground(cutter):
    image, person, _ = astronaut()

    assert overlap(cutter(image), person) > 0.9


def test_a_pale_face_before_a_pale_wall_is_the_head():
    image, _, head = astronaut()

    assert overlap(head_matted(image), head) > 0.8


def test_a_thing_of_several_colours_is_cut_out_of_a_mottled_ground():
    image = ImageChops.add(
        Image.new("RGB", (300, 240), (92, 110, 60)), grain((300, 240), 4, 4, 0.5)
    )
    image = ImageChops.subtract(image, Image.new("RGB", image.size, (128, 128, 128)))
    truth = Image.new("L", image.size)
    ImageDraw.Draw(truth).rounded_rectangle((80, 70, 190, 200), 30, fill=255)
    thing = Image.new("RGB", image.size, (236, 232, 220))
    ImageDraw.Draw(thing).rectangle((0, 110, 300, 150), fill=(40, 70, 150))
    ImageDraw.Draw(thing).ellipse((110, 100, 160, 160), fill=(220, 60, 50))
    image.paste(ImageChops.add(thing, grain(image.size, 5, 3, 0.15), 1, -128), mask=truth)

    assert overlap(matted(image.filter(ImageFilter.GaussianBlur(0.8))), truth) > 0.93


def test_what_stands_tall_without_a_neck_is_cut_in_the_middle():
    image = Image.new("RGB", (200, 240), (120, 150, 200))
    ImageDraw.Draw(image).rectangle((84, 30, 116, 220), fill=(230, 226, 220))

    top, bottom = (
        head_matted(image).getchannel("A").point([0] * 128 + [255] * 128).getbbox()[n]
        for n in (1, 3)
    )

    assert (top, bottom) == (pytest.approx(30, abs=3), pytest.approx(125, abs=4))


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
