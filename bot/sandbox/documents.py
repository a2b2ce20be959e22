"""Writes PSD files with layers."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from bot.sandbox.materials import limited

_MOST = 2048  # pixels of the longer side; a document is many times as large as its pictures


class Layer(NamedTuple):
    """A picture of a document, with its name (of Latin letters); a hidden one can be shown."""

    name: str
    image: Image.Image
    visible: bool = True


def psd(layers: Sequence[Layer]) -> bytes:
    """A PSD file of pictures of one size, the lowest first, on a transparent ground."""
    from psd_tools import PSDImage

    whole = Image.new("RGBA", layers[0].image.size)
    for each in layers:
        if each.visible:
            whole.alpha_composite(each.image.convert("RGBA"))
    document = PSDImage.frompil(whole)
    for each in layers:
        image = each.image.convert("RGBA")
        left, top, *_ = box = image.getbbox() or (0, 0, 1, 1)
        layer = document.create_pixel_layer(image.crop(box), each.name, top, left)
        layer.visible = each.visible
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def matte_psd(source: Image.Image, cut: Image.Image) -> bytes:
    """A PSD file of a cut-out above the picture it comes from, which is hidden.

    Its longer side has at most 2048 pixels.
    """
    below, above = limited(source, _MOST), limited(cut, _MOST)
    return psd([Layer("Original", below, visible=False), Layer("Cut-out", above)])
