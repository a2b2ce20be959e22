"""What Youchuan's errors and statuses mean: each with a class and a sentence to act on.

The spelling of names and texts is the provider's (manual: 错误描述, and the table of statuses).
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.errors import (
    AuthError,
    CreditError,
    ModerationError,
    ProviderError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.providers.base import Reason, clean, number
from bot.text import N_
from bot.wire import State

_AT_ONCE = N_("The Youchuan account draws as many jobs at once as it may; try again in a moment.")

REASONS: Mapping[str, Reason] = {
    "Internal_Server_Error": (
        UncertainError,
        N_("Midjourney had a fault of its own; whether it took the job is not known."),
    ),
    "Invalid_Argument": (
        RejectedError,
        N_("Midjourney does not accept one of the values; change the request and try again."),
    ),
    "Permission_Denied": (
        RejectedError,
        N_("The Youchuan account may not do this; an admin has to check its plan."),
    ),
    "Server_Busy": (
        UnavailableError,
        N_("Midjourney is too busy to take jobs at the moment; please try again in a while."),
    ),
    "Request_Timout": (
        UncertainError,
        N_("Midjourney took too long to answer; whether it took the job is not known."),
    ),
    "Invalid_App_Identifier": (
        AuthError,
        N_("Youchuan does not accept this bot's app id and secret; an admin has to correct them."),
    ),
    "Invalid_Prompt_Parameter": (
        RejectedError,
        N_("Midjourney does not accept a parameter of the prompt; check what follows “--”."),
    ),
    "No_More_Relax_Credit": (
        CreditError,
        N_("The Youchuan account has used up its relax mode; draw in fast mode instead."),
    ),
    "Relax_Not_Allow": (
        RejectedError,
        N_("The Youchuan account has no relax mode; take “--relax” out of the prompt."),
    ),
    "Max_Concurrent_Limited": (
        RateLimitError,
        _AT_ONCE,
    ),
    "Account_Fee_Not_Enough": (
        CreditError,
        N_("The Youchuan account has no money left; an admin has to top it up."),
    ),
    "Cancel_Job_Not_Runnig": (
        RejectedError,
        N_("This job is not running any more, so it cannot be canceled."),
    ),
    "Job_ReUpscale_Not_Support": (
        RejectedError,
        N_("An upscaled picture cannot be upscaled again; go back to the original."),
    ),
    "Msg_Sensitive": (
        ModerationError,
        N_("Midjourney's moderation refused the words of the prompt; say it differently."),
    ),
    "Upscale_Not_Support": (
        RejectedError,
        N_("This cannot be done with an upscaled picture; go back to the original."),
    ),
    "Not_Support": (
        RejectedError,
        N_("Midjourney cannot do this with this picture; edited ones can only be upscaled."),
    ),
    "No_Avaliable_Plan": (
        CreditError,
        N_("The Youchuan account has no valid plan; an admin has to renew it."),
    ),
}


class Standing(NamedTuple):
    """What one value of a job's status means; `free`: documented as not charged."""

    name: str
    text: str
    state: State
    error: type[ProviderError] = ProviderError
    sentence: str = ""
    free: bool = False


_FAILED = State.FAILED
_BAD_PROMPT = N_("Midjourney cannot read the prompt; check its parameters. Nothing was charged.")
_TOO_LONG = N_("Midjourney gave this job up because it took too long; please try again.")
_NO_REASON = N_("Midjourney gave this job up without a reason; please try again.")

# The index is the status. Texts are as they are sent; they count more than all but five numbers.
_STANDINGS = (
    Standing("JobStatusCreated", "已创建", State.PENDING),
    Standing("JobStatusRunning", "执行中", State.RUNNING),
    Standing("JobStatusSuccess", "成功", State.SUCCEEDED),
    Standing("JobStatusFail", "未知错误", _FAILED, UnavailableError, _NO_REASON),
    Standing(
        "JobStatusError",
        "执行报错",
        _FAILED,
        UnavailableError,
        N_("Midjourney had a fault while drawing this; please try again."),
    ),
    Standing(
        "JobStatusReject",
        "图片审核未通过",
        _FAILED,
        ModerationError,
        N_("Midjourney's moderation refused the pictures; change the prompt and try again."),
    ),
    Standing(
        "JobStatusTextReject",
        "文本审核未通过",
        _FAILED,
        ModerationError,
        N_("Midjourney's moderation refused the words of the prompt. Nothing was charged."),
        free=True,
    ),
    Standing(
        "JobStatusBadPrompt", "提示词格式错误", _FAILED, RejectedError, _BAD_PROMPT, free=True
    ),
    Standing(
        "JobStatusInvalidParameter",
        "提示词格式错误，请重试",
        _FAILED,
        RejectedError,
        _BAD_PROMPT,
        free=True,
    ),
    Standing("JobStatusTimeout", "任务失败（超时）", _FAILED, UnavailableError, _TOO_LONG),
    Standing("JobStatusRequestTimeout", "任务失败（超时）", _FAILED, UnavailableError, _TOO_LONG),
    Standing(
        "JobStatusInvalidImagePromptLink",
        "无效图片链接或获取图片超时",
        _FAILED,
        RejectedError,
        N_("Midjourney could not fetch a picture of the prompt; check its address or upload it."),
    ),
    Standing(
        "JobStatusMaxConcurrentLimited",
        "您已达到同时任务数上限",
        _FAILED,
        RateLimitError,
        _AT_ONCE,
    ),
    Standing(
        "JobStatusCreditNotEnough",
        "您当前任务额度已用完",
        _FAILED,
        CreditError,
        N_("The Youchuan account has no jobs left; an admin has to top it up."),
    ),
    Standing("JobStatusCanceled", "任务已经取消", State.CANCELED),
    Standing("JobStatusQueued", "排队中", State.PENDING),
    Standing(
        "JobStatusImagePromptDenied",
        "图片prompt敏感",
        _FAILED,
        ModerationError,
        N_("Midjourney's moderation refused a picture of the prompt; use another one."),
    ),
    Standing(
        "JobStatusDuplicateImage",
        "存在重复图片",
        _FAILED,
        RejectedError,
        N_("The prompt holds the same picture twice; leave one of them out."),
    ),
)
_SURE = frozenset({0, 1, 2, 14, 15})
_UNKNOWN = Standing("", "", _FAILED, UnavailableError, _NO_REASON)
_STILL = Standing("", "", State.PENDING)


def standing_of(status: Any, comment: Any) -> Standing:
    """How a job stands by its status number and its comment, which counts more than most."""
    given = number(status)
    numbered = _UNKNOWN
    if given is not None and 0 <= given < len(_STANDINGS):
        numbered = _STANDINGS[given]
        # 9 and 10 share their text, so a comment that fits its number is left alone.
        if given in _SURE or _folded(comment) == _folded(numbered.text):
            return numbered
    named = standing_named(comment) or standing_named(status)
    if named is not None:
        return named
    return _STILL if given is None or given < 0 else numbered


def _folded(text: Any) -> str:
    # Full-width punctuation, spaces and underscores differ between editions of the manual.
    return re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", clean(text)).casefold())


def standing_named(comment: Any) -> Standing | None:
    """The standing of a comment: by name or text, or a failure whose text it begins with."""
    given = _folded(comment)
    if not given:
        return None
    for standing in _STANDINGS:
        if given in {_folded(standing.name), _folded(standing.text)}:
            return standing
    failures = (each for each in _STANDINGS if each.state is State.FAILED)
    return next((each for each in failures if given.startswith(_folded(each.text))), None)
