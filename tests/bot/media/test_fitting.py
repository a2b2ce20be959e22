"""Given pictures, made clean and brought within a provider's limits."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from bot.errors import BadMediaError
from bot.media import fitting
from bot.media.fitting import fits, fitted
from bot.media.images import inspect
from bot.operations import Limits
from tests.bot.media.pictures import noise, png_header, saved

ORIENTATION = 0x0112
HEADS = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8 "]


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


def clean(path, folder):
    """What becomes of a picture where there are no limits."""
    return fitted(path, folder, Limits()).path


def told(outcome):
    return [sentence.format(**values) for sentence, values in outcome.changes]


def painted(size):
    """A smooth picture, half of it transparent, of which lossless files are large."""
    image = noise(size).filter(ImageFilter.GaussianBlur(1)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return image


def test_a_fitted_picture_stands_upright_and_has_no_metadata(tmp_path, made):
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 10, 20))
    exif = image.getexif()
    exif[ORIENTATION] = 6  # turn a quarter clockwise to look at it
    exif[0x010F] = "secret camera"
    options = {"exif": exif, "comment": b"secret comment", "icc_profile": b"secret profile"}
    path = saved(image, tmp_path / "a.jpg", quality=95, **options)

    out = clean(path, made)

    assert b"secret" in path.read_bytes()
    assert b"secret" not in out.read_bytes()
    with Image.open(out) as result:
        assert (result.format, result.size) == ("JPEG", (20, 40))
        assert result.getpixel((10, 2))[1] < 60
        assert result.getpixel((10, 35))[1] > 200


def test_what_is_hidden_behind_a_picture_is_dropped(tmp_path, made):
    path = saved(noise((16, 16), "RGBA"), tmp_path / "a.png")
    path.write_bytes(path.read_bytes() + b"PK\x03\x04<script>alert(1)</script>")

    out = clean(path, made)

    assert out.suffix == ".png"
    assert b"script" not in out.read_bytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_can_be_fitted(mode, tmp_path, made):
    image = Image.new(mode, (8, 8)) if mode == "I;16" else noise((8, 8)).convert(mode)
    extension = "jpg" if mode == "CMYK" else "png"

    out = clean(saved(image, tmp_path / f"a.{extension}"), made)

    assert inspect(out).extension == extension


def test_a_png_that_is_too_large_as_one_becomes_a_jpeg_and_that_is_told(tmp_path, made):
    path = saved(noise((300, 300)), tmp_path / "a.png")

    done = fitted(path, made, Limits(most_bytes=200_000))

    assert inspect(done.path).extension == "jpg"
    assert told(done) == ["The picture was compressed more strongly, to less than 0.2 MB."]


def test_transparency_is_kept_in_a_fitted_picture(tmp_path, made):
    palette = noise((8, 8)).convert("P")
    path = saved(palette, tmp_path / "a.gif", transparency=palette.getpixel((0, 0)))

    with Image.open(clean(path, made)) as result:
        assert (result.format, result.mode) == ("PNG", "RGBA")
        assert result.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("extension", ["png", "webp", "gif"])
def test_of_an_animation_the_first_frame_is_taken(extension, tmp_path, made):
    red, blue = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    path = saved(red, tmp_path / f"a.{extension}", save_all=True, append_images=[blue, red])

    out = clean(path, made)

    with Image.open(out) as result:
        assert getattr(result, "n_frames", 1) == 1
        assert result.getpixel((4, 4))[0] > 240


def test_a_failed_write_leaves_nothing(tmp_path, made, monkeypatch):
    path = saved(noise((8, 8)), tmp_path / "a.png")
    monkeypatch.setattr(Image.Image, "save", lambda *_, **__: (_ for _ in ()).throw(OSError(28)))

    with pytest.raises(OSError, match="28"):
        clean(path, made)
    assert list(made.iterdir()) == []


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_hostile_content_never_raises_another_error(tmp_path_factory, head, tail):
    path = tmp_path_factory.getbasetemp() / "hostile"
    path.write_bytes(head + tail)

    for use in (lambda: clean(path, path.parent), lambda: fits(path, Limits())):
        with contextlib.suppress(BadMediaError):
            use()


@pytest.mark.parametrize("limits", [Limits(), Limits(longest_side=100)])
def test_a_bomb_is_never_decoded(limits, tmp_path, made, monkeypatch):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(13000, 13000))
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("a decoder saw the bomb"))

    with pytest.raises(BadMediaError, match="13000 × 13000"):
        fitted(path, made, limits)
    assert list(made.iterdir()) == []


def test_what_is_within_the_limits_needs_no_word(tmp_path, made):
    path = saved(noise((60, 40)), tmp_path / "a.png")

    outcome = fitted(path, made, Limits(longest_side=60, most_bytes=100_000, refused_side=60))

    assert (inspect(outcome.path).width, inspect(outcome.path).height) == (60, 40)
    assert outcome.changes == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_side_that_is_too_long_is_shortened_and_told(mode, tmp_path, made):
    path = saved(noise((60, 40), mode), tmp_path / "a.png")

    outcome = fitted(path, made, Limits(longest_side=30))

    assert (inspect(outcome.path).width, inspect(outcome.path).height) == (30, 20)
    assert told(outcome) == ["The picture was made smaller, from 60 × 40 to 30 × 20 pixels."]


def test_a_picture_on_its_side_is_told_as_it_is_seen(tmp_path, made):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    path = saved(noise((60, 40)), tmp_path / "a.jpg", exif=exif)

    assert "40 × 60 to 20 × 30" in told(fitted(path, made, Limits(longest_side=30)))[0]


def test_a_large_picture_is_taken_where_it_is_made_smaller_anyway(tmp_path, made, monkeypatch):
    monkeypatch.setattr(fitting, "MAX_UPLOAD_PIXELS", 2000)
    path = saved(noise((60, 40)), tmp_path / "a.png")
    with pytest.raises(BadMediaError, match="60 × 40"):
        clean(path, made)

    assert inspect(fitted(path, made, Limits(longest_side=30)).path).width == 30


def test_what_would_come_back_smaller_is_refused(tmp_path, made):
    path = saved(noise((40, 60)), tmp_path / "a.png")

    with pytest.raises(BadMediaError, match=r"40 × 60 pixels .* at most 59 pixels"):
        fitted(path, made, Limits(longest_side=30, refused_side=59))
    assert list(made.iterdir()) == []


def test_what_would_come_back_as_large_is_taken(tmp_path, made):
    path = saved(noise((40, 60)), tmp_path / "a.png")

    assert inspect(fitted(path, made, Limits(longest_side=30, refused_side=60)).path).height == 30


def test_quality_goes_before_size(tmp_path, made):
    path = saved(noise((300, 200)), tmp_path / "a.jpg", quality=95)
    whole = clean(path, made).stat().st_size

    outcome = fitted(path, made, Limits(most_bytes=whole * 3 // 4))

    info = inspect(outcome.path)
    assert (info.extension, info.width) == ("jpg", 300)
    assert info.size <= whole * 3 // 4
    assert told(outcome) == [
        f"The picture was compressed more strongly, to less than {whole * 3 // 4 / 1e6:g} MB."
    ]


def test_too_many_bytes_for_any_quality_cost_size_too(tmp_path, made):
    path = saved(noise((300, 200)), tmp_path / "a.png")

    outcome = fitted(path, made, Limits(most_bytes=10_000))

    info = inspect(outcome.path)
    assert info.size <= 10_000
    assert info.width < 300
    assert f"from 300 × 200 to {info.width} × {info.height} pixels" in told(outcome)[0]
    assert "0.01 MB" in told(outcome)[1]


def test_transparency_outlives_the_limits(tmp_path, made):
    path = saved(painted((300, 200)), tmp_path / "a.png")
    outcome = fitted(path, made, Limits(most_bytes=path.stat().st_size // 3))

    info = inspect(outcome.path)
    assert info.size <= path.stat().st_size // 3
    assert f"from 300 × 200 to {info.width} × {info.height} pixels" in told(outcome)[0]
    with Image.open(outcome.path) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert image.getpixel((2, 2))[3] == 0
        assert abs(image.width / image.height - 1.5) < 0.1


def test_impossible_limits_come_to_an_end(tmp_path, made):
    path = saved(noise((100, 100), "RGBA"), tmp_path / "a.png")

    with pytest.raises(BadMediaError, match="cannot be made small enough"):
        fitted(path, made, Limits(most_bytes=50))
    assert list(made.iterdir()) == []


def test_a_picture_too_long_for_a_jpeg_is_shortened(tmp_path, made):
    path = saved(Image.new("RGB", (66000, 3)), tmp_path / "a.png")

    assert inspect(clean(path, made)).width == 65500


@pytest.mark.parametrize("extension", ["png", "webp", "gif"])
def test_it_is_told_that_an_animation_stands_still(extension, tmp_path, made):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    path = saved(frames[0], tmp_path / f"a.{extension}", save_all=True, append_images=frames[1:])
    still = saved(frames[0], tmp_path / f"still.{extension}")

    moving, one = told(fitted(path, made, Limits())), told(fitted(still, made, Limits()))

    assert moving[0] == "Of the animation only its first picture was used."
    assert moving[1:] == one


@pytest.mark.parametrize(("extension", "into"), [("gif", "GIF to PNG"), ("webp", "WebP to JPEG")])
def test_it_is_told_that_a_picture_was_converted(extension, into, tmp_path, made):
    path = saved(noise((8, 8)), tmp_path / f"a.{extension}")

    assert told(fitted(path, made, Limits())) == [f"The picture was converted from {into}."]


def test_a_photo_with_a_second_picture_is_no_animation(tmp_path, made):
    path = tmp_path / "a.jpg"
    noise((8, 8)).save(path, "MPO", save_all=True, append_images=[noise((4, 4))])

    assert fitted(path, made, Limits()).changes == ()


@pytest.mark.parametrize(
    ("extension", "limits", "fit"),
    [
        ("png", Limits(), True),
        ("jpg", Limits(longest_side=40, most_bytes=50_000, refused_side=40), True),
        ("png", Limits(longest_side=39), False),
        ("jpg", Limits(most_bytes=100), False),
        ("jpg", Limits(refused_side=39), False),
        ("webp", Limits(), False),
        ("gif", Limits(), False),
    ],
)
def test_only_a_png_or_jpeg_within_the_limits_passes_as_it_is(extension, limits, fit, tmp_path):
    path = saved(noise((30, 40)), tmp_path / f"a.{extension}")

    assert fits(path.rename(tmp_path / "copy"), limits) is fit


async def test_a_child_process_does_it_and_tells(pool, tmp_path, made):
    path = saved(noise((60, 40)), tmp_path / "a.png")

    outcome = await pool.run(fitted, path, made, Limits(longest_side=30))

    assert inspect(outcome.path).width == 30
    assert told(outcome) == ["The picture was made smaller, from 60 × 40 to 30 × 20 pixels."]
