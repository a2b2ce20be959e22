"""/imagine from the slash to the row, its card and its acknowledgement."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from PIL import Image, ImageColor

from bot.errors import FetchError
from bot.providers import prompt
from cogs.uploads import MOST_UPLOAD_BYTES
from storage.models import Job, Moodboard, Status
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.factories import NOON
from tests.provider_double import picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def refusal(stage: Stage, **options: object) -> str:
    """What /imagine answers privately; nothing may have been ordered."""
    result = await stage.ann.slash(stage.channel, "imagine", **options)
    assert not await stage.jobs()
    return said(result)


async def sent(stage: Stage, job: Job) -> str:
    """What reaches the provider; the addresses of the attached files as ``<position>``."""
    await stage.workshop.turn("submit")
    text = stage.workshop.provider.paid[-1].body["text"]
    for asset in await stage.workshop.assets.of_job(job.id, "upload"):
        address = f"{stage.workshop.parts.terms.public_url}/m/{asset.name}"
        text = text.replace(address, f"<{asset.position}>")
    return text


async def keep_board(stage: Stage, board_id: str, **overrides: object) -> None:
    values = {"guild_id": stage.guild.id, "user_id": stage.bob.id, "name": "Dusk"}
    times = {"created_at": NOON, "updated_at": NOON}
    await stage.studio.moodboards.add(Moodboard(id=board_id, **{**values, **times, **overrides}))


async def prefer(stage: Stage, board_id: str) -> None:
    """Ann has chosen this moodboard for herself."""
    await stage.studio.people.use_moodboard(stage.ann.id, stage.guild.id, board_id)


async def test_the_row_and_its_card_are_there_with_the_answer(stage: Stage):
    result = await stage.ann.slash(stage.channel, "imagine", prompt="a cat on a mat")
    job = await stage.job()

    assert not result.ephemeral
    assert job.card_id == result.response.id
    assert job.status is Status.QUEUED
    assert job.due_at == stage.workshop.clock()
    assert job.destination.user_id == stage.ann.id
    assert (job.destination.guild_id, job.destination.channel_id) == (
        stage.guild.id,
        stage.channel.id,
    )


async def test_options_become_parameters_of_the_chosen_model(stage: Stage):
    job = await stage.imagine(
        "a cat", model="v6.1", aspect="16:9", stylize=250, no="dogs, mats", raw=True, speed="turbo"
    )

    parsed = prompt.parse(job.params["text"])
    assert parsed.text == "a cat"
    assert parsed.model.key == "v6.1"
    assert parsed.values == {
        "aspect": "16:9",
        "stylize": 250,
        "no": ("dogs", "mats"),
        "raw": True,
        "turbo": True,
    }
    assert job.traits == {"v6.1"}


async def test_emoji_and_chinese_arrive_as_they_were_typed(stage: Stage):
    job = await stage.imagine("一只猫 🐈‍⬛ in the snow ❄️")

    assert job.params["text"].startswith("一只猫 🐈‍⬛ in the snow ❄️")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "   "}, "Write what to draw."),
        ({"prompt": "a cat --v 7", "model": "niji6"}, "--v 7"),
        ({"prompt": "a cat", "aspect": "wide"}, "--ar must be two whole numbers"),
        ({"prompt": "a cat", "model": "v8.1", "tile": True}, "“tile” works with Midjourney v7, "),
        ({"prompt": "a cat", "draft": True, "tile": True}, "do not go together"),
        ({"prompt": "a cat --motion high"}, "/video"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    stage: Stage, options: dict[str, object], sentence: str
):
    assert sentence in await refusal(stage, **options)


async def test_nine_thousand_characters_are_refused_with_the_limit(stage: Stage):
    assert "1 to 8192 characters" in await refusal(stage, prompt="x" * 9000)


async def test_an_attached_picture_stands_at_the_start_of_the_prompt(stage: Stage):
    job = await stage.imagine("as a drawing", image=("cat.png", b"not looked at here"))

    (upload,) = job.uploads
    assert job.params["text"].startswith("upload://0 as a drawing")
    assert (upload.filename, upload.size) == ("cat.png", 18)


async def test_images_and_references_reach_the_provider_in_their_places(stage: Stage):
    job = await stage.imagine(
        "a cat --iw 1.5 --sw 250 --ow 400 --sref 77",
        model="v7",
        image=("one.png", picture("red")),
        image3=("two.png", picture("green")),
        style_reference=("three.png", picture("blue")),
        style_reference2=("four.png", picture("white")),
        omni_reference=("five.png", picture("black")),
    )

    names = ["one.png", "two.png", "three.png", "four.png", "five.png"]
    assert [upload.filename for upload in job.uploads] == names
    assert await sent(stage, job) == (
        "<0> <1> a cat --iw 1.5 --sw 250 --ow 400 --sref 77 <2> <3> --oref <4> --v 7"
    )
    colours = ["red", "green", "blue", "white", "black"]
    kept = await stage.workshop.assets.of_job(job.id, "upload")
    for asset, colour in zip(kept, colours, strict=True):
        with Image.open(stage.workshop.files.path(asset)) as file:
            shown = file.convert("RGB").getpixel((0, 0))
        assert shown == pytest.approx(ImageColor.getrgb(colour), abs=5)


async def test_every_option_has_its_place_on_the_wire(stage: Stage):
    job = await stage.imagine(
        "a cat",
        model="v7",
        aspect="16:9",
        stylize=250,
        chaos=20,
        no="dogs, mats",
        raw=True,
        tile=True,
        speed="turbo",
        image=("cat.png", picture()),
    )

    assert await sent(stage, job) == (
        "<0> a cat --ar 16:9 --stylize 250 --chaos 20 --no dogs, mats --raw --tile --turbo --v 7"
    )


@pytest.mark.parametrize(
    ("option", "model", "text"),
    [("draft", "v7", "a cat --draft --v 7"), ("hd", "v8.1", "a cat --hd --v 8.1")],
)
async def test_draft_and_hd_are_sent_to_their_models(
    stage: Stage, option: str, model: str, text: str
):
    job = await stage.imagine("a cat", model=model, **{option: True})

    assert await sent(stage, job) == text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "v6.1", "omni_reference": True}, "“omni_reference” works with"),
        ({"model": "v7", "omni_reference": True, "speed": "turbo"}, "--oref and --turbo"),
        ({"prompt": "a cat --sw 100"}, "together with --sref"),
        ({"prompt": "a cat --iw 1"}, "--iw weighs image prompts"),
        ({"prompt": " ", "image": True}, "One image alone is not enough"),
        ({"prompt": "a cat --ow 100", "style_reference": True}, "together with --oref"),
    ],
)
async def test_references_that_the_model_cannot_use_are_refused_early(
    stage: Stage, options: dict[str, object], sentence: str
):
    files = {
        name: ("cat.png", picture()) if value is True else value for name, value in options.items()
    }

    assert sentence in await refusal(stage, **{"prompt": "a cat", **files})


async def test_a_chosen_moodboard_is_drawn_with(stage: Stage):
    await keep_board(stage, "mood-1")
    job = await stage.imagine("a cat", moodboard="mood-1")

    assert job.params["text"] == "a cat --p mood-1 --v 7"


@pytest.mark.parametrize("place", ["elsewhere", "nowhere"])
async def test_a_moodboard_that_is_not_to_be_seen_here_is_refused(stage: Stage, place: str):
    if place == "elsewhere":
        await keep_board(stage, "mood-1", guild_id=stage.guild.id + 1)

    assert "no moodboard “mood-1” here" in await refusal(stage, prompt="a cat", moodboard="mood-1")


async def test_a_typed_moodboard_is_passed_through(stage: Stage):
    await keep_board(stage, "mood-1")
    await prefer(stage, "mood-1")
    job = await stage.imagine("a cat --p from-elsewhere")

    assert job.params["text"] == "a cat --p from-elsewhere --v 7"


async def test_the_persons_own_moodboard_is_used_unless_another_is_given(stage: Stage):
    await keep_board(stage, "mood-1")
    await keep_board(stage, "mood-2")
    await prefer(stage, "mood-1")
    plain = await stage.imagine("a cat")
    other = await stage.imagine("a cat", moodboard="mood-2")
    await stage.bob.slash(stage.channel, "imagine", prompt="a dog")

    assert plain.params["text"] == "a cat --p mood-1 --v 7"
    assert other.params["text"] == "a cat --p mood-2 --v 7"
    assert (await stage.job()).params["text"] == "a dog --v 7"


async def test_the_persons_own_moodboard_yields_in_each_of_several_prompts(stage: Stage):
    await keep_board(stage, "mood-1")
    await prefer(stage, "mood-1")
    offer = await stage.ann.slash(stage.channel, "imagine", prompt="a cat {--chaos 1, --p other}")
    await stage.ann.click(offer.response, label="Draw all 2")
    await stage.studio.settled()

    assert {job.params["text"] for job in await stage.jobs()} == {
        "a cat --chaos 1 --p mood-1 --v 7",
        "a cat --p other --v 7",
    }


async def test_a_moodboard_that_is_not_there_any_more_is_not_drawn_with(stage: Stage):
    await prefer(stage, "mood-1")
    job = await stage.imagine("a cat")

    assert job.params["text"] == "a cat --v 7"


async def test_an_upload_that_cannot_be_read_in_time_may_be_retried(stage: Stage):
    workshop = stage.workshop
    job = await stage.imagine("a cat", image=("a.png", picture()))
    workshop.courier.uploads[job.uploads[0].attachment_id] = FetchError()
    workshop.deliverer.keeper.courier = workshop.courier
    for _time in range(2):
        await workshop.turn("submit")
        workshop.clock.advance(1801)
    workshop.deliverer.keeper.courier = stage.studio.courier
    await workshop.turn("deliver")

    assert (await workshop.now(job)).failure == "unavailable"
    assert f"job:{job.id}:retry" in str(stage.last().components[0].to_dict())


async def test_moodboards_are_suggested_by_name(stage: Stage):
    await keep_board(stage, "mood-1", name="Dusk")
    await keep_board(stage, "mood-2", name="Dawn")
    await keep_board(stage, "mood-3", name="Dusk too", guild_id=stage.guild.id + 1)
    choices = await stage.ann.autocomplete(
        stage.channel, "imagine", "moodboard", "dus", prompt="a cat"
    )

    assert [choice["value"] for choice in choices] == ["mood-1"]


async def test_one_choice_in_a_list_is_drawn_at_once(stage: Stage):
    job = await stage.imagine("a {red} cat", repeat=1)

    assert job.params["text"] == "a red cat --v 7"
    assert job.card_id is not None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "a {red, blue cat"}, "A list is not closed."),
        ({"prompt": "a {red, {dark, light} blue} cat"}, "can hold no other"),
        ({"prompt": "a {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11} cat"}, "These lists make 11 prompts"),
        ({"prompt": "a {red, blue} cat", "repeat": 6}, "This makes 12 jobs; 10 at once"),
        ({"prompt": "a cat --chaos {10, 1000}"}, "--chaos can be 0–100"),
        ({"prompt": "a cat --ar {3:2, wide}"}, "--ar must be two whole numbers"),
    ],
)
async def test_lists_that_cannot_be_drawn_are_refused_before_anything(
    stage: Stage, options: dict[str, object], sentence: str
):
    assert sentence in await refusal(stage, **options)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("notes.txt", b"text", "is no picture"), ("cat.png", b"", "is empty")],
)
async def test_a_file_that_is_no_picture_is_refused(
    stage: Stage, name: str, content: bytes, sentence: str
):
    assert sentence in await refusal(stage, prompt="a cat", image=(name, content))


async def test_a_picture_over_the_limit_is_refused(stage: Stage):
    large = ("cat.png", bytes(MOST_UPLOAD_BYTES + 1))

    assert "25 MiB" in await refusal(stage, prompt="a cat", image=large)


async def test_without_a_public_address_a_picture_is_refused_before_anything(workshop: Workshop):
    async with staged(workshop, public_url="") as stage:
        sentence = await refusal(stage, prompt="a cat", image=("cat.png", b"png"))

    assert "no public address" in sentence


async def test_a_channel_closed_to_the_bot_is_named_with_what_is_missing(stage: Stage):
    closed = stage.guild.create_text_channel(
        "closed",
        overwrites={
            stage.studio.user: discord.PermissionOverwrite(
                attach_files=False, read_message_history=False
            )
        },
    )
    result = await stage.ann.slash(closed, "imagine", prompt="a cat")

    assert "Attach Files, Read Message History" in said(result)
    assert "View Channel" not in said(result)
    assert not await stage.jobs()


async def test_in_a_thread_the_permission_for_threads_counts(stage: Stage):
    parent = stage.guild.create_text_channel(
        "threads",
        overwrites={
            stage.studio.user: discord.PermissionOverwrite(
                send_messages=False, send_messages_in_threads=True
            )
        },
    )
    channel = stage.studio.get_channel(parent.id)
    await channel.create_thread(name="talk", type=discord.ChannelType.public_thread)
    (thread,) = parent.threads
    await stage.ann.slash(thread, "imagine", prompt="a cat")

    assert (await stage.job()).destination.channel_id == thread.id


async def test_it_works_in_the_bots_dm(stage: Stage):
    person = stage.ann.user
    result = await person.slash("imagine", prompt="a cat")
    job = await stage.job()

    assert job.destination.guild_id is None
    assert job.card_id == result.response.id


async def test_an_answer_that_came_too_late_costs_nothing(stage: Stage):
    stage.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await stage.ann.slash(stage.channel, "imagine", prompt="a cat")
    job = await stage.job()

    assert job.status is Status.CANCELED
    assert stage.workshop.provider.paid == []


async def test_a_lost_answer_is_drawn_all_the_same(stage: Stage):
    stage.env.inject_error("POST", "/interactions/*/callback", status=400, code=40060)
    await stage.ann.slash(stage.channel, "imagine", prompt="a cat")
    job = await stage.job()

    assert (job.status, job.card_id) == (Status.QUEUED, None)
    assert job.due_at == stage.workshop.clock()


async def test_a_database_that_refuses_is_told_and_nothing_is_ordered(
    stage: Stage, database_file: Path
):
    with sqlite3.connect(database_file) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    connection.close()

    assert "nothing was charged" in await refusal(stage, prompt="a cat")


async def test_ratios_are_suggested_and_any_other_may_be_typed(stage: Stage):
    async def offered(typed: str) -> list[str]:
        choices = await stage.ann.autocomplete(
            stage.channel, "imagine", "aspect", typed, prompt="a cat"
        )
        return [choice["value"] for choice in choices]

    assert "16:9" in await offered("")
    assert await offered("16") == ["16", "16:9"]
    assert await offered("7：5") == ["7:5"]
