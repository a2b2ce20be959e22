"""A strict Jumdata on loopback that does what a test's script says and keeps a ledger.

It knows the manual, not our code: whoever signs wrongly, sends another kind of form than `form`
says, or a value that the manual does not list, is refused, and told on in `violations`.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from aiohttp import web

from tests.provider_double import Reply
from tests.scripted_double import Notify, ScriptedDouble, answered, reset

APP_ID, SECRET = "jumdata-app-of-the-double", "jumdata-secret-of-the-double"
RESOLUTIONS = {"1024*1024", "1024*1536", "1536*1024"}
STYLES = {
    *("探索无限", "古风", "二次元", "写实风格", "浮世绘", "low poly", "未来主义", "像素风格"),
    *("概念艺术", "赛博朋克", "洛丽塔风格", "巴洛克风格", "超现实主义", "水彩画", "蒸汽波艺术"),
    *("油画", "卡通画"),
}
MOST_CHARACTERS, MOST_PICTURES = 100, 6
CODES = {
    201: "taskId不存在",
    202: "文本黄反拦截",
    400: "参数错误",
    404: "接口地址不正确",
    500: "系统维护,请稍候再试",
    601: "接口未开通",
    602: "账号停用",
    604: "接口停用",
    606: "调用超限,请稍候再试",
    607: "ip不在白名单",
    609: "请求过于频繁,请稍候再试",
    610: "请求超时",
    999: "其他",
}
TYPES = {"multipart": "multipart/form-data", "urlencoded": "application/x-www-form-urlencoded"}
REFUSED = "255033697205413852131601"  # the request number of what was refused
_PROOF = {"appId", "timestamp", "sign"}
_FIELDS = {"submit": {"text", "resolution", "style", "num"}, "query": {"taskId"}}
_REQUIRED = {"submit": {"text", "resolution", "style"}, "query": {"taskId"}}
_FIRST_ID = 8_076_719_832_378_114_048  # beyond what a float holds
_FIRST_RECEIPT = 10**23
_WINDOW_MS = 300_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came in rightly signed; `form` without what it was signed with."""

    verb: str
    kind: str
    sign: str
    form: Mapping[str, str]


def proof(app_id: str, secret: str, timestamp: str) -> str:
    """What a request is signed with."""
    return sha256((app_id + secret + timestamp).encode()).hexdigest()


def denial(code: int, message: str = "", *, charge: bool | None = False, deed: str = "ok") -> Reply:
    """Jumdata's way to say no, whatever HTTP says; without taking the submit unless `deed` does."""
    body: dict[str, Any] = {"code": code, "msg": message or CODES[code], "taskNo": REFUSED}
    if charge is not None:
        body["charge"] = charge
    return Reply(deed=deed, status=200, body=body)


