"""The courier on the real library against the strict double: one message, whatever goes wrong."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import discord
import pytest
from PIL import Image
from yarl import URL

from bot.errors import BadMediaError, CourierError, FetchError
from bot.media.assets import AssetFiles
from bot.media.pool import MediaPool
from bot.providers import catalog
from bot.wire import Delivery, Outcome, Progress, Receipt
from cogs import composer, parcels
from cogs.composer import Composer
from cogs.parcels import Packer
from cogs.posts import nonce_of
from cogs.results import DiscordCourier
from cogs.venues import Venue
from storage.assets import PREVIEW, AssetStore
from storage.jobs import JobStore
from storage.models import Asset, Job, Status, Upload
from tests.discord_double import (
    Channel,
    DiscordDouble,
    Fault,
    Message,
    Permission,
)
from tests.factories import make_asset, make_destination, make_job

POST = r"/channels/\d+/messages$"
PUBLIC_URL = "https://atelier.example"


def picture(side: int = 8, *, noise: bool = False) -> bytes:
    image = Image.effect_noise((side, side), 90) if noise else Image.new("RGB", (side, side))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def clip() -> bytes:
    """Half a second of noise, some 300 KiB."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as written:
        video = written.add_stream("libx264", rate=24, options={"preset": "ultrafast", "crf": "10"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for _ in range(12):
            frame = Image.effect_noise((320, 180), 60).convert("RGB")
            written.mux(video.encode(av.VideoFrame.from_image(frame)))
        written.mux(video.encode(None))
    return file.getvalue()


async def anywhere(_guild_id: int | None) -> Venue:
    """A place where everything is connected."""
    return Venue(catalog=catalog())


@dataclass
class Post:
    """A courier at work: the double, the courier, and jobs whose files are really there."""

    double: DiscordDouble
    client: discord.Client
    courier: DiscordCourier
    jobs: JobStore
    assets: AssetStore
    files: AssetFiles

    def job(self, channel: Channel | None = None, **overrides: Any) -> Job:
        """A finished job that ben ordered in `general`."""
        place = channel or self.double.general
        where = make_destination(
            guild_id=place.guild and place.guild.id,
            channel_id=place.id,
            user_id=self.double.ben.id,
        )
        values: dict[str, Any] = {
            "status": Status.SUCCEEDED,
            "traits": frozenset({"v7"}),
            "destination": where,
        }
        return make_job(**{**values, **overrides})

    async def kept(
        self, job: Job, count: int = 4, data: bytes | None = None, **overrides: Any
    ) -> list[Asset]:
        """Result files of a job, on disk."""
        made = []
        for position in range(count):
            content = data or picture()
            asset = make_asset(
                job.id, position=position, **{"size": len(content), "extension": "png", **overrides}
            )
            path = self.files.temporary / "new"
            path.write_bytes(content)
            await self.files.adopt(path, asset)
            made.append(asset)
        return made

    async def delivery(self, job: Job, count: int = 4, **overrides: Any) -> Delivery:
        if job.status is not Status.SUCCEEDED:
            return Delivery(job=job, outcome=Outcome.NOTICE, **overrides)
        assets = overrides.pop("assets", None) or await self.kept(job, count)
        return Delivery(job=job, outcome=Outcome.RESULT, assets=assets, **overrides)

    async def card(self, channel: Channel | None = None) -> int:
        """A message of the bot's own that stands for a progress card."""
        place = self.client.get_partial_messageable((channel or self.double.general).id)
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.TextDisplay("waiting"))
        return (await place.send(view=view)).id

    def message(self, receipt: Receipt) -> Message:
        assert receipt.message_id is not None
        return self.double.all_messages[receipt.message_id]


async def connect(double: DiscordDouble) -> tuple[discord.Client, asyncio.Task[None]]:
    client = discord.Client(intents=discord.Intents.default(), guild_ready_timeout=0.01)
    async with asyncio.timeout(10):
        await client.login(double.token)
        running = asyncio.create_task(client.connect())
        await client.wait_until_ready()
    return client, running


@pytest.fixture
async def post(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    jobs: JobStore,
    assets: AssetStore,
    pool: MediaPool,
) -> AsyncIterator[Post]:
    files = AssetFiles(tmp_path / "assets")
    await files.open()
    async with DiscordDouble() as double:
        monkeypatch.setattr(discord.http.Route, "BASE", double.api_url)
        gateway = URL(double.gateway_url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        client, running = await connect(double)
        packer = Packer(files, pool, PUBLIC_URL)
        courier = DiscordCourier(client, Composer(jobs, assets, anywhere, packer))
        yield Post(double, client, courier, jobs, assets, files)
        await client.close()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_result_is_one_message_with_pictures_buttons_and_a_ping(post: Post) -> None:
    job = post.job()
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert post.double.general.messages == [message]
    assert len(message.media()) == len(message.attachments) == 4
    assert message.attachments[0].filename == f"{job.id[-6:].lower()}-1.png"
    assert message.find_button("U4")["custom_id"] == f"job:{job.id}:u.3"
    assert message.pings == {post.double.ben.id}
    assert post.double.violations == []


async def test_a_prompt_pings_nobody(post: Post) -> None:
    words = f"@everyone <@{post.double.ada.id}>"
    job = post.job(params={"text": words})
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert message.pings == {post.double.ben.id}


async def test_the_nonce_names_job_and_outcome(post: Post) -> None:
    job = post.job()
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert message.nonce == nonce_of(job, Outcome.RESULT)
    assert len(nonce_of(job, Outcome.RESULT)) == 25
    assert nonce_of(job, Outcome.RESULT) != nonce_of(job, Outcome.NOTICE)


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(post: Post) -> None:
    delivery = await post.delivery(post.job())
    post.double.faults.append(Fault("POST", POST))
    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)
    post.double.forget_nonces()
    receipt = await post.courier.deliver(replace(delivery, attempted=True))

    assert [message.id for message in post.double.general.messages] == [receipt.message_id]
    assert len(post.double.sent("POST", POST)) == 1


async def test_without_a_look_the_nonce_alone_keeps_it_one_message(post: Post) -> None:
    delivery = await post.delivery(post.job())
    post.double.faults.append(Fault("POST", POST))
    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)
    receipt = await post.courier.deliver(delivery)

    assert [message.id for message in post.double.general.messages] == [receipt.message_id]
    assert len(post.double.sent("POST", POST)) == 2


