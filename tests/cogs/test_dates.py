from datetime import date

import pytest

from bot.errors import InvalidRequestError
from cogs.dates import moment_of

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026/11/1", "2026-11-01T00:00:00Z"),
        (" 2026.11.01 ", "2026-11-01T00:00:00Z"),
        ("2026年11月1日", "2026-11-01T00:00:00Z"),
        ("11-01", "2026-11-01T00:00:00Z"),
        ("11-21", "2026-11-21T00:00:00Z"),
        ("12-24", "2025-12-24T00:00:00Z"),
        ("2026-11-01T08:30:00+08:00", "2026-11-01T00:30:00Z"),
        ("2026-11-01T08:30", "2026-11-01T08:30:00Z"),
        ("20261101", "2026-11-01T00:00:00Z"),
        ("2026-11-01T08:30:15.5Z", "2026-11-01T08:30:15Z"),
        ("0999-01-01", "0999-01-01T00:00:00Z"),
    ],
)
def test_a_day_is_understood_as_people_write_it(typed: str, begins: str):
    assert moment_of(typed, TODAY, end=False) == begins


def test_a_last_day_is_taken_whole():
    assert moment_of("2026-11-01", TODAY, end=True) == "2026-11-01T23:59:59Z"
    assert moment_of("20261101", TODAY, end=True) == "2026-11-01T23:59:59Z"
    assert moment_of("9999-12-31", TODAY, end=True) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-30",
        "31",
        "0-0",
        "2-29",
        "0001-01-01T00:00+14:00",
        "9" * 5000,
    ],
)
def test_what_is_no_day_is_refused(typed: str):
    with pytest.raises(InvalidRequestError):
        moment_of(typed, TODAY, end=False)
