"""Talking to Tongyi: what goes along with a question, the answer's message, and its buttons."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.wire import Credential
from cogs.buttons import job_id
from storage.models import Job, Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.provider_double import Reply
from tests.wanxiang_double import TOKEN, WanxiangDouble, denial

HOUR = 3600


@pytest.fixture
async def wanxiang() -> AsyncIterator[WanxiangDouble]:
    async with WanxiangDouble() as double:
        yield double
        assert double.violations == []


@pytest.fixture
async def stage(workshop: Workshop, wanxiang: WanxiangDouble) -> AsyncIterator[Stage]:
    account = Credential(provider="wanxiang", url=wanxiang.url, secret=TOKEN)
    known = {**workshop.parts.credentials, ("wanxiang", "env"): account}
    workshop.pay_with(known)
    async with staged(workshop, accounts=("youchuan", "wanxiang")) as opened:
        yield opened


async def answered(stage: Stage) -> Job:
    """The newest job, answered after seconds and its answer posted; a minute goes by."""
    stage.workshop.clock.advance(5)
    await stage.workshop.turn("submit", "deliver")
    stage.workshop.clock.advance(60)
    return await stage.job()


async def asked(stage: Stage, prompt: str, who: Any = None, **options: Any) -> Job:
    """Somebody's question, answered."""
    await (who or stage.ann).slash(stage.channel, "chat", prompt=prompt, **options)
    return await answered(stage)


async def went_on(stage: Stage, prompt: str, who: Any = None, message: Any = None) -> Job:
    """What somebody said after a press of Continue, answered."""
    form = await (who or stage.ann).click(message or stage.last(), label="Continue")
    await (who or stage.ann).submit_modal(form, {"prompt": prompt})
    return await answered(stage)


def told(wanxiang: WanxiangDouble) -> str:
    """The one text that came with the last question."""
    return str(wanxiang.chats_paid[-1].body["prompt"])


def turn(said: str, answer: str) -> str:
    return f"User: {said}\n\nAssistant: {answer}"


def texts(message: discord.Message) -> list[str]:
    (container,) = message.components
    return [part.content for part in container.children if isinstance(part, discord.TextDisplay)]


def labels(message: discord.Message) -> list[str]:
    (container,) = message.components
    rows = [part for part in container.children if isinstance(part, discord.ActionRow)]
    return [button.label or str(button.emoji) for row in rows for button in row.children]


def hint(form: Any) -> str:
    """What a form says of its field."""
    (label,) = form.modal["components"]
    return str(label["description"])


async def test_an_answer_is_one_message_with_what_was_asked(stage: Stage, wanxiang: WanxiangDouble):
    wanxiang.says = "# Herons\n\nThey *wade*:\n\n```py\nprint(1)\n```"
    job = await asked(stage, "what do *herons* do --fast?")
    head, answer = texts(stage.last())

    assert told(wanxiang) == "what do *herons* do --fast?"
    assert head.startswith(f"**what do \\*herons\\* do --fast?**\nTongyi · <@{stage.ann.id}>\n")
    assert answer == "# Herons\n\nThey *wade*:\n```py\nprint(1)\n```"
    assert labels(stage.last()) == ["Continue", "Again", "ℹ️", "✉️", "🗑️"]
    assert [message.id for message in stage.channel.history()] == [job.message_id]


async def test_what_was_said_before_goes_along(stage: Stage, wanxiang: WanxiangDouble):
    wanxiang.says = "grey"
    await asked(stage, "which colour has a heron?")
    wanxiang.says = "white"
    await asked(stage, "and an egret?")
    await asked(stage, "which is larger?")

    first, second = turn("which colour has a heron?", "grey"), turn("and an egret?", "white")
    assert told(wanxiang) == f"{first}\n\n{second}\n\nUser: which is larger?\n\nAssistant:"


async def test_nobody_hears_what_others_said_or_what_was_said_elsewhere(
    stage: Stage, wanxiang: WanxiangDouble
):
    await asked(stage, "a secret of Ann's")
    await asked(stage, "hello", stage.bob)
    assert told(wanxiang) == "hello"

    other = stage.guild.create_text_channel("other")
    await stage.ann.slash(other, "chat", prompt="hello")
    await answered(stage)
    assert told(wanxiang) == "hello"


async def test_an_hour_later_all_is_forgotten(stage: Stage, wanxiang: WanxiangDouble):
    await asked(stage, "one")
    stage.workshop.clock.advance(HOUR - 100)
    await asked(stage, "two")
    await asked(stage, "three")

    assert "User: one" in wanxiang.chats_paid[1].body["prompt"]
    assert told(wanxiang).startswith("User: two")


