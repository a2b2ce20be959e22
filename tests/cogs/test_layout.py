"""Messages as data: every operation, every number of images, hostile prompts."""

import itertools
from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import (
    MissingError,
    ModerationError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.news import kind_of, pack
from bot.operations import Row
from bot.providers import catalog
from bot.providers.prompt_table import MODEL_BY_KEY
from bot.wire import Delivery, Outcome, Progress
from cogs.buttons import parse_id
from cogs.layout import (
    canceled_layout,
    card_layout,
    image_panel,
    list_layout,
    notice_layout,
    plain_layout,
    result_layout,
)
from cogs.layout_parts import Shown
from cogs.words import info_text, state_of, why
from storage.models import Job, Status
from tests.discord_double import rules
from tests.discord_double.world import walk
from tests.factories import NOON, make_asset, make_destination, make_job

CATALOG = catalog()
FLAGS = ("draft", "oref", "upscaled", "hd", "tile")
TRAITS = [
    frozenset({model, *flags})
    for model in MODEL_BY_KEY
    for size in (0, 1, 2)
    for flags in itertools.combinations(FLAGS, size)
]
TITLE: Any = {
    "operation": "lingtu.title",
    "provider": "lingtu",
    "traits": frozenset({"lingtu", "text"}),
}
LONG = st.text(max_size=9000) | st.sampled_from(
    ("@everyone <@1> [here](https://evil.example) " * 200, "*" * 8192, "\\" * 8192, "字" * 8192)
)


def done(**overrides: Any) -> Job:
    values: dict[str, Any] = {"status": Status.SUCCEEDED, "traits": frozenset({"v7"})}
    return make_job(**{**values, "external_id": "ab" * 12, **overrides})


def places(job: Job, count: int, removed: tuple[int, ...] = ()) -> list[Shown]:
    return [
        Shown(
            asset=make_asset(job.id, position=n, note="Gone" if n in removed else ""),
            filename=f"abc-{n + 1}.png",
        )
        for n in range(count)
    ]


def shown(
    job: Job, count: int = 4, removed: tuple[int, ...] = (), **overrides: Any
) -> list[dict[str, Any]]:
    return laid_out(job, places(job, count, removed), **overrides)


def laid_out(job: Job, files: list[Shown], **overrides: Any) -> list[dict[str, Any]]:
    delivery = Delivery(job=job, outcome=Outcome.RESULT, **overrides)
    names = [file.filename for file in files]
    return checked(result_layout(delivery, CATALOG, files), *names, "description.txt")


def notice(job: Job) -> list[dict[str, Any]]:
    return checked(notice_layout(Delivery(job=job, outcome=Outcome.NOTICE), CATALOG))


def failed(error: Exception, **overrides: Any) -> Job:
    values: dict[str, Any] = {"failure": kind_of(error), "failure_text": pack(error)}
    return make_job(**{"status": Status.FAILED, "attempts": 1, **values, **overrides})


def checked(view: discord.ui.LayoutView, *files: str) -> list[dict[str, Any]]:
    """All parts of a layout that keeps Discord's limits and our own."""
    components: Any = view.to_components()
    parts = list(walk(components))
    rules.check_components(components, v2=True, files=files)
    assert len(parts) <= 36
    assert len(buttons(parts)) <= 15
    assert sum(part["type"] == 3 for part in parts) <= 2
    return parts


def buttons(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [part for part in parts if part["type"] == 2]


def labels(parts: list[dict[str, Any]]) -> list[str]:
    return [b.get("label") or b["emoji"]["name"] for b in buttons(parts)]


def ids(parts: list[dict[str, Any]]) -> list[str]:
    return [part["custom_id"] for part in parts if part.get("custom_id")]


def text(parts: list[dict[str, Any]]) -> str:
    return "\n".join(part["content"] for part in parts if part["type"] == 10)


def test_a_grid_has_the_rows_that_people_know() -> None:
    parts = shown(done())

    assert labels(parts) == [
        *("U1", "U2", "U3", "U4", "🔄"),
        *("V1", "V2", "V3", "V4"),
        *("ℹ️", "✉️", "🗑️"),
    ]
    (pick,) = (part for part in parts if part["type"] == 3)
    assert parse_id(pick["custom_id"])[1] == "pick"
    assert [option["value"] for option in pick["options"]] == ["0", "1", "2", "3"]


def test_a_removed_image_keeps_its_place_but_none_of_its_buttons() -> None:
    parts = shown(done(), removed=(1,))

    assert [b["label"] for b in buttons(parts) if b["disabled"]] == ["U2", "V2"]
    (pick,) = (part for part in parts if part["type"] == 3)
    assert [option["value"] for option in pick["options"]] == ["0", "2", "3"]
    assert "Image 2: Gone" in text(parts)
    (gallery,) = (part for part in parts if part["type"] == 12)
    assert len(gallery["items"]) == 4


def test_one_image_has_the_full_set() -> None:
    job = done(traits=frozenset({"v5.2"}))
    parts = shown(job, 1)

    assert labels(parts) == [
        *("Upscale Subtle", "Upscale Creative", "Vary Subtle", "Vary Strong"),
        *("⬅️", "⬆️", "⬇️", "➡️"),
        *("Zoom 1.5x", "Zoom 2x", "Region", "Remix"),
        *("ℹ️", "✉️", "🗑️"),
    ]
    (more,) = (part for part in parts if part["type"] == 3)
    assert more["custom_id"] == f"job:{job.id}:more.0"
    assert [option["label"] for option in more["options"]] == [
        *("Zoom custom", "Edit", "Animate (low motion)", "Animate (high motion)"),
        *("Upscale 2x", "Upscale 4x", "Remove background"),
        *("Enlarge", "Vectorize", "Similar", "Describe"),
    ]


def test_an_upscaled_pictures_buttons_address_its_source() -> None:
    source = done()
    job = done(
        operation="youchuan.upscale",
        params={"jobId": "ab" * 12, "imageNo": 2, "type": 0},
        traits=frozenset({"v7", "upscaled"}),
        parent_id=source.id,
        parent_index=2,
        action="u",
    )
    parts = shown(job, 1, parent=source)

    own = {f"job:{job.id}:{key}" for key in ("info", "dm", "delete")}
    assert own <= set(ids(parts))
    assert f"job:{source.id}:vary_subtle.2" in ids(parts)
    others = set(ids(parts)) - own
    assert {(parse_id(found)[0], parse_id(found)[2]) for found in others} == {(source.id, 2)}
    assert not [label for label in labels(parts) if "Upscale" in label]
    (more,) = (part for part in parts if part["type"] == 3)
    values = {option["value"] for option in more["options"]}
    assert {"edit", f"cutout:{job.id}", f"retexture:{job.id}"} <= values


@pytest.mark.parametrize("row", CATALOG.values(), ids=lambda row: row.name)
@pytest.mark.parametrize("count", [0, 1, 2, 4, 6])
def test_every_result_keeps_within_the_limits(row: Any, count: int) -> None:
    for traits in TRAITS:
        origin = {"operation": row.name, "provider": row.provider}
        job = done(**origin, traits=traits, parent_id="01ARZ3NDEKTSV4RRFFQ69G5FAV")
        parts = shown(job, count)

        assert f"job:{job.id}:info" in ids(parts)
        assert all(parse_id(found) for found in ids(parts))


@pytest.mark.parametrize("traits", TRAITS, ids=sorted)
def test_a_panel_offers_just_what_fits(traits: frozenset[str]) -> None:
    job = done(traits=traits - {"upscaled"})
    parts = checked(image_panel(job, CATALOG, 3))

    offered = {parse_id(found)[1] for found in ids(parts)} - {"more"}
    for part in parts:
        offered |= {option["value"] for option in part.get("options", ())}
    rows = {Row.IMAGE, Row.PAN, Row.ZOOM, Row.MORE}
    actions = CATALOG.operation(job.operation).actions
    fitting = {a.key for a in actions if a.row in rows and a.fits(job.traits)}
    assert offered == fitting
    assert {parse_id(found)[2] for found in ids(parts)} == {3}


@settings(max_examples=60, deadline=None)
@given(LONG, st.sampled_from([0, 1, 4, 10]), LONG)
def test_a_hostile_prompt_breaks_no_limit(prompt: str, count: int, note: str) -> None:
    error = ModerationError("{reason}", reason=note[:300])
    job = done(params={"text": prompt or "x"}, delivery_note=note, failure="uncertain")
    progress = Progress(job=replace(job, status=Status.QUEUED), now=NOON)
    result = {"text": note}

    for parts in (
        shown(job, count),
        shown(replace(job, **TITLE, params={"image": "x", "prompt": prompt}, result=result), 0),
        notice(failed(error, params=job.params)),
        checked(card_layout(progress, CATALOG)),
        checked(image_panel(job, CATALOG, 0)),
    ):
        assert text(parts)
    assert len(info_text(job, CATALOG)) <= 1900


@pytest.mark.parametrize(
    ("words", "harmless"),
    [
        ("[free](https://a.example)", "\\[free\\]\\(https:\u200b//a.example\\)"),
        ("<@99> hello", "\\<@\u200b99\\> hello"),
        ("@everyone", "@\u200beveryone"),
        ("# big", "\\# big"),
        ("1. one\n2. two", "1\\. one 2. two"),
        ("127.0.0.1 is home", "127.0.0.1 is home"),
        ("- one", "\\- one"),
        ("**bold** ||x|| `y`", "\\*\\*bold\\*\\* \\|\\|x\\|\\| \\`y\\`"),
    ],
)
def test_a_prompt_is_shown_as_words_only(words: str, harmless: str) -> None:
    said = text(shown(done(params={"text": words})))

    assert said.partition("\n")[0] == f"**{harmless}**"


def test_every_picture_has_alt_text_with_its_place() -> None:
    (gallery,) = (p for p in shown(done(params={"text": "a cat"})) if p["type"] == 12)

    alts = [item["description"] for item in gallery["items"]]
    assert alts == [f"Image {n}: a cat" for n in (1, 2, 3, 4)]


def test_the_head_says_model_parameters_person_seed_and_cost() -> None:
    job = done(params={"text": "a cat --ar 16:9 --v 7"}, result={"seed": 42}, cost=50)
    said = text(shown(job))

    for fact in ("**a cat**", "Midjourney v7", "--ar 16:9", "<@33>", "Seed 42", "¥0.50"):
        assert fact in said


def test_an_unknown_cost_is_called_unknown() -> None:
    said = text(shown(done(cost=None)))

    assert "Cost unknown" in said
    assert "¥0" not in said


def test_the_lineage_names_the_action_the_image_and_the_message() -> None:
    parent = done(message_id=77, message_channel_id=22)
    job = done(operation="youchuan.pan", parent_id=parent.id, parent_index=1, action="left")
    said = text(shown(job, 4, parent=parent))

    assert (
        "Pan left → of [Image 2 of an earlier result](https://discord.com/channels/11/22/77)"
        in said
    )


def test_a_late_result_says_so_and_names_the_retry() -> None:
    retry = make_job()
    said = text(shown(done(failure="deadline"), retry=retry))

    assert "after it had been given up" in said
    assert retry.id in said
    assert "given up" not in text(shown(done()))


def test_an_original_is_linked_where_a_smaller_one_is_attached() -> None:
    job = done()
    (place,) = places(job, 1)
    view = result_layout(
        Delivery(job=job, outcome=Outcome.RESULT),
        CATALOG,
        [replace(place, link="https://a.example/m/x.png")],
    )

    said = text(checked(view, place.filename))
    assert "[Image 1 in full size](https://a.example/m/x.png)" in said


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"failure": "moderation"}, "Nothing was charged."),
        ({"failure": "moderation", "external_id": "ab"}, "What was charged is unknown."),
        ({"failure": "credit"}, "Nothing was charged."),
        ({"failure": "uncertain"}, "It may have been charged."),
        ({"failure": "deadline", "external_id": "ab"}, "It may have been charged."),
        ({"failure": "rejected", "external_id": "ab", "cost": 50}, "It was charged: ¥0.50."),
        ({"failure": "rejected", "external_id": "ab", "cost": 0}, "Nothing was charged."),
        ({"failure": "badmedia", "attempts": 0}, "Nothing was charged."),
    ],
)
def test_a_notice_says_what_was_charged(overrides: dict[str, Any], said: str) -> None:
    job = failed(ModerationError("Too wild."), **overrides)

    assert said in text(notice(job))
    assert "Too wild." in text(notice(job))


