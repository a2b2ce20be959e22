"""The wrapper's protocol against samples made from its manual, and against nonsense."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    AuthError,
    CreditError,
    MissingError,
    ModerationError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.operations import Kind
from bot.providers.wanxiang import Wanxiang
from bot.providers.wanxiang_answers import is_cut
from bot.providers.wanxiang_reasons import REASONS
from bot.providers.wanxiang_rows import OPERATIONS, RESULTS
from bot.wire import Credential, Response, State
from tests.bot.providers.answers import check, outcome

SAMPLES = Path(__file__).parents[2] / "samples" / "wanxiang"
WANXIANG = Wanxiang()
ROWS = {row.name: row for row in OPERATIONS}
CREDENTIAL = Credential(provider="wanxiang", url="https://wrapper.example", secret="hush")
ID = "86ecf553-d340-4e21-af6e-a0c6a421c010"
NEW_ID = "13b1848b-5493-4c0e-8c44-68d038b492af"
A1, B2 = (
    f"https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/123/{name}.png"
    for name in ("a1", "b2")
)
SAID = "淝水之战发生于公元383年。\n\n东晋以八万兵力击败了前秦的大军。"
ERROR_CLASSES = {
    "InvalidApiKey": AuthError,
    "InvalidParameter": RejectedError,
    "DataInspectionFailed": ModerationError,
    "Arrearage": CreditError,
    "AccessDenied": AuthError,
    "Throttling": RateLimitError,
    "Throttling.RateQuota": RateLimitError,
    "InternalError.Timeout": UncertainError,
}


def sent(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def submitted(verb, credential=CREDENTIAL, **values):
    row = ROWS[f"wanxiang.{verb}"]
    return WANXIANG.request(
        row, row.validate(values), credential, job_id="01JOB", callback_url="https://x", now=0
    )


def accepted(verb, body, status=200):
    return WANXIANG.accepted(ROWS[f"wanxiang.{verb}"], Response(status=status, body=body))


def said(data, status=200):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return accepted("chat", body, status).result.text


def polled(body, status=200):
    return WANXIANG.update(Response(status=status, body=body))


def told(status=200, **output):
    return polled(json.dumps({"output": {"task_id": ID, **output}}).encode(), status)


def test_the_rows_are_those_of_the_manual():
    assert [(row.name, row.method, row.path, row.kind) for row in OPERATIONS] == [
        ("wanxiang.chat", "POST", "/v1/tongyi", Kind.TEXT),
        ("wanxiang.image", "POST", "/v1/wanxiang", Kind.IMAGE),
    ]
    assert WANXIANG.calls == (RESULTS,)
    assert (RESULTS.method, RESULTS.path) == ("GET", "/v1/wanxiang-results")


@pytest.mark.parametrize("verb", ["chat", "image"])
def test_a_lost_submit_cannot_be_settled(verb):
    row = ROWS[f"wanxiang.{verb}"]

    assert row.settles_by == "none"
    assert submitted(verb, prompt="a fox").body == {"prompt": "a fox"}


def test_the_token_goes_along_where_there_is_one():
    bearer = submitted("image", prompt="a fox").headers
    none = submitted("image", replace(CREDENTIAL, secret=""), prompt="a fox").headers

    assert bearer == {"Authorization": "Bearer hush"}
    assert none == {}


def test_a_job_is_asked_for_by_its_id_in_the_query():
    request = WANXIANG.poll(ID, CREDENTIAL, now=0)

    assert (request.method, request.path) == ("GET", "/v1/wanxiang-results")
    assert request.query == json.loads(sent("results.request")) == {"task_id": ID}
    assert request.body is None
    assert request.headers["Authorization"] == "Bearer hush"


@pytest.mark.parametrize(
    ("name", "external_id"),
    [
        ("accepted", NEW_ID),
        ("accepted_data", NEW_ID),
        ("accepted_number", "8076719832378114048"),
    ],
)
def test_a_picture_waits_under_the_id_that_was_sent(name, external_id):
    update = accepted("image", sent(name))

    assert (update.external_id, update.state) == (external_id, State.PENDING)
    assert (update.result, update.error) == (None, None)


@pytest.mark.parametrize("word", ["", "UNKNOWN", "BREWING"])
def test_a_new_job_of_an_odd_state_is_waited_for(word):
    body = json.dumps({"output": {"task_id": NEW_ID, "task_status": word}}).encode()

    assert accepted("image", body).state is State.PENDING


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"<html>",
        b"ok",
        b'{"output": {}}',
        b'{"output": {"task_status": "PENDING"}}',
        b'{"output": {"task_id": 8.07e18, "task_status": "PENDING"}}',
        b'{"output": {"task_id": "../1"}}',
        b'{"code": 0, "message": "ok"}',
        b'{"output": {"task_id": "13b1848b',
    ],
)
def test_an_answer_without_a_usable_id_leaves_the_outcome_open(body):
    with pytest.raises(ProtocolError):
        accepted("image", body)


def test_an_answer_that_broke_off_behind_the_id_is_enough():
    body = sent("accepted")[:90]

    assert not body.rstrip().endswith(b"}")
    assert accepted("image", body).external_id == NEW_ID


def test_a_submit_that_failed_at_once_is_refused():
    body = b'{"output": {"task_status": "FAILED", "code": "InvalidParameter", "message": "size"}}'

    with pytest.raises(RejectedError, match="size"):
        accepted("image", body, 400)


def test_a_submit_that_was_taken_and_failed_at_once_has_failed_under_its_id():
    update = accepted("image", sent("failed"), 400)

    assert (update.external_id, update.state) == (ID, State.FAILED)
    assert type(update.error) is RejectedError


@pytest.mark.parametrize("verb", ["chat", "image"])
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("code", ERROR_CLASSES)
def test_a_code_is_an_error_with_a_sentence_whatever_http_says(code, status, verb):
    with pytest.raises(ProviderError) as caught:
        accepted(verb, sent(f"error_{code}"), status)

    assert type(caught.value) is ERROR_CLASSES[code]
    assert (caught.value.code, caught.value.provider) == (code, "wanxiang")
    assert caught.value.request_id == "fb53c4ec-1c12-4fc4-a580-cdb7c3261fc1"
    assert len(str(caught.value).split()) > 5


def test_every_code_of_the_manual_is_known():
    assert {code.partition(".")[0] for code in ERROR_CLASSES} <= set(REASONS)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"code": "Whatever", "message": "no"}', 200, RejectedError),
        (b'{"code": "Whatever", "message": "no"}', 502, UncertainError),
        (b'{"code": "ModelNotFound", "message": "no such model"}', 404, AuthError),
        (b'{"code": "Model.NotFound"}', 404, AuthError),
        (b'{"code": "InvalidParameter", "message": "Model not exist."}', 400, AuthError),
        (b'{"code": "Model.AccessDenied"}', 403, AuthError),
        (b'{"code": "Throttling.AllocationQuota"}', 429, CreditError),
        (b'{"code": "AllocationQuota.FreeTierOnly"}', 403, CreditError),
        (b'{"code": "InternalError.Algo.InvalidParameter"}', 400, RejectedError),
        (b'{"success": false, "message": "no"}', 200, RejectedError),
        (b'{"success": false, "code": 200, "message": "no"}', 200, RejectedError),
        (b'{"success": "false", "code": "401", "message": "no"}', 200, AuthError),
        (b'{"code": "InvalidParameter.DataInspection", "message": "x"}', 400, ModerationError),
        (b'{"code": "data_inspection_failed"}', 400, ModerationError),
        ('{"message": "提示词包含敏感内容"}'.encode(), 400, ModerationError),
        ('{"code": 400, "message": "提示词包含敏感内容"}'.encode(), 200, ModerationError),
        (b'{"message": "Invalid API-key provided."}', 400, AuthError),
        (b'{"code": "Arrearage", "message": "The owner of this API-key owes."}', 400, CreditError),
        (b'{"message": "prompt is required"}', 400, RejectedError),
        ("提示词不能为空".encode(), 400, RejectedError),
        (b'{"code": 429, "message": "slow"}', 200, RateLimitError),
        (b'{"code": "500", "message": "x"}', 200, UncertainError),
        (b"", 401, AuthError),
        (b"<html>Bad Gateway</html>", 502, UncertainError),
        (b"<html>Not Found</html>", 404, MissingError),
        (b"", 429, RateLimitError),
        (b'{"broken', 503, UncertainError),
    ],
)
def test_other_complaints_are_understood_too(body, status, kind):
    with pytest.raises(ProviderError) as caught:
        accepted("image", body, status)

    assert type(caught.value) is kind


def test_a_complaint_in_plain_words_is_quoted():
    with pytest.raises(RejectedError, match="提示词不能为空"):
        accepted("chat", "提示词不能为空".encode(), 400)


@pytest.mark.parametrize(
    "name",
    [
        "output", "output_choices", "output_parts", "choices", "data", "data_text", "data_output",
        "text", "content", "result", "answer", "message", "string",
    ],
)  # fmt: skip
def test_a_chats_answer_is_found_wherever_it_stands(name):
    update = accepted("chat", sent(f"chat_{name}"))

    assert (update.state, update.external_id) == (State.SUCCEEDED, "")
    assert update.result.text == SAID
    assert not update.result.media


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"success": False, "message": "no"}, RejectedError),
        ({"success": False, "code": 225154, "message": "no"}, RejectedError),
        ({"success": False, "code": 401, "message": "no"}, AuthError),
        ({"success": "false", "code": "429", "message": "no"}, RateLimitError),
    ],
)
def test_what_is_said_to_be_no_success_is_no_answer(body, kind):
    with pytest.raises(kind):
        said(body)


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "message": "ok", "data": None},
        {"code": 0, "message": "Success"},
        {"success": True, "message": "操作成功", "data": {}},
    ],
)
def test_a_bare_ok_is_no_answer(body):
    with pytest.raises(ProtocolError):
        said(body)


@pytest.mark.parametrize("blank", ["\u200b", "\u200d\u2060 \ufeff\n", "\u3164", "\u2800", "\ufe0f"])
def test_an_answer_that_nobody_can_see_is_none(blank):
    with pytest.raises(ProtocolError):
        said({"output": {"text": blank}})

    assert said({"output": {"text": blank}, "answer": "ok"}) == "ok"


def test_a_number_beside_a_message_is_no_error_in_a_chat():
    assert said(sent("chat_slip")) == "开发模式,验证码发送成功"


@pytest.mark.parametrize(("status", "kind"), [(400, RejectedError), (500, UncertainError)])
def test_it_is_one_where_http_says_so(status, kind):
    with pytest.raises(kind, match="验证码"):
        accepted("chat", sent("chat_slip"), status)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"output": {"text": " "}, "message": "fallback"}, "fallback"),
        ({"output": {"text": "a"}, "data": "b", "text": "c"}, "a"),
        ({"data": "b", "message": "c"}, "b"),
        ({"code": "Success", "message": "b"}, "b"),
        ({"code": 500, "data": "b"}, "b"),
        ({"choices": [{"message": {"content": ["a", {"text": "b"}, {"image": "c"}, 7]}}]}, "ab"),
        ("plain JSON", "plain JSON"),
        ("纯文本\n第二行".encode(), "纯文本\n第二行"),
        (b"42", "42"),
        (b"< 5", "< 5"),
    ],
)
def test_the_first_field_that_says_something_counts(data, text):
    assert said(data) == text


def test_lines_indents_and_joined_signs_survive_and_what_is_harmful_does_not():
    text = "```py\r\nif x:\r\n\treturn\x00 '👩\u200d💻'\u202e\ud800\r\n```\n"

    assert said({"text": text}) == "```py\nif x:\n\treturn  '👩\u200d💻'\n```"


def test_a_chats_answer_is_bounded():
    whole, cut = said({"text": "x" * 400_000}), said({"text": "x" * 400_001})

    assert (whole, len(cut), cut[-1]) == ("x" * 400_000, 400_000, "…")
    assert is_cut(cut)
    assert not is_cut(whole)


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"null", b"{}", b"[]", b'""', b"<!DOCTYPE html><p>", b'{"output": {"te', b"[1"],
)
def test_a_chat_that_answers_nothing_leaves_the_outcome_open(body):
    with pytest.raises(ProtocolError):
        accepted("chat", body)


def test_a_chat_that_takes_its_time_is_a_job_to_ask_for():
    waiting = accepted("chat", sent("accepted"))
    answered = told(task_status="SUCCEEDED", text=SAID)

    assert (waiting.state, waiting.external_id) == (State.PENDING, NEW_ID)
    assert (answered.state, answered.result.text) == (State.SUCCEEDED, SAID)


@pytest.mark.parametrize(
    ("name", "state", "progress"),
    [
        ("pending", State.PENDING, 0.0),
        ("suspended", State.PENDING, None),
        ("running", State.RUNNING, 0.25),
    ],
)
def test_a_job_says_how_far_it_is(name, state, progress):
    update = polled(sent(name))

    assert (update.external_id, update.state, update.progress) == (ID, state, progress)
    assert (update.result, update.error) == (None, None)


@pytest.mark.parametrize(
    ("metrics", "progress"),
    [
        ({"TOTAL": 4, "SUCCEEDED": 1, "FAILED": 1}, 0.5),
        ({"TOTAL": "4", "SUCCEEDED": "3"}, 0.75),
        ({"TOTAL": 1, "SUCCEEDED": 9}, 1.0),
        ({"TOTAL": 0, "SUCCEEDED": 0}, None),
        ({"TOTAL": -1}, None),
        ({"TOTAL": 4, "SUCCEEDED": -3}, 0.0),
        ([4], None),
    ],
)
def test_progress_is_a_share(metrics, progress):
    assert told(task_status="RUNNING", task_metrics=metrics).progress == progress


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_job_that_is_not_known_is_missing(status):
    with pytest.raises(MissingError, match="no longer does") as caught:
        polled(sent("unknown"), status)

    assert caught.value.provider == "wanxiang"


@pytest.mark.parametrize("body", [sent("canceled"), b'{"output": {"task_status": "cancelled"}}'])
def test_a_job_that_is_canceled_there_has_failed(body):
    update = polled(body)

    assert (update.state, type(update.error)) == (State.FAILED, UnavailableError)
    assert "Tongyi Wanxiang canceled this job" in str(update.error)


def test_a_state_that_nobody_knows_is_waited_for():
    assert told(task_status="auditing").state is State.PENDING


def test_pictures_come_in_their_order():
    update = polled(sent("succeeded"))

    assert update.state is State.SUCCEEDED
    assert [place.url for place in update.result.media] == [A1, B2]
    assert update.result.cost is None


def test_a_picture_that_failed_keeps_its_place_and_says_why():
    late, removed = (
        polled(sent(name)).result.media for name in ("succeeded_partly", "succeeded_moderated")
    )

    assert (late[0].url, removed[1].url) == (A1, B2)
    assert late[1].removed.format(said=late[1].said).startswith("Could not be drawn: An internal")
    assert removed[0].removed.format(said=removed[0].said).startswith("Removed by moderation: Outp")


@pytest.mark.parametrize(
    "place", [{}, None, 7, "", {"url": "javascript:x"}, {"url": "https://a\nb"}]
)
def test_what_is_no_address_keeps_its_place(place):
    media = told(task_status="SUCCEEDED", results=[place, {"url": A1}]).result.media

    assert [each.url for each in media] == ["", A1]
    assert media[0].removed


def test_a_success_without_any_picture_fails_for_the_reason_it_gives():
    moderated = {"code": "DataInspectionFailed", "message": "no"}

    update = told(task_status="SUCCEEDED", results=[moderated, moderated])

    assert (update.state, type(update.error)) == (State.FAILED, ModerationError)


def test_a_success_that_brings_nothing_is_asked_for_again():
    update = polled(sent("succeeded_empty"))

    assert update.state is State.RUNNING
    assert not update.result.media


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (sent("failed"), RejectedError, "does not accept this request: “The size is not match"),
        ((SAMPLES / "failed_as_printed.txt").read_bytes(), RejectedError, "The size is not match"),
        (sent("failed_moderated"), ModerationError, "moderation"),
        (sent("failed_timeout"), UnavailableError, "gave this job up: “An internal timeout"),
        (b'{"output": {"task_status": "FAILED"}}', UnavailableError, "without a reason"),
        (b'{"output": {"task_status": "FAILED"}, "code": "Arrearage"}', CreditError, "money"),
    ],
)
def test_a_failed_job_is_final_whatever_http_says(body, kind, words, status):
    update = polled(body, status)

    assert update.state is State.FAILED
    assert type(update.error) is kind
    assert words in str(update.error)


@pytest.mark.parametrize("body", [b"null", b"[]", b'"RUNNING"', b"{}", b'{"output": 1}', b"", b"x"])
def test_what_describes_no_job_is_no_news(body):
    with pytest.raises(ProtocolError):
        polled(body)


@pytest.mark.parametrize("words", ["two\nlines", "a \\x escape"])
def test_words_are_found_in_broken_json(words):
    body = f'{{"task_status": "FAILED" "message": "{words}"'.encode()

    assert polled(body, 400).error.values["said"] == " ".join(words.split())


def test_a_server_fault_while_polling_only_means_later():
    with pytest.raises(UnavailableError):
        polled(sent("error_InternalError.Timeout"), 500)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, sent("unknown")),
        (200, sent("running")),
        (400, sent("error_InvalidParameter")),
        (400, sent("failed")),
        (400, "任务不存在".encode()),
        (404, b'{"code": "TaskNotFound", "message": "no such task"}'),
    ],
)
def test_a_complaint_about_the_job_means_that_the_token_is_accepted(status, body):
    WANXIANG.checked(Response(status=status, body=body))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, sent("error_InvalidApiKey"), AuthError),
        (400, sent("error_InvalidApiKey"), AuthError),
        (401, b"", AuthError),
        (403, b"forbidden", RejectedError),
        (400, sent("error_Arrearage"), CreditError),
        (429, sent("error_Throttling"), RateLimitError),
        (404, b"404 page not found", MissingError),
        (400, b"<html>", RejectedError),
        (502, b"<html>", UncertainError),
        (200, b"<html>welcome</html>", ProtocolError),
    ],
)
def test_a_refused_token_or_a_wrong_address_is_told(status, body, kind):
    with pytest.raises(ProviderError) as caught:
        WANXIANG.checked(Response(status=status, body=body))

    assert type(caught.value) is kind


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([ID, A1, "SUCCEEDED", "Throttling", "InvalidParameter", 10**400])
)
FIELDS = [
    "output", "task_id", "task_status", "task_metrics", "results", "url", "code", "message",
    "data", "text", "choices", "content", "TOTAL", "SUCCEEDED", "request_id",
]  # fmt: skip
ANSWERS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=20,
)
DESCRIBED = st.fixed_dictionaries(
    {
        "task_status": st.sampled_from(
            ["PENDING", "running", "SUSPENDED", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN", "?"]
        )
    },
    optional={
        "task_id": SCALARS,
        "results": st.lists(
            SCALARS | st.dictionaries(st.sampled_from(["url", "code", "message"]), SCALARS)
        ),
        "task_metrics": ANSWERS,
        "code": SCALARS,
        "message": SCALARS,
        "text": SCALARS,
    },
).map(lambda output: {"output": output})
STATUSES = st.sampled_from([200, 201, 302, 400, 401, 404, 429, 500, 503])


def read_all(response):
    for read in (
        WANXIANG.update,
        lambda answer: WANXIANG.accepted(ROWS["wanxiang.image"], answer),
        lambda answer: WANXIANG.accepted(ROWS["wanxiang.chat"], answer),
    ):
        check(outcome(read, response))
    for read in (WANXIANG.checked, WANXIANG.answer):
        said = outcome(read, response)
        assert not isinstance(said, ProviderError) or str(said)


@given(ANSWERS | DESCRIBED, STATUSES)
def test_no_json_can_break_the_reading(data, status):
    read_all(Response(status=status, body=json.dumps(data).encode()))


@given(st.binary() | st.text().map(str.encode), STATUSES)
def test_no_bytes_can_break_the_reading(body, status):
    read_all(Response(status=status, body=body))


@given(ANSWERS | DESCRIBED, st.integers(0, 400), STATUSES)
def test_no_cut_can_break_the_reading(data, length, status):
    read_all(Response(status=status, body=json.dumps(data).encode()[:length]))


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"output":' * 200_000, b'{"task_id": ' + b"9" * 5_000 + b"}"],
)
def test_absurd_bodies_are_protocol_errors(body):
    for read in (polled, lambda body: accepted("image", body), lambda body: accepted("chat", body)):
        with pytest.raises(ProtocolError):
            read(body)


@given(st.integers(10**14, 10**40))
def test_no_digit_of_an_id_is_ever_lost(number):
    body = json.dumps({"output": {"task_id": number, "task_status": "PENDING"}}).encode()

    assert accepted("image", body).external_id == str(number)
