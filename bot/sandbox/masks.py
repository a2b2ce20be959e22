"""Masks: which part of a picture is to be repainted, with which seam, in how many pieces."""

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Box = tuple[int, int, int, int]
_GRAIN = 48  # cells a side of the map in which separate parts are told apart
_MOST_PARTS = 4


def mask_of(
    marked: Sequence[Mapping[str, Any]] | Image.Image, size: tuple[int, int]
) -> Image.Image:
    """The mask ("L", 255 = repaint) drawn by polygons, or by a black-and-white picture.

    Each polygon has `points` [x, y, x, y, …] on a picture of its own `width` and `height`.
    """
    if isinstance(marked, Image.Image):
        drawn = _opaque(marked, "black").convert("L")
        if drawn.size != size:
            drawn = drawn.resize(size, Image.Resampling.BILINEAR)
        return drawn.point([0] * 128 + [255] * 128)
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    for area in marked:
        points = _scaled(area, size)
        if len(points) > 2:
            pen.polygon(points, fill=255)
    return mask


def flat(image: Image.Image) -> Image.Image:
    """The picture in RGB; what was transparent turns white."""
    return _opaque(image, "white").convert("RGB")


def seam(mask: Image.Image) -> Image.Image:
    """The mask with a soft edge a few pixels wide, which lies wholly inside it."""
    reach = max(1, min(4, min(mask.size) // 160))
    blurred = mask.filter(ImageFilter.BoxBlur(reach))
    edged = blurred.point([max(0, 2 * level - 255) for level in range(256)])
    # A part thinner than two seams would fade away altogether, so it keeps its hard edge.
    body = edged.point([0] * 250 + [255] * 6)
    near = body.filter(ImageFilter.BoxBlur(reach * 2)).point([0] + [255] * 255)
    thin = ImageChops.subtract(mask, near)
    return ImageChops.lighter(ImageChops.multiply(edged, mask), thin)


def parts(mask: Image.Image) -> list[Box]:
    """The boxes of the mask's separate parts, the largest first, at most four."""
    bounds = mask.getbbox()
    if bounds is None:
        return []
    cells = (min(_GRAIN, mask.width), min(_GRAIN, mask.height))
    rough = mask.resize(cells, Image.Resampling.BOX).point([0] * 8 + [255] * 248)
    found: list[tuple[int, Box]] = []
    while (spot := rough.getbbox()) and len(found) < _GRAIN:
        top = rough.crop((0, spot[1], rough.width, spot[1] + 1)).getbbox()
        ImageDraw.floodfill(rough, (top[0] if top else spot[0], spot[1]), 128)
        part = rough.point(lambda level: 255 * (level == 128))
        rough = rough.point(lambda level: 255 * (level == 255))
        box = part.getbbox() or spot
        found.append((part.histogram()[255], _stretched(box, cells, mask.size)))
    boxes = [box for _, box in sorted(found, key=lambda each: -each[0])]
    return [_common(box, bounds) for box in boxes[:_MOST_PARTS]] or [bounds]


def grown(box: Box, reach: int, size: tuple[int, int]) -> Box:
    """A box with `reach` pixels more on each side, as far as a picture of that size goes."""
    left, top, right, bottom = box
    return (
        max(0, left - reach),
        max(0, top - reach),
        min(size[0], right + reach),
        min(size[1], bottom + reach),
    )


def _opaque(image: Image.Image, ground: str) -> Image.Image:
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    under = Image.new("RGBA", image.size, ground)
    under.alpha_composite(image)
    under.info.update(image.info)
    return under


def _scaled(area: Mapping[str, Any], size: tuple[int, int]) -> list[tuple[float, float]]:
    wide = size[0] / (area.get("width") or size[0])
    high = size[1] / (area.get("height") or size[1])
    xs, ys = area["points"][::2], area["points"][1::2]
    return [
        (min(max(x * wide, -size[0]), size[0] * 2), min(max(y * high, -size[1]), size[1] * 2))
        for x, y in zip(xs, ys, strict=False)
    ]


def _stretched(box: Box, of: tuple[int, int], to: tuple[int, int]) -> Box:
    """A box on one size of a picture moved to another size."""
    wide, high = to[0] / of[0], to[1] / of[1]
    return (
        int(box[0] * wide),
        int(box[1] * high),
        min(to[0], round(box[2] * wide + 0.5)),
        min(to[1], round(box[3] * high + 0.5)),
    )


def _common(box: Box, other: Box) -> Box:
    left, top = max(box[0], other[0]), max(box[1], other[1])
    right, bottom = min(box[2], other[2]), min(box[3], other[3])
    return (left, top, right, bottom) if left < right and top < bottom else other
