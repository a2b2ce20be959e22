"""``/config show``: every setting on one page, with where it comes from, however much it is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.accounts import ENVIRONMENT
from bot.rules import Limits
from bot.text import reading
from cogs.config_names import listed
from cogs.config_show import Page, page_layout
from tests.cogs.config_stage import asked, config, put, rules_of, shown
from tests.cogs.stage import Stage, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def page(stage: Stage) -> str:
    return shown(await asked(stage, "show"))


async def test_an_untouched_server_shows_defaults_and_the_environment(stage: Stage):
    stage.studio.gate.usual = Limits(jobs_per_day=20, money_per_month=5000)
    text = await page(stage)

    for line in (
        "Midjourney: on, the bot's own account pays · *environment*",
        "Lingtu: not set up · *default*",
        "Where nobody chooses a model, Midjourney v7 draws (auto). · *default*",
        "Commands work in: every channel · *default*",
        "Commands of “account”: everyone · *default*",
        "Age-restricted channels are like any other. · *default*",
        "Everyone who sees a result may use its buttons, and pays for it. · *default*",
        "Blocked: nobody",
        "20 jobs a day · *environment: JOBS_PER_DAY*",
        "any number of jobs at once · *default*",
        "¥50.00 a month · *environment: MONEY_PER_MONTH*",
        "**Banned words**: none · *default*",
        "Results: where they were asked for · *default*",
        "Log: no channel · *default*",
        "What is posted is in the language of the person who ordered it. · *default*",
        "Results are labelled as made by AI. · *default*",
    ):
        assert line in text.splitlines()
    assert "PUBLIC_URL" not in text


async def test_what_the_server_has_decided_is_said_to_be_its_own(stage: Stage):
    role = stage.guild.create_role("artists")
    await put(
        stage,
        providers_off=["wanxiang"],
        model="niji7",
        channels={"allowed": [stage.channel.id]},
        roles={"video": [role.id]},
        quotas={"everyone": {"running": 2}, "roles": {role.id: {"jobs_per_day": "unlimited"}}},
        words=[{"pattern": "blood"}, {"pattern": "**gore", "replacement": ""}],
        age_restricted="relaxed",
        buttons={"who": "roles", "roles": [role.id]},
        results_channel=stage.channel.id,
        language="en-US",
        ai_label=False,
    )
    await config(stage, "block", person=stage.bob)
    text = await page(stage)

    for line in (
        "Tongyi Wanxiang: off, and not set up · *this server*",
        "Where nobody chooses a model, Niji 7 draws. · *this server*",
        f"Commands work in: {stage.channel.mention} · *this server*",
        f"Commands of “videos”: only {role.mention} · *this server*",
        "Commands of “account”: everyone · *default*",
        f"Blocked: {stage.bob.mention}",
        "2 jobs at once · *for everyone on this server*",
        f"Roles: {role.mention} any number of jobs a day · *this server*",
        "**Banned words**: 2 words · *this server*",
        "“blood”, “\\*\\*gore → \\(nothing\\)”",
        "Banned words are allowed in age-restricted channels. · *this server*",
        f"Besides the person who started a result, these may use its buttons: {role.mention}. "
        "· *this server*",
        f"Results: {stage.channel.mention} · *this server*",
        "What is posted is in English, whoever ordered it. · *this server*",
        "Results are not labelled as made by AI. · *this server*",
    ):
        assert line in text.splitlines()


async def test_an_own_account_is_shown_without_anything_of_it(stage: Stage):
    accounts = stage.studio.gate.accounts
    credential = replace(accounts["youchuan", ENVIRONMENT], app_id="hidden-id", secret="hidden-key")
    await accounts.put(credential, stage.guild.id, stage.admin.id)
    text = await page(stage)

    since = stage.workshop.clock() // 1000
    assert (
        f"Midjourney: on, this server's own account pays, since <t:{since}:d> by "
        f"{stage.admin.mention} · *this server*" in text.splitlines()
    )
    assert "hidden" not in text


async def test_an_own_account_that_no_key_opens_says_so(workshop: Workshop):
    async with staged(workshop) as stage:
        accounts = stage.studio.gate.accounts
        await accounts.put(accounts["youchuan", ENVIRONMENT], stage.guild.id, stage.admin.id)
        workshop.pay_with(workshop.environment, keys=("another key",))
        await workshop.parts.credentials.load()
        stage.studio.gate.accounts = workshop.parts.credentials
        text = await page(stage)

    assert "Midjourney: out of order, this server's own account cannot be read:" in text


async def test_roles_and_channels_that_are_gone_are_said_to_be(stage: Stage):
    await put(stage, channels={"denied": [123]}, roles={"chat": [456]}, results_channel=789)
    text = await page(stage)

    assert "Never in: deleted channel `123` · *this server*" in text
    assert "Commands of “chat”: only deleted role `456` · *this server*" in text
    assert "Results: deleted channel `789` · *this server*" in text


async def test_what_the_bot_lacks_where_it_is_to_post_is_named(stage: Stage):
    lacking = discord.PermissionOverwrite(send_messages=False, attach_files=False)
    closed = stage.guild.create_text_channel("closed", overwrites={stage.studio.user: lacking})
    await put(stage, results_channel=closed.id, log_channel=closed.id)
    text = await page(stage)
    await put(stage, log_channel=stage.channel.id)
    later = await page(stage)

    warning = f"{closed.mention} ⚠️ the bot cannot post there: it lacks Send Messages"
    assert f"Results: {warning}, Attach Files · *this server*" in text.splitlines()
    assert f"Log: {warning} · *this server*" in text.splitlines()
    assert f"Log: {stage.channel.mention} · *this server*" in later.splitlines()


async def test_a_model_that_this_version_does_not_know_is_named(stage: Stage):
    await put(stage, model="v99")

    assert "v99 cannot be had here; where nobody chooses a model, Midjourney v7" in await page(
        stage
    )


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_the_fullest_server_fits_on_one_page(stage: Stage, locale: str):
    ids = [2**62 + n for n in range(250)]
    some = {"jobs_per_day": 1000000, "running": 1000000, "money_per_month": 10**8}
    await put(
        stage,
        channels={"allowed": ids[:150], "denied": ids[150:]},
        roles=dict.fromkeys(("generate", "video", "tools", "chat", "account"), ids),
        quotas={
            "everyone": some,
            "roles": dict.fromkeys(ids, some),
            "people": dict.fromkeys(ids, some),
        },
        words=[{"pattern": f"{n:060}", "replacement": "*" * 200} for n in range(500)],
        buttons={"who": "roles", "roles": ids},
    )
    full = Page(
        guild=None,
        rules=await rules_of(stage),
        usual=Limits(),
        catalog=await stage.studio.engine.catalog_at(stage.guild.id),
        payers=["x" * 120] * 4,
        blocked=ids,
        public_url="",
    )
    with reading(locale):
        view = page_layout(full)
    parts: list[Any] = [part for part in view.walk_children() if hasattr(part, "content")]
    text = "\n".join(part.content for part in parts)

    assert sum(len(part.content) for part in parts) <= 4000
    assert text.count("/config export") >= 10
    assert "PUBLIC_URL" in text


def test_a_list_is_cut_at_whole_pieces_and_counted():
    assert listed(["one", "two"], 8) == "one, two"
    assert listed(["one", "two", "three"], 8) == "one, two … and 1 more; /config export has all"
    assert listed(["one", "two"], 2) == "2; /config export has all"
    assert listed([], 8) == ""
