"""The modes of /erase and /background: what is marked and where the product is put is sent."""

import base64
import io

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.editor_page import FRAME, PHONE, bounds

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def picture_of(mask):
    """The mask that was sent as a picture."""
    return Image.open(io.BytesIO(base64.b64decode(mask["png"].partition(",")[2], validate=True)))


async def test_what_was_brushed_is_erased_without_a_prompt(editor):
    async with editor("erase", width=801, height=603) as (hand, site):
        await expect(hand.page.locator("#send")).to_be_disabled()
        assert await hand.page.locator("textarea").count() == 0
        await hand.draw("brush", (200, 300), (600, 300))
        await hand.send()

    (post,) = site.posts
    image = picture_of(post["mask"])
    assert (post["prompt"], post["canvas"], post["imgPos"]) == ("", None, None)
    assert (image.mode, image.size) == ("L", (801, 603))
    assert {level for level, count in enumerate(image.histogram()) if count} == {0, 255}
    assert [image.getpixel((x, 300)) for x in (100, 400, 700)] == [0, 255, 0]


async def test_a_product_is_put_pulled_and_nudged_and_a_region_set_free(editor):
    async with editor("background") as (hand, site):
        assert await hand.numbers("canvas-width", *FRAME) == [1000, 320, 160, 360, 480]
        await hand.drag((500, 400), (430, 300))
        await hand.drag((610, 540), (430, 300))
        await hand.page.keyboard.press("Shift+ArrowLeft")
        await hand.draw("rectangle", (700, 100), (900, 250))
        await hand.send()

    (post,) = site.posts
    (area,) = post["mask"]["areas"]
    assert post["canvas"] == {"width": 1000, "height": 800}
    place = {"width": 180, "height": 240, "x": 240, "y": 60}
    assert post["imgPos"] == pytest.approx(place, abs=1)
    assert (area["width"], area["height"]) == (1000, 800)
    assert bounds(area) == pytest.approx((700, 100, 900, 250), abs=1)


async def test_a_product_may_reach_beyond_the_canvas_but_not_leave_it(editor):
    async with editor("background") as (hand, site):
        await hand.drag((500, 400), (200, 700))
        assert await hand.numbers(*FRAME) == pytest.approx([20, 460, 360, 480], abs=1)
        await hand.type("picture-x", -5000)
        assert await hand.numbers("picture-x") == [16 - 360]
        await hand.type("picture-width", 1200)
        await hand.send()

    assert site.posts[0]["mask"] is None
    assert site.posts[0]["imgPos"]["width"] == 1200
    assert site.posts[0]["imgPos"]["height"] == 1600


async def test_the_free_region_stays_with_the_background_on_another_canvas(editor):
    async with editor("background") as (hand, site):
        await hand.draw("rectangle", (100, 200), (500, 300))
        await hand.page.get_by_role("button", name="9:16", exact=True).click()
        await hand.send()

    (post,) = site.posts
    image = picture_of(post["mask"])
    assert post["canvas"] == {"width": 450, "height": 800}
    # Of the background's 1000 pixels the middle 450 are left.
    assert image.size == (450, 800)
    assert image.getbbox() == pytest.approx((0, 200, 225, 300), abs=1)
    assert post["imgPos"] == pytest.approx({"width": 270, "height": 360, "x": 90, "y": 220}, abs=1)


async def test_a_small_background_is_enlarged_to_the_least_canvas(editor):
    small = {
        "background": {"address": "../m/backdrop.png", "width": 300, "height": 200},
        "start": {
            "canvas": {"width": 600, "height": 400},
            "picture": {"width": 180, "height": 240, "x": 210, "y": 80},
        },
    }
    async with editor("background", context=PHONE, **small) as (hand, site):
        await hand.choose("rectangle")
        await hand.touch([(100, 100), (200, 200), (300, 300)])
        await hand.type("canvas-width", 9999)
        await hand.type("canvas-height", 1)
        wide = await hand.numbers("canvas-width", "canvas-height")
        await hand.page.locator("#undo").click()
        await hand.page.locator("#undo").click()
        await hand.send()

    assert wide == [1280, 400]
    (area,) = site.posts[0]["mask"]["areas"]
    assert (area["width"], area["height"]) == (600, 400)
    assert bounds(area) == pytest.approx((100, 100, 300, 300), abs=4)


async def test_a_background_that_does_not_load_is_said(editor):
    async with editor("background") as (hand, _site):
        await hand.page.route("**/backdrop.png", lambda route: route.fulfill(body="no picture"))
        await hand.page.reload()

        await expect(hand.page.locator("#waiting")).to_be_visible()
        await expect(hand.page.locator("#send")).to_be_disabled()
