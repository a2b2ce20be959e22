"""Sending: why not yet, exactly once, and what every answer leads to."""

import re

import pytest
from playwright.async_api import expect

from bot.web.editor_words import WORDS
from tests.editor_page import TAKEN, make_facts

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_what_is_missing_is_said(editor):
    async with editor("paint") as (hand, _site):
        send, reason = hand.page.locator("#send"), hand.page.locator("#reason")
        await expect(reason).to_have_text(WORDS["no_mask"])
        await hand.draw("rectangle", (100, 100), (300, 300))
        await expect(reason).to_have_text(WORDS["no_prompt"])
        await hand.page.locator("#prompt").fill("   ")
        await expect(send).to_be_disabled()
        await hand.page.locator("#prompt").fill("a tree")

        await expect(send).to_be_enabled()
        await expect(reason).to_be_hidden()


async def test_an_edit_that_changes_nothing_is_not_sent(editor):
    async with editor("edit", prompt="a tree") as (hand, _site):
        await expect(hand.page.locator("#reason")).to_have_text(WORDS["no_change"])
        await hand.type("canvas-width", 900)

        await expect(hand.page.locator("#send")).to_be_enabled()


async def test_a_picture_that_does_not_load_is_said(editor):
    async with editor() as (hand, _site):
        await hand.page.route("**/picture.png", lambda route: route.fulfill(body="no picture"))
        await hand.page.reload()

        await expect(hand.page.locator("#waiting")).to_have_text(WORDS["picture_failed"])
        await expect(hand.page.locator("#send")).to_be_disabled()


async def test_the_post_is_json_from_this_very_site(editor):
    async with editor() as (hand, site):
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.send()

    (headers,) = site.headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Origin"] == site.address.removesuffix("/below/editor/token")
    assert headers["Sec-Fetch-Site"] == "same-origin"
    assert "Referer" not in headers


async def test_two_clicks_send_once(editor):
    async with editor() as (hand, site):
        site.open.clear()
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.page.locator("#send").dblclick()
        await expect(hand.page.locator("#send")).to_be_disabled()
        site.open.set()
        await hand.page.locator("#card").wait_for()

        assert len(site.posts) == 1
        assert await hand.text("card-title") == WORDS["sent_title"]
        assert await hand.text("card-text") == TAKEN["message"]
        await expect(hand.page.locator("#card-close")).to_be_visible()
        assert await hand.page.locator("button:enabled").count() == 0


async def test_a_refusal_that_can_be_mended_is_shown_and_sent_again(editor):
    async with editor(prompt="bad") as (hand, site):
        site.answers = [(400, {"ok": False, "message": "Write another prompt.", "again": True})]
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.page.locator("#send").click()
        await expect(hand.page.get_by_role("alert")).to_have_text("Write another prompt.")
        await hand.page.locator("#prompt").fill("good")
        await hand.send()

    assert [post["prompt"] for post in site.posts] == ["bad", "good"]
    assert site.posts[0]["mask"] == site.posts[1]["mask"]


async def test_a_link_that_was_used_is_closed_with_the_servers_words(editor):
    async with editor() as (hand, site):
        site.answers = [(409, {"ok": False, "message": "This was sent already.", "again": False})]
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.send()

        assert await hand.text("card-title") == WORDS["refused_title"]
        assert await hand.text("card-text") == "This was sent already."
        await expect(hand.page.locator("#card-close")).to_be_hidden()
        assert await hand.page.locator("button:enabled").count() == 0


async def test_a_lost_connection_is_said_and_send_works_again(editor):
    async with editor() as (hand, site):
        site.cut = True
        await hand.draw("brush", (100, 100), (300, 300))
        await hand.page.locator("#send").click()
        await expect(hand.page.get_by_role("alert")).to_have_text(WORDS["unsure"])
        site.cut = False
        await hand.send()

        assert await hand.text("card-title") == WORDS["sent_title"]
    assert site.posts[0] == site.posts[-1]


async def test_an_error_page_from_something_in_between_is_no_end(editor):
    async with editor() as (hand, site):
        site.answers = [(502, "<h1>Bad gateway</h1>")]
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.page.locator("#send").click()
        alert = hand.page.get_by_role("alert")
        await expect(alert).to_have_text(WORDS["odd_answer"].replace("{status}", "502"))
        await hand.send()

    assert len(site.posts) == 2


async def test_an_answer_that_never_comes_is_given_up_after_half_a_minute(editor):
    async with editor() as (hand, site):
        await hand.page.clock.install()
        await hand.page.reload()
        await hand.draw("rectangle", (100, 100), (300, 300))
        site.open.clear()
        async with hand.page.expect_request(lambda request: request.method == "POST"):
            await hand.page.locator("#send").click()
        await hand.page.clock.fast_forward(31_000)
        await expect(hand.page.get_by_role("alert")).to_have_text(WORDS["unsure"])
        site.open.set()
        await hand.send()

        assert await hand.text("card-title") == WORDS["sent_title"]


async def test_leaving_with_unsent_strokes_is_asked_about(editor):
    async with editor() as (hand, _site):
        asked = []
        hand.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept())[1])
        await hand.page.reload()
        assert asked == []
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.page.reload()
        assert asked == ["beforeunload"]
        await hand.draw("rectangle", (100, 100), (300, 300))
        await hand.send()
        await hand.page.reload()

        assert asked == ["beforeunload"]


async def test_the_last_two_minutes_are_counted_and_then_it_is_over(editor):
    async with editor(prompt="keep me") as (hand, site):
        await hand.page.clock.install()
        site.facts = make_facts(prompt="keep me")
        await hand.page.reload()
        notice = hand.page.locator("#deadline")
        await hand.draw("rectangle", (100, 100), (300, 300))
        await expect(notice).to_be_hidden()
        await hand.page.clock.fast_forward("08:20")
        await expect(notice).to_have_text(re.compile(WORDS["deadline"] + r" 1:(3\d|40)"))
        await hand.page.clock.fast_forward("01:41")
        await hand.page.locator("#card").wait_for()

        assert await hand.text("card-title") == WORDS["expired_title"]
        await expect(hand.page.locator("#send")).to_be_disabled()
        assert await hand.page.locator("#prompt").input_value() == "keep me"
    assert site.posts == []


async def test_a_wrong_clock_does_not_end_the_link(editor):
    async with editor() as (hand, _site):
        await hand.page.clock.install(time="2040-01-01")
        await hand.page.reload()
        await hand.draw("rectangle", (100, 100), (300, 300))

        await expect(hand.page.locator("#send")).to_be_enabled()
        await expect(hand.page.locator("#card")).to_be_hidden()
