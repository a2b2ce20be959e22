"""What a press under a result does, from the click to the row."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from cogs.buttons import job_id
from storage.models import Status
from tests.cogs.stage import Stage, make_studio, said, staged
from tests.conftest import Workshop
from tests.provider_double import complaint, picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


def show(stage: Stage, custom_id: str, **options: Any) -> Any:
    """A message of the bot with one button of this id."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(discord.ui.Button(label="x", custom_id=custom_id)))
    view.stop()
    channel = stage.studio.get_partial_messageable(stage.channel.id)
    return channel.send(view=view, **options)


async def test_u2_upscales_the_second_picture_of_that_job(stage: Stage):
    grid = await stage.drawn()
    await stage.bob.click(stage.last(), label="U2")
    job = await stage.job()
    await stage.workshop.turn("submit")

    assert (job.parent_id, job.parent_index, job.action) == (grid.id, 1, "u")
    assert job.destination.user_id == stage.bob.id
    assert job.card_id is not None
    paid = stage.workshop.provider.paid[-1]
    assert (paid.verb, paid.body["jobId"]) == ("upscale", grid.external_id)
    assert (paid.body["imageNo"], paid.body["type"]) == (1, 0)


async def test_a_second_u_leads_to_the_first_ones_picture(stage: Stage):
    await stage.drawn()
    message = stage.last()
    await stage.ann.click(message, label="U1")
    early = await stage.bob.click(message, label="U1")
    await stage.finish(1)
    upscaled = await stage.job()
    late = await stage.bob.click(message, label="U1")

    assert said(early) == "It is already being drawn and will be posted when it is there."
    assert str(upscaled.message_id) in said(late)
    assert [paid.verb for paid in stage.workshop.provider.paid] == ["diffusion", "upscale"]


async def test_every_press_of_v_is_a_job_of_its_own(stage: Stage):
    await stage.drawn()
    message = stage.last()
    await stage.ann.click(message, label="V1")
    await stage.ann.click(message, label="V1")

    assert len(await stage.jobs()) == 3


async def test_a_button_works_for_a_client_that_never_saw_its_message(stage: Stage):
    await stage.drawn()
    message = stage.last()
    await stage.env.restart_bot(stage.renewed())
    await stage.ann.click(message, label="U3")

    assert (await stage.job()).parent_index == 2


async def test_the_list_of_images_opens_one_privately(stage: Stage):
    grid = await stage.drawn()
    shown = await stage.bob.select(stage.last(), ["1"], custom_id=job_id(grid.id, "pick"))

    assert shown.ephemeral
    assert job_id(grid.id, "vary_subtle", 1) in str(shown.response.components)


async def test_the_list_of_more_does_or_asks_what_was_chosen(stage: Stage):
    grid = await stage.drawn()
    await stage.ann.click(stage.last(), label="U4")
    await stage.finish(1)
    more = job_id(grid.id, "more", 3)
    asked = await stage.ann.select(stage.last(), ["zoom"], custom_id=more)
    await stage.ann.submit_modal(asked, {"scale": "1.8"})
    job = await stage.job()

    assert asked.modal["custom_id"] == job_id(grid.id, "zoom", 3)
    assert (job.operation, job.params["scale"]) == ("youchuan.outpaint", 1.8)
    assert (job.parent_id, job.parent_index) == (grid.id, 3)


async def test_nothing_that_was_shown_is_kept_in_memory(stage: Stage):
    grid = await stage.drawn()
    await stage.ann.select(stage.last(), ["1"], custom_id=job_id(grid.id, "pick"))
    await stage.imagine()

    assert stage.studio.persistent_views == []
    assert not stage.studio._connection._view_store._views
    assert not stage.studio._connection._view_store._modals


async def test_remix_asks_with_the_present_prompt_and_draws_the_new_one(stage: Stage):
    grid = await stage.drawn("a cat --ar 3:2")
    asked = await stage.ann.click(await show(stage, job_id(grid.id, "remix", 3)))
    (label,) = asked.modal["components"]
    await stage.ann.submit_modal(asked, {"remix_prompt": "a dog --s 200"})
    job = await stage.job()

    assert label["component"]["value"] == "a cat --ar 3:2 --v 7"
    assert asked.modal["custom_id"] == job_id(grid.id, "remix", 3)
    assert (job.operation, job.parent_index) == ("youchuan.remix", 3)
    assert job.params["remix_prompt"] == "a dog --stylize 200"


async def test_a_modal_opened_before_a_restart_still_works_and_only_once(stage: Stage):
    grid = await stage.drawn()
    asked = await stage.ann.click(await show(stage, job_id(grid.id, "remix", 0)))
    await stage.env.restart_bot(stage.renewed())
    await stage.ann.submit_modal(asked, {"remix_prompt": "a dog"})

    assert [job.operation for job in await stage.jobs()] == ["youchuan.diffusion", "youchuan.remix"]


