"""How Youchuan wraps what the emulator says: job objects and errors as in its manual."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

# The manual's numbers, and some from the provider's table of statuses.
RUNNING, SUCCEEDED, FAILED, MODERATED, INVALID, UNREACHABLE = 1, 2, 4, 5, 8, 11
_COMMENTS = {
    RUNNING: "执行中",
    SUCCEEDED: "成功",
    FAILED: "执行报错",
    MODERATED: "图片审核未通过",
    INVALID: "提示词格式错误，请重试",
    UNREACHABLE: "无效图片链接或获取图片超时",
}
_FAST_FEE = 50  # fen; what the one fast credit of the manual's sample costs


@dataclass(frozen=True)
class Work:
    """One job of the emulator; `fee` in fen, `created` in milliseconds.

    `files` are the names of its pictures or clips, "" for a removed one; `comment` is said in place
    of the status's own words.
    """

    id: str
    operation: str
    body: dict[str, Any]
    prompt: str
    seed: int
    fee: int
    created: int
    traits: list[str] = field(default_factory=list)
    status: int = RUNNING
    comment: str = ""
    files: list[str] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """Plain data; `Work(**data)` gives it back."""
        return asdict(self)

    @property
    def follows(self) -> str:
        """The id of the job that it goes on from; empty when it stands alone."""
        return str(self.body.get("jobId", ""))


def youchuan_job(work: Work, addresses: Sequence[str]) -> dict[str, Any]:
    """Youchuan's job object (manual: 任务回调通知演示)."""
    return {
        "id": work.id,
        "text": work.prompt,
        "urls": list(addresses),
        "status": work.status,
        "comment": work.comment or _COMMENTS[work.status],
        "cost": youchuan_cost(work),
        "audits": ["" if name else "涉政" for name in work.files],
        "seed": work.seed if work.status == SUCCEEDED else 0,
    }


def youchuan_cost(work: Work) -> dict[str, Any]:
    """What a job cost, as in the job object."""
    return {
        "jobId": work.id,
        "fastCost": -(-work.fee // _FAST_FEE),
        "relaxCost": 0,
        "feeCost": work.fee,
        "costAt": stamp(work.created),
    }


def stamp(instant: int) -> str:
    """An instant in milliseconds the way Youchuan writes it."""
    at = datetime.fromtimestamp(instant / 1000, UTC)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


class RefusedError(Exception):
    """The request is answered with the error of this reason."""


# From the manual's table of errors (错误描述); what is not there has a status but no reason.
_ERRORS = {
    "Invalid_Argument": (400, "无效参数"),
    "Server_Busy": (503, "服务器忙碌"),
    "Invalid_App_Identifier": (401, "无效App身份"),
    "Invalid_Prompt_Parameter": (400, "无效Prompt参数"),
    "Account_Fee_Not_Enough": (402, "账户余额不足"),
    "Job_ReUpscale_Not_Support": (400, "高清任务不支持再次高清"),
    "Upscale_Not_Support": (403, "高清任务不支持此操作"),
    "Not_Support": (405, "不支持此操作"),
    "Not_Found": (404, "任务不存在"),
    "No_Moodboard": (404, "Moodboard不存在"),
}


def youchuan_error(refusal: RefusedError) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of an error."""
    reason = str(refusal)
    status, message = _ERRORS[reason]
    return status, {"code": status, "message": message, "reason": reason}
