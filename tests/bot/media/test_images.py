import contextlib
import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.errors import BadMediaError
from bot.media import images
from bot.media.images import (
    inspect,
    shrink_to_fit,
    sniff,
    thumbnail,
)
from tests.bot.media.pictures import noise, png_header, saved

ORIENTATION = 0x0112
HEADS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff\xe0",
    "gif": b"GIF89a",
    "webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "mp4": b"\x00\x00\x00\x20ftypisom",
    "mov": b"\x00\x00\x00\x14ftypqt  ",
    "webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm",
    "psd": b"8BPS\x00\x01",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0",
    "svg": b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg">',
}
UNKNOWN = [
    b"",
    b"<!DOCTYPE html><html><svg></svg></html>",
    b"<html><body>403</body></html>",
    b'{"error": "expired"}',
    b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    b"\x00\x00\x00\x20ftypavif",
    b"\x00\x00\x00\x18ftypheic",
    b"RIFF\x10\x00\x00\x00WAVEfmt ",
    b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska",
    b"%PDF-1.7",
    b"<!---->" * 500,
]


@pytest.fixture
def bomb(tmp_path):
    """20 KiB that are 13,000 × 13,000 pixels when somebody decodes them."""
    return saved(Image.new("1", (13000, 13000)), tmp_path / "bomb.png", compress_level=9)


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("extension", HEADS)
def test_the_first_bytes_tell_the_type(extension):
    assert sniff(HEADS[extension]).extension == extension


@pytest.mark.parametrize("head", UNKNOWN)
def test_anything_else_has_no_type(head):
    assert sniff(head) is None


@pytest.mark.parametrize("extension", ["png", "jpg", "gif", "webp"])
@pytest.mark.parametrize("options", [{}, {"lossless": True}])
def test_a_picture_is_what_its_content_says(extension, options, tmp_path):
    path = tmp_path / "wrong.txt"
    noise((37, 21)).save(path, images._FORMATS[extension], **options)

    info = inspect(path)

    assert (info.extension, info.width, info.height) == (extension, 37, 21)
    assert info.content_type == "image/" + extension.replace("jpg", "jpeg")
    assert info.size == path.stat().st_size
    assert not info.too_large_to_decode


def test_a_webp_with_alpha_and_a_progressive_jpeg_tell_their_size(tmp_path):
    webp = saved(noise((9, 5), "RGBA"), tmp_path / "a.webp", exif=b"Exif\x00\x00")
    jpeg = saved(noise((9, 5)), tmp_path / "a.jpg", progressive=True, exif=b"Exif" + bytes(50000))

    assert [(i.width, i.height) for i in map(inspect, (webp, jpeg))] == [(9, 5)] * 2


@pytest.mark.parametrize("extension", ["mp4", "webm", "svg", "psd"])
def test_clips_and_documents_are_not_decoded(extension, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(HEADS[extension] + bytes(100))

    info = inspect(path)

    assert (info.extension, info.width, info.height) == (extension, 0, 0)


@pytest.mark.parametrize("content", UNKNOWN)
def test_what_only_claims_to_be_a_picture_is_bad(content, tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(content)

    with pytest.raises(BadMediaError):
        inspect(path)


@pytest.mark.parametrize("extension", ["png", "jpg", "gif", "webp"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.95])
def test_a_truncated_picture_is_bad(extension, part, tmp_path):
    whole = saved(noise((64, 64)), tmp_path / f"whole.{extension}").read_bytes()
    path = tmp_path / "part"
    path.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(BadMediaError):
        inspect(path)


@given(st.sampled_from(sorted(HEADS)), st.binary(max_size=200))
def test_hostile_content_never_raises_another_error(tmp_path_factory, extension, tail):
    path = tmp_path_factory.getbasetemp() / "hostile"
    path.write_bytes(HEADS[extension] + tail)

    with contextlib.suppress(BadMediaError):
        assert inspect(path).extension in HEADS


def test_a_result_too_large_to_decode_still_tells_its_size(bomb):
    info = inspect(bomb)

    assert (info.width, info.height, info.too_large_to_decode) == (13000, 13000, True)


@pytest.mark.parametrize("width", [13000, 2_000_000_000])
def test_a_bomb_is_never_decoded(width, tmp_path, made, monkeypatch):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(width, 13000))
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("a decoder saw the bomb"))
    uses = [
        lambda path: shrink_to_fit(path, 10, made),
        lambda path: thumbnail(path, (64, 64), made / "out"),
    ]

    for use in uses:
        with pytest.raises(BadMediaError):
            use(path)
    assert list(made.iterdir()) == []


