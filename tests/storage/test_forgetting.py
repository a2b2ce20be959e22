"""Forgetting: what goes of a row, what stays of it, and what is left alone for now."""

import dataclasses
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from storage.assets import AssetStore
from storage.chats import ChatStore
from storage.database import Database
from storage.drafts import DraftStore
from storage.errors import NotFoundError
from storage.forgetting import STEP, Forgetting, Step, Whose
from storage.jobs import JobStore
from storage.ledger import LedgerStore
from storage.models import DEADLINE, Asset, Job, Moodboard, Status, Upload
from storage.moodboards import MoodboardStore
from storage.people import PeopleStore
from storage.schema import alerts, audit
from storage.schema import jobs as table
from tests.factories import NOON, make_asset, make_destination, make_draft, make_job

ANN = Whose(user_id=33)
SECRET = "a heron"


@pytest.fixture
def forgetting(database: Database) -> Forgetting:
    return Forgetting(database)


async def kept(jobs: JobStore, **overrides: Any) -> Job:
    """Ann's job as it stands after its delivery."""
    values: dict[str, Any] = {
        "status": Status.SUCCEEDED,
        "params": {"text": SECRET},
        "result": {"media": [], "text": SECRET, "seed": 7},
        "external_id": "ab" * 12,
        "receipt": "r-1",
        "failure_text": SECRET,
        "delivery_note": SECRET,
        "uploads": (Upload(url="https://cdn.example/x", filename=SECRET),),
        "finished_at": NOON,
        "delivered_at": NOON,
        "due_at": None,
        "message_id": 5,
    }
    job, _ = await jobs.add(make_job(**{**values, **overrides}))
    return job


async def all_of(forgetting: Forgetting, whose: Whose = ANN) -> Step:
    """The last step, and all before it."""
    step = Step()
    while not step.is_last:
        step = await forgetting.jobs(whose, step, now=NOON + 1)
    return step


async def is_there(assets: AssetStore, asset: Asset) -> bool:
    try:
        return await assets.get(asset.token) == asset
    except NotFoundError:
        return False


async def test_a_row_loses_its_words_and_stays(
    database: Database, jobs: JobStore, forgetting: Forgetting
):
    first = await kept(jobs)
    job = await kept(jobs, parent_id=first.id, parent_index=1, once_key="u.1", price=9, cost=8)
    await all_of(forgetting)
    found = await jobs.get(job.id)

    async with database.read() as connection:
        row = (await connection.execute(select(table).where(table.c.id == job.id))).one()
    assert SECRET not in str(row)
    assert found == dataclasses.replace(
        job,
        params={},
        result=None,
        external_id=None,
        receipt=None,
        failure_text=None,
        delivery_note="",
        uploads=(),
        once_key=None,
        forgotten_at=NOON + 1,
    )
    assert (found.parent_id, found.parent_index, found.cost) == (first.id, 1, 8)


async def test_what_is_not_over_is_left_alone(jobs: JobStore, forgetting: Forgetting):
    rows = [
        await kept(jobs, status=Status.QUEUED),
        await kept(jobs, status=Status.SUBMITTING),
        await kept(jobs, status=Status.RUNNING),
        await kept(jobs, delivered_at=None, due_at=NOON),
        await kept(jobs, status=Status.FAILED, failure=DEADLINE, due_at=NOON),
        await kept(jobs, destination=make_destination(user_id=34)),
    ]
    await all_of(forgetting)

    assert [await jobs.get(job.id) for job in rows] == rows
    assert await forgetting.left(33) == 5


async def test_forgotten_jobs_are_offered_nowhere(jobs: JobStore, forgetting: Forgetting):
    job = await kept(jobs, retry_of=(await kept(jobs)).id)
    await all_of(forgetting)

    assert await jobs.recent(33, 11) == []
    assert await jobs.conversation(job.operation, 33, 22, since=0, limit=9) == []
    assert await jobs.of_external(job.provider, [job.external_id or ""]) == {}
    assert await jobs.retry_of(job.retry_of or "") is None


