"""``/config`` by place and by role: it holds for the next order."""

from collections.abc import AsyncIterator

import discord
import pytest

from bot.rules import Channels
from tests.cogs.config_stage import config, decided, put, rules_of
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

    assert nothing == f"There was no rule for {other.mention}."
    assert allowed == f"Commands work in {other.mention}. They only work in {other.mention}."
    assert other.mention in refused
    assert cleared == f"There is no rule for {other.mention} any more. They work in every channel."
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
    results, log = [await config(stage, name, channel=closed) for name in ("results", "log")]

    place = f"The bot could not post in {closed.mention}: it lacks"
    assert results == f"{place} Send Messages, Attach Files there."
    assert log == f"{place} Send Messages there."
    assert await decided(stage) == {}


async def test_a_results_channel_whose_buttons_nobody_could_use_is_told(stage: Stage):
    gallery = stage.guild.create_text_channel("gallery")
    warning = f"⚠️ Results are posted in {gallery.mention}, where commands are denied:"
    fine = await config(stage, "results", channel=gallery)
    denied = await config(stage, "channel", channel=gallery, rule="deny")
    again = await config(stage, "results", channel=gallery)
    elsewhere = await config(stage, "channel", channel=gallery, rule="clear")

    assert "⚠️" not in fine + elsewhere
    assert warning in denied
    assert warning in again


async def test_what_age_restricted_channels_keep_to_themselves_is_told(stage: Stage):
    gallery = stage.guild.create_text_channel("gallery")
    adult = stage.guild.create_text_channel("adult")
    known = stage.studio.get_channel(adult.id)
    assert isinstance(known, discord.TextChannel)
    known.nsfw = True  # the simulated Discord knows no such channels
    warning = f"⚠️ {gallery.mention} is not age-restricted: results from age-restricted channels"
    before = await config(stage, "results", channel=gallery)
    relaxed = await config(stage, "restricted", policy="relaxed")
    told = await config(stage, "results", channel=gallery)
    there = await config(stage, "results", channel=adult)

    assert "⚠️" not in before + there
    assert warning in relaxed
    assert warning in told


async def test_a_channel_that_was_deleted_goes_with_the_next_change(stage: Stage):
    await put(stage, channels={"allowed": [stage.channel.id, 123], "denied": [456]})
    other = stage.guild.create_text_channel("other")
    told = await config(stage, "channel", channel=other, rule="allow")

    assert told.endswith(
        "Taken out, because it is no longer there: deleted channel `123`, deleted channel `456`."
    )
    channels = (await rules_of(stage)).channels
    assert channels == Channels(allowed=frozenset({stage.channel.id, other.id}))


async def test_no_channel_is_opened_by_the_deletion_of_another(stage: Stage):
    await put(stage, channels={"allowed": [123]})
    await config(stage, "channel", channel=stage.channel, rule="deny")
    closed = (await rules_of(stage)).channels.allowed
    other = stage.guild.create_text_channel("other")
    await config(stage, "channel", channel=other, rule="allow")

    assert closed == {123}
    assert (await rules_of(stage)).channels.allowed == {other.id}


async def test_the_log_says_what_it_shows(stage: Stage):
    told = await config(stage, "log", channel=stage.channel)
    kept = await decided(stage)
    none = await config(stage, "log")

    assert told.startswith(f"{stage.channel.mention} shows every change of these settings, and ea")
    assert kept == {"log_channel": str(stage.channel.id)}
    assert none == "There is no log channel. /config audit has the changes."
