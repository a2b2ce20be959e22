"""The picture of any message, and the result of ours that a message shows."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import InvalidRequestError
from bot.media.images import PICTURES
from bot.text import N_
from cogs.buttons import parse_id
from cogs.uploads import check_address, checked_upload
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_EXTENSIONS = PICTURES | {"jpeg"}
_Part = discord.Message | discord.MessageSnapshot


def result_in(message: discord.Message, me: discord.ClientUser | None) -> str | None:
    """The job that a message of this bot shows the end of; None for every other message."""
    if me is None or message.author.id != me.id:  # anybody may imitate an id of ours
        return None
    for part in _walk(message.components):
        press = parse_id(getattr(part, "custom_id", None) or "")
        if press is not None and press.key == "info":
            return press.job
    return None


def picture_in(studio: "Studio", message: discord.Message) -> Upload:
    """The first picture of a message, or of what it forwards; InvalidRequestError without any.

    It is only ever read from Discord: what an embed links to is taken from Discord's own copy.
    """
    parts: tuple[_Part, ...] = (message, *message.message_snapshots)
    for part in parts:
        for file in part.attachments:
            if _is_image(file):
                return checked_upload(studio, file)
        for url in chain(_embedded(part), _shown(part)):
            check_address(studio)
            return Upload(url=url)
    raise InvalidRequestError(N_("There is no picture in this message."))


def _is_image(file: discord.Attachment) -> bool:
    if file.content_type:
        return file.content_type.startswith("image/")
    # Discord need not say what a file is; its name is all there is to go by before it is read.
    return file.filename.rpartition(".")[2].lower() in _EXTENSIONS


def _embedded(part: _Part) -> Iterator[str]:
    for embed in part.embeds:
        for media in (embed.image, embed.thumbnail):
            if media.proxy_url:
                yield media.proxy_url


def _shown(part: _Part) -> Iterator[str]:
    for component in _walk(part.components):
        items: Sequence[Any] = ()
        if isinstance(component, discord.MediaGalleryComponent):
            items = component.items
        elif isinstance(component, discord.ThumbnailComponent):
            items = (component,)
        for media in (item.media for item in items):
            if media.proxy_url and (media.content_type or "image/").startswith("image/"):
                yield media.proxy_url


def _walk(components: Sequence[Any]) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield accessory
