"""Tells which regions of a photograph are its subject and which are behind it.

What the upper and side borders reach without crossing an edge is ground; what is unlike that and
central is subject. From there the colours of either side vote, in turn, and neighbours of like
colour hold together. Several first guesses are tried; the one with the clearest outline is kept.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from bot.sandbox.people import Face, figure, trunk
from bot.sandbox.regions import Regions, regions_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_TRIALS = ((0.03, 0.99), (0.06, 0.94), (0.12, 0.85), (0.2, 0.75))  # from narrow to generous
_ROUNDS = 4
_STEPS = 40
_LOWER = 0.25  # what the lower border counts: most subjects stand on it
_CLOSE = 8.0  # a difference of colour within one surface
_EVEN = 6.0  # the same within a plain wall
_CLEAR = 1.8  # how well colours part the two sides where something stands out


def foreground(image: Image.Image, face: Face | None) -> Image.Image | None:
    """The subject of a small RGB picture as a mask ("L", 0 or 255); None where nothing is one.

    A face, where one was found, says where to expect a person.
    """
    import numpy as np

    scene = _scene(regions_of(image))
    person = _person(scene, face)
    trials = [_tidied(scene, _parted(scene, _guess(scene, trial, person))) for trial in _TRIALS]
    judged = [(_judged(scene, trial, person), trial) for trial in trials if trial.any()]
    if not judged:
        return None
    clear = max(judgement.parting for judgement, _ in judged) > _CLEAR
    _, best = max(judged, key=lambda each: each[0].worth(clear=clear))
    mask = scene.regions.image(best.astype(np.float64))
    return mask.filter(ImageFilter.MedianFilter(5))


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is the same for all trials; `ground` and `striking` (0..1) are first signs."""

    regions: Regions
    ground: "Floats"
    striking: "Floats"
    strange: "Floats"  # how unlike a plain wall
    central: "Floats"
    alike: "Floats"  # how much the colour of one region speaks for another
    bonds: "Floats"  # how strongly neighbours hold together
    nearby: "Floats"


@dataclass(frozen=True, eq=False)
class _Person:
    """How likely each region belongs to who has a face, and how sure it is one (0..1)."""

    likely: "Floats"
    sure: float


@dataclass(frozen=True)
class _Judgement:
    contrast: float  # of colour along the outline
    parting: float  # how well colours tell the sides apart
    cut: float  # which part of the upper and side borders is subject
    middle: float  # which part of what is central is subject
    share: float
    missing: float  # which part of a person is not subject

    def worth(self, *, clear: bool) -> float:
        fit = self.contrast * (1 - 0.7 * self.cut) * (1 - self.missing)
        # Where nothing stands out, the most contrasted patch is a mere detail of what is meant.
        if not clear:
            return fit * math.pow(self.middle, 1.3)
        small = min(1.0, self.share / 0.05)
        return fit * self.parting * math.sqrt(small) * math.pow(self.middle, 0.35)


def _scene(regions: Regions) -> _Scene:
    import numpy as np

    across, down = regions.places.T
    central = np.exp(-(((across - 0.5) / 0.3) ** 2)) * (down / 0.3).clip(0, 1)
    ground = _grounded(regions)
    near = np.exp(-(regions.far**2) / 0.125)
    striking = (regions.apart * near * (regions.shares * ground)).sum(1)
    striking = (striking - striking.min()) / max(1e-9, float(np.ptp(striking)))
    nearby = np.exp(-(regions.far**2) / 0.005) * regions.shares
    bonds = np.exp(-(regions.apart**2) / (2 * _CLOSE**2)) + 0.1
    return _Scene(
        regions=regions,
        ground=ground,
        striking=striking * central,
        strange=_strange(regions),
        central=central,
        alike=np.exp(-(regions.apart**2) / 98) * (near + 0.15),
        bonds=np.where(regions.shared > 0, bonds, 0),
        nearby=nearby / nearby.sum(1, keepdims=True),
    )


