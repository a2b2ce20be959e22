"""The accounts that jobs are paid with: the environment's, and the servers' own.

A server's own is kept sealed, tried out before it is kept, and never shown again. A removed one
pays nothing new, but is there until its jobs have ended.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ulid import ULID

from bot.errors import InvalidRequestError, SealError
from bot.log import hide
from bot.providers import provider as protocol_of
from bot.providers.base import Provider
from bot.text import N_
from bot.tokens import Sealer
from bot.transport import POLL_SECONDS, Transport
from bot.wire import Credential
from storage.credentials import CredentialStore
from storage.models import WAYS_BACK
from storage.records import Account, Change

log = logging.getLogger(__name__)

ENVIRONMENT = "env"


class Accounts(Mapping[tuple[str, str], Credential]):
    """Every account by provider and name; `load` reads those of the servers.

    `forms` says of each provider where it is and how it is spoken to, whoever pays. The log hides
    what is in a server's account.
    """

    def __init__(
        self,
        environment: Mapping[tuple[str, str], Credential],
        *,
        store: CredentialStore,
        sealer: Sealer,
        forms: Mapping[str, Credential],
        transport: Transport,
        now: Callable[[], int],
    ) -> None:
        self._environment, self._store, self._sealer = environment, store, sealer
        self.forms, self._transport, self._now = forms, transport, now
        self._rows: dict[str, Account] = {}
        self._opened: dict[tuple[str, str], Credential] = {}

    def __getitem__(self, key: tuple[str, str]) -> Credential:
        return self._environment[key] if key in self._environment else self._opened[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield from self._environment
        yield from self._opened

    def __len__(self) -> int:
        return len(self._environment) + len(self._opened)

    async def load(self) -> None:
        """Read the servers' accounts; what an old key has sealed is sealed with the new one."""
        rows = await self._store.all()
        self._rows = {row.id: row for row in rows}
        self._opened = {}
        for row in rows:
            try:
                plain = self._sealer.open(row.sealed, row.id)
                if not self._sealer.is_current(row.sealed):
                    await self._store.reseal(row.id, row.sealed, self._sealer.seal(plain, row.id))
                self._opened[row.provider, row.id] = self._opened_with(row, plain)
            except SealError as error:
                log.error(
                    "the account %s of server %d is of no use: %s", row.id, row.guild_id, error
                )
        hide(self.secrets())

    def own(self, guild_id: int | None) -> Mapping[str, Account]:
        """A server's own accounts that pay, by provider; also those that no key opens."""
        return {
            row.provider: row
            for row in self._rows.values()
            if row.guild_id == guild_id and row.removed_at is None
        }

    def payer(self, provider: str, guild_id: int | None) -> str:
        """The name of the account that pays for new jobs of a provider in a place.

        InvalidRequestError where there is none. A server whose own cannot be read does not fall
        back on the environment's: it has said who is to pay.
        """
        own = self.own(guild_id).get(provider)
        name = own.id if own else ENVIRONMENT
        if (provider, name) not in self:
            raise InvalidRequestError(N_("This is not set up on this bot; ask whoever runs it."))
        return name

    def owner(self, name: str) -> int | None:
        """The server whose own account this is, or was; None for the environment's."""
        row = self._rows.get(name)
        return row.guild_id if row else None

    def pays(self, provider: str, name: str, guild_id: int | None) -> bool:
        """Whether an account pays for new jobs of a place."""
        row = self._rows.get(name)
        mine = row is None or (row.removed_at is None and row.guild_id == guild_id)
        return mine and (provider, name) in self

    def providers(self, guild_id: int | None) -> frozenset[str]:
        """The providers that have an account in a place."""
        own = self.own(guild_id)
        shared = {provider for provider, _name in self._environment if provider not in own}
        return frozenset(shared | {name for name, row in own.items() if (name, row.id) in self})

    def form_of(self, provider: str) -> Credential:
        """Where a provider is; InvalidRequestError where whoever runs the bot has not said."""
        if provider not in self.forms:
            raise InvalidRequestError(
                N_("This bot does not know where this service is; ask whoever runs it.")
            )
        return self.forms[provider]

    async def tried(self, provider: str, app_id: str, secret: str) -> Credential:
        """An account that its provider has just accepted; it is neither kept nor charged.

        InvalidRequestError as `form_of`, a ProviderError where it is not accepted. Whoever asks
        hides both values from the log meanwhile.
        """
        credential = replace(self.form_of(provider), app_id=app_id, secret=secret)
        await try_out(protocol_of(provider), credential, self._transport, now=self._now())
        return credential

    async def put(self, credential: Credential, guild_id: int, by: int) -> bool:
        """Keep an account, which has been tried out, as a server's own; it pays at once.

        Another secret of the application that the server has already only takes the place of the
        old one: what was made with it can still be followed up. False then.
        """
        hide(_secrets(credential))
        held = self._held(credential, guild_id)
        if held is not None and await self._renew(held, credential, by):
            return False
        now = self._now()
        number = str(ULID.from_timestamp(now / 1000))
        row = Account(
            id=number,
            guild_id=guild_id,
            provider=credential.provider,
            sealed=self._sealed(credential, number),
            created_by=by,
            created_at=now,
        )
        replaced = row.provider in self.own(guild_id)
        await self._store.put(row, self._change(row, by, "account", replaced=replaced))
        # Looked for again: another one may have been put while this one was written.
        if before := self.own(guild_id).get(row.provider):
            self._rows[before.id] = replace(before, removed_at=now)
        self._rows[number] = row
        self._opened[row.provider, number] = replace(credential, name=number)
        return True

    def _held(self, credential: Credential, guild_id: int) -> Account | None:
        """The account that a server has of the same application."""
        row = self.own(guild_id).get(credential.provider)
        held = self._opened.get((credential.provider, row.id)) if row else None
        is_same = held is not None and held.app_id and held.app_id == credential.app_id
        return row if is_same else None

    async def _renew(self, row: Account, credential: Credential, by: int) -> bool:
        sealed = self._sealed(credential, row.id)
        change = self._change(row, by, "account", replaced=True)
        done = await self._store.renew(row.id, sealed, change)
        if done:
            # As it is now: it may have been removed while this was written.
            self._rows[row.id] = replace(self._rows.get(row.id, row), sealed=sealed)
            self._opened[row.provider, row.id] = replace(credential, name=row.id)
        return done

    def _sealed(self, credential: Credential, number: str) -> str:
        secrets = {"app_id": credential.app_id, "secret": credential.secret}
        return self._sealer.seal(json.dumps(secrets).encode(), number)

    async def remove(self, provider: str, guild_id: int, by: int) -> bool:
        """Have a server's own account pay nothing new; False where it has none."""
        row = self.own(guild_id).get(provider)
        if row is None:
            return False
        now = self._now()
        done = await self._store.remove(row.id, self._change(row, by, "account_removed"), now=now)
        self._rows[row.id] = replace(row, removed_at=now)
        return done

    async def prune(self) -> None:
        """Forget removed accounts that no job needs any more."""
        for number in await self._store.prune(WAYS_BACK):
            row = self._rows.pop(number, None)
            if row:
                self._opened.pop((row.provider, number), None)

    def secrets(self) -> Iterator[str]:
        """Every secret of the servers' accounts, for the log's redaction."""
        for credential in self._opened.values():
            yield from _secrets(credential)

    def _opened_with(self, row: Account, plain: bytes) -> Credential:
        if row.provider not in self.forms:
            raise SealError(f"{row.provider.upper()}_URL is not set")
        form, data = self.forms[row.provider], json.loads(plain)
        return replace(form, name=row.id, app_id=data["app_id"], secret=data["secret"])

    def _change(self, row: Account, by: int, action: str, *, replaced: bool = False) -> Change:
        now = self._now()
        return Change(
            id=str(ULID.from_timestamp(now / 1000)),
            guild_id=row.guild_id,
            user_id=by,
            action=action,
            subject=row.provider,
            before="•••" if replaced or action == "account_removed" else None,
            after="•••" if action == "account" else None,
            at=now,
        )


def _secrets(credential: Credential) -> Iterator[str]:
    yield from filter(None, (credential.secret, credential.app_id))


async def try_out(
    provider: Provider, credential: Credential, transport: Transport, *, now: int
) -> None:
    """Ask the provider whether it takes an account; a ProviderError when not. Nothing is paid."""
    request = provider.check(credential, now=now)
    provider.checked(await transport.send(request, credential, seconds=POLL_SECONDS))
