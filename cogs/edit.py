"""``/edit``: repaint a picture on a canvas, in the web editor or with a mask that is attached."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.edit_files import keep_mask, size_of
from bot.edit_kinds import Begun
from bot.edit_shapes import Sent, canvas_of
from bot.edits import Edits
from bot.errors import InvalidRequestError
from bot.text import N_
from cogs.choices import find_job, suggest_jobs
from cogs.editor import EITHER, link_view, order_drawn, picture_of
from cogs.errors import answered
from cogs.replies import Interaction, check_order, destination_of, hand_over, person_of
from cogs.uploads import checked_upload
from storage.models import Asset, Job, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_EDIT, _PAINT = "youchuan.edit", "youchuan.upload_paint"
_KEPT_MS = 30 * 24 * 3600 * 1000  # how long the provider keeps pictures
_FARTHEST = 100  # times as wide as high, or as high as wide
_Find = Callable[[], Awaitable[Begun]]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for beside picture and prompt."""

    mask: Upload | None
    ratio: tuple[int, int] | None


class Edit(commands.Cog):
    """Opens the editor, or orders at once what a mask says."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        self._edits = Edits(studio.engine, studio.keeper)

    @app_commands.command(description=N_("Repaint a picture, or paint on around it."))
    @app_commands.describe(
        image=N_("The picture to edit (PNG, JPEG or WebP; of an animation the first frame)."),
        job=N_("Or a result: choose one of yours, or paste its id."),
        number=N_("Which picture of that result (1–4)."),
        prompt=N_("What the picture should become; needed with a mask."),
        mask=N_("Without the editor: a picture of the same size, white where to repaint."),
        aspect=N_("With a mask: make the canvas this wide and high, such as 16:9."),
    )
    @answered
    async def edit(
        self,
        interaction: Interaction,
        image: discord.Attachment | None = None,
        job: str | None = None,
        number: app_commands.Range[int, 1, 4] = 1,
        prompt: app_commands.Range[str, 1, 4000] | None = None,
        mask: discord.Attachment | None = None,
        aspect: str | None = None,
    ) -> None:
        """Answer with the editor's link, or order what the mask says."""
        await check_order(interaction, _PAINT)
        if (image is None) == (job is None):
            raise InvalidRequestError(EITHER)
        if mask and not prompt:
            raise InvalidRequestError(N_("Write what the picture should become."))
        wish = Wish(
            mask=checked_upload(self._studio, mask, needs_address=image is not None)
            if mask
            else None,
            ratio=_ratio(aspect) if aspect else None,
        )
        if image is not None:
            find = self._attached(checked_upload(self._studio, image), prompt or "")
        else:
            source = await find_job(interaction, job or "")
            await self._studio.gate.check_press(person_of(interaction), source)
            place = interaction.guild_id
            pays = self._studio.gate.accounts.pays(source.provider, source.credential, place)
            find = self._resulting(source, number - 1, prompt or "", follows=pays)
        await hand_over(interaction, lambda: self._go_on(interaction, find, wish))

    @edit.autocomplete("job")
    async def _suggest_job(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current, active=False, pictures=True)

    def _attached(self, upload: Upload, prompt: str) -> _Find:
        async def find() -> Begun:
            asset = await self._studio.keeper.keep_draft(upload)
            return Begun(operation=_PAINT, asset=asset.token, prompt=prompt)

        return find

    def _resulting(self, job: Job, index: int, prompt: str, *, follows: bool) -> _Find:
        async def find() -> Begun:
            picture = await self._picture(job, index)
            actions = self._studio.engine.catalog.operation(job.operation).actions
            action = next((each for each in actions if each.key == "edit"), None)
            gone = self._studio.now() - (job.finished_at or 0) > _KEPT_MS
            if action is None or not action.fits(job.traits) or gone or not follows:
                # What takes no follow-up at the provider is still a picture of ours.
                return Begun(operation=_PAINT, asset=picture.token, prompt=prompt)
            source, place = await self._studio.presses.source(job, action, index)
            return Begun(
                operation=_EDIT,
                asset=(await self._picture(source, place or 0)).token,
                job=source.id,
                index=place,
                action=action.key,
                prompt=prompt,
            )

        return find

    async def _picture(self, job: Job, index: int) -> Asset:
        if "video" in job.traits:
            raise InvalidRequestError(N_("A clip cannot be edited; choose a picture."))
        return await picture_of(self._studio, job, index)

    async def _go_on(self, interaction: Interaction, find: _Find, wish: Wish) -> None:
        begun = await find()
        if wish.mask is None:
            view = await link_view(interaction, begun)
            await interaction.followup.send(view=view, ephemeral=True)
            return
        subject = await self._edits.subject(begun)
        size = size_of(subject.picture)
        mask = await keep_mask(self._studio.keeper, wish.mask, size)
        canvas, place = canvas_of(size, wish.ratio)
        order = await self._edits.order(
            subject,
            Sent(prompt=begun.prompt, canvas=canvas, imgPos=place),
            mask,
            person=person_of(interaction),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
        )
        await order_drawn(interaction, order)


def _ratio(text: str) -> tuple[int, int]:
    wide, _colon, high = text.strip().replace("：", ":").partition(":")
    across, down = (int(side) if side.isdecimal() else 0 for side in (wide[:5], high[:5]))
    if across and down and max(across / down, down / across) <= _FARTHEST:
        return across, down
    raise InvalidRequestError(
        N_("The aspect must be two whole numbers such as 16:9, not “{value}”."), value=text[:20]
    )


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Edit(bot))
