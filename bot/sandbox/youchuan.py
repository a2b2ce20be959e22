"""Youchuan as the emulator plays it: its headers, its jobs, its account."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from bot.errors import InvalidRequestError
from bot.operations import Call, Catalog, Kind, Operation, Params
from bot.providers import prompt as mj
from bot.providers.youchuan_calls import (
    CallbackTest,
    ChangedMoodboard,
    Costs,
    JobQuery,
    NewMoodboard,
    Paged,
)
from bot.sandbox import account, inputs, studio
from bot.sandbox.boards import Boards
from bot.sandbox.commissions import Commission
from bot.sandbox.envelopes import RefusedError, Work, youchuan_error, youchuan_job
from bot.sandbox.inputs import Given
from bot.sandbox.prompts import UNNAMED, of_work, prompt_of, readable
from bot.sandbox.reading import UnreadableError, read_params
from bot.sandbox.rehearsals import Rehearsal
from bot.sandbox.rules import check_follow_up
from bot.sandbox.services import Made, Order, Step
from bot.sandbox.works import Works

_HEADERS = ("x-youchuan-app", "x-youchuan-secret")
_UNPRICED = 300  # fen, for what the catalog knows no price of
_MODELS = frozenset(mj.MODEL_BY_KEY)
_PAGED = frozenset({"youchuan.costs", "youchuan.cost_monthly"})  # these require their page

Answer = Callable[[Any], Awaitable[Any]]


class Youchuan:
    """The service; `call_back` has a job's callback sent once more."""

    name = "youchuan"
    has_holes = True

    def __init__(
        self, rows: Catalog, works: Works, boards: Boards, call_back: Callable[[Work], None]
    ) -> None:
        self._rows, self._works, self._boards = rows, works, boards
        self._call_back = call_back
        self._rehearsal = Rehearsal(credit="Account_Fee_Not_Enough", busy="Server_Busy")
        self._answers: Mapping[str, Answer] = {
            "youchuan.job": self._show,
            "youchuan.subscribe": self._subscription,
            "youchuan.costs": self._costs,
            "youchuan.cost_monthly": self._months,
            "youchuan.callback": self._call_back_again,
            "youchuan.moodboard_create": self._create_board,
            "youchuan.moodboard_update": self._update_board,
            "youchuan.moodboards": self._list_boards,
        }

    async def asked(self, row: Operation | Call, request: web.Request) -> Params:
        """Any app and secret will do, but there must be some."""
        if not all(request.headers.get(name) for name in _HEADERS):
            raise RefusedError("Invalid_App_Identifier")
        try:
            return await read_params(row.params, request)
        except UnreadableError:
            raise RefusedError("Invalid_Argument") from None

    def accept(self, operation: Operation, params: Params) -> Work:
        seen = readable(params)
        try:
            parent = self._parent(operation, seen)
            prompt = prompt_of(operation, params, parent)
            traits = seen.traits(frozenset(parent.traits if parent else ()))
            fee = operation.price.of(seen.price_factor(traits))
        except InvalidRequestError:
            raise RefusedError("Invalid_Prompt_Parameter") from None
        if operation.kind is Kind.IMAGE and parent is None and not traits & _MODELS:
            traits |= {UNNAMED.key}
        work = Work(
            id=secrets.token_hex(12),
            operation=operation.name,
            body=params.body(),
            prompt=prompt,
            seed=secrets.randbelow(2**32 - 1) + 1,
            fee=_UNPRICED if fee is None else fee,
            created=_now(),
            traits=sorted(traits),
        )
        self._rehearsal.refuse(work)
        return work

    def accepted(self, work: Work) -> Any:
        return self.described(work)

    async def answer(self, call: Call, params: Params) -> Any:
        if call.name in _PAGED and not {"page_no", "page_size"} <= params.model_fields_set:
            raise RefusedError("Invalid_Argument")
        return await self._answers[call.name](params)

    def described(self, work: Work) -> Any:
        return youchuan_job(work, self._works.addresses(work))

    def error(self, refusal: RefusedError) -> tuple[int, dict[str, Any]]:
        return youchuan_error(refusal)

    def order(self, work: Work) -> Order:
        origin = self._works.origin(work)
        row = self._rows[origin.operation]
        painted = replace(origin, id=work.id, seed=work.seed)
        params, prompt = row.params.model_validate(origin.body), of_work(painted)
        board = self._boards.get(str(prompt.values.get("moodboard", "")))
        liked = board.images if board and params.own_prompt() else []

        def make(given: Mapping[str, Given]) -> Sequence[Step]:
            commission = Commission(
                work=painted,
                params=params,
                prompt=prompt,
                parent=self._works.get(origin.follows),
                folder=self._works.folder,
                given=given,
                board=[address for address in liked if address in given],
            )
            places = range(studio.count_of(commission))
            return [partial(_painted, commission, place) for place in places]

        return Order(
            needed=inputs.addresses(row, params, prompt),
            wished=liked,
            inline=params.inline(),
            make=make,
        )

    def _parent(self, operation: Operation, params: Params) -> Work | None:
        job_id = params.body().get("jobId")
        if job_id is None:
            return None
        parent = self._work(job_id)
        check_follow_up(operation, params, parent)
        return parent

    def _work(self, job_id: str) -> Work:
        work = self._works.get(job_id)
        if work is None or work.provider != self.name:
            raise RefusedError("Not_Found")
        return work

    async def _show(self, asked: JobQuery) -> Any:
        return self.described(self._work(asked.job_id))

    async def _subscription(self, _asked: Params) -> Any:
        return account.subscription(self._works.newest(self.name), _now())

    async def _costs(self, asked: Costs) -> Any:
        return account.costs(self._works.newest(self.name), asked)

    async def _months(self, asked: Paged) -> Any:
        return account.months(self._works.newest(self.name), asked)

    async def _call_back_again(self, asked: CallbackTest) -> Any:
        work = self._work(asked.job_id)
        if not work.body.get("callback"):
            raise RefusedError("Invalid_Argument")
        self._call_back(work)
        return self.described(work)

    async def _create_board(self, asked: NewMoodboard) -> Any:
        return (await self._boards.create(asked.body(), _now())).told()

    async def _update_board(self, asked: ChangedMoodboard) -> Any:
        given = asked.body()
        return (await self._boards.update(given.pop("id"), given, _now())).told()

    async def _list_boards(self, asked: Paged) -> Any:
        return account.page([board.told() for board in self._boards.newest()], asked)


def _painted(commission: Commission, place: int) -> Made:
    return Made(files=[studio.paint(commission, place)])


def _now() -> int:
    return int(time.time() * 1000)
