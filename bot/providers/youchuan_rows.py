"""Youchuan's rows of the catalog: its operations, and the buttons under their results."""

from dataclasses import replace

from bot.operations import Action, Kind, Operation, Params, Price, Row
from bot.providers import youchuan_params as takes
from bot.providers.prompt_table import MODEL_BY_KEY, RETEXTURE_MODELS
from bot.providers.tool_actions import TOOL_ACTIONS
from bot.providers.youchuan_params import ENLARGED, MOST_EXTENSIONS
from bot.text import N_

_UPSCALE, _VARIATION = "youchuan.upscale", "youchuan.variation"
_PAN, _OUTPAINT = "youchuan.pan", "youchuan.outpaint"
_VIDEO = "youchuan.video_diffusion"

_CLIP = frozenset({"video"})
_ENDED = _CLIP | {"cutout"}  # no picture, or one that takes no follow-ups (manual: 移除背景)
_CLOSED = _ENDED | {"painted"}  # advanced edits and retextures only take an upscale
_V8 = frozenset({"v8.1"})
_V5 = frozenset({"v5.2"})
_NO_CANVAS = _CLOSED | {"v8.1", "oref"}  # neither pan nor outpaint nor inpaint
_GROWN = ENLARGED | _ENDED


def _pan(key: str, label: str, emoji: str, direction: int) -> Action:
    preset = {"direction": direction, "scale": 1.5}
    return Action(
        key=key,
        label=label,
        emoji=emoji,
        operation=_PAN,
        row=Row.PAN,
        preset=preset,
        unless=_NO_CANVAS,
    )


def _upscale(
    key: str, label: str, kind: int, row: Row, *, only: frozenset[str] = frozenset()
) -> Action:
    return Action(
        key=key,
        label=label,
        operation=_UPSCALE,
        row=row,
        preset={"type": kind},
        only=only,
        unless=_GROWN,
        once=row is Row.PICK,
    )


def _vary(key: str, label: str, kind: int, row: Row) -> Action:
    return Action(
        key=key,
        label=label,
        operation=_VARIATION,
        row=row,
        preset={"type": kind},
        unless=_CLOSED,
    )


def _zoom(key: str, label: str, scale: float) -> Action:
    return Action(
        key=key,
        label=label,
        operation=_OUTPAINT,
        row=Row.ZOOM,
        preset={"scale": scale},
        unless=_NO_CANVAS,
    )


def _animate(key: str, label: str, motion: str) -> Action:
    return Action(
        key=key,
        label=label,
        emoji="🎬",
        operation=_VIDEO,
        row=Row.MORE,
        preset={"prompt": f"--motion {motion}"},
        unless=_CLOSED,
    )


_REROLL = Action(
    key="reroll",
    label=N_("Reroll"),
    emoji="🔄",
    operation="youchuan.reroll",
    row=Row.WHOLE,
    unless=frozenset({"cutout", "painted"}),
)

# Its own cut-out stands in for the tool's wherever there is one.
_TOOLS = tuple(
    replace(action, only=frozenset({"painted"})) if action.key == "matting" else action
    for action in TOOL_ACTIONS
)

IMAGE_ACTIONS = (
    _upscale("u", "U{n}", 0, Row.PICK),
    _vary("v", "V{n}", 1, Row.VARIATION),
    _REROLL,
    _upscale("subtle", N_("Upscale Subtle"), 0, Row.IMAGE),
    _upscale("creative", N_("Upscale Creative"), 1, Row.IMAGE),
    _vary("vary_subtle", N_("Vary Subtle"), 0, Row.IMAGE),
    _vary("vary_strong", N_("Vary Strong"), 1, Row.IMAGE),
    _pan("left", N_("Pan left"), "⬅️", 3),
    _pan("up", N_("Pan up"), "⬆️", 2),
    _pan("down", N_("Pan down"), "⬇️", 0),
    _pan("right", N_("Pan right"), "➡️", 1),
    _zoom("zoom15", N_("Zoom 1.5x"), 1.5),
    _zoom("zoom2", N_("Zoom 2x"), 2.0),
    Action(
        key="region",
        label=N_("Region"),
        operation="youchuan.inpaint",
        row=Row.ZOOM,
        unless=_NO_CANVAS,
        editor=True,
    ),
    Action(
        key="remix",
        label=N_("Remix"),
        operation="youchuan.remix",
        row=Row.ZOOM,
        ask=("remix_prompt",),
        unless=_CLOSED,
    ),
    Action(
        key="zoom",
        label=N_("Zoom custom"),
        operation=_OUTPAINT,
        row=Row.MORE,
        ask=("scale", "remix_prompt"),
        unless=_NO_CANVAS,
    ),
    Action(
        key="edit",
        label=N_("Edit"),
        operation="youchuan.edit",
        row=Row.MORE,
        unless=_CLOSED,
        editor=True,
    ),
    _animate("animate_low", N_("Animate (low motion)"), "low"),
    _animate("animate_high", N_("Animate (high motion)"), "high"),
    Action(
        key="enhance",
        label=N_("Enhance"),
        operation="youchuan.enhance",
        row=Row.MORE,
        only=frozenset({"draft"}),
        unless=_V8 | _CLOSED,
    ),
    _upscale("up2x", N_("Upscale 2x"), 2, Row.MORE, only=_V5),
    _upscale("up4x", N_("Upscale 4x"), 3, Row.MORE, only=_V5),
    Action(
        key="retexture",
        label=N_("Retexture"),
        operation="youchuan.retexture",
        row=Row.MORE,
        ask=("remix_prompt",),
        unless=_CLOSED | (MODEL_BY_KEY.keys() - RETEXTURE_MODELS),
    ),
    Action(
        key="cutout",
        label=N_("Remove background"),
        operation="youchuan.remove_background",
        row=Row.MORE,
        unless=_CLOSED,
    ),
    *_TOOLS,
)
PAINTED_ACTIONS = tuple(action for action in IMAGE_ACTIONS if "painted" not in action.unless)
_ONLY_CLIPS = (
    Action(
        key="extend",
        label=N_("Extend {n}"),
        operation="youchuan.extend_video",
        row=Row.PICK,
        ask=("prompt",),
        only=_CLIP,
        unless=frozenset({f"extended{MOST_EXTENSIONS}", "1080p"}),
        refusal=N_("A clip can be extended four times; this one cannot get any longer."),
    ),
    Action(
        key="clip_up",
        label=N_("Upscale {n}"),
        operation="youchuan.video_upscale",
        row=Row.VARIATION,
        only=_CLIP,
        unless=frozenset({"1080p"}),
        refusal=N_("This clip already has 1080 lines."),
    ),
)
CLIP_ACTIONS = (_REROLL, *_ONLY_CLIPS)

