"""A strict wrapper of Tongyi's chat and Wanxiang's pictures on loopback, scripted, with a ledger.

It knows the manual, not our code: whoever comes without the token, or sends a field too many, is
refused, and told on in `violations`. The manual's sample of a chat's answer is a slip, so an
answer comes in any of the shapes in which such services write one.
"""

import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.provider_double import HTML, Reply
from tests.scripted_double import Notify, Paid, ScriptedDouble, answered, reset

TOKEN = "wanxiang-token-of-the-double"
STATES = {
    *("PENDING", "RUNNING", "SUSPENDED", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"),
}
TIMEOUT = {
    "code": "InternalError.Timeout",
    "message": "An internal timeout error has occured during execution, please try again later "
    "or contact service support.",
}
MODERATED = {
    "code": "DataInspectionFailed",
    "message": "Output data may contain inappropriate content.",
}
SHAPES: Mapping[str, Callable[[str], Any]] = {
    "output.text": lambda text: {"output": {"text": text, "finish_reason": "stop"}},
    "output.choices": lambda text: {"output": {"choices": _choices(text)}, "usage": {"input": 3}},
    "output.choices of parts": lambda text: {"output": {"choices": _choices([{"text": text}])}},
    "choices": lambda text: {"object": "chat.completion", "choices": _choices(text)},
    "data": lambda text: {"code": 0, "message": "success", "data": text},
    "data.text": lambda text: {"code": 200, "message": "ok", "data": {"text": text}},
    "data.output.text": lambda text: {"success": True, "data": {"output": {"text": text}}},
    "text": lambda text: {"text": text},
    "content": lambda text: {"role": "assistant", "content": text},
    "result": lambda text: {"result": text, "message": "ok"},
    "answer": lambda text: {"answer": text},
    "message": lambda text: {"message": text, "code": 225154},
    "string": lambda text: text,
}
PLAIN = "plain text"


def _choices(content: Any) -> list[Any]:
    return [{"finish_reason": "stop", "message": {"role": "assistant", "content": content}}]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that was let in; a query's fields as its body."""

    verb: str
    body: Any


def denial(code: str, status: int = 400, message: str = "不行") -> Reply:
    """The wrapper's way to say no, without taking the submit."""
    body = {"code": code, "message": message, "request_id": str(uuid.uuid4())}
    return Reply(status=status, body=body)


class WanxiangDouble(ScriptedDouble):
    """The wrapper; `chats`, `submits` and `polls` are scripts.

    It answers a chat with `says`, or with a numbered sentence, in the shape `shape` of `SHAPES` or
    as `PLAIN`. A picture job has `many` pictures; a ``hole`` in its prompt fails the second one,
    ``moderated`` all of them. A failed job is told with the HTTP status `failed_as`.
    """

    def __init__(self, notify: Notify | None = None) -> None:
        super().__init__(notify)
        self.asked: list[Asked] = []
        self.chats, self.submits, self.polls = (deque[Reply]() for _ in range(3))
        self.jobs: dict[str, dict[str, Any]] = {}
        self._usual()

    def _usual(self) -> None:
        self.holding, self.many, self.failed_as = False, 4, 400
        self.shape, self.says = "output.text", ""

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/{verb:tongyi|wanxiang}", self._post)
        app.router.add_get("/v1/wanxiang-results", self._results)

    @property
    def chats_paid(self) -> Sequence[Paid]:
        return [paid for paid in self.paid if paid.verb == "tongyi"]

    @property
    def pictures_paid(self) -> Sequence[Paid]:
        return [paid for paid in self.paid if paid.verb == "wanxiang"]

    def polled(self, number: str) -> int:
        """How often a job was asked for."""
        looks = [each for each in self.asked if each.verb == "wanxiang-results"]
        return sum(each.body["task_id"] == number for each in looks)

    def set(self, number: str, status: str, **told: Any) -> None:
        """Move a job on; what a poll will say."""
        assert status in STATES
        self.jobs[number] = {"task_id": number, "task_status": status, **told}

    def run(self, number: str, *, succeeded: int, failed: int = 0) -> None:
        """The job is being drawn, and so far it has got."""
        self.set(number, "RUNNING", task_metrics=self._metrics(succeeded, failed))

    def finish(self, number: str, failures: Mapping[int, Mapping[str, str]] | None = None) -> None:
        """The job has its pictures, but for those places that have a failure instead."""
        failures = failures or {}
        urls = self.pictures(number, self.many)
        results = [failures.get(place) or {"url": url} for place, url in enumerate(urls)]
        failed = len(failures)
        metrics = self._metrics(self.many - failed, failed)
        self.set(number, "SUCCEEDED", results=results, task_metrics=metrics)

    def fail(self, number: str, code: str, message: str) -> None:
        """The job has failed for this reason."""
        metrics = self._metrics(0, self.many)
        self.set(number, "FAILED", code=code, message=message, task_metrics=metrics)

    def _metrics(self, succeeded: int, failed: int) -> dict[str, int]:
        return {"TOTAL": self.many, "SUCCEEDED": succeeded, "FAILED": failed}

    def release(self) -> None:
        """Hold no longer, and draw what was held."""
        self.holding = False
        for paid in self.pictures_paid:
            if self.jobs[paid.id]["task_status"] in {"PENDING", "RUNNING", "SUSPENDED"}:
                self._draw(paid)

    def settle(self) -> None:
        """Release, and forget what a test has scripted."""
        self.release()
        for script in (self.chats, self.submits, self.polls, self.files):
            script.clear()
        self._usual()

    def _draw(self, paid: Paid) -> None:
        if "moderated" in paid.body["prompt"]:
            self.fail(paid.id, **MODERATED)
        else:
            self.finish(paid.id, {1: TIMEOUT} if "hole" in paid.body["prompt"] else {})

    async def _post(self, request: web.Request) -> web.StreamResponse:
        verb = request.match_info["verb"]
        script = self.chats if verb == "tongyi" else self.submits
        reply = script.popleft() if script else Reply()
        try:
            if reply.deed == "refuse":
                return reset(request)
            if wrong := await self._misfit(request):
                return wrong
            body = await request.json()
            self.asked.append(Asked(verb=verb, body=body))
            if reply.status and reply.deed == "ok":
                return answered(reply)
            answer = self._chatted(body) if verb == "tongyi" else self._taken(body)
            return await self.acted(request, reply, answer)
        finally:
            await self.changed()

    async def _misfit(self, request: web.Request) -> web.Response | None:
        """The refusal of what the manual does not allow."""
        if intruder := self._intruder(request):
            return intruder
        body = await request.json() if request.content_type == "application/json" else None
        prompt = body.get("prompt") if isinstance(body, dict) else None
        if not isinstance(prompt, str) or not prompt.strip() or set(body) != {"prompt"}:
            return self._violated(request, denial("InvalidParameter"), f"body {body}")
        if request.query_string:
            return self._violated(request, denial("InvalidParameter"), request.query_string)
        return None

    def _intruder(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") == f"Bearer {TOKEN}":
            return None
        refusal = denial("InvalidApiKey", 401, "Invalid API-key provided.")
        return self._violated(request, refusal, "wrong token")

    def _violated(self, request: web.Request, refusal: Reply, what: str) -> web.Response:
        self.violations.append(f"{request.path}: {what}")
        return answered(refusal)

    def _chatted(self, body: Mapping[str, Any]) -> web.Response:
        paid = self.pay(f"chat-{len(self.paid) + 1}", "tongyi", body)
        number = len(self.chats_paid)
        text = self.says or f"Answer {number}: {paid.id} says that herons stand in the water."
        if self.shape == PLAIN:
            return web.Response(text=text)
        return web.json_response(SHAPES[self.shape](text))

    def _taken(self, body: Mapping[str, Any]) -> web.Response:
        paid = self.pay(str(uuid.uuid4()), "wanxiang", body)
        self.set(paid.id, "PENDING")
        answer = web.json_response(self._described(paid.id))
        if not self.holding:
            self._draw(paid)
        return answer

    def _described(self, number: str) -> dict[str, Any]:
        unknown = {"task_id": number, "task_status": "UNKNOWN"}
        return {"request_id": str(uuid.uuid4()), "output": self.jobs.get(number, unknown)}

    async def _results(self, request: web.Request) -> web.StreamResponse:
        reply = self.polls.popleft() if self.polls else Reply()
        try:
            if reply.deed in {"refuse", "reset"}:
                return reset(request)
            if intruder := self._intruder(request):
                return intruder
            query = dict(request.query)
            if set(query) != {"task_id"} or not query["task_id"]:
                return self._violated(request, denial("InvalidParameter"), f"query {query}")
            self.asked.append(Asked(verb="wanxiang-results", body=query))
            if reply.deed == "html":
                return web.Response(text=HTML, content_type="text/html")
            if reply.status:
                return answered(reply)
            described = self._described(query["task_id"])
            failed = described["output"]["task_status"] == "FAILED"
            return web.json_response(described, status=self.failed_as if failed else 200)
        finally:
            await self.changed()
