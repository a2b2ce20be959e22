import asyncio
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot import text
from bot.errors import AtelierError, InvalidRequestError, UncertainError
from bot.news import kind_of, pack, unpack
from bot.text import N_, _, explain, plural, reading, set_reader

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}  # those of `make messages`


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A compiled catalog, which like every one holds its own header under the empty message."""
    catalog = Catalog(locale="de", domain="atelier")
    catalog.add("Cancel", "Abbrechen")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "atelier.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(text, "_LOCALES", tmp_path)
    text._catalog.cache_clear()
    with reading("de"):
        yield
    text._catalog.cache_clear()


def test_values_are_filled_in():
    assert _("{count} of {all}", count=1, all=2) == "1 of 2"


def test_braces_in_values_and_in_plain_messages_stay():
    assert _("said {words}", words="{x}") == "said {x}"
    assert _("a { b") == "a { b"


def test_plurals_fit_their_number():
    assert plural("{n} job of {who}", "{n} jobs of {who}", 1, who="Ann") == "1 job of Ann"
    assert plural("{n} job of {who}", "{n} jobs of {who}", 2, who="Ann") == "2 jobs of Ann"


def test_an_unknown_language_reads_english():
    with reading("xx-YY"):
        assert _("Upscale") == "Upscale"


def test_reading_ends_with_its_block():
    from bot.text import _reader

    with reading("zh-CN"):
        inside = _reader.get()

    assert (inside, _reader.get()) == ("zh-CN", "en-US")


async def test_a_reader_is_set_for_one_task_only():
    from bot.text import _reader

    async def work(locale: str) -> str:
        set_reader(locale)
        await asyncio.sleep(0)
        return _reader.get()

    assert await asyncio.gather(work("de"), work("zh-CN")) == ["de", "zh-CN"]
    assert _reader.get() == "en-US"


def test_nothing_stays_nothing_although_a_catalog_has_its_header_there(german):
    assert _("Cancel") == "Abbrechen"
    assert _("") == ""


def test_translators_are_given_just_the_messages_that_the_source_has():
    found = {
        message
        for package in ("bot", "cogs")
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / package, [("**.py", "python")], keywords=KEYWORDS
        )
    }
    with (ROOT / "bot" / "locales" / "atelier.pot").open("rb") as file:
        given = {message.id for message in read_po(file) if message.id}

    assert given == found, "run `make messages`"


def test_marking_changes_nothing():
    assert N_("{x}") == "{x}"


def test_an_error_explains_itself_with_its_values():
    error = InvalidRequestError("{value} is no number", value="{x}")

    assert explain(error) == str(error) == "{x} is no number"


def test_a_failure_comes_back_from_its_row_translatable():
    error = UncertainError("{service} had a fault (“{said}”)", service="Midjourney", said="坏 {x}")
    again = unpack(pack(error))

    assert (again.message, explain(again)) == (error.message, explain(error))


def test_a_failure_with_broken_characters_can_still_be_stored():
    text = pack(AtelierError("{value}", value="\ud800"))

    assert text.encode()
    assert str(unpack(text)) == "\ud800"


def test_a_row_without_a_sentence_still_explains_something():
    assert explain(unpack(None))


def test_failures_have_short_stable_names():
    assert kind_of(UncertainError()) == "uncertain"
    assert kind_of(InvalidRequestError()) == "invalidrequest"
