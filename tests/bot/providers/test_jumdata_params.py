"""What Jumdata's endpoints take, against its manual."""

import json
from pathlib import Path

import pytest

from bot.errors import InvalidRequestError
from bot.providers.jumdata_choices import STYLES
from bot.providers.jumdata_params import ResultQuery
from bot.providers.jumdata_rows import DRAW

SAMPLES = Path(__file__).parents[2] / "samples" / "jumdata"
# As the manual prints them; an independent list, so that a slip in a style is seen.
MANUAL = (
    "探索无限、古风、二次元、写实风格、浮世绘、low poly 、未来主义、像素风格、概念艺术、赛博朋克、"
    "洛丽塔风格、巴洛克风格、超现实主义、水彩画、蒸汽波艺术、油画、卡通画"
)


def drawn(**values):
    return DRAW.validate(DRAW.params.tidied({"text": "a fox", **values}, frozenset()))


def sample(name):
    return json.loads((SAMPLES / f"{name}.request.json").read_text("utf-8"))


def test_the_samples_go_out_exactly_as_they_are():
    assert DRAW.validate(sample("draw")).body() == sample("draw")
    assert ResultQuery.model_validate(sample("query")).body() == sample("query")


def test_of_what_nobody_chose_only_the_required_is_sent():
    assert drawn().body() == {"text": "a fox", "resolution": "1024*1024", "style": "探索无限"}


def test_the_styles_are_those_of_the_manual_with_names_of_their_own():
    assert [code for code, _name in STYLES] == [each.strip() for each in MANUAL.split("、")]
    assert len({name for _code, name in STYLES}) == 17


@pytest.mark.parametrize("code", [code for code, _name in STYLES])
def test_every_style_is_taken(code):
    assert drawn(style=code).body()["style"] == code


@pytest.mark.parametrize(
    ("written", "resolution"),
    [
        ("1:1", "1024*1024"),
        ("2:3", "1024*1536"),
        (" 3：2 ", "1536*1024"),
        ("1024*1536", "1024*1536"),
        ("1536x1024", "1536*1024"),
        ("1024 × 1024", "1024*1024"),
    ],
)
def test_an_aspect_is_sent_as_its_resolution(written, resolution):
    params = drawn(resolution=written)

    assert params.body()["resolution"] == resolution
    assert DRAW.validate(params.stored()) == params


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"resolution": "16:9"}, "“aspect” must be 1:1, 2:3 or 3:2"),
        ({"style": "油"}, "no such “style”"),
        ({"num": 0}, "at least 1"),
        ({"num": 7}, "at most 6"),
        ({"text": ""}, "must not be empty"),
    ],
)
def test_what_the_manual_does_not_allow_is_refused(values, words):
    with pytest.raises(InvalidRequestError, match=words):
        drawn(**values)


def test_a_long_text_is_refused_with_its_count():
    assert drawn(text="狐" * 100).text == "狐" * 100
    with pytest.raises(InvalidRequestError, match="101 of 100 characters"):
        drawn(text="狐" * 101)


def test_every_picture_is_paid_for():
    assert drawn().price_factor(frozenset()) == 1
    assert drawn(num=6).price_factor(frozenset()) == 6