def _grounded(regions: Regions) -> "Floats":
    """How likely each region is part of the ground: how long a border its surface has."""
    import numpy as np

    upper, lower, left, right = regions.rims
    rim = upper + left + right + _LOWER * lower
    colours = np.exp(-(regions.apart**2) / (2 * _CLOSE**2))
    across, down = regions.places.T
    middle = regions.shares * np.exp(-((across - 0.5) ** 2 + (down - 0.55) ** 2) / 0.05)
    ratio = (colours @ middle / middle.sum() + 1e-3) / (colours @ rim / rim.sum() + 1e-3)
    # A subject that is cut off at a border has there the colours of the middle.
    rim = rim / (1 + np.exp(3 * (np.log(ratio) - 0.7)))
    surface = np.exp(-(_ways(regions) ** 2) / (2 * _CLOSE**2))
    unit = (regions.labels.size / len(rim)) ** 0.5
    area = surface @ regions.shares * len(rim)
    grounded: Floats = 1 - np.exp(-((surface @ rim / unit) ** 2) / area / 2)
    return grounded


def _ways(regions: Regions) -> "Floats":
    """The least sum of steps in colour on a way from each region to each other one.

    All regions on the upper and side borders are neighbours: the ground goes on behind a subject.
    """
    import numpy as np

    touching = regions.shared > 0
    bordering = regions.rims[[0, 2, 3]].sum(0) > 0
    smallest = np.where(touching, regions.apart, np.inf).min(1)
    usual = smallest[np.isfinite(smallest)].mean() if touching.any() else 0.0
    joined = touching | (bordering[:, None] & bordering)
    ways = np.where(joined, (regions.apart - usual).clip(0), np.inf)
    np.fill_diagonal(ways, 0)
    for between in range(len(ways)):
        np.minimum(ways, ways[:, between, None] + ways[between], out=ways)
    ways[~np.isfinite(ways)] = 1e3
    return ways


def _guess(scene: _Scene, trial: tuple[float, float], person: _Person) -> "Floats":
    """A first guess at the subject (0..1)."""
    import numpy as np

    share, top = trial
    regions, ground = scene.regions, scene.ground
    order = np.argsort(scene.striking, kind="stable")
    reached = int(np.searchsorted(np.cumsum(regions.shares[order]), 1 - share))
    level = float(scene.striking[order[min(reached, len(order) - 1)]])
    subject = (scene.striking / max(1e-6, level)).clip(0, 1)
    likely, sure = person.likely, person.sure
    subject = (1 - 0.7 * sure) * subject + 1.2 * likely
    ground = ground * (1 - 1.3 * likely).clip(0, 1) + 0.6 * sure * (likely < 0.15)
    subject, ground = subject + 0.8 * scene.strange, ground * (1 - scene.strange)
    held = _held(scene, subject, ground, 1.0)
    guess: Floats = (held / max(1e-6, float(np.quantile(held, top)))).clip(0.02, 0.98)
    return guess


def _person(scene: _Scene, face: Face | None) -> _Person:
    import numpy as np

    regions = scene.regions
    if face is None:
        return _Person(np.zeros(len(regions.shares)), 0.0)
    weights = regions.shares * trunk(face, regions.places)
    # Where the ground goes on below an oval, it is no face.
    behind = float((scene.ground * weights).sum() / weights.sum()) if weights.any() else 0.0
    sure = min(1.0, max(0.0, 1.6 - 2 * behind))
    head, body = figure(face, regions.places)
    return _Person((head * (0.3 + 0.7 * sure)).clip(body * sure), sure)


