"""Fills a hole in a picture with what is around it."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from bot.sandbox.filters import curve, soft
from bot.sandbox.masks import Box, grown, parts


def filled(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The RGB picture with its masked part (255) filled in from what is beside it."""
    if mask.getextrema()[0] == 255:
        return soft(image, 0.08)
    whole = levelled(image, mask)
    for box in parts(mask):
        ring = grown(box, max(3, min(image.size) // 80), image.size)
        part, patch = mask.crop(ring), _carried(whole, ring)
        # What differs at the rim is carried inwards, so that the patch fits all around.
        gap = levelled(ImageChops.subtract(whole.crop(ring), patch, 1, 128), part)
        whole.paste(ImageChops.add(patch, gap, 1, -128), ring[:2], part)
    return whole


def levelled(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The RGB picture with its masked part filled by smooth colours from its rim."""
    layers = [image.convert("RGBA")]
    layers[0].putalpha(mask.point([255 - level for level in range(256)]))
    while max(layers[-1].size) > 1:
        # Pillow weighs colours by their alpha, so only what is known is averaged.
        width, height = layers[-1].size
        half = ((width + 1) // 2, (height + 1) // 2)
        layers.append(layers[-1].resize(half, Image.Resampling.BOX))
    whole = layers.pop()
    whole.putalpha(255)
    for layer in reversed(layers):
        whole = whole.resize(layer.size, Image.Resampling.BILINEAR)
        whole.alpha_composite(layer)
    whole = whole.convert("RGB")
    reach = ImageFilter.BoxBlur(max(mask.size) / 40)
    deep = mask.filter(reach).point(curve(lambda v: v * 2 - 1))
    return Image.composite(whole.filter(reach), whole, deep)


def _carried(image: Image.Image, box: Box) -> Image.Image:
    """A patch for a box: what lies to its left and to its right, drawn out until they meet."""
    left, top, right, bottom = box
    size = (right - left, bottom - top)
    # Narrow slices: a whole mirror image would show its subject a second time.
    taken = max(4, size[0] // 5)
    slices = [
        (max(0, left - taken), top, left + 2, bottom),
        (right - 2, top, min(image.width, right + taken), bottom),
    ]
    found = [
        ImageOps.mirror(image.crop(each)).resize(size, Image.Resampling.BICUBIC)
        for each in slices
        if each[2] - each[0] > 3 and each[0] >= 0 and each[2] <= image.width
    ]
    if len(found) < 2:
        return found[0] if found else image.crop(box)
    ramp = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(size)
    met = Image.composite(found[1], found[0], ramp.point(curve(lambda v: v * v * (3 - 2 * v))))
    # Where the two sides are too unlike to meet, plain colours look better.
    apart = ImageChops.difference(*found).convert("L").filter(ImageFilter.BoxBlur(max(size) / 12))
    return Image.composite(image.crop(box), met, apart.point(curve(lambda v: v * 5 - 0.6)))