async def test_a_modal_with_nonsense_is_refused_privately(stage: Stage):
    grid = await stage.drawn()
    asked = await stage.ann.click(await show(stage, job_id(grid.id, "zoom", 0)))
    result = await stage.ann.submit_modal(asked, {"scale": "much"})

    assert said(result) == "Scale must be a number from 1.1 to 2, not “much”."
    assert len(await stage.jobs()) == 1


async def test_a_remix_for_which_the_model_has_no_such_parameter_is_refused(stage: Stage):
    grid = await stage.drawn("a cat --v 6.1")
    asked = await stage.ann.click(await show(stage, job_id(grid.id, "remix", 0)))
    result = await stage.ann.submit_modal(asked, {"remix_prompt": "a dog --exp 20"})

    assert "--exp works in" in said(result)


async def test_what_does_not_fit_the_result_is_refused_although_pressed(stage: Stage):
    grid = await stage.drawn("a cat --v 8.1")
    result = await stage.ann.click(await show(stage, job_id(grid.id, "left", 0)))

    assert said(result) == "This cannot be done with this picture."
    assert len(await stage.jobs()) == 1


async def test_a_removed_picture_cannot_be_paid_for_again(stage: Stage):
    job = await stage.imagine()
    await stage.workshop.turn("submit")
    (paid,) = stage.workshop.provider.paid
    done = stage.workshop.provider.finish(paid.id, 4)
    done["urls"][1], done["audits"][1] = "", "moderated"
    await stage.workshop.provider.call_back(paid.callback, done)
    await stage.workshop.turn("deliver")
    result = await stage.ann.click(await show(stage, job_id(job.id, "v", 1)))

    assert said(result) == "Image 2 is not there: moderation removed it."


async def test_an_upscaled_pictures_own_id_leads_to_where_it_came_from(stage: Stage):
    grid = await stage.drawn()
    await stage.ann.click(stage.last(), label="U4")
    await stage.finish(1)
    upscaled = await stage.job()
    await stage.ann.click(await show(stage, job_id(upscaled.id, "vary_strong", 0)))
    job = await stage.job()

    assert (job.parent_id, job.parent_index) == (grid.id, 3)
    assert job.params["job_id"] == grid.external_id


async def test_a_press_under_nothing_known_is_told_so(stage: Stage):
    result = await stage.ann.click(await show(stage, job_id("0" * 26, "u", 1)))

    assert said(result) == "This job is not there any more."


async def test_a_button_of_an_older_version_is_told_so(stage: Stage):
    grid = await stage.drawn()
    result = await stage.ann.click(await show(stage, job_id(grid.id, "hologram", 1)))

    assert "older version" in said(result)


async def test_a_job_of_another_server_is_nobodys_here(stage: Stage):
    grid = await stage.drawn()
    elsewhere = stage.env.create_guild("elsewhere")
    channel = elsewhere.create_text_channel("studio")
    eve = elsewhere.add_member(stage.env.create_user("eve"))
    view = discord.ui.LayoutView(timeout=None)
    button = discord.ui.Button(label="x", custom_id=job_id(grid.id, "info"))
    view.add_item(discord.ui.ActionRow(button))
    view.stop()
    message = await stage.studio.get_partial_messageable(channel.id).send(view=view)

    assert said(await eve.click(message)) == "This job belongs to another server."


async def test_info_is_private(stage: Stage):
    grid = await stage.drawn()

    assert grid.id in said(await stage.bob.click(await show(stage, job_id(grid.id, "info"))))


async def test_info_attaches_a_prompt_that_is_too_long_to_be_shown(stage: Stage):
    words = "a cat " + "very " * 599 + "big"
    job = await stage.imagine(words)
    result = await stage.bob.click(await show(stage, job_id(job.id, "info")))
    (file,) = result.response.attachments

    assert len(words) > 3000
    assert job.id in said(result)
    assert file.filename == "prompt.txt"
    assert (await file.read()).decode() == words


async def test_a_follow_up_asks_with_the_prompt_that_it_goes_back_to(stage: Stage):
    await stage.drawn("a cat --ar 3:2")
    await stage.ann.click(stage.last(), label="V2")
    await stage.finish()
    variation = await stage.job()
    asked = await stage.ann.click(await show(stage, job_id(variation.id, "remix", 0)))
    (label,) = asked.modal["components"]

    assert label["component"]["value"] == "a cat --ar 3:2 --v 7"


async def test_only_the_owner_and_admins_delete_a_result(stage: Stage):
    grid = await stage.drawn()
    message = stage.last()
    refused = await stage.bob.click(message, custom_id=job_id(grid.id, "delete"))
    left = len(stage.channel.history())
    await stage.admin.click(message, custom_id=job_id(grid.id, "delete"))

    assert "Only the person who started this" in said(refused)
    assert [found.id for found in stage.channel.history()] == []
    assert left == 1
    assert (await stage.workshop.now(grid)).status is Status.SUCCEEDED


async def test_a_result_is_sent_by_dm(stage: Stage):
    grid = await stage.drawn()
    result = await stage.ann.click(stage.last(), custom_id=job_id(grid.id, "dm"))

    assert said(result) == "Sent to you as a direct message."
    assert len(stage.ann.user.dm_channel.history()) == 1