def _strange(regions: Regions) -> "Floats":
    """How unlike a plain wall each region is (0..1); nothing is where there is no such wall."""
    import numpy as np

    rim = regions.rims[[0, 2, 3]].sum(0)
    hues = regions.colours[:, None, :3] - regions.colours[None, :, :3]
    apart = np.sqrt((hues**2).sum(-1))
    like = (apart < _EVEN) @ (rim / rim.sum())
    wall = int(like.argmax())
    if like[wall] < 0.7:
        return np.zeros(len(rim))
    strange: Floats = ((apart[wall] - 9) / 10).clip(0, 1)
    return strange


def _held(scene: _Scene, subject: "Floats", ground: "Floats", hold: float) -> "Floats":
    """The values (0..1) nearest to what speaks for either side and to those of like neighbours."""
    import numpy as np

    # Conjugate gradients: a few products are far quicker than solving outright.
    bonds = hold * scene.bonds
    own = bonds.sum(1) + subject + ground + 1e-6
    values = np.full_like(subject, 0.5)
    rest = subject - own * values + bonds @ values
    scaled = rest / own
    along, size = scaled, float(rest @ scaled)
    for _ in range(_STEPS):
        if size < 1e-9:
            break
        bent = own * along - bonds @ along
        step = size / float(along @ bent)
        values, rest = values + step * along, rest - step * bent
        scaled = rest / own
        size, before = float(rest @ scaled), size
        along = scaled + size / before * along
    return values


def _parted(scene: _Scene, guess: "Floats") -> "NDArray[np.bool_]":
    """Which regions are subject, after those of like colour have voted."""
    import numpy as np

    likely, own = guess, np.log(guess / (1 - guess))
    for _ in range(_ROUNDS):
        speaks = _votes(scene, likely) + own + 2 * (scene.nearby @ likely) - 1
        side = 1 / (1 + np.exp(-speaks.clip(-30, 30)))
        held = _held(scene, 2 * side, 2 * (1 - side), 1.5)
        likely = 1 / (1 + np.exp(-10 * (held - 0.5)))
    return likely > 0.5


def _votes(scene: _Scene, likely: "Floats") -> "Floats":
    """How much more common each region's colour is in the subject than in the ground."""
    import numpy as np

    shares = scene.regions.shares
    inside, outside = (
        scene.alike @ (shares * part) / max(1e-6, (shares * part).sum())
        for part in (likely, 1 - likely)
    )
    votes: Floats = np.log((inside + 1e-3) / (outside + 1e-3)).clip(-3, 3)
    return votes


def _tidied(scene: _Scene, subject: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    """The subject without what is small and apart from it, and without small holes."""
    regions = scene.regions
    across = regions.places[:, 0]
    weights = regions.shares * 2.72 ** (-(((across - 0.5) / 0.35) ** 2))
    pieces = regions.joined(subject)
    most = max((weights[piece].sum() for piece in pieces), default=0)
    tidy = subject.copy()
    for piece in pieces:
        tidy[piece] = weights[piece].sum() >= 0.1 * most
    bordering = regions.rims.sum(0) > 0
    for hole in regions.joined(~subject):
        if not bordering[hole].any() and regions.shares[hole].sum() < 0.03:
            tidy[hole] = True
    return tidy


def _judged(scene: _Scene, subject: "NDArray[np.bool_]", person: _Person) -> _Judgement:
    regions = scene.regions
    outline = regions.shared * (subject[:, None] & ~subject)
    votes = _votes(scene, subject.astype(float))
    rim = regions.rims[[0, 2, 3]].sum(0)
    middle = regions.shares * scene.central
    right = (2 * subject - 1) * votes
    drawn = regions.shares * person.likely
    return _Judgement(
        contrast=float((outline * regions.apart).sum() / max(1.0, outline.sum())),
        parting=float((regions.shares * right).sum()),
        cut=float(rim[subject].sum() / max(1.0, rim.sum())),
        middle=float(middle[subject].sum() / max(1e-9, middle.sum())),
        share=float(regions.shares[subject].sum()),
        missing=person.sure * float(drawn[~subject].sum() / max(1e-9, drawn.sum())),
    )