async def test_a_marked_attempt_that_never_arrived_is_posted(post: Post) -> None:
    delivery = await post.delivery(post.job(), attempted=True)
    receipt = await post.courier.deliver(delivery)

    assert [message.id for message in post.double.general.messages] == [receipt.message_id]


async def test_a_late_result_is_not_mistaken_for_its_notice(post: Post) -> None:
    bad = post.job(status=Status.FAILED, failure="deadline", attempts=1)
    notice = await post.courier.deliver(await post.delivery(bad))
    late = replace(bad, status=Status.SUCCEEDED)
    receipt = await post.courier.deliver(await post.delivery(late, attempted=True))

    assert receipt.message_id != notice.message_id
    assert "given up" in post.message(receipt).text()
    again = await post.courier.deliver(await post.delivery(bad, attempted=True))
    assert again == notice


async def test_other_jobs_messages_are_not_taken_for_this_one(post: Post) -> None:
    other = await post.courier.deliver(await post.delivery(post.job()))
    receipt = await post.courier.deliver(await post.delivery(post.job(), attempted=True))

    assert receipt.message_id != other.message_id


async def test_the_card_is_deleted_when_the_result_stands(post: Post) -> None:
    card = await post.card()
    receipt = await post.courier.deliver(await post.delivery(post.job(card_id=card)))

    assert [message.id for message in post.double.general.messages] == [receipt.message_id]


async def test_a_card_is_deleted_although_discord_stumbles(post: Post) -> None:
    card = await post.card()
    post.double.faults.append(Fault("DELETE", rf"/messages/{card}$", kind="status", status=503))
    receipt = await post.courier.deliver(await post.delivery(post.job(card_id=card)))

    assert [message.id for message in post.double.general.messages] == [receipt.message_id]


async def test_a_card_that_is_gone_already_does_not_matter(post: Post) -> None:
    receipt = await post.courier.deliver(await post.delivery(post.job(card_id=4711)))

    assert receipt.message_id is not None


async def test_a_result_replies_to_its_parents_message(post: Post) -> None:
    first = await post.courier.deliver(await post.delivery(post.job()))
    parent = post.job(message_id=first.message_id, message_channel_id=first.channel_id)
    child = post.job(operation="youchuan.reroll", parent_id=parent.id, action="reroll", params={})
    message = post.message(await post.courier.deliver(await post.delivery(child, parent=parent)))

    assert message.reference == first.message_id


