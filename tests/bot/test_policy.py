"""Who may do what where: every cell of the table, and each rule by itself."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

import pytest

from bot.errors import NotAllowedError, QuotaError, UserError
from bot.operations import Group
from bot.policy import (
    Person,
    Windows,
    check_admin,
    check_here,
    check_operator,
    check_owner,
    check_press,
    check_run,
    check_usage,
    check_visible,
    limits_for,
    words_hold,
)
from bot.rules import (
    AgePolicy,
    BannedWord,
    Buttons,
    Channels,
    Limits,
    Pressers,
    Quotas,
    Rules,
)
from storage.records import Standing, Usage
from tests.factories import NOON, make_destination, make_job

# The place of the table: one server, one of its channels, a thread in it, its category.
SERVER, CHANNEL, THREAD, CATEGORY, ELSEWHERE = 1, 20, 25, 30, 40
TRUSTED = 100  # the role that commands are left to where they are left to one
ME, SOMEBODY = 5, 6

IN_CHANNEL = frozenset({CHANNEL, CATEGORY})
IN_THREAD = frozenset({THREAD, CHANNEL, CATEGORY})

ROLES = {
    "plain member": Person(user_id=ME, guild_id=SERVER),
    "trusted member": Person(user_id=ME, guild_id=SERVER, role_ids=frozenset({99, TRUSTED})),
    "admin": Person(user_id=ME, guild_id=SERVER, is_admin=True),
    "operator": Person(user_id=ME, guild_id=SERVER, is_operator=True),
    "in a DM": Person(user_id=ME, guild_id=None),
}
JOBS = {
    "own": make_job(destination=make_destination(guild_id=SERVER, user_id=ME)),
    "somebody's": make_job(destination=make_destination(guild_id=SERVER, user_id=SOMEBODY)),
    "another server's": make_job(destination=make_destination(guild_id=2, user_id=SOMEBODY)),
}


class Where(NamedTuple):
    """A channel and what the server says of it; `refuses` is the rule that does, if any."""

    refuses: str
    channels: Channels = Channels()
    age: AgePolicy = AgePolicy.ANYWHERE
    around: frozenset[int] = IN_CHANNEL
    adult: bool = False


def listing(*allowed: int, but: tuple[int, ...] = ()) -> Channels:
    return Channels(allowed=frozenset(allowed), denied=frozenset(but))


WHERE = {
    "a free channel": Where(""),
    "a listed channel": Where("", listing(CHANNEL)),
    "a listed category": Where("", listing(CATEGORY)),
    "a listed channel's thread": Where("", listing(CHANNEL), around=IN_THREAD),
    "an unlisted channel": Where("only there", listing(ELSEWHERE)),
    "a channel with a listed thread": Where("only there", listing(THREAD)),
    "a denied channel": Where("not here", listing(but=(CHANNEL,))),
    "a denied category": Where("not here", listing(but=(CATEGORY,))),
    "a denied channel's thread": Where("not here", listing(but=(CHANNEL,)), around=IN_THREAD),
    "a denied thread": Where("not here", listing(CHANNEL, but=(THREAD,)), around=IN_THREAD),
    "listed and denied": Where("not here", listing(CHANNEL, but=(CHANNEL,))),
    "beside a denied one": Where("", listing(but=(ELSEWHERE,))),
    "adult, anywhere": Where("", age=AgePolicy.ANYWHERE, adult=True),
    "tame, adult only": Where("adults only", age=AgePolicy.ONLY),
    "adult, adult only": Where("", age=AgePolicy.ONLY, adult=True),
    "tame, never adult": Where("", age=AgePolicy.NEVER),
    "adult, never adult": Where("never adult", age=AgePolicy.NEVER, adult=True),
    "tame, relaxed": Where("", age=AgePolicy.RELAXED),
    "adult, relaxed": Where("", age=AgePolicy.RELAXED, adult=True),
}


class Spent(NamedTuple):
    """What was used of which limits, and what one more costs; `refuses` as above."""

    refuses: str
    limits: Limits = Limits()
    usage: Usage = Usage()
    price: int | None = 50


LIMITS = Limits(jobs_per_day=10, running=2, money_per_month=500)
MUCH = Usage(jobs=10**6, running=10**6, fen=10**9, unknown=10**6)
NONE_AT_ALL = Limits(jobs_per_day="unlimited", running="unlimited", money_per_month="unlimited")
SPENT = {
    "no limits": Spent("", Limits(), MUCH),
    "unlimited": Spent("", NONE_AT_ALL, MUCH),
    "the last of all": Spent("", LIMITS, Usage(jobs=9, running=1, fen=450)),
    "jobs used up": Spent("jobs", LIMITS, Usage(jobs=10)),
    "too many under way": Spent("running", LIMITS, Usage(running=2)),
    "money used up": Spent("money", LIMITS, Usage(fen=500)),
    "a fen too dear": Spent("price", LIMITS, Usage(fen=451)),
    "unknown price, a fen left": Spent("", LIMITS, Usage(fen=499, unknown=3), None),
    "unknown price, none left": Spent("money", LIMITS, Usage(fen=500), None),
    "none at all": Spent("nothing", Limits(jobs_per_day=0)),
}

PRESSES = {
    "press": Pressers.EVERYONE,
    "press of owners": Pressers.OWNER,
    "press of the trusted": Pressers.ROLES,
}
COMMANDS = (*Group, *PRESSES, "cancel", "delete", "config")

# What the sentence of each rule says, and what it is the refusal of.
SAYS: dict[str, tuple[type[UserError], str]] = {
    "blocked": (NotAllowedError, r"^You are blocked here: spam\. Ask an admin"),
    "not here": (NotAllowedError, r"does not allow these commands in this channel"),
    "only there": (NotAllowedError, r"only work in: <#\d+>\.$"),
    "adults only": (NotAllowedError, r"only work in age-restricted channels"),
    "never adult": (NotAllowedError, r"do not work in age-restricted channels"),
    "not the role": (NotAllowedError, rf"these commands are only for: <@&{TRUSTED}>\.$"),
    "another server's": (NotAllowedError, r"belongs to another server"),
    "in the server": (NotAllowedError, r"in the server where it was made"),
    "not the presser": (NotAllowedError, r"only the person who started this may use its buttons"),
    "not the role to press": (
        NotAllowedError,
        rf"only the person who started this and <@&{TRUSTED}> may use its buttons",
    ),
    "not the owner": (NotAllowedError, r"^Only the person who started this, or an admin"),
    "not an admin": (NotAllowedError, r"Manage Server permission"),
    "no server": (NotAllowedError, r"not in direct messages"),
    "nothing": (QuotaError, r"^Your limit here is 0"),
    "jobs": (QuotaError, r"^You have used \d+ of today's \d+ jobs here"),
    "running": (
        QuotaError,
        r"^Jobs under way: 2\. Your limit here is 2 at once\. .* is finished\.$",
    ),
    "money": (QuotaError, r"^You have used up this month's ¥5\.00 here"),
    "price": (
        QuotaError,
        r"^This costs about ¥0\.50, and only ¥0\.49 of this month's ¥5\.00 is left",
    ),
}
WINDOWS = Windows.at(NOON)
RETRY_AT = {"jobs": WINDOWS.next_day, "money": WINDOWS.next_month, "price": WINDOWS.next_month}


class Cell(NamedTuple):
    """One situation, in words."""

    who: str
    command: str
    job: str
    where: str
    left_to_role: bool
    blocked: bool
    spent: str


def cells() -> Iterator[Cell]:
    for who, command, where, role, blocked, spent in itertools.product(
        ROLES, COMMANDS, WHERE, (False, True), (False, True), SPENT
    ):
        # A command that makes something new is about no job.
        for job in [""] if command in tuple(Group) else JOBS:
            yield Cell(who, command, job, where, role, blocked, spent)


def refusing(cell: Cell) -> str:
    """The rule that refuses a cell, as one would explain it; empty where it is allowed."""
    if cell.command == "config":
        return {"admin": "", "in a DM": "no server"}.get(cell.who, "not an admin")
    if cell.job == "another server's":
        return "in the server" if cell.who == "in a DM" else "another server's"
    if cell.job == "somebody's" and cell.who == "in a DM":
        return "in the server"
    if cell.command in ("cancel", "delete"):
        return "" if cell.job == "own" or cell.who == "admin" else "not the owner"
    if cell.job == "somebody's":
        if cell.command == "press of owners":
            return "not the presser"
        if cell.command == "press of the trusted" and cell.who != "trusted member":
            return "not the role to press"
    return refusing_an_order(cell)


def refusing_an_order(cell: Cell) -> str:
    if cell.blocked:
        return "blocked"
    if cell.who != "in a DM":
        if by_channel := WHERE[cell.where].refuses:
            return by_channel
        if cell.left_to_role and cell.who != "trusted member":
            return "not the role"
    return SPENT[cell.spent].refuses


@cache
def rules_of(command: str, where: str, left_to_role: bool) -> Rules:
    return Rules(
        channels=WHERE[where].channels,
        age_restricted=WHERE[where].age,
        roles={group: {TRUSTED} for group in Group} if left_to_role else {},
        buttons=Buttons(who=PRESSES.get(command, Pressers.EVERYONE), roles={TRUSTED}),
    )


@cache
def person_of(who: str, where: str) -> Person:
    around, is_adult = WHERE[where].around, WHERE[where].adult
    return replace(ROLES[who], channel_ids=around, is_age_restricted=is_adult)


def carry_out(cell: Cell) -> None:
    """What the cell's command has checked, in its order."""
    person = person_of(cell.who, cell.where)
    if cell.command == "config":
        check_admin(person)
    elif cell.command in ("cancel", "delete"):
        check_owner(person, JOBS[cell.job])
    else:
        rules = rules_of(cell.command, cell.where, cell.left_to_role)
        if cell.command in PRESSES:
            check_press(person, JOBS[cell.job], rules)
        group = Group.GENERATE if cell.command in PRESSES else Group(cell.command)
        standing = Standing(blocked_at=NOON, block_reason="spam") if cell.blocked else Standing()
        check_run(person, group, "youchuan", rules, standing)
        spent = SPENT[cell.spent]
        check_usage(spent.limits, spent.usage, spent.price, WINDOWS)


