"""Rows of buttons that stand under results and notices."""

import pytest

from bot.providers import catalog
from bot.providers.models import model
from cogs.rows import notice_row, result_row, result_rows
from storage.models import Status
from tests.factories import make_job


def labels(row: object) -> list[str]:
    return [str(button.label or button.emoji) for button in row.children]


@pytest.mark.parametrize(
    ("operation", "can_repeat"),
    [
        ("lingtu.text2img", True),
        ("wanxiang.image", True),
        ("jumdata.draw", True),
        ("youchuan.diffusion", False),
    ],
)
def test_what_cannot_be_rerolled_can_be_ordered_again(operation: str, can_repeat: bool):
    provider = operation.partition(".")[0]
    job = make_job(operation=operation, provider=provider, status=Status.SUCCEEDED)

    assert labels(result_row(job)) == [*(["Again"] if can_repeat else []), "ℹ️", "✉️", "🗑️"]


@pytest.mark.parametrize(
    ("retry", "instead", "shown"),
    [
        (True, "jumdata", ["Retry", "Draw with Jumdata instead", "ℹ️"]),
        (True, "", ["Retry", "ℹ️"]),
        (False, "jumdata", ["Draw with Jumdata instead", "ℹ️"]),
        (False, "", ["ℹ️"]),
    ],
)
def test_a_notice_offers_what_can_help(retry: bool, instead: str, shown: list[str]):
    other = model(instead) if instead else None

    assert labels(notice_row(make_job(), retry=retry, instead=other)) == shown


def test_every_place_of_six_pictures_can_be_chosen():
    job = make_job(
        operation="jumdata.draw",
        provider="jumdata",
        traits=frozenset({"jumdata"}),
        status=Status.SUCCEEDED,
    )
    (row,) = result_rows(job, catalog(), [True] * 4 + [False, True])
    (select,) = row.children

    assert select.placeholder == "Image 1–6…"
    assert [option.value for option in select.options] == ["0", "1", "2", "3", "5"]
