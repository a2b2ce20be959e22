"""What a prompt may hold in all: its length, its images, its weighted parts."""

import pytest

from bot.errors import InvalidRequestError
from bot.providers.prompt import (
    DEFAULT_MODEL,
    Prompt,
    compose,
    print_prompt,
    validate_follow_up,
)

URL = "https://example.com/a.png"


def _compose(text, model=None):
    return compose(text, model=model, options={})


def _sentence(*args):
    with pytest.raises(InvalidRequestError) as caught:
        _compose(*args)
    return str(caught.value)


@pytest.mark.parametrize("key", ["v7", "v8.1"])
def test_weights_are_refused_where_a_model_has_none(key):
    sentence = _sentence("hot::2 dog", key)

    assert sentence.startswith("Weights (::) work in v6.1, v6, v5.2, Niji 7, Niji 6, not in ")


@pytest.mark.parametrize("key", ["v5.2", "v6", "v6.1", "niji6", "niji7"])
def test_weights_divide_a_prompt_into_seven_parts_at_most(key):
    seven = " ".join(f"part{i}::-.5" for i in range(7))
    _compose(seven, key)

    assert "7 parts at most, not 8" in _sentence(f"{seven} and more", key)


def test_at_most_twenty_images():
    _compose(f"{URL} " * 20 + "cat")

    assert "20 images at most, not 21" in _sentence(f"{URL} " * 21 + "cat")


def test_a_prompt_has_at_most_8192_characters_with_its_parameters():
    room = 8192 - len(" --v 7")
    assert len(print_prompt(_compose("x" * room))) == 8192

    assert "not 8193" in _sentence("x" * (room + 1))


def test_a_printed_prompt_of_8192_characters_is_the_longest_follow_up():
    validate_follow_up(Prompt(text="x" * 8192), DEFAULT_MODEL)

    with pytest.raises(InvalidRequestError, match="1 to 8192 characters in all, not 8193"):
        validate_follow_up(Prompt(text="x" * 8193), DEFAULT_MODEL)


def test_v81_counts_text_without_images_and_parameters():
    _compose(f"{URL} {'x' * 1024} --no {'y' * 99}", "v8.1")

    sentence = _sentence("x" * 1025, "v8.1")

    assert _compose("x" * 1025, "v7").text
    assert sentence.startswith("The text has 1025 characters; Midjourney v8.1 takes 1024 at most.")
