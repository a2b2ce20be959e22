"""What all providers share, shown on the smallest provider there can be."""

from types import MappingProxyType
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    AuthError,
    CreditError,
    InvalidRequestError,
    MissingError,
    ProtocolError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UncertainError,
)
from bot.operations import Call, Kind, Operation, Params
from bot.providers.base import Provider, clean, identifier, number, retry_after
from bot.wire import Credential, Response, State, Update


class Tune(Params):
    text: str
    request_id: str = ""
    callback: str | None = None


class Note(Params):
    text: str


class Look(Params):
    job_id: str
    page_no: Annotated[int, "from 1"] = 1
    deep: bool = False


SING = Operation(name="tiny.sing", path="/sing", params=Tune, kind=Kind.TEXT, summary="Sing.")
HUM = Operation(name="tiny.hum", path="/hum", params=Note, kind=Kind.TEXT, summary="Hum.")
LOOK = Call(name="tiny.look", path="/songs/{jobId}", params=Look, summary="Look.")
ADD = Call(name="tiny.add", path="/songs/{jobId}", method="PUT", params=Look, summary="Add.")
CREDENTIAL = Credential(provider="tiny", url="https://tiny.example", secret="hush")


class Tiny(Provider):
    name = "tiny"
    title = "Tiny"
    operations = (SING, HUM)
    calls = (LOOK, ADD)
    reasons = MappingProxyType({"Too_Loud": (RejectedError, "Sing more softly.")})

    def sign(self, request, credential, *, now):
        return request

    def poll(self, external_id, credential, *, now):
        return self.call(LOOK, {"job_id": external_id}, credential, now=now)

    def check(self, credential, *, now=0):
        return self.call(LOOK, {"job_id": "0"}, credential, now=now)

    def read_id(self, data):
        return identifier(data.get("id")) if isinstance(data, dict) else ""

    def read(self, data):
        return Update(external_id=self.read_id(data), state=State.RUNNING)


TINY = Tiny()


def refused(status, body=b"", headers=None):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the tests look at its class
        TINY.accepted(SING, Response(status=status, body=body, headers=headers or {}))
    return caught.value


def submitted(operation, params, callback_url=None):
    return TINY.request(
        operation, params, CREDENTIAL, job_id="01JOB", callback_url=callback_url, now=0
    ).body


def test_the_callback_and_our_id_are_added_where_the_endpoint_takes_them():
    url = "https://bot.example/callbacks/tiny/x"

    assert submitted(SING, Tune(text="la"), url) == {
        "text": "la",
        "requestId": "01JOB",
        "callback": url,
    }
    assert submitted(HUM, Note(text="la"), url) == {"text": "la"}


def test_without_a_public_address_no_callback_is_asked_for():
    assert "callback" not in submitted(SING, Tune(text="la"))


def test_a_call_fills_its_path_and_puts_the_rest_into_the_query():
    request = TINY.call(LOOK, {"job_id": "a/b", "page_no": 2, "deep": True}, CREDENTIAL, now=0)

    assert request.path == "/songs/a%2Fb"
    assert request.query == {"pageNo": "2", "deep": "true"}
    assert request.body is None


def test_a_call_that_writes_sends_a_body():
    request = TINY.call(ADD, {"job_id": "7", "page_no": 2}, CREDENTIAL, now=0)

    assert (request.path, request.body) == ("/songs/7", {"pageNo": 2})


@pytest.mark.parametrize("values", [{"job_id": ".."}, {"job_id": ""}, {}, {"job_id": "1", "x": 1}])
def test_a_call_refuses_values_it_cannot_send(values):
    with pytest.raises(InvalidRequestError):
        TINY.call(LOOK, values, CREDENTIAL, now=0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RejectedError),
        (401, AuthError),
        (402, CreditError),
        (403, RejectedError),
        (404, MissingError),
        (405, RejectedError),
        (410, MissingError),
        (422, RejectedError),
        (429, RateLimitError),
        (302, UncertainError),
        (500, UncertainError),
        (502, UncertainError),
        (503, UncertainError),
        (504, UncertainError),
        (599, UncertainError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b'{"message": "so"}', b"[]"])
