"""The files that the Lingtu double draws: small, true, and blue where Youchuan's are red."""

import io
from functools import cache

from PIL import Image
from psd_tools import PSDImage

from tests.provider_double import picture

SIZE = (64, 48)
SHAPE = (16, 12, 48, 36)  # what is cut out, or the white of a mask
_CUTOUTS = {"matting", "transparent"}


@cache
def drawn(verb: str, place: int, kind: str) -> bytes:
    """What `verb` draws as its file number `place` (from 0) of one kind: png, psd, svg or eps."""
    if kind in ("svg", "eps"):
        return _vector(kind)
    if verb == "style-transfer" and place == 1:
        image = Image.new("RGB", SIZE)
        image.paste((255, 255, 255), SHAPE)
    elif verb in _CUTOUTS:
        image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
        image.paste((0, 0, 255, 255), SHAPE)
    else:
        return picture("blue", SIZE)
    file = io.BytesIO()
    if kind == "psd":
        PSDImage.frompil(image).save(file)
    else:
        image.save(file, "PNG")
    return file.getvalue()


def _vector(kind: str) -> bytes:
    width, height = SIZE
    if kind == "svg":
        box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        shape = f'<rect width="{width}" height="{height}" fill="#0000ff"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{shape}</svg>'.encode()
    box = f"%%BoundingBox: 0 0 {width} {height}"
    paint = f"0 0 1 setrgbcolor 0 0 {width} {height} rectfill"
    return f"%!PS-Adobe-3.0 EPSF-3.0\n{box}\n{paint}\n%%EOF\n".encode()
