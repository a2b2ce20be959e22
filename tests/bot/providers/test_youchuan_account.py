"""The account endpoints' unpublished bodies: plausible shapes are understood, any is survived."""

import json
import re
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.youchuan_account import (
    Board,
    Charge,
    Days,
    Listing,
    balance,
    board_id,
    boards,
    charges,
    facts,
    listing,
    months,
    per_day,
)

SAMPLES = Path(__file__).parents[2] / "samples" / "youchuan"
FIRST, SECOND, THIRD = (f"68be9b50553a97d65896828{n}" for n in (5, 6, 7))
CHINA = timezone(timedelta(hours=8))
CITY = "https://cdn.example.com/{}.jpg"

NAMES = st.sampled_from(
    re.findall(
        r"\w+",
        "data list items costs records moodboards total count id jobId moodboardId moodboard cost "
        "feeCost fee_cost fastCost costAt createdAt date month year period startAt endAt name "
        "images url value seconds feeBalance balance",
    )
)
WORDS = st.text() | st.sampled_from(
    ["2026-10-01T09:01:04.510743Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "202610"]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**9, 10**13)
    | st.floats()
    | WORDS
    | st.just("https://cdn.example.com/a.jpg")
)
JSON = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES | st.text(), inner),
    max_leaves=40,
)


def sent(name):
    return json.loads((SAMPLES / f"account_{name}.json").read_text("utf-8"))


def instant(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


def one(**fields):
    (charge,) = charges(listing([fields]))
    return charge


def month(**fields):
    (found,) = months(listing([fields]))
    return found


@pytest.mark.parametrize(
    "name", ["list", "items", "data", "costs", "records", "moodboards", "anything"]
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_array_is_found_by_its_usual_names(name, wrapped):
    body = {name: [{"id": 1}, {"id": 2}], "total": "7"}

    found = listing({"code": 0, "data": body} if wrapped else body)

    assert found == Listing(entries=({"id": 1}, {"id": 2}), total=7)


def test_the_first_known_name_wins():
    assert listing({"records": [{"id": 2}], "items": [{"id": 1}]}).entries == ({"id": 1},)


def test_two_arrays_of_unknown_names_are_not_guessed_at():
    assert listing({"left": [{"id": 1}], "right": [{"id": 2}]}).entries == ()


def test_a_bare_array_is_a_page_without_a_total():
    assert listing([{"id": 1}]) == Listing(entries=({"id": 1},), total=None)


def test_a_page_with_nothing_on_it_is_empty():
    assert listing({"list": [], "total": 0}) == Listing(entries=(), total=0)


@pytest.mark.parametrize("total", [-1, "many", None, [], 1.5])
def test_a_total_that_is_no_count_is_not_known(total):
    assert listing({"list": [], "total": total}).total is None


def test_entries_that_are_no_objects_are_wrapped():
    assert listing(["a", None, [1]]).entries == ({"value": "a"}, {"value": None}, {"value": [1]})


def test_a_page_holds_at_most_what_can_be_asked_for():
    assert len(listing([{}] * 501).entries) == 500


@pytest.mark.parametrize(
    ("name", "total"), [("costs_array", None), ("costs_list", 31), ("costs_data", 31)]
)
def test_cost_records_are_read_from_every_shape(name, total):
    page = listing(sent(name))

    assert page.total == total
    assert charges(page) == (
        Charge(at=instant(2026, 10, 1, 9, 1, 4) + 510, fen=50, job_id=FIRST, fast=1, relax=0),
        Charge(at=instant(2026, 10, 1, 23, 30) + 510, fen=100, job_id=SECOND, fast=2, relax=0),
        Charge(at=instant(2026, 10, 3), fen=0, job_id=THIRD, fast=0, relax=1),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"feeCost": 50},
        {"fee_cost": "50"},
        {"cost": 50},
        {"cost": "50.0"},
        {"cost": {"feeCost": 50.0}},
        {"cost": {"fee_cost": 50}, "feeCost": None},
        {"fee": 50},
        {"amount": 50},
    ],
)
def test_a_sum_is_read_however_it_is_written(fields):
    assert one(**fields).fen == 50


@pytest.mark.parametrize("value", [None, True, "", "free", 0.5, "12.34", 10**13, [], {}])
def test_a_sum_that_is_not_understood_is_unknown_and_not_nothing(value):
    assert one(feeCost=value).fen is None


def test_a_refund_is_a_negative_sum():
    assert one(feeCost=-50).fen == -50


