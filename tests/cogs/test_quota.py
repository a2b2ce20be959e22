"""Where a person's limits are said to come from: who says the limit that holds."""

import pytest

from bot.policy import limits_for
from bot.rules import Limits, Quotas
from cogs.quota import source
from tests.factories import make_person

GUILD, ROLE, PERSON = 11, 5, 33
USUAL = Limits(jobs_per_day=20)


def jobs(number: int) -> Limits:
    return Limits(jobs_per_day=number)


@pytest.mark.parametrize(
    ("quotas", "said"),
    [
        (Quotas(), "this bot's usual limit"),
        (Quotas(everyone=jobs(3)), "set for everyone on this server"),
        (Quotas(roles={GUILD: jobs(3)}), "set for everyone on this server"),
        (Quotas(roles={GUILD: jobs(3), ROLE: jobs(4)}), f"set for <@&{ROLE}>"),
        (Quotas(roles={GUILD: jobs(4), ROLE: jobs(3)}), "set for everyone on this server"),
        (Quotas(people={PERSON: jobs(3)}, roles={ROLE: jobs(4)}), "set for you"),
        (Quotas(people={PERSON: jobs(30)}, everyone=jobs(5)), "this bot's usual limit"),
    ],
    ids=str,
)
def test_a_limit_comes_from_who_says_it(quotas: Quotas, said: str):
    person = make_person(user_id=PERSON, guild_id=GUILD, role_ids=frozenset({ROLE}))
    limit = limits_for(person, quotas, USUAL).jobs_per_day

    assert source("jobs_per_day", limit, person, quotas) == said


def test_no_limit_comes_from_nobody():
    assert source("running", None, make_person(user_id=PERSON, guild_id=GUILD), Quotas()) == ""
