"""The pictures that a job names by their addresses: fetched over HTTP, and read."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageOps

from bot.errors import BadMediaError, MediaError
from bot.media import images, masks
from bot.media.fetch import Fetcher, FetchRules
from bot.operations import Operation, Params
from bot.providers.prompt import Prompt
from bot.sandbox.art import LONGEST_SIDE
from bot.sandbox.envelopes import UNREACHABLE

log = logging.getLogger(__name__)

# Any address will do, as a demo's pictures are on this very machine.
RULES = FetchRules(allow_private=True, max_bytes=30 * 1024 * 1024, total_seconds=15)

_MOST_PIXELS = 40_000_000
_REFERENCES = ("sref", "oref", "cref", "end")  # the parameters that take addresses
_WEIGHT = re.compile(r"::-?[0-9.]+$")


class BadInputError(Exception):
    """The job ends with this status, and this comment in place of the status's own words."""

    def __init__(self, status: int, comment: str = "") -> None:
        super().__init__(comment)
        self.status, self.comment = status, comment


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is taken of given pictures: pixels a side, bytes and formats; None is anything.

    Of a picture that is taken, `kept` pixels a side are kept.
    """

    kept: int = LONGEST_SIDE
    longest_side: int | None = None
    most_bytes: int | None = None
    kinds: Container[str] | None = None


ANYTHING = Terms()


@dataclass(frozen=True)
class Given:
    """A picture that came from outside, made smaller if it is huge; `size` is its own.

    `kind` is the format of its file, such as PNG.
    """

    image: Image.Image
    size: tuple[int, int]
    kind: str


def linked(prompt: Prompt, name: str) -> list[str]:
    """The addresses, without weights, that a prompt gives for a parameter; style codes are none."""
    value = prompt.values.get(name)
    given = map(str, value) if isinstance(value, tuple) else ()
    return [_WEIGHT.sub("", one) for one in given if "://" in one]


def addresses(operation: Operation, params: Params, prompt: Prompt) -> list[str]:
    """All that a request names: its picture, its mask, and what its own prompt refers to."""
    found = [getattr(params, operation.file_field)] if operation.file_field else []
    mask = getattr(params, "mask", None)
    if mask is not None and mask.url:
        found.append(mask.url)
    if params.own_prompt():
        found += prompt.images
        for name in _REFERENCES:
            found += linked(prompt, name)
    return list(dict.fromkeys(found))


@asynccontextmanager
async def fetched(
    fetcher: Fetcher, needed: Sequence[str], wished: Sequence[str], inline: Container[str]
) -> AsyncIterator[dict[str, Path]]:
    """The files of these addresses, for the time of the block.

    BadInputError when one that is `needed` cannot be had; what is only `wished` for is left out.
    Those of `inline` may be ``data:`` URLs.
    """
    with TemporaryDirectory(prefix="atelier-inputs-") as name:
        folder = Path(name)

        async def get(address: str) -> Path | None:
            try:
                if address in inline and address.startswith("data:"):
                    return await asyncio.to_thread(masks.decoded, address, folder)
                return await fetcher.fetch(address, folder)
            except MediaError as error:
                log.info("a picture is not to be had: %s", error)
                return None

        asked = list(dict.fromkeys([*needed, *wished]))
        got = dict(zip(asked, await asyncio.gather(*map(get, asked)), strict=True))
        if any(got[address] is None for address in needed):
            raise BadInputError(UNREACHABLE)
        yield {address: path for address, path in got.items() if path}


def read(
    files: Mapping[str, Path], needed: Container[str], terms: Terms = ANYTHING
) -> dict[str, Given]:
    """The pictures in these files that are taken; BadInputError when a `needed` one is not.

    Synchronous.
    """
    pictures = {}
    for address, path in files.items():
        picture = _read(path, terms)
        if picture is not None:
            pictures[address] = picture
        elif address in needed:
            raise BadInputError(UNREACHABLE)
    return pictures


def _read(path: Path, terms: Terms) -> Given | None:
    if terms.most_bytes is not None and path.stat().st_size > terms.most_bytes:
        return None
    try:
        with images.opened(path, _MOST_PIXELS) as image:
            kind = image.format or ""
            if terms.longest_side is not None and max(image.size) > terms.longest_side:
                return None
            if terms.kinds is not None and kind not in terms.kinds:
                return None
            image.load()
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except BadMediaError as error:
        log.info("a picture cannot be read: %s", error)
        return None
    size = plain.size
    plain.thumbnail((terms.kept, terms.kept), Image.Resampling.LANCZOS)
    return Given(plain, size, kind)
