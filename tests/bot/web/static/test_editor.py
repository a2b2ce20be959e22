"""The whole page: its words, its looks, and how it fits."""

import re

import pytest

from bot.web.editor_words import WORDS
from tests.editor_page import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("purpose", ["region", "edit", "erase", "background"])
@pytest.mark.parametrize("width", [360, 761])
async def test_nothing_scrolls_sideways_and_every_tool_is_in_sight(editor, purpose, width):
    context = {**PHONE, "viewport": {"width": width, "height": 740}}
    async with editor(purpose, context=context) as (hand, _site):
        wide = await hand.page.evaluate("document.scrollingElement.scrollWidth")
        boxes = [await button.bounding_box() for button in await hand.page.locator("button").all()]

    assert wide <= width
    for box in (box for box in boxes if box):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


VISIBLE = """() => {
    const said = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { parentElement, data } = walker.currentNode;
        if (!parentElement.closest("script, noscript")) said.push(data.trim());
    }
    for (const name of ["title", "alt", "aria-label", "placeholder", "aria-valuetext"]) {
        for (const one of document.querySelectorAll(`[${name}]`)) said.push(one.getAttribute(name));
    }
    return said.filter(Boolean);
}"""


async def test_every_word_is_the_readers(editor):
    words = {key: f"⟦{key} {' '.join(re.findall(r'{.*?}', text))}⟧" for key, text in WORDS.items()}
    async with editor("edit", words=words) as (hand, site):
        site.answers = [(502, "")]
        said = await hand.page.evaluate(VISIBLE)
        await hand.draw("brush", (100, 100), (300, 300))
        await hand.page.locator("#prompt").fill("1")
        await hand.page.locator("#send").click()
        await hand.page.get_by_role("alert").wait_for()
        said += await hand.page.evaluate(VISIBLE)

    strange = {
        text for text in said if re.search(r"[a-z]{3}", re.sub("⟦.*?⟧|Atelier|Ctrl", "", text))
    }
    assert strange <= {"Del"} | {text for text in strange if text.endswith("(Delete)")}
    assert any("⟦odd_answer 502⟧" in text for text in said)


async def test_the_dark_scheme_is_dark(editor):
    shades = {}
    for scheme in ("light", "dark"):
        async with editor(context={"color_scheme": scheme}) as (hand, _site):
            colour = "getComputedStyle(document.body).backgroundColor"
            shades[scheme] = int(re.search(r"\d+", await hand.page.evaluate(colour))[0])

    assert shades["dark"] < 60 < 200 < shades["light"]


async def test_a_prompt_is_shown_as_it_was_and_cannot_break_out(editor):
    prompt = "\n</script><script>document.title = 'broken'</script></textarea><b>\u2028 & “x”"
    async with editor("edit", prompt=prompt) as (hand, _site):
        shown = await hand.page.locator("#prompt").input_value()
        title = await hand.page.title()

    assert shown == prompt
    assert "broken" not in title
