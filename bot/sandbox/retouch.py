"""What editing does to a picture: repainting a part, a larger canvas, a new surface, merging.

Pure, synchronous and deterministic, like `art`, whose note every result keeps.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from PIL import Image, ImageEnhance, ImageFilter

from bot.sandbox import art
from bot.sandbox.cutouts import outline
from bot.sandbox.fills import levelled
from bot.sandbox.filters import curve
from bot.sandbox.keywords import named
from bot.sandbox.masks import Box, flat, mask_of, seam
from bot.sandbox.materials import limited
from bot.sandbox.merging import beside, centred, gathered, harmonised, placed, toned_after
from bot.sandbox.motifs import Reading, read
from bot.sandbox.repaint import furnished, repainted
from bot.sandbox.silhouettes import silhouette
from bot.sandbox.surfaces import SURFACES, in_style, resurfaced


def inpaint(
    source: Image.Image, mask: Image.Image, prompt: str, *, seed: int, index: int
) -> Image.Image:
    """The picture with its masked part (255) repainted; all other pixels stay as they are."""
    image = flat(source)
    mask = mask_of(mask, image.size)
    painted = repainted(image, mask, prompt, art.random_of("inpaint", prompt, seed, index), index)
    note = _joined(art.reading_of(source), prompt)
    return art.noted(Image.composite(painted, image, seam(mask)), note)


def edit(
    source: Image.Image,
    *,
    canvas: tuple[int, int],
    box: Box,
    mask: Image.Image | None,
    prompt: str,
    seed: int,
    index: int,
) -> Image.Image:
    """The picture in its box (x, y, width, height) on a canvas, which is painted all around it.

    The mask is one of the source. A canvas over 2048 a side is made smaller, and all with it.
    """
    rng = art.random_of("edit", prompt, seed, index)
    size, place = _fitted(canvas, box)
    note = _joined(art.reading_of(source), prompt)
    inner = _visible(flat(source), place, size)
    if inner is None:
        return art.draw(prompt, seed=seed, index=index, size=size)
    image, left, top = inner
    hole = None
    if mask is not None and mask.getbbox():
        shown = _visible(mask_of(mask, source.size), place, size)
        hole = Image.new("L", size)
        hole.paste(mask_of(shown[0], image.size) if shown else 0, (left, top))
    right, bottom = size[0] - left - image.width, size[1] - top - image.height
    whole = art.extended(image, [left, top, right, bottom], rng, note=note)
    inside = (left, top, left + image.width, top + image.height)
    # What the prompt names belongs into the masked part, if there is one.
    whole = _surrounded(whole, inside, "" if hole else prompt, rng, index)
    if hole:
        whole = Image.composite(repainted(whole, hole, prompt, rng, index), whole, seam(hole))
    return art.noted(whole, note)


def _fitted(canvas: tuple[int, int], box: Box) -> tuple[tuple[int, int], Box]:
    """The canvas at most 2048 pixels a side, and the box on it as (left, top, right, bottom)."""
    scale = min(1.0, art.LONGEST_SIDE / max(1, *canvas))
    width, height = (max(1, round(side * scale)) for side in canvas)
    x, y, wide, high = box
    left, top = round(x * scale), round(y * scale)
    right, bottom = round((x + wide) * scale), round((y + high) * scale)
    return (width, height), (left, top, max(left + 1, right), max(top + 1, bottom))


def _visible(
    source: Image.Image, place: Box, size: tuple[int, int]
) -> tuple[Image.Image, int, int] | None:
    """The part of a picture that shows on the canvas, at its size there, and where; or None."""
    left, top = max(0, place[0]), max(0, place[1])
    right, bottom = min(size[0], place[2]), min(size[1], place[3])
    if left >= right or top >= bottom:
        return None
    wide = source.width / (place[2] - place[0])
    high = source.height / (place[3] - place[1])
    cut = (
        (left - place[0]) * wide,
        (top - place[1]) * high,
        (right - place[0]) * wide,
        (bottom - place[1]) * high,
    )
    return source.resize((right - left, bottom - top), Image.Resampling.LANCZOS, cut), left, top


def _surrounded(
    whole: Image.Image, inside: Box, prompt: str, rng: Random, index: int
) -> Image.Image:
    """The continued picture with what the prompt adds around it; inside a box nothing changes."""
    dressed = furnished(whole, inside, prompt, rng, index)
    dressed = ImageEnhance.Brightness(dressed).enhance((1.0, 1.12, 0.84, 0.95)[index % 4])
    away = Image.new("L", whole.size, 255)
    away.paste(0, inside)
    away = away.filter(ImageFilter.BoxBlur(max(whole.size) / 40)).point(curve(lambda v: v * 2 - 1))
    return Image.composite(dressed, whole, away)


def _joined(known: Reading, prompt: str) -> Reading:
    """What a picture shows once a prompt has been added to it."""
    return replace(known, motifs=known.motifs | read(prompt).motifs)


def retexture(source: Image.Image, prompt: str, *, seed: int, index: int) -> Image.Image:
    """The picture in another material or technique; what it shows stays where it is."""
    rng = art.random_of("retexture", prompt, seed, index)
    image = limited(flat(source), art.LONGEST_SIDE)
    known = art.reading_of(source)
    note = replace(known, style=read(prompt).style or known.style)
    return art.noted(resurfaced(image, prompt, rng, index), note)


def cutout(source: Image.Image) -> Image.Image:
    """The picture's subject on a transparent ground (RGBA)."""
    reading = art.reading_of(source)
    if source.has_transparency_data:
        image = limited(source.convert("RGBA"), art.LONGEST_SIDE)
        if any(image.getchannel("A").histogram()[:128]):
            return art.noted(image, reading)
    image = limited(flat(source), art.LONGEST_SIDE)
    known = silhouette(image, reading.motifs)
    alpha = known or outline(image, landscape=bool(reading.motifs))
    # At a soft edge the old background shines through, so the subject's own colours go on there.
    edge = alpha.point([255] * 250 + [0] * 6)
    clean = levelled(image, edge) if edge.histogram()[0] else image
    clean.putalpha(alpha)
    return art.noted(clean, reading)


