"""The catalogs that are shipped: complete, true to the source, and compiled."""

import re
from string import Formatter

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from bot.text import _LOCALES, _, plural, reading

CHINESE = _LOCALES / "zh_CN" / "LC_MESSAGES"
# What people type, set or look for is the same in every language.
LITERAL = re.compile(r"--[a-z]+|/[a-z]+(?:-[a-z]+)*|`[^`]*`|\b[A-Z]+(?:_[A-Z]+)+\b")
KEPT = ("Extend {n}", "Upscale {n}", "Region", "Edit")


def messages_of(path):
    """The messages of a template, a catalog or a compiled one, without its header."""
    with path.open("rb") as file:
        catalog = read_mo(file) if path.suffix == ".mo" else read_po(file)
    return {
        message.id if isinstance(message.id, str) else tuple(message.id): message
        for message in catalog
        if message.id
    }


def strings(one_or_more):
    """A message's forms, or a translation's: plural ones have several."""
    return [one_or_more] if isinstance(one_or_more, str) else list(one_or_more)


def placeholders(text):
    """The names in braces; a text that no value is put into may hold any brace."""
    return {name for _text, name, _format, _conversion in Formatter().parse(text) if name}


def pairs():
    """Each message that is translated, with a translation: once for every plural form."""
    return [
        (strings(message.id)[-1], said)
        for message in messages_of(CHINESE / "atelier.po").values()
        for said in strings(message.string)
    ]


def test_every_message_is_translated():
    given = messages_of(_LOCALES / "atelier.pot")
    found = messages_of(CHINESE / "atelier.po")

    missing = [key for key in given if key not in found or not all(strings(found[key].string))]
    assert not missing, f"run `make messages` and translate: {missing[0]}"


def test_no_translation_is_a_guess_or_left_over():
    with (CHINESE / "atelier.po").open("rb") as file:
        catalog = read_po(file)
    found = {message.id for message in catalog if message.id}

    assert [message.id for message in catalog if message.fuzzy] == []
    assert not catalog.obsolete
    assert found <= set(messages_of(_LOCALES / "atelier.pot")), "run `make messages`"


def test_translations_have_the_placeholders_of_the_original():
    differing = [(text, said) for text, said in pairs() if placeholders(text) != placeholders(said)]

    assert differing == []


def test_flags_commands_and_settings_are_not_translated():
    changed = [
        (text, said)
        for text, said in pairs()
        if set(LITERAL.findall(text)) != set(LITERAL.findall(said))
    ]

    assert changed == []


@pytest.mark.parametrize("label", KEPT)
def test_labels_that_people_look_for_are_the_same_in_chinese(label):
    assert messages_of(CHINESE / "atelier.po")[label].string == label


def test_what_is_compiled_is_what_is_written():
    written = {key: one.string for key, one in messages_of(CHINESE / "atelier.po").items()}
    compiled = {key: one.string for key, one in messages_of(CHINESE / "atelier.mo").items()}

    assert {key: strings(said) for key, said in compiled.items()} == {
        key: strings(said) for key, said in written.items() if all(strings(said))
    }, "run `make messages`"


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
def test_chinese_readers_are_spoken_to_in_chinese(locale):
    with reading(locale):
        assert _("Cancel") == "取消"
        assert plural("Waiting: {n} before you", "Waiting: {n} before you", 1).count("1") == 1
        assert "前面" in plural("Waiting: {n} before you", "Waiting: {n} before you", 2)
