import dataclasses

import pytest

from storage.database import Database
from storage.errors import ConflictError, NotFoundError
from storage.models import Moodboard
from storage.moodboards import MoodboardStore
from tests.factories import NOON


def board(number: int, **overrides: object) -> Moodboard:
    values = {"guild_id": 11, "user_id": 33, "name": f"board {number}"}
    made = Moodboard(id=f"b{number}", created_at=NOON, updated_at=NOON + number, **values)
    return dataclasses.replace(made, **overrides)


async def test_a_server_sees_its_boards_the_last_changed_first(database: Database):
    boards = MoodboardStore(database)
    for number in range(3):
        await boards.add(board(number))
    await boards.add(board(9, guild_id=12))

    seen = await boards.visible(44, 11, limit=2)
    assert [each.id for each in seen] == ["b2", "b1"]
    assert [each.id for each in await boards.visible(44, 11, limit=2, offset=2)] == ["b0"]


async def test_a_direct_message_shows_ones_own_alone(database: Database):
    boards = MoodboardStore(database)
    await boards.add(board(1, guild_id=None))
    await boards.add(board(2, guild_id=None, user_id=44))

    assert [each.id for each in await boards.visible(33, None, limit=9)] == ["b1"]
    with pytest.raises(NotFoundError):
        await boards.get("b2", 33, None)


async def test_a_board_of_another_server_is_not_there(database: Database):
    boards = MoodboardStore(database)
    await boards.add(board(1))

    with pytest.raises(NotFoundError):
        await boards.get("b1", 33, 12)


async def test_a_change_is_kept(database: Database):
    boards = MoodboardStore(database)
    await boards.add(board(1))
    changed = board(1, name="new", images=["t" * 22], updated_at=NOON + 99)
    await boards.change(changed)

    assert await boards.get("b1", 33, 11) == changed


async def test_what_is_gone_cannot_be_changed(database: Database):
    with pytest.raises(NotFoundError):
        await MoodboardStore(database).change(board(1))


async def test_an_id_stands_once(database: Database):
    boards = MoodboardStore(database)
    await boards.add(board(1))

    with pytest.raises(ConflictError):
        await boards.add(board(1, name="again"))
