"""Making and changing messages: what a request's payload does to the world, after the checks."""

import io
import mimetypes
import re
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.discord_double import rules
from tests.discord_double.rules import RefusedError, need
from tests.discord_double.world import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Attachment,
    Channel,
    Interaction,
    Message,
    Upload,
)

if TYPE_CHECKING:
    from tests.discord_double.double import DiscordDouble

Json = dict[str, Any]
Uploads = dict[int, Upload]
SETTABLE = 1 << 2 | 1 << 12 | COMPONENTS_V2


class Messages:
    """Applies message payloads; every file over the limit is refused with 413."""

    def __init__(self, double: "DiscordDouble") -> None:
        self._double = double

    def create(
        self,
        channel: Channel,
        payload: Json,
        uploads: Uploads,
        *,
        interaction: Interaction | None = None,
        replied: Message | None = None,
    ) -> Message:
        """Post a message of the bot, from the channel route or as an answer."""
        double = self._double
        asked = int(payload.get("flags") or 0)
        private = asked & EPHEMERAL if interaction else 0
        message = Message(double.next_id(), channel, double.bot.id, flags=private)
        message.interaction = interaction
        if replied:
            message.reference, message.type = replied.id, 19
        elif interaction and interaction.type == 2:
            message.type = 20
        self._fill(message, payload, uploads, keep=False)
        message.pings = self._pings(message, payload, replied)
        if not message.ephemeral:
            channel.history.append(message)
        double.index_message(message)
        return message

    def placeholder(self, interaction: Interaction, flags: int) -> Message:
        """The “is thinking…” message of a deferred answer."""
        double, channel = self._double, interaction.channel
        message = Message(double.next_id(), channel, double.bot.id, interaction=interaction)
        message.flags = LOADING | (flags & EPHEMERAL)
        message.type = 20 if interaction.type == 2 else 0
        if not message.ephemeral:
            channel.history.append(message)
        double.index_message(message)
        return message

    def edit(self, message: Message, payload: Json, uploads: Uploads) -> None:
        """Change a message; what the payload does not name stays."""
        self._fill(message, payload, uploads, keep=True)
        if message.loading:
            message.flags &= ~LOADING
            message.pings = self._pings(message, payload, None)
        else:
            message.edited += 1

    def _fill(self, message: Message, payload: Json, uploads: Uploads, *, keep: bool) -> None:
        content = payload.get("content", message.content) or ""
        embeds = payload.get("embeds", message.embeds) or []
        components = payload.get("components", message.components) or []
        flags = message.flags | (int(payload.get("flags") or 0) & SETTABLE)
        attachments = self._attachments(message, payload, uploads, keep=keep)
        rules.check_message(
            content,
            embeds,
            components,
            v2=bool(flags & COMPONENTS_V2),
            files=[found.filename for found in attachments],
            attached=len(attachments),
        )
        _check_allowed_mentions(payload.get("allowed_mentions"))
        self._too_large(uploads)
        message.content, message.embeds, message.components = content, embeds, components
        message.flags, message.attachments = flags, attachments
        message.allowed_mentions = payload.get("allowed_mentions", message.allowed_mentions)
        for made in attachments:
            self._double.publish(made)

    def _too_large(self, uploads: Uploads) -> None:
        if any(len(upload.data) > self._double.file_limit for upload in uploads.values()):
            raise RefusedError(413, 40005, "Request entity too large")

    def _attachments(
        self, message: Message, payload: Json, uploads: Uploads, *, keep: bool
    ) -> list[Attachment]:
        named = payload.get("attachments")
        declared = {int(entry["id"]): entry for entry in named or []}
        before = {found.id: found for found in message.attachments} if keep else {}
        unknown = declared.keys() - uploads.keys() - before.keys()
        need(not unknown, "attachments", f"{sorted(unknown)} are neither uploaded nor there")
        stays = [f for f in before.values() if named is None or f.id in declared]
        for entry in declared.values():
            if entry.get("description") is not None:
                rules.length(entry["description"], 0, 1024, "attachments.description")
        return stays + [
            self._double.attachment(
                message.channel.id,
                upload,
                description=declared.get(index, {}).get("description"),
                ephemeral=message.ephemeral,
            )
            for index, upload in uploads.items()
        ]

    def _pings(self, message: Message, payload: Json, replied: Message | None) -> set[int | str]:
        text = message.text()
        rule = payload.get("allowed_mentions")
        if rule is None:
            rule = {"parse": ["users", "everyone"], "replied_user": True}
        mentioned = {int(found) for found in re.findall(r"<@!?(\d+)>", text)}
        parse = rule.get("parse") or []
        if "users" not in parse:
            mentioned &= {int(found) for found in rule.get("users") or []}
        pings: set[int | str] = set(mentioned)
        if "everyone" in parse and re.search(r"@(everyone|here)\b", text):
            pings.add("everyone")
        if replied and rule.get("replied_user"):
            pings.add(replied.author_id)
        return pings


def _check_allowed_mentions(rule: Json | None) -> None:
    if not rule:
        return
    both = "users" in (rule.get("parse") or []) and rule.get("users")
    need(not both, "allowed_mentions", "parse users and a list of users exclude each other")
    need(len(rule.get("users") or []) <= 100, "allowed_mentions.users", "at most 100")


def clean_name(filename: str) -> str:
    """A file name as Discord stores it."""
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", filename) or "unknown"


def content_type(filename: str) -> str | None:
    return mimetypes.guess_type(filename)[0]


def pixel_size(data: bytes) -> tuple[int, int] | None:
    """Width and height, when it is a picture."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