def blend(
    sources: Sequence[Image.Image], prompt: str, *, seed: int, index: int, size: tuple[int, int]
) -> Image.Image:
    """Two to five pictures in one, each of which can still be told."""
    rng = art.random_of("blend", prompt, seed, index)
    pictures = [limited(flat(source), max(size)) for source in sources]
    turn = rng.randrange(len(pictures))
    ordered = [*pictures[turn:], *pictures[:turn]]
    if index % 4 == 1:
        image = centred(ordered, size, rng)
    elif index % 4 == 3:
        side = 2 * max(size) // len(ordered)
        image = gathered(ordered[0], [cutout(limited(each, side)) for each in ordered[1:]], size)
    else:
        image = beside(ordered, size, rng, down=index % 4 == 2)
    image = harmonised(image, pictures)
    if read(prompt).palettes or named(prompt, SURFACES):
        image = Image.blend(image, resurfaced(image, prompt, rng, index), 0.6)
    known = [art.reading_of(source).motifs for source in sources]
    return art.noted(image, _joined(Reading((), frozenset().union(*known), ""), prompt))


def styled_after(image: Image.Image, style: Image.Image, weight: float = 100) -> Image.Image:
    """The picture in the colours, the light and, where it is known, the style of another.

    The weight is that of `--sw`: 0 changes nothing, 1000 gives all up to the style.
    """
    known, model = art.reading_of(image), art.reading_of(style)
    part = min(1.0, max(0.0, weight / 1000)) ** 0.25
    picture, rng = flat(image), art.random_of("style", *image.size)
    toned = toned_after(picture, flat(style))
    if model.style and model.style != known.style:
        toned = in_style(toned, model.style, rng)
    note = replace(known, style=known.style or model.style)
    return art.noted(Image.blend(picture, toned, part), note)


def featuring(image: Image.Image, thing: Image.Image, *, index: int = 0) -> Image.Image:
    """The picture with the subject of another one in the foreground, each index elsewhere."""
    known, other = art.reading_of(image), art.reading_of(thing)
    centre, high = ((0.3, 0.56), (0.5, 0.72), (0.7, 0.5), (0.62, 0.64))[index % 4]
    note = replace(known, motifs=known.motifs | other.motifs)
    return art.noted(placed(flat(image), cutout(thing), centre, high, 0.8), note)
