"""How Youchuan wraps what the emulator says: job objects and errors as in its manual."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

RUNNING, SUCCEEDED, FAILED, MODERATED = 1, 2, 4, 5  # the manual's numbers
_COMMENTS = {RUNNING: "执行中", SUCCEEDED: "成功", FAILED: "执行报错", MODERATED: "图片审核未通过"}


@dataclass
class Work:
    """One job of the emulator; `fee` in fen, `pictures` are file names, "" for a removed one."""

    id: str
    operation: str
    body: dict[str, Any]
    prompt: str
    seed: int
    fee: int
    status: int = RUNNING
    pictures: list[str] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """Plain data; `Work(**data)` gives it back."""
        return asdict(self)


def youchuan_job(work: Work, addresses: Sequence[str]) -> dict[str, Any]:
    """Youchuan's job object (manual: 任务回调通知演示)."""
    return {
        "id": work.id,
        "text": work.prompt,
        "urls": list(addresses),
        "status": work.status,
        "comment": _COMMENTS[work.status],
        "cost": {
            "jobId": work.id,
            "fastCost": 1,
            "relaxCost": 0,
            "feeCost": work.fee,
            "costAt": "2026-01-01T00:00:00.000000Z",
        },
        "audits": ["" if name else "涉政" for name in work.pictures],
        "seed": work.seed if work.status == SUCCEEDED else 0,
    }


# From the manual's table of errors (错误描述); a job that is not there has a status but no reason.
_ERRORS = {
    "Invalid_Argument": (400, "无效参数"),
    "Server_Busy": (503, "服务器忙碌"),
    "Invalid_App_Identifier": (401, "无效App身份"),
    "Invalid_Prompt_Parameter": (400, "无效Prompt参数"),
    "Account_Fee_Not_Enough": (402, "账户余额不足"),
    "Job_ReUpscale_Not_Support": (400, "高清任务不支持再次高清"),
    "Not_Found": (404, "任务不存在"),
}


def youchuan_error(reason: str) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of an error."""
    status, message = _ERRORS[reason]
    return status, {"code": status, "message": message, "reason": reason}
