"""Jumdata's protocol against samples made from its manual, and against nonsense."""

import json
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
from bot.providers.jumdata import Jumdata, charged, request_number, signature
from bot.providers.jumdata_reasons import REASONS
from bot.providers.jumdata_rows import DRAW, QUERY
from bot.wire import Credential, Response, State
from tests.bot.providers.answers import check, outcome

SAMPLES = Path(__file__).parents[2] / "samples" / "jumdata"
JUMDATA = Jumdata()
CREDENTIAL = Credential(
    provider="jumdata", url="https://jumdata.example", app_id="app", secret="hush"
)
NOW = 1_555_378_976_238
ID = "1705234567890123456"
PICTURES = [f"https://jumdata-result.example/{n}.png" for n in (1, 2, 3, 4)]
# What a code means for a submit that it says was not charged, by the manual's table.
ERROR_CLASSES = {
    "201": MissingError,
    "202": ModerationError,
    "400": RejectedError,
    "404": RejectedError,
    "500": UnavailableError,
    "601": AuthError,
    "602": AuthError,
    "604": AuthError,
    "606": RateLimitError,
    "607": AuthError,
    "609": RateLimitError,
    "610": UnavailableError,
}


def sent(name):
    return (SAMPLES / f"{name}.json").read_bytes()


def submitted(**values):
    return JUMDATA.request(
        DRAW, DRAW.validate(values), CREDENTIAL, job_id="01JOB", callback_url="https://x", now=NOW
    )


def accepted(body, status=200):
    return JUMDATA.accepted(DRAW, Response(status=status, body=body))


def polled(body, status=200):
    return JUMDATA.update(Response(status=status, body=body))


def told(**data):
    return polled(json.dumps({"code": 200, "msg": "成功", "data": data}).encode())


def urls(update):
    return [place.url for place in update.result.media]


def test_the_rows_are_those_of_the_manual():
    rows = [(row.name, row.method, row.path) for row in (*JUMDATA.operations, *JUMDATA.calls)]

    assert rows == [
        ("jumdata.draw", "POST", "/ai/draw/submit"),
        ("jumdata.query", "POST", "/ai/draw/query"),
    ]
    assert DRAW.kind is Kind.IMAGE
    assert DRAW.settles_by == "none"


def test_the_signature_is_the_manuals():
    assert signature("xyzxy2121zxyz", "efcefcef1121cefcefc1212121", "1555378976238") == (
        "6ddcdc405743c576cb6d34b17b47ed56e2b9b6670fae1fe85ed01244fd31558b"
    )


def test_a_submit_is_a_form_signed_in_milliseconds():
    request = submitted(text="a fox", num=4)

    assert request.body is None
    assert request.form == {
        "text": "a fox",
        "resolution": "1024*1024",
        "style": "探索无限",
        "num": "4",
        "appId": "app",
        "timestamp": "1555378976238",
        "sign": signature("app", "hush", "1555378976238"),
    }
    assert not request.headers
    assert "hush" not in repr(request)


def test_a_job_is_asked_for_by_its_id_in_a_signed_form():
    request = JUMDATA.poll(ID, CREDENTIAL, now=NOW)

    assert (request.method, request.path, request.body) == (QUERY.method, QUERY.path, None)
    assert request.form == {
        "taskId": ID,
        "appId": "app",
        "timestamp": "1555378976238",
        "sign": signature("app", "hush", "1555378976238"),
    }


@pytest.mark.parametrize("status", [200, 201, 500])
@pytest.mark.parametrize("name", ["", "_number", "_zero", "_zero_text", "_bare"])
def test_a_submit_waits_under_the_id_that_was_sent(name, status):
    update = accepted(sent(f"accepted{name}"), status)

    assert (update.external_id, update.state) == (ID, State.PENDING)
    assert (update.result, update.error) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"<html>",
        b'{"code": 200}',
        b'{"code": 200, "data": null}',
        b'{"code": 200, "data": "success"}',
        b'{"code": 200, "data": {"taskId": 1.7e18}}',
        b'{"code": 200, "data": {"taskId": "a b"}}',
        b'{"code": 200, "data": 0}',
        b'{"code": 200, "taskNo": "043439882226367117195632"}',
    ],
)
def test_an_answer_without_a_usable_id_leaves_the_outcome_open(body):
    with pytest.raises(ProtocolError):
        accepted(body)


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("code", ERROR_CLASSES)
def test_a_code_is_an_error_with_a_sentence_whatever_http_says(code, status):
    with pytest.raises(ProviderError) as caught:
        accepted(sent(f"error_{code}"), status)

    assert type(caught.value) is ERROR_CLASSES[code]
    assert (caught.value.code, caught.value.provider) == (code, "jumdata")
    assert caught.value.request_id == "255033697205413852131601"
    assert len(str(caught.value).split()) > 4
    assert str(caught.value).endswith((".", "”"))


