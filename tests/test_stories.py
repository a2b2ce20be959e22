"""What people live through with the program running as a process, seen from Discord."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from tests.discord_double import Fault, Interaction, Message, Permission
from tests.program import Program, World, endings, living, own_job
from tests.provider_double import Reply, complaint
from tests.scene import CANARY, Scene, fields, leaked, staged

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One running program for all stories that leave it running; it logs all it ever logs."""
    folder = tmp_path_factory.mktemp("stories")
    async with living(folder, settings={"LOG_LEVEL": "DEBUG"}) as opened:
        await opened.start()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A story of its own."""
    async with staged(world, request.node.name) as opened:
        yield opened


async def test_from_imagine_to_a_remix_every_press_posts_its_own_result(scene):
    grid = await scene.imagined()
    upscaled = await scene.followed(grid, "u.1")
    varied = await scene.followed(grid, "v.2")
    panned = await scene.followed(upscaled, "left.1")
    zoomed = await scene.followed(upscaled, "zoom15.1")
    asked = await scene.press(upscaled, "remix.1")
    field = fields(await asked.wait_modal())[0]
    remix = await scene.discord.submit_modal(asked, {field: f"a stork {CANARY}"})
    remixed = await scene.outcome(remix)

    source = scene.paid[0].id
    assert scene.bodies()[1:] == [
        {"verb": "upscale", "jobId": source, "imageNo": 1, "type": 0},
        {"verb": "variation", "jobId": source, "imageNo": 2, "type": 1},
        {"verb": "pan", "jobId": source, "imageNo": 1, "direction": 3, "scale": 1.5},
        {"verb": "outpaint", "jobId": source, "imageNo": 1, "scale": 1.5},
        {"verb": "remix", "jobId": source, "imageNo": 1, "remixPrompt": f"a stork {CANARY}"},
    ]
    posted = [grid, upscaled, varied, panned, zoomed, remixed]
    assert scene.room.messages == posted
    assert [len(message.media()) for message in posted] == [4, 1, 4, 4, 4, 4]
    assert all(scene.discord.ben.id in message.pings for message in posted)
    assert [m.reference for m in posted] == [None, *[grid.id] * 5]
    link = f"/{scene.room.id}/{grid.id}"
    assert link in upscaled.text()
    assert CANARY in grid.text()


async def test_the_pictures_are_files_of_the_message_and_described(scene):
    grid = await scene.imagined()

    assert len(grid.attachments) == 4
    assert all(item["media"]["url"].startswith("attachment://") for item in grid.media())
    assert all(item.get("description") for item in grid.media())


async def test_the_panel_of_one_image_is_private_and_its_presses_are_public(scene):
    grid = await scene.imagined()
    picked = await scene.discord.select(
        grid, f"job:{own_job(grid)}:pick", "1", user=scene.discord.cleo
    )
    panel = await picked.wait_response()
    upscaled = await scene.followed(panel, "creative.1", scene.discord.cleo)

    assert picked.ephemeral
    assert scene.bodies()[1] | {"jobId": ""} == {
        "verb": "upscale",
        "jobId": "",
        "imageNo": 1,
        "type": 1,
    }
    assert upscaled in scene.room.messages


async def test_a_choice_under_more_asks_in_a_modal(scene):
    upscaled = await scene.followed(await scene.imagined(), "u.2")
    menu = next(i for i in upscaled.custom_ids() if i.endswith(":more.2"))
    chosen = await scene.discord.select(upscaled, menu, "zoom", user=scene.discord.ben)
    await chosen.wait_modal()
    sent = await scene.discord.submit_modal(chosen, {"scale": "1.75"})
    await scene.outcome(sent)
    wrong = await scene.discord.submit_modal(chosen, {"scale": "9"})
    answer = await wrong.wait_response()

    assert scene.bodies()[-1]["scale"] == 1.75
    assert wrong.ephemeral
    assert "1.1" in answer.text()
    assert len(scene.paid) == 3


async def test_a_reroll_is_polled_because_it_calls_nobody(scene):
    grid = await scene.imagined()
    again = await scene.followed(grid, "reroll")

    assert scene.bodies()[1] == {"verb": "reroll", "jobId": scene.paid[0].id}
    assert scene.paid[1].callback is None
    assert len(again.media()) == 4


async def test_a_button_outlives_a_restart(scene):
    grid = await scene.imagined()
    await scene.world.restart()
    upscaled = await scene.followed(grid, "u.3")

    assert [job.verb for job in scene.paid] == ["diffusion", "upscale"]
    assert upscaled.reference == grid.id


async def test_a_modal_opened_before_a_restart_can_be_sent_after_it(scene):
    upscaled = await scene.followed(await scene.imagined(), "u.0")
    asked = await scene.press(upscaled, "remix.0")
    field = fields(await asked.wait_modal())[0]
    await scene.world.restart()
    remix = await scene.discord.submit_modal(asked, {field: f"a stork {CANARY}"})
    await scene.outcome(remix)

    assert scene.bodies()[-1]["remixPrompt"] == f"a stork {CANARY}"


async def test_a_u_pressed_twice_is_paid_once_and_points_to_the_picture(scene):
    grid = await scene.imagined()
    upscaled = await scene.followed(grid, "u.0")
    second = await scene.press(grid, "u.0", scene.discord.cleo)
    pointer = await second.wait_response()

    assert second.ephemeral
    assert f"/{scene.room.id}/{upscaled.id}" in pointer.text()
    assert [job.verb for job in scene.paid] == ["diffusion", "upscale"]


async def test_a_u_pressed_twice_at_once_is_paid_once(scene):
    grid = await scene.imagined()
    first = await scene.press(grid, "u.0")
    second = await scene.press(grid, "u.0")
    answers = [await press.wait_response() for press in (first, second)]
    job_id = next(scene.job_of(answer) for answer in answers if not answer.ephemeral)
    await scene.message_of(job_id)

    assert sorted(answer.ephemeral for answer in answers) == [False, True]
    assert [job.verb for job in scene.paid] == ["diffusion", "upscale"]


async def test_a_stranger_may_press_and_owns_what_comes(scene):
    grid = await scene.imagined()
    varied = await scene.followed(grid, "v.0", scene.discord.cleo)
    listed = await scene.discord.slash(scene.room, scene.discord.cleo, "job list")
    answer = await listed.wait_response()

    assert scene.discord.cleo.id in varied.pings
    assert scene.discord.ben.id not in varied.pings
    assert own_job(varied)[-6:] in answer.text()
    assert listed.ephemeral


async def queued(scene: Scene) -> tuple[Interaction, str]:
    """A job that the provider will not take for a minute."""
    busy = complaint(429, "Max_Concurrent_Limited")
    patient = Reply(status=429, body=busy.body, headers={"Retry-After": "60"})
    scene.provider.submits.append(patient)
    asked = await scene.imagine()
    job_id = scene.job_of(await asked.wait_response())
    await scene.world.logged(f"job {job_id} was not taken")
    return asked, job_id


async def test_only_the_owner_cancels(scene):
    asked, job_id = await queued(scene)
    refused = await scene.run("cancel", job_id, scene.discord.cleo)
    still_there = not asked.response.deleted
    done = await scene.run("cancel", job_id)
    await scene.world.until(lambda: asked.response.deleted or not asked.response.buttons())

    assert refused.ephemeral
    assert "Only the person who started this" in refused.response.text()
    assert still_there
    assert done.response
    assert scene.paid == []


async def test_the_cancel_button_of_the_card_is_the_owners(scene):
    asked, _ = await queued(scene)
    card = asked.response
    refused = await scene.press(card, "cancel", scene.discord.cleo)
    answer = await refused.wait_response()
    await scene.press(card, "cancel")
    await scene.world.until(lambda: card.deleted or not card.buttons())

    assert answer.ephemeral
    assert "Only the person who started this" in answer.text()
    assert scene.paid == []


async def test_what_is_being_drawn_cannot_be_canceled_and_is_posted(scene):
    scene.provider.holding = True
    asked = await scene.imagine()
    job_id = await scene.running(asked)
    late = await scene.run("cancel", job_id)
    await scene.provider.release()
    await scene.outcome(asked)

    assert late.ephemeral
    assert len(scene.paid) == 1


async def test_a_button_of_another_servers_job_is_refused(scene):
    grid = await scene.imagined()
    elsewhere = await scene.discord.add_guild("Elsewhere", scene.discord.cleo)
    forged = Message(
        id=scene.discord.next_id(),
        channel=elsewhere.channels[0],
        author_id=scene.discord.bot.id,
        components=grid.components,
        flags=grid.flags,
    )
    refused = await scene.press(forged, "u.0", scene.discord.cleo)
    answer = await refused.wait_response()

    assert refused.ephemeral
    assert "another server" in answer.text()
    assert len(scene.paid) == 1


@pytest.mark.parametrize("command", ["show", "cancel", "retry"])
async def test_an_unknown_job_is_said_to_be_unknown(scene, command):
    asked = await scene.run(command, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    garbage = await scene.run(command, "no job at all")

    assert asked.ephemeral
    assert garbage.ephemeral
    assert scene.room.messages == []


async def test_a_job_is_shown_again_with_its_buttons_after_its_message_was_deleted(scene):
    grid = await scene.imagined()
    job_id = own_job(grid)
    await scene.discord.delete_message(grid)
    shown = await scene.run("show", job_id)
    again = await scene.world.until(
        lambda: next(
            (
                message
                for message in (*scene.room.messages, shown.response, *shown.followups)
                if f"job:{job_id}:u.1" in message.custom_ids()
            ),
            None,
        )
    )
    pressed = await scene.discord.click(again, f"job:{job_id}:u.1", user=scene.discord.ben)
    card = await pressed.wait_response()
    upscaled = await scene.message_of(scene.job_of(card))

    assert len(again.media()) == 4
    assert len(upscaled.media()) == 1


async def test_a_result_whose_parents_message_is_gone_is_posted_all_the_same(scene):
    grid = await scene.imagined()
    scene.provider.holding = True
    asked = await scene.press(grid, "u.0")
    await scene.running(asked)
    await scene.discord.delete_message(grid)
    await scene.provider.release()
    upscaled = await scene.outcome(asked)

    assert upscaled.reference is None


async def test_a_card_that_a_moderator_deleted_does_not_hold_the_result_up(scene):
    scene.provider.holding = True
    asked = await scene.imagine()
    await scene.running(asked)
    await scene.discord.delete_message(asked.response)
    await scene.provider.release()

    assert len((await scene.outcome(asked)).media()) == 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", r"/callback$"),
        Fault("DELETE", r"/messages/\d+$", after_effect=False),
        Fault("POST", r"^/channels/\d+/messages$"),
        Fault("POST", r"^/channels/\d+/messages$", kind="status", status=503),
    ],
    ids=["of the card", "of its removal", "of the result", "of a Discord that is down"],
)
async def test_a_lost_answer_doubles_nothing_and_leaves_no_card(scene, fault):
    scene.discord.faults.append(fault)
    grid = await scene.imagined()

    assert fault.hit == 1
    assert scene.room.messages == [grid]
    assert len(scene.paid) == 1


async def test_an_answer_that_came_too_late_is_not_charged(scene):
    late = Fault("POST", r"/callback$", kind="status", status=404, code=10062)
    scene.discord.faults.append(late)
    await scene.imagine()
    await scene.world.logged("its interaction was gone before")
    await scene.imagined()

    assert len(scene.paid) == 1


async def test_a_removed_picture_keeps_its_place_and_says_why(scene):
    grid = await scene.imagined("a hole")
    variations = [grid.find_button(f"V{n}") for n in range(1, 5)]

    assert len(grid.media()) == 4
    assert "涉政" in grid.media()[1]["description"]
    assert "Image 2: Removed by moderation: 涉政" in grid.text()
    assert [bool(b.get("disabled")) for b in variations] == [False, True, False, False]
    assert bool(grid.find_button("U2").get("disabled"))
    assert len(grid.attachments) == 4


async def test_a_failed_job_says_why_and_retry_is_a_new_paid_job(scene):
    notice = await scene.imagined("overlong")
    retried = await scene.followed(notice, "retry")

    assert "took too long" in notice.text()
    assert scene.discord.ben.id in notice.pings
    assert notice.media() == []
    assert [job.verb for job in scene.paid] == ["diffusion", "diffusion"]
    assert scene.bodies()[0] == scene.bodies()[1]
    assert own_job(retried) != own_job(notice)


async def test_job_retry_does_what_the_button_does(scene):
    notice = await scene.imagined("overlong")
    retried = await scene.run("retry", own_job(notice))
    await scene.outcome(retried)

    assert len(scene.paid) == 2


async def test_what_moderation_refused_is_told_and_cannot_be_retried_as_it_is(scene):
    notice = await scene.imagined("moderated")
    labels = [button.get("label") for button in notice.buttons()]

    assert "moderation" in notice.text()
    assert "Retry" not in labels


async def test_a_refused_prompt_is_said_privately_and_costs_nothing(scene):
    asked = await scene.imagine("a heron --ar 5:5:5 --stylize 99999")
    answer = await asked.wait_response()

    assert asked.ephemeral
    assert "--" in answer.text()
    assert scene.paid == []


async def test_the_result_comes_although_the_interaction_is_long_over(scene):
    scene.provider.holding = True
    asked = await scene.imagine()
    await scene.running(asked)
    scene.discord.expire_tokens()
    await scene.provider.release()
    grid = await scene.outcome(asked)

    assert len(grid.media()) == 4
    assert scene.room.messages == [grid]


async def test_a_channel_closed_meanwhile_turns_the_result_into_a_dm(scene):
    scene.provider.holding = True
    asked = await scene.imagine()
    job_id = await scene.running(asked)
    await scene.discord.forbid(scene.room, Permission.VIEW | Permission.SEND)
    await scene.provider.release()
    dm = await scene.message_of(job_id, scene.discord.dm(scene.discord.ben))

    assert len(dm.media()) == 4
    assert len(scene.paid) == 1


async def test_a_deleted_channel_turns_the_result_into_a_dm(scene):
    scene.provider.holding = True
    asked = await scene.imagine(user=scene.discord.cleo)
    job_id = await scene.running(asked)
    await scene.discord.delete_channel(scene.room)
    await scene.provider.release()
    dm = await scene.message_of(job_id, scene.discord.dm(scene.discord.cleo))

    assert len(dm.media()) == 4


async def test_where_nobody_can_be_told_the_result_is_kept_for_job_show(scene):
    dora = scene.discord.add_person("dora")
    dora.accepts_dms = False
    scene.provider.holding = True
    asked = await scene.imagine(user=dora)
    job_id = await scene.running(asked)
    await scene.discord.forbid(scene.room, Permission.VIEW | Permission.SEND)
    await scene.provider.release()
    await scene.world.logged(f"job {job_id} delivered")
    open_room = await scene.discord.add_channel("somewhere-open")
    shown = await scene.discord.slash(open_room, dora, "job show", {"id": job_id})
    await scene.world.until(
        lambda: any(
            m and len(m.media()) == 4
            for m in (shown.response, *shown.followups, *open_room.messages)
        )
    )

    assert len(scene.paid) == 1


@pytest.mark.parametrize(
    ("permission", "name"),
    [
        (Permission.SEND, "Send Messages"),
        (Permission.ATTACH, "Attach Files"),
        (Permission.READ_HISTORY, "Read Message History"),
    ],
)
async def test_where_the_bot_may_not_post_it_says_which_permission_it_lacks(
    scene, permission, name
):
    await scene.discord.forbid(scene.room, permission)
    asked = await scene.imagine()
    answer = await asked.wait_response()
    await scene.discord.set_permissions(scene.room, scene.room.permissions | permission)
    await scene.imagined()

    assert asked.ephemeral
    assert name.lower() in answer.text().lower()
    assert len(scene.paid) == 1


async def test_a_thread_needs_its_own_permission(scene):
    thread = await scene.discord.add_channel(
        "thread", parent=scene.room, permissions=scene.room.permissions & ~Permission.SEND
    )
    story = Scene(scene.world, thread, scene.before)

    assert len((await story.imagined()).media()) == 4


async def test_it_works_in_the_dm_of_a_person(scene):
    story = Scene(scene.world, scene.discord.dm(scene.discord.cleo), scene.before)
    grid = await story.imagined(user=scene.discord.cleo)
    upscaled = await story.followed(grid, "u.0", scene.discord.cleo)

    assert len(grid.media()) == 4
    assert upscaled.reference == grid.id


async def test_a_gateway_that_drops_is_taken_up_again(scene):
    resumed = scene.discord.resumed
    await scene.discord.drop_gateway()
    await scene.discord.wait_for(lambda d: d.resumed > resumed, 20)

    assert len((await scene.imagined()).media()) == 4


async def test_a_forged_callback_gets_a_404_and_changes_nothing(scene):
    scene.provider.holding = True
    asked = await scene.imagine()
    job_id = await scene.running(asked)
    (job,) = scene.paid
    finished = scene.provider.finish("f" * 24)
    token = job.callback.rsplit("/", 1)[1]
    forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), "x", f"{job_id}-x"]
    address = f"{scene.program.url}/callbacks/youchuan/"
    answers = [await scene.provider.call_back(address + each, finished) for each in forged]
    foreign = await scene.provider.call_back(job.callback, finished)
    shown = endings(scene.room, job_id)
    await scene.provider.release()
    grid = await scene.outcome(asked)

    assert answers == [404, 404, 404]
    assert foreign == 200
    assert shown == []
    assert len(grid.media()) == 4


async def test_health_and_readiness_are_told(scene):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{scene.program.url}/healthz") as health:
            await health.read()
        async with session.get(f"{scene.program.url}/readyz") as ready:
            told_ready = await ready.json()

    assert health.status == 200
    assert told_ready == {"status": "ready", "missing": []}


async def test_sigterm_under_load_ends_well_and_the_next_start_finishes_everything(scene):
    asked = [await scene.imagine() for _ in range(12)]
    cards = [await press.wait_response() for press in asked]
    started = scene.discord.clock()
    status = await scene.program.terminate()
    seconds = scene.discord.clock() - started
    await scene.world.start()
    for card in cards:
        await scene.message_of(scene.job_of(card))
    await scene.world.until(lambda: all(card.deleted for card in cards))

    assert status == 0
    assert seconds <= 8
    assert len(scene.paid) == 12
    assert len(scene.room.messages) == 12


async def test_sigterm_does_not_wait_for_a_provider_that_hangs(scene):
    scene.provider.submits.append(Reply(deed="hang"))
    scene.provider.taken.clear()
    asked = await scene.imagine()
    await scene.provider.taken.wait()
    started = scene.discord.clock()
    status = await scene.program.terminate()
    seconds = scene.discord.clock() - started
    await scene.world.start()
    await scene.provider.release()
    grid = await scene.outcome(asked)

    assert status == 0
    assert seconds <= 8
    assert len(grid.media()) == 4
    assert len(scene.paid) == 1


async def test_a_second_process_on_the_same_data_ends_with_one_clear_line(scene):
    second = Program(scene.program.folder, scene.discord.changes, scene.program.settings)
    await second.start(WEB_PORT="0", LOG_LEVEL="INFO")
    status = await second.ended()

    assert status == 1
    assert re.fullmatch(r"run: another process uses .*atelier\.db.*\n", second.log)
    assert len((await scene.imagined()).media()) == 4


async def test_a_wrong_token_ends_with_one_clear_line(tmp_path, world):
    settings = {**world.program.settings, "DISCORD_TOKEN": "not.the.token", "WEB_PORT": "0"}
    program = Program(tmp_path, world.discord.changes, settings)
    await program.start(DATA_DIR=str(tmp_path))
    status = await program.ended()

    assert status == 2
    assert "DISCORD_TOKEN: Discord refuses this token" in program.log.splitlines()[-1]
    assert "Traceback" not in program.log
    assert "not.the.token" not in program.log


async def test_it_connects_by_itself_when_discord_comes_back(tmp_path, world):
    port = Program(tmp_path, world.discord.changes, {}).port
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(living(tmp_path))
        elsewhere = {"DISCORD_API_URL": f"http://127.0.0.1:{port}/api/v10"}
        await other.program.start(**elsewhere)
        await other.logged("Discord cannot be reached")
        await web.TCPSite(other.discord._runner, "127.0.0.1", port).start()
        await other.until(lambda: other.discord.gateway.is_ready() and other.discord.syncs, 20)
        scene = Scene(other, other.discord.studio, 0)

        assert len((await scene.imagined()).media()) == 4
        assert other.discord.violations == []
        assert await other.program.terminate() == 0


async def test_no_secret_and_no_prompt_is_ever_logged(scene):
    await scene.imagined()

    assert "delivered" in scene.program.log
    assert leaked(scene.world) == []
