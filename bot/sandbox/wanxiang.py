"""Tongyi's chat and Wanxiang's pictures as the emulator plays them, behind one small service."""

import hmac
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import Field

from bot.operations import Call, Operation, Params
from bot.sandbox import art, hands, tongyi
from bot.sandbox.envelopes import (
    MODERATED,
    RUNNING,
    SUCCEEDED,
    WAITING,
    RefusedError,
    Work,
    tongyi_answer,
    wanxiang_accepted,
    wanxiang_error,
    wanxiang_job,
    wanxiang_suspended,
    wanxiang_unknown,
)
from bot.sandbox.inputs import Given
from bot.sandbox.reading import UnreadableError, read_params
from bot.sandbox.rehearsals import Rehearsal, steering
from bot.sandbox.services import Made, Order, Step
from bot.sandbox.takes import Take
from bot.sandbox.works import Works, write

CHAT, IMAGE = "wanxiang.chat", "wanxiang.image"
_PICTURES = 4
_SIZE = (1024, 1024)
_KEPT_MS = 24 * 3600 * 1000
_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class _Said(Params):
    """What both of its submits take: a text, and nothing else."""

    prompt: str = Field(min_length=1, max_length=30_000)


class Wanxiang:
    """The service. Whoever sends a token must send this secret; results need one."""

    name = "wanxiang"
    has_holes = True

    def __init__(self, works: Works, *, secret: str) -> None:
        self._works, self._token = works, secret
        self._rehearsal = Rehearsal(busy="Throttling.RateQuota", credit="Arrearage")
        self._rehearsed: set[tuple[str, str]] = set()  # what was rehearsed once already

    async def asked(self, row: Operation | Call, request: web.Request) -> Params:
        self._admit(row, request)
        model = _Said if isinstance(row, Operation) else row.params
        try:
            return await read_params(model, request)
        except UnreadableError as error:
            said = f"Required parameter({error.field}) is missing or invalid."
            raise RefusedError("InvalidParameter", said if error.field else "") from None

    def _admit(self, row: Operation | Call, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if not given and isinstance(row, Operation):  # manual: Auth required : False
            return
        wanted = f"Bearer {self._token}".encode()
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), wanted):
            raise RefusedError("InvalidApiKey")

    def accept(self, operation: Operation, params: Params) -> Work:
        body = params.body()
        drawn = operation.name == IMAGE
        work = Work(
            id=str(uuid.uuid4()),
            operation=operation.name,
            body=body,
            prompt=body["prompt"] if drawn else tongyi.heard(body["prompt"]).said,
            seed=secrets.randbelow(2**32),
            fee=0,
            created=_now(),
            status=WAITING if drawn else RUNNING,
        )
        self._rehearsal.refuse(work)
        return work

    def accepted(self, work: Work) -> Any:
        if work.operation == IMAGE:
            return wanxiang_accepted(work.id)
        if work.status != SUCCEEDED:
            moderated = work.status == MODERATED
            raise RefusedError("DataInspectionFailed" if moderated else "InternalError")
        return tongyi_answer(work.body["prompt"], work.text)

    async def answer(self, call: Call, params: Any) -> Any:
        work = self._works.get(params.task_id)
        if work is None or work.operation != IMAGE or _now() - work.created > _KEPT_MS:
            return wanxiang_unknown(params.task_id)
        if self._is_first(work, "garbled"):
            return web.Response(text=_GATEWAY, content_type="text/html")
        if self._is_first(work, "unknown"):
            return wanxiang_unknown(work.id)
        return self.described(work)

    def _is_first(self, work: Work, word: str) -> bool:
        """Whether a job's words ask for something that has not been done with it yet."""
        if word not in steering(work) or (work.id, word) in self._rehearsed:
            return False
        self._rehearsed.add((work.id, word))
        return True

    def described(self, work: Work) -> Any:
        if work.status == WAITING and "suspended" in steering(work):
            return wanxiang_suspended(work.id)
        drawn = sum((self._works.folder / _file(work, index)).exists() for index in _places())
        status, body = wanxiang_job(work, self._works.addresses(work), drawn=drawn, total=_PICTURES)
        return web.json_response(body, status=status)

    def order(self, work: Work) -> Order:
        steps = {CHAT: self._answer, IMAGE: self._pictures}[work.operation](work)

        def make(_given: Mapping[str, Given]) -> Sequence[Step]:
            return steps

        return Order(needed=(), make=make)

    def error(self, refusal: RefusedError) -> tuple[int, dict[str, Any]]:
        return wanxiang_error(refusal)

    def _answer(self, work: Work) -> Sequence[Step]:
        return [lambda: Made(text=tongyi.answered(work.body["prompt"]))]

    def _pictures(self, work: Work) -> Sequence[Step]:
        return [partial(_drawn, work, index, self._works.folder) for index in _places()]


def _drawn(work: Work, index: int, folder: Path) -> Made:
    name = _file(work, index)
    image = hands.wanxiang(work.prompt, Take(_SIZE, work.seed, index))
    write(folder / name, art.encode(image))
    return Made(files=[name])


def _places() -> range:
    return range(_PICTURES)


def _file(work: Work, index: int) -> str:
    return f"{work.id}-{index}.png"


def _now() -> int:
    return int(time.time() * 1000)
