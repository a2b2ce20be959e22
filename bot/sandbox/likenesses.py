"""Pictures like a given one: how like, is asked for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.sandbox import art, strokes
from bot.sandbox.fills import levelled
from bot.sandbox.filters import tilted
from bot.sandbox.keywords import named
from bot.sandbox.masks import flat
from bot.sandbox.mattes import matted
from bot.sandbox.motifs import read
from bot.sandbox.prints import pattern
from bot.sandbox.repaint import furnished
from bot.sandbox.shapes import Point
from bot.sandbox.surfaces import SURFACES, resurfaced
from bot.sandbox.takes import Take
from bot.sandbox.tiles import looped

Ground = Literal["black", "white"]
_Quad = tuple[tuple[int, int, int, int], Sequence[float]]
_CELLS = 5
_LETTERED = 0.97  # how like the source is, whose words are to be kept


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How a picture of the pro operation is to be like its source.

    `lettering` keeps words readable (the similarity, 0..1, says nothing then), `only_pattern`
    leaves out what the pattern is on, `circle` makes it round, `ground` is the colour behind it.
    """

    similarity: float = 0.75
    lettering: bool = False
    only_pattern: bool = False
    circle: bool = False
    ground: Ground | None = None


def similar(
    source: Image.Image,
    take: Take,
    *,
    weight: float = 0.5,
    prompt: str = "",
    seamless: bool = False,
) -> Image.Image:
    """A picture like the source, of the take's size: at weight 1 nearly the same, at 0 a cousin.

    A prompt changes something; a seamless one can be laid side by side.
    """
    rng = art.random_of("similar", prompt, take.seed, take.index)
    image = ImageOps.fit(flat(source), take.size, centering=(0.5, 0.4))
    image = _varied(art.noted(image, art.reading_of(source)), take, 1 - _unit(weight), rng)
    if prompt.strip():
        image = _changed(image, prompt, rng, take.index)
    return art.noted(looped(image) if seamless else image, art.reading_of(source))


def similar_pro(source: Image.Image, take: Take, likeness: Likeness) -> Image.Image:
    """The finer picture like the source; see `Likeness`."""
    rng = art.random_of("similar_pro", take.seed, take.index)
    strength = 1 - (_LETTERED if likeness.lettering else _unit(likeness.similarity))
    colour = likeness.ground or "white"
    if likeness.only_pattern or likeness.ground:
        cut = pattern(source) if likeness.only_pattern else matted(source)
        image = _on_ground(cut, take, strength, rng, colour)
    else:
        image = ImageOps.fit(flat(source), take.size, centering=(0.5, 0.4))
        image = _varied(art.noted(image, art.reading_of(source)), take, strength, rng)
    image = image.filter(ImageFilter.UnsharpMask(2, 60, 2))
    if likeness.circle:
        image = _round(image, colour)
    return art.noted(image, art.reading_of(source))


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _varied(image: Image.Image, take: Take, strength: float, rng: Random) -> Image.Image:
    """The picture bent, tinted and painted anew, the more the stronger."""
    if min(image.size) < 16:
        return _toned(image, strength, rng)
    if strength > 0.7 and art.reading_of(image).motifs:  # ours, so it can be painted once more
        image = art.vary(image, strength="strong", seed=take.seed, index=take.index)
    moved = _Bend(image.size, strength, rng, mirrored=strength > 0.35 and take.index % 2 == 1)
    varied = _toned(moved(image), strength, rng)
    if strength > 0.25:
        brushed = strokes.oil(varied, rng, 0.7 + 0.5 * rng.random())
        varied = Image.blend(varied, brushed, min(0.9, (strength - 0.25) * 1.3))
    return varied


