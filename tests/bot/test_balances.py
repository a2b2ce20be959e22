"""An account that runs low is noticed while it can still draw."""

from typing import Any

import pytest

from bot.balances import Balances
from storage.ledger import LedgerStore
from tests.conftest import Workshop
from tests.provider_double import Reply

OPERATORS, LOG = 77, 770
LOW = 1000


@pytest.fixture
async def balances(workshop: Workshop) -> Balances:
    """Looks at the account of a workshop where somebody has just drawn."""
    await workshop.parts.gate.servers.change(OPERATORS, 1, {"log_channel": str(LOG)})
    await workshop.press()
    return Balances(
        calls=workshop.engine.calls,
        ledger=LedgerStore(workshop.database),
        alerts=workshop.parts.alerts,
        low=LOW,
        now=workshop.clock,
    )


async def said(workshop: Workshop, balances: Balances, answer: Any) -> list[tuple[int, str]]:
    workshop.provider.account.answers["subscribe"] = answer
    await balances.look()
    await workshop.parts.alerts.run_once()
    return workshop.courier.said


async def test_what_is_left_below_the_mark_is_told(workshop: Workshop, balances: Balances):
    ((channel, text),) = await said(workshop, balances, {"feeBalance": LOW - 1})

    assert channel == LOG
    assert "¥9.99" in text


@pytest.mark.parametrize(
    "answer", [{"feeBalance": LOW}, {"balance": 1}, {"plan": "pro"}, [], Reply(status=500)]
)
async def test_enough_and_what_cannot_be_read_alarm_nobody(
    workshop: Workshop, balances: Balances, answer: Any
):
    assert await said(workshop, balances, answer) == []


async def test_an_account_that_nobody_used_for_a_day_is_not_asked_for(
    workshop: Workshop, balances: Balances
):
    workshop.clock.advance(24 * 3600 + 1)

    assert await said(workshop, balances, {"feeBalance": 0}) == []
    assert workshop.provider.account.asked == []
