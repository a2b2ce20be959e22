"""Puts a picture together from what its words ask for."""

from random import Random

from PIL import Image, ImageEnhance, ImageOps

from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import Palette, turned_hue
from bot.sandbox.figures import birds, cat
from bot.sandbox.filters import grained, styled
from bot.sandbox.motifs import Reading
from bot.sandbox.scenery import city, forest, hills, mountains, rain, sea, sky, snow


def compose(
    reading: Reading,
    palette: Palette,
    rng: Random,
    index: int,
    size: tuple[int, int],
    *,
    graded: bool = True,
) -> Image.Image:
    """A new picture; `graded` lets the view shift its hue and brightness."""
    view = VIEWS[index % 4]
    if graded:
        palette = Palette(*(turned_hue(colour, view.hue) for colour in palette))
    canvas = Canvas(Image.new("RGB", size), palette, view, rng)
    if reading.style == "ink":
        canvas.sun = (206, 66, 46)
    _landscape(canvas, reading.motifs)
    if view.mirrored:
        canvas.image = ImageOps.mirror(canvas.image)
    if graded:
        image = ImageEnhance.Brightness(canvas.image).enhance(view.gain)
        canvas.image = ImageEnhance.Color(image).enhance(1.1)
    canvas.image = styled(canvas.image, reading.style, rng)
    # Last, because a filter that looks for edges would outline every flake and drop.
    weather(canvas, reading.motifs)
    return canvas.image if reading.style == "pixel" else grained(canvas.image, rng, 3)


def weather(canvas: Canvas, motifs: frozenset[str]) -> None:
    """Falling snow or rain."""
    if "snow" in motifs:
        snow(canvas)
    if "rain" in motifs:
        rain(canvas)


def _landscape(canvas: Canvas, motifs: frozenset[str]) -> None:
    if not motifs & {"sea", "forest"} or "mountain" in motifs:
        canvas.light = (canvas.light[0], canvas.light[1] * 0.72)
    sky(canvas, motifs)
    if "mountain" in motifs or not motifs & {"city", "forest", "sea"}:
        mountains(canvas)
    if "city" in motifs:
        city(canvas)
    if "forest" in motifs:
        forest(canvas)
    if "sea" in motifs:
        sea(canvas, motifs)
    elif not motifs & {"city", "forest"}:
        hills(canvas, 2)
    if "birds" in motifs:
        birds(canvas)
    if "cat" in motifs:
        cat(canvas)
