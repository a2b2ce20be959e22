"""Lingtu's protocol against samples made from its manual, and against nonsense."""

import json
import re
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
from bot.operations import Catalog
from bot.providers.lingtu import Lingtu, signature
from bot.providers.lingtu_reasons import REASONS
from bot.providers.lingtu_rows import CANCEL, OPERATIONS
from bot.wire import Credential, Response, State
from tests.bot.providers.answers import check, outcome

SAMPLES = Path(__file__).parents[2] / "samples" / "lingtu"
ID = "8076719832378114048"
LINGTU = Lingtu()
CATALOG = Catalog(OPERATIONS, LINGTU.calls)
TEXT2IMG = CATALOG["lingtu.text2img"]
CREDENTIAL = Credential(
    provider="lingtu", url="https://lingtu.example", app_id="app", secret="hush"
)
NOW = 1_569_564_388_999
RESULT_FILE = "https://lingtu-result.example/{}"
PICTURE = "https://bot.example/m/abcdefghijklmnopqrstuv.png"
MASK = "https://bot.example/m/bcdefghijklmnopqrstuvw.png"
ERROR_CLASSES = {
    "401": AuthError,
    "800000": CreditError,
    "800001": RejectedError,
    "800002": RejectedError,
    "800003": RejectedError,
    "800004": RejectedError,
}

verbs = pytest.mark.parametrize("verb", [row.name.removeprefix("lingtu.") for row in OPERATIONS])


def sent(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def asked(verb):
    return json.loads(sent(f"{verb}.request"))


def params(verb, **values):
    return CATALOG[f"lingtu.{verb}"].validate(values)


def submitted(verb, credential=CREDENTIAL, **values):
    return LINGTU.request(
        CATALOG[f"lingtu.{verb}"],
        params(verb, **values),
        credential,
        job_id="01JOB",
        callback_url="https://bot.example/callbacks/lingtu/x",
        now=NOW,
    )


def accepted(body, status=200):
    return LINGTU.accepted(TEXT2IMG, Response(status=status, body=body))


def polled(body, status=200):
    return LINGTU.update(Response(status=status, body=body))


def told(**values):
    return polled(json.dumps(values).encode())


def urls(update):
    return [place.url for place in update.result.media]


def test_the_signature_is_the_vendors():
    salt = "07c169ba-5845-45ac-a1a7-de4e046748be"

    assert signature("test", "/api/text2img", salt, "1569564388", "secret") == (
        "029e662588643f3c7c893a8828d01e4ba7645dc9f1041e731c76f7df221e27c1"
    )


def test_a_submit_is_signed_over_its_path_in_whole_seconds():
    request = submitted("text2img", prompt="a fox")

    proof = request.headers
    assert set(proof) == {"appId", "timestamp", "salt", "sign"}
    assert (proof["appId"], proof["timestamp"]) == ("app", "1569564388")
    assert proof["sign"] == signature("app", "/aigc/text2img", proof["salt"], "1569564388", "hush")


def test_a_prefix_in_the_accounts_address_is_not_signed():
    proof = submitted(
        "text2img", replace(CREDENTIAL, url="https://proxy.example/lingtu"), prompt="a fox"
    ).headers

    assert proof["sign"] == signature("app", "/aigc/text2img", proof["salt"], "1569564388", "hush")


def test_every_request_has_a_salt_of_its_own_and_a_submit_keeps_its_request_id():
    submits = [submitted("text2img", prompt="a fox") for _time in range(3)]
    polls = [LINGTU.poll(ID, CREDENTIAL, now=NOW) for _time in range(3)]

    salts = [request.headers["salt"] for request in submits + polls]
    assert len(set(salts)) == 6
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", s) for s in salts)
    assert {request.body["requestId"] for request in submits} == {"01JOB"}


def test_a_submit_names_its_own_id_and_asks_for_no_callback():
    request = submitted("text2img", prompt="a fox")

    assert (request.method, request.path) == ("POST", "/aigc/text2img")
    assert request.body == {"requestId": "01JOB", "prompt": "a fox"}


def test_the_secret_is_nowhere_in_a_request():
    request = submitted("text2img", prompt="a fox")

    assert "hush" not in repr(request) + repr(dict(request.headers)) + repr(request.body)


def test_a_poll_asks_for_the_job_as_text():
    request = LINGTU.poll(ID, CREDENTIAL, now=NOW)

    assert (request.method, request.path) == ("POST", "/aigc/job/result")
    assert request.body == {"jobId": ID}
    assert request.headers["sign"]


def test_a_cancel_names_the_job():
    request = LINGTU.cancel(ID, CREDENTIAL, now=NOW)

    assert (request.method, request.path) == ("POST", "/aigc/job/cancel")
    assert request.body == {"jobId": ID}


def test_a_reason_may_go_with_a_cancel():
    request = LINGTU.call(CANCEL, {"job_id": ID, "reason": "不要了"}, CREDENTIAL, now=NOW)

    assert request.body == {"jobId": ID, "reason": "不要了"}


@pytest.mark.parametrize(
    "name",
    ["number", "string", "jobId", "jobId_number", "data", "data_string", "data_jobId"],
)
def test_a_submit_is_waiting_under_the_id_that_was_sent(name):
    update = accepted(sent(f"accepted_{name}"))

    assert (update.external_id, update.state) == (ID, State.PENDING)
    assert (update.result, update.error) == (None, None)


@verbs
def test_a_lost_submit_is_settled_by_its_request_id(verb):
    row = CATALOG[f"lingtu.{verb}"]

    assert row.settles_by == "key"
    assert submitted(verb, **asked(verb)).body == {**asked(verb), "requestId": "01JOB"}


@pytest.mark.parametrize(
    "body",
    [
        b"9007199254740993",  # the first that a float cannot hold
        b" 123456789012345678901234567890\n",
        b"d9428888-122b-11e1-b85c-61cd3cbb3210",
        b"68be9b50553a97d658968285",
    ],
)
def test_a_bare_id_is_taken_as_it_is_written(body):
    assert accepted(body).external_id == body.decode().strip()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"0",
        b"null",
        b"true",
        b'""',
        b'"success"',
        b"internal-server-error",
        b"8.076719832378114e18",
        b'{"jobId": 8076719832378114048.0}',
        b"[8076719832378114048]",
        b"{}",
        b'{"code": 0, "message": "ok"}',
        b'{"code": 0, "data": null}',
        b"<html>",
        b"9" * 5000,
        b'"a b1"',
        b'"../1"',
    ],
)
def test_an_answer_without_a_usable_id_leaves_the_outcome_open(body):
    with pytest.raises(ProtocolError):
        accepted(body)