async def test_closed_direct_messages_are_told(stage: Stage):
    grid = await stage.drawn()
    stage.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    result = await stage.ann.click(stage.last(), custom_id=job_id(grid.id, "dm"))

    assert "Your direct messages are closed" in said(result)


async def test_cancel_is_for_the_owner_and_in_time_only(stage: Stage):
    job = await stage.imagine()
    card = stage.last()
    refused = await stage.bob.click(card, label="Cancel")
    done = await stage.ann.click(card, label="Cancel")
    again = await stage.ann.click(card, label="Cancel")

    assert "Only the person who started this" in said(refused)
    assert said(done) == "Canceled. Nothing was sent and nothing was charged."
    assert said(again) == "This has been canceled already."
    assert (await stage.workshop.now(job)).status is Status.CANCELED


async def test_a_cancel_that_comes_too_late_promises_the_picture(stage: Stage):
    job = await stage.imagine()
    await stage.workshop.turn("submit")
    result = await stage.ann.click(await show(stage, job_id(job.id, "cancel")))

    assert said(result) == "It is already being drawn and will be posted when it is there."
    assert (await stage.workshop.now(job)).status is Status.RUNNING


async def test_retry_makes_the_same_once_more_and_only_one(stage: Stage):
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    failed = await stage.drawn("a cat --ar 3:2")
    button = await show(stage, job_id(failed.id, "retry"))
    await stage.ann.click(button)
    retried = await stage.job()
    second = await stage.ann.click(button)

    assert failed.status is Status.FAILED
    assert (retried.retry_of, retried.params) == (failed.id, failed.params)
    assert "already being drawn" in said(second)
    assert len(await stage.jobs()) == 2


async def test_a_retried_u_is_still_the_only_one(stage: Stage):
    await stage.drawn()
    message = stage.last()
    stage.workshop.provider.submits.append(complaint(400, "Invalid_Argument"))
    await stage.ann.click(message, label="U1")
    await stage.finish()
    failed = await stage.job()
    await stage.ann.click(await show(stage, job_id(failed.id, "retry")))
    second = await stage.ann.click(message, label="U1")

    assert "already being drawn" in said(second)


async def test_again_makes_the_same_once_more_for_whoever_presses(stage: Stage):
    grid = await stage.drawn()
    await stage.bob.click(await show(stage, job_id(grid.id, "again")))
    job = await stage.job()

    assert (job.params, job.retry_of) == (grid.params, None)
    assert job.destination.user_id == stage.bob.id


async def test_remix_asks_without_what_was_uploaded(stage: Stage):
    files = {
        "image": ("a.png", picture()),
        "style_reference": ("b.png", picture("blue")),
        "omni_reference": ("c.png", picture("green")),
    }
    job = await stage.imagine("a cat --ar 3:2 --sw 200 --ow 50", **files)
    await stage.finish()
    asked = await stage.ann.click(await show(stage, job_id(job.id, "remix", 0)))
    (label,) = asked.modal["components"]

    assert "/m/" in (await stage.workshop.now(job)).params["text"]
    assert label["component"]["value"] == "a cat --ar 3:2 --v 7"


async def test_a_remix_of_parameters_alone_is_refused(stage: Stage):
    grid = await stage.drawn()
    asked = await stage.ann.click(await show(stage, job_id(grid.id, "remix", 0)))
    result = await stage.ann.submit_modal(asked, {"remix_prompt": "--v 7"})

    assert "Write what" in said(result)
    assert len(await stage.jobs()) == 1


@pytest.mark.parametrize(
    ("command", "options", "fen"),
    [
        ("imagine", {}, 50),
        ("imagine", {"draft": True}, 25),
        ("video", {}, 200),
        ("video", {"resolution": "720p"}, 600),
    ],
)
async def test_a_reroll_is_estimated_as_what_it_draws_again(
    stage: Stage, command: str, options: dict[str, Any], fen: int
):
    await stage.ann.slash(stage.channel, command, prompt="waves", **options)
    first = await stage.job()
    await stage.finish()
    await stage.ann.click(await show(stage, job_id(first.id, "reroll")))

    assert (await stage.job()).price == fen


async def moved(stage: Stage, address: str) -> None:
    """The bot starts again under another address."""
    stage.workshop.restart(public_url=address)
    stage.studio = make_studio(stage.workshop, public_url=address)
    await stage.env.restart_bot(stage.studio)


@pytest.mark.parametrize("key", ["retry", "again"])
async def test_what_was_uploaded_is_shown_at_the_present_address(stage: Stage, key: str):
    if key == "retry":
        stage.workshop.provider.submits.append(complaint(402, "Account_Fee_Not_Enough"))
    job = await stage.imagine("a cat", image=("a.png", picture()))
    await stage.finish()
    await moved(stage, "https://new.example")
    await stage.ann.click(await show(stage, job_id(job.id, key)))
    await stage.workshop.turn("submit")

    (upload,) = await stage.workshop.assets.of_job(job.id, "upload")
    sent = stage.workshop.provider.paid[-1].body["text"]
    assert sent == f"https://new.example/m/{upload.name} a cat --v 7"
