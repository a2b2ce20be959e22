"""What Lingtu's endpoints take, against samples made from its manual."""

import json
from pathlib import Path

import pytest

from bot.errors import InvalidRequestError
from bot.operations import Catalog
from bot.providers import lingtu_choices as may_be
from bot.providers.choices import codes
from bot.providers.lingtu_rows import OPERATIONS

SAMPLES = Path(__file__).parents[2] / "samples" / "lingtu"
CATALOG = Catalog(OPERATIONS)
PICTURE = "https://bot.example/m/abcdefghijklmnopqrstuv.png"
MASK = "https://bot.example/m/bcdefghijklmnopqrstuvw.png"
TOO_FAR = "https://bot.example/".ljust(101, "x")
GOODS = {"url": PICTURE, "x": 0, "y": 0, "width": 300, "height": 300}
BACKGROUND = {
    "width": 400,
    "height": 1280,
    "goods": GOODS,
    "background": {"url": MASK},
}

verbs = pytest.mark.parametrize("verb", [row.name.removeprefix("lingtu.") for row in OPERATIONS])


def asked(verb):
    return json.loads((SAMPLES / f"{verb}.request.json").read_text("utf-8"))


def params(verb, **values):
    return CATALOG[f"lingtu.{verb}"].validate(values)


def tidied(verb, **values):
    row = CATALOG[f"lingtu.{verb}"]
    return row.validate(row.params.tidied(values, frozenset()))


@verbs
def test_the_sample_goes_out_exactly_as_it_is(verb):
    assert params(verb, **asked(verb)).body() == asked(verb)


@verbs
def test_stored_params_come_back_the_same(verb):
    made = params(verb, **asked(verb))

    again = params(verb, **json.loads(json.dumps(made.stored())))

    assert again == made
    assert again.body() == made.body()


@verbs
def test_what_the_manual_does_not_list_is_refused(verb):
    with pytest.raises(InvalidRequestError, match="surprise"):
        params(verb, **asked(verb), surprise=1)


@pytest.mark.parametrize(
    ("verb", "required"),
    [
        ("reimage", {"image": PICTURE, "imageWeight": 0.5}),
        ("reimage_pro", {"image": PICTURE, "similarity": 0.75}),
        ("upscale", {"image": PICTURE}),
        ("matting", {"image": PICTURE}),
        ("vector", {"image": PICTURE}),
    ],
)
def test_of_what_nobody_chose_only_the_required_is_sent(verb, required):
    assert params(verb, image=PICTURE).body() == required


@pytest.mark.parametrize(
    ("verb", "name", "value"),
    [
        ("text2img", "style", "common"),
        ("text2img", "ar", "1:1"),
        ("text2img", "num", 1),
        ("img2img", "cref_image_weight", 0.5),
        ("art_word", "num", 4),
        ("reimage_pro", "num", 4),
        ("reimage_pro", "type", "0"),
        ("reimage_pro", "bg_color", 0),
        ("matting", "type", 0),
        ("upscale", "type", "0"),
        ("upscale", "multiple", 2),
        ("upscale", "denoise", False),
        ("vector", "formats", ["svg"]),
        ("change_background", "product_smart_color", True),
        ("change_background", "reference_strong", True),
        ("style_transfer", "return_mask", False),
    ],
)
def test_the_defaults_are_the_manuals(verb, name, value):
    assert CATALOG[f"lingtu.{verb}"].params.model_fields[name].default == value


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("text2img", {}),
        ("text2img", {"prompt": ""}),
        ("text2img", {"prompt": "x" * 1001}),
        ("text2img", {"prompt": "x", "request_id": "x" * 101}),
        ("text2img_pro", {"prompt": "x" * 201}),
        ("text2img_pro", {"prompt": "x", "num": 2}),
        ("img2img", {"prompt": "x", "cref_images": []}),
        ("img2img", {"prompt": "x", "cref_images": [PICTURE] * 5}),
        ("img2img", {"prompt": "x", "cref_images": [TOO_FAR]}),
        ("img2img", {"prompt": "x", "cref_images": [PICTURE], "cref_image_weight": 1.1}),
        ("img2text", {"image": ""}),
        ("img2text", {"image": TOO_FAR}),
        ("matting", {"image": PICTURE, "type": 2}),
        ("matting", {"image": PICTURE, "formats": []}),
        ("matting", {"image": PICTURE, "formats": ["svg"]}),
        ("matting", {"image": PICTURE, "formats": ["png", "psd", "png"]}),
        ("lineart", {"image": PICTURE, "prompt": "x" * 201}),
        ("upscale", {"image": PICTURE, "type": "2"}),
        ("upscale", {"image": PICTURE, "multiple": 3}),
        ("remove", {"image": PICTURE}),
        ("remove", {"image": PICTURE, "mask": TOO_FAR}),
        ("vector", {"image": PICTURE, "formats": ["png"]}),
        ("reimage", {"image": PICTURE, "image_weight": -0.1}),
        ("reimage", {"image": PICTURE, "image_weight": float("nan")}),
        ("reimage_pro", {"image": PICTURE, "similarity": 1.5}),
        ("reimage_pro", {"image": PICTURE, "bg_color": 3}),
        ("reimage_pro", {"image": PICTURE, "type": "2"}),
        ("change_background", {**BACKGROUND, "width": 399}),
        ("change_background", {**BACKGROUND, "height": 1281}),
        ("change_background", {**BACKGROUND, "goods": {**GOODS, "width": 0}}),
        ("change_background", {**BACKGROUND, "goods": {**GOODS, "height": 4097}}),
        ("change_background", {**BACKGROUND, "goods": {**GOODS, "width": 4096, "x": -8193}}),
        ("change_background", {**BACKGROUND, "background": {}}),
        ("style_transfer", {"type": 3, "style": "a", "image": PICTURE}),
        ("style_transfer", {"type": 1, "style": "", "image": PICTURE}),
        ("seamless_pro", {"type": 4, "image": PICTURE}),
        ("expand", {"type": 3, "image": PICTURE, "scale": 2}),
    ],
)
def test_what_the_manual_forbids_is_refused_before_it_is_paid(verb, values):
    with pytest.raises(InvalidRequestError):
        params(verb, **values)


