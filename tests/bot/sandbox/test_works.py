"""What an emulator makes of the jobs that an older one has left."""

import json

import pytest
from PIL import Image

from bot.wire import State
from tests.bot.sandbox.desk import encoded, opened_desk

pytestmark = pytest.mark.usefixtures("small_results")

OLD = {
    "id": "68be9b50553a97d658968285",
    "operation": "youchuan.diffusion",
    "body": {"text": "a cat --v 7 --draft"},
    "prompt": "a cat --v 7 --draft",
    "seed": 7,
    "fee": 25,
    "status": 2,
    "pictures": ["68be9b50553a97d658968285-0.png", "", "", ""],
}


def leave(folder, **changes):
    old = {**OLD, **changes}
    folder.mkdir()
    (folder / f"{old['id']}.json").write_text(json.dumps(old))
    (folder / OLD["pictures"][0]).write_bytes(encoded(Image.new("RGB", (64, 64), "teal")))


async def test_a_job_of_the_first_version_is_still_there(tmp_path):
    leave(tmp_path / "old")

    async with opened_desk(tmp_path / "old") as desk:
        done = await desk.result(OLD["id"])
        costs = await desk.get("costs?pageNo=1&pageSize=10")

    assert [bool(place.url) for place in done.result.media] == [True, False, False, False]
    assert costs["list"][0]["feeCost"] == 25


async def test_a_job_of_the_first_version_can_be_followed_as_what_it_is(tmp_path):
    leave(tmp_path / "old")

    async with opened_desk(tmp_path / "old") as desk:
        enhanced = await desk.result(await desk.submit("enhance", jobId=OLD["id"], imageNo=0))
        again = await desk.result(await desk.submit("reroll", jobId=OLD["id"]))

    assert (enhanced.state, again.state) == (State.SUCCEEDED, State.SUCCEEDED)


@pytest.mark.parametrize("changes", [{"prompt": None}, {"prompt": 5}, {"body": None}, {"seed": []}])
async def test_a_damaged_job_does_not_stop_the_start(tmp_path, changes):
    leave(tmp_path / "old", **changes)

    async with opened_desk(tmp_path / "old") as desk:
        assert (await desk.get("subscribe"))["plan"]


async def test_a_job_whose_operation_is_gone_fails(tmp_path):
    leave(tmp_path / "old", status=1, operation="youchuan.gone")

    async with opened_desk(tmp_path / "old") as desk:
        assert (await desk.result(OLD["id"])).state is State.FAILED
