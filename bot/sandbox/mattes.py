"""Cuts out who or what a picture shows, or only the head."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.sandbox import art, retouch
from bot.sandbox.cutouts import outline
from bot.sandbox.fills import levelled
from bot.sandbox.masks import flat
from bot.sandbox.materials import limited
from bot.sandbox.people import Face, face_of

_LINES = 200  # in how many lines a head is looked for


def matted(source: Image.Image) -> Image.Image:
    """The subject of a picture, as large as the picture, on a transparent ground (RGBA)."""
    known = art.reading_of(source)
    # What we painted, and what has been cut out already, is known better.
    if known.motifs or is_cut(source):
        return art.noted(_as_large(retouch.cutout(source), source.size), known)
    image = limited(flat(source), art.LONGEST_SIDE)
    return art.noted(_as_large(_cut(image, outline(image)), source.size), known)


def head_matted(source: Image.Image) -> Image.Image:
    """Only the head of who is in a picture, likewise; the upper half of what stands tall.

    What is neither is kept whole.
    """
    whole = matted(source)
    alpha = whole.getchannel("A")
    face = None if art.reading_of(source).motifs or is_cut(source) else face_of(flat(source))
    throat = _throat(alpha, face)
    if throat is None:
        return whole
    row, left, right = throat
    # Down to the neck, where the cut is as round as a chin.
    kept, drop = Image.new("L", whole.size), max(1, (right - left) // 3)
    aside = (right - left) // 2 if face else whole.width
    pen = ImageDraw.Draw(kept)
    pen.rectangle((left - aside, 0, right + aside, max(0, row - drop)), fill=255)
    pen.ellipse((left, row - 2 * drop, right, row), fill=255)
    kept = kept.filter(ImageFilter.BoxBlur(max(1, (right - left) // 60)))
    whole.putalpha(ImageChops.multiply(alpha, kept))
    return whole


def is_cut(source: Image.Image) -> bool:
    """Whether a part of a picture is transparent."""
    if not source.has_transparency_data:
        return False
    return any(source.convert("RGBA").getchannel("A").histogram()[:128])


def _cut(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The RGB picture with this alpha; at its edge the subject's own colours go on."""
    edge = mask.point([255] * 240 + [0] * 16).filter(ImageFilter.MaxFilter(3))
    clean = levelled(image, edge) if edge.histogram()[0] else image
    clean = clean.copy()
    clean.putalpha(mask)
    return clean


def _as_large(cut: Image.Image, size: tuple[int, int]) -> Image.Image:
    return cut if cut.size == size else cut.resize(size, Image.Resampling.LANCZOS)


def _throat(alpha: Image.Image, face: Face | None) -> tuple[int, int, int] | None:
    """The row where the head of a cut-out ends, and its left and right side there, if it has one.

    The shape tells, unless a face says that what narrows there is no neck.
    """
    shape = _chin(alpha)
    if face is None:
        return shape or _waist(alpha)
    width, height = alpha.size
    if shape and face.y + 0.85 * face.high < shape[0] / height < face.y + 1.6 * face.high:
        return shape
    half = 1.3 * face.wide * width
    return round(face.chin * height), round(face.x * width - half), round(face.x * width + half)


def _waist(alpha: Image.Image) -> tuple[int, int, int] | None:
    """The middle row of a cut-out that stands tall, and its left and right side; or None."""
    box = alpha.point([0] * 128 + [255] * 128).getbbox()
    if box is None or box[3] - box[1] < 1.6 * (box[2] - box[0]):
        return None
    return (box[1] + box[3]) // 2, box[0], box[2]


def _chin(alpha: Image.Image) -> tuple[int, int, int] | None:
    """The row where a head ends, and its left and right side there; None when there is no body.

    Going down, a head grows wide, then there is a neck, and then shoulders.
    """
    rows = _rows(alpha)
    widths = [wide for _, wide in rows]
    inked = [number for number, wide in enumerate(widths) if wide > 0.02]
    if len(inked) < _LINES // 8:
        return None
    top, high = inked[0], inked[-1] - inked[0]
    best = (0.94, 0)
    for row in range(top + high // 6, top + high * 3 // 4):
        head, body = max(widths[top:row]), max(widths[row : row + high // 3])
        if head > 0.3 * max(widths) and widths[row] > 0.02:
            best = min(best, (widths[row] / min(head, body), row))
    neck = best[1]
    if not neck:
        return None
    half = max(widths[top:neck]) / 2 * 1.15
    middle = sum(at for at, _ in rows[top:neck]) / (neck - top)
    row = round((neck + (neck - top) / 18) / _LINES * alpha.height)
    return row, round((middle - half) * alpha.width), round((middle + half) * alpha.width)


def _rows(alpha: Image.Image) -> list[tuple[float, float]]:
    """For each of the lines, the middle and the width (0..1) of what is in it."""
    few = alpha.resize((_LINES, _LINES), Image.Resampling.BOX).tobytes()
    rows = []
    for number in range(_LINES):
        line = few[number * _LINES : (number + 1) * _LINES]
        places = [at for at, level in enumerate(line) if level > 127]
        middle = sum(places) / len(places) / _LINES if places else 0.5
        rows.append((middle, len(places) / _LINES))
    return rows