def test_what_a_provider_says_is_no_markup() -> None:
    said = "boom [click](http://evil.example) **x**"
    sentence = "{service} refused this request: “{said}”"
    job = failed(RejectedError(sentence, service="Lingtu", said=said))

    assert why(job) == (
        "Lingtu refused this request: "
        "“boom \\[click\\]\\(http:\u200b//evil.example\\) \\*\\*x\\*\\*”"
    )


@pytest.mark.parametrize(
    ("failure", "offered"),
    [
        *((kind, True) for kind in ("uncertain", "unavailable", "credit", "deadline")),
        *((kind, False) for kind in ("moderation", "rejected", "invalid")),
    ],
)
def test_retry_is_offered_where_it_can_help(failure: str, offered: bool) -> None:
    job = failed(UncertainError("Lost."), failure=failure)
    found = ids(notice(job))

    assert (f"job:{job.id}:retry" in found) is offered
    assert f"job:{job.id}:info" in found


@pytest.mark.parametrize(
    ("number", "offered", "said"),
    [("ab", True, "It may have been charged."), (None, False, "Nothing was charged.")],
)
def test_what_was_taken_and_then_lost_can_be_retried(
    number: str | None, offered: bool, said: str
) -> None:
    job = failed(MissingError("Not known."), external_id=number)
    parts = notice(job)

    assert ("Retry" in labels(parts)) is offered
    assert text(parts).endswith(f"Not known.\n{said}")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"external_id": "ab", "cost": None}, "What was charged is unknown."),
        ({"external_id": "ab", "cost": 0}, "Nothing was charged."),
        ({"external_id": "ab", "cost": 50}, "It was charged: ¥0.50."),
        ({"external_id": None, "cost": None}, "Nothing was charged."),
    ],
)
def test_what_the_provider_gave_up_can_be_retried_and_is_free_only_if_that_is_known(
    known: dict[str, Any], said: str
) -> None:
    job = failed(UnavailableError("A fault while drawing."), **known)
    parts = notice(job)

    assert job.failure == "unavailable"
    assert "Retry" in labels(parts)
    assert text(parts).endswith(f"A fault while drawing.\n{said}")