def test_an_unknown_complaint_is_understood_by_its_status(status, kind, body):
    error = refused(status, body)

    assert type(error) is kind
    assert (error.provider, error.status) == ("tiny", status)
    assert "{" not in str(error)
    assert ("“so”" in str(error)) == (b"so" in body)


def test_a_known_reason_wins_over_the_status():
    error = refused(503, b'{"code": 503, "reason": "Too_Loud", "message": "loud"}')

    assert type(error) is RejectedError
    assert str(error) == "Sing more softly."
    assert (error.status, error.code, error.reason) == (503, "503", "Too_Loud")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (b"402", CreditError),
        (b'"429"', RateLimitError),
        (b"500", UncertainError),
        (b"7", RejectedError),
    ],
)
def test_a_complaint_inside_a_200_is_an_error_by_its_code(code, kind):
    assert type(refused(200, b'{"code": %s, "message": "no"}' % code)) is kind


@pytest.mark.parametrize("code", [b"0", b"200", b'"0"', b"500", b"null"])
def test_an_answer_with_an_id_is_taken_whatever_its_code(code):
    body = b'{"code": %s, "id": "7"}' % code

    assert TINY.accepted(SING, Response(status=200, body=body)).external_id == "7"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"code": 0}', b"[" * 100_000])
def test_a_success_without_an_id_leaves_the_outcome_open(body):
    assert type(refused(200, body)) is ProtocolError


def test_the_providers_words_are_quoted_short_and_clean():
    error = refused(400, b'{"message": "a\\u0000b\\n\\u202e' + b"x" * 500 + b'"}')

    said = error.values["said"]
    assert len(said) == 200
    assert said.startswith("a b xxx")
    assert said.isprintable()


def test_a_fault_while_polling_is_no_doubt_about_the_job():
    with pytest.raises(UnavailableError) as caught:
        TINY.update(Response(status=500))

    assert caught.value.status == 500
    assert str(caught.value).startswith("Tiny does not answer")


def test_a_refusal_while_polling_stays_what_it_is():
    with pytest.raises(MissingError):
        TINY.update(Response(status=404))


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_a_callback_that_names_no_job_cannot_be_read(body):
    with pytest.raises(ProtocolError):
        TINY.callback(body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"RETRY-AFTER": "0"}, 0.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "9" * 18}, 86_400.0),
        (
            {
                "Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT",
                "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
            },
            30.0,
        ),
        (
            {
                "Retry-After": "Wed, 21 Oct 2015 07:28:30 -0000",
                "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
            },
            30.0,
        ),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_as_seconds_or_as_a_date(headers, seconds):
    assert retry_after(headers) == seconds
    assert refused(429, headers=headers).retry_after == seconds


def test_the_request_id_is_kept_for_support():
    assert refused(400, headers={"X-Request-Id": "abc-1"}).request_id == "abc-1"
    assert refused(400, b'{"request_id": "def-2"}').request_id == "def-2"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (3, 3),
        ("3", 3),
        (" -3 ", -3),
        (3.0, 3),
        ("3.0", 3),
        (3.5, None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        (True, None),
        (None, None),
        ("", None),
        ("٣", None),
        ([], None),
        ("9" * 5_000, None),
    ],
)
def test_a_number_is_read_leniently_or_not_at_all(value, read):
    assert number(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("68be9b50553a97d658968285", "68be9b50553a97d658968285"),
        (1234567890123456789, "1234567890123456789"),
        ("13b1848b-5493-4c0e-8c44-68d038b492af", "13b1848b-5493-4c0e-8c44-68d038b492af"),
        ("..", ""),
        ("a/b", ""),
        ("a b", ""),
        ("a" * 129, ""),
        ("", ""),
        (True, ""),
        (-1, ""),
        (1.5, ""),
        ({}, ""),
    ],
)
def test_an_id_is_text_that_fits_a_path(value, read):
    assert identifier(value) == read


@given(st.text())
def test_quoted_words_can_always_be_shown(text):
    quoted = clean(text)

    assert len(quoted) <= 200
    assert quoted.isprintable()
    quoted.encode()


@given(st.dictionaries(st.sampled_from(["Retry-After", "Date"]), st.text()))
def test_no_header_can_break_the_reading_of_a_wait(headers):
    wait = retry_after(headers)

    assert wait is None or 0 <= wait <= 86_400
