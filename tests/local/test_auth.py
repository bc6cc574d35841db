"""Section 1.4 of the local service's rules: signatures, made by botocore and verified by the service."""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from codepipeline_sdk.config.http import HttpRequest
from codepipeline_sdk.testing.local import AccessKey, Assumptions, AuthMode, LocalCodePipeline, ManualClock
from codepipeline_sdk.testing.local.clock import MANUAL_START
from tests.local.wire import Refusal, check_refusal, service_model

URL = "http://local.codepipeline:8080/"
TOKEN = "session/token+with=signs"
TEST = AccessKey(access_key_id="test", secret_access_key="test")
SESSION = AccessKey(
    access_key_id="ASIATEST", secret_access_key="temporary", session_token=TOKEN, expires_at=MANUAL_START + 600
)


@pytest.fixture(autouse=True)
def signing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore sign at the moment at which a manual clock starts."""
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: datetime.fromtimestamp(MANUAL_START, UTC))


def signed(
    *,
    operation: str = "ListPipelines",
    body: bytes = b"{}",
    key: AccessKey = TEST,
    secret: str | None = None,
    token: str | None = None,
    region: str = "us-east-1",
    service: str = "codepipeline",
    url: str = URL,
    headers: dict[str, str] | None = None,
) -> HttpRequest:
    """Return a request that botocore has signed."""
    fields = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": f"CodePipeline_20150709.{operation}",
        **(headers or {}),
    }
    request = botocore.awsrequest.AWSRequest("POST", url, headers=fields, data=body)
    credentials = botocore.credentials.Credentials(
        key.access_key_id, secret or key.secret_access_key, token or key.session_token
    )
    botocore.auth.SigV4Auth(credentials, service, region).add_auth(request)
    present = {name.lower(): value for name, value in request.headers.items()}
    return HttpRequest(method="POST", url=url, headers=present, body=body)


def verifying(offset: float = 0.0, **settings: Any) -> LocalCodePipeline:
    """Return a service that verifies, so many seconds after the signing."""
    settings = {
        "auth": "verify",
        "clock": ManualClock(MANUAL_START + offset),
        "access_keys": (TEST, SESSION),
        **settings,
    }
    return LocalCodePipeline(**settings)


async def refused(local: LocalCodePipeline, request: HttpRequest) -> Refusal:
    refusal = check_refusal("ListPipelines", await local.http_client.send(request))
    assert refusal.status == 400
    return refusal


@pytest.mark.parametrize("key", [TEST, SESSION], ids=["long-lived", "session"])
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="plain"),
        pytest.param({"url": "http://127.0.0.1/"}, id="default port"),
        pytest.param({"url": "https://LOCAL.codepipeline/"}, id="upper case host"),
        pytest.param({"url": "http://[::1]:4566/"}, id="IPv6"),
        pytest.param({"url": URL + "?b=2&a=x%20y&a=&c=~%2F%2B"}, id="query"),
        pytest.param({"headers": {"x-amz-note": "  two   blanks\tand a tab  "}}, id="blanks"),
        pytest.param({"headers": {"x-amz-note": "ünïcödé"}}, id="header beyond ASCII"),
        pytest.param({"headers": {"host": "local.codepipeline:8080"}}, id="host given"),
        pytest.param({"body": '{"nextToken":null,"ü":"🧸"}'.encode()}, id="body beyond ASCII"),
        pytest.param({"body": b""}, id="no body"),
        pytest.param({"region": "eu-central-1"}, id="other region"),
    ],
)
async def test_a_signature_of_botocore_is_right(key: AccessKey, changes: dict[str, Any]) -> None:
    """W-17."""
    async with verifying() as local:
        assert (await local.http_client.send(signed(key=key, **changes))).status == 200


@pytest.mark.parametrize(
    "key",
    [
        AccessKey(access_key_id="äöü", secret_access_key="s"),
        AccessKey(access_key_id="k", secret_access_key="sécrét🔑/+"),
    ],
    ids=["key id", "secret"],
)
async def test_keys_may_have_any_characters(key: AccessKey) -> None:
    async with verifying(access_keys=[key]) as local:
        assert (await local.http_client.send(signed(key=key))).status == 200


async def test_the_order_in_which_signed_headers_are_named_does_not_matter() -> None:
    request = signed()
    names = "content-type;host;x-amz-date;x-amz-target"
    turned = request.headers["authorization"].replace(names, ";".join(reversed(names.split(";"))))
    assert turned != request.headers["authorization"]
    async with verifying() as local:
        assert (await local.http_client.send(_changed(request, authorization=turned))).status == 200


async def test_every_operation_is_verified_alike() -> None:
    async with verifying() as local:
        for operation in service_model().operation_names:
            response = await local.http_client.send(signed(operation=operation, secret="wrong"))
            assert response.headers["x-amzn-errortype"] == "InvalidSignatureException"


def _changed(request: HttpRequest, **headers: str | None) -> HttpRequest:
    for name, value in headers.items():
        field = name.replace("_", "-")
        request.headers.pop(field, None)
        if value is not None:
            request.headers[field] = value
    return request


def _bodied(request: HttpRequest, body: bytes) -> HttpRequest:
    request.body = body
    return request


def _addressed(request: HttpRequest, url: str) -> HttpRequest:
    request.url = url
    return request


def _authorization(**changes: str) -> str:
    parts = {
        "algorithm": "AWS4-HMAC-SHA256",
        "Credential": "test/20260101/us-east-1/codepipeline/aws4_request",
        "SignedHeaders": "host;x-amz-date;x-amz-target",
        "Signature": "0" * 64,
        **changes,
    }
    algorithm = parts.pop("algorithm")
    return f"{algorithm} " + ", ".join(f"{name}={value}" for name, value in parts.items() if value)


FORGED = "The request signature we calculated does not match"

INVALID = [
    pytest.param(lambda: signed(secret="wrong"), FORGED, id="bad secret"),
    pytest.param(lambda: _bodied(signed(), b'{"maxResults":1}'), FORGED, id="body"),
    pytest.param(lambda: _changed(signed(), x_amz_target="CodePipeline_20150709.DeletePipeline"), FORGED, id="target"),
    pytest.param(lambda: _changed(signed(), x_amz_date="20260101T000001Z"), FORGED, id="time"),
    pytest.param(lambda: _changed(signed(), host="elsewhere"), FORGED, id="host"),
    pytest.param(lambda: _addressed(signed(), URL + "?a=b"), FORGED, id="query"),
    pytest.param(lambda: _changed(signed(), content_type=None), "content-type", id="signed header missing"),
    pytest.param(lambda: _changed(signed(), x_amz_note="late"), "x-amz-note", id="unsigned header of AWS"),
    pytest.param(
        lambda: _changed(signed(), authorization=_authorization(SignedHeaders="x-amz-date;x-amz-target")),
        "host",
        id="unsigned host",
    ),
    pytest.param(lambda: signed(service="s3"), "codepipeline", id="service"),
    pytest.param(
        lambda: _changed(
            signed(), authorization=_authorization(Credential="test/20251231/us-east-1/codepipeline/aws4_request")
        ),
        "X-Amz-Date",
        id="date of the scope",
    ),
    pytest.param(
        lambda: signed(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
        "X-Amz-Content-SHA256",
        id="unsigned payload",
    ),
    pytest.param(lambda: _changed(signed(), authorization=_authorization(Signature="ä")), FORGED, id="signature"),
]


@pytest.mark.parametrize(("make", "text"), INVALID)
async def test_a_request_that_was_not_signed_as_it_stands_is_refused(make: Any, text: str) -> None:
    """W-17."""
    async with verifying() as local:
        refusal = await refused(local, make())
        assert refusal.code == "InvalidSignatureException"
        assert text in (refusal.message or "")


MALFORMED = [
    pytest.param(None, "MissingAuthenticationTokenException", "Missing Authentication Token", id="none"),
    pytest.param("", "IncompleteSignatureException", "AWS4-HMAC-SHA256", id="empty"),
    pytest.param("Bearer abc", "IncompleteSignatureException", "AWS4-HMAC-SHA256", id="bearer"),
    pytest.param(
        _authorization(algorithm="AWS4-ECDSA-P256-SHA256"),
        "IncompleteSignatureException",
        "AWS4-HMAC-SHA256",
        id="SigV4a",
    ),
    pytest.param(_authorization(Credential=""), "IncompleteSignatureException", "'Credential'", id="no credential"),
    pytest.param(_authorization(SignedHeaders=""), "IncompleteSignatureException", "'SignedHeaders'", id="no headers"),
    pytest.param(_authorization(Signature=""), "IncompleteSignatureException", "'Signature'", id="no signature"),
    pytest.param(
        _authorization(Credential="test/20260101/us-east-1/codepipeline"),
        "IncompleteSignatureException",
        "Credential",
        id="short scope",
    ),
    pytest.param(
        _authorization(Credential="test/20260101//codepipeline/aws4_request"),
        "IncompleteSignatureException",
        "Credential",
        id="no region",
    ),
    pytest.param(
        _authorization(Credential="test/20260101/us-east-1/codepipeline/aws2"),
        "IncompleteSignatureException",
        "Credential",
        id="terminator",
    ),
]


@pytest.mark.parametrize("mode", ["structural", "verify"])
@pytest.mark.parametrize(("authorization", "code", "text"), MALFORMED)
async def test_a_signature_that_cannot_be_read_is_refused(
    mode: AuthMode, authorization: str | None, code: str, text: str
) -> None:
    async with verifying(auth=mode) as local:
        refusal = await refused(local, _changed(signed(), authorization=authorization))
        assert refusal.code == code
        assert text in (refusal.message or "")


@pytest.mark.parametrize("timestamp", [None, "yesterday", "2026-01-01T00:00:00Z"])
async def test_a_signature_needs_its_time(timestamp: str | None) -> None:
    async with verifying() as local:
        refusal = await refused(local, _changed(signed(), x_amz_date=timestamp))
        assert refusal.code == "IncompleteSignatureException"
        assert "X-Amz-Date" in (refusal.message or "")


PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20260101%2Fus-east-1%2Fcodepipeline%2Faws4_request"
    "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
)


@pytest.mark.parametrize(
    ("query", "code"),
    [(PRESIGNED + "&X-Amz-Signature=00", "InvalidSignatureException"), (PRESIGNED, "IncompleteSignatureException")],
    ids=["whole", "without signature"],
)
async def test_a_presigned_request_is_read_and_refused(query: str, code: str) -> None:
    """W-17."""
    async with verifying() as local:
        request = _changed(signed(url=f"{URL}?{query}"), authorization=None)
        assert (await refused(local, request)).code == code


UNKNOWN = [
    pytest.param(lambda: signed(key=AccessKey(access_key_id="who", secret_access_key="test")), id="unknown key"),
    pytest.param(lambda: signed(key=SESSION, token="other"), id="wrong token"),
    pytest.param(lambda: _changed(signed(key=SESSION), x_amz_security_token=None), id="no token"),
    pytest.param(lambda: signed(token="surplus"), id="token of a long-lived key"),
]


@pytest.mark.parametrize("make", UNKNOWN)
async def test_an_unknown_key_or_token_is_refused(make: Any) -> None:
    async with verifying() as local:
        assert await refused(local, make()) == Refusal(
            400, "UnrecognizedClientException", "The security token included in the request is invalid"
        )


async def test_temporary_credentials_end() -> None:
    async with verifying(599, assumptions=Assumptions(skew_check=False)) as local:
        assert (await local.http_client.send(signed(key=SESSION))).status == 200
    async with verifying(600) as local:
        refusal = await refused(local, signed(key=SESSION))
        assert refusal.code == "ExpiredTokenException"
        assert "expired" in (refusal.message or "")


@pytest.mark.parametrize(
    ("offset", "message"),
    [
        (300, None),
        (-300, None),
        (
            301,
            "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z (20260101T000501Z - 5 min.)",
        ),
        (
            -301,
            (
                "Signature not yet current: 20260101T000000Z is still later than 20251231T235959Z "
                "(20251231T235459Z + 5 min.)"
            ),
        ),
    ],
)
async def test_a_signature_may_be_five_minutes_off(offset: float, message: str | None) -> None:
    """W-19."""
    async with verifying(offset) as local:
        if message is None:
            assert (await local.http_client.send(signed())).status == 200
        else:
            assert await refused(local, signed()) == Refusal(400, "InvalidSignatureException", message)


async def test_the_time_of_signatures_can_be_left_alone() -> None:
    """W-19."""
    async with verifying(1e6, assumptions=Assumptions(skew_check=False)) as local:
        assert (await local.http_client.send(signed())).status == 200


@pytest.mark.parametrize("mode", ["structural", "verify"])
async def test_a_service_with_a_region_takes_no_other(mode: AuthMode) -> None:
    """W-18."""
    async with verifying(auth=mode, region="eu-west-1") as local:
        assert (await local.http_client.send(signed(region="eu-west-1"))).status == 200
        refusal = await refused(local, signed(region="us-east-1"))
        assert refusal.code == "InvalidSignatureException"
        assert "eu-west-1" in (refusal.message or "")


async def test_a_structural_service_takes_any_key_secret_and_time() -> None:
    async with verifying(1e6, auth="structural") as local:
        request = signed(key=AccessKey(access_key_id="who", secret_access_key="knows"))
        assert (await local.http_client.send(request)).status == 200


@pytest.mark.parametrize("authorization", [None, "Bearer abc"])
async def test_a_service_without_authentication_asks_for_nothing(authorization: str | None) -> None:
    async with verifying(auth="off") as local:
        assert (await local.http_client.send(_changed(signed(), authorization=authorization))).status == 200


async def test_a_service_without_authentication_still_reads_the_scope() -> None:
    """D-1."""
    seen: list[str] = []

    def policy(_principal: str, _action: str, resource: str, _tags: object) -> Any:
        seen.append(resource)
        return "Deny"

    async with verifying(auth="off", policy=policy) as local:
        for key_id, region in (("test", "eu-west-1"), ("210987654321", "ap-south-1")):
            key = AccessKey(access_key_id=key_id, secret_access_key="x")
            request = signed(operation="GetPipeline", body=b'{"name":"a"}', key=key, region=region)
            await local.http_client.send(request)
        unsigned = _changed(signed(operation="GetPipeline", body=b'{"name":"a"}'), authorization=None)
        await local.http_client.send(unsigned)
    assert seen == [
        "arn:aws:codepipeline:eu-west-1:123456789012:a",
        "arn:aws:codepipeline:ap-south-1:210987654321:a",
        "arn:aws:codepipeline:us-east-1:123456789012:a",
    ]


def test_the_repr_of_a_key_shows_no_secret() -> None:
    assert "temporary" not in repr(SESSION)
    assert TOKEN not in repr(SESSION)
