"""The jobs of a batch, ordered one after the other: how far that came, and what is told of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engine import Engine
from bot.errors import UserError
from bot.policy import Person
from bot.text import _
from cogs import errors
from storage.errors import StorageError
from storage.models import Draft, Job

if TYPE_CHECKING:
    from cogs.batches import Batch

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Done:
    """The jobs of a batch that are there, the `new` ones among them, and what stopped the rest."""

    jobs: Sequence[Job]
    new: Sequence[Job]
    stopped: UserError | StorageError | None = None


async def ordered(engine: Engine, batch: "Batch", draft: Draft, person: Person) -> Done:
    """Order one after the other; a UserError or StorageError when not even the first is taken."""
    jobs, new = list[Job](), list[Job]()
    for ordinal in range(len(batch.requests)):
        order = batch.order(ordinal, person, draft.destination, draft.interaction_id)
        try:
            job, is_new = await engine.submit(order)
        except (UserError, StorageError) as error:
            if not jobs:
                raise
            log.warning("only %d jobs of a batch are ordered: %s", len(jobs), error)
            return Done(jobs=jobs, new=new, stopped=error)
        jobs.append(job)
        if is_new:
            new.append(job)
    return Done(jobs=jobs, new=new)


def so_far(done: Done, count: int) -> str:
    """How many are ordered, why no more are, and how to go on."""
    if isinstance(done.stopped, UserError):
        return _(
            "{n} of {all} jobs are on their way; then it was refused: {reason} Press again for "
            "the rest when it is possible: nothing is ordered twice.",
            n=len(done.jobs),
            all=count,
            reason=errors.sentence_for(done.stopped),
        )
    return _(
        "{n} of {all} jobs are on their way; then the bot's memory was busy. Press again "
        "for the rest: nothing is ordered twice.",
        n=len(done.jobs),
        all=count,
    )


async def announce(engine: Engine, jobs: Sequence[Job]) -> None:
    """Give jobs their cards, one after the other; a job without one is drawn all the same."""
    for job in jobs:
        try:
            job = await engine.jobs.get(job.id)
            if not job.status.is_final:  # its result would come before its card
                await engine.announce(job)
        except StorageError as error:
            log.warning("job %s is not acknowledged: %s", job.id, error)
