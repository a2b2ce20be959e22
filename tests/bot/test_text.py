import asyncio

from bot.errors import AtelierError, InvalidRequestError, UncertainError
from bot.news import kind_of, pack, unpack
from bot.text import N_, _, explain, plural, reading, set_reader


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
