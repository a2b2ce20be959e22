"""Prompt help: words are rewritten, and nothing else, whatever a chat model answers."""

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.prompt import compose, print_prompt
from bot.providers.prompt_help import IMPROVE, TRANSLATE, instruction, rewritten, split
from bot.providers.prompt_text import parse

URL = "https://example.com/a.png"
ADDRESSES = st.sampled_from([URL, "upload://0", "upload://1", "HTTPS://b.example/x?y=1&z=--ar"])
PARAMETERS = st.sampled_from(
    [
        "--ar 16:9",
        "—stylize 200",
        "--sref https://c.example/s.png 123::2 random",
        "--no dogs, “red” hats",
        "--v 7",
        "--niji  6",
        "--oref upload://2 --ow 80",
        "--AR=3:2",
        "--seed 7\n--raw",
    ]
)
WORDS = st.sampled_from(
    ["a cat", "一只猫，海边", "well--known", "half-open - door", "a sign “hello”", "night —said he"]
)
MARKED = st.sampled_from(
    ["{red, blue} cat", "cat::2 dog::-.5", "a \\{b\\} c", "{a https://d.example, b}", "x{--hd, } y"]
)
PLACES = st.sampled_from(
    [
        "看https://e.example/猫.png 海",
        "like www.example.com,",
        "example.com/x.png，狗",
        "a www.b.example",
    ]
)
SPACE = st.sampled_from([" ", "  ", "\n", "\u3000", " \u200b "])
CHATTER = st.sampled_from(
    [
        "Here is your prompt:",
        "Sure! Here's a version:\n\n",
        "```text\n",
        "```",
        '"',
        "“",
        "\n\n",
        "**",
        "- ",
        "1. ",
        "--ar 1:1",
        "—stylize 5",
        "—stylizing",
        "--sitting--",
        "--{red, blue}",
        "::2",
        "::",
        "{red, blue}",
        "{a, --hd}",
        "\\{",
        "}",
        URL,
        "[x](https://evil.example)",
        "ht\u200btp://evil.example",
        "upload://0",
        "www.example.com",
        "evil.example/x?y",
        "dog--ar 1:1",
        "A vivid cat, golden light",
        "一只猫",
        "x" * 10_000,
        "words " * 2000,
    ]
)
ANSWERS = st.text(max_size=80) | st.lists(
    st.one_of(CHATTER, SPACE, st.text(max_size=5)), max_size=12
).map("".join)


@st.composite
def prompts(draw: st.DrawFn, words: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(ADDRESSES, max_size=2))
    parts += draw(st.lists(words, max_size=3))
    text = "".join(part + draw(SPACE) for part in parts)
    if glued := draw(st.sampled_from(["", "", "一只猫", "cat,", "猫，"])):
        text += glued + draw(PARAMETERS.filter(lambda each: each.startswith("--")))
    return text + "".join(draw(SPACE) + part for part in draw(st.lists(PARAMETERS, max_size=3)))


def addresses(text: str) -> Counter[str]:
    found = r"(?:https?|upload)://[^\s,}]+|www\.[a-z.]+[a-z]|example\.com/x\.png"
    return Counter(re.findall(found, text, re.IGNORECASE))


@given(prompts(WORDS | MARKED | PLACES) | st.text())
def test_the_three_parts_are_the_whole_prompt(prompt):
    parts = split(prompt)

    assert "".join(parts) == prompt
    assert parts.words == parts.words.strip()
    assert split(parts.words) == ("", parts.words, "") or not parts.words


@given(prompts(WORDS | MARKED | PLACES) | st.text(), ANSWERS, st.integers(1, 8000))
@example("{red, blue} cat --hd", "--{red, blue} cat", 8000)
@example("a cat --ar 3:2", "—stylize-" + "x" * 99, 9)
def test_parameters_and_addresses_stay_whatever_is_answered(prompt, answer, longest):
    before, words, after = split(prompt)
    try:
        text = rewritten(words, answer, longest)
    except InvalidRequestError:
        return
    result = before + text + after

    assert 0 < len(text) <= longest
    assert addresses(result) == addresses(prompt)
    assert split(result).after == after
    if "://" not in words:
        assert split(result).before == before


@given(prompts(WORDS), ANSWERS)
@example("一只猫--ar 16:9", "A cat -")
def test_midjourney_reads_the_same_parameters_and_images_as_before(prompt, answer):
    before, words, after = split(prompt)
    try:
        own, text = parse(prompt), rewritten(words, answer, 8000)
    except InvalidRequestError:
        return
    now = parse(before + text + after)

    assert (now.images, now.values, now.model) == (own.images, own.values, own.model)
    assert now.text


@given(prompts(WORDS | MARKED | PLACES))
def test_an_answer_that_is_the_prompts_own_words_is_taken(prompt):
    words = split(prompt).words
    if re.search(r"\w", words) and not words.startswith(("“", '"')):
        assert (
            rewritten(words, words, 8000).split()
            == words.replace("\u200b", "").translate(str.maketrans("“”", '""')).split()
        )