@pytest.mark.parametrize("code", ["606", "609"])
@pytest.mark.parametrize("form", ['"{}"', '"{}.0"', "{}.0"])
def test_a_code_counts_however_it_is_written(code, form):
    body = f'{{"code": {form.format(code)}, "message": "慢点"}}'.encode()

    with pytest.raises(RateLimitError) as caught:
        accepted(body)

    assert caught.value.code == code


def test_every_code_of_the_manual_is_known():
    assert {code for code in REASONS if code.isdigit()} == set(ERROR_CLASSES)


def denied(code, charge, said="画师罢工"):
    return json.dumps({"code": code, "msg": said, "taskNo": "7", "charge": charge}).encode()


@pytest.mark.parametrize("code", [500, 610, 999, 1234])
def test_a_fault_is_uncertain_only_where_nothing_is_said_of_the_money(code):
    with pytest.raises(UncertainError) as silent:
        accepted(denied(code, None))
    with pytest.raises(UnavailableError, match=r"charged for this request.*画师罢工") as paid:
        accepted(denied(code, True))

    assert [error.value.charged for error in (silent, paid)] == [None, True]
    assert [error.value.request_id for error in (silent, paid)] == ["7", "7"]


@pytest.mark.parametrize("code", [999, 605, 1234])
def test_what_is_wrong_otherwise_and_free_ends_the_job_at_once(code):
    update = accepted(denied(code, False))

    assert (update.state, update.external_id) == (State.FAILED, "")
    assert type(update.error) is UnavailableError
    assert (update.error.charged, update.error.request_id) == (False, "7")
    assert "画师罢工" in str(update.error)


@pytest.mark.parametrize(
    "said", ["账户余额不足", "您已欠费", "请先充值", "剩余次数不足", "调用次数已用完", "套餐已超限"]
)
@pytest.mark.parametrize(("code", "charge"), [(400, False), (999, None), (999, False), (605, True)])
def test_an_account_out_of_credit_is_told_by_its_words(said, code, charge):
    with pytest.raises(CreditError) as caught:
        accepted(denied(code, charge, said))

    assert caught.value.charged is charge


@pytest.mark.parametrize("code", [202, 610])
def test_a_code_that_says_enough_is_not_read_by_its_words(code):
    with pytest.raises((ModerationError, UnavailableError)):
        accepted(denied(code, False, "余额不足"))


def test_a_success_without_an_id_keeps_what_it_says_of_the_money():
    with pytest.raises(ProtocolError) as caught:
        accepted(b'{"code": 200, "taskNo": "043439", "charge": true, "data": {}}')

    assert (caught.value.charged, caught.value.request_id) == (True, "043439")


@pytest.mark.parametrize("said", ["sign签名错误", "timestamp已过期", "appId不存在", "签名不正确"])
@pytest.mark.parametrize("code", [400, 999])
def test_a_wrong_signature_is_told_by_its_words(said, code):
    body = json.dumps({"code": code, "msg": said, "charge": False}).encode()

    with pytest.raises(AuthError, match="JUMDATA_SECRET"):
        accepted(body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthError),
        (403, RejectedError),
        (404, RejectedError),
        (429, RateLimitError),
        (500, UncertainError),
        (504, UncertainError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"[]", b'{"msg": "x"}'])
def test_an_answer_without_a_code_is_understood_by_its_status(status, kind, body):
    with pytest.raises(ProviderError) as caught:
        accepted(body, status)

    assert type(caught.value) is kind


def test_a_job_that_waits_says_no_more():
    update = polled(sent("waiting"))

    assert (update.state, update.progress, update.result) == (State.RUNNING, None, None)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("done", 4),
        ("done_text", 4),
        ("done_fewer", 2),
        ("done_plain_list", 2),
        ("done_first_only", 1),
    ],
)
def test_pictures_come_in_their_order(name, count):
    update = polled(sent(name))

    assert update.state is State.SUCCEEDED
    assert urls(update) == PICTURES[:count]
    assert update.result.cost is None


@pytest.mark.parametrize("bad", [None, "", 7, {}, {"image": "javascript:x"}, "https://a\nb"])
def test_what_is_no_address_keeps_its_place(bad):
    media = told(status=1, imgUrls=[bad, {"image": PICTURES[0]}]).result.media

    assert [place.url for place in media] == ["", PICTURES[0]]
    assert media[0].removed


def test_a_success_that_brings_nothing_is_asked_for_again():
    update = polled(sent("done_empty"))

    assert update.state is State.RUNNING
    assert not update.result.media


