"""The table of what people draw with: who can do what, and who is offered in whose place."""

import pytest

from bot.errors import InvalidRequestError
from bot.providers.jumdata_rows import DRAW
from bot.providers.lingtu_rows import OPERATIONS as LINGTU
from bot.providers.models import able, check, default_model, model, model_behind, models
from bot.providers.wanxiang_rows import IMAGE
from bot.providers.youchuan_rows import OPERATIONS as YOUCHUAN

MIDJOURNEY = "Midjourney v8.1, Midjourney v7, Midjourney v6.1, Midjourney v5.2, Niji 7, Niji 6"
ROWS = {row.name: row for row in (*YOUCHUAN, *LINGTU, IMAGE, DRAW)}
plain = pytest.mark.parametrize(
    "each", [each for each in models() if each.is_plain], ids=lambda each: each.key
)


def test_these_are_the_models():
    assert [each.label for each in models()] == [
        *MIDJOURNEY.split(", "),
        "Lingtu",
        "Lingtu Pro",
        "Wanxiang",
        "Jumdata",
    ]
    assert [model(each.key) for each in models()] == list(models())


def test_a_model_that_is_not_there_is_refused():
    with pytest.raises(InvalidRequestError, match="no model “dall-e”"):
        model("dall-e")


@pytest.mark.parametrize(
    ("option", "labels"),
    [
        ("prompt", f"{MIDJOURNEY}, Lingtu, Lingtu Pro, Wanxiang, Jumdata"),
        ("repeat", f"{MIDJOURNEY}, Lingtu, Lingtu Pro, Wanxiang, Jumdata"),
        ("aspect", f"{MIDJOURNEY}, Lingtu, Lingtu Pro, Jumdata"),
        ("style", "Lingtu, Jumdata"),
        ("count", "Lingtu, Jumdata"),
        ("stylize", MIDJOURNEY),
        ("image", MIDJOURNEY),
        ("image3", MIDJOURNEY),
        ("style_reference2", MIDJOURNEY),
        ("moodboard", MIDJOURNEY),
        ("omni_reference", "Midjourney v8.1, Midjourney v7"),
        ("draft", "Midjourney v7"),
        ("hd", "Midjourney v8.1"),
        ("no", "Midjourney v8.1, Midjourney v7, Midjourney v6.1"),
        ("stop", "Midjourney v6.1, Midjourney v5.2, Niji 6"),
        ("speed", MIDJOURNEY),
        ("sing", ""),
    ],
)
def test_an_option_has_its_models(option, labels):
    assert ", ".join(able(option)) == labels


@pytest.mark.parametrize(
    ("option", "value", "labels"),
    [
        ("aspect", "21:9", MIDJOURNEY),
        ("aspect", "16:9", f"{MIDJOURNEY}, Lingtu, Lingtu Pro"),
        ("aspect", "2:3", f"{MIDJOURNEY}, Lingtu, Lingtu Pro, Jumdata"),
        ("count", 4, "Lingtu, Jumdata"),
        ("count", 6, "Jumdata"),
        ("count", 7, ""),
        ("style", "anime", "Lingtu"),
        ("style", "油画", "Jumdata"),
        ("speed", "turbo", MIDJOURNEY.removeprefix("Midjourney v8.1, ")),
        ("prompt", "x" * 101, f"{MIDJOURNEY}, Lingtu, Lingtu Pro, Wanxiang"),
        ("prompt", "x" * 1001, f"{MIDJOURNEY}, Wanxiang"),
        ("prompt", "x" * 1025, f"{MIDJOURNEY}, Wanxiang".removeprefix("Midjourney v8.1, ")),
    ],
)
def test_a_value_has_its_models(option, value, labels):
    assert ", ".join(able(option, value)) == labels


@plain
def test_a_plain_models_options_are_fields_of_its_request(each):
    row = ROWS[each.operation]
    taken = each.options.items()
    values = {each.fields[option]: value for option, choices in taken for value in choices}

    assert set(each.fields) == set(each.options)
    for name, value in values.items():
        assert row.validate({each.text: "a fox", name: value}).own_prompt() == "a fox"


