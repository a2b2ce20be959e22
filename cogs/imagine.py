"""``/imagine``: four pictures from a text, or from each of several."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.operations import stand_in
from bot.providers import prompt as midjourney
from bot.text import N_
from cogs.batches import MOST_JOBS, Batch, take_batch, written_out
from cogs.boards import default_board, find_board, suggestions
from cogs.errors import answered
from cogs.replies import Interaction
from cogs.uploads import checked_upload
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

OPERATION = "youchuan.diffusion"
RATIOS = ("1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16", "5:4", "4:5", "2:1", "1:2", "21:9")
MODEL_CHOICES = [
    app_commands.Choice(name=model.label, value=model.key)
    for model in midjourney.MODELS
    if model.key != "v6"  # v6.1 has taken its place; --v 6 can still be typed
]
_BOARD = next(row for row in midjourney.PARAMETERS if row.name == "moodboard")
_HELP = {parameter.name: parameter.help for parameter in midjourney.PARAMETERS}
_OFFERED = ("aspect", "stylize", "chaos", "no", "raw", "tile", "draft", "hd")
_LONGEST_CHOICE = 100


class Imagine(commands.Cog):
    """Draws with Midjourney."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Draw four pictures from a text."))
    @app_commands.describe(
        prompt=N_("What to draw; parameters (--seed 7) may follow, {a, b} draws each of them."),
        model=N_("What draws it."),
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
    @app_commands.choices(model=MODEL_CHOICES)
    @answered
    async def imagine(
        self,
        interaction: Interaction,
        prompt: str,
        model: str | None = None,
        aspect: str | None = None,
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
        given = (aspect, stylize, chaos, no, raw, tile, draft, hd)
        files = {
            "images": (image, image2, image3),
            "sref": (style_reference, style_reference2),
            "oref": (omni_reference,),
        }
        places, uploads = placed(self._studio, files)
        options = {**dict(zip(_OFFERED, given, strict=True)), **places, "speed": speed}
        if moodboard:
            options["moodboard"] = (await find_board(self._studio, interaction, moodboard)).id
        default = None if moodboard else await default_board(self._studio, interaction)
        texts = [
            _printed(text, model=model, options=options, default_board=default)
            for text in written_out(prompt, repeat)
        ]
        await take_batch(interaction, drawing(self._studio, texts, uploads))

    @imagine.autocomplete("aspect")
    async def _suggest_ratio(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return suggest_ratios(current)

    @imagine.autocomplete("moodboard")
    async def _suggest_board(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggestions(self._studio, interaction, current)


def placed(
    studio: "Studio", files: Mapping[str, Sequence[discord.Attachment | None]]
) -> tuple[dict[str, list[str]], tuple[Upload, ...]]:
    """The stand-ins for what was attached, by option, and the one list of uploads they count."""
    places, uploads = dict[str, list[str]](), list[Upload]()
    for name, attached in files.items():
        places[name] = []
        for file in filter(None, attached):
            places[name].append(stand_in(len(uploads)))
            uploads.append(checked_upload(studio, file))
    return places, tuple(uploads)


def drawing(studio: "Studio", texts: Sequence[str], uploads: Sequence[Upload]) -> Batch:
    """What draws these prompts, as they are printed, from these files."""
    operation = studio.engine.catalog.operation(OPERATION)
    return Batch(
        operation=OPERATION,
        requests=tuple(operation.validate({"text": text}) for text in texts),
        uploads=uploads,
    )


def suggest_ratios(typed: str) -> list[app_commands.Choice[str]]:
    """The usual ratios that begin so, and what was typed itself."""
    typed = typed.strip().replace("：", ":")[:_LONGEST_CHOICE]
    fitting = [ratio for ratio in RATIOS if ratio.startswith(typed)]
    offered = fitting if not typed or typed in fitting else [typed, *fitting]
    return [app_commands.Choice(name=ratio, value=ratio) for ratio in offered]


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
