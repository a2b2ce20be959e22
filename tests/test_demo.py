"""The demo, pressed through in a real browser: all that the README says to try."""

import os
import re
from pathlib import Path

import pytest

from tests.demo_page import DemoPage, opened, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_SHOTS = os.environ.get("ATELIER_SCREENSHOTS")


async def _photograph(demo: DemoPage, name: str) -> None:
    if _SHOTS:
        await demo.page.screenshot(path=Path(_SHOTS) / f"{name}.png")


@pytest.fixture
async def demo(tmp_path, request):
    pace = getattr(request, "param", 1)
    async with running_demo(tmp_path / "data", pace=pace) as url, opened(url) as page:
        yield page


@pytest.mark.parametrize("demo", [5], indirect=True, ids=["slow enough to see the card"])
async def test_imagine_shows_a_card_then_four_different_pictures(demo):
    await demo.imagine("a sailing boat at sunset --ar 3:2")

    await (
        demo.messages.get_by_role("button", name="Cancel")
        .or_(demo.messages.get_by_text(re.compile("drawn", re.IGNORECASE)))
        .first.wait_for()
    )
    await _photograph(demo, "card")
    grid = await demo.result(1)
    await _photograph(demo, "demo")
    pictures = grid.locator("img.gallery-image")
    assert await pictures.count() == 4
    assert len(set(await _contents(demo, pictures))) == 4
    for label in ("U1", "U2", "U3", "U4", "V1", "V2", "V3", "V4"):
        assert await grid.get_by_role("button", name=label, exact=True).is_enabled()


async def test_every_follow_up_posts_its_own_result_with_lineage(demo):
    await demo.imagine("a fox in the snow")
    grid = await demo.result(1)

    await demo.press(grid, "U2")
    single = await demo.result(2)
    assert await single.locator("img.gallery-image").count() == 1
    await demo.press(grid, "V3")
    assert await (await demo.result(3)).locator("img.gallery-image").count() == 4
    await demo.press(single, "Zoom 1.5x")
    zoomed = await demo.result(4)
    await _photograph(demo, "zoomed")
    assert await zoomed.get_by_text(re.compile("Zoom 1.5x")).count() >= 1

    await demo.press(single, "Remix")
    dialog = demo.page.get_by_role("dialog")
    await dialog.locator("textarea").fill("a fox made of fire, night")
    await _photograph(demo, "modal")
    await dialog.get_by_role("button", name="Submit").click()
    remixed = await demo.result(5)
    await remixed.get_by_text("a fox made of fire").first.wait_for()
    await _photograph(demo, "remixed")


async def test_one_image_of_a_grid_has_the_full_set_in_a_private_panel(demo):
    await demo.imagine("a red boat on the sea")
    grid = await demo.result(1)

    await demo.choose(grid, "Image", "Image 2")
    panel = demo.messages.filter(has_text="Image 2").last
    await (
        panel.get_by_role("button", name="Upscale (Creative)")
        .or_(panel.get_by_role("button", name=re.compile("Creative")))
        .first.wait_for()
    )
    await _photograph(demo, "panel")
    await panel.get_by_role("button", name=re.compile("Creative")).first.click()

    assert await (await demo.result(2)).locator("img.gallery-image").count() == 1


async def test_a_wrong_parameter_is_explained_and_nothing_is_drawn(demo):
    await demo.imagine("a cat --v 8.1 --weird 5")

    await demo.messages.get_by_text(re.compile("--weird")).first.wait_for()
    await _photograph(demo, "refused")
    assert await demo.results().count() == 0


async def test_a_region_is_painted_over_in_the_editor(demo):
    await demo.imagine("a cat on a hill at sunset")
    grid = await demo.result(1)
    await demo.press(grid, "U2")
    single = await demo.result(2)
    await demo.press(single, "Region")
    private = demo.messages.filter(has_text="opens the picture in the editor").last
    await private.wait_for()

    async with demo.editor(private) as page:
        stage = await page.locator("canvas").first.bounding_box()
        middle, height = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
        await page.mouse.move(middle - 80, height - 80)
        await page.mouse.down()
        await page.mouse.move(middle + 80, height + 80, steps=6)
        await page.mouse.up()
        await page.locator("textarea").first.fill("a red hot air balloon")
        if _SHOTS:
            await page.screenshot(path=Path(_SHOTS) / "editor.png")
        await page.get_by_role("button", name="Send").click()
        await page.get_by_text("Discord has it").first.wait_for()

    repainted = await demo.result(3)
    await repainted.get_by_text("a red hot air balloon").first.wait_for()
    await _photograph(demo, "repainted")
    assert await repainted.locator("img.gallery-image").count() == 4


async def test_clips_play_and_get_longer(demo):
    await demo.order("video", "prompt", "waves on the sea at night --bs 1")
    clip = await demo.clips(1)
    before = await _length(clip)
    played = await clip.locator("video").evaluate(
        """async video => {
            video.muted = true;
            await video.play();
            await new Promise(passed => video.addEventListener("timeupdate", () => {
                if (video.currentTime > 0.2) passed();
            }));
            return video.currentTime;
        }"""
    )
    await demo.press(clip, "Extend 1")
    dialog = demo.page.get_by_role("dialog")
    await dialog.locator("textarea").fill("a boat passes --bs 1")
    await dialog.get_by_role("button", name="Submit").click()
    longer = await demo.clips(2)
    await _photograph(demo, "clips")

    assert played > 0.2
    assert (round(before), round(await _length(longer))) == (5, 9)


async def _length(message) -> float:
    return await message.locator("video").first.evaluate("video => video.duration")


async def _contents(demo, pictures) -> list[str]:
    return [
        await picture.evaluate(
            """async image => {
                const bytes = await (await fetch(image.src)).arrayBuffer();
                const hash = await crypto.subtle.digest("SHA-256", bytes);
                return Array.from(new Uint8Array(hash)).join(",");
            }"""
        )
        for picture in await pictures.all()
    ]
