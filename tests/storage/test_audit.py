"""The store of changes: noted, told once, forgotten in the end."""

from typing import Any

import pytest

from storage.audit import AuditStore
from storage.database import Database
from storage.records import Change
from tests.factories import NOON


@pytest.fixture
def audit(database: Database) -> AuditStore:
    return AuditStore(database)


def change(number: int, **overrides: Any) -> Change:
    values: dict[str, Any] = {
        "id": f"{number:026d}",
        "guild_id": 11,
        "user_id": 7,
        "action": "setting",
        "at": NOON + number,
    }
    return Change(**{**values, **overrides})


@pytest.mark.parametrize("value", [None, False, 0, "", [], {"people": {"1": {"running": None}}}])
async def test_a_change_comes_back_as_it_was_noted(audit: AuditStore, value: Any):
    noted = change(1, subject="quotas", before=value, after=value)
    await audit.add(noted)

    assert await audit.recent(11, limit=5) == [noted]


async def test_a_servers_last_changes_come_newest_first(audit: AuditStore):
    for number in (1, 3, 2):
        await audit.add(change(number))
    await audit.add(change(4, guild_id=12))

    assert [each.at - NOON for each in await audit.recent(11, limit=2)] == [3, 2]


async def test_each_change_is_told_once_the_oldest_first(audit: AuditStore):
    for number in (3, 1, 2, 4):
        await audit.add(change(number))
    told = await audit.unlogged(since=NOON + 2, limit=2)
    await audit.logged(told, now=NOON + 9)
    left = await audit.unlogged(since=NOON + 2, limit=2)
    await audit.logged([], now=NOON + 9)

    assert [each.at - NOON for each in told] == [2, 3]
    assert [each.at - NOON for each in left] == [4]


async def test_no_server_waits_for_the_backlog_of_another(audit: AuditStore):
    for number in range(9):
        await audit.add(change(number))
    for number in (10, 11):
        await audit.add(change(number, guild_id=12))
    told = await audit.unlogged(since=NOON, limit=5, each=3)

    assert [each.at - NOON for each in told] == [0, 10, 1, 11, 2]
