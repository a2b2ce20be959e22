"""Unknown JSON as words for people: nothing readable lost, nothing secret shown, nothing raised."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.facts import facts, fold, moment

SAMPLES = Path(__file__).parents[2] / "samples" / "youchuan"
NOON = int(datetime(2026, 10, 1, 12, tzinfo=UTC).timestamp())

NAMES = st.sampled_from(["data", "code", "expireAt", "secret", "seconds", "userId", "a_b", "余额"])
WORDS = st.text() | st.sampled_from(["2026-10-01T12:00:00Z", "0001-01-01T00:00:00Z", "9999-99-99"])
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(NAMES | st.text(), inner),
    max_leaves=40,
)


def sent(name):
    return json.loads((SAMPLES / f"account_{name}.json").read_text("utf-8"))


def said(value, name="value"):
    return dict(facts({name: value}))[next(iter(dict(facts({name: 0}))))]


def test_a_flat_account_reads_like_a_table():
    assert facts(sent("subscribe_flat")) == (
        ("Plan", "企业版"),
        ("Plan level", "3"),
        ("Fee balance", "128,050"),
        ("Fast remain", "1200"),
        ("Relax unlimited", "yes"),
        ("Max concurrent", "960"),
        ("Start at", "<t:1767225600:f>"),
        ("Expire at", "<t:1798732799:f>"),
        ("App secret", "•••"),
    )


def test_nested_names_are_joined():
    assert dict(facts(sent("subscribe_nested"))) == {
        "Subscribe · Id": "665f0c",
        "Subscribe · Plan · Name": "Pro",
        "Subscribe · Plan · Price fen": "99,900",
        "Subscribe · Expires": "<t:1798732799:f>",
        "Resource · Fast · Total": "5,000",
        "Resource · Fast · Used": "1,234",
        "Resource · Relax · Total": "0",
        "Resource · Relax · Used": "0",
        "Models": "v7, v8.1, niji7",
        "Trial": "no",
        "Note": "—",
    }


def test_an_envelope_is_taken_off_and_lists_are_counted():
    assert facts(sent("subscribe_envelope")) == (
        ("Plans · 1 · Plan name", "标准版"),
        ("Plans · 1 · End at", "2026-11-01 00:00:00"),
        ("Plans · 2 · Plan name", "加量包"),
        ("Plans · 2 · End at", "—"),
        ("Balance", "1,288.5"),
        ("Api token", "•••"),
    )


@pytest.mark.parametrize("data", [None, {}, []])
def test_nothing_gives_no_facts(data):
    assert facts(data) == ()


@pytest.mark.parametrize("data", ["open", ["open"]])
def test_a_bare_value_is_shown_as_such(data):
    assert facts(data) == (("Value", "open"),)


@pytest.mark.parametrize(
    "name",
    [
        "secret",
        "app_secret",
        "accessToken",
        "apiKey",
        "AccessKeyId",
        "apikey",
        "passwordHash",
        "PASSWORD",
        "credentials",
        "sign-signature",
        "密钥",
    ],
)
@pytest.mark.parametrize("value", ["hush", 4711, ["hush"], {"inner": "hush"}])
def test_what_looks_like_a_secret_is_masked(name, value):
    assert [words for _label, words in facts({"plan": {name: value}})] == ["•••"]


@pytest.mark.parametrize("name", ["keyword", "monkeys", "design"])
def test_a_name_that_merely_sounds_like_a_secret_is_shown(name):
    assert facts({name: "x"})[0][1] == "x"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("feeCost", "Fee cost"),
        ("fee_cost", "Fee cost"),
        ("VIPLevel", "VIP level"),
        ("userID", "User ID"),
        ("a.b-c", "A b c"),
        ("余额", "余额"),
        ("", "—"),
        ("line\nbreak", "Line break"),
    ],
)
def test_a_name_is_split_into_words(name, label):
    assert facts({name: "x"}) == ((label, "x"),)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "—"),
        ("", "—"),
        ([], "—"),
        ({}, "—"),
        (0, "0"),
        (1234567, "1,234,567"),
        (10**16, "10000000000000000"),
        (10**4000, "…"),
        (0.0, "0"),
        (1234.5, "1,234.5"),
        (0.00001, "1e-05"),
        (1e300, "1e+300"),
        (float("nan"), "—"),
        (float("-inf"), "—"),
        ("two\n\x00lines ", "two lines"),
        ("x" * 300, "x" * 199 + "…"),
        ([1, 2, "three"], "1, 2, three"),
        (list(range(11)), "0, 1, 2, 3, 4, 5, 6, 7, 8, …"),
    ],
)
def test_a_value_is_readable(value, words):
    assert said(value) == words


@pytest.mark.parametrize("name", ["userId", "year", "month", "pageNo", "code"])
def test_what_names_something_is_not_written_as_a_sum(name):
    assert said(202610, name) == "202610"


@pytest.mark.parametrize(
    "value",
    [
        "2026-10-01T12:00:00Z",
        "2026-10-01T12:00:00.510743Z",
        "2026-10-01T12:00:00.510743123Z",
        "2026-10-01 20:00:00 +0800",
        "2026/10/01 20:00:00+08:00",
    ],
)
def test_a_time_with_a_zone_becomes_discords(value):
    assert said(value) == f"<t:{NOON}:f>"


@pytest.mark.parametrize("value", [NOON, NOON * 1000, str(NOON), {"seconds": NOON}])
def test_an_epoch_is_an_instant(value):
    assert moment(value) == datetime.fromtimestamp(NOON, UTC)


@pytest.mark.parametrize("value", [NOON, NOON * 1000, str(NOON)])
def test_an_epoch_is_shown_as_a_time_where_its_name_says_so(value):
    assert said(value, "expireAt") == f"<t:{NOON}:f>"
    assert said(value, "seed") != said(value, "expireAt")


@pytest.mark.parametrize("value", ["2026-10-01", "2026-10-01 12:00:00", "2026-13-45T00:00:00Z"])
def test_a_time_without_a_zone_is_shown_as_it_was_sent(value):
    assert said(value) == value


def test_the_zone_of_a_time_is_kept():
    found = moment("2026-10-01T12:00:00+08:00")

    assert found is not None
    assert found.utcoffset() == timedelta(hours=8)


def test_facts_too_many_end_with_a_sign_that_there_are_more():
    rows = facts({f"field {n}": n for n in range(30)}, most=5)

    assert [label for label, _words in rows] == ["Field 0", "Field 1", "Field 2", "Field 3", "…"]


def test_what_is_nested_too_deep_is_only_hinted_at():
    deep = json.loads('{"a":' * 300 + '{"x": 1}' + "}" * 300)

    assert facts(deep) == (("A · A · A · A · A · A", "…"),)


def test_a_list_nested_too_deep_is_only_hinted_at():
    assert facts({"a": json.loads("[" * 300 + "]" * 300)})[0][1] == "…"


@pytest.mark.parametrize("name", ["feeCost", "fee_cost", "Fee-Cost", "FEECOST"])
def test_a_field_is_known_however_it_is_written(name):
    assert fold(name) == "feecost"


@given(JSON, st.integers(1, 30))
def test_any_json_becomes_short_lines(data, most):
    rows = facts(data, most)

    assert len(rows) <= most
    for label, words in rows:
        assert label
        assert words
        assert len(label) <= 100
        assert len(words) <= 1000
        assert (label + words).isprintable()


@given(JSON)
def test_any_json_is_an_instant_or_none(data):
    assert moment(data) is None or isinstance(moment(data), datetime)
