"""The command line as people meet it: real processes, their output and their exit status."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.providers import catalog
from bot.sandbox.server import emulating
from storage.database import Database

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
SECONDS = 60
COMPLETE = {"DISCORD_TOKEN": "a-token-for-tests", "SECRET_KEY": "a-key-for-tests-only"}
LATER = "this version runs as one process with SQLite and files"


@dataclass(frozen=True)
class Finished:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return self.err.splitlines()


@contextlib.asynccontextmanager
async def started(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that knows these settings and no others; killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(settings or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> Finished:
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


@pytest.fixture
def atelier(tmp_path):
    async def run(*arguments, **settings):
        async with started(*arguments, folder=tmp_path, settings=settings) as process:
            return await ended(process)

    return run


async def test_catalog_json_lists_every_endpoint_as_documented(atelier):
    finished = await atelier("catalog", "--json")

    rows = json.loads(finished.out)
    assert (finished.code, finished.err) == (0, "")
    assert [row["operation"] for row in rows] == [
        *catalog(),
        *(call.name for call in catalog().calls),
    ]
    for row in rows:
        assert {"operation", "provider", "method", "path", "kind", "commands", "actions"} <= set(
            row
        )
        assert row["operation"].startswith(row["provider"] + ".")
        assert isinstance(row["commands"], list)
        assert isinstance(row["actions"], list)


async def test_catalog_is_a_table_of_one_line_per_endpoint(atelier):
    finished = await atelier("catalog")

    lines = finished.out.splitlines()
    assert finished.code == 0
    assert len(lines) == len(catalog()) + len(catalog().calls)
    assert re.fullmatch(r"youchuan\.diffusion +POST +/v1/tob/diffusion +/imagine /blend", lines[0])


async def test_run_with_nothing_set_names_what_is_missing_and_says_nothing_else(atelier):
    finished = await atelier("run")

    assert finished.code == 2
    assert finished.complaints == ["DISCORD_TOKEN: is not set", "SECRET_KEY: is not set"]
    assert finished.out == ""


WRONG = {
    "WEB_PORT": "abc",
    "PUBLIC_URL": "nonsense",
    "PRICES": "{",
    "LOG_LEVEL": "loud",
    "LOG_FORMAT": "xml",
    "ROLE": "x",
    "DATABASE_URL": "mysql://localhost/atelier",
    "DISCORD_GATEWAY_URL": "https://gateway",
    "DISCORD_SHARD_COUNT": "0",
    "OPERATOR_GUILD_IDS": "here",
    "DISCORD_SHARD_IDS": "[",
    "ALLOW_PRIVATE_MEDIA": "perhaps",
    "POLL_SECONDS": "0",
    "RETENTION_DAYS": "-1",
    "YOUCHUAN_CONCURRENCY": "none",
    "YOUCHUAN_URL": "https://user:hush@host",
    "JUMDATA_FORM": "paper",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
async def test_a_wrong_value_is_one_line_that_names_its_setting(atelier, name, value):
    finished = await atelier("run", **COMPLETE, **{name: value})

    assert finished.code == 2
    assert len(finished.complaints) == 1
    assert re.fullmatch(rf"{name}: \S.{{8,}}", finished.complaints[0])
    assert "hush" not in finished.err


async def test_all_wrong_values_are_told_at_once(atelier):
    finished = await atelier("run", WEB_PORT="abc", ROLE="x")

    named = [line.partition(":")[0] for line in finished.complaints]
    assert named == ["WEB_PORT", "ROLE", "DISCORD_TOKEN", "SECRET_KEY"]


@pytest.mark.parametrize("command", ["run", "check", "migrate"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://localhost/atelier"),
        ("ASSETS_URL", "s3://bucket"),
        ("ROLE", "worker"),
    ],
)
async def test_what_is_not_built_yet_is_said_instead_of_ignored(atelier, command, name, value):
    finished = await atelier(command, **COMPLETE, **{name: value})

    assert finished.code == 2
    assert finished.complaints == [f"{name}: {LATER}"]


@pytest.mark.parametrize("provider", ["YOUCHUAN", "LINGTU", "JUMDATA"])
@pytest.mark.parametrize(("given", "missing"), [("APP_ID", "SECRET"), ("SECRET", "APP_ID")])
async def test_half_a_credential_stops_the_start(atelier, provider, given, missing):
    finished = await atelier("run", **COMPLETE, **{f"{provider}_{given}": "half"})

    assert finished.code == 2
    assert finished.complaints == [f"{provider}_{missing}: is missing beside its other half"]


async def test_the_settings_may_stand_in_a_file(atelier, tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=a key\nWEB_PORT=\n# DISCORD_TOKEN=no\n", "utf-8")

    finished = await atelier("run")

    assert finished.complaints == ["DISCORD_TOKEN: is not set"]


async def test_migrate_makes_the_database_and_twice_is_harmless(atelier, tmp_path):
    file = tmp_path / "kept" / "atelier.db"
    first = await atelier("migrate", DATA_DIR="kept")
    made = _schema(file)

    again = await atelier("migrate", DATA_DIR="kept")

    assert (first.code, again.code) == (0, 0)
    assert {"jobs", "assets"} <= set(made)
    assert _schema(file) == made


def _schema(file):
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master"))


async def test_a_second_process_on_the_same_database_says_so(atelier, tmp_path):
    async with Database(f"sqlite:///{tmp_path / 'data' / 'atelier.db'}") as database:
        database.claim_file()
        finished = await atelier("migrate")

    assert finished.code == 1
    assert len(finished.complaints) == 1
    assert "another process uses" in finished.err


async def test_a_file_that_is_no_database_is_left_alone(atelier, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear database, " * 100)

    finished = await atelier("migrate", DATABASE_URL=f"sqlite:///{file}")

    assert (finished.code, len(finished.complaints)) == (1, 1)
    assert "not a database" in finished.err
    assert file.read_text() == "Dear database, " * 100


async def test_check_is_content_with_the_sandbox(atelier, tmp_path):
    async with emulating(tmp_path / "sandbox") as address:
        finished = await atelier(
            "check",
            **COMPLETE,
            YOUCHUAN_URL=address,
            YOUCHUAN_APP_ID="any",
            YOUCHUAN_SECRET="a-secret-of-the-account",
        )

    assert finished.code == 0, finished
    assert all(line.startswith("ok ") for line in finished.out.splitlines())
    assert "provider youchuan: the account is accepted" in finished.out
    assert "a-secret-of-the-account" not in finished.out + finished.err


@pytest.mark.parametrize("path", ["a-file/atelier.db", "letter.txt", "."])
async def test_check_names_a_bad_database_and_looks_at_the_rest(atelier, tmp_path, path):
    (tmp_path / "a-file").write_text("in the way")
    (tmp_path / "letter.txt").write_text("Dear database, " * 100)

    finished = await atelier("check", **COMPLETE, DATABASE_URL=f"sqlite:///{tmp_path / path}")

    assert finished.code == 1
    assert re.search(r"^FAIL database: \S", finished.out, re.MULTILINE)
    assert re.search(r"^FAIL providers: \S", finished.out, re.MULTILINE)
    assert finished.err == ""


async def test_check_names_an_account_that_is_refused(atelier):
    async def refuse(_request: web.Request) -> web.Response:
        body = {"code": 401, "message": "no", "reason": "Invalid_App_Identifier"}
        return web.json_response(body, status=401)

    async with _answering(refuse) as address:
        finished = await atelier(
            "check", **COMPLETE, YOUCHUAN_URL=address, YOUCHUAN_APP_ID="a", YOUCHUAN_SECRET="wrong"
        )

    assert finished.code == 1
    assert re.search(r"^FAIL provider youchuan: \S", finished.out, re.MULTILINE)


@contextlib.asynccontextmanager
async def _answering(handler):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_without_discord_it_lives_says_so_and_ends_on_sigterm(tmp_path):
    settings = {
        **COMPLETE,
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": "0",
        "DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
    }
    async with (
        asyncio.timeout(SECONDS),
        started("run", folder=tmp_path, settings=settings) as process,
        aiohttp.ClientSession() as session,
    ):
        port = await _port(process)
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            alive = answer.status
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            ready, missing = answer.status, (await answer.json())["missing"]
        process.send_signal(signal.SIGTERM)
        finished = await ended(process)

    assert (alive, ready, missing) == (200, 503, ["discord"])
    assert finished.code == 0, finished.err
    assert "Traceback" not in finished.err


async def _port(process):
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if found := re.search(r"web server on port (\d+)", line):
            return int(found[1])
    raise AssertionError("it ended before it listened")


async def test_a_refused_token_stops_the_start_without_showing_it(atelier):
    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)

    async with _answering(refuse) as address:
        finished = await atelier(
            "run", **COMPLETE, WEB_HOST="127.0.0.1", WEB_PORT="0", DISCORD_API_URL=address
        )

    assert finished.code == 2
    assert finished.complaints[-1] == "DISCORD_TOKEN: Discord refuses this token"
    assert COMPLETE["DISCORD_TOKEN"] not in finished.err


@pytest.mark.parametrize("arguments", [(), ("fly",), ("run", "--fast"), ("demo", "--port", "x")])
async def test_an_unknown_command_is_explained_with_status_2(atelier, arguments):
    finished = await atelier(*arguments)

    assert finished.code == 2
    assert finished.err.startswith("usage: atelier")


async def test_help_names_every_command(atelier):
    finished = await atelier("--help")

    assert finished.code == 0
    for command in ("run", "demo", "check", "catalog", "migrate", "sandbox"):
        assert re.search(rf"^ +{command} ", finished.out, re.MULTILINE)
