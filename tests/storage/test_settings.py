"""The store of settings: one row for each, changed together with the note of who did."""

from typing import Any

import pytest

from storage.audit import AuditStore
from storage.database import Database
from storage.errors import ConflictError
from storage.records import Change
from storage.settings import SettingStore
from tests.factories import NOON

LAST_ID = 2**63 - 1


@pytest.fixture
def settings(database: Database) -> SettingStore:
    return SettingStore(database)


def note(number: int = 1) -> Change:
    return Change(id=f"{number:026d}", guild_id=11, user_id=7, action="setting", at=NOON)


@pytest.mark.parametrize(
    "value",
    [False, 0, "", [], {}, str(LAST_ID), LAST_ID, {"猫": [1.5, None, {"a": True}]}],
    ids=str,
)
async def test_every_value_comes_back_as_it_was_kept(settings: SettingStore, value: Any):
    await settings.change(11, {"name": value}, [], now=NOON)
    found = (await settings.of(11))["name"]

    assert (found, type(found)) == (value, type(value))


async def test_a_server_knows_its_own_settings_only(settings: SettingStore):
    await settings.change(11, {"model": "a", "language": "b"}, [], now=NOON)
    await settings.change(LAST_ID, {"model": "c"}, [], now=NOON)
    await settings.change(11, {"model": "d"}, [], now=NOON)

    assert await settings.of(11) == {"model": "d", "language": "b"}
    assert await settings.of(12) == {}
    assert await settings.with_setting("model") == {11: "d", LAST_ID: "c"}


async def test_none_is_the_default_again(settings: SettingStore):
    await settings.change(11, {"model": "a", "language": "b"}, [], now=NOON)
    await settings.change(11, {"model": None, "never": None}, [], now=NOON)

    assert await settings.of(11) == {"language": "b"}


async def test_what_cannot_be_noted_is_not_changed(settings: SettingStore, database: Database):
    await settings.change(11, {"model": "a"}, [note()], now=NOON)
    with pytest.raises(ConflictError):
        await settings.change(11, {"model": "b", "language": "c"}, [note()], now=NOON)

    assert await settings.of(11) == {"model": "a"}
    assert len(await AuditStore(database).recent(11, limit=9)) == 1
