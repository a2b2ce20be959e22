"""Where a picture stands on a canvas, before anybody has moved it."""

import pytest

from bot.edit_shapes import PLACES, Box, Size, standing


@pytest.mark.parametrize(
    ("place", "x", "y"),
    [("middle", 300, 160), ("bottom", 300, 280), ("left", 50, 160), ("right", 550, 160)],
)
def test_a_product_fills_most_of_the_canvas_at_each_place(place: str, x: int, y: int):
    canvas = Size(width=1000, height=800)

    assert standing((300, 360), canvas, place) == Box(width=400, height=480, x=x, y=y)


@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (5, 5)])
def test_a_product_of_any_shape_stands_inside(size: tuple[int, int]):
    canvas = Size(width=400, height=1280)
    for place in PLACES:
        box = standing(size, canvas, place)

        assert box.x >= 0 < box.width
        assert box.y >= 0 < box.height
        assert box.x + box.width <= 400
        assert box.y + box.height <= 1280
