"""The id behind a button: what goes in comes out, and nothing else is ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers import catalog
from bot.providers.models import models
from cogs.buttons import INSTEAD, NO_ACTION, TEMPLATE, instead_key, job_id, parse_id

ULIDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
KEYS = st.from_regex(r"[a-z0-9_]{1,40}", fullmatch=True)
INDICES = st.none() | st.integers(0, 9)
ULID = "01J00000000000000000000000"


@given(job=ULIDS, key=KEYS, index=INDICES)
def test_an_id_says_what_was_put_into_it(job: str, key: str, index: int | None):
    assert parse_id(job_id(job, key, index)) == (job, key, index)


@given(text=st.text(max_size=120) | st.from_regex(TEMPLATE))
def test_whatever_is_read_is_an_id_that_would_be_written(text: str):
    press = parse_id(text)

    assert press is None or job_id(*press) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "job:",
        f"job:{ULID}",
        f"job:{ULID}:",
        f"job:{ULID}:u.10",
        f"job:{ULID}:u.",
        f"job:{ULID}:u.1.1",
        f"job:{ULID}:U.1",
        f"job:{ULID}:u.1\n",
        f" job:{ULID}:u.1",
        f"job:{ULID.lower()}:u.1",
        f"job:{ULID[:-1]}I:u.1",
        f"job:{ULID}:{'u' * 70}",
    ],
)
def test_anything_else_is_nobodys_press(text: str):
    assert parse_id(text) is None


@pytest.mark.parametrize(
    ("job", "key", "index"),
    [(ULID, "u", 10), (ULID, "", None), (ULID, "a.b", 1), ("x", "u", 1), (ULID, "u" * 70, None)],
)
def test_an_id_that_could_not_be_read_is_never_written(job: str, key: str, index: int | None):
    with pytest.raises(ValueError, match="no id"):
        job_id(job, key, index)


def test_every_model_has_a_button_of_its_own_in_place_of_another():
    ids = {job_id(ULID, instead_key(each.key)) for each in models()}
    keys = {action.key for row in catalog().values() for action in row.actions}

    assert len(ids) == len(models())
    assert not any(key.startswith(INSTEAD) for key in keys)


def test_every_action_has_an_id_and_takes_no_other_buttons_key():
    keys = {action.key for row in catalog().values() for action in row.actions}

    assert all(parse_id(job_id(ULID, key, 3)) == (ULID, key, 3) for key in keys | NO_ACTION)
    assert not keys & NO_ACTION
