"""Pictures on disk: their type by content, limits before decoding, and smaller or safer copies.

Everything here is synchronous, so callers run it in a thread (two at a time are enough). Pillow is
imported where it is first needed, because the program's start should not wait for it.
"""

import io
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.errors import BadMediaError, MediaError
from bot.text import N_

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 80_000_000  # a result above this is kept and linked, not decoded
MAX_UPLOAD_PIXELS = 40_000_000
MAX_UPLOAD_BYTES = 25 * 1024 * 1024

_HEAD = 4096
_FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "gif": "GIF"}
PICTURES = frozenset(_FORMATS)  # the extensions of what can be decoded
LONGEST = {"webp": 16383, "jpg": 65500}  # the most pixels a side may have in the format
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class MediaType:
    """A kind of file, with the extension and content type that we give it."""

    extension: str
    content_type: str


@dataclass(frozen=True)
class MediaInfo:
    """What a file is: `size` in bytes; width and height in pixels, 0 for what is not a picture."""

    extension: str
    content_type: str
    width: int
    height: int
    size: int
    too_large_to_decode: bool = False


PNG = MediaType("png", "image/png")
JPG = MediaType("jpg", "image/jpeg")
GIF = MediaType("gif", "image/gif")
WEBP = MediaType("webp", "image/webp")
MP4 = MediaType("mp4", "video/mp4")
MOV = MediaType("mov", "video/quicktime")
WEBM = MediaType("webm", "video/webm")
PSD = MediaType("psd", "image/vnd.adobe.photoshop")
PSB = MediaType("psb", "image/vnd.adobe.photoshop")
EPS = MediaType("eps", "application/postscript")
SVG = MediaType("svg", "image/svg+xml")

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"8BPS\x00\x01", PSD),
    (b"8BPS\x00\x02", PSB),
    (b"%!PS", EPS),
    (b"\xc5\xd0\xd3\xc6", EPS),
)
# Still pictures that share the clips' container; Pillow and Discord cannot be relied on for them.
_STILL_BRANDS = frozenset(
    {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
)
# Nothing but comments and a document type before the first element.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?"
    rb"(?:(?:<!--(?:(?!-->).)*-->|<!DOCTYPE\s+(?:\w+:)?svg[^>\[]*(?:\[[^\]]*\]\s*)?>)\s*)*"
    rb"<(?:\w+:)?svg[\s>]",
    re.DOTALL,
)


def sniff(head: bytes) -> MediaType | None:
    """The type that a file's first bytes (4 KiB are plenty) tell, None when it is no known one."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS:
        return MOV if head[8:12] == b"qt  " else MP4
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return WEBM
    return SVG if _SVG.match(head) else None


def _known(path: Path) -> tuple[MediaType, int]:
    """A file's type and size in bytes."""
    size = path.stat().st_size
    if not size:
        raise BadMediaError(N_("The file is empty."))
    with path.open("rb") as file:
        kind = sniff(file.read(_HEAD))
    if kind is None:
        raise BadMediaError(N_("The file is neither a picture nor a clip."))
    return kind, size


