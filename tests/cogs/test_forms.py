"""The modals that actions open, and what is read from them."""

from typing import Any

import discord
import pytest

from bot.errors import InvalidRequestError
from bot.operations import Action
from bot.providers import catalog
from cogs import forms
from cogs.buttons import job_id

CATALOG = catalog()
ULID = "01J00000000000000000000000"
ASKING = {
    (row.name, action.key): action
    for row in CATALOG.values()
    for action in row.actions
    if action.ask
}
ZOOM = CATALOG.action("youchuan.diffusion", "zoom")
OUTPAINT = CATALOG.operation("youchuan.outpaint")


def built(action: Action, defaults: dict[str, str] | None = None) -> dict[str, Any]:
    operation = CATALOG.operation(action.operation)
    modal = forms.build(job_id(ULID, action.key, 3), action, operation, defaults or {})
    assert modal.is_finished()
    return modal.to_dict()


def submitted(**values: str) -> dict[str, Any]:
    labels = [
        {"type": 18, "component": {"type": 4, "custom_id": name, "value": value}}
        for name, value in values.items()
    ]
    return {"custom_id": job_id(ULID, "zoom", 3), "components": labels}


@pytest.mark.parametrize("where", ASKING, ids=".".join)
async def test_every_form_is_one_that_discord_takes(where: tuple[str, str]):
    form = built(ASKING[where])

    assert 1 <= len(form["title"]) <= 45
    assert 1 <= len(form["components"]) <= 5
    for label in form["components"]:
        field = label["component"]
        assert 1 <= len(label["label"]) <= 45
        assert len(label.get("description", "")) <= 100
        assert 1 <= field["max_length"] <= 4000


async def test_a_form_shows_the_present_prompt_and_takes_a_long_one():
    remix = CATALOG.action("youchuan.diffusion", "remix")
    field = built(remix, {"remix_prompt": "a cat --v 7"})["components"][0]["component"]

    assert field["value"] == "a cat --v 7"
    assert field["max_length"] == 4000
    assert field["required"] is True
    assert field["style"] == discord.TextStyle.paragraph.value


async def test_a_prompt_too_long_for_a_form_is_left_out_instead_of_cut():
    remix = CATALOG.action("youchuan.diffusion", "remix")
    field = built(remix, {"remix_prompt": "x" * 4001})["components"][0]["component"]

    assert not field.get("value")


@pytest.mark.parametrize("typed", ["1.8", " 1.8 ", "1,8", "1.8x", "1.80"])
def test_a_number_is_read_however_it_is_written(typed: str):
    assert forms.answers(submitted(scale=typed), ZOOM, OUTPAINT) == {"scale": 1.8}


@pytest.mark.parametrize("typed", ["wide", "1", "2.1", "nan", "inf", "-1.5"])
def test_a_number_out_of_bounds_is_refused_by_name(typed: str):
    with pytest.raises(InvalidRequestError) as refused:
        forms.answers(submitted(scale=typed), ZOOM, OUTPAINT)

    assert str(refused.value) == f"Scale must be a number from 1.1 to 2, not “{typed}”."


def test_empty_and_foreign_fields_are_left_out():
    answers = forms.answers(
        submitted(scale="1.5", remix_prompt="  ", job_id="theirs"), ZOOM, OUTPAINT
    )

    assert answers == {"scale": 1.5}
