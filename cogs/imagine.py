"""``/imagine``: four pictures from a text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.engine import Order
from bot.errors import InvalidRequestError
from bot.media import images
from bot.providers import prompt as midjourney
from bot.text import N_
from cogs.errors import answered
from cogs.replies import Interaction, destination_of, take_order
from cogs.words import harmless
from storage.models import Upload

if TYPE_CHECKING:
    from cogs.bot import Studio

OPERATION = "youchuan.diffusion"
MOST_UPLOAD_BYTES = images.MAX_UPLOAD_BYTES
RATIOS = ("1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16", "5:4", "4:5", "2:1", "1:2", "21:9")
_HELP = {parameter.name: parameter.help for parameter in midjourney.PARAMETERS}
_OFFERED = ("aspect", "stylize", "chaos", "no", "raw", "tile", "draft", "hd")
_LONGEST_CHOICE = 100


class Imagine(commands.Cog):
    """Draws with Midjourney."""

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    @app_commands.command(description=N_("Draw four pictures from a text."))
    @app_commands.describe(
        prompt=N_("What to draw; Midjourney parameters such as --seed 7 may follow the text."),
        model=N_("What draws it."),
        speed=N_("How fast to draw; turbo costs twice as much."),
        image=N_("A picture to start from, beside the text."),
        **{name: _HELP[name] for name in _OFFERED},
    )
    @app_commands.choices(
        model=[
            app_commands.Choice(name=model.label, value=model.key)
            for model in midjourney.MODELS
            if model.key != "v6"  # v6.1 has taken its place; --v 6 can still be typed
        ]
    )
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
    ) -> None:
        """Validate everything for the chosen model, then order it."""
        options: dict[str, object] = {
            "aspect": aspect,
            "stylize": stylize,
            "chaos": chaos,
            "no": no,
            "raw": raw,
            "tile": tile,
            "draft": draft,
            "hd": hd,
            "speed": speed,
        }
        uploads = (self._checked_upload(image),) if image else ()
        options["images"] = [f"upload://{position}" for position in range(len(uploads))]
        text = midjourney.print_prompt(midjourney.compose(prompt, model=model, options=options))
        await take_order(interaction, self._order(interaction, text, uploads))

    def _order(self, interaction: Interaction, text: str, uploads: Sequence[Upload]) -> Order:
        return Order(
            operation=OPERATION,
            params=self._studio.engine.catalog.operation(OPERATION).validate({"text": text}),
            destination=destination_of(interaction),
            interaction_id=interaction.id,
            uploads=uploads,
        )

    @imagine.autocomplete("aspect")
    async def _suggest_ratio(
        self, _interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        typed = current.strip().replace("：", ":")[:_LONGEST_CHOICE]
        fitting = [ratio for ratio in RATIOS if ratio.startswith(typed)]
        offered = fitting if not typed or typed in fitting else [typed, *fitting]
        return [app_commands.Choice(name=ratio, value=ratio) for ratio in offered]

    def _checked_upload(self, file: discord.Attachment) -> Upload:
        """Discord's word on the file; its bytes are checked when the job is submitted."""
        if not self._studio.public_url:
            raise InvalidRequestError(
                N_(
                    "Pictures cannot be attached on this bot: it has no public address to pass "
                    "them on from. Put an https:// address at the start of the prompt instead."
                )
            )
        name = harmless(file.filename, 60)
        if file.content_type and not file.content_type.startswith("image/"):
            raise InvalidRequestError(N_("“{name}” is no picture."), name=name)
        if file.size <= 0:
            raise InvalidRequestError(N_("“{name}” is empty."), name=name)
        if file.size > MOST_UPLOAD_BYTES:
            raise InvalidRequestError(
                N_("“{name}” is too large: a picture may have {most} MiB."),
                name=name,
                most=MOST_UPLOAD_BYTES // 2**20,
            )
        return Upload(
            attachment_id=file.id,
            url=file.url,
            filename=file.filename,
            content_type=file.content_type or "",
            size=file.size,
        )


async def setup(bot: "Studio") -> None:
    """Add the command."""
    await bot.add_cog(Imagine(bot))
