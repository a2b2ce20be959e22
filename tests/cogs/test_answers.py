"""What a message shows of an answer: nothing lost, code intact, nothing hidden, limits kept."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.answers import LONGEST_SHOWN, Piece, pieces_of, shown

# How Discord itself reads text: an escaped sign, a block of code, a span of code, in this order.
DISCORD = re.compile(
    r"(?P<escape>\\[^0-9A-Za-z\s])"
    r"|```(?:(?P<language>[a-z0-9_+\-.#]+?)\n)?\n*(?P<block>[^\n].*?)\n*```"
    r"|(?P<run>`+)(?P<span>.*?[^`])(?P=run)(?!`)",
    re.DOTALL | re.IGNORECASE,
)
FENCED = re.compile("^```.*$", re.MULTILINE)

snippets = st.sampled_from(
    [
        *(
            "```",
            "````",
            "```py\n",
            "\n```\n",
            "\n```",
            "`",
            "``",
            "\\`",
            "\\",
            "- ```sh\n",
            "> ```",
        ),
        *("[cat](", "](", "https://a.example/x)", "@everyone", "<@1>", "\u200b", "|", "#", "1. "),
        *("\n", "\n\n", " ", "  ", "heron", "苍鹭。", "x = 1", "```title of it\n"),
    ]
)
answers = st.lists(snippets, max_size=40).map("".join)
long_answers = st.lists(
    st.one_of(answers, st.sampled_from(["heron " * 300, "苍鹭，" * 900, "line\n" * 400])),
    max_size=6,
).map("\n\n".join)


def said(text: str) -> str:
    return "\n".join(shown(text).parts)


def words(text: str) -> str:
    """What is neither a sign nor what stands for a backtick."""
    return "".join(char for char in text if char.isalnum() and char != "ˋ")


def blocks(text: str) -> list[tuple[str, str]]:
    """The blocks of code that Discord would show."""
    found = DISCORD.finditer(text)
    return [(each["language"] or "", each["block"]) for each in found if each["block"] is not None]


@given(answers)
def test_nothing_is_lost(text: str) -> None:
    answer = shown(text)

    assert words("".join(answer.parts)) == words(text)
    assert answer.is_whole is bool(answer.parts)


@given(long_answers)
def test_what_is_shown_has_room_and_begins_as_the_answer_does(text: str) -> None:
    answer = shown(text)
    length = sum(map(len, answer.parts))

    assert length <= LONGEST_SHOWN
    assert all(answer.parts)
    assert words(text).startswith(words("".join(answer.parts)))
    assert answer.is_whole or length > LONGEST_SHOWN // 3 or not answer.parts
    assert answer.is_whole or not answer.parts or len(text) > LONGEST_SHOWN // 2


@given(long_answers)
def test_every_part_closes_the_code_that_it_opens(text: str) -> None:
    for part in shown(text).parts:
        fences = FENCED.findall(part)

        assert len(fences) % 2 == 0
        assert set(fences[1::2]) <= {"```"}
        assert part.count("```") == len(fences)


@given(long_answers)
def test_discord_sees_as_code_what_is_meant_to_be_and_no_link_elsewhere(text: str) -> None:
    for part in shown(text).parts:
        meant = [
            (each.language, each.text) for each in pieces_of(part) if each.language is not None
        ]
        outside = DISCORD.sub(lambda found: "" if found["block"] else found[0], part)

        assert [code for _language, code in blocks(part)] == [
            code.rstrip("\n") for _, code in meant
        ]
        assert "](" not in outside
        assert not re.search(r"@everyone|<@\d", outside)


@given(answers)
def test_what_is_shown_would_be_shown_the_same(text: str) -> None:
    assert said(said(text)) == said(text)


def test_markdown_survives() -> None:
    text = "# Herons\n\n1. **grey**\n   - by the *water*\n2. ~~white~~\n\n> wade\n\nSee https://a.example/x_y."

    assert shown(text).parts == (text,)


def test_code_survives_with_its_language_and_its_lines() -> None:
    text = "Run:\n\n```py\ndef f(a):\n\n    return a[0](1)  # @everyone, <@1>, [x](y)\n```\nDone."

    assert list(pieces_of(text)) == [
        Piece("Run:"),
        Piece("def f(a):\n\n    return a[0](1)  # @everyone, <@1>, [x](y)", "py"),
        Piece("Done."),
    ]


@pytest.mark.parametrize(
    ("text", "code", "language"),
    [
        ("1. so:\n   ```sh\n   ls\n     -l\n   ```\n2. then", "ls\n  -l", "sh"),
        ("Here it is: ```js\nlet a\n```", "let a", "js"),
        ("```\nx = 1```\nand on", "x = 1", ""),
        ("```py\nx = 1", "x = 1", "py"),
        ("````md\n```py\nx\n```\n````", "ˋˋˋpy\nx\nˋˋˋ", "md"),
        ("```a long title\nx\n```", "a long title\nx", ""),
    ],
)
def test_code_is_found_however_it_is_fenced(text: str, code: str, language: str) -> None:
    assert [each for each in pieces_of(text) if each.language is not None] == [
        Piece(code, language)
    ]


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("[my bank](https://evil.example)", "[my bank] (https://evil.example)"),
        ("[a]\u200b(https://evil.example)", "[a] (https://evil.example)"),
        ("`[a](https://evil.example)", "ˋ[a] (https://evil.example)"),
        ("hi @everyone and <@!1> in <#2>", "hi @\u200beveryone and <\u200b@!1> in <\u200b#2>"),
        ("mail a@b.example", "mail a@b.example"),
        ("```pip install x```", "`pip install x`"),
        ("pass\u2060word\u00ad", "password"),
    ],
)
def test_what_could_hide_something_is_laid_open(text: str, harmless: str) -> None:
    assert said(text) == harmless


def test_paragraphs_stay_together_as_far_as_a_part_takes_them() -> None:
    first, second, third = "a" * 700, "b" * 700, "c" * 700

    assert shown(f"{first}\n\n{second}\n\n{third}").parts == (f"{first}\n\n{second}", third)


def test_a_long_answer_ends_with_a_paragraph() -> None:
    answer = shown("\n\n".join(["heron " * 100] * 9))

    assert not answer.is_whole
    assert "\n\n".join(answer.parts).split("\n\n") == ["heron " * 100] * 4


def test_a_long_paragraph_ends_with_a_sentence() -> None:
    answer = shown("苍鹭站在水边。" * 1000)

    assert not answer.is_whole
    assert answer.parts[0].endswith("水边。…")
    assert len(answer.parts[0]) > LONGEST_SHOWN - 20


def test_long_code_ends_with_a_line_inside_its_fences() -> None:
    (part,) = shown("```py\n" + "print('heron')\n" * 1000 + "```").parts

    assert part.startswith("```py\nprint('heron')\n")
    assert part.endswith("\nprint('heron')\n…\n```")


def test_a_span_of_code_that_was_cut_takes_nothing_along() -> None:
    (part,) = shown("`" + "heron " * 1000 + "`").parts

    assert "`" not in part