def test_a_header_that_lies_to_us_does_not_pass_the_limit(tmp_path, monkeypatch):
    path = saved(noise((64, 64)), tmp_path / "a.png")
    monkeypatch.setattr(images, "_header_size", lambda path, kind: (1, 1))

    with pytest.raises(BadMediaError, match="64 × 64"), images.opened(path, 64 * 63):
        pytest.fail("it was opened")


def test_text_that_unpacks_to_a_flood_is_bad(tmp_path):
    text = zlib.compress(bytes(80 * 1024 * 1024))
    data = b"key\x00\x00" + text
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + data))
    whole = png_header(8, 8)
    path = tmp_path / "text.png"
    path.write_bytes(whole[:33] + chunk + whole[33:])

    with pytest.raises(BadMediaError):
        inspect(path)


def test_a_picture_that_fits_is_not_touched(tmp_path, made):
    path = saved(noise((16, 16)), tmp_path / "a.png")

    assert shrink_to_fit(path, path.stat().st_size, made) == path


@pytest.mark.parametrize(
    ("extension", "mode", "becomes"),
    [
        ("jpg", "RGB", "jpg"),
        ("webp", "RGB", "webp"),
        ("png", "RGB", "jpg"),
        ("png", "RGBA", "webp"),
    ],
)
@pytest.mark.parametrize("part", [2, 20, 50])
def test_a_rendition_fits_and_keeps_the_proportions(extension, mode, becomes, part, tmp_path, made):
    path = saved(noise((400, 200), mode), tmp_path / f"a.{extension}")
    limit = path.stat().st_size // part

    out = shrink_to_fit(path, limit, made)

    info = inspect(out)
    assert info.size <= limit
    assert info.extension == becomes
    assert info.width <= 400
    assert info.width == pytest.approx(info.height * 2, abs=2)
    with Image.open(out) as result:
        assert result.mode == mode


def test_quality_is_given_up_before_size(tmp_path, made):
    path = saved(noise((400, 200)), tmp_path / "a.png")

    out = shrink_to_fit(path, path.stat().st_size * 2 // 3, made)

    assert inspect(out).width == 400


@pytest.mark.parametrize("limit", [0, 1, 100])
def test_an_impossible_limit_comes_to_an_end(limit, tmp_path, made):
    path = saved(noise((300, 300)), tmp_path / "a.png")

    with pytest.raises(BadMediaError):
        shrink_to_fit(path, limit, made)
    assert list(made.iterdir()) == []


def test_a_very_long_picture_becomes_a_possible_webp(tmp_path, made):
    path = saved(noise((16500, 8), "RGBA"), tmp_path / "a.png")

    info = inspect(shrink_to_fit(path, path.stat().st_size - 1, made))

    assert (info.extension, info.width) == ("webp", 16383)


def test_a_clip_cannot_be_shrunk(tmp_path, made):
    path = tmp_path / "a.mp4"
    path.write_bytes(HEADS["mp4"] + bytes(100))

    with pytest.raises(BadMediaError):
        shrink_to_fit(path, 10, made)


@pytest.mark.parametrize("extension", ["png", "jpg", "webp"])
def test_a_thumbnail_is_upright_within_its_box_and_never_enlarged(extension, tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    path = saved(noise((400, 200)), tmp_path / f"a.{extension}", exif=exif)
    small, large = tmp_path / "small", tmp_path / "large"

    thumbnail(path, (100, 60), small)
    thumbnail(path, (4000, 4000), large)

    assert (inspect(small).width, inspect(small).height) == (30, 60)
    assert (inspect(large).width, inspect(large).height) == (200, 400)


def test_pillow_is_not_loaded_before_it_is_needed():
    code = "import sys, bot.media.images; sys.exit('PIL' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own code

    assert done.returncode == 0


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY ns "http://x">]><svg xmlns="&ns;">', "svg"),
        (b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg">', "svg"),
        (b"%!PS\n%%BoundingBox: 0 0 9 9", "eps"),
        (b"8BPS\x00\x02" + bytes(20), "psb"),
    ],
)
def test_a_document_is_known_in_every_form_that_programs_write(head, extension):
    kind = sniff(head)

    assert kind is not None
    assert kind.extension == extension
