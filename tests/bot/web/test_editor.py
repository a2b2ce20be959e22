"""The editor's routes: who gets the page, what is taken from it, and what is refused in words."""

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from storage.drafts import DraftStore
from storage.models import Draft, Job
from tests.bot.web.conftest import Answer, Server
from tests.conftest import Workshop
from tests.factories import make_destination, make_draft

SQUARE = {"width": 16, "height": 16, "points": [2, 2, 8, 2, 8, 8, 2, 8]}


async def grid(workshop: Workshop, text: str = "a cat --v 7") -> Job:
    """A finished job with four pictures of 16 × 16 pixels."""
    job = await workshop.press(params={"text": text})
    await workshop.turn("submit")
    paid = workshop.provider.paid[-1]
    await workshop.provider.call_back(paid.callback or "", workshop.provider.finish(paid.id, 4))
    await workshop.turn("deliver")
    return await workshop.now(job)


async def link(workshop: Workshop, operation: str = "youchuan.inpaint", **overrides: Any) -> Draft:
    """A draft as a press makes it."""
    job = await grid(workshop)
    picture = (await workshop.assets.of_job(job.id, "result"))[1]
    payload = {"operation": operation, "asset": picture.token}
    if operation != "youchuan.upload_paint":
        payload |= {"job": job.id, "index": 1, "action": "region"}
    draft = make_draft(payload=payload, interaction_id=777_000, **overrides)
    await DraftStore(workshop.database).add(draft)
    return draft


async def post(server: Server, draft: Draft, body: Any, **headers: str) -> Answer:
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    sent = {"Content-Type": "application/json", **headers}
    return await server.ask("POST", f"/editor/{draft.token}", data=data, headers=sent)


def drawn(**overrides: Any) -> dict[str, Any]:
    whole = {"prompt": "a hat", "mask": {"areas": [SQUARE]}, "canvas": None, "imgPos": None}
    return {**whole, **overrides}


