"""How Jumdata wraps what it says: always HTTP 200, with a code of its own in the body."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bot.sandbox.envelopes import SUCCEEDED, RefusedError, Work

_TIMED_OUT = "610"  # after which it cannot tell whether it has charged
_CHINA = timezone(timedelta(hours=8))

# Its table of codes (code返回码说明); "999" is whatever the table has no code for.
_MESSAGES = {
    "201": "taskId不存在",
    "202": "文本黄反拦截",
    "400": "参数错误",
    "606": "调用超限，请稍候再试",
    _TIMED_OUT: "请求超时",
    "999": "账户余额不足",
}


def jumdata_accepted(work: Work) -> dict[str, Any]:
    """The answer to a request that is taken, which is when it is paid for."""
    # The manual's taskId is text, the real one is written as a number.
    return _enveloped("200", "成功", charge=True, data={"taskId": int(work.id)})


def jumdata_job(work: Work, addresses: Sequence[str]) -> dict[str, Any]:
    """What Jumdata says of a job: done, or not yet; it has no word for one that failed."""
    done = work.status == SUCCEEDED
    at = datetime.fromtimestamp(work.created / 1000, UTC).astimezone(_CHINA)
    data = {
        "img": addresses[0] if done else None,
        "imgUrls": [{"image": address} for address in addresses] if done else None,
        "createTime": f"{at:%Y-%m-%d %H:%M:%S}",
        "status": int(done),
    }
    return _enveloped("200", "成功", charge=False, data=data)


def jumdata_error(refusal: RefusedError) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the body of an error of Jumdata's, whose reason is its code."""
    code = str(refusal)
    body = _enveloped(code, refusal.said or _MESSAGES[code], charge=False)
    if code == _TIMED_OUT:
        del body["charge"]
    return 200, body


def _enveloped(code: str, message: str, *, charge: bool, **rest: Any) -> dict[str, Any]:
    number = "".join(str(secrets.randbelow(10)) for _ in range(24))
    return {"code": int(code), "msg": message, "taskNo": number, "charge": charge, **rest}
