"""``/account``: who may, what is shown, and the one-step check of the callback address."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.media.pool import MediaPool
from tests.cogs.stage import Stage, said, staged
from tests.conftest import Workshop
from tests.discord_double.world import walk
from tests.provider_double import Reply, complaint

COSTS = {
    "list": [
        {"jobId": "ab" * 12, "feeCost": 50, "costAt": "2026-10-01T09:01:04.510743Z"},
        {"jobId": "cd" * 12, "feeCost": "75", "costAt": "2026-10-02T09:01:04.510743Z"},
        {"jobId": "ef" * 12, "note": "no sum"},
    ],
    "total": 250,
}


@pytest.fixture
async def stage(workshop: Workshop) -> AsyncIterator[Stage]:
    async with staged(workshop) as opened:
        opened.studio.operator_guild_ids = frozenset({opened.guild.id})
        yield opened


async def asked(stage: Stage, command: str, by: Any = None, **options: Any) -> Any:
    """The admin's command, and its answer when all is done."""
    person = by or stage.admin
    result = await person.slash(stage.channel, f"account {command}", **options)
    await stage.studio.settled()
    return result


def statement(result: Any) -> str:
    """The words of a private answer."""
    answer = result.followups[-1] if result.followups else result.response
    assert answer.ephemeral
    texts = [part["content"] for part in walk(answer.components) if part["type"] == 10]
    assert sum(map(len, texts)) <= 4000
    return "\n".join(texts)


def files(result: Any) -> list[str]:
    answer = result.followups[-1] if result.followups else result.response
    return [file.filename for file in answer.attachments]


def ann_as_user(stage: Stage) -> Any:
    return {"id": str(stage.ann.id), "username": "ann", "discriminator": "0", "avatar": None}


def make_team(stage: Stage, role: str, state: int) -> discord.Team:
    """A team that runs the bot, and whose one member is Ann."""
    member = {"user": ann_as_user(stage), "role": role, "membership_state": state, "team_id": "1"}
    team = {"id": "1", "icon": None, "name": "us", "owner_user_id": "2", "members": [member]}
    return discord.Team(state=stage.studio._connection, data=team)


@pytest.mark.parametrize("command", ["balance", "costs", "months", "callback-test"])
async def test_only_whoever_runs_the_bot_may_look(stage: Stage, command: str):
    refused = await stage.ann.slash(stage.channel, f"account {command}")
    stage.studio.operator_guild_ids = frozenset()
    elsewhere = await stage.admin.slash(stage.channel, f"account {command}")

    for result in (refused, elsewhere):
        assert "Only whoever runs this bot" in said(result)
    assert stage.workshop.provider.account.asked == []


async def test_the_applications_owner_may_look_from_anywhere(stage: Stage):
    stage.studio.operator_guild_ids = frozenset()
    application = stage.studio.application
    assert application
    application.owner = discord.User(state=stage.studio._connection, data=ann_as_user(stage))

    assert "pro" in statement(await asked(stage, "balance", stage.ann))


@pytest.mark.parametrize(
    ("role", "state", "may"),
    [
        ("admin", 2, True),
        ("developer", 2, True),
        ("read_only", 2, False),
        ("developer", 1, False),
    ],
)
async def test_of_a_team_those_who_run_the_application_may_look(
    stage: Stage, role: str, state: int, may: bool
):
    application = stage.studio.application
    assert application
    application.team = make_team(stage, role, state)
    await asked(stage, "balance", stage.ann)

    assert bool(stage.workshop.provider.account.asked) is may


async def test_the_balance_is_whatever_the_provider_says(stage: Stage):
    stage.workshop.provider.account.answers["subscribe"] = {
        "planName": "Pro *",
        "fast": {"remaining": 12},
        "expireAt": "2026-12-31T15:59:59Z",
        "appSecret": "hush-hush",
    }
    text = statement(await asked(stage, "balance"))

    assert "12" in text
    assert "Pro \\*" in text
    assert "<t:1798732799:f>" in text
    assert "hush-hush" not in text


async def test_a_long_balance_still_fits_into_a_message(stage: Stage):
    plan = {f"field{n}": "*" * 1000 for n in range(40)}
    stage.workshop.provider.account.answers["subscribe"] = plan

    assert statement(await asked(stage, "balance")).count("\n") > 5


@pytest.mark.parametrize("shape", [None, [], {}, 7, "plan", [[1], {"a": None}], {"a": {"b": []}}])
async def test_an_unknown_shape_is_no_fault(stage: Stage, shape: Any):
    answers = stage.workshop.provider.account.answers
    answers |= dict.fromkeys(("subscribe", "costs", "cost-monthly"), shape)

    for command in ("balance", "costs", "months"):
        assert statement(await asked(stage, command))


@pytest.mark.parametrize("command", ["costs", "months"])
async def test_what_is_not_understood_is_shown_as_it_is(stage: Stage, command: str):
    answers = stage.workshop.provider.account.answers
    answers["costs"] = answers["cost-monthly"] = {"spending": {"october": "12 yuan"}}
    text = statement(await asked(stage, command))

    assert "does not know" in text
    assert "12 yuan" in text


