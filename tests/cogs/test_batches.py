"""Several jobs of one command: counted and priced, confirmed by their person, made once each."""

import dataclasses
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.errors import InvalidRequestError
from bot.providers import catalog
from cogs.batches import (
    BATCH,
    MOST_JOBS,
    TEMPLATE,
    Batch,
    offer_text,
    told_apart,
    written_out,
)
from storage.models import Job, Status, Upload
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.factories import NOON

DIFFUSION = "youchuan.diffusion"


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


def batch(*texts: str) -> Batch:
    row = catalog().operation(DIFFUSION)
    requests = tuple(row.validate({"text": text}) for text in texts)
    return Batch(operation=DIFFUSION, requests=requests)


def words(result: Any) -> str:
    """All that an answer shows, and the labels of its buttons."""
    parts = walk(result.response.components)
    return "\n".join(part.get("content") or part.get("label") or "" for part in parts)


def token_of(offer: Any) -> str:
    """The token in the ids of an offer's buttons."""
    ids = [part["custom_id"] for part in walk(offer.response.components) if part["type"] == 2]
    go, no = map(TEMPLATE.fullmatch, ids)
    assert go
    assert no
    assert (go["answer"], no["answer"], no["token"]) == ("go", "no", go["token"])
    return go["token"]


async def offered(stage: Stage, prompt: str = "a {red, blue} cat", **options: Any) -> Any:
    """The private offer that a command of Ann's is answered with."""
    result = await stage.ann.slash(stage.channel, "imagine", prompt=prompt, **options)
    assert result.ephemeral
    assert not await stage.jobs()
    return result


async def pressed(
    stage: Stage,
    offer: Any,
    answer: str = "go",
    *,
    who: Any = None,
    channel: Any = None,
    token: str = "",
) -> Any:
    """A press on another message with the offer's button, which no earlier press has removed."""
    custom_id = f"batch:{token or token_of(offer)}:{answer}"
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(discord.ui.Button(label="x", custom_id=custom_id)))
    view.stop()
    target = stage.studio.get_partial_messageable((channel or stage.channel).id)
    result = await (who or stage.ann).click(await target.send(view=view), label="x")
    await stage.studio.settled()
    return result


def closed_channel(stage: Stage) -> Any:
    """A channel in which the bot may attach no files."""
    closed = {stage.studio.user: discord.PermissionOverwrite(attach_files=False)}
    return stage.guild.create_text_channel("closed", overwrites=closed)


async def in_order(stage: Stage) -> list[Job]:
    return sorted(await stage.jobs(), key=lambda job: job.ordinal)


async def texts(stage: Stage) -> list[str]:
    return [job.params["text"] for job in await in_order(stage)]


