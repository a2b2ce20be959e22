"""What people live through with Lingtu's tools, which are polled and can be taken back."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.discord_double import Interaction, Message
from tests.lingtu_double import WORDS, Asked, denial
from tests.lingtu_files import SHAPE, SIZE
from tests.program import Program, World, endings, living
from tests.provider_double import HTML, Reply, picture
from tests.scene import CANARY, Scene, colour_of, fields, leaked, secrets_of, staged

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

OWN = {"ℹ️", "✉️", "🗑️"}
TOOLS = {"Enlarge", "Vectorize", "Remove background", "Similar", "Describe"}
MANY, PER_SECOND = 20, 5.0
PHOTO = ("cat.png", picture("lime", SIZE))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One running program for all stories; it logs all it ever logs."""
    settings = {"LOG_LEVEL": "DEBUG", "LINGTU_CONCURRENCY": str(MANY + 5)}
    folder = tmp_path_factory.mktemp("lingtu")
    async with living(folder, lingtu=True, settings=settings) as opened:
        await opened.start()
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(world: World, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """A story of its own."""
    async with staged(world, request.node.name) as opened:
        yield opened


async def drawn(scene: Scene, prompt: str = "a heron", **options: object) -> Interaction:
    """Ask Lingtu for a picture."""
    given = {"prompt": f"{prompt} {CANARY}", "model": "lingtu", **options}
    return await scene.slash("imagine", given)


async def waiting(scene: Scene) -> tuple[Interaction, str]:
    """A job that waits at Lingtu, as the program knows since it has asked; and its id there."""
    scene.lingtu.holding = True
    asked = await drawn(scene)
    await scene.world.until(lambda: scene.lingtu_paid and scene.lingtu.looks(number_of(scene)))
    return asked, number_of(scene)


def number_of(scene: Scene) -> str:
    """Lingtu's id of the story's first job."""
    return scene.lingtu_paid[0].id


def submits(scene: Scene) -> list[Asked]:
    """Every attempt to hand in the story's first job."""
    request_id = scene.lingtu_paid[0].body["requestId"]
    return [asked for asked in scene.lingtu.asked if asked.body.get("requestId") == request_id]


def bodies(scene: Scene) -> list[dict[str, object]]:
    """What was submitted, without what differs each time."""
    varying = {"requestId", "image"}
    return [
        {"verb": paid.verb, **{k: v for k, v in paid.body.items() if k not in varying}}
        for paid in scene.lingtu_paid
    ]


def labels(message: Message) -> set[str]:
    """What can be pressed or chosen: labels, or emojis where there are none."""
    buttons = [b for b in message.buttons() if not b.get("disabled")]
    chosen = [option["label"] for menu in message.selects() for option in menu["options"]]
    return {*chosen, *(b.get("label") or b["emoji"]["name"] for b in buttons)}


def encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


async def handed_over(scene: Scene, asked: Interaction) -> Message:
    """The result of an order that is answered privately and has a card of its own."""
    await asked.wait_response(timeout=10)
    (job_id,) = await scene.world.until(scene.jobs)
    return await scene.ended(job_id)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


async def test_imagine_with_lingtu_posts_its_pictures_once_with_all_tools(scene):
    result = await scene.outcome(await drawn(scene, count=2, aspect="3:2", style="anime"))
    panel = await (await scene.choose(result, "pick", "1")).wait_response()
    (body,) = bodies(scene)

    prompt = f"a heron {CANARY}"
    assert body == {"verb": "text2img", "prompt": prompt, "ar": "3:2", "num": 2, "style": "anime"}
    assert [colour_of(file.data) for file in result.attachments] == ["blue", "blue"]
    assert len(result.media()) == 2
    assert scene.room.messages == [result]
    assert scene.discord.ben.id in result.pings
    assert labels(result) >= OWN
    assert labels(panel) >= TOOLS
    assert "/callbacks/" not in str([asked.body for asked in scene.lingtu.asked])


async def test_a_photo_too_large_is_made_smaller_and_the_person_is_told(scene):
    photo = ("bridge.jpg", picture("lime", (4100, 3000), kind="JPEG"))
    result = await scene.outcome(await scene.slash("lineart", image=photo))
    (paid,) = scene.lingtu_paid
    (seen,) = paid.pictures

    assert paid.verb == "lineart"
    assert seen.size == (4096, 2997)
    assert colour_of(seen.data) == "lime"
    assert seen.address.startswith(f"{scene.program.url}/m/")
    assert len(seen.address) <= 100
    assert "4096" in result.text()
    assert scene.room.messages == [result]


async def test_a_picture_that_fits_is_handed_over_as_it_is_and_nothing_is_told(scene):
    result = await scene.outcome(await scene.slash("upscale", {"factor": 4}, image=PHOTO))
    (paid,) = scene.lingtu_paid

    assert {k: v for k, v in bodies(scene)[0].items() if k != "type"} == {
        "verb": "upscale",
        "multiple": 4,
    }
    assert paid.pictures[0].size == SIZE
    assert "smaller" not in result.text()


@pytest.mark.parametrize(
    "lost",
    [
        Reply(deed="reset"),
        Reply(deed="error", status=502, body=HTML),
        Reply(deed="html"),
    ],
    ids=["reset", "bad gateway", "html"],
)
async def test_a_lost_submit_is_repeated_with_its_request_id_and_paid_once(scene, lost):
    scene.lingtu.submits.append(lost)
    result = await scene.outcome(await drawn(scene))
    first, second = submits(scene)

    assert len(scene.lingtu_paid) == 1
    assert first.body == second.body
    assert first.salt != second.salt
    assert scene.room.messages == [result]
    assert len(result.media()) == 1


async def test_a_kill_after_the_submit_pays_once_and_posts_once(scene):
    scene.lingtu.submits.append(Reply(deed="hang"))
    asked = await drawn(scene)
    await scene.world.until(lambda: scene.lingtu_paid)
    await scene.world.restart()
    result = await scene.outcome(asked)
    first, second = submits(scene)

    assert len(scene.lingtu_paid) == 1
    assert first.body == second.body
    assert scene.room.messages == [result]
    assert len(result.media()) == 1


async def test_a_kill_while_it_is_drawn_pays_once_and_posts_once(scene):
    asked, _ = await waiting(scene)
    await scene.program.kill()
    scene.lingtu.release()
    await scene.world.start()
    result = await scene.outcome(asked)

    assert len(submits(scene)) == 1
    assert scene.room.messages == [result]


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (denial(401), "LINGTU_SECRET"),
        (denial(800000), "no pictures left"),
        (denial(800000, status=200), "no pictures left"),
        (denial(800001), "text"),
        (denial(800002), "cannot read the picture"),
        (denial(800003), "style"),
        (denial(800004), "aspect"),
    ],
    ids=lambda value: str(value.body["code"]) if isinstance(value, Reply) else "",
)
async def test_a_refusal_is_told_in_words_and_costs_nothing(scene, refused, words):
    scene.lingtu.submits.append(refused)
    notice = await scene.outcome(await drawn(scene))

    assert words in notice.text()
    assert "Nothing was charged" in notice.text()
    assert notice.media() == []
    assert scene.lingtu_paid == []
    assert scene.room.messages == [notice]