def refusal_of(cell: Cell) -> UserError | None:
    try:
        carry_out(cell)
    except UserError as refusal:
        return refusal
    return None


def test_every_cell_of_the_table_is_allowed_or_refused_by_its_rule():
    seen = set[str]()
    for cell in cells():
        rule, refusal = refusing(cell), refusal_of(cell)
        seen.add(rule)
        if not rule:
            assert refusal is None, cell
            continue
        kind, sentence = SAYS[rule]
        assert type(refusal) is kind, (cell, rule, refusal)
        assert re.search(sentence, str(refusal)), (cell, rule, refusal)
        assert getattr(refusal, "retry_at", None) == RETRY_AT.get(rule), cell

    assert seen == {"", *SAYS}


JOB = make_job(destination=make_destination(guild_id=1, user_id=5))
OWNER = Person(user_id=5, guild_id=1)
NEIGHBOUR = Person(user_id=6, guild_id=1)
ADMIN = Person(user_id=7, guild_id=1, is_admin=True)
STRANGER = Person(user_id=6, guild_id=2)
FOREIGN_ADMIN = Person(user_id=7, guild_id=2, is_admin=True)
IN_OWN_DM = Person(user_id=5, guild_id=None)
IN_OTHER_DM = Person(user_id=6, guild_id=None)
HOLDER = Person(user_id=6, guild_id=None, holds_copy=True)