class _Bend:
    """One way of bending pictures of a size: the same for a picture and its mask."""

    def __init__(
        self, size: tuple[int, int], strength: float, rng: Random, *, mirrored: bool
    ) -> None:
        self._size, self._strength, self._mirrored = size, strength, mirrored
        self._turn = math.radians(rng.uniform(-5, 5) * strength)
        self._part = 1 - rng.uniform(0.04, 0.3) * strength
        room = (1 - self._part) / 2
        self._lean = (rng.uniform(-room, room), rng.uniform(-room, room))
        across, down = ([side * n // _CELLS for n in range(_CELLS + 1)] for side in size)
        knots = [[self._knot(x / size[0], y / size[1], rng) for x in across] for y in down]
        self._mesh: list[_Quad] = []
        for y in range(_CELLS):
            for x in range(_CELLS):
                box = (across[x], down[y], across[x + 1], down[y + 1])
                corners = (knots[y][x], knots[y + 1][x], knots[y + 1][x + 1], knots[y][x + 1])
                self._mesh.append((box, [value for corner in corners for value in corner]))

    def _knot(self, x: float, y: float, rng: Random) -> Point:
        """Where the pixel at these parts of the sides comes from."""
        wide, high = self._size
        across, down = (
            (x - 0.5) * self._part + self._lean[0],
            (y - 0.5) * self._part + self._lean[1],
        )
        if 0 < x < 1 and 0 < y < 1:
            across += rng.uniform(-0.05, 0.05) * self._strength
            down += rng.uniform(-0.05, 0.05) * self._strength
        along, beside = math.cos(self._turn), math.sin(self._turn)
        turned = across * along - down * beside * high / wide
        dropped = across * beside * wide / high + down * along
        return _unit(0.5 + turned) * wide, _unit(0.5 + dropped) * high

    def __call__(self, image: Image.Image) -> Image.Image:
        bent = image.transform(
            self._size, Image.Transform.MESH, self._mesh, Image.Resampling.BICUBIC
        )
        return ImageOps.mirror(bent) if self._mirrored else bent


def _toned(image: Image.Image, strength: float, rng: Random) -> Image.Image:
    """The picture in slightly other colours and another light."""
    hue, saturation, value = image.convert("HSV").split()
    turn = round(255 * rng.uniform(0.02, 0.11) * rng.choice((-1, 1)) * strength)
    hue = hue.point([(level + turn) % 256 for level in range(256)])
    toned = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    toned = tilted(toned, rng.uniform(-0.12, 0.12) * strength)
    bright = ImageEnhance.Brightness(toned).enhance(1 + rng.uniform(-0.14, 0.14) * strength)
    return ImageEnhance.Contrast(bright).enhance(1 + rng.uniform(-0.1, 0.2) * strength)


def _changed(image: Image.Image, prompt: str, rng: Random, index: int) -> Image.Image:
    """The picture with what a prompt adds: a surface, colours, things."""
    if named(prompt, SURFACES) or read(prompt).palettes:
        image = Image.blend(image, resurfaced(image, prompt, rng, 0), 0.8)
    wide, high = image.size
    inside = (wide * 3 // 10, high // 5, wide * 7 // 10, high * 9 // 10)
    return furnished(image, inside, prompt, rng, index)


def _on_ground(
    cut: Image.Image, take: Take, strength: float, rng: Random, colour: Ground
) -> Image.Image:
    """A cut-out (RGBA), varied, in the middle of a plain ground."""
    bounds = cut.getchannel("A").point([0] * 24 + [255] * 232).getbbox()
    if bounds is None:
        return Image.new("RGB", take.size, colour)
    cut = cut.crop(bounds)
    part = min(take.size[0] * 0.84 / cut.width, take.size[1] * 0.84 / cut.height)
    size = (max(1, round(cut.width * part)), max(1, round(cut.height * part)))
    cut = cut.resize(size, Image.Resampling.LANCZOS)
    whole, at = (
        Image.new("RGBA", take.size),
        ((take.size[0] - size[0]) // 2, (take.size[1] - size[1]) // 2),
    )
    whole.paste(cut, at)
    alpha = whole.getchannel("A")
    body = levelled(whole.convert("RGB"), alpha.point([255] * 128 + [0] * 128))
    if min(take.size) < 16:
        return Image.composite(body, Image.new("RGB", take.size, colour), alpha)
    bend = _Bend(take.size, strength * 0.7, rng, mirrored=strength > 0.35 and take.index % 2 == 1)
    body = _toned(bend(body), strength, rng)
    if strength > 0.25:
        body = Image.blend(body, strokes.oil(body, rng, 0.6), min(0.9, (strength - 0.25) * 1.3))
    return Image.composite(body, Image.new("RGB", take.size, colour), bend(alpha))


def _round(image: Image.Image, colour: Ground) -> Image.Image:
    """The picture as a disc."""
    side = min(image.size) * 0.94
    disc = Image.new("L", (image.width * 2, image.height * 2))
    ImageDraw.Draw(disc).ellipse(
        (image.width - side, image.height - side, image.width + side, image.height + side),
        fill=255,
    )
    return Image.composite(image, Image.new("RGB", image.size, colour), disc.reduce(2))
