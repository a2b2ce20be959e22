"""``/config`` by place and by role: it holds for the next order."""

from collections.abc import AsyncIterator

import discord
import pytest

from tests.cogs.config_stage import config, decided, rules_of
from tests.cogs.stage import Stage, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def test_channels_are_allowed_denied_and_cleared_at_once(stage: Stage):
    other = stage.guild.create_text_channel("other")
    nothing = await config(stage, "channel", channel=other, rule="clear")
    allowed = await config(stage, "channel", channel=other, rule="allow")
    refused = await stage.refused("imagine", prompt="a cat")
    cleared = await config(stage, "channel", channel=other, rule="clear")
    await stage.ordered("imagine", prompt="a cat")
    denied = await config(stage, "channel", channel=stage.channel, rule="deny")

    assert nothing == f"Nothing was decided for {other.mention}."
    assert allowed == f"Commands work in {other.mention}. They only work in {other.mention}."
    assert other.mention in refused
    assert (
        cleared == f"Nothing is decided for {other.mention} any more. They work in every channel."
    )
    assert denied.endswith(f"They work everywhere but in {stage.channel.mention}.")
    assert "in this channel" in await stage.refused("imagine", prompt="a cat")


async def test_a_category_and_every_kind_of_channel_can_be_ruled(stage: Stage):
    guild = stage.guild
    places = [
        guild.create_category("art"),
        guild.create_forum_channel("forum"),
        guild.create_voice_channel("voice"),
        guild.create_stage_channel("stage"),
        guild.create_news_channel("news"),
    ]
    for place in places:
        await config(stage, "channel", channel=place, rule="deny")

    assert (await rules_of(stage)).channels.denied == {place.id for place in places}


async def test_the_policy_for_age_restricted_channels_holds_at_once(stage: Stage):
    told = await config(stage, "restricted", policy="only")

    assert told == "Commands only work in age-restricted channels."
    assert "age-restricted" in await stage.refused("imagine", prompt="a cat")


async def test_results_go_to_their_channel_at_once_and_back(stage: Stage):
    gallery = stage.guild.create_text_channel("gallery")
    told = await config(stage, "results", channel=gallery)
    there = await stage.imagine()
    back = await config(stage, "results")
    here = await stage.imagine()

    assert told.startswith(f"New results are posted in {gallery.mention};")
    assert there.destination.results_channel_id == gallery.id
    assert back == "Results are posted where they were asked for."
    assert here.destination.results_channel_id is None


async def test_a_channel_that_the_bot_cannot_post_in_is_refused(stage: Stage):
    lacking = discord.PermissionOverwrite(send_messages=False, attach_files=False)
    closed = stage.guild.create_text_channel("closed", overwrites={stage.studio.user: lacking})
    told = {await config(stage, command, channel=closed) for command in ("results", "log")}

    assert told == {
        f"The bot could not post in {closed.mention}: it lacks Send Messages, Attach Files there."
    }
    assert await decided(stage) == {}


async def test_the_log_says_what_it_shows(stage: Stage):
    told = await config(stage, "log", channel=stage.channel)
    kept = await decided(stage)
    none = await config(stage, "log")

    assert told.startswith(f"{stage.channel.mention} shows every change of these settings, and ea")
    assert kept == {"log_channel": str(stage.channel.id)}
    assert none == "There is no log channel. /config audit has the changes."
