"""``/config export`` and ``/config import``: who may, all or nothing, and what is said about it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.rules import MOST_WORDS
from storage.audit import AuditStore
from tests.cogs.config_stage import asked, config, decided, open_to, put
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.provider_double import APP_ID, SECRET


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def exported(stage: Stage) -> bytes:
    """The file that an admin is given privately."""
    result = await asked(stage, "export")
    assert result.response.ephemeral
    (file,) = result.response.attachments
    assert file.filename == "atelier-config.json"
    return await file.read()


async def imported(stage: Stage, settings: Any, *, by: Any = None, **options: Any) -> str:
    """What is said of a file with these settings, or with these bytes."""
    data = settings
    if not isinstance(settings, bytes):
        data = json.dumps({"format": 1, "server": "5", "settings": settings}).encode()
    return said(await asked(stage, "import", by, file=("settings.json", data), **options))


def role_of(stage: Stage) -> Any:
    return stage.guild.roles["admins"]


def everything(stage: Stage) -> dict[str, Any]:
    """A value of each setting, as a file has it."""
    role, channel, person = str(role_of(stage).id), str(stage.channel.id), str(stage.bob.id)
    return {
        "providers_off": ["lingtu", "jumdata"],
        "model": "wanxiang",
        "channels": {"allowed": [channel], "denied": []},
        "roles": {"generate": [role]},
        "quotas": {
            "everyone": {"jobs_per_day": 5, "running": None, "money_per_month": 1000},
            "roles": {
                role: {"jobs_per_day": "unlimited", "running": None, "money_per_month": None}
            },
            "people": {person: {"jobs_per_day": None, "running": 2, "money_per_month": None}},
        },
        "words": [{"pattern": "cat", "replacement": "dog"}, {"pattern": "血", "replacement": None}],
        "age_restricted": "relaxed",
        "buttons": {"who": "roles", "roles": [role]},
        "results_channel": channel,
        "log_channel": channel,
        "language": "zh-CN",
        "ai_label": False,
    }


async def test_a_file_holds_what_was_decided_and_nothing_else(stage: Stage):
    await put(stage, language="zh-CN", ai_label=True)
    await stage.studio.gate.servers.block(stage.guild.id, stage.admin.id, stage.bob.id, "spam")
    accounts = stage.workshop.parts.credentials
    account = await accounts.tried("youchuan", APP_ID, SECRET)
    await accounts.put(account, stage.guild.id, stage.admin.id)
    file = await exported(stage)

    assert json.loads(file) == {
        "format": 1,
        "server": str(stage.guild.id),
        "settings": {"ai_label": True, "language": "zh-CN"},
    }


async def test_a_server_becomes_like_the_file_and_back(stage: Stage):
    empty = await exported(stage)
    wanted = everything(stage)
    first = await imported(stage, wanted)
    rows, file = await decided(stage), await exported(stage)
    again = await imported(stage, file)
    back = await imported(stage, empty)
    audit = await AuditStore(stage.workshop.database).recent(stage.guild.id, limit=100)

    assert "The file is imported. It has changed:" in first
    assert {name: rows[name] for name in rows if name != "providers_off"} == {
        name: wanted[name] for name in wanted if name != "providers_off"
    }
    assert set(rows["providers_off"]) == {"lingtu", "jumdata"}
    assert again == "This server's settings are as the file has them already; nothing changes."
    assert back.count("(the default)") == len(wanted)
    assert await decided(stage) == {}
    assert [change.user_id for change in audit] == [stage.admin.id] * 2 * len(wanted)


async def test_a_dry_run_says_the_same_and_changes_nothing(stage: Stage):
    await put(stage, model="v7", words=[{"pattern": "cat"}, {"pattern": "dog"}])
    before = await decided(stage)
    file = {"language": "en-US", "words": [{"pattern": "dog"}, {"pattern": "fish"}]}
    dry = await imported(stage, file, dry_run=True)
    after_dry = await decided(stage)
    real = await imported(stage, file)

    assert after_dry == before
    assert dry.splitlines() == [
        "**Nothing is changed yet. Without the dry run, this file changes:**",
        "- **default model**: Midjourney v7 → Auto (the default)",
        "- **banned words**: + “fish”, − “cat”",
        "- **language**: Auto → English",
        "-# Settings that are not in the file have their default.",
    ]
    assert real.splitlines()[1:] == dry.splitlines()[1:]
    assert set(await decided(stage)) == {"language", "words"}


async def test_a_fault_anywhere_leaves_everything_as_it_was(stage: Stage):
    await put(stage, model="v7")
    before = await decided(stage)
    text = await imported(stage, {"language": "en-US", "words": [{"pattern": "cat"}, {"a": 1}]})

    assert text.startswith("**words.1.pattern**:")
    assert await decided(stage) == before


async def test_what_the_server_does_not_have_is_named(stage: Stage):
    away, role = "777000777", str(role_of(stage).id)
    cases: dict[str, Any] = {
        "roles": {"generate": [role, away]},
        "quotas": {"roles": {away: {"running": 1}}, "people": {away: {"running": 1}}},
        "buttons": {"who": "roles", "roles": [away]},
        "channels": {"denied": [away]},
        "results_channel": away,
        "log_channel": away,
    }
    text = await imported(stage, {**cases, "language": "en-US"})

    assert text.startswith("Nothing is imported: this server does not have these roles or channels")
    assert text.count(f"`{away}`") == len(cases)
    assert role not in text
    assert await decided(stage) == {}


async def test_somebody_who_has_left_is_no_fault(stage: Stage):
    await imported(stage, {"quotas": {"people": {"777000777": {"running": 1}}}})

    assert set(await decided(stage)) == {"quotas"}


async def test_results_are_not_sent_where_nobody_can_write(stage: Stage):
    category = stage.guild.create_category("rooms")
    text = await imported(stage, {"results_channel": str(category.id)})

    assert text == "**results\\_channel**: This is not a text channel; use the id of one."


@pytest.mark.parametrize("name", ["results_channel", "log_channel"])
async def test_results_and_the_log_are_not_sent_where_the_bot_may_not_post(stage: Stage, name: str):
    unseen = discord.PermissionOverwrite(view_channel=False)
    closed = stage.guild.create_text_channel("closed", overwrites={stage.studio.user: unseen})
    text = await imported(stage, {name: str(closed.id), "language": "en-US"})

    assert text.startswith(f"The bot could not post in {closed.mention}: it lacks View Channel, ")
    assert ("Attach Files, Read Message History" in text) is (name == "results_channel")
    assert await decided(stage) == {}


async def test_a_long_list_of_changes_is_cut(stage: Stage):
    words = [{"pattern": f"a{n:02}{'#(' * 28}", "replacement": "*" * 200} for n in range(60)]
    words += [{"pattern": f"word {n}"} for n in range(MOST_WORDS - 60)]
    roles = [stage.guild.create_role(f"r{n}") for n in range(60)]
    file = everything(stage) | {
        "words": words,
        "buttons": {"who": "roles", "roles": [str(r.id) for r in roles]},
    }
    file["quotas"]["people"] = {str(n): {"running": n} for n in range(1, 500)}
    text = await imported(stage, file)

    assert len(text) <= 1900
    assert " and 496 more\n" in text
    assert text.splitlines()[-2].endswith("more settings")
    assert text.endswith("have their default.")
    assert len((await decided(stage))["words"]) == MOST_WORDS


@pytest.mark.parametrize("size", [0, 256 * 1024 + 1])
async def test_a_file_of_no_such_size_is_not_even_read(stage: Stage, size: int):
    text = await imported(stage, b"[" * size)

    assert "empty or larger than 256 KiB" in text


async def test_only_admins_take_and_give_files(stage: Stage):
    open_to(stage, stage.ann)
    refusals = [
        said(await asked(stage, "export", stage.ann)),
        await imported(stage, {"ai_label": False}, by=stage.ann),
    ]

    assert all("Manage Server" in text for text in refusals)
    assert await decided(stage) == {}


async def test_the_words_of_a_file_are_harmless(stage: Stage):
    name = "@everyone **x** [a](https://x.example)" * 20
    text = await config(
        stage, "import", file=("a.json", json.dumps({"format": 1, name: 1}).encode())
    )

    assert "@everyone" not in text
    assert "](" not in text
    assert len(text) < 400
