"""Logging set-up: one line per event, as text or JSON, with every known secret redacted."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

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


class Redaction(logging.Formatter):
    """Formats a record on one line and takes out what must not be logged."""

    def __init__(self, secrets: Iterable[str], *, as_json: bool) -> None:
        super().__init__()
        self._secrets = sorted(set(secrets), key=len, reverse=True)
        self._as_json = as_json

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


def set_up(level: str, log_format: str, secrets: Iterable[str]) -> None:
    """Send all logging to standard error in our format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redaction(secrets, as_json=log_format == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("discord", "aiohttp.access", "aiosqlite", "alembic", "PIL"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
