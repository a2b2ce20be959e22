"""Midjourney prompts as people type them, and as they are sent."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.prompt import MODEL_BY_KEY, PARAMETERS, Prompt, compose, parse, print_prompt
from bot.providers.prompt_video import parse_video

URL = "https://example.com/a.png"


def _sentence(call, *args, **kwargs):
    with pytest.raises(InvalidRequestError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


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
        ("a cat --motion low", "--motion is for /video, not for images. Remove it."),
        ("a cat —loop", "/video"),
        ("a cat --video", "/video"),
        ("a cat --style cute", "only --style raw"),
        ("a {red, blue} cat", "Braces { }"),
        ("a cat --s {1, 2}", "Braces { }"),
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


def _spellings():
    return [s for p in PARAMETERS for s in p.spellings] + ["v", "niji", "version", "style", "relax"]


_pieces = st.one_of(
    st.text(max_size=8),
    st.sampled_from([f"--{s}" for s in _spellings()] + [f"—{s}=" for s in _spellings()]),
    st.sampled_from(["16:9", "7", "6.1", "100", "raw", URL, f"<{URL}>,", "upload://0", "a,—tile"]),
    st.text(alphabet="-–—－= ,\"“'ars:19{<\u200b\u3000", max_size=8),
)
_anything = st.one_of(st.text(), st.lists(_pieces, max_size=10).map(" ".join))


@pytest.mark.parametrize("read", [parse, parse_video])
@given(text=_anything)
@example(text="--NO -< 0")
@example(text="--NO <-")
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_and_reads_the_same_when_printed(read, text):
    try:
        prompt = read(text)
    except InvalidRequestError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert read(print_prompt(prompt)) == prompt

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
