"""Servers' own accounts: kept sealed, one for each provider, gone when nobody needs them."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.accounts import Accounts
from bot.errors import GoneError, InvalidRequestError
from bot.news import unpack
from bot.wire import Credential
from storage.audit import AuditStore
from storage.credentials import CredentialStore
from storage.database import Database
from storage.jobs import JobStore
from storage.models import Status
from tests.conftest import KEYS, Workshop, make_accounts
from tests.factories import NOON, Clock, make_destination, make_job

GUILD, OTHER_GUILD, ADMIN = 11, 12, 7
YOUCHUAN = Credential(provider="youchuan", url="https://y", app_id="env", secret="env-secret")
LINGTU = replace(YOUCHUAN, provider="lingtu", url="https://l", concurrency=9)
ENVIRONMENT = {("youchuan", "env"): YOUCHUAN, ("lingtu", "env"): LINGTU}
OWN = replace(YOUCHUAN, app_id="own-app-id", secret="canary-secret")


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return make_accounts(database, ENVIRONMENT, clock)


async def reopened(database: Database, clock: Clock, keys: Sequence[str]) -> Accounts:
    """What the next start has."""
    found = make_accounts(database, ENVIRONMENT, clock, keys)
    await found.load()
    return found


async def test_a_servers_own_account_pays_there_and_nowhere_else(accounts: Accounts):
    await accounts.put(OWN, GUILD, ADMIN)
    name = accounts.payer("youchuan", GUILD)

    assert accounts["youchuan", name] == replace(OWN, name=name)
    assert accounts.payer("lingtu", GUILD) == "env"
    assert accounts.payer("youchuan", OTHER_GUILD) == accounts.payer("youchuan", None) == "env"
    assert accounts.pays("youchuan", name, GUILD)
    assert not accounts.pays("youchuan", name, OTHER_GUILD)
    assert not accounts.pays("youchuan", name, None)
    assert not accounts.pays("lingtu", name, GUILD)


async def test_it_is_there_after_a_restart_where_its_provider_is_now(
    accounts: Accounts, database: Database, clock: Clock
):
    await accounts.put(replace(OWN, url="https://elsewhere", concurrency=1), GUILD, ADMIN)
    name = accounts.payer("youchuan", GUILD)
    again = make_accounts(database, ENVIRONMENT, clock)
    await again.load()

    assert again["youchuan", name] == replace(OWN, name=name)
    assert set(again) == {*ENVIRONMENT, ("youchuan", name)}
    assert len(again) == 3


async def test_its_secrets_stand_nowhere_in_the_database(
    accounts: Accounts, database: Database, database_file: Path
):
    await accounts.put(OWN, GUILD, ADMIN)
    await accounts.put(OWN, GUILD, ADMIN)
    await accounts.remove("youchuan", GUILD, ADMIN)
    await database.engine.dispose()
    kept = b"".join(path.read_bytes() for path in database_file.parent.glob("atelier.db*"))

    assert b"youchuan" in kept
    assert OWN.secret.encode() not in kept
    assert OWN.app_id.encode() not in kept


async def test_who_changed_an_account_is_noted_without_what_it_is(
    accounts: Accounts, database: Database, clock: Clock
):
    for change in (accounts.put, accounts.put):
        await change(OWN, GUILD, ADMIN)
        clock.advance(1)
    await accounts.remove("youchuan", GUILD, ADMIN)
    changes = await AuditStore(database).recent(GUILD, limit=9)

    assert [(each.action, each.subject, each.before, each.after) for each in changes] == [
        ("account_removed", "youchuan", "•••", None),
        ("account", "youchuan", "•••", "•••"),
        ("account", "youchuan", None, "•••"),
    ]
    assert {each.user_id for each in changes} == {ADMIN}


async def test_a_row_that_was_moved_to_another_id_does_not_open(
    accounts: Accounts, database: Database, clock: Clock
):
    await accounts.put(OWN, GUILD, ADMIN)
    await accounts.put(replace(LINGTU, secret="another"), GUILD, ADMIN)
    one, other = await CredentialStore(database).all()
    await CredentialStore(database).reseal(one.id, one.sealed, other.sealed)
    again = make_accounts(database, ENVIRONMENT, clock)
    await again.load()

    assert (one.provider, one.id) not in again
    assert (other.provider, other.id) in again


async def test_a_key_is_rotated_by_one_start_with_both(database: Database, clock: Clock):
    first = make_accounts(database, ENVIRONMENT, clock, ("old",))
    await first.put(OWN, GUILD, ADMIN)
    name = first.payer("youchuan", GUILD)
    with_both = await reopened(database, clock, ("new", "old"))
    with_the_new = await reopened(database, clock, ("new",))

    for each in (with_both, with_the_new):
        assert each["youchuan", name] == replace(OWN, name=name)


async def test_a_key_is_rotated_for_a_provider_that_is_not_set_up_just_now(
    database: Database, clock: Clock
):
    first = make_accounts(database, ENVIRONMENT, clock, ("old",))
    await first.put(OWN, GUILD, ADMIN)
    without = make_accounts(database, {("lingtu", "env"): LINGTU}, clock, ("new", "old"))
    await without.load()
    again = await reopened(database, clock, ("new",))

    assert "youchuan" not in without.providers(GUILD)
    assert "youchuan" in again.providers(GUILD)


async def test_without_its_key_an_account_is_told_of_and_nobody_else_pays(
    accounts: Accounts, database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
):
    await accounts.put(OWN, GUILD, ADMIN)
    name = accounts.payer("youchuan", GUILD)
    with caplog.at_level(logging.ERROR):
        again = await reopened(database, clock, ("another key",))

    assert (
        f"the account {name} of server {GUILD} is of no use: SECRET_KEY has no key" in caplog.text
    )
    with pytest.raises(InvalidRequestError):
        again.payer("youchuan", GUILD)
    assert not again.pays("youchuan", name, GUILD)
    assert again.providers(GUILD) == {"lingtu"}
    assert again.providers(OTHER_GUILD) == {"youchuan", "lingtu"}
    # It is still there to be seen and removed.
    assert again.own(GUILD)["youchuan"].id == name
    assert await again.remove("youchuan", GUILD, ADMIN)
    assert again.payer("youchuan", GUILD) == "env"


async def test_a_new_account_replaces_the_one_before(
    accounts: Accounts, database: Database, clock: Clock
):
    await accounts.put(OWN, GUILD, ADMIN)
    before = accounts.payer("youchuan", GUILD)
    clock.advance(1)
    await accounts.put(replace(OWN, app_id="newer-app", secret="a newer one"), GUILD, ADMIN)
    again = make_accounts(database, ENVIRONMENT, clock)
    await again.load()

    for each in (accounts, again):
        now = each.payer("youchuan", GUILD)
        assert each["youchuan", now].secret == "a newer one"
        assert not each.pays("youchuan", before, GUILD)
        assert each["youchuan", before].secret == OWN.secret


async def test_of_accounts_put_at_once_one_is_left_and_can_be_removed(
    accounts: Accounts, database: Database, clock: Clock
):
    await asyncio.gather(
        *(
            accounts.put(replace(OWN, app_id=f"app-{n}", secret=f"secret {n}"), GUILD, ADMIN)
            for n in range(5)
        )
    )
    name = accounts.payer("youchuan", GUILD)
    kept = await CredentialStore(database).all()
    paying = [row for row in kept if accounts.pays("youchuan", row.id, GUILD)]
    await accounts.remove("youchuan", GUILD, ADMIN)

    assert [row.id for row in kept if row.removed_at is None] == [name]
    assert [row.id for row in paying] == [name]
    assert accounts.payer("youchuan", GUILD) == "env"
    assert not any(accounts.pays("youchuan", row.id, GUILD) for row in kept)


async def test_what_one_admin_removes_another_ones_secret_does_not_bring_back(
    accounts: Accounts, database: Database, clock: Clock
):
    await accounts.put(OWN, GUILD, ADMIN)
    before = accounts.payer("youchuan", GUILD)
    await asyncio.gather(
        accounts.remove("youchuan", GUILD, ADMIN),
        accounts.put(replace(OWN, secret="a newer one"), GUILD, ADMIN),
    )
    again = make_accounts(database, ENVIRONMENT, clock)
    await again.load()
    after = accounts.payer("youchuan", GUILD)

    assert after not in (before, "env")
    assert not accounts.pays("youchuan", before, GUILD)
    assert again.payer("youchuan", GUILD) == after
    assert again["youchuan", after].secret == "a newer one"


async def test_a_removed_account_pays_nothing_new_and_the_environment_does(accounts: Accounts):
    await accounts.put(OWN, GUILD, ADMIN)
    name = accounts.payer("youchuan", GUILD)
    removed = await accounts.remove("youchuan", GUILD, ADMIN)
    again = await accounts.remove("youchuan", GUILD, ADMIN)

    assert (removed, again) == (True, False)
    assert accounts.payer("youchuan", GUILD) == "env"
    assert not accounts.pays("youchuan", name, GUILD)
    assert accounts["youchuan", name].secret == OWN.secret


async def test_a_removed_account_is_forgotten_when_its_jobs_have_ended(
    accounts: Accounts, jobs: JobStore
):
    await accounts.put(OWN, GUILD, ADMIN)
    name = accounts.payer("youchuan", GUILD)
    job, _ = await jobs.add(make_job(credential=name))
    await accounts.prune()
    while_it_pays = ("youchuan", name) in accounts
    await accounts.remove("youchuan", GUILD, ADMIN)
    await accounts.prune()
    while_its_job_waits = ("youchuan", name) in accounts
    await jobs.cancel(job.id, now=NOON)
    await accounts.prune()

    assert (while_it_pays, while_its_job_waits) == (True, True)
    assert ("youchuan", name) not in accounts
    assert OWN.secret not in set(accounts.secrets())


async def test_a_place_has_the_providers_that_somebody_pays_there(database: Database, clock: Clock):
    shared = {("lingtu", "env"): LINGTU}
    accounts = make_accounts(database, ENVIRONMENT, clock)
    await accounts.put(OWN, GUILD, ADMIN)
    accounts = make_accounts(database, shared, clock)
    accounts.forms = {"youchuan": replace(YOUCHUAN, app_id="", secret="")}
    await accounts.load()

    assert accounts.providers(GUILD) == {"youchuan", "lingtu"}
    assert accounts.providers(OTHER_GUILD) == accounts.providers(None) == {"lingtu"}
    with pytest.raises(InvalidRequestError, match="not set up"):
        accounts.payer("youchuan", OTHER_GUILD)


async def test_where_a_provider_is_only_the_operator_says(accounts: Accounts):
    assert accounts.form_of("youchuan") == replace(YOUCHUAN, app_id="", secret="")
    with pytest.raises(InvalidRequestError, match="does not know where this service is"):
        accounts.form_of("jumdata")


async def test_every_secret_is_told_to_the_log(accounts: Accounts):
    await accounts.put(OWN, GUILD, ADMIN)

    assert set(accounts.secrets()) == {OWN.secret, OWN.app_id}
    assert OWN.secret not in repr(accounts["youchuan", accounts.payer("youchuan", GUILD)])


async def put_in(workshop: Workshop) -> str:
    """The server gets its own account at the workshop's provider; its name."""
    accounts = workshop.parts.credentials
    await accounts.put(workshop.environment["youchuan", "env"], GUILD, ADMIN)
    return accounts.payer("youchuan", GUILD)


