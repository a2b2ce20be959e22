"""``/retexture``, ``/matting`` and kin, and the former two by the menu under a picture."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cogs.buttons import job_id
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.provider_double import picture

ADDRESS = r"https?://\S+/m/[\w-]{22}\.(png|jpg)"


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("youchuan",)) as opened:
        yield opened


@pytest.fixture
async def lingtu(workshop: Workshop) -> AsyncIterator[Stage]:
    """A bot that has both accounts and knows two styles."""
    styles = (("royal_1", "Royal portrait"), ("clay_7", "clay_7"))
    async with staged(workshop, accounts=("youchuan", "lingtu"), lingtu_styles=styles) as opened:
        yield opened


def body(stage: Stage) -> dict[str, Any]:
    return dict(stage.workshop.provider.paid[-1].body)


def offered(stage: Stage) -> list[str]:
    """What the newest message offers: labels of buttons and values of choices."""
    rows = [item for top in stage.last().components for item in top.children]
    items = [item for row in rows for item in getattr(row, "children", ())]
    values = [option.value for item in items for option in getattr(item, "options", ())]
    return [item.label for item in items if getattr(item, "label", None)] + values


async def test_a_retexture_sends_our_address_and_the_model(stage: Stage):
    await stage.ann.slash(
        stage.channel, "retexture", image=("a.png", picture()), prompt="clay", model="v8.1"
    )
    await stage.finish()

    assert body(stage).keys() == {"imgUrl", "remixPrompt", "callback"}
    assert re.fullmatch(ADDRESS, body(stage)["imgUrl"])
    assert body(stage)["remixPrompt"] == "clay --v 8.1"


async def test_a_retexture_offers_only_upscales(stage: Stage):
    await stage.ann.slash(stage.channel, "retexture", image=("a.png", picture()), prompt="clay")
    await stage.finish()

    assert offered(stage) == ["U1", "U2", "U3", "U4", "0", "1", "2", "3"]


async def test_a_retexture_by_an_old_model_is_refused(stage: Stage):
    answer = await stage.ann.slash(
        stage.channel, "retexture", image=("a.png", picture()), prompt="clay --v 6"
    )

    assert "v6" in said(answer)
    assert await stage.jobs() == []


async def test_matting_removes_the_background_and_offers_nothing_after(stage: Stage):
    await stage.ann.slash(stage.channel, "matting", image=("a.png", picture()))
    await stage.finish(1)

    assert stage.workshop.provider.paid[-1].verb == "remove-background"
    assert body(stage).keys() == {"imgUrl", "callback"}
    assert offered(stage) == []


@pytest.mark.parametrize(
    ("file", "words"),
    [(("a.mp4", b"moov"), "is no picture"), (("a.png", b""), "is empty")],
)
async def test_what_is_no_picture_is_refused_at_once(stage: Stage, file: Any, words: str):
    assert words in said(await stage.ann.slash(stage.channel, "matting", image=file))


async def test_a_picture_that_turns_out_to_be_none_fails_unpaid(stage: Stage):
    await stage.ann.slash(stage.channel, "matting", image=("a.png", b"a text"))
    await stage.finish()

    job = await stage.job()
    assert (job.failure, stage.workshop.provider.paid) == ("invalid", [])
    assert "Nothing was charged" in str(stage.last().components[0].to_dict())


MIDJOURNEYS = "youchuan.remove_background"
# Command, its options beside the picture, what is asked of whom.
ORDERS: tuple[tuple[str, dict[str, Any], str, dict[str, Any]], ...] = (
    ("matting", {}, "lingtu.matting", {}),
    ("matting", {"kind": "0", "format": "png"}, "lingtu.matting", {"type": 0, "formats": ["png"]}),
    ("matting", {"kind": "1", "format": "psd"}, "lingtu.matting", {"type": 1, "formats": ["psd"]}),
    ("matting", {"format": "both"}, "lingtu.matting", {"formats": ["png", "psd"]}),
    ("matting", {"kind": MIDJOURNEYS}, MIDJOURNEYS, {}),
    ("lineart", {}, "lingtu.lineart", {}),
    ("lineart", {"prompt": " thick lines "}, "lingtu.lineart", {"prompt": "thick lines"}),
    ("upscale", {}, "lingtu.upscale", {}),
    ("upscale", {"factor": 4}, "lingtu.upscale", {"multiple": 4}),
    (
        "upscale",
        {"kind": "0", "factor": 1, "denoise": True},
        "lingtu.upscale",
        {"type": "0", "multiple": 1, "denoise": True},
    ),
    ("upscale", {"kind": "1"}, "lingtu.upscale", {"type": "1"}),
    (
        "upscale",
        {"kind": "1", "resolution": 4, "denoise": False},
        "lingtu.upscale",
        {"type": "1", "multiple": 4, "denoise": False},
    ),
    ("vectorize", {}, "lingtu.vector", {}),
    ("vectorize", {"format": "svg"}, "lingtu.vector", {"formats": ["svg"]}),
    ("vectorize", {"format": "eps"}, "lingtu.vector", {"formats": ["svg", "eps"]}),
    ("pattern", {}, "lingtu.detect", {}),
    ("expand", {"factor": 1.2}, "lingtu.expand", {"type": 1, "scale": 1.2}),
    ("expand", {"aspect": "21：9"}, "lingtu.expand", {"type": 2, "ar": "21:9"}),
    (
        "restyle",
        {"type": 1, "style": "royal PORTRAIT"},
        "lingtu.style_transfer",
        {"type": 1, "style": "royal_1"},
    ),
    (
        "restyle",
        {"type": 2, "style": "their_own", "mask": True},
        "lingtu.style_transfer",
        {"type": 2, "style": "their_own", "return_mask": True},
    ),
)


async def test_a_tool_asks_for_what_its_options_say_and_for_no_more(lingtu: Stage):
    for command, options, operation, values in ORDERS:
        job = await lingtu.ordered(command, image=("a.png", picture()), **options)
        field = "img_url" if operation == MIDJOURNEYS else "image"

        assert (job.operation, job.params) == (operation, {field: "upload://0", **values}), options
        assert [upload.filename for upload in job.uploads] == ["a.png"]


REFUSALS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("matting", {"kind": MIDJOURNEYS, "format": "psd"}, "Leave “format” out: Midjourney makes"),
    ("matting", {"kind": MIDJOURNEYS, "format": "png"}, "Leave “format” out: Midjourney makes"),
    ("upscale", {"resolution": 4}, "Leave “resolution” out, or choose “Make clearer”"),
    ("upscale", {"kind": "0", "resolution": 1}, "Leave “resolution” out, or choose"),
    ("upscale", {"kind": "1", "factor": 2}, "Leave “factor” out: to make a picture clearer"),
    ("expand", {}, "Give a “factor” such as 1.2, or an “aspect” such as 16:9."),
    ("expand", {"factor": 1.0}, "“factor” must be greater than 1"),
    ("expand", {"factor": 2.0, "aspect": "3:2"}, "Give either a “factor” or an “aspect”, not"),
    ("expand", {"aspect": "wide"}, "“aspect” must be two whole numbers such as 16:9."),
    ("restyle", {"type": 1, "style": " "}, "style is missing."),
    ("pattern", {"image": ("a.mp4", b"moov")}, "is no picture"),
)


async def test_options_that_do_not_go_together_are_refused_by_name(lingtu: Stage):
    for command, options, words in REFUSALS:
        given = {"image": ("a.png", picture()), **options}

        assert words in await lingtu.refused(command, **given), options


async def test_matting_is_midjourneys_where_nobody_else_is_connected(stage: Stage):
    job = await stage.ordered("matting", image=("a.png", picture()))

    assert (job.operation, job.params) == (MIDJOURNEYS, {"img_url": "upload://0"})
    assert "Leave “format” out" in await stage.refused(
        "matting", image=("a.png", picture()), format="psd"
    )


async def test_a_tool_of_a_provider_without_an_account_is_refused(stage: Stage):
    assert "not set up" in await stage.refused("lineart", image=("a.png", picture()))


async def test_the_styles_that_the_bot_was_told_of_are_suggested(lingtu: Stage):
    async def offered(typed: str) -> dict[str, str]:
        choices = await lingtu.ann.autocomplete(lingtu.channel, "restyle", "style", typed)
        return {choice["value"]: choice["name"] for choice in choices}

    assert await offered("") == {"royal_1": "Royal portrait", "clay_7": "clay_7"}
    assert await offered("ROYAL") == {"royal_1": "Royal portrait"}


async def test_the_ratios_to_extend_a_picture_to_are_suggested(lingtu: Stage):
    choices = await lingtu.ann.autocomplete(lingtu.channel, "expand", "aspect", "9")

    assert [choice["value"] for choice in choices] == ["9", "9:16"]


async def chosen(stage: Stage, place: str, key: str) -> Any:
    panel = await stage.ann.select(stage.last(), values=[place])
    return await stage.ann.select(panel.response, values=[key])


async def test_the_menu_cuts_out_the_picture_it_stands_under(stage: Stage):
    grid = await stage.drawn()
    await chosen(stage, "2", "cutout")
    await stage.workshop.turn("submit")

    assert re.fullmatch(ADDRESS, body(stage)["imgUrl"])
    job = await stage.job()
    assert (job.parent_id, job.parent_index, job.action) == (grid.id, 2, "cutout")


async def test_the_menu_of_an_upscaled_picture_takes_that_very_picture(stage: Stage):
    await stage.drawn()
    await stage.ann.click(stage.last(), label="U1")
    await stage.finish(1)
    upscaled = await stage.job()
    await stage.ann.select(stage.last(), values=[f"cutout:{upscaled.id}"])

    job = await stage.job()
    (asset,) = await stage.workshop.assets.of_job(upscaled.id, "result")
    assert (job.parent_id, job.uploads[0].asset) == (upscaled.id, asset.token)


async def test_the_menu_asks_what_to_retexture_with(stage: Stage):
    await stage.drawn("a cat --v 7")
    modal = await chosen(stage, "0", "retexture")
    await stage.ann.submit_modal(modal, {"remix_prompt": "knitted wool"})
    await stage.workshop.turn("submit")

    assert body(stage)["remixPrompt"] == "knitted wool --v 7"


async def test_a_retry_leaves_somebody_elses_address_alone(stage: Stage):
    theirs = "https://elsewhere.example/m/abcdefghijklmnopqrstuv.png"
    await stage.imagine(f"{theirs} a cat --v 7")
    await stage.workshop.turn("submit")
    provider = stage.workshop.provider
    await provider.call_back(provider.paid[0].callback, provider.set(provider.paid[0].id, 3))
    await stage.workshop.turn("deliver")
    await stage.ann.click(stage.last(), label="Retry")

    assert theirs in (await stage.job()).params["text"]


async def test_a_retry_does_not_fetch_the_picture_again(stage: Stage):
    await stage.ann.slash(stage.channel, "matting", image=("a.png", picture()))
    await stage.workshop.turn("submit")
    provider = stage.workshop.provider
    await provider.call_back(provider.paid[0].callback, provider.set(provider.paid[0].id, 3))
    await stage.workshop.turn("deliver")
    await stage.ann.click(stage.last(), label="Retry")
    await stage.workshop.turn("submit")

    first, second = provider.paid
    assert (await stage.job()).uploads == ()
    assert second.body["imgUrl"] == first.body["imgUrl"]


async def test_the_menu_asks_for_a_retexture_in_words_of_its_own(stage: Stage):
    await stage.drawn("a cat --v 7")
    modal = await chosen(stage, "0", "retexture")

    assert "Write what to draw" in said(await stage.ann.submit_modal(modal, {"remix_prompt": " "}))
    assert len(await stage.jobs()) == 1


@pytest.mark.parametrize("model", ["--v 6", "--v 5.2", "--niji 6"])
async def test_the_menu_offers_no_retexture_by_an_old_model(stage: Stage, model: str):
    await stage.drawn(f"a cat {model}")
    panel = str((await stage.ann.select(stage.last(), values=["0"])).response.components)

    assert ("cutout" in panel, "retexture" in panel) == (True, False)


@pytest.fixture
async def hidden(workshop: Workshop) -> AsyncIterator[Stage]:
    """A bot without a public address."""
    workshop.restart(public_url="")
    async with staged(workshop, accounts=("youchuan",), public_url="") as opened:
        yield opened


async def test_a_button_from_better_days_cuts_nothing_out_without_a_public_address(hidden: Stage):
    grid = await hidden.drawn()
    panel = str((await hidden.ann.select(hidden.last(), values=["2"])).response.components)
    answer = await hidden.press(job_id(grid.id, "cutout", 2))

    assert ("cutout" in panel, "retexture" in panel) == (False, False)
    assert "no public address" in said(answer)
    assert len(await hidden.jobs()) == 1


async def test_the_menu_retextures_nothing_without_a_public_address(hidden: Stage):
    grid = await hidden.drawn("a cat --v 7")
    modal = await hidden.press(job_id(grid.id, "retexture", 2))
    before = len(hidden.channel.history())
    answer = await hidden.ann.submit_modal(modal, {"remix_prompt": "clay"})

    assert "no public address" in said(answer)
    assert (len(await hidden.jobs()), len(hidden.channel.history())) == (1, before)
