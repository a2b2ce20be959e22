"""Finds the face of who is in a photograph, and where the rest of them is to be expected."""

from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from bot.sandbox.materials import limited
from bot.sandbox.regions import lab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SEARCHED = 80  # pixels of the longer side of the copy that is searched
_LONG = 1.3  # times as high as wide is a face
_SQUARE = 1.1  # the same from its hair to its chin, and with its ears
_SURE = 0.16
_LEAST = 0.004  # of a picture is skin, where a face is looked for
_TALLEST = 0.45  # of the picture, half a face
# Lightness, colourfulness and hue of skin in CIE Lab, from and to, and how soft each limit is.
_SKIN = ((18, 96, 3), (8, 52, 2.5), (12, 76, 4))


class Face(NamedTuple):
    """An upright oval, all in parts of the picture's sides: its middle, its reach, its chin."""

    x: float
    y: float
    wide: float
    high: float
    chin: float


def face_of(image: Image.Image) -> Face | None:
    """The face of an RGB picture that stands out most, if one is fairly sure to be there."""
    small = limited(image, _SEARCHED)
    if min(small.size) < 24:
        return None
    colours = lab(small)
    skin, best = _skin(colours), (_SURE, 0, 0, 0.0)
    if skin.mean() < _LEAST:
        return None
    search = _Search(skin, colours[..., 0])
    reach = 4.5
    while reach < _TALLEST * small.height:
        best = max(best, search.at_reach(reach))
        reach *= 1.2
    return _measured(skin, best[2], best[1], best[3]) if best[3] else None


def figure(face: Face, places: "Floats") -> tuple["Floats", "Floats"]:
    """How likely (0..1) the head and the body that go with a face are at places (x, y)."""
    import numpy as np

    aside, below = (places[:, 0] - face.x) / face.wide, (places[:, 1] - face.y) / face.high
    away = np.hypot(aside / 1.25, (below + 0.15) / 1.3) - 0.75
    head = np.exp(-(away.clip(0) ** 2) / 0.12)
    half = np.minimum(0.8 + (below - 0.8) * 2.2, 3.0)
    body = np.where(below > 0.8, 0.9 * _limit(half + 0.5 - np.abs(aside), 0.6), 0)
    return head, body


def trunk(face: Face, places: "Floats") -> "NDArray[np.bool_]":
    """Which places (x, y) lie on the chest below a face."""
    import numpy as np

    aside, below = (places[:, 0] - face.x) / face.wide, (places[:, 1] - face.y) / face.high
    return (below > 1.2) & (below < 3.5) & (np.abs(aside) < 1.6)


def _limit(values: "Floats", soft: float) -> "Floats":
    import numpy as np

    passed: Floats = 1 / (1 + np.exp(-(values / soft).clip(-30, 30)))
    return passed


def _skin(colours: "Floats") -> "Floats":
    """How much each pixel looks like skin (0..1)."""
    import numpy as np

    vivid = np.hypot(colours[..., 1], colours[..., 2])
    hue = np.degrees(np.arctan2(colours[..., 2], colours[..., 1]))
    likely = np.ones_like(vivid)
    for values, (least, most, soft) in zip((colours[..., 0], vivid, hue), _SKIN, strict=True):
        likely *= _limit(values - least, soft) * _limit(most - values, soft)
    return likely


