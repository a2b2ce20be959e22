import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import BadMediaError
from bot.media import masks


def saved(folder: Path, image: Image.Image, kind: str = "PNG") -> Path:
    path = folder / f"mask.{kind.lower()}"
    image.save(path, kind)
    return path


def spotted(mode: str = "L", colour: object = 255, size: tuple[int, int] = (40, 30)) -> Image.Image:
    image = Image.new(mode, size)
    image.paste(colour, (5, 6, 15, 16))
    return image


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("L", 255), ("1", 255), ("RGB", (200, 200, 200)), ("RGBA", (255, 255, 255, 255))],
)
def test_a_mask_becomes_pure_black_and_white(tmp_path, mode, colour):
    clean = masks.cleaned(saved(tmp_path, spotted(mode, colour)), (40, 30), tmp_path)

    with Image.open(clean) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "1", (40, 30))
        assert image.getbbox() == (5, 6, 15, 16)


def test_what_is_transparent_counts_as_black(tmp_path):
    image = Image.new("RGBA", (40, 30), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 3, 3))

    with Image.open(masks.cleaned(saved(tmp_path, image), (40, 30), tmp_path)) as clean:
        assert clean.getbbox() == (0, 0, 3, 3)


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path):
    with pytest.raises(BadMediaError, match="40 × 30 pixels, but the picture has 41 × 30"):
        masks.cleaned(saved(tmp_path, spotted()), (41, 30), tmp_path)


def test_an_all_black_mask_is_refused(tmp_path):
    with pytest.raises(BadMediaError, match="all black"):
        masks.cleaned(saved(tmp_path, spotted(colour=100)), (40, 30), tmp_path)


def test_a_data_url_is_decoded(tmp_path):
    file = io.BytesIO()
    spotted().save(file, "PNG")
    address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()

    assert masks.decoded(address, tmp_path).read_bytes() == file.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://example.com/mask.png",
        "data:image/svg+xml;base64,AAAA",
        "data:image/png;base64,not base64!",
        "data:image/png;base64," + "A" * masks.MOST_BYTES,
    ],
    ids=["empty", "link", "svg", "garbage", "huge"],
)
def test_what_is_no_data_url_of_a_png_is_refused(tmp_path, address):
    with pytest.raises(BadMediaError):
        masks.decoded(address, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_png_leaves_nothing_behind_but_itself(tmp_path):
    path = tmp_path / "bad.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)

    with pytest.raises(BadMediaError):
        masks.cleaned(path, (40, 30), tmp_path)
    assert list(tmp_path.iterdir()) == [path]
