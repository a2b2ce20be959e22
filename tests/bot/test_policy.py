import pytest

from bot.errors import NotAllowedError
from bot.policy import Person, check_operator, check_owner, check_press, check_visible
from tests.factories import make_destination, make_job

JOB = make_job(destination=make_destination(guild_id=1, user_id=5))
OWNER = Person(user_id=5, guild_id=1)
NEIGHBOUR = Person(user_id=6, guild_id=1)
ADMIN = Person(user_id=7, guild_id=1, is_admin=True)
STRANGER = Person(user_id=6, guild_id=2)
FOREIGN_ADMIN = Person(user_id=7, guild_id=2, is_admin=True)
IN_OWN_DM = Person(user_id=5, guild_id=None)
IN_OTHER_DM = Person(user_id=6, guild_id=None)


@pytest.mark.parametrize("person", [OWNER, NEIGHBOUR, ADMIN, IN_OWN_DM], ids=str)
@pytest.mark.parametrize("check", [check_visible, check_press])
def test_a_job_is_seen_in_its_server_and_by_its_owner(check, person: Person):
    check(person, JOB)


@pytest.mark.parametrize("person", [STRANGER, FOREIGN_ADMIN, IN_OTHER_DM], ids=str)
@pytest.mark.parametrize("check", [check_visible, check_press, check_owner])
def test_a_job_is_not_seen_elsewhere(check, person: Person):
    with pytest.raises(NotAllowedError):
        check(person, JOB)


@pytest.mark.parametrize("person", [OWNER, ADMIN, IN_OWN_DM], ids=str)
def test_owner_and_admins_may_cancel(person: Person):
    check_owner(person, JOB)


def test_a_neighbour_may_not_cancel():
    with pytest.raises(NotAllowedError):
        check_owner(NEIGHBOUR, JOB)


def test_a_job_made_in_a_dm_is_its_owners_alone():
    job = make_job(destination=make_destination(guild_id=None, user_id=5))
    check_owner(IN_OWN_DM, job)
    for person in (IN_OTHER_DM, NEIGHBOUR, ADMIN):
        with pytest.raises(NotAllowedError):
            check_visible(person, job)


def test_whoever_was_sent_a_copy_may_go_on_from_it_but_not_act_for_the_owner():
    holder = Person(user_id=6, guild_id=None, holds_copy=True)
    check_press(holder, JOB)

    with pytest.raises(NotAllowedError):
        check_owner(holder, JOB)


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
