"""Signatures against the vectors that AWS documents, and the rules that no vector shows."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from codepipeline_sdk._runtime import signing
from codepipeline_sdk._runtime.signing import UNSIGNED_HEADERS, sign
from codepipeline_sdk.config.http import HttpRequest
from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import ConfigError

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
CREDENTIALS = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key=SECRET)
TEMPORARY = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key=SECRET, session_token=TOKEN)
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
HOST = "https://example.amazonaws.com"
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def request(
    url: str = f"{HOST}/", headers: dict[str, str] | None = None, *, method: str = "POST", body: bytes = b"{}"
) -> HttpRequest:
    return HttpRequest(method=method, url=url, headers=dict(headers or {}), body=body)


def authorization(
    unsigned: HttpRequest,
    credentials: Credentials = CREDENTIALS,
    *,
    region: str = "us-east-1",
    service: str = "service",
    now: datetime = NOW,
) -> str:
    sign(unsigned, credentials, region=region, service=service, now=now)
    return unsigned.headers["authorization"]


def signed_headers(header: str) -> list[str]:
    return header.partition("SignedHeaders=")[2].partition(",")[0].split(";")


@pytest.mark.row("1.7-sigv4")
@pytest.mark.parametrize(
    ("unsigned", "signature"),
    [
        pytest.param(
            request(method="GET", body=b""),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-vanilla",
        ),
        pytest.param(
            request(f"{HOST}/example/..", method="GET", body=b""),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-relative",
        ),
        pytest.param(
            request(f"{HOST}/ሴ", method="GET", body=b""),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
            id="get-utf8",
        ),
        pytest.param(
            request(f"{HOST}/example space/", method="GET", body=b""),
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
            id="get-space",
        ),
        pytest.param(
            request(f"{HOST}/{UNRESERVED}", method="GET", body=b""),
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
            id="get-unreserved",
        ),
        pytest.param(
            request(f"{HOST}/?Param1=value1", method="GET", body=b""),
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
            id="get-vanilla-query",
        ),
        pytest.param(
            request(f"{HOST}/?Param2=value2&Param1=value1", method="GET", body=b""),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            id="get-vanilla-query-order-key-case",
        ),
        pytest.param(
            request(f"{HOST}/?{UNRESERVED}={UNRESERVED}", method="GET", body=b""),
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            id="get-vanilla-query-unreserved",
        ),
        pytest.param(
            request(f"{HOST}/?ሴ=bar", method="GET", body=b""),
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            id="get-vanilla-utf8-query",
        ),
        pytest.param(
            request(headers={"my-header1": " value1", "my-header2": ' "a   b   c"'}, method="GET", body=b""),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            id="get-header-value-trim",
        ),
        pytest.param(
            request(body=b""),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            id="post-vanilla",
        ),
        pytest.param(
            request(headers={"my-header1": "value1"}, body=b""),
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
            id="post-header-key-sort",
        ),
        pytest.param(
            request(f"{HOST}/?Param1=value1", body=b""),
            "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
            id="post-vanilla-query",
        ),
        pytest.param(
            request(headers=FORM, body=b"Param1=value1"),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            id="post-x-www-form-urlencoded",
        ),
    ],
)
def test_a_request_of_the_test_suite_of_aws_gets_its_documented_signature(
    unsigned: HttpRequest, signature: str
) -> None:
    assert authorization(unsigned).endswith(f", Signature={signature}")


def test_the_example_of_the_documentation_gets_its_authorization_header() -> None:
    unsigned = request(
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
        method="GET",
        body=b"",
    )
    assert authorization(unsigned, service="iam") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.row("1.7-sigv4")
def test_a_session_token_is_sent_and_signed() -> None:
    unsigned = request()
    assert "x-amz-security-token" in signed_headers(authorization(unsigned, TEMPORARY))
    assert unsigned.headers["x-amz-security-token"] == TOKEN


@pytest.mark.row("1.7-sigv4")
def test_only_the_headers_of_a_signature_are_added() -> None:
    unsigned = request()
    authorization(unsigned)
    assert unsigned.headers.keys() == {"authorization", "host", "x-amz-date"}


@pytest.mark.row("1.7-excluded")
@pytest.mark.row("1.12-user-agent")
@pytest.mark.parametrize("name", sorted(UNSIGNED_HEADERS - {"authorization"}))
def test_a_header_that_changes_on_the_way_is_not_signed(name: str) -> None:
    assert authorization(request(headers={name: "x"})) == authorization(request())


@pytest.mark.row("1.7-excluded")
def test_every_other_header_is_signed() -> None:
    headers = {"content-length": "2", "accept-encoding": "identity", "x-amz-user-agent": "a", "x-mine": "b"}
    assert signed_headers(authorization(request(headers=headers))) == sorted({*headers, "host", "x-amz-date"})


def test_a_request_that_is_signed_again_equals_one_that_is_signed_afresh() -> None:
    again, afresh = request(), request()
    authorization(again, TEMPORARY, region="eu-west-1")
    later = NOW + timedelta(days=1)
    assert authorization(again, now=later) == authorization(afresh, now=later)
    assert again == afresh


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://h", "h"),
        ("https://H.Example:443/", "h.example"),
        ("http://h:80/", "h"),
        ("http://h:443/", "h:443"),
        ("http://h:4566/base", "h:4566"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)
def test_the_host_header_comes_from_the_url(url: str, host: str) -> None:
    unsigned = request(url)
    authorization(unsigned)
    assert unsigned.headers["host"] == host


def test_a_host_header_that_is_there_is_kept() -> None:
    unsigned = request(headers={"host": "other"})
    authorization(unsigned)
    assert unsigned.headers["host"] == "other"


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("", "/"),
        ("/", "/"),
        ("//a//b//", "/a/b/"),
        ("/a/./b/../c", "/a/c"),
        ("/a/b/.", "/a/b/"),
        ("/a/b/..", "/a/"),
        ("/../..", "/"),
        ("/a%20b", "/a%2520b"),
        ("/a:b@c", "/a%3Ab%40c"),
    ],
)
def test_a_path_is_normalised_and_encoded_once_more(path: str, canonical: str) -> None:
    assert signing._resource(HOST + path).path == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("b=1&a=2", "a=2&b=1"),
        ("a=b&a=a&a", "a=&a=a&a=b"),
        ("a-b=1&a=2", "a=2&a-b=1"),
        ("a=%7e&b=%2f&c=+&&d=%e2%82%ac", "a=~&b=%2F&c=%20&d=%E2%82%AC"),
        ("a=b=c", "a=b%3Dc"),
    ],
)
def test_a_query_is_encoded_in_one_way_and_sorted_by_name_and_value(query: str, canonical: str) -> None:
    assert signing._resource(f"{HOST}/?{query}").query == canonical


def test_runs_of_blanks_in_a_value_are_signed_as_one() -> None:
    folded = authorization(request(headers={"x-mine": "a b é"}))
    assert authorization(request(headers={"x-mine": "\ta \t  b  é  "})) == folded


def test_a_no_break_space_is_no_blank() -> None:
    assert authorization(request(headers={"x-mine": "a\xa0"})) != authorization(request(headers={"x-mine": "a"}))
    assert authorization(request(headers={"x-mine": "a\xa0 b"})) != authorization(request(headers={"x-mine": "a b"}))


def test_the_time_is_signed_in_utc() -> None:
    unsigned = request()
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    assert authorization(unsigned, now=elsewhere) == authorization(request())
    assert unsigned.headers["x-amz-date"] == "20150830T123600Z"


@pytest.mark.parametrize("value", ["a\r", "a\nb: c", "a\0", "a\x0b", "a\x7f", "€", "\udc80"])
@pytest.mark.parametrize("name", ["x-mine", "user-agent"])
def test_a_header_value_that_cannot_be_sent_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"the value of the header {name} has a character that cannot be sent") as info:
        authorization(request(headers={name: value}))
    assert value not in str(info.value)


@pytest.mark.parametrize("name", ["X-Mine", "x mine", "x-mine:", "x-mine\r\n", "é", ""])
def test_a_header_name_that_cannot_be_sent_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="the header name"):
        authorization(request(headers={name: "x"}))


def test_an_empty_region_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="region"):
        authorization(request(), region="")


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        authorization(request(), now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("url", ["", "/", "https://", "https://[::1"])
def test_a_url_without_a_host_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        authorization(request(url))


@pytest.mark.parametrize(
    ("unsigned", "access_key_id", "token", "region"),
    [
        pytest.param(request(headers={"x-mine": "\n"}), "AKIDEXAMPLE", TOKEN, "us-east-1", id="header value"),
        pytest.param(request(headers={"X-Mine": "a"}), "AKIDEXAMPLE", TOKEN, "us-east-1", id="header name"),
        pytest.param(request(method="PO ST"), "AKIDEXAMPLE", TOKEN, "us-east-1", id="method"),
        pytest.param(request(method="\udc80"), "AKIDEXAMPLE", TOKEN, "us-east-1", id="method that is no Unicode"),
        pytest.param(request(f"{HOST}/\udc80"), "AKIDEXAMPLE", TOKEN, "us-east-1", id="path that is no Unicode"),
        pytest.param(request(), "AKID\n", TOKEN, "us-east-1", id="access key id"),
        pytest.param(request(), "AKIDEXAMPLE", TOKEN + "\r\n", "us-east-1", id="session token"),
        pytest.param(request(), "AKIDEXAMPLE", TOKEN + "\udc80", "us-east-1", id="session token that is no Unicode"),
        pytest.param(request(), "AKIDEXAMPLE", TOKEN, "us-east-1\r\nx: y", id="region"),
        pytest.param(request(), "AKIDEXAMPLE", TOKEN, "us east 1", id="region with blanks"),
    ],
)
def test_no_secret_shows_in_a_refusal_or_in_the_local_variables_of_its_traceback(
    unsigned: HttpRequest, access_key_id: str, token: str, region: str
) -> None:
    authorization(unsigned_twin := request(), TEMPORARY)
    unsigned.headers |= unsigned_twin.headers
    credentials = Credentials(access_key_id=access_key_id, secret_access_key=SECRET, session_token=token)
    with pytest.raises(ValueError, match=r"cannot be sent|surrogates not allowed") as info:
        sign(unsigned, credentials, region=region, service="service", now=NOW)
    error = info.value
    inside = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename != __file__]
    assert inside
    shown = repr(error) + "".join(repr(frame.f_locals) for frame in inside) + repr(vars(error))
    assert TOKEN not in shown
    assert SECRET not in shown


def test_a_secret_that_is_no_unicode_gives_a_wrong_signature_and_no_error() -> None:
    odd = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="\udc80")
    assert authorization(request(), odd) != authorization(request())


def test_the_caches_are_bounded_and_show_no_secret() -> None:
    for number in range(200):
        credentials = Credentials(
            access_key_id="AKIDEXAMPLE", secret_access_key=f"{SECRET}{number}", session_token=f"{TOKEN}{number}"
        )
        authorization(request(f"{HOST}/{number}", {f"x-{number}": "a"}), credentials, now=NOW + timedelta(days=number))
    caches = [signing._keyed, signing._canonical_header, signing._header_names, signing._resource, signing._scope]
    for cache in caches:
        info = cache.cache_info()
        assert info.maxsize is not None
        assert 0 < info.currsize <= info.maxsize <= 128
        assert SECRET not in repr(cache)
        assert TOKEN not in repr(cache)


def test_threads_that_share_a_key_do_not_disturb_each_other() -> None:
    days = [NOW + timedelta(days=number % 3) for number in range(300)]
    expected = [authorization(request(), TEMPORARY, now=day) for day in days]
    with ThreadPoolExecutor(8) as pool:
        signing_threads = [pool.submit(authorization, request(), TEMPORARY, now=day) for day in days]
    assert [thread.result() for thread in signing_threads] == expected
