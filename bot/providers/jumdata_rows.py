"""Jumdata's rows of the catalog: drawing, and asking how a drawing stands."""

from bot.operations import Call, Kind, Operation
from bot.providers.jumdata_params import Draw, ResultQuery
from bot.providers.tool_actions import OWN_ACTIONS
from bot.text import N_

DRAW = Operation(
    name="jumdata.draw",
    path="/ai/draw/submit",
    params=Draw,
    kind=Kind.IMAGE,
    summary=N_("Draw one to six pictures from a short text with Jumdata."),
    actions=OWN_ACTIONS,
    commands=("imagine",),
)
OPERATIONS = (DRAW,)

QUERY = Call(
    name="jumdata.query",
    path="/ai/draw/query",
    method="POST",
    params=ResultQuery,
    summary=N_("Ask how a job stands."),
)
