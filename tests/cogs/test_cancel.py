"""Cancel while a job waits at its provider: by its card's button and by ``/job cancel``."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.wire import Credential
from cogs.buttons import job_id
from storage.models import Job, Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.factories import Clock
from tests.lingtu_double import APP_ID, SECRET, LingtuDouble
from tests.provider_double import Reply


@dataclass(kw_only=True)
class Queue:
    """Ann's job, which Lingtu has taken and not begun."""

    stage: Stage
    lingtu: LingtuDouble
    job: Job

    async def cancel(self, way: str, person: Any = None) -> Any:
        """Press the card's button, or use the command; the answer when there is one."""
        person = person or self.stage.ann
        if way == "button":
            answer = await person.click(self.stage.last(), label="Cancel")
        else:
            answer = await person.slash(self.stage.channel, "job cancel", id=self.job.id)
        await self.stage.studio.settled()
        return answer


@pytest.fixture
def clock() -> Clock:
    """Now: the double does not take signatures of another day."""
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
async def queue(workshop: Workshop) -> AsyncIterator[Queue]:
    async with LingtuDouble() as lingtu:
        lingtu.holding = True
        account = Credential(provider="lingtu", url=lingtu.url, app_id=APP_ID, secret=SECRET)
        workshop.pay_with({("lingtu", "env"): account})
        async with staged(workshop) as stage:
            job = await stage.imagine("a heron", model="lingtu")
            await workshop.turn("submit")
            yield Queue(stage=stage, lingtu=lingtu, job=await workshop.now(job))


@pytest.mark.parametrize("way", ["button", "command"])
async def test_a_job_that_waits_at_its_provider_is_withdrawn(queue: Queue, way: str):
    answer = await queue.cancel(way)
    await queue.stage.workshop.turn("deliver")
    job = await queue.stage.workshop.now(queue.job)

    assert said(answer) == "Canceled. It was withdrawn before it was begun."
    assert queue.lingtu.canceled() == [queue.job.external_id]
    assert job.status is Status.CANCELED
    assert "It was withdrawn before it was begun." in str(queue.stage.last().components)
    assert job_id(job.id, "cancel") not in str(queue.stage.last().components)


async def test_of_several_presses_each_is_told_that_it_is_canceled(queue: Queue):
    card, ann = queue.stage.last(), queue.stage.ann
    answers = [await ann.click(card, label="Cancel") for _ in range(3)]
    await queue.stage.studio.settled()

    withdrawn, *others = map(said, answers)
    assert withdrawn == "Canceled. It was withdrawn before it was begun."
    assert others == ["This has been canceled already."] * 2
    assert queue.lingtu.canceled() == [queue.job.external_id]


async def test_what_has_been_begun_meanwhile_is_drawn_and_posted(queue: Queue):
    queue.lingtu.set(queue.job.external_id or "", "executing")
    answer = await queue.cancel("button")

    assert said(answer) == "It is already being drawn and will be posted when it is there."
    assert (await queue.stage.workshop.now(queue.job)).status is Status.RUNNING


async def test_only_its_owner_withdraws_a_job(queue: Queue):
    answer = await queue.cancel("button", queue.stage.bob)

    assert "Only the person who started this" in said(answer)
    assert queue.lingtu.canceled() == []


async def test_a_provider_that_is_away_is_no_promise(queue: Queue):
    queue.lingtu.cancels.append(Reply(deed="reset"))
    answer = await queue.cancel("button")

    assert "Lingtu" in said(answer)
    assert (await queue.stage.workshop.now(queue.job)).status is Status.RUNNING


async def test_the_card_says_that_it_waits_and_offers_cancel_until_it_is_drawn(queue: Queue):
    await queue.stage.studio.cards.tick()
    waiting = str(queue.stage.last().components)
    queue.lingtu.set(queue.job.external_id or "", "executing")
    queue.stage.workshop.clock.advance(5)
    await queue.stage.workshop.turn("watch")
    await queue.stage.studio.cards.tick()
    drawn = str(queue.stage.last().components)

    assert "Waiting at the provider" in waiting
    assert job_id(queue.job.id, "cancel") in waiting
    assert "Being drawn" in drawn
    assert job_id(queue.job.id, "cancel") not in drawn