@pytest.mark.parametrize(
    "answer",
    [
        "A red fox in snow",
        '"A red fox in snow"',
        "“A red fox in snow”",
        "```\nA red fox in snow\n```",
        "Sure!\nHere is your prompt:\n\n```text\nA red fox in snow\n```\nEnjoy!",
        'Here is the improved prompt: "A red fox in snow" I hope you like it.',
        "**Prompt:** A red fox in snow",
        "Improved prompt:\nA red fox\nin snow\n\nIt is more vivid because…",
        "以下是优化后的提示词：\nA red fox in snow",
        "译文：A red fox in snow",
        "1. A red fox in snow\n2. A blue fox in rain",
        "A red fox in snow --ar 16:9 --stylize 500",
        "A red fox https://x.example/a.png in snow",
        "A {red} fox:: in snow",
        "A red fox --in snow",
        "「A red fox in snow」",
    ],
)
def test_what_chat_models_put_around_a_prompt_is_left_out(answer):
    assert rewritten("a fox", answer, 8000) == "A red fox in snow"


@pytest.mark.parametrize("text", ['"Stop" says a sign, "Go" another', "a ratio of 3:2 in paint"])
def test_a_prompt_keeps_quotes_and_colons_of_its_own(text):
    assert rewritten("a sign", text, 8000) == text


@pytest.mark.parametrize("answer", ["", "  \n", "```\n```", "https://x.example", "--ar 3:2", "…"])
def test_an_answer_without_a_prompt_is_refused(answer):
    with pytest.raises(InvalidRequestError, match="no prompt"):
        rewritten("a fox", answer, 8000)


@pytest.mark.parametrize(
    ("words", "answer", "part"),
    [
        ("{red, blue} fox", "a red fox", "{red, blue}"),
        ("{red, blue} fox", "{red, green} fox", "{red, blue}"),
        ("fox::2 snow", "a fox in snow", "::2"),
        ("like https://x.example/a", "like that", "https://x.example/a"),
        ("like www.example.com.", "like that", "www.example.com"),
        ("看example.com/x.png，好", "like example.com/y.png", "example.com/x.png"),
    ],
)
def test_an_answer_that_lost_what_must_stay_is_refused(words, answer, part):
    with pytest.raises(InvalidRequestError, match=re.escape(f"lost “{part}”")):
        rewritten(words, answer, 8000)


def test_a_long_answer_ends_with_a_whole_word():
    assert rewritten("a fox", "a red fox, in deep snow", 11) == "a red fox"
    assert rewritten("一只猫", "猫" * 200, 100) == "猫" * 100


def test_lists_that_hold_parameters_or_addresses_stay_whole():
    assert split("a cat {--ar 3:2, --hd} --v 7") == ("", "a cat", " {--ar 3:2, --hd} --v 7")
    assert split(f"{{{URL}, {URL}}} a cat") == (f"{{{URL}, {URL}}} ", "a cat", "")
    assert split(f"{{{URL} dog, cat}} run") == ("", f"{{{URL} dog, cat}} run", "")


@pytest.mark.parametrize(
    ("prompt", "words", "after"),
    [
        ("一只猫--ar 3:2", "一只猫", "--ar 3:2"),
        ("一只猫,--ar 3:2 --hd", "一只猫,", "--ar 3:2 --hd"),
        ("a cat——S=50", "a cat", "——S=50"),
        ("a well--known cat--like dog", "a well--known cat--like dog", ""),
        ("his cat—weird", "his cat—weird", ""),
        ("看https://a.example/?b--ar 好", "看https://a.example/?b--ar 好", ""),
    ],
)
def test_a_known_parameter_may_touch_the_word_before_it(prompt, words, after):
    assert split(prompt) == ("", words, after)


def test_addresses_without_a_scheme_or_among_chinese_stay_as_they_are():
    words = "像www.example.com，看https://a.example/x.png。还有example.com/y.png"
    answer = "Like www.example.com, see https://a.example/x.png! And (example.com/y.png)"

    assert rewritten(words, answer, 8000) == answer


@pytest.mark.parametrize("purpose", [IMPROVE, TRANSLATE])
def test_the_instruction_names_what_has_to_come_back(purpose):
    asked = instruction(purpose, "{red, blue} fox::2 in snow", 100)

    assert "{red, blue}  ::2" in asked
    assert "at most 100 characters" in asked
    assert asked.endswith("\nPrompt:\n{red, blue} fox::2 in snow")


def test_what_was_printed_is_printed_the_same_again():
    printed = print_prompt(
        compose(f"{URL} a cat --sref {URL} 12 --no a, b --ar 3:2", model="v7", options={})
    )
    before, words, after = split(printed)

    assert print_prompt(parse(before + "A vivid cat" + after)) == printed.replace(
        words, "A vivid cat"
    )
