"""What the wrapper's endpoints take, against its manual's samples."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.wanxiang_params import MOST_REMEMBERED, Turn, conversation
from bot.providers.wanxiang_rows import OPERATIONS

SAMPLES = Path(__file__).parents[2] / "samples" / "wanxiang"
ROWS = {row.name: row for row in OPERATIONS}
TURNS = [
    {"said": "Who are you?", "answered": "Tongyi."},
    {"said": "Say it in Latin.", "answered": "Tongyi sum."},
]


def params(verb, **values):
    return ROWS[f"wanxiang.{verb}"].validate(values)


@pytest.mark.parametrize("verb", ["chat", "image"])
def test_the_manuals_sample_goes_out_exactly_as_it_is(verb):
    sample = json.loads((SAMPLES / f"{verb}.request.json").read_text("utf-8"))

    assert params(verb, **sample).body() == sample


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("chat", {}),
        ("chat", {"prompt": ""}),
        ("chat", {"prompt": "x" * 6001}),
        ("chat", {"prompt": "x", "turns": TURNS * 11}),
        ("chat", {"prompt": "x", "turns": [{"said": "", "answered": "y"}]}),
        ("image", {"prompt": "x" * 2001}),
        ("image", {"prompt": "x", "n": 4}),
    ],
)
def test_what_cannot_be_sent_is_refused(verb, values):
    with pytest.raises(InvalidRequestError):
        params(verb, **values)


def test_what_was_said_before_goes_along_in_the_one_text():
    chat = params("chat", prompt="And in Greek?", turns=TURNS)

    assert chat.body() == {
        "prompt": "User: Who are you?\n\nAssistant: Tongyi.\n\n"
        "User: Say it in Latin.\n\nAssistant: Tongyi sum.\n\n"
        "User: And in Greek?\n\nAssistant:"
    }
    assert chat.words() == chat.own_prompt() == "And in Greek?"


def test_a_conversation_is_stored_with_its_turns():
    chat = params("chat", prompt="And in Greek?", turns=TURNS)

    again = params("chat", **json.loads(json.dumps(chat.stored())))

    assert again == chat
    assert again.body() == chat.body()


@given(st.lists(st.integers(1, 9000), max_size=8), st.integers(1, 6000))
def test_only_the_newest_turns_that_fit_are_sent(lengths, length):
    turns = [Turn(said=f"{n}?", answered="a" * size) for n, size in enumerate(lengths)]

    text = conversation(turns, "x" * length)

    sent = [n for n in range(len(turns)) if f"User: {n}?" in text]
    assert sent == list(range(len(turns) - len(sent), len(turns)))
    assert "x" * length in text
    assert len(text) <= MOST_REMEMBERED
    assert not lengths or len(lengths) - 1 in sent


@given(st.integers(1, 6000), st.integers(1, 400_000), st.integers(1, 6000))
def test_a_turn_that_is_too_long_alone_is_shortened_in_its_midst(said, answered, length):
    turn = Turn(said="<" + "s" * said + ">", answered="(" + "a" * answered + ")")

    text = conversation([turn], "x" * length)

    whole = len(f"{turn}\n\nUser: \n\nAssistant:") + length <= MOST_REMEMBERED
    assert (str(turn) in text) is whole
    assert all(mark in text for mark in "<>()")
    assert len(text) <= MOST_REMEMBERED


HELP = {
    "prompt": "一只猫 {a, b}",
    "purpose": "improve",
    "kept": {"before": "upload://0 ", "after": " --ar 3:2", "longest": 1000, "model": "v7"},
}


def test_help_with_a_prompt_sends_its_words_and_nothing_else_of_it():
    asked = params("chat", **HELP).body()

    assert set(asked) == {"prompt"}
    assert asked["prompt"].endswith("\nPrompt:\n一只猫 {a, b}")
    assert "upload://" not in asked["prompt"]
    assert "3:2" not in asked["prompt"]


def test_the_row_of_a_help_tells_how_to_put_the_answer_together():
    chat = params("chat", **json.loads(json.dumps(params("chat", **HELP).stored())))

    assert chat.whole(chat.suggested("“A cat {a, b} --ar 1:1”")) == (
        "upload://0 A cat {a, b} --ar 3:2"
    )
    assert chat.own_prompt() == "upload://0 一只猫 {a, b} --ar 3:2"
    assert chat.words() == "一只猫 {a, b}"
    assert chat.traits(frozenset({"v7"})) == {"text", "suggestion"}


def test_translating_asks_for_nothing_more():
    translated = params("chat", **{**HELP, "purpose": "translate"}).body()["prompt"]

    assert "Translate" in translated
    assert "Add nothing" in translated