async def start_again(workshop: Workshop, *keys: str) -> None:
    workshop.pay_with(workshop.environment, keys=keys or KEYS)
    await workshop.parts.credentials.load()
    await workshop.crash()


async def test_a_server_draws_with_its_own_account_and_others_do_not(workshop: Workshop):
    name = await put_in(workshop)
    there = await workshop.press()
    in_dm = await workshop.press(destination=make_destination(guild_id=None))

    assert (there.credential, in_dm.credential) == (name, "env")


async def test_what_a_removed_account_has_begun_is_polled_to_its_end_and_delivered(
    workshop: Workshop,
):
    name = await put_in(workshop)
    job = await workshop.press()
    await workshop.turn("submit")
    await workshop.parts.credentials.remove("youchuan", GUILD, ADMIN)
    await start_again(workshop)
    await workshop.parts.credentials.prune()
    workshop.provider.finish(workshop.provider.paid[0].id)
    workshop.clock.advance(30)
    await workshop.turn("watch", "deliver")
    new = await workshop.press()
    await workshop.parts.credentials.prune()

    assert [delivery.job.id for delivery in workshop.courier.delivered] == [job.id]
    assert (job.credential, new.credential) == (name, "env")
    assert ("youchuan", name) not in workshop.parts.credentials


async def test_jobs_whose_account_no_key_opens_wait_for_the_right_key(workshop: Workshop):
    await put_in(workshop)
    running = await workshop.press()
    await workshop.turn("submit")
    queued = await workshop.press()
    await start_again(workshop, "another key")
    workshop.clock.advance(30)
    await workshop.turn()
    waiting = [(await workshop.now(job)).status for job in (running, queued)]
    with pytest.raises(InvalidRequestError):
        await workshop.press()
    await start_again(workshop)
    workshop.clock.advance(60)
    await workshop.turn("submit")
    for paid in workshop.provider.paid:
        workshop.provider.finish(paid.id)
    for _time in range(2):
        workshop.clock.advance(300)
        await workshop.turn("watch", "deliver")

    assert waiting == [Status.RUNNING, Status.QUEUED]
    assert len(workshop.provider.paid) == 2
    assert {each.job.id for each in workshop.courier.delivered} == {running.id, queued.id}