@pytest.mark.parametrize("person", [STRANGER, FOREIGN_ADMIN, IN_OTHER_DM], ids=str)
@pytest.mark.parametrize("check", [check_visible, check_owner])
def test_a_job_is_not_seen_elsewhere(check, person: Person):
    with pytest.raises(NotAllowedError):
        check(person, JOB)


def test_a_job_made_in_a_dm_is_its_owners_alone():
    job = make_job(destination=make_destination(guild_id=None, user_id=5))
    check_owner(IN_OWN_DM, job)
    for person in (IN_OTHER_DM, NEIGHBOUR, ADMIN):
        with pytest.raises(NotAllowedError):
            check_visible(person, job)


def test_whoever_was_sent_a_copy_may_go_on_from_it_but_not_act_for_the_owner():
    check_press(HOLDER, JOB, Rules())

    with pytest.raises(NotAllowedError):
        check_owner(HOLDER, JOB)


@pytest.mark.parametrize("who", [Pressers.OWNER, Pressers.ROLES])
def test_a_copy_is_no_way_around_who_may_press(who: Pressers):
    rules = Rules(buttons=Buttons(who=who, roles={TRUSTED}))
    check_press(IN_OWN_DM, JOB, rules)

    with pytest.raises(NotAllowedError, match="in the server where it was made"):
        check_press(HOLDER, JOB, rules)


