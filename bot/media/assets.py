"""The media files we hold, in one folder: written whole or not at all, under names of our own."""

import asyncio
import os
import re
import secrets
import shutil
import time
from pathlib import Path

from bot.errors import BadMediaError
from bot.text import N_
from storage.models import Asset

_STALE_SECONDS = 3600  # no download or conversion takes this long
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")


def new_token() -> str:
    """An unguessable name: 128 random bits as exactly 22 characters that need no URL quoting."""
    return secrets.token_urlsafe(16)


class AssetFiles:
    """Asset files under `root`, sharded by the first two characters of their tokens."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    @property
    def temporary(self) -> Path:
        """The folder for files in the making, on the same file system as the assets."""
        return self._root / "tmp"  # three characters: no token's shard

    async def open(self) -> None:
        """Make the folders, and remove what a crash left in the temporary one over an hour ago."""
        await asyncio.to_thread(self._open)

    def path(self, asset: Asset) -> Path:
        """Where the asset's file is or will be; BadMediaError for a name that is not ours."""
        if not _TOKEN.fullmatch(asset.token) or not _EXTENSION.fullmatch(asset.extension):
            raise BadMediaError(N_("This is not the name of a file that is kept here."))
        path = (self._root / asset.token[:2] / asset.name).resolve()
        if not path.is_relative_to(self._root):  # a link somebody planted
            raise BadMediaError(N_("This is not the name of a file that is kept here."))
        return path

    async def adopt(self, temporary: Path, asset: Asset) -> None:
        """Move a finished temporary file into place; when this returns it survives a power cut."""
        await asyncio.to_thread(_move, temporary, self.path(asset))

    async def copied(self, asset: Asset) -> Path:
        """A temporary copy of the asset's file; BadMediaError where the file is gone."""
        path = self.temporary / f"copy-{new_token()}.{asset.extension}"
        try:
            await asyncio.to_thread(shutil.copyfile, self.path(asset), path)
        except FileNotFoundError:
            raise BadMediaError(N_("The picture is not kept here any more.")) from None
        return path

    async def remove(self, asset: Asset) -> None:
        """Remove the asset's file; nothing happens where there is none."""
        if asset.extension:
            await asyncio.to_thread(self.path(asset).unlink, missing_ok=True)

    def _open(self) -> None:
        self.temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
        # An age, not the clock of the jobs: it is compared with what the file system wrote.
        oldest = time.time() - _STALE_SECONDS
        for entry in os.scandir(self.temporary):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < oldest:
                Path(entry.path).unlink(missing_ok=True)


def _move(source: Path, target: Path) -> None:
    """Sync, rename and sync the folders: each step holds before the next one counts on it."""
    _sync(source)
    if not target.parent.is_dir():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        _sync(target.parent.parent)
    source.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