@pytest.mark.parametrize("name", ["costAt", "cost_at", "createdAt", "time", "date", "timestamp"])
@pytest.mark.parametrize(
    "value",
    [
        "2026-10-01T09:01:04Z",
        "2026-10-01T09:01:04.000000Z",
        "2026-10-01T09:01:04.000000123Z",
        "2026-10-01T17:01:04+08:00",
        "2026-10-01 09:01:04",
        instant(2026, 10, 1, 9, 1, 4),
        str(instant(2026, 10, 1, 9, 1, 4) // 1000),
        {"seconds": str(instant(2026, 10, 1, 9, 1, 4) // 1000), "nanos": 5},
    ],
)
def test_a_time_is_read_however_it_is_written(name, value):
    assert one(**{name: value}).at == instant(2026, 10, 1, 9, 1, 4)


@pytest.fixture
def machine_in_china(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        yield
    time.tzset()


def test_a_time_without_a_zone_does_not_depend_on_the_machines(machine_in_china):
    assert one(costAt="2026-10-01 09:01:04").at == instant(2026, 10, 1, 9, 1, 4)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", "soon", 0, 20261001, None, [], True])
def test_a_time_that_is_none_is_unknown(value):
    assert one(costAt=value).at is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"jobId": FIRST, "id": "1"}, FIRST),
        ({"job_id": FIRST}, FIRST),
        ({"id": FIRST}, FIRST),
        ({"id": "1", "cost": {"jobId": FIRST}}, FIRST),
        ({"id": "../etc"}, ""),
        ({}, ""),
    ],
)
def test_a_charge_names_its_job(fields, expected):
    assert one(**fields).job_id == expected


def test_charges_are_summed_by_the_day_they_fell_on():
    found = per_day(charges(listing(sent("costs_array"))))

    assert found == Days(fen={date(2026, 10, 1): 150, date(2026, 10, 3): 0}, unknown=0)
    assert list(found.fen) == sorted(found.fen)


def test_a_day_begins_where_the_reader_lives():
    found = per_day(charges(listing(sent("costs_array"))), CHINA)

    assert found.fen == {date(2026, 10, 1): 50, date(2026, 10, 2): 100, date(2026, 10, 3): 0}


def test_charges_without_a_day_or_a_sum_are_counted_apart():
    known = Charge(at=instant(2026, 10, 1), fen=50)

    found = per_day([Charge(fen=50), known, Charge(at=instant(2026, 10, 2)), Charge()])

    assert found == Days(fen={date(2026, 10, 1): 50}, unknown=3)


def test_a_series_has_every_day_also_those_without_charges():
    days = Days(fen={date(2026, 9, 29): 5, date(2026, 10, 2): 7})

    assert days.series() == (
        (date(2026, 9, 29), 5),
        (date(2026, 9, 30), 0),
        (date(2026, 10, 1), 0),
        (date(2026, 10, 2), 7),
    )
    assert days.series(most=2) == ((date(2026, 10, 1), 0), (date(2026, 10, 2), 7))


def test_a_series_of_nothing_is_empty():
    assert Days(fen={}).series() == ()


@pytest.mark.parametrize(
    "name", ["cost-monthly_items", "cost-monthly_cycles", "cost-monthly_year_month"]
)
def test_billing_periods_are_read_from_every_shape(name):
    page = listing(sent(name))

    assert page.total == 2
    assert [(each.label, each.fen) for each in months(page)] == [
        ("2026-10", 12850),
        ("2026-09", 9900),
    ]


def test_what_else_a_period_says_is_kept_as_facts():
    first, _second = months(listing(sent("cost-monthly_items")))

    assert first.rest == (("Fast cost", "257"), ("Jobs", "240"))


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"month": "2026-10"}, "2026-10"),
        ({"month": "202610"}, "2026-10"),
        ({"month": 202610}, "2026-10"),
        ({"month": "2026/10"}, "2026-10"),
        ({"month": "2026-10-01T00:00:00Z"}, "2026-10"),
        ({"date": "2026-10-01"}, "2026-10"),
        ({"period": "2026-10-15 ~ 2026-11-14"}, "2026-10-15 ~ 2026-11-14"),
        ({"billingCycle": "第三期"}, "第三期"),
        ({"period": {"start": "2026-10-01", "end": "2026-10-31"}}, "2026-10"),
        ({"startAt": "2026-10-15", "endAt": "2026-11-14"}, "2026-10-15 – 2026-11-14"),
        ({"startAt": "2026-10-01", "endAt": "2026-12-31"}, "2026-10-01 – 2026-12-31"),
        ({"start_time": "2026-10-15T00:00:00Z"}, "2026-10-15"),
        ({"year": 2026, "month": 3}, "2026-03"),
        ({"month": 3}, "3"),
        ({}, "—"),
        ({"month": None, "period": [], "startAt": "0001-01-01T00:00:00Z"}, "—"),
    ],
)
def test_a_period_is_named(fields, label):
    assert month(**fields).label == label


