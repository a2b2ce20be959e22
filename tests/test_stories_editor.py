"""What people live through with the web editor and /edit, from a press to the repainted picture."""

import asyncio
import base64
import io
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image

from tests.discord_double import Fault, Message, Permission
from tests.program import World, living, own_job
from tests.provider_double import picture
from tests.scene import (
    CANARY,
    Scene,
    colour_of,
    fetched,
    leaked,
    link_of,
    secrets_of,
    staged,
)

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

PLACES = 3  # jobs that the account runs at once
WIDE = (48, 32)
CORNERS = [4, 4, 40, 4, 40, 28, 4, 28]
AREA = {"width": WIDE[0], "height": WIDE[1], "points": CORNERS}
ZIGZAG = [number for corner in range(10_000) for number in (corner % 48, corner % 31)]
DRAWN = {
    "prompt": f"a lake {CANARY}",
    "mask": {"areas": [AREA]},
    "canvas": None,
    "imgPos": None,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One running program for all stories; it logs all it ever logs."""
    folder = tmp_path_factory.mktemp("editor")
    settings = {"LOG_LEVEL": "DEBUG", "YOUCHUAN_CONCURRENCY": str(PLACES)}
    async with living(folder, settings=settings) as opened:
        await opened.start()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A story of its own; what is drawn in it is wider than high."""
    async with staged(world, request.node.name) as opened:
        for verb in ("diffusion", "upscale"):
            opened.provider.drawings[verb] = picture(size=WIDE)
        yield opened


async def post(address: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    """Send from the editor's page; the status and what it is told."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def status_of(address: str) -> int:
    """How a link is answered when it is opened."""
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status


async def panel(scene: Scene, grid: Message) -> Message:
    """The buttons of the second picture."""
    return await (await scene.choose(grid, "pick", "1")).wait_response()


async def region(scene: Scene, grid: Message | None = None) -> str:
    """The link that Region gives for the second picture of a new drawing."""
    pressed = await scene.press(await panel(scene, grid or await scene.imagined()), "region.1")
    return link_of(await pressed.wait_response())


async def edit(scene: Scene, **options: str) -> str:
    """The link that /edit gives for an attached picture."""
    asked = await scene.slash("edit", options, image=("lake.png", picture("blue", WIDE)))
    return link_of(await asked.wait_response())


def outdate_links(scene: Scene) -> None:
    """Let the quarter of an hour of every link so far be over; the process has its own clock."""
    file = scene.program.folder / "data" / "atelier.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE drafts SET expires_at = 0")


def png_mask(size: tuple[int, int] = WIDE) -> dict[str, str]:
    """A brushed mask: grey, white and see-through, as a canvas in a browser gives it."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (5, 6, 20, 20))
    image.paste((90, 90, 90, 255), (20, 6, 25, 20))
    file = io.BytesIO()
    image.save(file, "PNG")
    return {"png": "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()}


async def test_region_gives_one_person_a_link_and_changes_nothing_else(scene):
    grid = await scene.imagined()
    pressed = await scene.press(await panel(scene, grid), "region.1")
    answer = await pressed.wait_response()

    assert pressed.ephemeral
    assert link_of(answer).startswith(f"{scene.program.url}/editor/")
    assert scene.room.messages == [grid]
    assert len(scene.paid) == 1
    assert "/editor/" not in str([m.components for m in scene.room.history])


async def test_the_editors_page_shows_the_picture_and_is_kept_by_nobody(scene):
    link = await region(scene)
    async with aiohttp.ClientSession() as session, session.get(link) as answer:
        page, headers = await answer.text(), answer.headers
    name = page.partition("../m/")[2].partition('"')[0].partition("&")[0]
    kind, data = await fetched(f"{scene.program.url}/m/{name}")

    assert await status_of(link) == 200
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert kind == "image/png"
    assert data == picture(size=WIDE)
    for part in ("editor.js", "editor.css"):
        assert f"static/{part}" in page
        await fetched(f"{scene.program.url}/static/{part}")


async def test_a_drawn_region_is_repainted_once_and_posted_in_the_channel(scene):
    grid = await scene.imagined()
    link = await region(scene, grid)
    status, told = await post(link, DRAWN)
    result = await scene.ended(told["job"])
    (card,) = scene.cards(told["job"])

    assert status == 200
    assert told["ok"]
    assert scene.bodies()[1:] == [
        {
            "verb": "inpaint",
            "jobId": scene.paid[0].id,
            "imageNo": 1,
            "mask": {"areas": [AREA]},
            "remixPrompt": DRAWN["prompt"],
        }
    ]
    assert card in scene.room.deleted
    assert card.interaction is None
    assert card.author_id == scene.discord.bot.id
    assert scene.room.messages == [grid, result]
    assert result.reference == grid.id
    assert scene.discord.ben.id in result.pings
    assert len(result.media()) == 4


async def test_a_region_drawn_the_other_way_round_arrives_clockwise(scene):
    link = await region(scene)
    pairs = list(zip(CORNERS[::2], CORNERS[1::2], strict=True))
    backwards = [number for pair in reversed(pairs) for number in pair]
    _, told = await post(link, {**DRAWN, "mask": {"areas": [{**AREA, "points": backwards}]}})
    await scene.ended(told["job"])
    (area,) = scene.bodies()[1]["mask"]["areas"]

    assert area["points"] == CORNERS


async def test_a_link_takes_one_post(scene):
    link = await region(scene)
    _, told = await post(link, DRAWN)
    status, again = await post(link, {**DRAWN, "prompt": f"another {CANARY}"})
    await scene.ended(told["job"])
    opened = await status_of(link)

    assert status == opened == 409
    assert not again["ok"]
    assert "already been sent" in again["message"]
    assert [job.verb for job in scene.paid] == ["diffusion", "inpaint"]


async def test_fifty_posts_at_once_make_one_job(scene):
    link = await region(scene)
    answers = await asyncio.gather(*(post(link, DRAWN) for _ in range(50)))
    (job_id,) = (told["job"] for status, told in answers if status == 200)
    await scene.ended(job_id)

    assert sorted(status for status, _ in answers) == [200] + [409] * 49
    assert len(scene.paid) == 2
    assert len(scene.room.messages) == 2


async def test_a_link_that_is_over_or_was_tampered_with_is_refused(scene):
    link = await region(scene)
    place, _, token = link.rpartition("/")
    wrong = f"{place}/{'B' if token[0] == 'A' else 'A'}{token[1:]}"
    tampered = await post(wrong, DRAWN)
    tampered_page = await status_of(wrong)
    outdate_links(scene)
    late, late_page = await post(link, DRAWN), await status_of(link)

    assert (tampered[0], tampered_page) == (404, 404)
    assert (late[0], late_page) == (410, 410)
    assert "expired" in late[1]["message"]
    assert len(scene.paid) == 1


async def test_the_link_of_a_batch_opens_no_editor(scene):
    asked = await scene.slash("imagine", {"prompt": f"a {{red, blue}} heron {CANARY}"})
    go = next(i for i in (await asked.wait_response()).custom_ids() if i.endswith(":go"))
    link = f"{scene.program.url}/editor/{go.split(':')[1]}"

    assert await status_of(link) == 404
    assert (await post(link, DRAWN))[0] == 404
    assert scene.paid == []


async def test_another_sites_post_is_refused_and_the_link_still_works(scene):
    link = await region(scene)
    foreign = await post(link, DRAWN, Origin="https://elsewhere.example")
    crossing = await post(link, DRAWN, **{"Sec-Fetch-Site": "cross-site"})
    status, told = await post(link, DRAWN, Origin=scene.program.url)
    await scene.ended(told["job"])

    assert (foreign[0], crossing[0], status) == (403, 403, 200)
    assert len(scene.paid) == 2


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (None, "Mark what to repaint"),
        ({"areas": [{**AREA, "points": [4, 4, 400, 4, 40, 28]}]}, "beyond the picture"),
        ({"areas": [{**AREA, "width": 47}]}, "of another size"),
        ({"areas": [{**AREA, "points": ZIGZAG}]}, "10000 corners"),
        (png_mask((32, 48)), "both must agree"),
        ({"png": "data:image/png;base64,AAAA"}, "picture"),
    ],
    ids=["none", "outside", "of another size", "10,000 corners", "turned", "garbage"],
)
async def test_a_mask_that_cannot_be_meant_is_refused_in_words_and_may_be_drawn_again(
    scene, mask, words
):
    link = await region(scene)
    status, told = await post(link, {**DRAWN, "mask": mask})
    right, accepted = await post(link, DRAWN)
    await scene.ended(accepted["job"])

    assert (status, right) == (400, 200)
    assert told["again"]
    assert words in told["message"]
    assert len(scene.paid) == 2


async def test_a_brushed_mask_reaches_the_provider_in_black_and_white(scene):
    link = await region(scene)
    _, told = await post(link, {**DRAWN, "mask": png_mask()})
    await scene.ended(told["job"])
    address = scene.bodies()[1]["mask"]["url"]
    kind, data = await fetched(address)
    mask = Image.open(io.BytesIO(data)).convert("L")

    assert address.startswith(f"{scene.program.url}/m/")
    assert kind == "image/png"
    assert mask.size == WIDE
    assert mask.getbbox() == (5, 6, 20, 20)
    assert {colour for _, colour in mask.getcolors()} == {0, 255}


async def test_an_attached_picture_is_painted_on_around(scene):
    link = await edit(scene)
    canvas = {"width": 96, "height": 64}
    place = {"width": 48, "height": 32, "x": 24, "y": 16}
    drawn = {**DRAWN, "canvas": canvas, "imgPos": place}
    _, told = await post(link, drawn)
    result = await scene.ended(told["job"])
    (body,) = scene.bodies()
    _, data = await fetched(body["imgUrl"])

    assert set(body) == {"verb", "imgUrl", "mask", "canvas", "imgPos", "remixPrompt"}
    assert body["verb"] == "upload-paint"
    assert body["imgUrl"].startswith(f"{scene.program.url}/m/")
    assert colour_of(data) == "blue"
    assert (body["canvas"], body["imgPos"]) == (canvas, place)
    assert body["mask"] == {"areas": [AREA]}
    assert body["remixPrompt"].startswith(str(DRAWN["prompt"]))
    assert scene.room.messages == [result]
    assert scene.discord.ben.id in result.pings


async def test_edit_works_without_the_editor(scene):
    mask = Image.new("L", WIDE)
    mask.paste(255, (5, 6, 20, 20))
    file = io.BytesIO()
    mask.save(file, "PNG")
    asked = await scene.slash(
        "edit",
        {"prompt": f"a lake {CANARY}", "aspect": "3:1"},
        image=("lake.png", picture("blue", WIDE)),
        mask=("mask.png", file.getvalue()),
    )
    answer = await asked.wait_response()
    await scene.world.until(scene.jobs)
    (job_id,) = scene.jobs()
    result = await scene.ended(job_id)
    (body,) = scene.bodies()
    _, data = await fetched(body["mask"]["url"])

    assert answer.ephemeral
    assert "on its way" in answer.text()
    assert body["verb"] == "upload-paint"
    assert body["canvas"] == {"width": 96, "height": 32}
    assert body["imgPos"] == {"width": 48, "height": 32, "x": 24, "y": 0}
    assert Image.open(io.BytesIO(data)).convert("L").getbbox() == (5, 6, 20, 20)
    assert scene.room.messages == [result]


async def test_a_mask_of_another_size_is_said_privately_and_costs_nothing(scene):
    asked = await scene.slash(
        "edit",
        {"prompt": f"a lake {CANARY}"},
        image=("lake.png", picture("blue", WIDE)),
        mask=("mask.png", picture("white", (32, 48))),
    )
    answer = await asked.wait_response()

    assert answer.ephemeral
    assert "32 × 48" in answer.text()
    assert scene.room.messages == []
    assert scene.paid == []


async def test_edit_of_a_result_goes_on_from_the_providers_job(scene):
    grid = await scene.imagined()
    asked = await scene.slash("edit", {"job": own_job(grid), "number": 3})
    link = link_of(await asked.wait_response())
    canvas = {"width": 48, "height": 64}
    place = {"width": 48, "height": 32, "x": 0, "y": 32}
    drawn = {"prompt": f"a sky {CANARY}", "mask": None, "canvas": canvas, "imgPos": place}
    _, told = await post(link, drawn)
    result = await scene.ended(told["job"])

    assert scene.bodies()[1] == {
        "verb": "edit",
        "jobId": scene.paid[0].id,
        "imageNo": 2,
        "canvas": canvas,
        "imgPos": place,
        "remixPrompt": drawn["prompt"],
    }
    assert result.reference == grid.id


async def test_what_is_sent_when_the_interaction_is_long_over_is_posted_all_the_same(scene):
    link = await region(scene)
    scene.discord.expire_tokens()
    _, told = await post(link, DRAWN)

    assert (await scene.ended(told["job"])).reference == scene.room.messages[0].id


async def test_what_is_sent_after_the_channel_was_closed_arrives_as_a_dm(scene):
    link = await region(scene)
    await scene.discord.forbid(scene.room, Permission.VIEW | Permission.SEND)
    _, told = await post(link, DRAWN)
    dm = await scene.message_of(told["job"], scene.discord.dm(scene.discord.ben))

    assert len(dm.media()) == 4
    assert len(scene.paid) == 2


async def test_the_editor_works_in_the_dm_of_a_person(scene):
    story = Scene(scene.world, scene.discord.dm(scene.discord.ben), scene.before)
    grid = await story.imagined()
    _, told = await post(await region(story, grid), DRAWN)
    result = await story.ended(told["job"])

    assert len(story.cards(told["job"])) == 1
    assert result.reference == grid.id


async def test_killed_before_the_card_of_what_was_drawn_it_is_made_once(scene):
    link = await region(scene)
    down = Fault("POST", r"^/channels/\d+/messages$", times=1000, kind="status", status=503)
    scene.discord.faults.append(down)
    sending = asyncio.create_task(post(link, DRAWN))
    await scene.world.until(lambda: down.hit)
    await scene.program.kill()
    with pytest.raises(aiohttp.ClientError):
        await sending
    scene.discord.faults.clear()
    await scene.world.start()
    await scene.world.until(lambda: len(scene.room.messages) == 2)
    again, told = await post(link, DRAWN)

    assert [job.verb for job in scene.paid] == ["diffusion", "inpaint"]
    assert (again, told["ok"]) == (409, False)
    assert scene.room.messages[1].reference == scene.room.messages[0].id


async def test_killed_before_the_submit_of_what_was_drawn_it_is_made_once(scene):
    link = await region(scene)
    scene.provider.holding = True
    for _ in range(PLACES):
        await scene.imagine()
    await scene.world.until(lambda: len(scene.provider.unfinished()) == PLACES)
    _, told = await post(link, DRAWN)
    await scene.world.restart()
    not_yet = [job.verb for job in scene.paid]
    await scene.provider.release()
    result = await scene.ended(told["job"])

    assert not_yet == ["diffusion"] * (1 + PLACES)
    assert scene.paid[-1].verb == "inpaint"
    assert len(scene.paid) == len(not_yet) + 1
    assert result.reference == scene.room.messages[0].id


async def test_killed_right_after_the_answer_to_what_was_drawn_it_is_made_once(scene):
    link = await region(scene)
    scene.provider.holding = True
    _, told = await post(link, DRAWN)
    await scene.world.restart()
    await scene.world.until(lambda: len(scene.paid) == 2)
    await scene.provider.release()
    result = await scene.ended(told["job"])

    assert [job.verb for job in scene.paid] == ["diffusion", "inpaint"]
    assert scene.room.messages[1:] == [result]


async def test_no_link_of_the_editor_is_ever_logged(scene):
    _, told = await post(await region(scene), {**DRAWN, "mask": png_mask()})
    await scene.ended(told["job"])
    await fetched(scene.bodies()[1]["mask"]["url"])
    await fetched(await edit(scene, prompt=CANARY))

    assert len(secrets_of(scene.world)["an address of ours"]) > 3
    assert leaked(scene.world) == []
