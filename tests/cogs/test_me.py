"""/me: what is used and left, and having one's own forgotten."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.policy import Windows
from bot.rules import Limits
from cogs.buttons import job_id
from storage.models import Job
from tests.cogs.config_stage import put
from tests.cogs.stage import Stage, said, staged
from tests.cogs.test_moodboard import asked as board
from tests.cogs.test_moodboard import created, pictures, shown
from tests.conftest import Workshop, make_gate
from tests.discord_double.world import walk
from tests.factories import NOON, make_destination, make_job
from tests.provider_double import complaint

NEXT_DAY, NEXT_MONTH = (
    f"<t:{instant // 1000}:R>"
    for instant in (Windows.at(NOON).next_day, Windows.at(NOON).next_month)
)
GONE = "This is not kept here any more"


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    workshop.restart(prices={"youchuan.diffusion": 50})
    async with staged(workshop) as opened:
        yield opened


def limited(stage: Stage, **limits: Any) -> None:
    """Have these limits where nobody says otherwise."""
    workshop = stage.workshop
    accounts = workshop.parts.credentials
    gate = make_gate(workshop.database, accounts, workshop.clock, Limits(**limits))
    workshop.parts = replace(workshop.parts, gate=gate)
    stage.studio.gate = stage.studio.engine.gate = gate


async def me(stage: Stage, who: Any = None) -> list[str]:
    """The lines that somebody is answered with."""
    return said(await (who or stage.ann).slash(stage.channel, "me")).splitlines()


def words(message: Any) -> str:
    return "\n".join(part["content"] for part in walk(message.components) if part["type"] == 10)


async def asked(stage: Stage) -> Any:
    """The question whether all of Ann's is to be deleted."""
    result = await stage.ann.slash(stage.channel, "me", forget=True)
    assert result.ephemeral
    return result


async def forgotten(stage: Stage) -> str:
    """What Ann is told when all of hers is deleted."""
    question = await asked(stage)
    await stage.ann.click(question.response, label="Delete it")
    await stage.studio.settled()
    return words(question.response)


async def files_of(stage: Stage, job: Job) -> list[bool]:
    held = await stage.workshop.assets.of_job(job.id, "result")
    return [stage.workshop.files.path(asset).exists() for asset in held]


async def test_without_limits_it_says_so(stage: Stage):
    await stage.imagine()

    assert await me(stage) == [
        "**What you have used on this server**",
        "**Jobs today:** 1; no limit",
        "**Jobs under way:** 1; no limit",
        "**Money this month:** ¥0.50; no limit",
    ]


async def test_each_limit_says_what_is_left_when_it_resets_and_whose_it_is(stage: Stage):
    limited(stage, jobs_per_day=20, running=4, money_per_month=1000)
    quotas = {"people": {stage.ann.id: {"jobs_per_day": 10}}, "everyone": {"running": 3}}
    await put(stage, quotas=quotas)
    await stage.imagine()

    assert (await me(stage))[1:] == [
        f"**Jobs today:** 1 of 10, 9 left; resets {NEXT_DAY} · set for you",
        "**Jobs under way:** 1 of 3, 2 left · set for everyone on this server",
        f"**Money this month:** ¥0.50 of ¥10.00, ¥9.50 left; resets {NEXT_MONTH}"
        " · this bot's usual limit",
    ]


async def test_the_role_that_gives_most_is_named(stage: Stage):
    admins = stage.guild.roles["admins"]
    everyone = {"jobs_per_day": 1, "running": 1}
    theirs = {"jobs_per_day": 5, "running": "unlimited"}
    await put(stage, quotas={"everyone": everyone, "roles": {admins.id: theirs, 1: {"running": 9}}})

    assert (await me(stage, stage.admin))[1:3] == [
        f"**Jobs today:** 0 of 5, 5 left; resets {NEXT_DAY} · set for <@&{admins.id}>",
        f"**Jobs under way:** 0; no limit · set for <@&{admins.id}>",
    ]


async def test_an_unknown_price_is_named_and_never_nothing(stage: Stage):
    here = make_destination(guild_id=stage.guild.id, user_id=stage.ann.id)
    await stage.workshop.jobs.add(make_job(destination=here, price=None))
    lines = await me(stage)

    assert "**Money this month:** an unknown amount; no limit" in lines
    assert "The price of 1 job of this month is unknown and not included." in lines


