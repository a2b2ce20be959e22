"""``/background``: the private link, a product put by options, and the offer to cut it out."""

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from storage.models import Draft
from tests.cogs.stage import Stage, said, staged
from tests.cogs.test_edit import answer_of, opened
from tests.cogs.test_erase import pictures_of
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.provider_double import picture

CANVAS = (600, 400)
BACKDROP = ("hall.png", picture("green", CANVAS))


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("youchuan", "lingtu")) as opened:
        yield opened


def encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def cutout() -> tuple[str, bytes]:
    """A product of 30 × 40 pixels with much clear room around it."""
    image = Image.new("RGBA", (100, 100))
    image.paste("red", (10, 20, 40, 60))
    return "cup.png", encoded(image)


def marked(size: tuple[int, int] = CANVAS, white: int = 255) -> tuple[str, bytes]:
    """A mask whose left half is white."""
    image = Image.new("L", size)
    image.paste(white, (0, 0, size[0] // 2, size[1]))
    return "mask.png", encoded(image)


async def background(stage: Stage, **options: Any) -> Any:
    """Ann's command, and all that comes of it."""
    given = {"background": BACKDROP, **options}
    result = await stage.ann.slash(stage.channel, "background", **given)
    await stage.studio.settled()
    return result


async def link(stage: Stage, **options: Any) -> Draft:
    return await opened(stage, answer_of(stage, await background(stage, **options)))


def shown(answer: Any) -> str:
    parts = walk(answer.components)
    return "\n".join(part.get("content") or part.get("label") or "" for part in parts)


async def test_a_product_is_trimmed_and_opened_before_its_background(stage: Stage):
    draft = await link(stage, goods=cutout(), adapt_colours=False, count=4)
    goods = await stage.workshop.assets.get(draft.payload["asset"])
    hall = await stage.workshop.assets.get(draft.payload["background"])

    assert draft.payload["operation"] == "lingtu.change_background"
    assert draft.payload["values"] == {"product_smart_color": False, "num": 4}
    assert (goods.width, goods.height) == (30, 40)
    assert (hall.width, hall.height) == CANVAS
    assert await stage.jobs() == []


async def test_a_place_makes_the_editor_unnecessary(stage: Stage):
    result = await background(stage, goods=cutout(), place="bottom", keep_background=True)
    job = await stage.job()
    goods, hall = await pictures_of(stage)

    assert "on its way" in said(result)
    assert (job.operation, job.params) == (
        "lingtu.change_background",
        {
            "width": 600,
            "height": 400,
            "goods": {"url": "upload://0", "width": 180, "height": 240, "x": 210, "y": 140},
            "background": {"url": "upload://1"},
            "reference_strong": True,
        },
    )
    assert (goods.size, goods.mode, hall.size) == ((30, 40), "RGBA", CANVAS)


async def test_a_mask_puts_the_product_in_the_middle(stage: Stage):
    await background(stage, goods=cutout(), mask=marked())
    job = await stage.job()
    mask = (await pictures_of(stage))[2]

    assert job.params["goods"]["x"] == 210
    assert job.params["background"] == {"url": "upload://1", "mask": "upload://2"}
    assert (mask.size, mask.getbbox()) == (CANVAS, (0, 0, 300, 400))


@pytest.mark.parametrize("size", [(1500, 1000), (1280, 853)])
async def test_a_mask_is_as_large_as_the_background_or_as_the_result(
    stage: Stage, size: tuple[int, int]
):
    large = ("hall.png", picture("green", (1500, 1000)))
    await background(stage, goods=cutout(), background=large, mask=marked(size), place="left")
    _goods, hall, mask = await pictures_of(stage)

    assert hall.size == mask.size == (1280, 853)
    assert mask.getbbox() == pytest.approx((0, 0, 640, 853), abs=1)


async def test_a_cut_out_result_is_placed_as_its_follow_up(stage: Stage):
    stage.workshop.provider.drawings["remove-background"] = cutout()[1]
    kind = "youchuan.remove_background"
    await stage.ann.slash(stage.channel, "matting", image=("a.png", picture()), kind=kind)
    source = await stage.job()
    await stage.finish(1)
    await background(stage, job=source.id, place="right")
    job = await stage.job()

    assert (job.operation, job.parent_id) == ("lingtu.change_background", source.id)
    assert (await pictures_of(stage))[0].size == (30, 40)


@pytest.mark.parametrize(("prices", "price"), [({}, "unknown"), ({"lingtu.matting": 30}, "¥0.30")])
async def test_a_product_with_a_background_is_offered_to_be_cut_out_first(
    workshop: Workshop, prices: dict[str, int], price: str
):
    workshop.restart(prices=prices)
    async with staged(workshop, accounts=("youchuan", "lingtu")) as stage:
        offer = answer_of(stage, await background(stage, goods=("cup.png", picture())))
        assert offer.ephemeral
        assert f"Estimated price: {price}" in shown(offer)
        assert "use /background again, with “job”" in shown(offer)
        assert await stage.jobs() == []
        await stage.env.restart_bot(stage.renewed())
        await stage.ann.click(offer, label="Remove the background")
        await stage.studio.settled()
        job = await stage.job()

    assert (job.operation, job.params) == ("lingtu.matting", {"image": "upload://0"})
    assert job.uploads[0].filename == "cup.png"


async def test_a_result_with_a_background_is_offered_to_be_cut_out_first(stage: Stage):
    grid = await stage.drawn("a cup --v 7")
    offer = answer_of(stage, await background(stage, job=grid.id, number=2))
    await stage.ann.click(offer, label="Remove the background")
    await stage.studio.settled()
    second = (await stage.workshop.assets.of_job(grid.id, "result"))[1]

    assert (await stage.job()).operation == "lingtu.matting"
    assert (await stage.job()).uploads[0].asset == second.token


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either a picture or a job"),
        ({"goods": cutout(), "job": "x"}, "either a picture or a job"),
        ({"goods": cutout(), "mask": marked(), "place": "editor"}, "Leave “mask” out"),
        ({"goods": cutout(), "background": ("a.mp4", b"moov")}, "is no picture"),
        ({"goods": cutout(), "background": ("a.png", b"a text")}, "neither a picture nor a clip"),
        ({"goods": ("a.png", picture("#0000", mode="RGBA"))}, "is transparent"),
        ({"goods": cutout(), "mask": marked((600, 401))}, "600 × 401"),
        ({"goods": cutout(), "mask": marked(white=0)}, "all black"),
    ],
)
async def test_what_cannot_be_placed_is_refused_in_words(stage: Stage, options: Any, words: str):
    assert words in said(await background(stage, **options))
    assert await stage.jobs() == []


async def test_without_the_provider_nothing_is_placed(workshop: Workshop):
    async with staged(workshop, accounts=("youchuan",)) as stage:
        assert "not set up" in said(await background(stage, goods=cutout()))


async def test_without_a_public_address_nothing_is_placed(workshop: Workshop):
    workshop.restart(public_url="")
    async with staged(workshop, accounts=("youchuan", "lingtu"), public_url="") as stage:
        answer = said(await background(stage, goods=cutout(), place="middle"))

    assert "no public address" in answer
