"""Finds the words of a table in a prompt."""

import re
from collections.abc import Mapping


def named(prompt: str, table: Mapping[str, str]) -> list[str]:
    """The keys whose words (separated by spaces, English or Chinese) a prompt holds, in order."""
    text = prompt.lower().split(" --")[0]
    tokens = set(re.findall(r"[a-z0-9]+", text))
    tokens |= {token.removesuffix("s") for token in tokens}
    return [
        key
        for key, words in table.items()
        if any(word in tokens if word.isascii() else word in text for word in words.split())
    ]
