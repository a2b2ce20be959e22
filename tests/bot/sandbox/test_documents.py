"""PSD files."""

import io

import pytest
from PIL import Image
from psd_tools import PSDImage

from bot.sandbox.documents import Layer, matte_psd, psd
from bot.sandbox.mattes import matted
from tests.bot.sandbox.pictures import difference, portrait, same


@pytest.fixture(scope="module")
def pictures():
    image = portrait(160)
    return image, matted(image)


def test_pillow_opens_the_file_and_sees_the_cut_out(pictures):
    source, cut = pictures
    with Image.open(io.BytesIO(matte_psd(source, cut))) as opened:
        opened.load()

        assert opened.format == "PSD"
        assert opened.mode == "RGBA"
        assert opened.size == source.size
        assert difference(opened.getchannel("A"), cut.getchannel("A")) < 1


def test_the_visible_part_keeps_its_colours(pictures):
    source, cut = pictures
    with Image.open(io.BytesIO(matte_psd(source, cut))) as opened:
        firm = cut.getchannel("A").point([0] * 255 + [255])

        assert difference(opened, cut, firm) < 1


def test_the_file_has_the_cut_out_above_the_hidden_original(pictures):
    source, cut = pictures
    document = PSDImage.open(io.BytesIO(matte_psd(source, cut)))
    original, subject = list(document)

    assert (original.name, original.visible) == ("Original", False)
    assert (subject.name, subject.visible) == ("Cut-out", True)
    assert original.topil().convert("RGB").tobytes() == source.tobytes()
    assert subject.bbox == cut.getbbox()


def test_pillow_lists_the_layers(pictures):
    with Image.open(io.BytesIO(matte_psd(*pictures))) as opened:
        assert [layer[0] for layer in opened.layers] == ["Original", "Cut-out"]


def test_a_layer_lies_above_the_ones_before_it():
    red, half = Image.new("RGB", (20, 10), "red"), Image.new("RGBA", (20, 10))
    half.paste((0, 0, 255, 255), (10, 0, 20, 10))
    with Image.open(io.BytesIO(psd([Layer("red", red), Layer("half", half)]))) as opened:
        assert opened.convert("RGB").getpixel((2, 5)) == (255, 0, 0)
        assert opened.convert("RGB").getpixel((15, 5)) == (0, 0, 255)


def test_an_empty_layer_is_borne():
    file = psd([Layer("nothing", Image.new("RGBA", (9, 7)))])

    assert PSDImage.open(io.BytesIO(file)).size == (9, 7)


def test_files_are_the_same_again(pictures):
    assert matte_psd(*pictures) == matte_psd(*pictures)
    assert same(*(Image.open(io.BytesIO(matte_psd(*pictures))).convert("RGBA") for _ in "ab"))