async def test_late_news_bring_nothing_back(jobs: JobStore, forgetting: Forgetting):
    job = await kept(jobs, status=Status.FAILED, failure=DEADLINE, result=None)
    await all_of(forgetting)

    assert not await jobs.succeed(job.id, "ab" * 12, result={"media": []}, cost=1, now=NOON)
    assert (await jobs.get(job.id)).result is None


async def test_the_next_press_makes_anew_what_was_forgotten(jobs: JobStore, forgetting: Forgetting):
    await kept(jobs, once_key="parent:u.1")
    await all_of(forgetting)
    pressed = make_job(once_key="parent:u.1")

    assert await jobs.add(pressed) == (pressed, True)


async def test_files_of_forgotten_jobs_are_found_by_nobody(
    jobs: JobStore, assets: AssetStore, forgetting: Forgetting
):
    job, other = await kept(jobs), await kept(jobs, destination=make_destination(user_id=34))
    roles = ("result", "upload", "preview")
    mine = [await assets.add(make_asset(job.id, role=role)) for role in roles]
    theirs = await assets.add(make_asset(other.id))
    board = await assets.add(make_asset(None, role="moodboard"))
    step = await all_of(forgetting)

    assert step.files == 3
    assert [await is_there(assets, each) for each in (*mine, theirs, board)] == [
        *[False] * 3,
        True,
        True,
    ]
    assert {each.name for each in await assets.gone(limit=9)} == {each.name for each in mine}


async def test_what_a_job_under_way_needs_stays_for_now(
    jobs: JobStore, assets: AssetStore, forgetting: Forgetting
):
    first, second = await kept(jobs), await kept(jobs)
    attached, linked = [await assets.add(make_asset(job.id)) for job in (first, second)]
    others = make_destination(user_id=34)
    await jobs.add(make_job(destination=others, uploads=(Upload(asset=attached.token),)))
    link = f"https://atelier.example/m/{linked.name}"
    await jobs.add(make_job(destination=others, params={"text": f"{link} a cat"}))
    step = await all_of(forgetting)

    assert step.passed == {first.id, second.id}
    assert await is_there(assets, attached)
    assert await is_there(assets, linked)


async def test_many_jobs_go_in_small_steps(jobs: JobStore, forgetting: Forgetting):
    for _ in range(STEP + 1):
        await kept(jobs)
    first = await forgetting.jobs(ANN, Step(), now=NOON)
    second = await forgetting.jobs(ANN, first, now=NOON)

    assert [(step.jobs, step.is_last) for step in (first, second)] == [(STEP, False), (1, True)]


async def test_requests_that_hold_whole_files_go_one_by_one(jobs: JobStore, forgetting: Forgetting):
    for _ in range(2):
        await kept(jobs, params={"image": "A" * 1_500_000})

    assert (await forgetting.jobs(ANN, Step(), now=NOON)).jobs == 1
    await all_of(forgetting)
    assert await forgetting.left(33) == 0


async def test_only_what_ended_before_an_instant_is_old(jobs: JobStore, forgetting: Forgetting):
    old, fresh = await kept(jobs, finished_at=NOON - 1), await kept(jobs)
    await all_of(forgetting, Whose(before=NOON))

    assert (await jobs.get(old.id)).forgotten_at
    assert await jobs.get(fresh.id) == fresh


async def test_drafts_go_with_their_pictures_unless_they_are_being_made(
    database: Database, jobs: JobStore, assets: AssetStore, forgetting: Forgetting
):
    pictures = [await assets.add(make_asset(None, role="draft")) for _ in range(3)]
    drafts = [make_draft(payload={"asset": each.token}) for each in pictures]
    drafts[2] = dataclasses.replace(drafts[2], destination=make_destination(user_id=34))
    for draft in drafts:
        await DraftStore(database).add(draft)
    await jobs.add(make_job(interaction_id=drafts[1].interaction_id))

    assert await forgetting.drafts(ANN) == (1, 1)
    assert await forgetting.drafts(ANN) == (0, 0)
    assert [await is_there(assets, each) for each in pictures] == [False, True, True]


