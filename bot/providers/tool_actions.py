"""The buttons that any provider's pictures have: tools that take the picture's own file."""

from dataclasses import replace

from bot.operations import Action, Row
from bot.providers.lingtu_choices import ENLARGE
from bot.text import N_

_NO_PICTURE = frozenset({"text", "vector", "video"})

TOOL_ACTIONS = (
    Action(
        key="enlarge",
        label=N_("Enlarge"),
        emoji="🔍",
        operation="lingtu.upscale",
        row=Row.MORE,
        preset={"type": ENLARGE, "multiple": 2},
        unless=_NO_PICTURE,
    ),
    Action(
        key="vectorize",
        label=N_("Vectorize"),
        emoji="📐",
        operation="lingtu.vector",
        row=Row.MORE,
        unless=_NO_PICTURE,
    ),
    Action(
        key="matting",
        label=N_("Remove background"),
        emoji="✂️",
        operation="lingtu.matting",
        row=Row.MORE,
        unless=_NO_PICTURE | {"cutout"},
        refusal=N_("The background of this picture is gone already."),
    ),
    Action(
        key="similar",
        label=N_("Similar"),
        emoji="👯",
        operation="lingtu.reimage",
        row=Row.MORE,
        unless=_NO_PICTURE,
    ),
    Action(
        key="describe",
        label=N_("Describe"),
        emoji="📝",
        operation="lingtu.img2text",
        row=Row.MORE,
        unless=_NO_PICTURE,
    ),
)

# Where no follow-ups of a provider's own stand beside them, there is room for words.
OWN_ACTIONS = tuple(replace(action, row=Row.IMAGE, emoji=None) for action in TOOL_ACTIONS)
