"""The mask in Chromium: what is drawn by hand is what is sent."""

import base64
import io
import math
import re

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.web.editor_words import WORDS
from tests.editor_page import bounds, corners, make_facts

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def signed_area(points):
    """Positive where the corners run clockwise, y pointing down."""
    following = points[1:] + points[:1]
    return sum(x * b - y * a for (x, y), (a, b) in zip(points, following, strict=True)) / 2


def picture_of(mask):
    """The mask that was sent as a picture."""
    head, _, data = mask["png"].partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


def levels(image):
    return {level for level, count in enumerate(image.histogram()) if count}


@pytest.mark.parametrize(
    ("start", "end"),
    [((100, 80), (400, 300)), ((400, 300), (100, 80)), ((100, 300), (400, 80))],
    ids=["down to the right", "up to the left", "up to the right"],
)
async def test_a_rectangle_is_sent_as_its_corners_clockwise(editor, start, end):
    async with editor() as (hand, site):
        await hand.draw("rectangle", start, end)
        await hand.send()

    (post,) = site.posts
    (area,) = post["mask"]["areas"]
    assert (post["prompt"], post["canvas"], post["imgPos"]) == ("", None, None)
    assert (area["width"], area["height"]) == (800, 600)
    assert len(corners(area)) == 4
    for corner in ((100, 80), (400, 80), (400, 300), (100, 300)):
        assert min(math.dist(corner, drawn) for drawn in corners(area)) <= math.sqrt(2)
    assert signed_area(corners(area)) > 0


async def test_a_dense_screen_draws_the_same_pixels(editor):
    async with editor(context={"device_scale_factor": 2}) as (hand, site):
        await hand.draw("rectangle", (100, 80), (400, 300))
        await hand.send()

    assert bounds(site.posts[0]["mask"]["areas"][0]) == pytest.approx((100, 80, 400, 300), abs=1)


async def test_a_lasso_against_the_clock_is_sent_clockwise_and_simplified(editor):
    circle = [
        (400 + 200 * math.cos(turn / 15), 300 - 200 * math.sin(turn / 15)) for turn in range(94)
    ]
    async with editor() as (hand, site):
        await hand.draw("lasso", *circle, steps=1)
        await hand.send()

    (area,) = site.posts[0]["mask"]["areas"]
    points = corners(area)
    assert 12 <= len(points) < 100
    assert signed_area(points) == pytest.approx(math.pi * 200**2, rel=0.01)


async def test_what_is_drawn_beyond_the_picture_ends_at_its_edge(editor):
    async with editor() as (hand, site):
        await hand.draw("rectangle", (-40, -30), (200, 150))
        await hand.draw("lasso", (700, 500), (850, 500), (850, 650), (700, 650))
        await hand.send()

    first, second = site.posts[0]["mask"]["areas"]
    assert bounds(first) == pytest.approx((0, 0, 200, 150), abs=1)
    assert bounds(first)[:2] == (0, 0)
    assert bounds(second)[2:] == (800, 600)


async def test_a_click_and_a_line_make_no_area(editor):
    async with editor() as (hand, site):
        await hand.draw("rectangle", (300, 300))
        await hand.draw("rectangle", (300, 300), (500, 300))
        await hand.draw("lasso", (100, 100), (400, 100))
        disabled = await hand.page.locator("#send").is_disabled()
        summary = await hand.text("preview-caption")

    assert disabled
    assert summary == WORDS["mask_empty"]
    assert site.posts == []


async def test_corners_stay_within_what_the_server_takes(editor):
    most = {**make_facts()["most"], "points": 60}
    async with editor(most=most) as (hand, site):
        for x in (150, 400, 650):
            circle = [(x + 90 * math.cos(t / 10), 300 + 90 * math.sin(t / 10)) for t in range(63)]
            await hand.draw("lasso", *circle, steps=1)
        await hand.send()

    areas = site.posts[0]["mask"]["areas"]
    assert len(areas) == 3
    assert sum(len(corners(area)) for area in areas) <= 60


