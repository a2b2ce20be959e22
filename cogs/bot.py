"""The Discord client: what it is made of, and what it serves."""

import asyncio
import contextlib
import contextvars
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.webhook.async_ import async_context

from bot.engine import Engine
from bot.keeper import Keeper
from bot.retention import Retention
from bot.text import set_reader
from cogs import EXTENSIONS, errors
from cogs.cards import Cards
from cogs.composer import Composer
from cogs.instead import find_instead
from cogs.parcels import Packer
from cogs.presses import Presses
from cogs.results import DiscordCourier
from cogs.translator import Translator
from cogs.venues import venue_at
from storage.chats import ChatStore
from storage.drafts import DraftStore
from storage.errors import StorageError
from storage.ledger import LedgerStore
from storage.moodboards import MoodboardStore
from storage.people import PeopleStore


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the Discord face works with."""

    engine: Engine
    keeper: Keeper
    drafts: DraftStore
    moodboards: MoodboardStore
    people: PeopleStore
    chats: ChatStore
    ledger: LedgerStore
    retention: Retention


class Tree(app_commands.CommandTree["Studio"]):
    """Speaks the reader's language, and tells people in words what went wrong."""

    async def interaction_check(self, interaction: discord.Interaction["Studio"], /) -> bool:
        set_reader(str(interaction.locale))
        return True

    async def on_error(
        self,
        interaction: discord.Interaction["Studio"],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        await errors.answer(interaction, error)


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Studio(commands.Bot):
    """The client; `courier` brings the engine's deliveries to people.

    `lingtu_styles` are the codes that Lingtu's account has for another style of a picture, each
    with the name that people read; the setting says them as ``code=Name`` or ``code``.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        public_url: str = "",
        operator_guild_ids: Iterable[int] = (),
        lingtu_styles: Sequence[tuple[str, str]] = (),
        now: Callable[[], int] = wall_clock,
        **options: Any,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents.default(),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            # The library's two seconds would hold up what an earlier process has left to post.
            guild_ready_timeout=0.5,
            **options,
        )
        self.engine, self.public_url, self.now = desk.engine, public_url, now
        self.operator_guild_ids = frozenset(operator_guild_ids)
        self.lingtu_styles = tuple(lingtu_styles)
        self.drafts, self.moodboards, self.people = desk.drafts, desk.moodboards, desk.people
        self.chats, self.ledger, self.gate = desk.chats, desk.ledger, desk.engine.gate
        self.retention = desk.retention
        jobs, keeper = desk.engine.jobs, desk.keeper
        self.keeper, self.assets = keeper, keeper.assets
        packer = Packer(keeper.files, keeper.pool, public_url)
        engine = desk.engine
        venue, other = partial(venue_at, engine), partial(find_instead, self)
        composer = Composer(jobs, keeper.assets, venue, packer, other)
        self.courier = DiscordCourier(self, composer)
        self.cards = Cards(jobs, self.courier, now, engine.may_cancel, engine.catalog.instant)
        self.presses = Presses(self)
        self._when_ready: list[Callable[[], None]] = []
        self._context, self._pending = contextvars.copy_context(), set[asyncio.Task[None]]()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Carry out what an interaction has asked for and must not wait for.

        It runs in the context that this client was made in, so that nobody takes it for a part of
        the interaction.
        """
        context = self._context.copy()
        # The library keeps its way to answer interactions in the context, too.
        context.run(async_context.set, async_context.get())
        pending = context.run(asyncio.get_running_loop().create_task, work)
        self._pending.add(pending)
        pending.add_done_callback(self._pending.discard)

    async def settled(self) -> None:
        """Wait until nothing that `later` was given is pending."""
        while self._pending:
            await asyncio.wait(set(self._pending))

    async def close(self) -> None:
        """Disconnect; what is still pending ends with it."""
        for pending in self._pending:
            pending.cancel()
        await super().close()

    def when_ready(self, call: Callable[[], None]) -> None:
        """Have `call` called whenever the gateway is ready."""
        self._when_ready.append(call)

    async def setup_hook(self) -> None:
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self.tree.set_translator(Translator())
        await self.tree.sync()

    async def on_ready(self) -> None:
        """The gateway is there, for the first time or again."""
        for call in self._when_ready:
            call()
        await self.on_resumed()

    async def on_resumed(self) -> None:
        """What waited for Discord need not wait any longer."""
        with contextlib.suppress(StorageError):
            await self.engine.hurry()

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave plain messages alone: everything here is a command or a button."""
