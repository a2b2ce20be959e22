"""The emulator and its customer's own server, ready for use."""

import pytest

from bot.sandbox import art, clips
from tests.bot.sandbox.desk import opened_desk, opened_home


@pytest.fixture
def small_results(monkeypatch):
    monkeypatch.setattr(art, "AREA", 20_000)
    monkeypatch.setattr(clips, "_SHORT_SIDE", {"480p": 48, "720p": 72})
    monkeypatch.setattr(clips, "_LARGE", 112)


@pytest.fixture
async def home():
    async with opened_home() as opened:
        yield opened


@pytest.fixture
async def desk(tmp_path):
    async with opened_desk(tmp_path / "sandbox") as opened:
        yield opened
