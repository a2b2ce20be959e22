"""The editor's routes behind /erase and /background: what is ordered, and what is refused."""

import io
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot.edit_kinds import Begun
from bot.wire import Credential
from storage.drafts import DraftStore
from storage.models import Asset, Draft, Job
from tests.bot.web.conftest import Server
from tests.bot.web.test_editor import SQUARE, brushed, drawn, post, said
from tests.cogs.stage import connect
from tests.conftest import Workshop
from tests.factories import make_draft
from tests.lingtu_double import APP_ID, SECRET, LingtuDouble

CANVAS, PLACE = {"width": 600, "height": 400}, {"width": 90, "height": 120, "x": -20, "y": 300}
CORNER = {**CANVAS, "points": [0, 0, 100, 0, 100, 50, 0, 50]}
PLACED = drawn(prompt="", mask=None, canvas=CANVAS, imgPos=PLACE)


@pytest.fixture(autouse=True)
def accounts(workshop: Workshop) -> None:
    connect(workshop, ("youchuan", "lingtu"))


async def kept(workshop: Workshop, image: Image.Image) -> Asset:
    """A picture of a draft."""
    path = workshop.files.temporary / f"drawn-{image.mode}.png"
    image.save(path)
    return await workshop.deliverer.keeper.keep_draft(path)


async def begun(workshop: Workshop, draft: Begun) -> Draft:
    row = make_draft(
        payload=draft.model_dump(mode="json"),
        interaction_id=777_000,
        expires_at=workshop.clock() + 900_000,
    )
    await DraftStore(workshop.database).add(row)
    return row


async def erasing(workshop: Workshop) -> Draft:
    """A link to a picture of 16 × 16 pixels, as /erase makes it."""
    asset = await kept(workshop, Image.new("RGB", (16, 16), "blue"))
    return await begun(workshop, Begun(operation="lingtu.remove", asset=asset.token))


async def placing(workshop: Workshop, **values: Any) -> Draft:
    """A link to a product before a background of 1800 × 1200 pixels, as /background makes it."""
    cutout = Image.new("RGBA", (30, 40))
    ImageDraw.Draw(cutout).ellipse((0, 0, 29, 39), fill="red")
    goods = await kept(workshop, cutout)
    background = await kept(workshop, Image.new("RGB", (1800, 1200), "blue"))
    start = Begun(
        operation="lingtu.change_background",
        asset=goods.token,
        background=background.token,
        values=values,
    )
    return await begun(workshop, start)


async def ordered(workshop: Workshop) -> tuple[Job, Sequence[Image.Image]]:
    """The one job that came of a link, and the pictures that it is given."""
    (job,) = await workshop.jobs.of_interaction(777_000)
    assets = [await workshop.assets.get(upload.asset) for upload in job.uploads]
    return job, [
        Image.open(io.BytesIO(workshop.files.path(asset).read_bytes())) for asset in assets
    ]


async def facts_of(server: Server, draft: Draft) -> dict[str, Any]:
    """What the page is told."""
    answer = await server.ask("GET", f"/editor/{draft.token}")
    assert answer.status == 200
    told = answer.body.decode().partition('id="facts">')[2].partition("</script>")[0]
    return json.loads(told)["facts"]


async def test_the_page_to_erase_with_asks_for_a_mask_alone(workshop: Workshop, server: Server):
    facts = await facts_of(server, await erasing(workshop))

    assert (facts["purpose"], facts["prompt"], facts["canvas"]) == ("erase", None, False)
    assert (facts["maskRequired"], facts["promptRequired"]) == (True, False)


async def test_marked_areas_are_erased_by_a_mask_of_the_pictures_size(
    workshop: Workshop, server: Server
):
    draft = await erasing(workshop)
    answer = await post(server, draft, drawn(prompt=""))
    job, (image, mask) = await ordered(workshop)

    assert said(answer)["ok"]
    assert (job.operation, job.params) == (
        "lingtu.remove",
        {"image": "upload://0", "mask": "upload://1"},
    )
    assert job.uploads[0].asset == draft.payload["asset"]
    assert mask.size == image.size
    assert mask.getbbox() == (2, 2, 8, 8)
    assert {level for _, level in mask.convert("L").getcolors()} == {0, 255}


async def test_what_was_brushed_is_erased_too(workshop: Workshop, server: Server):
    answer = await post(server, await erasing(workshop), drawn(mask=brushed()))
    _job, (_image, mask) = await ordered(workshop)

    assert said(answer)["ok"]
    assert (mask.size, mask.getbbox()) == ((16, 16), (3, 3, 9, 9))


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (None, "Mark what to erase"),
        ({"areas": []}, "Mark what to erase"),
        ({"areas": [{**SQUARE, "points": [1, 1, 5, 5, 9, 9]}]}, "Mark what to erase"),
        ({"areas": [{**SQUARE, "width": 17}]}, "another size"),
        ({"areas": [{**SQUARE, "points": [0, 0, 10**9, 0, 5, 5]}]}, "beyond"),
        ({"areas": [SQUARE], **brushed()}, "in one way only"),
        (brushed((16, 17)), "16 × 17"),
        (brushed(colour=0), "all black"),
    ],
)
async def test_what_cannot_be_erased_is_refused_in_words_and_may_be_corrected(
    workshop: Workshop, server: Server, mask: Any, words: str
):
    draft = await erasing(workshop)
    refused = await post(server, draft, drawn(mask=mask))
    mended = await post(server, draft, drawn())

    assert (refused.status, said(refused)["again"]) == (400, True)
    assert words in said(refused)["message"]
    assert said(mended)["ok"]


