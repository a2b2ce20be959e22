"""What is alarming is raised once in a while, whoever finds it out."""

import asyncio

import pytest

from storage.alerts import AlertStore
from storage.database import Database
from tests.factories import NOON

HOUR = 3_600_000


@pytest.fixture
def alerts(database: Database) -> AlertStore:
    return AlertStore(database)


async def test_the_same_thing_is_raised_once_while_it_is_quiet(alerts: AlertStore):
    instants = (NOON, NOON + 1, NOON + HOUR - 1, NOON + HOUR, NOON + HOUR + 1)
    raised = [await alerts.raised("a:env:auth", now=now, quiet_ms=HOUR) for now in instants]

    assert raised == [True, False, False, True, False]


async def test_another_thing_is_raised_by_itself(alerts: AlertStore):
    await alerts.raised("a:env:auth", now=NOON, quiet_ms=HOUR)

    assert await alerts.raised("a:env:credit", now=NOON, quiet_ms=HOUR)


async def test_of_many_at_once_one_raises_it(alerts: AlertStore):
    raised = await asyncio.gather(
        *(alerts.raised("a:env:auth", now=NOON + n, quiet_ms=HOUR) for n in range(8))
    )

    assert sum(raised) == 1