async def test_a_picture_that_never_reached_its_job_goes_with_it(
    jobs: JobStore, assets: AssetStore, forgetting: Forgetting
):
    picture = await assets.add(make_asset(None, role="draft"))
    result = await assets.add(make_asset((await kept(jobs, user_id=34)).id))
    await kept(jobs, uploads=(Upload(asset=picture.token), Upload(asset=result.token)))
    await all_of(forgetting)

    assert not await is_there(assets, picture)
    assert await is_there(assets, result)


async def test_nobody_draws_with_a_forgotten_board_by_default(
    database: Database, forgetting: Forgetting
):
    boards, people = MoodboardStore(database), PeopleStore(database)
    made = Moodboard(id="b1", guild_id=11, user_id=33, name="x", created_at=1, updated_at=1)
    twin = dataclasses.replace(made, credential="own", user_id=34)
    for each in (made, dataclasses.replace(made, id="b2"), dataclasses.replace(twin, id="b2")):
        await boards.add(each)
    for number in (1, 2):
        await people.use_moodboard(number, 11, f"b{number}")

    assert await forgetting.boards(33) == (2, 0)
    assert await forgetting.boards(33) == (0, 0)
    assert [await people.moodboard(number, 11) for number in (1, 2)] == [None, "b2"]


async def test_a_boards_picture_stays_while_a_job_under_way_needs_it(
    database: Database, jobs: JobStore, assets: AssetStore, forgetting: Forgetting
):
    picture = await assets.add(make_asset(None, role="moodboard", created_at=0))
    board = Moodboard(
        id="b1",
        guild_id=11,
        user_id=33,
        name="x",
        images=[picture.token],
        created_at=1,
        updated_at=1,
    )
    await MoodboardStore(database).add(board)
    text = f"https://atelier.example/m/{picture.name} a cat"
    job, _ = await jobs.add(make_job(params={"text": text}))

    assert await forgetting.boards(33) == (1, 0)
    assert await forgetting.strays(NOON) == 0
    assert await is_there(assets, picture)
    await jobs.fail(job.id, failure="moderation", text="", now=NOON)
    assert await forgetting.strays(NOON) == 1
    assert not await is_there(assets, picture)


async def test_what_is_forgotten_already_is_not_read_again_to_find_what_is_old(
    database: Database, forgetting: Forgetting
):
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await forgetting.jobs(Whose(before=NOON), Step(), now=NOON)
    statement, values = next(each for each in asked if each[0].startswith("SELECT"))
    async with database.read() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        index = "SELECT sql FROM sqlite_master WHERE name = 'ix_jobs_finished_at'"
        made = await connection.exec_driver_sql(index)

    assert "ix_jobs_finished_at" in str(plan.all())
    assert "forgotten_at IS NULL" in made.scalar_one()


async def test_a_reset_stays_where_an_answer_is_under_way(
    database: Database, jobs: JobStore, forgetting: Forgetting
):
    chats = ChatStore(database)
    await jobs.add(make_job(destination=make_destination(channel_id=2)))
    for channel in (1, 2):
        await chats.forget(33, channel, now=NOON)
    await forgetting.chats(33)

    assert [await chats.forgotten_at(33, channel) for channel in (1, 2)] == [0, NOON]


async def test_old_records_go_and_unsettled_money_stays(
    database: Database, jobs: JobStore, forgetting: Forgetting
):
    change = {"guild_id": 11, "user_id": 33, "action": "block", "subject": "34"}
    async with database.write() as connection:
        for age in (1, 2):
            row = {**change, "id": f"{age}", "at": NOON - age}
            await connection.execute(insert(audit).values(row))
            await connection.execute(insert(alerts).values(key=f"{age}", raised_at=NOON - age))
    done, _ = await jobs.add(make_job(created_at=NOON - 3))
    await jobs.fail(done.id, failure="moderation", text="", now=NOON)
    open_, _ = await jobs.add(make_job(created_at=NOON - 3))
    while await forgetting.records(NOON - 1, ledger_before=NOON - 2):
        pass

    async with database.read() as connection:
        assert list((await connection.execute(select(audit.c.id))).scalars()) == ["1"]
        assert list((await connection.execute(select(alerts.c.key))).scalars()) == ["1"]
    ledger = LedgerStore(database)
    assert [await ledger.get(each.id) is None for each in (done, open_)] == [True, False]
