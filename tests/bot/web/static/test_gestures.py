"""Mouse, finger, pen and keys: each draws the same pixels, however closely one looks."""

import pytest
from playwright.async_api import expect

from bot.web.editor_words import WORDS
from tests.editor_page import PHONE, bounds

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_zoom_and_pan_do_not_change_what_is_drawn(editor):
    async with editor() as (hand, site):
        before = await hand.place((0, 0))
        await hand.page.mouse.move(*await hand.place((250, 200)))
        await hand.page.mouse.wheel(0, -400)
        await hand.page.keyboard.down("Space")
        await hand.drag((250, 200), (270, 190))
        await hand.page.keyboard.up("Space")
        after = await hand.place((0, 0))
        await hand.draw("rectangle", (200, 150), (300, 250))
        await hand.page.keyboard.press("0")
        fitted = await hand.place((0, 0))
        await hand.send()

    assert before != after
    assert fitted == pytest.approx(before)
    assert bounds(site.posts[0]["mask"]["areas"][0]) == pytest.approx((200, 150, 300, 250), abs=1)


async def test_a_wheel_zooms_around_the_pointer(editor):
    async with editor() as (hand, _site):
        place = await hand.place((250, 200))
        await hand.page.mouse.move(*place)
        await hand.page.mouse.wheel(0, -300)

        # Chromium gives a mouse whole pixels.
        assert await hand.place((250, 200)) == pytest.approx(place, abs=1)
        assert await hand.text("zoom") != "100%"


async def test_a_finger_draws_and_two_fingers_zoom(editor):
    async with editor(context=PHONE) as (hand, site):
        await hand.touch([(200, 150), (300, 200), (400, 300)])
        await expect(hand.page.locator("#preview-caption")).to_have_text("Areas: 1")
        zoom = await hand.text("zoom")
        await hand.choose("brush")
        await hand.touch([(300, 300), (250, 300), (200, 300)], [(500, 300), (550, 300), (600, 300)])
        await hand.settled()
        zoomed = await hand.text("zoom")
        await hand.send()

    (area,) = site.posts[0]["mask"]["areas"]
    assert bounds(area) == pytest.approx((200, 150, 400, 300), abs=2)
    assert int(zoomed[:-1]) == pytest.approx(2 * int(zoom[:-1]), abs=3)


async def test_a_pen_draws(editor):
    async with editor() as (hand, site):
        await hand.pen((200, 150), (300, 200), (400, 300))
        await hand.send()

    (area,) = site.posts[0]["mask"]["areas"]
    assert bounds(area) == pytest.approx((200, 150, 400, 300), abs=1)


async def test_the_middle_button_moves_the_view(editor):
    async with editor() as (hand, _site):
        x, y = await hand.place((100, 100))
        await hand.page.mouse.move(x, y)
        await hand.page.mouse.down(button="middle")
        await hand.page.mouse.move(x + 60, y + 40, steps=2)
        await hand.page.mouse.up(button="middle")

        assert await hand.place((100, 100)) == pytest.approx((x + 60, y + 40), abs=1)
        assert await hand.text("preview-caption") == WORDS["mask_empty"]


async def test_a_rectangle_can_be_drawn_with_keys_alone(editor):
    async with editor() as (hand, site):
        keys = hand.page.keyboard
        await hand.page.locator("#stage").focus()
        await keys.press("1")  # a pixel on the screen is a pixel of the picture: 8 a step
        await keys.press("r")
        await keys.press("Enter")
        for key, times in (("ArrowRight", 5), ("Shift+ArrowDown", 2)):
            for _ in range(times):
                await keys.press(key)
        await keys.press("Enter")
        await hand.page.locator("#send").focus()
        await keys.press("Enter")
        await hand.page.locator("#card").wait_for()

    left, top, right, bottom = bounds(site.posts[0]["mask"]["areas"][0])
    assert (right - left, bottom - top) == (5 * 8, 2 * 5 * 8)


async def test_every_tool_has_its_key_and_says_so(editor):
    async with editor("edit") as (hand, _site):
        buttons = await hand.page.locator("#tools [data-tool]").all()
        for button in buttons:
            key = await button.get_attribute("aria-keyshortcuts")
            assert f"({key})" in await button.get_attribute("title")
            await hand.page.keyboard.press(key.lower())
            await expect(button).to_have_attribute("aria-pressed", "true")

        assert len(buttons) == 6


async def test_letters_in_the_prompt_choose_no_tool(editor):
    async with editor(prompt="a") as (hand, _site):
        await hand.page.locator("#prompt").press("End")
        await hand.page.keyboard.type(" blue heron")

        assert await hand.page.locator("#prompt").input_value() == "a blue heron"
        await expect(hand.page.locator("#tools [data-tool=rectangle]")).to_have_attribute(
            "aria-pressed", "true"
        )
