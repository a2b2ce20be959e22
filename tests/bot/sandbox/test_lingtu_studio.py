"""What each of Lingtu's twenty tools makes of its request, asked of the emulator on real HTTP."""

import io

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps

from bot.wire import State
from tests.bot.sandbox.lingtu_desk import LINGTU, opened_lingtu
from tests.bot.sandbox.pictures import (
    all_differ,
    difference,
    goods,
    opaque_share,
    portrait,
    seam_of,
    shirt,
)

pytestmark = pytest.mark.usefixtures("small_results")

PHOTO = portrait(160)
HOLE = (20, 30, 60, 70)
GREEN = (120, 170, 120)


@pytest.fixture
async def desk(tmp_path):
    async with opened_lingtu(tmp_path) as opened:
        yield opened


def mask():
    image = Image.new("L", PHOTO.size)
    image.paste(255, HOLE)
    return image


def differing(one, other):
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox()


def drawn(pictures, count, ratio=1.0):
    assert len(pictures) == count
    assert all(abs(each.width / each.height / ratio - 1) < 0.1 for each in pictures)
    assert all_differ(pictures, 1)


def is_cut_out(picture):
    assert picture.mode == "RGBA"
    assert 0.05 < opaque_share(picture) < 0.9


def is_of_lines(picture):
    assert picture.size == PHOTO.size
    assert sum(picture.convert("L").histogram()[200:]) > 0.6 * PHOTO.width * PHOTO.height
    assert picture.convert("L").getextrema()[0] < 90


def is_erased(picture):
    box = differing(picture, PHOTO)
    assert box[0] >= HOLE[0] and box[1] >= HOLE[1]  # noqa: PT018
    assert box[2] <= HOLE[2] and box[3] <= HOLE[3]  # noqa: PT018


def is_like_the_photo(pictures, count):
    drawn(pictures, count)
    fitted = ImageOps.fit(PHOTO, pictures[0].size, centering=(0.5, 0.4))
    assert all(0.5 < difference(each, fitted) < 45 for each in pictures)


def stands_on_its_canvas(picture):
    assert picture.size == (400, 500)
    assert picture.getpixel((5, 5)) == GREEN
    assert differing(picture.crop((100, 200, 200, 300)), Image.new("RGB", (100, 100), GREEN))


def is_restyled(pictures):
    restyled, shown = pictures
    assert restyled.size == shown.size == PHOTO.size
    assert difference(restyled, PHOTO) > 4
    assert shown.mode == "L"
    assert set(shown.tobytes()) == {0, 255}


def is_the_print(picture):
    left, top, right, bottom = shirt()[1]
    wide, high = picture.size
    assert right - left - 12 < wide < right - left + 24
    assert bottom - top - 12 < high < bottom - top + 24


def is_a_tile(picture, size=None):
    assert picture.size == (size or picture.size)
    assert seam_of(picture) < 1.5
    assert seam_of(picture, down=True) < 1.5


