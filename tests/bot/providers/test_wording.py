"""Banned words in requests: all that people write is put through the list, and nothing else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.banned import WordList
from bot.errors import InvalidRequestError, NotAllowedError
from bot.operations import Operation, Params
from bot.providers import catalog
from bot.providers.lingtu_choices import FROM_TEXT
from bot.providers.prompt import parse, print_prompt
from bot.providers.wording import reworded
from bot.rules import BannedWord

CATALOG = catalog()
SAMPLES = Path(__file__).parents[2] / "samples"
# The texts of requests that are no words: numbers, addresses, codes and choices.
CODES = {
    *("job_id", "request_id", "callback", "image", "img_url", "mask"),
    *("ar", "type", "style", "resolution", "purpose"),
}
WORDS = WordList(
    [
        BannedWord(pattern="ass", replacement="donkey"),
        BannedWord(pattern="red flag", replacement=""),
        BannedWord(pattern="囧", replacement=""),
        BannedWord(pattern="nude"),
        BannedWord.model_construct(pattern="long", replacement="x" * 1100),
    ]
)
URL = "https://ass.example/nude.png"
DRAWING, CHAT = CATALOG["youchuan.diffusion"], CATALOG["wanxiang.chat"]


def sample(row: Operation) -> Params:
    verb = row.name.partition(".")[2]
    text = (SAMPLES / row.provider / f"{verb}.request.json").read_text("utf-8")
    return row.validate(json.loads(text))


def texts(row: Operation) -> set[str]:
    """The fields of a request that take any text."""
    fields = row.params.model_fields.items()
    return {name for name, info in fields if info.annotation in (str, str | None)} - CODES


WITH_TEXT = [row for row in CATALOG.values() if texts(row)]


def drawn(prompt: str) -> str:
    return reworded(DRAWING, DRAWING.validate({"text": prompt}), WORDS.cleaned).own_prompt()


@pytest.mark.parametrize("row", WITH_TEXT, ids=lambda row: row.name)
def test_every_text_of_every_request_is_cleaned(row):
    stored = sample(row).stored()
    if row.name == "lingtu.seamless_pro":
        stored |= {"type": FROM_TEXT, "image": None, "ar": None}
    for name in texts(row):
        params = row.validate({**stored, name: "an ass, 囧黄"})

        assert reworded(row, params, WORDS.cleaned) == row.validate(
            {**stored, name: "an donkey, 黄"}
        )
        with pytest.raises(NotAllowedError):
            reworded(row, row.validate({**stored, name: "NUDE"}), WORDS.cleaned)


@pytest.mark.parametrize("row", CATALOG.values(), ids=lambda row: row.name)
def test_a_request_without_banned_words_stays_the_same_object(row):
    params = sample(row)

    assert reworded(row, params, WORDS.cleaned) is params


def test_all_that_brings_a_prompt_has_a_text():
    bring = {row.name for row in CATALOG.values() if row.params.own_prompt is not Params.own_prompt}

    assert bring == {row.name for row in WITH_TEXT}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (f"{URL} upload://0 an ass --ar 16:9 --v 7", f"{URL} upload://0 an donkey --ar 16:9 --v 7"),
        (f"a cat --no red flag, ass --sref {URL}", f"a cat --no donkey --sref {URL}"),
        ("a cat --no red flag --v 7", "a cat --v 7"),
        (
            "ass --oref upload://1 --ow 50 --p ass-nude",
            "donkey --oref upload://1 --ow 50 --p ass-nude",
        ),
        ("cat::2 red flag::3 dog::1.5 --v 6", "cat::2 dog::1.5 --v 6"),
        ("a red flag 🐱, red flag", "a 🐱,"),
    ],
)
def test_of_a_midjourney_prompt_only_words_are_cleaned(typed, sent):
    assert drawn(typed) == sent


PARTS = st.sampled_from(["a cat", "一只猫，", "cat::2", "class - room", "the “ass”", "an ass"])
PARAMETERS = st.sampled_from(
    [
        "--ar 3:2",
        "--no hats, asses",
        "--no ass",
        f"--sref {URL} 12::2",
        "--oref upload://2",
        "--raw",
    ]
)


@given(
    st.lists(st.sampled_from([URL, "upload://0"]), max_size=2),
    st.lists(PARTS, min_size=1),
    st.lists(PARAMETERS, unique_by=lambda each: each[:4]),
)
def test_images_and_parameters_stay_whatever_is_replaced(images, parts, parameters):
    typed = print_prompt(parse(" ".join((*images, *parts, *parameters))))
    own, now = parse(typed), parse(drawn(typed))

    assert (now.images, now.model) == (own.images, own.model)
    assert now.text == own.text.replace(" ass", " donkey").replace('"ass"', '"donkey"')
    assert {**now.values, "no": None} == {**own.values, "no": None}


def test_words_among_the_excluded_are_refused():
    with pytest.raises(NotAllowedError):
        drawn("a cat --no nude --v 7")


@pytest.mark.parametrize(
    "typed",
    [
        "red flag --ar 16:9",
        f"{URL} red flag",
        "red flag::2 . --v 6",
        "ht囧tps://evil.example/a.png cat",
        "a -囧-turbo",
        "a —囧raw cat",
        "a long cat --v 8.1",
    ],
)
def test_what_cannot_be_drawn_any_more_is_refused(typed):
    params = DRAWING.validate({"text": typed})
    with pytest.raises(InvalidRequestError):
        reworded(DRAWING, params, WORDS.cleaned)


def test_a_clips_prompt_may_be_parameters_and_a_prompt_that_was_written_may_not():
    row = CATALOG["youchuan.video_diffusion"]
    follows = {"job_id": "1", "image_no": 0}
    params = row.validate({**follows, "prompt": "--motion low --end upload://0"})

    assert reworded(row, params, WORDS.cleaned) is params
    with pytest.raises(InvalidRequestError):
        reworded(row, row.validate({**follows, "prompt": "red flag"}), WORDS.cleaned)


def test_of_a_conversation_only_what_the_person_said_is_cleaned():
    turns = [
        {"said": "an ass", "answered": "nude ass"},
        {"said": "red flag", "answered": "What?"},
        {"said": "…", "answered": "red flag"},
    ]
    params = reworded(CHAT, CHAT.validate({"prompt": "hi", "turns": turns}), WORDS.cleaned)

    assert params.stored()["turns"] == [{**turns[0], "said": "an donkey"}, turns[2]]
    assert params.own_prompt() == "hi"
    params = CHAT.validate({"prompt": "hi", "turns": [{"said": "nude", "answered": "No."}]})
    with pytest.raises(NotAllowedError):
        reworded(CHAT, params, WORDS.cleaned)


def test_what_is_kept_of_a_prompt_that_is_rewritten_stays():
    kept = {"before": f"{URL} ", "after": " --no nude --v 7"}
    values = {"prompt": "an ass", "purpose": "improve", "kept": kept}
    params = reworded(CHAT, CHAT.validate(values), WORDS.cleaned)

    assert params.own_prompt() == f"{URL} an donkey --no nude --v 7"


def test_a_text_that_gets_too_long_is_refused():
    row = CATALOG["lingtu.text2img_pro"]
    with pytest.raises(InvalidRequestError):
        reworded(row, row.validate({"prompt": "a long cat"}), WORDS.cleaned)
