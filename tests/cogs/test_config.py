"""``/config``: what an admin decides holds at once, and nobody else decides anything."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.rules import BannedWord
from cogs.config_changes import decide
from storage.records import Standing
from tests.cogs.config_stage import (
    ONLY_ADMINS,
    asked,
    command_of,
    config,
    decided,
    open_to,
    put,
    rules_of,
    shown,
)
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.rules import check_commands, command_size


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def test_the_whole_group_keeps_to_discords_limits(stage: Stage):
    command = command_of(stage)
    check_commands([command])

    assert len(command["options"]) == 21
    assert command_size(command) <= 8000
    assert command["contexts"] == [0]
    manage_guild = discord.Permissions(manage_guild=True).value
    assert int(command["default_member_permissions"]) == manage_guild


async def test_every_command_refuses_whoever_may_not_manage_the_server(stage: Stage):
    open_to(stage, stage.ann)
    role, file = stage.guild.create_role("friends"), ("a.json", b"{}")
    given: dict[str, dict[str, Any]] = {
        "show": {},
        "providers": {"provider": "youchuan", "enabled": False},
        "model": {"model": "v7"},
        "account": {"provider": "youchuan"},
        "channel": {"channel": stage.channel, "rule": "deny"},
        "role": {"group": "tools", "role": role},
        "quota": {"jobs_per_day": "unlimited"},
        "word": {"pattern": "blood"},
        "restricted": {"policy": "only"},
        "buttons": {"who": "owner"},
        "results": {"channel": stage.channel},
        "log": {"channel": stage.channel},
        "language": {"language": "zh-CN"},
        "label": {"enabled": False},
        "block": {"person": stage.bob},
        "unblock": {"person": stage.bob},
        "reset": {"setting": "everything"},
        "export": {},
        "import": {"file": file},
        "usage": {"days": 7},
        "audit": {},
    }
    assert set(given) == {option["name"] for option in command_of(stage)["options"]}
    for name, options in given.items():
        assert said(await asked(stage, name, by=stage.ann, **options)) == ONLY_ADMINS, name

    assert await decided(stage) == {}
    assert (await stage.studio.gate.servers.standing(stage.guild.id, stage.bob.id)) == Standing()


async def test_a_provider_is_off_and_on_again_at_once(stage: Stage):
    off = await config(stage, "providers", provider="youchuan", enabled=False)
    await stage.refused("imagine", prompt="a cat")
    on = await config(stage, "providers", provider="youchuan", enabled=True)
    bare = await config(stage, "providers", provider="lingtu", enabled=True)

    assert bare.startswith("Lingtu is on for this server, but has no account here yet: /config ac")
    assert off == (
        "Midjourney is off on this server: nothing new is ordered there. "
        "Nothing can draw here: no service that draws is on and has an account."
    )
    assert on == (
        "Midjourney is on for this server. Where nobody chooses a model, Midjourney v7 draws "
        "(auto)."
    )
    assert await stage.ordered("imagine", prompt="a cat")
    assert await decided(stage) == {}


async def test_the_default_model_draws_at_once(stage: Stage):
    told = await config(stage, "model", model="niji7")
    job = await stage.imagine()

    assert told == "Where nobody chooses a model, Niji 7 draws."
    assert "niji7" in job.traits


async def test_a_model_that_cannot_be_had_is_refused_with_what_can(stage: Stage):
    told = await config(stage, "model", model="lingtu")
    await config(stage, "providers", provider="youchuan", enabled=False)

    assert told.startswith("Lingtu cannot be had on this server. Choose one of: Midjourney v8.1,")
    assert "Nothing can draw here" in await config(stage, "model", model="v7")
    assert "model" not in await decided(stage)


async def test_an_account_is_asked_for_in_a_modal_and_removed_with_a_word(stage: Stage):
    shown = await asked(stage, "account", provider="youchuan")

    assert shown.modal is not None
    assert "no Midjourney account" in await config(
        stage, "account", provider="youchuan", remove=True
    )


async def test_the_language_holds_for_the_next_order(stage: Stage):
    told = await config(stage, "language", language="zh-CN")
    job = await stage.imagine()

    assert told == "What is posted is in Chinese, whoever ordered it."
    assert job.destination.locale == "zh-CN"


async def test_the_label_is_turned_off_and_its_default_is_not_kept(stage: Stage):
    off = await config(stage, "label", enabled=False)
    kept = await decided(stage)
    on = await config(stage, "label", enabled=True)

    assert (off, on) == (
        "Results are not labelled as made by AI.",
        "Results are labelled as made by AI.",
    )
    assert kept == {"ai_label": False}
    assert await decided(stage) == {}


async def test_an_exported_file_brings_the_settings_back(stage: Stage):
    await config(stage, "quota", running="2")
    before = await decided(stage)
    exported = await asked(stage, "export")
    (attachment,) = exported.response.attachments
    file = (attachment.filename, await attachment.read())
    await config(stage, "quota", clear=True)
    await asked(stage, "import", file=file, dry_run=True)
    tried = await decided(stage)
    await asked(stage, "import", file=file)

    assert tried == {}
    assert await decided(stage) == before


async def test_the_usage_is_shown_to_an_admin(stage: Stage):
    answer = await asked(stage, "usage", days=7)

    assert (answer.followups[-1] if answer.followups else answer.response).ephemeral


async def test_the_audit_names_who_changed_what_and_when(stage: Stage):
    empty = shown(await asked(stage, "audit"))
    for n in range(25):
        await put(stage, ai_label=bool(n % 2))
    await config(stage, "block", person=stage.bob, reason="rude")
    _head, first, *rest = shown(await asked(stage, "audit")).splitlines()

    assert "Nothing has been changed yet." in empty
    assert first.startswith(f"- <t:{stage.workshop.clock() // 1000}:R> ")
    assert stage.admin.mention in first
    assert "rude" in first
    assert len(rest) == 19


async def test_the_audit_fits_however_much_was_changed(stage: Stage):
    for n in range(20):
        words = [{"pattern": f"{n}-{m}".ljust(60, "x"), "replacement": "y" * 200} for m in range(9)]
        await stage.studio.gate.servers.change(stage.guild.id, stage.admin.id, {"words": words})
    text = shown(await asked(stage, "audit"))

    assert "more" in text.splitlines()[-1]


async def test_two_admins_at_once_lose_nothing(stage: Stage):
    async def add(number: int) -> None:
        word = BannedWord(pattern=f"word{number}")
        admin = SimpleNamespace(
            guild_id=stage.guild.id, user=SimpleNamespace(id=number), client=stage.studio
        )
        await decide(admin, "words", lambda rules: (*rules.words, word))  # type: ignore[arg-type]

    await asyncio.gather(*map(add, range(1, 9)))

    assert {word.pattern for word in (await rules_of(stage)).words} == {
        f"word{number}" for number in range(1, 9)
    }
