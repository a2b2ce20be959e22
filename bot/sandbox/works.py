"""The emulator's jobs, each kept as a file, so that a demo goes on where it was stopped."""

import asyncio
import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.errors import InvalidRequestError
from bot.providers import prompt as mj
from bot.sandbox.envelopes import Work

log = logging.getLogger(__name__)

_REROLL = "youchuan.reroll"


class Works:
    """All jobs by id; their files, and those of their results, stand in `folder`.

    `address` is the one by which the emulator was last reached: behind 0.0.0.0 there are many.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, ""
        self._works: dict[str, Work] = {}

    def load(self) -> None:
        """Read what an earlier process has left; what is no job is left alone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("*.json"):
            try:
                work = Work(**_modern(json.loads(path.read_bytes()), path))
            except (ValueError, TypeError, AttributeError):
                log.warning("%s is no job of this version, left alone", path.name)
            else:
                self._works[work.id] = work

    async def keep(self, work: Work) -> None:
        """Write a job as it stands now; from then on it is found."""
        path, data = self.folder / f"{work.id}.json", json.dumps(work.stored()).encode()
        await asyncio.to_thread(write, path, data)
        self._works[work.id] = work

    def get(self, work_id: str) -> Work | None:
        """The job of this id, if there is one."""
        return self._works.get(work_id)

    def newest(self, provider: str = "") -> list[Work]:
        """All jobs, or those of a provider, the latest first."""
        found = [work for work in self._works.values() if provider in {"", work.provider}]
        return sorted(found, key=lambda work: (-work.created, work.id))

    def addresses(self, work: Work) -> list[str]:
        """Where the files of a job's results are served, "" for a removed one."""
        return [f"{self.address}/files/{name}" if name else "" for name in work.files]

    def origin(self, work: Work) -> Work:
        """The job that a reroll draws again, however often that was one itself; else the job."""
        while work.operation == _REROLL and (rolled := self.get(work.follows)):
            work = rolled
        return work


def write(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _modern(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """A job's data with what an older version did not write yet."""
    if "pictures" in data:
        data["files"] = data.pop("pictures")
    data.setdefault("created", int(path.stat().st_mtime * 1000))
    if "traits" not in data:
        with suppress(InvalidRequestError):
            data["traits"] = sorted(mj.traits(mj.parse(data.get("prompt", ""))))
    return data
