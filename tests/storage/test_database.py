import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.database import Database, resolve
from storage.errors import ConflictError, StorageError
from storage.jobs import JobStore
from storage.schema import metadata
from tests.factories import make_job


def exclusively(path: Path) -> sqlite3.Connection:
    """Another program's connection that holds the file's write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_plain_addresses_get_the_async_drivers():
    assert resolve("sqlite:///a.db").drivername == "sqlite+aiosqlite"
    assert resolve("postgresql://u@h/d").drivername == "postgresql+asyncpg"


async def test_a_file_that_another_program_holds_is_scrubbed_later(
    database: Database, database_file: Path
):
    other = exclusively(database_file)
    with pytest.raises(StorageError):
        await database.scrub()
    other.close()

    assert await database.scrub()


async def test_the_folder_of_a_new_file_is_made(tmp_path: Path):
    path = tmp_path / "deep" / "er" / "atelier.db"
    async with Database(f"sqlite:///{path}") as database:
        await database.migrate()

    assert path.exists()


async def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError):
        async with Database(f"sqlite:///{tmp_path / 'file' / 'atelier.db'}"):
            pass


async def test_migrating_twice_is_harmless(tmp_path: Path):
    async with Database(f"sqlite:///{tmp_path / 'atelier.db'}") as database:
        await database.migrate()
        await JobStore(database).add(make_job())
        await database.migrate()

        assert await JobStore(database).count() == {"queued": 1}


async def test_the_migrations_make_what_the_schema_says(database: Database):
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with database.read() as connection:
        found = await connection.run_sync(differences)

    assert found == []


async def test_a_schema_newer_than_this_version_is_refused_in_our_words(database: Database):
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StorageError):
        await database.migrate()


async def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "atelier.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE assets (token TEXT)")
    other.commit()
    async with Database(f"sqlite:///{path}") as database:
        with pytest.raises(StorageError):
            await database.migrate()

    tables = {name for (name,) in other.execute("SELECT name FROM sqlite_master")}
    other.close()
    assert "jobs" not in tables


async def test_every_connection_syncs_fully_and_checks_references(database: Database):
    async with database.read() as connection:
        journal = (await connection.execute(text("PRAGMA journal_mode"))).scalar_one()
        sync = (await connection.execute(text("PRAGMA synchronous"))).scalar_one()
        references = (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one()

    assert (journal, sync, references) == ("wal", 2, 1)


async def test_a_second_process_on_the_same_file_is_refused(database_file: Path):
    program = (
        "import sys\nfrom storage.database import Database\n"
        "from storage.errors import StorageError\n"
        "try:\n    Database(sys.argv[1]).claim_file()\n"
        "except StorageError:\n    sys.exit(7)\n"
    )
    address = f"sqlite:///{database_file}"

    def exit_status() -> int:
        command = [sys.executable, "-c", program, address]
        return subprocess.run(command, check=False, timeout=60).returncode  # noqa: S603

    async with Database(address) as database:
        database.claim_file()
        while_open = await asyncio.to_thread(exit_status)
    after = await asyncio.to_thread(exit_status)

    assert (while_open, after) == (7, 0)


async def test_a_locked_database_is_a_storage_error_within_three_seconds(
    database: Database, database_file: Path
):
    jobs = JobStore(database)
    other = exclusively(database_file)
    began = time.monotonic()
    with pytest.raises(StorageError):
        await jobs.add(make_job())
    took = time.monotonic() - began
    other.execute("ROLLBACK")
    other.close()
    stored, new = await jobs.add(make_job())

    assert took < 3
    assert new
    assert await jobs.get(stored.id) == stored


async def test_writers_that_queue_up_before_a_locked_database_all_hear_of_it_in_three_seconds(
    database: Database, database_file: Path
):
    jobs = JobStore(database)
    other = exclusively(database_file)
    began = time.monotonic()
    outcomes = await asyncio.gather(
        *(jobs.add(make_job()) for _ in range(5)), return_exceptions=True
    )
    took = time.monotonic() - began
    other.execute("ROLLBACK")
    other.close()

    assert [type(outcome) for outcome in outcomes] == [StorageError] * 5
    assert took < 3


async def test_a_locked_database_can_still_be_read(database: Database, database_file: Path):
    jobs = JobStore(database)
    job, _ = await jobs.add(make_job())
    other = exclusively(database_file)
    found = await jobs.get(job.id)
    other.close()

    assert found == job


async def test_a_read_only_file_is_a_storage_error(database: Database, database_file: Path):
    job, _ = await JobStore(database).add(make_job())
    async with Database(f"sqlite:///file:{database_file}?mode=ro&uri=true") as readonly:
        jobs = JobStore(readonly)
        with pytest.raises(StorageError):
            await jobs.add(make_job())

        assert await jobs.get(job.id) == job


async def test_a_file_that_is_no_database_is_a_storage_error(tmp_path: Path):
    (tmp_path / "atelier.db").write_bytes(b"not a database" * 100)
    async with Database(f"sqlite:///{tmp_path / 'atelier.db'}") as database:
        with pytest.raises(StorageError):
            await JobStore(database).count()


async def test_a_full_disk_is_a_storage_error_and_passes(database: Database):
    jobs = JobStore(database)
    async with database.read() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    large = [make_job(params={"text": "x" * 4000}) for _ in range(20)]
    outcomes = await asyncio.gather(*map(jobs.add, large), return_exceptions=True)
    held = sum((await jobs.count()).values())
    async with database.read() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000"))
    await jobs.add(make_job())

    assert {type(outcome) for outcome in outcomes[-3:]} == {StorageError}
    assert held == sum(isinstance(outcome, tuple) for outcome in outcomes)
    assert await jobs.count() == {"queued": held + 1}


async def test_what_a_failed_transaction_wrote_is_gone(database: Database):
    jobs = JobStore(database)
    job, _ = await jobs.add(make_job())

    async def fail_half_way() -> None:
        async with database.write() as connection:
            await connection.execute(text("UPDATE jobs SET action = 'u'"))
            await connection.execute(text("UPDATE jobs SET interaction_id = NULL"))

    with pytest.raises(ConflictError):
        await fail_half_way()

    assert (await jobs.get(job.id)).action == ""


async def test_a_canceled_writer_does_not_block_the_next(database: Database):
    jobs = JobStore(database)
    writer = asyncio.create_task(jobs.add(make_job()))
    for _ in range(3):
        await asyncio.sleep(0)
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)

    async with asyncio.timeout(3):
        assert (await jobs.add(make_job()))[1]


async def test_a_database_in_memory_serves_too():
    async with Database("sqlite://") as database:
        database.claim_file()
        await database.migrate()

        assert (await JobStore(database).add(make_job()))[1]
