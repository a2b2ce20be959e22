"""A result that is a text: how it is shown to be copied, and when it is attached as a file too."""

import re

from bot.text import clip
from storage.models import Job

TEXT_FILE = "description.txt"
LONGEST_SHOWN = 2000  # characters; the rest of a message's 4000 says what it is
_FENCE = "```"
_TICKS = re.compile("`{3,}")


def text_of(job: Job) -> str:
    """The text that a job has yielded; empty where it yields none."""
    return str((job.result or {}).get("text") or "")


def is_long(text: str) -> bool:
    """Whether a message shows only its beginning."""
    return len(text) > LONGEST_SHOWN


def block(text: str) -> str:
    """The text, or its beginning, as a block of code, which is copied as it is."""
    inside = _TICKS.sub(lambda ticks: "ˋ" * len(ticks[0]), clip(text, LONGEST_SHOWN))
    return f"{_FENCE}\n{inside}\n{_FENCE}"
