"""Logging set-up: one line per event, as text or JSON, with every known secret redacted."""

import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TextIO

_PATTERNS = (
    re.compile(r"(/callbacks/[a-z]+/)[\w-]+"),
    re.compile(r"(/(?:m|editor)/)[\w-]+"),
    re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.-]+"),
    re.compile(r"(https?://[^\s?'\"]+\?)[^\s'\"]+"),
    re.compile(r"(/[\w-]{2}/)[\w-]{22}(?=\.\w)"),  # an asset's file
    re.compile(
        r"(\b(?i:authorization|x-youchuan-secret|sign)['\"]?\s*[:=]\s*['\"]?(?:Bearer )?)[^\s'\",]+"
    ),
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# At DEBUG they print all that they carry: what somebody typed into a form, statements' values.
_NOISY = ("discord", "aiohttp.access", "aiosqlite", "sqlalchemy", "alembic", "PIL")
SHORTEST = 4  # characters; hiding anything shorter would black out ordinary words


class Redaction(logging.Formatter):
    """Formats a record on one line and takes out what must not be logged."""

    def __init__(self, secrets: Iterable[str], *, as_json: bool) -> None:
        super().__init__()
        self._hidden = Counter[str]()
        self._secrets: Sequence[str] = ()
        self._as_json = as_json
        self.hide(secrets)

    def hide(self, secrets: Iterable[str], *, times: int = 1) -> None:
        """Take these out from now on; ``times=-1`` takes one such call back."""
        for secret in secrets:
            for text in _written(secret):
                self._hidden[text] += times
        self._hidden = +self._hidden
        # In one assignment: other threads are logging meanwhile.
        self._secrets = sorted(self._hidden, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        extra = {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if self._as_json:
            line = {"at": at, "level": record.levelname, "logger": record.name, "message": text}
            # Cleaned before quoting: escapes would hide what is looked for, and be broken by it.
            shown = {name: self._plain(value) for name, value in {**extra, **line}.items()}
            return json.dumps(shown, ensure_ascii=False)
        # Escaped newlines: text from outside cannot forge a log line.
        text = text.replace("\r", "\\r").replace("\n", "\\n")
        return self._clean(f"{at} {record.levelname:<7} {record.name}: {text}")

    def _plain(self, value: object) -> object:
        return value if isinstance(value, int | float | None) else self._clean(str(value))

    def _clean(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "[redacted]")
        for pattern in _PATTERNS:
            line = pattern.sub(r"\1[redacted]", line)
        return line


class _Output(logging.StreamHandler[TextIO]):
    """Writes lines; what cannot be made one is told by the place that it came from."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        # The library's own prints the arguments as they are.
        with suppress(OSError, ValueError):
            self.stream.write(f"not logged: {record.name}, line {record.lineno}\n")


def set_up(level: str, log_format: str, secrets: Iterable[str]) -> None:
    """Send all logging to standard error in our format."""
    handler = _Output(sys.stderr)
    handler.setFormatter(Redaction(secrets, as_json=log_format == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def hide(secrets: Iterable[str]) -> None:
    """Redact these, too, for as long as the logging stays as it is set up."""
    _change(tuple(secrets), 1)


@contextmanager
def hidden(secrets: Iterable[str]) -> Iterator[None]:
    """Redact these, too, inside the block: for what may prove to be no secret at all."""
    secrets = tuple(secrets)
    _change(secrets, 1)
    try:
        yield
    finally:
        _change(secrets, -1)


def _change(secrets: Sequence[str], times: int) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Redaction):
            handler.formatter.hide(secrets, times=times)


def _written(secret: str) -> frozenset[str]:
    """How a secret may stand in a line: as it is, or as Python or JSON quote it."""
    if len(secret) < SHORTEST:
        return frozenset()
    quoted = (repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False))
    return frozenset({secret, *(text[1:-1] for text in quoted)})