async def test_help_with_a_prompt_is_no_turn(stage: Stage, wanxiang: WanxiangDouble):
    job = await asked(stage, "improve this")
    number = job.id[:-1] + ("Y" if job.id.endswith("Z") else "Z")
    helped = {"id": number, "interaction_id": 7, "traits": job.traits | {"suggestion"}}
    await stage.workshop.jobs.add(replace(job, params={"prompt": "no turn"}, **helped))
    await asked(stage, "hello")

    assert "improve this" in told(wanxiang)
    assert "no turn" not in told(wanxiang)


async def test_a_reset_is_private_and_forgets_this_person_here(
    stage: Stage, wanxiang: WanxiangDouble
):
    await asked(stage, "one")
    await asked(stage, "two", stage.bob)
    sentence = await stage.refused("chat", reset=True)
    await asked(stage, "three")
    assert sentence == "Forgotten. What you say next begins a new conversation."
    assert told(wanxiang) == "three"

    await asked(stage, "four", stage.bob)
    assert told(wanxiang).startswith("User: two")


async def test_an_answer_on_its_way_is_forgotten_with_the_rest(
    stage: Stage, wanxiang: WanxiangDouble
):
    await stage.ann.slash(stage.channel, "chat", prompt="one")
    stage.workshop.clock.advance(5)
    await stage.ann.slash(stage.channel, "chat", reset=True)
    stage.workshop.clock.advance(5)
    await answered(stage)
    await asked(stage, "two")

    assert told(wanxiang) == "two"


async def test_with_a_prompt_a_reset_comes_first(stage: Stage, wanxiang: WanxiangDouble):
    await asked(stage, "one")
    await asked(stage, "two", reset=True)
    assert told(wanxiang) == "two"

    await asked(stage, "three")
    assert told(wanxiang).startswith("User: two")


@pytest.mark.parametrize("options", [{}, {"prompt": "  "}, {"reset": False}])
async def test_with_nothing_to_do_it_says_what_to_give(stage: Stage, options: dict[str, Any]):
    sentence = await stage.refused("chat", **options)

    assert sentence.startswith("Say something with “prompt”, or choose “reset”")


async def test_continue_goes_on_after_a_restart_and_says_what_it_follows(
    stage: Stage, wanxiang: WanxiangDouble
):
    wanxiang.says = "grey"
    first = await asked(stage, "which colour has a heron?")
    await stage.env.restart_bot(stage.renewed())
    form = await stage.ann.click(stage.last(), label="Continue")
    await stage.env.restart_bot(stage.renewed())
    await stage.ann.submit_modal(form, {"prompt": "why?"})
    job = await answered(stage)

    (label,) = form.modal["components"]
    assert form.modal["custom_id"] == job_id(first.id, "continue")
    assert (label["component"]["style"], label["description"]) == (2, "What to say next.")
    assert told(wanxiang).startswith(turn("which colour has a heron?", "grey"))
    assert (job.parent_id, job.action, job.operation) == (first.id, "continue", "wanxiang.chat")
    assert "-# Continue → of [an earlier result](https://" in texts(stage.last())[0]
    assert stage.last().reference.message_id == first.message_id


async def test_after_an_hour_continue_begins_anew_and_says_so(
    stage: Stage, wanxiang: WanxiangDouble
):
    await asked(stage, "one")
    stage.workshop.clock.advance(HOUR)
    form = await stage.ann.click(stage.last(), label="Continue")
    await stage.ann.submit_modal(form, {"prompt": "two"})
    job = await answered(stage)

    assert hint(form) == "The conversation was forgotten after an hour; this begins a new one."
    assert (told(wanxiang), job.parent_id) == ("two", (await stage.jobs())[0].id)


async def test_after_a_reset_continue_begins_anew_and_says_so(
    stage: Stage, wanxiang: WanxiangDouble
):
    await asked(stage, "one")
    message = stage.last()
    await stage.ann.slash(stage.channel, "chat", reset=True)
    form = await stage.ann.click(message, label="Continue")

    assert hint(form) == "The conversation was forgotten, as you wished; this begins a new one."


