"""Midjourney prompts for videos and for what extends them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequestError
from bot.providers.prompt import Prompt, print_prompt
from bot.providers.prompt_video import (
    compose_video,
    parse_video,
    validate_extension,
    validate_video,
)

START, END = "https://example.com/first.png", "https://example.com/last.png"


def _sentence(call, *args, **kwargs):
    with pytest.raises(InvalidRequestError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def _compose(text, *, follows=False, **options):
    return compose_video(text, options=options, follows=follows)


@pytest.mark.parametrize(
    "typed",
    [
        f"{START} a cat runs --motion high --raw --end {END} --bs 2",
        f"<{START}>, a cat runs —motion HIGH —raw —end={END} --bs ２",
        f"{START}\na cat runs\n--motion “high” --style raw --end <{END}> --bs=2 --bs 2",
    ],
)
def test_what_people_type_is_understood(typed):
    assert parse_video(typed) == Prompt(
        images=(START,),
        text="a cat runs",
        values={"motion": "high", "raw": True, "end": (END,), "batch": 2},
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a cat --motion", "--motion needs a value, such as --motion low."),
        ("a cat --motion 低", "--motion must be a word such as low, not “低”."),
        ("a cat --motion low --motion high", "--motion stands twice, with low and with high."),
        ("a cat --motion low in rain", "move “in rain” in front of --motion"),
        ("a cat --loop in rain", "move “in rain” in front of --loop"),
        ("a cat --end", "--end needs a value, such as --end https://"),
        ("a cat --end last.png", "--end takes image addresses (https://…) only"),
        ("a cat --bs all", "--bs must be a whole number such as 1, not “all”."),
        ("a cat --bs2", "write --bs 2"),
        ("a cat --motoin low", "Did you mean --motion?"),
        ("a cat --xyzzy", "There is no --xyzzy."),
        ("a cat --ar 16:9", "keeps the shape of the picture that it starts from. Remove --ar."),
        ("a cat --v 7", "--v is for images, not for videos. Remove it."),
        ("a cat --niji 7", "--niji is for images, not for videos. Remove it."),
        ("a cat --sref 7", "--sref is for images, not for videos. Remove it."),
        ("a cat --turbo", "all videos are made at the same speed. Remove it."),
        ("a cat --repeat 3", "--bs 1, 2 or 4 says how many clips"),
        ("a cat --public", "nothing is published"),
        ("a cat --video", "is a video anyway. Remove --video."),
        ("a cat --style cute", "only --style raw"),
        ("a {red, blue} cat", "Braces { }"),
        (f"a cat {START}", "at the start"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_way_out(typed, said):
    assert said in _sentence(parse_video, typed)


@pytest.mark.parametrize("typed", ["a cat runs", START, f"{START} a cat", f"{START} --motion low"])
def test_a_video_comes_from_a_text_a_picture_or_both(typed):
    assert print_prompt(_compose(typed)) == typed


@pytest.mark.parametrize("typed", ["", " \n", "--motion low", f"--end {END}", "--bs 1 --loop"])
def test_a_video_from_nothing_is_refused(typed):
    assert _sentence(_compose, typed) == (
        "Write what the video should show, or give it a picture to start from."
    )


@pytest.mark.parametrize("typed", ["", "--motion low", f"--end {END}", "--bs 1 --loop", "a cat"])
def test_a_video_that_follows_a_picture_needs_no_text(typed):
    prompt = _compose(typed, follows=True)

    assert print_prompt(prompt) == typed


def test_a_video_that_follows_a_picture_starts_from_no_other():
    said = _sentence(_compose, f"{START} a cat", follows=True)

    assert said == "This video starts from a picture chosen already. Remove the image at the start."


def test_a_video_starts_from_one_picture():
    assert _sentence(_compose, f"{START} {END} a cat") == (
        "A video starts from one picture, not 2. One to end with goes behind --end."
    )
    assert "not 2" in _sentence(_compose, f"{START} a cat", images=["upload://0"])


def test_a_video_ends_with_one_picture():
    assert _sentence(_compose, f"a cat --end {END}", end="upload://0") == (
        "--end takes 1 at most, not 2."
    )


@pytest.mark.parametrize("check", [validate_video, validate_extension])
def test_a_loop_has_no_other_end(check):
    assert _sentence(check, parse_video(f"a cat --end {END} --loop")) == (
        "--end and --loop do not go together. Remove one of them."
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a cat --motion fast", "--motion can be low, high, not fast."),
        ("a cat --motion 5", "--motion can be low, high, not 5."),
        ("a cat --bs 3", "--bs can be 1, 2, 4, not 3."),
    ],
)
@pytest.mark.parametrize("check", [validate_video, validate_extension])
def test_values_are_checked(check, typed, said):
    assert _sentence(check, parse_video(typed)) == said


@pytest.mark.parametrize("typed", [f"{START} --raw", "--raw --motion low"])
def test_raw_needs_a_text_to_keep_to(typed):
    prompt = parse_video(typed)
    following = not prompt.images

    said = _sentence(validate_video, prompt, follows=following)

    assert said == "--raw keeps close to the text, and there is none. Write some or remove --raw."


def test_a_video_prompt_has_at_most_8192_characters_with_its_parameters():
    room = 8192 - len(" --motion low")
    assert len(print_prompt(_compose("x" * room, motion="low"))) == 8192

    assert "1 to 8192 characters in all, not 8193" in _sentence(
        _compose, "x" * (room + 1), motion="low"
    )
    assert "not 8193" in _sentence(validate_extension, Prompt(text="x" * 8193))


def test_options_join_what_was_typed():
    prompt = _compose(
        "a cat --raw",
        images=["upload://0"],
        motion="low",
        loop=False,
        end="upload://1",
        batch=4.0,
        raw=True,
    )

    assert print_prompt(prompt) == "upload://0 a cat --raw --motion low --end upload://1 --bs 4"


def test_options_not_given_change_nothing():
    prompt = _compose("a cat", images=[], motion=None, loop=None, end=None, batch=None, raw=None)

    assert prompt == Prompt(text="a cat")


@pytest.mark.parametrize(
    ("typed", "options", "said"),
    [
        ("a cat --motion low", {"motion": "high"}, "--motion stands twice, with low and with high"),
        ("a cat --bs 1", {"batch": 4}, "--bs stands twice, with 1 and with 4."),
        ("a cat --loop", {"loop": False}, "The prompt says --loop, but the option turns it off."),
        ("a cat", {"aspect": "16:9"}, "Remove --aspect."),
        ("a cat", {"stylize": 100}, "--stylize is for images, not for videos."),
        ("a cat", {"end": "last.png"}, "--end takes image addresses"),
        ("a cat", {"images": ["first.png"]}, "must start with https://"),
    ],
)
def test_options_that_do_not_fit_are_refused(typed, options, said):
    assert said in _sentence(_compose, typed, **options)


@pytest.mark.parametrize(
    "typed",
    ["and then it jumps", f"it jumps --motion high --raw --end {END} --bs 2", "--loop", "--bs 1"],
)
def test_an_extension_takes_text_and_parameters(typed):
    prompt = parse_video(typed)
    validate_extension(prompt)

    assert print_prompt(prompt) == typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (" ", "Write how the video should go on."),
        (f"{START} it jumps", "starts where its video ends. Remove the image at the start."),
        (START, "starts where its video ends. Remove the image at the start."),
    ],
)
def test_an_extension_needs_words_and_no_picture_to_start_from(typed, said):
    assert said in _sentence(validate_extension, parse_video(typed))


_OPTIONS = {
    "motion": st.sampled_from(["low", "high"]),
    "loop": st.just(True),
    "end": st.sampled_from([END, "upload://1"]),
    "batch": st.sampled_from([1, 2, 4]),
    "raw": st.booleans(),
    "images": st.lists(st.sampled_from([START, "upload://0"]), max_size=2),
}


@given(
    text=st.one_of(
        st.text(max_size=20),
        st.lists(
            st.sampled_from(["a", "猫", "--motion", "low", "—bs", "1", "--loop", "--end", END]),
            max_size=8,
        ).map(" ".join),
    ),
    options=st.fixed_dictionaries({}, optional=_OPTIONS),
    follows=st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_whatever_is_composed_reads_the_same_when_printed(text, options, follows):
    try:
        prompt = compose_video(text, options=options, follows=follows)
    except InvalidRequestError:
        return

    assert parse_video(print_prompt(prompt)) == prompt
    validate_video(prompt, follows=follows)


@given(
    options=st.fixed_dictionaries({}, optional={k: v for k, v in _OPTIONS.items() if k != "end"})
)
@settings(deadline=None)
def test_every_option_is_in_what_is_composed(options):
    options["images"] = options.get("images", [])[:1]

    prompt = compose_video("a cat", options=options)

    given = {name for name, value in options.items() if value is not False} - {"images"}
    assert set(prompt.values) == given
    assert prompt.images == tuple(options["images"])
