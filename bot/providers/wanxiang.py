"""The wrapper of Tongyi's chat and Wanxiang's pictures: its token, its answers and its states.

What its endpoints take stands in `wanxiang_params`, where things stand in its answers in
`wanxiang_answers`. It knows no callbacks: pictures are polled, a chat's answer comes at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.errors import (
    AuthError,
    CreditError,
    MissingError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    UnavailableError,
)
from bot.operations import Kind, Operation
from bot.providers.base import Fault, Provider, clean, identifier, number
from bot.providers.wanxiang_answers import (
    FINE,
    complaint,
    is_refusal,
    job_of,
    media_of,
    payload,
    places_of,
    progress_of,
    text_of,
)
from bot.providers.wanxiang_reasons import REASONS, failure, reason_of
from bot.providers.wanxiang_rows import OPERATIONS, RESULTS
from bot.text import N_
from bot.wire import Credential, Request, Response, Result, State, Update

_NO_JOB = N_("Tongyi Wanxiang sent something that describes no job.")
_NO_ANSWER = N_("Tongyi sent something that holds no answer.")
_FORGOTTEN = N_("Tongyi Wanxiang does not know this job, or no longer does.")
_CANCELED = N_("{service} canceled this job; please try again.")

_STATES: Mapping[str, State] = {
    "PENDING": State.PENDING,
    "SUSPENDED": State.PENDING,
    "RUNNING": State.RUNNING,
    "SUCCEEDED": State.SUCCEEDED,
    "FAILED": State.FAILED,
}
_CANCELS = frozenset({"CANCELED", "CANCELLED"})
_UNKNOWN = "UNKNOWN"
_NOBODYS = "00000000-0000-0000-0000-000000000000"


class Wanxiang(Provider):
    """通义千问 and 通义万相 by way of one small service."""

    name = "wanxiang"
    title = "Tongyi Wanxiang"
    operations = OPERATIONS
    calls = (RESULTS,)
    reasons = REASONS
    looks_per_second = 5.0

    def sign(self, request: Request, credential: Credential, *, now: int) -> Request:
        if not credential.secret:
            return request
        proof = {"Authorization": f"Bearer {credential.secret}"}
        return replace(request, headers={**request.headers, **proof})

    def poll(self, external_id: str, credential: Credential, *, now: int) -> Request:
        return self.call(RESULTS, {"task_id": external_id}, credential, now=now)

    def check(self, credential: Credential, *, now: int) -> Request:
        # There is nothing cheaper than to ask for a job that is nobody's; see `checked`.
        return self.call(RESULTS, {"task_id": _NOBODYS}, credential, now=now)

    def checked(self, response: Response) -> None:
        """A ProviderError unless the answer to `check` shows that the credential is accepted.

        A job that is not known, or a complaint with a code or in words that is not about the
        account, means that it was let in.
        """
        try:
            self.answer(response)
        except (AuthError, CreditError, RateLimitError):
            raise
        except ProviderError as error:
            in_words = error.status == 400 and error.values.get("said")
            if not error.code and not in_words:
                raise

    def answer(self, response: Response) -> Any:
        data = self._payload(response)
        self._complain(response, data)
        return data

    def fault(self, status: int, data: Any) -> Fault | None:
        """What an answer complains about: by a word as its code, by a number, or by the status.

        A job's description is none, whatever HTTP says beside it.
        """
        if _word(job_of(data)):
            return None
        body = data if isinstance(data, Mapping) else {}
        whole, (code, said) = number(body.get("code")), complaint(body)
        in_words = whole is None and code.lower() not in FINE
        if 200 <= status < 300:
            is_fine = whole in {None, 0, 200}
            if is_fine and not in_words and not is_refusal(data):
                return None
            status = whole if whole and not is_fine else 400
        if isinstance(data, str):
            said = clean(data)
        code = code if whole is None else str(whole)
        return Fault(
            status=status,
            code=code,
            reason=reason_of("" if whole is not None else code, said),
            said=said or (code if in_words else ""),
            request_id=identifier(body.get("request_id")),
        )

    def accepted(self, operation: Operation, response: Response) -> Update:
        """The first news of a job, with its id; of a chat, which has none, the answer itself."""
        data = self._payload(response)
        if operation.kind is not Kind.TEXT or self.read_id(data):
            return super().accepted(operation, response)
        text = text_of(data)
        if not text and isinstance(data, int | float):
            text = response.body.decode("ascii", "replace").strip()  # "42" is an answer
        numbered = isinstance(data, Mapping) and number(data.get("code")) is not None
        is_answered = numbered and not is_refusal(data) and 200 <= response.status < 300
        if not (text and is_answered):
            self._complain(response, data)
        if not text:
            raise ProtocolError(_NO_ANSWER, provider=self.name, status=response.status)
        return Update(state=State.SUCCEEDED, result=Result(text=text))

    def _payload(self, response: Response) -> Any:
        try:
            return payload(response)
        except ProtocolError:
            if 200 <= response.status < 300:
                raise
            return None

    def _complain(self, response: Response, data: Any) -> None:
        fault = self.fault(response.status, data)
        if fault is not None:
            raise self.error(fault, response.headers)

    def read_id(self, data: Any) -> str:
        return identifier(job_of(data).get("task_id"))

    def started(self, operation: Operation, data: Any) -> Update:
        external_id, job = self.read_id(data), job_of(data)
        if external_id and _word(job) in {"", _UNKNOWN}:
            return Update(external_id=external_id, state=State.PENDING)
        update = self.read(data)
        if update.error is not None and not external_id:
            raise update.error
        return update

    def read(self, data: Any) -> Update:
        """What a job's description says; MissingError where the service does not know the job.

        A success that brings nothing and does not say why is told as RUNNING with an empty result,
        so that it is asked for again; whoever polls decides how long.
        """
        job = job_of(data)
        word = _word(job)
        if not word:
            raise ProtocolError(_NO_JOB, provider=self.name)
        if word == _UNKNOWN:
            raise MissingError(_FORGOTTEN, provider=self.name, code=_UNKNOWN)
        external_id = self.read_id(data)
        if word in _CANCELS:  # nobody here can
            error = UnavailableError(_CANCELED, provider=self.name, code=word, service=self.title)
            return Update(external_id=external_id, state=State.FAILED, error=error)
        # A state that the manual does not know is not the end of a job.
        state = _STATES.get(word, State.PENDING)
        if state is State.FAILED:
            said = job if any(complaint(job)) else data
            return Update(external_id=external_id, state=state, error=self._failure(said))
        if state is not State.SUCCEEDED:
            return Update(external_id=external_id, state=state, progress=progress_of(job))
        return self._finished(external_id, job)

    def _finished(self, external_id: str, job: Mapping[str, Any]) -> Update:
        places = places_of(job)
        media, text = tuple(map(media_of, places)), text_of({"output": job})
        if text or any(place.url for place in media):
            result = Result(media=media, text=text)
            return Update(external_id=external_id, state=State.SUCCEEDED, result=result)
        told = next((place for place in places if any(complaint(place))), None)
        if told is not None:
            error = self._failure(told)
            return Update(external_id=external_id, state=State.FAILED, error=error)
        return Update(external_id=external_id, state=State.RUNNING, result=Result())

    def _failure(self, data: Any) -> ProviderError:
        code, said = complaint(data)
        kind, sentence = failure(code, said)
        return kind(
            sentence,
            provider=self.name,
            code=code,
            reason=reason_of(code, said),
            service=self.title,
            said=said or code,
        )


def _word(job: Mapping[str, Any]) -> str:
    return clean(job.get("task_status")).upper()
