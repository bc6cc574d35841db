"""The awsJson protocol: what is sent, what is accepted, what an error reply means. anchor.md 1.5 and 1.6."""

from __future__ import annotations

import pytest

from codepipeline_sdk._runtime.codec import DecodeError, EncodeError
from codepipeline_sdk._runtime.protocol.aws_json import MAX_DEPTH, AwsJson, parse_json
from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.error import ServiceError, ThrottlingException, UnhandledError
from codepipeline_sdk.primitives import JsonObject
from codepipeline_sdk.types.error import ERRORS, PipelineNotFoundException

PROTOCOL = AwsJson(version="1.1", target_prefix="CodePipeline_20150709")


def failure(body: bytes, headers: dict[str, str] | None = None, status: int = 400) -> ServiceError:
    return PROTOCOL.error(HttpResponse(status=status, headers=headers or {}, body=body), ERRORS)


@pytest.mark.row("1.6-request")
def test_a_request_names_its_operation_and_its_json_version() -> None:
    assert PROTOCOL.request_headers("ListWebhooks") == {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "CodePipeline_20150709.ListWebhooks",
    }


@pytest.mark.row("1.6-serialise")
@pytest.mark.parametrize(
    ("members", "body"),
    [
        ({}, b"{}"),
        ({"max": 0, "off": False, "none": "", "tags": []}, b'{"max":0,"off":false,"none":"","tags":[]}'),
        ({"name": "Größe \U0001f680"}, '{"name":"Größe \U0001f680"}'.encode()),
        ({"text": 'a"b\\c\n\x00'}, b'{"text":"a\\"b\\\\c\\n\\u0000"}'),
    ],
)
def test_a_body_is_compact_utf8_json_and_never_empty(members: JsonObject, body: bytes) -> None:
    assert PROTOCOL.request_body(members) == body


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"tags": [{"key": "k"}, {"key": "\ud800"}]}, "tags[1].key is not valid Unicode"),
        ({"a": {"b": float("nan")}}, "a.b is of type float"),
        ({"a": [b"bytes"]}, "a[0] is of type bytes"),
        ({"a": object()}, "a is of type object"),
    ],
)
def test_what_json_cannot_say_is_refused_with_its_path(members: JsonObject, problem: str) -> None:
    with pytest.raises(EncodeError) as caught:
        PROTOCOL.request_body(members)
    assert str(caught.value) == problem


@pytest.mark.row("1.5-json-error")
@pytest.mark.trap(9)
@pytest.mark.parametrize(
    ("header", "body", "code"),
    [
        (None, b'{"__type":"FooError"}', "FooError"),
        (None, b'{"__type":"aws.protocoltests.restjson#FooError"}', "FooError"),
        (None, b'{"__type":"aws.protocoltests.restjson#FooError:http://internal.amazon.com/coral/"}', "FooError"),
        (None, b'{"__type":"FooError:http://internal.amazon.com/coral/com.amazon#Other"}', "FooError"),
        (None, b'{"code":"FooError"}', "FooError"),
        (None, b'{"__type":"Late","code":"FooError"}', "FooError"),
        (None, b'{"code":42,"__type":"FooError"}', "FooError"),
        (None, b'{"code":"","__type":"FooError"}', "FooError"),
        ("FooError", b'{"__type":"Body"}', "FooError"),
        ("FooError:http://x#y", b"", "FooError"),
        ("com.x#FooError", b"not json", "FooError"),
        (None, b"{}", None),
        (None, b"", None),
        (None, b"[]", None),
        (None, b"<html>502</html>", None),
        (None, b"\xff\xfe", None),
        (None, b'{"__type":null}', None),
        (None, b'{"__type":"#"}', None),
    ],
)
def test_the_code_comes_from_the_header_then_code_then_type(header: str | None, body: bytes, code: str | None) -> None:
    error = failure(body, {"x-amzn-errortype": header} if header else None)
    assert error.code == code
    assert type(error) is UnhandledError


