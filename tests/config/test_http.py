"""The values of the HTTP seam: what their reprs hide, which id a response names. anchor.md 1.4, 1.5."""

from __future__ import annotations

import pytest

from codepipeline_sdk.config import HttpConfig, HttpRequest, HttpResponse
from codepipeline_sdk.primitives import REDACTED


def messages(headers: dict[str, str] | None = None, body: bytes = b"") -> tuple[HttpRequest, HttpResponse]:
    return (
        HttpRequest(method="POST", url="http://h/", headers=headers or {}, body=body),
        HttpResponse(status=200, headers=headers or {}, body=body),
    )


@pytest.mark.row("1.4-headers")
@pytest.mark.parametrize(
    "name",
    ["authorization", "Authorization", "proxy-authorization", "x-amz-security-token", "cookie", "Set-Cookie"],
)
def test_a_header_that_holds_a_secret_is_in_no_repr(name: str) -> None:
    for message in messages({name: "planted", "x-amz-target": "shown"}):
        assert f"{name!r}: {REDACTED!r}" in repr(message)
        assert "planted" not in f"{message!r} {message}"
        assert "'x-amz-target': 'shown'" in repr(message)


@pytest.mark.row("1.4-sensitive-bodies")
def test_a_repr_tells_the_length_of_a_body_and_never_the_body() -> None:
    for message in messages(body=b"planted"):
        assert "<7 bytes>" in repr(message)
        assert "planted" not in f"{message!r} {message}"


@pytest.mark.row("1.5-request-id")
@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({"x-amzn-requestid": "a", "x-amz-request-id": "b"}, "a"),
        ({"x-amzn-requestid": "", "x-amz-request-id": "b"}, "b"),
        ({"x-amz-request-id": "b"}, "b"),
        ({}, None),
    ],
)
def test_the_request_id_is_under_the_first_of_two_names(headers: dict[str, str], request_id: str | None) -> None:
    assert HttpResponse(status=200, headers=headers).request_id == request_id


@pytest.mark.row("1.18-pool")
def test_the_pool_is_bounded_and_keeps_idle_connections_for_ninety_seconds() -> None:
    settings = HttpConfig()
    assert (settings.max_connections, settings.keepalive_expiry) == (100, 90.0)
