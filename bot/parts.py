"""What the engine is made of: its parts, the settings it works by, and what all its steps share."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.accounts import Accounts
from bot.alerts import Alerts
from bot.errors import GoneError, UnavailableError
from bot.gate import Gate
from bot.operations import Catalog, Price
from bot.providers.base import Provider
from bot.text import N_
from bot.tokens import Signer
from bot.transport import Transport
from bot.wire import Credential, Result
from storage.jobs import JobStore
from storage.models import Job

_RETRY_CAP_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The settings that the engine works by; times in milliseconds, prices in fen."""

    public_url: str = ""
    poll_ms: int = 5000
    deadline_ms: int = 1_800_000
    prices: Mapping[str, Price] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that moving a job on needs; put together in `bot.app`."""

    jobs: JobStore
    catalog: Catalog
    providers: Mapping[str, Provider]
    credentials: Accounts
    transport: Transport
    signer: Signer
    gate: Gate
    alerts: Alerts
    terms: Terms
    now: Callable[[], int]

    def credential(self, job: Job) -> Credential:
        """The account that a job is paid with; GoneError when it is not connected any more.

        UnavailableError while what is kept of it cannot be read, which a restart may change.
        """
        try:
            return self.credentials[job.provider, job.credential]
        except KeyError:
            if self.credentials.owner(job.credential) is not None:
                raise UnavailableError(
                    N_("The server's own account cannot be read now; its admins know more.")
                ) from None
            raise GoneError(
                N_("The account that this was made with is not connected any more.")
            ) from None

    def callback_url(self, job: Job) -> str | None:
        """Where the provider may report on this job; None without a public address."""
        if not self.terms.public_url:
            return None
        token = self.signer.callback_token(job.provider, job.id)
        return f"{self.terms.public_url}/callbacks/{job.provider}/{token}"

    def charge(self, job: Job, result: Result) -> int | None:
        """What a finished job costs in fen: what the provider says, else the estimate.

        Of the estimate only the share of the pictures that came, unless it is known to be charged.
        """
        if result.cost is not None or job.price is None:
            return result.cost
        there = sum(bool(place.url) for place in result.media)
        if job.charged or there == len(result.media):
            return job.price
        return round(job.price * there / len(result.media))

    def is_reported(self, job: Job) -> bool:
        """Whether the provider is to tell of a job's end by itself."""
        operation = self.catalog.get(job.operation)
        by_callback = operation is not None and operation.settles_by == "callback"
        return bool(self.terms.public_url) and by_callback

    def first_look_ms(self, job: Job) -> int:
        """How long after its submit a job is first polled: later where a callback may come."""
        provider = self.providers[job.provider]
        factor = 3 if self.is_reported(job) else 1
        return min(self.terms.poll_ms * factor, provider.look_ms or self.terms.poll_ms * factor)

    def deadline_ms(self, job: Job) -> int:
        """How long after its submit a job is given up."""
        own = self.providers[job.provider].deadline_ms
        return min(self.terms.deadline_ms, own or self.terms.deadline_ms)


def backoff_ms(tries: int, *, cap: int = _RETRY_CAP_MS) -> int:
    """Full jitter from half a second up to a growing ceiling, in milliseconds."""
    ceiling = min(cap, 1000 * 2 ** min(tries, 12))
    return round(random.uniform(500, ceiling))  # noqa: S311
