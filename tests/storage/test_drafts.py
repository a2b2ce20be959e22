import pytest

from storage.database import Database
from storage.drafts import DraftStore
from storage.errors import NotFoundError
from tests.factories import NOON, make_draft


async def test_a_draft_is_found_by_its_token_and_purpose(database: Database):
    drafts = DraftStore(database)
    draft = make_draft(payload={"operation": "youchuan.edit", "index": 2})
    await drafts.add(draft)

    assert await drafts.get(draft.token, "editor") == draft


async def test_a_token_of_another_purpose_is_not_found(database: Database):
    drafts = DraftStore(database)
    draft = make_draft(purpose="batch")
    await drafts.add(draft)

    with pytest.raises(NotFoundError):
        await drafts.get(draft.token, "editor")


async def test_pruning_forgets_only_what_has_long_expired(database: Database):
    drafts = DraftStore(database)
    old, fresh = make_draft(expires_at=NOON - 1), make_draft(expires_at=NOON)
    for draft in (old, fresh):
        await drafts.add(draft)
    await drafts.prune(NOON)

    assert await drafts.get(fresh.token, "editor") == fresh
    with pytest.raises(NotFoundError):
        await drafts.get(old.token, "editor")
