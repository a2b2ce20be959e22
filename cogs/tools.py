"""Commands that make one attached picture into another, such as ``/matting`` and ``/upscale``."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.providers import prompt as midjourney
from bot.providers.lingtu_choices import (
    ASPECTS,
    CLARIFY,
    FACTORS,
    MATTING_FORMATS,
    MATTING_TYPES,
    RESOLUTIONS,
    SUBJECTS,
    UPSCALE_TYPES,
    VECTOR_FORMATS,
)
from bot.providers.lingtu_params import Expand, Lineart, Upscale
from bot.providers.prompt_table import RETEXTURE_MODELS
from bot.text import N_
from cogs.errors import answered
from cogs.options import (
    PICTURE,
    choices_of,
    code_of,
    help_of,
    refuse_given,
    suggest_named,
    suggest_ratios,
)
from cogs.orders import take_picture
from cogs.replies import Interaction
from cogs.venues import venue_of

if TYPE_CHECKING:
    from cogs.bot import Studio

_RETEXTURE, _CUTOUT = "youchuan.retexture", "youchuan.remove_background"
_MATTING = "lingtu.matting"
_BOTH = "both"
_NO_FORMAT = N_("Leave “{option}” out: Midjourney makes a PNG; for a PSD choose another “kind”.")
_NO_FACTOR = N_("Leave “{option}” out: to make a picture clearer, give a “resolution” instead.")
_NO_RESOLUTION = N_(
    "Leave “{option}” out, or choose “Make clearer” as “kind”: only that takes one."
)


class Tools(commands.Cog):
    """One picture in, one result out."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Give a picture another surface and style."))
    @app_commands.describe(
        image=PICTURE,
        prompt=N_("The surface and style, such as: watercolour on rough paper."),
        model=N_("What draws it."),
    )
    @app_commands.choices(
        model=[
            app_commands.Choice(name=model.label, value=model.key)
            for model in midjourney.MODELS
            if model.key in RETEXTURE_MODELS
        ]
    )
    @answered
    async def retexture(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: app_commands.Range[str, 1, 6000],
        model: str | None = None,
    ) -> None:
        """Keep what the picture shows, and draw it anew."""
        composed = midjourney.compose(prompt, model=model, options={})
        text = midjourney.print_prompt(composed)
        await take_picture(interaction, _RETEXTURE, {"remix_prompt": text}, image)

    @app_commands.command(description=N_("Cut out what a picture shows."))
    @app_commands.describe(
        image=PICTURE,
        kind=N_("What to cut out, and who does it."),
        format=N_("The kind of file (normally PNG); a PSD comes with a preview."),
    )
    @app_commands.choices(
        kind=[
            *choices_of((str(code), name) for code, name in MATTING_TYPES),
            app_commands.Choice(name=N_("Remove background (Midjourney)"), value=_CUTOUT),
        ],
        format=choices_of([*MATTING_FORMATS, (_BOTH, N_("Both"))]),
    )
    @answered
    async def matting(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        kind: str | None = None,
        format: str | None = None,
    ) -> None:
        """Order it from whoever does this kind; of their own accord from who is connected."""
        catalog = (await venue_of(interaction)).catalog
        if kind is None and not catalog.is_connected(_MATTING):
            kind = _CUTOUT
        if kind == _CUTOUT:
            refuse_given(_NO_FORMAT, {"format": format})
            await take_picture(interaction, _CUTOUT, {}, image)
            return
        every = [code for code, _name in MATTING_FORMATS]
        formats = every if format == _BOTH else [format] if format else None
        values = {"type": int(kind) if kind else None, "formats": formats}
        await take_picture(interaction, _MATTING, values, image)

    @app_commands.command(description=N_("Turn a picture into a line drawing."))
    @app_commands.describe(image=PICTURE, **help_of(Lineart, prompt="prompt"))
    @answered
    async def lineart(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        prompt: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        """Order its outlines."""
        await take_picture(interaction, "lingtu.lineart", {"prompt": prompt}, image)

    @app_commands.command(description=N_("Enlarge a picture, or make it clearer."))
    @app_commands.describe(
        image=PICTURE,
        factor=N_("For enlarging: how many times larger (normally 2x)."),
        resolution=N_("For making clearer: how fine the result is (normally 2K)."),
        **help_of(Upscale, kind="type", denoise="denoise"),
    )
    @app_commands.choices(kind=choices_of(UPSCALE_TYPES))
    @app_commands.choices(factor=choices_of(FACTORS), resolution=choices_of(RESOLUTIONS))
    @answered
    async def upscale(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        kind: str | None = None,
        factor: int | None = None,
        resolution: int | None = None,
        denoise: bool | None = None,
    ) -> None:
        """Order it; the provider takes a factor or a resolution by the same field."""
        if kind == CLARIFY:
            refuse_given(_NO_FACTOR, {"factor": factor})
        else:
            refuse_given(_NO_RESOLUTION, {"resolution": resolution})
        multiple = resolution if kind == CLARIFY else factor
        values = {"type": kind, "multiple": multiple, "denoise": denoise}
        await take_picture(interaction, "lingtu.upscale", values, image)

    @app_commands.command(description=N_("Turn a picture into a vector drawing."))
    @app_commands.describe(
        image=PICTURE, format=N_("The kind of file (normally SVG); beside an EPS an SVG comes too.")
    )
    @app_commands.choices(format=choices_of(VECTOR_FORMATS))
    @answered
    async def vectorize(
        self, interaction: Interaction, image: discord.Attachment, format: str | None = None
    ) -> None:
        """Order a drawing that can be enlarged without end."""
        values = {"formats": [format] if format else None}
        await take_picture(interaction, "lingtu.vector", values, image)

    @app_commands.command(description=N_("Cut out the pattern on a T-shirt."))
    @app_commands.describe(image=PICTURE)
    @answered
    async def pattern(self, interaction: Interaction, image: discord.Attachment) -> None:
        """Order what is printed on it."""
        await take_picture(interaction, "lingtu.detect", {}, image)

    @app_commands.command(description=N_("Extend a picture beyond its edges."))
    @app_commands.describe(
        image=PICTURE,
        aspect=N_("Or the width to height that it shall get, such as 16:9."),
        **help_of(Expand, factor="scale"),
    )
    @answered
    async def expand(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        factor: float | None = None,
        aspect: app_commands.Range[str, 1, 20] | None = None,
    ) -> None:
        """Order it by the one or to the other."""
        values = {"scale": factor, "ar": aspect}
        await take_picture(interaction, "lingtu.expand", values, image)

    @expand.autocomplete("aspect")
    async def _suggest_ratio(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return suggest_ratios(current, ASPECTS)

    @app_commands.command(description=N_("Give a pet or a portrait another style."))
    @app_commands.describe(
        image=PICTURE,
        type=N_("What the picture shows."),
        style=N_("The style: choose one, or type its code."),
        mask=N_("Whether a mask of what was redrawn comes as a second picture."),
    )
    @app_commands.choices(type=choices_of(SUBJECTS))
    @answered
    async def restyle(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        type: int,
        style: app_commands.Range[str, 1, 100],
        mask: bool | None = None,
    ) -> None:
        """Order it in a style that only the provider knows."""
        values = {
            "type": type,
            "style": code_of(style, self._studio.lingtu_styles),
            "return_mask": mask,
        }
        await take_picture(interaction, "lingtu.style_transfer", values, image)

    @restyle.autocomplete("style")
    async def _suggest_style(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return suggest_named(current, self._studio.lingtu_styles)


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Tools(bot))
