"""/describe and /title: what they ask for. How a text is shown is the results' matter."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.cogs.stage import Stage, staged
from tests.conftest import Workshop
from tests.provider_double import picture


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop, accounts=("lingtu",)) as opened:
        yield opened


ORDERS: tuple[tuple[str, dict[str, Any], str, dict[str, Any]], ...] = (
    ("describe", {}, "lingtu.img2text", {}),
    ("title", {}, "lingtu.title", {}),
    ("title", {"rule": "English, short"}, "lingtu.title", {"prompt": "English, short"}),
)


async def test_a_picture_is_put_into_words(stage: Stage):
    for command, options, operation, values in ORDERS:
        job = await stage.ordered(command, image=("mug.png", picture()), **options)

        assert (job.operation, job.params) == (operation, {"image": "upload://0", **values})
        assert [upload.filename for upload in job.uploads] == ["mug.png"]
        assert job.traits == {"lingtu", "text"}


async def test_what_is_no_picture_is_not_read(stage: Stage):
    for command in ("describe", "title"):
        assert "is no picture" in await stage.refused(command, image=("a.txt", b"text"))
