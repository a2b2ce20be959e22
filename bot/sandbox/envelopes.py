"""How each provider wraps what the emulator says: job objects and errors as in the manuals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Work:
    """One job of the emulator. `pictures` are file names, "" where moderation removed one."""

    id: str
    operation: str
    body: dict[str, Any]
    prompt: str
    seed: int
    status: int = 1
    comment: str = "执行中"
    fee: int = 50
    pictures: list[str] = field(default_factory=list)
    audits: list[str] = field(default_factory=list)

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
        "comment": work.comment,
        "cost": {
            "jobId": work.id,
            "fastCost": 1,
            "relaxCost": 0,
            "feeCost": work.fee,
            "costAt": "2026-01-01T00:00:00.000000Z",
        },
        "audits": list(work.audits),
        "seed": work.seed if work.status == 2 else 0,
    }


# The manual's table of errors (错误描述), by reason.
YOUCHUAN_ERRORS = {
    "Internal_Server_Error": (500, "服务器内部错误"),
    "Invalid_Argument": (400, "无效参数"),
    "Server_Busy": (503, "服务器忙碌"),
    "Request_Timout": (503, "请求处理超时"),
    "Invalid_App_Identifier": (401, "无效App身份"),
    "Invalid_Prompt_Parameter": (400, "无效Prompt参数"),
    "Max_Concurrent_Limited": (429, "已达当前套餐最大并发"),
    "Account_Fee_Not_Enough": (402, "账户余额不足"),
    "Job_ReUpscale_Not_Support": (400, "高清任务不支持再次高清"),
    "Msg_Sensitive": (403, "Prompt包含敏感词汇"),
    "Not_Support": (405, "不支持此操作"),
    "Not_Found": (404, "任务不存在"),
}


def youchuan_error(reason: str) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of an error."""
    status, message = YOUCHUAN_ERRORS[reason]
    return status, {"code": status, "reason": reason, "message": message}
