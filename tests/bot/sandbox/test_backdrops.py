"""Goods on another background."""

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox.backdrops import Stage, change_background
from tests.bot.sandbox.pictures import all_differ, difference, goods, same, scene, take

SIZE = (300, 240)
BOX = (100, 90, 200, 190)


def stand(goods_=None, background=None, index=0, **stage):
    background = background or Image.new("RGB", SIZE, (120, 170, 120))
    return change_background(
        goods_ or goods(), background, take(index, size=SIZE), Stage(**{"box": BOX, **stage})
    )


def firm():
    """Where the goods hide the ground wholly."""
    cut = goods().resize((100, 100), Image.Resampling.LANCZOS)
    whole = Image.new("L", SIZE)
    whole.paste(cut.getchannel("A").point([0] * 255 + [255]), BOX[:2])
    return whole


def test_the_goods_stand_in_their_box_as_they_are():
    cut = goods().resize((100, 100), Image.Resampling.LANCZOS)
    alone = Image.new("RGB", SIZE)
    alone.paste(cut.convert("RGB"), BOX[:2])

    assert difference(stand(smart_colour=False), alone, firm()) == 0


def test_the_result_has_the_size_of_the_canvas():
    assert stand().size == SIZE
    assert stand(background=scene(size=(77, 50))).size == SIZE


def test_of_goods_far_larger_than_the_canvas_only_what_is_seen_is_made():
    assert stand(box=(-(10**6), -(10**6), 10**6, 10**6)).size == SIZE


def test_goods_that_reach_over_an_edge_are_cut_there():
    box, cut = (-50, 90, 50, 190), goods().resize((100, 100), Image.Resampling.LANCZOS)
    alone = Image.new("RGB", SIZE)
    alone.paste(cut.convert("RGB"), box[:2])
    hidden = Image.new("L", SIZE)
    hidden.paste(cut.getchannel("A").point([0] * 255 + [255]), box[:2])

    assert difference(stand(box=box, smart_colour=False), alone, hidden) < 2


def test_far_from_the_goods_the_background_stays():
    background = scene("mountains", SIZE)

    assert same(
        stand(background=background).crop((0, 0, 60, 240)), background.crop((0, 0, 60, 240))
    )


def test_the_goods_throw_a_shadow():
    plain = Image.new("RGB", SIZE, (120, 170, 120))
    darker = ImageChops.subtract(plain, stand(background=plain)).convert("L")
    below, above = darker.crop((90, 185, 210, 205)), darker.crop((90, 20, 210, 80))

    assert below.getextrema()[1] > 30
    assert above.getextrema()[1] == 0


def test_smart_colour_gives_the_goods_the_light_of_the_place():
    blue = Image.new("RGB", SIZE, (20, 40, 160))
    plain, lit = (stand(background=blue, smart_colour=on) for on in (False, True))

    before, after = (ImageStat.Stat(each, firm()).mean for each in (plain, lit))

    assert after[0] / after[2] < before[0] / before[2] - 0.05


def test_a_weak_reference_changes_the_background():
    background = scene("mountains", SIZE)
    strong, weak = (stand(background=background, strong=on) for on in (True, False))

    assert difference(weak, background) > 2 * difference(strong, background)


def test_what_does_not_matter_of_a_background_is_painted_over():
    background = Image.new("RGB", SIZE, (90, 150, 210))
    background.paste((220, 30, 30), (20, 20, 60, 60))
    loose = Image.new("L", SIZE)
    loose.paste(255, (14, 14, 66, 66))

    result = stand(background=background, loose=loose)

    assert (
        difference(result.crop((20, 20, 60, 60)), Image.new("RGB", (40, 40), (90, 150, 210))) < 12
    )


def test_the_pictures_of_a_request_differ():
    assert all_differ([stand(background=scene("mountains", SIZE), index=n) for n in range(4)], 1)


@pytest.mark.parametrize("box", [(-60, -40, 40, 60), (280, 200, 420, 330), (400, 400, 500, 500)])
def test_goods_may_stick_out_of_the_canvas(box):
    assert stand(box=box).size == SIZE


def test_pictures_are_the_same_again():
    assert same(stand(background=scene(size=SIZE)), stand(background=scene(size=SIZE)))
