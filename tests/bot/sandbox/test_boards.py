"""The emulator's moodboards, on real HTTP."""

import re

import pytest

from bot.providers import youchuan_account
from tests.bot.sandbox.desk import opened_desk

A, B = "https://example.com/a.jpg", "https://example.com/b.jpg"


async def create(desk, **body):
    return (await desk.ask("POST", "/v1/tob/moodboard", body)).json()


async def update(desk, board_id, **body):
    return await desk.ask("PUT", f"/v1/tob/moodboard/{board_id}", body)


async def test_a_new_moodboard_has_an_id_and_what_was_given(desk):
    told = await create(desk, name="我的创意收集", description="收集各种风景图片", images=[A, B])

    assert re.fullmatch("[0-9a-f]{24}", youchuan_account.board_id(told))
    assert (told["name"], told["description"], told["images"]) == (
        "我的创意收集",
        "收集各种风景图片",
        [A, B],
    )


async def test_a_moodboard_needs_only_a_name(desk):
    told = await create(desk, name="Empty")

    assert (told["description"], told["images"]) == ("", [])


async def test_an_update_changes_what_it_names_and_nothing_else(desk):
    board = await create(desk, name="Old", description="words", images=[A])

    renamed = (await update(desk, board["id"], name="New")).json()
    emptied = (await update(desk, board["id"], images=[])).json()

    assert (renamed["name"], renamed["description"], renamed["images"]) == ("New", "words", [A])
    assert (emptied["name"], emptied["images"]) == ("New", [])


async def test_an_unknown_moodboard_cannot_be_changed(desk):
    answer = await update(desk, "68be9b50553a97d658968285", name="New")

    assert (answer.status, answer.json()["message"]) == (404, "Moodboard不存在")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": 5}, {"name": "x", "images": A}, {"name": "x", "images": [A] * 11}],
)
async def test_what_is_no_moodboard_is_refused(desk, body):
    answer = await desk.ask("POST", "/v1/tob/moodboard", body)

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Argument")


@pytest.mark.parametrize("body", [b"[]", b"{", b"", b'{"name": 5}'])
async def test_a_change_that_cannot_be_read_is_refused(desk, body):
    board = await create(desk, name="Old")

    answer = await desk.ask("PUT", f"/v1/tob/moodboard/{board['id']}", body)

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Argument")


async def test_moodboards_are_listed_in_pages(desk):
    boards = [await create(desk, name=f"Board {number}") for number in range(3)]

    whole = await desk.get("moodboards")
    pages = [await desk.get(f"moodboards?pageNo={number}&pageSize=2") for number in (1, 2)]

    found = youchuan_account.boards(youchuan_account.listing(whole))
    assert {board.id for board in found} == {board["id"] for board in boards}
    assert whole["total"] == 3
    assert pages[0]["list"] + pages[1]["list"] == whole["list"]
    assert [len(page["list"]) for page in pages] == [2, 1]


async def test_moodboards_survive_a_restart(tmp_path):
    async with opened_desk(tmp_path) as before:
        board = await create(before, name="Kept", images=[A])
    (tmp_path / "boards" / "damaged.json").write_text('{"id": "x", "colour": "red"}')

    async with opened_desk(tmp_path) as after:
        assert (await after.get("moodboards"))["list"] == [board]
