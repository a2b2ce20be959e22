"""Paints on beyond the edges of a picture."""

from PIL import Image, ImageFilter, ImageStat

from bot.sandbox import art
from bot.sandbox.fills import levelled
from bot.sandbox.masks import flat
from bot.sandbox.patches import healed
from bot.sandbox.subjects import subject
from bot.sandbox.takes import MOST, capped

_PAINTED = 1200  # pixels of the longer side at which what is new is painted


def by_factor(source: Image.Image, factor: float) -> Image.Image:
    """The picture in the middle of a canvas `factor` times as large, at most 4096 a side."""
    factor = min(max(1.0, factor), MOST)
    return _expanded(source, (source.width * factor, source.height * factor))


def by_ratio(source: Image.Image, ratio: float) -> Image.Image:
    """The picture in the middle of the smallest canvas with this width by height that holds it."""
    width, height = source.size
    return _expanded(source, (max(width, height * ratio), max(height, width / ratio)))


def _expanded(source: Image.Image, wished: tuple[float, float]) -> Image.Image:
    size, known = capped(wished), art.reading_of(source)
    part = size[0] / wished[0]
    image = flat(source)
    if part < 1:
        image = image.resize(
            (max(1, round(image.width * part)), max(1, round(image.height * part))),
            Image.Resampling.LANCZOS,
        )
    image = image.crop((0, 0, min(image.width, size[0]), min(image.height, size[1])))
    left, top = (size[0] - image.width) // 2, (size[1] - image.height) // 2
    if known.motifs:  # ours, and its painter knows how to go on
        margins = [left, top, size[0] - image.width - left, size[1] - image.height - top]
        return art.extended(image, margins, art.random_of("expand", *size), note=known)
    whole = _around(image, size, (left, top))
    whole.paste(image, (left, top))
    return art.noted(whole, known)


def _around(image: Image.Image, size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    """A canvas on which a photograph, whose upper left corner is at a place, goes on all around."""
    part = min(1.0, _PAINTED / max(size))
    small = (max(1, round(size[0] * part)), max(1, round(size[1] * part)))
    left, top = round(at[0] * part), round(at[1] * part)
    right = max(left + 1, min(small[0], round((at[0] + image.width) * part)))
    bottom = max(top + 1, min(small[1], round((at[1] + image.height) * part)))
    inner = image.resize((right - left, bottom - top), Image.Resampling.BOX)
    canvas, hole = Image.new("RGB", small), Image.new("L", small, 255)
    canvas.paste(inner, (left, top))
    hole.paste(0, (left, top, right, bottom))
    if hole.getbbox() is None:
        return canvas.resize(size, Image.Resampling.BICUBIC)
    canvas = levelled(canvas, hole)
    shy = Image.new("L", small)
    shy.paste(_shy(inner), (left, top))
    painted = healed(canvas, hole, shy=shy)
    return painted.resize(size, Image.Resampling.BICUBIC)


def _shy(image: Image.Image) -> Image.Image:
    """Where nothing is to be copied from: the subject, but for where an edge cuts it off."""
    shown, (width, height) = subject(image).filter(ImageFilter.MaxFilter(5)), image.size
    across, down = max(2, round(width * 0.1)), max(2, round(height * 0.1))
    edges = (
        ((0, 0, width, 2), (0, 0, width, down)),
        ((0, height - 2, width, height), (0, height - down, width, height)),
        ((0, 0, 2, height), (0, 0, across, height)),
        ((width - 2, 0, width, height), (width - across, 0, width, height)),
    )
    cut = [ImageStat.Stat(shown.crop(edge)).mean[0] for edge, _ in edges]
    # What reaches from the top to another two edges is ground as well.
    if ImageStat.Stat(shown).mean[0] > 217 or (cut[0] > 100 and sum(c > 100 for c in cut) > 2):
        return Image.new("L", image.size)
    for (_, band), touching in zip(edges, cut, strict=True):
        if touching > 50:
            shown.paste(0, band)
    return shown
