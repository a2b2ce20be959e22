"""Tells who or what a photograph shows from its ground, for captions and expansions.

Like GrabCut: the colours of either side vote, neighbours of like colour hold together, in turn.
"""

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from bot.sandbox.cutouts import outline
from bot.sandbox.filters import curve
from bot.sandbox.materials import limited

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_SEARCHED, _FINE = 168, 560  # pixels of the longer side, for the shape and for its edge
_BINS = 12  # levels of each colour that are told apart
_LEAST, _MOST = 0.02, 0.92  # of the picture, what can be called a subject
_SYMMETRIC = 0.88
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def subject(image: Image.Image) -> Image.Image:
    """Who or what an RGB photograph shows, as a mask ("L") with soft edges."""
    first = outline(image)
    if min(image.size) < 32:
        return first
    small = limited(image, _SEARCHED)
    start = _evened(_levels(first.resize(small.size, Image.Resampling.BOX)))
    shape = _without_crumbs(_regrouped(small, start, hold=3.0, rounds=5))
    share = ImageStat.Stat(shape).mean[0] / 255
    if not _LEAST <= share <= _MOST:
        return first
    fine = limited(image, _FINE)
    shape = shape.resize(fine.size, Image.Resampling.BICUBIC).filter(ImageFilter.BoxBlur(2))
    edged = _regrouped(fine, _levels(shape), hold=1.6, rounds=1)
    soft = edged.filter(ImageFilter.BoxBlur(0.7)).point(curve(lambda v: (v - 0.5) * 1.5 + 0.47))
    return soft.resize(image.size, Image.Resampling.BICUBIC)


def _without_crumbs(mask: Image.Image) -> Image.Image:
    """The mask without the pieces that are far smaller than its largest."""
    rest = mask.point([0] * 128 + [255] * 128)
    pieces: list[tuple[int, Image.Image]] = []
    while (spot := rest.getbbox()) and len(pieces) < 40:
        line = rest.crop((0, spot[1], rest.width, spot[1] + 1)).getbbox() or spot
        ImageDraw.floodfill(rest, (line[0], spot[1]), 128)
        piece = rest.point([255 * (level == 128) for level in range(256)])
        rest = rest.point([255 * (level == 255) for level in range(256)])
        pieces.append((piece.histogram()[255], piece))
    kept = Image.new("L", mask.size)
    for area, piece in pieces:
        if area * 12 >= max(size for size, _ in pieces):
            kept = ImageChops.lighter(kept, piece.filter(ImageFilter.MaxFilter(3)))
    return ImageChops.darker(mask, kept)


def _levels(mask: Image.Image) -> "Floats":
    import numpy as np

    return np.asarray(mask, dtype=np.float32) / np.float32(255)


def _evened(mask: "Floats") -> "Floats":
    """The mask without what sticks out on one side of an otherwise symmetric shape.

    People and goods, seen from the front, mostly are; of other shapes nothing is taken.
    """
    import numpy as np

    width, best = mask.shape[1], (0.0, mask)
    for axis in range(round(width * 0.6), round(width * 1.4)):
        beside = axis - np.arange(width)
        inside = (beside >= 0) & (beside < width)
        mirrored = np.where(inside, mask[:, beside.clip(0, width - 1)], mask)
        shared = float(np.minimum(mask, mirrored)[:, inside].sum())
        if shared > best[0]:
            best = (shared, mirrored)
    if best[0] < _SYMMETRIC * float(mask.sum()):
        return mask
    return np.minimum(mask, 0.3 * mask + 0.7 * best[1])


def _regrouped(image: Image.Image, start: "Floats", *, hold: float, rounds: int) -> Image.Image:
    """The mask after each pixel has gone over to the side that its colour and place speak for."""
    import numpy as np

    pixels = np.asarray(image.filter(ImageFilter.MedianFilter(3)), dtype=np.float32)
    reach = max(1, max(image.size) // 60)
    mask = Image.fromarray((start * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(reach))
    place = _levels(mask).clip(0.02, 0.98)
    bins = (pixels // (256 / _BINS)).astype(np.intp)
    numbers = (bins[..., 0] * _BINS + bins[..., 1]) * _BINS + bins[..., 2]
    ties = _ties(pixels)
    likely = np.minimum(start, (place * 1.6 - 0.3).clip(0, 1))
    for _ in range(rounds):
        own = _votes(numbers, likely) + 1.5 * np.log(place / (1 - place))
        for _ in range(12):
            pulled = own + hold * _pull(2 * likely - 1, ties)
            likely = 1 / (1 + np.exp(-pulled.clip(-20, 20)))
    return Image.fromarray((likely * 255).astype(np.uint8))


def _ties(pixels: "Floats") -> "list[Floats]":
    """How strongly each pixel is tied to the next one, in each direction: by its colour."""
    import numpy as np

    apart = [
        ((pixels - np.roll(pixels, (-down, -across), (0, 1))) ** 2).sum(axis=2)
        for down, across in _STEPS
    ]
    usual = 2 * float(np.mean(apart)) + 1e-3
    ties = []
    for (down, across), each in zip(_STEPS, apart, strict=True):
        tie = np.exp(-each / usual) / np.hypot(down, across)
        # What was rolled in from the other side of the picture is no neighbour.
        if down:
            tie[-1] = 0
        if across:
            tie[:, -1 if across > 0 else 0] = 0
        ties.append(tie.astype(np.float32))
    return ties


def _pull(sides: "Floats", ties: "list[Floats]") -> "Floats":
    import numpy as np

    total = np.zeros_like(sides)
    for step, tie in zip(_STEPS, ties, strict=True):
        total += tie * np.roll(sides, (-step[0], -step[1]), (0, 1))
        total += np.roll(tie * sides, step, (0, 1))
    return total


def _votes(numbers: "NDArray[np.intp]", likely: "Floats") -> "Floats":
    """How much more often each pixel's colour stands inside than outside."""
    import numpy as np

    shares = []
    for weights in (likely, 1 - likely):
        counts = np.bincount(numbers.ravel(), weights.ravel(), _BINS**3)
        cube: NDArray[Any] = counts.reshape((_BINS,) * 3)
        for axis in range(3):
            wide = np.pad(cube, [(1, 1) if n == axis else (0, 0) for n in range(3)], mode="edge")
            low, middle, high = (wide.take(range(n, n + _BINS), axis) for n in range(3))
            cube = (low + 2 * middle + high) / 4
        shares.append(cube.ravel() / max(1e-6, cube.sum()) + 2e-5)
    votes: Floats = np.log(shares[0] / shares[1]).clip(-3, 3)[numbers].astype(np.float32)
    return votes
