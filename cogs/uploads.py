"""Files that people attach: Discord's word on them, before anybody has read a byte."""

from typing import TYPE_CHECKING

import discord

from bot.errors import InvalidRequestError
from bot.media import images
from bot.text import N_
from cogs.words import harmless
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

MOST_UPLOAD_BYTES = images.MAX_UPLOAD_BYTES


def check_address(studio: "Studio") -> None:
    """InvalidRequestError where files cannot be shown to a provider."""
    if not studio.public_url:
        raise InvalidRequestError(
            N_("Files cannot be used here: this bot has no public address to show them at.")
        )


def checked_upload(
    studio: "Studio", file: discord.Attachment, *, needs_address: bool = True
) -> Upload:
    """The upload of an attachment; its bytes are checked when the job is submitted.

    InvalidRequestError when it cannot be a picture, or where it `needs_address` to be passed on
    and this bot has none.
    """
    if needs_address:
        check_address(studio)
    name = harmless(file.filename, 60)
    if file.content_type and not file.content_type.startswith("image/"):
        raise InvalidRequestError(N_("“{name}” is no picture."), name=name)
    if file.size <= 0:
        raise InvalidRequestError(N_("“{name}” is empty."), name=name)
    if file.size > MOST_UPLOAD_BYTES:
        raise InvalidRequestError(
            N_("“{name}” is too large: a picture may have {most} MiB."),
            name=name,
            most=MOST_UPLOAD_BYTES // 2**20,
        )
    return Upload(
        attachment_id=file.id,
        url=file.url,
        filename=file.filename,
        content_type=file.content_type or "",
        size=file.size,
    )
