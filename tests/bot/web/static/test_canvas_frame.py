"""The canvas and the picture on it: what is shown in numbers is what is sent."""

import pytest

from tests.editor_page import FRAME, MOST, bounds

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_preset_and_nudges_give_the_frame_that_is_sent(editor):
    async with editor("edit", prompt="a wider sea") as (hand, site):
        await hand.page.get_by_role("button", name="1:1", exact=True).click()
        await hand.page.keyboard.press("ArrowDown")
        for _ in range(2):
            await hand.page.keyboard.press("Shift+ArrowUp")
        shown = await hand.numbers("canvas-width", "canvas-height", *FRAME)
        await hand.send()

    assert shown == [800, 800, 0, 81, 800, 600]
    (post,) = site.posts
    assert post == {
        "prompt": "a wider sea",
        "mask": None,
        "canvas": {"width": 800, "height": 800},
        "imgPos": {"width": 800, "height": 600, "x": 0, "y": 81},
    }


@pytest.mark.parametrize(
    ("ratio", "canvas", "place"),
    [
        ("16:9", [1067, 600], [133, 0]),
        ("9:16", [800, 1422], [0, 411]),
        ("3:2", [900, 600], [50, 0]),
        ("3:4", [800, 1067], [0, 233]),
    ],
)
async def test_presets_keep_the_picture_whole_in_the_middle(editor, ratio, canvas, place):
    async with editor("paint") as (hand, _site):
        await hand.page.get_by_role("button", name=ratio, exact=True).click()

        assert await hand.numbers("canvas-width", "canvas-height") == canvas
        assert await hand.numbers(*FRAME) == [*place, 800, 600]
        pressed = hand.page.locator("#presets [aria-pressed=true]")
        assert await pressed.all_inner_texts() == [ratio]


async def test_a_picture_too_large_for_its_preset_shrinks_with_the_canvas(editor):
    async with editor("edit", width=4000, height=1000) as (hand, _site):
        await hand.page.get_by_role("button", name="9:16", exact=True).click()
        width, height, x, y, wide, high = await hand.numbers(
            "canvas-width", "canvas-height", *FRAME
        )

    assert (width, height) == (2304, 4096)
    assert (x, wide) == (0, 2304)
    assert (y, high) == ((4096 - 576) // 2, 576)


async def test_the_picture_is_dragged_and_never_leaves_the_canvas(editor):
    async with editor("edit") as (hand, _site):
        await hand.page.get_by_role("button", name="1:1", exact=True).click()
        await hand.drag((400, 300), (400, 250))
        moved = await hand.numbers(*FRAME)
        await hand.drag((400, 300), (900, 900))
        pushed = await hand.numbers(*FRAME)

    assert moved == pytest.approx([0, 50, 800, 600], abs=1)
    assert pushed == [0, 200, 800, 600]


async def test_a_corner_resizes_the_picture_in_its_shape(editor):
    async with editor("edit") as (hand, _site):
        await hand.drag((800, 600), (600, 450))
        smaller = await hand.numbers(*FRAME)
        await hand.drag((800, 600), (2000, 2000))
        largest = await hand.numbers(*FRAME)

    assert smaller == pytest.approx([0, 0, 600, 450], abs=2)
    assert largest == [0, 0, 800, 600]


async def test_typed_numbers_are_kept_within_reason(editor):
    async with editor("edit") as (hand, _site):
        await hand.type("canvas-width", 9999)
        await hand.type("canvas-height", 1000)
        await hand.type("picture-x", 5000)
        await hand.type("picture-y", 17)
        wide = await hand.numbers("canvas-width", "canvas-height", *FRAME)
        await hand.type("canvas-width", 400)
        shrunk = await hand.numbers("canvas-width", "canvas-height", *FRAME)
        await hand.type("canvas-height", 3)
        low = await hand.numbers("canvas-height")
        await hand.type("picture-width", 0)
        least = await hand.numbers(*FRAME)

    assert wide == [4096, 1000, 4096 - 800, 17, 800, 600]
    assert shrunk == [400, 1000, 0, 17, 400, 300]
    assert low == [MOST["least"]]
    assert least[2:] == [round(MOST["least"] * 800 / 600), MOST["least"]]


async def test_fit_and_centre_place_the_picture(editor):
    async with editor("edit") as (hand, _site):
        await hand.type("canvas-width", 1600)
        await hand.type("canvas-height", 900)
        await hand.page.locator("#frame-centre").click()
        centred = await hand.numbers(*FRAME)
        await hand.page.locator("#frame-fit").click()

        assert centred == [400, 150, 800, 600]
        assert await hand.numbers(*FRAME) == [200, 0, 1200, 900]


async def test_nudges_in_a_row_are_one_step(editor):
    async with editor("edit") as (hand, _site):
        await hand.page.get_by_role("button", name="1:1", exact=True).click()
        for _ in range(5):
            await hand.page.keyboard.press("ArrowDown")
        assert await hand.numbers("picture-y") == [105]
        await hand.page.keyboard.press("Control+z")

        assert await hand.numbers("picture-y") == [100]


async def test_the_mask_is_in_pixels_of_the_picture_wherever_that_lies(editor):
    async with editor("paint", prompt="x") as (hand, site):
        await hand.page.get_by_role("button", name="16:9", exact=True).click()
        await hand.type("picture-width", 400)
        await hand.draw("rectangle", (100, 80), (400, 300))
        await hand.send()

    (post,) = site.posts
    (area,) = post["mask"]["areas"]
    assert (area["width"], area["height"]) == (800, 600)
    assert bounds(area) == pytest.approx((100, 80, 400, 300), abs=1)
    assert post["imgPos"] == {"width": 400, "height": 300, "x": 133, "y": 0}