async def test_direct_messages_have_the_limits_of_the_environment(stage: Stage):
    limited(stage, jobs_per_day=2)
    await put(stage, quotas={"everyone": {"jobs_per_day": 7}})
    await stage.imagine()
    answer = said(await stage.ann.user.slash("me")).splitlines()

    assert answer[0] == "**What you have used in direct messages**"
    assert answer[1] == (
        f"**Jobs today:** 0 of 2, 2 left; resets {NEXT_DAY} · this bot's usual limit"
    )


async def test_blocked_people_see_that_they_are_and_why(stage: Stage):
    await stage.studio.gate.servers.block(stage.guild.id, stage.admin.id, stage.ann.id, "be kind")
    stage.studio.operator_guild_ids = frozenset({stage.guild.id})
    here, direct = await me(stage), said(await stage.ann.user.slash("me")).splitlines()

    sentence = "🚫 You are blocked here: be kind. Ask an admin of this server."
    assert (here[1], direct[1]) == (sentence, sentence)


async def test_what_was_given_back_is_counted_with_its_reason(stage: Stage):
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    await stage.drawn()
    for _ in range(2):
        await stage.studio.engine.cancel(await stage.imagine())
    lines = await me(stage)

    assert "**Jobs today:** 0; no limit" in lines
    said_why = "2 × canceled, 1 × what was asked for could not be drawn"
    assert lines[-1] == f"**Given back this month:** 3 jobs ({said_why})"


async def test_after_a_reset_it_says_since_when_it_counts(stage: Stage):
    await stage.imagine()
    stage.workshop.clock.advance(1)
    await stage.studio.gate.servers.reset(stage.guild.id, stage.admin.id, stage.ann.id)
    lines = await me(stage)

    assert "**Jobs today:** 0; no limit" in lines
    since = f"<t:{stage.workshop.clock() // 1000}:f>"
    assert f"An admin has reset your usage: only what came after {since} counts." in lines


async def test_nothing_is_deleted_before_it_is_confirmed(stage: Stage):
    job = await stage.drawn()
    question = await asked(stage)
    asked_for = words(question.response)
    await stage.ann.click(question.response, label="Never mind")

    assert "This cannot be undone." in asked_for
    assert "Midjourney has no way to have them deleted." in asked_for
    assert "- Messages in servers' log channels that quote your prompts;" in asked_for
    assert words(question.response) == "Nothing was deleted."
    assert await stage.workshop.now(job) == job
    assert await files_of(stage, job) == [True] * 4


async def test_what_is_confirmed_is_deleted_and_counted(stage: Stage):
    job = await stage.drawn()
    await stage.bob.slash(stage.channel, "imagine", prompt="Bob's own")
    await stage.finish()
    bobs = (await stage.jobs())[-1]
    kept = await stage.workshop.assets.of_job(job.id, "result")
    under_way = await stage.imagine()
    told = await forgotten(stage)

    assert told.startswith("Deleted: what was kept of 1 job, and 4 files.\n1 job is still under")
    assert not any(stage.workshop.files.path(asset).exists() for asset in kept)
    assert await stage.workshop.now(under_way) == under_way
    assert await files_of(stage, bobs) == [True] * 4
    assert "**Money this month:** ¥1.00; no limit" in await me(stage)


async def test_it_can_be_confirmed_after_a_restart(stage: Stage):
    job = await stage.drawn()
    question = await asked(stage)
    await stage.env.restart_bot(stage.renewed())
    await stage.ann.click(question.response, label="Delete it")
    await stage.studio.settled()

    assert (await stage.workshop.now(job)).forgotten_at
    assert not stage.studio._connection._view_store._views


async def test_nobody_confirms_it_for_somebody_else(stage: Stage):
    job = await stage.drawn()
    view = discord.ui.LayoutView(timeout=None)
    button = discord.ui.Button(label="x", custom_id=f"forget:{stage.ann.id}:go")
    view.add_item(discord.ui.ActionRow(button))
    view.stop()
    message = await stage.studio.get_partial_messageable(stage.channel.id).send(view=view)
    result = await stage.admin.click(message, label="x")

    assert said(result) == "Only the person who asked for this may confirm it."
    assert await stage.workshop.now(job) == job


