"""The gateway websocket: identify, heartbeat, resume, dispatch. Uncompressed text frames."""

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.discord_double import payloads

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble

PRIVILEGED = {1: "GUILD_MEMBERS", 8: "GUILD_PRESENCES", 15: "MESSAGE_CONTENT"}
HEARTBEAT_MS = 41_250


@dataclass(eq=False)
class Session:
    """One identified connection; it outlives its socket so that it can be resumed."""

    id: str
    shard: tuple[int, int]
    intents: int
    socket: web.WebSocketResponse | None
    ready: bool = False
    sequence: int = 0
    frames: list[tuple[int, str]] = field(default_factory=list)

    def serves(self, guild_id: int | None) -> bool:
        number, total = self.shard
        return number == ((guild_id >> 22) % total if guild_id else 0)

    async def send(self, event: str, data: Any) -> None:
        self.sequence += 1
        frame = json.dumps({"op": 0, "t": event, "s": self.sequence, "d": data})
        self.frames.append((self.sequence, frame))
        await self.push(frame)

    async def push(self, frame: str) -> None:
        if self.socket is not None and not self.socket.closed:
            try:
                await self.socket.send_str(frame)
            except ConnectionError:
                self.socket = None


class Gateway:
    """All sessions, and the events for them."""

    def __init__(self, double: "DiscordDouble") -> None:
        self._double = double
        self.sessions: list[Session] = []
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def live(self) -> list[Session]:
        return [session for session in self.sessions if session.socket is not None]

    def is_ready(self) -> bool:
        """Whether every shard of the newest session's count is connected and was told READY."""
        ready = [session for session in self.live if session.ready]
        return bool(ready) and {s.shard[0] for s in ready} == set(range(ready[-1].shard[1]))

    async def dispatch(
        self, event: str, data: Any, guild_id: int | None, *, intent: int | None = None
    ) -> None:
        """Send an event to every session of that shard which asked for such events."""
        for session in self.sessions:
            if session.serves(guild_id) and (intent is None or session.intents >> intent & 1):
                await session.send(event, data)

    async def drop(self, *, resumable: bool = True) -> None:
        """Close every socket; unless resumable, a RESUME will be refused."""
        sockets = [session.socket for session in self.live]
        if not resumable:
            self.sessions.clear()
        for socket in filter(None, sockets):
            await socket.close(code=4000)

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        self._sockets.add(socket)
        hello = {"heartbeat_interval": HEARTBEAT_MS}
        await socket.send_json({"op": 10, "t": None, "s": None, "d": hello})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(socket, json.loads(message.data))
        finally:
            self._sockets.discard(socket)
            for session in self.sessions:
                if session.socket is socket:
                    session.socket = None
            await self._double.changes.notify()
        return socket

    async def _receive(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        operation, data = frame.get("op"), frame.get("d")
        if operation == 1:
            await socket.send_json({"op": 11, "d": None, "s": None, "t": None})
        elif operation == 2:
            await self._identify(socket, data)
        elif operation == 6:
            await self._resume(socket, data)
        elif operation == 8:
            await self._members(data)
        elif operation not in {3, 4}:
            self._double.violations.append(f"gateway: unknown opcode {operation}")
            await socket.close(code=4001)
        await self._double.changes.notify()

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        double = self._double
        double.identified += 1
        if data.get("token", "").removeprefix("Bot ") != double.token:
            await socket.close(code=4004)
            return
        intents = int(data.get("intents", 0))
        forbidden = [name for bit, name in PRIVILEGED.items() if intents >> bit & 1]
        if forbidden and not double.privileged_intents:
            double.violations.append(f"gateway: privileged intents {forbidden}")
            await socket.close(code=4014)
            return
        number, total = data.get("shard") or (0, 1)
        session = Session(secrets.token_hex(16), (number, total), intents, socket)
        self.sessions.append(session)
        await self._welcome(session)

    async def _welcome(self, session: Session) -> None:
        double = self._double
        guilds = [guild for guild in double.guilds if session.serves(guild.id)]
        ready = {
            "v": 10,
            "user": payloads.user(double.bot) | {"verified": True, "mfa_enabled": False},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": double.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(double.application_id), "flags": 0},
        }
        await session.send("READY", ready)
        for guild in guilds:
            await session.send("GUILD_CREATE", payloads.guild(guild, double.bot))
        session.ready = True

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        known = [s for s in self.sessions if s.id == data.get("session_id")]
        if not known or data.get("token", "").removeprefix("Bot ") != self._double.token:
            await socket.send_json({"op": 9, "d": False, "s": None, "t": None})
            return
        session = known[0]
        session.socket = socket
        self._double.resumed += 1
        for sequence, frame in list(session.frames):
            if sequence > data.get("seq", 0):
                await session.push(frame)
        await session.send("RESUMED", {})

    async def _members(self, data: dict[str, Any]) -> None:
        guild = self._double.guild_of(int(data["guild_id"]))
        wanted = {int(found) for found in data.get("user_ids") or []}
        found = [person for person in (*guild.people, self._double.bot) if person.id in wanted]
        chunk = {
            "guild_id": str(guild.id),
            "members": [payloads.member(person) for person in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        await self._double.gateway.dispatch("GUILD_MEMBERS_CHUNK", chunk, guild.id)
