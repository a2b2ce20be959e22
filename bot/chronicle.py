"""The log channels: what was changed and what was run, told in each server's own.

The rows say what is still to be told, so that nothing is lost by a restart; the tables are asked
every few seconds. What is older than a day is told no more. A post whose answer was lost is
repeated as it was, so that Discord takes both for one message while it remembers the first.
"""

import asyncio
import logging
from collections import Counter, defaultdict
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
_MOST_ROWS, _MOST_OF_ONE = 2000, 20  # of all servers and of one
_MOST_LINES, _MOST_CHARACTERS = 10, 1900
_WIDTH = 4  # posts at a time

Row = Change | Entry
Told = Sequence[tuple[Row, str]]


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
        self._before = now() - 1  # the last instant of earlier processes
        # Posts of which nobody knows whether they stand there, by server.
        self._doubtful: dict[int, Told] = {}
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
        rows, ends = await self._untold(now)
        channels = await self._servers.settings.with_setting("log_channel") if rows else {}
        untold, done = defaultdict[int, list[Row]](list), list[Row]()
        for row in rows:
            is_done = row.guild_id not in channels or _name(row) in self._posted
            (done if is_done else untold[row.guild_id]).append(row)
        await self._close(done)
        serving = (self._serve(self.courier, *server) for server in untold.items())
        left = list(ends)
        for waiting in await asyncio.gather(*serving, return_exceptions=True):
            if isinstance(waiting, BaseException):
                raise waiting
            left += map(_instant, waiting)
        self._floor = min([now - _MARGIN_MS, *left])

    async def _untold(self, now: int) -> tuple[list[Row], list[int]]:
        """What no log channel has had yet, the oldest first, and from when on there may be more."""
        since = max(now - _DAY_MS, min(self._floor, now - _MARGIN_MS))
        window = {"since": since, "limit": _MOST_ROWS, "each": _MOST_OF_ONE}
        changes = await self._servers.audit.unlogged(**window)
        entries = await self._ledger.unlogged(**window)
        ends = [end for rows in (changes, entries) for end in _ends(rows)]
        if _MOST_ROWS in (len(changes), len(entries)):
            ends.append(since)
        return sorted((*changes, *entries), key=_instant), ends

    async def _serve(self, courier: Courier, guild_id: int, rows: Sequence[Row]) -> list[Row]:
        """Post what fits one message of a server; the rows that are left."""
        rules = await self._servers.rules(guild_id)
        told = self._doubtful.pop(guild_id, ())
        if not told or told[0][0] not in rows:
            language = rules.language
            with reading(courier.locale_of(guild_id) if language == "auto" else language):
                told = await self._chosen(rows)
        if not told:
            return list(rows)
        async with self._width:
            if not await self._post(courier, guild_id, rules, told):
                self._doubtful[guild_id] = told
                return list(rows)
        done = [row for row, _line in told]
        self._posted.update(map(_name, done))
        await self._close(done)
        return [row for row in rows if row not in done]

    async def _post(self, courier: Courier, guild_id: int, rules: Rules, told: Told) -> bool:
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

    async def _chosen(self, rows: Sequence[Row]) -> Told:
        """The rows of the next message with their lines.

        An earlier process may have died between its post and its note of that: what it could have
        posted is chosen as it has chosen, without what came since.
        """
        earlier = [row for row in rows if _instant(row) <= self._before]
        return await self._lines(earlier, self._before) or await self._lines(rows, self._now())

    async def _lines(self, rows: Sequence[Row], at: int) -> Told:
        """The first rows that can be told at an instant; together their lines fit a message."""
        told: list[tuple[Row, str]] = []
        length = 0
        for row in rows:
            line = await self._line(row, at)
            if line is None:
                continue
            line = clip(f"<t:{_instant(row) // 1000}:t> {line}", _MOST_CHARACTERS)
            length += len(line) + 1
            if told and (len(told) == _MOST_LINES or length > _MOST_CHARACTERS):
                break
            told.append((row, line))
        return told

    async def _line(self, row: Row, at: int) -> str | None:
        """A row in words; None for a job whose message is still on its way at that instant."""
        if isinstance(row, Change):
            return self._words.change(row)
        try:
            job = await self._jobs.get(row.job_id)
        except NotFoundError:
            job = None
        on_its_way = job is not None and (job.delivered_at is None or job.delivered_at > at)
        if on_its_way and at - _instant(row) < _RESULT_MS:
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


def _ends(rows: Sequence[Row]) -> list[int]:
    """Of each server that may have more: the instant of the last of its rows."""
    counts = Counter(row.guild_id for row in rows)
    last = {row.guild_id: _instant(row) for row in rows}
    return [last[guild_id] for guild_id, count in counts.items() if count >= _MOST_OF_ONE]


def _instant(row: Row) -> int:
    return row.at if isinstance(row, Change) else row.settled_at or row.created_at


def _name(row: Row) -> str:
    return row.id if isinstance(row, Change) else f"{row.job_id}:{row.settled_at}"
