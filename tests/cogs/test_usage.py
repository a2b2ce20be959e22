"""/config usage: what a server has used, as a page, a chart and a table."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.media.pool import MediaPool
from bot.policy import Windows
from bot.providers import catalog
from cogs.usage import Used, defused, labels_of, page, table
from storage.ledger import Sum
from tests.cogs.config_stage import ONLY_ADMINS, asked
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.factories import NOON, make_destination, make_job

DAY = 86_400_000
TODAY = NOON // DAY
CATALOG = catalog()


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def ordered(stage: Stage, who: Any, model: str = "v8.1", **overrides: Any) -> None:
    """A job of this person's that was ordered here."""
    guild_id = overrides.pop("guild_id", stage.guild.id)
    job = make_job(
        destination=make_destination(user_id=who.id, guild_id=guild_id),
        created_at=stage.workshop.clock() - overrides.pop("age", 0) * DAY,
        **overrides,
    )
    await stage.workshop.jobs.add(job, model=model)


def answer(result: Any) -> Any:
    """The private answer that the command was given in the end."""
    found = result.followups[-1] if result.followups else result.response
    assert found.ephemeral
    return found


def words(result: Any) -> str:
    """The text of a private page."""
    parts = walk(answer(result).components)
    return "\n".join(part["content"] for part in parts if part["type"] == 10)


async def lines(result: Any) -> list[dict[str, str]]:
    """What the table says."""
    (file,) = (file for file in answer(result).attachments if ".csv" in file.filename)
    data = await file.read()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def make_sum(**overrides: Any) -> Sum:
    values: dict[str, Any] = {"day": TODAY, "user_id": 33, "model": "v7", "jobs": 1}
    return Sum(**{"refunded": 0, "fen": 0, "unknown": 0, **values, **overrides})


def page_of(sums: Sequence[Sum], days: int = 30) -> str:
    used = Used.of(sums, Windows.at(NOON), days)
    return page(used, labels_of(used.sums, CATALOG))


async def test_an_admin_sees_who_used_how_much_of_what(stage: Stage):
    for _ in range(2):
        await ordered(stage, stage.ann, price=50)
    await ordered(stage, stage.bob, "", operation="youchuan.pan", price=25, age=3)
    await ordered(stage, stage.bob, price=999, age=40)
    await ordered(stage, stage.bob, price=999, guild_id=5)
    result = await asked(stage, "usage", days=30)

    text = words(result)
    assert "**3 jobs · ¥1.25**" in text
    assert "Today (UTC): 2 jobs · ¥1.00" in text
    assert f"1. <@{stage.ann.id}> · 2 jobs · ¥1.00\n2. <@{stage.bob.id}> · 1 job · ¥0.25" in text
    assert "- Midjourney v8.1 · 2 jobs · ¥1.00" in text
    assert f"- {CATALOG.operation('youchuan.pan').summary} · 1 job · ¥0.25" in text
    assert [file.filename.rpartition(".")[2] for file in answer(result).attachments] == [
        "csv",
        "png",
    ]


async def test_the_table_has_a_line_for_each_day_person_and_model(stage: Stage):
    await ordered(stage, stage.ann, price=50)
    await ordered(stage, stage.ann)
    await ordered(stage, stage.bob, age=1, price=25)
    result = await asked(stage, "usage", days=7)

    assert [list(line.values()) for line in await lines(result)] == [
        ["2026-09-20", str(stage.bob.id), "bob", "Midjourney v8.1", "1", "0", "0.25", "0", "0.00"],
        ["2026-09-21", str(stage.ann.id), "ann", "Midjourney v8.1", "2", "0", "0.50", "1", "0.00"],
    ]


async def test_only_admins_may_see_it(stage: Stage):
    command = next(
        each for each in stage.env.backend.commands[None].values() if each["name"] == "config"
    )
    stage.guild.set_command_permissions(int(command["id"]), {stage.ann: True})

    assert said(await asked(stage, "usage", stage.ann)) == ONLY_ADMINS


async def test_where_nobody_has_ordered_anything_that_is_all_there_is(stage: Stage):
    await ordered(stage, stage.bob, guild_id=5)
    result = await asked(stage, "usage", days=7)

    assert "Nobody has ordered anything on this server in the last 7 days" in said(result)
    assert answer(result).attachments == []


async def test_without_a_chart_the_rest_is_there_all_the_same(stage: Stage):
    async with MediaPool() as closed:
        pass
    stage.studio.keeper.pool = closed
    await ordered(stage, stage.ann, price=50)
    result = await asked(stage, "usage")

    assert "1 job · ¥0.50" in words(result)
    assert len(await lines(result)) == 1


def test_an_unknown_price_is_named_and_never_nothing():
    unknown = make_sum(unknown=1)

    assert "**1 job · 1 of unknown price**" in page_of([unknown])
    assert "**2 jobs · ¥0.30 + 1 of unknown price**" in page_of([unknown, make_sum(fen=30)])
    assert "**1 job · ¥0.00**" in page_of([make_sum()])


def test_bars_are_money_where_any_is_known_and_jobs_otherwise():
    spans = Used.of([make_sum(unknown=1)], Windows.at(NOON), 2)
    priced = Used.of([make_sum(fen=150), make_sum(day=TODAY - 1)], Windows.at(NOON), 2)

    assert spans.bars() == ("", [("2026-09-20", 0), ("2026-09-21", 1)])
    assert priced.bars() == ("¥", [("2026-09-20", 0), ("2026-09-21", 1.5)])


def test_months_begin_with_their_first_day():
    old, new = make_sum(day=TODAY - 21, fen=1), make_sum(day=TODAY - 20, fen=2)

    assert "This month (UTC): 1 job · ¥0.02" in page_of([old, new], days=7)


def test_the_page_names_the_ten_who_used_most_and_fits_into_a_message():
    sums = [
        make_sum(user_id=2**60 + n, model=f"unheard.of_{n}" + "x" * 20, fen=n, jobs=1, unknown=1)
        for n in range(40)
    ]
    text = page_of(sums)

    assert f"1. <@{2**60 + 39}> · 1 job · ¥0.39" in text
    assert f"<@{2**60 + 29}>" not in text
    assert text.count("more in the file") == 2
    assert len(text) <= 3800


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " \r\n=1", "＝1"])
def test_names_are_never_formulas(text: str):
    (line,) = csv.reader(
        io.StringIO(table([make_sum()], {33: text}, {"v7": text}).decode().splitlines()[1])
    )

    assert line[2][0] == line[3][0] == "'"
    assert defused("a - b") == "a - b"