@pytest.mark.parametrize("status", [200, 400, 401, 500])
@pytest.mark.parametrize("code", ERROR_CLASSES)
def test_a_code_is_an_error_with_a_sentence_whatever_http_says(code, status):
    with pytest.raises(ProviderError) as caught:
        accepted(sent(f"error_{code}"), status)

    assert type(caught.value) is ERROR_CLASSES[code]
    assert (caught.value.code, caught.value.provider) == (code, "lingtu")
    assert len(str(caught.value).split()) > 5
    assert str(caught.value).endswith(".")


def test_every_code_of_the_manual_is_known():
    assert set(REASONS) == set(ERROR_CLASSES)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_code_of_its_own_refuses_even_when_it_is_unknown(status):
    with pytest.raises(RejectedError, match="任务类型错误"):
        accepted('{"code": 800099, "message": "任务类型错误"}'.encode(), status)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("500", UncertainError), ('"429"', RateLimitError), ("1", RejectedError)],
)
def test_a_complaint_inside_a_200_is_an_error(code, kind):
    with pytest.raises(ProviderError) as caught:
        accepted(f'{{"code": {code}, "message": "no", "data": null}}'.encode())

    assert type(caught.value) is kind


@pytest.mark.parametrize("code", ["800001", "800002", "400"])
def test_a_refusal_for_what_is_shown_is_moderation(code):
    body = f'{{"code": {code}, "message": "文本包含敏感内容"}}'.encode()

    with pytest.raises(ModerationError, match="moderation") as caught:
        accepted(body, 400)

    assert (caught.value.code, caught.value.provider) == (code, "lingtu")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthError),
        (403, RejectedError),
        (404, MissingError),
        (429, RateLimitError),
        (500, UncertainError),
        (502, UncertainError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"busy-busy-busy-123"])
def test_an_answer_in_no_form_is_understood_by_its_status(status, kind, body):
    with pytest.raises(ProviderError) as caught:
        accepted(body, status)

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("name", "state", "progress"),
    [
        ("waiting", State.PENDING, 0.0),
        ("executing", State.RUNNING, 0.5),
        ("canceled", State.CANCELED, None),
    ],
)
def test_a_job_without_a_result_says_where_it_stands(name, state, progress):
    update = polled(sent(name))

    assert (update.state, update.progress) == (state, progress)
    assert (update.result, update.error) == (None, None)


