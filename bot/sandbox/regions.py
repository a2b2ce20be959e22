"""Divides a picture into small regions of one colour and tells how they lie to one another."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.intp]

_MOST = 400
_LEAST = 36  # pixels of a region, about
_ROUND = 12  # the higher, the rounder regions are; the lower, the closer to edges
_ROUNDS = 5
_TEXTURE = 6  # how much a doubling of the texture counts, in units of colour


@dataclass(frozen=True, eq=False)
class Regions:
    """The regions of a picture, each a row; places and shares are parts of the picture.

    `colours` are lightness, two axes of hue (CIE Lab) and, scaled alike, how rough the region is.
    `rims` has the pixels on the upper, lower, left and right border, `shared` those between two.
    """

    labels: "Numbers"
    colours: "Floats"
    places: "Floats"
    shares: "Floats"
    rims: "Floats"
    shared: "Floats"

    @cached_property
    def apart(self) -> "Floats":
        """How unlike the colours of any two regions are."""
        return _distances(self.colours)

    @cached_property
    def far(self) -> "Floats":
        """How far any two regions are from each other, in parts of the sides."""
        return _distances(self.places)

    @cached_property
    def _beside(self) -> list[list[int]]:
        import numpy as np

        return [np.flatnonzero(row).tolist() for row in self.shared > 2]

    def image(self, values: "Floats") -> Image.Image:
        """A picture ("L") of one value (0..1) for each region."""
        import numpy as np

        return Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8)[self.labels])

    def joined(self, chosen: "NDArray[np.bool_]") -> "list[Numbers]":
        """The chosen regions, in groups of such as touch."""
        import numpy as np

        left, groups = set(np.flatnonzero(chosen).tolist()), []
        for start in np.flatnonzero(chosen).tolist():
            waiting = [start] if start in left else []
            group = []
            while waiting:
                one = waiting.pop()
                if one in left:
                    left.remove(one)
                    group.append(one)
                    waiting.extend(self._beside[one])
            if group:
                groups.append(np.array(group))
        return groups


def regions_of(image: Image.Image) -> Regions:
    """The regions of a small RGB picture, at most about four hundred."""
    import numpy as np

    colours = lab(image.filter(ImageFilter.MedianFilter(3)))
    labels = _grouped(colours)
    count = int(labels.max()) + 1
    height, width = labels.shape
    down, across = np.mgrid[0:height, 0:width]
    rough = _TEXTURE * _roughness(lab(image)[..., 0])
    layers = [*np.moveaxis(colours, 2, 0), rough, (across + 0.5) / width, (down + 0.5) / height]
    sizes = np.bincount(labels.ravel(), minlength=count)
    sums = [np.bincount(labels.ravel(), each.ravel(), count) for each in layers]
    means: Floats = np.stack(sums, 1) / sizes[:, None]
    rims = [labels[0], labels[-1], labels[:, 0], labels[:, -1]]
    shared = np.zeros((count, count))
    for one, other in ((labels[:-1], labels[1:]), (labels[:, :-1], labels[:, 1:])):
        pairs = np.bincount((one * count + other).ravel(), minlength=count * count)
        shared += pairs.reshape(count, count)
    shared += shared.T
    np.fill_diagonal(shared, 0)
    return Regions(
        labels=labels,
        colours=means[:, :4],
        places=means[:, 4:],
        shares=sizes / sizes.sum(),
        rims=np.stack([np.bincount(each, minlength=count) for each in rims]).astype(float),
        shared=shared,
    )


def lab(image: Image.Image) -> "Floats":
    """The colours of an RGB picture's pixels in CIE Lab: equal steps look about equal."""
    import numpy as np

    values = np.asarray(image, dtype=np.float64) / 255
    linear = np.where(values > 0.04045, ((values + 0.055) / 1.055) ** 2.4, values / 12.92)
    # From sRGB to the share of white of each of X, Y and Z (D65).
    red, green, blue = (linear[..., n] for n in range(3))
    axes = (
        0.43395 * red + 0.37622 * green + 0.18983 * blue,
        0.21267 * red + 0.71516 * green + 0.07217 * blue,
        0.01776 * red + 0.10947 * green + 0.87277 * blue,
    )
    x, y, z = (np.where(v > 0.008856, np.cbrt(v), 7.787 * v + 16 / 116) for v in axes)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _distances(rows: "Floats") -> "Floats":
    import numpy as np

    distances: Floats = np.sqrt(((rows[:, None] - rows[None]) ** 2).sum(-1))
    return distances


def _grouped(colours: "Floats") -> "Numbers":
    """The number of each pixel's region: pixels join the nearest of nine by colour and place."""
    import numpy as np

    height, width, _ = colours.shape
    side = (height * width / max(1, min(_MOST, height * width // _LEAST))) ** 0.5
    rows, columns = max(1, round(height / side)), max(1, round(width / side))
    down, across = np.mgrid[0:height, 0:width]
    own_row, own_column = down * rows // height, across * columns // width
    numbers = own_row * columns + own_column
    traits = [*np.moveaxis(colours, 2, 0), down * (_ROUND / side), across * (_ROUND / side)]
    traits = [each.astype(np.float32) for each in traits]
    nine = [_moved(own_row + n // 3 - 1, own_column + n % 3 - 1, rows, columns) for n in range(9)]
    centres = np.zeros((5, rows * columns), dtype=np.float32)
    for _ in range(_ROUNDS):
        sizes = np.bincount(numbers.ravel(), minlength=rows * columns)
        for centre, trait in zip(centres, traits, strict=True):
            sums = np.bincount(numbers.ravel(), trait.ravel(), rows * columns)
            centre[:] = np.where(sizes, sums / np.maximum(1, sizes), centre)
        nearest = np.full((height, width), np.inf, dtype=np.float32)
        for candidate in nine:
            away = np.zeros_like(nearest)
            for centre, trait in zip(centres, traits, strict=True):
                away += (trait - centre[candidate]) ** 2
            numbers = np.where(away < nearest, candidate, numbers)
            nearest = np.minimum(nearest, away)
    return np.unique(numbers, return_inverse=True)[1].reshape(height, width)


def _moved(row: "Numbers", column: "Numbers", rows: int, columns: int) -> "Numbers":
    """The numbers of the cells in these rows and columns, or of the nearest cells there are."""
    numbers: Numbers = row.clip(0, rows - 1) * columns + column.clip(0, columns - 1)
    return numbers


def _roughness(light: "Floats") -> "Floats":
    """How much the lightness (0..100) wavers around each pixel, in doublings."""
    import numpy as np

    grey = Image.fromarray((light.clip(0, 100) * 2.55).astype(np.uint8))
    blurred = np.asarray(grey.filter(ImageFilter.GaussianBlur(2)), dtype=np.float64)
    wavers = np.abs(np.asarray(grey, dtype=np.float64) - blurred)
    wide = Image.fromarray((wavers * 4).clip(0, 255).astype(np.uint8))
    wavers = np.asarray(wide.filter(ImageFilter.GaussianBlur(4)), dtype=np.float64) / 4
    return np.log2(wavers + 2)