@pytest.mark.parametrize("status", list(Status))
def test_a_card_never_carries_the_id_of_results(status: Status) -> None:
    job = make_job(status=status, submitted_at=NOON)
    found = ids(checked(card_layout(Progress(job=job, now=NOON), CATALOG)))

    offered = {"cancel": status is Status.QUEUED, "help": not status.is_final}
    assert found == [f"job:{job.id}:{key}" for key, is_there in offered.items() if is_there]


def test_a_card_tells_the_place_in_the_queue_and_the_price() -> None:
    job = make_job(price=50)
    said = text(checked(card_layout(Progress(job=job, now=NOON, ahead=3), CATALOG)))

    assert "Waiting: 3 before you" in said
    assert "about ¥0.50" in said
    assert "price unknown" in text(checked(card_layout(Progress(job=make_job(), now=0), CATALOG)))


@pytest.mark.parametrize(
    ("progress", "estimate", "blocks"), [(0.3, None, 3), (None, 40_000, 5), (None, 1000, 9)]
)
def test_the_bar_follows_the_provider_or_else_the_usual_time(
    progress: float | None, estimate: int | None, blocks: int
) -> None:
    job = make_job(status=Status.RUNNING, submitted_at=NOON, progress=progress)
    card = card_layout(Progress(job=job, now=NOON + 20_000, estimate=estimate), CATALOG)
    said = text(checked(card))

    assert said.count("▰") == blocks
    assert said.count("▱") == 10 - blocks
    assert f"<t:{NOON // 1000}:R>" in said


