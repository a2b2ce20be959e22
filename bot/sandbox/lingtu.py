"""Lingtu as the emulator plays it: its signatures, its codes, and jobs that wait first."""

import hmac
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Annotated, Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from bot.errors import InvalidRequestError, ProtocolError
from bot.operations import Call, Catalog, Operation, Params
from bot.providers.lingtu_rows import JobCancel, JobQuery
from bot.sandbox import lingtu_studio
from bot.sandbox.envelopes import WAITING, RefusedError, Work, lingtu_error, lingtu_job
from bot.sandbox.reading import UnreadableError, read_params
from bot.sandbox.rehearsals import Rehearsal
from bot.sandbox.services import Order
from bot.sandbox.works import Works
from bot.wire import parse_json

_WINDOW = 300.0  # seconds that a request's clock may differ
_REMEMBERED = 600.0  # seconds; by then a request with the same salt is out of the window
_TIMESTAMP = re.compile("[0-9]{1,12}")
# The fields whose faults have a code of their own (manual: 常见错误码).
_CODES = {
    "prompt": "800001",
    "image": "800002",
    "mask": "800002",
    "cref_images": "800002",
    "goods": "800002",
    "background": "800002",
    "style": "800003",
    "ar": "800004",
}


class Lingtu:
    """The service; `cancel` says whether a job was still waiting.

    Any app will do, but it must sign with this secret.
    """

    name = "lingtu"
    has_holes = False

    def __init__(
        self,
        rows: Catalog,
        works: Works,
        cancel: Callable[[Work], Awaitable[bool]],
        *,
        secret: str,
    ) -> None:
        self._rows, self._works, self._cancel, self._secret = rows, works, cancel, secret
        self._rehearsal = Rehearsal(credit="800000", busy="429")
        self._salts: dict[str, float] = {}  # with when they came, the oldest first

    async def asked(self, row: Operation | Call, request: web.Request) -> Params:
        self._admit(request)
        try:
            return await read_params(row.params, request)
        except UnreadableError as error:
            raise _invalid(row, error.data) from None

    def _admit(self, request: web.Request) -> None:
        names = ("appId", "timestamp", "salt", "sign")
        given = [request.headers.get(name, "") for name in names]
        app_id, timestamp, salt, sign = given
        whole = f"{app_id}{request.path}{salt}{timestamp}{self._secret}"
        proof = sha256(whole.encode(errors="surrogateescape")).hexdigest()
        signed = hmac.compare_digest(sign.encode(errors="surrogateescape"), proof.encode())
        if not all(given) or not signed:
            raise RefusedError("401")
        now = time.time()
        if not _TIMESTAMP.fullmatch(timestamp) or abs(now - int(timestamp)) > _WINDOW:
            raise RefusedError("401", "timestamp已过期")
        self._use(salt, now)

    def _use(self, salt: str, now: float) -> None:
        while self._salts and now - next(iter(self._salts.values())) > _REMEMBERED:
            del self._salts[next(iter(self._salts))]
        if salt in self._salts:
            raise RefusedError("401", "salt不能重复使用")
        self._salts[salt] = now

    def accept(self, operation: Operation, params: Params) -> Work:
        body = params.body()
        if "requestId" not in body:
            raise RefusedError("400", "requestId不能为空")
        job_id = _job_id(body["requestId"])
        known = self._works.get(job_id)
        if known is not None:
            return known
        work = Work(
            id=job_id,
            operation=operation.name,
            body=body,
            prompt=params.own_prompt(),
            seed=secrets.randbelow(2**32),
            fee=0,
            created=int(time.time() * 1000),
            status=WAITING,
        )
        self._rehearsal.refuse(work)
        return work

    def accepted(self, work: Work) -> Any:
        return int(work.id)

    async def answer(self, call: Call, params: Params) -> Any:
        answers: Mapping[str, Callable[[Any], Awaitable[Any]]] = {
            "lingtu.job_result": self._show,
            "lingtu.job_cancel": self._take_back,
        }
        return await answers[call.name](params)

    def described(self, work: Work) -> Any:
        return lingtu_job(work, self._works.addresses(work))

    def order(self, work: Work) -> Order:
        params = self._rows[work.operation].params.model_validate(work.body)
        return lingtu_studio.order(work, params, self._works.folder)

    def error(self, refusal: RefusedError) -> tuple[int, dict[str, Any]]:
        return lingtu_error(refusal)

    def _work(self, job_id: str) -> Work:
        work = self._works.get(job_id)
        if work is None or work.provider != self.name:
            raise RefusedError("400", "任务不存在")
        return work

    async def _show(self, asked: JobQuery) -> Any:
        return self.described(self._work(asked.job_id))

    async def _take_back(self, asked: JobCancel) -> Any:
        if await self._cancel(self._work(asked.job_id)):
            return {"success": True, "message": ""}
        return {"success": False, "message": "任务已开始执行，无法取消"}


def _job_id(request_id: str) -> str:
    """Nineteen digits, the same for the same request, also after a restart."""
    number = int.from_bytes(sha256(request_id.encode(errors="replace")).digest()[:8], "big")
    return str(10**18 + number % (8 * 10**18))


def _invalid(row: Operation | Call, data: bytes) -> RefusedError:
    """A refusal by the first of the fields that is wrong and has a code of its own."""
    try:
        body = parse_json(data)
    except ProtocolError:
        return RefusedError("400")
    if isinstance(body, dict):
        for name, info in row.params.model_fields.items():
            if name in _CODES and not _fits(info, body):
                return RefusedError(_CODES[name])
    return RefusedError("400")


def _fits(info: FieldInfo, body: Mapping[str, Any]) -> bool:
    """Whether a field's value in a body is such as its row says."""
    name = info.alias or ""
    if name not in body:
        return not info.is_required()
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    try:
        TypeAdapter(kind).validate_json(json.dumps(body[name]), strict=True)
    except (ValidationError, InvalidRequestError):
        return False
    return True
