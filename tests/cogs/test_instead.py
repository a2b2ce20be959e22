"""Another model in place of one that is not to be had: before an order, and after it failed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import (
    AuthError,
    CreditError,
    ModerationError,
    ProviderError,
    RateLimitError,
    RejectedError,
    UnavailableError,
)
from cogs.buttons import job_id
from storage.models import Job, Moodboard, Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.factories import NOON
from tests.provider_double import complaint, picture

PRICES = {"lingtu.text2img": 40, "jumdata.draw": 15}
EVERYWHERE = ("youchuan", "lingtu", "wanxiang", "jumdata")


def words(message: Any) -> str:
    """All that a message shows, and the labels of its buttons."""
    parts = walk(
        [each if isinstance(each, dict) else each.to_dict() for each in message.components]
    )
    return "\n".join(part.get("content") or part.get("label") or "" for part in parts)


@pytest.fixture
async def without(workshop: Workshop) -> AsyncIterator[Stage]:
    """A bot without Midjourney."""
    workshop.restart(prices=PRICES)
    async with staged(workshop, accounts=("lingtu", "jumdata")) as opened:
        yield opened


@pytest.fixture
async def whole(workshop: Workshop) -> AsyncIterator[Stage]:
    workshop.restart(prices=PRICES)
    async with staged(workshop, accounts=EVERYWHERE) as opened:
        yield opened


def leave(stage: Stage, *providers: str) -> None:
    """Take the accounts of all other providers away."""
    accounts = stage.workshop.environment
    for name in [each for each in accounts if each[0] not in providers]:
        del accounts[name]


async def offered(stage: Stage, **options: Any) -> Any:
    """The private offer that /imagine is answered with; nothing is ordered by it."""
    before = len(await stage.jobs())
    answer = await stage.ann.slash(stage.channel, "imagine", **options)
    assert answer.ephemeral
    assert len(await stage.jobs()) == before
    return answer.response


async def failed(stage: Stage, error: ProviderError, **options: Any) -> Job:
    """Ann's job, given up for this reason by its provider, and told to her."""
    job = await stage.imagine("a cat", **options)
    await stage.studio.engine.news.fail(job, type(error).__name__[:-5].lower(), error)
    await stage.workshop.turn("deliver")
    return await stage.workshop.now(job)


async def test_what_is_not_set_up_is_offered_by_another_model_with_its_price(without: Stage):
    offer = await offered(without, prompt="a cat --ar 2:3", model="v7")

    assert words(offer).splitlines()[:3] == [
        "**Midjourney v7 is not set up here, but Lingtu can draw this. "
        "So can Lingtu Pro, Jumdata. Nothing is ordered yet.**",
        "1. a cat",
        "Estimated price in all: ¥0.40",
    ]
    assert words(offer).splitlines()[-2:] == ["Draw with Lingtu", "Never mind"]
    assert without.channel.history() == []


async def test_the_offer_orders_the_same_after_a_restart_and_once(without: Stage):
    offer = await offered(without, prompt="a cat --ar 2:3", model="v7")
    await without.env.restart_bot(without.renewed())
    (go, _no) = (part["custom_id"] for part in walk(offer.components) if part["type"] == 2)
    for _time in range(2):
        await without.press(go)
        await without.studio.settled()

    (job,) = await without.jobs()
    assert (job.operation, job.params) == ("lingtu.text2img", {"prompt": "a cat", "ar": "2:3"})
    assert (job.price, job.card_id is not None) == (40, True)


async def test_never_mind_orders_nothing(without: Stage):
    offer = await offered(without, prompt="a cat", model="niji7")
    result = await without.ann.click(offer, label="Never mind")

    assert words(result.response) == "Nothing was ordered."
    assert not await without.jobs()


async def test_several_at_once_are_offered_by_a_model_that_takes_them_all(without: Stage):
    offer = await offered(without, prompt=f"a {{red, {'blue ' * 50}}} cat", model="v7", repeat=2)
    shown = words(offer)
    await without.ann.click(offer, label="Draw with Lingtu")
    await without.studio.settled()

    assert "can draw this. Nothing is ordered" in shown  # the others take shorter texts
    assert "¥1.60" in shown
    assert [job.operation for job in await without.jobs()] == ["lingtu.text2img"] * 4


async def test_a_plain_model_that_is_not_set_up_is_offered_by_another_one(workshop: Workshop):
    workshop.restart(prices=PRICES)
    async with staged(workshop, accounts=("youchuan", "jumdata")) as stage:
        offer = await offered(stage, prompt="a cat", model="lingtu", count=4)
        shown = words(offer)
        await stage.ann.click(offer, label="Draw with Jumdata")
        await stage.studio.settled()
        (job,) = await stage.jobs()

    assert "Lingtu is not set up here, but Jumdata can draw this." in shown
    assert "¥0.60" in shown
    assert (job.operation, job.params) == ("jumdata.draw", {"text": "a cat", "num": 4})


