"""What people live through with clips, tools, references, batches, moodboards and the account."""

import asyncio
import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from bot.media.clips import inspect_clip
from tests.discord_double import Message
from tests.program import World, living, own_job
from tests.provider_double import clip, heavy_clip, picture
from tests.scene import CANARY, Scene, colour_of, fetched, leaked, link_of, secrets_of, staged

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

MIB = 1024 * 1024
OWN = {"ℹ️", "✉️", "🗑️"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One running program for all stories; it logs all it ever logs."""
    folder = tmp_path_factory.mktemp("studio")
    async with living(folder, settings={"LOG_LEVEL": "DEBUG"}) as opened:
        await opened.start()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A story of its own."""
    async with staged(world, request.node.name) as opened:
        yield opened


async def filmed(scene: Scene, **options: object) -> Message:
    """The clips of a text."""
    given = {"prompt": f"a heron takes off {CANARY}", **options}
    return await scene.outcome(await scene.slash("video", given))


async def extended(scene: Scene, clips: Message, index: int = 0) -> Message:
    """The result of Extend for one clip."""
    asked = await scene.press(clips, f"extend.{index}")
    return await scene.outcome(await scene.answered(asked))


def labels(message: Message) -> set[str]:
    """What can be pressed: labels, or emojis where there are none."""
    buttons = [b for b in message.buttons() if not b.get("disabled")]
    return {b.get("label") or b["emoji"]["name"] for b in buttons}


def addresses(text: str) -> list[str]:
    """The addresses in a prompt, in their order."""
    return re.findall(r"http://\S+", text)


async def colours(text: str) -> list[str]:
    """What the pictures show whose addresses stand in a prompt."""
    return [colour_of((await fetched(address))[1]) for address in addresses(text)]


async def test_video_posts_four_clips_that_can_be_extended_and_upscaled(scene):
    clips = await filmed(scene)
    numbered = {f"{what} {n}" for what in ("Extend", "Upscale") for n in range(1, 5)}

    assert scene.bodies() == [{"verb": "video-diffusion", "prompt": f"a heron takes off {CANARY}"}]
    assert [file.content_type for file in clips.attachments] == ["video/mp4"] * 4
    assert all(file.data == clip() for file in clips.attachments)
    assert [item["media"]["url"] for item in clips.media()] == [
        f"attachment://{file.filename}" for file in clips.attachments
    ]
    assert labels(clips) == numbered | {"🔄"} | OWN
    assert scene.room.messages == [clips]
    assert scene.discord.ben.id in clips.pings


async def test_what_follows_a_clip_replies_to_it(scene):
    clips = await filmed(scene)
    longer = await extended(scene, clips, 1)
    finer = await scene.followed(clips, "clip_up.0")
    again = await scene.followed(clips, "reroll")
    source = scene.paid[0].id

    assert scene.bodies()[1:] == [
        {
            "verb": "extend-video",
            "jobId": source,
            "videoNo": 1,
            "prompt": f"a stork {CANARY}",
        },
        {"verb": "video-upscale", "jobId": source, "videoNo": 0},
        {"verb": "reroll", "jobId": source},
    ]
    assert [len(message.media()) for message in (longer, finer, again)] == [4, 1, 4]
    assert {message.reference for message in (longer, finer, again)} == {clips.id}
    assert {file.content_type for file in again.attachments} == {"video/mp4"}
    assert "Upscale 1" in labels(longer)
    assert not {"Upscale 1", "Extend 1"} & labels(finer)


async def test_a_clip_is_extended_four_times_and_no_fifth_time(scene):
    clips = await filmed(scene, batch=1)
    longest = clips
    for _ in range(4):
        longest = await extended(scene, longest)
    old = Message(
        id=scene.discord.next_id(),
        channel=scene.room,
        author_id=scene.discord.bot.id,
        components=[
            {
                "type": 1,
                "components": [
                    {
                        "type": 2,
                        "style": 2,
                        "label": "Extend 1",
                        "custom_id": f"job:{own_job(longest)}:extend.0",
                    }
                ],
            }
        ],
        flags=longest.flags,
    )
    fifth = await scene.press(old, "extend.0")
    answer = await fifth.wait_response()

    assert "Extend 1" not in labels(longest)
    assert fifth.ephemeral
    assert "four times" in answer.text()
    assert [job.verb for job in scene.paid] == ["video-diffusion", *["extend-video"] * 4]


async def test_a_clip_that_moderation_removed_keeps_its_place(scene):
    clips = await filmed(scene, prompt=f"a hole {CANARY}")
    kinds = [file.content_type for file in clips.attachments]

    assert kinds == ["video/mp4", "image/png", "video/mp4", "video/mp4"]
    assert {"Extend 1", "Extend 3"} < labels(clips)
    assert not {"Extend 2", "Upscale 2"} & labels(clips)


async def test_a_picture_is_animated_from_the_menu_under_it(scene):
    grid = await scene.imagined()
    upscaled = await scene.followed(grid, "u.2")
    clips = await scene.outcome(await scene.choose(upscaled, "more.2", "animate_low"))

    assert scene.bodies()[2] == {
        "verb": "video-diffusion",
        "jobId": scene.paid[0].id,
        "imageNo": 2,
        "prompt": "--motion low",
    }
    assert clips.reference == grid.id
    assert len(clips.media()) == 4


async def test_a_clip_starts_and_ends_with_the_pictures_that_were_attached(scene):
    options = {"prompt": f"a heron {CANARY}", "resolution": "720p", "batch": 2, "motion": "high"}
    start, end = ("start.png", picture("blue")), ("end.webp", picture("yellow", kind="WEBP"))
    clips = await scene.outcome(await scene.slash("video", options, image=start, end=end))
    (body,) = scene.bodies()
    first, last = addresses(body["prompt"])

    assert (body["verb"], body["videoType"]) == ("video-diffusion", 1)
    assert body["prompt"].startswith(f"{first} a heron {CANARY}")
    assert f"--end {last}" in body["prompt"]
    assert "--motion high" in body["prompt"]
    assert "--bs 2" in body["prompt"]
    assert all(each.startswith(f"{scene.program.url}/m/") for each in (first, last))
    assert await colours(body["prompt"]) == ["blue", "yellow"]
    assert (await fetched(last))[0] in {"image/png", "image/jpeg"}
    assert len(clips.media()) == 2


async def test_a_clip_starts_from_a_picture_of_an_earlier_job(scene):
    grid = await scene.imagined()
    options = {"job": own_job(grid), "number": 3, "loop": True}
    clips = await scene.outcome(await scene.slash("video", options))

    assert scene.bodies()[1] == {
        "verb": "video-diffusion",
        "jobId": scene.paid[0].id,
        "imageNo": 2,
        "prompt": "--loop",
    }
    assert clips.reference == grid.id


async def test_a_clip_starts_from_a_picture_that_takes_no_follow_up(scene):
    scene.provider.drawings["remove-background"] = picture("cyan", (64, 48))
    image = ("cat.png", picture("lime", (64, 48)))
    cut = await scene.outcome(await scene.slash("matting", image=image))
    options = {"job": own_job(cut), "prompt": f"it runs {CANARY}"}
    await scene.outcome(await scene.slash("video", options))
    body = scene.bodies()[1]

    assert set(body) == {"verb", "prompt"}
    assert body["prompt"].endswith(f" it runs {CANARY}")
    assert await colours(body["prompt"]) == ["cyan"]


async def test_a_clip_too_large_for_discord_is_attached_smaller_and_linked(scene, tmp_path):
    scene.provider.drawings["video-diffusion"] = heavy_clip()
    clips = await filmed(scene, batch=1)
    (file,) = clips.attachments
    small = tmp_path / "small.mp4"
    small.write_bytes(file.data)
    address = re.search(r"\((http://\S+)\)", clips.text())
    kind, original = await fetched(address[1])

    assert len(heavy_clip()) > 10 * MIB >= file.size
    assert file.content_type == kind == "video/mp4"
    assert inspect_clip(small)[2] == pytest.approx(3, abs=0.2)
    assert original == heavy_clip()
    assert scene.room.messages == [clips]


async def test_retexture_takes_a_picture_and_only_offers_upscales(scene):
    image = ("house.png", picture("blue", (64, 48)))
    options = {"prompt": f"watercolour {CANARY}"}
    grid = await scene.outcome(await scene.slash("retexture", options, image=image))
    (body,) = scene.bodies()
    upscaled = await scene.followed(grid, "u.1")

    assert set(body) == {"verb", "imgUrl", "remixPrompt"}
    assert body["verb"] == "retexture"
    assert body["remixPrompt"].startswith(f"watercolour {CANARY}")
    assert await colours(body["imgUrl"]) == ["blue"]
    assert labels(grid) == {"U1", "U2", "U3", "U4"} | OWN
    assert labels(upscaled) == OWN
    assert upscaled.selects() == []
    assert [job.verb for job in scene.paid] == ["retexture", "upscale"]


async def test_what_was_cut_out_stays_transparent_and_takes_no_follow_up(scene):
    cutout = picture((255, 0, 0, 0), mode="RGBA")
    scene.provider.drawings["remove-background"] = cutout
    image = ("cat.webp", picture("lime", (64, 48), kind="WEBP"))
    cut = await scene.outcome(await scene.slash("matting", image=image))
    (body,) = scene.bodies()
    (file,) = cut.attachments
    shown = Image.open(io.BytesIO(file.data))

    assert set(body) == {"verb", "imgUrl"}
    assert body["imgUrl"].endswith((".png", ".jpg"))
    assert await colours(body["imgUrl"]) == ["lime"]
    assert (file.content_type, shown.mode) == ("image/png", "RGBA")
    assert shown.getchannel("A").getextrema() == (0, 0)
    assert labels(cut) == OWN
    assert cut.selects() == []


async def test_the_background_of_a_result_is_removed_from_the_picture_that_is_seen(scene):
    scene.provider.drawings["upscale"] = picture("magenta", (64, 48))
    upscaled = await scene.followed(await scene.imagined(), "u.2")
    cut = await scene.outcome(await scene.choose(upscaled, "more.2", "cutout"))
    body = scene.bodies()[2]

    assert body["verb"] == "remove-background"
    assert await colours(body["imgUrl"]) == ["magenta"]
    assert cut.reference == upscaled.id


async def test_blend_sends_nothing_but_addresses_of_ours(scene):
    images = {f"image{n}": (f"{n}.png", picture(c)) for n, c in enumerate(("red", "blue"), 1)}
    grid = await scene.outcome(await scene.slash("blend", **images))
    (body,) = scene.bodies()
    first, second, *rest = body["text"].split()

    assert body["verb"] == "diffusion"
    assert addresses(body["text"]) == [first, second]
    assert not rest or rest[0].startswith("--")
    assert all(each.startswith(f"{scene.program.url}/m/") for each in (first, second))
    assert await colours(body["text"]) == ["red", "blue"]
    assert len(grid.media()) == 4


async def test_references_stand_where_they_belong(scene):
    images = {
        "image": ("a.png", picture("red")),
        "style_reference": ("b.png", picture("yellow")),
        "style_reference2": ("c.png", picture("cyan")),
        "omni_reference": ("d.png", picture("blue")),
    }
    options = {"prompt": f"a heron {CANARY} --sw 300 --ow 50", "model": "v7"}
    await scene.outcome(await scene.slash("imagine", options, **images))
    (body,) = scene.bodies()
    text = body["text"]
    shown = dict(zip(addresses(text), await colours(text), strict=True))
    for address, colour in shown.items():
        text = text.replace(address, colour)

    assert text.startswith(f"red a heron {CANARY} --")
    assert "--sref yellow cyan" in text
    assert "--oref blue" in text
    assert {"--sw 300", "--ow 50", "--v 7"} <= set(re.findall(r"--\w+ \w+", text))
    assert all(address.startswith(f"{scene.program.url}/m/") for address in shown)


async def test_permutations_are_confirmed_first_and_made_once(scene):
    asked = await scene.slash("imagine", {"prompt": f"a {{red, blue}} heron {CANARY}"})
    offer = await asked.wait_response()
    offered, nothing_yet = offer.text(), (len(scene.paid), list(scene.room.messages))
    await scene.world.restart()
    for press in await asyncio.gather(*(scene.press(offer, "go") for _ in range(2))):
        await press.wait_acknowledged()
    await scene.world.until(lambda: len(scene.jobs()) == 2)
    results = [await scene.ended(job_id) for job_id in scene.jobs()]

    assert asked.ephemeral
    assert "These are 2 jobs" in offered
    assert nothing_yet == (0, [])
    assert sorted(body["text"].partition(" --")[0] for body in scene.bodies()) == [
        f"a {colour} heron {CANARY}" for colour in ("blue", "red")
    ]
    assert sorted(m.id for m in scene.room.messages) == sorted(m.id for m in results)


async def test_a_batch_that_nobody_wants_costs_nothing(scene):
    asked = await scene.slash("imagine", {"prompt": f"a heron {CANARY}", "repeat": 3})
    offer = await asked.wait_response()
    declined = await scene.press(offer, "no")
    await declined.wait_acknowledged()

    assert "Nothing was ordered" in offer.text()
    assert labels(offer) == set()
    assert scene.paid == []


async def test_a_moodboard_is_made_of_our_addresses_and_drawn_with(scene):
    images = {f"image{n}": (f"{n}.png", picture(c)) for n, c in enumerate(("red", "blue"), 1)}
    made = await scene.slash("moodboard create", {"name": "Dusk"}, **images)
    answer = await made.wait_response()
    verb, board = scene.provider.account.asked[-1]
    board_id = re.search(r"`(\w+)`", answer.text())[1]
    typed = await scene.discord.autocomplete(
        scene.room, scene.discord.ben, "imagine", "moodboard", "du", {"prompt": "a heron"}
    )
    await typed.wait_acknowledged()
    options = {"prompt": f"a heron {CANARY}", "moodboard": board_id}
    await scene.outcome(await scene.slash("imagine", options))

    assert made.ephemeral
    assert (verb, set(board), board["name"]) == ("post", {"name", "images"}, "Dusk")
    assert all(each.startswith(f"{scene.program.url}/m/") for each in board["images"])
    assert await colours(" ".join(board["images"])) == ["red", "blue"]
    assert {"name": "Dusk", "value": board_id} in typed.choices
    assert f"--p {board_id}" in scene.bodies()[0]["text"]


async def test_who_uses_a_moodboard_draws_with_it_until_they_say_none(scene):
    cleo, image = scene.discord.cleo, ("1.png", picture("blue"))
    made = await scene.slash("moodboard create", {"name": "Dawn"}, cleo, image1=image)
    board_id = re.search(r"`(\w+)`", (await made.wait_response()).text())[1]
    for board in (board_id, "none"):
        used = await scene.slash("moodboard use", {"board": board}, cleo)
        await used.wait_response()
        await scene.imagined(user=cleo)

    drawn_with, without = (body["text"] for body in scene.bodies())
    assert f"--p {board_id}" in drawn_with
    assert "--p" not in without


async def test_the_balance_is_for_the_applications_owner(scene):
    scene.provider.account.answers["subscribe"] = {"plan": "Bittern", "fastRemaining": 4321}
    before = len(scene.provider.account.asked)
    refused = await scene.slash("account balance", user=scene.discord.ben)
    words = (await refused.wait_response()).text()
    nothing_asked = len(scene.provider.account.asked) == before
    shown = await scene.slash("account balance", user=scene.discord.ada)
    balance = (await shown.wait_response()).text()

    assert refused.ephemeral
    assert nothing_asked
    assert "Bittern" not in words
    assert shown.ephemeral
    assert "Bittern" in balance
    assert "4321" in balance.replace(",", "")


async def test_the_callback_test_hears_the_provider_call(scene):
    await scene.imagined()
    reports = len(scene.room.messages)
    asked = await scene.slash("account callback-test", user=scene.discord.ada)
    answer = await asked.wait_response(lambda message: "✅" in message.text())

    assert asked.ephemeral
    assert "callback arrived" in answer.text()
    assert scene.provider.account.asked[-1] == ("callback", {"jobId": scene.paid[0].id})
    assert len(scene.room.messages) == reports


async def test_costs_come_as_a_list_and_a_picture(scene):
    await scene.imagined()
    entry = {"jobId": scene.paid[0].id, "feeCost": 50, "costAt": "2026-10-02T08:00:00.123456789Z"}
    scene.provider.account.answers["costs"] = {"list": [entry], "total": 1}
    asked = await scene.slash("account costs", {"since": "2026-10-01"}, scene.discord.ada)
    answer = await asked.wait_response(timeout=30)
    (chart,) = answer.attachments

    assert asked.ephemeral
    assert scene.provider.account.asked[-1][1]["pageNo"] == "1"
    assert "0.50" in answer.text()
    assert chart.content_type == "image/png"
    assert chart.size_px[0] > 300


async def test_no_prompt_and_no_address_of_ours_is_ever_logged(scene):
    region = await scene.choose(await scene.imagined(), "pick", "0")
    pressed = await scene.press(await region.wait_response(), "region.0")
    await fetched(link_of(await pressed.wait_response()))
    await filmed(scene, batch=1)
    image = ("house.png", picture("blue", (64, 48)))
    await scene.outcome(await scene.slash("matting", image=image))
    await fetched(scene.bodies()[-1]["imgUrl"])
    found = secrets_of(scene.world)

    assert "delivered" in scene.program.log
    assert all(values for what, values in found.items() if what != "a signature")
    assert len(found["an address of ours"]) > 10
    assert leaked(scene.world) == []
