"""Pictures of documents that Discord cannot show: SVG and PSD files. Synchronous."""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from bot.errors import BadMediaError
from bot.media.images import measured, opened, plain, written
from bot.text import N_

RENDERED = frozenset({"svg", "psd"})  # the extensions of what can be shown

_LONGEST, _ENLARGED = 2048, 1024  # pixels of a preview's longer side, and of a small drawing's
_MOST_BYTES = 30_000_000  # of an SVG file
_DEEPEST = 100  # elements in one another; some five hundred overflow the renderer's stack
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
}
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)(px|pt|pc|mm|cm|in|)\s*")
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|jpg|gif|webp)[;,])")


def rendered(path: Path, folder: Path) -> Path:
    """A PNG of an SVG or PSD file in a new file of `folder`, at most 2048 pixels a side.

    What is transparent stays so. Nothing outside the document is read, so words in an SVG that are
    no outlines are missing. A document may be made to use up all time and memory: only a child
    process bears that. BadMediaError when the file is something else, damaged or too large.
    """
    extension = measured(path).extension
    if extension == "psd":
        return _composite(path, folder)
    if extension == "svg":
        return _drawing(path, folder)
    raise BadMediaError(N_("The file is neither an SVG nor a PSD document."))


def _composite(path: Path, folder: Path) -> Path:
    with opened(path, formats={"psd": "PSD"}) as document:
        picture = plain(document)
    picture.thumbnail((_LONGEST, _LONGEST), reducing_gap=3.0)
    return written(folder, "png", lambda file: picture.convert("RGBA").save(file, "PNG"))


def _drawing(path: Path, folder: Path) -> Path:
    import resvg_py

    if path.stat().st_size > _MOST_BYTES:
        limit = _MOST_BYTES // 1_000_000
        raise BadMediaError(N_("The drawing is larger than {limit} MB."), limit=limit)
    with path.open("rb") as file:
        drawing = _Drawing(file)
    side = round(max(_ENLARGED, min(drawing.longest, _LONGEST)))
    try:
        data = resvg_py.svg_to_bytes(
            svg_string=drawing.text, skip_system_fonts=True, width=side, height=side, dpi=96.0
        )
    except BaseException as error:
        # A panic of the renderer is no Exception, and its class cannot be imported.
        if isinstance(error, ValueError) or type(error).__name__ == "PanicException":
            raise _damaged() from error
        raise
    return written(folder, "png", lambda file: file.write(data))


class _Drawing:
    """An SVG file's elements as text, without what leads out of it.

    The renderer would read any file that an address in the drawing names.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.longest = 0.0  # pixels of the longer side, 0 when the drawing does not tell
        self._out, self._depth = StringIO(), 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._write
        parser.EntityDeclHandler = self._refuse
        try:
            parser.ParseFile(file)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise _damaged() from error
        self.text = self._out.getvalue()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self._depth:
            self.longest = _longest(attributes)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _damaged()
        self._out.write(f"<{name}")
        for key, value in attributes.items():
            if key.rpartition(":")[2] != "href" or _INSIDE.match(value):
                self._out.write(f" {key}={quoteattr(value)}")
        self._out.write(">")

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._out.write(f"</{name}>")

    def _write(self, text: str) -> None:
        self._out.write(escape(text))

    def _refuse(self, *_: object) -> None:
        raise _damaged()


def _longest(root: Mapping[str, str]) -> float:
    sides = [_length(root.get(name, "")) for name in ("width", "height")]
    if not all(sides):
        box = root.get("viewBox", "").replace(",", " ").split()
        sides += [_length(number) for number in box[2:4]]
    return max(sides)


def _length(text: str) -> float:
    """A length in pixels, 0 when it is none or relative."""
    found = _LENGTH.fullmatch(text)
    return float(found[1]) * _PIXELS[found[2]] if found else 0.0


def _damaged() -> BadMediaError:
    return BadMediaError(N_("The drawing is damaged and cannot be shown."))
