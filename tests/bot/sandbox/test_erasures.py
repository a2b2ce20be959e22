"""Things taken out of a picture."""

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from bot.sandbox.erasures import erased
from bot.sandbox.materials import edges
from tests.bot.sandbox.pictures import difference, portrait, same, scene


def box_mask(size, *boxes):
    mask = Image.new("L", size)
    for box in boxes:
        mask.paste(255, box)
    return mask


def striped(size=(240, 200)):
    image = Image.new("RGB", size, (240, 230, 200))
    for x in range(0, size[0], 20):
        ImageDraw.Draw(image).rectangle((x, 0, x + 9, size[1]), fill=(40, 90, 60))
    return image


def test_outside_the_mask_nothing_changes():
    image = portrait()
    mask = box_mask(image.size, (60, 60, 160, 190))
    outside = mask.point([255 - level for level in range(256)])

    assert (
        ImageChops.multiply(
            ImageChops.difference(erased(image, mask), image), outside.convert("RGB")
        ).getbbox()
        is None
    )


def test_a_thing_disappears():
    image = striped()
    clean = image.copy()
    ImageDraw.Draw(image).ellipse((90, 70, 150, 130), fill=(220, 30, 30))
    mask = box_mask(image.size, (84, 64, 156, 136))

    result = erased(image, mask)

    red = ImageChops.subtract(result.getchannel("R"), result.getchannel("G"))
    assert red.crop((84, 64, 156, 136)).getextrema()[1] < 60
    assert difference(result, clean, mask) < 0.5 * difference(image, clean, mask)


def test_a_pattern_goes_on_where_a_thing_was():
    image = striped()
    mask = box_mask(image.size, (84, 64, 156, 136))
    blotted = image.copy()
    blotted.paste((220, 30, 30), mask=mask)

    assert difference(erased(blotted, mask), image, mask) < 30


def test_a_photographs_cloth_goes_on_where_a_badge_was():
    image = portrait(512)
    badge = (52, 400, 164, 478)
    result = erased(image, box_mask(image.size, badge))

    before, after = (ImageStat.Stat(each.convert("L").crop(badge)) for each in (image, result))

    assert before.extrema[0][1] > 150
    assert after.extrema[0][1] < 90


def test_no_edge_shows_where_the_mask_ended():
    image = scene(size=(300, 240))
    mask = box_mask(image.size, (185, 45, 260, 115))
    rim = mask.filter(ImageFilter.FIND_EDGES).filter(ImageFilter.MaxFilter(3))

    before, after = (
        ImageStat.Stat(edges(each), rim).mean[0] for each in (image, erased(image, mask))
    )

    assert after < before + 8


@pytest.mark.parametrize("level", [0, 255])
def test_masks_of_all_or_nothing_are_borne(level):
    image = portrait(120)
    result = erased(image, Image.new("L", image.size, level))

    assert result.size == image.size
    assert same(result, image) == (level == 0)


def test_what_touches_the_frame_can_be_taken_out():
    image = striped()
    image.paste((220, 30, 30), (200, 150, 240, 200))

    result = erased(image, box_mask(image.size, (194, 144, 240, 200)))

    assert result.getpixel((239, 199))[1] > 60


def test_a_gradient_goes_on_without_a_step():
    grey = Image.linear_gradient("L").resize((260, 220))
    clean = Image.merge("RGB", (grey, grey.point([v // 2 + 60 for v in range(256)]), grey))
    image, mask = clean.copy(), box_mask(clean.size, (84, 54, 176, 166))
    ImageDraw.Draw(image).ellipse((90, 60, 170, 160), fill=(250, 240, 30))

    assert difference(erased(image, mask), clean, mask) < 1.3