def test_a_provider_that_is_turned_off_is_refused_and_the_others_are_not():
    rules = Rules(providers_off={"jumdata"})
    check_run(OWNER, Group.GENERATE, "youchuan", rules, Standing())

    with pytest.raises(NotAllowedError, match="turned off on this server"):
        check_run(OWNER, Group.GENERATE, "jumdata", rules, Standing())


def test_a_block_without_a_reason_still_says_what_helps():
    with pytest.raises(NotAllowedError, match=r"^You are blocked here\. Ask an admin"):
        check_here(OWNER, Group.CHAT, Rules(), Standing(blocked_at=0))


def test_one_group_left_to_a_role_leaves_the_others_open():
    rules = Rules(roles={Group.VIDEO: {TRUSTED}, Group.CHAT: frozenset()})
    for group in set(Group) - {Group.VIDEO}:
        check_here(OWNER, group, rules, Standing())

    with pytest.raises(NotAllowedError, match="only for"):
        check_here(OWNER, Group.VIDEO, rules, Standing())


def test_the_role_of_everyone_is_everyones_though_nobody_carries_it():
    rules = Rules(
        roles={Group.VIDEO: {SERVER}}, buttons=Buttons(who=Pressers.ROLES, roles={SERVER})
    )
    quotas = Quotas(roles={SERVER: Limits(running=7)})

    check_here(NEIGHBOUR, Group.VIDEO, rules, Standing())
    check_press(NEIGHBOUR, JOB, rules)
    assert limits_for(NEIGHBOUR, quotas, Limits()).running == 7


def test_a_refusal_that_names_a_great_many_fits_into_a_message():
    many = frozenset(range(10**18, 10**18 + 250))
    with pytest.raises(NotAllowedError) as by_channel:
        check_here(OWNER, Group.CHAT, Rules(channels=Channels(allowed=many)), Standing())
    with pytest.raises(NotAllowedError) as by_role:
        check_here(OWNER, Group.CHAT, Rules(roles={Group.CHAT: many}), Standing())

    for refusal in (by_channel, by_role):
        assert len(str(refusal.value)) < 1000
        assert str(refusal.value).endswith(", ….")


@pytest.mark.parametrize(
    ("policy", "adult", "hold"),
    [
        (AgePolicy.ANYWHERE, True, True),
        (AgePolicy.ONLY, True, True),
        (AgePolicy.NEVER, False, True),
        (AgePolicy.RELAXED, False, True),
        (AgePolicy.RELAXED, True, False),
    ],
)
def test_banned_words_hold_but_in_relaxed_channels(policy: AgePolicy, adult: bool, hold: bool):
    rules = Rules(words=(BannedWord(pattern="x"),), age_restricted=policy)

    assert words_hold(Person(user_id=5, guild_id=1, is_age_restricted=adult), rules) is hold


USUAL = Limits(jobs_per_day=1, running=2, money_per_month=3)
MEMBER = Person(user_id=5, guild_id=1, role_ids=frozenset({100, 101}))


@pytest.mark.parametrize(
    ("quotas", "limits"),
    [
        (Quotas(), (1, 2, 3)),
        (Quotas(everyone=Limits(jobs_per_day=10)), (10, 2, 3)),
        (
            Quotas(everyone=Limits(jobs_per_day=10), roles={999: Limits(jobs_per_day=99)}),
            (10, 2, 3),
        ),
        # A role's rule counts even where it gives less than everyone's.
        (Quotas(everyone=Limits(jobs_per_day=10), roles={100: Limits(jobs_per_day=5)}), (5, 2, 3)),
        (Quotas(roles={100: Limits(jobs_per_day=5), 101: Limits(jobs_per_day=7)}), (7, 2, 3)),
        (
            Quotas(roles={100: Limits(jobs_per_day=5, running=9), 101: Limits(jobs_per_day=7)}),
            (7, 9, 3),
        ),
        (
            Quotas(roles={100: Limits(running="unlimited"), 101: Limits(running=10**9)}),
            (1, "unlimited", 3),
        ),
        # A person's own rule counts even where it gives less than their roles'.
        (
            Quotas(
                people={5: Limits(jobs_per_day=0)},
                roles={100: Limits(jobs_per_day="unlimited", money_per_month=50)},
                everyone=Limits(running=8),
            ),
            (0, 8, 50),
        ),
        (Quotas(people={6: Limits(jobs_per_day=0)}), (1, 2, 3)),
        (Quotas(people={5: Limits(money_per_month="unlimited")}), (1, 2, "unlimited")),
    ],
)
def test_the_nearest_rule_that_says_something_holds_for_each_limit(
    quotas: Quotas, limits: tuple[object, ...]
):
    found = limits_for(MEMBER, quotas, USUAL, is_ours=False)

    assert (found.jobs_per_day, found.running, found.money_per_month) == limits


