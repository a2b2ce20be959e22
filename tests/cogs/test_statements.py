"""What /account makes of every shape that the provider's answers may have."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.providers import youchuan_account as account
from cogs import statements

SAMPLES = Path(__file__).parents[1] / "samples" / "youchuan"


def sample(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def named(pattern: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted(SAMPLES.glob(pattern))]


@pytest.mark.parametrize("path", named("account_subscribe_*.json"))
def test_a_plan_is_lines_of_facts_without_secrets(path: Path):
    lines = statements.plan(sample(path)).lines

    assert len(lines) > 3
    assert all(line.startswith("**") for line in lines)
    assert "s3cret" not in str(lines)
    assert "sk-live" not in str(lines)


@pytest.mark.parametrize("path", named("account_costs_*.json"))
def test_charges_of_any_shape_are_rows_sums_and_bars(path: Path):
    data = sample(path)
    charges = account.charges(account.listing(data))
    said = statements.costs(data, charges, {}, 1)

    rows = [line for line in said.lines if line.startswith("<t:")]
    assert len(rows) == len(charges) == 3
    assert "¥1.00" in rows[1]
    assert any("In all on this page: ¥1.50" in line for line in said.lines)
    assert sum(yuan for _day, yuan in said.bars) == 1.5
    assert not any("does not know" in line for line in said.lines)


@pytest.mark.parametrize("path", named("account_cost-monthly_*.json"))
def test_months_of_any_shape_are_lines_and_bars_from_the_earliest_on(path: Path):
    said = statements.months(sample(path), 1)

    assert [line.partition(" · ")[0] for line in said.lines[:2]] == [
        "**2026-10** ¥128.50",
        "**2026-09** ¥99.00",
    ]
    assert said.bars == [("2026-09", 99.0), ("2026-10", 128.5)]
