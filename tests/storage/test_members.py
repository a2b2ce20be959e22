"""The store of members: blocked here, counted from then on."""

import pytest

from storage.audit import AuditStore
from storage.database import Database
from storage.errors import ConflictError
from storage.members import MemberStore
from storage.records import Change, Standing
from tests.factories import NOON

_GUILD, _PERSON = 11, 2**63 - 1


@pytest.fixture
def members(database: Database) -> MemberStore:
    return MemberStore(database)


def note(number: int) -> Change:
    return Change(id=f"{number:026d}", guild_id=_GUILD, user_id=7, action="block", at=NOON)


async def test_whom_nothing_is_known_of_stands_as_everybody(members: MemberStore):
    assert await members.standing(_GUILD, _PERSON) == Standing()
    assert await members.standing(None, _PERSON) == Standing()


async def test_a_block_holds_in_its_server_until_it_is_taken_back(members: MemberStore):
    await members.block(_GUILD, _PERSON, "spam", note(1), now=NOON)
    await members.block(_GUILD, _PERSON, "worse", note(2), now=NOON + 5)
    blocked = await members.standing(_GUILD, _PERSON)
    elsewhere = [await members.standing(place, _PERSON) for place in (12, None)]
    await members.unblock(_GUILD, _PERSON, note(3))

    assert blocked == Standing(blocked_at=NOON + 5, block_reason="worse")
    assert elsewhere == [Standing(), Standing()]
    assert await members.standing(_GUILD, _PERSON) == Standing()


async def test_a_reset_and_a_block_leave_one_another_alone(members: MemberStore):
    await members.block(_GUILD, _PERSON, "spam", note(1), now=NOON)
    await members.reset(_GUILD, _PERSON, note(2), now=NOON + 9)
    both = await members.standing(_GUILD, _PERSON)
    await members.unblock(_GUILD, _PERSON, note(3))

    assert both == Standing(blocked_at=NOON, block_reason="spam", counted_from=NOON + 9)
    assert await members.standing(_GUILD, _PERSON) == Standing(counted_from=NOON + 9)


async def test_the_blocked_are_listed_the_last_one_first(members: MemberStore):
    for number, person in enumerate((1, 2, 3, 4)):
        await members.block(_GUILD, person, "", note(number), now=NOON + number)
    await members.unblock(_GUILD, 2, note(10))
    await members.reset(_GUILD, 5, note(11), now=NOON)
    await members.block(12, 6, "", note(12), now=NOON)

    assert await members.blocked(_GUILD) == [4, 3, 1]


async def test_what_cannot_be_noted_is_not_done(members: MemberStore, database: Database):
    await AuditStore(database).add(note(1))
    with pytest.raises(ConflictError):
        await members.block(_GUILD, _PERSON, "", note(1), now=NOON)

    assert await members.standing(_GUILD, _PERSON) == Standing()
