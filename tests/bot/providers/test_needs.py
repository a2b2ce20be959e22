"""What a request asks of a model, and who is offered in whose place."""

import pytest

from bot.errors import InvalidRequestError
from bot.providers import catalog
from bot.providers.models import model, models
from bot.providers.needs import (
    MIDJOURNEY,
    capable,
    needs_behind,
    needs_of,
    plain_needs,
    values_for,
)

CATALOG = catalog()
EVERYWHERE = {"youchuan", "lingtu", "wanxiang", "jumdata"}
FOX = {"prompt": "a fox"}


def test_what_was_typed_counts_as_what_was_chosen():
    text = "https://x.example/a.png a fox --ar 16:9 --sref 123 --turbo --seed 7"

    assert needs_of(text, {"count": 2, "style": None, "model": "v7", "prompt": text}) == {
        "prompt": "a fox",
        "image": ("https://x.example/a.png",),
        "aspect": "16:9",
        "style_reference": ("123",),
        "speed": "turbo",
        "seed": 7,
        "count": 2,
    }


def test_a_plain_text_is_taken_as_it_is():
    given = {"aspect": "1:1", "count": 2, "raw": False, "model": "lingtu", "repeat": 3}

    assert plain_needs(" a fox --ar 16:9 ", given) == {
        "prompt": "a fox --ar 16:9",
        "aspect": "1:1",
        "count": 2,
    }


@pytest.mark.parametrize(
    ("needs", "after", "key"),
    [
        (FOX, "v7", "lingtu"),
        (FOX, "niji6", "lingtu"),
        (FOX, "v6", "lingtu"),
        (FOX, "lingtu", "wanxiang"),
        (FOX, "wanxiang", "jumdata"),
        (FOX, "jumdata", "v7"),
        (FOX, None, "v7"),
        (needs_of("a fox --ar 2:3", {}), "lingtu", "jumdata"),
        (needs_of("a fox --ar 21:9", {}), "lingtu", "v7"),
        (FOX | {"hd": True}, "lingtu", "v8.1"),
        (FOX | {"count": 6}, "lingtu", "jumdata"),
        ({"prompt": "x" * 101, "count": 4}, "jumdata", "lingtu"),
        ({"prompt": "see https://x.example/a.png there"}, "jumdata", "lingtu"),
        (needs_of("a fox --seed 7", {}), "v7", None),
        (needs_of("a fox::2 in snow", {}), "v6.1", None),
        (needs_of("https://x.example/a.png", {}), "v7", None),
        (needs_of("--ar 1:1", {}), "v7", None),
        (FOX | {"count": 7}, "v7", None),
    ],
)
def test_the_next_capable_model_is_of_another_provider(needs, after, key):
    found = next(capable([needs], EVERYWHERE, after and model(after)), None)

    assert (found and found.key) == key


def test_only_connected_providers_are_offered():
    assert not list(capable([FOX], {"youchuan"}, model("v7")))
    assert list(capable([FOX], {"youchuan", "jumdata"}, model("v7"))) == [model("jumdata")]
    assert not list(capable([FOX], set()))


def test_several_requests_want_a_model_that_honours_all_of_them():
    wants = [FOX | {"aspect": "3:2"}, {"prompt": "x" * 101, "aspect": "16:9"}]
    found = list(capable(wants, EVERYWHERE - {"youchuan"}))

    assert found == [model("lingtu"), model("lingtu_pro")]


@pytest.mark.parametrize("each", models(), ids=lambda each: each.key)
def test_a_request_of_any_model_leads_back_to_what_was_asked(each):
    row = CATALOG.operation(each.operation)
    needs = FOX | {"aspect": "2:3"} if each.can("aspect") else FOX
    needs = needs | {"style": each.styles[-1][0], "count": 2} if each.can("style") else needs

    request = row.validate(values_for(each, needs))
    chosen, behind = needs_behind(each.operation, request.stored())

    assert chosen == each
    assert {name: value for name, value in behind.items() if value != ()} == needs


def test_what_an_earlier_process_stored_need_not_name_its_version():
    chosen, needs = needs_behind(MIDJOURNEY, {"text": "upload://0 a fox --v 6"})

    assert (chosen, needs["image"]) == (model("v6"), ("upload://0",))
    assert needs_behind(MIDJOURNEY, {"text": "a fox"})[0] == model("v7")


@pytest.mark.parametrize("name", ["lingtu.upscale", "youchuan.upscale", "wanxiang.chat"])
def test_what_is_no_drawing_from_a_text_has_no_substitute(name):
    assert needs_behind(name, {"prompt": "a fox"}) is None


def test_a_prompt_that_cannot_be_read_is_refused():
    with pytest.raises(InvalidRequestError, match="no --sing"):
        needs_of("a fox --sing", {})