async def test_a_parents_message_that_was_deleted_does_not_matter(post: Post) -> None:
    parent = post.job(message_id=4711, message_channel_id=post.double.general.id)
    child = post.job(operation="youchuan.reroll", parent_id=parent.id, params={})
    receipt = await post.courier.deliver(await post.delivery(child, parent=parent))

    assert receipt.message_id is not None


async def test_where_replies_are_forbidden_the_result_stands_alone(post: Post) -> None:
    first = await post.courier.deliver(await post.delivery(post.job()))
    await post.double.forbid(post.double.general, Permission.READ_HISTORY)
    parent = post.job(message_id=first.message_id, message_channel_id=first.channel_id)
    child = post.job(operation="youchuan.reroll", parent_id=parent.id, params={})
    message = post.message(await post.courier.deliver(await post.delivery(child, parent=parent)))

    assert message.reference is None
    assert message.channel is post.double.general
    assert len(message.attachments) == 4


async def test_an_unreadable_history_turns_the_card_into_the_result(post: Post) -> None:
    card = await post.card()
    await post.double.forbid(post.double.general, Permission.READ_HISTORY)
    delivery = await post.delivery(post.job(card_id=card), attempted=True)
    first = await post.courier.deliver(delivery)
    second = await post.courier.deliver(delivery)

    assert first == second == Receipt(channel_id=post.double.general.id, message_id=card)
    (message,) = post.double.general.messages
    assert len(message.attachments) == len(message.media()) == 4
    assert message.find_button("U1")
    assert post.double.violations == []


async def test_unreadable_history_and_no_card_lead_to_the_person(post: Post) -> None:
    await post.double.forbid(post.double.general, Permission.READ_HISTORY)
    receipt = await post.courier.deliver(await post.delivery(post.job(), attempted=True))

    assert post.message(receipt).channel is post.double.dm(post.double.ben)
    assert post.double.general.messages == []


@pytest.mark.parametrize("lost", [Permission.VIEW, Permission.SEND, Permission.ATTACH])
async def test_a_forbidden_channel_leads_to_a_direct_message(post: Post, lost: Permission) -> None:
    await post.double.forbid(post.double.general, lost)
    receipt = await post.courier.deliver(await post.delivery(post.job()))
    message = post.message(receipt)

    assert message.channel is post.double.dm(post.double.ben)
    assert f"<#{post.double.general.id}>" in message.text()
    assert len(message.attachments) == 4


async def test_a_deleted_channel_leads_to_a_direct_message(post: Post) -> None:
    await post.double.delete_channel(post.double.general)
    receipt = await post.courier.deliver(await post.delivery(post.job()))

    assert post.message(receipt).channel is post.double.dm(post.double.ben)


async def test_a_direct_message_whose_answer_was_lost_is_found(post: Post) -> None:
    await post.double.delete_channel(post.double.general)
    delivery = await post.delivery(post.job())
    direct = post.double.dm(post.double.ben)
    post.double.faults.append(Fault("POST", rf"/channels/{direct.id}/messages$"))
    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)
    post.double.forget_nonces()
    receipt = await post.courier.deliver(replace(delivery, attempted=True))

    assert [message.id for message in direct.messages] == [receipt.message_id]


async def test_nowhere_to_post_is_written_down(post: Post) -> None:
    await post.double.delete_channel(post.double.general)
    post.double.ben.accepts_dms = False
    receipt = await post.courier.deliver(await post.delivery(post.job()))

    assert receipt.message_id is None
    assert receipt.note


async def test_a_result_ordered_in_a_direct_message_stays_there(post: Post) -> None:
    job = post.job(post.double.dm(post.double.ben))
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert message.channel is post.double.dm(post.double.ben)


async def test_a_result_goes_into_its_thread(post: Post) -> None:
    thread = await post.double.add_channel("idea", parent=post.double.general)
    message = post.message(await post.courier.deliver(await post.delivery(post.job(thread))))

    assert message.channel is thread


async def test_a_file_over_the_limit_is_attached_smaller_and_linked(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.Guild, "filesize_limit", 40_000)
    post.double.file_limit = 40_000
    job = post.job()
    big = await post.kept(job, 1, picture(400, noise=True))
    message = post.message(await post.courier.deliver(await post.delivery(job, assets=big)))

    assert len(message.attachments) == 1
    assert message.attachments[0].filename.endswith("-1.jpg")
    assert f"{PUBLIC_URL}/m/{big[0].name}" in message.text()
    assert len(post.double.sent("POST", POST)) == 1
    assert list(post.files.temporary.iterdir()) == []


