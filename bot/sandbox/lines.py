"""Draws the outlines of a picture: clean dark lines on white."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from bot.sandbox import art
from bot.sandbox.filters import curve
from bot.sandbox.keywords import named
from bot.sandbox.masks import flat
from bot.sandbox.materials import limited

_WIDTHS = {"bold": "bold thick heavy strong 粗 浓 重", "fine": "fine thin delicate light 细 淡 轻"}
_SHARPNESS = 9.0  # how much the difference of two blurs counts, after Winnemöller's XDoG


def lineart(source: Image.Image, prompt: str = "") -> Image.Image:
    """The lines of a picture, at its size ("L"); a prompt may ask for bold or fine ones."""
    image = flat(source)
    # Lines of a few pixels are wanted, whatever the size, and grain is no line.
    small = limited(image, 1600)
    if min(small.size) < 4:
        return Image.new("L", source.size, 255)
    grey = ImageOps.autocontrast(small.convert("L"), cutoff=1)
    for _ in range(2):
        grey = grey.filter(ImageFilter.MedianFilter(3))
    drawn = _clean(_lines(grey, max(0.9, max(small.size) / 800)))
    drawn = _of_width(drawn, next(iter(named(prompt, _WIDTHS)), ""))
    return art.noted(drawn.resize(source.size, Image.Resampling.LANCZOS), art.reading_of(source))


def _lines(grey: Image.Image, sigma: float) -> Image.Image:
    """How much ink each pixel gets ("L")."""
    import numpy as np

    near, wide, broad = (
        np.asarray(grey.filter(ImageFilter.GaussianBlur(sigma * times)), dtype=np.float32) / 255
        for times in (1, 1.6, 6)
    )
    # Only what is darker than its surroundings is a line; a broad dark area stays white.
    response = near - np.minimum(broad, 0.7) + _SHARPNESS * (near - wide)
    grain = float(np.median(np.abs(near - wide))) * _SHARPNESS * 2.2
    grain = min(0.08, max(0.02, grain))
    ink = -np.tanh(np.minimum(0, response + grain) * 0.35 / grain)
    return Image.fromarray((ink * 255).clip(0, 255).astype(np.uint8))


def _clean(ink: Image.Image) -> Image.Image:
    """Dark lines on white from the ink: what no strong line is joined to is taken for dust."""
    small = ink.reduce(2) if min(ink.size) > 400 else ink
    reach = max(3, max(small.size) // 130)
    around = small.filter(ImageFilter.BoxBlur(reach))
    line = small.point([0] * 80 + [255] * 176)
    kept = ImageChops.darker(line, around.point([0] * 30 + [255] * 226))
    for _ in range(reach * 2):
        kept = ImageChops.darker(kept.filter(ImageFilter.MaxFilter(5)), line)
    near = kept.filter(ImageFilter.MaxFilter(5)).resize(ink.size).filter(ImageFilter.BoxBlur(1))
    clean = ImageChops.multiply(ink, near).point(curve(lambda v: v * 1.35))
    return ImageOps.invert(clean)


def _of_width(drawn: Image.Image, width: str) -> Image.Image:
    """The lines a pixel wider on both sides, or half a pixel narrower."""
    if width == "bold":
        return drawn.filter(ImageFilter.MinFilter(3))
    if width == "fine":
        twice = drawn.resize((drawn.width * 2, drawn.height * 2), Image.Resampling.BICUBIC)
        return twice.filter(ImageFilter.MaxFilter(3)).reduce(2)
    return drawn