@pytest.mark.parametrize("word", ["WAITING", "Executing", " Succeed", "FAILED", "Canceled"])
def test_a_state_is_read_ignoring_case(word):
    lower = told(status=word.strip().lower(), message="x", urls=[PICTURE])

    assert told(status=word, message="x", urls=[PICTURE]).state is lower.state


def test_an_unknown_state_is_waited_for():
    assert told(status="auditing").state is State.PENDING


@pytest.mark.parametrize("name", ["succeed_joined", "tolerant_case", "tolerant_envelope"])
def test_both_shapes_of_a_result_mean_the_same(name):
    plain = polled(sent("succeed"))

    assert urls(plain) == [RESULT_FILE.format(f"{n}.png") for n in range(1, 5)]
    assert polled(sent(name)) == plain
    assert plain.state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("succeed_matting", ["1.png", "1.psd"]),
        ("succeed_vector", ["1.svg", "1.eps"]),
        ("succeed_masked", ["1.png", "mask.png"]),
    ],
)
def test_files_keep_their_order(name, files):
    assert urls(polled(sent(name))) == [RESULT_FILE.format(file) for file in files]


def test_a_comma_inside_an_address_does_not_end_it():
    first = "https://x.example/a.png?process=resize,w_100"

    assert urls(told(status="succeed", url=f"{first}, {PICTURE}")) == [first, PICTURE]


@pytest.mark.parametrize("bad", ["", None, 7, "javascript:alert(1)", "https://a\nb", {"url": 1}])
def test_what_is_no_address_keeps_its_place(bad):
    media = told(status="succeed", urls=[bad, PICTURE]).result.media

    assert [place.url for place in media] == ["", PICTURE]
    assert media[0].removed


def test_the_list_counts_more_than_the_joined_addresses():
    assert urls(told(status="succeed", urls=[PICTURE], url=MASK)) == [PICTURE]
    assert urls(told(status="succeed", urls=[], url=MASK)) == [MASK]


def test_a_text_result_keeps_its_lines():
    update = polled(sent("succeed_text"))

    assert update.state is State.SUCCEEDED
    assert update.result.text == "一只戴着红色围巾的狐狸，\n水彩画，柔和的光线"
    assert not update.result.media


def test_a_text_result_is_made_harmless_and_bounded():
    text = told(status="succeed", text="a\r\nb\u202e\x00c" + "x" * 50_000).result.text

    assert text.startswith("a\nb  cxxx")
    assert len(text) <= 200_000


@pytest.mark.parametrize("values", [{}, {"urls": ["", None]}, {"text": " \n "}, {"url": ""}])
def test_a_success_that_brings_nothing_is_asked_for_again(values):
    update = told(status="succeed", **values)

    assert update.state is State.RUNNING
    assert not update.result.media
    assert polled(sent("succeed_empty")) == update


def test_a_failure_is_told_in_the_providers_words():
    update = polled(sent("failed"))

    assert update.state is State.FAILED
    assert type(update.error) is UnavailableError
    assert str(update.error) == "Lingtu gave this job up: “生成失败”"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"message": "图片审核不通过"}, ModerationError),
        ({"message": "文本含有敏感词"}, ModerationError),
        ({"message": "文本包含敏感词", "code": 800001}, ModerationError),
        ({"message": "图片不能为空或无法访问"}, RejectedError),
        ({"message": "文本不能为空或长度过长"}, RejectedError),
        ({"message": "剩余生成次数不足"}, CreditError),
        ({"message": "风格错误"}, RejectedError),
        ({"message": "宽高比错误"}, RejectedError),
        ({"message": "", "code": 800002}, RejectedError),
        ({"message": "?", "code": "800000"}, CreditError),
        ({"message": "任务超时"}, UnavailableError),
        ({"message": None}, UnavailableError),
        ({}, UnavailableError),
    ],
)
def test_a_failure_is_final_and_has_a_class_and_a_sentence(values, kind):
    update = told(status="failed", **values)

    assert update.state is State.FAILED
    assert type(update.error) is kind
    assert str(update.error).endswith((".", "”"))


@pytest.mark.parametrize("body", [b"null", b"[]", b'"waiting"', b"{}", b'{"status": 1}', b""])
def test_what_describes_no_job_is_no_news(body):
    with pytest.raises(ProtocolError):
        polled(body)


def test_a_server_fault_while_polling_only_means_later():
    with pytest.raises(UnavailableError):
        polled(b'{"code": 500, "message": "x"}', 500)


