"""The way to the web editor: the picture it shows, and the private link that opens it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord

from bot.edits import EDITOR
from bot.errors import GoneError, InvalidRequestError
from bot.media.assets import new_token
from bot.operations import Action
from bot.text import N_, _
from cogs.replies import Interaction, destination_of
from storage.assets import RESULT
from storage.models import Asset, Draft, Job, Status

if TYPE_CHECKING:
    from cogs.bot import Studio

_OPEN_MS = 15 * 60_000


async def picture_of(studio: "Studio", job: Job, index: int) -> Asset:
    """The kept picture of a result; InvalidRequestError or GoneError says why there is none."""
    if not job.status.is_final:
        raise InvalidRequestError(N_("This is still being drawn; wait for its result."))
    places = (job.result or {}).get("media", ())
    if job.status is not Status.SUCCEEDED or not places:
        raise InvalidRequestError(N_("This job has no pictures."))
    if index >= len(places):
        raise InvalidRequestError(
            N_("There is no picture {n} in this result; it has {count}."),
            n=index + 1,
            count=len(places),
        )
    for asset in await studio.assets.of_job(job.id, RESULT):
        if asset.position == index:
            if asset.note:
                raise InvalidRequestError(
                    N_("Image {n} is not there: {why}"), n=index + 1, why=asset.note
                )
            return asset
    raise GoneError(N_("The picture is not kept here any more."))


async def open_editor(
    interaction: Interaction, source: Job, action: Action, index: int, prompt: str
) -> None:
    """Answer a press privately with a link that edits one picture of a result."""
    studio: Studio = interaction.client
    asset = await picture_of(studio, source, index)
    payload = {
        "operation": action.operation,
        "asset": asset.token,
        "job": source.id,
        "index": index,
        "action": action.key,
        "prompt": prompt,
    }
    view = await link_view(interaction, payload)
    await interaction.response.send_message(view=view, ephemeral=True)


async def link_view(interaction: Interaction, payload: Mapping[str, Any]) -> discord.ui.LayoutView:
    """Keep a draft and show the link that opens it; InvalidRequestError without an address.

    `payload`: ``operation``, ``asset``, ``prompt``, and ``job``, ``index``, ``action`` for what
    follows a result.
    """
    studio: Studio = interaction.client
    if not studio.public_url:
        raise InvalidRequestError(
            N_(
                "The editor cannot be opened: this bot has no public address. Use /edit with "
                "its mask option instead: white marks what to repaint."
            )
        )
    now = studio.now()
    draft = Draft(
        token=new_token(),
        purpose=EDITOR,
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        payload=payload,
        created_at=now,
        expires_at=now + _OPEN_MS,
    )
    await studio.drafts.add(draft)
    text = _(
        "This link opens the picture in the editor. It is yours alone and works until {until}; "
        "whoever has it acts as you.",
        until=f"<t:{draft.expires_at // 1000}:t>",
    )
    address = f"{studio.public_url}/editor/{draft.token}"
    link: discord.ui.Button[Any] = discord.ui.Button(label=_("Open the editor"), url=address)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay(text))
    view.add_item(discord.ui.ActionRow(link))
    view.stop()
    return view
