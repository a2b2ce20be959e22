"""A database of an earlier version: what was in it is in the newest one, and in its ledger."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import storage
from storage.database import Database
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import Status
from storage.records import Allowance, Entry, Money, Usage
from tests.factories import NOON

REFUND, HELD, PAID = Money.REFUNDED, Money.RESERVED, Money.CHARGED
_JOB: dict[str, Any] = {
    "operation": "youchuan.diffusion",
    "provider": "youchuan",
    "credential": "env",
    "params": '{"text": "a cat"}',
    "uploads": "[]",
    "traits": '["v7"]',
    "guild_id": 11,
    "channel_id": 22,
    "user_id": 33,
    "locale": "en-US",
    "ordinal": 0,
    "action": "",
    "attempts": 0,
    "price": 50,
    "post_attempts": 0,
    "delivery_note": "",
    "created_at": NOON,
    "tries": 0,
    "fence": 0,
}
# What stands in a row of version 3, and what its entry says: state, settled, reason.
JOBS: list[tuple[dict[str, Any], tuple[Money, int | None, str]]] = [
    ({"status": "queued"}, (HELD, None, "")),
    ({"status": "submitting"}, (HELD, None, "")),
    ({"status": "running", "charged": True}, (HELD, None, "")),
    ({"status": "running", "guild_id": None}, (HELD, None, "")),
    ({"status": "succeeded", "cost": 30}, (PAID, 30, "")),
    ({"status": "succeeded", "cost": 0}, (PAID, 0, "")),
    ({"status": "succeeded"}, (PAID, 50, "")),
    ({"status": "succeeded", "price": None}, (PAID, None, "")),
    ({"status": "succeeded", "cost": 30, "failure": "deadline"}, (PAID, 30, "")),
    ({"status": "canceled"}, (REFUND, 0, "canceled")),
    ({"status": "canceled", "failure": "canceled", "cost": 7}, (REFUND, 7, "canceled")),
    ({"status": "failed", "failure": "moderation"}, (REFUND, 0, "moderation")),
    ({"status": "failed", "failure": "moderation", "cost": 0}, (REFUND, 0, "moderation")),
    ({"status": "failed", "failure": "moderation", "cost": 7}, (REFUND, 7, "moderation")),
    ({"status": "failed", "failure": "unavailable", "charged": True}, (REFUND, 50, "unavailable")),
    ({"status": "failed", "failure": "rejected", "charged": False}, (REFUND, 0, "rejected")),
    ({"status": "failed", "failure": "uncertain"}, (HELD, None, "uncertain")),
    ({"status": "failed", "failure": "deadline"}, (HELD, None, "deadline")),
    ({"status": "failed", "failure": "missing", "cost": 0}, (REFUND, 0, "missing")),
    ({"status": "failed", "failure": "uncertain", "charged": True}, (REFUND, 50, "uncertain")),
    ({"status": "failed", "failure": "uncertain", "charged": False}, (REFUND, 0, "uncertain")),
    ({"status": "failed", "failure": None}, (REFUND, 0, "")),
]


def upgrade(path: Path, revision: str) -> None:
    """Alembic's own way to a version."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def rows() -> Iterator[dict[str, Any]]:
    for number, (values, _says) in enumerate(JOBS, 1):
        final = values["status"] in ("succeeded", "failed", "canceled")
        identity = {"id": f"{number:026d}", "interaction_id": number}
        yield _JOB | identity | values | {"finished_at": NOON + 5 if final else None}


@pytest.fixture
def version_3(tmp_path: Path) -> Path:
    """A database of version 3 with jobs in every state."""
    path = tmp_path / "atelier.db"
    upgrade(path, "0003")
    with sqlite3.connect(path) as connection:
        for row in rows():
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            statement = f"INSERT INTO jobs ({names}) VALUES ({marks})"  # noqa: S608
            connection.execute(statement, list(row.values()))
    connection.close()
    return path


async def entries(database: Database) -> list[Entry | None]:
    ledger = LedgerStore(database)
    return [await ledger.get(row["id"]) for row in rows()]


async def test_the_ledger_of_jobs_that_were_there_says_what_their_rows_say(version_3: Path):
    async with Database(f"sqlite:///{version_3}") as database:
        await database.migrate()
        found = await entries(database)

    assert found == [
        Entry(
            job_id=row["id"],
            guild_id=row["guild_id"] or 0,
            user_id=33,
            provider="youchuan",
            credential="env",
            operation="youchuan.diffusion",
            state=state,
            reserved=row["price"],
            settled=settled,
            reason=reason,
            created_at=NOON,
            settled_at=row["finished_at"],
            logged_at=row["finished_at"],
        )
        for row, (_values, (state, settled, reason)) in zip(rows(), JOBS, strict=True)
    ]


async def test_jobs_of_every_status_are_read_and_go_on_after_a_migration(version_3: Path):
    unlimited = Allowance(day=0, month=0, check=lambda _usage: None)
    async with Database(f"sqlite:///{version_3}") as database:
        await database.migrate()
        jobs, ledger = JobStore(database), LedgerStore(database)
        read = [await jobs.get(row["id"]) for row in rows()]
        await jobs.cancel(read[0].id, now=NOON + 9)
        await jobs.succeed(read[1].id, "x", result={}, cost=40, charged=40, now=NOON + 9)
        used = await ledger.usage(33, 11, unlimited)
        told = await ledger.unlogged(since=0, limit=99)

    assert {job.status for job in read} == set(Status)
    assert all(
        (job.destination.results_channel_id, job.forgotten_at) == (None, None) for job in read
    )
    # Of what counts: 40 just now, one under way, 30 + 0 + 50 + ? + 30 that succeeded, and 50 and 50
    # that nobody knows of.
    assert used == Usage(jobs=9, running=1, fen=40 + 50 + 110 + 100, unknown=1)
    assert {entry.job_id for entry in told} == {read[0].id, read[1].id}


async def test_migrating_an_old_database_twice_changes_nothing(version_3: Path):
    async with Database(f"sqlite:///{version_3}") as database:
        await database.migrate()
        first = await entries(database)
        await database.migrate()

        assert await entries(database) == first
