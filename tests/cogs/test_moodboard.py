"""``/moodboard``: made at the provider, remembered here, shown to its server only."""

import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.models import Moodboard
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.factories import NOON
from tests.provider_double import Reply, complaint, picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def asked(stage: Stage, command: str, by: Any = None, **options: Any) -> Any:
    result = await (by or stage.ann).slash(stage.channel, f"moodboard {command}", **options)
    await stage.studio.settled()
    return result


async def created(stage: Stage, name: str = "Autumn", **options: Any) -> str:
    """A board of Ann's, and its id."""
    text = said(await asked(stage, "create", name=name, **options))
    found = re.search(r"`([0-9a-f]{24})`", text)
    assert found, text
    return found[1]


def answer_of(result: Any) -> Any:
    answer = result.followups[-1] if result.followups else result.response
    assert answer.ephemeral
    return answer


def shown(result: Any) -> str:
    """The words of a page of boards."""
    parts = walk(answer_of(result).components)
    texts = [part["content"] for part in parts if part["type"] == 10]
    assert sum(map(len, texts)) <= 4000
    return "\n".join(texts)


def kept(stage: Stage) -> int:
    """How many files are held."""
    files = stage.workshop.files.temporary.parent.rglob("*")
    return sum(path.is_file() for path in files)


def pictures(count: int) -> dict[str, Any]:
    return {f"image{n}": (f"{n}.png", picture()) for n in range(1, count + 1)}


def sent(stage: Stage) -> tuple[str, dict[str, Any]]:
    return stage.workshop.provider.account.asked[-1]