async def test_costs_are_listed_and_drawn_by_day(stage: Stage):
    stage.workshop.provider.account.answers["costs"] = COSTS
    result = await asked(stage, "costs", since="2026-10-01", to="2026/10/2", page=2)

    query = {"since": "2026-10-01T00:00:00Z", "to": "2026-10-02T23:59:59Z"}
    verb, sent = stage.workshop.provider.account.asked[-1]
    assert (verb, sent) == ("costs", {**query, "pageNo": "2", "pageSize": "100"})
    text = statement(result)
    assert "In all on this page: ¥1.25" in text
    assert "2026-10-02 ¥0.75 · 2026-10-01 ¥0.50" in text
    assert text.index("cdcd") < text.index("abab")
    assert "1 without a readable day or sum" in text
    assert "Page 2 of 3" in text
    assert files(result) == ["chart.png"]


async def test_a_charge_leads_to_the_job_it_paid(stage: Stage):
    job = await stage.drawn()
    charge = {"jobId": job.external_id, "feeCost": 50, "costAt": "2026-10-01T09:01:04Z"}
    stage.workshop.provider.account.answers["costs"] = [charge, *COSTS["list"]]
    text = statement(await asked(stage, "costs"))

    where = f"{stage.guild.id}/{stage.channel.id}/{job.message_id}"
    assert f"`{job.external_id}` · [{job.id}](https://discord.com/channels/{where})" in text
    assert text.count("discord.com") == 1


async def test_a_charge_of_unknown_fields_is_shown_as_it_is(stage: Stage):
    stage.workshop.provider.account.answers["costs"] = [{"points": 5, "remark": "a *gift*"}]
    result = await asked(stage, "costs")

    assert "Points: 5 · Remark: a \\*gift\\*" in statement(result)
    assert files(result) == []


async def test_a_hundred_charges_fit_into_a_message(stage: Stage):
    stage.workshop.provider.account.answers["costs"] = [
        {"jobId": f"{n:0128d}", "feeCost": 50, "costAt": f"2026-{n % 9 + 1:02}-03T00:00:00Z"}
        for n in range(100)
    ]
    lines = statement(await asked(stage, "costs")).splitlines()

    rows = [line for line in lines if line.startswith("<t:")]
    assert all(line.endswith("`") for line in rows)
    assert f"… and {100 - len(rows)} more on this page." in lines


async def test_a_page_that_is_not_there_is_said_to_be_none(stage: Stage):
    stage.workshop.provider.account.answers["costs"] = {"list": [], "total": 250}
    text = statement(await asked(stage, "costs", page=9))

    assert "There is no page 9" in text
    assert "of 3" in text


async def test_no_charges_are_said_to_be_none(stage: Stage):
    assert "Nothing was charged in that time" in statement(await asked(stage, "costs"))


async def test_without_a_chart_the_words_are_there_all_the_same(stage: Stage):
    async with MediaPool() as closed:
        pass
    stage.studio.keeper.pool = closed
    stage.workshop.provider.account.answers["costs"] = COSTS
    result = await asked(stage, "costs")

    assert "¥1.25" in statement(result)
    assert files(result) == []


async def test_a_span_that_runs_backwards_is_refused(stage: Stage):
    text = said(await asked(stage, "costs", since="2026-10-02", to="2026-10-01"))

    assert "comes after" in text
    assert "is no day" in said(await asked(stage, "costs", since="yesterday"))
    assert stage.workshop.provider.account.asked == []


async def test_months_are_bars(stage: Stage):
    stage.workshop.provider.account.answers["cost-monthly"] = [
        {"month": "2026-10", "feeCost": 800, "jobs": 7},
        {"month": "2026-09", "feeCost": 1200},
        {"month": "2026-08"},
    ]
    result = await asked(stage, "months")

    assert stage.workshop.provider.account.asked == [
        ("cost-monthly", {"pageNo": "1", "pageSize": "100"})
    ]
    text = statement(result)
    assert "**2026-10** ¥8.00 · Jobs: 7" in text
    assert "**2026-08** unknown" in text
    assert "1 without a readable day or sum" in text
    assert files(result) == ["chart.png"]
    answer = result.followups[-1] if result.followups else result.response
    (gallery,) = [part for part in walk(answer.components) if part["type"] == 12]
    drawn = gallery["items"][0]["description"]
    assert drawn == "Cost per month: 2026-09 ¥12.00, 2026-10 ¥8.00"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (complaint(401, "Invalid_App_Identifier"), "app id and secret"),
        (complaint(403, "No_Avaliable_Plan"), "plan"),
        (complaint(500, "Internal_Server_Error"), "does not answer"),
        (Reply(deed="reset"), "does not answer"),
    ],
)
async def test_a_providers_trouble_is_told(stage: Stage, reply: Reply, words: str):
    stage.workshop.provider.account.answers["subscribe"] = reply

    assert words in said(await asked(stage, "balance"))


async def test_an_account_that_is_not_connected_is_said_to_be_none(stage: Stage):
    stage.workshop.environment.clear()

    assert "not set up" in said(await asked(stage, "balance"))


