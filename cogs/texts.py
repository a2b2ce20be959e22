"""A result that is a text: how it is shown, and when it is attached as a file too."""

import re

from bot.providers.wanxiang_rows import CHAT
from bot.text import clip
from cogs import answers
from cogs.suggestions import copyable, is_suggestion
from storage.models import Job

TEXT_FILE, ANSWER_FILE, PROMPT_FILE = "description.txt", "answer.md", "prompt.txt"
LONGEST_SHOWN = 2000  # characters; the rest of a message's 4000 says what it is
_FENCE = "```"
_TICKS = re.compile("`{3,}")


def text_of(job: Job) -> str:
    """The text that a job has yielded; empty where it yields none.

    Of a suggestion it is the whole prompt, where it can be used.
    """
    return copyable(job) if is_suggestion(job) else str((job.result or {}).get("text") or "")


def is_answer(job: Job) -> bool:
    """Whether the text belongs to a conversation."""
    return job.operation == CHAT.name and not is_suggestion(job)


def texts_of(job: Job) -> tuple[str, ...]:
    """The text, or its beginning, as a message shows it: an answer as such, others in a block."""
    text = text_of(job)
    if is_answer(job):
        return answers.shown(text).parts
    return (block(text),) if text else ()


def file_of(job: Job) -> str:
    """The name of the file with the whole text; empty where its message shows all of it."""
    text = text_of(job)
    if not text:
        return ""
    if is_answer(job):
        return "" if answers.shown(text).is_whole else ANSWER_FILE
    if len(text) <= LONGEST_SHOWN:
        return ""
    return PROMPT_FILE if is_suggestion(job) else TEXT_FILE


def block(text: str) -> str:
    """The text, or its beginning, as a block of code, which is copied as it is."""
    inside = _TICKS.sub(lambda ticks: "ˋ" * len(ticks[0]), clip(text, LONGEST_SHOWN))
    return f"{_FENCE}\n{inside}\n{_FENCE}"
