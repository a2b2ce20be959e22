"""Midjourney prompts for images, composed of what was typed and what the options say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.prompt import (
    DEFAULT_MODEL,
    MODEL_BY_KEY,
    MODELS,
    check_retexture_model,
    compose,
    model_among,
    parse,
    print_prompt,
    traits,
    validate,
    validate_follow_up,
)

URL = "https://example.com/a.png"


def _sentence(call, *args, **kwargs):
    with pytest.raises(InvalidRequestError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def _compose(text, model=None, **options):
    return compose(text, model=model, options=options)


def test_an_image_weight_needs_an_image_except_in_a_follow_up():
    prompt = parse("a cat --iw 1")
    validate_follow_up(prompt, DEFAULT_MODEL)

    assert "there are none" in _sentence(validate, prompt, DEFAULT_MODEL)


def test_one_image_needs_text_and_two_are_a_blend():
    assert "One image alone" in _sentence(_compose, URL)
    assert len(_compose(f"{URL} https://example.com/b.png").images) == 2
    assert _compose(f"{URL} cat").text == "cat"


@pytest.mark.parametrize("typed", ["", "  \n", "--ar 1:1", "--v 7"])
def test_an_empty_prompt_is_refused(typed):
    assert _sentence(_compose, typed) == "Write what to draw."


def test_a_follow_up_may_be_parameters_or_one_image_alone_but_not_empty():
    validate_follow_up(parse("--ar 1:1"), DEFAULT_MODEL)
    validate_follow_up(parse(URL), DEFAULT_MODEL)

    assert "1 to 8192" in _sentence(validate_follow_up, parse(" "), DEFAULT_MODEL)


def test_without_any_model_the_default_is_sent():
    assert print_prompt(_compose("a cat")) == "a cat --v 7"


def test_a_typed_model_is_kept_and_the_option_is_added():
    assert _compose("a cat --v 6.1").model == MODEL_BY_KEY["v6.1"]
    assert _compose("a cat", "niji6").model == MODEL_BY_KEY["niji6"]
    assert _compose("a cat --niji 6", "niji6").model == MODEL_BY_KEY["niji6"]


def test_a_typed_model_that_disagrees_with_the_option_is_refused():
    assert _sentence(_compose, "a cat --v 6", "v7") == (
        "The prompt says --v 6, but the chosen model is Midjourney v7. Change one of them."
    )
    assert "no model “v3”" in _sentence(_compose, "a cat", "v3")


def test_options_join_what_was_typed():
    prompt = _compose(
        f"{URL} a cat --s 200 --sref 7",
        aspect="16:9",
        stylize=200.0,
        chaos=None,
        image_weight=1.5,
        raw=True,
        tile=False,
        speed="turbo",
        no="text, hands",
        sref=["upload://1"],
        images=("upload://0",),
    )

    assert print_prompt(prompt) == (
        f"upload://0 {URL} a cat --stylize 200 --sref 7 upload://1 --ar 16:9 --iw 1.5"
        " --raw --turbo --no text, hands --v 7"
    )


@pytest.mark.parametrize(
    ("typed", "options", "said"),
    [
        ("a cat --ar 1:1", {"aspect": "16:9"}, "--ar stands twice, with 1:1 and with 16:9."),
        ("a cat --s 100", {"s": 200}, "--stylize stands twice"),
        ("a cat --raw", {"raw": False}, "the option turns it off"),
        ("a cat --fast", {"speed": "turbo"}, "do not go together"),
        ("a cat", {"speed": "relax"}, "Speed can be fast or turbo, not “relax”."),
        ("a cat", {"repeat": 3}, "use the repeat option"),
        ("a cat", {"colour": "red"}, "There is no --colour"),
        ("a cat", {"chaos": 101}, "--chaos can be 0–100"),
        ("a cat", {"images": ["http://example.com/"]}, "https://"),
        ("a cat", {"no": "{a, b}"}, "Braces { }"),
        ("a cat", {"motion": "low"}, "--motion is for /video"),
        ("a cat", {"batch": 1}, "There is no --batch"),
        ("a cat", {"aspect": "16:9 wide"}, "such as 16:9, not “16:9 wide”"),
        ("a cat", {"moodboard": ["a1", "b2"]}, "--p must be an id such as 12345, not “a1 b2”."),
        ("a cat --p a1", {"moodboard": "b2"}, "--p stands twice, with a1 and with b2."),
        (f"a cat --oref {URL}", {"oref": "upload://0"}, "--oref takes 1 at most, not 2."),
        ("a cat", {"oref": "upload://0", "speed": "fast"}, "do not go together"),
        ("a cat", {"sref": [f"upload://{n}" for n in range(21)]}, "--sref takes 20 at most"),
        ("a cat", {"cref": ["upload://0"]}, "--cref works in v6.1, v6, v5.2, Niji 6, not in v7."),
    ],
)
def test_options_that_contradict_are_refused(typed, options, said):
    assert said in _sentence(compose, typed, model=None, options=options)


@pytest.mark.parametrize(
    ("typed", "model", "options", "printed"),
    [
        (
            "a cat --sw 200 --sv 6",
            "v8.1",
            {"sref": ["upload://0", "upload://1"]},
            "a cat --sw 200 --sv 6 --sref upload://0 upload://1 --v 8.1",
        ),
        (
            "a cat --ow 400 --iw 2",
            "v7",
            {"images": ["upload://0"], "oref": "upload://1", "moodboard": "b2"},
            "upload://0 a cat --ow 400 --iw 2 --oref upload://1 --p b2 --v 7",
        ),
        (
            "a cat --cw 50",
            "niji6",
            {"cref": "upload://0 upload://1", "sref": [], "images": "upload://2"},
            "upload://2 a cat --cw 50 --cref upload://0 upload://1 --niji 6",
        ),
    ],
)
def test_weights_typed_in_the_prompt_fit_references_uploaded_beside_it(
    typed, model, options, printed
):
    prompt = compose(typed, model=model, options=options)

    assert print_prompt(prompt) == printed
    assert parse(printed) == prompt


@pytest.mark.parametrize("key", MODEL_BY_KEY)
@pytest.mark.parametrize("count", [2, 5])
def test_a_blend_is_two_uploads_or_more_without_text(count, key):
    uploads = [f"upload://{n}" for n in range(count)]

    prompt = compose("", model=key, options={"images": uploads, "aspect": "3:2"})

    assert print_prompt(prompt) == f"{' '.join(uploads)} --ar 3:2 {MODEL_BY_KEY[key].flag}"


def test_one_upload_is_no_blend():
    assert "One image alone" in _sentence(_compose, "", images=["upload://0"], aspect="1:1")


def test_an_option_cannot_smuggle_in_a_parameter():
    prompt = _compose("a cat", no="hands --tile, —raw fog--y")

    assert prompt.values == {"no": ("hands tile", "raw fog—y")}
    assert parse(print_prompt(prompt)) == prompt


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a cat --v 8.1 --hd", {"v8.1", "hd"}),
        ("a cat --v 7 --draft --ar 1:1", {"v7", "draft"}),
        (f"a cat --oref {URL}", {"oref"}),
        ("a cat", set()),
    ],
)
def test_traits_tell_which_buttons_will_fit(typed, expected):
    assert traits(parse(typed)) == expected


def test_the_model_is_found_among_traits():
    assert model_among(frozenset({"niji7", "hd"})) == MODEL_BY_KEY["niji7"]
    assert model_among(frozenset({"video", "480p"})) is None


@pytest.mark.parametrize("key", ["v6.1", "v7", "v8.1", "niji7"])
def test_a_retexture_takes_models_from_61_on(key):
    check_retexture_model(MODEL_BY_KEY[key])


@pytest.mark.parametrize(("key", "short"), [("v6", "v6"), ("v5.2", "v5.2"), ("niji6", "Niji 6")])
def test_a_retexture_refuses_older_models_with_those_it_takes(key, short):
    assert _sentence(check_retexture_model, MODEL_BY_KEY[key]) == (
        f"Retexture works in v8.1, v7, v6.1, Niji 7, not in {short}. Choose another model."
    )


@st.composite
def _valid_prompts(draw):
    model = draw(st.sampled_from(MODELS))
    options = {
        "aspect": st.tuples(st.integers(1, 9999), st.integers(1, 9999)).map("{0[0]}:{0[1]}".format),
        "stylize": st.integers(0, 1000),
        "seed": st.integers(0, 2**32 - 1),
        "chaos": st.integers(0, 100),
        "image_weight": st.integers(0, 200).map(lambda n: n / 100),
        "raw": st.just(True),
        "speed": st.just("fast"),
        "sref": st.lists(
            st.sampled_from([URL, "upload://3", "12", "random"]), min_size=1, max_size=20
        ),
        "moodboard": st.from_regex(r"[a-z0-9]{1,24}", fullmatch=True),
    }
    names = draw(st.sets(st.sampled_from(sorted(options))))
    words = draw(st.lists(st.from_regex(r"[a-zé中 ,.!']{1,9}-?x", fullmatch=True), min_size=1))
    chosen = {name: draw(options[name]) for name in names}
    return " ".join(words), model, {**chosen, "images": [URL]}


@given(_valid_prompts())
@settings(deadline=None)
def test_generated_valid_prompts_come_back_as_they_went(generated):
    text, model, options = generated

    prompt = compose(text, model=model.key, options=options)

    assert parse(print_prompt(prompt)) == prompt
    assert prompt.model == model