async def test_what_moderation_refused_is_told_as_that(scene):
    notice = await scene.outcome(await drawn(scene, "a moderated heron"))

    assert "moderation" in notice.text()
    assert "Retry" not in labels(notice)
    assert notice.media() == []


async def test_retry_of_a_failed_job_is_a_new_one_for_lingtu_too(scene):
    scene.lingtu.holding = True
    asked = await drawn(scene)
    await scene.world.until(lambda: scene.lingtu_paid)
    scene.lingtu.fail(number_of(scene), "任务执行超时")
    scene.lingtu.holding = False
    notice = await scene.outcome(asked)
    result = await scene.followed(notice, "retry")
    first, second = (paid.body for paid in scene.lingtu_paid)

    assert "took too long" in notice.text()
    assert len(result.media()) == 1
    assert first["requestId"] != second["requestId"]
    assert first["prompt"] == second["prompt"]


async def test_a_busy_lingtu_is_asked_again(scene):
    scene.lingtu.submits.append(Reply(status=429, body={"code": 429, "message": "请求过于频繁"}))
    scene.lingtu.polls += [Reply(status=502, body=HTML), Reply(deed="reset"), Reply(deed="html")]
    result = await scene.outcome(await drawn(scene))

    assert len(scene.lingtu_paid) == 1
    assert scene.lingtu.polled(number_of(scene)) == 4
    assert scene.room.messages == [result]


