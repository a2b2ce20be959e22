"""From what a command was given, values and attachments, to an order that is taken."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import discord

from bot.engine import Order
from bot.operations import Operation, Params, stand_in
from cogs.replies import Interaction, check_order, destination_of, person_of, take_order
from cogs.uploads import checked_upload
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio


def placed(
    studio: "Studio", files: Mapping[str, Sequence[discord.Attachment | None]]
) -> tuple[dict[str, list[str]], tuple[Upload, ...]]:
    """The stand-ins for what was attached, by field, and the one list of uploads they count."""
    places, uploads = dict[str, list[str]](), list[Upload]()
    for name, attached in files.items():
        places[name] = []
        for file in filter(None, attached):
            places[name].append(stand_in(len(uploads)))
            uploads.append(checked_upload(studio, file))
    return places, tuple(uploads)


def request(operation: Operation, values: Mapping[str, Any]) -> Params:
    """The params these values make; None and blank texts are not given.

    InvalidRequestError says what to change.
    """
    plain = {
        name: value.strip() if isinstance(value, str) else value for name, value in values.items()
    }
    given = {name: value for name, value in plain.items() if value not in (None, "")}
    return operation.validate(operation.params.tidied(given, frozenset()))


def options_of(interaction: Interaction) -> dict[str, Any]:
    """The options that were given to a command, by their names."""
    # `dict` alone takes it for a mapping, because it has every attribute.
    return dict(iter(interaction.namespace))


async def take_request(
    interaction: Interaction,
    name: str,
    values: Mapping[str, Any],
    uploads: Sequence[Upload] = (),
) -> None:
    """Order what these values, by field, ask of an operation; stand-ins count the uploads."""
    studio: Studio = interaction.client
    order = Order(
        operation=name,
        params=request(studio.engine.catalog.operation(name), values),
        person=person_of(interaction),
        destination=destination_of(interaction),
        interaction_id=interaction.id,
        uploads=uploads,
    )
    await take_order(interaction, order)


async def take_picture(
    interaction: Interaction,
    name: str,
    values: Mapping[str, Any],
    image: discord.Attachment | None,
) -> None:
    """Order something from one picture; without it, whether that will do is the operation's."""
    studio: Studio = interaction.client
    await check_order(interaction, name)
    field = studio.engine.catalog.operation(name).file_field or ""
    uploads = (checked_upload(studio, image),) if image else ()
    address = {field: stand_in(0)} if image else {}
    await take_request(interaction, name, {**values, **address}, uploads)
