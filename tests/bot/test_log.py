import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.log import Redaction, hidden, hide, set_up
from bot.media.assets import AssetFiles, new_token
from tests.factories import make_asset

SECRET = 'p"ss/wörd\\9'


@pytest.fixture
def untouched_root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def line(message: object, *args: object, as_json: bool = False, **extra: object) -> str:
    record = logging.LogRecord("bot.x", logging.INFO, "x.py", 1, message, args, None)
    vars(record).update(extra)
    return Redaction([SECRET, "open sesame", "sesame"], as_json=as_json).format(record)


both = pytest.mark.parametrize("as_json", [False, True])


@both
@pytest.mark.parametrize("secret", [SECRET, "open sesame"])
def test_known_secrets_are_redacted(as_json: bool, secret: str):
    shown = line("using %s now", secret, as_json=as_json)

    assert "using [redacted] now" in shown
    assert "open" not in shown


@both
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("POST /callbacks/youchuan/01ARZ3NDEKTSV4RRFFQ69G5FAVabc-_x 200", "abc-_x"),
        ("GET /m/abcdefghij-_abcdefghij.png", "abcdefghij"),
        ("GET /editor/abcdefghij", "abcdefghij"),
        ("https://discord.com/api/v10/webhooks/123/aW50.tok-en_x/messages", "aW50"),
        ("https://discord.com/api/v10/interactions/123/aW50.tok/callback", "aW50"),
        ("fetch https://oss.example/a.png?Expires=1&Signature=abc%3D failed", "Signature"),
        ("Authorization: Bearer abc.def", "abc"),
        ("{'x-youchuan-secret': 'abcdef', 'a': 1}", "abcdef"),
        ('{"authorization": "Bearer abcdef"}', "abcdef"),
        ("sign=abcdef&x=1", "abcdef"),
    ],
)
def test_tokens_and_signed_urls_are_redacted(as_json: bool, text: str, hidden: str):
    shown = line("%s", text, as_json=as_json)

    assert hidden not in shown
    assert "[redacted]" in shown


@both
def test_ordinary_words_stay(as_json: bool):
    text = "design: assign=5, job 42 queued -> running, 3 signs of life"

    assert text in line("%s", text, as_json=as_json)


@both
def test_an_event_is_one_line(as_json: bool):
    shown = line("a\nb\r\n2026-01-01 ERROR forged", as_json=as_json)

    assert len(shown.splitlines()) == 1


@both
def test_an_exception_stays_on_the_line_and_is_redacted(as_json: bool):
    try:
        raise ValueError("the open sesame\nin two lines")
    except ValueError:
        shown = line("failed", as_json=as_json, exc_info=sys.exc_info())

    assert "Traceback" in shown
    assert "sesame" not in shown
    assert len(shown.splitlines()) == 1


@both
def test_the_name_of_a_kept_file_is_redacted_in_a_traceback(as_json: bool, tmp_path: Path):
    asset = make_asset(None, token=new_token(), extension="webp")
    try:
        AssetFiles(tmp_path).path(asset).read_bytes()
    except FileNotFoundError:
        shown = line("failed", as_json=as_json, exc_info=sys.exc_info())

    assert "FileNotFoundError" in shown
    assert asset.token not in shown


def test_json_lines_carry_the_extras():
    parsed = json.loads(line("job %s", 1, as_json=True, action="submit", job="01A", odd={1}))

    assert (parsed["message"], parsed["level"], parsed["logger"]) == ("job 1", "INFO", "bot.x")
    assert (parsed["action"], parsed["job"], parsed["odd"]) == ("submit", "01A", "{1}")


def test_json_lines_stay_json_when_something_is_redacted():
    text = 'key=%s "https://x/y?a=b" said "x"'
    parsed = json.loads(line(text, SECRET, as_json=True, url="https://x/?k=v", where="x"))

    assert parsed["message"] == 'key=[redacted] "https://x/y?[redacted]" said "x"'
    assert parsed["url"] == "https://x/?[redacted]"


def test_an_extra_cannot_replace_the_message():
    assert json.loads(line("true", as_json=True, level="FAKE"))["level"] == "INFO"


def test_setting_up_sends_everything_through_the_redaction(
    untouched_root: logging.Logger, capsys: pytest.CaptureFixture[str]
):
    set_up("INFO", "text", ["hunter2"])
    logging.getLogger("anything").info("password hunter2")
    logging.getLogger("discord.http").info("chatter")

    assert "password [redacted]" in capsys.readouterr().err
    assert len(untouched_root.handlers) == 1
    assert logging.getLogger("discord.http").getEffectiveLevel() == logging.WARNING


@both
def test_what_becomes_known_later_is_redacted_however_it_is_quoted(
    as_json: bool, untouched_root: logging.Logger, capsys: pytest.CaptureFixture[str]
):
    set_up("INFO", "json" if as_json else "text", ["hunter2"])
    late = 'it\'s \\ a "späte" one'
    hide([late, "ok", ""])
    logging.getLogger("x").info("ok %s %r %s hunter2", late, {"a": late}, json.dumps(late))
    shown = capsys.readouterr().err

    assert shown.count("[redacted]") == 4
    assert "ok [redacted]" in shown
    assert "it" not in shown.partition("ok ")[2]


def test_what_was_only_tried_is_no_secret_afterwards_unless_it_was_one_before(
    untouched_root: logging.Logger, capsys: pytest.CaptureFixture[str]
):
    set_up("INFO", "text", ())
    hide(["sesame"])
    with hidden(["sesame", "ordinary"]), hidden(["ordinary"]):
        logging.getLogger("x").info("sesame, ordinary")
    logging.getLogger("x").info("sesame, ordinary")
    first, second = capsys.readouterr().err.splitlines()

    assert first.endswith("x: [redacted], [redacted]")
    assert second.endswith("x: [redacted], ordinary")


def test_no_library_prints_what_it_carries_even_at_debug(
    untouched_root: logging.Logger, capsys: pytest.CaptureFixture[str]
):
    set_up("DEBUG", "text", ())
    names = ("discord.gateway", "discord.http", "discord.webhook.async_", "aiosqlite")
    for name in (*names, "sqlalchemy.engine.Engine"):
        logging.getLogger(name).debug("For Shard ID %s: WebSocket Event: %s", 0, {"value": "typed"})
        logging.getLogger(name).info("[generated in 0.1s] %s", ("typed",))

    assert "typed" not in capsys.readouterr().err


def test_a_line_that_cannot_be_written_gives_nothing_away(
    untouched_root: logging.Logger, capsys: pytest.CaptureFixture[str]
):
    set_up("INFO", "text", ())
    logging.getLogger("bot.x").info("%d jobs", "a signed address")
    shown = capsys.readouterr().err

    assert "not logged: bot.x, line " in shown
    assert "signed" not in shown
