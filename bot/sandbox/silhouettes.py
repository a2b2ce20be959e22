"""Finds the figures that our own painter put into a scene again, by their outlines."""

from collections.abc import Iterable
from random import Random

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from bot.sandbox.canvas import VIEWS, Canvas, View
from bot.sandbox.colours import Palette
from bot.sandbox.figures import boat, cat
from bot.sandbox.masks import grown
from bot.sandbox.materials import edges, limited

_SEARCHED = 220  # pixels of the longer side of the copy that is searched first
_PALETTES = {
    "boat": Palette._make([(255, 255, 255)] * 6),
    "cat": Palette._make([*[(0, 0, 0)] * 4, (166, 0, 0), (255, 0, 0)]),
}


def silhouette(image: Image.Image, motifs: Iterable[str]) -> Image.Image | None:
    """The mask ("L") of the cat or the boat of an RGB scene of ours; None where none is sure."""
    for name, find in (("cat", _find_cat), ("boat", _find_boat)):
        found = find(image) if name in motifs else None
        if found and found.getbbox():
            return found
    return None


def _find_cat(image: Image.Image) -> Image.Image | None:
    """A cat is darker than what is around it, and evenly so."""
    grey = limited(image, _SEARCHED).convert("L")
    best = (1.5, -1)
    for number, view in enumerate(VIEWS):
        mask = _drawn("cat", view, 0, grey.size)
        inside = mask.filter(ImageFilter.MinFilter(5)).point([0] * 250 + [255] * 6)
        wide = mask.filter(ImageFilter.MaxFilter(9))
        around = ImageChops.subtract(wide, mask.filter(ImageFilter.MaxFilter(5)))
        body, ring = ImageStat.Stat(grey, inside), ImageStat.Stat(grey, around)
        best = max(best, ((ring.mean[0] - body.mean[0]) / (body.stddev[0] + 1.5), number))
    return None if best[1] < 0 else _drawn("cat", VIEWS[best[1]], 0, image.size)


def _find_boat(image: Image.Image) -> Image.Image | None:
    """A boat has edges all along its outline; it lies somewhere about the horizon of its view."""
    small = limited(image, 2 * _SEARCHED)
    lines = edges(small)
    usual = max(1.0, ImageStat.Stat(lines).mean[0])
    tries = [
        max(
            (_edged(lines, _drawn("boat", view, view.horizon + step / 440, small.size)), step)
            for step in range(-15, 16)
        )
        for view in VIEWS
    ]
    second, most = sorted(tries)[-2:]
    # One place must fit, and no other nearly as well.
    if most[0] < max(usual * 2.5, second[0] * 1.3):
        return None
    number, step = tries.index(most), most[1]
    lines, view = edges(image), VIEWS[number]
    near = [view.horizon + step / 440 + pixel / image.height for pixel in range(-6, 7)]
    return max(
        (_drawn("boat", view, level, image.size) for level in near),
        key=lambda mask: _edged(lines, mask),
    )


def _drawn(name: str, view: View, level: float, size: tuple[int, int]) -> Image.Image:
    """The figure alone, white on black; a boat lies at `level` of the height."""
    canvas = Canvas(Image.new("RGB", size), _PALETTES[name], view, Random(0))  # noqa: S311
    if name == "boat":
        boat(canvas, level * size[1])
        mask = canvas.image.getchannel("R")
    else:
        cat(canvas)
        # The mound on which the cat sits comes out brighter than the cat.
        mask = canvas.image.getchannel("R").point(
            [max(0, v - 40) * 255 // 126 if v <= 166 else max(0, 230 - v) * 4 for v in range(256)]
        )
        # Of the mound nothing is left but a thin line along its ridge.
        thick = mask.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MaxFilter(5))
        mask = ImageChops.darker(mask, thick)
    return ImageOps.mirror(mask) if view.mirrored else mask


def _edged(lines: Image.Image, mask: Image.Image) -> float:
    """How much edge there is along the outline of a mask."""
    box = grown(mask.getbbox() or (0, 0, 1, 1), 3, mask.size)
    rim = mask.crop(box).filter(ImageFilter.FIND_EDGES).point([0] * 96 + [255] * 160)
    return ImageStat.Stat(lines.crop(box), rim).mean[0] if rim.getbbox() else 0.0
