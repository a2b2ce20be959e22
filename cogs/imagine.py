"""``/imagine``: pictures from a text, or from each of several."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import InvalidRequestError
from bot.operations import Catalog, Group
from bot.providers import prompt as midjourney
from bot.providers.jumdata_choices import MOST_PICTURES
from bot.providers.models import Model, able, check
from bot.providers.models import model as named_model
from bot.providers.needs import MIDJOURNEY, needs_of, plain_needs
from bot.text import N_, _, clip
from cogs.batches import MOST_JOBS, Batch, take_batch, written_out
from cogs.boards import default_board, drawable_board, suggestions
from cogs.errors import answered
from cogs.instead import offer_instead
from cogs.models import (
    AUTO,
    CHOICES,
    chosen_model,
    connected,
    options_for,
    plain_requests,
    version_of,
)
from cogs.options import suggest_named, suggest_ratios
from cogs.orders import options_of, placed
from cogs.replies import Interaction, person_of
from cogs.venues import Venue, venue_of
from storage.errors import StorageError
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

_BOARD = next(row for row in midjourney.PARAMETERS if row.name == "moodboard")
_HELP = {parameter.name: parameter.help for parameter in midjourney.PARAMETERS}
_OFFERED = ("aspect", "stylize", "chaos", "no", "raw", "tile", "draft", "hd")
# Which options hold the pictures of a parameter.
_FILES = {
    "images": ("image", "image2", "image3"),
    "sref": ("style_reference", "style_reference2"),
    "oref": ("omni_reference",),
}


class Imagine(commands.Cog):
    """Draws with the model that is chosen."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Draw pictures from a text."))
    @app_commands.describe(
        prompt=N_(
            "What to draw; {a, b} draws each. For Midjourney, parameters (--seed 7) may follow."
        ),
        model=N_("What draws it."),
        style=N_("The style to draw in, of a model that has a list of them."),
        count=N_("How many pictures to make, with a model that takes a number."),
        speed=N_("How fast to draw; turbo costs twice as much."),
        image=N_("A picture to start from, beside the text; weigh it with --iw in the prompt."),
        image2=N_("A second picture to start from."),
        image3=N_("A third picture to start from."),
        style_reference=N_("A picture whose style to use; weigh it with --sw in the prompt."),
        style_reference2=N_("A second picture whose style to use."),
        omni_reference=N_("A picture of whom or what to draw; weigh it with --ow in the prompt."),
        moodboard=N_("The moodboard to draw in the taste of."),
        repeat=N_("How often to draw it (1–10)."),
        **{name: _HELP[name] for name in _OFFERED},
    )
    @app_commands.choices(model=CHOICES)
    @answered
    async def imagine(
        self,
        interaction: Interaction,
        prompt: str,
        model: str | None = None,
        aspect: str | None = None,
        style: str | None = None,
        count: app_commands.Range[int, 1, MOST_PICTURES] | None = None,
        stylize: app_commands.Range[int, 0, 1000] | None = None,
        chaos: app_commands.Range[int, 0, 100] | None = None,
        no: str | None = None,
        raw: bool | None = None,
        tile: bool | None = None,
        draft: bool | None = None,
        hd: bool | None = None,
        speed: Literal["fast", "turbo"] | None = None,
        image: discord.Attachment | None = None,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        style_reference: discord.Attachment | None = None,
        style_reference2: discord.Attachment | None = None,
        omni_reference: discord.Attachment | None = None,
        moodboard: str | None = None,
        repeat: app_commands.Range[int, 1, MOST_JOBS] = 1,
    ) -> None:
        """Validate everything for the chosen model, then order it."""
        await self._studio.gate.check_group(person_of(interaction), Group.GENERATE)
        venue = await venue_of(interaction)
        chosen = chosen_model(model, venue.catalog, venue.usual)
        options = options_for(chosen, options_of(interaction))
        texts = written_out(prompt, repeat)
        if chosen.is_plain:
            requests = plain_requests(chosen, venue.catalog, texts, options)
            batch = Batch(operation=chosen.operation, requests=requests)
        else:
            key = None if model == AUTO else model
            versions = {text: version_of(text, key, chosen) for text in texts}
            for version in versions.values():
                check(named_model(version), options, connected(venue.catalog))
            batch = await self._of_midjourney(interaction, versions, texts, options)
        if venue.catalog.is_connected(chosen.operation):
            await take_batch(interaction, batch)
            return
        needs = plain_needs if chosen.is_plain else needs_of
        wants = [needs(text, options) for text in texts]
        await offer_instead(interaction, chosen, wants, venue)

    async def _of_midjourney(
        self,
        interaction: Interaction,
        versions: Mapping[str, str],
        texts: Sequence[str],
        given: Mapping[str, Any],
    ) -> Batch:
        """What draws these texts, each with the model of its key in `versions`."""
        files = {name: tuple(map(given.get, options)) for name, options in _FILES.items()}
        places, uploads = placed(self._studio, files)
        options = {**{name: given.get(name) for name in (*_OFFERED, "speed")}, **places}
        if board := given.get("moodboard"):
            options["moodboard"] = (await drawable_board(self._studio, interaction, board)).id
        default = None if board else await default_board(self._studio, interaction)
        printed = [
            _printed(text, model=versions[text], options=options, default_board=default)
            for text in texts
        ]
        return drawing(self._studio, printed, uploads)

    @imagine.autocomplete("style")
    async def _suggest_style(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        chosen, catalog = await self._chosen(interaction)
        if not chosen.can("style"):
            return self._hint(chosen, "style", catalog)
        return suggest_named(current, chosen.styles)

    @imagine.autocomplete("aspect")
    async def _suggest_ratio(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        chosen, catalog = await self._chosen(interaction)
        if not chosen.can("aspect"):
            return self._hint(chosen, "aspect", catalog)
        ratios = [str(ratio) for ratio in chosen.options["aspect"]]
        if not ratios:
            return suggest_ratios(current)
        return [choice for choice in suggest_ratios(current, ratios) if choice.value in ratios]

    def _hint(self, chosen: Model, option: str, catalog: Catalog) -> list[app_commands.Choice[str]]:
        here = connected(catalog)
        takers = able(option, connected=here) or able(option)
        hint = _(
            "{model} takes no {option}; it is for {others}.",
            model=chosen.label,
            option=option,
            others=", ".join(takers),
        )
        # Whoever chooses the hint all the same is told more by the command.
        return [app_commands.Choice(name=clip(hint, 100), value="none")]

    async def _chosen(self, interaction: Interaction) -> tuple[Model, Catalog]:
        """What is going to draw, and what else is connected here."""
        venue = Venue(catalog=self._studio.engine.catalog)
        with suppress(StorageError):
            venue = await venue_of(interaction)
        with suppress(InvalidRequestError):  # a half-typed one
            chosen = chosen_model(interaction.namespace.model, venue.catalog, venue.usual)
            return chosen, venue.catalog
        return chosen_model(None, venue.catalog, venue.usual), venue.catalog

    @imagine.autocomplete("moodboard")
    async def _suggest_board(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggestions(self._studio, interaction, current)


def drawing(studio: "Studio", texts: Sequence[str], uploads: Sequence[Upload]) -> Batch:
    """What draws these prompts, as they are printed, from these files."""
    operation = studio.engine.catalog.operation(MIDJOURNEY)
    return Batch(
        operation=MIDJOURNEY,
        requests=tuple(operation.validate({"text": text}) for text in texts),
        uploads=uploads,
    )


def _printed(
    text: str, *, model: str | None, options: Mapping[str, object], default_board: str | None
) -> str:
    """The prompt for the wire; it draws with the default board where it names none."""
    prompt = midjourney.compose(text, model=model, options=options)
    takes_board = prompt.model is not None and prompt.model.key in _BOARD.limits
    if default_board and takes_board and _BOARD.name not in prompt.values:
        with_board = {**options, _BOARD.name: default_board}
        prompt = midjourney.compose(text, model=model, options=with_board)
    return midjourney.print_prompt(prompt)


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Imagine(bot))
