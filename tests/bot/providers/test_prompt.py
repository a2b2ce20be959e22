"""Midjourney prompts against an own transcription of the provider's parameter table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.prompt import (
    DEFAULT_MODEL,
    MODEL_BY_KEY,
    MODELS,
    PARAMETERS,
    Prompt,
    compose,
    parse,
    print_prompt,
    traits,
    validate,
    validate_follow_up,
)

URL = "https://example.com/a.png"
MODEL_KEYS = ("v5.2", "v6", "v6.1", "niji6", "niji7", "v7", "v8.1")

# spelling | v5.2 | v6 | v6.1 | niji6 | niji7 | v7 | v8.1; "-" is not available, "+" has no value.
TABLE = """
ar       | 1..9999 | 1..9999 | 1..9999 | 1..9999 | 1..9999 | 1..9999 | 1..9999
stylize  | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000
s        | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000
chaos    | 0..100 | 0..100 | 0..100 | 0..100 | 0..100 | 0..100 | 0..100
c        | 0..100 | 0..100 | 0..100 | 0..100 | 0..100 | 0..100 | 0..100
seed     | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295 | 0..4294967295
quality  | 0.5 1 2 | 0.5 1 2 | 0.5 1 2 | 0.5 1 2 | - | 1 2 4 | 1 4
q        | 0.5 1 2 | 0.5 1 2 | 0.5 1 2 | 0.5 1 2 | - | 1 2 4 | 1 4
weird    | 0..3000 | 0..3000 | 0..3000 | 0..3000 | 0..3000 | 0..3000 | -
w        | 0..3000 | 0..3000 | 0..3000 | 0..3000 | 0..3000 | 0..3000 | -
stop     | 10..100 | 10..100 | 10..100 | 10..100 | - | - | -
tile     | + | + | + | + | - | + | -
raw      | + | + | + | + | + | + | +
no       | - | - | words | - | - | words | words
iw       | 0..3 | 0..3 | 0..3 | 0..3 | 0..2 | 0..3 | 0..3
sref     | links 20 | links 20 | links 20 | links 20 | links 20 | links 20 | links 20
sw       | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000 | 0..1000
sv       | 1..4 | 1..4 | 1..4 | 1..4 | 1..4 | 1..6 | 6..6
cref     | links 20 | links 20 | links 20 | links 20 | - | - | -
cw       | 0..100 | 0..100 | 0..100 | 0..100 | - | - | -
oref     | - | - | - | - | - | links 1 | links 1
ow       | - | - | - | - | - | 1..1000 | 1..1000
draft    | - | - | - | - | - | + | -
exp      | - | - | - | - | - | 0..100 | 0..100
hd       | - | - | - | - | - | - | +
fast     | + | + | + | + | + | + | +
turbo    | + | + | + | + | + | + | -
p        | words | words | words | words | words | words | words
"""  # noqa: E501 - one row of the table is one line
NEEDS = {"cw": f"--cref {URL}", "ow": f"--oref {URL}", "sw": "--sref 7", "sv": "--sref 7"}


def _cells():
    found = []
    for line in TABLE.strip().splitlines():
        spelling, *cells = (cell.strip() for cell in line.split("|"))
        found += [(spelling, key, cell) for key, cell in zip(MODEL_KEYS, cells, strict=True)]
    return found


CELLS = _cells()
MISSING = [(spelling, key) for spelling, key, cell in CELLS if cell == "-"]


def _values(spelling, cell):
    """The values a cell accepts and those just outside it."""
    if cell in ("-", "+", "words"):
        return (["" if cell == "+" else "1"] if cell != "-" else []), []
    if cell.startswith("links"):
        most = int(cell.split()[1])
        links = [f"https://example.com/{i}.png" for i in range(most + 1)]
        return [links[0], " ".join(links[:most])], [" ".join(links)]
    if ".." not in cell:
        return cell.split(), [v for v in ("0", "0.5", "1", "2", "3", "4") if v not in cell.split()]
    low, high = map(int, cell.split(".."))
    if spelling == "ar":
        return [f"{low}:{high}", f"{high}:{low}"], [f"{low - 1}:1", f"1:{high + 1}", "0:0"]
    return [str(low), str(high)], [str(low - 1), str(high + 1)]


def _check(spelling, key, value):
    images = f"{URL} " if spelling == "iw" else ""
    needed = NEEDS.get(spelling, "")
    validate(parse(f"{images}a cat {needed} --{spelling} {value}"), MODEL_BY_KEY[key])


def _sentence(call, *args, **kwargs):
    with pytest.raises(InvalidRequestError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def _compose(text, model=None, **options):
    return compose(text, model=model, options=options)


@pytest.mark.parametrize(("spelling", "key", "cell"), CELLS)
def test_a_model_takes_what_its_cell_allows_and_nothing_beside(spelling, key, cell):
    good, bad = _values(spelling, cell)
    for value in good:
        _check(spelling, key, value)
    for value in bad:
        with pytest.raises(InvalidRequestError):
            _check(spelling, key, value)


@pytest.mark.parametrize(("spelling", "key"), MISSING)
def test_what_a_model_lacks_is_refused_with_the_models_that_have_it(spelling, key):
    rows = {s: p for p in PARAMETERS for s in p.spellings}
    value = {"tile": "", "draft": "", "hd": "", "turbo": "", "cref": URL, "oref": URL}
    prompt = parse(f"a cat --{spelling} {value.get(spelling, '1')}")

    sentence = _sentence(validate_follow_up, prompt, MODEL_BY_KEY[key])

    assert sentence.startswith(rows[spelling].flag + " works in ")
    assert f"not in {MODEL_BY_KEY[key].short}. " in sentence


def test_the_table_has_every_parameter():
    transcribed = {line.split("|")[0].strip() for line in TABLE.strip().splitlines()}

    assert {s for p in PARAMETERS for s in p.spellings} - transcribed == {"aspect", "profile"}


def test_the_sentence_about_weird_names_its_models():
    assert _sentence(_compose, "a cat --weird 9", "v8.1") == (
        "--weird works in v7, v6.1, v6, v5.2, Niji 7, Niji 6, not in v8.1. "
        "Remove it or choose another model."
    )


def test_a_value_of_another_model_is_refused_with_that_model():
    assert _sentence(_compose, "a cat --q 4", "v6") == (
        "--quality can be 0.5, 1, 2 in v6, not 4; that works in v8.1, v7."
    )


@pytest.mark.parametrize(
    "typed",
    [
        "a cat --ar 16:9 --s 200",
        "a cat —ar 16:9 —s 200",
        "a cat ––ar 16:9 ——s 200",
        "a cat –ar 16:9 –s 200",
        "a\ncat\u3000--ar\u300016:9\n--s 200\n",
        "a cat --AR 16:9 --S 200",
        "a cat --aspect 16:9 --stylize 200",
        "a cat --ar=16:9 --s=200",
        "a cat --ar “16:9” --s “200”",
        "a cat --ar 16：9, --s ２００.",
        "a cat --ar 016:09 --s 0200",
        "a cat --ar 16:9 --s 200 --s 200",
        "\u200ba cat --ar 16:9 --s 200",
    ],
)
def test_what_people_type_is_understood(typed):
    expected = Prompt(text="a cat", values={"aspect": "16:9", "stylize": 200})

    assert parse(typed) == expected


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a -- b", "a — b"),
        ("well--known", "well—known"),
        ("a cat --", "a cat —"),
        ("海边 --夕阳", "海边 —夕阳"),
        ("night —said he", "night —said he"),
        ("a half-open door - old", "a half-open door - old"),
        ("-ar 16:9", "-ar 16:9"),
        ("a sign “hello”", 'a sign "hello"'),
        ("——夕阳下", "——夕阳下"),
    ],
)
def test_dashes_in_ordinary_text_stay_text(typed, text):
    assert parse(typed) == Prompt(text=text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a cat --ar16:9", "write --ar 16:9"),
        ("a cat --v7", "write --v 7"),
        ("a cat --stylise 100", "Did you mean --stylize?"),
        ("a cat —stylise 100", "Did you mean --stylize?"),
        ("a cat --xyzzy", "There is no --xyzzy."),
        ("a cat --ar", "--ar needs a value, such as --ar 16:9."),
        ("a cat --ar --tile", "--ar needs a value"),
        ("a cat --ar=", "--ar needs a value"),
        ("a cat --no", "--no needs a value"),
        ("a cat --niji", "--niji needs a value, such as --niji 7."),
        ("a cat --v 5", "There is no --v 5. Choose one of --v 8.1, --v 7"),
        ("a cat --v 7 --niji 7", "names two models"),
        ("a cat --ar 1.5:1", "two whole numbers"),
        ("a cat --ar wide", "two whole numbers"),
        ("a cat --s 1.5", "whole number"),
        ("a cat --s ten", "--stylize must be a whole number such as 200, not “ten”."),
        ("a cat --q 1.234", "must be a number"),
        (f"a cat --seed {'9' * 5000}", "whole number"),
        ("a cat --s 1 --stylize 2", "--stylize stands twice, with 1 and with 2. Keep one."),
        ("a cat --tile in rain", "move “in rain” in front of --tile"),
        ("a cat --ar 1:1 in rain", "move “in rain” in front of --ar"),
        ("a cat --v 7 in rain", "move “in rain” in front of --v"),
        ("a cat --oref 1234", "image addresses"),
        ("a cat --cref http://example.com/a.png", "image addresses"),
        ("a cat --sref cat", "style codes"),
        ("a cat --p ?", "must be an id"),
        ("a cat --relax", "--fast or --turbo"),
        ("a cat --repeat 3", "use the repeat option"),
        ("a cat --r 3", "use the repeat option"),
        ("a cat --stealth", "nothing is published"),
        ("a cat --public", "nothing is published"),
        ("a cat --motion low", "/video"),
        ("a cat --style cute", "only --style raw"),
        ("a {red, blue} cat", "Lists in { }"),
        ("a cat --s {1, 2}", "Lists in { }"),
        (f"a cat {URL}", "at the start"),
        (f"{URL} a cat {URL}", "at the start"),
        ("http://example.com/a.png a cat", "must start with https://"),
        ("upload://x a cat", "must start with https://"),
        ("https:// a cat", "must start with https://"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_way_out(typed, said):
    assert said in _sentence(parse, typed)


def test_words_after_no_run_to_the_next_parameter():
    prompt = parse("a cat --no text, big hands，水印 --tile --no text, “fog”")

    assert prompt.values == {"no": ("text", "big hands", "水印", "fog"), "tile": True}
    assert print_prompt(prompt) == "a cat --no text, big hands, 水印, fog --tile"


def test_style_raw_is_raw():
    assert parse("a cat --style raw").values == {"raw": True}


def test_images_stand_at_the_start():
    prompt = parse(f"<{URL}>, upload://0 HTTPS://example.com/b--c.png a cat --iw .5")

    assert prompt.images == (URL, "upload://0", "HTTPS://example.com/b--c.png")
    assert print_prompt(prompt) == f"{' '.join(prompt.images)} a cat --iw 0.5"


def test_references_take_links_uploads_and_codes():
    prompt = parse(f"a cat --sref {URL}, upload://1 1234 random 5::2 --oref upload://2")

    assert prompt.values == {
        "sref": (URL, "upload://1", "1234", "random", "5::2"),
        "oref": ("upload://2",),
    }


def test_the_model_is_printed_last():
    prompt = parse("a cat --niji 7 --ar 3:2 --raw")

    assert print_prompt(prompt) == "a cat --ar 3:2 --raw --niji 7"


@pytest.mark.parametrize(
    "typed",
    [
        f"a cat --oref {URL} --draft",
        f"a cat --oref {URL} --q 4",
        f"a cat --oref {URL} --fast",
        f"a cat --oref {URL} --turbo",
        "a cat --draft --tile",
        "a cat --fast --turbo",
    ],
)
def test_what_does_not_go_together_is_refused(typed):
    assert "do not go together. Remove one of them." in _sentence(_compose, typed, "v7")


def test_oref_goes_together_with_lower_quality():
    assert _compose(f"a cat --oref {URL} --q 2").values["quality"] == 2


@pytest.mark.parametrize(("spelling", "value"), [("cw", 1), ("ow", 1), ("sw", 1), ("sv", 6)])
def test_a_weight_needs_what_it_weighs(spelling, value):
    model = "v6" if spelling == "cw" else "v8.1"

    assert f"Add --{spelling[0]}ref" in _sentence(_compose, f"a cat --{spelling} {value}", model)


def test_an_image_weight_needs_an_image_except_in_a_follow_up():
    prompt = parse("a cat --iw 1")
    validate_follow_up(prompt, DEFAULT_MODEL)

    assert "there are none" in _sentence(validate, prompt, DEFAULT_MODEL)


@pytest.mark.parametrize("key", ["v7", "v8.1", "niji7"])
def test_weights_are_refused_where_a_model_has_none(key):
    sentence = _sentence(_compose, "hot::2 dog", key)

    assert sentence.startswith("Weights (::) work in v6.1, v6, v5.2, Niji 6, not in ")


@pytest.mark.parametrize("key", ["v5.2", "v6", "v6.1", "niji6"])
def test_weights_divide_a_prompt_into_seven_parts_at_most(key):
    seven = " ".join(f"part{i}::-.5" for i in range(7))
    _compose(seven, key)

    assert "7 parts at most, not 8" in _sentence(_compose, f"{seven} and more", key)


def test_one_image_needs_text_and_two_are_a_blend():
    assert "One image alone" in _sentence(_compose, URL)
    assert len(_compose(f"{URL} upload://0").images) == 2
    assert _compose(f"{URL} cat").text == "cat"


@pytest.mark.parametrize("typed", ["", "  \n", "--ar 1:1", "--v 7"])
def test_an_empty_prompt_is_refused(typed):
    assert _sentence(_compose, typed) == "Write what to draw."


def test_a_follow_up_may_be_parameters_or_one_image_alone_but_not_empty():
    validate_follow_up(parse("--ar 1:1"), DEFAULT_MODEL)
    validate_follow_up(parse(URL), DEFAULT_MODEL)

    assert "1 to 8192" in _sentence(validate_follow_up, parse(" "), DEFAULT_MODEL)


def test_at_most_twenty_images():
    _compose(f"{URL} " * 20 + "cat")

    assert "20 images at most, not 21" in _sentence(_compose, f"{URL} " * 21 + "cat")


def test_a_prompt_has_at_most_8192_characters_with_its_parameters():
    room = 8192 - len(" --v 7")
    assert len(print_prompt(_compose("x" * room))) == 8192

    assert "not 8193" in _sentence(_compose, "x" * (room + 1))


def test_v81_counts_text_without_images_and_parameters():
    _compose(f"{URL} {'x' * 1024} --no {'y' * 99}", "v8.1")

    sentence = _sentence(_compose, "x" * 1025, "v8.1")

    assert sentence.startswith("The text has 1025 characters; Midjourney v8.1 takes 1024 at most.")


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
        ("a cat", {"no": "{a, b}"}, "Lists in { }"),
    ],
)
def test_options_that_contradict_are_refused(typed, options, said):
    assert said in _sentence(compose, typed, model=None, options=options)


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


def _spellings():
    return [s for p in PARAMETERS for s in p.spellings] + ["v", "niji", "version", "style", "relax"]


_pieces = st.one_of(
    st.text(max_size=8),
    st.sampled_from([f"--{s}" for s in _spellings()] + [f"—{s}=" for s in _spellings()]),
    st.sampled_from(["16:9", "7", "6.1", "100", "raw", URL, f"<{URL}>,", "upload://0", "a,—tile"]),
    st.text(alphabet="-–—－= ,\"“'ars:19{<\u200b\u3000", max_size=8),
)
_anything = st.one_of(st.text(), st.lists(_pieces, max_size=10).map(" ".join))


@given(_anything)
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_and_reads_the_same_when_printed(text):
    try:
        prompt = parse(text)
    except InvalidRequestError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert parse(print_prompt(prompt)) == prompt

    assert "{flag}" not in sentence


@given(_anything, st.sampled_from([*MODEL_BY_KEY, None]))
@settings(deadline=None)
def test_whatever_is_composed_is_valid_and_has_a_model(text, key):
    try:
        prompt = compose(text, model=key, options={})
    except InvalidRequestError:
        return

    assert print_prompt(prompt).endswith(prompt.model.flag)
    assert parse(print_prompt(prompt)) == prompt


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
