"""A story's stage: a channel of its own in a world whose program runs, and the people in it."""

import io
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from PIL import Image

from tests.discord_double import Channel, Interaction, Message, Person
from tests.discord_double.people import File
from tests.discord_double.world import walk
from tests.jumdata_double import SECRET as JUMDATA_SECRET
from tests.jumdata_double import JumdataDouble
from tests.lingtu_double import SECRET as LINGTU_SECRET
from tests.lingtu_double import LingtuDouble
from tests.lingtu_double import Paid as LingtuPaid
from tests.program import (
    SECRET_KEY,
    LiveProvider,
    Program,
    WatchedDiscord,
    World,
    endings,
)
from tests.provider_double import SECRET, Paid
from tests.scripted_double import Paid as ModelPaid
from tests.wanxiang_double import TOKEN as WANXIANG_TOKEN
from tests.wanxiang_double import WanxiangDouble

CANARY = "chartreuse-heron"
_COLOURS = ("black", "red", "lime", "yellow", "blue", "magenta", "cyan", "white")
_LINK = re.compile(r"/(?:m|editor)/([\w-]{22})")


@dataclass
class Scene:
    """A channel of its own, and what was paid since the story began."""

    world: World
    room: Channel
    before: int
    lingtu_before: int = 0
    wanxiang_before: int = 0
    jumdata_before: int = 0

    @property
    def discord(self) -> WatchedDiscord:
        return self.world.discord

    @property
    def provider(self) -> LiveProvider:
        return self.world.provider

    @property
    def lingtu(self) -> LingtuDouble:
        return self.world.lingtu

    @property
    def wanxiang(self) -> WanxiangDouble:
        return self.world.wanxiang

    @property
    def jumdata(self) -> JumdataDouble:
        return self.world.jumdata

    @property
    def program(self) -> Program:
        return self.world.program

    @property
    def paid(self) -> Sequence[Paid]:
        return self.provider.paid[self.before :]

    @property
    def lingtu_paid(self) -> Sequence[LingtuPaid]:
        return self.lingtu.paid[self.lingtu_before :]

    @property
    def wanxiang_paid(self) -> Sequence[ModelPaid]:
        return self.wanxiang.paid[self.wanxiang_before :]

    @property
    def jumdata_paid(self) -> Sequence[ModelPaid]:
        return self.jumdata.paid[self.jumdata_before :]

    def bodies(self) -> list[dict[str, Any]]:
        """What was submitted, without the addresses for callbacks."""
        return [
            {"verb": job.verb, **{k: v for k, v in job.body.items() if k != "callback"}}
            for job in self.paid
        ]

    async def slash(
        self,
        command: str,
        options: Mapping[str, Any] | None = None,
        user: Person | None = None,
        **attachments: File,
    ) -> Interaction:
        """Run a command in this channel."""
        person = user or self.discord.ben
        return await self.discord.slash(
            self.room, person, command, options, attachments=attachments
        )

    async def imagine(self, prompt: str = "a heron", user: Person | None = None) -> Interaction:
        return await self.slash("imagine", {"prompt": f"{prompt} {CANARY}"}, user)

    async def imagined(self, prompt: str = "a heron", user: Person | None = None) -> Message:
        """The four pictures."""
        return await self.outcome(await self.imagine(prompt, user))

    async def outcome(self, interaction: Interaction) -> Message:
        """The result or notice that what a person did leads to, once nothing more is done to it."""
        return await self.ended(self.job_of(await interaction.wait_response(timeout=10)))

    async def ended(self, job_id: str) -> Message:
        """The message that tells how a job ended, once nothing more is done to it."""
        message = await self.message_of(job_id)
        await self.world.logged(f"job {job_id} delivered")
        await self.world.until(lambda: all(card.deleted for card in self.cards(job_id)))
        return message

    def cards(self, job_id: str) -> Sequence[Message]:
        """The progress cards that a job has had, wherever they stand or stood."""
        about = (m for m in self.discord.all_messages.values() if self._began_as(m) == job_id)
        return [m for m in about if not any(i.endswith(":info") for i in m.custom_ids())]

    def jobs(self) -> Sequence[str]:
        """The jobs that this channel has heard of, in their order."""
        return list(dict.fromkeys(filter(None, map(self._began_as, self.room.history))))

    def _began_as(self, message: Message) -> str | None:
        return self.discord.job_of.get(message.id)

    def job_of(self, card: Message) -> str:
        """The job whose card this was made as."""
        assert card.id in self.discord.job_of, card.text()
        return self.discord.job_of[card.id]

    async def message_of(self, job_id: str, room: Channel | None = None) -> Message:
        """The message that tells how a job ended."""
        found = await self.world.until(lambda: endings(room or self.room, job_id))
        assert len(found) == 1
        return found[0]

    async def press(self, message: Message, key: str, user: Person | None = None) -> Interaction:
        """Press the button with this key, such as ``u.1``; by the person who began, by default."""
        ids = [i for i in message.custom_ids() if i.endswith(f":{key}")]
        assert ids, f"no {key} among {message.custom_ids()}"
        return await self.discord.click(message, ids[0], user=user or self.discord.ben)

    async def choose(self, message: Message, key: str, value: str) -> Interaction:
        """Choose in the menu with this key, such as ``more.1``.

        Of a value that names a job too, the beginning is enough.
        """
        menu = next(i for i in message.custom_ids() if i.endswith(f":{key}"))
        offered = [option["value"] for option in message.find(menu)["options"]]
        fitting = [each for each in offered if each.partition(":")[0] == value]
        assert fitting, f"no {value} among {offered}"
        return await self.discord.select(message, menu, fitting[0], user=self.discord.ben)

    async def followed(self, message: Message, key: str, user: Person | None = None) -> Message:
        """The result of pressing a button."""
        return await self.outcome(await self.press(message, key, user))

    async def answered(self, asked: Interaction, **values: str) -> Interaction:
        """Fill in the modal that was opened; without values, its first field with some words."""
        modal = await asked.wait_modal()
        words = values or {fields(modal)[0]: f"a stork {CANARY}"}
        return await self.discord.submit_modal(asked, words)

    async def run(self, command: str, job_id: str, user: Person | None = None) -> Interaction:
        """``/job show|cancel|retry`` with a job's id, until it is answered."""
        asked = await self.slash(f"job {command}", {"id": job_id}, user)
        await asked.wait_response()
        return asked

    async def running(self, interaction: Interaction) -> str:
        """The id of the job, once the provider has it."""
        card = await interaction.wait_response()
        count = len(self.paid) or 1
        await self.world.until(lambda: len(self.paid) >= count and self.provider.unfinished())
        return self.job_of(card)