@pytest.mark.parametrize(
    ("body", "in_time"),
    [
        (sent("cancel_done"), True),
        (sent("cancel_late"), False),
        (b"true", True),
        (b'{"success": "False"}', False),
        (b'{"code": 0, "success": true, "data": {"success": false}}', False),
        ('{"code": 800010, "message": "任务执行中", "success": false}'.encode(), False),
    ],
)
def test_a_cancel_says_whether_it_came_in_time(body, in_time):
    assert LINGTU.canceled(Response(status=200, body=body)) is in_time


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (200, b"{}"), (200, b"7"), (401, b""), (500, b"")]
)
def test_an_unclear_cancel_is_no_answer(status, body):
    with pytest.raises(ProviderError):
        LINGTU.canceled(Response(status=status, body=body))


def test_a_credential_is_checked_by_asking_for_nobodys_job():
    request = LINGTU.check(CREDENTIAL, now=NOW)

    assert (request.path, request.body) == ("/aigc/job/result", {"jobId": "1"})
    assert request.headers["timestamp"] == "1569564388"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"null"),
        (200, b"{}"),
        (200, b'{"status": "failed", "message": "no such job"}'),
        (200, '{"code": 800010, "message": "任务不存在"}'.encode()),
        (400, '{"code": 400, "message": "任务不存在"}'.encode()),
        (404, b'{"code": 404, "message": "no such job"}'),
        (500, '{"code": 500, "message": "任务不存在"}'.encode()),
    ],
)
def test_a_complaint_about_the_job_means_that_the_credential_is_accepted(status, body):
    response = Response(status=status, body=body)

    LINGTU.checked(response)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, sent("error_401"), AuthError),
        (401, sent("error_401"), AuthError),
        (401, b"", AuthError),
        (403, b'{"code": 403, "message": "no"}', RejectedError),
        (404, b"<html>", MissingError),
        (429, b'{"code": 429, "message": "slow"}', RateLimitError),
        (500, sent("error_800000"), CreditError),
        (502, b"<html>", UncertainError),
        (200, b"<html>welcome</html>", ProtocolError),
    ],
)
def test_a_refused_credential_or_a_wrong_address_is_told(status, body, kind):
    with pytest.raises(ProviderError) as caught:
        LINGTU.checked(Response(status=status, body=body))

    assert type(caught.value) is kind


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([ID, int(ID), PICTURE, f"{PICTURE},{MASK}", "succeed", 800002, 10**400])
)
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
FIELDS = [
    "jobId", "data", "status", "message", "urls", "url", "formats", "format", "text", "code",
    "success", "reason",
]  # fmt: skip
ANSWERS = st.recursive(
    ANY_JSON, lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner), max_leaves=24
)
DESCRIBED = st.fixed_dictionaries(
    {"status": st.sampled_from(["waiting", "EXECUTING", "succeed", "failed", "canceled", "?"])},
    optional={
        "urls": st.lists(SCALARS) | ANY_JSON,
        "url": SCALARS,
        "text": SCALARS | st.lists(st.text()),
        "message": SCALARS,
        "code": SCALARS,
        "data": ANY_JSON,
    },
)


def read_all(response):
    for read in (
        LINGTU.update,
        lambda answer: LINGTU.accepted(TEXT2IMG, answer),
    ):
        check(outcome(read, response), holes_alone=True)
    for read in (LINGTU.canceled, LINGTU.checked, LINGTU.answer):
        said = outcome(read, response)
        assert not isinstance(said, ProviderError) or str(said)


STATUSES = st.sampled_from([200, 201, 302, 400, 401, 404, 429, 500, 503])


@given(ANSWERS | DESCRIBED, STATUSES)
def test_no_json_can_break_the_reading(data, status):
    read_all(Response(status=status, body=json.dumps(data).encode()))


@given(st.binary() | st.text().map(str.encode), STATUSES)
def test_no_bytes_can_break_the_reading(body, status):
    read_all(Response(status=status, body=body))


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"data":' * 200_000, b'{"jobId": ' + b"9" * 5_000 + b"}", b"\xff\xfe\x00"],
)
def test_absurd_bodies_are_protocol_errors(body):
    for read in (polled, accepted):
        with pytest.raises(ProtocolError):
            read(body)


@given(st.integers(10**14, 10**40))
def test_no_digit_of_an_id_is_ever_lost(number):
    assert accepted(str(number).encode()).external_id == str(number)
    assert accepted(json.dumps({"jobId": number}).encode()).external_id == str(number)
    assert accepted(json.dumps({"data": str(number)}).encode()).external_id == str(number)
