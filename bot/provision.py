"""From the settings to what the composition root puts together: accounts, gate, terms, alerts."""

import time
from dataclasses import replace

from bot.accounts import Accounts
from bot.alerts import Alerts
from bot.config import Settings
from bot.gate import Gate
from bot.operations import Price
from bot.parts import Terms
from bot.rules import Limits
from bot.servers import Servers
from bot.tokens import Sealer
from bot.transport import Transport
from bot.webhook import Webhook
from bot.wire import Credential
from storage.alerts import AlertStore
from storage.audit import AuditStore
from storage.credentials import CredentialStore
from storage.database import Database
from storage.members import MemberStore
from storage.settings import SettingStore


def now() -> int:
    """The wall clock in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


async def accounts(settings: Settings, database: Database, transport: Transport) -> Accounts:
    """The environment's accounts, and the servers' own as the database has them."""
    found = Accounts(
        credentials(settings),
        store=CredentialStore(database),
        sealer=Sealer(settings.secret_keys),
        forms=forms(settings),
        transport=transport,
        now=now,
    )
    await found.load()
    return found


def gate(settings: Settings, database: Database, known: Accounts) -> Gate:
    """The gate, with the limits of the environment where no server says otherwise."""
    servers = Servers(
        settings=SettingStore(database),
        members=MemberStore(database),
        audit=AuditStore(database),
        now=now,
    )
    usual = Limits(
        jobs_per_day=settings.jobs_per_day,
        running=settings.jobs_at_once,
        money_per_month=settings.money_per_month,
    )
    operators = settings.operator_guild_ids
    return Gate(servers=servers, accounts=known, now=now, usual=usual, operators=operators)


def alerts(settings: Settings, database: Database, known: Accounts, servers: Servers) -> Alerts:
    """Who is told when something is wrong."""
    address = settings.alert_webhook_url.get_secret_value()
    return Alerts(
        store=AlertStore(database),
        accounts=known,
        servers=servers,
        now=now,
        webhook=Webhook(address) if address else None,
        operators=settings.operator_guild_ids,
    )


def terms(settings: Settings) -> Terms:
    """What the engine works by."""
    return Terms(
        public_url=settings.public_url,
        poll_ms=round(settings.poll_seconds * 1000),
        deadline_ms=round(settings.job_deadline_seconds * 1000),
        prices={name: Price(base=fen) for name, fen in settings.prices.items()},
    )


def forms(settings: Settings) -> dict[str, Credential]:
    """Where each provider is and how it is spoken to, without any account."""
    found: dict[str, Credential] = {}
    for name in ("youchuan", "lingtu", "wanxiang", "jumdata"):
        if url := getattr(settings, f"{name}_url"):
            concurrency = getattr(settings, f"{name}_concurrency")
            found[name] = Credential(
                provider=name, url=url, concurrency=concurrency, form=settings.jumdata_form
            )
    return found


def credentials(settings: Settings) -> dict[tuple[str, str], Credential]:
    """The environment's accounts: only providers whose settings are complete."""
    found: dict[tuple[str, str], Credential] = {}
    for name, form in forms(settings).items():
        if name == "wanxiang":
            secret = settings.wanxiang_token.get_secret_value()
            found[name, "env"] = replace(form, secret=secret)
        elif app_id := getattr(settings, f"{name}_app_id"):
            secret = getattr(settings, f"{name}_secret").get_secret_value()
            found[name, "env"] = replace(form, app_id=app_id, secret=secret)
    return found
