"""Fixtures: a settable clock, a real SQLite file, the provider double, and the engine on them."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.accounts import Accounts
from bot.alerts import Alerts
from bot.deliverer import Deliverer
from bot.engine import Engine, Order
from bot.errors import CallbackError
from bot.gate import Gate
from bot.keeper import Keeper
from bot.media.assets import AssetFiles
from bot.media.fetch import Fetcher, FetchRules
from bot.media.pool import MediaPool
from bot.operations import Price
from bot.parts import Parts, Terms
from bot.policy import Person
from bot.providers import catalog
from bot.providers.youchuan import Youchuan
from bot.rules import Limits
from bot.servers import Servers
from bot.tokens import Sealer, Signer
from bot.transport import Transport
from bot.wire import Credential
from storage.alerts import AlertStore
from storage.assets import AssetStore
from storage.audit import AuditStore
from storage.credentials import CredentialStore
from storage.database import Database
from storage.errors import StorageError
from storage.jobs import JobStore
from storage.members import MemberStore
from storage.models import Job
from storage.settings import SettingStore
from tests.factories import Clock, RecordingCourier, make_destination, make_job
from tests.provider_double import APP_ID, SECRET, ProviderDouble

CATALOG = catalog()
KEYS = ("a key for tests",)
SIGNER = Signer(KEYS)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "atelier.db"

    async def migrate() -> None:
        async with Database(f"sqlite:///{path}") as database:
            await database.migrate()

    asyncio.run(migrate())
    return path


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "atelier.db"))


@pytest.fixture
async def database(database_file: Path) -> AsyncIterator[Database]:
    async with Database(f"sqlite:///{database_file}") as opened:
        yield opened


@pytest.fixture
def jobs(database: Database) -> JobStore:
    return JobStore(database)


@pytest.fixture
def assets(database: Database) -> AssetStore:
    return AssetStore(database)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool() -> AsyncIterator[MediaPool]:
    """Media processes that are started once and serve each test's own event loop."""
    async with MediaPool() as opened:
        yield opened


@pytest.fixture
async def provider() -> AsyncIterator[ProviderDouble]:
    async with ProviderDouble() as double:
        yield double


@pytest.fixture
def courier() -> RecordingCourier:
    return RecordingCourier()


@dataclass(kw_only=True)
class Workshop:
    """The engine on real parts, the doubles it talks to, and a hand on its loops."""

    database: Database
    engine: Engine
    deliverer: Deliverer
    parts: Parts
    clock: Clock
    jobs: JobStore
    assets: AssetStore
    files: AssetFiles
    provider: ProviderDouble
    courier: RecordingCourier
    environment: dict[tuple[str, str], Credential]
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(10**9, 2 * 10**9)))

    async def press(self, operation: str = "youchuan.diffusion", **overrides: Any) -> Job:
        """A person's order, answered at once."""
        row = self.parts.catalog.operation(operation)
        params = overrides.pop("params", {"text": "a cat on a mat"})
        values: dict[str, Any] = {
            "operation": operation,
            "params": row.validate(params),
            "destination": make_destination(),
            "interaction_id": next(self._numbers),
        }
        values |= overrides
        there = values["destination"]
        values.setdefault("person", Person(user_id=there.user_id, guild_id=there.guild_id))
        job, _ = await self.engine.submit(Order(**values))
        await self.engine.acknowledge(job, card_id=None)
        return job

    async def reroll(self) -> Job:
        """An order of an operation without a callback, on a job that was made before."""
        parent = make_job(due_at=None)
        await self.jobs.add(parent)
        await self.jobs.cancel(parent.id, now=self.clock())
        finished = await self.jobs.claim_finished(
            now=self.clock(), lease_until=self.clock() + 1, limit=1
        )
        await self.jobs.delivered(
            finished[0],
            channel_id=None,
            message_id=None,
            note="",
            now=self.clock(),
            look_at=self.clock() + 1,
        )
        parent = await self.jobs.get(parent.id)
        return await self.press("youchuan.reroll", params={"jobId": "ab" * 12}, parent=parent)

    async def turn(self, *names: str) -> None:
        """Run these loops once; all of them, in their order, when none is named."""
        for name in names or ("submit", "watch", "deliver"):
            await asyncio.wait_for(self.engine.loops[name].run_once(), 20)

    async def now(self, job: Job) -> Job:
        """The job's row as it is."""
        return await self.jobs.get(job.id)

    def callback_url(self, job: Job) -> str:
        url = self.parts.callback_url(job)
        assert url
        return url

    def pay_with(
        self, environment: Mapping[tuple[str, str], Credential], *, keys: Sequence[str] = KEYS
    ) -> None:
        """Have these accounts of the environment, from the next restart on."""
        self.environment = dict(environment)
        accounts = make_accounts(
            self.database, self.environment, self.clock, keys, self.parts.transport
        )
        gate = make_gate(self.database, accounts, self.clock, self.parts.gate.usual)
        self.parts = replace(self.parts, credentials=accounts, gate=gate)

    def restart(self, **terms: Any) -> None:
        """A new engine on the same rows: nothing that lived in memory is left."""
        if "prices" in terms:
            terms["prices"] = {name: Price(base=fen) for name, fen in terms["prices"].items()}
        alerts = make_alerts(self.database, self.parts.gate, self.clock, self.courier)
        changed = replace(self.parts.terms, **terms)
        self.parts = replace(self.parts, terms=changed, alerts=alerts)
        self.engine = Engine(self.parts, self.deliverer)

    async def outage_noticed(self) -> None:
        """Wait until a write of this test has met the locked database once."""
        with pytest.raises(StorageError):
            await self.jobs.release_leases()

    async def crash(self) -> None:
        """What a start after a kill does first."""
        self.restart()
        await self.jobs.release_leases()


