"""The command line: run, demo, check, catalog, migrate, sandbox."""

import argparse
import asyncio
import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot import log
from bot.config import Settings, load
from bot.errors import AtelierError, ConfigError
from storage.errors import StorageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (it failed) or 2 (the settings are wrong)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options) or 0)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except (AtelierError, StorageError, OSError) as error:
        print(f"{options.name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="atelier", description="An AI studio inside Discord.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="command")
    commands.add_parser("run", help="start the bot").set_defaults(command=_run)
    demo = commands.add_parser("demo", help="try everything in the browser, without any account")
    demo.add_argument("--port", type=int, default=8899, help="of the page (default 8899)")
    demo.add_argument("--data", type=Path, default=Path("demo-data"), help="where it keeps things")
    demo.add_argument("--pace", type=float, default=4.0, help="seconds a job takes (default 4)")
    demo.set_defaults(command=_demo)
    check = commands.add_parser("check", help="check settings, database and provider accounts")
    check.set_defaults(command=_check)
    catalog = commands.add_parser("catalog", help="list every endpoint and what leads to it")
    catalog.add_argument("--json", action="store_true", help="as JSON")
    catalog.set_defaults(command=_catalog)
    migrate = commands.add_parser("migrate", help="bring the database to this version")
    migrate.set_defaults(command=_migrate)
    sandbox = commands.add_parser("sandbox", help="emulate the providers, to stage a real server")
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8898)
    sandbox.set_defaults(command=_sandbox)
    return parser


def _settings(faults: Callable[[Settings], list[str]] = Settings.unsupported) -> Settings:
    settings = load(faults)
    log.set_up(settings.log_level, settings.log_format, settings.secrets())
    return settings


def _run(_options: argparse.Namespace) -> None:
    settings = _settings(_faults_for_run)
    from bot import app

    asyncio.run(app.run(settings))


def _faults_for_run(settings: Settings) -> list[str]:
    from bot.providers import catalog

    unknown = sorted(set(settings.prices) - set(catalog()))
    return settings.faults() + [f"PRICES: there is no operation “{name}”" for name in unknown]


def _demo(options: argparse.Namespace) -> None:
    if importlib.util.find_spec("simcord") is None:
        raise ConfigError("demo: its packages are missing; install them: pip install '.[demo]'")
    from bot import demo

    asyncio.run(demo.run(port=options.port, data=options.data, pace=options.pace))


def _check(_options: argparse.Namespace) -> int:
    from bot import check, provision

    settings = _settings()
    accounts = list(provision.credentials(settings).values())
    report = asyncio.run(check.check(settings, accounts))
    for line in report:
        print(line)
    return 0 if all(line.ok for line in report) else 1


def _catalog(options: argparse.Namespace) -> None:
    from bot.providers import catalog

    rows = catalog().listing()
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(row["operation"]) for row in rows)
    for row in rows:
        commands = " ".join(f"/{command}" for command in row["commands"])
        print(f"{row['operation']:<{width}}  {row['method']:<4} {row['path']:<28} {commands}")


def _migrate(_options: argparse.Namespace) -> None:
    from storage.database import Database

    settings = _settings()

    async def migrate() -> None:
        async with Database(settings.database) as database:
            database.claim_file()
            await database.migrate()

    asyncio.run(migrate())
    print("The database is up to date.")


def _sandbox(options: argparse.Namespace) -> None:
    from bot.sandbox import server

    log.set_up("INFO", "text", ())
    asyncio.run(server.serve(options.host, options.port))


if __name__ == "__main__":
    sys.exit(main())
