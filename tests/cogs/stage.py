"""A simulated Discord with the real library, our client and the workshop's engine behind it."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import discord
import simcord

from bot.errors import UserError
from bot.providers import catalog
from bot.providers import provider as protocol_of
from bot.retention import Retention
from cogs.bot import Desk, Studio
from storage.assets import AssetStore
from storage.chats import ChatStore
from storage.drafts import DraftStore
from storage.errors import StorageError
from storage.forgetting import Forgetting
from storage.ledger import LedgerStore
from storage.models import Job
from storage.moodboards import MoodboardStore
from storage.people import PeopleStore
from tests.conftest import Workshop


@dataclass(kw_only=True)
class Stage:
    """People in a channel, and the rows behind what they see."""

    env: simcord.Env
    studio: Studio
    workshop: Workshop
    guild: Any
    channel: Any
    ann: Any
    bob: Any
    admin: Any

    async def jobs(self) -> list[Job]:
        """Every row of this server's people, the oldest first."""
        rows = []
        for person in (self.ann, self.bob, self.admin):
            for guild_id in (self.guild.id, None):
                rows += await self.workshop.jobs.recent(person.id, guild_id, limit=100)
        return sorted(rows, key=lambda job: job.id)

    async def job(self) -> Job:
        """The newest row."""
        return (await self.jobs())[-1]

    async def ordered(self, command: str, **options: Any) -> Job:
        """Ann's new job by any command."""
        before = len(await self.jobs())
        answer = await self.ann.slash(self.channel, command, **options)
        assert len(await self.jobs()) == before + 1, answer
        return await self.job()

    async def refused(self, command: str, **options: Any) -> str:
        """What any command answers privately, having ordered nothing."""
        before = len(await self.jobs())
        answer = await self.ann.slash(self.channel, command, **options)
        assert len(await self.jobs()) == before, await self.job()
        return said(answer)

    async def imagine(self, prompt: str = "a cat on a mat", **options: Any) -> Job:
        """Ann's new job."""
        await self.ann.slash(self.channel, "imagine", prompt=prompt, **options)
        return await self.job()

    async def drawn(self, prompt: str = "a cat on a mat", count: int = 4) -> Job:
        """Ann's job, drawn and posted to the channel."""
        job = await self.imagine(prompt)
        await self.finish(count)
        return await self.workshop.now(job)

    async def finish(self, count: int = 4) -> None:
        """Let the engine do all there is to do: submit, have it drawn, deliver."""
        provider = self.workshop.provider
        before = len(provider.paid)
        await self.workshop.turn("submit")
        for paid in provider.paid[before:]:
            done = provider.finish(paid.id, count)
            if paid.callback:
                await provider.call_back(paid.callback, done)
        self.workshop.clock.advance(60)
        await self.workshop.turn("watch", "deliver")

    async def press(self, custom_id: str) -> Any:
        """Ann presses a button of this id, wherever it came from."""
        view = discord.ui.LayoutView(timeout=None)
        view.add_item(discord.ui.ActionRow(discord.ui.Button(label="x", custom_id=custom_id)))
        view.stop()
        await self.studio.get_partial_messageable(self.channel.id).send(view=view)
        return await self.ann.click(self.last(), custom_id=custom_id)

    def renewed(self) -> Studio:
        """The client of the next process: it remembers nothing."""
        self.studio = make_studio(self.workshop)
        return self.studio

    def last(self) -> Any:
        """The newest message of the channel."""
        return self.channel.history()[-1]


def said(result: Any) -> str:
    """The private sentence that an interaction was answered with."""
    answer = result.followups[-1] if result.followups else result.response
    assert answer.ephemeral, answer
    return str(answer.content)


def connect(workshop: Workshop, accounts: Collection[str]) -> None:
    """Give the engine an account of each of these providers, and of no others."""
    parts = workshop.parts
    (account, *_others) = parts.credentials.values()
    workshop.parts = replace(
        parts,
        catalog=catalog(accounts, public=bool(parts.terms.public_url)),
        providers={name: protocol_of(name) for name in accounts},
    )
    workshop.pay_with(
        {
            (name, "env"): parts.credentials.get((name, "env"), replace(account, provider=name))
            for name in accounts
        }
    )
    workshop.restart()


def make_studio(
    workshop: Workshop, public_url: str = "https://atelier.example", **options: Any
) -> Studio:
    database = workshop.database
    desk = Desk(
        engine=workshop.engine,
        keeper=workshop.deliverer.keeper,
        drafts=DraftStore(database),
        moodboards=MoodboardStore(database),
        people=PeopleStore(database),
        chats=ChatStore(database),
        ledger=LedgerStore(database),
        retention=Retention(
            Forgetting(database),
            assets=AssetStore(database),
            files=workshop.files,
            now=workshop.clock,
        ),
    )
    studio = Studio(desk, public_url=public_url, now=workshop.clock, **options)
    workshop.deliverer.keeper.courier = studio.courier
    return studio


@asynccontextmanager
async def staged(
    workshop: Workshop, *, accounts: Collection[str] = (), **options: Any
) -> AsyncIterator[Stage]:
    """Three people in a channel; errors that reached no person fail the test in the end.

    `accounts` are the providers that are connected, where it is not those of the workshop.
    """
    connect(workshop, accounts or {name for name, _account in workshop.parts.credentials})
    studio = make_studio(workshop, **options)
    # Not `simcord.run`: its clock is bound to one context, and a fixture ends in another.
    env = simcord.Env(studio)
    await env.start()
    try:
        guild = env.create_guild()
        admins = guild.create_role("admins", permissions=discord.Permissions(manage_guild=True))
        yield Stage(
            env=env,
            studio=studio,
            workshop=workshop,
            guild=guild,
            channel=guild.create_text_channel("studio"),
            ann=guild.add_member(env.create_user("ann")),
            bob=guild.add_member(env.create_user("bob")),
            admin=guild.add_member(env.create_user("admin"), roles=[admins]),
        )
    finally:
        await env.shutdown()
    told = (UserError, StorageError)
    assert [error for error in env.errors if not isinstance(_cause(error), told)] == []


def _cause(error: BaseException) -> BaseException:
    return getattr(error, "original", error)
