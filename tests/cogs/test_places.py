"""What a server has decided holds everywhere: buttons, models, refusals, channels, languages."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import CreditError
from bot.wire import Credential
from cogs.buttons import job_id
from storage.models import Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.factories import make_destination, make_job
from tests.provider_double import complaint, picture

EVERYWHERE = ("youchuan", "lingtu", "wanxiang", "jumdata")
PRICES = {"youchuan.diffusion": 50, "lingtu.text2img": 40}


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    workshop.restart(prices=PRICES)
    async with staged(workshop, accounts=EVERYWHERE) as opened:
        yield opened


async def decide(stage: Stage, **values: Any) -> None:
    await stage.studio.gate.servers.change(stage.guild.id, stage.admin.id, values)


async def block(stage: Stage) -> None:
    await stage.studio.gate.servers.block(stage.guild.id, stage.admin.id, stage.ann.id, "spam")


def parts(message: Any) -> list[dict[str, Any]]:
    raw = [each if isinstance(each, dict) else each.to_dict() for each in message.components]
    return list(walk(raw))


def words(message: Any) -> str:
    """All that a message shows, with the labels of its buttons and of what can be chosen."""
    found = parts(message)
    shown = [part.get("content") or part.get("label") or "" for part in found]
    options = [option["label"] for part in found for option in part.get("options", ())]
    return "\n".join([*shown, *options])


def ids(message: Any) -> list[str]:
    return [part["custom_id"] for part in parts(message) if "custom_id" in part]


async def test_a_provider_that_is_off_has_no_buttons_and_the_old_ones_say_why(stage: Stage):
    job = await stage.drawn(count=1)
    before = words(stage.last())
    await decide(stage, providers_off=["lingtu"])
    pressed = said(await stage.press(job_id(job.id, "vectorize", 0)))
    await stage.drawn(count=1)

    assert "Vectorize" in before
    assert pressed.startswith("This is turned off on this server.")
    assert "Vectorize" not in words(stage.last())


async def test_a_servers_own_account_is_connected_there_and_nowhere_else(stage: Stage):
    accounts = stage.studio.gate.accounts
    lingtu = stage.workshop.environment.pop(("lingtu", "env"))
    own = replace(lingtu, app_id="theirs", secret="not told")
    await accounts.put(own, stage.guild.id, stage.admin.id)
    await stage.drawn(count=1)
    there = words(stage.last())
    await stage.ann.click(stage.last(), custom_id=f"job:{(await stage.job()).id}:dm")
    copy = stage.ann.user.dm_channel.history()[-1]

    assert "Vectorize" in there
    assert "Vectorize" not in words(copy)


async def test_a_model_that_is_off_is_not_set_up_wrongly_but_turned_off(stage: Stage):
    await decide(stage, providers_off=["youchuan"])
    answer = await stage.ann.slash(stage.channel, "imagine", prompt="a cat", model="v7")
    wish = await stage.refused("prompt improve", prompt="a cat", model="v7")
    await decide(stage, providers_off=list(EVERYWHERE))
    none = await stage.refused("imagine", prompt="a cat", model="v7")

    assert "Midjourney v7 is turned off here, but Lingtu can draw this." in words(answer.response)
    assert none == wish
    assert none.startswith("Midjourney v7 is turned off on this server.")


async def test_each_command_goes_by_what_is_on(stage: Stage):
    await decide(stage, providers_off=["lingtu", "wanxiang"])
    cutout = await stage.ordered("matting", image=("cat.png", picture()))
    card = words(stage.last())
    described = await stage.refused("describe", image=("cat.png", picture()))

    assert cutout.operation == "youchuan.remove_background"
    assert "Improve prompt" not in card
    assert described.startswith("This is turned off on this server.")


@pytest.mark.parametrize(
    ("model", "prompt", "drawn"),
    [
        ("lingtu", "a cat", {"prompt": "a cat"}),
        ("niji7", "a cat", {"text": "a cat --niji 7"}),
        ("niji7", "a cat --v 6.1", {"text": "a cat --v 6.1"}),
    ],
)
async def test_a_servers_model_draws_where_nobody_chooses(
    stage: Stage, model: str, prompt: str, drawn: dict[str, str]
):
    await decide(stage, model=model)
    first = await stage.imagine(prompt)
    second = await stage.imagine(prompt, model="auto")
    await decide(stage, providers_off=["lingtu", "youchuan"])
    elsewhere = await stage.imagine("a cat")

    assert first.params == second.params == drawn
    assert elsewhere.operation == "wanxiang.image"


async def test_a_text_is_drawn_with_the_servers_model(stage: Stage):
    await decide(stage, model="jumdata")
    job = make_job(
        operation="lingtu.img2text",
        provider="lingtu",
        params={"image": "https://a.example/a"},
        destination=make_destination(guild_id=stage.guild.id, channel_id=stage.channel.id),
        status=Status.SUCCEEDED,
        result={"media": [], "text": "a cat"},
        delivered_at=1,
    )
    await stage.workshop.jobs.add(job)
    form = await stage.press(job_id(job.id, "imagine"))
    await stage.ann.submit_modal(form, {"prompt": "a cat"})

    assert (await stage.job()).operation == "jumdata.draw"


async def test_who_is_blocked_is_asked_nothing_first(stage: Stage):
    job = await stage.drawn()
    failed = await stage.imagine()
    await stage.studio.engine.news.fail(failed, "credit", CreditError())
    await stage.workshop.turn("deliver")
    await block(stage)
    answers = [
        await stage.press(job_id(job.id, key, 0)) for key in ("remix", "region", "u", "animate_low")
    ]
    answers += [
        await stage.ann.slash(stage.channel, name, **options)
        for name, options in (
            ("imagine", {"prompt": "a cat", "repeat": 2}),
            ("edit", {"job": job.id}),
            ("erase", {"job": job.id}),
            ("background", {"background": ("a.png", picture()), "job": job.id}),
            ("video", {"job": job.id}),
            ("chat", {"prompt": "hello"}),
            ("prompt improve", {"prompt": "a cat"}),
            ("describe", {"image": ("a.txt", b"no picture")}),
            ("moodboard list", {}),
        )
    ]
    answers.append(await stage.press(job_id(failed.id, "retry")))

    for answer in answers:
        assert said(answer) == "You are blocked here: spam. Ask an admin of this server."
    assert len(await stage.jobs()) == 2


async def test_who_is_blocked_still_has_what_is_theirs(stage: Stage):
    job = await stage.imagine()
    await block(stage)
    info = said(await stage.press(job_id(job.id, "info")))
    canceled = said(await stage.press(job_id(job.id, "cancel")))

    assert job.id in info
    assert canceled.startswith("Canceled.")


async def test_roles_hold_before_a_form_is_opened(stage: Stage):
    artists = stage.guild.create_role("artists")
    job = await stage.drawn()
    await decide(stage, roles={"generate": [str(artists.id)]})
    refused = said(await stage.press(job_id(job.id, "remix", 0)))

    assert refused == f"On this server these commands are only for: <@&{artists.id}>."


async def test_the_owner_alone_gets_at_buttons_lists_and_menus(stage: Stage):
    job = await stage.drawn()
    await decide(stage, buttons={"who": "owner"})
    message = stage.last()
    answers = [
        await stage.bob.click(message, label="U1"),
        await stage.bob.select(message, ["1"], custom_id=f"job:{job.id}:pick"),
        await stage.bob.context_menu(stage.channel, "Upscale image", message),
        await stage.bob.slash(stage.channel, "edit", job=job.id),
    ]
    own = await stage.ann.click(message, label="U1")

    for answer in answers:
        assert said(answer).startswith("On this server only the person who started this")
    assert own.response
    assert len(await stage.jobs()) == 2


async def test_a_panel_that_is_open_already_refuses_too(stage: Stage):
    job = await stage.drawn()
    panel = await stage.bob.select(stage.last(), ["1"], custom_id=f"job:{job.id}:pick")
    await decide(stage, buttons={"who": "owner"})
    pressed = await stage.bob.click(panel.response, label="Vary Subtle")

    assert said(pressed).startswith("On this server only the person who started this")


async def test_everybody_reads_the_servers_language_and_each_person_their_own(stage: Stage):
    await decide(stage, language="zh-CN")
    job = await stage.imagine()
    card = words(stage.last())
    private = said(await stage.press(job_id(job.id, "cancel")))
    await stage.imagine()
    await stage.finish()
    shown = words(stage.last())
    await stage.ann.slash(stage.channel, "job show", id=(await stage.job()).id)

    assert "取消" in card
    assert private.startswith("Canceled.")
    assert "费用" in shown
    assert "费用" in words(stage.last())


async def test_results_have_their_channel_and_what_leads_there(stage: Stage):
    gallery = stage.guild.create_text_channel("gallery")
    await decide(stage, results_channel=str(gallery.id))
    job = await stage.drawn()
    (posted,) = gallery.history()
    info = said(await stage.ann.click(posted, custom_id=f"job:{job.id}:info"))
    follow = await stage.ann.click(posted, label="U1")

    assert list(stage.channel.history()) == []
    assert job.message_channel_id == gallery.id
    assert f"/channels/{stage.guild.id}/{gallery.id}/{posted.id}" in info
    assert follow.response
    assert (await stage.job()).destination.results_channel_id is None


async def test_an_offer_says_in_which_channel_the_results_come(stage: Stage):
    gallery = stage.guild.create_text_channel("gallery")
    await decide(stage, results_channel=str(gallery.id))
    offer = await stage.ann.slash(stage.channel, "imagine", prompt="a cat", repeat=2)
    done = await stage.ann.click(offer.response, label="Draw all 2")
    await stage.studio.settled()

    assert f"the results come in <#{gallery.id}>." in words(done.response)


async def test_the_label_is_the_servers_choice_and_stays_on_copies(stage: Stage):
    labeled = await stage.drawn()
    first = words(stage.last())
    await stage.ann.click(stage.last(), custom_id=f"job:{labeled.id}:dm")
    copy = words(stage.ann.user.dm_channel.history()[-1])
    await decide(stage, ai_label=False)
    await stage.drawn()

    assert "-# AI-generated" in first
    assert "-# AI-generated" in copy
    assert "AI-generated" not in words(stage.last())


async def test_a_batch_goes_as_far_as_the_limit_and_then_on(stage: Stage):
    await decide(stage, quotas={"everyone": {"running": 2}})
    offer = await stage.ann.slash(stage.channel, "imagine", prompt="a cat", repeat=3)
    custom_id = next(each for each in ids(offer.response) if each.endswith(":go"))
    first = said(await stage.ann.click(offer.response, custom_id=custom_id))
    await stage.studio.settled()
    under_way = len(await stage.jobs())
    await stage.finish()
    await stage.ann.click(offer.response, custom_id=custom_id)
    await stage.studio.settled()

    assert first.startswith("2 of 3 jobs are on their way; then it was refused: Jobs under way: 2")
    assert under_way == 2
    assert len(await stage.jobs()) == 3


async def test_a_limit_is_told_in_private_with_its_end(stage: Stage):
    await decide(stage, quotas={"everyone": {"jobs_per_day": 1}})
    await stage.imagine()
    refused = await stage.refused("imagine", prompt="a dog")
    now = datetime.fromtimestamp(stage.workshop.clock() / 1000, UTC)
    midnight = round(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) + 86_400

    assert refused == f"You have used 1 of today's 1 jobs here. Try again <t:{midnight}:R>."


async def test_a_banned_word_anywhere_in_a_batch_is_refused_before_it_is_offered(stage: Stage):
    await decide(stage, words=[{"pattern": "gore"}])
    refused = await stage.refused("imagine", prompt="a {cat, gore}")

    assert "gore" in refused


async def test_what_waits_is_not_given_up_for_what_would_be_refused(stage: Stage):
    stage.workshop.provider.submits.append(complaint(429, "Too many requests"))
    job = await stage.imagine("a cat")
    await stage.workshop.turn("submit")
    await stage.studio.cards.tick()
    card = stage.last()
    await decide(stage, quotas={"everyone": {"money_per_month": 30}})
    refused = said(await stage.ann.click(card, label="Draw with Lingtu instead"))
    waiting = (await stage.workshop.now(job)).status
    await decide(stage, quotas={"everyone": {"money_per_month": 45, "running": 1}})
    await stage.ann.click(card, label="Draw with Lingtu instead")

    assert "¥0.40" in refused
    assert waiting is Status.QUEUED
    assert [each.status for each in await stage.jobs()] == [Status.CANCELED, Status.QUEUED]


async def test_whoever_makes_anothers_job_anew_pays_for_it(stage: Stage):
    job = await stage.imagine()
    await stage.studio.engine.news.fail(job, "unavailable", CreditError())
    await stage.workshop.turn("deliver")
    await stage.admin.click(stage.last(), label="Retry")
    (retry,) = [each for each in await stage.jobs() if each.id != job.id]
    entry = await stage.studio.ledger.get(retry.id)

    assert retry.destination.user_id == stage.admin.id
    assert entry
    assert entry.user_id == stage.admin.id


async def test_a_moodboard_belongs_to_the_account_that_made_it(stage: Stage):
    await stage.ann.slash(stage.channel, "moodboard create", name="Dusk")
    await stage.studio.settled()
    (board,) = await stage.studio.moodboards.visible(stage.ann.id, stage.guild.id, limit=5)
    own = Credential(provider="youchuan", url=stage.workshop.provider.url, app_id="a", secret="b")
    await stage.studio.gate.accounts.put(own, stage.guild.id, stage.admin.id)

    assert board.credential == "env"
    assert "another account" in await stage.refused("imagine", prompt="a cat", moodboard=board.id)


async def test_what_an_account_that_is_gone_has_made_is_still_a_picture(stage: Stage):
    accounts = stage.studio.gate.accounts
    own = stage.workshop.environment["youchuan", "env"]
    await accounts.put(own, stage.guild.id, stage.admin.id)
    job = await stage.drawn()
    await accounts.remove("youchuan", stage.guild.id, stage.admin.id)
    pressed = said(await stage.press(job_id(job.id, "remix", 0)))
    link = await stage.ann.slash(stage.channel, "edit", job=job.id)
    await stage.studio.settled()
    clip = await stage.ordered("video", job=job.id)

    assert job.credential != "env"
    assert pressed.startswith("The account that this was made with is not connected any more.")
    assert "opens the picture in the editor" in words(link.response)
    assert (clip.credential, clip.parent_id, len(clip.uploads)) == ("env", None, 1)


async def test_what_is_offered_while_typing_goes_by_the_servers_model(stage: Stage):
    await decide(stage, model="jumdata")
    styles = await stage.ann.autocomplete(stage.channel, "imagine", "style", "", prompt="a cat")
    names = [choice["name"] for choice in styles]

    assert len(names) > 1
    assert not any("takes no" in name for name in names)


async def test_a_blocked_persons_job_show_is_theirs_alone(stage: Stage):
    job = await stage.drawn()
    shown = await stage.ann.slash(stage.channel, "job show", id=job.id)
    await stage.studio.gate.servers.block(stage.guild.id, stage.admin.id, stage.ann.id)
    again = await stage.ann.slash(stage.channel, "job show", id=job.id)

    assert (shown.response.ephemeral, again.response.ephemeral) == (False, True)
