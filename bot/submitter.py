"""The submit loop: claims what is queued, fairly, and sends it at most once.

A submit has three outcomes. Not taken: back into the queue, with back-off. Taken: running.
Unknown: never sent again blindly, but settled by what the provider offers (`settles_by`): *key*,
the same request id again; *callback*, wait for the callback, whose address names our job, until
the deadline; *none*, at once. What cannot be settled fails as uncertain, and says so.
"""

import asyncio
import base64
import json
import logging
import random
from collections.abc import Sequence
from functools import partial

from bot.errors import (
    BadMediaError,
    FetchError,
    InvalidRequestError,
    MediaError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    UnavailableError,
    UncertainError,
    UserError,
)
from bot.keeper import Keeper
from bot.news import News, kind_of
from bot.operations import Operation, stand_in
from bot.parts import Parts, backoff_ms
from bot.text import N_
from bot.transport import SUBMIT_SECONDS
from bot.wire import Credential, Request, Update
from storage.models import UNCERTAIN, Asset, Job, Status

log = logging.getLogger(__name__)

_INSTANT_SECONDS = 180.0  # a submit whose answer is the whole result may take its time


class Submitter:
    """Takes a job from queued to running, or to the failure that says why not."""

    def __init__(self, parts: Parts, news: News, keeper: Keeper) -> None:
        self._parts, self._jobs, self._news = parts, parts.jobs, news
        self._keeper = keeper

    async def claim(self, limit: int, lease_until: int) -> Sequence[Job]:
        """Unsettled submits first, then queued jobs while their accounts have room."""
        now, limits = (
            self._parts.now(),
            {k: c.concurrency for k, c in self._parts.credentials.items()},
        )
        claimed: list[Job] = []
        for claim in (
            partial(self._jobs.claim_unsettled, now=now, lease_until=lease_until),
            partial(
                self._jobs.claim_queued,
                limits,
                now=now,
                lease_until=lease_until,
                instant=self._parts.catalog.instant,
            ),
        ):
            while len(claimed) < limit and (job := await claim()):
                claimed.append(job)
        return claimed

    async def submit(self, job: Job) -> None:
        """Send a claimed job, or settle one whose earlier submit was never answered."""
        try:
            operation = self._parts.catalog.operation(job.operation)
            credential = self._parts.credential(job)
            if job.status is Status.SUBMITTING and not self._may_resend(job, operation):
                await self._wait_or_give_up(job, operation)
                return
            job = await self._with_uploads(job)
            request = self._request(job, operation, credential)
        except (FetchError, UnavailableError, OSError) as error:
            log.info("job %s cannot be sent yet: %s", job.id, type(error).__name__)
            await self._not_ready(job, error)
        except (UserError, MediaError) as error:
            # An earlier submit that was never answered may still bring its result.
            unsettled = job.status is Status.SUBMITTING
            await self._news.fail(job, UNCERTAIN if unsettled else "invalid", error)
        else:
            await self._send(job, operation, request, credential)

    def _request(self, job: Job, operation: Operation, credential: Credential) -> Request:
        return self._parts.providers[job.provider].request(
            operation,
            operation.validate(job.params),
            credential,
            job_id=job.id,
            callback_url=self._parts.callback_url(job),
            now=self._parts.now(),
        )

    async def _send(
        self, job: Job, operation: Operation, request: Request, credential: Credential
    ) -> None:
        now, provider = self._parts.now(), self._parts.providers[job.provider]
        resent = job.status is Status.SUBMITTING and job.deadline_at
        deadline = resent or now + self._parts.deadline_ms(job)
        job = await self._jobs.begin_attempt(job, now=now, deadline_at=deadline)
        log.info("job %s queued -> submitting", job.id, extra={"action": "submit", "job": job.id})
        patience = _INSTANT_SECONDS if operation.instant else SUBMIT_SECONDS
        seconds = min(patience, max(5.0, (deadline - now) / 1000))
        try:
            response = await self._parts.transport.send(request, credential, seconds=seconds)
            update = provider.accepted(operation, response)
        except ProviderError as error:
            await self._news.insist(partial(self._refused, job, operation, error))
        else:
            await self._news.insist(partial(self._answered, job, update))

    async def _answered(self, job: Job, update: Update) -> None:
        """A submit was answered by news of its job, which may have ended already."""
        if update.error is not None and update.error.charged is not None:
            await self._note_cost(job, update.error)
        await self._news.apply(job.id, update)

    async def _note_cost(self, job: Job, error: ProviderError) -> None:
        """What an error says that it cost is kept before anything else."""
        if error.charged is not None or error.request_id:
            receipt = error.request_id or None
            await self._jobs.note(job, charged=error.charged, receipt=receipt)

    async def _refused(self, job: Job, operation: Operation, error: ProviderError) -> None:
        """A submit was answered by an error, or not at all."""
        await self._note_cost(job, error)
        if isinstance(error, UncertainError | ProtocolError):
            log.warning("job %s: the submit's outcome is unknown: %s", job.id, error)
            await self._wait_or_give_up(job, operation, error)
        elif isinstance(error, UnavailableError | RateLimitError) and not error.charged:
            await self._not_taken(job, error)
        else:
            await self._news.fail(job, kind_of(error), error)

    async def _with_uploads(self, job: Job) -> Job:
        if not job.uploads:
            return job
        text = json.dumps(job.params)
        params = self._parts.catalog.operation(job.operation).validate(job.params)
        # From the last on: the stand-in of the first is the beginning of the eleventh's.
        for position in reversed(range(len(job.uploads))):
            given = stand_in(position)
            if not self._parts.terms.public_url and given not in params.inline():
                raise InvalidRequestError(
                    N_("Uploads need this bot's own public address, which is not set (PUBLIC_URL).")
                )
            upload = job.uploads[position]
            asset = await self._keeper.keep_upload(job, upload, position, params.limits())
            text = text.replace(given, await self._address(asset))
        return await self._jobs.set_params(job, json.loads(text))

    async def _address(self, asset: Asset) -> str:
        """Where the provider finds a file, or the file itself where it has no address."""
        if public := self._parts.terms.public_url:
            return f"{public}/m/{asset.name}"
        path = self._keeper.files.path(asset)
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise BadMediaError(N_("The picture is not kept here any more.")) from None
        return f"data:{asset.content_type};base64,{base64.b64encode(data).decode()}"

    async def _not_ready(self, job: Job, error: FetchError | UnavailableError | OSError) -> None:
        """Try again for as long as a job may take, counted from when it first went wrong."""
        now = self._parts.now()
        give_up = job.give_up_at or now + self._parts.terms.deadline_ms
        if now < give_up:
            due = min(now + backoff_ms(job.tries), give_up)
            await self._jobs.let_go(job, due_at=due, tries=job.tries + 1, give_up_at=give_up)
            return
        if isinstance(error, OSError):
            error = FetchError(N_("The attached file could not be kept here."))
        unsettled = job.status is Status.SUBMITTING
        await self._news.fail(job, UNCERTAIN if unsettled else "unavailable", error)

    def _may_resend(self, job: Job, operation: Operation) -> bool:
        return operation.settles_by == "key" and self._parts.now() < (job.deadline_at or 0)

    async def _wait_or_give_up(
        self, job: Job, operation: Operation, said: ProviderError | None = None
    ) -> None:
        """Settle it later if that can be; else give it up. `said`: what was answered, if anything.

        An answer that tells of the money was not lost, whatever else it left out.
        """
        now, deadline = self._parts.now(), job.deadline_at or 0
        if now < deadline and operation.settles_by == "key":
            await self._jobs.let_go(job, due_at=now + backoff_ms(job.attempts))
        elif now < deadline and operation.settles_by == "callback" and self._parts.terms.public_url:
            await self._jobs.let_go(job, due_at=deadline)
        else:
            error = UncertainError(
                N_("The provider's answer was lost, so this may have been charged or not.")
            )
            is_told = said is not None and said.charged is not None
            await self._news.fail(job, UNCERTAIN, said if said and is_told else error)

    async def _not_taken(self, job: Job, error: ProviderError) -> None:
        now = self._parts.now()
        give_up = job.give_up_at or now
        if now >= give_up:
            await self._news.fail(job, "unavailable", error)
            return
        wait = backoff_ms(job.tries)
        if isinstance(error, RateLimitError) and error.retry_after is not None:
            wait = max(wait, round(error.retry_after * 1000 * random.uniform(1.0, 1.1)))  # noqa: S311
        log.info("job %s was not taken (%s); again in %d ms", job.id, error, wait)
        await self._jobs.requeue(job, due_at=min(now + wait, give_up))