async def test_413_is_answered_with_smaller_files(post: Post) -> None:
    post.double.file_limit = 700_000
    job = post.job()
    big = await post.kept(job, 2, picture(1000, noise=True))
    message = post.message(await post.courier.deliver(await post.delivery(job, assets=big)))

    assert len(message.attachments) == 2
    assert all(found.size <= 700_000 for found in message.attachments)
    assert {line.code for line in post.double.sent("POST", POST)} == {40005, None}
    assert post.double.general.messages == [message]


async def test_a_clip_over_the_limit_is_attached_smaller_and_linked(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = clip()
    monkeypatch.setattr(discord.Guild, "filesize_limit", len(data) // 3)
    post.double.file_limit = len(data) // 3
    job = post.job()
    big = await post.kept(job, 1, data, extension="mp4")
    message = post.message(await post.courier.deliver(await post.delivery(job, assets=big)))
    (file,) = message.attachments

    assert file.filename == f"{job.id[-6:].lower()}-1.mp4"
    with av.open(io.BytesIO(file.data)) as played:
        assert len(list(played.decode(video=0))) == 12
    assert f"{PUBLIC_URL}/m/{big[0].name}" in message.text()
    assert len(post.double.sent("POST", POST)) == 1
    assert list(post.files.temporary.iterdir()) == []


async def test_a_clip_that_takes_too_long_to_shrink_is_linked(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "_SHRINK_SECONDS", 0.0)
    monkeypatch.setattr(discord.Guild, "filesize_limit", 40_000)
    job = post.job()
    big = await post.kept(job, 1, clip(), extension="mp4")
    message = post.message(await post.courier.deliver(await post.delivery(job, assets=big)))

    assert message.attachments == []
    assert f"{PUBLIC_URL}/m/{big[0].name}" in message.text()


async def test_a_clip_that_takes_too_long_to_shrink_is_tried_again_where_no_link_leads_to_it(
    post: Post, pool: MediaPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "_SHRINK_SECONDS", 0.0)
    monkeypatch.setattr(discord.Guild, "filesize_limit", 40_000)
    packer = Packer(post.files, pool, "")
    courier = DiscordCourier(post.client, Composer(post.jobs, post.assets, anywhere, packer))
    job = post.job()
    big = await post.kept(job, 1, clip(), extension="mp4")
    with pytest.raises(FetchError):
        await courier.deliver(await post.delivery(job, assets=big))

    assert post.double.general.messages == []


async def test_nothing_is_posted_while_the_media_processes_are_busy(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.Guild, "filesize_limit", 40_000)
    async with MediaPool() as closed:
        pass
    packer = Packer(post.files, closed, PUBLIC_URL)
    courier = DiscordCourier(post.client, Composer(post.jobs, post.assets, anywhere, packer))
    job = post.job()
    big = await post.kept(job, 1, picture(400, noise=True))
    with pytest.raises(FetchError):
        await courier.deliver(await post.delivery(job, assets=big))

    assert post.double.general.messages == []


async def test_a_clip_that_cannot_shrink_is_linked(post: Post) -> None:
    post.double.file_limit = 1000
    job = post.job()
    clip = await post.kept(job, 1, b"\0" * 300_000, extension="mp4")
    message = post.message(await post.courier.deliver(await post.delivery(job, assets=clip)))

    assert message.attachments == []
    assert f"{PUBLIC_URL}/m/{clip[0].name}" in message.text()


async def test_documents_are_attached_beside_their_preview(post: Post) -> None:
    job = post.job(operation="lingtu.vector", provider="lingtu", traits=frozenset({"vector"}))
    drawing = await post.kept(job, 1, b"<svg/>", extension="svg")
    preview = await post.kept(job, 1, role=PREVIEW)
    delivery = await post.delivery(job, assets=drawing, previews=preview, notes=("Made smaller.",))
    message = post.message(await post.courier.deliver(delivery))

    end = job.id[-6:].lower()
    names = [f"{end}-1.svg", f"{end}-1-preview.png"]
    assert [file.filename for file in message.attachments] == names
    assert [item["description"] for item in message.media()] == ["Preview"]
    assert "-# Made smaller." in message.text()
    assert post.double.violations == []


async def test_a_long_text_is_attached_to_its_message(post: Post) -> None:
    text = "a heron; " * 700
    job = post.job(operation="lingtu.img2text", provider="lingtu", result={"text": text})
    delivery = Delivery(job=job, outcome=Outcome.RESULT)
    message = post.message(await post.courier.deliver(delivery))

    (file,) = message.attachments
    assert (file.filename, file.data.decode()) == ("description.txt", text)
    assert message.find_button("Imagine")["custom_id"] == f"job:{job.id}:imagine"
    assert post.double.violations == []


async def test_a_file_that_is_lost_does_not_hold_the_others_back(post: Post) -> None:
    job = post.job()
    kept = await post.kept(job, 4)
    await post.files.remove(kept[1])
    message = post.message(await post.courier.deliver(await post.delivery(job, assets=kept)))

    assert len(message.attachments) == 3


async def test_a_file_that_is_lost_is_logged_without_its_name(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    job = post.job()
    (lost,) = await post.kept(job, 1)
    await post.files.remove(lost)
    await post.courier.deliver(await post.delivery(job, assets=[lost]))

    assert job.id in caplog.text
    assert lost.token not in caplog.text


async def test_a_refused_layout_does_not_hold_a_paid_result_back(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> discord.ui.LayoutView:
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.TextDisplay("x" * 5000))
        return view

    monkeypatch.setattr(composer, "result_layout", broken)
    job = post.job()
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert len(message.media()) == 4
    assert f"job:{job.id}:info" in message.custom_ids()
    assert post.double.general.messages == [message]


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_what_may_pass_is_tried_again_later(post: Post, status: int) -> None:
    post.client.http.max_ratelimit_timeout = 30.0
    fault = Fault("POST", POST, kind="status", status=status, retry_after=60.0)
    post.double.faults.append(fault)
    delivery = await post.delivery(post.job())
    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)
    receipt = await post.courier.deliver(replace(delivery, attempted=True))

    assert [message.id for message in post.double.general.messages] == [receipt.message_id]


async def test_a_closed_client_is_no_reason_to_give_up(post: Post) -> None:
    delivery = await post.delivery(post.job())
    await post.client.close()

    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)


async def test_a_canceled_job_turns_its_card(post: Post) -> None:
    card = await post.card()
    job = post.job(status=Status.CANCELED, failure="canceled", card_id=card)
    receipt = await post.courier.deliver(await post.delivery(job))

    assert receipt == Receipt(channel_id=post.double.general.id, message_id=card)
    (message,) = post.double.general.messages
    assert "nothing was charged" in message.text()
    assert message.buttons() == []


async def test_a_canceled_job_without_a_card_says_nothing(post: Post) -> None:
    job = post.job(status=Status.CANCELED, failure="canceled")
    receipt = await post.courier.deliver(await post.delivery(job))

    assert receipt.message_id is None
    assert post.double.general.messages == []


async def test_progress_edits_the_card(post: Post) -> None:
    card = await post.card()
    job = post.job(status=Status.QUEUED, card_id=card)
    await post.courier.show_progress(Progress(job=job, now=0, ahead=2))

    assert "2 before you" in post.double.all_messages[card].text()
    assert post.double.violations == []


async def test_late_progress_never_overwrites_a_result(post: Post) -> None:
    card = await post.card()
    await post.double.forbid(post.double.general, Permission.READ_HISTORY)
    job = post.job(card_id=card)
    await post.courier.deliver(await post.delivery(job, attempted=True))
    await post.courier.show_progress(Progress(job=replace(job, status=Status.RUNNING), now=0))

    assert post.double.all_messages[card].find_button("U1")


async def test_progress_waits_for_no_delivery(post: Post) -> None:
    card = await post.card()
    job = post.job(card_id=card)
    post.double.faults.append(Fault("POST", POST, kind="delay", delay=0.3))
    delivering = asyncio.create_task(post.courier.deliver(await post.delivery(job)))
    await post.double.wait_for(lambda double: double.faults[0].hit)
    await post.courier.show_progress(Progress(job=job, now=0))
    await delivering

    assert post.double.sent("PATCH", "/messages/") == []


async def test_progress_on_a_lost_card_only_leaves_a_line(post: Post) -> None:
    await post.courier.show_progress(Progress(job=post.job(card_id=4711), now=0))

    assert post.double.sent("PATCH", "/messages/4711")[0].status == 404


async def test_a_follow_up_shows_the_words_it_goes_back_to(post: Post) -> None:
    root = post.job(params={"text": "a fox --v 7"})
    middle = post.job(operation="youchuan.reroll", parent_id=root.id, params={"job_id": "x"})
    await post.jobs.add(root)
    await post.jobs.add(middle)
    child = post.job(operation="youchuan.reroll", parent_id=middle.id, params={"job_id": "y"})
    message = post.message(await post.courier.deliver(await post.delivery(child, parent=middle)))

    assert "**a fox**" in message.text()
    assert message.media()[0]["description"] == "Image 1: a fox"


async def test_a_notice_says_what_was_charged_and_offers_a_retry(post: Post) -> None:
    job = post.job(status=Status.FAILED, failure="uncertain", attempts=1)
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert "It may have been charged." in message.text()
    assert message.find_button("Retry")["custom_id"] == f"job:{job.id}:retry"
    assert message.pings == {post.double.ben.id}


async def test_show_in_brings_a_result_back_without_a_ping(post: Post) -> None:
    job = post.job()
    await post.jobs.add(job)
    for asset in await post.kept(job, 2):
        await post.assets.add(asset)
    target = post.client.get_channel(post.double.studio.id)
    assert isinstance(target, discord.TextChannel)
    await post.courier.show_in(job, target)

    (message,) = post.double.studio.messages
    assert len(message.attachments) == 2
    assert message.pings == set()


async def test_show_in_says_when_it_is_forbidden(post: Post) -> None:
    post.double.ben.accepts_dms = False
    person = await post.client.fetch_user(post.double.ben.id)

    with pytest.raises(discord.Forbidden):
        await post.courier.show_in(post.job(status=Status.FAILED), person)


def elsewhere(post: Post, channel: Channel | None = None, **overrides: Any) -> Job:
    """A job of `general` whose results belong in `studio`, or in this channel."""
    where = replace(post.job().destination, results_channel_id=(channel or post.double.studio).id)
    return post.job(destination=where, **overrides)


async def test_a_result_stands_in_the_results_channel_and_its_card_nowhere(post: Post) -> None:
    card = await post.card()
    receipt = await post.courier.deliver(await post.delivery(elsewhere(post, card_id=card)))
    message = post.message(receipt)

    assert post.double.studio.messages == [message]
    assert receipt.channel_id == post.double.studio.id
    assert message.pings == {post.double.ben.id}
    assert post.double.general.messages == []


async def test_what_went_wrong_is_told_where_it_was_asked_for(post: Post) -> None:
    job = elsewhere(post, status=Status.FAILED, failure="moderation")
    message = post.message(await post.courier.deliver(await post.delivery(job)))

    assert message.channel is post.double.general
    assert "belongs in" not in message.text()


async def test_only_a_parent_in_the_same_channel_is_replied_to(post: Post) -> None:
    first = await post.courier.deliver(await post.delivery(elsewhere(post)))
    parent = elsewhere(post, message_id=first.message_id, message_channel_id=first.channel_id)
    there, here = (
        make(operation="youchuan.reroll", parent_id=parent.id, params={})
        for make in (partial(elsewhere, post), post.job)
    )
    replies = [
        post.message(await post.courier.deliver(await post.delivery(child, parent=parent)))
        for child in (there, here)
    ]

    assert [message.reference for message in replies] == [first.message_id, None]


async def test_a_lost_answer_from_the_results_channel_makes_no_second_message(post: Post) -> None:
    delivery = await post.delivery(elsewhere(post))
    post.double.faults.append(Fault("POST", POST))
    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)
    post.double.forget_nonces()
    receipt = await post.courier.deliver(replace(delivery, attempted=True))

    assert [message.id for message in post.double.studio.messages] == [receipt.message_id]
    assert post.double.general.messages == []


