"""The way to the web editor: its picture, the private link that opens it, orders without it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.edit_kinds import Begun
from bot.edits import EDITOR
from bot.engine import Order
from bot.errors import GoneError, InvalidRequestError
from bot.media.assets import new_token
from bot.operations import Action
from bot.text import N_, _
from cogs.choices import find_job
from cogs.errors import tell
from cogs.layout_parts import plain
from cogs.places import is_picture
from cogs.replies import Interaction, destination_of, lead_to, person_of, told_where
from cogs.uploads import check_address, checked_upload
from storage.assets import PREVIEW, RESULT
from storage.models import Asset, Draft, Job, Status, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

EITHER = N_("Give either a picture or a job, and with a job the number of its picture.")
_OPEN_MS = 15 * 60_000


async def picture_of(studio: "Studio", job: Job, index: int) -> Asset:
    """The kept picture of a place; where that is a document, the first picture beside it.

    Beside a document alone that is its preview.
    InvalidRequestError or GoneError says why there is none.
    """
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
    kept = await studio.assets.of_job(job.id, RESULT)
    here = next((asset for asset in kept if asset.position == index), None)
    if here is None:
        raise GoneError(N_("The picture is not kept here any more."))
    if here.note:
        raise InvalidRequestError(N_("Image {n} is not there: {why}"), n=index + 1, why=here.note)
    pictures = [asset for asset in kept if is_picture(job, asset)]
    if not pictures:
        pictures = list(await studio.assets.of_job(job.id, PREVIEW))
    if not pictures:
        raise InvalidRequestError(
            N_("Only a picture can be used here, and this result is none ({kind})."),
            kind=here.extension.upper(),
        )
    return here if here in pictures else pictures[0]


@dataclass(frozen=True, kw_only=True)
class Given:
    """The picture that a command is given: an attachment, or a place of a result."""

    upload: Upload
    job: Job | None = None
    index: int | None = None

    def begun(self, operation: str, picture: Asset, **values: Any) -> Begun:
        """What is begun with what was made of it."""
        job_id = self.job.id if self.job else None
        return Begun(
            operation=operation, asset=picture.token, job=job_id, index=self.index, **values
        )


async def given_picture(
    interaction: Interaction, file: discord.Attachment | None, job: str | None, number: int
) -> Given:
    """What a person attached or chose, to be passed on; InvalidRequestError unless it is one."""
    studio: Studio = interaction.client
    if (file is None) == (job is None):
        raise InvalidRequestError(EITHER)
    if file is not None:
        return Given(upload=checked_upload(studio, file))
    check_address(studio)
    source = await find_job(interaction, job or "")
    await studio.gate.check_press(person_of(interaction), source)
    picture = await picture_of(studio, source, number - 1)
    return Given(upload=Upload(asset=picture.token), job=source, index=number - 1)


async def order_drawn(interaction: Interaction, order: Order, note: str = "") -> None:
    """Commit an order after its answer was promised; a repeated command is led to its job."""
    studio: Studio = interaction.client
    job, new = await studio.engine.submit(order)
    if not new:
        await lead_to(interaction, job)
        return
    await studio.engine.announce(job)
    text = _("It is on its way; the result comes in {channel}.", channel=told_where(job))
    await tell(interaction, " ".join(filter(None, (note, text))))


async def open_editor(
    interaction: Interaction, source: Job, action: Action, index: int, prompt: str
) -> None:
    """Answer a press privately with a link that edits one picture of a result."""
    studio: Studio = interaction.client
    asset = await picture_of(studio, source, index)
    begun = Begun(
        operation=action.operation,
        asset=asset.token,
        job=source.id,
        index=index,
        action=action.key,
        prompt=prompt,
    )
    view = await link_view(interaction, begun)
    await interaction.response.send_message(view=view, ephemeral=True)


async def link_view(
    interaction: Interaction, begun: Begun, note: str = ""
) -> discord.ui.LayoutView:
    """Keep what is begun and show the link that opens it; InvalidRequestError without an address.

    NotAllowedError where the person could not order it. `note`: a sentence to say first.
    """
    studio: Studio = interaction.client
    person = person_of(interaction)
    await studio.gate.check(person, studio.engine.catalog.operation(begun.operation))
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
        payload=begun.model_copy(update={"person": person}).model_dump(mode="json"),
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
    return plain("\n".join(filter(None, (note, text))), discord.ui.ActionRow(link))
