"""The one persistent class behind every button and select, and the id that is all it keeps.

Ids are a contract with messages already posted: never change their meaning. What a press does
stands in `presses`.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import discord

from bot.text import set_reader
from cogs import errors

if TYPE_CHECKING:
    from cogs.bot import Studio

TEMPLATE = re.compile(
    r"job:(?P<job>[0-9A-HJKMNP-TV-Z]{26}):(?P<key>[a-z0-9_]+)(?:\.(?P<index>[0-9]))?"
)
CONTINUE, INSTEAD = "continue", "instead"
HELP, USE, REWORD, KEEP = "help", "use", "reword", "keep"
NO_ACTION = frozenset(
    {"info", "dm", "delete", "cancel", "retry", "again", "imagine", "pick", "more", INSTEAD}
    | {CONTINUE, HELP, USE, REWORD, KEEP}
)
_LONGEST = 100


class PressId(NamedTuple):
    """What a custom_id says: a job, what to do, and with which of its images (0–9)."""

    job: str
    key: str
    image: int | None


def job_id(job: str, key: str, index: int | None = None) -> str:
    """The custom_id ``job:<ulid>:<key>`` or ``job:<ulid>:<key>.<index>``."""
    custom_id = f"job:{job}:{key}" + ("" if index is None else f".{index}")
    if len(custom_id) > _LONGEST or not TEMPLATE.fullmatch(custom_id):
        raise ValueError(f"no id for a button: {custom_id!r}")
    return custom_id


def instead_key(model: str) -> str:
    """The key of the button that has a model of this key draw it; `INSTEAD` alone names none."""
    return f"{INSTEAD}_{model.replace('.', '_')}"


def parse_id(custom_id: str) -> PressId | None:
    """What a custom_id says; None when it is not one of ours."""
    match = TEMPLATE.fullmatch(custom_id)
    if match is None or len(custom_id) > _LONGEST:
        return None
    index = match["index"]
    return PressId(match["job"], match["key"], None if index is None else int(index))


class JobItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=TEMPLATE):
    """Receives every press under a job's messages, also under those of an earlier process."""

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        # Not in `interaction_check`: an exception in a check vanishes.
        await _dispatch(interaction)


async def on_interaction(interaction: discord.Interaction[Any]) -> None:
    """Receive the modals that presses opened: from their id, so that a restart does not matter."""
    if interaction.type is discord.InteractionType.modal_submit:
        await _dispatch(interaction)


async def _dispatch(interaction: discord.Interaction[Any]) -> None:
    data: Any = interaction.data or {}
    press = parse_id(data.get("custom_id", ""))
    if press is None:
        return
    set_reader(str(interaction.locale))
    try:
        await interaction.client.presses.carry_out(interaction, press)
    except Exception as error:
        # No hook of the library hears of an exception in here.
        await errors.answer(interaction, error)


async def setup(bot: "Studio") -> None:
    """Receive presses and modals."""
    bot.add_dynamic_items(JobItem)
    bot.add_listener(on_interaction)