def test_a_canceled_card_says_that_nothing_was_charged() -> None:
    parts = checked(canceled_layout(make_job(status=Status.CANCELED), CATALOG))

    assert "nothing was charged" in text(parts)
    assert ids(parts) == []


def test_the_plain_layout_can_be_told_apart_from_a_notice() -> None:
    job = done()
    files = places(job, 4)
    view = plain_layout(Delivery(job=job, outcome=Outcome.RESULT), files)
    result = checked(view, *(file.filename for file in files))
    bad = make_job(status=Status.FAILED)
    told = checked(plain_layout(Delivery(job=bad, outcome=Outcome.NOTICE), []))

    assert {f"job:{job.id}:info", f"job:{job.id}:dm"} <= set(ids(result))
    assert ids(told) == [f"job:{bad.id}:info"]


def test_an_operation_of_another_version_still_shows_its_result() -> None:
    parts = shown(done(operation="youchuan.forgotten"), 4)

    assert labels(parts) == ["ℹ️", "✉️", "🗑️"]


def test_a_list_that_is_too_long_loses_whole_lines() -> None:
    lines = [f"{n} " + "x" * 900 for n in range(10)]
    said = text(checked(list_layout(lines))).splitlines()

    assert said == ["**Your last jobs here**", *lines[:4]]


def test_every_state_has_its_own_words() -> None:
    assert len({state_of(make_job(status=status)) for status in Status}) == len(Status)


def test_parameters_are_read_from_the_prompt_alone() -> None:
    job = done(
        operation="youchuan.remix",
        params={"job_id": "a --hd", "image_no": 0, "remix_prompt": "a dog --ar 3:2 --v 7"},
    )
    said = text(shown(job))

    assert "Midjourney v7 · \\--ar 3:2 · <@33>" in said


def test_info_tells_the_whole_prompt_and_every_fact() -> None:
    words = "a cat " + "very " * 150 + "big"
    job = done(params={"text": words}, cost=50, destination=make_destination(user_id=5))
    said = info_text(job, CATALOG)

    for fact in (words, job.id, "finished", "¥0.50", "<@5>"):
        assert fact in said
