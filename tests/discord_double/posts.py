"""The routes of channel messages, under the bot token: permissions, nonces, history."""

from typing import TYPE_CHECKING, Any

from tests.discord_double import rules
from tests.discord_double.rules import RefusedError, need
from tests.discord_double.world import DM, THREAD, Channel, Message, Permission

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble
    from tests.discord_double.rest import Call, Handler

Json = dict[str, Any]
NONCE_SECONDS = 180.0


class Posts:
    """POST, GET, PATCH and DELETE of /channels/{channel}/messages."""

    def __init__(self, double: "DiscordDouble") -> None:
        self._double = double

    def routes(self) -> "list[tuple[str, str, Handler]]":
        messages = "/channels/{channel}/messages"
        return [
            ("POST", messages, self._create),
            ("GET", messages, self._history),
            ("GET", messages + "/{message}", self._read),
            ("PATCH", messages + "/{message}", self._edit),
            ("DELETE", messages + "/{message}", self._delete),
            ("POST", "/channels/{channel}/typing", self._typing),
        ]

    async def _create(self, call: "Call") -> Json:
        double, body = self._double, call.body
        channel = self._writable(call)
        if call.uploads and not channel.permissions & Permission.ATTACH:
            raise RefusedError(403, 50013, "Missing Permissions")
        nonce = body.get("nonce")
        if nonce is not None:
            rules.length(str(nonce), 0, 25, "nonce")
        replied = self._replied(channel, body.get("message_reference"))
        if nonce is not None and body.get("enforce_nonce"):
            same = self._remembered(channel, str(nonce))
            if same:
                return double.show(same)
        message = double.messages.create(channel, body, call.uploads, replied=replied)
        if nonce is not None:
            message.nonce = str(nonce)
            double.nonces[(channel.id, str(nonce))] = (message, double.clock())
        await double.announce("MESSAGE_CREATE", message)
        return double.show(message)

    def _writable(self, call: "Call") -> Channel:
        channel = self._double.channel_of(call.id("channel"), Permission.VIEW)
        if channel.type == DM and channel.recipient and not channel.recipient.accepts_dms:
            raise RefusedError(403, 50007, "Cannot send messages to this user")
        thread = channel.type == THREAD
        if not channel.permissions & (Permission.SEND_IN_THREADS if thread else Permission.SEND):
            raise RefusedError(403, 50013, "Missing Permissions")
        return channel

    def _replied(self, channel: Channel, reference: Json | None) -> Message | None:
        if not reference:
            return None
        if not channel.permissions & Permission.READ_HISTORY:
            text = "Cannot reply without permission to read message history"
            raise RefusedError(403, 160002, text)
        wanted = int(reference["message_id"])
        found = next((m for m in channel.messages if m.id == wanted), None)
        if found is None and reference.get("fail_if_not_exists", True):
            at, detail = "message_reference", "Unknown message"
            raise RefusedError(400, 50035, "Invalid Form Body", at=at, detail=detail)
        return found

    def _remembered(self, channel: Channel, nonce: str) -> Message | None:
        message, at = self._double.nonces.get((channel.id, nonce), (None, 0.0))
        fresh = self._double.clock() - at < NONCE_SECONDS
        return message if message and fresh and not message.deleted else None

    async def _history(self, call: "Call") -> list[Json]:
        channel = self._double.channel_of(call.id("channel"), Permission.VIEW)
        limit = int(call.query.get("limit", 50))
        need(1 <= limit <= 100, "limit", "must be 1-100")
        named = [key for key in ("around", "before", "after") if key in call.query]
        need(len(named) <= 1, "before", "before, after and around exclude each other")
        if not channel.permissions & Permission.READ_HISTORY:
            return []
        chosen = channel.messages
        if named:
            chosen = _part(chosen, named[0], int(call.query[named[0]]), limit)
        else:
            chosen = chosen[-limit:]
        return [self._double.show(message) for message in reversed(chosen)]

    def _find(self, call: "Call", permission: Permission | None = None) -> Message:
        channel = self._double.channel_of(call.id("channel"), Permission.VIEW)
        if permission and not channel.permissions & permission:
            raise RefusedError(403, 50013, "Missing Permissions")
        wanted = call.id("message")
        for message in channel.messages:
            if message.id == wanted:
                return message
        raise RefusedError(404, 10008, "Unknown Message")

    async def _read(self, call: "Call") -> Json:
        return self._double.show(self._find(call, Permission.READ_HISTORY))

    async def _edit(self, call: "Call") -> Json:
        message = self._find(call)
        if message.author_id != self._double.bot.id:
            raise RefusedError(403, 50005, "Cannot edit a message authored by another user")
        if call.uploads and not message.channel.permissions & Permission.ATTACH:
            raise RefusedError(403, 50013, "Missing Permissions")
        self._double.messages.edit(message, call.body, call.uploads)
        await self._double.announce("MESSAGE_UPDATE", message)
        return self._double.show(message)

    async def _delete(self, call: "Call") -> None:
        message = self._find(call)
        mine = message.author_id == self._double.bot.id
        if not mine and not message.channel.permissions & Permission.MANAGE_MESSAGES:
            raise RefusedError(403, 50013, "Missing Permissions")
        message.deleted = True
        await self._double.announce("MESSAGE_DELETE", message)

    async def _typing(self, call: "Call") -> None:
        self._writable(call)


def _part(messages: list[Message], side: str, pivot: int, limit: int) -> list[Message]:
    if side == "before":
        return [m for m in messages if m.id < pivot][-limit:]
    if side == "after":
        return [m for m in messages if m.id > pivot][:limit]
    older = [m for m in messages if m.id < pivot]
    half = limit // 2
    newer = [m for m in messages if m.id >= pivot][: limit - half]
    return older[len(older) - half :] + newer if half <= len(older) else older + newer
