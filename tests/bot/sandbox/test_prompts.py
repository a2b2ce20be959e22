"""What the emulator reads from a prompt."""

import pytest

from bot.errors import InvalidRequestError
from bot.providers import catalog
from bot.sandbox.envelopes import Work
from bot.sandbox.prompts import clip_prompt, of_work, picture_prompt, prompt_of, readable

A, B = "http://127.0.0.1:8080/m/a.png", "https://example.com/b.png"


def row(verb):
    return catalog().operation(f"youchuan.{verb}")


def work(prompt, *traits):
    return Work("a", "youchuan.diffusion", {}, prompt, 1, 50, 0, traits=list(traits))


def test_addresses_come_out_as_they_went_in():
    prompt = picture_prompt(f"{A} {B} a cat --sref {B} {A} 4711 --oref {A} --v 7")

    assert prompt.images == (A, B)
    assert prompt.values["sref"] == (B, A, "4711")
    assert prompt.values["oref"] == (A,)
    assert prompt.text == "a cat"


def test_addresses_of_a_clip_come_out_as_they_went_in():
    prompt = clip_prompt(f"{A} it moves --end {A}")

    assert (prompt.images, prompt.values["end"]) == ((A,), (A,))


def test_a_request_with_plain_addresses_can_be_priced():
    params = row("diffusion").validate({"text": f"{A} a cat --v 7 --turbo"})

    assert readable(params).price_factor(frozenset()) == 2.0
    assert readable(params).traits(frozenset()) == {"v7"}


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("diffusion", {"text": A}),
        ("diffusion", {"text": "a cat --iw 2"}),
        ("diffusion", {"text": "a cat --motion low"}),
        ("retexture", {"imgUrl": B, "remixPrompt": "oil --v 5.2"}),
        ("retexture", {"imgUrl": B, "remixPrompt": "oil --niji 6"}),
        ("video_diffusion", {"prompt": "--motion low"}),
        ("video_diffusion", {"prompt": f"{A} {B} it moves"}),
        ("extend_video", {"jobId": "a", "videoNo": 0, "prompt": f"{A} on it goes"}),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused(verb, values):
    operation = row(verb)
    parent = work("a cat", "video") if "jobId" in values else None

    with pytest.raises(InvalidRequestError):
        prompt_of(operation, operation.validate(values), parent)


@pytest.mark.parametrize(
    ("verb", "values", "expected"),
    [
        ("reroll", {}, "a cat --ar 3:2 --v 7"),
        ("remix", {"imageNo": 0, "remixPrompt": "a dog"}, "a dog --v 7"),
        ("remix", {"imageNo": 0, "remixPrompt": "a dog --v 8.1"}, "a dog --v 8.1"),
        ("edit", {"imageNo": 0, "remixPrompt": "a dog"}, "a dog --v 7"),
        ("video_diffusion", {"imageNo": 0, "prompt": "--motion low"}, "a cat --motion low"),
        ("video_diffusion", {"imageNo": 0}, "a cat"),
        ("video_diffusion", {"imageNo": 0, "prompt": "it purrs"}, "it purrs"),
    ],
)
def test_a_follow_up_of_a_picture_inherits_what_it_does_not_say(verb, values, expected):
    operation = row(verb)
    if verb == "edit":
        values = {
            **values,
            "canvas": {"width": 64, "height": 64},
            "imgPos": {"width": 64, "height": 64},
        }
    params = operation.validate({"jobId": "a", **values})

    assert prompt_of(operation, params, work("a cat --ar 3:2 --v 7", "v7")) == expected


@pytest.mark.parametrize(
    ("verb", "values", "expected"),
    [
        ("extend_video", {"videoNo": 0, "prompt": "--motion high"}, "it purrs --motion high"),
        ("extend_video", {"videoNo": 0, "prompt": "it sleeps"}, "it sleeps"),
        ("video_upscale", {"videoNo": 0}, "it purrs --motion low"),
        ("reroll", {}, "it purrs --motion low"),
    ],
)
def test_a_follow_up_of_a_clip_inherits_what_it_does_not_say(verb, values, expected):
    operation = row(verb)
    params = operation.validate({"jobId": "a", **values})

    assert prompt_of(operation, params, work("it purrs --motion low", "video")) == expected


def test_the_prompt_of_a_clip_is_read_as_one():
    assert of_work(work("it purrs --motion low", "video")).values == {"motion": "low"}
