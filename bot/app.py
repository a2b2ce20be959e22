"""The composition root: opens everything in one `async with` and passes it down; no logic."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import providers, provision
from bot.alerts import Alerts
from bot.balances import Balances
from bot.chronicle import Chronicle, Words
from bot.config import Settings
from bot.deliverer import Deliverer
from bot.edits import Edits
from bot.engine import Engine
from bot.errors import ConfigError
from bot.keeper import Keeper
from bot.media.assets import AssetFiles
from bot.media.fetch import Fetcher, FetchRules
from bot.media.pool import MediaPool
from bot.parts import Parts
from bot.provision import now
from bot.retention import Retention
from bot.tokens import Signer
from bot.transport import Transport
from bot.web.server import Site, make_app, serving
from cogs.bot import Desk, Studio
from cogs.chronicle import ran, told
from storage.assets import AssetStore
from storage.chats import ChatStore
from storage.database import Database
from storage.drafts import DraftStore
from storage.errors import StorageError
from storage.forgetting import Forgetting
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.moodboards import MoodboardStore
from storage.people import PeopleStore

log = logging.getLogger(__name__)

_DRAIN_SECONDS = 4.0
_CLOSE_SECONDS = 3.0
_RECONNECT_CAP_SECONDS = 60.0
_TIDY_SECONDS = 3600.0
_DRAFTS_KEPT_MS = 8 * 24 * 3600 * 1000  # longer than any job waits for its submit


@dataclass(frozen=True, kw_only=True)
class Core:
    """All of the program but Discord and the web: what `run` and `demo` share."""

    settings: Settings
    database: Database
    engine: Engine
    keeper: Keeper
    drafts: DraftStore
    retention: Retention
    alerts: Alerts
    chronicle: Chronicle

    def studio(self) -> Studio:
        """A new Discord client on this core; deliveries go through it from now on."""
        desk = Desk(
            engine=self.engine,
            keeper=self.keeper,
            drafts=self.drafts,
            moodboards=MoodboardStore(self.database),
            people=PeopleStore(self.database),
            chats=ChatStore(self.database),
            ledger=LedgerStore(self.database),
            retention=self.retention,
        )
        studio = Studio(
            desk,
            public_url=self.settings.public_url,
            operator_guild_ids=self.settings.operator_guild_ids,
            lingtu_styles=self.settings.lingtu_styles,
            proxy=self.settings.discord_proxy or None,
        )
        for speaker in (self.keeper, self.alerts, self.chronicle):
            speaker.courier = studio.courier
        return studio

    async def watch(self) -> None:
        """Tell whom it concerns what happens and what is wrong, until canceled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.alerts.run(), name="alerts")
            group.create_task(self.chronicle.run(), name="chronicle")
            if self.settings.low_balance is not None:
                balances = Balances(
                    calls=self.engine.calls,
                    ledger=LedgerStore(self.database),
                    alerts=self.alerts,
                    low=self.settings.low_balance,
                    now=now,
                )
                group.create_task(balances.run(), name="balances")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Core]:
    """Open database, files and sessions; what an earlier process left over is taken up again."""
    rules = FetchRules(
        allowed_hosts=settings.allowed_media_hosts, allow_private=settings.allow_private_media
    )
    files = AssetFiles(settings.assets_dir)
    async with (
        Database(settings.database) as database,
        Transport() as transport,
        Fetcher(rules) as fetcher,
        MediaPool() as pool,
    ):
        database.claim_file()
        await database.migrate()
        await files.open()
        parts, assets = await _parts(settings, database, transport), AssetStore(database)
        await parts.jobs.release_leases()
        keeper = Keeper(assets=assets, files=files, pool=pool, now=now)
        deliverer = Deliverer(jobs=parts.jobs, keeper=keeper, fetcher=fetcher, now=now)
        yield Core(
            settings=settings,
            database=database,
            engine=Engine(parts, deliverer),
            keeper=keeper,
            drafts=DraftStore(database),
            retention=Retention(
                Forgetting(database),
                assets=assets,
                files=files,
                now=now,
                days=settings.retention_days,
            ),
            alerts=parts.alerts,
            chronicle=_chronicle(parts, LedgerStore(database)),
        )


