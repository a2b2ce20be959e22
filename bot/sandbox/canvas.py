"""A canvas with a palette, a point of view and the brushes that everything is painted with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.sandbox.colours import Colour, Palette, gradient
from bot.sandbox.filters import curve
from bot.sandbox.shapes import Point, ellipse


@dataclass(frozen=True)
class View:
    """Where things stand in one of the four pictures, in fractions of the canvas."""

    horizon: float
    light: Point
    radius: float
    subject: float
    mirrored: bool
    hue: float
    gain: float


VIEWS = (
    View(0.66, (0.68, 0.33), 0.085, 0.36, False, 0.0, 1.0),
    View(0.74, (0.50, 0.44), 0.25, 0.50, False, 0.012, 1.1),
    View(0.52, (0.27, 0.20), 0.06, 0.66, False, -0.02, 0.78),
    View(0.80, (0.36, 0.50), 0.15, 0.62, True, 0.028, 0.96),
)


@lru_cache(maxsize=1)
def _halo() -> Image.Image:
    return ImageOps.invert(Image.radial_gradient("L")).point(
        curve(lambda v: max(0.0, (v - 0.294) / 0.706) ** 2.2)
    )


class Canvas:
    """Paints shapes on a canvas; points are in pixels, silhouettes in a unit square."""

    def __init__(self, image: Image.Image, palette: Palette, view: View, rng: Random) -> None:
        self.image = image
        self.palette = palette
        self.view = view
        self.rng = rng
        self.width, self.height = image.size
        self.unit = min(image.size)
        self.horizon = round(self.height * (view.horizon + rng.uniform(-0.03, 0.03)))
        x, y = view.light
        self.light = (
            self.width * (x + rng.uniform(-0.05, 0.05)),
            self.height * (y + rng.uniform(-0.04, 0.04)),
        )
        self.radius = self.unit * view.radius * rng.uniform(0.9, 1.15)
        self.sun = palette.light

    def fill(
        self,
        shapes: Iterable[Sequence[Point]],
        top: Colour,
        bottom: Colour | None = None,
        *,
        opacity: float = 1.0,
        blur: float = 0.0,
    ) -> None:
        """Paints polygons with smooth edges in one colour, or a gradient over their box."""
        shapes = [shape for shape in shapes if len(shape) > 2]
        if not shapes:
            return
        pad = blur * 3 + 2
        xs = [x for shape in shapes for x, _ in shape]
        ys = [y for shape in shapes for _, y in shape]
        left, above = max(0, int(min(xs) - pad)), max(0, int(min(ys) - pad))
        right = min(self.width, int(max(xs) + pad) + 1)
        below = min(self.height, int(max(ys) + pad) + 1)
        if left >= right or above >= below:
            return
        box = (right - left, below - above)
        mask = Image.new("L", (box[0] * 2, box[1] * 2))
        pen = ImageDraw.Draw(mask)
        for shape in shapes:
            pen.polygon([((x - left) * 2, (y - above) * 2) for x, y in shape], fill=255)
        mask = mask.reduce(2)
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur))
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        paint = gradient(box, (top, bottom)) if bottom else Image.new("RGB", box, top)
        self.image.paste(paint, (left, above), mask)

    def glow(self, at: Point, radius: float, colour: Colour, strength: float) -> None:
        """Adds light around a point, fading out at `radius` pixels."""
        side = max(2, round(radius * 2))
        halo = _halo().resize((side, side), Image.Resampling.BILINEAR)
        bands = [halo.point([round(v * c * strength / 255) for v in range(256)]) for c in colour]
        left, above = round(at[0] - radius), round(at[1] - radius)
        box = (left, above, left + side, above + side)
        lit = ImageChops.screen(self.image.crop(box), Image.merge("RGB", bands))
        self.image.paste(lit, (left, above))

    def disc(self, at: Point, radius: float, top: Colour, bottom: Colour | None = None) -> None:
        """Paints a filled circle."""
        self.fill([ellipse(at, radius, radius)], top, bottom)

    def band(self, ridge: Sequence[float], top: Colour, bottom: Colour) -> None:
        """One silhouette across the whole width; `ridge` holds heights in pixels."""
        step = self.width / (len(ridge) - 1)
        shape = [(number * step, y) for number, y in enumerate(ridge)]
        self.fill([[*shape, (self.width + 2, self.height), (-2, self.height)]], top, bottom)

    def placed(self, shape: Iterable[Point], at: Point, size: float) -> list[Point]:
        """A silhouette moved from its unit square onto the canvas."""
        return [(at[0] + x * size, at[1] + y * size) for x, y in shape]
