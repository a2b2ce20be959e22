"""Servers change their minds: all of it or nothing, at once, and with a note of who did."""

import asyncio

import pytest

from bot.errors import InvalidRequestError
from bot.rules import Channels, Limits, Rules
from bot.servers import Servers
from storage.database import Database
from storage.records import Standing
from tests.conftest import make_accounts, make_gate
from tests.factories import NOON, Clock

GUILD, ADMIN, MEMBER = 11, 7, 33


@pytest.fixture
def servers(database: Database, clock: Clock) -> Servers:
    return make_gate(database, make_accounts(database, {}, clock), clock).servers


async def notes(servers: Servers) -> list[tuple[str, str, object, object]]:
    changes = await servers.audit.recent(GUILD, limit=100)
    assert all((change.user_id, change.at) == (ADMIN, NOON) for change in changes)
    told = [(each.action, each.subject, each.before, each.after) for each in changes]
    return sorted(told, key=str)


async def test_a_decision_holds_at_once_in_its_server_alone(servers: Servers):
    await servers.change(GUILD, ADMIN, {"model": "wan", "ai_label": False})

    assert await servers.rules(GUILD) == Rules(model="wan", ai_label=False)
    assert await servers.rules(12) == await servers.rules(None) == Rules()


async def test_a_decision_holds_after_a_restart_too(
    servers: Servers, database: Database, clock: Clock
):
    await servers.change(GUILD, ADMIN, {"channels": {"denied": [str(2**63 - 1)]}})
    again = make_gate(database, make_accounts(database, {}, clock), clock).servers

    assert (await again.rules(GUILD)).channels == Channels(denied={2**63 - 1})


async def test_each_change_is_noted_from_what_to_what(servers: Servers):
    await servers.change(GUILD, ADMIN, {"quotas": {"everyone": {"jobs_per_day": 5}}})
    changes = await servers.change(GUILD, ADMIN, {"quotas": None, "language": "zh-CN"})

    assert [(each.subject, each.after) for each in changes] == [
        ("quotas", None),
        ("language", "zh-CN"),
    ]
    limits = Limits(jobs_per_day=5).model_dump()
    decided = {"everyone": limits, "roles": {}, "people": {}}
    assert await notes(servers) == [
        ("setting", "language", None, "zh-CN"),
        ("setting", "quotas", None, decided),
        ("setting", "quotas", decided, None),
    ]


async def test_of_banned_words_only_what_was_lost_and_gained_is_noted(servers: Servers):
    words = [{"pattern": f"word{number}", "replacement": None} for number in range(4)]
    other = {"pattern": "word3", "replacement": "x"}
    await servers.change(GUILD, ADMIN, {"words": words[:3]})
    await servers.change(GUILD, ADMIN, {"words": [*words[1:3], words[3]]})
    await servers.change(GUILD, ADMIN, {"words": [*words[1:3], other]})
    await servers.change(GUILD, ADMIN, {"words": None})

    assert await notes(servers) == sorted(
        [
            ("setting", "words", None, words[:3]),
            ("setting", "words", words[:1], words[3:]),
            ("setting", "words", words[3:], [other]),
            ("setting", "words", [*words[1:3], other], None),
        ],
        key=str,
    )


async def test_all_banned_words_are_kept_although_only_the_new_one_is_noted(servers: Servers):
    await servers.change(GUILD, ADMIN, {"words": [{"pattern": "cat"}]})
    await servers.change(GUILD, ADMIN, {"words": [{"pattern": "cat"}, {"pattern": "dog"}]})

    assert [word.pattern for word in (await servers.rules(GUILD)).words] == ["cat", "dog"]


async def test_what_is_decided_as_before_is_neither_changed_nor_noted(servers: Servers):
    await servers.change(GUILD, ADMIN, {"channels": {"allowed": [1, 9]}, "ai_label": False})
    before = await notes(servers)
    again = await servers.change(
        GUILD, ADMIN, {"channels": {"allowed": ["9", "1"]}, "ai_label": False, "model": None}
    )

    assert again == []
    assert await notes(servers) == before


async def test_deciding_on_the_default_is_a_decision(servers: Servers):
    await servers.change(GUILD, ADMIN, {"ai_label": True})

    assert (await servers.rules(GUILD)).model_fields_set == {"ai_label"}
    assert await notes(servers) == [("setting", "ai_label", None, True)]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"language": "xx"}, r"^language: "),
        ({"invented": 1}, r"^invented: "),
        ({"quotas": {"people": {"33": {"running": -1}}}}, r"^quotas\.people\.33\.running"),
    ],
    ids=str,
)
async def test_one_value_that_does_not_do_changes_nothing(
    servers: Servers, bad: dict[str, object], named: str
):
    with pytest.raises(InvalidRequestError, match=named):
        await servers.change(GUILD, ADMIN, {"model": "wan", **bad})

    assert await servers.rules(GUILD) == Rules()
    assert await notes(servers) == []


async def test_decisions_on_several_settings_at_once_do_not_undo_one_another(servers: Servers):
    await asyncio.gather(
        servers.change(GUILD, ADMIN, {"model": "wan"}),
        servers.change(GUILD, ADMIN, {"ai_label": False}),
        servers.change(GUILD, ADMIN, {"log_channel": 5}),
    )

    assert await servers.rules(GUILD) == Rules(model="wan", ai_label=False, log_channel=5)


async def test_a_row_of_a_later_version_is_kept_and_does_no_harm(servers: Servers):
    later = {"invented": {"deep": [1]}, "model": "wan"}
    await servers.settings.change(GUILD, later, [], now=NOON)
    await servers.change(GUILD, ADMIN, {"ai_label": False})

    assert await servers.rules(GUILD) == Rules(model="wan", ai_label=False)
    assert (await servers.settings.of(GUILD))["invented"] == {"deep": [1]}


async def test_people_are_blocked_and_served_again_in_one_server(servers: Servers):
    await servers.block(GUILD, ADMIN, MEMBER, "spam")
    blocked = await servers.standing(GUILD, MEMBER)
    elsewhere = await servers.standing(12, MEMBER)
    await servers.unblock(GUILD, ADMIN, MEMBER)

    assert blocked == Standing(blocked_at=NOON, block_reason="spam")
    assert elsewhere == await servers.standing(GUILD, MEMBER) == Standing()
    assert await notes(servers) == [
        ("block", str(MEMBER), None, "spam"),
        ("unblock", str(MEMBER), None, None),
    ]


async def test_a_reset_leaves_a_block_as_it_is(servers: Servers):
    await servers.block(GUILD, ADMIN, MEMBER)
    await servers.reset(GUILD, ADMIN, MEMBER)

    assert await servers.standing(GUILD, MEMBER) == Standing(blocked_at=NOON, counted_from=NOON)
