"""Pictures of documents, which may mean harm."""

import base64
import io
import struct

import pytest
from PIL import Image
from psd_tools import PSDImage

from bot.errors import BadMediaError
from bot.media import previews
from bot.media.previews import rendered
from tests.bot.media.pictures import noise

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SQUARE = '<rect x="10" width="10" height="20" fill="#ff0000" fill-opacity="0.5"/>'
# The renderer asks for 200 GB for this tile.
ABYSS = (
    '<pattern id="p" width="5" height="1e38" patternUnits="userSpaceOnUse"><path d="M0 0L3 3"'
    ' stroke="red"/></pattern><circle r="9" cx="9" cy="9" fill="url(#p)"/>'
)


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


@pytest.fixture
def draw(tmp_path):
    def drawn(inner=SQUARE, root='width="20" height="20"', before=""):
        path = tmp_path / "drawing.svg"
        path.write_text(f"{before}<svg {SPACES} {root}>{inner}</svg>")
        return path

    return drawn


def seen(path):
    with Image.open(path) as image:
        image.load()
    assert (image.format, image.mode) == ("PNG", "RGBA")
    return image


def test_a_drawing_is_seen_with_what_is_transparent(draw, made):
    image = seen(rendered(draw(), made))

    assert image.getpixel((200, 500)) == (0, 0, 0, 0)
    assert image.getpixel((800, 500)) == pytest.approx((255, 0, 0, 128), abs=1)


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('width="20" height="10"', (1024, 512)),
        ('width="1500" height="750"', (1500, 750)),
        ('width="9000" height="4500"', (2048, 1024)),
        ('viewBox="0 0 600 1200"', (600, 1200)),
        ('width="100%" height="100%" viewBox="0,0,1200,600"', (1200, 600)),
        ('width="15in" height="7.5in" viewBox="0 0 2 1"', (1440, 720)),
        ('width="1e9" height="1e9"', (2048, 2048)),
        ('width="1e9" height="1"', (2048, 1)),
        ('width="1e999" height="1e999"', (2048, 2048)),
    ],
)
def test_a_preview_is_as_large_as_the_drawing_needs(root, size, draw, made):
    assert seen(rendered(draw(root=root), made)).size == size


def test_a_drawing_that_tells_no_size_is_seen_whole(draw, made):
    image = seen(rendered(draw(root=""), made))

    assert max(image.size) == 1024
    assert image.getbbox() is not None


@pytest.mark.parametrize(
    "inner",
    [
        '<image href="{path}" width="20" height="20"/>',
        '<image xlink:href="{path}" width="20" height="20"/>',
        '<image href=" {path}" width="20" height="20"/>',
        '<image href="file://{path}" width="20" height="20"/>',
        '<s:image xmlns:s="http://www.w3.org/2000/svg" xmlns:q="http://www.w3.org/1999/xlink"'
        ' q:href="{path}" width="20" height="20"/>',
        '<filter id="f" x="0" y="0" width="1" height="1"><feImage href="{path}"/></filter>'
        '<rect width="20" height="20" filter="url(#f)"/>',
        '<style>image {{ href: "{path}" }}</style><image width="20" height="20"/>',
        '<image href="data:image/svg+xml;base64,{nested}" width="20" height="20"/>',
    ],
    ids=["href", "xlink", "space", "file", "prefix", "filter", "style", "nested"],
)
def test_a_drawing_reads_no_other_file(inner, draw, made, tmp_path):
    picture = tmp_path / "secret.png"
    Image.new("RGB", (20, 20), "red").save(picture)
    nested = (
        f'<svg {SPACES} width="9" height="9"><image href="{picture}" width="9" height="9"/></svg>'
    )
    inside = inner.format(path=picture, nested=base64.b64encode(nested.encode()).decode())

    assert seen(rendered(draw(inside), made)).getbbox() is None


def test_a_drawing_reads_no_file_beside_the_program_either(draw, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (20, 20), "red").save("secret.png")
    path = draw('<image href="secret.png" width="20" height="20"/>')

    assert seen(rendered(path, made)).getbbox() is None


def test_what_a_declaration_adds_is_left_out_too(draw, made, tmp_path):
    picture = tmp_path / "secret.png"
    Image.new("RGB", (20, 20), "red").save(picture)
    path = draw('<image width="20" height="20"/>')
    declared = f'<!DOCTYPE svg [<!ATTLIST image href CDATA "{picture}">]>'
    drawing = previews._Drawing(io.BytesIO(declared.encode() + path.read_bytes()))

    assert "secret" not in drawing.text


