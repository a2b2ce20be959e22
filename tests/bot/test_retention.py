"""How long things are kept: deletions that end in between, files that resist, and ages."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.media.assets import AssetFiles
from bot.retention import Forgotten, Retention
from storage.assets import AssetStore
from storage.database import Database
from storage.errors import NotFoundError
from storage.forgetting import Forgetting
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import Asset, Job, Status
from storage.schema import assets as table
from tests.factories import Clock, make_asset, make_job

DAY = 86_400


class KilledError(BaseException):
    """The process ends here."""


class DyingFiles(AssetFiles):
    """Files of a process that ends before it removes one."""

    def path(self, asset: Asset) -> Path:
        raise KilledError


class DyingStore(AssetStore):
    """Rows of a process that ends when it has removed the files."""

    async def strike(self, tokens: Collection[str]) -> None:
        raise KilledError


class DyingForgetting(Forgetting):
    """Rows of a process that ends when it has forgotten the jobs."""

    async def drafts(self, *_: object) -> tuple[int, int]:
        raise KilledError


@pytest.fixture
async def files(tmp_path: Path) -> AssetFiles:
    opened = AssetFiles(tmp_path / "assets")
    await opened.open()
    return opened


@pytest.fixture
def make(database: Database, assets: AssetStore, files: AssetFiles, clock: Clock):
    def retention(**overrides: object) -> Retention:
        parts = {"forgetting": Forgetting(database), "assets": assets, "files": files} | overrides
        return Retention(parts.pop("forgetting"), now=clock, **parts)

    return retention


Make = Callable[..., Retention]


async def kept(jobs: JobStore, assets: AssetStore, files: AssetFiles, clock: Clock) -> Asset:
    """The file of a job that has just been delivered."""
    job: Job = make_job(
        status=Status.SUCCEEDED,
        created_at=clock(),
        finished_at=clock(),
        delivered_at=clock(),
        due_at=None,
    )
    await jobs.add(job)
    asset = await assets.add(make_asset(job.id))
    path = files.temporary / asset.name
    path.write_bytes(b"a picture")
    await files.adopt(path, asset)
    return asset


async def rows(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def is_found(assets: AssetStore, asset: Asset) -> bool:
    try:
        return bool(await assets.get(asset.token))
    except NotFoundError:
        return False


async def test_forgetting_removes_the_files_and_says_how_much(
    make: Make,
    database: Database,
    jobs: JobStore,
    assets: AssetStore,
    files: AssetFiles,
    clock: Clock,
):
    asset = await kept(jobs, assets, files, clock)
    await jobs.add(make_job())

    assert await make().forget(33) == Forgotten(jobs=1, drafts=0, files=1, left=1)
    assert not files.path(asset).exists()
    assert await rows(database) == 0


@pytest.mark.parametrize("dying", ["jobs", "before the files", "after the files"])
async def test_a_deletion_that_is_killed_is_finished_later(
    dying: str,
    make: Make,
    database: Database,
    jobs: JobStore,
    assets: AssetStore,
    files: AssetFiles,
    clock: Clock,
    tmp_path: Path,
):
    asset = await kept(jobs, assets, files, clock)
    dies = {
        "jobs": {"forgetting": DyingForgetting(database)},
        "before the files": {"files": DyingFiles(tmp_path / "assets")},
        "after the files": {"assets": DyingStore(database)},
    }[dying]
    with pytest.raises(KilledError):
        await make(**dies).forget(33)
    there, found = files.path(asset).exists(), await is_found(assets, asset)
    await make().prune()

    assert (there, found) == (dying != "after the files", False)
    assert not files.path(asset).exists()
    assert await rows(database) == 0


async def test_a_file_that_cannot_be_removed_yet_is_removed_later(
    make: Make,
    database: Database,
    jobs: JobStore,
    assets: AssetStore,
    files: AssetFiles,
    clock: Clock,
):
    stuck, other = [await kept(jobs, assets, files, clock) for _ in range(2)]
    files.path(stuck).unlink()
    files.path(stuck).mkdir()
    await make().forget(33)
    left = await assets.gone(limit=9)
    files.path(stuck).rmdir()
    await make().prune()

    assert [each.token for each in left] == [stuck.token]
    assert not files.path(other).exists()
    assert await rows(database) == 0


async def test_what_is_too_old_goes_and_money_is_known_for_three_months(
    make: Make,
    database: Database,
    jobs: JobStore,
    assets: AssetStore,
    files: AssetFiles,
    clock: Clock,
):
    ledger = LedgerStore(database)
    old = await kept(jobs, assets, files, clock)
    await jobs.fail((await jobs.add(make_job()))[0].id, failure="x", text="", now=clock())
    clock.advance(20 * DAY)
    fresh = await kept(jobs, assets, files, clock)
    clock.advance(11 * DAY)
    await make(days=30).prune()

    assert [files.path(each).exists() for each in (old, fresh)] == [False, True]
    assert await ledger.refunds(33, 11, since=0) == {"x": 1}
    clock.advance(62 * DAY)
    await make(days=30).prune()
    assert await ledger.refunds(33, 11, since=0) == {}


async def test_nothing_is_too_old_where_everything_is_kept_for_ever(
    make: Make, jobs: JobStore, assets: AssetStore, files: AssetFiles, clock: Clock
):
    asset = await kept(jobs, assets, files, clock)
    clock.advance(10_000 * DAY)
    await make(days=0).prune()

    assert files.path(asset).exists()
    assert await is_found(assets, asset)
