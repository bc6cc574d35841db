"""Signature Version 4 from the service's side: reading a signature and recomputing it. Rule W-17.

This is written from the description of the algorithm alone and shares no code with the client's signer, so that each
can find the other's mistakes. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from attrs import frozen

from codepipeline_sdk.testing.local.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codepipeline_sdk.config.http import HttpRequest

SERVICE: Final = "codepipeline"
"""The service that a signature must be made for."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_TIME_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_BLANKS: Final = re.compile(r"[ \t]+")
_PARTS: Final = ("Credential", "SignedHeaders", "Signature")


@frozen(kw_only=True)
class Signature:
    """What a request says about its signature."""

    access_key_id: str
    date: str
    """The date of the credential scope, such as `20260131`."""

    region: str
    service: str
    signed_headers: tuple[str, ...]
    """Names in lower case, sorted as the algorithm wants them."""

    digest: str
    """The signature itself, in hexadecimal digits."""

    timestamp: str
    """`x-amz-date`, such as `20260131T235959Z`."""

    @property
    def scope(self) -> str:
        """The credential scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def time(self) -> float:
        """`timestamp` in epoch seconds."""
        return datetime.strptime(self.timestamp, _TIME_FORMAT).replace(tzinfo=UTC).timestamp()


def read_signature(request: HttpRequest) -> Signature:
    """Return the signature of a request; raise WireError when there is none or a part is missing.

    A presigned request is read like any other and then refused, because the service takes no presigned POST.
    """
    query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    authorization = request.headers.get("authorization")
    if authorization is not None:
        algorithm, _, fields = authorization.strip().partition(" ")
        parts = dict(_field(field) for field in fields.split(","))
        return _signature(algorithm, parts, request.headers.get("x-amz-date"))
    if "X-Amz-Algorithm" in query:
        presigned = {name: query.get(f"X-Amz-{name}", "") for name in _PARTS}
        _signature(query["X-Amz-Algorithm"], presigned, query.get("X-Amz-Date"))
        raise WireError("InvalidSignatureException", "A presigned request cannot be sent with POST")
    raise WireError("MissingAuthenticationTokenException", "Missing Authentication Token")


def _field(field: str) -> tuple[str, str]:
    name, _, value = field.strip().partition("=")
    return name, value


def _signature(algorithm: str, parts: Mapping[str, str], timestamp: str | None) -> Signature:
    if algorithm != _ALGORITHM:
        raise _incomplete(f"Authorization must use the algorithm {_ALGORITHM}")
    for name in _PARTS:
        if not parts.get(name):
            raise _incomplete(f"Authorization requires the parameter '{name}'")
    match parts["Credential"].split("/"):
        case [access_key_id, date, region, service, "aws4_request"] if access_key_id and date and region and service:
            pass
        case _:
            raise _incomplete("Credential must be KEY/DATE/REGION/SERVICE/aws4_request")
    if timestamp is None:
        raise _incomplete("Authorization requires the header 'X-Amz-Date'")
    try:
        datetime.strptime(timestamp, _TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise _incomplete(f"X-Amz-Date must be in the form YYYYMMDD'T'HHMMSS'Z', not '{timestamp}'") from error
    return Signature(
        access_key_id=access_key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=tuple(sorted(parts["SignedHeaders"].lower().split(";"))),
        digest=parts["Signature"],
        timestamp=timestamp,
    )


def verify_time(signature: Signature, *, now: float, limit: float) -> None:
    """Raise WireError when a request was signed more than `limit` seconds away from `now` (W-19)."""
    signed, here, minutes = signature.timestamp, _written(now), f"{limit / 60:g} min."
    if signature.time < now - limit:
        text = f"Signature expired: {signed} is now earlier than {_written(now - limit)} ({here} - {minutes})"
    elif signature.time > now + limit:
        text = f"Signature not yet current: {signed} is still later than {_written(now + limit)} ({here} + {minutes})"
    else:
        return
    raise WireError("InvalidSignatureException", text)


def verify_signature(request: HttpRequest, signature: Signature, secret: str) -> None:
    """Raise WireError unless the request was signed as it stands with `secret`."""
    if signature.service != SERVICE:
        raise _invalid(f"Credential should be scoped to the service '{SERVICE}'")
    if not signature.timestamp.startswith(signature.date):
        raise _invalid("The date of the credential scope differs from X-Amz-Date")
    headers = {"host": _host(request.url), **request.headers}
    for name in headers:
        # Header fields that steer the request must be covered, or the signature would vouch for another one.
        if (name == "host" or name.startswith("x-amz-")) and name not in signature.signed_headers:
            raise _invalid(f"The header '{name}' must be signed")
    payload = hashlib.sha256(request.body).hexdigest()
    if headers.get("x-amz-content-sha256", payload) != payload:
        raise _invalid("X-Amz-Content-SHA256 differs from the digest of the body")
    expected = _digest(signature, secret, _canonical_request(request, headers, signature.signed_headers, payload))
    if not hmac.compare_digest(expected.encode(), signature.digest.encode()):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def _canonical_request(
    request: HttpRequest, headers: Mapping[str, str], signed_headers: tuple[str, ...], payload: str
) -> str:
    lines = [request.method, "/", _canonical_query(urlsplit(request.url).query)]  # the service has no other path
    for name in signed_headers:
        if name not in headers:
            raise _invalid(f"The signed header '{name}' is missing")
        value = _BLANKS.sub(" ", headers[name]).strip(" ")
        lines.append(f"{name}:{value}")
    return "\n".join([*lines, "", ";".join(signed_headers), payload])


def _canonical_query(query: str) -> str:
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    encoded = [tuple(quote(unquote(text), safe="-_.~") for text in pair) for pair in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _digest(signature: Signature, secret: str, canonical_request: str) -> str:
    key = f"AWS4{secret}".encode()
    for step in signature.scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    hashed = hashlib.sha256(canonical_request.encode()).hexdigest()
    message = f"{_ALGORITHM}\n{signature.timestamp}\n{signature.scope}\n{hashed}"
    return hmac.new(key, message.encode(), "sha256").hexdigest()


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in {None, default} else f"{host}:{parts.port}"


def _written(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime(_TIME_FORMAT)


def _incomplete(message: str) -> WireError:
    return WireError("IncompleteSignatureException", message)


def _invalid(message: str) -> WireError:
    return WireError("InvalidSignatureException", message)