def test_a_drawing_shows_the_pictures_and_shapes_it_holds_itself(draw, made):
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "blue").save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    inner = (
        f'<image xlink:href="data:image/png;base64,{data}" width="10" height="20"/>'
        '<defs><rect id="r" width="10" height="20"/></defs><use href="#r" x="10" fill="lime"/>'
    )

    image = seen(rendered(draw(inner), made))

    assert image.getpixel((200, 500)) == (0, 0, 255, 255)
    assert image.getpixel((800, 500)) == (0, 255, 0, 255)


def test_what_is_escaped_in_a_drawing_stays_so(draw, made):
    inner = '<title>a &lt; b &amp; "c"</title><style><![CDATA[g > rect { fill: lime }]]></style>'
    inner += '<g><rect id="&quot;&lt;" width="20" height="20"/></g>'

    assert seen(rendered(draw(inner), made)).getpixel((500, 500)) == (0, 255, 0, 255)


@pytest.mark.parametrize(
    ("inner", "root"),
    [
        ("<rect>", 'width="20" height="20"'),
        ("&lol;", 'width="20" height="20"'),
        ("<g>" * 101 + "</g>" * 101, 'width="20" height="20"'),
        (SQUARE, 'width="0" height="20"'),
        (SQUARE, 'width="-20" height="20"'),
        (SQUARE, 'width="20" width="20" height="20"'),
    ],
    ids=["unclosed", "entity", "deep", "flat", "negative", "twice"],
)
def test_a_broken_drawing_is_refused(inner, root, draw, made):
    with pytest.raises(BadMediaError, match="damaged"):
        rendered(draw(inner, root), made)
    assert list(made.iterdir()) == []


def test_entities_are_refused_wherever_they_stand(draw, made):
    bomb = '<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = draw("<title>&b;</title>", before=bomb)

    with pytest.raises(BadMediaError):
        rendered(path, made)
    with pytest.raises(BadMediaError):
        previews._Drawing(io.BytesIO(path.read_bytes()))


def test_a_panic_of_the_renderer_is_the_drawings_fault(draw, made, capfd):
    filters = '<filter id="f"><feOffset dy="1e38"/><feTile/></filter>'
    path = draw(filters + '<rect width="9" height="9" filter="url(#f)"/>')

    with pytest.raises(BadMediaError, match="damaged"):
        rendered(path, made)


def test_a_drawing_of_too_many_bytes_is_not_read(draw, made, monkeypatch):
    monkeypatch.setattr(previews, "_MOST_BYTES", 100)

    with pytest.raises(BadMediaError, match="larger than"):
        rendered(draw(), made)


def psd(path, image):
    PSDImage.frompil(image).save(path)
    return path


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_document_of_layers_is_seen_as_a_whole(mode, tmp_path, made):
    image = noise((30, 20), mode)

    shown = seen(rendered(psd(tmp_path / "a.psd", image), made))

    assert shown.tobytes() == image.convert("RGBA").tobytes()


def test_a_large_document_is_seen_smaller(tmp_path, made):
    path = psd(tmp_path / "a.psd", Image.new("RGBA", (4000, 10), (9, 9, 9, 99)))

    assert seen(rendered(path, made)).size == (2048, 5)


def test_a_document_that_claims_too_many_pixels_is_not_decoded(tmp_path, made, monkeypatch):
    path = psd(tmp_path / "a.psd", noise((30, 20)))
    data = bytearray(path.read_bytes())
    data[14:22] = struct.pack(">II", 30_000, 30_000)
    path.write_bytes(data)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("a decoder saw the bomb"))

    with pytest.raises(BadMediaError, match="30000 × 30000"):
        rendered(path, made)


@pytest.mark.parametrize("part", [0.01, 0.5])
def test_a_truncated_document_is_refused(part, tmp_path, made):
    path = psd(tmp_path / "a.psd", noise((64, 64)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])

    with pytest.raises(BadMediaError):
        rendered(path, made)
    assert list(made.iterdir()) == []


def test_another_file_is_no_document(tmp_path, made):
    path = tmp_path / "a.svg"
    noise((8, 8)).save(path, "PNG")

    with pytest.raises(BadMediaError, match="neither an SVG nor a PSD"):
        rendered(path, made)


async def test_a_child_process_bears_what_a_document_does_to_it(pool, draw, made):
    with pytest.raises(BadMediaError, match="too large or too complicated"):
        await pool.run(rendered, draw(ABYSS), made)

    assert seen(await pool.run(rendered, draw(), made)).size == (1024, 1024)
