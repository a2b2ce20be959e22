"""The gate: the rules of the place, who pays there, and what is left of the limits."""

from dataclasses import replace
from typing import Any

import pytest

from bot.accounts import Accounts
from bot.errors import GoneError, InvalidRequestError, NotAllowedError, QuotaError
from bot.gate import Gate
from bot.operations import Group
from bot.providers import catalog
from bot.rules import Limits
from bot.wire import Credential
from storage.database import Database
from storage.ledger import LedgerStore
from storage.models import Job
from storage.records import Usage
from tests.conftest import CATALOG, Workshop, make_accounts, make_gate
from tests.factories import NOON, Clock, make_destination, make_job, make_person

GUILD, OTHER_GUILD, ADMIN, MEMBER = 11, 12, 7, 33
OPERATORS_GUILD = 77
YOUCHUAN = Credential(provider="youchuan", url="https://y", app_id="env", secret="env-secret")
LINGTU = replace(YOUCHUAN, provider="lingtu", url="https://l")
OWN = replace(YOUCHUAN, app_id="own-app", secret="own-secret")
DIFFUSION = CATALOG.operation("youchuan.diffusion")
REROLL = CATALOG.operation("youchuan.reroll")
TEXT2IMG = CATALOG.operation("lingtu.text2img")
CHAT = CATALOG.operation("wanxiang.chat")
PERSON = make_person()
IN_DM = make_person(guild_id=None)


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    environment = {("youchuan", "env"): YOUCHUAN, ("lingtu", "env"): LINGTU}
    return make_accounts(database, environment, clock)


@pytest.fixture
def gate(database: Database, accounts: Accounts, clock: Clock) -> Gate:
    return make_gate(database, accounts, clock, Limits(jobs_per_day=3))


async def decide(gate: Gate, guild_id: int = GUILD, **values: Any) -> None:
    await gate.servers.change(guild_id, ADMIN, values)


def made(gate: Gate, guild_id: int | None = GUILD, **overrides: Any) -> Job:
    """A job of somebody, paid as jobs are paid in this place."""
    values: dict[str, Any] = {"credential": gate.accounts.payer("youchuan", guild_id)}
    return make_job(destination=make_destination(guild_id=guild_id), **values | overrides)


async def test_the_rules_are_those_of_the_server_and_none_in_direct_messages(gate: Gate):
    await decide(gate, channels={"denied": ["22"]})
    here = make_person(channel_ids=frozenset({22}))
    for person in (replace(here, guild_id=OTHER_GUILD), replace(here, guild_id=None)):
        await gate.check(person, DIFFUSION)
        await gate.check_group(person, Group.CHAT)

    with pytest.raises(NotAllowedError, match="in this channel"):
        await gate.check(here, DIFFUSION)
    with pytest.raises(NotAllowedError, match="in this channel"):
        await gate.check_group(here, Group.CHAT)


async def test_a_change_of_the_rules_holds_for_the_next_order(gate: Gate):
    await decide(gate, roles={"generate": ["5"]})
    with pytest.raises(NotAllowedError, match="only for"):
        await gate.check(PERSON, DIFFUSION)
    await decide(gate, roles=None)

    await gate.check(PERSON, DIFFUSION)


async def test_an_operation_is_of_the_group_whose_commands_make_it(gate: Gate):
    await decide(gate, roles={"chat": ["5"], "tools": ["5"], "video": ["5"]})
    await gate.check(PERSON, DIFFUSION)
    for name in ("wanxiang.chat", "youchuan.remove_background", "youchuan.video_diffusion"):
        with pytest.raises(NotAllowedError, match="only for"):
            await gate.check(PERSON, CATALOG.operation(name))


async def test_a_block_holds_in_its_server_only(gate: Gate):
    await gate.servers.block(GUILD, ADMIN, MEMBER, "spam")
    for place in (OTHER_GUILD, None):
        await gate.check(make_person(guild_id=place), DIFFUSION)

    with pytest.raises(NotAllowedError, match="spam"):
        await gate.check(PERSON, DIFFUSION)


async def test_a_block_in_an_operators_server_holds_in_direct_messages(gate: Gate):
    await gate.servers.block(OPERATORS_GUILD, ADMIN, MEMBER)
    await gate.check(PERSON, DIFFUSION)
    await gate.check(make_person(user_id=34, guild_id=None), DIFFUSION)

    with pytest.raises(NotAllowedError, match="You are blocked"):
        await gate.check(IN_DM, DIFFUSION)