@plain
def test_a_plain_models_longest_prompt_is_that_of_its_request(each):
    row = ROWS[each.operation]

    assert row.validate({each.text: "x" * each.longest})
    with pytest.raises(InvalidRequestError):
        row.validate({each.text: "x" * (each.longest + 1)})


def test_what_is_not_given_is_not_missed():
    check(model("wanxiang"), {"aspect": None, "raw": False, "no": "", "image": (), "repeat": 3})


def test_nought_is_a_value():
    with pytest.raises(InvalidRequestError, match="“chaos” works with Midjourney"):
        check(model("lingtu"), {"chaos": 0})


@pytest.mark.parametrize(
    ("key", "given", "sentence"),
    [
        (
            "wanxiang",
            {"style": "anime"},
            "“style” works with Lingtu, not with Wanxiang. Leave it out or choose another model.",
        ),
        (
            "wanxiang",
            {"count": 7},
            "“count” works with Lingtu, Jumdata, not with Wanxiang. "
            "Leave it out or choose another model.",
        ),
        (
            "v7",
            {"count": 2},
            "“count” works with Lingtu, Jumdata, not with Midjourney v7. "
            "Leave it out or choose another model.",
        ),
        (
            "lingtu",
            {"count": 6},
            "“count” cannot be 6 with Lingtu. Choose one of 1, 2, 4, or another model: Jumdata.",
        ),
        (
            "jumdata",
            {"count": 7},
            "“count” cannot be 7 with Jumdata. Choose one of 1, 2, 3, 4, 5, 6.",
        ),
        (
            "jumdata",
            {"prompt": "狐" * 101},
            "Jumdata takes prompts of 100 characters at most; this one has 101.",
        ),
    ],
)
def test_what_a_model_cannot_do_is_refused_with_those_that_can(key, given, sentence):
    with pytest.raises(InvalidRequestError) as caught:
        check(model(key), given)

    assert str(caught.value) == sentence


def test_a_refusal_names_styles_as_people_read_them():
    with pytest.raises(InvalidRequestError) as caught:
        check(model("lingtu"), {"style": "油画"})

    assert str(caught.value) == (
        "“style” cannot be Oil painting with Lingtu. Choose one of General, Picture book, "
        "Illustration, Anime, Game, Photograph, 3D, Shop, Logo, or another model: Jumdata."
    )


def test_what_is_no_aspect_suits_nobody():
    with pytest.raises(InvalidRequestError) as caught:
        check(model("lingtu_pro"), {"aspect": "wide"})

    assert str(caught.value).endswith("Choose one of 1:1, 2:3, 3:2, 3:4, 4:3, 9:16, 16:9.")
    assert not any(model("v7").lacks({"aspect": "wide"}))  # its own sentence says more


@pytest.mark.parametrize(
    ("connected", "labels"),
    [({"jumdata", "youchuan"}, "Jumdata"), ({"youchuan"}, "Lingtu, Jumdata")],
)
def test_those_that_are_connected_are_named_where_there_are_any(connected, labels):
    with pytest.raises(InvalidRequestError, match=f"“style” works with {labels}, not with"):
        check(model("v7"), {"style": "油画"}, connected)


def test_no_other_model_is_named_where_none_is_connected():
    with pytest.raises(InvalidRequestError) as caught:
        check(model("lingtu"), {"count": 6}, {"lingtu", "youchuan"})

    assert str(caught.value) == "“count” cannot be 6 with Lingtu. Choose one of 1, 2, 4."


@pytest.mark.parametrize(
    ("connected", "key"),
    [
        ({"youchuan", "lingtu", "wanxiang", "jumdata"}, "v7"),
        ({"jumdata", "lingtu"}, "lingtu"),
        ({"jumdata"}, "jumdata"),
        (set(), "v7"),
    ],
)
def test_what_draws_where_nobody_chose(connected, key):
    assert default_model(connected) == model(key)


def test_a_version_that_can_only_be_typed_is_a_model_all_the_same():
    assert model("v6") not in models()
    assert model("v6").label == "Midjourney v6"


@plain
def test_an_operation_leads_back_to_its_model(each):
    assert model_behind(each.operation) == each


def test_operations_that_are_no_models_lead_nowhere():
    assert model_behind("youchuan.diffusion") is None
    assert model_behind("lingtu.upscale") is None
