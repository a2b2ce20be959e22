"""Products before a background: cut-outs to their edges, and canvases to stand on. Synchronous."""

from pathlib import Path

from bot.errors import BadMediaError
from bot.media.images import opened, plain, written
from bot.text import N_

_FAINT = 8  # alpha, of 255, that nobody sees
_LEAST_CLEAR = 0.01  # of all pixels: a cut-out has more, a rounded corner or a stray pixel less
_LONGEST = 4096  # pixels of a cut-out's longer side
_SHORTEST_CANVAS, _LONGEST_CANVAS = 400, 1280


class OpaqueError(BadMediaError):
    """The picture has a background."""


def trimmed(path: Path, folder: Path) -> Path:
    """A PNG of the cut-out alone, to the edges of what can be seen, at most 4096 pixels a side.

    OpaqueError where next to nothing is transparent, BadMediaError where everything is.
    """
    with opened(path) as image:
        picture = plain(image)
    if picture.mode != "RGBA":
        raise _opaque()
    alpha = picture.getchannel("A")
    clear = sum(alpha.histogram()[: _FAINT + 1])
    if clear < _LEAST_CLEAR * picture.width * picture.height:
        raise _opaque()
    box = alpha.point(lambda value: 255 if value > _FAINT else 0).getbbox()
    if box is None:
        raise BadMediaError(N_("All of the picture is transparent; give one that shows something."))
    cut = picture.crop(box)
    cut.thumbnail((_LONGEST, _LONGEST), reducing_gap=3.0)
    if not sum(cut.getchannel("A").histogram()[: _FAINT + 1]):
        # A box or a book fills its own edges, but what is no cut-out is refused.
        cut.putpixel((0, 0), (0, 0, 0, 0))
    return written(folder, "png", lambda file: cut.save(file, "PNG"))


def backdrop(path: Path, size: tuple[int, int], folder: Path) -> Path:
    """A JPEG of exactly this size, filled by the picture's middle; white shows through it."""
    from PIL import Image, ImageOps

    with opened(path) as image:
        picture = plain(image)
    filling = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    ground = Image.new("RGB", size, "white")
    ground.paste(filling, mask=filling if filling.mode == "RGBA" else None)
    return written(folder, "jpg", lambda file: ground.save(file, "JPEG", quality=95))


def canvas_size(width: int, height: int) -> tuple[int, int]:
    """The canvas of 400 to 1280 pixels a side that is most like a picture of this size.

    A very long picture's canvas is as long as possible; otherwise the shape is the picture's.
    """
    scale = min(1.0, _LONGEST_CANVAS / max(width, height))
    scale = max(scale, _SHORTEST_CANVAS / min(width, height))
    return _side(width * scale), _side(height * scale)


def _side(length: float) -> int:
    return max(_SHORTEST_CANVAS, min(round(length), _LONGEST_CANVAS))


def _opaque() -> OpaqueError:
    return OpaqueError(N_("The picture has a background; cut its subject out first."))
