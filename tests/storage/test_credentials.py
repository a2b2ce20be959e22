"""The store of servers' own accounts: which pays, and which is still needed."""

from typing import Any

import pytest

from storage.audit import AuditStore
from storage.credentials import CredentialStore
from storage.database import Database
from storage.errors import ConflictError
from storage.jobs import JobStore
from storage.models import WAYS_BACK, Job
from storage.records import Account, Change
from tests.factories import NOON, make_job

ONE, TWO, THREE = "1" * 26, "2" * 26, "3" * 26


@pytest.fixture
def credentials(database: Database) -> CredentialStore:
    return CredentialStore(database)


def account(number: str = ONE, **overrides: Any) -> Account:
    values: dict[str, Any] = {
        "id": number,
        "guild_id": 11,
        "provider": "youchuan",
        "sealed": "sealed text",
        "created_by": 7,
        "created_at": NOON,
    }
    return Account(**{**values, **overrides})


def note(number: str) -> Change:
    return Change(id=number, guild_id=11, user_id=7, action="account", at=NOON)


async def put(credentials: CredentialStore, *accounts: Account) -> None:
    for each in accounts:
        await credentials.put(each, note(each.id))


async def removed(credentials: CredentialStore) -> dict[str, int | None]:
    return {each.id: each.removed_at for each in await credentials.all()}


async def test_a_new_account_takes_the_place_of_the_one_before(credentials: CredentialStore):
    await put(
        credentials,
        account(ONE),
        account("a" * 26, provider="lingtu"),
        account("b" * 26, guild_id=12),
        account(TWO, created_at=NOON + 5),
        account(THREE, created_at=NOON + 9),
    )

    assert await removed(credentials) == {
        ONE: NOON + 5,
        TWO: NOON + 9,
        THREE: None,
        "a" * 26: None,
        "b" * 26: None,
    }


async def test_an_account_that_cannot_be_kept_replaces_none(
    credentials: CredentialStore, database: Database
):
    await put(credentials, account(ONE))
    with pytest.raises(ConflictError):
        await credentials.put(account(TWO), note(ONE))

    assert await removed(credentials) == {ONE: None}
    assert len(await AuditStore(database).recent(11, limit=9)) == 1


async def test_an_account_is_removed_once(credentials: CredentialStore, database: Database):
    await put(credentials, account())
    first = await credentials.remove(ONE, note(TWO), now=NOON + 1)
    again = await credentials.remove(ONE, note(THREE), now=NOON + 2)

    assert (first, again) == (True, False)
    assert await removed(credentials) == {ONE: NOON + 1}
    assert len(await AuditStore(database).recent(11, limit=9)) == 2


async def test_only_what_has_not_changed_is_sealed_anew(credentials: CredentialStore):
    await put(credentials, account())
    await credentials.reseal(ONE, "another text", "never")
    kept = await credentials.all()
    await credentials.reseal(ONE, "sealed text", "new")

    assert [each.sealed for each in (*kept, *await credentials.all())] == ["sealed text", "new"]


def test_what_is_sealed_is_not_shown_even_so():
    assert "sealed text" not in repr(account())


async def fail(jobs: JobStore, job: Job, failure: str, due_at: int | None) -> None:
    """A failed job that its person has heard of."""
    await jobs.fail(job.id, failure=failure, text="", now=NOON, external_id=job.id)
    [found] = await jobs.claim_finished(now=NOON, lease_until=NOON + 1, limit=1)
    await jobs.delivered(
        found, channel_id=1, message_id=1, note="", now=NOON, look_at=due_at or NOON
    )
    if due_at is None and failure in WAYS_BACK:
        [looked] = await jobs.claim_running(now=NOON, lease_until=NOON + 1, limit=1)
        await jobs.let_go(looked, due_at=None)


async def test_removed_accounts_are_forgotten_when_no_job_needs_them(
    credentials: CredentialStore, jobs: JobStore
):
    await put(credentials, account(ONE), account(TWO, provider="lingtu"))
    job, _ = await jobs.add(make_job(credential=ONE))
    await jobs.add(make_job(credential="env"))
    while_paying = await credentials.prune(WAYS_BACK)
    await credentials.remove(ONE, note(THREE), now=NOON)
    while_under_way = await credentials.prune(WAYS_BACK)
    await fail(jobs, job, "moderation", None)

    assert (while_paying, while_under_way) == ([], [])
    assert await credentials.prune(WAYS_BACK) == [ONE]
    assert await removed(credentials) == {TWO: None}


async def test_an_account_is_kept_while_a_result_may_still_come(
    credentials: CredentialStore, jobs: JobStore
):
    await put(credentials, account(ONE), account(TWO))
    early, _ = await jobs.add(make_job(credential=ONE))
    await fail(jobs, early, "deadline", NOON + 600_000)
    await credentials.remove(TWO, note(THREE), now=NOON)
    late, _ = await jobs.add(make_job(credential=TWO))
    await fail(jobs, late, "deadline", None)

    assert await credentials.prune(WAYS_BACK) == [TWO]
    assert await removed(credentials) == {ONE: NOON}