async def test_a_job_that_waits_is_canceled_at_lingtu_too(scene):
    asked, number = await waiting(scene)
    job_id = scene.job_of(await asked.wait_response())
    refused = await scene.run("cancel", job_id, scene.discord.cleo)
    untouched = list(scene.lingtu.canceled())
    pressed = await scene.press(asked.response, "cancel")
    await scene.world.until(lambda: scene.lingtu.jobs[number]["status"] == "canceled")
    await pressed.wait_acknowledged()
    await scene.world.logged(f"job {job_id} -> canceled")
    await scene.world.until(lambda: asked.response.deleted or not asked.response.buttons())

    assert refused.ephemeral
    assert number not in untouched
    assert scene.lingtu.canceled()[-1] == number
    assert endings(scene.room, job_id) == []
    assert [m for m in scene.room.messages if m.media()] == []


async def test_what_is_being_drawn_is_not_canceled_and_is_posted(scene):
    asked, number = await waiting(scene)
    job_id = scene.job_of(asked.response)
    scene.lingtu.set(number, "executing")
    late = await scene.run("cancel", job_id)
    scene.lingtu.release()
    result = await scene.outcome(asked)

    assert late.ephemeral
    assert "being drawn" in late.response.text()
    assert scene.room.messages == [result]
    assert len(result.media()) == 1


async def test_vectorize_under_an_upscaled_picture_gives_the_file_and_a_preview(scene):
    scene.provider.drawings["upscale"] = picture("magenta", SIZE)
    upscaled = await scene.followed(await scene.imagined(), "u.2")
    vector = await scene.outcome(await scene.choose(upscaled, "more.2", "vectorize"))
    (paid,) = scene.lingtu_paid
    files = {file.filename.rpartition(".")[2]: file.data for file in vector.attachments}

    assert (paid.verb, paid.body.get("formats", ["svg"])) == ("vector", ["svg"])
    assert paid.body["image"].startswith(f"{scene.program.url}/m/")
    assert colour_of(paid.pictures[0].data) == "magenta"
    assert set(files) == {"svg", "png"}
    assert b"<svg" in files["svg"]
    assert colour_of(files["png"]) == "blue"
    assert len(vector.media()) == 1
    assert vector.media()[0]["media"]["url"].endswith(".png")
    assert vector.reference == upscaled.id
    assert not TOOLS & labels(vector)


async def test_a_description_can_be_drawn_with_midjourney(scene):
    upscaled = await scene.followed(await scene.imagined(), "u.0")
    described = await scene.outcome(await scene.choose(upscaled, "more.0", "describe"))
    asked = await scene.discord.click(described, label="Imagine", user=scene.discord.ben)
    modal = await asked.wait_modal()
    prompt = await scene.discord.submit_modal(asked, {fields(modal)[0]: f"a stork {CANARY}"})
    grid = await scene.outcome(prompt)

    assert scene.lingtu_paid[0].verb == "img2text"
    assert all(line in described.text() for line in filter(None, WORDS.split("\n")))
    assert described.media() == []
    assert "A heron by the water" in str(modal)
    assert [job.verb for job in scene.paid] == ["diffusion", "upscale", "diffusion"]
    assert scene.bodies()[-1]["text"].startswith(f"a stork {CANARY}")
    assert len(grid.media()) == 4


async def test_a_psd_comes_beside_a_preview(scene):
    cut = await scene.outcome(await scene.slash("matting", {"format": "psd"}, image=PHOTO))
    files = {file.filename.rpartition(".")[2]: file.data for file in cut.attachments}

    assert bodies(scene) == [{"verb": "matting", "formats": ["psd"]}]
    assert set(files) == {"psd", "png"}
    assert files["psd"].startswith(b"8BPS")
    assert opened(files["png"]).size == SIZE
    assert [item["media"]["url"].rpartition(".")[2] for item in cut.media()] == ["png"]


async def test_a_style_transfer_shows_its_mask_as_one(scene):
    scene.lingtu.joined, scene.lingtu.id_as = True, "data"
    options = {"type": 1, "style": "watercolor", "mask": True}
    result = await scene.outcome(await scene.slash("restyle", options, image=PHOTO))
    (body,) = bodies(scene)
    plain, mask = (opened(file.data) for file in result.attachments)

    assert body == {"verb": "style-transfer", "type": 1, "style": "watercolor", "returnMask": True}
    assert plain.convert("RGB").getpixel((1, 1)) == (0, 0, 255)
    assert mask.convert("RGB").getpixel((1, 1)) == (0, 0, 0)
    assert mask.convert("RGB").getpixel(SHAPE[:2]) == (255, 255, 255)
    assert "mask" in result.media()[1]["description"].lower()
    assert "mask" not in result.media()[0]["description"].lower()


