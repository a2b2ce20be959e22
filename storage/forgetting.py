"""Forgetting: rows lose what they say, in steps so short that no order has to wait for one.

A job's row stays, without words and pictures, for what counts it or leads back to it. The files
are not touched here: what is to be removed of them stands in `AssetStore.gone` from then on.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.assets import BOARD, DRAFT, GONE
from storage.database import Database
from storage.errors import StorageError
from storage.models import WAYS_BACK, Status
from storage.schema import alerts, assets, audit, chats, drafts, jobs, ledger, moodboards, people

STEP = 50  # rows of one transaction
_MOST_SIZE = 2_000_000  # characters of their requests and results

_TOKEN = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])", re.ASCII)
_UNFINISHED = jobs.c.status.in_([status for status in Status if not status.is_final])
_MAY_GO = and_(
    ~_UNFINISHED,
    jobs.c.delivered_at.is_not(None),
    # A loop still has its eye on what is due, even where it has given it up. Said in a way that
    # no index serves: most rows are not due, and it is the others' index that finds them.
    func.coalesce(jobs.c.due_at, 0) == 0,
    jobs.c.forgotten_at.is_(None),
)
_BLANK: dict[str, Any] = {
    "params": {},
    "uploads": [],
    "result": None,
    "failure_text": None,
    "delivery_note": "",
    "external_id": None,
    "receipt": None,
    # The next press makes it anew, instead of leading to what is not there.
    "once_key": None,
    # News that come after all would bring back a picture that nobody wants to be kept.
    "failure": case((jobs.c.failure.in_(WAYS_BACK), "forgotten"), else_=jobs.c.failure),
}


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Which rows: those of a person, or those that were over before an instant."""

    user_id: int | None = None
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """How far it has come: what one step did, and where the next one begins.

    `passed` are jobs that stay for now, because jobs under way need their files.
    """

    jobs: int = 0
    files: int = 0
    since: int = 0
    passed: frozenset[str] = frozenset()
    is_last: bool = False


class Forgetting:
    """Each method is at most one short transaction that writes; repeating it is harmless."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def jobs(self, whose: Whose, last: Step, *, now: int) -> Step:
        """Forget the next jobs that are finished, delivered, and not asked about any more."""
        async with self._database.read() as connection:
            page = (await connection.execute(_page(whose, last))).all()
            found = _within_reason(page)
            of_jobs = select(assets.c.job_id, assets.c.token).where(
                assets.c.job_id.in_([row.id for row in found])
            )
            files = (await connection.execute(of_jobs)).all() if found else ()
            # What is ordered between here and the step that writes fails unpaid, and says so.
            needed = await _needed(connection) if found else frozenset()
        held = frozenset(row.job_id for row in files if row.token in needed)
        given = _tokens(row.uploads for row in found if row.id not in held) - needed
        ids = [row.id for row in found if row.id not in held]
        done, removed = await self._blank(ids, given, now=now) if ids else (0, 0)
        return Step(
            jobs=done,
            files=removed,
            since=found[-1].at if found else last.since,
            passed=last.passed | held,
            is_last=len(page) < STEP and len(found) == len(page),
        )

    async def _blank(
        self, ids: Collection[str], given: Collection[str], *, now: int
    ) -> tuple[int, int]:
        chosen = and_(jobs.c.id.in_(ids), _MAY_GO)
        statement = update(jobs).where(chosen).values(**_BLANK, forgotten_at=now)
        async with self._database.write() as connection:
            done = (await connection.execute(statement.returning(jobs.c.id))).scalars().all()
            files = await _let_go(connection, or_(assets.c.job_id.in_(done), _loose(DRAFT, given)))
        return len(done), files

    async def drafts(self, whose: Whose) -> tuple[int, int]:
        """Forget the next drafts of which no job is under way: how many, and how many files."""
        by_person = whose.user_id is not None
        under_way = (
            select(jobs.c.id)
            .where(jobs.c.interaction_id == drafts.c.interaction_id, _UNFINISHED)
            .exists()
        )
        theirs = and_(
            drafts.c.user_id == whose.user_id if by_person else drafts.c.expires_at < whose.before,
            ~under_way,
        )
        some = select(drafts.c.token).where(theirs).limit(STEP)
        chosen = delete(drafts).where(drafts.c.token.in_(some))
        async with self._database.read() as connection:
            needed = await _needed(connection)
        async with self._database.write() as connection:
            payload = cast(drafts.c.payload, Text)
            gone = (await connection.execute(chosen.returning(payload))).scalars().all()
            files = await _let_go(connection, _loose(DRAFT, _tokens(gone) - needed))
        return len(gone), files

    async def boards(self, user_id: int) -> tuple[int, int]:
        """Forget a person's next moodboards: how many, and how many files.

        Nobody draws with them by default any more; their providers have them still.
        """
        key = (moodboards.c.id, moodboards.c.credential)
        some = select(*key).where(moodboards.c.user_id == user_id).limit(STEP)
        images = cast(moodboards.c.images, Text)
        chosen = delete(moodboards).where(tuple_(*key).in_(some)).returning(moodboards.c.id, images)
        async with self._database.read() as connection:
            needed = await _needed(connection)
        async with self._database.write() as connection:
            gone = (await connection.execute(chosen)).all()
            lost = and_(
                people.c.moodboard.in_([board_id for board_id, _ in gone]),
                # Another account may have one of the same id.
                people.c.moodboard.not_in(select(moodboards.c.id)),
            )
            await connection.execute(update(people).where(lost).values(moodboard=None))
            tokens = _tokens(text for _, text in gone) - needed
            files = await _let_go(connection, _loose(BOARD, tokens))
        return len(gone), files

    async def strays(self, before: int) -> int:
        """Forget the next pictures of before an instant that are on no moodboard: how many."""
        old = select(assets.c.token).where(
            assets.c.job_id.is_(None), assets.c.role == BOARD, assets.c.created_at < before
        )
        async with self._database.read() as connection:
            found = frozenset((await connection.execute(old)).scalars())
            if found:
                shown = await connection.execute(select(cast(moodboards.c.images, Text)))
                found -= _tokens(shown.scalars())
            if found:
                found -= await _needed(connection)
        if not found:
            return 0
        async with self._database.write() as connection:
            return await _let_go(connection, _loose(BOARD, list(found)[:STEP]))

    async def chats(self, user_id: int) -> None:
        """Forget when a person's conversations were reset, but where they are being answered.

        Only after their jobs: what those said before a reset would be remembered again.
        """
        answered = select(jobs.c.channel_id).where(jobs.c.user_id == user_id, _UNFINISHED)
        statement = delete(chats).where(
            chats.c.user_id == user_id, chats.c.channel_id.not_in(answered)
        )
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def left(self, user_id: int) -> int:
        """How many of a person's jobs are not forgotten."""
        statement = select(func.count()).where(
            jobs.c.user_id == user_id, jobs.c.forgotten_at.is_(None)
        )
        async with self._database.read() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def records(self, before: int, *, ledger_before: int) -> bool:
        """Remove the next changes, alerts and settled entries of the ledger; False without any."""
        settled = ledger.c.settled_at.is_not(None)
        some = (
            select(audit.c.id).where(audit.c.at < before).limit(STEP),
            select(alerts.c.key).where(alerts.c.raised_at < before).limit(STEP),
            select(ledger.c.job_id).where(ledger.c.created_at < ledger_before, settled).limit(STEP),
        )
        statements = (
            delete(audit).where(audit.c.id.in_(some[0])),
            delete(alerts).where(alerts.c.key.in_(some[1])),
            delete(ledger).where(ledger.c.job_id.in_(some[2])),
        )
        async with self._database.write() as connection:
            counts = [(await connection.execute(each)).rowcount for each in statements]
        return any(counts)

    async def scrub(self) -> bool:
        """Have no file of the database hold what was forgotten; False when not yet."""
        try:
            return await self._database.scrub()
        except StorageError:
            return False


