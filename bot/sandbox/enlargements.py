"""Makes pictures larger, clearer and cleaner."""

from PIL import Image, ImageChops, ImageFilter

from bot.sandbox import art
from bot.sandbox.filters import curve
from bot.sandbox.takes import MOST, capped

_EDGES = {1: 1024, 2: 2048, 4: 4096}  # the longer side of a 1K, 2K and 4K picture


def upscaled(source: Image.Image, multiple: int, *, denoise: bool = False) -> Image.Image:
    """The picture 1, 2 or 4 times as large (at most 4096 a side), sharpened a little."""
    size = capped((source.width * multiple, source.height * multiple))
    return art.noted(_resized(_clean(source, denoise), size, 60), art.reading_of(source))


def clarified(source: Image.Image, multiple: int, *, denoise: bool = False) -> Image.Image:
    """The picture at 1K, 2K or 4K, its longer side having 1024, 2048 or 4096 pixels, and clear."""
    longest = _EDGES.get(multiple, 1024 * multiple)
    part = min(longest, MOST) / max(source.size)
    size = capped((source.width * part, source.height * part))
    image = _clean(source, denoise)
    image = _resized(_with_alpha(_punchy(image), image), size, 110)
    return art.noted(image, art.reading_of(source))


def denoised(image: Image.Image) -> Image.Image:
    """The picture without its grain; edges stay where they are."""
    plain = image.convert("RGB")
    smooth = plain.filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(1.2))
    apart = ImageChops.difference(plain.filter(ImageFilter.MedianFilter(3)), smooth).convert("L")
    # What differs much from its surroundings is no grain but a detail.
    detail = apart.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.BoxBlur(1))
    kept = plain.filter(ImageFilter.MedianFilter(3))
    clean = Image.composite(kept, smooth, detail.point(curve(lambda v: v * 16 - 0.35)))
    return _with_alpha(clean, image)


def _clean(source: Image.Image, denoise: bool) -> Image.Image:
    if source.mode not in {"RGB", "RGBA"}:
        source = source.convert("RGBA" if source.has_transparency_data else "RGB")
    return denoised(source) if denoise else source


def _resized(image: Image.Image, size: tuple[int, int], percent: int) -> Image.Image:
    """The picture at another size; it is sharpened while it is small, which is quicker."""
    smaller = image.resize(size, Image.Resampling.LANCZOS) if size[0] < image.width else image
    plain = smaller.convert("RGB").filter(ImageFilter.UnsharpMask(1.1, percent, 2))
    sharp = _with_alpha(plain, smaller)
    return sharp.resize(size, Image.Resampling.LANCZOS)


def _punchy(image: Image.Image) -> Image.Image:
    """More contrast from place to place, the whole as bright as before."""
    plain = image.convert("RGB")
    reach = max(2, max(image.size) // 60)
    small = plain.reduce(4) if min(plain.size) > 16 else plain
    broad = small.filter(ImageFilter.BoxBlur(max(1, reach // 4)))
    broad = broad.resize(plain.size, Image.Resampling.BILINEAR)
    local = ImageChops.subtract(plain, broad, 4, 128)
    return ImageChops.add(plain, local, 1, -128)


def _with_alpha(plain: Image.Image, image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        plain.putalpha(image.getchannel("A"))
    return plain
