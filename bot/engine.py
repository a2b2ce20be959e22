"""The life of a job as the rest of the program sees it: submit(), cancel(), callback().

The loops behind it (`submitter`, `watcher`, `deliverer`) move every job on; all news about a job
ends in `news`. Nothing durable lives in memory: after a crash the next start goes on from the rows.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from ulid import ULID

from bot.calls import Calls
from bot.deliverer import Deliverer
from bot.errors import (
    CallbackError,
    ProtocolError,
    ProviderError,
    UncertainError,
)
from bot.loop import Loop, Work
from bot.news import News
from bot.operations import Catalog, Kind, Operation, Params
from bot.parts import Parts
from bot.policy import Person
from bot.providers.models import model_key
from bot.rules import Rules
from bot.submitter import Submitter
from bot.watcher import Watcher
from bot.wire import Progress, State, Update
from storage.errors import NotFoundError, StorageError
from storage.models import Destination, Job, Status, Upload

log = logging.getLogger(__name__)

_CANCEL_SECONDS = 10.0
_ANSWER_GRACE_MS = 4000  # a row waits this long for its answer to reach the person


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a person asks for: everything `Engine.submit` needs to make the row."""

    operation: str
    params: Params
    person: Person
    destination: Destination
    interaction_id: int
    ordinal: int = 0
    uploads: Sequence[Upload] = ()
    parent: Job | None = None
    index: int | None = None
    action: str = ""
    once: bool = False
    retry_of: str | None = None