async def test_whoever_presses_goes_on_with_a_memory_of_their_own(
    stage: Stage, wanxiang: WanxiangDouble
):
    await asked(stage, "Ann's question")
    message = stage.last()
    form = await stage.bob.click(message, label="Continue")
    await stage.bob.submit_modal(form, {"prompt": "Bob's question"})
    job = await answered(stage)
    assert hint(form) == "This is somebody else's conversation; here you begin one of your own."
    assert (told(wanxiang), job.destination.user_id) == ("Bob's question", stage.bob.id)

    form = await stage.bob.click(message, label="Continue")
    await stage.bob.submit_modal(form, {"prompt": "and another"})
    await answered(stage)
    assert hint(form).startswith("What you said here yourself in the last hour goes along")
    assert told(wanxiang).startswith("User: Bob's question")
    assert "Ann's question" not in told(wanxiang)


async def test_an_own_answer_is_gone_on_from_elsewhere(stage: Stage, wanxiang: WanxiangDouble):
    job = await asked(stage, "one")
    other = stage.guild.create_text_channel("other")
    await stage.ann.slash(other, "chat", prompt="two")
    await answered(stage)
    await stage.ann.slash(other, "job show", id=job.id)
    await went_on(stage, "three", message=other.history()[-1])

    assert [line for line in told(wanxiang).splitlines() if line.startswith("User: ")] == [
        "User: two",
        "User: one",
        "User: three",
    ]


async def test_a_very_long_answer_is_remembered_by_its_ends(stage: Stage, wanxiang: WanxiangDouble):
    wanxiang.says = "begun " + "and so on " * 2000 + "ended"
    await asked(stage, "tell me all")
    await went_on(stage, "go on")

    assert told(wanxiang).startswith("User: tell me all\n\nAssistant: begun and")
    assert told(wanxiang).endswith("ended\n\nUser: go on\n\nAssistant:")
    assert len(told(wanxiang)) <= 12_000


async def test_again_asks_the_same_with_the_same_memory(stage: Stage, wanxiang: WanxiangDouble):
    await asked(stage, "one")
    await asked(stage, "two")
    before = told(wanxiang)
    await stage.ann.click(stage.last(), label="Again")
    await answered(stage)

    assert told(wanxiang) == before
    assert len(wanxiang.chats_paid) == 3


async def test_a_failed_turn_can_be_tried_again(stage: Stage, wanxiang: WanxiangDouble):
    first = await asked(stage, "one")
    wanxiang.chats.append(denial("DataInspectionFailed"))
    wanxiang.chats.append(Reply(deed="reset"))
    form = await stage.ann.click(stage.last(), label="Continue")
    await stage.ann.submit_modal(form, {"prompt": "two"})
    moderated = await answered(stage)
    await went_on(stage, "three", message=stage.channel.history()[0])
    await stage.ann.click(stage.last(), label="Retry")
    job = await answered(stage)

    assert (moderated.status, moderated.failure) == (Status.FAILED, "moderation")
    assert (job.status, job.parent_id, job.action) == (Status.SUCCEEDED, first.id, "continue")
    assert told(wanxiang).endswith("User: three\n\nAssistant:")


async def test_an_answer_too_long_for_a_message_is_attached_whole(
    stage: Stage, wanxiang: WanxiangDouble
):
    wanxiang.says = "\n\n".join(
        f"[Part {n}](https://a.example/{n}) " + "word " * 90 for n in range(20)
    )
    await asked(stage, "tell me *all* @here " + "of it " * 100)
    (file,) = stage.last().attachments
    shown = texts(stage.last())

    assert file.filename == "answer.md"
    assert (await file.read()).decode() == wanxiang.says.strip()
    assert sum(map(len, shown)) <= 4000
    assert shown[1].startswith("[Part 0] (https://a.example/0) word")
    assert shown[-1] == "-# The whole answer is in the file."

    wanxiang.says = "word " * 100_000
    await asked(stage, "go on")
    assert texts(stage.last())[-1].startswith("-# The answer was too long and is cut")
    assert labels(stage.last())[0] == "Continue"


async def test_the_card_says_that_it_is_being_answered(stage: Stage, wanxiang: WanxiangDouble):
    await stage.ann.slash(stage.channel, "chat", prompt="hello")
    (job,) = await stage.workshop.jobs.on_cards()
    submitting = replace(job, status=Status.SUBMITTING)
    await stage.studio.courier.show_progress(await stage.studio.cards.progress(submitting))

    assert "Being answered…" in "\n".join(texts(stage.last()))


async def test_only_an_answer_can_be_gone_on_from(stage: Stage):
    picture = await stage.drawn()
    sentence = said(await stage.press(job_id(picture.id, "continue")))

    assert sentence == "There is no answer here to go on from."


async def test_without_an_account_it_says_so(workshop: Workshop):
    async with staged(workshop) as stage:
        sentence = await stage.refused("chat", prompt="hello")

    assert sentence == "This is not set up on this bot; ask whoever runs it."
