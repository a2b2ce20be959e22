"""The card behind a chart: a background with a title, words and shapes, drawn with matplotlib.

What no installed font can draw is left out, so that nothing warns and no boxes appear.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

WIDTH, HEIGHT, MARGIN = 1200, 600, 40  # pixels
_DPI = 100
_BACKGROUND = "#1f2233"
_FACES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "SimHei",
)


@dataclass(frozen=True)
class Style:
    """How words look; `pixels` is their height."""

    pixels: int
    color: str
    weight: str = "regular"


# Large, because Discord shows the picture at about half its size.
TITLE = Style(34, "#f2f3fb", "bold")
NUMBER = Style(22, "#f2f3fb")
LABEL = Style(22, "#a9b0cf")
REMARK = Style(30, "#a9b0cf")


class Card:
    """A card of 1200 by 600 pixels with its title; places count from the lower left corner.

    `top` is where the room below the title begins.
    """

    def __init__(self, title: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._figure = Figure(
            figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=_BACKGROUND
        )
        canvas: Any = FigureCanvasAgg(self._figure)
        self._canvas, self._renderer = canvas, canvas.get_renderer()
        words = self.fitting(title, WIDTH - 2 * MARGIN, TITLE)
        self.write((MARGIN, HEIGHT - MARGIN - TITLE.pixels / 2), words, TITLE, "left")
        self.top = HEIGHT - MARGIN - (TITLE.pixels + 24 if words else 0)

    def write(
        self, place: tuple[float, float], words: str, style: Style, at: str = "center"
    ) -> None:
        """Put words `at` the left, center or right of a place, vertically in its middle."""
        from matplotlib.patheffects import Normal, Stroke

        self._figure.text(
            place[0] / WIDTH,
            place[1] / HEIGHT,
            _drawable(words),
            color=style.color,
            fontproperties=_font(style),
            horizontalalignment=at,
            verticalalignment="center",
            parse_math=False,
            usetex=False,
            path_effects=[Stroke(linewidth=5, foreground=_BACKGROUND), Normal()],
        )

    def width(self, words: str, style: Style) -> float:
        """How many pixels wide the words are."""
        text = _drawable(words)
        return float(self._renderer.get_text_width_height_descent(text, _font(style), False)[0])

    def fitting(self, words: str, room: float, style: Style) -> str:
        """The words, or as many of their first letters as fit, and an ellipsis."""
        words = _drawable(" ".join(words[:300].split())).strip(" ·")
        if self.width(words, style) <= room:
            return words
        # bisect counts the lengths that fit, as longer words are never narrower.
        most = bisect_right(
            range(1, len(words)), room, key=lambda n: self.width(f"{words[:n]}…", style)
        )
        return f"{words[:most].rstrip()}…" if most else ""

    def line(self, y: float, left: float, color: str) -> None:
        """A level line from `left` to the right margin."""
        box = [(left, y - 1), (left, y + 1), (WIDTH - MARGIN, y + 1), (WIDTH - MARGIN, y - 1)]
        self.shape([*box, box[0]], [1, 2, 2, 2, 79], color)

    def shape(self, points: Sequence[tuple[float, float]], codes: list[int], color: str) -> None:
        """Fill an outline given as matplotlib's path codes."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline
        from matplotlib.transforms import IdentityTransform

        outline = Outline(list(points), codes)
        patch = PathPatch(outline, facecolor=color, linewidth=0, transform=IdentityTransform())
        self._figure.add_artist(patch)

    def save(self, out: Path) -> None:
        """Write the card as a PNG file."""
        self._canvas.print_png(out, metadata={"Software": None})


def _font(style: Style) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    points = style.pixels * 72 / _DPI
    return FontProperties(family=list(_families()), size=points, weight=style.weight)


@cache
def _families() -> tuple[str, ...]:
    """The installed face that has Chinese, where there is one, before matplotlib's own."""
    from matplotlib.font_manager import fontManager

    installed = {entry.name for entry in fontManager.ttflist}
    return (*[name for name in _FACES if name in installed][:1], "DejaVu Sans")


@cache
def _glyphs() -> Mapping[int, int]:
    from matplotlib.font_manager import findfont, get_font

    found: dict[int, int] = {}
    for family in _families():
        found |= get_font(findfont(family)).get_charmap()
    return found


def _drawable(words: str) -> str:
    """The words without what no font has: matplotlib would warn, and draw boxes."""
    return "".join(char for char in words if char.isprintable() and ord(char) in _glyphs())