@pytest.mark.parametrize("lost", [Permission.VIEW, Permission.SEND, Permission.READ_HISTORY])
async def test_a_closed_results_channel_leads_back_once_and_for_all(
    post: Post, lost: Permission
) -> None:
    before = post.double.studio.permissions
    await post.double.forbid(post.double.studio, lost)
    delivery = await post.delivery(elsewhere(post))
    receipt = await post.courier.deliver(delivery)
    # The process died before it wrote that down, and the channel is open again by now.
    await post.double.set_permissions(post.double.studio, before)
    post.double.forget_nonces()
    again = await post.courier.deliver(replace(delivery, attempted=True))

    assert again == receipt
    (message,) = post.double.general.messages
    assert f"<#{post.double.studio.id}>, but it could not be posted there" in message.text()
    assert post.double.studio.messages == []


@pytest.mark.parametrize("lost", [Permission.VIEW, Permission.READ_HISTORY])
async def test_a_results_channel_that_cannot_be_read_any_more_makes_no_second_post(
    post: Post, lost: Permission
) -> None:
    card = await post.card()
    delivery = await post.delivery(elsewhere(post, card_id=card))
    post.double.faults.append(Fault("POST", POST))
    with pytest.raises(CourierError):
        await post.courier.deliver(delivery)
    post.double.forget_nonces()
    await post.double.forbid(post.double.studio, lost)
    first, again = [await post.courier.deliver(replace(delivery, attempted=True)) for _ in range(2)]

    assert first == again == Receipt(channel_id=post.double.general.id, message_id=card)
    assert [message.id for message in post.double.general.messages] == [card]
    assert len(post.double.studio.messages) == 1