def _page(whose: Whose, last: Step) -> Select[Any]:
    by_person = whose.user_id is not None
    at = jobs.c.created_at if by_person else jobs.c.finished_at
    size = func.length(cast(jobs.c.params, Text)) + func.length(
        func.coalesce(cast(jobs.c.result, Text), "")
    )
    return (
        select(
            jobs.c.id,
            at.label("at"),
            cast(jobs.c.uploads, Text).label("uploads"),
            size.label("size"),
        )
        .where(
            jobs.c.user_id == whose.user_id if by_person else at < whose.before,
            at >= last.since,
            jobs.c.id.not_in(last.passed),
            _MAY_GO,
        )
        .order_by(at, jobs.c.id)
        .limit(STEP)
    )


def _within_reason(page: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """As many rows from the first on as can be blanked at once: a request may hold whole files."""
    sizes = list(accumulate(row.size for row in page))
    return [row for row, size in zip(page, sizes, strict=True) if size <= _MOST_SIZE] or page[:1]


def _loose(role: str, tokens: Collection[str]) -> ColumnElement[bool]:
    return and_(assets.c.job_id.is_(None), assets.c.role == role, assets.c.token.in_(tokens))


async def _let_go(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Have nobody find these assets any more; their rows say what is still to be removed."""
    statement = update(assets).where(which).values(job_id=None, role=GONE, note="")
    return (await connection.execute(statement)).rowcount


async def _needed(connection: AsyncConnection) -> frozenset[str]:
    """The files that jobs under way begin with, or whose addresses their providers have."""
    params = cast(jobs.c.params, Text)
    # Without an address the file itself stands there.
    addressed = and_(params.like("%/m/%"), params.not_like("%;base64,%"))
    statement = select(cast(jobs.c.uploads, Text), case((addressed, params), else_="")).where(
        _UNFINISHED
    )
    rows = (await connection.execute(statement)).all()
    return _tokens(text for row in rows for text in row)


def _tokens(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(token for text in texts for token in _TOKEN.findall(text))
