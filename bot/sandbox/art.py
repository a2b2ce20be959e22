"""The pictures the sandbox returns: small painted scenes that react to the words of a prompt.

Pure, synchronous and deterministic; callers run these functions in a thread.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Literal

from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from PIL.PngImagePlugin import PngInfo

from bot.sandbox.canvas import VIEWS, Canvas
from bot.sandbox.colours import blended, mixed, palette_of
from bot.sandbox.figures import birds
from bot.sandbox.filters import curve, grained, moved_in, rippled, soft, styled, tilted, tinted
from bot.sandbox.motifs import Reading, read, recalled
from bot.sandbox.scene import compose, weather
from bot.sandbox.scenery import clouds, motes

LONGEST_SIDE = 2048
AREA = 590_000
# A PNG text: it travels in the file, so that a follow-up knows what was painted.
_NOTE = "painted"
_FALLBACKS = ("mountain", "sea", "forest", "city")  # for words that call for nothing we know


def draw(prompt: str, *, seed: int, index: int, size: tuple[int, int]) -> Image.Image:
    """One picture for a prompt: the same arguments always give the same pixels (RGB)."""
    reading, shared = read(prompt), random_of(prompt, seed)
    palette = mixed(reading, shared)
    if not reading.motifs:
        reading = replace(reading, motifs=frozenset({shared.choice(_FALLBACKS)}))
    image = compose(reading, palette, random_of(prompt, seed, index), index, size)
    return noted(image, reading)


def vary(
    source: Image.Image, *, strength: Literal["subtle", "strong"], seed: int, index: int
) -> Image.Image:
    """A variation: strong paints a new composition in the same palette, subtle retouches."""
    reading = reading_of(source)
    rng = random_of("vary", strength, seed, index)
    if strength == "strong":
        palette = palette_of(source)
        image = compose(reading, palette, rng, index + seed, source.size, graded=False)
        return noted(image, reading)
    image = tilted(moved_in(source, rng), rng.uniform(-0.06, 0.06))
    image = ImageEnhance.Brightness(image).enhance((0.93, 1.07, 1.0, 0.97)[index % 4])
    canvas = Canvas(image, palette_of(source), VIEWS[index % 4], rng)
    clouds(canvas, 0.25)
    motes(canvas, 14)
    return noted(canvas.image, reading)


def remix(source: Image.Image, prompt: str, *, mode: int, seed: int, index: int) -> Image.Image:
    """The picture under a new prompt; mode 0 is strong (repainted), 1 is subtle (recoloured)."""
    reading = read(prompt)
    rng = random_of(prompt, "remix", mode, seed, index)
    asked = mixed(reading, rng)
    reading = Reading(reading.palettes, reading.motifs or reading_of(source).motifs, reading.style)
    if mode == 0:
        palette = blended(asked, palette_of(source), 0.3)
        image = compose(reading, palette, rng, index, source.size, graded=False)
        return noted(Image.blend(image, soft(source, 0.05), 0.15), reading)
    if reading.palettes:
        source = Image.blend(source, tinted(source, asked), 0.6)
    canvas = Canvas(source.copy(), asked, VIEWS[index % 4], rng)
    clouds(canvas, 0.2)
    if "birds" in reading.motifs:
        birds(canvas)
    weather(canvas, reading.motifs)
    return noted(styled(canvas.image, reading.style, rng), reading)


def enlarge(source: Image.Image, *, factor: int, creative: bool) -> Image.Image:
    """The picture `factor` times as large, at most 2048 a side; creative invents fine detail."""
    factor_ = min(max(1, factor), LONGEST_SIDE / max(source.size))
    size = (max(1, round(source.width * factor_)), max(1, round(source.height * factor_)))
    image = source.resize(size, Image.Resampling.LANCZOS)
    if creative:
        rng = random_of("enlarge", *size)
        image = grained(image, rng, 7)
        image = image.filter(ImageFilter.UnsharpMask(radius=3, percent=90, threshold=2))
        image = ImageEnhance.Color(ImageEnhance.Contrast(image).enhance(1.06)).enhance(1.08)
    return noted(image, reading_of(source))


def enhance(source: Image.Image) -> Image.Image:
    """The finished picture of a draft: the same composition, twice as large, crisp and richer."""
    image = enlarge(source, factor=2, creative=False)
    image = ImageOps.autocontrast(image, cutoff=0.5, preserve_tone=True)
    image = image.filter(ImageFilter.UnsharpMask(radius=2, percent=110, threshold=2))
    return noted(ImageEnhance.Color(image).enhance(1.15), reading_of(source))


def pan(source: Image.Image, *, direction: int, scale: float, seed: int, index: int) -> Image.Image:
    """The canvas grown by `scale` to 0 down, 1 right, 2 up or 3 left; the old pixels stay."""
    side = 0 if direction % 2 else 1
    room = max(0, LONGEST_SIDE - source.size[side])
    more = min(room, max(0, round(source.size[side] * (max(1.0, scale) - 1))))
    margins = [0, 0, 0, 0]
    margins[(3, 2, 1, 0)[direction % 4]] = more
    return extended(source, margins, random_of("pan", direction, seed, index))


def outpaint(source: Image.Image, *, scale: float, seed: int, index: int) -> Image.Image:
    """The picture shrunk by `scale` in the middle of a continued canvas of the same size."""
    scale = min(max(1.0, scale), 8.0)
    inner = source.resize(
        (max(1, round(source.width / scale)), max(1, round(source.height / scale))),
        Image.Resampling.LANCZOS,
    )
    left, top = (source.width - inner.width) // 2, (source.height - inner.height) // 2
    right, bottom = source.width - inner.width - left, source.height - inner.height - top
    rng = random_of("outpaint", seed, index)
    return extended(inner, [left, top, right, bottom], rng, note=reading_of(source))


def size_of(aspect: str | None, *, hd: bool = False, draft: bool = False) -> tuple[int, int]:
    """Width and height in pixels (multiples of 8) for an aspect such as "16:9"."""
    wide, _, high = (aspect or "1:1").partition(":")
    ratio = min(max(int(wide) / int(high), 1 / 4), 4.0)
    width = math.sqrt(AREA * (2.0 if hd else 1.0) * (0.4 if draft else 1.0) * ratio)
    width *= min(1.0, LONGEST_SIDE / max(width, width / ratio))
    return 8 * round(width / 8), 8 * round(width / ratio / 8)


def encode(image: Image.Image) -> bytes:
    """The picture as a PNG file; what was painted travels along."""
    buffer, notes = io.BytesIO(), PngInfo()
    notes.add_text(_NOTE, image.info.get(_NOTE, ""))
    image.save(buffer, "PNG", compress_level=3, pnginfo=notes)
    return buffer.getvalue()


def reading_of(image: Image.Image) -> Reading:
    """What was painted in a picture of ours, as far as its note tells."""
    return recalled(str(image.info.get(_NOTE, "")))


def noted(image: Image.Image, reading: Reading) -> Image.Image:
    """The same picture, its note written."""
    image.info[_NOTE] = reading.note()
    return image


def random_of(*parts: object) -> Random:
    """Chance that is the same for the same parts."""
    # Bytes, because a prompt may hold half a surrogate pair, which str seeding cannot encode.
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return Random(text)  # noqa: S311


def extended(
    source: Image.Image, margins: Sequence[int], rng: Random, note: Reading | None = None
) -> Image.Image:
    """The picture inside margins (left, top, right, bottom) that continue its edges."""
    left, top, right, bottom = margins
    reading = note or reading_of(source)
    width, height = source.width + left + right, source.height + top + bottom
    wide = Image.new("RGB", (width, source.height))
    wide.paste(source, (left, 0))
    if right:
        wide.paste(_continued(source, right, 0.22), (left + source.width, 0))
    if left:
        wide.paste(ImageOps.mirror(_continued(ImageOps.mirror(source), left, 0.22)), (0, 0))
    image = Image.new("RGB", (width, height))
    image.paste(wide, (0, top))
    turned = wide.transpose(Image.Transpose.ROTATE_90)
    if bottom:
        strip = _continued(turned, bottom, 0.2).transpose(Image.Transpose.ROTATE_270)
        wet = reading.motifs & {"sea", "city"}
        image.paste(rippled(strip, rng) if wet else strip, (0, top + source.height))
    if top:
        strip = ImageOps.mirror(_continued(ImageOps.mirror(turned), top, 0.035))
        image.paste(strip.transpose(Image.Transpose.ROTATE_270), (0, 0))
    canvas = Canvas(image.copy(), palette_of(source), VIEWS[0], rng)
    clouds(canvas, 0.4)
    motes(canvas, 16)
    birds(canvas)
    inner = (left, top, left + source.width, top + source.height)
    image.paste(_faded(canvas.image, image, inner))
    image.paste(source, (left, top))
    return noted(image, reading)


def _continued(source: Image.Image, more: int, share: float) -> Image.Image:
    """A strip `more` pixels wide that carries on from the right edge, softer as it goes."""
    # A narrow slice, stretched: a whole mirror image would show its subject a second time.
    share = min(1.0, max(share, more / source.width / 2.2 if share >= 0.2 else share))
    taken = max(1, min(round(source.width * share), more))
    edge = source.crop((source.width - taken, 0, source.width, source.height))
    strip = ImageOps.mirror(edge).resize((more, source.height), Image.Resampling.BICUBIC)
    far = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
    soft = strip.filter(ImageFilter.BoxBlur(max(1, source.height / 200 * more / taken)))
    return Image.composite(soft, strip, far.resize(strip.size))


def _faded(new: Image.Image, old: Image.Image, inner: tuple[int, int, int, int]) -> Image.Image:
    """`new` away from a box, `old` near it, so that nothing is cut off at the seam."""
    away = Image.new("L", new.size, 255)
    away.paste(0, inner)
    reach = max(new.size) / 60
    away = away.filter(ImageFilter.BoxBlur(reach)).point(curve(lambda v: v * 2 - 1))
    return Image.composite(new, old, away)