async def test_a_sticker_stays_transparent(scene):
    result = await scene.outcome(await scene.slash("sticker", {"prompt": f"a hat {CANARY}"}))
    (file,) = result.attachments

    assert scene.lingtu_paid[0].verb == "transparent"
    assert opened(file.data).convert("RGBA").getpixel((1, 1))[3] == 0
    assert labels(result) >= TOOLS - {"Remove background"}
    assert "Remove background" not in labels(result)


async def test_erase_makes_an_attached_mask_fit_its_picture(scene):
    grey = Image.new("RGB", SIZE, (9, 9, 9))
    grey.paste((240, 240, 240), SHAPE)
    mask = ("mask.jpg", encoded(grey, "JPEG", quality=95, subsampling=0))
    result = await handed_over(scene, await scene.slash("erase", image=PHOTO, mask=mask))
    (paid,) = scene.lingtu_paid
    seen = {found.place: found for found in paid.pictures}

    assert paid.verb == "remove"
    assert colour_of(seen["image"].data) == "lime"
    assert seen["mask"].opened().convert("L").getbbox() == SHAPE
    assert len(result.media()) == 1


async def test_background_trims_the_product_and_fills_the_canvas(scene):
    product = Image.new("RGBA", (120, 90), (0, 0, 0, 0))
    product.paste((255, 0, 0, 255), (30, 20, 70, 80))
    product.putpixel((31, 21), (255, 0, 0, 0))
    files = {
        "goods": ("cup.png", encoded(product, "PNG")),
        "background": ("table.jpg", picture("cyan", (1000, 900), kind="JPEG")),
    }
    options = {"place": "bottom", "count": 2}
    result = await handed_over(scene, await scene.slash("background", options, **files))
    (paid,) = scene.lingtu_paid
    goods, seen = paid.body["goods"], {found.place: found for found in paid.pictures}

    assert (paid.verb, paid.body["num"]) == ("change-background", 2)
    assert seen["goods.url"].size == (40, 60)
    assert goods["width"] / goods["height"] == pytest.approx(40 / 60, abs=0.02)
    assert 0 <= goods["x"] <= paid.body["width"] - goods["width"]
    assert 0 <= goods["y"] <= paid.body["height"] - goods["height"]
    assert colour_of(seen["background.url"].data) == "cyan"
    assert len(result.media()) == 2


async def test_a_picture_that_somebody_posted_is_enlarged_from_its_menu(scene):
    post = await scene.discord.post(scene.room, scene.discord.cleo, "look", [PHOTO])
    result = await scene.outcome(await scene.discord.menu(post, "Upscale image", scene.discord.ben))
    (paid,) = scene.lingtu_paid

    assert paid.verb == "upscale"
    assert colour_of(paid.pictures[0].data) == "lime"
    assert scene.discord.ben.id in result.pings


async def test_an_address_too_long_for_lingtu_ends_the_start_with_one_line(tmp_path, world):
    long = {"DATA_DIR": str(tmp_path), "PUBLIC_URL": f"https://{'a' * 60}.example"}
    program = Program(tmp_path, world.discord.changes, {**world.program.settings, **long})
    before = world.discord.identified
    await program.start(WEB_PORT="0")
    try:
        status = await program.ended()
    finally:
        await program.kill()
    (line,) = program.log.splitlines()

    assert status == 2
    assert "PUBLIC_URL" in line
    assert "Lingtu" in line
    assert world.discord.identified == before


async def test_no_prompt_no_secret_and_no_address_is_ever_logged(scene):
    await scene.outcome(await scene.slash("lineart", image=PHOTO))
    found = secrets_of(scene.world)

    assert "delivered" in scene.program.log
    assert scene.lingtu.seals <= found["the seal of a file"]
    assert leaked(scene.world) == []


async def test_many_jobs_are_polled_at_lingtus_pace_and_none_is_forgotten(scene):
    scene.lingtu.holding = True
    asked = await asyncio.gather(*(drawn(scene, str(number)) for number in range(MANY)))
    await asyncio.gather(*(press.wait_response(timeout=20) for press in asked))
    await scene.world.until(lambda: len(scene.lingtu_paid) == MANY, 20)
    numbers = {paid.id for paid in scene.lingtu_paid}

    def polled() -> set[str]:
        return numbers & {look.body["jobId"] for look in scene.lingtu.looks()}

    await scene.world.until(lambda: polled() == numbers, 20)
    moments = [look.at for look in scene.lingtu.looks() if look.body["jobId"] in numbers]
    seconds = moments[-1] - moments[0]

    assert len(moments) <= PER_SECOND * seconds * 1.2 + 3
    assert seconds >= (MANY - 3) / PER_SECOND / 1.2
