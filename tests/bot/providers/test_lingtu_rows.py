"""Lingtu's rows against its manual, and the buttons that lead to its tools."""

import pytest

from bot.operations import Catalog, Kind, Row, follow_up
from bot.providers.lingtu import Lingtu
from bot.providers.lingtu_rows import CANCEL, OPERATIONS, RESULT
from bot.providers.tool_actions import TOOL_ACTIONS

LINGTU = Lingtu()
CATALOG = Catalog(OPERATIONS, LINGTU.calls)
# What the manual prints; an independent list, so that a slip in a row is seen.
MANUAL = {
    "text2img": ("/aigc/text2img", Kind.IMAGE, "imagine"),
    "text2img_pro": ("/aigc/text2imgPro", Kind.IMAGE, "imagine"),
    "img2img": ("/aigc/img2img", Kind.IMAGE, "reference"),
    "seamless": ("/aigc/seamless", Kind.IMAGE, "seamless"),
    "transparent": ("/aigc/transparent", Kind.IMAGE, "sticker"),
    "img2text": ("/aigc/img2text", Kind.TEXT, "describe"),
    "title": ("/aigc/title", Kind.TEXT, "title"),
    "matting": ("/aigc/matting", Kind.IMAGE, "matting"),
    "lineart": ("/aigc/lineart", Kind.IMAGE, "lineart"),
    "upscale": ("/aigc/upscale", Kind.IMAGE, "upscale"),
    "remove": ("/aigc/remove", Kind.IMAGE, "erase"),
    "vector": ("/aigc/vector", Kind.VECTOR, "vectorize"),
    "reimage": ("/aigc/reimage", Kind.IMAGE, "similar"),
    "reimage_pro": ("/aigc/reimage/pro", Kind.IMAGE, "similar"),
    "change_background": ("/aigc/change-background", Kind.IMAGE, "background"),
    "art_word": ("/aigc/art-word", Kind.IMAGE, "artword"),
    "style_transfer": ("/aigc/style-transfer", Kind.IMAGE, "restyle"),
    "detect": ("/aigc/detect", Kind.IMAGE, "pattern"),
    "seamless_pro": ("/aigc/seamless/pro", Kind.IMAGE, "seamless"),
    "expand": ("/aigc/expand", Kind.IMAGE, "expand"),
}


def test_the_rows_are_those_of_the_manual():
    rows = {
        row.name.removeprefix("lingtu."): (row.path, row.kind, *row.commands)
        for row in LINGTU.operations
    }

    assert rows == MANUAL
    assert {(call.name, call.method, call.path) for call in LINGTU.calls} == {
        ("lingtu.job_result", "POST", "/aigc/job/result"),
        ("lingtu.job_cancel", "POST", "/aigc/job/cancel"),
    }
    assert {row.method for row in LINGTU.operations} == {"POST"}
    assert LINGTU.calls == (RESULT, CANCEL)


def test_no_price_is_published():
    assert {row.price.of() for row in OPERATIONS} == {None}


@pytest.mark.parametrize("action", TOOL_ACTIONS, ids=lambda action: action.key)
def test_a_tools_button_takes_the_pictures_own_file(action):
    row = CATALOG[action.operation]
    values = {**(action.preset or {}), row.file_field: "upload://0"}

    made = follow_up(row, external_id="7", index=2, values=values)

    assert row.file_field == "image"
    assert made.body()["image"] == "upload://0"
    assert not action.ask


@pytest.mark.parametrize(
    ("traits", "keys"),
    [
        ({"v7"}, {"enlarge", "vectorize", "matting", "similar", "describe"}),
        ({"lingtu"}, {"enlarge", "vectorize", "matting", "similar", "describe"}),
        ({"lingtu", "cutout"}, {"enlarge", "vectorize", "similar", "describe"}),
        ({"lingtu", "text"}, set()),
        ({"lingtu", "vector"}, set()),
        ({"video"}, set()),
    ],
)
def test_tools_are_offered_where_there_is_a_picture_for_them(traits, keys):
    assert {action.key for action in TOOL_ACTIONS if action.fits(frozenset(traits))} == keys


def test_its_own_pictures_have_the_tools_as_buttons_with_words():
    buttons = CATALOG["lingtu.text2img"].actions

    assert [b.key for b in buttons] == [action.key for action in TOOL_ACTIONS]
    assert {(b.row, b.emoji) for b in buttons} == {(Row.IMAGE, None)}
    assert not CATALOG["lingtu.img2text"].actions
    assert not CATALOG["lingtu.vector"].actions
