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


def area(*points: float, size: tuple[int, int] = (40, 30)) -> dict[str, object]:
    return {"width": size[0], "height": size[1], "points": list(points)}


def drawn(folder: Path, *areas: dict[str, object]) -> Image.Image:
    with Image.open(masks.drawn(areas, (40, 30), folder)) as image:
        image.load()
    return image


def white(image: Image.Image) -> int:
    return image.histogram()[255]


def test_a_drawn_area_is_white_to_the_pixel(tmp_path):
    image = drawn(tmp_path, area(5, 6, 15, 6, 15, 16, 5, 16))

    assert (image.format, image.mode, image.size) == ("PNG", "1", (40, 30))
    assert image.getbbox() == (5, 6, 15, 16)
    assert white(image) == 100


def test_a_slope_takes_the_pixels_whose_centre_it_holds(tmp_path):
    image = drawn(tmp_path, area(0, 0, 30, 30, 0, 30))

    assert [white(image.crop((0, y, 40, y + 1))) for y in range(30)] == pytest.approx(
        [y + 0.5 for y in range(30)], abs=0.5
    )


def test_all_areas_together_are_white_whichever_way_they_turn(tmp_path):
    image = drawn(tmp_path, area(0, 0, 20, 0, 20, 10, 0, 10), area(10, 0, 10, 10, 30, 10, 30, 0))

    assert image.getbbox() == (0, 0, 30, 10)
    assert white(image) == 300


def test_a_line_that_crosses_itself_leaves_no_hole(tmp_path):
    star = area(20, 1, 28, 28, 5, 11, 35, 11, 12, 28)

    assert drawn(tmp_path, star).getpixel((20, 16)) == 255


def test_an_area_of_another_size_of_the_picture_is_brought_to_this_one(tmp_path):
    image = drawn(tmp_path, area(40, 0, 80, 0, 80, 16, 40, 16, size=(80, 60)))

    assert image.getbbox() == (20, 0, 40, 8)


def test_an_area_is_cut_off_where_the_picture_ends(tmp_path):
    image = drawn(tmp_path, area(30, 20, 1e308, 20, 1e308, 1e308, 30, 1e308))

    assert image.getbbox() == (30, 20, 40, 30)


@pytest.mark.parametrize(
    "areas",
    [
        [],
        [area(5, 5, 5.2, 5, 5.2, 5.2)],
        [area(0, 0, 10, 0)],
        [area(0, 0, 10, 0, 10, 10, 5)],
        [area(0, 0, 10, 0, 10, float("nan"))],
        [area(0, 0, 10, 0, 10, 10**400)],
        [area(0, 0, 10, 0, 10, 10, size=(0, 30))],
        [{"width": 40, "height": 30, "points": None}],
        [{"points": [0, 0, 10, 0, 10, 10]}],
        [area(*[0, 0, 10, 0, 10, 10] * 4000)],
    ],
    ids=["none", "tiny", "line", "odd", "nan", "huge", "flat", "null", "bare", "endless"],
)
def test_areas_that_mark_nothing_or_cannot_be_read_are_refused(tmp_path, areas):
    with pytest.raises(BadMediaError, match=r"(?i)draw"):
        masks.drawn(areas, (40, 30), tmp_path)
    assert list(tmp_path.iterdir()) == []
