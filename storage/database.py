"""Opening the database: the engine from DATABASE_URL, SQLite's pragmas, migrations.

The only module that knows which database it is. Writers take turns inside the process and begin
with BEGIN IMMEDIATE, so that a read followed by a write never meets SQLITE_BUSY_SNAPSHOT.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any, Self

from sqlalchemy import event, make_url
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from storage.errors import ConflictError, StorageError

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
# Together below the three seconds in which a person must have an answer.
_TURN_SECONDS = 1.75
_BUSY_MS = 1000
_SCRUB_MS = 200  # nobody who writes waits longer for those who read
_MOST_REWRITTEN = 32_000_000  # bytes; some tenths of a second
_WRITE = {"atelier_write": True}
# What is deleted is overwritten, for people ask to be forgotten. FAST would leave what stood in the
# pages that become free, which is most of a long prompt; this costs a commit two percent more.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


def resolve(address: str) -> URL:
    """A plain ``sqlite:`` or ``postgresql:`` address with the async driver that serves it."""
    url = make_url(address)
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


class Database:
    """One open database: `read()` and `write()` give a connection inside a transaction."""

    def __init__(self, address: str) -> None:
        self._url = resolve(address)
        self._lock_file: IO[str] | None = None
        self._turn = asyncio.Lock()
        self.engine: AsyncEngine = self._create()

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The database's file; None for a server or for memory."""
        name = (self._url.database or "").removeprefix("file:")
        return Path(name) if self.is_sqlite and name not in ("", ":memory:") else None

    def _create(self) -> AsyncEngine:
        if not self.is_sqlite:
            return create_async_engine(self._url, pool_pre_ping=True)
        options: dict[str, Any] = {} if self.path else {"poolclass": StaticPool}
        engine = create_async_engine(
            self._url, connect_args={"timeout": _BUSY_MS / 1000}, **options
        )
        event.listen(engine.sync_engine, "connect", _set_pragmas)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine

    async def __aenter__(self) -> Self:
        if self.path:
            with _as_storage_error():
                self.path.parent.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.engine.dispose()
        if self._lock_file:
            self._lock_file.close()

    def claim_file(self) -> None:
        """Keep a second process off the same SQLite file; StorageError when one has it."""
        if not self.path:
            return
        import fcntl

        try:
            self._lock_file = self.path.with_suffix(".lock").open("w")
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageError(f"another process uses {self.path}, or it is read-only") from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads."""
        with _as_storage_error():
            async with self.engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes; what it did is durable when the block has ended."""
        with _as_storage_error():
            async with self._in_turn(), self.engine.connect() as connection:
                await connection.execution_options(**_WRITE)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise StorageError("the writes before this one take too long") from None
        try:
            yield
        finally:
            self._turn.release()

    async def scrub(self) -> bool:
        """Have SQLite's files hold nothing any more of what was deleted; False while others read.

        A large file is not written anew, so copies that moving rows left in it may stay. Other
        databases look after all this themselves.
        """
        if not self.path:
            return True
        with _as_storage_error():
            async with self._in_turn(), self.engine.connect() as connection:
                # Beneath the engine, which would begin a transaction first.
                driver: Any = (await connection.get_raw_connection()).driver_connection
                # A statement whose rows are not fetched would be in the way of the next.
                await driver.execute_fetchall(f"PRAGMA busy_timeout={_SCRUB_MS}")
                try:
                    if self.path.stat().st_size <= _MOST_REWRITTEN:
                        await driver.execute_fetchall("VACUUM")
                    (answer,) = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    await driver.execute_fetchall(f"PRAGMA busy_timeout={_BUSY_MS}")
        return not answer[0]

    async def migrate(self) -> None:
        """Bring the schema to this version; repeating it changes nothing."""
        with _as_storage_error():
            async with self.engine.connect() as connection:
                await connection.execution_options(**_WRITE)
                async with connection.begin():
                    await connection.run_sync(_upgrade)

    async def revision(self) -> str | None:
        """The schema's version; None before the first migration."""
        from alembic.migration import MigrationContext

        async with self.read() as connection:
            return await connection.run_sync(
                lambda sync: MigrationContext.configure(sync).get_current_revision()
            )


@contextmanager
def _as_storage_error() -> Iterator[None]:
    """Turn the drivers' errors into StorageError; nothing above storage knows SQLAlchemy's."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(str(error.orig)) from error
    except (DBAPIError, PoolTimeoutError, sqlite3.Error, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise StorageError(f"the database did not do it: {cause}") from error


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver's own transaction handling would begin too late; `_begin` does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    cursor.close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("atelier_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(f"the schema is not one that this version knows: {error}") from error
