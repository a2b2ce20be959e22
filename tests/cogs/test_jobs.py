"""/job show, list, cancel and retry."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cogs.buttons import job_id
from storage.models import Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.provider_double import complaint


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def offered(stage: Stage, command: str, typed: str = "") -> list[str]:
    choices = await stage.ann.autocomplete(stage.channel, f"job {command}", "id", typed)
    assert all(len(choice["name"]) <= 100 for choice in choices)
    return [choice["value"] for choice in choices]


def listed(result: Any) -> list[str]:
    """The lines that /job list answers with."""
    (text,) = (part for part in walk(result.response.components) if part["type"] == 10)
    return text["content"].splitlines()


async def test_show_brings_a_result_back_with_its_buttons(stage: Stage):
    job = await stage.drawn()
    await stage.bob.slash(stage.channel, "job show", id=job.id)
    first, again = stage.channel.history()

    assert again.id != first.id == job.message_id
    assert len(again.attachments) == 4
    assert job_id(job.id, "u", 3) in str([part.to_dict() for part in again.components])


async def test_show_brings_a_failure_back_with_its_reason(stage: Stage):
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    failed = await stage.drawn()
    await stage.bob.slash(stage.channel, "job show", id=failed.id)

    shown = str([part.to_dict() for part in stage.last().components])
    assert "does not accept one of the values" in shown
    assert job_id(failed.id, "info") in shown


async def test_show_tells_privately_how_an_unfinished_job_stands(stage: Stage):
    job = await stage.imagine()
    shown = await stage.ann.slash(stage.channel, "job show", id=job.id)

    assert shown.response.ephemeral
    assert "a cat on a mat" in str(shown.response.components)


async def test_show_hurries_a_result_that_could_not_be_posted_yet(stage: Stage):
    job = await stage.imagine()
    stage.env.inject_error("POST", "/channels/*/messages", status=500, times=None)
    await stage.finish()
    before = await stage.workshop.now(job)
    result = await stage.ann.slash(stage.channel, "job show", id=job.id)
    after = await stage.workshop.now(job)

    assert (before.status, before.delivered_at) == (Status.SUCCEEDED, None)
    assert said(result) == "It is finished and is being posted now."
    assert after.due_at == stage.workshop.clock()


async def test_the_end_of_an_id_is_enough_for_its_owner(stage: Stage):
    job = await stage.imagine()
    result = await stage.ann.slash(stage.channel, "job cancel", id=job.id[-6:].lower())

    assert said(result).startswith("Canceled.")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("0" * 26, "This job is not there any more."),
        ("nonsense", "There is no job “NONSENSE” here."),
        ("“>'; --", "There is no job ““>'; --” here."),
        ("x" * 3000, f"There is no job “{'X' * 40}” here."),
    ],
)
async def test_an_unknown_id_is_told_so(stage: Stage, typed: str, told: str):
    result = await stage.ann.slash(stage.channel, "job show", id=typed)

    assert said(result) == told


async def test_another_servers_job_is_not_shown(stage: Stage):
    job = await stage.drawn()
    elsewhere = stage.env.create_guild("elsewhere")
    channel = elsewhere.create_text_channel("studio")
    eve = elsewhere.add_member(stage.env.create_user("eve"))
    result = await eve.slash(channel, "job show", id=job.id)

    assert said(result) == "This job belongs to another server."


async def test_only_the_owner_and_admins_cancel_and_retry(stage: Stage):
    job = await stage.imagine()
    for command in ("job cancel", "job retry"):
        result = await stage.bob.slash(stage.channel, command, id=job.id)
        assert "Only the person who started this" in said(result)

    assert said(await stage.admin.slash(stage.channel, "job cancel", id=job.id)) == (
        "Canceled. Nothing was sent and nothing was charged."
    )


async def test_a_failed_job_is_made_once_more(stage: Stage):
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    failed = await stage.drawn()
    await stage.ann.slash(stage.channel, "job retry", id=failed.id)

    assert (await stage.job()).retry_of == failed.id


async def test_a_job_that_succeeded_or_runs_is_not_paid_for_twice(stage: Stage):
    done = await stage.drawn()
    succeeded = await stage.ann.slash(stage.channel, "job retry", id=done.id)
    waiting = await stage.imagine()
    running = await stage.ann.slash(stage.channel, "job retry", id=waiting.id)

    assert said(succeeded) == f"This succeeded; /job show {done.id} brings it here."
    assert said(running) == "It is already being drawn and will be posted when it is there."
    assert len(await stage.jobs()) == 2


async def test_the_list_has_one_line_for_each_job_and_says_how_it_stands(stage: Stage):
    done = await stage.drawn("a cat **loud** @everyone")
    await stage.imagine("a dog")
    result = await stage.ann.slash(stage.channel, "job list")
    _head, second, first = listed(result)

    assert result.response.ephemeral
    assert "waiting" in second
    assert "a dog" in second
    assert "finished" in first
    assert f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}/" in first
    assert str(done.message_id) in first
    assert "**loud**" not in first
    assert "@everyone" not in first


async def test_ten_long_jobs_fit_into_one_list(stage: Stage):
    for _ in range(11):
        await stage.imagine("* " * 500)
    _head, *lines = listed(await stage.ann.slash(stage.channel, "job list"))

    assert len(lines) == 10


async def test_an_empty_list_says_where_to_begin(stage: Stage):
    head, only = listed(await stage.bob.slash(stage.channel, "job list"))

    assert head == "**Your last jobs here**"
    assert "/imagine" in only


async def test_ids_are_offered_as_they_fit_the_command(stage: Stage):
    done = await stage.drawn("a cat")
    waiting = await stage.imagine("a very long dog " * 20)

    assert await offered(stage, "show") == [waiting.id, done.id]
    assert await offered(stage, "cancel") == [waiting.id]
    assert await offered(stage, "retry") == [done.id]
    assert await offered(stage, "show", "CAT") == [done.id]
    assert await offered(stage, "show", done.id[-6:]) == [done.id]
    assert await offered(stage, "show", "elephant") == []


async def test_a_failing_database_offers_nothing_instead_of_failing(
    stage: Stage, database_file: Path
):
    await stage.imagine()
    with sqlite3.connect(database_file) as connection:
        connection.execute("ALTER TABLE jobs RENAME TO gone")
    connection.close()

    assert await offered(stage, "show") == []
