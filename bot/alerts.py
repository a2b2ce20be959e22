"""Alerts: what whoever runs the bot, or a server, has to see to, and nobody else can.

What raises one never waits for it. The same thing is told once an hour; what it is about is told
in the log channel of the server whose own account it is, else in those of the operators' servers,
and always at the webhook.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from bot.accounts import ENVIRONMENT, Accounts
from bot.errors import AtelierError, AuthError, CourierError, CreditError
from bot.hearing import Hearing
from bot.providers import provider as protocol_of
from bot.servers import Servers
from bot.text import N_, _, reading
from bot.webhook import Webhook
from bot.wire import Courier
from storage.alerts import AlertStore
from storage.errors import StorageError
from storage.models import Job

log = logging.getLogger(__name__)

QUIET_MS = 3_600_000
_ASK_MS = 60_000  # a failing account is not looked up for each of its jobs
_MOST_WAITING = 100
_TICK_SECONDS = 10.0
_POST_PAUSES = (0.0, 2.0, 10.0, 30.0, 60.0, 120.0, 300.0)  # seconds before each try


class Kind(StrEnum):
    """What is wrong."""

    AUTH = "auth"
    CREDIT = "credit"
    BALANCE = "balance"
    CALLBACKS = "callbacks"
    DATABASE = "database"


_OF_ENVIRONMENT = {
    Kind.AUTH: N_(
        "{service} does not accept the bot's account, so nothing can be made with it. "
        "Correct {settings} and restart the bot."
    ),
    Kind.CREDIT: N_("The {service} account has no credit left, so drawing fails. Top it up."),
    Kind.BALANCE: N_(
        "The {service} account is running low: {amount} is left. Top it up before drawing fails."
    ),
    Kind.CALLBACKS: N_(
        "The callbacks of {service} do not arrive. Try /account callback-test, and check "
        "PUBLIC_URL and the proxy and firewall before the bot. Nothing is lost: jobs are "
        "polled meanwhile."
    ),
    Kind.DATABASE: N_(
        "The bot cannot write to its database, so no job goes on. Check that the disk is not full "
        "and that nothing else holds the file; the log says more."
    ),
}
_OF_SERVERS = {
    **_OF_ENVIRONMENT,
    Kind.AUTH: N_(
        "{service} does not accept this server's own account, so nothing can be made with it. "
        "An admin has to enter it anew: /config account."
    ),
    Kind.CREDIT: N_(
        "This server's own {service} account has no credit left, so drawing fails. Top it up."
    ),
    Kind.BALANCE: N_(
        "This server's own {service} account is running low: {amount} is left. "
        "Top it up before drawing fails."
    ),
}
_GARBLED = N_(
    "The callbacks of {service} arrive, but they cannot be read or name other jobs. Check that no "
    "proxy before the bot changes them. Nothing is lost: jobs are polled instead."
)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something that is wrong; `fen` is what an account has left.

    `provider` and `credential` say with whose account; `garbled`: callbacks come, but in vain.
    """

    kind: Kind
    provider: str = ""
    credential: str = ENVIRONMENT
    fen: int = 0
    garbled: bool = False

    @property
    def key(self) -> str:
        """What counts as the same thing."""
        return f"{self.provider}:{self.credential}:{self.kind}"


