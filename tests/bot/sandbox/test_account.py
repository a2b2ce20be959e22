"""What the emulator's account says about its plan and its costs, on real HTTP."""

from datetime import UTC, datetime

import pytest

from bot.providers import youchuan_account
from tests.bot.sandbox.desk import keep, opened_desk

pytestmark = pytest.mark.usefixtures("small_results")


def at(text):
    """Milliseconds since the epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
async def busy(tmp_path):
    """A desk whose account has paid for five jobs in two months, and their ids."""
    moments = [
        ("2026-09-30T23:59:59", 50),
        ("2026-10-01T00:00:00", 75),
        ("2026-10-02T12:00:00", 200),
        ("2026-10-03T08:30:00.250", 600),
        ("2026-10-31T23:59:59", 100),
    ]
    ids = [keep(tmp_path, created=at(text), fee=fee) for text, fee in moments]
    async with opened_desk(tmp_path) as desk:
        yield desk, ids


async def listed(desk, query):
    return [entry["jobId"] for entry in (await desk.get(f"costs?{query}"))["list"]]


async def test_costs_are_listed_with_the_newest_first(busy):
    desk, ids = busy

    told = await desk.get("costs?pageNo=1&pageSize=100")

    assert [entry["jobId"] for entry in told["list"]] == ids[::-1]
    assert told["total"] == 5
    assert told["list"][1] == (await desk.show(ids[3])).json()["cost"]
    assert told["list"][1]["feeCost"] == 600
    assert told["list"][1]["costAt"] == "2026-10-03T08:30:00.250000Z"


async def test_costs_come_in_pages(busy):
    desk, ids = busy

    pages = [await listed(desk, f"pageNo={number}&pageSize=2") for number in (1, 2, 3, 4)]

    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], []]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("since=2026-10-01T00:00:00Z", [4, 3, 2, 1]),
        ("to=2026-10-02T12:00:00Z", [2, 1, 0]),
        ("since=2026-10-02T00:00:00Z&to=2026-10-03T08:30:00Z", [2]),
        ("since=2026-10-01T08:00:00%2B08:00&to=2026-10-01T08:00:00%2B08:00", [1]),
        ("since=2027-01-01T00:00:00Z", []),
    ],
)
async def test_costs_keep_to_the_time_that_is_asked_for(busy, query, places):
    desk, ids = busy

    told = await listed(desk, f"pageNo=1&pageSize=100&{query}")

    assert told == [ids[place] for place in places]


@pytest.mark.parametrize("path", ["costs", "cost-monthly"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "pageNo=1",
        "pageSize=10",
        "pageNo=0&pageSize=10",
        "pageNo=1001&pageSize=10",
        "pageNo=1&pageSize=501",
        "pageNo=one&pageSize=10",
        "page_no=1&page_size=10",
        "pageNo=1&pageSize=10&colour=red",
    ],
)
async def test_a_page_must_be_named_rightly(desk, path, query):
    answer = await desk.ask("GET", f"/v1/tob/{path}?{query}")

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Argument")


@pytest.mark.parametrize("query", ["since=yesterday", "to=2026-13-01T00:00:00Z"])
async def test_a_moment_that_cannot_be_read_is_refused(desk, query):
    answer = await desk.ask("GET", f"/v1/tob/costs?pageNo=1&pageSize=10&{query}")

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Argument")


async def test_months_are_summed_up_with_the_latest_first(busy):
    desk, _ = busy

    told = await desk.get("cost-monthly?pageNo=1&pageSize=10")

    assert told == {
        "list": [
            {"month": "2026-10", "feeCost": 975, "fastCost": 20, "jobs": 4},
            {"month": "2026-09", "feeCost": 50, "fastCost": 1, "jobs": 1},
        ],
        "total": 2,
    }


async def test_our_own_client_reads_costs_and_months(busy):
    desk, ids = busy

    costs = await desk.get("costs?pageNo=1&pageSize=10")
    months = await desk.get("cost-monthly?pageNo=1&pageSize=10")

    charges = youchuan_account.charges(youchuan_account.listing(costs))
    periods = youchuan_account.months(youchuan_account.listing(months))
    assert [(each.job_id, each.fen) for each in charges][-1] == (ids[0], 50)
    assert [(each.label, each.fen) for each in periods] == [("2026-10", 975), ("2026-09", 50)]


async def test_a_job_takes_its_price_from_the_balance(desk):
    before = await desk.get("subscribe")
    job_id = await desk.drawn(text="a cat --v 7")
    middle = await desk.get("subscribe")
    await desk.drawn("variation", jobId=job_id, imageNo=0, type=0)
    after = await desk.get("subscribe")

    balances = [told["feeBalance"] for told in (before, middle, after)]
    assert (balances[0] - balances[1], balances[1] - balances[2]) == (50, 75)
    assert before["fastRemaining"] - after["fastRemaining"] == 3


@pytest.mark.parametrize(
    ("verb", "body", "fee"),
    [
        ("diffusion", {"text": "a cat --v 7 --draft"}, 25),
        ("diffusion", {"text": "a cat --v 7 --turbo"}, 100),
        ("video_diffusion", {"prompt": "a cat"}, 200),
        ("video_diffusion", {"prompt": "a cat --bs 2", "videoType": 1}, 300),
    ],
)
async def test_a_job_costs_what_the_catalog_says(desk, verb, body, fee):
    job_id = await desk.submit(verb, **body)

    assert (await desk.show(job_id)).json()["cost"]["feeCost"] == fee


async def test_extending_a_dearer_clip_is_dearer(tmp_path):
    plain, fine = (keep(tmp_path, "video", size) for size in ("480p", "720p"))

    async with opened_desk(tmp_path) as desk:
        answers = [
            await desk.post("extend_video", jobId=job_id, videoNo=0, prompt="on it goes")
            for job_id in (plain, fine)
        ]

    assert [answer.json()["cost"]["feeCost"] for answer in answers] == [200, 600]


async def test_even_what_has_no_price_costs_something(tmp_path):
    parent = keep(tmp_path, "video", "480p")

    async with opened_desk(tmp_path) as desk:
        answer = await desk.post("video_upscale", jobId=parent, videoNo=0)

    assert answer.json()["cost"]["feeCost"] > 0


async def test_the_callback_of_a_job_is_sent_once_more(desk, home):
    job_id = await desk.submit(callback=home.callback)
    told = await home.update()

    answer = await desk.ask("POST", "/v1/tob/callback", {"jobId": job_id})

    assert answer.status == 200
    assert await home.update() == told


async def test_the_callback_of_a_running_job_says_that_it_runs(desk, home):
    job_id = await desk.submit(text="a cat sandbox:slow", callback=home.callback)

    await desk.ask("POST", "/v1/tob/callback", {"jobId": job_id})

    assert (await home.update()).state == "running"


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"jobId": "68be9b50553a97d658968285"}, 404), ({"jobId": "x", "y": 1}, 400)],
)
async def test_there_is_no_callback_of_a_job_that_there_is_not(desk, body, status):
    answer = await desk.ask("POST", "/v1/tob/callback", body)

    assert answer.status == status


async def test_a_job_without_a_callback_has_none_to_send(desk):
    job_id = await desk.submit()

    answer = await desk.ask("POST", "/v1/tob/callback", {"jobId": job_id})

    assert (answer.status, answer.json()["reason"]) == (400, "Invalid_Argument")
