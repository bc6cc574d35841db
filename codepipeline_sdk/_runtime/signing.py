"""Signature Version 4: a pure function of request, credentials, scope and time.

Source: anchor.md 1.7; https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from codepipeline_sdk.config.http import HttpRequest
    from codepipeline_sdk.credentials.identity import Credentials
    from codepipeline_sdk.primitives import Secret

UNSIGNED_HEADERS: Final = frozenset({
    "authorization",
    "user-agent",
    # Any hop may remove or rewrite these.
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    # Tracing agents rewrite these on the way.
    "baggage",
    "traceparent",
    "tracestate",
    "x-amzn-trace-id",
})  # fmt: skip
"""Headers that are sent but not signed; every other header that is there at signing time is signed.

The anchor leaves out only `authorization`, `user-agent`, `transfer-encoding` and `x-amzn-trace-id`; a signature over
one of the others breaks as soon as a proxy or a tracing agent does its work.
"""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TERMINATOR: Final = "aws4_request"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Of RFC 9110 5.1 and 5.5; compiled at first use.
_FIELD_NAME: Final = r"[a-z0-9!#$%&'*+.^_`|~-]+"
_FIELD_VALUE: Final = r"[\t\x20-\x7e\x80-\xff]*"
_UNSENDABLE: Final = "\0"
"""Stands for a header that cannot be sent; no header that can be sent holds it."""


def sign(request: HttpRequest, credentials: Credentials, *, region: str, service: str, now: datetime) -> None:
    """Sign `request` in place, for the aware time `now`.

    Sets `x-amz-date`, `authorization`, `x-amz-security-token` when the credentials have a session token, and `host`
    when it is absent. The first three replace those of an earlier signature; a `host` that is there is kept, whatever
    the URL says.

    Raises:
        ConfigError: `region` is empty.
        ValueError: the URL, the method, a header, the access key id or the region cannot be sent, or `now` is naive.
            The text names the culprit and never shows its value.
    """
    if now.tzinfo is None:
        raise ValueError("a request cannot be signed for a naive time")
    scope = _scope(int(now.timestamp()), credentials.access_key_id, region, service)
    resource = _resource(request.url)
    payload = sha256(request.body).hexdigest()
    _set_headers(request, credentials.session_token, scope.timestamp, resource.host)
    names = _header_names(tuple(request.headers))
    headers = _canonical_headers(request, names.present)
    if headers is None:
        raise _unsendable(request)

    # Nothing below can fail, so no report of an exception shows a token in a local variable.
    canonical_request = (
        f"{request.method.upper()}\n{resource.path}\n{resource.query}\n{headers}\n{names.signed}\n{payload}"
    )
    digest = sha256(canonical_request.encode()).hexdigest()
    signature = _keyed(credentials.secret_access_key, scope.timestamp[:8], region, service).copy()
    signature.update(f"{_ALGORITHM}\n{scope.timestamp}\n{scope.name}\n{digest}".encode())
    request.headers["authorization"] = (
        f"{_ALGORITHM} Credential={scope.credential}, SignedHeaders={names.signed}, Signature={signature.hexdigest()}"
    )


class _Scope(NamedTuple):
    """Where and when a signature holds."""

    timestamp: str
    name: str
    credential: str


@lru_cache(maxsize=64)
def _scope(second: int, access_key_id: str, region: str, service: str) -> _Scope:
    if not region:
        raise ConfigError("a request cannot be signed without a region: set `region` or AWS_REGION")
    timestamp = datetime.fromtimestamp(second, UTC).strftime("%Y%m%dT%H%M%SZ")
    name = f"{timestamp[:8]}/{region}/{service}/{_TERMINATOR}"
    credential = f"{access_key_id}/{name}"
    if not (credential.isascii() and credential.isprintable()) or " " in credential:
        raise ValueError("the access key id, the region or the service has a character that cannot be sent")
    return _Scope(timestamp, name, credential)


class _Resource(NamedTuple):
    """What a signature says of a URL."""

    host: str
    path: str
    query: str


@lru_cache(maxsize=64)
def _resource(url: str) -> _Resource:
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("the URL of the request names no host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(parts.scheme):
        host += f":{parts.port}"
    return _Resource(host, _canonical_path(parts.path), _canonical_query(parts.query))


def _canonical_path(path: str) -> str:
    """Resolve dots, drop empty segments, and percent-encode what the URL has encoded once more."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(segment)
    if segments and path.endswith(("/", "/.", "/..")):
        segments.append("")
    return quote("/" + "/".join(segments))


def _canonical_query(query: str) -> str:
    """Encode names and values in one way, and sort by name, then value."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return "&".join([f"{name}={value}" for name, value in sorted((_encode(n), _encode(v)) for n, _, v in pairs)])


def _encode(text: str) -> str:
    return quote(unquote_to_bytes(text.replace("+", " ")), safe="")


def _set_headers(request: HttpRequest, session_token: Secret | None, timestamp: str, host: str) -> None:
    request.headers.pop("authorization", None)
    request.headers.pop("x-amz-security-token", None)
    request.headers["x-amz-date"] = timestamp
    request.headers.setdefault("host", host)
    if session_token is not None:
        request.headers["x-amz-security-token"] = session_token.reveal()


class _HeaderNames(NamedTuple):
    """The sorted names of the headers that are there, and those under the signature."""

    present: tuple[str, ...]
    signed: str


@lru_cache(maxsize=64)
def _header_names(present: tuple[str, ...]) -> _HeaderNames:
    for name in present:
        if re.fullmatch(_FIELD_NAME, name) is None:
            raise ValueError(f"the header name {name!r} cannot be sent, or is not in lower case")
    names = tuple(sorted(present))
    return _HeaderNames(names, ";".join([name for name in names if name not in UNSIGNED_HEADERS]))


def _canonical_headers(request: HttpRequest, names: tuple[str, ...]) -> str | None:
    """Return the lines of the signed headers; None when the method or a header, signed or not, cannot be sent."""
    text = "".join([_canonical_header(name, request.headers[name]) for name in names])
    sendable = _UNSENDABLE not in text and request.method.isascii() and request.method.isalpha()
    return text if sendable else None


# Most headers are the same in every request; what is not, such as dates and old tokens, is soon displaced.
@lru_cache(maxsize=128)
def _canonical_header(name: str, value: str) -> str:
    """Return the header's line with runs of blanks folded, or nothing when it is not signed."""
    if re.fullmatch(_FIELD_VALUE, value) is None:
        return _UNSENDABLE
    return "" if name in UNSIGNED_HEADERS else f"{name}:{_fold(value)}\n"


def _fold(value: str) -> str:
    return re.sub(r"[ \t]+", " ", value).strip(" ")


def _unsendable(request: HttpRequest) -> ValueError:
    for name in request.headers:
        if _canonical_header(name, request.headers[name]) == _UNSENDABLE:
            return ValueError(f"the value of the header {name} has a character that cannot be sent")
    return ValueError("the method of the request cannot be sent")


@lru_cache(maxsize=64)
def _keyed(secret: Secret, date: str, region: str, service: str) -> hmac.HMAC:
    """Return an HMAC under the key of a secret, a day, a region and a service; users work on copies."""
    # surrogatepass: a text that is no Unicode gives a wrong signature, not an exception that holds the text.
    key = ("AWS4" + secret.reveal()).encode("utf-8", "surrogatepass")
    for part in (date, region, service, _TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, digestmod="sha256")
