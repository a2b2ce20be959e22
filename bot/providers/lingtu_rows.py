"""Lingtu's rows of the catalog: its operations and calls, and the buttons that lead to them."""

from pydantic import Field

from bot.operations import Call, Kind, Operation, Params
from bot.providers import lingtu_params as takes
from bot.providers.lingtu_canvas import ChangeBackground
from bot.providers.tool_actions import OWN_ACTIONS
from bot.text import N_


class JobQuery(Params):
    """Ask for one job."""

    job_id: str = Field(min_length=1, max_length=128, description=N_("Lingtu's id of the job."))


class JobCancel(JobQuery):
    """Take one job back."""

    reason: str | None = Field(
        default=None, min_length=1, max_length=200, description=N_("Why it is canceled.")
    )


RESULT = Call(
    name="lingtu.job_result",
    path="/aigc/job/result",
    method="POST",
    params=JobQuery,
    summary=N_("Ask how a job stands."),
)
CANCEL = Call(
    name="lingtu.job_cancel",
    path="/aigc/job/cancel",
    method="POST",
    params=JobCancel,
    summary=N_("Cancel a job that is still waiting."),
    commands=("job cancel",),
)

# The commands that make something new; the others work on a picture that is there.
_DRAWING = frozenset({"imagine", "reference", "seamless", "sticker", "similar", "artword"})


def _row(
    verb: str, path: str, params: type[Params], command: str, summary: str, kind: Kind = Kind.IMAGE
) -> Operation:
    return Operation(
        name=f"lingtu.{verb}",
        path=f"/aigc/{path}",
        params=params,
        kind=kind,
        summary=summary,
        actions=OWN_ACTIONS if kind is Kind.IMAGE else (),
        commands=(command,),
        tool=command not in _DRAWING,
    )


OPERATIONS = (
    _row(
        "text2img",
        "text2img",
        takes.Text2Img,
        "imagine",
        N_("Draw one, two or four pictures from a text."),
    ),
    _row(
        "text2img_pro",
        "text2imgPro",
        takes.Text2ImgPro,
        "imagine",
        N_("Draw four more artistic pictures from a text."),
    ),
    _row(
        "img2img",
        "img2img",
        takes.Img2Img,
        "reference",
        N_("Draw whom or what some pictures show, from a text."),
    ),
    _row(
        "seamless",
        "seamless",
        takes.Seamless,
        "seamless",
        N_("Draw a picture that can be tiled."),
    ),
    _row(
        "transparent",
        "transparent",
        takes.Transparent,
        "sticker",
        N_("Draw something on a transparent background."),
    ),
    _row(
        "img2text",
        "img2text",
        takes.Img2Text,
        "describe",
        N_("Put a picture into words to draw from."),
        Kind.TEXT,
    ),
    _row(
        "title",
        "title",
        takes.Title,
        "title",
        N_("Write a title for a product from its picture."),
        Kind.TEXT,
    ),
    _row(
        "matting",
        "matting",
        takes.Matting,
        "matting",
        N_("Cut out what a picture shows."),
    ),
    _row(
        "lineart",
        "lineart",
        takes.Lineart,
        "lineart",
        N_("Turn a picture into a line drawing."),
    ),
    _row(
        "upscale",
        "upscale",
        takes.Upscale,
        "upscale",
        N_("Enlarge a picture, or make it clearer."),
    ),
    _row(
        "remove",
        "remove",
        takes.Remove,
        "erase",
        N_("Erase a region of a picture."),
    ),
    _row(
        "vector",
        "vector",
        takes.Vector,
        "vectorize",
        N_("Turn a picture into a vector drawing."),
        Kind.VECTOR,
    ),
    _row(
        "reimage",
        "reimage",
        takes.Reimage,
        "similar",
        N_("Draw pictures similar to one."),
    ),
    _row(
        "reimage_pro",
        "reimage/pro",
        takes.ReimagePro,
        "similar",
        N_("Draw pictures similar to one, in higher quality."),
    ),
    _row(
        "change_background",
        "change-background",
        ChangeBackground,
        "background",
        N_("Stand a product before another background."),
    ),
    _row(
        "art_word",
        "art-word",
        takes.ArtWord,
        "artword",
        N_("Draw a picture with English lettering."),
    ),
    _row(
        "style_transfer",
        "style-transfer",
        takes.StyleTransfer,
        "restyle",
        N_("Give a pet or a portrait another style."),
    ),
    _row(
        "detect",
        "detect",
        takes.Detect,
        "pattern",
        N_("Cut out the pattern on a T-shirt."),
    ),
    _row(
        "seamless_pro",
        "seamless/pro",
        takes.SeamlessPro,
        "seamless",
        N_("Make a repeating pattern from a text or a picture."),
    ),
    _row(
        "expand",
        "expand",
        takes.Expand,
        "expand",
        N_("Extend a picture beyond its edges."),
    ),
)
