"""How long things are kept: deletions that end in between, files that resist, and ages."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.media.assets import AssetFiles
from bot.retention import Forgotten, Retention
from storage.assets import AssetStore
from storage.database import Database
from storage.drafts import DraftStore
from storage.errors import NotFoundError
from storage.forgetting import Forgetting
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import Asset, Job, Moodboard, Status
from storage.moodboards import MoodboardStore
from storage.schema import assets as table
from storage.schema import jobs as job_table
from tests.factories import NOON, Clock, make_asset, make_draft, make_job

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
    return await held(assets, files, make_asset(job.id))


async def held(assets: AssetStore, files: AssetFiles, asset: Asset) -> Asset:
    """The asset with its file."""
    path = files.temporary / asset.name
    path.write_bytes(b"a picture")
    await files.adopt(path, asset)
    return await assets.add(asset)


def board(number: int, *images: Asset, words: str = "x", user_id: int = 33) -> Moodboard:
    return Moodboard(
        id=f"b{number}",
        guild_id=11,
        user_id=user_id,
        name=words,
        description=words,
        images=[image.token for image in images],
        created_at=NOON,
        updated_at=NOON,
    )


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

    assert await make().forget(33) == Forgotten(jobs=1, drafts=0, boards=0, files=1, left=1)
    assert not files.path(asset).exists()
    assert await rows(database) == 0


async def test_moodboards_go_with_their_pictures_even_if_killed_in_between(
    make: Make, database: Database, assets: AssetStore, files: AssetFiles, tmp_path: Path
):
    boards = MoodboardStore(database)
    made = make_asset(None, role="moodboard")
    mine, bobs = [await held(assets, files, replace(made, token=t * 22)) for t in "ab"]
    await boards.add(board(1, mine))
    await boards.add(board(2, bobs, user_id=34))
    with pytest.raises(KilledError):
        await make(files=DyingFiles(tmp_path / "assets")).forget(33)
    there = files.path(mine).exists(), await is_found(assets, mine)
    await make().prune()

    assert there == (True, False)
    assert [files.path(each).exists() for each in (mine, bobs)] == [False, True]
    assert [each.id for each in await boards.visible(33, 11, limit=9)] == ["b2"]
    assert (await make().forget(34)).boards == 1


async def test_a_picture_that_came_on_no_moodboard_goes_when_it_is_a_day_old(
    make: Make, database: Database, assets: AssetStore, files: AssetFiles, clock: Clock
):
    made = make_asset(None, role="moodboard", created_at=clock())
    stray, shown = [await held(assets, files, replace(made, token=t * 22)) for t in "ab"]
    await MoodboardStore(database).add(board(1, shown))
    await make().prune()
    before = files.path(stray).exists()
    clock.advance(DAY + 1)
    await make().prune()

    assert before
    assert [files.path(each).exists() for each in (stray, shown)] == [False, True]
    assert await is_found(assets, shown)


async def test_no_file_of_the_database_holds_what_was_forgotten(
    make: Make, database: Database, jobs: JobStore, tmp_path: Path
):
    said = "CANARY " * 3000  # more than a page of the file holds
    store = DraftStore(database)
    for number in range(8):
        done = make_job(params={"text": said}, status=Status.SUCCEEDED, delivered_at=NOON)
        await jobs.add(replace(done, due_at=None, result={"text": said}, failure_text="CANARY"))
        await MoodboardStore(database).add(board(number, words=said))
        await store.add(make_draft(payload={"text": said}))
    assert b"CANARY" in contents(tmp_path)
    await make().forget(33)

    assert b"CANARY" not in contents(tmp_path)


async def test_no_copy_is_left_where_rows_had_to_make_room(
    make: Make, database: Database, jobs: JobStore, tmp_path: Path
):
    said = {"text": "CANARY " * 20}
    made = make_job(params=said, status=Status.SUCCEEDED, delivered_at=NOON, due_at=None)
    for number in range(60):
        await jobs.add(replace(made, id=f"{number:026}", interaction_id=number))
    async with database.write() as connection:
        await connection.execute(update(job_table).values(result={"text": "x" * 900}))
    assert (await make().forget(33)).left == 0

    assert b"CANARY" not in contents(tmp_path)


async def test_what_is_being_read_is_overwritten_by_the_next_prune(
    make: Make, database: Database, jobs: JobStore, tmp_path: Path
):
    await jobs.add(
        make_job(params={"text": "CANARY"}, status=Status.SUCCEEDED, delivered_at=NOON, due_at=None)
    )
    retention = make()
    async with database.read() as reader:
        await reader.execute(select(table))
        assert (await retention.forget(33)).jobs == 1
        before = contents(tmp_path)
    await retention.prune()

    assert (b"CANARY" in before, b"CANARY" in contents(tmp_path)) == (True, False)


def contents(folder: Path) -> bytes:
    """All that stands in the database's files."""
    return b"".join(path.read_bytes() for path in folder.glob("atelier.db*"))


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
