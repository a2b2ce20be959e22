"""Jumdata as the emulator plays it: its signed forms, its codes, and its two states."""

import hmac
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from aiohttp import web
from aiohttp.http import HttpProcessingError
from pydantic import Field

from bot.operations import Call, Operation, Params
from bot.sandbox import art, hands
from bot.sandbox.envelopes import RefusedError, Work
from bot.sandbox.inputs import Given
from bot.sandbox.jumdata_envelopes import jumdata_accepted, jumdata_error, jumdata_job
from bot.sandbox.reading import UnreadableError, read_fields
from bot.sandbox.rehearsals import Rehearsal, steering
from bot.sandbox.services import Made, Order, Step
from bot.sandbox.takes import Take
from bot.sandbox.works import Works, write

_WINDOW_MS = 300_000  # that a request's clock may differ
_KEPT_MS = 30 * 24 * 3600 * 1000
_TIMESTAMP = re.compile("[0-9]{13}")
_FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_SIZES = {"1024*1024": (1024, 1024), "1024*1536": (1024, 1536), "1536*1024": (1536, 1024)}
_FAULTS = {
    "text": "text不能为空或长度过长",
    "resolution": "分辨率值不正确",
    "style": "风格值不正确",
    "num": "num值不正确",
    "taskId": "taskId不能为空",
}


class _Draw(Params):
    """A request as the manual has it, of which nothing is left to guess (manual: 业务参数)."""

    text: str = Field(min_length=1, max_length=100)
    resolution: Literal["1024*1024", "1024*1536", "1536*1024"]
    style: Literal[
        "探索无限",
        "古风",
        "二次元",
        "写实风格",
        "浮世绘",
        "low poly",
        "未来主义",
        "像素风格",
        "概念艺术",
        "赛博朋克",
        "洛丽塔风格",
        "巴洛克风格",
        "超现实主义",
        "水彩画",
        "蒸汽波艺术",
        "油画",
        "卡通画",
    ]
    num: int = Field(default=1, ge=1, le=6)


class Jumdata:
    """The service. Any app will do, but it must sign with this secret."""

    name = "jumdata"
    has_holes = False

    def __init__(self, works: Works, *, secret: str) -> None:
        self._works, self._secret = works, secret
        self._rehearsal = Rehearsal(busy="606", credit="999", moderated="202", timeout="610")

    async def asked(self, row: Operation | Call, request: web.Request) -> Params:
        if request.content_type not in _FORMS:
            raise RefusedError("400")
        fields = self._admitted(await _form(request))
        try:
            return read_fields(_Draw if isinstance(row, Operation) else row.params, fields)
        except UnreadableError as error:
            raise RefusedError("400", _FAULTS.get(error.field, "")) from None

    def _admitted(self, form: Mapping[str, str]) -> dict[str, str]:
        """The fields of a form beside those that show who asks."""
        rest = dict(form)
        app_id, timestamp, sign = (rest.pop(name, "") for name in ("appId", "timestamp", "sign"))
        for name, value in (("appId", app_id), ("timestamp", timestamp), ("sign", sign)):
            if not value:
                raise RefusedError("400", f"{name}不能为空")
        whole = f"{app_id}{self._secret}{timestamp}"
        proof = sha256(whole.encode(errors="surrogateescape")).hexdigest()
        if not hmac.compare_digest(sign.encode(errors="surrogateescape"), proof.encode()):
            raise RefusedError("400", "sign签名错误")
        if not _TIMESTAMP.fullmatch(timestamp) or abs(_now() - int(timestamp)) > _WINDOW_MS:
            raise RefusedError("400", "timestamp已过期")
        return rest

    def accept(self, operation: Operation, params: Params) -> Work:
        body = params.body()
        work = Work(
            id=str(10**18 + secrets.randbelow(8 * 10**18)),
            operation=operation.name,
            body=body,
            prompt=body["text"],
            seed=secrets.randbelow(2**32),
            fee=0,
            created=_now(),
        )
        self._rehearsal.refuse(work)
        return work

    def accepted(self, work: Work) -> Any:
        return jumdata_accepted(work)

    async def answer(self, call: Call, params: Any) -> Any:
        work = self._works.get(params.task_id)
        if work is None or work.provider != self.name or _now() - work.created > _KEPT_MS:
            raise RefusedError("201")
        return self.described(work)

    def described(self, work: Work) -> Any:
        return jumdata_job(work, self._works.addresses(work))

    def order(self, work: Work) -> Order:
        asked = _Draw.model_validate(work.body)
        count = asked.num - 1 if "fewer" in steering(work) and asked.num > 1 else asked.num

        def make(_given: Mapping[str, Given]) -> Sequence[Step]:
            return [
                partial(_drawn, work, asked, index, self._works.folder) for index in range(count)
            ]

        return Order(needed=(), make=make)

    def error(self, refusal: RefusedError) -> tuple[int, dict[str, Any]]:
        return jumdata_error(refusal)


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form, each of them said once and in words."""
    try:
        posted = await request.post()
    except (HttpProcessingError, LookupError, RuntimeError, ValueError):
        raise RefusedError("400") from None
    fields = {name: value for name, value in posted.items() if isinstance(value, str)}
    if len(fields) != len(posted):
        raise RefusedError("400")
    return fields


def _drawn(work: Work, asked: _Draw, index: int, folder: Path) -> Made:
    take = Take(_SIZES[asked.resolution], work.seed, index)
    name = f"{work.id}-{index}.png"
    write(folder / name, art.encode(hands.jumdata(asked.text, take, asked.style)))
    return Made(files=[name])


def _now() -> int:
    return int(time.time() * 1000)