def _jpeg_size(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    while True:
        marker = file.read(2)
        while marker == b"\xff\xff":  # fill bytes may stand before a marker
            marker = b"\xff" + file.read(1)
        length = int.from_bytes(file.read(2), "big")
        if len(marker) < 2 or marker[0] != 0xFF or length < 2:
            return 0, 0
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            frame = file.read(5)
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
        file.seek(length - 2, os.SEEK_CUR)


def _webp_size(head: bytes) -> tuple[int, int]:
    def number(start: int, end: int) -> int:
        return int.from_bytes(head[start:end], "little")

    match head[12:16]:
        case b"VP8X":
            return number(24, 27) + 1, number(27, 30) + 1
        case b"VP8L":
            bits = number(21, 25)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return number(26, 28) & 0x3FFF, number(28, 30) & 0x3FFF
    return 0, 0


def _header_size(path: Path, kind: MediaType) -> tuple[int, int]:
    """Width and height as the header claims them: no decoder is trusted with a bomb."""
    with path.open("rb") as file:
        head = file.read(30)
        if kind is PNG:
            size = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
        elif kind is GIF:
            size = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
        elif kind is PSD:
            size = int.from_bytes(head[18:22], "big"), int.from_bytes(head[14:18], "big")
        else:
            size = _webp_size(head) if kind is WEBP else _jpeg_size(file)
    if not size[0] or not size[1]:
        raise _unreadable()
    return size


def _unreadable() -> BadMediaError:
    return BadMediaError(N_("The picture is damaged and cannot be read."))


def _check_pixels(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise BadMediaError(
            N_("The picture has {width} × {height} pixels; at most {limit} million are possible."),
            width=width,
            height=height,
            limit=max_pixels // 1_000_000,
        )


@contextmanager
def opened(
    path: Path, max_pixels: int = MAX_PIXELS, formats: Mapping[str, str] = _FORMATS
) -> "Iterator[Image.Image]":
    """The picture, not decoded yet; what fails on its content is a BadMediaError.

    `formats` are the extensions of what it may be, with Pillow's names for them.
    """
    kind, _ = _known(path)
    if kind.extension not in formats:
        raise BadMediaError(N_("The file is not a PNG, JPEG, WebP or GIF picture."))
    _check_pixels(*_header_size(path, kind), max_pixels)
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(path, formats=(formats[kind.extension],)) as image:
            # Pillow only warns up to twice its limit, and the header may have lied to us.
            _check_pixels(*image.size, max_pixels)
            yield image
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        # Hostile bytes raise nearly anything in a decoder; only the system's errors have a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _unreadable() from error


def _verify(path: Path, max_pixels: int) -> None:
    """Read the whole first frame with as little memory as its format allows."""
    with opened(path, max_pixels) as image:
        if image.format == "PNG":
            image.verify()
            return
        image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
        image.load()


def measured(path: Path) -> MediaInfo:
    """What a file's first bytes claim it is; BadMediaError when they claim nothing known."""
    kind, size = _known(path)
    if kind.extension not in PICTURES:
        return MediaInfo(kind.extension, kind.content_type, 0, 0, size)
    width, height = _header_size(path, kind)
    too_large = width * height > MAX_PIXELS
    return MediaInfo(kind.extension, kind.content_type, width, height, size, too_large)


def inspect(path: Path) -> MediaInfo:
    """What a result's file is, judged by its content; BadMediaError when it is unknown or damaged.

    Clips and documents (svg, eps, psd) are not decoded, nor are pictures over `MAX_PIXELS`.
    """
    info = measured(path)
    if info.extension in PICTURES and not info.too_large_to_decode:
        _verify(path, MAX_PIXELS)
    return info


def plain(image: "Image.Image") -> "Image.Image":
    """The first frame, upright, without metadata; RGBA where something is transparent, else RGB."""
    image.load()
    _turn_upright(image)
    if image.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off at 255
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    alpha = image.has_transparency_data
    pixels = image.convert("RGBA" if alpha else "RGB")
    if alpha and pixels.getchannel("A").getextrema()[0] == 255:
        pixels = pixels.convert("RGB")
    pixels.info.clear()
    return pixels


def _turn_upright(image: "Image.Image") -> None:
    from PIL import ImageOps

    # Pixels that were read are worth more than the EXIF that was not.
    with suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)


def written(folder: Path, extension: str, write: Callable[[BinaryIO], object]) -> Path:
    """A new file in `folder`; nothing is left behind when writing it fails."""
    handle, name = tempfile.mkstemp(prefix="part-", suffix=f".{extension}", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def shrink_to_fit(path: Path, limit_bytes: int, out_folder: Path) -> Path:
    """A rendition of at most `limit_bytes` in a new file; `path` itself when it fits already.

    First quality is given up, then size. JPEG and WebP stay what they are; the others become WebP
    where something is transparent, else JPEG. BadMediaError when nothing fits.
    """
    kind, size = _known(path)
    if size <= limit_bytes:
        return path
    with opened(path) as image:
        picture = plain(image)
    extension = "webp" if kind is WEBP or picture.mode == "RGBA" else "jpg"
    fitting = smaller(picture, extension, limit_bytes)
    return written(out_folder, extension, lambda file: file.write(fitting))


def smaller(image: "Image.Image", extension: str, limit_bytes: int) -> bytes:
    """A JPEG or WebP of at most `limit_bytes`; BadMediaError when nothing fits."""
    renditions = _renditions(image, extension, limit_bytes)
    fitting = next((data for data in renditions if len(data) <= limit_bytes), None)
    if fitting is None:
        raise BadMediaError(N_("The picture cannot be made small enough."))
    return fitting


def _renditions(image: "Image.Image", extension: str, limit: int) -> Iterator[bytes]:
    """Ever smaller encodings, until a side would be nothing; always comes to an end."""
    scale = min(1.0, LONGEST[extension] / max(image.size))
    data = b""
    for quality in (90, 80, 70):
        data = _encoded(image, extension, scale, quality)
        yield data
    while scale * max(image.size) >= 16:
        # Bytes grow with the area; the caps keep a wrong guess from standing still or collapsing.
        step = 0.95 * math.sqrt(max(limit, 1) / len(data))
        scale *= min(0.8, max(0.2, step))
        data = _encoded(image, extension, scale, 80)
        yield data


def _encoded(image: "Image.Image", extension: str, scale: float, quality: int) -> bytes:
    from PIL import Image

    if scale < 1:
        size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    options: dict[str, Any] = {"method": 3} if extension == "webp" else {}
    buffer = io.BytesIO()
    image.save(buffer, _FORMATS[extension], quality=quality, **options)
    return buffer.getvalue()


def thumbnail(path: Path, size: tuple[int, int], out: Path) -> None:
    """Write the picture to `out` as WebP, upright and within `size` pixels, never enlarged."""
    with opened(path) as image:
        sideways = _orientation(image) >= 5
        if image.format != "JPEG":  # a JPEG is decoded at a fraction of its size by thumbnail()
            image = plain(image)
            sideways = False
        image.thumbnail(size[::-1] if sideways else size, reducing_gap=2.0)
        plain(image).save(out, "WEBP", quality=85)


def _orientation(image: "Image.Image") -> int:
    with suppress(Exception):
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1
