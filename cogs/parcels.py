"""A result's files on their way into a message: under the size limit, under harmless names."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import discord

from bot.errors import BadMediaError, FetchError
from bot.media import clips, images
from bot.media.assets import AssetFiles
from bot.media.pool import MediaPool
from bot.text import N_
from cogs.layout_parts import MOST_FILES, Shown
from cogs.places import is_preview
from cogs.texts import file_of, text_of
from storage.models import Asset, Job

log = logging.getLogger(__name__)

_SHRINK_SECONDS = 90.0  # for all files of a message; what is not ready by then is linked only
_SHRINKERS = {
    **dict.fromkeys(images.PICTURES, images.shrink_to_fit),
    **dict.fromkeys(clips.CLIPS, clips.shrink_clip),
}


@dataclass
class Parcel:
    """The places of a result as a message shows them, and the files behind those it attaches.

    `text` is a file of its own, named `text_file`, where it is too long for the message.
    """

    shown: list[Shown] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    text: str = ""
    text_file: str = ""
    largest: int = 0

    @contextmanager
    def opened(self) -> Iterator[list[discord.File]]:
        """The files for one request."""
        names = (place.filename for place in self.shown if place.filename)
        with ExitStack() as stack:
            files = []
            for path, name in zip(self.paths, names, strict=True):
                file = discord.File(path, filename=name)
                stack.callback(file.close)
                files.append(file)
            if self.text_file and len(files) < MOST_FILES:
                files.append(discord.File(io.BytesIO(self.text.encode()), self.text_file))
            yield files


class Packer:
    """Makes parcels; a file over the limit becomes a smaller rendition, or a link alone."""

    def __init__(self, files: AssetFiles, pool: MediaPool, public_url: str) -> None:
        self._files, self._pool, self._public_url = files, pool, public_url

    @asynccontextmanager
    async def packed(self, job: Job, assets: Sequence[Asset], limit: int) -> AsyncIterator[Parcel]:
        """A parcel whose files have at most `limit` bytes each; usable inside the block."""
        parcel, made = Parcel(text=text_of(job), text_file=file_of(job)), list[Path]()
        until = asyncio.get_running_loop().time() + _SHRINK_SECONDS
        try:
            for asset in assets:
                full = len(parcel.paths) >= MOST_FILES
                path = None if full else await self._fitting(asset, limit, made, until)
                self._add(parcel, job, asset, path, smaller=path is None or path in made)
            yield parcel
        finally:
            for path in made:
                path.unlink(missing_ok=True)

    def _add(
        self, parcel: Parcel, job: Job, asset: Asset, path: Path | None, *, smaller: bool
    ) -> None:
        link = f"{self._public_url}/m/{asset.name}" if smaller and self._public_url else ""
        if path is None:
            parcel.shown.append(Shown(asset=asset, link=link))
            return
        which = f"{asset.position + 1}-preview" if is_preview(asset) else asset.position + 1
        name = f"{job.id[-6:].lower()}-{which}{path.suffix}"
        parcel.shown.append(Shown(asset=asset, filename=name, link=link))
        parcel.paths.append(path)
        parcel.largest = max(parcel.largest, path.stat().st_size)

    async def _fitting(
        self, asset: Asset, limit: int, made: list[Path], until: float
    ) -> Path | None:
        try:
            path = self._files.path(asset)
            if path.stat().st_size <= limit:
                return path
            shrink = _SHRINKERS.get(asset.extension)
            if shrink is None or not limit:
                return None
            async with asyncio.timeout_at(until):
                smaller = await self._pool.run(shrink, path, limit, self._files.temporary)
        except TimeoutError:
            log.warning(
                "job %s, place %d: no time to make it smaller", asset.job_id, asset.position
            )
            if not self._public_url:  # nothing else would bring it to its person
                raise FetchError(N_("The bot is busy with other files.")) from None
            return None
        except (BadMediaError, OSError) as error:
            # An OSError's own words are the path, and with it the asset's secret name.
            why = error.strerror if isinstance(error, OSError) else error
            log.warning("job %s, place %d: no file: %s", asset.job_id, asset.position, why)
            return None
        if smaller != path:  # the kept file itself is never ours to remove
            made.append(smaller)
        return smaller
