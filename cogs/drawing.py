"""Commands that draw with Lingtu: ``/reference /similar /seamless /sticker /artword``."""

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.providers.lingtu_choices import (
    ASPECTS,
    BACKGROUND_COLOURS,
    FROM_TEXT,
    REIMAGE_TYPES,
    SEAMLESS_TYPES,
    SIMILAR,
)
from bot.providers.lingtu_params import ArtWord, Img2Img, Transparent
from bot.text import N_
from cogs.errors import answered
from cogs.options import (
    ASPECT_CHOICES,
    PICTURE,
    STYLE_CHOICES,
    choices_of,
    help_of,
    refuse_given,
    suggest_ratios,
)
from cogs.orders import options_of, placed, take_picture, take_request
from cogs.replies import Interaction, check_order

if TYPE_CHECKING:
    from cogs.bot import Studio

_Prompt = app_commands.Range[str, 1, 200]
_Share = app_commands.Range[float, 0, 1]
_Count = Literal[1, 2, 4]
# The fields that the options of /similar fill, where it is the plain variant, Pro, or either.
_OF_PLAIN = {"prompt": "prompt", "weight": "image_weight", "seamless": "seamless"}
_OF_PRO = {
    "kind": "type",
    "similarity": "similarity",
    "pattern_only": "only_pattern",
    "round": "circle",
    "background": "bg_color",
}
_OF_BOTH = {"aspect": "ar", "count": "num"}
_ONLY_PLAIN = N_("“{option}” is not for Similar Pro: leave it out, or leave “pro” out.")
_ONLY_PRO = N_("“{option}” is only for Similar Pro: leave it out, or set “pro” to True.")
_ONLY_SIMPLE = N_("Leave “{option}” out: only a pattern from a text, without a “kind”, takes one.")