async def test_a_database_that_is_busy_is_told(stage: Stage):
    job = await stage.drawn()
    question = await asked(stage)
    async with stage.workshop.database.write() as connection:
        await connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    result = await stage.ann.click(question.response, label="Delete it")
    await stage.studio.settled()

    assert "memory is busy" in said(result)
    assert await stage.workshop.now(job) == job


async def test_the_buttons_of_what_is_deleted_say_so_but_for_the_bin(stage: Stage):
    job = await stage.drawn()
    post = stage.last()
    await forgotten(stage)
    pressed = [
        said(await stage.ann.click(post, custom_id=job_id(job.id, key, index)))
        for key, index in (("u", 0), ("reroll", None), ("info", None), ("dm", None))
    ]
    shown = said(await stage.ann.slash(stage.channel, "job show", id=job.id))
    before = len(stage.channel.history())
    await stage.ann.click(post, custom_id=job_id(job.id, "delete"))

    assert all(sentence.startswith(GONE) for sentence in [*pressed, shown])
    assert len(stage.channel.history()) == before - 1


async def test_what_others_made_of_it_goes_on_working_by_itself(stage: Stage):
    grid = await stage.drawn("a secret heron")
    await stage.bob.click(stage.last(), custom_id=job_id(grid.id, "u", 0))
    await stage.finish(1)
    post = stage.last()
    child = (await stage.jobs())[-1]
    await forgotten(stage)
    await stage.bob.slash(stage.channel, "job show", id=child.id)
    varied = said(await stage.bob.click(post, label="Vary Subtle"))

    shown = str([part.to_dict() for part in stage.last().components])
    assert "heron" not in shown
    assert job_id(child.id, "info") in shown
    assert varied.startswith(GONE)


async def test_a_moodboard_goes_for_all_who_draw_with_it(stage: Stage):
    number = await created(stage, **pictures(1))
    made = await stage.studio.moodboards.get(number, stage.bob.id, stage.guild.id)
    kept = stage.workshop.files.path(await stage.workshop.assets.get(made.images[0]))
    await board(stage, "use", stage.bob, board=number)
    told = await forgotten(stage)
    answers = [
        await board(stage, "use", stage.bob, board=number),
        await board(stage, "update", stage.bob, board=number, name="x"),
        await stage.bob.slash(stage.channel, "imagine", prompt="x", moodboard=number),
    ]
    listed = shown(await board(stage, "list", stage.bob))
    for prompt in ("a cat", f"a dog --p {number}"):
        await stage.bob.slash(stage.channel, "imagine", prompt=prompt)

    assert "1 moodboard is deleted here; Midjourney still has it." in told
    assert not kept.exists()
    assert all(f"no moodboard “{number}” here" in said(each) for each in answers)
    assert "no moodboard here yet" in listed
    drawn = [job.params["text"] for job in await stage.jobs()]
    assert [f"--p {number}" in text for text in drawn] == [False, True]


async def test_deleted_jobs_are_listed_and_offered_no_more(stage: Stage):
    job = await stage.drawn()
    await forgotten(stage)
    listed = await stage.ann.slash(stage.channel, "job list")
    offered = await stage.ann.autocomplete(stage.channel, "job show", "id", "")

    assert job.id[-6:] not in str(listed.response.components)
    assert offered == []


async def test_what_was_made_of_a_forgotten_picture_keeps_its_own_tools(stage: Stage):
    parent = await stage.drawn()
    await stage.bob.click(stage.last(), custom_id=f"job:{parent.id}:u.0")
    await stage.finish(1)
    large = (await stage.jobs())[-1]
    await stage.studio.retention.forget(stage.ann.id)
    message = stage.last()
    custom_id = f"job:{parent.id}:more.0"
    told = await stage.bob.select(message, values=[f"cutout:{large.id}"], custom_id=custom_id)

    assert GONE not in str(told.response)
    assert (await stage.jobs())[-1].operation == "youchuan.remove_background"
