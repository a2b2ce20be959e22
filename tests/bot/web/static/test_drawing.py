"""Steps back and forward, over strokes and frame alike."""

import pytest
from playwright.async_api import expect

from bot.web.editor_words import WORDS
from tests.editor_page import bounds

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_steps_are_undone_and_redone_with_buttons_and_keys(editor):
    async with editor() as (hand, site):
        await expect(hand.page.locator("#undo")).to_be_disabled()
        await hand.draw("rectangle", (100, 100), (200, 200))
        await hand.draw("rectangle", (300, 100), (400, 200))
        await hand.draw("brush", (600, 400))
        await hand.page.locator("#undo").click()
        await expect(hand.page.locator("#preview-caption")).to_have_text("Areas: 2")
        await hand.page.keyboard.press("Control+z")
        await expect(hand.page.locator("#preview-caption")).to_have_text("Areas: 1")
        await hand.page.keyboard.press("Control+y")
        await expect(hand.page.locator("#redo")).to_be_enabled()
        await hand.send()

    first, second = site.posts[0]["mask"]["areas"]
    assert bounds(first)[0] == pytest.approx(100, abs=1)
    assert bounds(second)[0] == pytest.approx(300, abs=1)


async def test_clearing_can_be_undone(editor):
    async with editor() as (hand, _site):
        await hand.draw("rectangle", (100, 100), (200, 200))
        await hand.page.keyboard.press("Delete")
        await expect(hand.page.locator("#preview-caption")).to_have_text(WORDS["mask_empty"])
        await expect(hand.page.locator("#clear")).to_be_disabled()
        await hand.page.locator("#undo").click()

        await expect(hand.page.locator("#preview-caption")).to_have_text("Areas: 1")


async def test_escape_gives_up_the_stroke_in_hand(editor):
    async with editor() as (hand, _site):
        await hand.page.mouse.move(*await hand.place((100, 100)))
        await hand.page.mouse.down()
        await hand.page.mouse.move(*await hand.place((300, 300)))
        await hand.page.keyboard.press("Escape")
        await hand.page.mouse.up()

        assert await hand.text("preview-caption") == WORDS["mask_empty"]
