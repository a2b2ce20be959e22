"""The wrapper's rows of the catalog: Tongyi's chat, Wanxiang's pictures and their results."""

from bot.operations import Call, Kind, Operation
from bot.providers.tool_actions import OWN_ACTIONS
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
    actions=OWN_ACTIONS,
    commands=("imagine",),
)
OPERATIONS = (CHAT, IMAGE)

RESULTS = Call(
    name="wanxiang.results",
    path="/v1/wanxiang-results",
    params=ResultQuery,
    summary=N_("Ask how a job stands."),
)