async def test_a_place_offers_what_is_paid_there_and_not_turned_off(gate: Gate):
    everything = catalog({"youchuan", "lingtu", "jumdata"})
    await decide(gate, providers_off=["youchuan"])
    here, elsewhere = [await gate.catalog(everything, place) for place in (GUILD, None)]
    names = (DIFFUSION.name, TEXT2IMG.name, "jumdata.draw")

    assert [here.is_connected(name) for name in names] == [False, True, False]
    assert [elsewhere.is_connected(name) for name in names] == [True, True, False]
    with pytest.raises(NotAllowedError, match="turned off"):
        await gate.check(PERSON, DIFFUSION)


@pytest.mark.parametrize("who", ["owner", "roles"])
async def test_who_may_press_the_server_says_that_the_job_was_made_in(gate: Gate, who: str):
    await decide(gate, buttons={"who": who, "roles": ["5"]})
    await decide(gate, OTHER_GUILD, buttons={"who": "owner"})
    job = made(gate)
    await gate.check_press(PERSON, job)
    await gate.check_press(IN_DM, job)
    for person in (
        make_person(user_id=34),
        make_person(user_id=34, guild_id=None, holds_copy=True),
    ):
        with pytest.raises(NotAllowedError):
            await gate.check_press(person, job)


async def test_a_job_from_direct_messages_has_no_servers_rules(gate: Gate):
    await decide(gate, buttons={"who": "owner"})
    copy = make_person(user_id=34, guild_id=None, holds_copy=True)

    await gate.check_press(copy, made(gate, None))
    with pytest.raises(NotAllowedError):
        await gate.check_press(copy, made(gate))


async def test_new_jobs_are_paid_by_the_place_and_follow_ups_by_whoever_paid_the_first(gate: Gate):
    before = made(gate)
    await gate.accounts.put(OWN, GUILD, ADMIN)
    own = gate.accounts.payer("youchuan", GUILD)
    after = made(gate)

    assert gate.account(DIFFUSION, PERSON, None) == own
    assert gate.account(DIFFUSION, IN_DM, None) == "env"
    assert gate.account(REROLL, PERSON, before) == "env"
    assert gate.account(REROLL, PERSON, after) == own
    assert gate.account(TEXT2IMG, PERSON, after) == "env"


async def test_a_servers_own_account_pays_no_follow_up_outside_of_it(gate: Gate):
    await gate.accounts.put(OWN, GUILD, ADMIN)
    job = made(gate)
    for place in (None, OTHER_GUILD):
        with pytest.raises(NotAllowedError, match="in the server where it was made"):
            gate.account(REROLL, make_person(guild_id=place), job)


async def test_an_account_that_was_removed_or_replaced_pays_no_follow_up(gate: Gate):
    await gate.accounts.put(OWN, GUILD, ADMIN)
    first = made(gate)
    await gate.accounts.put(replace(OWN, app_id="another"), GUILD, ADMIN)
    second = made(gate)
    await gate.accounts.remove("youchuan", GUILD, ADMIN)
    for job in (first, second):
        with pytest.raises(GoneError, match="not connected any more"):
            gate.account(REROLL, PERSON, job)

    assert gate.account(DIFFUSION, PERSON, None) == "env"


async def test_nobody_pays_where_the_servers_own_account_cannot_be_read(
    gate: Gate, database: Database, clock: Clock
):
    await gate.accounts.put(OWN, GUILD, ADMIN)
    job = made(gate)
    environment = {("youchuan", "env"): YOUCHUAN}
    accounts = make_accounts(database, environment, clock, ("another key",))
    await accounts.load()
    without_key = make_gate(database, accounts, clock)

    with pytest.raises(InvalidRequestError):
        without_key.account(DIFFUSION, PERSON, None)
    with pytest.raises(GoneError):
        without_key.account(REROLL, PERSON, job)
    assert without_key.account(DIFFUSION, IN_DM, None) == "env"


