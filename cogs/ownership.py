"""What a job's owner, or an admin, may have done with it: cancel it, make it anew or elsewhere."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot import policy
from bot.engine import Order
from bot.errors import InvalidRequestError
from bot.text import N_, _
from cogs.errors import tell
from cogs.instead import follow_instead
from cogs.models import is_held_up
from cogs.repeats import repeated
from cogs.replies import (
    BEING_DRAWN,
    Interaction,
    check_channel,
    check_order,
    hand_over,
    lead_to,
    person_of,
    take_order,
)
from storage.models import Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio


class Ownership:
    """Carries out what nobody else may ask for; whoever does pays for what is made."""

    def __init__(self, studio: "Studio") -> None:
        self._studio, self._engine = studio, studio.engine
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def cancel(self, interaction: Interaction, job: Job) -> None:
        """Cancel a job that nobody has begun, and say whether that was in time."""
        policy.check_owner(person_of(interaction), job)
        if await self._engine.cancel(job):
            await tell(interaction, _("Canceled. Nothing was sent and nothing was charged."))
        elif self._engine.may_take_back(await self._studio.presses.find(job.id)):
            await hand_over(interaction, lambda: self._take_back(interaction, job))
        else:
            await self._too_late(interaction, job)

    async def _take_back(self, interaction: Interaction, job: Job) -> None:
        # One press after the other, so that each finds the row as the one before it has left it.
        async with self._turns.setdefault(job.id, asyncio.Lock()):
            done = await self._engine.take_back(job)
        if done:
            await tell(interaction, _("Canceled. It was withdrawn before it was begun."))
        else:
            await self._too_late(interaction, job)

    async def _too_late(self, interaction: Interaction, job: Job) -> None:
        status = (await self._studio.presses.find(job.id)).status
        if status is Status.CANCELED:
            await tell(interaction, _("This has been canceled already."))
        else:
            said = _("This is already finished.") if status.is_final else _(BEING_DRAWN)
            await tell(interaction, said)

    async def post_now(self, interaction: Interaction, job: Job) -> None:
        """Bring a finished job's delivery forward, and say so."""
        await self._engine.look_again(job)
        await tell(interaction, _("It is finished and is being posted now."))

    async def retry(self, interaction: Interaction, job: Job) -> None:
        """Make a failed job once more, or look again at a result that was not posted yet."""
        if await self._is_open(interaction, job):
            order = await repeated(interaction, job, await self._parent(job), retry_of=job.id)
            await take_order(interaction, order)

    async def instead(self, interaction: Interaction, job: Job, key: str) -> None:
        """Have the model that the key names draw a job that its own does not."""
        policy.check_owner(person_of(interaction), job)
        if not (is_held_up(job) or await self._is_open(interaction, job)):
            return
        check_channel(interaction)
        order = await follow_instead(interaction, job, key, await self._parent(job))
        if order is None:
            return
        await check_order(interaction, order.operation, order.parent)
        # Nobody shall pay twice: what still waits is withdrawn before it is ordered elsewhere.
        if job.status is Status.QUEUED:
            await self._check_room(order, job)
            if not await self._engine.cancel(job):
                await self._too_late(interaction, job)
                return
        await take_order(interaction, order)

    async def _check_room(self, order: Order, waiting: Job) -> None:
        """A UserError where the order would be refused though the waiting job makes room for it."""
        gate, person = self._engine.gate, order.person
        operation, rules = self._engine.catalog.operation(order.operation), await gate.rules(person)
        params = gate.worded(operation, order.params, person, rules)
        traits = params.traits(order.parent.traits if order.parent else frozenset())
        price = self._engine.price(operation, params, traits)
        payer = gate.account(operation, person, order.parent, params)
        allowance = gate.allowance(person, rules, price, payer)
        used = await self._studio.ledger.usage(person.user_id, person.guild_id, allowance)
        if (waiting.destination.user_id, waiting.destination.guild_id) == (
            person.user_id,
            person.guild_id,
        ):
            used = replace(
                used,
                jobs=used.jobs - (waiting.created_at >= allowance.day),
                running=used.running - 1,
                fen=used.fen - (waiting.price or 0) * (waiting.created_at >= allowance.month),
            )
        allowance.check(used)

    async def _is_open(self, interaction: Interaction, job: Job) -> bool:
        """Whether a job may be made anew; else the person is told what became of it."""
        policy.check_owner(person_of(interaction), job)
        if job.status is Status.SUCCEEDED and job.delivered_at is None:
            await self.post_now(interaction, job)
        elif job.status is Status.SUCCEEDED:
            sentence = N_("This succeeded; /job show {id} brings it here.")
            raise InvalidRequestError(sentence, id=job.id)
        elif not job.status.is_final:
            raise InvalidRequestError(BEING_DRAWN)
        else:
            before = await self._engine.jobs.retry_of(job.id)
            if before and before.status not in (Status.FAILED, Status.CANCELED):
                await lead_to(interaction, before)
            else:
                return True
        return False

    async def _parent(self, job: Job) -> Job | None:
        find = self._studio.presses.find
        return await find(job.parent_id, forgotten=True) if job.parent_id else None
