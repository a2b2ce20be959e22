"""``/background``: place a product before another background, in the web editor or by options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.edit_files import keep_background, keep_mask, keep_trimmed, size_of
from bot.edit_kinds import Subject
from bot.edit_shapes import Sent, Size, standing
from bot.edits import Edits
from bot.errors import InvalidRequestError
from bot.media.goods import OpaqueError, canvas_size
from bot.operations import stand_in
from bot.providers.lingtu_canvas import ChangeBackground
from bot.text import N_, _
from cogs.batches import Batch, ask, until_text
from cogs.choices import suggest_jobs
from cogs.editor import Given, given_picture, link_view, order_drawn
from cogs.errors import answered
from cogs.options import help_of
from cogs.replies import Interaction, check_order, destination_of, hand_over, person_of
from cogs.uploads import checked_upload
from cogs.words import money
from storage.models import Asset, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_STAND, _MATTING = "lingtu.change_background", "lingtu.matting"
_IN_EDITOR, _MIDDLE = "editor", "middle"
_PLACES = (
    (_IN_EDITOR, N_("In the editor")),
    (_MIDDLE, N_("In the middle")),
    ("bottom", N_("At the bottom")),
    ("left", N_("Left")),
    ("right", N_("Right")),
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for beside the product; `values` are fields of the request."""

    background: Upload
    place: str
    mask: Upload | None
    values: Mapping[str, Any]


class Background(commands.Cog):
    """Opens the editor, or orders the product at one of a few places."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio
        self._edits = Edits(studio.engine, studio.keeper)

    @app_commands.command(description=N_("Place a product before another background."))
    @app_commands.describe(
        background=N_("The background (PNG, JPEG or WebP)."),
        goods=N_("The product: a picture without a background, such as /matting makes."),
        job=N_("Or a result: choose one of yours, or paste its id."),
        number=N_("Which picture of that result (1–4)."),
        place=N_("Where the product stands (normally: where you put it in the editor)."),
        mask=N_("Without the editor: as large as the background, white where it does not count."),
        **help_of(
            ChangeBackground,
            adapt_colours="product_smart_color",
            keep_background="reference_strong",
            count="num",
        ),
    )
    @app_commands.choices(
        place=[app_commands.Choice(name=name, value=key) for key, name in _PLACES]
    )
    @answered
    async def background(
        self,
        interaction: Interaction,
        background: discord.Attachment,
        goods: discord.Attachment | None = None,
        job: str | None = None,
        number: app_commands.Range[int, 1, 4] = 1,
        place: str | None = None,
        mask: discord.Attachment | None = None,
        adapt_colours: bool | None = None,
        keep_background: bool | None = None,
        count: Literal[1, 2, 4] | None = None,
    ) -> None:
        """Answer with the editor's link, or order what the options say."""
        await check_order(interaction, _STAND)
        if mask and place == _IN_EDITOR:
            raise InvalidRequestError(
                N_("Leave “mask” out: in the editor you mark yourself what does not count.")
            )
        given = await given_picture(interaction, goods, job, number)
        values = {
            "product_smart_color": adapt_colours,
            "reference_strong": keep_background,
            "num": count,
        }
        wish = Wish(
            background=checked_upload(self._studio, background),
            place=place or (_MIDDLE if mask else _IN_EDITOR),
            mask=checked_upload(self._studio, mask) if mask else None,
            values={name: value for name, value in values.items() if value is not None},
        )
        await hand_over(interaction, lambda: self._go_on(interaction, given, wish))

    @background.autocomplete("job")
    async def _suggest_job(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggest_jobs(interaction, current, active=False, pictures=True)

    async def _go_on(self, interaction: Interaction, given: Given, wish: Wish) -> None:
        keeper = self._studio.keeper
        try:
            product = await keep_trimmed(keeper, given.upload)
        except OpaqueError:
            await self._offer_cutout(interaction, given.upload)
            return
        backdrop = await keep_background(keeper, wish.background)
        begun = given.begun(_STAND, product, background=backdrop.token, values=wish.values)
        if wish.place == _IN_EDITOR:
            view = await link_view(interaction, begun)
            await interaction.followup.send(view=view, ephemeral=True)
            return
        subject = await self._edits.subject(begun)
        sent, mask = await self._placed(subject, backdrop, wish)
        order = await self._edits.order(
            subject,
            sent,
            mask,
            person=person_of(interaction),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
        )
        await order_drawn(interaction, order)

    async def _placed(
        self, subject: Subject, backdrop: Asset, wish: Wish
    ) -> tuple[Sent, Asset | None]:
        """What the editor would have sent, and the mask that was attached instead."""
        size = canvas_size(backdrop.width, backdrop.height)
        canvas = Size(width=size[0], height=size[1])
        box = standing(size_of(subject.picture), canvas, wish.place)
        mask = None
        if wish.mask is not None:
            mask = await keep_mask(self._studio.keeper, wish.mask, size, size_of(backdrop))
        return Sent(canvas=canvas, imgPos=box), mask

    async def _offer_cutout(self, interaction: Interaction, upload: Upload) -> None:
        """Say that the product has to be cut out, what that would cost, and how to go on."""
        matting = self._studio.engine.catalog.operation(_MATTING)
        batch = Batch(
            operation=_MATTING,
            requests=(matting.validate({"image": stand_in(0)}),),
            uploads=(upload,),
        )
        await ask(interaction, batch, _("Remove the background"), _cutout_text)


def _cutout_text(price: int | None, expires_at: int) -> str:
    return "\n".join(
        (
            _(
                "This picture has a background, so the product in it cannot be placed before "
                "another."
            ),
            _("The background can be removed first. Estimated price: {price}", price=money(price)),
            _("When the result is there, use /background again, with “job”: that result."),
            until_text(expires_at),
        )
    )


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Background(bot))
