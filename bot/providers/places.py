"""The places of a result, as providers send them: each with an address of a file, or without."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from bot.text import N_
from bot.wire import Media

MOST_MEDIA = 16
NO_ADDRESS = N_("Sent without a usable address")
_URL = re.compile(r"https?://\S{1,4000}", re.IGNORECASE)


def address(value: Any) -> str:
    """The address that a value is; empty where it is none that could be fetched."""
    text = value if isinstance(value, str) and value.isprintable() else ""
    return text if _URL.fullmatch(text) else ""


def media_at(values: Iterable[Any]) -> tuple[Media, ...]:
    """The files at the first places, in their order; empty where not one has an address."""
    places = [address(value) for value in islice(values, MOST_MEDIA)]
    if not any(places):
        return ()
    return tuple(Media(url=url, removed="" if url else NO_ADDRESS) for url in places)