async def test_more_shapes_than_corners_go_as_a_picture(editor):
    most = {**make_facts()["most"], "points": 10}
    async with editor(most=most) as (hand, site):
        for x in (100, 300, 500):
            await hand.draw("rectangle", (x, 100), (x + 100, 200))
        await hand.send()

    image = picture_of(site.posts[0]["mask"])
    assert [image.getpixel((x, 150)) for x in (150, 250, 350, 450, 550)] == [255, 0, 255, 0, 255]


async def test_a_brushed_mask_is_black_and_white_of_exactly_the_pictures_size(editor):
    async with editor(width=801, height=603) as (hand, site):
        await hand.draw("brush", (200, 300), (600, 300))
        await hand.send()

    image = picture_of(site.posts[0]["mask"])
    assert (image.mode, image.size) == ("L", (801, 603))
    assert levels(image) == {0, 255}
    assert image.getpixel((400, 300)) == 255
    assert [image.getpixel(point) for point in ((400, 200), (100, 300), (700, 300))] == [0, 0, 0]


async def test_the_tip_is_as_wide_as_its_size_says(editor):
    async with editor() as (hand, site):
        await hand.draw("brush", (200, 300), (600, 300))
        said = int(re.match(r"\d+", await hand.text("size-value"))[0])
        await hand.send()

    image = picture_of(site.posts[0]["mask"])
    white = sum(image.getpixel((400, y)) == 255 for y in range(600))
    assert white == pytest.approx(said, abs=1)


async def test_the_eraser_takes_away(editor):
    async with editor() as (hand, site):
        await hand.draw("rectangle", (100, 100), (700, 500))
        await hand.draw("eraser", (50, 300), (750, 300))
        await hand.send()

    image = picture_of(site.posts[0]["mask"])
    assert levels(image) == {0, 255}
    assert [image.getpixel((400, y)) for y in (150, 300, 450)] == [255, 0, 255]


async def test_a_mask_erased_to_nothing_cannot_be_sent(editor):
    async with editor() as (hand, _site):
        await hand.draw("brush", (400, 300))
        await expect(hand.page.locator("#send")).to_be_enabled()
        await hand.page.keyboard.press("]")
        await hand.draw("eraser", (400, 300))

        await expect(hand.page.locator("#send")).to_be_disabled()
        assert await hand.text("reason") == WORDS["no_mask"]


async def test_invert_marks_everything_else(editor):
    async with editor() as (hand, site):
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.page.locator("#invert").click()
        await hand.send()

    image = picture_of(site.posts[0]["mask"])
    black = sum(level == 0 for level in image.tobytes())
    assert levels(image) == {0, 255}
    assert black == pytest.approx(200 * 200, rel=0.02)
    assert image.getpixel((200, 200)) == 0
    assert image.getpixel((5, 5)) == 255


async def test_inverting_twice_is_the_shape_again(editor):
    async with editor() as (hand, site):
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.page.keyboard.press("i")
        await hand.page.keyboard.press("i")
        await hand.send()

    assert len(site.posts[0]["mask"]["areas"]) == 1


async def test_a_stroke_across_a_large_picture_has_no_seams(editor):
    async with editor(width=2600, height=2600) as (hand, site):
        await hand.draw("brush", (1300, 300), (1300, 2300))
        half = int(re.match(r"\d+", await hand.text("size-value"))[0]) / 2
        await hand.send()

    image = picture_of(site.posts[0]["mask"])
    assert image.size == (2600, 2600)
    drawn = (1300 - half, 300 - half, 1300 + half, 2300 + half)
    assert image.getbbox() == pytest.approx(drawn, abs=4)
    assert {image.getpixel((1300, y)) for y in range(300, 2300)} == {255}
    assert levels(image) == {0, 255}