async def test_banned_words_are_replaced_or_refuse_the_request(gate: Gate):
    await decide(gate, words=[{"pattern": "cat", "replacement": "dog"}, {"pattern": "heron"}])
    rules = await gate.rules(PERSON)
    params = DIFFUSION.validate({"text": "a cat on a mat"})

    cleaned = gate.worded(DIFFUSION, params, PERSON, rules)
    assert cleaned.stored()["text"] == "a dog on a mat"
    assert gate.worded(DIFFUSION, params, IN_DM, await gate.rules(IN_DM)) is params
    with pytest.raises(NotAllowedError, match="heron"):
        gate.worded(CHAT, CHAT.validate({"prompt": "a heron"}), PERSON, rules)


async def test_banned_words_do_not_hold_in_relaxed_channels(gate: Gate):
    await decide(gate, words=[{"pattern": "cat"}], age_restricted="relaxed")
    rules = await gate.rules(PERSON)
    params = DIFFUSION.validate({"text": "a cat"})
    adult = make_person(is_age_restricted=True)

    assert gate.worded(DIFFUSION, params, adult, rules) is params
    with pytest.raises(NotAllowedError):
        gate.worded(DIFFUSION, params, PERSON, rules)


async def test_the_environments_limits_hold_where_the_server_does_not_pay_itself(gate: Gate):
    await decide(gate, quotas={"people": {str(MEMBER): {"jobs_per_day": "unlimited"}}})
    here, dm = [await gate.rules(each) for each in (PERSON, IN_DM)]

    assert gate.limits(PERSON, here, "its own").jobs_per_day == "unlimited"
    assert gate.limits(PERSON, here).jobs_per_day == 3
    assert gate.limits(IN_DM, dm).jobs_per_day == 3
    gate.allowance(PERSON, here, payer="its own").check(Usage(jobs=3))
    with pytest.raises(QuotaError, match="3 of today's 3 jobs"):
        gate.allowance(IN_DM, dm).check(Usage(jobs=3))


async def test_what_is_refused_by_the_gate_was_neither_kept_nor_noted(workshop: Workshop):
    await workshop.parts.gate.servers.block(GUILD, ADMIN, MEMBER)
    with pytest.raises(NotAllowedError):
        await workshop.press()

    assert await workshop.jobs.count() == {}
    sums = await LedgerStore(workshop.database).sums(GUILD, since=0, before=2 * NOON)
    assert sums == []


async def test_what_is_kept_has_the_words_that_were_allowed(workshop: Workshop):
    await decide(workshop.parts.gate, words=[{"pattern": "cat", "replacement": "dog"}])
    job = await workshop.press(params={"text": "a cat on a mat"})
    await workshop.turn("submit")

    assert job.params["text"] == "a dog on a mat"
    assert workshop.provider.paid[0].body["text"] == "a dog on a mat"


async def test_a_server_has_its_results_in_its_channel_and_language(workshop: Workshop):
    await decide(workshop.parts.gate, results_channel="99", language="zh-CN")
    here = await workshop.press()
    there = await workshop.press(destination=make_destination(channel_id=99))
    private = await workshop.press(destination=make_destination(guild_id=None))

    places = [(job.destination.results_channel_id, job.destination.locale) for job in (here, there)]
    assert places == [(99, "zh-CN"), (None, "zh-CN")]
    assert private.destination == make_destination(guild_id=None)


async def test_what_takes_only_words_of_a_job_is_paid_by_the_place(gate: Gate):
    await gate.accounts.put(OWN, GUILD, ADMIN)
    drawn = made(gate)
    await gate.accounts.remove("youchuan", GUILD, ADMIN)
    words = DIFFUSION.validate({"text": "what the picture shows"})

    assert gate.account(DIFFUSION, PERSON, drawn, words) == "env"
    with pytest.raises(GoneError):
        gate.account(REROLL, PERSON, drawn, REROLL.validate({"jobId": "ab" * 12}))


async def test_a_server_serves_whoever_is_not_blocked_in_its_channels(gate: Gate):
    await decide(gate, channels={"denied": ["5"]}, roles={"chat": ["9"]})
    before = await gate.serves(PERSON)
    elsewhere = await gate.serves(make_person(channel_ids=frozenset({5})))
    await gate.servers.block(GUILD, ADMIN, PERSON.user_id)

    assert (before, elsewhere, await gate.serves(PERSON)) == (True, False, False)