async def test_a_deleted_results_channel_leads_back_after_a_crash_too(post: Post) -> None:
    await post.double.delete_channel(post.double.studio)
    receipt = await post.courier.deliver(await post.delivery(elsewhere(post), attempted=True))

    assert post.message(receipt).channel is post.double.general


async def test_what_was_made_for_adults_stays_among_them(post: Post) -> None:
    adult, vault = [
        await post.double.add_channel(name, post.double.general.guild, nsfw=True)
        for name in ("adult", "vault")
    ]
    made = []
    for gallery in (post.double.studio, vault):
        where = replace(post.job(adult).destination, results_channel_id=gallery.id)
        made.append(
            post.message(
                await post.courier.deliver(await post.delivery(post.job(destination=where)))
            )
        )
    there = post.message(await post.courier.deliver(await post.delivery(elsewhere(post, vault))))

    assert [message.channel for message in (*made, there)] == [adult, vault, vault]
    assert f"<#{post.double.studio.id}>, but it could not be posted there" in made[0].text()
    assert post.double.studio.messages == []


async def test_where_both_channels_are_gone_the_person_is_told_where_it_belongs(post: Post) -> None:
    await post.double.delete_channel(post.double.studio)
    await post.double.delete_channel(post.double.general)
    message = post.message(await post.courier.deliver(await post.delivery(elsewhere(post))))

    assert message.channel is post.double.dm(post.double.ben)
    assert f"<#{post.double.studio.id}>" in message.text()