def execute(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def refuse_after(path: Path, rows: int) -> None:
    """Have the database take no job any more when it holds this many."""
    trigger = (
        "CREATE TRIGGER refuse BEFORE INSERT ON jobs WHEN (SELECT count(*) FROM jobs) >= {rows} "
        "BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    execute(path, trigger.format(rows=rows))


def test_every_choice_is_written_out_as_often_as_it_is_repeated():
    assert written_out("a {b, c}", 2) == ("a b", "a b", "a c", "a c")
    assert written_out("a", 1) == ("a",)
    assert len(written_out("a", MOST_JOBS)) == MOST_JOBS


def test_too_many_together_are_refused_with_their_count():
    with pytest.raises(InvalidRequestError) as caught:
        written_out("a {b, c, d, e}", 3)

    assert "12 jobs" in str(caught.value)


def test_a_batch_is_read_back_as_it_was_kept():
    before = Batch(
        operation=DIFFUSION,
        requests=batch("upload://0 a cat --v 7", "a dog --v 7").requests,
        uploads=(Upload(attachment_id=5, url="https://cdn.example/x", filename="x.png", size=3),),
    )

    assert Batch.kept(before.payload(), catalog()) == before


@pytest.mark.parametrize(
    ("prices", "price"), [({}, 50 + 100 + 25), ({DIFFUSION: 10}, 10 + 20 + 5), ({DIFFUSION: 0}, 0)]
)
async def test_the_price_is_that_of_every_job(
    workshop: Workshop, prices: dict[str, int], price: int
):
    workshop.restart(prices=prices)
    three = batch("a --v 7", "a --turbo --v 7", "a --draft --v 7")

    assert three.price(workshop.engine) == price


async def test_with_an_unknown_price_the_sum_is_unknown(workshop: Workshop):
    row = catalog().operation("youchuan.video_upscale")
    clip = row.validate({"job_id": "ab" * 12, "video_no": 0})

    assert Batch(operation=row.name, requests=(clip, clip)).price(workshop.engine) is None
    assert "unknown" in offer_text(batch("a", "b"), None, NOON)
    assert "¥0.00" in offer_text(batch("a", "b"), 0, NOON)


def test_what_is_repeated_stands_once_with_its_number():
    lines = offer_text(batch("a cat --v 7", "a cat --v 7", "a dog --v 7"), 150, NOON).splitlines()

    assert lines[0] == "**These are 3 jobs. Nothing is ordered yet.**"
    assert lines[1:3] == ["1. a cat --v 7 × 2", "2. a dog --v 7"]
    assert lines[3] == "Estimated price in all: ¥1.50"


def test_prompts_are_shown_without_markup_mentions_or_stand_ins():
    shown = offer_text(batch("upload://0 **@everyone** [x](y)", "b"), 1, NOON)

    assert "upload" not in shown
    assert "1. 📎 \\*\\*@\u200beveryone\\*\\* \\[x\\]\\(y\\)" in shown


def test_the_longest_offer_fits_into_a_message():
    long = batch(*(f"{'*' * 8000}{n}" for n in range(MOST_JOBS)))

    assert len(offer_text(long, None, NOON)) < 3900


def test_long_prompts_are_cut_where_they_can_still_be_told_apart():
    long = "a very long beginning " * 20
    shown = told_apart([f"{long}red {long}", f"{long}blue"], 60)

    assert all(len(text) <= 60 and text.startswith("…") for text in shown)
    assert "red" in shown[0]
    assert shown[1].endswith("blue")
    assert told_apart(["a cat", "a cat on a mat"], 60) == ["a cat", "a cat on a mat"]
    assert told_apart([long], 60) == [f"{long[:59]}…"]


async def test_several_jobs_are_offered_privately_and_not_ordered(stage: Stage):
    offer = await offered(stage, "a {red, blue} {cat, dog}")

    shown = words(offer)
    assert "These are 4 jobs. Nothing is ordered yet." in shown
    assert "1. a red cat --v 7\n2. a red dog --v 7\n3. a blue cat" in shown
    assert "¥2.00" in shown
    assert {"Draw all 4", "Never mind"} <= set(shown.splitlines())
    assert stage.channel.history() == []


async def test_nothing_of_an_offer_is_kept_in_memory(stage: Stage):
    offer = await offered(stage)
    await stage.ann.click(offer.response, label="Never mind")

    assert not stage.studio._connection._view_store._views


async def test_confirming_orders_every_job_once_with_its_card_in_order(stage: Stage):
    offer = await offered(stage, "a {red, blue} {cat, dog}")
    result = await stage.ann.click(offer.response, label="Draw all 4")
    await stage.studio.settled()

    assert words(result) == "4 jobs are on their way; the results come in this channel."
    jobs = await in_order(stage)
    expected = ["a red cat", "a red dog", "a blue cat", "a blue dog"]
    assert [job.params["text"] for job in jobs] == [f"{text} --v 7" for text in expected]
    assert [job.ordinal for job in jobs] == [0, 1, 2, 3]
    assert len({job.interaction_id for job in jobs}) == 1
    assert [job.card_id for job in jobs] == [card.id for card in stage.channel.history()]
    assert all(job.due_at == stage.workshop.clock() for job in jobs)
    assert all(job.destination.user_id == stage.ann.id for job in jobs)


async def test_all_are_drawn_and_posted(stage: Stage):
    offer = await offered(stage, "a cat", repeat=3)
    await stage.ann.click(offer.response, label="Draw all 3")
    await stage.studio.settled()
    await stage.finish()

    assert len(stage.workshop.provider.paid) == 3
    assert {job.status for job in await stage.jobs()} == {Status.SUCCEEDED}
    assert {job.message_id for job in await stage.jobs()} == {
        message.id for message in stage.channel.history()
    }


async def test_files_belong_to_every_job_of_a_batch(stage: Stage):
    offer = await offered(stage, "a {red, blue} cat", image=("cat.png", b"not looked at here"))
    await stage.ann.click(offer.response, label="Draw all 2")
    await stage.studio.settled()

    assert [job.uploads[0].filename for job in await in_order(stage)] == ["cat.png", "cat.png"]
    assert (await texts(stage))[1] == "upload://0 a blue cat --v 7"


async def test_a_second_press_orders_nothing_more(stage: Stage):
    offer = await offered(stage)
    await pressed(stage, offer)
    cards = [job.card_id for job in await stage.jobs()]
    again = await pressed(stage, offer)

    assert "2 jobs are on their way" in words(again)
    assert await texts(stage) == ["a red cat --v 7", "a blue cat --v 7"]
    assert [job.card_id for job in await stage.jobs()] == cards


async def test_a_command_that_was_delivered_twice_orders_its_jobs_once(stage: Stage):
    offer = await offered(stage)
    draft = await stage.studio.drafts.get(token_of(offer), BATCH)
    await stage.studio.drafts.add(dataclasses.replace(draft, token="t" * 22))
    await pressed(stage, offer)
    await pressed(stage, offer, token="t" * 22)

    assert await texts(stage) == ["a red cat --v 7", "a blue cat --v 7"]


async def test_an_edit_that_discord_refuses_keeps_the_jobs(stage: Stage):
    offer = await offered(stage)
    stage.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await stage.ann.click(offer.response, label="Draw all 2")
    await stage.studio.settled()
    again = await stage.ann.click(offer.response, label="Draw all 2")
    await stage.studio.settled()

    assert "2 jobs are on their way" in words(again)
    assert len(await stage.jobs()) == 2
    assert len(stage.channel.history()) == 2


async def test_only_the_person_who_asked_may_confirm(stage: Stage):
    offer = await offered(stage)
    refused = [await pressed(stage, offer, answer, who=stage.bob) for answer in ("go", "no")]

    assert {said(result) for result in refused} == {
        "Only the person who asked for this may confirm it."
    }
    assert not await stage.jobs()


async def test_never_mind_orders_nothing(stage: Stage):
    offer = await offered(stage)
    result = await stage.ann.click(offer.response, label="Never mind")

    assert words(result) == "Nothing was ordered."
    assert not await stage.jobs()


async def test_never_mind_after_all_tells_what_is_on_its_way(stage: Stage):
    offer = await offered(stage)
    await pressed(stage, offer)
    result = await pressed(stage, offer, "no")

    assert "2 jobs are on their way" in words(result)


async def test_an_offer_can_be_confirmed_after_a_restart(stage: Stage):
    offer = await offered(stage, "a {red, blue} cat", image=("cat.png", b"not looked at here"))
    await stage.env.restart_bot(stage.renewed())
    await stage.ann.click(offer.response, label="Draw all 2")
    await stage.studio.settled()

    assert await texts(stage) == ["upload://0 a red cat --v 7", "upload://0 a blue cat --v 7"]
    assert all(job.card_id for job in await stage.jobs())
    assert not stage.studio._connection._view_store._views


async def test_an_offer_ends_after_an_hour(stage: Stage):
    offer = await offered(stage)
    stage.workshop.clock.advance(3600)
    result = await pressed(stage, offer)

    assert said(result) == "The time to confirm this is over. Use the command again."
    assert not await stage.jobs()


async def test_an_offer_that_was_cleared_away_is_over_too(stage: Stage):
    offer = await offered(stage)
    await stage.studio.drafts.prune(stage.workshop.clock() + 3600_001)
    result = await pressed(stage, offer)

    assert said(result) == "The time to confirm this is over. Use the command again."


async def test_what_a_crash_in_the_middle_left_out_comes_with_the_next_press(
    stage: Stage, database_file: Path
):
    offer = await offered(stage, "a cat", repeat=5)
    refuse_after(database_file, 2)
    stopped = await pressed(stage, offer)
    left = await stage.jobs()
    await stage.workshop.crash()
    await stage.env.restart_bot(stage.renewed())
    execute(database_file, "DROP TRIGGER refuse")
    await stage.ann.click(offer.response, label="Draw all 5")
    await stage.studio.settled()

    assert "2 of 5 jobs are on their way" in said(stopped)
    assert len(left) == 2
    assert [job.ordinal for job in await in_order(stage)] == [0, 1, 2, 3, 4]
    assert {job.id for job in left} < {job.id for job in await stage.jobs()}
    assert all(job.card_id for job in await stage.jobs())


async def test_a_database_that_refuses_all_is_told_and_nothing_is_ordered(
    stage: Stage, database_file: Path
):
    offer = await offered(stage)
    refuse_after(database_file, 0)
    result = await pressed(stage, offer)

    assert "nothing was charged" in said(result)
    assert not await stage.jobs()


async def test_a_job_that_has_ended_before_its_turn_gets_no_card(stage: Stage, database_file: Path):
    offer = await offered(stage)
    execute(
        database_file,
        "CREATE TRIGGER hurry AFTER INSERT ON jobs WHEN new.ordinal = 0 "
        "BEGIN UPDATE jobs SET status = 'canceled' WHERE id = new.id; END",
    )
    await pressed(stage, offer)

    first, second = await in_order(stage)
    assert first.card_id is None
    assert [message.id for message in stage.channel.history()][-1] == second.card_id


async def test_a_channel_closed_meanwhile_is_told_before_anything_is_ordered(stage: Stage):
    offer = await offered(stage)
    result = await pressed(stage, offer, channel=closed_channel(stage))

    assert "Attach Files" in said(result)
    assert not await stage.jobs()


async def test_a_channel_closed_to_the_bot_gets_no_offer(stage: Stage):
    closed = closed_channel(stage)
    result = await stage.ann.slash(closed, "imagine", prompt="a cat", repeat=2)

    assert "Attach Files" in said(result)


async def test_it_works_in_the_bots_dm(stage: Stage):
    offer = await stage.ann.user.slash("imagine", prompt="a cat", repeat=2)
    await stage.ann.user.click(offer.response, label="Draw all 2")
    await stage.studio.settled()

    assert [job.destination.guild_id for job in await stage.jobs()] == [None, None]