@pytest.mark.parametrize("status", [2, -1, "3", "failed", 404])
def test_another_state_is_a_failure(status):
    update = told(status=status)

    assert (update.state, type(update.error)) == (State.FAILED, UnavailableError)
    assert polled(sent("failed")).state is State.FAILED


@pytest.mark.parametrize("status", [None, True, [], {}, "", 0.5])
def test_what_is_no_state_is_no_news(status):
    with pytest.raises(ProtocolError):
        told(status=status)


@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b"", b'{"code": 200, "data": "x"}'])
def test_what_describes_no_job_is_no_news(body):
    with pytest.raises(ProtocolError):
        polled(body)


def test_a_job_that_is_not_known_is_missing():
    with pytest.raises(MissingError):
        polled(sent("error_201"))


def test_a_text_that_is_refused_late_ends_the_job():
    update = polled(sent("error_202"))

    assert (update.state, type(update.error)) == (State.FAILED, ModerationError)


@pytest.mark.parametrize("code", ["500", "610"])
def test_a_fault_while_asking_only_means_later(code):
    with pytest.raises(UnavailableError):
        polled(sent(f"error_{code}"))


@pytest.mark.parametrize(
    ("charge", "meant"),
    [
        (True, True),
        ("true", True),
        (1, True),
        (False, False),
        ("False", False),
        (None, None),
        ([], None),
    ],
)
def test_an_answer_says_whether_it_cost_money(charge, meant):
    assert charged({"charge": charge}) is meant
    assert charged([charge]) is None


def test_the_request_number_is_no_id_of_a_job():
    data = json.loads(sent("accepted"))

    assert request_number(data) == "043439882226367117195632"
    assert request_number({"taskNo": 255033697205413852131601}) == "255033697205413852131601"
    assert JUMDATA.read_id(data) == ID


@pytest.mark.parametrize("name", ["error_201", "error_400", "waiting", "done"])
def test_a_complaint_about_the_job_means_that_the_credential_is_accepted(name):
    JUMDATA.checked(Response(status=200, body=sent(name)))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        *((200, sent(f"error_{code}"), AuthError) for code in (601, 602, 604, 607)),
        (200, sent("error_signature"), AuthError),
        (200, sent("error_404"), RejectedError),
        (200, sent("error_500"), UnavailableError),
        (200, denied(999, False, "账户余额不足"), CreditError),
        (200, sent("error_609"), RateLimitError),
        (200, sent("error_999"), UnavailableError),
        (404, b"<html>", RejectedError),
        (200, b"<html>welcome</html>", ProtocolError),
    ],
)
def test_a_refused_credential_or_a_wrong_address_is_told(status, body, kind):
    with pytest.raises(ProviderError) as caught:
        JUMDATA.checked(Response(status=status, body=body))

    assert type(caught.value) is kind


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([ID, int(ID), PICTURES[0], "200", 606, "1", "true", 10**400])
)
FIELDS = ["code", "msg", "message", "taskNo", "charge", "data", "taskId", "status"]
IMAGES = ["img", "imgUrls", "image", "url"]
ANSWERS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS + IMAGES), inner),
    max_leaves=20,
)
DESCRIBED = st.fixed_dictionaries(
    {"code": st.sampled_from([0, 200, "200", 400, 610, 999]), "data": ANSWERS}
    | {"msg": SCALARS, "charge": SCALARS},
) | st.fixed_dictionaries(
    {"status": st.sampled_from([0, 1, 2, "1"]), "imgUrls": ANSWERS, "img": SCALARS},
).map(lambda data: {"code": 200, "data": data})
STATUSES = st.sampled_from([200, 201, 302, 400, 401, 404, 429, 500, 503])


def read_all(response):
    for read in (JUMDATA.update, accepted_of):
        check(outcome(read, response))
    for read in (JUMDATA.checked, JUMDATA.answer):
        said = outcome(read, response)
        assert not isinstance(said, ProviderError) or str(said)


def accepted_of(response):
    update = JUMDATA.accepted(DRAW, response)
    assert update.external_id or update.state is State.FAILED
    return update


@given(ANSWERS | DESCRIBED, STATUSES)
def test_no_json_can_break_the_reading(data, status):
    read_all(Response(status=status, body=json.dumps(data).encode()))


@given(st.binary() | st.text().map(str.encode), STATUSES)
def test_no_bytes_can_break_the_reading(body, status):
    read_all(Response(status=status, body=body))


@given(st.integers(10**14, 10**40))
def test_no_digit_of_an_id_is_ever_lost(number):
    for data in ({"taskId": number}, {"taskId": str(number)}, number, str(number)):
        body = json.dumps({"code": "200", "data": data}).encode()
        assert accepted(body).external_id == str(number)