def test_a_period_that_is_not_understood_is_still_shown():
    found = month(whatever="x", feeCost="free")

    assert (found.label, found.fen) == ("—", None)
    assert found.rest == (("Whatever", "x"), ("Fee cost", "free"))


@pytest.mark.parametrize("name", ["id", "moodboardId", "data_id", "data_moodboardId"])
def test_a_new_moodboards_id_is_found(name):
    assert board_id(sent(f"moodboard_{name}")) == "7342"


@pytest.mark.parametrize(
    "data", [None, [], {}, "7342", {"id": "../7"}, {"data": "success"}, {"id": True}]
)
def test_an_answer_without_a_moodboard_gives_no_id(data):
    assert board_id(data) == ""


@pytest.mark.parametrize("name", ["moodboards_array", "moodboards_items", "moodboards_data"])
def test_moodboards_are_read_from_every_shape(name):
    assert boards(listing(sent(name))) == (
        Board(
            id="7342",
            name="雾中的城",
            description="灰与琥珀",
            images=(CITY.format("a"), CITY.format("b")),
        ),
        Board(id="7343", name="Paper birds"),
    )


@pytest.mark.parametrize(
    "images",
    [
        "http://cdn.example.com/a.jpg",
        ["javascript:alert(1)", "https://", "https://a b", "https://a\n.b/", 7, None, [], {}],
        {"url": ["https://cdn.example.com/a.jpg"]},
    ],
)
def test_only_https_addresses_count_as_pictures(images):
    assert boards(listing([{"id": "1", "images": images}])) == (Board(id="1"),)


def test_a_list_of_ids_is_a_list_of_moodboards():
    assert boards(listing(["7342", 7343])) == (Board(id="7342"), Board(id="7343"))


def test_what_has_neither_id_nor_name_is_no_moodboard():
    assert boards(listing([{"description": "x"}, {}, None, 1.5])) == ()


@pytest.mark.parametrize(
    ("body", "fen"),
    [
        ({"feeBalance": 128050}, 128050),
        ({"account": {"fee_remaining": "12"}}, 12),
        ({"data": {"balance": 1288.5}}, 128850),
        ({"balance": "3.50"}, 350),
        ({"feeBalance": 3, "gift": {"feeBalance": 500}}, 500),
        ({"balance": 1288}, None),  # yuan or fen?
        ({"feeCost": 50, "lowBalanceWarning": 1.5, "fastRemaining": 9}, None),
        ({"plans": [{"feeBalance": 0}]}, None),
    ],
)
def test_what_is_left_is_read_where_its_unit_is_sure(body, fen):
    assert balance(body) == fen


@given(JSON)
def test_any_json_has_a_balance_or_none(data):
    left = balance(data)

    assert left is None or abs(left) <= 10**12


@given(JSON)
def test_any_json_gives_a_page_of_objects(data):
    page = listing(data)

    assert all(isinstance(entry, dict) for entry in page.entries)
    assert page.total is None or page.total >= 0


@given(JSON | st.lists(st.dictionaries(NAMES, JSON, max_size=6), max_size=4))
def test_any_json_gives_charges_that_can_be_summed(data):
    found = charges(listing(data))
    days = per_day(found, CHINA)

    known = [each.fen for each in found if each.at is not None and each.fen is not None]
    assert sum(days.fen.values()) == sum(known)
    assert days.unknown + len(known) == len(found)
    assert len(days.series()) <= 92


@given(JSON | st.lists(st.dictionaries(NAMES, JSON, max_size=6), max_size=4))
def test_any_json_gives_periods_and_moodboards(data):
    page = listing(data)

    assert all(each.label and each.label.isprintable() for each in months(page))
    for board in boards(page):
        assert (board.name + board.description).isprintable()
        assert all(url.lower().startswith("https://") for url in board.images)
    assert board_id(data).isprintable()


@given(JSON)
def test_any_json_has_facts(data):
    assert len(facts(data)) <= 20