@pytest.mark.row("1.5-json-error")
@pytest.mark.trap(10)
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message":"a"}', "a"),
        (b'{"Message":"a"}', "a"),
        (b'{"errorMessage":"a"}', "a"),
        (b'{"message":"a","Message":"b"}', "b"),
        (b'{"Message":"b","message":"a"}', "a"),
        (b'{"message":5}', None),
        (b"{}", None),
    ],
)
def test_the_message_is_the_last_of_three_keys(body: bytes, message: str | None) -> None:
    assert failure(body).message == message


@pytest.mark.row("0-exceptions")
@pytest.mark.row("1.5-exceptions")
@pytest.mark.trap(10)
@pytest.mark.parametrize("code", sorted(ERRORS))
@pytest.mark.parametrize("key", ["message", "Message", "errorMessage"])
def test_every_modelled_error_has_the_message_that_was_sent(code: str, key: str) -> None:
    error = failure(b'{"__type":"%b","%b":"why"}' % (code.encode(), key.encode()))
    assert (type(error), error.message, str(error)) == (ERRORS[code], "why", f"{code}: why (status 400)")


@pytest.mark.row("1.5-accessors")
def test_a_modelled_code_is_its_class_with_the_facts_of_the_response() -> None:
    headers = {"x-amzn-requestid": "r-1"}
    error = failure(b'{"__type":"PipelineNotFoundException","message":"no such pipeline"}', headers)
    assert type(error) is PipelineNotFoundException
    assert (error.code, error.message, error.status, error.request_id) == (
        "PipelineNotFoundException",
        "no such pipeline",
        400,
        "r-1",
    )
    assert error.response is not None
    assert error.response.body.startswith(b"{")


@pytest.mark.trap(56)
def test_a_common_aws_code_is_its_class_under_each_spelling() -> None:
    assert type(failure(b'{"__type":"Throttling"}')) is ThrottlingException
    assert failure(b'{"__type":"Throttling"}').code == "Throttling"
    assert type(failure(b'{"__type":"ThrottlingException"}')) is ThrottlingException


@pytest.mark.row("1.5-malformed")
@pytest.mark.trap(11)
def test_a_body_that_is_no_json_leaves_its_reason_as_the_cause() -> None:
    error = failure(b"<html>", status=502)
    assert isinstance(error.__cause__, DecodeError)
    assert error.status == 502
    assert str(error) == "UnhandledError (status 502)"
    assert error.response is not None
    assert error.response.body == b"<html>"


@pytest.mark.row("1.6-deserialise")
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a":1} trailing',
        b"<html></html>",
        b'"text"',
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":"\xc3"}',
        b'{"a":"\\ud800"}',
        b'{"\\uDC00":1}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_a_success_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        PROTOCOL.response_members(HttpResponse(status=200, body=body))


@pytest.mark.row("1.6-deserialise")
def test_an_empty_success_has_no_members() -> None:
    assert PROTOCOL.response_members(HttpResponse(status=200)) == {}


def test_an_escaped_surrogate_pair_is_one_character() -> None:
    assert parse_json(b'{"a":"\\ud83d\\ude80"}') == {"a": "\U0001f680"}


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[[],{"a":', b"}]")])
def test_nesting_is_accepted_to_the_limit_and_refused_beyond(opening: bytes, closing: bytes) -> None:
    levels = 2 if opening.startswith(b"[[") else 1
    inside = MAX_DEPTH // levels
    parse_json(opening * inside + b"1" + closing * inside)
    with pytest.raises(DecodeError, match="nesting"):
        parse_json(opening * (inside + 1) + b"1" + closing * (inside + 1))


def test_many_brackets_beside_each_other_are_no_nesting() -> None:
    assert parse_json(b"[" + b",".join([b"[]"] * 1000) + b"]") == [[]] * 1000
