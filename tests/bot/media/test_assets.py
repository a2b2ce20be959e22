import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadMediaError
from bot.media.assets import AssetFiles, new_token
from storage.models import Asset


def make_asset(**overrides) -> Asset:
    fields = {"token": new_token(), "job_id": "j", "role": "result", "position": 0}
    return Asset(**{**fields, "extension": "png", **overrides})


@pytest.fixture
async def files(tmp_path):
    files = AssetFiles(tmp_path / "data" / "assets")
    await files.open()
    return files


def temporary(files, content=b"content"):
    path = files.temporary / "part-1"
    path.write_bytes(content)
    return path


def test_tokens_are_22_url_safe_characters_and_all_different():
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


async def test_an_adopted_file_is_in_its_place_and_no_longer_temporary(files):
    source, asset = temporary(files), make_asset()

    await files.adopt(source, asset)

    assert files.path(asset).read_bytes() == b"content"
    assert files.path(asset).parent.name == asset.token[:2]
    assert files.path(asset).name == asset.name
    assert not source.exists()


async def test_file_and_folders_are_synced_before_and_after_the_move(files, monkeypatch):
    source, asset, synced = temporary(files), make_asset(), []
    really_sync = os.fsync

    def record(number):
        synced.append(os.readlink(f"/proc/self/fd/{number}"))
        really_sync(number)

    monkeypatch.setattr(os, "fsync", record)
    await files.adopt(source, asset)

    shard = files.path(asset).parent
    assert synced == [str(source), str(shard.parent), str(shard)]


async def test_a_removed_file_is_gone_and_may_be_removed_again(files):
    asset = make_asset()
    await files.adopt(temporary(files), asset)

    await files.remove(asset)
    await files.remove(asset)

    assert not files.path(asset).exists()


async def test_removing_an_empty_place_does_nothing(files):
    await files.remove(make_asset(extension="", note="removed by moderation"))


async def test_opening_removes_stale_temporary_files_only(files):
    stale, fresh, kept = temporary(files), files.temporary / "part-2", make_asset()
    await files.adopt(stale, kept)
    os.utime(files.path(kept), (1, 1))
    stale.write_bytes(b"left by a crash")
    os.utime(stale, (1, 1))
    fresh.write_bytes(b"being written")

    await files.open()

    assert [path.name for path in files.temporary.iterdir()] == ["part-2"]
    assert files.path(kept).exists()


async def test_temporary_files_share_the_assets_file_system(files):
    assert files.temporary.stat().st_dev == files.temporary.parent.stat().st_dev


hostile = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="./\\\0~a%", max_size=30),
    st.sampled_from(["..", "../" * 8, "/etc/passwd", "tmp", "C:\\x", "a" * 21 + "/", "a" * 22]),
)


@given(token=hostile, extension=hostile)
def test_no_name_leads_out_of_the_folder(token, extension, tmp_path_factory):
    root = tmp_path_factory.getbasetemp() / "assets"
    files = AssetFiles(root)

    try:
        path = files.path(make_asset(token=token, extension=extension))
    except BadMediaError:
        return
    assert path.parent.parent == root.resolve()
    assert files.temporary not in path.parents


@given(st.text(alphabet=st.characters(codec="ascii"), min_size=1, max_size=5))
def test_a_good_token_with_anything_added_is_refused(added):
    files, asset = AssetFiles(Path("assets")), make_asset()

    with pytest.raises(BadMediaError):
        files.path(replace(asset, token=asset.token + added))


async def test_a_planted_link_is_not_followed_out_of_the_folder(files, tmp_path):
    asset = make_asset()
    path = files.path(asset)
    path.parent.mkdir()
    path.symlink_to(tmp_path / "outside")

    with pytest.raises(BadMediaError):
        files.path(asset)
