"""What Youchuan's accounts have left, asked for once an hour: an alert before drawing fails."""

import asyncio
import logging
from collections.abc import Callable

from bot.alerts import Alerts
from bot.calls import Calls
from bot.errors import ProviderError, UserError
from bot.providers.youchuan_account import balance
from storage.errors import StorageError
from storage.ledger import LedgerStore

log = logging.getLogger(__name__)

_PROVIDER = "youchuan"
_HOUR_SECONDS = 3600.0
_DAY_MS = 86_400_000


class Balances:
    """Looks after the accounts that were used within a day; below `low` fen is alarming."""

    def __init__(
        self,
        *,
        calls: Calls,
        ledger: LedgerStore,
        alerts: Alerts,
        low: int,
        now: Callable[[], int],
    ) -> None:
        self._calls, self._ledger, self._alerts = calls, ledger, alerts
        self._low, self._now = low, now

    async def run(self) -> None:
        """Look once an hour until canceled."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("the accounts' balances are not looked at now: %s", error)
            except Exception:
                log.exception("the look at the accounts' balances met a fault of ours")
            await asyncio.sleep(_HOUR_SECONDS)

    async def look(self) -> None:
        """Ask what each account has left; what the answer does not say is nobody's alarm."""
        used = await self._ledger.payers(_PROVIDER, since=self._now() - _DAY_MS)
        for account in used:
            if not self._calls.available(_PROVIDER, account):
                continue
            try:
                left = balance(await self._calls.ask("youchuan.subscribe", credential=account))
            except (ProviderError, UserError) as error:
                # What is alarming about it, the call has told already.
                log.info("the balance of account %s is not known: %s", account, error)
                continue
            if left is not None and left < self._low:
                self._alerts.low(_PROVIDER, account, left)