def make_accounts(
    database: Database,
    environment: Mapping[tuple[str, str], Credential],
    clock: Clock,
    keys: Sequence[str] = KEYS,
    transport: Transport | None = None,
) -> Accounts:
    """The accounts of an environment; servers' own have its addresses.

    Without a transport that is open none can be tried out.
    """
    return Accounts(
        environment,
        store=CredentialStore(database),
        sealer=Sealer(keys),
        forms={
            name: replace(each, app_id="", secret="") for (name, _), each in environment.items()
        },
        transport=transport or Transport(),
        now=clock,
    )


def make_gate(
    database: Database, accounts: Accounts, clock: Clock, usual: Limits | None = None
) -> Gate:
    """The gate with the settings and the people of a database."""
    servers = Servers(
        settings=SettingStore(database),
        members=MemberStore(database),
        audit=AuditStore(database),
        now=clock,
    )
    return Gate(servers=servers, accounts=accounts, now=clock, usual=usual, operators=(77,))


def make_alerts(database: Database, gate: Gate, clock: Clock, courier: RecordingCourier) -> Alerts:
    """The alerts of a gate's accounts, told to its servers and to the operators' server 77."""
    alerts = Alerts(
        store=AlertStore(database),
        accounts=gate.accounts,
        servers=gate.servers,
        now=clock,
        operators=(77,),
    )
    alerts.courier = courier
    return alerts


@asynccontextmanager
async def opened_workshop(
    database: Database, folder: Path, clock: Clock, courier: RecordingCourier, pool: MediaPool
) -> AsyncIterator[Workshop]:
    """A workshop whose callback address really listens."""
    async with AsyncExitStack() as stack:
        double = await stack.enter_async_context(ProviderDouble())
        transport = await stack.enter_async_context(Transport())
        fetcher = await stack.enter_async_context(Fetcher(FetchRules(allow_private=True)))
        files = AssetFiles(folder)
        await files.open()
        jobs, assets = JobStore(database), AssetStore(database)
        keeper = Keeper(assets=assets, files=files, pool=pool, now=clock)
        deliverer = Deliverer(jobs=jobs, keeper=keeper, fetcher=fetcher, now=clock)
        keeper.courier = courier
        credential = Credential(
            provider="youchuan", url=double.url, app_id=APP_ID, secret=SECRET, concurrency=10
        )
        environment = {("youchuan", "env"): credential}
        accounts = make_accounts(database, environment, clock, transport=transport)
        gate = make_gate(database, accounts, clock)
        parts = Parts(
            jobs=jobs,
            catalog=CATALOG,
            providers={"youchuan": Youchuan()},
            credentials=accounts,
            transport=transport,
            signer=SIGNER,
            gate=gate,
            alerts=make_alerts(database, gate, clock, courier),
            terms=Terms(),
            now=clock,
        )
        workshop = Workshop(
            database=database,
            engine=Engine(parts, deliverer),
            deliverer=deliverer,
            parts=parts,
            clock=clock,
            jobs=jobs,
            assets=assets,
            files=files,
            provider=double,
            courier=courier,
            environment=environment,
        )
        address = await stack.enter_async_context(_listening(workshop))
        workshop.restart(public_url=address)
        yield workshop


@asynccontextmanager
async def _listening(workshop: Workshop) -> AsyncIterator[str]:
    async def receive(request: web.Request) -> web.Response:
        try:
            name = request.match_info["provider"]
            job_id = workshop.engine.callback_job(name, request.match_info["token"])
            await workshop.engine.callback(name, job_id, await request.read())
        except CallbackError:
            raise web.HTTPNotFound from None
        return web.Response()

    app = web.Application()
    app.router.add_post("/callbacks/{provider}/{token}", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def workshop(
    database: Database, tmp_path: Path, clock: Clock, courier: RecordingCourier, pool: MediaPool
) -> AsyncIterator[Workshop]:
    async with opened_workshop(database, tmp_path / "assets", clock, courier, pool) as opened:
        yield opened