async def test_midjourney_takes_over_with_its_own_parameters(workshop: Workshop):
    async with staged(workshop, accounts=("youchuan",)) as stage:
        offer = await offered(stage, prompt="a cat", model="lingtu", aspect="16:9")
        await stage.ann.click(offer, label="Draw with Midjourney v7")
        await stage.studio.settled()
        (job,) = await stage.jobs()

    assert job.params == {"text": "a cat --ar 16:9 --v 7"}


@pytest.mark.parametrize(
    "options",
    [
        {"prompt": "a cat --seed 7"},
        {"prompt": "a cat", "stylize": 0},
        {"prompt": "a cat", "image": ("a.png", picture())},
    ],
)
async def test_what_nobody_here_can_draw_is_refused(without: Stage, options: dict[str, Any]):
    sentence = await without.refused("imagine", model="v7", **options)

    assert sentence == (
        "Midjourney v7 is not set up on this bot, and no model that is can draw this as it is. "
        "Leave some options out, or ask whoever runs the bot."
    )


async def test_a_bot_on_which_nothing_draws_says_so(workshop: Workshop):
    async with staged(workshop, accounts=("youchuan",)) as stage:
        leave(stage)
        sentence = await stage.refused("imagine", prompt="a cat")

    assert sentence == "Midjourney v7 is not set up on this bot; ask whoever runs it."


async def test_without_credit_another_model_is_offered_beside_retry(whole: Stage):
    whole.workshop.provider.submits.append(complaint(400, "Account_Fee_Not_Enough"))
    job = await whole.drawn("a cat --ar 2:3")
    notice = whole.last()

    assert (job.status, job.failure) == (Status.FAILED, "credit")
    assert "Lingtu can draw this instead; its estimated price: ¥0.40" in words(notice)
    assert words(notice).splitlines()[-2:] == ["Retry", "Draw with Lingtu instead"]
    assert len(await whole.jobs()) == 1


async def test_pressed_after_a_restart_it_orders_the_same_once(whole: Stage):
    whole.workshop.provider.submits.append(complaint(400, "Account_Fee_Not_Enough"))
    first = await whole.drawn("a cat --ar 2:3")
    notice = whole.last()
    await whole.env.restart_bot(whole.renewed())
    await whole.ann.click(notice, label="Draw with Lingtu instead")
    second = await whole.ann.click(notice, label="Draw with Lingtu instead")
    retry = await whole.ann.click(notice, label="Retry")

    job = await whole.job()
    assert (job.operation, job.params) == ("lingtu.text2img", {"prompt": "a cat", "ar": "2:3"})
    assert (job.price, job.retry_of) == (40, first.id)
    assert "already being drawn" in said(second)
    assert "already being drawn" in said(retry)
    assert len(await whole.jobs()) == 2


async def test_the_persons_usual_moodboard_is_in_nobodys_way(whole: Stage):
    board = Moodboard(
        id="mood-1",
        guild_id=whole.guild.id,
        user_id=whole.ann.id,
        name="Dusk",
        created_at=NOON,
        updated_at=NOON,
    )
    await whole.studio.moodboards.add(board)
    chosen = await failed(whole, CreditError(), moodboard="mood-1")
    notice = words(whole.last())
    await whole.studio.people.use_moodboard(whole.ann.id, whole.guild.id, board.id)
    usual = await failed(whole, CreditError())
    await whole.ann.click(whole.last(), label="Draw with Lingtu instead")

    assert chosen.params == usual.params == {"text": "a cat --p mood-1 --v 7"}
    assert "instead" not in notice
    assert (await whole.job()).params == {"prompt": "a cat"}


async def test_a_model_that_cannot_any_more_is_not_replaced_without_asking(whole: Stage):
    first = await failed(whole, CreditError())
    leave(whole, "youchuan", "jumdata")
    result = await whole.ann.click(whole.last(), label="Draw with Lingtu instead")
    before = await whole.jobs()
    offer = words(result.response)
    await whole.ann.click(result.response, label="Draw with Jumdata instead")

    assert result.ephemeral
    assert before == [first]
    assert list(filter(None, offer.splitlines())) == [
        "**Lingtu cannot draw this any more. Nothing is ordered yet.**",
        "Jumdata can draw this instead; its estimated price: ¥0.15",
        "Draw with Jumdata instead",
    ]
    job = await whole.job()
    assert (job.operation, job.retry_of) == ("jumdata.draw", first.id)


async def test_a_button_that_names_no_model_orders_none(whole: Stage):
    job = await failed(whole, CreditError())
    result = await whole.press(job_id(job.id, "instead"))

    assert "**Nothing is ordered yet.**" in words(result.response)
    assert "¥0.40" in words(result.response)
    assert await whole.jobs() == [job]