@asynccontextmanager
async def staged(world: World, name: str) -> AsyncIterator[Scene]:
    """A fresh channel, and afterwards nothing that Discord or a provider forbids."""
    polled = (world.lingtu, world.wanxiang, world.jumdata)
    for double in (world.discord, *polled):
        double.violations.clear()
    if not world.program.running:
        await world.start()
    room = await world.discord.add_channel(name[:90])
    yield Scene(world, room, len(world.provider.paid), *(len(each.paid) for each in polled))
    for double in polled:
        double.settle()
    await world.provider.release()
    world.provider.gate.set()
    world.provider.drawings.clear()
    world.discord.faults.clear()
    assert world.discord.violations == []
    assert [double.violations for double in polled] == [[], [], []]


def fields(modal: dict[str, Any]) -> list[str]:
    """The text fields of a modal."""
    return [part["custom_id"] for part in walk(modal["components"]) if part["type"] == 4]


def link_of(message: Message) -> str:
    """Where the only link button of a message leads."""
    (link,) = (button["url"] for button in message.buttons() if button["style"] == 5)
    return str(link)


async def fetched(address: str) -> tuple[str, bytes]:
    """What is served there: its type and its bytes."""
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200, address
        return answer.content_type, await answer.read()


def colour_of(data: bytes) -> str:
    """The name of a plain picture's colour, however it was compressed meanwhile."""
    with Image.open(io.BytesIO(data)) as image:
        middle = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    return _COLOURS[sum((value > 128) << n for n, value in enumerate(middle))]


def secrets_of(world: World) -> dict[str, set[str]]:
    """What must stay out of the log, as far as it has come up in this world."""
    discord, provider = world.discord, world.provider
    said = [*(job.body for job in provider.paid), *(body for _, body in provider.account.asked)]
    polled = (world.lingtu, world.wanxiang, world.jumdata)
    said += [paid.body for double in polled for paid in double.paid]
    shown = [m.components for m in discord.all_messages.values()]
    return {
        "the bot's token": {discord.token},
        "the secret key": {SECRET_KEY},
        "a provider's secret": {SECRET, LINGTU_SECRET, WANXIANG_TOKEN, JUMDATA_SECRET},
        "a signature": {asked.sign for asked in world.jumdata.asked},
        "a callback token": {j.callback.rsplit("/", 1)[1] for j in provider.paid if j.callback},
        "an interaction token": set(discord.interactions),
        "an address of ours": set(_LINK.findall(f"{said}{shown}")),
        "the seal of a file": {
            *(found.url.partition("hm=")[2] for found in discord.attachments.values()),
            *(seal for double in polled for seal in double.seals),
        },
        "a prompt": {CANARY},
    }


def leaked(world: World) -> list[str]:
    """What of the secrets stands in the log."""
    found = secrets_of(world).items()
    return [what for what, values in found if any(value in world.program.log for value in values)]
