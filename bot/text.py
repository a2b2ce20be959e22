"""Wording: `_` in the reader's language, from the gettext catalogs beside this file.

English is the source. Set the reader once with `reading(locale)`; it holds for the current asyncio
task (a context variable), so an interaction and a delivery never see each other's language.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from bot.errors import AtelierError

_LOCALES = Path(__file__).parent / "locales"
_CATALOG_OF = {"zh-CN": "zh_CN", "zh-TW": "zh_CN"}  # Discord's code → our folder
_reader: ContextVar[str] = ContextVar("reader", default="en-US")


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for "extract, do not translate"
    """Mark a message for the catalogs without translating it here."""
    return message


@cache
def _catalog(locale: str) -> gettext.NullTranslations:
    folder = _CATALOG_OF.get(locale, locale.partition("-")[0])
    return gettext.translation("atelier", _LOCALES, languages=[folder], fallback=True)


@contextmanager
def reading(locale: str | None) -> Iterator[None]:
    """Speak to this reader (a Discord locale such as ``zh-CN``) inside the block."""
    token = _reader.set(locale or "en-US")
    try:
        yield
    finally:
        _reader.reset(token)


def set_reader(locale: str | None) -> None:
    """Speak to this reader for the rest of the current asyncio task."""
    _reader.set(locale or "en-US")


def _(message: str, /, **values: object) -> str:
    """Translate for the current reader and fill in the ``{named}`` values."""
    # A catalog's entry for the empty message is its own header.
    text = _catalog(_reader.get()).gettext(message) if message else ""
    return text.format(**values) if values else text


def clip(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis: at most `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """Translate the form that fits `n`, which is filled in as ``{n}``."""
    return _catalog(_reader.get()).ngettext(one, many, n).format(n=n, **values)


def explain(error: AtelierError) -> str:
    """An error's sentence for the current reader."""
    return _(error.message, **error.values)
