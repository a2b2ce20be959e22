"""The emulator's jobs, and how the providers wrap what it says of them: objects and errors as in
their manuals.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

# Youchuan's numbers: its manual's, and some from its table of statuses.
WAITING, RUNNING, SUCCEEDED, FAILED, MODERATED, INVALID, UNREACHABLE = 0, 1, 2, 4, 5, 8, 11
CANCELED = 14
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

    `files` are the names of what it yielded, "" for a removed one, `text` is what it wrote;
    `comment` is said in place of the status's own words.
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
    text: str = ""

    def stored(self) -> dict[str, Any]:
        """Plain data; `Work(**data)` gives it back."""
        return asdict(self)

    @property
    def provider(self) -> str:
        return self.operation.partition(".")[0]

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


def lingtu_job(work: Work, addresses: Sequence[str]) -> dict[str, Any]:
    """What Lingtu says of a job (manual: 查询任务结果)."""
    done = work.status == SUCCEEDED
    formats = [name.rpartition(".")[2] for name in work.files]
    word = _WORDS.get(work.status, "failed")
    return {
        "status": word,
        "message": work.comment or _MESSAGES[work.status] if word == "failed" else None,
        "urls": list(addresses) if done and addresses else None,
        "formats": formats if done and formats else None,
        "text": work.text or None,
    }


_WORDS = {WAITING: "waiting", RUNNING: "executing", SUCCEEDED: "succeed", CANCELED: "canceled"}
_MESSAGES = {
    FAILED: "生成失败",
    MODERATED: "图片审核未通过",
    INVALID: "参数错误",
    UNREACHABLE: "图片不能为空或无法访问",
}


class RefusedError(Exception):
    """The request is answered with the error of this reason; `said` in place of its own words."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.said = said


# From Youchuan's table of errors (错误描述); what is not there has a status but no reason.
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
    """The HTTP status and the body of an error of Youchuan's."""
    reason = str(refusal)
    status, message = _ERRORS[reason]
    return status, {"code": status, "message": refusal.said or message, "reason": reason}


# Lingtu's table of codes (常见错误码); what is not there are HTTP's own.
_LINGTU_ERRORS = {
    "400": "参数错误",
    "401": "签名校验失败",
    "429": "请求过于频繁",
    "800000": "剩余生成次数不足",
    "800001": "文本不能为空或长度过长",
    "800002": "图片不能为空或无法访问",
    "800003": "风格错误",
    "800004": "宽高比错误",
}


def lingtu_error(refusal: RefusedError) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of an error of Lingtu's, whose reason is its code."""
    code = int(str(refusal))
    message = refusal.said or _LINGTU_ERRORS[str(refusal)]
    return (code if code < 600 else 400), {"code": code, "message": message}


# DashScope's words, which the wrapper hands on (manual: Error Responses).
_WANXIANG_ERRORS = {
    "InvalidApiKey": (401, "Invalid API-key provided."),
    "InvalidParameter": (400, "Required parameter is missing or invalid."),
    "DataInspectionFailed": (400, "Input data may contain inappropriate content."),
    "Arrearage": (400, "Access denied, please make sure your account is in good standing."),
    "Throttling.RateQuota": (429, "Requests rate limit exceeded, please try again later."),
    "InternalError": (500, "An internal error has occured, please try again later."),
}
_REMOVED = {
    "code": "DataInspectionFailed",
    "message": "Output data may contain inappropriate content.",
}
_TIMED_OUT = {
    "code": "InternalError.Timeout",
    "message": "An internal timeout error has occured during execution, "
    "please try again later or contact service support.",
}
_UNREADABLE = {"code": "InvalidParameter", "message": "The prompt is invalid."}
_COMPLAINTS = {MODERATED: _REMOVED, INVALID: _UNREADABLE}
_TASK_STATES = {WAITING: "PENDING", RUNNING: "RUNNING", SUCCEEDED: "SUCCEEDED"}


def wanxiang_error(refusal: RefusedError) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of an error of DashScope's, whose reason is its code."""
    code = str(refusal)
    status, message = _WANXIANG_ERRORS[code]
    return status, {
        "code": code,
        "message": refusal.said or message,
        "request_id": str(uuid.uuid4()),
    }


def wanxiang_accepted(task_id: str) -> dict[str, Any]:
    """DashScope's answer to a job that it takes."""
    return _wrapped({"task_id": task_id, "task_status": "PENDING"})


def wanxiang_unknown(task_id: str) -> dict[str, Any]:
    """What DashScope says of a job that it does not know, or no longer."""
    return _wrapped({"task_id": task_id, "task_status": "UNKNOWN"})


def wanxiang_suspended(task_id: str) -> dict[str, Any]:
    """What DashScope says of a job that has to stand back."""
    return _wrapped({"task_id": task_id, "task_status": "SUSPENDED"})


def wanxiang_job(
    work: Work, addresses: Sequence[str], *, drawn: int, total: int
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of what DashScope says of a job; `drawn` of `total` are done.

    A place without an address has been removed.
    """
    task: dict[str, Any] = {
        "task_id": work.id,
        "task_status": _TASK_STATES.get(work.status, "FAILED"),
    }
    if work.status == SUCCEEDED:
        drawn, total = sum(map(bool, addresses)), len(addresses)
        task["results"] = [{"url": url} if url else _REMOVED for url in addresses]
        task["task_metrics"] = _metrics(total, drawn, total - drawn)
        return 200, {**_wrapped(task), "usage": {"image_count": drawn}}
    if work.status in {WAITING, RUNNING}:
        return 200, _wrapped({**task, "task_metrics": _metrics(total, drawn, 0)})
    complaint = _COMPLAINTS.get(work.status, _TIMED_OUT)
    return 400, _wrapped({**task, **complaint, "task_metrics": _metrics(total, 0, total)})


def tongyi_answer(prompt: str, text: str) -> dict[str, Any]:
    """An answer of Tongyi's, as DashScope writes it."""
    body = _wrapped({"finish_reason": "stop", "text": text})
    return {**body, "usage": {"input_tokens": len(prompt), "output_tokens": len(text)}}


def _wrapped(output: dict[str, Any]) -> dict[str, Any]:
    return {"output": output, "request_id": str(uuid.uuid4())}


def _metrics(total: int, succeeded: int, failed: int) -> dict[str, int]:
    return {"TOTAL": total, "SUCCEEDED": succeeded, "FAILED": failed}
