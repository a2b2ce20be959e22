"""``/config word``: banned words, refused or replaced in the next prompt."""

from collections.abc import AsyncIterator

import pytest

from bot.rules import MOST_WORDS, BannedWord
from tests.cogs.config_stage import config, decided, open_to, put, rules_of
from tests.cogs.stage import Stage, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def test_a_word_is_refused_replaced_and_allowed_again_at_once(stage: Stage):
    banned = await config(stage, "word", pattern="Blood")
    refused = await stage.refused("imagine", prompt="blood on a mat")
    replaced = await config(stage, "word", pattern="blood", replacement="red  paint")
    job = await stage.imagine("blood on a mat")
    offered = await stage.admin.autocomplete(stage.channel, "config word", "pattern", "bl")
    allowed = await config(stage, "word", pattern="BLOOD", remove=True)

    assert banned == "Prompts with “blood” are refused. There is 1 banned word now."
    assert "“blood”" in refused
    assert replaced == "“blood” in prompts becomes “red paint”. There is 1 banned word now."
    assert "red paint on a mat" in job.params["text"]
    assert offered == [{"name": "blood → red paint", "value": "blood"}]
    assert allowed == "“BLOOD” is allowed again. There are 0 banned words now."
    assert "blood on a mat" in (await stage.imagine("blood on a mat")).params["text"]
    assert await decided(stage) == {}


async def test_clumsy_words_are_refused(stage: Stage):
    await config(stage, "word", pattern="blood")

    assert "would match everything" in await config(stage, "word", pattern="**")
    assert "60 characters" in await config(stage, "word", pattern="x" * 61)
    assert "Write the word" in await config(stage, "word", pattern="   ")
    assert await config(stage, "word", pattern="gore\n@everyone", remove=True) == (
        "“gore @\u200beveryone” is not among the banned words; choose one from the list."
    )
    assert len((await rules_of(stage)).words) == 1


async def test_as_many_words_as_fit_are_kept_and_one_more_is_told(stage: Stage):
    words = tuple(BannedWord(pattern=f"word{n}") for n in range(MOST_WORDS))
    await put(stage, words=words)
    full = await config(stage, "word", pattern="one more")
    changed = await config(stage, "word", pattern="word7", replacement="seven")
    offered = await stage.admin.autocomplete(stage.channel, "config word", "pattern", "")

    assert full.startswith("There are 500 banned words already, and no more are possible.")
    assert changed.startswith("“word7” in prompts becomes “seven”.")
    assert len(offered) == 25


async def test_banned_words_are_offered_to_admins_only(stage: Stage):
    await config(stage, "word", pattern="blood")
    open_to(stage, stage.ann)

    assert await stage.ann.autocomplete(stage.channel, "config word", "pattern", "") == []
