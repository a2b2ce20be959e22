"""/imagine from the slash to the row, its card and its acknowledgement."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from bot.providers import prompt
from cogs.imagine import MOST_UPLOAD_BYTES
from storage.models import Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def refusal(stage: Stage, **options: object) -> str:
    """What /imagine answers privately; nothing may have been ordered."""
    result = await stage.ann.slash(stage.channel, "imagine", **options)
    assert not await stage.jobs()
    return said(result)


async def test_the_row_and_its_card_are_there_with_the_answer(stage: Stage):
    result = await stage.ann.slash(stage.channel, "imagine", prompt="a cat on a mat")
    job = await stage.job()

    assert not result.ephemeral
    assert job.card_id == result.response.id
    assert job.status is Status.QUEUED
    assert job.due_at == stage.workshop.clock()
    assert job.destination.user_id == stage.ann.id
    assert (job.destination.guild_id, job.destination.channel_id) == (
        stage.guild.id,
        stage.channel.id,
    )


async def test_options_become_parameters_of_the_chosen_model(stage: Stage):
    job = await stage.imagine(
        "a cat", model="v6.1", aspect="16:9", stylize=250, no="dogs, mats", raw=True, speed="turbo"
    )

    parsed = prompt.parse(job.params["text"])
    assert parsed.text == "a cat"
    assert parsed.model.key == "v6.1"
    assert parsed.values == {
        "aspect": "16:9",
        "stylize": 250,
        "no": ("dogs", "mats"),
        "raw": True,
        "turbo": True,
    }
    assert job.traits == {"v6.1"}


async def test_emoji_and_chinese_arrive_as_they_were_typed(stage: Stage):
    job = await stage.imagine("一只猫 🐈‍⬛ in the snow ❄️")

    assert job.params["text"].startswith("一只猫 🐈‍⬛ in the snow ❄️")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "   "}, "Write what to draw."),
        ({"prompt": "a cat --v 7", "model": "niji6"}, "--v 7"),
        ({"prompt": "a cat", "aspect": "wide"}, "--ar must be two whole numbers"),
        ({"prompt": "a cat", "model": "v8.1", "tile": True}, "--tile works in"),
        ({"prompt": "a cat", "draft": True, "tile": True}, "do not go together"),
        ({"prompt": "a cat --motion high"}, "/video"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    stage: Stage, options: dict[str, object], sentence: str
):
    assert sentence in await refusal(stage, **options)


async def test_nine_thousand_characters_are_refused_with_the_limit(stage: Stage):
    assert "1 to 8192 characters" in await refusal(stage, prompt="x" * 9000)


async def test_an_attached_picture_stands_at_the_start_of_the_prompt(stage: Stage):
    job = await stage.imagine("as a drawing", image=("cat.png", b"not looked at here"))

    (upload,) = job.uploads
    assert job.params["text"].startswith("upload://0 as a drawing")
    assert (upload.filename, upload.size) == ("cat.png", 18)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("notes.txt", b"text", "is no picture"), ("cat.png", b"", "is empty")],
)
async def test_a_file_that_is_no_picture_is_refused(
    stage: Stage, name: str, content: bytes, sentence: str
):
    assert sentence in await refusal(stage, prompt="a cat", image=(name, content))


async def test_a_picture_over_the_limit_is_refused(stage: Stage):
    large = ("cat.png", bytes(MOST_UPLOAD_BYTES + 1))

    assert "25 MiB" in await refusal(stage, prompt="a cat", image=large)


async def test_without_a_public_address_a_picture_is_refused_before_anything(workshop: Workshop):
    async with staged(workshop, public_url="") as stage:
        sentence = await refusal(stage, prompt="a cat", image=("cat.png", b"png"))

    assert "no public address" in sentence


async def test_a_channel_closed_to_the_bot_is_named_with_what_is_missing(stage: Stage):
    closed = stage.guild.create_text_channel(
        "closed",
        overwrites={
            stage.studio.user: discord.PermissionOverwrite(
                attach_files=False, read_message_history=False
            )
        },
    )
    result = await stage.ann.slash(closed, "imagine", prompt="a cat")

    assert "Attach Files, Read Message History" in said(result)
    assert "View Channel" not in said(result)
    assert not await stage.jobs()


async def test_in_a_thread_the_permission_for_threads_counts(stage: Stage):
    parent = stage.guild.create_text_channel(
        "threads",
        overwrites={
            stage.studio.user: discord.PermissionOverwrite(
                send_messages=False, send_messages_in_threads=True
            )
        },
    )
    channel = stage.studio.get_channel(parent.id)
    await channel.create_thread(name="talk", type=discord.ChannelType.public_thread)
    (thread,) = parent.threads
    await stage.ann.slash(thread, "imagine", prompt="a cat")

    assert (await stage.job()).destination.channel_id == thread.id


async def test_it_works_in_the_bots_dm(stage: Stage):
    person = stage.ann.user
    result = await person.slash("imagine", prompt="a cat")
    job = await stage.job()

    assert job.destination.guild_id is None
    assert job.card_id == result.response.id


async def test_an_answer_that_came_too_late_costs_nothing(stage: Stage):
    stage.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await stage.ann.slash(stage.channel, "imagine", prompt="a cat")
    job = await stage.job()

    assert job.status is Status.CANCELED
    assert stage.workshop.provider.paid == []


async def test_a_lost_answer_is_drawn_all_the_same(stage: Stage):
    stage.env.inject_error("POST", "/interactions/*/callback", status=400, code=40060)
    await stage.ann.slash(stage.channel, "imagine", prompt="a cat")
    job = await stage.job()

    assert (job.status, job.card_id) == (Status.QUEUED, None)
    assert job.due_at == stage.workshop.clock()


async def test_a_database_that_refuses_is_told_and_nothing_is_ordered(
    stage: Stage, database_file: Path
):
    with sqlite3.connect(database_file) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    connection.close()

    assert "nothing was charged" in await refusal(stage, prompt="a cat")


async def test_ratios_are_suggested_and_any_other_may_be_typed(stage: Stage):
    async def offered(typed: str) -> list[str]:
        choices = await stage.ann.autocomplete(
            stage.channel, "imagine", "aspect", typed, prompt="a cat"
        )
        return [choice["value"] for choice in choices]

    assert "16:9" in await offered("")
    assert await offered("16") == ["16", "16:9"]
    assert await offered("7：5") == ["7:5"]
