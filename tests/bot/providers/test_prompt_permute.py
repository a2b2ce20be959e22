"""Lists in braces in a prompt, and the prompts they stand for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.prompt import compose, parse, print_prompt
from bot.providers.prompt_permute import expand


def _sentence(text, **options):
    with pytest.raises(InvalidRequestError) as caught:
        expand(text, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("typed", "prompts"),
    [
        ("a {red, blue} cat", ("a red cat", "a blue cat")),
        ("a {red,blue,  dark green } cat", ("a red cat", "a blue cat", "a dark green cat")),
        ("{red, blue}bird", ("redbird", "bluebird")),
        ("a {red} cat", ("a red cat",)),
        ("a {red, red} cat", ("a red cat", "a red cat")),
        ("a ｛红，蓝｝ 猫", ("a 红 猫", "a 蓝 猫")),
        ("a {红，蓝, 绿｝ 猫", ("a 红 猫", "a 蓝 猫", "a 绿 猫")),
        ("a cat --ar {1:1, 16:9}", ("a cat --ar 1:1", "a cat --ar 16:9")),
        ("a cat --s {50, 100} --raw", ("a cat --s 50 --raw", "a cat --s 100 --raw")),
        ("a cat {--v 7, --niji 7}", ("a cat --v 7", "a cat --niji 7")),
        ("a {cat --tile, dog}", ("a cat --tile", "a dog")),
    ],
)
def test_a_list_makes_a_prompt_of_each_choice(typed, prompts):
    assert expand(typed) == prompts


def test_the_first_list_changes_slowest():
    assert expand("{a, b} {1, 2} {x, y}", most=8) == (
        "a 1 x",
        "a 1 y",
        "a 2 x",
        "a 2 y",
        "b 1 x",
        "b 1 y",
        "b 2 x",
        "b 2 y",
    )


@pytest.mark.parametrize("typed", ["", "  a, b，c \n", r"a \, b \\ c", "¯\\_(ツ)_/¯ --ar 1:1"])
def test_a_text_without_braces_stays_as_it_is(typed):
    assert expand(typed) == (typed,)


@pytest.mark.parametrize(
    ("typed", "prompts"),
    [
        (r"a \{red, blue\} cat", ("a {red, blue} cat",)),
        (r"{a\, b, c}", ("a, b", "c")),
        (r"{a\，b，c}", ("a，b", "c")),
        (r"{\{, \}}", ("{", "}")),
        (r"｛\｛，\｝｝", ("｛", "｝")),
        (r"a\, {b, c}", (r"a\, b", r"a\, c")),
        (r"{a\b, c}", (r"a\b", "c")),
        (r"\\{a, b\}", (r"\{a, b}",)),
    ],
)
def test_a_backslash_makes_a_sign_literal(typed, prompts):
    assert expand(typed) == prompts


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a {red, blue cat", "A list is not closed. Write it as {red, blue}"),
        (r"a {red, blue\} cat", "A list is not closed. Write it as {red, blue}"),
        ("a red, blue} cat", "A brace closes no list. Write a list as {red, blue}"),
        ("a {red, blue}} cat", "A brace closes no list. Write a list as {red, blue}"),
        ("a {red, {blue, green}} cat", "can hold no other. Remove a brace."),
        ("a {red, ｛blue｝} cat", "can hold no other. Remove a brace."),
        ("a {} cat", "A choice in a list is empty. Write a list as {red, blue}."),
        ("a {\u3000 } cat", "A choice in a list is empty."),
        ("a {red, } cat", "A choice in a list is empty."),
        ("a {, red} cat", "A choice in a list is empty."),
    ],
)
def test_what_is_no_list_is_refused_with_a_way_out(typed, said):
    assert said in _sentence(typed)


def test_ten_prompts_are_the_most():
    ten = "{a, b} {1, 2, 3, 4, 5}"
    assert len(expand(ten)) == 10

    assert _sentence(f"{ten} {{x, y}}") == (
        "These lists make 20 prompts; 10 at once are the most. Shorten a list."
    )


def test_the_most_can_be_chosen():
    assert len(expand("{a, b, c}", most=3)) == 3

    assert "make 3 prompts; 2 at once" in _sentence("{a, b, c}", most=2)


def test_very_many_prompts_are_refused_without_being_made():
    assert "make 1000000+ prompts" in _sentence("{a, b} " * 20_000)


def test_expanded_prompts_can_be_composed():
    printed = [
        print_prompt(compose(text, model="v7", options={}))
        for text in expand("a {red, blue} cat --ar {1:1, 16:9}")
    ]

    assert printed == [
        "a red cat --ar 1:1 --v 7",
        "a red cat --ar 16:9 --v 7",
        "a blue cat --ar 1:1 --v 7",
        "a blue cat --ar 16:9 --v 7",
    ]


def test_a_literal_brace_is_still_not_sent():
    (text,) = expand(r"a \{red\} cat")

    with pytest.raises(InvalidRequestError, match=r"Braces \{ \} cannot be used here"):
        parse(text)


@given(st.one_of(st.text(), st.text(alphabet="{}｛｝,，\\ ab-", max_size=40)), st.integers(1, 30))
@settings(max_examples=500, deadline=None)
def test_any_text_is_expanded_or_refused(text, most):
    try:
        prompts = expand(text, most=most)
    except InvalidRequestError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert 1 <= len(prompts) <= most

    assert "{example}" not in sentence


_words = st.from_regex(r"[a-zé中:.-]{1,6}( [a-z]{1,4})?", fullmatch=True)


@given(st.lists(st.lists(_words, min_size=1, max_size=4), max_size=4))
@settings(deadline=None)
def test_each_choice_is_made_as_often_as_every_other(lists):
    text = " / ".join("{" + ", ".join(choices) + "}" for choices in lists)

    prompts = expand(text, most=4**4)

    rows = [prompt.split(" / ") for prompt in prompts]
    for place, choices in enumerate(lists):
        made = [row[place] for row in rows]
        assert all(
            made.count(choice) * len(choices) == len(rows) * choices.count(choice)
            for choice in choices
        )