class Engine:
    """Moves jobs from queued to delivered; every step can be repeated after a crash."""

    def __init__(self, parts: Parts, deliverer: Deliverer) -> None:
        self._parts, self.jobs, self.catalog = parts, parts.jobs, parts.catalog
        self._deliverer, self.calls, self.gate = deliverer, Calls(parts), parts.gate
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.news = News(parts, self._wake)
        submitter = Submitter(parts, self.news, deliverer.keeper)
        watcher = Watcher(parts, self.news)
        works = (
            Work(name="submit", claim=submitter.claim, do=submitter.submit, width=16),
            Work(name="watch", claim=watcher.claim, do=watcher.watch, width=8),
            Work(name="deliver", claim=deliverer.claim, do=deliverer.deliver, width=12),
        )
        self.loops = {work.name: Loop(work, parts.jobs, parts.now) for work in works}

    @property
    def public_url(self) -> str:
        """Where this bot is reached from outside; empty without a public address."""
        return self._parts.terms.public_url

    async def run(self) -> None:
        """Run all loops until `drain`."""
        async with asyncio.TaskGroup() as group:
            for name, loop in self.loops.items():
                group.create_task(loop.run(), name=f"{name} loop")

    async def drain(self, seconds: float) -> None:
        """Stop claiming and give what is in flight this long."""
        await asyncio.gather(*(loop.drain(seconds) for loop in self.loops.values()))

    async def submit(self, order: Order) -> tuple[Job, bool]:
        """Commit the row. The job, and whether it is new: a repeated press gives the first one.

        A UserError says what refuses it; nothing is kept then. The submit loop leaves the row alone
        until `acknowledge`, or for four seconds.
        """
        operation, gate = self.catalog.operation(order.operation), self.gate
        rules = await gate.check(order.person, operation)
        credential = gate.account(operation, order.person, order.parent, order.params)
        params = gate.worded(operation, order.params, order.person, rules)
        order = replace(order, params=params, destination=_placed(order, operation, rules))
        job = self._row(order, operation, credential)
        # Counting holds up every other writer, so it is done where there is anything to count for.
        allowance = None
        if not gate.limits(order.person, rules, credential).is_unlimited:
            allowance = gate.allowance(order.person, rules, job.price, credential)
        model = model_key(operation.name, job.traits)
        stored, new = await self.jobs.add(job, model=model, allowance=allowance)
        if new:
            log.info("job %s new -> queued", job.id, extra={"action": "queued", "job": job.id})
        return stored, new

    def _row(self, order: Order, operation: Operation, credential: str) -> Job:
        now, params = self._parts.now(), order.params
        traits = params.traits(order.parent.traits if order.parent else frozenset())
        return Job(
            id=str(ULID.from_timestamp(now / 1000)),
            operation=operation.name,
            provider=operation.provider,
            credential=credential,
            params=params.stored(),
            uploads=tuple(order.uploads),
            traits=traits,
            destination=order.destination,
            interaction_id=order.interaction_id,
            ordinal=order.ordinal,
            once_key=_once_key(order),
            parent_id=order.parent.id if order.parent else None,
            parent_index=order.index,
            action=order.action,
            retry_of=order.retry_of,
            price=self.price(operation, params, traits),
            created_at=now,
            due_at=now + _ANSWER_GRACE_MS,
        )

    async def acknowledge(self, job: Job, card_id: int | None) -> None:
        """The person has been answered (`card_id`: the progress card); the job may go."""
        await self.jobs.acknowledge(job.id, card_id, now=self._parts.now())
        self.loops["submit"].wake()

    async def announce(self, job: Job) -> None:
        """Post a job's card where no answer to an interaction is one; then it may go.

        A database that fails is only logged: the row is committed and is taken up without it.
        """
        try:
            ahead = await self.jobs.ahead_of(job, self.catalog.instant)
            progress = Progress(job=job, now=job.created_at, ahead=ahead)
            await self.acknowledge(job, await self._deliverer.post_card(progress))
        except StorageError as error:
            log.warning("job %s is not announced: %s", job.id, error)

    def may_cancel(self, job: Job) -> bool:
        """Whether a job may still be canceled, here or at its provider."""
        return job.status is Status.QUEUED or self.may_take_back(job)

    def may_take_back(self, job: Job) -> bool:
        """Whether a job waits at a provider that lets it be taken back."""
        there = self._parts.providers.get(job.provider)
        waits = job.status is Status.RUNNING and bool(job.external_id) and job.progress == 0.0
        return waits and there is not None and there.takes_back

    async def cancel(self, job: Job) -> bool:
        """Cancel a job that nobody has begun to submit; False when it is too late."""
        done = await self.jobs.cancel(job.id, now=self._parts.now())
        if done:
            self.news.moved(job.id, Status.CANCELED)
        return done

    async def take_back(self, job: Job) -> bool:
        """Cancel a job that waits at its provider, within ten seconds; False when it is too late.

        A ProviderError leaves open what became of it.
        """
        job = await self.jobs.get(job.id)
        if not self.may_take_back(job):
            return False
        provider, credential = self._parts.providers[job.provider], self._parts.credential(job)
        number, now = job.external_id or "", self._parts.now()
        request = provider.cancel(number, credential, now=now)
        try:
            answer = await self._parts.transport.send(request, credential, seconds=_CANCEL_SECONDS)
            done = provider.canceled(answer)
        except ProviderError as error:
            # Whether it was canceled after all, the next look tells.
            await self.jobs.watch_now(job.id, now=now)
            self.loops["watch"].wake()
            if isinstance(error, UncertainError):
                raise provider.unreachable(error) from error
            raise
        update = Update(external_id=number, state=State.CANCELED)
        return done and await self.news.insist(partial(self.news.apply, job.id, update))

    async def look_again(self, job: Job) -> None:
        """Try an undelivered result now instead of at its next turn."""
        if await self.jobs.deliver_again(job.id, now=self._parts.now()):
            self.loops["deliver"].wake()

    async def hurry(self) -> None:
        """Discord is there (again): what waits for it need not wait out its back-off."""
        await self.jobs.hurry_deliveries(now=self._parts.now())
        self.loops["deliver"].wake()

    def price(self, operation: Operation, params: Params, traits: frozenset[str]) -> int | None:
        """The estimate in fen; None when it is unknown. PRICES goes before the catalog.

        `traits` are those of the result.
        """
        price = self._parts.terms.prices.get(operation.name, operation.price)
        return price.of(params.price_factor(traits))

    async def catalog_at(self, guild_id: int | None) -> Catalog:
        """The catalog of a place: what has an account there and is not turned off."""
        return await self.gate.catalog(self.catalog, guild_id)

    def callback_job(self, provider: str, token: str) -> str:
        """The job that a callback address names; CallbackError unless it is one of ours."""
        if provider not in self._parts.providers:
            raise CallbackError
        return self._parts.signer.job_of(provider, token)

    @contextmanager
    def listening(self, job_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when a verified callback of this job comes in."""
        heard = asyncio.Event()
        self._listeners[job_id].add(heard)
        try:
            yield heard
        finally:
            self._listeners[job_id].discard(heard)
            if not self._listeners[job_id]:
                del self._listeners[job_id]

    async def callback(self, provider: str, job_id: str, body: bytes) -> None:
        """A verified callback came in. Whatever stands in it, applying it is harmless."""
        try:
            job = await self.jobs.get(job_id)
        except NotFoundError:
            raise CallbackError from None
        for heard in self._listeners.get(job_id, ()):
            heard.set()
        try:
            update = self._parts.providers[provider].callback(body)
        except ProtocolError:
            update = None
        known = job.external_id
        if update is None or not update.external_id or known not in (None, update.external_id):
            log.warning("the callback of job %s does not fit; asking the provider", job.id)
            self._parts.alerts.garbled(job)
            await self.jobs.watch_now(job.id, now=self._parts.now())
            self.loops["watch"].wake()
        else:
            self._parts.alerts.heard(job)
            await self.news.apply(job.id, update)

    def _wake(self) -> None:
        for loop in self.loops.values():
            loop.wake()


def _placed(order: Order, operation: Operation, rules: Rules) -> Destination:
    """Where a server has its results: a channel of their own, in a language of its own."""
    there = order.destination
    locale = there.locale if rules.language == "auto" else rules.language
    # What is said in a conversation stays in it.
    results = None if operation.kind is Kind.TEXT else rules.results_channel
    if there.guild_id is None or results == there.channel_id:
        results = None
    return replace(there, locale=locale, results_channel_id=results)


def _once_key(order: Order) -> str | None:
    """What at most one living job may hold: an image's U, or the retry of a failed job."""
    if order.once and order.parent:
        return f"{order.parent.id}:{order.action}.{order.index}"
    return f"{order.retry_of}:retry" if order.retry_of else None
