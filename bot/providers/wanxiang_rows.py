"""The wrapper's rows of the catalog: Tongyi's chat, Wanxiang's pictures and their results."""

from dataclasses import replace

from bot.operations import Call, Kind, Operation, Row
from bot.providers.tool_actions import TOOL_ACTIONS
from bot.providers.wanxiang_params import Chat, Image, ResultQuery
from bot.text import N_

CHAT = Operation(
    name="wanxiang.chat",
    path="/v1/tongyi",
    params=Chat,
    kind=Kind.TEXT,
    summary=N_("Ask Tongyi something, or have it write for you."),
    instant=True,
    commands=("chat", "prompt improve", "prompt translate"),
)
IMAGE = Operation(
    name="wanxiang.image",
    path="/v1/wanxiang",
    params=Image,
    kind=Kind.IMAGE,
    summary=N_("Draw pictures from a text with Wanxiang."),
    # Its pictures have no follow-ups of their own, so there is room for buttons with words.
    actions=tuple(replace(action, row=Row.IMAGE, emoji=None) for action in TOOL_ACTIONS),
    commands=("imagine",),
)
OPERATIONS = (CHAT, IMAGE)

RESULTS = Call(
    name="wanxiang.results",
    path="/v1/wanxiang-results",
    params=ResultQuery,
    summary=N_("Ask how a job stands."),
)