class JumdataDouble(ScriptedDouble):
    """Jumdata; `submits` and `polls` are scripts, `receipts` the request number of each submit.

    `form` is the kind of form it takes; `code_as` and `id_as` (``number`` or ``string``) choose
    how it writes codes and ids; `missing` is how many pictures of a job it does not bring. `now`
    is the clock that time stamps are held against, in milliseconds.
    """

    def __init__(
        self, notify: Notify | None = None, *, now: Callable[[], int] | None = None
    ) -> None:
        super().__init__(notify)
        self.asked: list[Asked] = []
        self.submits, self.polls = deque[Reply](), deque[Reply]()
        self.receipts: list[str] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self._now = now or (lambda: time.time_ns() // 1_000_000)
        self.form = "multipart"
        self._answers = 0
        self._usual()

    def _usual(self) -> None:
        self.holding, self.missing = False, 0
        self.code_as, self.id_as, self.charge = "number", "string", True

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/ai/draw/{verb:submit|query}", self._post)

    def polled(self, number: str) -> int:
        """How often a job was asked for."""
        return sum(asked.form.get("taskId") == number for asked in self.asked)

    def finish(self, number: str) -> None:
        """The job has its pictures."""
        paid = next(paid for paid in self.paid if paid.id == number)
        count = int(paid.body.get("num", 1)) - self.missing
        urls = self.pictures(number, count)
        self.jobs[number] |= {
            "img": urls[0] if urls else "",
            "imgUrls": [{"image": url} for url in urls],
            "status": 1,
        }

    def release(self) -> None:
        """Hold no longer, and draw what was held."""
        self.holding = False
        for number, job in self.jobs.items():
            if job["status"] == 0:
                self.finish(number)

    def settle(self) -> None:
        """Release, and forget what a test has scripted; `form` stays."""
        self.release()
        for script in (self.submits, self.polls, self.files):
            script.clear()
        self._usual()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        verb = request.match_info["verb"]
        script = self.polls if verb == "query" else self.submits
        reply = script.popleft() if script else Reply()
        try:
            if reply.deed == "refuse":
                return reset(request)
            form = await self._read(request)
            if wrong := _intruder(form, self._now()) or misfit(verb, form):
                return self._violated(verb, wrong)
            if request.content_type != TYPES[self.form] or request.query_string:
                return self._violated(verb, f"{request.content_type}, {request.query_string}")
            own = {name: value for name, value in form.items() if name not in _PROOF}
            self.asked.append(
                Asked(verb=verb, kind=request.content_type, sign=form["sign"], form=own)
            )
            if reply.status and reply.deed == "ok":
                return answered(reply)
            answer = self._queried(own) if verb == "query" else self._taken(own)
            return await self.acted(request, reply, answer)
        finally:
            await self.changed()

    async def _read(self, request: web.Request) -> dict[str, str]:
        """The fields of a form, of whichever kind; what comes twice or as a file fits nowhere."""
        sent, fields = await request.post(), dict[str, str]()
        for name in sent:
            value, *more = sent.getall(name)
            fields[name if isinstance(value, str) and not more else f"{name}?"] = str(value)
        return fields

    def _violated(self, verb: str, what: str) -> web.Response:
        self.violations.append(f"{verb}: {what}")
        return answered(denial(400))

    def _taken(self, form: Mapping[str, str]) -> web.Response:
        paid = self.pay(str(_FIRST_ID + len(self.paid)), "submit", form)
        self.jobs[paid.id] = {
            "img": "",
            "imgUrls": [],
            "createTime": "2023-09-21 22:15:41",
            "status": 0,
        }
        if not self.holding:
            self.finish(paid.id)
        shown = paid.id if self.id_as == "string" else int(paid.id)
        answer, receipt = self._said(200, charge=self.charge, data={"taskId": shown})
        self.receipts.append(receipt)
        return answer

    def _queried(self, form: Mapping[str, str]) -> web.Response:
        job = self.jobs.get(form["taskId"])
        return self._said(200 if job else 201, charge=False, data=job)[0]

    def _said(self, code: int, *, charge: bool, data: Any) -> tuple[web.Response, str]:
        """The answer with this code, and its request number."""
        self._answers += 1
        receipt = str(_FIRST_RECEIPT + self._answers)
        body = {
            "code": str(code) if self.code_as == "string" else code,
            "msg": CODES.get(code, "成功"),
            "taskNo": receipt,
            "charge": charge,
            **({} if data is None else {"data": data}),
        }
        text = json.dumps(body, ensure_ascii=False)
        return web.Response(text=text, content_type="application/json"), receipt


def _intruder(form: Mapping[str, str], now: int) -> str:
    """What is wrong with a signature; empty when nothing is."""
    timestamp = form.get("timestamp", "")
    if not (timestamp.isdecimal() and abs(now - int(timestamp)) <= _WINDOW_MS):
        return f"timestamp {timestamp}"
    if form.get("appId") != APP_ID or form.get("sign") != proof(APP_ID, SECRET, timestamp):
        return "wrong signature"
    return ""


def misfit(verb: str, form: Mapping[str, str]) -> str:
    """What the manual does not allow in a form; empty when it is right."""
    sent = set(form) - _PROOF
    if not _REQUIRED[verb] <= sent <= _FIELDS[verb]:
        return f"fields {sorted(sent)}"
    if verb == "query":
        return "" if form["taskId"] else "taskId"
    if not 0 < len(form["text"]) <= MOST_CHARACTERS:
        return f"text of {len(form['text'])}"
    if form["resolution"] not in RESOLUTIONS:
        return f"resolution {form['resolution']}"
    if form["style"] not in STYLES:
        return f"style {form['style']}"
    return "" if form.get("num", "1") in map(str, range(1, MOST_PICTURES + 1)) else "num"
