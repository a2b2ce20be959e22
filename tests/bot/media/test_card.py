"""The card: words in whatever fonts are installed, none of them beyond its edge."""

import pytest
from PIL import Image

from bot.media import card as cards
from bot.media.card import HEIGHT, LABEL, TITLE, WIDTH, Card


@pytest.fixture
def no_chinese_font(monkeypatch):
    monkeypatch.setattr(cards, "_families", lambda: ("DejaVu Sans",))
    cards._glyphs.cache_clear()
    yield
    cards._glyphs.cache_clear()


@pytest.fixture
def picture(tmp_path):
    def picture(title, write=lambda card: None):
        card = Card(title)
        write(card)
        card.save(tmp_path / "card.png")
        with Image.open(tmp_path / "card.png") as image:
            return image.convert("RGB")

    return picture


def test_a_title_may_be_chinese_where_a_font_has_it(picture):
    differ = picture("每日费用").tobytes() != picture("每月费用").tobytes()

    assert differ is any(face in cards._families() for face in cards._FACES)


def test_what_no_font_has_is_left_out(picture):
    assert picture("Costs \U000f1234\ue000").tobytes() == picture("Costs").tobytes()


def test_without_a_chinese_font_a_title_keeps_what_can_be_drawn(picture, no_chinese_font):
    assert picture("每日费用 2026").tobytes() == picture("2026").tobytes()
    assert picture("每日费用").tobytes() == picture("").tobytes()


def test_a_title_makes_room_for_itself():
    assert Card("").top > Card("Costs").top


def test_long_words_are_cut_to_the_room_they_have():
    card = Card("")

    cut = card.fitting("a rather long label", 100, LABEL)

    assert cut.endswith("…")
    assert card.width(cut, LABEL) <= 100
    assert card.fitting("short", 100, LABEL) == "short"
    assert card.fitting("no room", 3, LABEL) == ""


def test_a_long_title_stays_on_the_card(picture):
    image = picture("W" * 1000)

    edge = image.crop((WIDTH - 20, 0, WIDTH, HEIGHT))
    assert [color for _count, color in edge.getcolors()] == [image.getpixel((0, 0))]


def test_larger_words_are_wider():
    card = Card("")

    assert card.width("Costs", TITLE) > card.width("Costs", LABEL) > 0


def test_a_line_reaches_from_its_place_to_the_margin(picture):
    image = picture("", lambda card: card.line(300, 100, "#ff0000"))

    red = [x for x in range(WIDTH) if image.getpixel((x, 300)) == (255, 0, 0)]
    assert (red[0], red[-1]) == (100, WIDTH - 41)
