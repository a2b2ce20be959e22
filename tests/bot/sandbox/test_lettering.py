"""Words in letters made of something."""

import pytest
from PIL import Image, ImageChops, ImageFont

from bot.sandbox import fonts
from bot.sandbox.lettering import artword, word_of
from tests.bot.sandbox.pictures import all_differ, difference, same, take


def share_of_green(image):
    """How much of a picture is clearly green, 0 to 1."""
    red, green, blue = image.split()
    excess = ImageChops.subtract(green, ImageChops.lighter(red, blue), 1, -20)
    return 1 - excess.histogram()[0] / (image.width * image.height)


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ('art word "COFFEE" made of beans', "COFFEE"),
        ("the word “Gold Rush” in gold", "Gold Rush"),
        ("艺术字「春天」，樱花", "春天"),
        ("make a poster that says Welcome to all", "Welcome"),
        ("lettering: JUNGLE with leaves", "JUNGLE"),
        ("霓虹灯风格的艺术字：开业大吉", "开业大吉"),
        ("letters LOVE made of roses", "LOVE"),
        ("Ocean", "Ocean"),
        ("hello world", "hello world"),
        ("tropical flowers in a garden --ar 1:1", "tropical"),
        ("", "Art"),
        ("!!!", "Art"),
    ],
)
def test_the_word_is_found_in_the_prompt(prompt, word):
    assert word_of(prompt) == word


def test_a_word_is_not_too_long_to_be_read():
    assert len(word_of('"' + "a" * 24 + '"')) <= 24
    assert len(word_of("x" * 900)) <= 24


@pytest.mark.parametrize("index", [0, 3])
def test_another_word_gives_other_letters_before_the_same_ground(index):
    one, other = (artword(f'"{word}" of roses', take(index)) for word in ("MMMM", "IIII"))

    assert one.size == (192, 192)
    assert difference(one.crop((20, 70, 172, 122)), other.crop((20, 70, 172, 122))) > 8


def test_the_letters_are_filled_with_what_is_described():
    gold, leaves = (artword(f'"MMM" {about}', take()) for about in ("in gold", "of green leaves"))
    letters = (50, 80, 142, 112)

    found = [share_of_green(each.crop(letters)) for each in (gold, leaves)]

    assert found[0] < 0.02
    assert found[1] > 0.2


def test_the_designs_differ():
    assert all_differ([artword("Ocean", take(index)) for index in range(4)], 15)


def test_a_word_fits_its_canvas():
    wide = artword('"EXTRAORDINARY" in gold', take(size=(400, 120)))
    ground = wide.getpixel((0, 60))

    assert max(abs(a - b) for a, b in zip(ground, wide.getpixel((6, 60)), strict=True)) < 12
    assert wide.size == (400, 120)


def test_words_are_the_same_again():
    assert same(artword('"Sea" waves', take(2)), artword('"Sea" waves', take(2)))


def test_without_fonts_pillow_has_one(monkeypatch):
    monkeypatch.setattr(fonts, "_latin", tuple)
    monkeypatch.setattr(fonts, "_chinese", tuple)

    assert isinstance(fonts.font_for("Sea", 40), ImageFont.FreeTypeFont | ImageFont.ImageFont)
    assert artword("Sea", take()).size == (192, 192)
    assert artword("“春天”", take()).size == (192, 192)


def test_a_font_that_cannot_be_read_is_passed_over(monkeypatch, tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(fonts, "_latin", lambda: [str(broken)])

    assert fonts.font_for("Sea", 40).getbbox("Sea")[2] > 20


def test_numbers_give_other_fonts():
    drawn = []
    for number in range(2):
        image = Image.new("L", (200, 60))
        font = fonts.font_for("Sea", 40, number)
        image.paste(255, mask=Image.new("L", (200, 60)))
        drawn.append(font.getmask("Sea").getbbox())

    assert drawn[0] != drawn[1]