class Alerts:
    """Takes what is wrong from anywhere; `run` tells it. `courier` posts in log channels.

    `operators` are the servers that hear of the environment's accounts.
    """

    courier: Courier | None = None

    def __init__(
        self,
        *,
        store: AlertStore,
        accounts: Accounts,
        servers: Servers,
        now: Callable[[], int],
        webhook: Webhook | None = None,
        operators: Collection[int] = (),
    ) -> None:
        self._store, self._accounts, self._servers, self._now = store, accounts, servers, now
        self._webhook, self._operators = webhook, tuple(operators)
        self._waiting: asyncio.Queue[Alert] = asyncio.Queue(_MOST_WAITING)
        self._quiet: dict[str, int] = {}
        self._hearing = Hearing(now)

    def failed(self, provider: str, credential: str, error: AtelierError) -> None:
        """An account was used in vain; alarming if it is not accepted or has no credit."""
        kinds = {AuthError: Kind.AUTH, CreditError: Kind.CREDIT}
        for trouble, kind in kinds.items():
            if isinstance(error, trouble):
                self.raise_(Alert(kind=kind, provider=provider, credential=credential))

    def low(self, provider: str, credential: str, fen: int) -> None:
        """An account has little left."""
        alert = Alert(kind=Kind.BALANCE, provider=provider, credential=credential, fen=fen)
        self.raise_(alert)

    def stuck(self) -> None:
        """The database takes nothing, and has not for a while."""
        self.raise_(Alert(kind=Kind.DATABASE))

    def heard(self, job: Job) -> None:
        """A callback came that fits its job."""
        self._hearing.heard(job)

    def garbled(self, job: Job) -> None:
        """A verified callback came that cannot be read, or is of another job."""
        if self._hearing.garbled(job):
            self.raise_(Alert(kind=Kind.CALLBACKS, provider=job.provider, garbled=True))

    def unheard(self, job: Job) -> None:
        """A result was learnt by asking, though the job was to report it."""
        self._hearing.unheard(job)

    def raise_(self, alert: Alert) -> None:
        """Have it told, if it has not been within the hour; returns at once."""
        now = self._now()
        if now < self._quiet.get(alert.key, 0):
            return
        try:
            self._waiting.put_nowait(alert)
        except asyncio.QueueFull:
            log.error("too many alerts at once; not told: %s", alert.key)
            return
        self._quiet = {key: until for key, until in self._quiet.items() if until > now}
        self._quiet[alert.key] = now + _ASK_MS

    async def run(self) -> None:
        """Tell what is raised until canceled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._listen()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_SECONDS):
                        group.create_task(self._tell(await self._waiting.get()))

    async def run_once(self) -> None:
        """Tell all that is wrong by now."""
        self._listen()
        waiting = [self._waiting.get_nowait() for _n in range(self._waiting.qsize())]
        await asyncio.gather(*map(self._tell, waiting))

    def _listen(self) -> None:
        for name in self._hearing.deaf():
            self.raise_(Alert(kind=Kind.CALLBACKS, provider=name))

    async def _tell(self, alert: Alert) -> None:
        try:
            if await self._is_news(alert):
                log.error("alert %s: %s", alert.key, sentence(alert))
                owner = self._accounts.owner(alert.credential)
                places = self._operators if alert.credential == ENVIRONMENT else (owner,)
                posts = (self._post(alert, place) for place in places if place is not None)
                await asyncio.gather(self._call(alert, owner), *posts)
        except Exception:
            # What tells of faults must outlive its own.
            log.exception("the alert %s met a fault of ours", alert.key)

    async def _is_news(self, alert: Alert) -> bool:
        now = self._now()
        try:
            is_news = await self._store.raised(alert.key, now=now, quiet_ms=QUIET_MS)
        except StorageError:
            is_news = True
        if is_news:
            self._quiet[alert.key] = now + QUIET_MS
        return is_news

    async def _call(self, alert: Alert, owner: int | None) -> None:
        if self._webhook is None:
            return
        with reading("en-US"):
            text = sentence(alert) if owner is None else f"Server {owner}: {sentence(alert)}"
        await self._webhook.post(
            {
                "content": text,
                "text": text,
                "kind": alert.kind,
                "provider": alert.provider,
                "account": alert.credential,
                "server": None if owner is None else str(owner),
            }
        )

    async def _post(self, alert: Alert, guild_id: int) -> None:
        key = f"alert:{alert.key}:{guild_id}:{self._now()}"
        for pause in _POST_PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._say(alert, guild_id, key)
            except (CourierError, StorageError) as error:
                log.info("server %d does not hear of %s yet: %s", guild_id, alert.key, error)
            else:
                return

    async def _say(self, alert: Alert, guild_id: int, key: str) -> None:
        rules = await self._servers.rules(guild_id)
        if rules.log_channel is None:
            return
        if self.courier is None:
            raise CourierError(N_("Discord is not connected yet."))
        automatic = rules.language == "auto"
        with reading(self.courier.locale_of(guild_id) if automatic else rules.language):
            text = f"⚠️ {sentence(alert)}"
        if not await self.courier.say(rules.log_channel, text, key, guild_id=guild_id):
            log.warning("the log channel of server %d takes no messages", guild_id)


def sentence(alert: Alert) -> str:
    """What is wrong and what helps, for the current reader."""
    own = alert.credential != ENVIRONMENT
    template = _OF_SERVERS[alert.kind] if own else _OF_ENVIRONMENT[alert.kind]
    if alert.garbled:
        template = _GARBLED
    names = ("TOKEN",) if alert.provider == "wanxiang" else ("APP_ID", "SECRET")
    text = _(
        template,
        service=protocol_of(alert.provider).title if alert.provider else "",
        settings=", ".join(f"{alert.provider.upper()}_{name}" for name in names),
        amount=f"¥{alert.fen / 100:.2f}",
    )
    is_shown = alert.provider == "youchuan" and not own
    if is_shown and alert.kind in (Kind.CREDIT, Kind.BALANCE):
        return text + " " + _("/account balance shows the plan.")
    return text