async def test_a_results_channel_of_another_server_is_none(post: Post) -> None:
    other = await post.double.add_guild("Elsewhere")
    receipt = await post.courier.deliver(await post.delivery(elsewhere(post, other.channels[0])))

    assert receipt.channel_id == post.double.general.id
    assert other.channels[0].messages == []


async def test_a_direct_message_is_found_though_the_channel_is_open_again(post: Post) -> None:
    before = post.double.general.permissions
    await post.double.forbid(post.double.general, Permission.SEND)
    delivery = await post.delivery(post.job())
    receipt = await post.courier.deliver(delivery)
    await post.double.set_permissions(post.double.general, before)
    post.double.forget_nonces()

    assert await post.courier.deliver(replace(delivery, attempted=True)) == receipt
    assert post.double.general.messages == []


def upload_of(url: str) -> Upload:
    return Upload(attachment_id=1, url=url, filename="a.png", size=1)


async def test_an_upload_is_read_whole(post: Post) -> None:
    card = post.message(await post.courier.deliver(await post.delivery(post.job(), 1)))
    file = card.attachments[0]
    upload = upload_of(file.url)
    data = b"".join([chunk async for chunk in post.courier.read_upload(upload)])

    assert data == file.data


async def test_an_upload_whose_link_is_over_is_a_bad_file(post: Post) -> None:
    card = post.message(await post.courier.deliver(await post.delivery(post.job(), 1)))
    upload = upload_of(card.attachments[0].url)
    post.double.expire_links()

    with pytest.raises(BadMediaError):
        await anext(post.courier.read_upload(upload))


async def test_an_upload_behind_a_dead_network_may_be_fetched_later(post: Post) -> None:
    with pytest.raises(FetchError):
        await anext(post.courier.read_upload(upload_of("http://127.0.0.1:9/a.png")))
