"""Given pictures as a provider takes them: clean, upright, and within its limits. Synchronous."""

import io
import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import BadMediaError
from bot.media.images import (
    LONGEST,
    MAX_PIXELS,
    MAX_UPLOAD_PIXELS,
    measured,
    opened,
    plain,
    smaller,
    written,
)
from bot.operations import Limits
from bot.text import N_

if TYPE_CHECKING:
    from PIL import Image

Change = tuple[str, dict[str, str]]

_FIRST = N_("Of the animation only its first picture was used.")
_SMALLER = N_("The picture was made smaller, from {before} to {after} pixels.")
_CONVERTED = N_("The picture was converted from {before} to {after}.")
_COMPRESSED = N_("The picture was compressed more strongly, to less than {limit} MB.")

_MOVING = frozenset({"GIF", "PNG", "WEBP"})  # a JPEG's further pictures are no animation
_TAKEN = frozenset({"png", "jpg"})
_EXACT = frozenset({"PNG", "GIF"})  # whose pixels were never compressed with a loss
_NAMES = {"gif": "GIF", "png": "PNG", "jpg": "JPEG", "webp": "WebP"}
_MOST_EXACT = 10_000_000  # bytes of a PNG where nothing else limits it


@dataclass(frozen=True)
class Fitted:
    """A new file, and what was done to the picture: sentences of the catalogs with their values.

    `given` is the picture's own size in pixels, where it was looked at.
    """

    path: Path
    changes: tuple[Change, ...] = ()
    given: tuple[int, int] | None = None


def fits(path: Path, limits: Limits) -> bool:
    """Whether a file of our own can be passed on as it is: a PNG or JPEG within the limits."""
    info = measured(path)
    longest = max(info.width, info.height)
    most = [side for side in (limits.longest_side, limits.refused_side) if side is not None]
    small = limits.most_bytes is None or info.size <= limits.most_bytes
    return info.extension in _TAKEN and small and all(longest <= side for side in most)


def fitted(path: Path, folder: Path, limits: Limits) -> Fitted:
    """Write the pixels alone, upright, to a new file: PNG if they have alpha or were exact.

    Others become JPEG. EXIF, colour profiles, further frames and whatever is hidden behind the
    picture stay out. BadMediaError when it is no picture, or too large to be decoded or, by
    `refused_side`, to gain from what is asked.
    """
    # What is made smaller anyway may be as large as anything that is decoded.
    most_pixels = MAX_PIXELS if limits.longest_side else MAX_UPLOAD_PIXELS
    with opened(path, most_pixels) as image:
        _refuse(image.size, limits.refused_side)
        given, exact = plain(image), image.format in _EXACT
        changes: list[Change] = [(_FIRST, {})] if _moves(image) else []
    within = _within(given, limits.longest_side)
    extension, data, compressed = _encoded(within, limits.most_bytes, exact=exact)
    out = written(folder, extension, lambda file: file.write(data))
    info, before = measured(out), measured(path).extension
    if before not in {extension, *_TAKEN}:
        changes.append((_CONVERTED, {"before": _NAMES[before], "after": _NAMES[extension]}))
    if (info.width, info.height) != given.size:
        sizes = {"before": _size(*given.size), "after": _size(info.width, info.height)}
        changes.append((_SMALLER, sizes))
    if compressed:
        changes.append((_COMPRESSED, {"limit": f"{(limits.most_bytes or 0) / 1e6:g}"}))
    return Fitted(out, tuple(changes), given.size)


def _moves(image: "Image.Image") -> bool:
    with suppress(Exception):  # the first picture was read: what follows may be damaged
        return image.format in _MOVING and bool(getattr(image, "is_animated", False))
    return False


def _refuse(size: tuple[int, int], refused_side: int | None) -> None:
    if refused_side is not None and max(size) > refused_side:
        raise BadMediaError(
            N_(
                "The picture has {size} pixels and would be made smaller first, so little or "
                "nothing would be gained. Give one of at most {limit} pixels a side."
            ),
            size=_size(*size),
            limit=str(refused_side),
        )


def _within(image: "Image.Image", longest_side: int | None) -> "Image.Image":
    most = longest_side or max(image.size)
    if image.mode == "RGB":
        most = min(most, LONGEST["jpg"])
    scale = most / max(image.size)
    if scale >= 1:
        return image
    from PIL.Image import Resampling

    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(
    image: "Image.Image", most_bytes: int | None, *, exact: bool
) -> tuple[str, bytes, bool]:
    """The picture's extension and bytes, and whether there are so few that it may be seen."""
    alpha = image.mode == "RGBA"
    if exact and not alpha:
        data = _saved(image, "PNG")
        if len(data) <= (most_bytes or _MOST_EXACT):
            return "png", data, False
        if most_bytes is not None:
            return "jpg", smaller(image, "jpg", most_bytes), True
    data = _saved(image, "PNG") if alpha else _saved(image, "JPEG", quality=95)
    if most_bytes is None or len(data) <= most_bytes:
        return "png" if alpha else "jpg", data, False
    if alpha:
        return "png", _smaller_png(image, data, most_bytes), False
    return "jpg", smaller(image, "jpg", most_bytes), True


def _smaller_png(image: "Image.Image", data: bytes, most_bytes: int) -> bytes:
    """A PNG of at most so many bytes; what has alpha is made smaller rather than coarser."""
    from PIL.Image import Resampling

    scale = 1.0
    while len(data) > most_bytes:
        # Bytes grow with the area; the cap keeps a wrong guess from standing still.
        scale *= min(0.9, 0.95 * math.sqrt(most_bytes / len(data)))
        size = (round(image.width * scale), round(image.height * scale))
        if min(size) < 1:
            raise BadMediaError(N_("The picture cannot be made small enough."))
        data = _saved(image.resize(size, Resampling.LANCZOS, reducing_gap=3.0), "PNG")
    return data


def _saved(image: "Image.Image", kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _size(width: int, height: int) -> str:
    return f"{width} × {height}"
