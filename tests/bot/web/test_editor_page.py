"""The editor's document: its words are the given ones, and nothing in it needs a weaker policy."""

import html
import json
import re

import pytest

from bot.web.editor_page import page
from bot.web.editor_words import WORDS, words_for
from tests.editor_page import STATIC, make_facts


def test_the_document_has_nothing_that_the_policy_forbids():
    text = page(make_facts("edit"), WORDS, lang="zh-CN")

    assert '<html lang="zh-CN">' in text
    assert re.search(r"\sstyle=|\son\w+=|<style|javascript:", text) is None
    assert re.search(r'(?:src|href)="(?!\.\./|data:)', text) is None


def test_every_key_that_the_modules_say_has_words():
    source = "".join(file.read_text() for file in STATIC.glob("*.js"))

    said = set(re.findall(r'say\("(\w+)"', source))
    assert said
    assert said <= set(WORDS)


@pytest.mark.parametrize("purpose", ["region", "edit", "paint"])
def test_facts_and_words_come_to_the_modules_as_they_were(purpose):
    facts = make_facts(purpose, prompt="</script><!-- & “x” \u2028")
    words = {"send": "发送 </script>"}

    text = page(facts, words, lang="zh-CN")
    told = re.search(r'<script type="application/json" id="facts">(.*?)</script>', text)[1]

    assert json.loads(told) == {"facts": facts, "words": {**WORDS, **words}}
    assert not re.search("[<>&]", told)


def test_words_and_prompt_are_escaped_where_they_are_shown():
    words = {key: f"<em {key}>" for key in WORDS}

    text = page(make_facts("edit", prompt="<textarea>"), words, lang="en-US")
    document = re.sub(r"<script.*?</script>", "", text)

    assert "<em " not in document
    assert html.escape("<textarea>") in document


def test_canvas_tools_are_only_where_there_is_a_canvas():
    region = page(make_facts("region"), WORDS, lang="en-US")
    edit = page(make_facts("edit"), WORDS, lang="en-US")

    assert "data-ratio" not in page(make_facts("erase"), WORDS, lang="en-US")
    assert "data-ratio" not in region
    assert 'data-tool="place"' not in region
    assert "data-ratio" in edit
    assert 'data-tool="place"' in edit


def test_a_purpose_has_words_of_its_own():
    words = words_for("background", {"mask": "Mask", "mask_background": "Free", "send": "Send"})

    assert (words["mask"], words["send"]) == ("Free", "Send")
