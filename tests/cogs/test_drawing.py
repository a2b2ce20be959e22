"""/reference, /similar, /seamless, /sticker and /artword: from their options to the request."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.cogs.stage import Stage, staged
from tests.conftest import Workshop
from tests.provider_double import picture

FILE = ("a.png", picture())


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("lingtu",)) as opened:
        yield opened


async def check_orders(
    stage: Stage, command: str, *cases: tuple[dict[str, Any], str, dict[str, Any]]
) -> None:
    """Each case: the options, and the operation and params that they must come to."""
    for options, operation, params in cases:
        job = await stage.ordered(command, **options)
        files = [value[0] for value in options.values() if isinstance(value, tuple)]

        assert (job.operation, job.params) == (operation, params), options
        assert [upload.filename for upload in job.uploads] == files, options


async def check_refusals(stage: Stage, command: str, *cases: tuple[dict[str, Any], str]) -> None:
    """Each case: the options, and the words that they must be refused with."""
    for options, words in cases:
        assert words in await stage.refused(command, **options), options


async def test_a_reference_takes_one_picture_with_the_providers_defaults(stage: Stage):
    params = {"cref_images": ["upload://0"], "prompt": "he skis"}
    await check_orders(
        stage, "reference", ({"prompt": "he skis", "image": FILE}, "lingtu.img2img", params)
    )


async def test_a_reference_takes_four_pictures_and_every_option(stage: Stage):
    options = {
        "prompt": "he skis",
        "image": ("1.png", picture()),
        "image2": ("2.png", picture()),
        "image4": ("4.png", picture()),
        "weight": 0.8,
        "style": "anime",
        "aspect": "16:9",
        "count": 2,
    }
    params = {
        "cref_images": ["upload://0", "upload://1", "upload://2"],
        "prompt": "he skis",
        "cref_image_weight": 0.8,
        "style": "anime",
        "ar": "16:9",
        "num": 2,
    }
    await check_orders(stage, "reference", (options, "lingtu.img2img", params))


async def test_similar_pictures_come_from_either_variant(stage: Stage):
    await check_orders(
        stage,
        "similar",
        ({"image": FILE}, "lingtu.reimage", {"image": "upload://0"}),
        (
            {
                "image": FILE,
                "prompt": "at night",
                "weight": 0.25,
                "seamless": True,
                "aspect": "3:2",
                "count": 1,
            },
            "lingtu.reimage",
            {
                "image": "upload://0",
                "prompt": "at night",
                "image_weight": 0.25,
                "seamless": True,
                "ar": "3:2",
                "num": 1,
            },
        ),
        ({"image": FILE, "pro": True}, "lingtu.reimage_pro", {"image": "upload://0"}),
        (
            {
                "image": FILE,
                "pro": True,
                "kind": "0",
                "similarity": 0.5,
                "pattern_only": True,
                "round": False,
                "background": 2,
                "aspect": "9:16",
                "count": 2,
            },
            "lingtu.reimage_pro",
            {
                "image": "upload://0",
                "type": "0",
                "similarity": 0.5,
                "only_pattern": True,
                "circle": False,
                "bg_color": 2,
                "ar": "9:16",
                "num": 2,
            },
        ),
        (
            {"image": FILE, "pro": True, "kind": "1"},
            "lingtu.reimage_pro",
            {"image": "upload://0", "type": "1"},
        ),
    )


async def test_an_option_of_the_other_variant_is_refused_by_name(stage: Stage):
    for option, value in {"prompt": "at night", "weight": 0.0, "seamless": False}.items():
        words = await stage.refused("similar", image=FILE, pro=True, **{option: value})

        assert words.startswith(f"“{option}” is not for Similar Pro")
    fine = {
        "kind": "0",
        "similarity": 0.0,
        "pattern_only": False,
        "round": True,
        "background": 0,
    }
    for option, value in fine.items():
        words = await stage.refused("similar", image=FILE, **{option: value})

        assert words.startswith(f"“{option}” is only for Similar Pro")


async def test_what_similar_pro_cannot_do_is_refused(stage: Stage):
    pro = {"image": FILE, "pro": True}
    await check_refusals(
        stage,
        "similar",
        ({**pro, "kind": "1", "similarity": 0.5}, "Leave “similarity” out: it only counts for"),
        ({**pro, "count": 1}, "“count” must be one of these here: 2, 4."),
    )


async def test_a_tile_comes_from_what_it_is_made_of(stage: Stage):
    simple, fine = "lingtu.seamless", "lingtu.seamless_pro"
    tile = {"image": "upload://0"}
    await check_orders(
        stage,
        "seamless",
        ({"prompt": "roses"}, simple, {"prompt": "roses"}),
        (
            {"prompt": "roses", "style": "photo", "count": 4},
            simple,
            {"prompt": "roses", "style": "photo", "num": 4},
        ),
        ({"prompt": "roses", "kind": 0}, fine, {"type": 0, "prompt": "roses"}),
        ({"image": FILE}, fine, {"type": 1, **tile}),
        ({"image": FILE, "kind": 1}, fine, {"type": 1, **tile}),
        ({"image": FILE, "kind": 2}, fine, {"type": 2, **tile}),
        ({"image": FILE, "kind": 3}, fine, {"type": 3, **tile}),
        ({"image": FILE, "kind": 3, "aspect": "7:5"}, fine, {"type": 3, "ar": "7:5", **tile}),
    )


async def test_a_tile_that_cannot_be_made_is_refused_by_what_is_in_the_way(stage: Stage):
    only_text = "only a pattern from a text, without a “kind”, takes one."
    no_prompt = "Leave “prompt” out: only a pattern from a text takes one."
    no_aspect = "Leave “aspect” out: only what repeats in two directions takes one."
    await check_refusals(
        stage,
        "seamless",
        ({}, "Write a “prompt”: what should the pattern show?"),
        ({"prompt": " "}, "Write a “prompt”: what should the pattern show?"),
        ({"kind": 0}, "Write a “prompt”: what should the pattern show?"),
        ({"kind": 0, "prompt": "roses", "image": FILE}, "Leave “image” out: a pattern from a"),
        ({"kind": 2}, "Give an “image” to make the pattern from."),
        ({"kind": 3, "prompt": "roses"}, no_prompt),
        ({"image": FILE, "prompt": "roses"}, no_prompt),
        ({"prompt": "roses", "aspect": "1:1"}, no_aspect),
        ({"image": FILE, "kind": 2, "aspect": "3:2"}, no_aspect),
        ({"image": FILE, "kind": 3, "aspect": "wide"}, "“aspect” must be two whole numbers"),
        ({"prompt": "roses", "kind": 0, "style": "photo"}, f"Leave “style” out: {only_text}"),
        ({"image": FILE, "count": 2}, f"Leave “count” out: {only_text}"),
    )


async def test_a_sticker_is_drawn_from_a_text(stage: Stage):
    await check_orders(
        stage,
        "sticker",
        ({"prompt": "a fox"}, "lingtu.transparent", {"prompt": "a fox"}),
        (
            {"prompt": "a fox", "style": "pictureBook", "count": 2},
            "lingtu.transparent",
            {"prompt": "a fox", "style": "pictureBook", "num": 2},
        ),
    )


async def test_lettering_is_drawn_from_a_text(stage: Stage):
    await check_orders(
        stage,
        "artword",
        ({"prompt": "HELLO in ice"}, "lingtu.art_word", {"prompt": "HELLO in ice"}),
        (
            {"prompt": "HELLO in ice", "aspect": "16:9", "count": 1},
            "lingtu.art_word",
            {"prompt": "HELLO in ice", "ar": "16:9", "num": 1},
        ),
    )


async def test_a_blank_text_and_a_file_that_is_no_picture_are_refused(stage: Stage):
    await check_refusals(stage, "sticker", ({"prompt": "  "}, "prompt is missing."))
    await check_refusals(
        stage,
        "reference",
        ({"prompt": "he skis", "image": FILE, "image3": ("a.txt", b"text")}, "is no picture"),
    )


async def test_the_ratios_of_a_tile_are_suggested_and_any_other_may_be_typed(stage: Stage):
    choices = await stage.ann.autocomplete(stage.channel, "seamless", "aspect", "4")

    assert [choice["value"] for choice in choices] == ["4", "4:3"]
