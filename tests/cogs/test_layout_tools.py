"""How results of tools look: documents beside their previews, masks, texts; and cards that wait."""

from dataclasses import replace
from typing import Any

import pytest

from bot.providers import catalog
from bot.wire import Delivery, Outcome, Progress
from cogs.layout import canceled_layout, card_layout, plain_layout, result_layout
from cogs.layout_parts import Shown
from storage.models import Job, Status
from tests.cogs.test_layout import (
    CATALOG,
    checked,
    done,
    ids,
    labels,
    laid_out,
    places,
    shown,
    text,
)
from tests.factories import NOON, make_asset, make_job

TOOLS = ["Enlarge", "Vectorize", "Remove background", "Similar", "Describe"]
OWN = ["Again", "ℹ️", "✉️", "🗑️"]


def made(verb: str = "lineart", *traits: str) -> Job:
    """A finished job of Lingtu's."""
    kinds = frozenset({"lingtu", *traits})
    return done(operation=f"lingtu.{verb}", provider="lingtu", traits=kinds, params={})


def files_of(job: Job, *kinds: str) -> list[Shown]:
    return [
        Shown(asset=make_asset(job.id, position=n, extension=kind), filename=f"x-{n + 1}.{kind}")
        for n, kind in enumerate(kinds)
    ]


def preview_of(job: Job) -> Shown:
    return Shown(asset=make_asset(job.id, role="preview"), filename="x-1-preview.png")


def told(said: str, *traits: str) -> Job:
    """A job that has yielded a text."""
    values = {"provider": "lingtu", "params": {"image": "https://a.example/m/a.png"}}
    traits = frozenset({"lingtu", "text", *traits})
    return done(operation="lingtu.img2text", traits=traits, result={"text": said}, **values)