_BASE = 50  # fen: the feeCost of a plain diffusion in the manual's callback sample
_PLAIN, _DEARER = Price(base=_BASE), Price(base=_BASE, factor=1.5)


def _row(
    verb: str,
    params: type[Params],
    summary: str,
    *,
    kind: Kind = Kind.IMAGE,
    price: Price = _PLAIN,
    actions: tuple[Action, ...] = IMAGE_ACTIONS,
    commands: tuple[str, ...] = (),
    tool: bool = False,
) -> Operation:
    return Operation(
        name=f"youchuan.{verb}",
        path=f"/v1/tob/{verb.replace('_', '-')}",
        params=params,
        kind=kind,
        summary=summary,
        price=price,
        actions=actions,
        commands=commands,
        tool=tool,
    )


OPERATIONS = (
    _row(
        "diffusion",
        takes.Diffusion,
        N_("Draw four pictures from a text."),
        commands=("imagine", "blend"),
    ),
    _row("variation", takes.Variation, N_("Vary one picture."), price=_DEARER),
    _row("upscale", takes.Upscale, N_("Enlarge one picture.")),
    _row(
        "reroll",
        takes.Reroll,
        N_("Draw the same again."),
        # What it draws again was pictures or clips, as its traits tell.
        actions=IMAGE_ACTIONS + _ONLY_CLIPS,
    ),
    _row("pan", takes.Pan, N_("Extend one picture to a side.")),
    _row("outpaint", takes.Outpaint, N_("Extend one picture to all sides.")),
    _row("inpaint", takes.Inpaint, N_("Repaint a region of one picture."), price=_DEARER),
    _row("remix", takes.Remix, N_("Draw one picture anew with another prompt."), price=_DEARER),
    _row(
        "edit",
        takes.Edit,
        N_("Repaint one picture on a canvas of any size."),
        price=_DEARER,
        commands=("edit",),
    ),
    _row(
        "upload_paint",
        takes.UploadPaint,
        N_("Repaint an uploaded picture on a canvas of any size."),
        price=_DEARER,
        actions=PAINTED_ACTIONS,
        commands=("edit",),
    ),
    _row(
        "retexture",
        takes.Retexture,
        N_("Give a picture another surface and style."),
        price=_DEARER,
        actions=PAINTED_ACTIONS,
        commands=("retexture",),
        tool=True,
    ),
    _row(
        "remove_background",
        takes.RemoveBackground,
        N_("Cut out what a picture shows."),
        actions=_TOOLS,
        commands=("matting",),
        tool=True,
    ),
    _row("enhance", takes.Enhance, N_("Draw one picture of a draft in full quality.")),
    _row(
        "video_diffusion",
        takes.VideoDiffusion,
        N_("Make clips from a picture or a text."),
        kind=Kind.VIDEO,
        actions=CLIP_ACTIONS,
        commands=("video",),
    ),
    _row(
        "extend_video",
        takes.ExtendVideo,
        N_("Make a clip longer."),
        kind=Kind.VIDEO,
        actions=CLIP_ACTIONS,
    ),
    _row(
        "video_upscale",
        takes.VideoUpscale,
        N_("Make a clip 1080 lines high."),
        kind=Kind.VIDEO,
        price=Price(),
        actions=CLIP_ACTIONS,
    ),
)
