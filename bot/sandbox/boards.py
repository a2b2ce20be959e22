"""The emulator's moodboards, kept as files; of their pictures only the addresses are remembered."""

import asyncio
import json
import logging
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.sandbox.envelopes import RefusedError, stamp
from bot.sandbox.works import write

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Board:
    """A collection of pictures; instants in milliseconds."""

    id: str
    name: str
    created: int
    changed: int
    description: str = ""
    images: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """The board as an answer shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "images": self.images,
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.changed),
        }


class Boards:
    """All moodboards by id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._boards: dict[str, Board] = {}

    def load(self) -> None:
        """Read what an earlier process has left; what is no moodboard is left alone."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.glob("*.json"):
            try:
                board = Board(**json.loads(path.read_bytes()))
            except (ValueError, TypeError):
                log.warning("%s is no moodboard of this version, left alone", path.name)
            else:
                self._boards[board.id] = board

    def get(self, board_id: str) -> Board | None:
        """The moodboard of this id, if there is one."""
        return self._boards.get(board_id)

    def newest(self) -> list[Board]:
        """All moodboards, the latest first."""
        return sorted(self._boards.values(), key=lambda board: (-board.created, board.id))

    async def create(self, given: dict[str, Any], now: int) -> Board:
        """A new moodboard with the given fields."""
        board = Board(**given, id=secrets.token_hex(12), created=now, changed=now)
        return await self._keep(board)

    async def update(self, board_id: str, given: dict[str, Any], now: int) -> Board:
        """The moodboard with the given fields in place of its own; RefusedError without one."""
        board = self._boards.get(board_id)
        if board is None:
            raise RefusedError("No_Moodboard")
        return await self._keep(replace(board, **given, changed=now))

    async def _keep(self, board: Board) -> Board:
        data = json.dumps(asdict(board)).encode()
        await asyncio.to_thread(write, self._folder / f"{board.id}.json", data)
        self._boards[board.id] = board
        return board
