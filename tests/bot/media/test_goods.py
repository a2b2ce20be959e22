"""Cut-outs, backdrops and canvases."""

import pytest
from PIL import Image

from bot.errors import BadMediaError
from bot.media.goods import OpaqueError, backdrop, canvas_size, trimmed
from tests.bot.media.pictures import noise, saved


def cut_out(size=(60, 40), box=(10, 5, 30, 35)):
    """A picture that shows something in a box, and a shadow that nobody sees beside it."""
    image = Image.new("RGBA", size, (0, 0, 0, 8))
    image.paste((200, 30, 40, 255), box)
    image.putpixel((box[0], box[1]), (200, 30, 40, 9))
    return image


@pytest.mark.parametrize("extension", ["png", "webp"])
def test_a_cut_out_is_trimmed_to_what_can_be_seen(extension, tmp_path):
    path = saved(cut_out(), tmp_path / f"a.{extension}", lossless=True)

    with Image.open(trimmed(path, tmp_path)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (20, 30))
        assert image.getpixel((0, 0))[3] == 0
        assert image.getpixel((1, 0)) == (200, 30, 40, 255)
        assert image.getpixel((19, 29)) == (200, 30, 40, 255)


def test_a_trimmed_cut_out_is_as_large_as_can_be_taken(tmp_path):
    path = saved(cut_out((5100, 12), (50, 0, 5050, 10)), tmp_path / "a.png")

    with Image.open(trimmed(path, tmp_path)) as image:
        assert image.size == (4096, 8)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_with_a_background_is_no_cut_out(mode, tmp_path):
    image = noise((20, 20)).convert(mode)
    if mode == "RGBA":
        image.paste((0, 0, 0, 0), (0, 0, 3, 1))  # fewer than one of a hundred
    path = saved(image, tmp_path / "a.png")

    with pytest.raises(OpaqueError, match="cut its subject out"):
        trimmed(path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_of_nothing_is_refused_for_another_reason(tmp_path):
    path = saved(Image.new("RGBA", (20, 20), (255, 255, 255, 8)), tmp_path / "a.png")

    with pytest.raises(BadMediaError, match="transparent") as caught:
        trimmed(path, tmp_path)
    assert not isinstance(caught.value, OpaqueError)


@pytest.mark.parametrize("size", [(400, 400), (1280, 400), (500, 700)])
def test_a_backdrop_has_exactly_the_size_and_shows_the_middle(size, tmp_path):
    image = Image.new("RGB", (90, 90), "red")
    image.paste("blue", (30, 30, 60, 60))

    with Image.open(backdrop(saved(image, tmp_path / "a.png"), size, tmp_path)) as made:
        assert (made.format, made.mode, made.size) == ("JPEG", "RGB", size)
        assert made.getpixel((size[0] // 2, size[1] // 2))[2] > 200
        # As large as it can be while nothing is left empty or out of shape.
        scale = max(size) / 90
        assert made.getpixel((size[0] // 2, round(size[1] / 2 - 10 * scale)))[2] > 200
        assert made.getpixel((round(size[0] / 2 - 10 * scale), size[1] // 2))[2] > 200


def test_white_shows_through_a_backdrop(tmp_path):
    path = saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), tmp_path / "a.png")

    with Image.open(backdrop(path, (400, 400), tmp_path)) as made:
        assert made.getpixel((200, 200)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("picture", "canvas"),
    [
        ((1000, 800), (1000, 800)),
        ((4000, 3000), (1280, 960)),
        ((3000, 4000), (960, 1280)),
        ((200, 100), (800, 400)),
        ((1, 1), (400, 400)),
        ((3000, 500), (1280, 400)),
        ((1, 9000), (400, 1280)),
        ((500, 300), (667, 400)),
    ],
)
def test_a_canvas_has_the_pictures_shape_as_well_as_it_can(picture, canvas):
    assert canvas_size(*picture) == canvas
