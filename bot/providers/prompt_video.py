"""Midjourney prompts for videos: their own few parameters, a start frame, an end frame. Pure.

They name no model; `prompt_text.print_prompt` prints them like any other.
"""

from collections.abc import Mapping

from bot.errors import InvalidRequestError
from bot.providers.prompt_checks import check_length, check_values
from bot.providers.prompt_table import VIDEO
from bot.providers.prompt_text import Prompt, parse, with_options, without_uploads
from bot.providers.prompt_vocabulary import VIDEOS
from bot.text import N_


def parse_video(text: str) -> Prompt:
    """Take a typed video prompt apart; its image, if there is one, is the start frame."""
    return parse(text, VIDEOS)


def typed_video(text: str) -> Prompt:
    """`parse_video` what a person typed, who cannot name uploads."""
    return without_uploads(parse_video(text))


def compose_video(text: str, *, options: Mapping[str, object], follows: bool = False) -> Prompt:
    """Join options with what was typed, and validate.

    Options: ``motion``, ``loop``, ``end``, ``batch``, ``raw``, and ``images`` for the start frame.
    `follows` says that the start frame is a finished job's picture; then the prompt may be
    parameters alone, or print as nothing, which is to be sent as no prompt at all.
    """
    prompt = with_options(typed_video(text), options, VIDEOS)
    validate_video(prompt, follows=follows)
    return prompt


def validate_video(prompt: Prompt, *, follows: bool = False) -> None:
    """Check a video's prompt (see `compose_video`); InvalidRequestError says what to change."""
    if follows and prompt.images:
        raise InvalidRequestError(
            N_("This video starts from a picture chosen already. Remove the image at the start.")
        )
    if not follows and not prompt.text and not prompt.images:
        raise InvalidRequestError(
            N_("Write what the video should show, or give it a picture to start from.")
        )
    if len(prompt.images) > 1:
        raise InvalidRequestError(
            N_("A video starts from one picture, not {count}. One to end with goes behind --end."),
            count=len(prompt.images),
        )
    if prompt != Prompt():
        _check(prompt)


def validate_extension(prompt: Prompt) -> None:
    """Check the prompt that a video goes on with; InvalidRequestError says what to change."""
    if prompt.images:
        raise InvalidRequestError(
            N_("An extension starts where its video ends. Remove the image at the start.")
        )
    if prompt == Prompt():
        raise InvalidRequestError(N_("Write how the video should go on."))
    _check(prompt)


def _check(prompt: Prompt) -> None:
    check_values(prompt.values, VIDEO)
    check_length(prompt)
    if "raw" in prompt.values and not prompt.text:  # the provider's guide to its video model
        raise InvalidRequestError(
            N_("--raw keeps close to the text, and there is none. Write some or remove --raw.")
        )