def test_no_server_goes_above_the_environments_limits_where_the_bot_pays():
    quotas = Quotas(everyone=Limits(jobs_per_day="unlimited", running=1, money_per_month=9))

    assert limits_for(MEMBER, quotas, USUAL) == USUAL.model_copy(update={"running": 1})
    assert limits_for(MEMBER, quotas, Limits(running=5)) == quotas.everyone


@pytest.mark.parametrize("name", ["jobs_per_day", "running", "money_per_month"])
def test_a_limit_of_nothing_promises_no_better_time(name: str):
    with pytest.raises(QuotaError, match="Your limit here is 0") as refusal:
        check_usage(Limits(**{name: 0}), Usage(), None, WINDOWS)

    assert refusal.value.retry_at is None


def test_what_costs_more_than_the_whole_limit_is_refused_for_good():
    with pytest.raises(QuotaError, match=r"your limit here is ¥0\.20 a month") as refusal:
        check_usage(Limits(money_per_month=20), Usage(), 50, WINDOWS)

    assert refusal.value.retry_at is None


def test_what_costs_nothing_may_be_ordered_when_the_money_is_used_up():
    check_usage(Limits(money_per_month=20), Usage(fen=20), 0, WINDOWS)


def test_buttons_work_in_the_results_channel_wherever_commands_are_allowed():
    channels = Channels(allowed={1})
    there = Person(user_id=5, guild_id=1, channel_ids=frozenset({2}))

    check_here(there, Group.CHAT, Rules(channels=channels, results_channel=2), Standing())
    with pytest.raises(NotAllowedError):
        check_here(there, Group.CHAT, Rules(channels=channels), Standing())


def test_roles_that_name_none_leave_the_buttons_to_the_owner():
    with pytest.raises(NotAllowedError, match="only the person who started this may"):
        check_press(NEIGHBOUR, JOB, Rules(buttons=Buttons(who=Pressers.ROLES)))


def test_where_nobody_says_anything_there_are_no_limits():
    assert limits_for(MEMBER, Quotas(), Limits()) == Limits()


def instant(*when: int) -> int:
    return round(datetime(*when, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "windows"),
    [
        (instant(2026, 2, 28, 23, 59, 59) + 999, ((2, 28), (3, 1), (2, 1), (3, 1))),
        (instant(2026, 3, 1), ((3, 1), (3, 2), (3, 1), (4, 1))),
        (instant(2028, 2, 29, 12), ((2, 29), (3, 1), (2, 1), (3, 1))),
        (instant(2026, 1, 31, 12), ((1, 31), (2, 1), (1, 1), (2, 1))),
    ],
)
def test_day_and_month_begin_at_midnight_utc(now: int, windows: tuple[tuple[int, int], ...]):
    year = datetime.fromtimestamp(now / 1000, UTC).year

    assert Windows.at(now) == Windows(*(instant(year, *each) for each in windows))


def test_the_last_month_of_a_year_ends_with_it():
    windows = Windows.at(instant(2026, 12, 31, 23))

    assert windows.next_day == windows.next_month == instant(2027, 1, 1)


OPERATORS_GUILD = 1
OPERATOR = Person(user_id=9, guild_id=2, is_operator=True)
OPERATOR_IN_DM = Person(user_id=9, guild_id=None, is_operator=True)


@pytest.mark.parametrize("person", [ADMIN, OPERATOR, OPERATOR_IN_DM], ids=str)
def test_the_account_is_shown_to_the_owner_and_to_admins_of_the_operators_servers(person: Person):
    check_operator(person, {OPERATORS_GUILD})


@pytest.mark.parametrize("person", [OWNER, NEIGHBOUR, FOREIGN_ADMIN, IN_OWN_DM], ids=str)
def test_the_account_is_shown_to_nobody_else(person: Person):
    with pytest.raises(NotAllowedError, match="OPERATOR_GUILD_IDS"):
        check_operator(person, {OPERATORS_GUILD})


def test_without_an_operators_server_admins_are_nobody_else():
    with pytest.raises(NotAllowedError):
        check_operator(ADMIN, frozenset())
