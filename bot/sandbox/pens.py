"""A pen for figures that are drawn in a square of their own."""

from collections.abc import Sequence

from bot.sandbox.canvas import Canvas
from bot.sandbox.colours import Colour
from bot.sandbox.shapes import Point, ellipse

DARK: Colour = (54, 40, 38)
WHITE: Colour = (255, 255, 255)


class Pen:
    """Fills shapes given in a square from -1 to 1, whose middle is the canvas's."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def fill(
        self, shapes: Sequence[Sequence[Point]], colour: Colour, low: Colour | None = None
    ) -> None:
        half, middle = self._canvas.unit * 0.47, self._canvas.unit / 2
        placed = [[(middle + x * half, middle + y * half) for x, y in shape] for shape in shapes]
        self._canvas.fill(placed, colour, low)

    def disc(self, at: Point, wide: float, high: float, colour: Colour) -> None:
        self.fill([ellipse(at, wide, high, 64)], colour)

    def pair(self, shape: Sequence[Point], colour: Colour) -> None:
        """The shape and its mirror image."""
        self.fill([shape, [(-x, y) for x, y in shape]], colour)
