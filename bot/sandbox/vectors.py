"""Traces pictures into shapes, as SVG and EPS files."""

import io
import re
from dataclasses import dataclass

from PIL import Image, ImageFilter

from bot.sandbox.materials import limited

_COLOURS = 32
_TRACED = 1024  # pixels of the longer side at which a picture is traced
_PATH = re.compile(r'<path d="([^"]*)" fill="#([0-9A-Fa-f]{6})"[^>]*?translate\(([^)]*)\)')
_TOKEN = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:[eE][-+]?\d+)?")
_COUNTS = {"M": 2, "L": 2, "C": 6, "Z": 0}


@dataclass(frozen=True)
class Traced:
    """The shapes of a picture, largest and lowest first; `svg` is how they were traced."""

    size: tuple[int, int]
    scale: float
    svg: str


def traced(source: Image.Image) -> Traced:
    """The shapes of a picture; what is transparent has none."""
    import vtracer  # type: ignore[import-untyped]

    image = limited(source.convert("RGBA"), _TRACED)
    # In few colours a gradient becomes bands; as it is, it would all be one shape.
    few = image.convert("RGB").filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.BoxBlur(1))
    few = few.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few = few.convert("RGB").filter(ImageFilter.MedianFilter(3))
    few.putalpha(image.getchannel("A").point([0] * 128 + [255] * 128))
    buffer = io.BytesIO()
    few.save(buffer, "PNG", compress_level=1)
    svg = vtracer.convert_raw_image_to_svg(
        buffer.getvalue(),
        img_format="png",
        mode="spline",
        filter_speckle=max(1, min(6, min(image.size) // 64)),
        color_precision=8,
        layer_difference=8,
        corner_threshold=50,
        length_threshold=5.0,
        path_precision=1,
    )
    return Traced(source.size, source.width / image.width, svg)


def svg_of(shapes: Traced) -> bytes:
    """The shapes as an SVG file, as large as the picture was."""
    width, height = shapes.size
    inner = shapes.svg[shapes.svg.index("<path") if "<path" in shapes.svg else len(shapes.svg) :]
    inner = inner.removesuffix("\n").removesuffix("</svg>").rstrip()
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">',
        f'<g transform="scale({shapes.scale:.6g})">',
        inner,
        "</g>",
        "</svg>",
        "",
    ]
    return "\n".join(lines).encode()


def eps_of(shapes: Traced) -> bytes:
    """The same shapes as an EPS file, one point for each pixel of the picture."""
    width, height = shapes.size
    body = [_painted(path, fill, shift) for path, fill, shift in _PATH.findall(shapes.svg)]
    lines = [
        "%!PS-Adobe-3.0 EPSF-3.0",
        f"%%BoundingBox: 0 0 {width} {height}",
        f"%%HiResBoundingBox: 0 0 {width} {height}",
        "%%Title: (traced)",
        "%%LanguageLevel: 2",
        "%%Pages: 1",
        "%%EndComments",
        "%%BeginProlog",
        "/m {moveto} bind def /l {lineto} bind def /c {curveto} bind def",
        "/z {closepath} bind def /f {setrgbcolor fill} bind def",
        "%%EndProlog",
        "%%Page: 1 1",
        "gsave",
        # Y counts downwards in the picture and upwards on the page.
        f"0 {height} translate {shapes.scale:.6g} {-shapes.scale:.6g} scale",
        *body,
        "grestore",
        "showpage",
        "%%EOF",
        "",
    ]
    return "\n".join(lines).encode("ascii")


def _painted(path: str, fill: str, shift: str) -> str:
    """One path of an SVG in the words of PostScript."""
    right, down = (float(value) for value in re.split(r"[ ,]+", shift.strip()))
    words, values, command = [], list[str](), "M"
    tokens = iter(_TOKEN.findall(path))
    for token in tokens:
        if token.isalpha():
            command = token
            if command == "Z":
                words.append("z")
            continue
        offset = down if len(values) % 2 else right
        values.append(f"{float(token) + offset:.2f}".rstrip("0").rstrip("."))
        if len(values) == _COUNTS[command]:
            words.append(f"{' '.join(values)} {command.lower()}")
            values.clear()
    red, green, blue = (int(fill[n : n + 2], 16) / 255 for n in (0, 2, 4))
    words.append(f"{red:.3g} {green:.3g} {blue:.3g} f")
    return "\n".join(words)