async def test_a_callback_that_arrives_is_told_with_its_time(stage: Stage):
    job = await stage.drawn()
    result = await asked(stage, "callback-test")

    assert "The callback arrived after" in str(result.response.content)
    body = {"jobId": job.external_id}
    assert stage.workshop.provider.account.asked == [("callback", body)]
    assert (await stage.workshop.now(job)) == job


async def test_the_test_is_answered_before_the_callback_comes(stage: Stage):
    job = await stage.drawn()
    provider = stage.workshop.provider
    provider.account.calls_back = False
    result = await stage.admin.slash(stage.channel, "account callback-test")
    await provider.account.tested.wait()
    waiting = str(result.response.content)
    await provider.call_back(stage.workshop.callback_url(job), provider.jobs[job.external_id])
    await stage.studio.settled()

    assert "waiting for the callback" in waiting
    assert "The callback arrived after" in str(result.response.content)
    assert result.followups == []


async def test_a_lost_answer_does_not_end_the_test(stage: Stage):
    await stage.drawn()
    stage.workshop.provider.account.answers["callback"] = Reply(deed="reset")
    result = await asked(stage, "callback-test")

    assert "The callback arrived after" in str(result.response.content)


async def test_a_callback_that_does_not_come_is_told_with_what_to_check(stage: Stage):
    await stage.drawn()
    stage.studio.get_cog("Account").wait_seconds = 0.05
    stage.workshop.provider.account.calls_back = False
    result = await asked(stage, "callback-test")

    text = str(result.response.content)
    assert "No callback came" in text
    assert all(word in text for word in ("PUBLIC_URL", "proxy", "firewall"))


async def test_the_last_job_here_is_tested_unless_another_is_named(stage: Stage):
    first = await stage.drawn("a cat")
    last = await stage.drawn("a dog")
    await asked(stage, "callback-test")
    await asked(stage, "callback-test", job=first.id)

    bodies = [body for _verb, body in stage.workshop.provider.account.asked]
    assert bodies == [{"jobId": last.external_id}, {"jobId": first.external_id}]


async def test_a_job_that_is_being_drawn_is_passed_over(stage: Stage):
    finished = await stage.drawn()
    await stage.imagine()
    await stage.workshop.turn("submit")
    await asked(stage, "callback-test")

    body = {"jobId": finished.external_id}
    assert stage.workshop.provider.account.asked == [("callback", body)]


async def test_a_job_that_is_being_drawn_is_no_test(stage: Stage):
    job = await stage.imagine()
    await stage.workshop.turn("submit")

    assert "still being drawn" in said(await asked(stage, "callback-test", job=job.id))
    assert stage.workshop.provider.account.asked == []


async def test_without_a_job_there_is_nothing_to_report(stage: Stage):
    await stage.imagine()

    assert "no job here yet" in said(await asked(stage, "callback-test"))


async def test_a_job_that_never_had_a_callback_is_no_test(stage: Stage):
    grid = await stage.drawn()
    await stage.ann.click(stage.last(), custom_id=f"job:{grid.id}:reroll")
    rerolled = await stage.job()
    await stage.finish()
    text = said(await asked(stage, "callback-test", job=rerolled.id))
    await asked(stage, "callback-test")

    assert "does not report on this job" in text
    body = {"jobId": grid.external_id}
    assert stage.workshop.provider.account.asked == [("callback", body)]


async def test_a_job_of_another_server_is_no_test(stage: Stage):
    job = await stage.workshop.press()

    assert "another server" in said(await asked(stage, "callback-test", job=job.id))


async def test_without_a_public_address_there_is_nothing_to_try(workshop: Workshop):
    async with staged(workshop, public_url="") as stage:
        stage.studio.operator_guild_ids = frozenset({stage.guild.id})

        assert "PUBLIC_URL is not set" in said(await asked(stage, "callback-test"))


async def test_a_refused_test_says_why_in_its_answer(stage: Stage):
    await stage.drawn()
    stage.workshop.provider.account.calls_back = False
    stage.workshop.provider.account.answers["callback"] = complaint(400, "Invalid_Argument")
    result = await asked(stage, "callback-test")

    assert "does not accept one of the values" in str(result.response.content)
    assert result.followups == []


async def test_the_last_jobs_are_offered_for_the_test(stage: Stage):
    job = await stage.imagine("a red fox")
    choices = await stage.ann.autocomplete(stage.channel, "account callback-test", "job", "fox")

    assert [choice["value"] for choice in choices] == [job.id]


async def test_a_servers_own_account_is_its_admins_affair(stage: Stage):
    stage.studio.operator_guild_ids = frozenset()
    (given, *_others) = stage.workshop.environment.values()
    await stage.studio.gate.accounts.put(given, stage.guild.id, stage.admin.id)
    stage.workshop.environment.clear()
    stage.workshop.provider.account.answers["subscribe"] = {"plan": "of the server"}

    shown = statement(await asked(stage, "balance"))
    refused = said(await asked(stage, "balance", stage.ann))

    assert "of the server" in shown
    assert "Manage Server" in refused