async def test_jobs_whose_account_no_key_opens_end_in_time_and_say_so(workshop: Workshop):
    await put_in(workshop)
    queued = await workshop.press()
    await start_again(workshop, "another key")
    for _time in range(2):
        workshop.clock.advance(3600)
        await workshop.turn("submit")
    ended = await workshop.now(queued)

    assert (ended.status, ended.failure) == (Status.FAILED, "unavailable")
    assert "cannot be read now" in str(unpack(ended.failure_text))
    assert workshop.provider.paid == []


async def test_a_follow_up_is_paid_by_the_account_that_drew_what_it_follows(workshop: Workshop):
    name = await put_in(workshop)
    parent = await workshop.press()
    await workshop.turn("submit")
    follow_up = {"operation": "youchuan.reroll", "params": {"jobId": "ab" * 12}, "parent": parent}
    child = await workshop.press(**follow_up)
    await workshop.parts.credentials.remove("youchuan", GUILD, ADMIN)

    assert child.credential == name
    with pytest.raises(GoneError):
        await workshop.press(**follow_up)


async def test_another_secret_of_the_same_application_takes_the_place_of_the_old_one(
    workshop: Workshop,
):
    (given, *_others) = workshop.environment.values()
    accounts = workshop.parts.credentials
    await accounts.put(given, 11, by=1)
    before = accounts.own(11)["youchuan"].id

    await accounts.put(replace(given, secret="another-secret"), 11, by=1)

    assert accounts.own(11)["youchuan"].id == before
    assert accounts["youchuan", before].secret == "another-secret"
    await accounts.load()
    assert accounts["youchuan", before].secret == "another-secret"