class _Search:
    """Looks for faces of any size in a picture's skin (0..1) and lightness."""

    def __init__(self, skin: "Floats", light: "Floats") -> None:
        import numpy as np

        self._height, self._width = skin.shape
        self._margin = int(_TALLEST * 1.5 * self._height) + 2
        self._size = tuple(_quick(side + 2 * self._margin) for side in skin.shape)
        self._skin, self._light, self._square = map(self._spectrum, (skin, light, light * light))
        down, across = np.mgrid[0 : self._height, 0 : self._width]
        self._placed = np.exp(-((((across + 0.5) / self._width - 0.5) / 0.32) ** 2))
        self._placed *= np.exp(-((((down + 0.5) / self._height - 0.38).clip(0) / 0.3) ** 2))

    def at_reach(self, high: float) -> tuple[float, int, int, float]:
        """How sure the surest face of this half height in pixels is, its row, column and height.

        Skin fills it, is missing at both its sides and above, and there are eyes and a mouth.
        """
        import numpy as np

        oval, rings, features = _moulds(high)
        inside = self._matched(self._skin, oval)
        around = np.maximum.reduce([self._matched(self._skin, ring) for ring in rings])
        mean = self._matched(self._light, oval)
        spread = (self._matched(self._square, oval) - mean * mean).clip(4)
        drawn = self._matched(self._light, features) / np.sqrt(spread * (oval > 0).sum())
        sure = (inside - around).clip(0) * inside * (0.35 + drawn.clip(0, 0.5)) * self._placed
        sure *= 2.24 * (high / self._height) ** 0.35
        row, column = (int(n) for n in np.unravel_index(sure.argmax(), sure.shape))
        return float(sure[row, column]), row, column, high

    def _spectrum(self, values: "Floats") -> "NDArray[np.complex128]":
        import numpy as np

        return np.fft.rfft2(np.pad(values, self._margin, mode="edge"), self._size)

    def _matched(self, spectrum: "NDArray[np.complex128]", mould: "Floats") -> "Floats":
        """The sum of the values under a mould around each pixel, each by its weight."""
        import numpy as np

        whole = np.fft.irfft2(spectrum * np.fft.rfft2(mould[::-1, ::-1], self._size), self._size)
        start = self._margin + mould.shape[0] // 2
        return whole[start : start + self._height, start : start + self._width]


def _quick(side: int) -> int:
    """The next larger number that is quick to transform."""
    while side % 16:
        side += 1
    return side


def _moulds(high: float) -> tuple["Floats", list["Floats"], "Floats"]:
    """What a face of this half height is matched with: its oval, what is beside it, its features.

    The first ones weigh 1 in all; the features have no mean and the length 1.
    """
    import numpy as np

    reach = int(high * 1.5) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1] / high
    across = across * _LONG
    away = across**2 + down**2
    oval = (away <= 1).astype(np.float64)
    shell = (away > 1.3) & (away < 2.3)
    beside = shell & (down > -0.7) & (down < 0.6)
    rings = [beside & (across < -0.5), beside & (across > 0.5), shell & (down < -0.6)]

    def spot(x: float, y: float, wide: float, tall: float) -> "Floats":
        shade: Floats = np.exp(-(((across - x) / wide) ** 2) - ((down - y) / tall) ** 2)
        return shade

    eyes = spot(-0.42, -0.22, 0.26, 0.13) + spot(0.42, -0.22, 0.26, 0.13)
    features = 0.15 * spot(0, 0, 0.14, 0.3) - 0.6 * eyes - 0.4 * spot(0, 0.5, 0.38, 0.13)
    features = oval * (features - (features * oval).sum() / oval.sum())
    features /= np.sqrt((features**2).sum())
    return oval / oval.sum(), [ring / ring.sum() for ring in rings], features


def _measured(skin: "Floats", column: int, row: int, high: float) -> Face:
    """The face of about this half height around a pixel; its skin shows where the chin is."""
    height, width = skin.shape
    half = high / _LONG
    around = skin[:, max(0, round(column - half / 2)) : round(column + half / 2) + 1].mean(axis=1)
    top, bottom = _run(around, row, 1.3 * high)
    around = skin[max(0, round(row - 0.3 * high)) : round(row + 0.4 * high) + 1].mean(axis=0)
    left, right = _run(around, column, 1.3 * half)
    # Below a chin a neck may go on, so the width tells where the face ends.
    chin = max(row + 0.6 * high, min(bottom, top + _SQUARE * (right - left)))
    return Face(
        x=(column + 0.5) / width,
        y=(row + 0.5) / height,
        wide=half / width,
        high=high / height,
        chin=chin / height,
    )


def _run(values: "Floats", at: int, reach: float) -> tuple[int, int]:
    """From where to where, at most so far from a place, there is skin without a gap."""
    start = end = at
    while start > max(0, at - reach) and values[start - 1] > 0.4:
        start -= 1
    while end < min(len(values), at + reach) and values[end] > 0.4:
        end += 1
    return start, end
