# ruff: noqa: ASYNC109
"""The double itself: the state of a small Discord, its server, and what tests wait for."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.discord_double import payloads
from tests.discord_double.gateway import Gateway
from tests.discord_double.messages import Messages, clean_name, content_type, pixel_size
from tests.discord_double.people import People
from tests.discord_double.rest import Rest
from tests.discord_double.rules import MIB, RefusedError
from tests.discord_double.world import (
    DM,
    EVERYTHING,
    ORDINARY,
    TEXT,
    THREAD,
    Attachment,
    Changes,
    Channel,
    Fault,
    Guild,
    Interaction,
    Message,
    Permission,
    Person,
    Request,
    Role,
    Snowflakes,
    Upload,
)

Found = TypeVar("Found")
BOT_TOKEN = "double.bot.token"
GUILD_MESSAGES, DIRECT_MESSAGES = 9, 12


class DiscordDouble(People):
    """A strict Discord on 127.0.0.1, used with ``async with``.

    It starts with one guild, two channels (`general`, `studio`) and three people: `ada` (owner
    and administrator), `ben` and `cleo`. `violations` has a line for everything a program should
    never do; `clock` gives seconds.
    """

    def __init__(
        self,
        *,
        token: str = BOT_TOKEN,
        file_limit: int = 10 * MIB,
        answer_within: float = 3.0,
        shards: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token, self.file_limit, self.answer_within = token, file_limit, answer_within
        self.shards, self.clock, self.privileged_intents = shards, clock, False
        self.next_id, self.changes = Snowflakes(), Changes()
        self.violations: list[str] = []
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.identified = self.resumed = self.syncs = 0
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self.interactions: dict[str, Interaction] = {}
        self.nonces: dict[tuple[int, str], tuple[Message, float]] = {}
        self.attachments: dict[int, Attachment] = {}
        self.all_messages: dict[int, Message] = {}
        self._command_ids: dict[tuple[int | None, int, str], int] = {}
        self._dms: dict[int, Channel] = {}
        self.guilds: list[Guild] = []
        self.everyone: dict[int, Person] = {}
        self.bot = self._person("atelier", bot=True)
        self.application_id = self.bot.id
        self.messages, self.gateway = Messages(self), Gateway(self)
        self._populate()

    def _populate(self) -> None:
        self.ada = self._person("ada", administrator=True)
        self.guild = Guild(self.next_id(), "Workshop", self.ada)
        self.guilds.append(self.guild)
        self.guild.people.append(self.ada)
        self.ben, self.cleo = self._person("ben"), self._person("cleo")
        self.guild.people += [self.ben, self.cleo]
        self.general, self.studio = self._channel("general"), self._channel("studio")

    def _person(self, name: str, **given: Any) -> Person:
        person = Person(self.next_id(), name, **given)
        self.everyone[person.id] = person
        return person

    def _channel(self, name: str, guild: Guild | None = None, **given: Any) -> Channel:
        home = guild or self.guild
        channel = Channel(self.next_id(), name, self, home, **given)
        home.channels.append(channel)
        return channel

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1024 * MIB)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        Rest(self).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.gateway.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gateway"

    def environment(self) -> dict[str, str]:
        """The settings that lead the program here."""
        return {
            "DISCORD_TOKEN": self.token,
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
        }

    async def wait_for(self, predicate: Callable[[Self], Found], timeout: float = 5.0) -> Found:
        """What the predicate gives once it is true; TimeoutError with the latest events."""
        try:
            async with asyncio.timeout(timeout):
                found: Found = await self.changes.wait_for(lambda: predicate(self))
                return found
        except TimeoutError:
            latest = [f"{r.method} {r.path} {r.status} {r.code or ''}" for r in self.requests[-12:]]
            story = "\n  ".join(["", *latest, *(f"violation: {v}" for v in self.violations)])
            raise TimeoutError(f"not within {timeout} s; latest requests:{story}") from None

    async def wait_ready(self, timeout: float = 20.0) -> None:
        """Every shard is connected and was sent READY, and commands were synced at least once."""
        await self.wait_for(lambda d: d.gateway.is_ready() and d.syncs, timeout)

    async def wait_gone(self, timeout: float = 10.0) -> None:
        """No connection is left, as after the end of the process."""
        await self.wait_for(lambda d: not d.gateway.live, timeout)

    async def drop_gateway(self, *, resumable: bool = True) -> None:
        """Close the gateway's sockets; a session that is not resumable must identify anew."""
        await self.gateway.drop(resumable=resumable)

    def expire_tokens(self) -> None:
        """Let the 15 minutes of every interaction so far be over."""
        for interaction in self.interactions.values():
            interaction.expired = True

    def forget_nonces(self) -> None:
        """Let the 3 minutes of every nonce so far be over."""
        self.nonces.clear()

    def expire_links(self) -> None:
        """Let every attachment address given out so far be over; new answers have new ones."""
        for attachment in self.attachments.values():
            self._sign(attachment)

    def sent(self, method: str, path_regex: str) -> list[Request]:
        """The lines of the ledger with that method and a path that matches."""
        found = (r for r in self.requests if r.method == method)
        return [r for r in found if re.search(path_regex, r.path)]

    async def add_guild(self, name: str, owner: Person | None = None, **given: Any) -> Guild:
        """A further guild with one channel; connected programs are told."""
        guild = Guild(self.next_id(), name, owner or self.ada, **given)
        guild.people.append(guild.owner)
        self._channel("general", guild)
        self.guilds.append(guild)
        data = payloads.guild(guild, self.bot)
        await self.gateway.dispatch("GUILD_CREATE", data, guild.id)
        return guild

    async def add_channel(
        self,
        name: str,
        guild: Guild | None = None,
        *,
        parent: Channel | None = None,
        permissions: int = ORDINARY,
        nsfw: bool = False,
    ) -> Channel:
        """A further channel, or a thread when it has a parent."""
        kind = THREAD if parent else TEXT
        home = parent.guild if parent else guild
        given = {"permissions": permissions, "nsfw": nsfw, "type": kind, "parent": parent}
        channel = self._channel(name, home, **given)
        await self._tell("THREAD_CREATE" if parent else "CHANNEL_CREATE", channel)
        return channel

    def add_person(
        self,
        name: str,
        guild: Guild | None = None,
        *,
        administrator: bool = False,
        permissions: int = 0,
        locale: str = "en-US",
    ) -> Person:
        """A further member; `permissions` are beyond the ordinary ones."""
        person = self._person(
            name, administrator=administrator, extra=int(permissions), locale=locale
        )
        (guild or self.guild).people.append(person)
        return person

    async def add_role(self, name: str, *people: Person, permissions: int = 0) -> Role:
        """A further role of the first guild, given to these people."""
        role = Role(self.next_id(), name, int(permissions))
        self.guild.roles.append(role)
        for person in people:
            person.roles.append(role)
        data = {"guild_id": str(self.guild.id), "role": payloads.role(role, 1)}
        await self.gateway.dispatch("GUILD_ROLE_CREATE", data, self.guild.id)
        return role

    async def set_permissions(self, channel: Channel, permissions: int) -> None:
        """Change what the bot may do in a channel; connected programs are told."""
        channel.permissions = int(permissions)
        if channel.type == TEXT:
            await self._tell("CHANNEL_UPDATE", channel)

    async def forbid(self, channel: Channel, permissions: Permission) -> None:
        """Take permissions from the bot in a channel."""
        await self.set_permissions(channel, channel.permissions & ~int(permissions))

    async def delete_channel(self, channel: Channel) -> None:
        channel.gone = True
        await self._tell("THREAD_DELETE" if channel.parent else "CHANNEL_DELETE", channel)

    async def delete_message(self, message: Message) -> None:
        """A moderator deletes a message."""
        message.deleted = True
        await self.announce("MESSAGE_DELETE", message)
        await self.changes.notify()

    async def _tell(self, event: str, channel: Channel) -> None:
        if channel.guild:
            data = payloads.channel(channel, self.bot)
            await self.gateway.dispatch(event, data, channel.guild.id)

    def guild_of(self, guild_id: int) -> Guild:
        """The guild with that id, or Discord's refusal."""
        for guild in self.guilds:
            if guild.id == guild_id:
                return guild
        raise RefusedError(404, 10004, "Unknown Guild")

    def channel_of(self, channel_id: int, permission: Permission) -> Channel:
        """The channel with that id in which the bot has the permission, or Discord's refusal."""
        channels = [channel for guild in self.guilds for channel in guild.channels]
        for channel in (*channels, *self._dms.values()):
            if channel.id == channel_id and not channel.gone:
                if not channel.permissions & permission:
                    raise RefusedError(403, 50001, "Missing Access")
                return channel
        raise RefusedError(404, 10003, "Unknown Channel")

    def dm(self, person: Person) -> Channel:
        """The bot's private channel with a person."""
        if person.id not in self._dms:
            given = {"type": DM, "recipient": person, "permissions": EVERYTHING}
            self._dms[person.id] = Channel(self.next_id(), person.name, self, **given)
        return self._dms[person.id]

    def known_command(self, command: dict[str, Any], scope: int | None) -> dict[str, Any]:
        """A command as stored by a sync; its id stays the same as long as its name does."""
        kind = command.get("type", 1)
        key = (scope, kind, command["name"])
        number = self._command_ids.setdefault(key, self.next_id())
        own = {"id": str(number), "application_id": str(self.application_id), "type": kind}
        home = {"guild_id": str(scope)} if scope else {}
        return {"description": "", **command, **own, **home, "version": str(number)}

    def attachment(
        self,
        channel_id: int,
        upload: Upload,
        *,
        description: str | None = None,
        ephemeral: bool = False,
    ) -> Attachment:
        """A record of an uploaded file; `publish` makes it reachable."""
        made = Attachment(self.next_id(), channel_id, clean_name(upload.filename), upload.data)
        made.description, made.ephemeral = description, ephemeral
        made.content_type = content_type(made.filename)
        made.size_px = pixel_size(upload.data)
        self._sign(made)
        return made

    def publish(self, attachment: Attachment) -> None:
        self.attachments[attachment.id] = attachment

    def _sign(self, made: Attachment) -> None:
        seal = hashlib.sha256(f"{made.id}{secrets.token_hex(8)}".encode()).hexdigest()
        place = f"/attachments/{made.channel_id}/{made.id}/{made.filename}"
        made.url = f"http://127.0.0.1:{self.port}{place}?ex=7f000000&is=7e000000&hm={seal}"

    def index_message(self, message: Message) -> None:
        self.all_messages[message.id] = message

    def show(self, message: Message, *, nested: bool = False) -> dict[str, Any]:
        """A message as JSON, with what it replies to (one level, as Discord does)."""
        author = self.everyone[message.author_id]
        data = payloads.message(message, author, self.everyone, self.application_id)
        if message.reference is not None and not nested:
            first = self.all_messages.get(message.reference)
            standing = first is not None and not first.deleted
            data["referenced_message"] = self.show(first, nested=True) if standing else None
        return data

    async def announce(self, event: str, message: Message | None) -> None:
        """Tell the program about a message, as the intents allow; private ones are not told."""
        if message is None or message.ephemeral:
            return
        guild = message.channel.guild
        place = {"guild_id": str(guild.id)} if guild else {}
        if event == "MESSAGE_DELETE":
            data = {"id": str(message.id), "channel_id": str(message.channel_id)}
        else:
            data = self.show(message)
        intent = GUILD_MESSAGES if guild else DIRECT_MESSAGES
        await self.gateway.dispatch(event, data | place, guild and guild.id, intent=intent)

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this request, counted down."""
        for fault in self.faults:
            armed = fault.hit < fault.times and fault.method in {method, "*"}
            if armed and re.search(fault.path_regex, path):
                fault.hit += 1
                return fault
        return None
