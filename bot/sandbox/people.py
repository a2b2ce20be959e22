"""Finds the face of who is in a photograph, and where the rest of them is to be expected."""

from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageFilter

from bot.sandbox.materials import limited
from bot.sandbox.regions import lab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SEARCHED = 80  # pixels of the longer side of the copy that is searched
_LONG = 1.3  # times as high as wide is a face
_SURE = 0.16
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
    skin, light = _skin(colours), colours[..., 0]
    best = (_SURE, 0, 0, 0.0)
    reach = 4.5
    while reach < 0.45 * small.height:
        best = max(best, _at_reach(skin, light, reach))
        reach *= 1.2
    if not best[3]:
        return None
    return _seated(skin, best[2], best[1], best[3])


def figure(face: Face, places: "Floats") -> tuple["Floats", "Floats"]:
    """How likely (0..1) the head and the body that go with a face are at places (x, y)."""
    import numpy as np

    aside, below = (places[:, 0] - face.x) / face.wide, (places[:, 1] - face.y) / face.high
    away = np.hypot(aside / 1.25, (below + 0.15) / 1.3) - 0.75
    head = np.exp(-(away.clip(0) ** 2) / 0.1)
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

    return 1 / (1 + np.exp(-(values / soft).clip(-30, 30)))


def _skin(colours: "Floats") -> "Floats":
    """How much each pixel looks like skin (0..1)."""
    import numpy as np

    vivid = np.hypot(colours[..., 1], colours[..., 2])
    hue = np.degrees(np.arctan2(colours[..., 2], colours[..., 1]))
    likely = np.ones_like(vivid)
    for values, (least, most, soft) in zip((colours[..., 0], vivid, hue), _SKIN, strict=True):
        likely *= _limit(values - least, soft) * _limit(most - values, soft)
    return likely


def _at_reach(skin: "Floats", light: "Floats", high: float) -> tuple[float, int, int, float]:
    """How sure the surest face of this half height in pixels is, and its row, column and height.

    Skin fills it, is missing at both its sides and above, and there are eyes and a mouth.
    """
    import numpy as np

    oval, rings, features = _moulds(high)
    reach = oval.shape[0] // 2
    height, width = skin.shape
    size = (height + 4 * reach, width + 4 * reach)

    def spectrum(values: "Floats") -> "NDArray[np.complex128]":
        return np.fft.rfft2(np.pad(values, reach, mode="edge"), size)

    def matched(values: "NDArray[np.complex128]", mould: "Floats") -> "Floats":
        whole = np.fft.irfft2(values * np.fft.rfft2(mould[::-1, ::-1], size), size)
        return whole[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width]

    of_skin, of_light = spectrum(skin), spectrum(light)
    inside = matched(of_skin, oval)
    around = np.maximum.reduce([matched(of_skin, ring) for ring in rings])
    mean = matched(of_light, oval)
    spread = (matched(spectrum(light * light), oval) - mean * mean).clip(4)
    drawn = matched(of_light, features) / np.sqrt(spread * (oval > 0).sum())
    down, across = np.mgrid[0:height, 0:width]
    placed = np.exp(-((((across + 0.5) / width - 0.5) / 0.32) ** 2))
    placed *= np.exp(-((((down + 0.5) / height - 0.38).clip(0) / 0.3) ** 2))
    sure = (inside - around).clip(0) * inside * (0.35 + drawn.clip(0, 0.5)) * placed
    sure *= 2.24 * (high / height) ** 0.35
    row, column = (int(n) for n in np.unravel_index(sure.argmax(), sure.shape))
    return float(sure[row, column]), row, column, high


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
        return np.exp(-(((across - x) / wide) ** 2) - ((down - y) / tall) ** 2)

    eyes = spot(-0.42, -0.22, 0.26, 0.13) + spot(0.42, -0.22, 0.26, 0.13)
    features = 0.15 * spot(0, 0, 0.14, 0.3) - 0.6 * eyes - 0.4 * spot(0, 0.5, 0.38, 0.13)
    features = oval * (features - (features * oval).sum() / oval.sum())
    features /= np.sqrt((features**2).sum())
    return oval / oval.sum(), [ring / ring.sum() for ring in rings], features


def _seated(skin: "Floats", column: int, row: int, high: float) -> Face:
    """The face about a pixel, moved to where its skin is."""
    import numpy as np

    height, width = skin.shape
    soft = Image.fromarray((skin * 255).astype(np.uint8)).filter(ImageFilter.MedianFilter(3))
    skin = np.asarray(soft, dtype=np.float64) / 255
    down, across = np.mgrid[0:height, 0:width]
    x, y, wide = float(column), float(row), high / _LONG
    for _ in range(3):
        near = skin * (np.hypot((across - x) / wide, (down - y) / high) < 1.25)
        x = float((across * near).sum() / near.sum())
        y = float((down * near).sum() / near.sum())
    middle = skin[:, max(0, round(x - wide / 2)) : round(x + wide / 2) + 1].mean(axis=1)
    chin = y + 0.6 * high
    while chin < min(height - 1, y + 1.3 * high) and middle[round(chin)] > 0.5:
        chin += 0.5
    return Face(
        (x + 0.5) / width, (y + 0.5) / height, wide / width, high / height, (chin + 0.5) / height
    )
