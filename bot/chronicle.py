"""The log channels: what was changed and what was run, told in each server's own.

The rows say what is still to be told, so that nothing is lost by a restart; the table is asked
every few seconds. What is older than a day is told no more.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.errors import CourierError
from bot.rules import Rules
from bot.servers import Servers
from bot.text import clip, reading
from bot.wire import Courier
from storage.errors import NotFoundError, StorageError
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import Job
from storage.records import Change, Entry

log = logging.getLogger(__name__)

_TICK_SECONDS = 5.0
_DAY_MS = 86_400_000
_MARGIN_MS = 300_000  # a row may be written a little later than its instant
_RESULT_MS = 60_000  # a line waits so long for the message that it links to
_MOST_ROWS = 500
_MOST_LINES, _MOST_CHARACTERS = 10, 1900
_WIDTH = 4  # posts at a time

Row = Change | Entry


@dataclass(frozen=True, kw_only=True)
class Words:
    """How rows are told to the current reader, in one line each; set by `bot.app`."""

    change: Callable[[Change], str]
    entry: Callable[[Entry, Job | None], str]


class Chronicle:
    """Reads what no log channel has had yet, and has the courier post it, the oldest first."""

    courier: Courier | None = None

    def __init__(
        self,
        *,
        servers: Servers,
        ledger: LedgerStore,
        jobs: JobStore,
        words: Words,
        now: Callable[[], int],
    ) -> None:
        self._servers, self._ledger, self._jobs = servers, ledger, jobs
        self._words, self._now = words, now
        self._floor = 0  # all that is older has been told
        # What was posted must not be posted again while the database cannot be told so.
        self._posted: set[str] = set()
        self._closed: set[int] = set()
        self._width = asyncio.Semaphore(_WIDTH)

    async def run(self) -> None:
        """Tick until canceled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            try:
                await self.tick()
            except StorageError as error:
                log.warning("the log channels cannot be served now: %s", error)
            except Exception:
                # Without its log channels the bot still works; without this loop it has none.
                log.exception("the log channels met a fault of ours")

    async def tick(self) -> None:
        """Post one message at most in each log channel."""
        if self.courier is None:
            return
        now = self._now()
        rows = await self._untold(now)
        channels = await self._servers.settings.with_setting("log_channel") if rows else {}
        untold, done = defaultdict[int, list[Row]](list), list[Row]()
        for row in rows:
            is_done = row.guild_id not in channels or _name(row) in self._posted
            (done if is_done else untold[row.guild_id]).append(row)
        await self._close(done)
        serving = (self._serve(self.courier, *server) for server in untold.items())
        left: list[int] = []
        for waiting in await asyncio.gather(*serving, return_exceptions=True):
            if isinstance(waiting, BaseException):
                raise waiting
            left += map(_instant, waiting)
        if len(rows) < _MOST_ROWS:
            self._floor = min([now - _MARGIN_MS, *left])

    async def _untold(self, now: int) -> list[Row]:
        """What no log channel has had yet, the oldest first."""
        since = max(now - _DAY_MS, min(self._floor, now - _MARGIN_MS))
        changes = await self._servers.audit.unlogged(since=since, limit=_MOST_ROWS)
        entries = await self._ledger.unlogged(since=since, limit=_MOST_ROWS)
        return sorted((*changes, *entries), key=_instant)

    async def _serve(self, courier: Courier, guild_id: int, rows: Sequence[Row]) -> list[Row]:
        """Post what fits one message of a server; the rows that are left."""
        rules = await self._servers.rules(guild_id)
        language = rules.language
        with reading(courier.locale_of(guild_id) if language == "auto" else language):
            told = await self._lines(rows)
        if not told:
            return list(rows)
        async with self._width:
            if not await self._post(courier, guild_id, rules, told):
                return list(rows)
        done = [row for row, _line in told]
        self._posted.update(map(_name, done))
        await self._close(done)
        return [row for row in rows if row not in done]

    async def _post(
        self, courier: Courier, guild_id: int, rules: Rules, told: Sequence[tuple[Row, str]]
    ) -> bool:
        """Whether it is done with: posted, or in a channel that takes nothing."""
        text = "\n".join(line for _row, line in told)
        key = "log:" + ",".join(_name(row) for row, _line in told)
        taken = False
        try:
            if rules.log_channel is not None:
                taken = await courier.say(rules.log_channel, text, key, guild_id=guild_id)
        except CourierError as error:
            log.info("the log channel of server %d has to wait: %s", guild_id, error)
            return False
        if taken:
            self._closed.discard(guild_id)
        elif guild_id not in self._closed:
            self._closed.add(guild_id)
            log.warning("the log channel of server %d takes no messages", guild_id)
        return True

    async def _lines(self, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """The first rows that can be told, each with its line; together they fit a message."""
        told: list[tuple[Row, str]] = []
        length = 0
        for row in rows:
            line = await self._line(row)
            if line is None:
                continue
            line = clip(f"<t:{_instant(row) // 1000}:t> {line}", _MOST_CHARACTERS)
            length += len(line) + 1
            if told and (len(told) == _MOST_LINES or length > _MOST_CHARACTERS):
                break
            told.append((row, line))
        return told

    async def _line(self, row: Row) -> str | None:
        """A row in words; None for a job whose message is still on its way."""
        if isinstance(row, Change):
            return self._words.change(row)
        try:
            job = await self._jobs.get(row.job_id)
        except NotFoundError:
            job = None
        on_its_way = job is not None and job.delivered_at is None
        if on_its_way and self._now() - _instant(row) < _RESULT_MS:
            return None
        return self._words.entry(row, job)

    async def _close(self, rows: Sequence[Row]) -> None:
        """These are told, or nobody is there to be told."""
        now = self._now()
        if changes := [row for row in rows if isinstance(row, Change)]:
            await self._servers.audit.logged(changes, now=now)
        if entries := [row for row in rows if isinstance(row, Entry)]:
            await self._ledger.logged(entries, now=now)
        self._posted.difference_update(map(_name, rows))


def _instant(row: Row) -> int:
    return row.at if isinstance(row, Change) else row.settled_at or row.created_at


def _name(row: Row) -> str:
    return row.id if isinstance(row, Change) else f"{row.job_id}:{row.settled_at}"
