"""The menus of messages: whose picture they take, and what is ordered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from cogs.buttons import job_id
from cogs.pictures import picture_in
from storage.assets import PREVIEW, RESULT
from storage.models import Job
from tests.cogs.stage import Stage, said, staged
from tests.cogs.test_tool_results import kept, result
from tests.conftest import Workshop
from tests.provider_double import picture

MENUS = {
    "Upscale image": ("lingtu.upscale", "enlarge"),
    "Remove background": ("lingtu.matting", "matting"),
    "Describe": ("lingtu.img2text", "describe"),
    "Animate": ("youchuan.video_diffusion", ""),
}
ELSEWHERE = "http://169.254.169.254/secret.png"
COPY = "https://media.example/external/secret.png"


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("youchuan", "lingtu")) as opened:
        yield opened


async def ordered(stage: Stage, menu: str, message: Any) -> Job:
    """Bob's new job by a menu."""
    before = len(await stage.jobs())
    answer = await stage.bob.context_menu(stage.channel, menu, message)
    assert len(await stage.jobs()) == before + 1, answer
    return await stage.job()


async def refused(stage: Stage, menu: str, message: Any) -> str:
    before = len(await stage.jobs())
    answer = await stage.bob.context_menu(stage.channel, menu, message)
    assert len(await stage.jobs()) == before
    return said(answer)


def message_of(stage: Stage, **content: Any) -> Any:
    """Somebody else's message, of a kind that only programs can write."""
    author = stage.env.create_user("another", bot=True)
    stage.guild.add_member(author)
    stage.env.backend.create_message(stage.channel.id, author.id, **content)
    return stage.last()


def gallery(**media: Any) -> dict[str, Any]:
    item = {"media": {"url": ELSEWHERE, "proxy_url": COPY, **media}}
    container = {"type": 17, "components": [{"type": 12, "items": [item]}]}
    return {"components": [container], "flags": 1 << 15}


@pytest.mark.parametrize("menu", MENUS)
async def test_a_menu_takes_the_picture_that_somebody_attached(stage: Stage, menu: str):
    files = [("notes.txt", b"words"), ("a.png", picture()), ("b.png", picture("blue"))]
    message = await stage.ann.send(stage.channel, "look", attachments=files)
    job = await ordered(stage, menu, message)

    (upload,) = job.uploads
    assert (job.operation, upload.url) == (MENUS[menu][0], message.attachments[1].url)
    assert "upload://0" in job.params.values()
    assert (job.destination.user_id, job.parent_id) == (stage.bob.id, None)
    assert stage.last().id == job.card_id


@pytest.mark.parametrize("menu", MENUS)
async def test_of_a_result_a_menu_does_what_its_button_does(stage: Stage, menu: str):
    source = await result(stage, "lineart", "png")
    job = await ordered(stage, menu, stage.last())

    (kept,) = await stage.workshop.assets.of_job(source.id, RESULT)
    operation, action = MENUS[menu]
    assert (job.operation, job.action) == (operation, action)
    assert [upload.asset for upload in job.uploads] == [kept.token]
    assert (job.parent_id, job.parent_index) == (source.id, 0)


async def test_a_menu_enlarges_twofold(stage: Stage):
    message = await stage.ann.send(stage.channel, attachments=[("a.png", picture())])
    job = await ordered(stage, "Upscale image", message)

    assert (job.params["type"], job.params["multiple"]) == ("0", 2)


@pytest.mark.parametrize("menu", ["Describe", "Animate"])
async def test_of_several_pictures_the_person_chooses_one(stage: Stage, menu: str):
    source = await result(stage, "text2img", "png", "png", "png", "png")
    asked = await stage.bob.context_menu(stage.channel, menu, stage.last())
    key = menu.lower()
    (select,) = asked.response.components[1]["components"]
    await stage.bob.select(asked.response, [f"2:{key}"], custom_id=job_id(source.id, "pick"))
    job = await stage.job()

    kept = await stage.workshop.assets.of_job(source.id, RESULT)
    assert asked.ephemeral
    assert [option["value"] for option in select["options"]] == [f"{n}:{key}" for n in range(4)]
    assert job.operation == MENUS[menu][0]
    assert [upload.asset for upload in job.uploads] == [kept[2].token]


async def test_midjourneys_pictures_go_on_by_their_own_buttons(stage: Stage):
    grid = await stage.drawn()
    message = stage.last()
    jobs = []
    for menu, key in (("Animate", "animate"), ("Remove background", "cutout")):
        asked = await stage.bob.context_menu(stage.channel, menu, message)
        await stage.bob.select(asked.response, [f"1:{key}"], custom_id=job_id(grid.id, "pick"))
        jobs.append(await stage.job())

    assert [job.action for job in jobs] == ["animate_low", "cutout"]
    assert jobs[0].params["job_id"] == grid.external_id
    assert [(job.parent_id, job.parent_index) for job in jobs] == [(grid.id, 1)] * 2


async def test_a_background_is_not_removed_twice(stage: Stage):
    await result(stage, "matting", "png", traits="cutout")

    assert "gone already" in await refused(stage, "Remove background", stage.last())


