"""What log channels read, and that a text of ours reaches them once and pings nobody."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
from yarl import URL

from bot.errors import CourierError
from bot.media.assets import AssetFiles
from bot.media.pool import MediaPool
from bot.providers import catalog
from cogs.chronicle import ran, told
from cogs.composer import Composer
from cogs.parcels import Packer
from cogs.results import DiscordCourier
from cogs.venues import Venue
from storage.assets import AssetStore
from storage.jobs import JobStore
from storage.models import Status
from storage.records import Change, Entry, Money
from tests.discord_double import DiscordDouble, Fault, Permission
from tests.factories import NOON, make_job

CATALOG = catalog()
POST = r"/channels/\d+/messages$"


def changed(subject: str, before: Any = None, after: Any = None, action: str = "setting") -> str:
    change = Change(
        id="01",
        guild_id=11,
        user_id=12,
        action=action,
        subject=subject,
        before=before,
        after=after,
        at=NOON,
    )
    return told(change)


@pytest.mark.parametrize(
    ("subject", "before", "after", "line"),
    [
        ("language", None, "zh-CN", "<@12> set **language** from Auto to 中文"),
        ("language", "zh-CN", None, "<@12> set **language** from 中文 to Auto (the default)"),
        ("ai_label", None, False, "<@12> set **AI label** from on to off"),
        ("model", None, "v7", "<@12> set **default model** from Auto to Midjourney v7"),
        ("log_channel", None, "34", "<@12> set **log channel** from none to <#34>"),
        (
            "channels",
            {"allowed": ["1"], "denied": ["2"]},
            {"allowed": ["1", "3"]},
            "<@12> changed **channels**: + allowed <#3>, − denied <#2>",
        ),
        (
            "roles",
            None,
            {"generate": ["5"], "chat": ["6"]},
            "<@12> changed **roles**: + drawing for <@&5>, + chat for <@&6>",
        ),
        (
            "quotas",
            {"everyone": {"jobs_per_day": 5}},
            {"everyone": {"jobs_per_day": 5}, "roles": {"7": {"money_per_month": 1050}}},
            "<@12> changed **limits**: + <@&7>: ¥10.50 money a month",
        ),
        (
            "words",
            None,
            [{"pattern": "cat*"}, {"pattern": "dog", "replacement": "@here"}],
            "<@12> changed **banned words**: + “cat\\*”, + “dog” → “@\u200bhere”",
        ),
        (
            "words",
            [{"pattern": str(n)} for n in range(9)],
            None,
            "<@12> changed **banned words**: − “0”, − “1”, − “2”, − “3” and 5 more",
        ),
        (
            "words",
            [{"pattern": "dog"}],
            [{"pattern": "dog", "replacement": "cat"}],
            "<@12> changed **banned words**: + “dog” → “cat”, − “dog”",
        ),
        ("words", [], [], "<@12> changed **banned words**: the same, written otherwise"),
        ("providers_off", None, ["lingtu"], "<@12> changed **services turned off**: + Lingtu"),
    ],
)
def test_a_setting_is_told_from_what_to_what(subject: str, before: Any, after: Any, line: str):
    assert changed(subject, before, after) == line


@pytest.mark.parametrize(
    ("action", "values", "line"),
    [
        ("block", {"after": "spam @everyone"}, "<@12> blocked <@34>: spam @\u200beveryone"),
        ("block", {}, "<@12> blocked <@34>"),
        ("unblock", {}, "<@12> unblocked <@34>"),
        ("reset", {}, "<@12> reset the usage of <@34>"),
        ("whatever", {"after": "s3cret"}, "<@12>: whatever 34"),
    ],
)
def test_a_deed_is_told_with_whom_it_struck(action: str, values: dict[str, Any], line: str):
    assert changed("34", action=action, **values) == line


@pytest.mark.parametrize(
    ("action", "before", "line"),
    [
        ("account", None, "<@12> connected this server's own Midjourney account"),
        ("account", "•••", "<@12> replaced this server's own Midjourney account"),
        ("account_removed", "•••", "<@12> removed this server's own Midjourney account"),
    ],
)
def test_an_account_is_told_without_what_is_in_it(action: str, before: Any, line: str):
    assert changed("youchuan", before, "•••", action) == line


def test_a_value_that_this_version_cannot_read_is_told_as_the_default():
    assert changed("language", "klingon", "zh-CN").endswith("from Auto to 中文")


def entry(**overrides: Any) -> Entry:
    values: dict[str, Any] = {
        "job_id": "01",
        "guild_id": 11,
        "user_id": 33,
        "provider": "youchuan",
        "credential": "env",
        "operation": "youchuan.diffusion",
        "state": Money.CHARGED,
        "reserved": 40,
        "settled": 50,
        "created_at": NOON,
        "settled_at": NOON,
    }
    return Entry(**{**values, **overrides})


def test_a_result_is_told_with_its_price_and_its_link():
    job = make_job(
        status=Status.SUCCEEDED,
        traits=frozenset({"v7"}),
        params={"text": "@everyone a [cat](https://x.y) " + "x" * 100},
        message_id=99,
    )
    line = ran(entry(), job, CATALOG)

    assert line.startswith("✅ <@33> · Midjourney v7 · ¥0.50 · “@\u200beveryone a \\[cat\\]")
    assert line.endswith("x…” · [result](https://discord.com/channels/11/22/99)")
    assert "https://x.y" not in line


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"state": Money.REFUNDED, "settled": 0, "reason": "moderation"},
            "❌ <@33> · Midjourney · nothing charged: No \\*cats\\* please · “a cat on a mat”",
        ),
        (
            {"state": Money.REFUNDED, "settled": 0, "reason": "canceled"},
            "🚫 <@33> · Midjourney · nothing charged: canceled · “a cat on a mat”",
        ),
        (
            {"state": Money.REFUNDED, "reason": "moderation"},
            "❌ <@33> · Midjourney · ¥0.50 charged although it failed: No \\*cats\\* please · "
            "“a cat on a mat”",
        ),
        (
            {"state": Money.RESERVED, "settled": None, "reason": "deadline"},
            "❔ <@33> · Midjourney · ¥0.40 may be charged: No \\*cats\\* please · “a cat on a mat”",
        ),
        ({"settled": None}, "✅ <@33> · Midjourney · price unknown · “a cat on a mat”"),
    ],
)
def test_what_came_to_nothing_is_told_with_the_reason(values: dict[str, Any], line: str):
    text = json.dumps(["No {what} please.", {"what": "*cats*"}])
    job = make_job(status=Status.FAILED, failure="moderation", failure_text=text)

    assert ran(entry(**values), job, CATALOG) == line


def test_a_job_that_is_gone_is_told_from_the_ledger():
    gone = entry(model="v7", state=Money.REFUNDED, settled=0, reason="credit")
    line = "❌ <@33> · Midjourney v7 · nothing charged: failed (credit) · `youchuan.diffusion`"

    assert ran(gone, None, CATALOG) == line


@dataclass
class Post:
    """A courier at work, and the Discord it works with."""

    double: DiscordDouble
    courier: DiscordCourier

    async def say(self, key: str = "key", **place: Any) -> bool:
        general = self.double.general
        assert general.guild
        values: dict[str, Any] = {"channel_id": general.id, "guild_id": general.guild.id}
        return await self.courier.say(text="hello @everyone", key=key, **{**values, **place})


async def anywhere(_guild_id: int | None) -> Venue:
    """A place where everything is connected."""
    return Venue(catalog=CATALOG)


@pytest.fixture
async def post(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    jobs: JobStore,
    assets: AssetStore,
    pool: MediaPool,
) -> AsyncIterator[Post]:
    async with DiscordDouble() as double:
        monkeypatch.setattr(discord.http.Route, "BASE", double.api_url)
        gateway = URL(double.gateway_url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        client = discord.Client(intents=discord.Intents.default(), guild_ready_timeout=0.01)
        await client.login(double.token)
        running = asyncio.create_task(client.connect())
        async with asyncio.timeout(10):
            await client.wait_until_ready()
        composer = Composer(jobs, assets, anywhere, Packer(AssetFiles(tmp_path), pool, ""))
        yield Post(double, DiscordCourier(client, composer))
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_text_is_said_once_for_its_key_and_pings_nobody(post: Post):
    post.double.faults.append(Fault("POST", POST))
    with pytest.raises(CourierError):
        await post.say()
    again, other = await post.say(), await post.say("another")

    said = post.double.general.messages
    assert (again, other) == (True, True)
    assert [message.content for message in said] == ["hello @everyone"] * 2
    assert {ping for message in said for ping in message.pings} == set()
    assert post.double.violations == []


async def test_a_channel_that_is_closed_gone_or_anothers_takes_none(post: Post):
    guild = await post.double.add_guild("elsewhere")
    elsewhere = await post.double.add_channel("log", guild)
    taken = [await post.say(channel_id=elsewhere.id), await post.say(channel_id=4711)]
    await post.double.forbid(post.double.general, Permission.SEND)
    taken.append(await post.say())

    assert taken == [False, False, False]
    assert elsewhere.messages == post.double.general.messages == []


async def test_a_discord_that_is_busy_is_tried_again(post: Post):
    post.double.faults.append(Fault("POST", POST, kind="status", status=503))

    with pytest.raises(CourierError):
        await post.say()


async def test_a_server_has_the_language_that_discord_knows(post: Post):
    guild = post.double.general.guild
    assert guild

    assert (post.courier.locale_of(guild.id), post.courier.locale_of(1)) == ("en-US", "en-US")
