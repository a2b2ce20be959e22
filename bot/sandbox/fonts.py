"""Finds fonts for words: bold ones that are installed, or those that come with matplotlib."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_CHINESE = (
    "NotoSansCJK*-Bold.*",
    "NotoSerifCJK*-Bold.*",
    "NotoSansCJK*",
    "NotoSansSC*",
    "SourceHanSans*",
    "wqy-*",
    "PingFang*",
    "msyh*",
)
_LATIN = ("DejaVuSans-Bold.ttf", "DejaVuSerif-Bold.ttf", "STIXGeneralBolIta.ttf")


def font_for(text: str, size: int, number: int = 0) -> Font:
    """A font that has the letters of a text, at a size in pixels; numbers give other ones."""
    paths = _chinese() if any(ord(char) > 0x2E7F for char in text) else _latin()
    for path in paths[number % len(paths) :] if paths else ():
        with suppress(OSError):
            # The third face of the Noto collections has the simplified Chinese forms.
            return ImageFont.truetype(path, size, index=2 if "CJK" in path else 0)
    return ImageFont.load_default(size)


@cache
def _chinese() -> Sequence[str]:
    """The first two kinds of fonts with Chinese characters that are installed."""
    found: list[str] = []
    for name in _CHINESE:
        for folder in _FOLDERS:
            found += [
                str(path)
                for path in sorted(Path(folder).rglob(name))
                if path.suffix.lower() in {".ttc", ".ttf", ".otf"}
            ][:1]
        if len(found) > 1:
            break
    return found


@cache
def _latin() -> Sequence[str]:
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return ()
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    return [str(folder / name) for name in _LATIN if (folder / name).is_file()]
