"""What people wish for a picture, wherever it stands: the button that means it, else an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord

from bot.engine import Order
from bot.errors import GoneError, InvalidRequestError
from bot.operations import Catalog, Operation, Params, stand_in
from bot.providers.lingtu_choices import ENLARGE
from bot.providers.prompt_text import print_prompt
from bot.providers.prompt_video import compose_video
from bot.text import N_, _
from cogs import rows
from cogs.buttons import PressId
from cogs.editor import picture_of
from cogs.layout_parts import plain
from cogs.places import is_picture
from cogs.replies import Interaction, check_order, destination_of, person_of, take_order
from cogs.uploads import check_address
from cogs.venues import venue_of
from storage.assets import RESULT
from storage.models import Job, Upload

if TYPE_CHECKING:
    from cogs.bot import Studio


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing to do with a picture.

    `keys`: the buttons that mean it, the likeliest first. `operations` do it with a picture's own
    file: the first that is connected, with `values`. It is refused for results with `done` among
    their traits.
    """

    keys: tuple[str, ...]
    operations: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    done: str = ""
    refusal: str = ""


WISHES: Mapping[str, Wish] = {
    "enlarge": Wish(
        keys=("enlarge",),
        operations=("lingtu.upscale",),
        values={"type": ENLARGE, "multiple": 2},
    ),
    "cutout": Wish(
        keys=("cutout", "matting"),
        operations=("lingtu.matting", "youchuan.remove_background"),
        done="cutout",
        refusal=N_("The background of this picture is gone already."),
    ),
    "describe": Wish(keys=("describe",), operations=("lingtu.img2text",)),
    "animate": Wish(keys=("animate_low",), operations=("youchuan.video_diffusion",)),
}


async def wish_for_result(interaction: Interaction, job: Job, key: str) -> None:
    """Do it with a result's only picture; of several, ask privately which one is meant."""
    studio: Studio = interaction.client
    await studio.gate.check_press(person_of(interaction), job)
    kept = await studio.assets.of_job(job.id, RESULT)
    numbers = [asset.position for asset in kept if is_picture(job, asset)][: rows.LISTED]
    if not numbers:
        await picture_of(studio, job, 0)  # a document's preview, or it says why there is none
    await _button(interaction, job, _wish(key))
    if len(numbers) > 1:
        view = _question(job, numbers, key)
        await interaction.response.send_message(view=view, ephemeral=True)
    else:
        await follow_wish(interaction, job, next(iter(numbers), 0), key)


async def follow_wish(interaction: Interaction, job: Job, index: int, key: str) -> None:
    """Do it with one picture of a result; a UserError says why not."""
    studio: Studio = interaction.client
    wish = _wish(key)
    button = await _button(interaction, job, wish)
    if button is not None:
        await studio.presses.carry_out(interaction, PressId(job.id, button, index))
        return
    await studio.gate.check_press(person_of(interaction), job)
    asset = await picture_of(studio, job, index)
    await _take(interaction, wish, Upload(asset=asset.token), parent=job, index=index)


async def wish_for_file(interaction: Interaction, upload: Upload, key: str) -> None:
    """Do it with a picture that is no result of ours."""
    await _take(interaction, _wish(key), upload)


async def _button(interaction: Interaction, job: Job, wish: Wish) -> str | None:
    """The button under a result that means the wish, if any; a UserError where nothing does."""
    if wish.done in job.traits:
        raise InvalidRequestError(wish.refusal)
    catalog = (await venue_of(interaction)).catalog
    means = {action.key: action.operation for action in rows.actions_of(job, catalog)}
    button = next((each for each in wish.keys if each in means), None)
    if button is not None:
        await check_order(interaction, means[button], job)
        return button
    await check_order(interaction, _operation(catalog, wish).name, job)
    check_address(interaction.client)
    return None


def _operation(catalog: Catalog, wish: Wish) -> Operation:
    """The first that is connected, else the usual one."""
    connected = filter(catalog.is_connected, wish.operations)
    return catalog.operation(next(connected, wish.operations[0]))


def _wish(key: str) -> Wish:
    if key not in WISHES:
        raise GoneError(N_("This button belongs to an older version and is gone."))
    return WISHES[key]


async def _take(
    interaction: Interaction,
    wish: Wish,
    upload: Upload,
    *,
    parent: Job | None = None,
    index: int | None = None,
) -> None:
    operation = _operation((await venue_of(interaction)).catalog, wish)
    order = Order(
        operation=operation.name,
        params=_params(operation, wish),
        person=person_of(interaction),
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        uploads=(upload,),
        parent=parent,
        index=index,
    )
    await take_order(interaction, order)


def _params(operation: Operation, wish: Wish) -> Params:
    """The request about the only upload; a clip's start frame stands in its prompt."""
    if operation.file_field:
        return operation.validate({operation.file_field: stand_in(0), **wish.values})
    return operation.validate(
        {"prompt": print_prompt(compose_video("", options={"images": [stand_in(0)]}))}
    )


def _question(job: Job, numbers: Sequence[int], key: str) -> discord.ui.LayoutView:
    return plain(_("Which picture of this result?"), rows.choice_row(job, numbers, key))
