"""What was chosen without flags, as a card, a result and ℹ️ name it."""

from typing import Any

import pytest

from bot.text import _, reading
from bot.wire import Progress
from cogs.layout import card_layout
from cogs.parameters import parameters_of
from cogs.words import info_text
from storage.models import Job
from tests.cogs.test_layout import CATALOG, checked, done, shown, text
from tests.factories import NOON, make_job

IMAGE: Any = {"image": "https://a.example/m/a.png"}
GOODS: Any = {"url": "https://a.example/m/a.png", "x": 0, "y": 0, "width": 9, "height": 9}
CANVAS: Any = {"width": 400, "height": 400, "goods": GOODS, "background": {"url": "upload://1"}}
# Operation, what a row keeps of its request, what people read.
CASES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("lingtu.text2img", {"prompt": "a heron"}, ""),
    (
        "lingtu.text2img",
        {"prompt": "a heron", "num": 2, "ar": "16:9", "style": "anime"},
        "Anime · 16:9 · 2 pictures",
    ),
    ("lingtu.text2img_pro", {"prompt": "a heron", "ar": "2:3"}, "2:3"),
    (
        "lingtu.img2img",
        {"prompt": "a", "cref_images": ["upload://0"], "cref_image_weight": 0.7, "num": 1},
        "weight 0.7 · 1 picture",
    ),
    ("lingtu.transparent", {"prompt": "a", "style": "3D"}, "3D"),
    (
        "lingtu.matting",
        {**IMAGE, "type": 1, "formats": ["png", "psd"]},
        "The head only · PNG + PSD (Photoshop)",
    ),
    ("lingtu.upscale", {**IMAGE, "multiple": 2, "denoise": True}, "2x · denoise"),
    (
        "lingtu.upscale",
        {**IMAGE, "type": "1", "multiple": 4, "denoise": False},
        "Make clearer · 4K · denoise off",
    ),
    ("lingtu.vector", {**IMAGE, "formats": ["svg", "eps"]}, "SVG + EPS"),
    (
        "lingtu.reimage",
        {**IMAGE, "prompt": "blue", "image_weight": 0.5, "seamless": True, "num": 4},
        "weight 0.5 · seamless · 4 pictures",
    ),
    (
        "lingtu.reimage_pro",
        {**IMAGE, "type": "0", "similarity": 1, "only_pattern": True, "circle": True},
        "Art and design · similarity 1 · pattern_only · round",
    ),
    ("lingtu.reimage_pro", {**IMAGE, "bg_color": 1, "ar": "1:1"}, "background: Black · 1:1"),
    ("lingtu.art_word", {"prompt": "HI", "ar": "3:2", "num": 4}, "3:2 · 4 pictures"),
    (
        "lingtu.style_transfer",
        {**IMAGE, "type": 2, "style": "royal_1", "return_mask": True},
        "Portrait · royal_1 · mask",
    ),
    (
        "lingtu.seamless_pro",
        {**IMAGE, "type": 3, "ar": "2:1"},
        "The picture itself, repeating in two directions · 2:1",
    ),
    ("lingtu.expand", {**IMAGE, "type": 1, "scale": 1.25}, "1.25x"),
    (
        "lingtu.change_background",
        {**CANVAS, "product_smart_color": False, "reference_strong": True, "num": 2},
        "adapt_colours off · keep_background · 2 pictures",
    ),
    ("lingtu.lineart", {**IMAGE, "prompt": "thick"}, ""),
    (
        "jumdata.draw",
        {"text": "鹭", "resolution": "1536*1024", "style": "油画", "num": 3},
        "Oil painting · 3:2 · 3 pictures",
    ),
)


@pytest.mark.parametrize(("operation", "params", "line"), CASES)
def test_what_was_given_is_named_and_nothing_else(
    operation: str, params: dict[str, Any], line: str
) -> None:
    assert parameters_of(CATALOG.operation(operation).validate(params)) == line


def test_the_names_are_in_the_readers_language() -> None:
    params = CATALOG.operation("lingtu.matting").validate({**IMAGE, "type": 1})

    with reading("zh-CN"):
        assert parameters_of(params) == _("The head only")
        assert parameters_of(params) != "The head only"


def enlarged(**overrides: Any) -> dict[str, Any]:
    params = {**IMAGE, "multiple": 2, "denoise": True}
    traits = frozenset({"lingtu"})
    kept = {"operation": "lingtu.upscale", "provider": "lingtu", "params": params, "traits": traits}
    return {**kept, **overrides}


def test_the_result_the_card_and_the_info_name_them() -> None:
    card = checked(card_layout(Progress(job=make_job(**enlarged()), now=NOON), CATALOG))

    assert "Lingtu · 2x · denoise · <@33>" in text(shown(done(**enlarged()), 1))
    assert "Lingtu · 2x · denoise · " in text(card)
    assert "2x · denoise" in info_text(done(**enlarged()), CATALOG)


def test_a_typed_style_is_no_markup() -> None:
    params = {**IMAGE, "type": 1, "style": "[x](https://evil.example)"}
    job: Job = done(**enlarged(operation="lingtu.style_transfer", params=params))

    assert "[x](" not in text(shown(job, 1))
