"""Pictures traced into shapes."""

import io
import re
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.sandbox.stickers import sticker
from bot.sandbox.vectors import eps_of, svg_of, traced
from tests.bot.sandbox.pictures import difference, portrait, scene, take

SVG = "{http://www.w3.org/2000/svg}"


def shapes_of(svg):
    # Written by ourselves, so that nothing hostile is in it.
    root = ElementTree.fromstring(svg)  # noqa: S314
    return root, root.findall(f".//{SVG}path")


def curve(start, one, two, end):
    for step in range(1, 7):
        t = step / 6
        parts = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
        corners = (start, one, two, end)
        yield tuple(sum(p * c[n] for p, c in zip(parts, corners, strict=True)) for n in (0, 1))


def interpreted(eps):
    """An EPS file of ours drawn by an interpreter of the few words it uses."""
    text = eps.decode("ascii")
    width, height = map(int, re.search(r"BoundingBox: 0 0 (\d+) (\d+)", text).groups())
    image, stack, paths = Image.new("RGB", (width, height), "white"), [], []
    (right, up), (wide, high) = (0.0, 0.0), (1.0, 1.0)
    for word in text[text.index("gsave") :].split():
        if re.fullmatch(r"-?[\d.]+(e-?\d+)?", word):
            stack.append(float(word))
            continue
        pairs = list(zip(stack[::2], stack[1::2], strict=False))
        if word == "translate":
            right, up = pairs[0]
        elif word == "scale":
            wide, high = pairs[0]
        elif word == "m":
            paths.append([pairs[0]])
        elif word == "l":
            paths[-1].append(pairs[0])
        elif word == "c":
            paths[-1] += curve(paths[-1][-1], *pairs)
        elif word == "f":
            mask = Image.new("L", image.size)
            for path in paths:
                one = Image.new("L", image.size)
                points = [(right + x * wide, height - up - y * high) for x, y in path]
                ImageDraw.Draw(one).polygon(points, fill=255)
                mask = ImageChops.difference(mask, one)
            image.paste(tuple(round(part * 255) for part in stack), (0, 0), mask)
            paths = []
        stack = []
    return image


@pytest.fixture(
    scope="module",
    params=[portrait(200), scene(size=(200, 150)), sticker("a fox", take())],
    ids=["photograph", "scene", "sticker"],
)
def picture(request):
    return request.param


def test_an_svg_file_has_paths_and_the_size_of_the_picture(picture):
    root, paths = shapes_of(svg_of(traced(picture)))

    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == f"0 0 {picture.width} {picture.height}"
    assert (root.get("width"), root.get("height")) == tuple(map(str, picture.size))
    assert len(paths) > 8
    assert all(re.fullmatch(r"#[0-9A-Fa-f]{6}", path.get("fill")) for path in paths)


def test_an_svg_file_has_the_colours_of_the_picture():
    image = Image.new("RGB", (80, 60), (255, 255, 255))
    ImageDraw.Draw(image).rectangle((20, 20, 60, 40), fill=(200, 30, 40))

    _, paths = shapes_of(svg_of(traced(image)))
    fills = [tuple(bytes.fromhex(path.get("fill")[1:])) for path in paths]

    assert any(
        max(abs(a - b) for a, b in zip(fill, (200, 30, 40), strict=True)) < 12 for fill in fills
    )


def test_an_svg_file_loads_nothing():
    svg = svg_of(traced(scene(size=(60, 40)))).decode()

    assert not re.search(r"<script|href|<image|<!ENTITY|url\(", svg)


def test_an_eps_file_says_what_it_is(picture):
    lines = eps_of(traced(picture)).decode("ascii").splitlines()

    assert lines[0] == "%!PS-Adobe-3.0 EPSF-3.0"
    assert lines[1] == f"%%BoundingBox: 0 0 {picture.width} {picture.height}"
    assert lines[-1] == "%%EOF"
    assert max(map(len, lines)) < 256


def test_pillow_recognises_an_eps_file(picture):
    with Image.open(io.BytesIO(eps_of(traced(picture)))) as opened:
        assert opened.format == "EPS"
        assert opened.size == picture.size


def test_an_eps_file_has_the_same_shapes_as_the_svg_file(picture):
    shapes = traced(picture)
    _, paths = shapes_of(svg_of(shapes))

    assert eps_of(shapes).decode().count(" f\n") == len(paths)


def test_an_eps_file_shows_the_picture(picture):
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture.convert("RGBA"))

    drawn = interpreted(eps_of(traced(picture)))

    assert difference(drawn, flat) < 20
    assert difference(drawn, flat) < 0.4 * difference(Image.new("RGB", drawn.size, "grey"), flat)


def test_a_large_picture_is_drawn_at_its_size():
    image = Image.new("RGB", (2400, 1200), (250, 250, 250))
    image.paste((20, 80, 160), (1600, 300, 2200, 900))

    drawn = interpreted(eps_of(traced(image)))

    assert drawn.size == (2400, 1200)
    assert drawn.getpixel((1900, 600))[2] > drawn.getpixel((1900, 600))[0] + 80
    assert min(drawn.getpixel((600, 600))) > 230


def test_a_photograph_becomes_a_file_of_a_reasonable_size():
    assert len(svg_of(traced(portrait(512)))) < 600_000


def test_what_is_transparent_has_no_shapes():
    _, paths = shapes_of(svg_of(traced(Image.new("RGBA", (40, 30)))))

    assert paths == []


def test_files_are_the_same_again(picture):
    assert svg_of(traced(picture)) == svg_of(traced(picture))
    assert eps_of(traced(picture)) == eps_of(traced(picture))