class Drawing(commands.Cog):
    """New pictures from a text, from pictures, or from both."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Draw whom or what some pictures show, from a text."))
    @app_commands.describe(
        image=N_("A picture of whom or what to draw (PNG, JPEG or WebP)."),
        image2=N_("A second picture."),
        image3=N_("A third picture."),
        image4=N_("A fourth picture."),
        **help_of(
            Img2Img,
            prompt="prompt",
            weight="cref_image_weight",
            style="style",
            aspect="ar",
            count="num",
        ),
    )
    @app_commands.choices(style=STYLE_CHOICES, aspect=ASPECT_CHOICES)
    @answered
    async def reference(
        self,
        interaction: Interaction,
        prompt: _Prompt,
        image: discord.Attachment,
        image2: discord.Attachment | None = None,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        weight: _Share | None = None,
        style: str | None = None,
        aspect: str | None = None,
        count: _Count | None = None,
    ) -> None:
        """Order a drawing that knows its subject."""
        await check_order(interaction, "lingtu.img2img")
        files = {"cref_images": (image, image2, image3, image4)}
        places, uploads = placed(self._studio, files)
        values = {
            **places,
            "prompt": prompt,
            "cref_image_weight": weight,
            "style": style,
            "ar": aspect,
            "num": count,
        }
        await take_request(interaction, "lingtu.img2img", values, uploads)

    @app_commands.command(description=N_("Draw pictures similar to one."))
    @app_commands.describe(
        image=PICTURE,
        pro=N_("Whether Similar Pro draws them, in higher quality."),
        prompt=N_("Without Pro: what should be different."),
        weight=N_("Without Pro: how much the picture counts, from 0 to 1 (normally 0.5)."),
        seamless=N_("Without Pro: whether the results can be tiled; the picture must be so."),
        kind=N_("With Pro: what matters more, art or exact lettering."),
        similarity=N_("With Pro, for art and design: how similar, from 0 to 1 (normally 0.75)."),
        pattern_only=N_("With Pro: whether only the picture's pattern is drawn anew."),
        round=N_("With Pro: whether the pattern becomes round."),
        background=N_("With Pro: the colour behind it."),
        aspect=N_("Width to height, such as 16:9."),
        count=N_("How many pictures to make; with Pro 2 or 4."),
    )
    @app_commands.choices(kind=choices_of(REIMAGE_TYPES), aspect=ASPECT_CHOICES)
    @app_commands.choices(background=choices_of(BACKGROUND_COLOURS))
    @answered
    async def similar(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        pro: bool = False,
        prompt: _Prompt | None = None,
        weight: _Share | None = None,
        seamless: bool | None = None,
        kind: str | None = None,
        similarity: _Share | None = None,
        pattern_only: bool | None = None,
        round: bool | None = None,
        background: int | None = None,
        aspect: str | None = None,
        count: _Count | None = None,
    ) -> None:
        """Order them from the one variant or from the other."""
        given = options_of(interaction)
        fields, foreign = (_OF_PRO, _OF_PLAIN) if pro else (_OF_PLAIN, _OF_PRO)
        sentence = _ONLY_PLAIN if pro else _ONLY_PRO
        refuse_given(sentence, {option: given.get(option) for option in foreign})
        values = {name: given.get(option) for option, name in (fields | _OF_BOTH).items()}
        name = "lingtu.reimage_pro" if pro else "lingtu.reimage"
        await take_picture(interaction, name, values, image)

    @app_commands.command(description=N_("Draw a picture that can be tiled."))
    @app_commands.describe(
        prompt=N_("What to draw, where it is made from a text."),
        image=N_("The picture to make it from (PNG, JPEG or WebP)."),
        kind=N_("What it is made from; a picture alone makes a similar one."),
        style=N_("From a text, without a kind: the style to draw in."),
        count=N_("From a text, without a kind: how many pictures to make."),
        aspect=N_("Width to height, such as 16:9, where it repeats in two directions."),
    )
    @app_commands.choices(kind=choices_of(SEAMLESS_TYPES))
    @app_commands.choices(style=STYLE_CHOICES)
    @answered
    async def seamless(
        self,
        interaction: Interaction,
        prompt: _Prompt | None = None,
        image: discord.Attachment | None = None,
        kind: int | None = None,
        style: str | None = None,
        count: _Count | None = None,
        aspect: app_commands.Range[str, 1, 20] | None = None,
    ) -> None:
        """Order it from the simple endpoint where a text is all there is."""
        from_text = kind is None and image is None
        if from_text and prompt and prompt.strip() and not aspect:
            simple = {"prompt": prompt, "style": style, "num": count}
            await take_request(interaction, "lingtu.seamless", simple)
            return
        if not from_text:
            refuse_given(_ONLY_SIMPLE, {"style": style, "count": count})
        usual = FROM_TEXT if from_text else SIMILAR
        values = {"type": usual if kind is None else kind, "prompt": prompt, "ar": aspect}
        await take_picture(interaction, "lingtu.seamless_pro", values, image)

    @seamless.autocomplete("aspect")
    async def _suggest_ratio(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return suggest_ratios(current, ASPECTS)

    @app_commands.command(description=N_("Draw something on a transparent background."))
    @app_commands.describe(**help_of(Transparent, prompt="prompt", style="style", count="num"))
    @app_commands.choices(style=STYLE_CHOICES)
    @answered
    async def sticker(
        self,
        interaction: Interaction,
        prompt: _Prompt,
        style: str | None = None,
        count: _Count | None = None,
    ) -> None:
        """Order something to put on other pictures."""
        values = {"prompt": prompt, "style": style, "num": count}
        await take_request(interaction, "lingtu.transparent", values)

    @app_commands.command(description=N_("Draw a picture with English lettering."))
    @app_commands.describe(**help_of(ArtWord, prompt="prompt", aspect="ar", count="num"))
    @app_commands.choices(aspect=ASPECT_CHOICES)
    @answered
    async def artword(
        self,
        interaction: Interaction,
        prompt: _Prompt,
        aspect: str | None = None,
        count: _Count | None = None,
    ) -> None:
        """Order lettering."""
        values = {"prompt": prompt, "ar": aspect, "num": count}
        await take_request(interaction, "lingtu.art_word", values)


async def setup(bot: "Studio") -> None:
    """Add the commands."""
    await bot.add_cog(Drawing(bot))
