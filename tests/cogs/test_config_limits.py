"""``/config quota``: limits as admins type them, and what then holds for whom."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import InvalidRequestError
from bot.rules import Limits
from cogs.config_limits import limit_of
from tests.cogs.config_stage import config, decided, put, rules_of
from tests.cogs.stage import Stage, staged
from tests.conftest import Workshop


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        yield opened


async def test_a_limit_holds_at_once_and_says_where_it_comes_from(stage: Stage):
    told = await config(stage, "quota", jobs_per_day="1", money_per_month="12.5")
    await stage.ordered("imagine", prompt="a cat")
    refused = await stage.refused("imagine", prompt="a cat")
    await config(stage, "quota", person=stage.ann, jobs_per_day="无限")
    await stage.ordered("imagine", prompt="a cat")
    shown = await config(stage, "quota", person=stage.ann)

    assert told.splitlines()[1:4] == [
        "- 1 job a day · *for everyone on this server*",
        "- any number of jobs at once · *default*",
        "- ¥12.50 a month · *for everyone on this server*",
    ]
    assert "1 of today's 1 jobs" in refused
    assert shown.splitlines()[:2] == [
        f"What holds for {stage.ann.mention} on this server:",
        "- any number of jobs a day · *this person's own*",
    ]
    assert (await rules_of(stage)).quotas.everyone.money_per_month == 1250


async def test_of_a_persons_roles_the_most_generous_is_named(stage: Stage):
    few, many = stage.guild.create_role("few"), stage.guild.create_role("many")
    eve = stage.guild.add_member(stage.env.create_user("eve"), roles=[few, many])
    await config(stage, "quota", role=few, running="2", jobs_per_day="7")
    told = await config(stage, "quota", role=many, running="5")
    shown = await config(stage, "quota", person=eve)

    assert "- 5 jobs at once · *by the role" in told
    assert f"- 5 jobs at once · *by the role {many.mention}*" in shown
    assert f"- 7 jobs a day · *by the role {few.mention}*" in shown


async def test_limits_are_taken_back_one_by_one_or_all(stage: Stage):
    await config(stage, "quota", person=stage.ann, jobs_per_day="0", running="∞")
    await stage.refused("imagine", prompt="a cat")
    one = await config(stage, "quota", person=stage.ann, jobs_per_day="-")
    await stage.ordered("imagine", prompt="a cat")
    await config(stage, "quota", person=stage.ann, clear=True)
    nothing = await config(stage, "quota", person=stage.ann, clear=True)

    assert "- any number of jobs a day · *default*" in one
    assert nothing == "There are no limits of their own to clear."
    assert await decided(stage) == {}


async def test_clumsy_limits_are_refused_with_what_to_write(stage: Stage):
    role = stage.guild.create_role("artists")
    count = await config(stage, "quota", running="**@everyone**")
    money = await config(stage, "quota", money_per_month="12,50")
    both = await config(stage, "quota", role=role, person=stage.ann, running="1")
    clear = await config(stage, "quota", running="1", clear=True)

    assert count.startswith(
        "“\\*\\*@\u200beveryone\\*\\*” is no number of jobs. Write a whole numb"
    )
    assert money.startswith(
        "“12,50” is no amount of money. Write yuan such as 50 or 12.50 (1000000"
    )
    assert both == "Give a role or a person, not both."
    assert clear == "Give limits, or clear them; not both at once."
    assert await decided(stage) == {}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *(("running", text) for text in ("many", "-3", "2.5", "1,000", " ", "1e3", "9" * 20, "¥5")),
        *(
            ("money_per_month", text)
            for text in ("twelve", "-5", "1,000", "12.505", "$5", ".5", "¥")
        ),
        ("money_per_month", "9" * 50),
    ],
)
def test_what_is_no_limit_is_refused(name: str, typed: str):
    with pytest.raises(InvalidRequestError):
        limit_of(name, typed)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("50", 5000),
        ("¥12.5", 1250),
        ("12.05 元", 1205),
        ("１２．５０", 1250),
        ("0", 0),
        (" 8 Yuan", 800),
        ("Unlimited", "unlimited"),
        ("∞", "unlimited"),
        ("none", None),
    ],
)
def test_money_is_read_as_people_write_it(typed: str, fen: object):
    assert limit_of("money_per_month", typed) == fen


async def test_limits_of_everyone_as_a_role_hold_are_shown_and_can_be_changed(stage: Stage):
    role = stage.guild.default_role
    await put(stage, quotas={"roles": {stage.guild.id: {"jobs_per_day": 1}}})
    await stage.ordered("imagine", prompt="a cat")
    await stage.refused("imagine", prompt="a cat")
    shown = await config(stage, "quota", person=stage.ann)
    changed = await config(stage, "quota", running="3")
    await config(stage, "quota", clear=True)

    assert f"- 1 job a day · *by the role {role.mention}*" in shown
    assert changed.splitlines()[1:3] == [
        "- 1 job a day · *for everyone on this server*",
        "- 3 jobs at once · *for everyone on this server*",
    ]
    assert await decided(stage) == {}


async def test_what_the_operator_limits_is_said_to_come_from_the_environment(stage: Stage):
    stage.studio.gate.usual = Limits(jobs_per_day=2)
    shown = await config(stage, "quota", person=stage.ann, jobs_per_day="9")

    assert "- 2 jobs a day · *environment: JOBS_PER_DAY*" in shown


async def test_limits_of_a_deleted_role_are_taken_out(stage: Stage):
    await put(stage, quotas={"roles": {456: {"running": 1}}, "people": {789: {"running": 1}}})
    told = await config(stage, "quota", running="3")

    assert told.endswith("Taken out, because it is no longer there: deleted role `456`.")
    quotas = (await rules_of(stage)).quotas
    assert (set(quotas.roles), set(quotas.people)) == (set(), {789})


async def test_the_role_everyone_is_everyone(stage: Stage):
    await config(stage, "quota", role=stage.guild.default_role, running="3")

    assert (await rules_of(stage)).quotas.everyone.running == 3