def broken(database: Path, event: str, table: str = "moodboards") -> None:
    """From now on this fails on a table: INSERT, UPDATE or DELETE."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            f"CREATE TRIGGER fail BEFORE {event} ON {table} BEGIN SELECT no_such_function(); END"
        )
    connection.close()


async def test_a_board_is_made_of_our_addresses(stage: Stage):
    images = {"image1": ("a.png", picture()), "image7": ("b.png", picture("blue"))}
    number = await created(stage, description="red leaves", **images)

    verb, body = sent(stage)
    assert (verb, body["name"], body["description"]) == ("post", "Autumn", "red leaves")
    assert len(body["images"]) == 2
    board = await stage.studio.moodboards.get(number, stage.bob.id, stage.guild.id)
    assert (board.name, board.user_id, len(board.images)) == ("Autumn", stage.ann.id, 2)
    for url, token in zip(body["images"], board.images, strict=True):
        asset = await stage.workshop.assets.get(token)
        assert url == f"https://atelier.example/m/{asset.name}"
        assert (asset.role, asset.job_id, asset.width) == ("moodboard", None, 16)
        assert stage.workshop.files.path(asset).stat().st_size == asset.size


async def test_a_board_holds_ten_pictures(stage: Stage):
    await created(stage, **pictures(10))

    assert len(sent(stage)[1]["images"]) == 10


async def test_a_board_needs_only_a_name(stage: Stage):
    await created(stage, name="  Autumn \n leaves ")

    assert sent(stage) == ("post", {"name": "Autumn leaves"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "   "}, "needs a name"),
        ({"name": "x", "image1": ("a.png", b"a text")}, "neither a picture"),
        ({"name": "x", "image1": ("a.mp4", b"moov")}, "is no picture"),
        ({"name": "x", "image2": ("a.png", b"")}, "is empty"),
    ],
)
async def test_what_cannot_be_a_board_is_refused_in_words(
    stage: Stage, options: dict[str, Any], words: str
):
    assert words in said(await asked(stage, "create", **options))
    assert stage.workshop.provider.account.asked == []


async def test_without_a_public_address_a_board_has_no_pictures(workshop: Workshop):
    async with staged(workshop, public_url="") as stage:
        text = said(await asked(stage, "create", name="x", **pictures(1)))
        assert "no public address" in text

        await created(stage)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(deed="reset"), "may exist"),
        (Reply(status=200, body="<html>"), "may exist"),
        (complaint(500, "Internal_Server_Error"), "may exist"),
        ({"ok": True}, "did not say under which id"),
        (complaint(400, "Invalid_Argument"), "Midjourney"),
    ],
)
async def test_a_board_that_may_not_be_there_is_not_recorded(stage: Stage, reply: Any, words: str):
    stage.workshop.provider.account.answers["post"] = reply

    assert words in said(await asked(stage, "create", name="Autumn"))
    assert await stage.studio.moodboards.visible(stage.ann.id, stage.guild.id, limit=9) == []


@pytest.mark.parametrize(
    ("reply", "left"), [(complaint(400, "Invalid_Argument"), 0), (Reply(deed="reset"), 2)]
)
async def test_pictures_are_given_up_only_when_the_board_surely_is_not_there(
    stage: Stage, reply: Reply, left: int
):
    stage.workshop.provider.account.answers["post"] = reply
    await asked(stage, "create", name="Autumn", **pictures(2))

    assert kept(stage) == left


async def test_one_bad_picture_leaves_none_of_the_others(stage: Stage):
    await asked(stage, "create", name="x", **pictures(2), image3=("a.png", b"a text"))

    assert kept(stage) == 0


async def test_a_board_that_cannot_be_remembered_is_told_with_its_id(
    stage: Stage, database_file: Path
):
    broken(database_file, "INSERT")
    text = said(await asked(stage, "create", name="Autumn"))

    (number,) = stage.workshop.provider.account.boards
    assert f"--p {number}" in text
    assert "nothing was sent" not in text


async def test_a_change_that_cannot_be_remembered_is_told(stage: Stage, database_file: Path):
    number = await created(stage)
    broken(database_file, "UPDATE")
    text = said(await asked(stage, "update", board=number, name="Winter"))

    assert "has changed it" in text
    assert "nothing was sent" not in text


async def test_only_what_is_given_changes(stage: Stage):
    number = await created(stage, description="old", image1=("a.png", picture()))
    await asked(stage, "update", board=number, name="Winter")

    assert sent(stage) == ("put", {"id": number, "name": "Winter"})
    board = await stage.studio.moodboards.get(number, stage.ann.id, stage.guild.id)
    assert (board.name, board.description, len(board.images)) == ("Winter", "old", 1)


async def test_new_pictures_take_the_place_of_all_others(stage: Stage):
    number = await created(stage, **pictures(3))
    before = await stage.studio.moodboards.get(number, stage.ann.id, stage.guild.id)
    await asked(stage, "update", board=number, **pictures(1))

    verb, body = sent(stage)
    assert (verb, body.keys()) == ("put", {"id", "images"})
    board = await stage.studio.moodboards.get(number, stage.ann.id, stage.guild.id)
    assert len(board.images) == len(body["images"]) == 1
    assert not set(board.images) & set(before.images)


async def test_old_pictures_that_cannot_be_forgotten_do_not_deny_the_change(
    stage: Stage, database_file: Path
):
    number = await created(stage, **pictures(1))
    broken(database_file, "DELETE", "assets")

    assert "is changed" in said(await asked(stage, "update", board=number, **pictures(2)))


async def test_old_pictures_that_cannot_be_removed_do_not_deny_the_change(stage: Stage):
    number = await created(stage, **pictures(1))
    board = await stage.studio.moodboards.get(number, stage.ann.id, stage.guild.id)
    path = stage.workshop.files.path(await stage.workshop.assets.get(board.images[0]))
    path.unlink()
    path.mkdir()

    assert "is changed" in said(await asked(stage, "update", board=number, **pictures(2)))


async def test_a_board_is_changed_by_its_maker_or_an_admin(stage: Stage):
    number = await created(stage)

    assert "Only who made" in said(await asked(stage, "update", stage.bob, board=number, name="x"))
    assert "changed" in said(await asked(stage, "update", stage.admin, board=number, name="x"))
    assert "what to change" in said(await asked(stage, "update", board=number))
    assert "no moodboard" in said(await asked(stage, "update", board="feed" * 6, name="x"))
    assert [verb for verb, _body in stage.workshop.provider.account.asked] == ["post", "put"]


async def test_a_board_the_provider_has_lost_is_gone(stage: Stage):
    number = await created(stage)
    stage.workshop.provider.account.boards.clear()

    text = said(await asked(stage, "update", board=number, name="x"))
    assert "does not have this moodboard" in text


async def test_a_change_whose_answer_is_lost_may_be_repeated(stage: Stage):
    number = await created(stage)
    stage.workshop.provider.account.answers["put"] = Reply(deed="reset")

    assert "do it again" in said(await asked(stage, "update", board=number, name="x"))


async def test_a_board_that_was_deleted_meanwhile_is_not_changed(stage: Stage, database_file: Path):
    number = await created(stage)
    with sqlite3.connect(database_file) as connection:
        connection.execute(
            "CREATE TRIGGER gone AFTER INSERT ON assets BEGIN DELETE FROM moodboards; END"
        )
    connection.close()
    text = said(await asked(stage, "update", board=number, **pictures(1)))

    assert text == "Meanwhile this moodboard was deleted here."
    assert kept(stage) == 0


async def test_the_list_shows_names_as_the_provider_has_them_and_small_pictures(stage: Stage):
    number = await created(stage, image1=("a.png", picture()), image2=("b.png", picture("blue")))
    lost = await created(stage, "Gone")
    stage.workshop.provider.account.answers["moodboards"] = {
        "items": [{"id": number, "name": "Renamed *there*"}, {"id": "other", "name": "Not ours"}]
    }
    result = await asked(stage, "list")

    text = shown(result)
    assert r"Renamed \*there\*" in text
    assert "Not ours" not in text
    assert re.search(rf"Gone\*\* · `{lost}` · Midjourney does not list it any more", text)
    assert text.count("does not list it") == 1
    files = answer_of(result).attachments
    assert len(files) == 2
    assert all(file.filename.endswith(".webp") for file in files)
    (gallery,) = [part for part in walk(answer_of(result).components) if part["type"] == 12]
    assert [item["description"] for item in gallery["items"]] == [
        "Picture 1: Autumn",
        "Picture 2: Autumn",
    ]


async def test_one_board_shows_all_its_pictures_and_five_show_two_each(stage: Stage):
    await created(stage, **pictures(10))
    alone = await asked(stage, "list")
    for n in range(4):
        await created(stage, f"board {n}", **pictures(3))
    together = await asked(stage, "list")

    assert len(answer_of(alone).attachments) == 10
    assert len(answer_of(together).attachments) == 10
    galleries = [part for part in walk(answer_of(together).components) if part["type"] == 12]
    assert [len(gallery["items"]) for gallery in galleries] == [2] * 5


async def test_a_board_whose_picture_is_lost_is_listed_without_it(stage: Stage):
    number = await created(stage, **pictures(1))
    board = await stage.studio.moodboards.get(number, stage.ann.id, stage.guild.id)
    stage.workshop.files.path(await stage.workshop.assets.get(board.images[0])).unlink()
    result = await asked(stage, "list")

    assert "Autumn" in shown(result)
    assert answer_of(result).attachments == []


async def test_the_list_has_pages_of_five(stage: Stage):
    for n in range(7):
        await created(stage, f"board {n}")
        stage.workshop.clock.advance(1)

    first, second = shown(await asked(stage, "list")), shown(await asked(stage, "list", page=2))
    assert ("board 6" in first, "board 1" in first, "page:2" in first) == (True, False, True)
    assert ("board 6" in second, "board 1" in second, "page:3" in second) == (False, True, False)
    assert "no page 9" in shown(await asked(stage, "list", page=9))


async def test_the_longest_boards_fit_on_a_page(stage: Stage):
    for n in range(5):
        board = Moodboard(
            id=f"{n:0128d}",
            guild_id=stage.guild.id,
            user_id=stage.ann.id,
            name="*" * 100,
            description="_" * 1000,
            created_at=NOON,
            updated_at=NOON,
        )
        await stage.studio.moodboards.add(board)

    assert shown(await asked(stage, "list")).count("does not list it") == 5


async def test_no_boards_are_said_to_be_none(stage: Stage):
    assert "/moodboard create" in shown(await asked(stage, "list"))


async def test_our_own_list_is_there_without_the_provider(stage: Stage):
    await created(stage)
    stage.workshop.provider.account.answers["moodboards"] = Reply(deed="reset")
    away = shown(await asked(stage, "list"))
    stage.workshop.environment.clear()
    unknown = shown(await asked(stage, "list"))

    for text in (away, unknown):
        assert "Autumn" in text
        assert "was not asked" in text
        assert "does not list it" not in text


async def test_boards_are_found_on_every_page_that_the_provider_has(stage: Stage):
    number = await created(stage)
    others = {f"{n:024x}": {"id": f"{n:024x}", "name": "x"} for n in range(1000, 1100)}
    boards = stage.workshop.provider.account.boards
    stage.workshop.provider.account.boards = others | boards
    text = shown(await asked(stage, "list"))

    pages = [body["pageNo"] for verb, body in stage.workshop.provider.account.asked[1:]]
    assert pages == ["1", "2"]
    assert number in text
    assert "does not list it" not in text


async def test_a_default_is_used_marked_and_forgotten(stage: Stage):
    number = await created(stage)
    await asked(stage, "use", board=number)
    await stage.imagine("a cat")
    chosen = shown(await asked(stage, "list"))
    others = shown(await asked(stage, "list", stage.bob))
    await asked(stage, "use")
    await stage.imagine("a dog")
    await stage.workshop.turn("submit")

    first, second = (paid.body["text"] for paid in stage.workshop.provider.paid)
    assert f"--p {number}" in first
    assert "--p" not in second
    assert ("you draw with it" in chosen, "you draw with it" in others) == (True, False)


async def test_none_is_a_choice(stage: Stage):
    await asked(stage, "use", board=await created(stage))
    choices = await stage.ann.autocomplete(stage.channel, "moodboard use", "board", "")
    await asked(stage, "use", board=choices[0]["value"])

    assert [choice["name"] for choice in choices] == ["none", "Autumn"]
    assert await stage.studio.people.moodboard(stage.ann.id, stage.guild.id) is None


async def test_only_a_board_that_is_here_can_be_the_default(stage: Stage):
    board = Moodboard(
        id="ab" * 12,
        guild_id=stage.guild.id + 1,
        user_id=stage.ann.id,
        name="Elsewhere",
        created_at=NOON,
        updated_at=NOON,
    )
    await stage.studio.moodboards.add(board)

    assert "no moodboard" in said(await asked(stage, "use", board=board.id))
    assert await stage.studio.people.moodboard(stage.ann.id, stage.guild.id) is None
    assert "Elsewhere" not in shown(await asked(stage, "list"))


async def test_a_board_is_chosen_by_name_and_only_in_its_server(stage: Stage):
    number = await created(stage)
    offered = await stage.bob.autocomplete(stage.channel, "moodboard use", "board", "aut")
    await stage.imagine("a cat", moodboard=number)

    assert [(each["name"], each["value"]) for each in offered] == [("Autumn", number)]
    assert f"--p {number}" in (await stage.job()).params["text"]
    refused = await stage.ann.slash(stage.channel, "imagine", prompt="x", moodboard="feed" * 6)
    assert "no moodboard" in said(refused)


async def test_old_boards_are_found_by_their_name_too(stage: Stage):
    for n in range(30):
        board = Moodboard(
            id=f"{n:024x}",
            guild_id=stage.guild.id,
            user_id=stage.ann.id,
            name=f"board {n:02}",
            created_at=NOON + n,
            updated_at=NOON + n,
        )
        await stage.studio.moodboards.add(board)

    everything = await stage.ann.autocomplete(stage.channel, "moodboard update", "board", "")
    found = await stage.ann.autocomplete(stage.channel, "moodboard update", "board", "board 03")
    assert len(everything) == 25
    assert [choice["name"] for choice in found] == ["board 03"]
