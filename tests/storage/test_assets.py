import pytest

from storage.assets import AssetStore
from storage.errors import ConflictError, NotFoundError
from storage.jobs import JobStore
from tests.factories import NOON, make_asset, make_job


async def test_an_asset_is_found_by_its_token(jobs: JobStore, assets: AssetStore):
    job, _ = await jobs.add(make_job())
    asset = await assets.add(make_asset(job.id, note="why", width=3, height=4))

    assert await assets.get(asset.token) == asset


async def test_an_unknown_token_is_not_found(assets: AssetStore):
    with pytest.raises(NotFoundError):
        await assets.get("x" * 22)


async def test_the_first_asset_of_a_place_stays(jobs: JobStore, assets: AssetStore):
    job, _ = await jobs.add(make_job())
    first = await assets.add(make_asset(job.id, position=1))
    second = await assets.add(make_asset(job.id, position=1))

    assert second == first
    assert await assets.of_job(job.id, "result") == [first]


async def test_uploads_and_results_do_not_share_places(jobs: JobStore, assets: AssetStore):
    job, _ = await jobs.add(make_job())
    upload = await assets.add(make_asset(job.id, role="upload"))
    result = await assets.add(make_asset(job.id, role="result"))

    assert await assets.of_job(job.id, "upload") == [upload]
    assert await assets.of_job(job.id, "result") == [result]


async def test_assets_come_by_position(jobs: JobStore, assets: AssetStore):
    job, _ = await jobs.add(make_job())
    for position in (2, 0, 1):
        await assets.add(make_asset(job.id, position=position))

    assert [asset.position for asset in await assets.of_job(job.id, "result")] == [0, 1, 2]


async def test_an_asset_of_no_job_is_a_conflict(assets: AssetStore):
    with pytest.raises(ConflictError):
        await assets.add(make_asset("01ARZ3NDEKTSV4RRFFQ69G5FAV"))


async def test_a_draft_has_pictures_before_it_has_a_job(assets: AssetStore):
    first = await assets.add(make_asset(None, role="draft"))
    second = await assets.add(make_asset(None, role="draft"))

    assert await assets.get(first.token) == first
    assert await assets.get(second.token) == second


async def test_only_old_drafts_are_abandoned(jobs: JobStore, assets: AssetStore):
    job, _ = await jobs.add(make_job())
    old = await assets.add(make_asset(None, role="draft", created_at=NOON - 1))
    await assets.add(make_asset(None, role="draft", created_at=NOON))
    await assets.add(make_asset(None, role="moodboard", created_at=NOON - 1))
    await assets.add(make_asset(job.id, created_at=NOON - 1))

    assert await assets.abandoned(NOON) == [old]
    await assets.remove(old.token)
    assert await assets.abandoned(NOON) == []
