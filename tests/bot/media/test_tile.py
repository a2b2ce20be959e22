import io

import pytest
from PIL import Image

from bot.media import tile as tiles
from bot.media.images import inspect
from bot.media.tile import removed_tile


def tile(reason, size=(300, 200)) -> bytes:
    buffer = io.BytesIO()
    removed_tile(size, reason, buffer)
    with Image.open(buffer) as image:
        assert image.size == size
        return image.convert("L").crop((0, size[1] // 2 + 5, *size)).tobytes()


def test_a_tile_says_why_in_english():
    assert tile("Removed by moderation") != tile("Not paid for")


@pytest.mark.skipif(not tiles._wide_font(), reason="no font with Chinese characters here")
def test_a_tile_says_why_in_chinese():
    assert tile("图片已被移除") != tile("内容审核未通过")


def test_without_a_chinese_font_a_tile_shows_the_pictogram_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(tiles, "_wide_font", lambda: "")

    assert tile("图片已被移除") == tile("内容审核未通过")


@pytest.mark.parametrize("size", [(0, 0), (64, 2048), (9000, 100)])
@pytest.mark.parametrize("reason", ["", "W" * 500, "word " * 200, "移" * 400, "\x00\n😀", "é"])
def test_a_tile_can_be_drawn_for_any_reason_and_size(size, reason, tmp_path):
    removed_tile(size, reason, tmp_path / "tile")

    info = inspect(tmp_path / "tile")
    assert info.extension == "png"
    assert (info.width, info.height) == tuple(max(64, min(side, 2048)) for side in size)
