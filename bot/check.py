"""What `check` looks at before a start: settings, database, provider accounts."""

import time
from dataclasses import dataclass

from bot import providers
from bot.accounts import try_out
from bot.config import Settings
from bot.errors import ProviderError
from bot.transport import Transport
from bot.wire import Credential
from storage.database import Database
from storage.errors import StorageError


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    ok: bool
    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.subject}: {self.detail}"


async def check(settings: Settings, accounts: list[Credential]) -> list[Finding]:
    """Look at everything, also after a fault; nothing is paid, no more than an empty file made."""
    faults = settings.faults()
    found = [Finding(False, "settings", fault) for fault in faults]
    found = found or [Finding(True, "settings", "complete")]
    found.append(await _database(settings))
    async with Transport() as transport:
        found += [await _account(transport, account) for account in accounts]
    if not accounts:
        found.append(Finding(False, "providers", "none has credentials, so nothing can be drawn"))
    if not settings.public_url:
        note = "not set: no callbacks and no uploads; everything is polled"
        found.append(Finding(True, "PUBLIC_URL", note))
    return found


async def _database(settings: Settings) -> Finding:
    try:
        async with Database(settings.database) as database:
            revision = await database.revision()
    except (StorageError, OSError) as error:
        return Finding(False, "database", str(error))
    return Finding(True, "database", f"schema {revision or 'is made at the first start'}")


async def _account(transport: Transport, credential: Credential) -> Finding:
    provider = providers.provider(credential.provider)
    subject = f"provider {credential.provider}"
    try:
        await try_out(provider, credential, transport, now=time.time_ns() // 1_000_000)
    except ProviderError as error:
        return Finding(False, subject, str(error))
    return Finding(True, subject, "the account is accepted")
