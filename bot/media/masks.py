"""Masks: black-and-white pictures, white where something is to be repainted. Synchronous."""

import base64
import binascii
import tempfile
from pathlib import Path

from bot.errors import BadMediaError
from bot.media.images import opened
from bot.text import N_

MOST_BYTES = 4_000_000  # of a mask as a data: URL
_PREFIX = "data:image/png;base64,"
_WHITE = 128  # the least brightness that counts as white


def decoded(address: str, folder: Path) -> Path:
    """A ``data:`` URL's PNG in a new file of `folder`, unchecked; BadMediaError if it is none."""
    if len(address) > MOST_BYTES or not address.startswith(_PREFIX):
        raise BadMediaError(N_("The mask is no PNG picture, or it is too large."))
    try:
        data = base64.b64decode(address[len(_PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        raise BadMediaError(N_("The mask is damaged; draw it again.")) from None
    return _written(data, folder)


def cleaned(path: Path, size: tuple[int, int], folder: Path) -> Path:
    """The mask in pure black and white, in a new PNG file of `folder`.

    BadMediaError unless it has exactly the `size` of its picture, in pixels, and some white.
    """
    from PIL import Image

    with opened(path) as image:
        if image.size != size:
            raise BadMediaError(
                N_("The mask has {mask} pixels, but the picture has {picture}; both must agree."),
                mask=f"{image.width} × {image.height}",
                picture=f"{size[0]} × {size[1]}",
            )
        flat = Image.new("RGBA", size, "black")
        flat.alpha_composite(image.convert("RGBA"))
    mask = flat.convert("L").point(lambda value: 255 if value >= _WHITE else 0)
    if mask.getbbox() is None:
        raise BadMediaError(N_("The mask is all black: white has to mark what to repaint."))
    out = _written(b"", folder)
    mask.convert("1").save(out, "PNG", optimize=True)
    return out


def _written(data: bytes, folder: Path) -> Path:
    with tempfile.NamedTemporaryFile(
        prefix="mask-", suffix=".png", dir=folder, delete=False
    ) as file:
        file.write(data)
    return Path(file.name)