async def test_without_lingtu_midjourney_removes_backgrounds(workshop: Workshop):
    async with staged(workshop) as stage:
        message = await stage.ann.send(stage.channel, attachments=[("a.png", picture())])
        job = await ordered(stage, "Remove background", message)
        words = await refused(stage, "Describe", message)

    assert job.operation == "youchuan.remove_background"
    assert "not set up" in words


async def test_what_nobody_can_do_is_refused_before_a_picture_is_chosen(workshop: Workshop):
    async with staged(workshop) as stage:
        await stage.drawn()

        assert "not set up" in await refused(stage, "Describe", stage.last())


@pytest.mark.parametrize(("verb", "kind"), [("vector", "svg"), ("matting", "psd")])
async def test_of_a_document_alone_a_menu_takes_the_preview(stage: Stage, verb: str, kind: str):
    traits = "vector" if verb == "vector" else "cutout"
    source = await result(stage, verb, kind, traits=traits)
    await kept(stage, source, PREVIEW, 0, picture())
    job = await ordered(stage, "Upscale image", stage.last())

    (preview,) = await stage.workshop.assets.of_job(source.id, PREVIEW)
    assert (job.operation, job.parent_id) == ("lingtu.upscale", source.id)
    assert [upload.asset for upload in job.uploads] == [preview.token]


@pytest.mark.parametrize("name", ["a.PNG", "a.jpeg", "a.webp"])
async def test_a_file_that_discord_has_no_type_for_counts_by_its_name(stage: Stage, name: str):
    message = await stage.ann.send(stage.channel, attachments=[("notes", b"x"), (name, picture())])
    for file in message.attachments:
        file.content_type = None

    assert picture_in(stage.studio, message).filename == name


@pytest.mark.parametrize(
    "content",
    [
        {"embeds": [{"type": "image", "thumbnail": {"url": ELSEWHERE, "proxy_url": COPY}}]},
        {"embeds": [{"type": "rich", "image": {"url": ELSEWHERE, "proxy_url": COPY}}]},
        gallery(),
        gallery(content_type="image/png"),
    ],
    ids=["preview", "embed", "gallery", "typed"],
)
async def test_of_a_picture_from_elsewhere_discords_copy_is_taken(
    stage: Stage, content: dict[str, Any]
):
    job = await ordered(stage, "Describe", message_of(stage, **content))

    assert [upload.url for upload in job.uploads] == [COPY]


@pytest.mark.parametrize(
    "content",
    [
        {"content": "no picture"},
        {"embeds": [{"type": "rich", "image": {"url": ELSEWHERE}}]},
        gallery(content_type="video/mp4"),
        gallery(proxy_url=None),
    ],
    ids=["words", "foreign", "clip", "no copy"],
)
async def test_where_there_is_no_picture_a_menu_says_so(stage: Stage, content: dict[str, Any]):
    words = await refused(stage, "Upscale image", message_of(stage, **content))

    assert words == "There is no picture in this message."


async def test_a_forwarded_picture_counts(stage: Stage):
    message = await stage.ann.send(stage.channel, attachments=[("a.png", picture())])
    forwarded = await stage.ann.forward(message, stage.channel)
    job = await ordered(stage, "Describe", forwarded)

    assert [upload.url for upload in job.uploads] == [message.attachments[0].url]


async def test_an_attachment_that_is_too_large_is_refused_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("cogs.uploads.MOST_UPLOAD_BYTES", 10)
    message = await stage.ann.send(stage.channel, attachments=[("a.png", picture())])

    assert "too large" in await refused(stage, "Describe", message)


@pytest.mark.parametrize(
    ("verb", "kinds", "traits", "words"),
    [
        ("vector", ["svg"], "vector", "Only a picture can be used here"),
        ("img2text", [], "text", "This job has no pictures."),
    ],
)
async def test_a_result_without_pictures_is_refused_in_words(
    stage: Stage, verb: str, kinds: list[str], traits: str, words: str
):
    text = "a heron" if traits == "text" else ""
    await result(stage, verb, *kinds, text=text, traits=traits)

    assert words in await refused(stage, "Upscale image", stage.last())


async def test_job_info_tells_of_a_result(stage: Stage):
    job = await result(stage, "lineart", "png")

    assert job.id in await refused(stage, "Job info", stage.last())


async def test_job_info_of_any_other_message_says_that_it_is_none(stage: Stage):
    job = await result(stage, "lineart", "png")
    row = {"type": 1, "components": [_button(job_id(job.id, "info"))]}
    imitation = message_of(stage, content="look", components=[row])

    words = await refused(stage, "Job info", imitation)
    assert words == "This message shows no result of this bot."


def _button(custom_id: str) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "x", "custom_id": custom_id}


async def test_a_result_of_another_server_is_nobodys_here(stage: Stage):
    await result(stage, "lineart", "png")
    elsewhere = stage.env.create_guild("elsewhere")
    channel = elsewhere.create_text_channel("studio")
    eve = elsewhere.add_member(stage.env.create_user("eve"))
    (job,) = await stage.jobs()
    await stage.studio.courier.show_in(job, stage.studio.get_channel(channel.id))
    answer = await eve.context_menu(channel, "Upscale image", channel.history()[-1])

    assert said(answer) == "This job belongs to another server."
    assert len(await stage.jobs()) == 1
