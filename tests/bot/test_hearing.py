"""Callbacks are missed only where they could have been heard."""

import pytest

from bot.hearing import Hearing
from storage.models import Job
from tests.factories import NOON, Clock, make_job


@pytest.fixture
def hearing(clock: Clock) -> Hearing:
    return Hearing(clock)


def ended(hearing: Hearing, count: int = 1) -> list[Job]:
    """Jobs whose results had to be asked for."""
    found = [make_job(submitted_at=NOON) for _ in range(count)]
    for job in found:
        hearing.unheard(job)
    return found


def test_three_results_without_a_callback_are_missed_after_half_a_minute(
    hearing: Hearing, clock: Clock
):
    ended(hearing, 3)
    clock.advance(29)
    at_first = hearing.deaf()
    clock.advance(1)

    assert (at_first, hearing.deaf(), hearing.deaf()) == ([], ["youchuan"], [])


def test_two_are_no_pattern(hearing: Hearing, clock: Clock):
    ended(hearing, 2)
    clock.advance(3600)

    assert hearing.deaf() == []


def test_a_callback_that_comes_after_the_poll_ends_the_row(hearing: Hearing, clock: Clock):
    _first, _second, third = ended(hearing, 3)
    clock.advance(5)
    hearing.heard(third)
    ended(hearing, 2)
    clock.advance(60)

    assert hearing.deaf() == []


def test_a_job_that_has_reported_before_is_not_missed(hearing: Hearing, clock: Clock):
    jobs = [make_job(submitted_at=NOON) for _ in range(3)]
    for job in jobs:
        hearing.heard(job)
    for job in jobs:
        hearing.unheard(job)
    clock.advance(60)

    assert hearing.deaf() == []


def test_what_was_sent_before_the_start_may_have_reported_to_nobody(clock: Clock):
    jobs = [make_job(submitted_at=NOON) for _ in range(3)]
    clock.advance(1)
    hearing = Hearing(clock)
    for job in jobs:
        hearing.unheard(job)
    clock.advance(60)

    assert hearing.deaf() == []


def test_providers_are_heard_one_by_one(hearing: Hearing, clock: Clock):
    ended(hearing, 3)
    hearing.heard(make_job(provider="lingtu"))
    clock.advance(30)

    assert hearing.deaf() == ["youchuan"]


def test_the_third_callback_in_a_row_that_does_not_fit_is_one_too_many(hearing: Hearing):
    in_vain = [hearing.garbled(make_job()) for _ in range(4)]
    hearing.heard(make_job())
    again = [hearing.garbled(make_job()) for _ in range(3)]

    assert (in_vain, again) == ([False, False, True, False], [False, False, True])