def is_expanded(picture):
    assert picture.size == (round(PHOTO.width * 1.2), round(PHOTO.height * 1.2))
    left, top = ((picture.width - PHOTO.width) // 2, (picture.height - PHOTO.height) // 2)
    inner = picture.crop((left, top, left + PHOTO.width, top + PHOTO.height))
    assert differing(inner, PHOTO) is None


def requests(home):
    """For each tool a request."""
    image = home.show("photo.png", PHOTO)
    thing = {"url": home.show("goods.png", goods()), "x": 100, "y": 200}
    ground = {"url": home.show("ground.png", Image.new("RGB", (400, 500), GREEN))}
    return {
        "text2img": {"prompt": "a boat", "ar": "3:2", "num": 2, "style": "anime"},
        "text2img_pro": {"prompt": "a boat"},
        "img2img": {"prompt": "snow", "cref_images": [image, thing["url"]], "num": 2},
        "seamless": {"prompt": "roses"},
        "transparent": {"prompt": "a fox"},
        "img2text": {"image": image},
        "title": {"image": image, "prompt": "不超过12个字"},
        "matting": {"image": image},
        "lineart": {"image": image},
        "upscale": {"image": image, "multiple": 2},
        "remove": {"image": image, "mask": home.show("mask.png", mask())},
        "vector": {"image": image},
        "reimage": {"image": image, "image_weight": 0.8, "num": 2},
        "reimage_pro": {"image": image, "similarity": 0.8},
        "change_background": {
            "width": 400,
            "height": 500,
            "goods": {**thing, "width": 100, "height": 100},
            "background": ground,
        },
        "art_word": {"prompt": "the word LOVE", "num": 1},
        "style_transfer": {"image": image, "type": 2, "style": "oil", "return_mask": True},
        "detect": {"image": home.show("shirt.png", shirt()[0])},
        "seamless_pro": {"image": image, "type": 2},
        "expand": {"image": image, "type": 1, "scale": 1.2},
    }


CHECKS = {
    "text2img": lambda made: drawn(made, 2, 3 / 2),
    "text2img_pro": lambda made: drawn(made, 4),
    "img2img": lambda made: drawn(made, 2),
    "seamless": lambda made: is_a_tile(*made),
    "transparent": lambda made: is_cut_out(*made),
    "matting": lambda made: is_cut_out(*made),
    "lineart": lambda made: is_of_lines(*made),
    "upscale": lambda made: made[0].size == (PHOTO.width * 2, PHOTO.height * 2),
    "remove": lambda made: is_erased(*made),
    "reimage": lambda made: is_like_the_photo(made, 2),
    "reimage_pro": lambda made: is_like_the_photo(made, 4),
    "change_background": lambda made: stands_on_its_canvas(*made),
    "art_word": lambda made: drawn(made, 1),
    "style_transfer": is_restyled,
    "detect": lambda made: is_the_print(*made),
    "seamless_pro": lambda made: is_a_tile(*made, PHOTO.size),
    "expand": lambda made: is_expanded(*made),
}
TEXTS = {"img2text": "A photograph of a person", "title": "人物"}


@pytest.mark.parametrize("verb", sorted(row.name.partition(".")[2] for row in LINGTU.operations))
async def test_a_tool_makes_what_it_is_for(desk, home, verb):
    done = await desk.result(await desk.submit(verb, **requests(home)[verb]))
    files = await desk.files(done)

    assert done.state is State.SUCCEEDED
    if verb in TEXTS:
        assert TEXTS[verb] in done.result.text
        assert files == []
    elif verb == "vector":
        assert [file[:5] for file in files] == [b"<?xml"]
    else:
        result = CHECKS[verb]([Image.open(io.BytesIO(data)) for data in files])
        assert result in (None, True)


async def formats(desk, verb, **values):
    job_id = await desk.submit(verb, **values)
    done = await desk.result(job_id)
    return (await desk.show(job_id)).json()["formats"], await desk.files(done)


async def test_a_cut_out_comes_in_the_formats_that_are_asked_for(desk, home):
    image = home.show("photo.png", PHOTO)

    names, files = await formats(desk, "matting", image=image, type=1, formats=["png", "psd"])
    (only,), _ = await formats(desk, "matting", image=image, formats=["psd"])

    head, document = (Image.open(io.BytesIO(data)) for data in files)
    assert (names, only) == (["png", "psd"], "psd")
    assert (head.format, document.format) == ("PNG", "PSD")
    assert head.size == document.size == PHOTO.size
    assert head.getpixel((PHOTO.width // 2, PHOTO.height - 5))[3] == 0


async def test_shapes_come_in_the_formats_that_are_asked_for(desk, home):
    names, files = await formats(
        desk, "vector", image=home.show("photo.png", PHOTO), formats=["svg", "eps"]
    )

    assert names == ["svg", "eps"]
    assert files[0].startswith(b"<?xml")
    assert files[1].startswith(b"%!PS-Adobe")


@pytest.mark.parametrize(
    ("values", "ratio"),
    [
        ({"type": 0, "prompt": "roses"}, 1),
        ({"type": 1}, 1),
        ({"type": 3, "ar": "5:2"}, 5 / 2),
        ({"type": 3}, 1),
    ],
)
async def test_each_way_of_repeating_gives_a_tile(desk, home, values, ratio):
    image = {} if "prompt" in values else {"image": home.show("photo.png", PHOTO)}

    _, files = await formats(desk, "seamless_pro", **values, **image)

    (tile,) = (Image.open(io.BytesIO(data)) for data in files)
    assert abs(tile.width / tile.height / ratio - 1) < 0.1
    assert seam_of(tile) < 1.5


@pytest.mark.parametrize(
    ("verb", "values", "size"),
    [
        ("upscale", {"type": "1", "multiple": 1}, (1024, 512)),
        ("expand", {"type": 2, "ar": "1:1"}, (80, 80)),
        ("upscale", {"type": "0", "multiple": 4, "denoise": True}, (320, 160)),
    ],
)
async def test_sizes_are_those_that_are_asked_for(desk, home, verb, values, size):
    image = Image.new("RGB", (80, 40), GREEN)
    ImageDraw.Draw(image).rectangle((20, 10, 40, 30), fill="navy")

    _, (data,) = await formats(desk, verb, image=home.show("x.png", image), **values)

    assert Image.open(io.BytesIO(data)).size == size


async def test_every_word_of_a_likeness_counts(desk, home):
    image, _ = shirt()
    values = {"image": home.show("shirt.png", image), "num": 2, "only_pattern": True}

    _, files = await formats(desk, "reimage_pro", **values, bg_color=1, circle=True)

    for data in files:
        corners = Image.open(io.BytesIO(data)).convert("RGB")
        assert corners.getpixel((2, 2)) == (0, 0, 0)