def gallery(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    (found,) = (part for part in parts if part["type"] == 12)
    return found["items"]


def attached(parts: list[dict[str, Any]]) -> list[str]:
    return [
        part["file"]["url"].removeprefix("attachment://") for part in parts if part["type"] == 13
    ]


def test_documents_stand_beside_a_preview_and_have_no_tools() -> None:
    job = made("vector", "vector")
    parts = laid_out(job, [*files_of(job, "svg", "eps"), preview_of(job)])

    (picture,) = gallery(parts)
    assert picture["media"]["url"] == "attachment://x-1-preview.png"
    assert picture["description"] == "Preview"
    assert attached(parts) == ["x-1.svg", "x-2.eps"]
    assert labels(parts) == OWN


def test_a_document_that_is_too_large_is_linked_by_its_kind() -> None:
    job = made("matting", "cutout")
    picture, document = files_of(job, "png", "psd")
    linked = Shown(asset=document.asset, link="https://a.example/m/a.psd")
    lost = Shown(asset=document.asset)

    assert "[PSD file](https://a.example/m/a.psd)" in text(laid_out(job, [picture, linked]))
    assert "PSD file is too large" in text(laid_out(job, [picture, lost]))


@pytest.mark.parametrize(("kinds", "place"), [(("png", "psd"), 0), (("psd", "png"), 1)])
def test_the_only_picture_beside_a_document_has_the_tools(
    kinds: tuple[str, ...], place: int
) -> None:
    job = made("matting", "cutout")
    parts = laid_out(job, files_of(job, *kinds))

    assert labels(parts) == [tool for tool in TOOLS if tool != "Remove background"] + OWN
    assert f"job:{job.id}:enlarge.{place}" in ids(parts)


def test_a_mask_is_called_one_and_has_no_tools() -> None:
    job = made("style_transfer", "masked")
    parts = laid_out(job, files_of(job, "png", "png"))

    assert [item["description"] for item in gallery(parts)] == ["Image 1", "Mask"]
    assert "Image 2: Mask" in text(parts)
    assert labels(parts) == TOOLS + OWN
    assert f"job:{job.id}:enlarge.0" in ids(parts)


@pytest.mark.parametrize(("count", "is_missing"), [(1, True), (2, False)])
def test_a_mask_that_was_asked_for_and_did_not_come_is_missed(count: int, is_missing: bool) -> None:
    media = [{"url": "https://a.example/a.png"}] * count
    job = replace(made("style_transfer", "masked"), result={"media": media})

    assert ("no mask came" in text(shown(job, count))) is is_missing


def test_without_a_public_address_no_tool_is_offered() -> None:
    hidden = catalog(public=False)
    for job in (made(), done(traits=frozenset({"v7"}))):
        delivery = Delivery(job=job, outcome=Outcome.RESULT)
        parts = checked(result_layout(delivery, hidden, places(job, 1)), "abc-1.png")
        values = [option["value"] for part in parts for option in part.get("options", ())]

        assert not set(TOOLS) & set(labels(parts))
        assert not {"cutout", "retexture", "enlarge", "describe"} & set(values)
    assert "Upscale Subtle" in labels(parts)


def test_of_several_pictures_of_a_tool_one_is_chosen() -> None:
    parts = shown(made("text2img"))

    (pick,) = (part for part in parts if part["type"] == 3)
    assert [option["value"] for option in pick["options"]] == ["0", "1", "2", "3"]
    assert labels(parts) == OWN


def test_a_tools_row_of_buttons_comes_before_the_results_own() -> None:
    rows = [part["components"] for part in shown(made(), 1) if part["type"] == 1]

    assert [[b.get("label") or b["emoji"]["name"] for b in row] for row in rows] == [TOOLS, OWN]


@pytest.mark.parametrize(("verb", "name"), [("text2img", "Lingtu"), ("seamless_pro", "Lingtu Pro")])
def test_a_tools_result_says_who_made_it(verb: str, name: str) -> None:
    assert f"{name} · <@33>" in text(shown(made(verb), 1))


def test_what_was_done_to_a_given_file_stands_in_small_print() -> None:
    parts = shown(made(), 1, notes=["Made smaller: 2048 × 1365.", "Saved as PNG."])

    facts, *notes, _label = text(parts).splitlines()[-4:]
    assert facts.startswith("-# Cost")
    assert notes == ["-# Made smaller: 2048 × 1365.", "-# Saved as PNG."]


def test_many_notes_leave_room_for_the_rest() -> None:
    said = text(shown(made(), 1, notes=["*" * 200] * 10, parent=None))

    assert 0 < len(said) < 2000


def test_a_text_is_shown_to_be_copied_and_drawn() -> None:
    job = told("A cat, \\*quite\\* grey;\non a mat.")
    parts = shown(job, 0)

    assert text(parts).endswith("```\nA cat, \\*quite\\* grey;\non a mat.\n```")
    assert labels(parts) == ["Imagine", *OWN]
    assert f"job:{job.id}:imagine" in ids(parts)
    assert attached(parts) == []


def test_a_text_cannot_end_its_own_block() -> None:
    said = text(shown(told("one ``` two ```` three"), 0))

    assert said.count("```") == 2
    assert "one ˋˋˋ two ˋˋˋˋ three" in said


def test_a_long_text_is_attached_and_its_beginning_shown() -> None:
    parts = shown(told("word " * 1000), 0)

    assert text(parts).endswith("…\n```")
    assert len(text(parts)) > 2000
    assert attached(parts) == ["description.txt"]


def test_a_text_that_discord_took_no_other_way_is_still_there() -> None:
    delivery = Delivery(job=told("a cat"), outcome=Outcome.RESULT)

    assert "```\na cat\n```" in text(checked(plain_layout(delivery, [])))


@pytest.mark.parametrize("can_cancel", [True, False])
def test_a_card_can_be_canceled_while_its_job_waits_at_the_provider(can_cancel: bool) -> None:
    job = make_job(status=Status.RUNNING, progress=0.0, submitted_at=NOON)
    parts = checked(card_layout(Progress(job=job, now=NOON, can_cancel=can_cancel), CATALOG))

    assert (f"job:{job.id}:cancel" in ids(parts)) is can_cancel
    assert ("Waiting at the provider" in text(parts)) is can_cancel
    assert ("Being drawn" in text(parts)) is not can_cancel


def test_a_card_of_what_was_withdrawn_says_so() -> None:
    job = make_job(status=Status.CANCELED, progress=0.0, attempts=1, external_id="123456789012345")

    said = text(checked(canceled_layout(job, CATALOG)))
    assert said.endswith("Canceled. It was withdrawn before it was begun.")
