"""What is said about a job's model and its money."""

from typing import Any

import pytest

from bot.providers import catalog
from bot.wire import Delivery, Outcome
from cogs.layout import result_layout
from cogs.words import charged, cost_of, info_text, model_of, shortfall
from storage.models import DEADLINE, Job, Status
from tests.discord_double.world import walk
from tests.factories import make_job

CATALOG = catalog()


def drawn(count: int = 1, **overrides: Any) -> Job:
    """Jumdata's job with so many places."""
    media = [{"url": "https://x.example/a.png", "removed": "", "said": ""}] * count
    values: dict[str, Any] = {
        "operation": "jumdata.draw",
        "provider": "jumdata",
        "params": {"text": "a cat", "num": 4},
        "traits": frozenset({"jumdata"}),
        "external_id": "77",
        "status": Status.SUCCEEDED,
        "result": {"media": media},
    }
    return make_job(**{**values, **overrides})


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("wanxiang.chat", "Tongyi"),
        ("wanxiang.image", "Wanxiang"),
        ("jumdata.draw", "Jumdata"),
        ("lingtu.text2img", "Lingtu"),
        ("lingtu.text2img_pro", "Lingtu Pro"),
        ("lingtu.reimage_pro", "Lingtu Pro"),
    ],
)
def test_what_drew_it_has_the_name_that_people_chose(operation: str, name: str):
    provider = operation.partition(".")[0]

    assert model_of(make_job(operation=operation, provider=provider)) == name


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"charged": True, "price": 60}, "It was charged: about ¥0.60."),
        ({"charged": True, "price": None}, "It was charged; how much is not known."),
        ({"charged": False, "price": 60}, "Nothing was charged."),
        ({"charged": None, "price": 60}, "It may have been charged."),
        ({"charged": True, "price": 60, "cost": 55}, "It was charged: ¥0.55."),
        ({"charged": True, "price": 60, "cost": 0}, "Nothing was charged."),
    ],
)
def test_a_failure_tells_what_the_provider_said_of_the_money(known: dict[str, Any], said: str):
    job = drawn(status=Status.FAILED, failure=DEADLINE, attempts=1, result=None, **known)

    assert charged(job) == said


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"charged": True, "price": 60}, "about ¥0.60"),
        ({"charged": True, "price": None}, "unknown"),
        ({"charged": False}, "nothing"),
        ({"price": 60}, "unknown"),
        ({"charged": True, "price": 60, "cost": 55}, "¥0.55"),
    ],
)
def test_a_cost_is_the_estimate_only_where_it_was_surely_charged(known: dict[str, Any], said: str):
    assert cost_of(drawn(**known)) == said
    assert f"**Cost:** {said}" in info_text(drawn(**known), CATALOG)


def test_the_providers_receipt_is_among_the_facts():
    assert "**Receipt:** `810258461200384`" in info_text(drawn(receipt="810258461200384"), CATALOG)
    assert "Receipt" not in info_text(drawn(), CATALOG)


def test_fewer_pictures_than_were_asked_for_are_owned_up_to():
    job = drawn(3)
    layout = result_layout(Delivery(job=job, outcome=Outcome.RESULT), CATALOG, ())
    texts = [part.get("content", "") for part in walk(layout.to_components())]

    assert any("-# 3 of 4 pictures came · Cost unknown" in text for text in texts)


def test_nothing_is_missing_where_all_came_or_nobody_counted():
    assert shortfall(drawn(4)) == ""
    assert shortfall(drawn(1, params={"text": "a cat"})) == ""
    assert shortfall(drawn(1, operation="lingtu.vector", provider="lingtu", params={})) == ""
