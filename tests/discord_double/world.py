# ruff: noqa: ASYNC109
"""The records of the simulated world: who and what exists, and what was said."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble

DISCORD_EPOCH = 1_420_070_400_000
EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
TEXT, DM, THREAD = 0, 1, 11


class Permission(IntFlag):
    """The permission bits that matter here; the values are Discord's."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW = 1 << 10
    SEND = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED = 1 << 14
    ATTACH = 1 << 15
    READ_HISTORY = 1 << 16
    EXTERNAL_EMOJIS = 1 << 18
    USE_COMMANDS = 1 << 31
    SEND_IN_THREADS = 1 << 38


ORDINARY = (
    Permission.VIEW
    | Permission.SEND
    | Permission.SEND_IN_THREADS
    | Permission.EMBED
    | Permission.ATTACH
    | Permission.READ_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.EXTERNAL_EMOJIS
    | Permission.USE_COMMANDS
)
EVERYTHING = (1 << 50) - 1


class Snowflakes:
    """Gives unique ids that carry the wall-clock time, as Discord's do."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> int:
        stamp = (int(time.time() * 1000) - DISCORD_EPOCH) << 22
        self._last = max(self._last + 1, stamp)
        return self._last


@dataclass(eq=False)
class Role:
    """A role of one guild."""

    id: int
    name: str
    permissions: int = 0


@dataclass(eq=False)
class Person:
    """A user who is a member of the guilds it was added to."""

    id: int
    name: str
    administrator: bool = False
    extra: int = 0
    locale: str = "en-US"
    accepts_dms: bool = True
    bot: bool = False
    roles: list[Role] = field(default_factory=list)

    @property
    def permissions(self) -> int:
        granted = int(ORDINARY) | self.extra
        for role in self.roles:
            granted |= role.permissions
        everything = self.administrator or granted & Permission.ADMINISTRATOR
        return EVERYTHING if everything else granted

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False)
class Guild:
    """A server. `premium_tier` is only announced; `DiscordDouble.file_limit` is what holds."""

    id: int
    name: str
    owner: Person
    locale: str = "en-US"
    premium_tier: int = 0
    channels: "list[Channel]" = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False)
class Attachment:
    """An uploaded file with its bytes."""

    id: int
    channel_id: int
    filename: str
    data: bytes = field(repr=False)
    description: str | None = None
    content_type: str | None = None
    size_px: tuple[int, int] | None = None
    ephemeral: bool = False
    url: str = ""

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(eq=False)
class Message:
    """A message as it stands now; `components` are raw, as the program sent them."""

    id: int
    channel: "Channel"
    author_id: int
    type: int = 0
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    flags: int = 0
    attachments: list[Attachment] = field(default_factory=list)
    nonce: str | None = None
    reference: int | None = None
    allowed_mentions: dict[str, Any] | None = None
    pings: set[int | str] = field(default_factory=set)
    edited: int = 0
    deleted: bool = False
    interaction: "Interaction | None" = None

    @property
    def channel_id(self) -> int:
        return self.channel.id

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether this is still the “is thinking…” placeholder of a deferred answer."""
        return bool(self.flags & LOADING)

    def walk(self) -> Iterator[dict[str, Any]]:
        """Every component, depth first, in the order shown."""
        return walk(self.components)

    def buttons(self) -> list[dict[str, Any]]:
        return [part for part in self.walk() if part["type"] == 2]

    def selects(self) -> list[dict[str, Any]]:
        return [part for part in self.walk() if part["type"] in {3, 5, 6, 7, 8}]

    def texts(self) -> list[str]:
        """The content and the text displays, in the order shown."""
        shown = [part["content"] for part in self.walk() if part["type"] == 10]
        return [self.content, *shown] if self.content else shown

    def text(self) -> str:
        return "\n".join(self.texts())

    def media(self) -> list[dict[str, Any]]:
        """The items of all media galleries, raw."""
        return [item for part in self.walk() if part["type"] == 12 for item in part["items"]]

    def custom_ids(self) -> list[str]:
        return [part["custom_id"] for part in self.walk() if part.get("custom_id")]

    def find_button(self, label: str) -> dict[str, Any]:
        """The button with this label or emoji; raises LookupError naming those there are."""
        for button in self.buttons():
            if label in (button.get("label"), (button.get("emoji") or {}).get("name")):
                return button
        there = [b.get("label") or (b.get("emoji") or {}).get("name") for b in self.buttons()]
        raise LookupError(f"no button {label!r} among {there}")

    def find(self, custom_id: str) -> dict[str, Any]:
        """The component with this custom id; raises LookupError naming those there are."""
        for part in self.walk():
            if part.get("custom_id") == custom_id:
                return part
        raise LookupError(f"no component {custom_id!r} among {self.custom_ids()}")


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component of a raw list, depth first."""
    for part in components:
        yield part
        yield from walk(part.get("components") or [])
        if accessory := part.get("accessory"):
            yield from walk([accessory])
        if inner := part.get("component"):
            yield from walk([inner])


@dataclass(eq=False)
class Channel:
    """A text channel, a thread (`parent` is set) or a DM (`recipient` is set).

    `permissions` are the bot's own there. `history` has every public message in order,
    `messages` those that still stand, `deleted` the others.
    """

    id: int
    name: str
    double: "DiscordDouble"
    guild: Guild | None = None
    type: int = TEXT
    permissions: int = ORDINARY
    nsfw: bool = False
    parent: "Channel | None" = None
    recipient: Person | None = None
    gone: bool = False
    history: list[Message] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        return [message for message in self.history if not message.deleted]

    @property
    def deleted(self) -> list[Message]:
        return [message for message in self.history if message.deleted]

    async def wait_message(
        self, predicate: Callable[[Message], Any] = lambda _: True, timeout: float = 5.0
    ) -> Message:
        """The first standing message that satisfies the predicate, now or later."""
        return await self.double.wait_for(
            lambda _: next((m for m in self.messages if predicate(m)), None), timeout
        )


@dataclass
class Acknowledged:
    """The first answer to an interaction: its callback type and how long it took."""

    type: int
    seconds: float


@dataclass(eq=False)
class Interaction:
    """What a person did, and everything the program answered to it."""

    id: int
    token: str
    type: int
    channel: Channel
    user: Person
    double: "DiscordDouble"
    name: str
    started: float
    message: Message | None = None
    acknowledged: Acknowledged | None = None
    response: Message | None = None
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    edits: list[dict[str, Any]] = field(default_factory=list)
    followups: list[Message] = field(default_factory=list)
    expired: bool = False

    @property
    def ephemeral(self) -> bool:
        return self.response is not None and self.response.ephemeral

    async def wait_acknowledged(self, timeout: float = 5.0) -> Acknowledged:
        """The first answer, of whatever kind."""
        return await self.double.wait_for(lambda _: self.acknowledged, timeout)

    async def wait_response(
        self, predicate: Callable[[Message], Any] = lambda _: True, timeout: float = 5.0
    ) -> Message:
        """The answering message once it is no “is thinking…” and satisfies the predicate."""

        def ready(_: object) -> Message | None:
            message = self.response
            shown = message and not message.loading and predicate(message)
            return message if shown else None

        return await self.double.wait_for(ready, timeout)

    async def wait_modal(self, timeout: float = 5.0) -> dict[str, Any]:
        """The raw modal that was opened."""
        return await self.double.wait_for(lambda _: self.modal, timeout)


@dataclass
class Fault:
    """Something that goes wrong for the next `times` matching requests.

    `path_regex` is searched in the path below /api/v10. Kinds: ``lose_answer`` (the connection
    drops; by default after the effect), ``status`` (that status; by default without the effect)
    and ``delay`` (only slow). `delay` is in seconds and comes after the effect if there is one
    and `after_effect` is true. `hit` tells how many requests it struck.
    """

    method: str
    path_regex: str
    times: int = 1
    kind: str = "lose_answer"
    status: int = 503
    code: int = 0
    delay: float = 0.0
    retry_after: float = 0.01
    after_effect: bool | None = None
    hit: int = 0

    @property
    def has_effect(self) -> bool:
        if self.after_effect is None:
            return self.kind != "status"
        return self.after_effect


@dataclass
class Request:
    """A line of the ledger; status 0 is an answer that was lost, `at` is seconds of the clock."""

    method: str
    path: str
    status: int
    at: float
    code: int | None = None


@dataclass
class Upload:
    """A file on its way, from the program or from a person."""

    filename: str
    data: bytes = field(repr=False)


class Changes:
    """Wakes whoever waits for something in the world to become true."""

    def __init__(self) -> None:
        self._condition = asyncio.Condition()

    async def notify(self) -> None:
        async with self._condition:
            self._condition.notify_all()

    async def wait_for(self, predicate: Callable[[], Any]) -> Any:
        async with self._condition:
            return await self._condition.wait_for(predicate)
