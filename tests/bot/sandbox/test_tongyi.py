"""What the emulated Tongyi says."""

import pytest

from bot.providers import prompt_help
from bot.providers.prompt_help import IMPROVE, TRANSLATE
from bot.providers.wanxiang_params import Turn, conversation
from bot.sandbox.lexicon import is_chinese, translated
from bot.sandbox.tongyi import answered, heard, improved

WORDS = "一只猫坐在海边的屋顶上，夕阳，水彩画"
MARKED = "{猫,狗}::2 和 红色的气球 https://a.example/图.png"


def helped(purpose, words):
    """The words that our own client gets when it has Tongyi rewrite some."""
    answer = answered(prompt_help.instruction(purpose, words, 4000))
    return answer, prompt_help.rewritten(words, answer, 4000)


def test_a_translation_is_english_and_nothing_but_the_prompt():
    answer, words = helped(TRANSLATE, WORDS)

    assert answer == words == "a cat sitting on seaside roof, sunset, watercolor painting"


def test_an_improved_prompt_says_more_about_the_same():
    answer, words = helped(IMPROVE, WORDS)

    assert answer == words
    assert words.startswith("a cat sitting on seaside roof, sunset, watercolor painting, ")
    assert "soft fur" in words
    assert "waves" in words


@pytest.mark.parametrize("purpose", [IMPROVE, TRANSLATE])
def test_weights_lists_and_addresses_come_back(purpose):
    answer, words = helped(purpose, MARKED)

    assert "{猫,狗}::2 and red balloon https://a.example/图.png" in answer
    assert words == answer


def test_english_stays_in_a_translation():
    assert helped(TRANSLATE, "A fox, running")[0] == "A fox, running"


def test_parameters_stay_at_the_end_of_an_improved_prompt():
    assert improved("a fox --ar 3:2 --v 7").endswith("cinematic lighting --ar 3:2 --v 7")


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("两只狐狸在雪中", "two fox in the snow"),
        ("一艘橙色帆船", "an orange sailing boat"),
        ("龘猫", "龘 cat"),
        ("a cat：红色", "a cat: red"),
        ("no change , here", "no change , here"),
    ],
)
def test_words_are_translated_one_by_one(chinese, english):
    assert translated(chinese) == english


def test_a_conversation_is_heard_turn_by_turn():
    turns = [
        Turn(said="My cat is Mo.\n\nShe is old.", answered="User: no"),
        Turn(said="b", answered="c"),
    ]

    assert heard(conversation(turns, "And now?")) == (
        "And now?",
        ["My cat is Mo.\n\nShe is old.", "b"],
    )
    assert heard("User: I say this\n\nalone") == ("User: I say this\n\nalone", ())


def test_what_was_said_earlier_is_quoted():
    answer = answered(conversation([Turn(said="My cat is Mo.", answered="Nice.")], "Who is Mo?"))

    assert "Earlier you said: “My cat is Mo.”" in answer
    assert "Earlier" not in answered("Who is Mo?")


def test_talk_has_paragraphs_in_the_language_of_the_question():
    assert len(answered("tell me about the sea").split("\n\n")) >= 3
    assert not is_chinese(answered("tell me about the sea"))
    assert "谢谢" in answered("海是什么？")


def test_code_is_asked_for_by_its_name():
    answer = answered('show me code for "a" \\ {x}')

    head, code, _ = answer.split("```")
    assert code.startswith("python\n")
    compile(code.removeprefix("python\n"), "answer", "exec")
    assert "```" not in answered("tell me about the sea")
    assert head


@pytest.mark.parametrize("asked", ["a long story", "写得详细一点"])
def test_a_long_answer_comes_in_paragraphs(asked):
    answer = answered(asked)

    assert 6000 < len(answer) < 7000
    assert max(map(len, answer.split("\n\n"))) < 500
