"""The ledger's entries as parts of other transactions: reserved with a job's row, settled with it.

Nothing here opens a transaction: an entry and the job that it is about change together.
"""

import dataclasses
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import UNFINISHED, WAYS_BACK, Job
from storage.records import Allowance, Entry, Money, Usage
from storage.schema import jobs, ledger, members

DIRECT = 0  # the guild_id of direct messages

# What counts of an entry: what was charged, else what is set aside.
SPENT = case(
    (ledger.c.state == Money.REFUNDED, 0),
    else_=func.coalesce(ledger.c.settled, ledger.c.reserved, 0),
)
LOST = case((ledger.c.state == Money.REFUNDED, func.coalesce(ledger.c.settled, 0)), else_=0)
COUNTS = ledger.c.state != Money.REFUNDED
UNKNOWN = and_(COUNTS, ledger.c.settled.is_(None), ledger.c.reserved.is_(None))


async def reserve(connection: AsyncConnection, job: Job, model: str) -> None:
    """Set a job's price aside."""
    entry = Entry(
        job_id=job.id,
        guild_id=job.destination.guild_id or DIRECT,
        user_id=job.destination.user_id,
        provider=job.provider,
        credential=job.credential,
        operation=job.operation,
        model=model,
        reserved=job.price,
        created_at=job.created_at,
    )
    values = {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry)}
    await connection.execute(insert(ledger).values(values))


async def charge(connection: AsyncConnection, job_id: str, fen: int | None, *, now: int) -> None:
    """A job was paid, if late after all; what it cost, None when nobody knows."""
    await _settle(connection, job_id, state=Money.CHARGED, settled=fen, reason="", settled_at=now)


async def close(connection: AsyncConnection, job_id: str, reason: str, *, now: int) -> None:
    """A job came to nothing: give its price back, and keep what the account lost by it.

    What may have been charged, and nobody knows, stays set aside.
    """
    said = select(jobs.c.cost, jobs.c.charged).where(jobs.c.id == job_id)
    cost, charged = (await connection.execute(said)).one()
    values: dict[str, Any] = {"reason": reason, "settled_at": now}
    if cost is not None or charged is not None or reason not in WAYS_BACK:
        lost = ledger.c.reserved if charged and cost is None else cost or 0
        values |= {"state": Money.REFUNDED, "settled": lost}
    await _settle(connection, job_id, **values)


async def _settle(connection: AsyncConnection, job_id: str, **values: Any) -> None:
    # What is settled anew is told anew.
    changed = update(ledger).where(ledger.c.job_id == job_id).values(logged_at=None, **values)
    await connection.execute(changed)


async def usage(
    connection: AsyncConnection, user_id: int, guild_id: int | None, allowance: Allowance
) -> Usage:
    """What a person has used of a server since the allowance's day and month have begun."""
    place = guild_id or DIRECT
    theirs = (members.c.guild_id == place, members.c.user_id == user_id)
    begun = (await connection.execute(select(members.c.counted_from).where(*theirs))).scalar()
    day, month = (max(begun or 0, since) for since in (allowance.day, allowance.month))
    mine = and_(ledger.c.guild_id == place, ledger.c.user_id == user_id)
    of_day, of_month = ledger.c.created_at >= day, ledger.c.created_at >= month
    sums = select(
        _count(and_(COUNTS, of_day)),
        func.coalesce(func.sum(case((of_month, SPENT), else_=0)), 0),
        _count(and_(UNKNOWN, of_month)),
    ).where(mine, ledger.c.created_at >= min(day, month))
    counted = (await connection.execute(sums)).one()
    under_way = select(func.count()).where(
        jobs.c.user_id == user_id,
        jobs.c.guild_id.is_(None) if guild_id is None else jobs.c.guild_id == guild_id,
        # Named one by one, so that an index leads to them past all that has ended.
        jobs.c.status.in_(UNFINISHED),
    )
    running = (await connection.execute(under_way)).scalar_one()
    return Usage(
        jobs=int(counted[0]), fen=int(counted[1]), unknown=int(counted[2]), running=int(running)
    )


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)