async def test_offers_do_not_go_in_circles(whole: Stage):
    await failed(whole, CreditError())
    for name in ("Lingtu", "Wanxiang", "Jumdata"):
        await whole.ann.click(whole.last(), label=f"Draw with {name} instead")
        await whole.studio.engine.news.fail(await whole.job(), "credit", CreditError())
        await whole.workshop.turn("deliver")

    assert len(await whole.jobs()) == 4
    assert "instead" not in words(whole.last())


async def held_up(stage: Stage) -> Job:
    """Ann's job, which Midjourney has not taken because it is busy."""
    stage.workshop.provider.submits.append(complaint(429, "Too many requests"))
    job = await stage.imagine("a cat --ar 2:3")
    await stage.workshop.turn("submit")
    await stage.studio.cards.tick()
    return await stage.workshop.now(job)


async def test_what_waits_for_a_busy_service_can_be_drawn_by_another(whole: Stage):
    first = await held_up(whole)
    card = words(whole.last())
    await whole.ann.click(whole.last(), label="Draw with Lingtu instead")
    await whole.workshop.turn("deliver")

    assert first.status is Status.QUEUED
    assert "Midjourney is busy; this waits for it." in card
    assert "Lingtu can draw this instead; its estimated price: ¥0.40" in card
    job = await whole.job()
    assert (job.operation, job.params) == ("lingtu.text2img", {"prompt": "a cat", "ar": "2:3"})
    assert job.retry_of == first.id
    assert (await whole.workshop.now(first)).status is Status.CANCELED
    assert "Nothing was charged." in words(whole.channel.history()[0])
    assert whole.workshop.provider.paid == []


async def test_what_has_been_taken_meanwhile_is_not_drawn_twice(whole: Stage):
    first = await held_up(whole)
    card = whole.last()
    whole.workshop.clock.advance(600)
    await whole.workshop.turn("submit")
    result = await whole.ann.click(card, label="Draw with Lingtu instead")

    assert (await whole.workshop.now(first)).status is Status.RUNNING
    assert "already being drawn" in said(result)
    assert len(await whole.jobs()) == 1


async def test_what_waits_goes_on_waiting_while_another_model_is_only_offered(whole: Stage):
    first = await held_up(whole)
    leave(whole, "youchuan", "jumdata")
    offer = await whole.ann.click(whole.last(), label="Draw with Lingtu instead")
    between = (await whole.workshop.now(first)).status
    await whole.ann.click(offer.response, label="Draw with Jumdata instead")

    assert between is Status.QUEUED
    assert (await whole.workshop.now(first)).status is Status.CANCELED
    assert (await whole.job()).operation == "jumdata.draw"


async def test_only_the_owner_may_have_it_drawn_by_another(whole: Stage):
    job = await failed(whole, CreditError())
    result = await whole.bob.click(whole.last(), label="Draw with Lingtu instead")

    assert "Only the person who started this" in said(result)
    assert await whole.jobs() == [job]


@pytest.mark.parametrize("error", [AuthError(), RateLimitError(), UnavailableError()])
async def test_a_provider_that_is_not_to_be_had_is_no_dead_end(whole: Stage, error: ProviderError):
    await failed(whole, error, model="jumdata", count=1, aspect="2:3")

    assert "Lingtu can draw this instead" in words(whole.last())


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (RejectedError(), {}),
        (ModerationError(), {}),
        (CreditError(), {"stylize": 0}),
        (CreditError(), {"image": ("a.png", picture())}),
        (CreditError(), {"model": "jumdata", "style": "油画"}),
    ],
)
async def test_where_no_other_model_helps_none_is_offered(
    whole: Stage, error: ProviderError, options: dict[str, Any]
):
    await failed(whole, error, **options)

    assert "instead" not in words(whole.last())


async def test_a_model_that_is_gone_by_the_press_is_said_to_be(whole: Stage):
    job = await failed(whole, CreditError())
    leave(whole, "youchuan")
    result = await whole.ann.click(whole.last(), label="Draw with Lingtu instead")

    assert "No other model that is set up here can draw this now" in said(result)
    assert await whole.jobs() == [job]


async def test_an_offer_that_cannot_be_made_does_not_hold_up_the_notice(whole: Stage):
    job = await whole.imagine("a cat")
    del whole.studio.engine.catalog._operations["lingtu.text2img"]
    await whole.studio.engine.news.fail(job, "credit", CreditError())
    await whole.workshop.turn("deliver")

    assert (await whole.workshop.now(job)).message_id == whole.last().id
    assert "Retry" in words(whole.last())
    assert "instead" not in words(whole.last())