@pytest.mark.parametrize(
    ("verb", "values", "option"),
    [
        ("text2img", {"prompt": "x", "style": "oil"}, "style"),
        ("text2img", {"prompt": "x", "ar": "21:9"}, "aspect"),
        ("text2img", {"prompt": "x", "num": 3}, "count"),
        ("seamless", {"prompt": "x", "ar": "3:2"}, "aspect"),
        ("transparent", {"prompt": "x", "ar": "3:2"}, "aspect"),
        ("reimage_pro", {"image": PICTURE, "num": 1}, "count"),
        ("reimage_pro", {"image": PICTURE, "type": "1", "similarity": 0.5}, "similarity"),
        ("seamless_pro", {"type": 0}, "prompt"),
        ("seamless_pro", {"type": 0, "prompt": "x", "image": PICTURE}, "image"),
        ("seamless_pro", {"type": 1, "prompt": "x", "image": PICTURE}, "prompt"),
        ("seamless_pro", {"type": 2}, "image"),
        ("seamless_pro", {"type": 2, "image": PICTURE, "ar": "3:2"}, "aspect"),
        ("seamless_pro", {"type": 3, "image": PICTURE, "ar": "0:2"}, "aspect"),
        ("seamless_pro", {"type": 3, "image": PICTURE, "ar": "wide"}, "aspect"),
        ("expand", {"image": PICTURE}, "factor"),
        ("expand", {"image": PICTURE, "type": 2}, "aspect"),
        ("expand", {"image": PICTURE, "type": 2, "scale": 2}, "aspect"),
        ("expand", {"image": PICTURE, "type": 1, "ar": "3:2"}, "factor"),
        ("expand", {"image": PICTURE, "scale": 2, "ar": "3:2"}, "not both"),
        ("expand", {"image": PICTURE, "scale": 1}, "greater than 1"),
        ("expand", {"image": PICTURE, "scale": 10.1}, "“factor” must be at most 10"),
        ("expand", {"image": PICTURE, "scale": float("inf")}, "must be at most 10"),
        ("expand", {"image": PICTURE, "scale": float("nan")}, "greater than 1"),
    ],
)
def test_a_refusal_names_the_option_to_change(verb, values, option):
    with pytest.raises(InvalidRequestError, match=option) as caught:
        tidied(verb, **values)

    assert str(caught.value).endswith((".", "?"))
    assert "{" not in str(caught.value)


def test_a_refused_choice_lists_what_can_be_chosen():
    with pytest.raises(InvalidRequestError, match="1, 2, 4"):
        params("text2img", prompt="x", num=3)


@pytest.mark.parametrize("written", ["16:9", "16：9", " 16 : 9 "])
def test_an_aspect_is_read_however_it_is_written(written):
    assert params("text2img", prompt="x", ar=written).body()["ar"] == "16:9"


@pytest.mark.parametrize("ratio", ["5:2", "1024:768", "1:1"])
def test_a_repeating_or_an_expanded_picture_may_have_any_aspect(ratio):
    assert params("seamless_pro", type=3, image=PICTURE, ar=ratio).body()["ar"] == ratio
    assert params("expand", type=2, image=PICTURE, ar=ratio).body()["ar"] == ratio


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"scale": 1.2, "ar": None}, {"type": 1, "scale": 1.2}),
        ({"scale": None, "ar": "16:9"}, {"type": 2, "ar": "16:9"}),
    ],
)
def test_how_to_expand_follows_from_what_is_given(given, body):
    assert tidied("expand", image=PICTURE, **given).body() == {"image": PICTURE, **body}