def brushed(size: tuple[int, int] = (16, 16), colour: int = 255) -> dict[str, str]:
    image, file = Image.new("L", size), io.BytesIO()
    image.paste(colour, (3, 3, 9, 9))
    image.save(file, "PNG")
    return {"png": "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()}


def said(answer: Answer) -> dict[str, Any]:
    return json.loads(answer.body)


async def test_the_page_is_private_and_may_be_asked_for_again(workshop: Workshop, server: Server):
    draft = await link(workshop)
    first = await server.ask("GET", f"/editor/{draft.token}")
    again = await server.ask("GET", f"/editor/{draft.token}")

    assert (first.status, again.body) == (200, first.body)
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    policy = first.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_the_page_speaks_the_persons_language(workshop: Workshop, server: Server):
    draft = await link(workshop, destination=make_destination(locale="zh-CN"))
    answer = await server.ask("GET", f"/editor/{draft.token}")

    assert b'lang="zh' in answer.body


async def test_every_file_that_the_page_names_is_served(workshop: Workshop, server: Server):
    for name, kind in (("editor.js", "text/javascript"), ("editor.css", "text/css")):
        answer = await server.ask("GET", f"/static/{name}")

        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith(kind)
    assert (await server.ask("GET", "/static/../server.py")).status == 404
    assert (await server.ask("GET", "/static/%2e%2e%2fserver.py")).status == 404


async def test_a_region_is_ordered_once_as_its_person(workshop: Workshop, server: Server):
    draft = await link(workshop)
    answer = await post(server, draft, drawn())
    again = await post(server, draft, drawn(prompt="another"))
    await workshop.turn("submit")

    assert (answer.status, said(answer)["ok"]) == (200, True)
    assert (again.status, said(again)["ok"], said(again)["again"]) == (409, False, False)
    assert "already been sent" in said(again)["message"]
    paid = workshop.provider.paid[-1]
    assert [each.verb for each in workshop.provider.paid] == ["diffusion", "inpaint"]
    assert paid.body["mask"] == {"areas": [SQUARE]}
    assert (paid.body["imageNo"], paid.body["remixPrompt"]) == (1, "a hat")
    job = (await workshop.jobs.of_interaction(777_000))[0]
    assert (job.destination, job.action, job.parent_index) == (draft.destination, "region", 1)
    assert len(workshop.courier.cards) == 1


async def test_corners_are_sent_clockwise_and_lines_are_left_out(
    workshop: Workshop, server: Server
):
    draft = await link(workshop)
    other_way = {**SQUARE, "points": [2, 2, 2, 8, 8, 8, 8, 2]}
    line = {**SQUARE, "points": [1, 1, 5, 5, 9, 9]}
    await post(server, draft, drawn(mask={"areas": [other_way, line]}))
    await workshop.turn("submit")

    (area,) = workshop.provider.paid[-1].body["mask"]["areas"]
    assert area["points"] == [8, 2, 8, 8, 2, 8, 2, 2]


async def test_a_brushed_mask_gets_an_address_of_ours(workshop: Workshop, server: Server):
    draft = await link(workshop)
    answer = await post(server, draft, drawn(mask=brushed()))
    await workshop.turn("submit")

    assert answer.status == 200
    address = workshop.provider.paid[-1].body["mask"]["url"]
    assert address.startswith(f"{workshop.parts.terms.public_url}/m/")
    mask = await server.ask("GET", "/m/" + address.rpartition("/")[2])
    with Image.open(io.BytesIO(mask.body)) as image:
        assert (image.size, image.mode, image.getbbox()) == ((16, 16), "1", (3, 3, 9, 9))


async def test_without_an_address_a_canvas_mask_goes_inside_the_request(workshop: Workshop):
    from tests.bot.web.conftest import opened_server

    workshop.restart(public_url="")
    draft = await link_by_poll(workshop)
    async with opened_server(workshop) as server:
        body = drawn(mask=brushed(), canvas={"width": 32, "height": 16}, imgPos=None)
        body["imgPos"] = {"width": 16, "height": 16, "x": 8, "y": 0}
        answer = await post(server, draft, body)
    await workshop.turn("submit")

    assert answer.status == 200
    assert workshop.provider.paid[-1].body["mask"]["url"].startswith("data:image/png;base64,")


async def link_by_poll(workshop: Workshop) -> Draft:
    job = await workshop.press(params={"text": "a cat --v 7"})
    await workshop.turn("submit")
    workshop.provider.finish(workshop.provider.paid[-1].id, 4)
    workshop.clock.advance(60)
    await workshop.turn("watch", "deliver")
    picture = (await workshop.assets.of_job(job.id, "result"))[0]
    payload = {"operation": "youchuan.edit", "asset": picture.token, "job": job.id, "index": 0}
    draft = make_draft(
        payload=payload, expires_at=workshop.clock() + 900_000, interaction_id=777_000
    )
    await DraftStore(workshop.database).add(draft)
    return draft


async def test_an_edit_places_the_picture_on_its_canvas(workshop: Workshop, server: Server):
    draft = await link(workshop, "youchuan.edit")
    canvas, place = {"width": 64, "height": 32}, {"width": 16, "height": 16, "x": 10, "y": 4}
    answer = await post(server, draft, drawn(mask=None, canvas=canvas, imgPos=place))
    await workshop.turn("submit")

    assert answer.status == 200
    body = workshop.provider.paid[-1].body
    assert (body["canvas"], body["imgPos"]) == (canvas, place)
    assert "mask" not in body


async def test_an_uploaded_picture_is_passed_on_from_our_address(
    workshop: Workshop, server: Server
):
    draft = await link(workshop, "youchuan.upload_paint")
    answer = await post(server, draft, drawn())
    await workshop.turn("submit")

    assert answer.status == 200
    body = workshop.provider.paid[-1].body
    assert body["imgUrl"].startswith(f"{workshop.parts.terms.public_url}/m/")
    assert "jobId" not in body
    assert "--v 7" in body["remixPrompt"]
    assert body["canvas"] == {"width": 16, "height": 16}


@pytest.mark.parametrize(
    ("operation", "body", "words"),
    [
        ("inpaint", drawn(mask=None), "Mark what to repaint"),
        ("inpaint", drawn(mask={"areas": []}), "Mark what to repaint"),
        ("inpaint", drawn(mask={"areas": [{**SQUARE, "width": 17}]}), "another size"),
        ("inpaint", drawn(mask={"areas": [{**SQUARE, "points": [0, 0, 17, 0, 5, 5]}]}), "beyond"),
        (
            "inpaint",
            drawn(mask={"areas": [{**SQUARE, "points": [1, 1, 9, 1, 9, 9] * 3334}]}),
            "corners",
        ),
        ("inpaint", drawn(mask={"areas": [{**SQUARE, "points": [1.5, 1, 9, 1, 5, 5]}]}), "whole"),
        ("inpaint", drawn(mask={"areas": [{**SQUARE, "points": [1, 1, 9]}]}), "second number"),
        ("inpaint", drawn(mask={"areas": [{**SQUARE, "points": 5}]}), "whole"),
        ("inpaint", drawn(mask=brushed((17, 16))), "17 × 16"),
        ("inpaint", drawn(mask=brushed(colour=0)), "all black"),
        ("inpaint", drawn(mask={"png": "data:image/png;base64,AAAA"}), "neither a picture"),
        ("inpaint", drawn(prompt="a hat --sing"), "--sing"),
        ("edit", drawn(prompt="  "), "Write what the picture should become"),
        ("edit", drawn(prompt="--v 7"), "Write what"),
        ("edit", drawn(mask=None), "Nothing would change"),
        ("edit", drawn(canvas={"width": 8, "height": 16}), "too small"),
        ("edit", drawn(canvas={"width": 9999, "height": 16}), "canvas.width must be at most 4096"),
        ("upload_paint", drawn(mask=None), "Mark what to repaint"),
        ("upload_paint", drawn(prompt="--v 7"), "Write what"),
    ],
)
async def test_what_breaks_a_rule_is_refused_in_words_and_may_be_corrected(
    workshop: Workshop, server: Server, operation: str, body: Any, words: str
):
    draft = await link(workshop, f"youchuan.{operation}")
    refused = await post(server, draft, body)
    mended = await post(server, draft, drawn())

    assert (refused.status, said(refused)["ok"], said(refused)["again"]) == (400, False, True)
    assert words in said(refused)["message"]
    assert said(mended)["ok"]


async def test_a_million_corners_are_counted_and_not_looked_at(workshop: Workshop, server: Server):
    draft = await link(workshop)
    points = b'"x",' + b"1," * 1_999_998 + b"1"
    area = b'{"width": 16, "height": 16, "points": [' + points + b"]}"
    refused = await post(server, draft, b'{"mask": {"areas": [' + area + b"]}}")

    assert refused.status == 400
    assert "have 1000000 corners" in said(refused)["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"surprise": 1}', b"[" * 100_000])
async def test_what_cannot_be_read_is_refused(workshop: Workshop, server: Server, body: bytes):
    refused = await post(server, await link(workshop), body)

    assert (refused.status, said(refused)["again"]) == (400, True)


async def test_a_body_without_end_is_not_taken_in(workshop: Workshop, server: Server):
    refused = await post(server, await link(workshop), b"x" * 5_000_000)

    assert refused.status == 413


async def test_an_expired_link_is_refused_kindly(workshop: Workshop, server: Server):
    draft = await link(workshop)
    workshop.clock.advance(15 * 60)
    shown = await server.ask("GET", f"/editor/{draft.token}")
    refused = await post(server, draft, drawn())

    assert (shown.status, refused.status) == (410, 410)
    assert b"expired" in shown.body
    assert "expired" in said(refused)["message"]
    assert len(workshop.provider.paid) == 1


async def test_a_sent_link_says_so_when_it_is_opened_again(workshop: Workshop, server: Server):
    draft = await link(workshop)
    await post(server, draft, drawn())
    shown = await server.ask("GET", f"/editor/{draft.token}")

    assert shown.status == 409
    assert b"already been sent" in shown.body


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_tampered_link_is_refused_kindly(workshop: Workshop, server: Server, method: str):
    draft = await link(workshop)
    token = draft.token[:-1] + ("A" if draft.token[-1] != "A" else "B")
    headers = {"Content-Type": "application/json"}
    refused = await server.ask(method, f"/editor/{token}", data=b"{}", headers=headers)

    assert refused.status == 404
    assert b"not valid" in refused.body


async def test_a_link_of_another_purpose_is_refused(workshop: Workshop, server: Server):
    draft = await link(workshop, purpose="batch")
    refused = await post(server, draft, drawn())

    assert refused.status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
async def test_another_page_cannot_send_for_its_visitor(
    workshop: Workshop, server: Server, headers: dict[str, str]
):
    refused = await post(server, await link(workshop), drawn(), **headers)

    assert refused.status in (403, 415)
    assert len(await workshop.jobs.of_interaction(777_000)) == 0


async def test_our_own_page_may_send(workshop: Workshop, server: Server):
    own = {"Origin": f"http://127.0.0.1:{server.port}", "Sec-Fetch-Site": "same-origin"}
    answer = await post(server, await link(workshop), drawn(), **own)

    assert answer.status == 200


async def test_a_picture_that_is_gone_is_said_to_be(workshop: Workshop, server: Server):
    draft = await link(workshop)
    await workshop.assets.remove(draft.payload["asset"])
    shown = await server.ask("GET", f"/editor/{draft.token}")
    refused = await post(server, draft, drawn())

    assert shown.status == 410
    assert "not kept here" in said(refused)["message"]


async def test_a_picture_whose_file_is_gone_is_said_to_be(workshop: Workshop, server: Server):
    draft = await link(workshop)
    workshop.files.path(await workshop.assets.get(draft.payload["asset"])).unlink()
    shown = await server.ask("GET", f"/editor/{draft.token}")
    refused = await post(server, draft, drawn())

    assert shown.status == 410
    assert b"not kept here" in shown.body
    assert (refused.status, "not kept here" in said(refused)["message"]) == (400, True)


async def test_who_is_blocked_meanwhile_reads_why_instead_of_the_page(
    workshop: Workshop, server: Server
):
    draft, servers = await link(workshop), workshop.engine.gate.servers
    await servers.change(11, 1, {"roles": {"generate": ["815"]}})
    ruled = await server.ask("GET", f"/editor/{draft.token}")
    await servers.block(11, 1, 33, "spam")
    blocked = await server.ask("GET", f"/editor/{draft.token}")
    sent = await post(server, draft, drawn())

    assert (ruled.status, blocked.status, sent.status) == (403, 403, 403)
    assert "these commands are only for: @&amp;815." in ruled.body.decode()
    assert "You are blocked here: spam." in blocked.body.decode()
    assert said(sent)["message"] == "You are blocked here: spam. Ask an admin of this server."
    assert not await workshop.jobs.of_interaction(777_000)


async def test_a_limit_is_told_with_its_end_in_words_and_the_link_stays_open(
    workshop: Workshop, server: Server
):
    draft, servers = await link(workshop), workshop.engine.gate.servers
    await servers.change(11, 1, {"quotas": {"everyone": {"jobs_per_day": 1}}})
    refused = await post(server, draft, drawn())
    await servers.change(11, 1, {"quotas": None, "results_channel": "815"})
    taken = await post(server, draft, drawn())
    tomorrow = datetime.fromtimestamp(workshop.clock() / 1000, UTC) + timedelta(days=1)

    assert (refused.status, said(refused)["again"]) == (400, True)
    assert said(refused)["message"] == (
        f"You have used 1 of today's 1 jobs here. Try again after {tomorrow:%Y-%m-%d} 00:00 (UTC)."
    )
    assert taken.status == 200
    assert "the channel that your server has for results" in said(taken)["message"]
