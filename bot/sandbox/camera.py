"""Where a moving camera looks in a picture. All places are in parts (0..1) of the sides."""

import math
from dataclasses import dataclass

from bot.sandbox.shapes import Point


@dataclass(frozen=True)
class Move:
    """How a camera moves, up to the end of its way.

    It comes closer by a part, goes aside and down by parts of the room that this leaves, and turns
    by an angle; `follows` directs it to the light of the picture.
    """

    closer: float
    aside: float
    down: float
    turn: float = 0.0
    follows: bool = False


MOVES = (
    Move(0.13, 0.7, 0.7, follows=True),
    Move(0.09, 0.75, -0.15),
    Move(0.10, -0.1, -0.8),
    Move(0.11, -0.45, 0.35, turn=0.022),
)


@dataclass(frozen=True)
class Shot:
    """What the camera sees at one moment of its way; `aspect` is width by height."""

    zoom: float
    middle: Point
    turn: float
    aspect: float

    def source(self, u: float, v: float) -> Point:
        """The place in the picture that is seen at a place in the frame."""
        a, b = (u - 0.5) * self.aspect / self.zoom, (v - 0.5) / self.zoom
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        # What is low in a picture is near, and passes faster.
        passing = (self.middle[0] - 0.5) * 0.3 * (v - 0.5)
        return (
            self.middle[0] + passing + (a * cos - b * sin) / self.aspect,
            self.middle[1] + a * sin + b * cos,
        )

    def place(self, x: float, y: float) -> Point:
        """About where in the frame a place in the picture is seen."""
        a, b = (x - self.middle[0]) * self.aspect * self.zoom, (y - self.middle[1]) * self.zoom
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return 0.5 + (a * cos + b * sin) / self.aspect, 0.5 + b * cos - a * sin


def shot(move: Move, travel: float, light: Point, aspect: float) -> Shot:
    """What is seen after a part of the way; more than 1 goes beyond it."""
    zoom = 1 + move.closer * travel
    room = (1 - 1 / zoom) / 2
    aside, down = move.aside, move.down
    if move.follows:
        aside *= max(-1.0, min(1.0, (light[0] - 0.5) * 4))
        down *= max(-1.0, min(1.0, (light[1] - 0.5) * 4))
    return Shot(zoom, (0.5 + aside * room, 0.5 + down * room), move.turn * travel, aspect)
