"""The tile that stands in the place of a picture that is missing, and says why."""

import math
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

_BACKGROUND, _LINES = (78, 80, 88), (181, 186, 193)
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_WORDS = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+")
_LATIN = re.compile("[\u0020-\u007e\u00a0-\u017f\u2013\u2014\u2018-\u201d\u2026]*")
_NOT_DRAWN = re.compile(rf"[^\u0020-\u024f\u0370-\u04ff\u2010-\u2027{_WIDE}]")
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FONT_NAMES = (
    "NotoSansCJK*Regular*",
    "NotoSansCJK*",
    "NotoSansSC*",
    "SourceHanSans*",
    "wqy-*",
    "PingFang*",
    "msyh*",
)


def removed_tile(size: tuple[int, int], reason: str, out: Path) -> None:
    """Write a grey PNG tile (64 to 2048 pixels a side) that says why a picture is missing.

    Where no installed font has the reason's script there is a pictogram only.
    """
    from PIL import Image, ImageDraw

    width, height = (max(64, min(side, 2048)) for side in size)
    image = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    text = _NOT_DRAWN.sub("", " ".join(reason.split())).strip()[:300]
    font = _font(text, max(12, min(width, height) // 14)) if text else None
    center = height // 3 if font else height // 2
    _draw_pictogram(draw, width // 2, center, min(width, height) // 7)
    if font:
        box = (width // 12, height // 2, width - width // 12, height - height // 16)
        _draw_text(draw, text, font, box)
    image.save(out, "PNG")


def _draw_pictogram(draw: "ImageDraw.ImageDraw", x: int, y: int, half: int) -> None:
    """A framed picture, crossed out."""
    line = max(2, half // 10)
    draw.rounded_rectangle(
        (x - half, y - half * 3 // 4, x + half, y + half * 3 // 4),
        radius=line * 2,
        outline=_LINES,
        width=line,
    )
    draw.line((x - half, y + half, x + half, y - half), fill=_LINES, width=line)


def _font(text: str, size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont | None":
    from PIL import ImageFont

    if _LATIN.fullmatch(text):
        return ImageFont.load_default(size)
    path = _wide_font()
    with suppress(OSError):
        # The third face of the Noto collections has the simplified Chinese forms.
        return ImageFont.truetype(path, size, index=2 if "NotoSansCJK" in path else 0)
    return None


@cache
def _wide_font() -> str:
    """The path of a font with Chinese characters, empty when none is installed."""
    for name in _FONT_NAMES:
        for folder in _FONT_FOLDERS:
            for path in sorted(Path(folder).rglob(name)):
                if path.suffix.lower() in {".ttc", ".ttf", ".otf"}:
                    return str(path)
    return ""


def _draw_text(
    draw: "ImageDraw.ImageDraw",
    text: str,
    font: "ImageFont.FreeTypeFont | ImageFont.ImageFont",
    box: tuple[int, int, int, int],
) -> None:
    left, top, right, bottom = box
    ascent_to_descent = font.getbbox("Ágj界")
    step = math.ceil((ascent_to_descent[3] - ascent_to_descent[1]) * 1.35)
    room = max(1, (bottom - top) // step)
    lines = _wrapped(text, font, right - left)
    if len(lines) > room:
        lines = [*lines[: room - 1], lines[room - 1].rstrip()[:-1] + "…"]
    for number, line in enumerate(lines):
        x = left + (right - left - font.getlength(line)) / 2
        draw.text((x, top + number * step), line, fill=_LINES, font=font)


def _wrapped(
    text: str, font: "ImageFont.FreeTypeFont | ImageFont.ImageFont", width: int
) -> list[str]:
    """The text in lines of at most `width` pixels; Chinese breaks anywhere, words if they must."""
    lines = [""]
    for word in _WORDS.findall(text):
        parts = [word] if font.getlength(word) <= width else list(word)
        for part in parts:
            if lines[-1] and font.getlength(lines[-1] + part.rstrip()) > width:
                lines.append("")
            lines[-1] += part if lines[-1] else part.lstrip()
    return [line.rstrip() for line in lines if line.strip()]
