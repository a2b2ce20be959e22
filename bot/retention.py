"""How long things are kept: what people have forgotten, and what is too old, goes for good.

A file goes in three steps: nobody finds it any more, it is removed, its row is. Whatever ends in
between goes on with the next `prune`.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.errors import BadMediaError
from bot.media.assets import AssetFiles
from storage.assets import AssetStore
from storage.forgetting import Forgetting, Step, Whose
from storage.models import Asset

log = logging.getLogger(__name__)

_FILES = 200  # removed at a time
_DAY_MS = 86_400_000
_LEDGER_DAYS = 92  # so far back a server sees what it has used


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """How much was forgotten; `left` are jobs that could not be yet."""

    jobs: int
    drafts: int
    boards: int
    files: int
    left: int


class Retention:
    """Forgets in small steps; `days` is how long everything is kept, 0 for ever."""

    def __init__(
        self,
        forgetting: Forgetting,
        *,
        assets: AssetStore,
        files: AssetFiles,
        now: Callable[[], int],
        days: int = 0,
    ) -> None:
        self._forgetting, self._assets, self._files = forgetting, assets, files
        self._now, self._days = now, days
        # An earlier process may have ended before it was.
        self._is_scrubbed = False

    async def forget(self, user_id: int) -> Forgotten:
        """Forget a person's finished jobs, moodboards, and what they have begun, everywhere.

        What is under way, not delivered, or still asked about is left as it is.
        """
        whose = Whose(user_id=user_id)
        jobs, files = await self._forget_jobs(whose)
        drafts, begun = await self._forget_drafts(whose)
        boards, shown = await self._forget_boards(user_id)
        await self._forgetting.chats(user_id)
        self._is_scrubbed = False
        await self._remove_files()
        await self._scrub()
        left, files = await self._forgetting.left(user_id), files + begun + shown
        log.info("forgot %d jobs and %d files of a person", jobs, files)
        return Forgotten(jobs=jobs, drafts=drafts, boards=boards, files=files, left=left)

    async def prune(self) -> None:
        """Forget what is too old, and remove what was forgotten and is there still."""
        now = self._now()
        if self._days:
            old = Whose(before=now - self._days * _DAY_MS)
            await self._forget_jobs(old)
            await self._forget_drafts(old)
            kept = max(self._days, _LEDGER_DAYS)
            await self._clear_records(now - self._days * _DAY_MS, now - kept * _DAY_MS)
        while await self._forgetting.strays(now - _DAY_MS):
            pass
        await self._remove_files()
        await self._scrub()

    async def _forget_jobs(self, whose: Whose) -> tuple[int, int]:
        step, jobs, files = Step(), 0, 0
        while not step.is_last:
            step = await self._forgetting.jobs(whose, step, now=self._now())
            jobs, files = jobs + step.jobs, files + step.files
            self._is_scrubbed &= not step.jobs
        return jobs, files

    async def _forget_drafts(self, whose: Whose) -> tuple[int, int]:
        drafts, files = 0, 0
        while (done := await self._forgetting.drafts(whose))[0]:
            drafts, files = drafts + done[0], files + done[1]
            self._is_scrubbed = False
        return drafts, files

    async def _forget_boards(self, user_id: int) -> tuple[int, int]:
        boards, files = 0, 0
        while (done := await self._forgetting.boards(user_id))[0]:
            boards, files = boards + done[0], files + done[1]
        return boards, files

    async def _clear_records(self, before: int, ledger_before: int) -> None:
        while await self._forgetting.records(before, ledger_before=ledger_before):
            self._is_scrubbed = False

    async def _scrub(self) -> None:
        if not self._is_scrubbed:
            self._is_scrubbed = await self._forgetting.scrub()

    async def _remove_files(self) -> None:
        stuck = set[str]()
        while gone := await self._assets.gone(passing=stuck, limit=_FILES):
            removed = await asyncio.to_thread(self._unlink, gone)
            if not removed:
                break  # and so, most likely, are all others
            await self._assets.strike(removed)
            stuck |= {asset.token for asset in gone} - set(removed)

    def _unlink(self, gone: Sequence[Asset]) -> Sequence[str]:
        """Remove files; the tokens of those that are not there any more."""
        removed = []
        for asset in gone:
            try:
                self._files.path(asset).unlink(missing_ok=True)
            except BadMediaError:
                pass  # no file can have such a name
            except OSError as error:
                log.warning("a forgotten file cannot be removed yet: %s", type(error).__name__)
                continue
            removed.append(asset.token)
        return removed