@pytest.mark.parametrize("formats", [["eps"], ["svg", "eps"], ["eps", "svg"]])
def test_an_eps_never_comes_without_the_svg_that_can_be_shown(formats):
    assert tidied("vector", image=PICTURE, formats=formats).body()["formats"] == ["svg", "eps"]


def test_exact_lettering_goes_out_with_the_similarity_that_is_required():
    body = tidied("reimage_pro", image=PICTURE, type="1").body()

    assert body == {"image": PICTURE, "type": "1", "similarity": 0.75}
    assert params("reimage_pro", **body).body() == body


@pytest.mark.parametrize(
    ("place", "stands"),
    [
        ({"x": -299, "y": -299}, True),
        ({"x": 399, "y": 1279}, True),
        ({"x": -300}, False),
        ({"x": 400}, False),
        ({"y": -300}, False),
        ({"y": 1280}, False),
    ],
)
def test_a_product_stands_on_its_canvas(place, stands):
    values = {**BACKGROUND, "goods": {**GOODS, **place}}
    if stands:
        assert params("change_background", **values).body()["goods"] == values["goods"]
    else:
        with pytest.raises(InvalidRequestError, match="product"):
            params("change_background", **values)


@pytest.mark.parametrize(
    ("verb", "values", "factor"),
    [
        ("text2img", {"prompt": "x"}, 1),
        ("text2img", {"prompt": "x", "num": 4}, 4),
        ("text2img_pro", {"prompt": "x"}, 1),
        ("art_word", {"prompt": "x"}, 1),
        ("art_word", {"prompt": "x", "num": 1}, 0.25),
        ("reimage_pro", {"image": PICTURE, "num": 2}, 0.5),
        ("upscale", {"image": PICTURE}, 1),
    ],
)
def test_the_price_grows_with_the_pictures(verb, values, factor):
    assert params(verb, **values).price_factor(frozenset()) == factor


def test_words_are_the_prompt():
    assert params("text2img", prompt="a fox").words() == "a fox"
    assert params("lineart", image=PICTURE).words() == ""
    assert params("upscale", image=PICTURE).words() == ""


@verbs
def test_nothing_is_inherited_from_what_a_picture_was_made_from(verb):
    made = params(verb, **asked(verb)).traits(frozenset({"v7", "upscaled", "video", "text"}))

    facts = {
        "transparent": {"cutout"},
        "matting": {"cutout"},
        "img2text": {"text"},
        "title": {"text"},
        "vector": {"vector"},
        "style_transfer": {"masked"},
    }
    assert made == {"lingtu"} | facts.get(verb, set())


def test_a_style_without_its_mask_has_one_picture_only():
    made = params("style_transfer", type=2, style="oil", image=PICTURE)

    assert made.traits(frozenset()) == {"lingtu"}


def test_an_upscale_takes_smaller_pictures_than_the_rest():
    sides = {row.name.removeprefix("lingtu."): row.params.longest_side for row in OPERATIONS}

    assert {verb: side for verb, side in sides.items() if side != 4096} == {"upscale": 2048}


@pytest.mark.parametrize(
    ("verb", "field", "offered"),
    [
        ("text2img", "style", codes(may_be.STYLES)),
        ("text2img", "ar", may_be.ASPECTS),
        ("text2img", "num", may_be.COUNTS),
        ("reimage_pro", "num", may_be.PRO_COUNTS),
        ("reimage_pro", "type", codes(may_be.REIMAGE_TYPES)),
        ("reimage_pro", "bgColor", codes(may_be.BACKGROUND_COLOURS)),
        ("matting", "type", codes(may_be.MATTING_TYPES)),
        ("upscale", "type", codes(may_be.UPSCALE_TYPES)),
        ("upscale", "multiple", codes(may_be.FACTORS)),
        ("upscale", "multiple", codes(may_be.RESOLUTIONS)),
        ("style_transfer", "type", codes(may_be.SUBJECTS)),
    ],
)
def test_every_choice_that_is_offered_is_taken(verb, field, offered):
    for code in offered:
        assert params(verb, **{**asked(verb), field: code}).body()[field] == code


def test_every_format_and_type_that_is_offered_is_taken():
    for code in codes(may_be.MATTING_FORMATS):
        assert params("matting", image=PICTURE, formats=[code]).body()["formats"] == [code]
    for code in codes(may_be.VECTOR_FORMATS):
        assert params("vector", image=PICTURE, formats=[code]).body()["formats"] == [code]
    for code in codes(may_be.SEAMLESS_TYPES):
        source = {"prompt": "x"} if code == may_be.FROM_TEXT else {"image": PICTURE}
        assert params("seamless_pro", type=code, **source).body()["type"] == code
    for code, how in ((may_be.BY_FACTOR, {"scale": 1.2}), (may_be.BY_ASPECT, {"ar": "3:2"})):
        assert params("expand", type=code, image=PICTURE, **how).body()["type"] == code