async def test_a_product_begins_in_the_middle_of_a_canvas_of_the_backgrounds_shape(
    workshop: Workshop, server: Server
):
    facts = await facts_of(server, await placing(workshop))

    assert (facts["purpose"], facts["maskRequired"], facts["prompt"]) == ("background", False, None)
    assert (facts["most"]["least"], facts["most"]["side"]) == (400, 1280)
    assert (facts["background"]["width"], facts["background"]["height"]) == (1800, 1200)
    assert facts["start"]["canvas"] == {"width": 1280, "height": 853}
    place = facts["start"]["picture"]
    assert place["height"] / 853 == pytest.approx(0.6, abs=0.01)
    assert place["width"] / place["height"] == pytest.approx(30 / 40, abs=0.01)
    assert 2 * place["x"] + place["width"] == pytest.approx(1280, abs=1)
    assert 2 * place["y"] + place["height"] == pytest.approx(853, abs=1)


async def test_a_product_is_ordered_where_it_was_put(workshop: Workshop, server: Server):
    draft = await placing(workshop, num=2, reference_strong=False)
    answer = await post(server, draft, {**PLACED, "mask": {"areas": [CORNER]}})
    job, (goods, background, mask) = await ordered(workshop)

    assert said(answer)["ok"]
    assert (job.operation, job.params) == (
        "lingtu.change_background",
        {
            **CANVAS,
            "goods": {"url": "upload://0", **PLACE},
            "background": {"url": "upload://1", "mask": "upload://2"},
            "num": 2,
            "reference_strong": False,
        },
    )
    assert (goods.size, goods.mode) == ((30, 40), "RGBA")
    assert background.size == mask.size == (600, 400)
    assert mask.getbbox() == (0, 0, 100, 50)


async def test_all_of_the_background_counts_where_nothing_is_marked(
    workshop: Workshop, server: Server
):
    await post(server, await placing(workshop), PLACED)
    job, pictures = await ordered(workshop)

    assert job.params["background"] == {"url": "upload://1"}
    assert [one.size for one in pictures] == [(30, 40), (600, 400)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"canvas": {"width": 399, "height": 400}}, "width must be at least 400"),
        ({"canvas": {"width": 600, "height": 10**9}}, "height must be at most 1280"),
        ({"imgPos": {**PLACE, "x": 600}}, "stands beside"),
        ({"imgPos": {**PLACE, "y": -120}}, "stands beside"),
        ({"imgPos": {**PLACE, "width": 0}}, "goods.width must be at least 1"),
        ({"imgPos": {**PLACE, "z": 1}}, "cannot be read"),
        ({"mask": {"areas": [{**CORNER, "width": 1800}]}}, "another size"),
        ({"mask": brushed((600, 401))}, "600 × 401"),
    ],
)
async def test_what_cannot_be_placed_is_refused_in_words_and_may_be_corrected(
    workshop: Workshop, server: Server, change: Any, words: str
):
    draft = await placing(workshop)
    refused = await post(server, draft, {**PLACED, **change})
    mended = await post(server, draft, PLACED)

    assert (refused.status, said(refused)["again"]) == (400, True)
    assert words in said(refused)["message"]
    assert said(mended)["ok"]


async def test_a_background_that_is_gone_is_said_to_be(workshop: Workshop, server: Server):
    draft = await placing(workshop)
    await workshop.assets.remove(draft.payload["background"])
    shown = await server.ask("GET", f"/editor/{draft.token}")

    assert shown.status == 410
    assert b"not kept here" in shown.body


async def test_a_link_of_another_version_has_expired(workshop: Workshop, server: Server):
    draft = make_draft(payload={"operation": "lingtu.remove", "file": "x"}, interaction_id=777_000)
    await DraftStore(workshop.database).add(draft)
    shown = await server.ask("GET", f"/editor/{draft.token}")
    refused = await post(server, draft, drawn())

    assert shown.status == 410
    assert b"expired" in shown.body
    assert "expired" in said(refused)["message"]


@pytest.mark.parametrize(
    ("start", "body", "verb"),
    [(erasing, drawn(), "remove"), (placing, {**PLACED, "mask": {"areas": [CORNER]}}, "change-")],
)
async def test_the_provider_takes_what_was_ordered(
    workshop: Workshop, server: Server, start: Any, body: Any, verb: str
):
    workshop.clock.now = time.time_ns() // 1_000_000  # it looks at the time of a signature
    async with LingtuDouble() as lingtu:
        account = Credential(provider="lingtu", url=lingtu.url, app_id=APP_ID, secret=SECRET)
        accounts = {**workshop.parts.credentials, ("lingtu", "env"): account}
        workshop.pay_with(accounts)
        workshop.restart(public_url=f"http://127.0.0.1:{server.port}")
        answer = await post(server, await start(workshop), body)
        await workshop.turn("submit")

    assert said(answer)["ok"]
    assert lingtu.violations == []
    assert [paid.verb[: len(verb)] for paid in lingtu.paid] == [verb]
