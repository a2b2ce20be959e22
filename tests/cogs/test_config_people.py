"""``/config block``, ``unblock`` and ``reset``."""

from collections.abc import AsyncIterator

import pytest

from cogs.config_people import GO
from tests.cogs.config_stage import ONLY_ADMINS, asked, config, decided
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def test_a_blocked_person_is_refused_at_once_and_told_why(stage: Stage):
    told = await config(stage, "block", person=stage.ann, reason="be **kind**")
    refused = await stage.refused("imagine", prompt="a cat")
    again = await config(stage, "unblock", person=stage.ann)

    assert told.startswith(f"{stage.ann.mention} is blocked: whatever they order here is refused.")
    assert "\\*\\*kind\\*\\*" in told
    assert refused.startswith("You are blocked here: be **kind**.")
    assert again == f"{stage.ann.mention} is served again."
    assert await stage.ordered("imagine", prompt="a cat")


async def test_nobody_blocks_themselves_or_a_bot_or_unblocks_nobody(stage: Stage):
    bot = stage.guild.add_member(stage.env.create_user("robot", bot=True))

    assert await config(stage, "block", person=stage.admin) == "You cannot block yourself."
    assert "Bots order nothing here" in await config(stage, "block", person=bot)
    assert "Bots order nothing here" in await config(stage, "quota", person=bot, running="1")
    assert await config(stage, "unblock", person=stage.bob) == (
        f"{stage.bob.mention} is not blocked."
    )


async def test_a_persons_usage_counts_from_now_on(stage: Stage):
    await config(stage, "quota", jobs_per_day="1")
    await stage.ordered("imagine", prompt="a cat")
    await stage.refused("imagine", prompt="a cat")
    stage.workshop.clock.advance(1)
    told = await config(stage, "reset", person=stage.ann)

    assert told.startswith(f"What {stage.ann.mention} has used until now no longer counts;")
    assert await stage.ordered("imagine", prompt="a cat")


async def test_a_setting_gets_its_default_again(stage: Stage):
    await config(stage, "channel", channel=stage.channel, rule="deny")
    told = await config(stage, "reset", setting="channels")
    again = await config(stage, "reset", setting="channels")

    assert told == "“channels” has its default again."
    assert again == "“channels” has its default already."
    assert await stage.ordered("imagine", prompt="a cat")


async def test_a_reset_of_nothing_or_of_two_things_says_what_to_give(stage: Stage):
    assert (await config(stage, "reset")).startswith("Say what to reset: a person,")
    assert await config(stage, "reset", person=stage.ann, setting="model") == (
        "Give a person or a setting; one after the other."
    )


async def test_everything_is_reset_only_once_it_is_confirmed(stage: Stage):
    await config(stage, "label", enabled=False)
    await config(stage, "quota", running="0")
    await config(stage, "block", person=stage.bob)
    question = await asked(stage, "reset", setting="everything")
    before = await decided(stage)
    done = await stage.admin.click(question.response, custom_id=GO)

    assert set(before) == {"ai_label", "quotas"}
    assert await decided(stage) == {}
    assert "Every setting has its default again." in str(done.response or done)
    assert (await stage.studio.gate.servers.standing(stage.guild.id, stage.bob.id)).blocked_at


async def test_the_confirmation_is_nobody_elses_to_press(stage: Stage):
    await config(stage, "label", enabled=False)
    refused = await stage.press(GO)

    assert said(refused) == ONLY_ADMINS
    assert await decided(stage) == {"ai_label": False}
