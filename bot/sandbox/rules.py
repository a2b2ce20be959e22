"""Which jobs may follow which: what the manual says about that, as a table."""

from collections.abc import Mapping

from bot.operations import Operation, Params
from bot.providers import catalog
from bot.providers.youchuan_params import MOST_EXTENSIONS
from bot.sandbox.envelopes import SUCCEEDED, RefusedError, Work

_UPSCALE, _ENHANCE = "youchuan.upscale", "youchuan.enhance"
_EXTEND = "youchuan.extend_video"
_V8 = "v8.1"

_ALL = frozenset(name for name, row in catalog().items() if "job_id" in row.params.model_fields)
_OF_CLIPS = frozenset({_EXTEND, "youchuan.video_upscale"})
_OF_PICTURES = _ALL - _OF_CLIPS - {"youchuan.reroll"}
_CANVAS = frozenset({"youchuan.pan", "youchuan.outpaint", "youchuan.inpaint"})

# These operations, after a result with this trait, are refused with this reason.
_REFUSED = (
    (_ALL, "cutout", "Not_Support"),
    (_ALL - {_UPSCALE}, "painted", "Not_Support"),
    (_OF_PICTURES, "video", "Invalid_Argument"),
    (frozenset({_EXTEND}), f"extended{MOST_EXTENSIONS}", "Not_Support"),
    (_OF_CLIPS, "1080p", "Upscale_Not_Support"),
    (_CANVAS | {_ENHANCE}, _V8, "Invalid_Argument"),
    (_CANVAS, "oref", "Invalid_Argument"),
)
# And these, unless the result has this trait.
_NEEDED: Mapping[str, str] = {**dict.fromkeys(_OF_CLIPS, "video"), _ENHANCE: "draft"}
_ONLY_V5 = frozenset({2, 3})  # types of an upscale


def check_follow_up(operation: Operation, params: Params, parent: Work) -> None:
    """RefusedError when a job may not be followed in this way.

    InvalidRequestError: the prompt of the follow-up cannot be read.
    """
    body = params.body()
    # A prompt may choose another model than the job's.
    traits = frozenset(parent.traits) | (params.traits(frozenset()) & {_V8})
    if operation.name == parent.operation == _UPSCALE:
        raise RefusedError("Job_ReUpscale_Not_Support")
    for operations, trait, reason in _REFUSED:
        if operation.name in operations and trait in traits:
            raise RefusedError(reason)
    needed = _NEEDED.get(operation.name)
    if needed and needed not in traits:
        raise RefusedError("Invalid_Argument")
    if operation.name == _UPSCALE and body["type"] in _ONLY_V5 and "v5.2" not in traits:
        raise RefusedError("Invalid_Argument")
    number = body.get("imageNo", body.get("videoNo"))
    chosen = parent.files if number is None else parent.files[number : number + 1]
    if parent.status != SUCCEEDED or not any(chosen):
        raise RefusedError("Invalid_Argument")