async def _parts(settings: Settings, database: Database, transport: Transport) -> Parts:
    accounts = await provision.accounts(settings, database, transport)
    gate = provision.gate(settings, database, accounts)
    return Parts(
        jobs=JobStore(database),
        catalog=providers.catalog(
            {name for name, _account in accounts}, public=bool(settings.public_url)
        ),
        providers={provider.name: provider for provider in providers.PROVIDERS},
        credentials=accounts,
        transport=transport,
        signer=Signer(settings.secret_keys),
        gate=gate,
        alerts=provision.alerts(settings, database, accounts, gate.servers),
        terms=provision.terms(settings),
        now=now,
    )


def _chronicle(parts: Parts, ledger: LedgerStore) -> Chronicle:
    return Chronicle(
        servers=parts.gate.servers,
        ledger=ledger,
        jobs=parts.jobs,
        words=Words(change=told, entry=lambda entry, job: ran(entry, job, parts.catalog)),
        now=now,
    )


@asynccontextmanager
async def working(core: Core, *, online: asyncio.Event, stop: asyncio.Event) -> AsyncIterator[int]:
    """Run web server and loops inside the block, then drain; gives the web port.

    `stop` is set should the loops ever end: without them nothing may go on looking healthy.
    """
    site = Site(
        engine=core.engine,
        assets=core.keeper.assets,
        files=core.keeper.files,
        drafts=core.drafts,
        edits=Edits(core.engine, core.keeper),
        now=now,
        ready=lambda: _not_ready(core, online),
    )
    async with serving(make_app(site), core.settings.web_host, core.settings.web_port) as port:
        beside = [
            asyncio.create_task(_tidy(core), name="tidying"),
            asyncio.create_task(core.watch(), name="watch"),
        ]
        loops = asyncio.create_task(core.engine.run(), name="engine")
        loops.add_done_callback(lambda _: stop.set())
        try:
            yield port
        finally:
            for task in beside:
                task.cancel()
            await core.engine.drain(_DRAIN_SECONDS)
            loops.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loops


async def _tidy(core: Core) -> None:
    """Forget, once an hour, what nobody needs: drafts, what is too old, removed accounts."""
    while True:
        before = now() - _DRAFTS_KEPT_MS
        try:
            await core.drafts.prune(before)
            await core.keeper.clear_drafts(before)
            await core.retention.prune()
            await core.engine.gate.accounts.prune()
        except (StorageError, OSError) as error:
            log.warning("what is old is not cleared: %s", error)
        except Exception:
            # What clears up must outlive its own faults.
            log.exception("clearing up met a fault of ours")
        await asyncio.sleep(_TIDY_SECONDS)


async def run(settings: Settings) -> None:
    """The bot for real, until SIGTERM or SIGINT."""
    Route.BASE = settings.discord_api_url
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    online = asyncio.Event()
    async with opened(settings) as core, working(core, online=online, stop=stop) as port:
        log.info("web server on port %d", port)
        face = asyncio.create_task(stay_online(core, online), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({face, stopping}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        stopping.cancel()
        if not face.done():
            # Discord stays connected while the drain delivers what is ready.
            await core.engine.drain(_DRAIN_SECONDS)
            face.cancel()
        await asyncio.wait({face}, timeout=_CLOSE_SECONDS)
        if face.done() and not face.cancelled():
            face.result()


async def stay_online(core: Core, online: asyncio.Event) -> None:
    """Keep a client connected; ConfigError when the token is refused, else try again for ever."""
    pause = 1.0
    while True:
        studio = core.studio()
        studio.when_ready(online.set)
        cards = asyncio.create_task(studio.cards.run(), name="cards")
        try:
            async with studio:
                await studio.start(core.settings.discord_token.get_secret_value())
        except discord.LoginFailure:
            raise ConfigError("DISCORD_TOKEN: Discord refuses this token") from None
        except (aiohttp.ClientError, discord.DiscordException, OSError) as error:
            log.warning("Discord cannot be reached (%s); again in %.0f s", error, pause)
        finally:
            online.clear()
            cards.cancel()
        await asyncio.sleep(pause)
        pause = min(_RECONNECT_CAP_SECONDS, pause * 2)


async def _not_ready(core: Core, online: asyncio.Event) -> list[str]:
    missing = [] if online.is_set() else ["discord"]
    try:
        await core.engine.jobs.count()
    except StorageError:
        missing.append("database")
    return missing
