"""The HTTP seam: the request and response values, and the one method that a transport implements.

Source: anchor.md 1.18, design.md 4.12.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, Protocol, runtime_checkable

from attrs import define, field, frozen

from codepipeline_sdk.primitives import REDACTED

if TYPE_CHECKING:
    from collections.abc import Mapping

SENSITIVE_HEADERS: Final = frozenset({
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-amz-security-token",
})  # fmt: skip
"""Headers whose values never show in a repr or a log."""


def _redact_headers(headers: Mapping[str, str]) -> str:
    return repr({k: REDACTED if k.lower() in SENSITIVE_HEADERS else v for k, v in headers.items()})


@define(kw_only=True)
class HttpRequest:
    """One HTTP request, complete: nothing is added to it on its way."""

    method: str
    """Such as `POST`."""

    url: str
    """Absolute, with scheme, host, path and query."""

    headers: dict[str, str] = field(factory=dict[str, str], repr=_redact_headers)
    """Names in lower case; `host` and `content-length` are set by the transport when absent."""

    body: bytes = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")
    """The whole body."""

    connect_timeout: float = math.inf
    """Seconds until TCP and TLS stand."""

    read_timeout: float = math.inf
    """Seconds from sending the request to the response's headers, and between two chunks of its body."""

    max_response_bytes: int = 64 * 1024 * 1024
    """A longer response body is refused with a ConnectorError of kind `response`."""


@frozen(kw_only=True)
class HttpResponse:
    """One HTTP response with its whole body."""

    status: int
    """The status code."""

    headers: Mapping[str, str] = field(factory=dict[str, str], repr=_redact_headers)
    """Names in lower case; the values of a repeated header are joined with `, `."""

    body: bytes = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")
    """The whole body."""

    @property
    def request_id(self) -> str | None:
        """The service's id of the request: `x-amzn-requestid`, else `x-amz-request-id`."""
        return self.headers.get("x-amzn-requestid") or self.headers.get("x-amz-request-id")


ConnectorErrorKind = Literal["connect_timeout", "read_timeout", "io", "response", "user", "other"]
"""What kept a response from arriving whole.

`io` and the timeouts are retried as transient, `response` (a response that breaks the rules of HTTP, or whose body
broke off or is too long) as well when the connection was at fault; `user` (the request itself cannot be sent) and
`other` are not.
"""


class ConnectorError(Exception):
    """What a transport raises when no whole response arrives. Callers see it as the cause of an SdkError."""

    def __init__(
        self, message: str, *, kind: ConnectorErrorKind, request_written: bool, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.kind: ConnectorErrorKind = kind
        self.request_written = request_written
        """Whether any byte of the request may have reached the other side."""
        self.retryable: bool = kind in {"connect_timeout", "read_timeout", "io"} if retryable is None else retryable
        """Whether another attempt may fare better."""


@runtime_checkable
class HttpClient(Protocol):
    """Sends requests. Anything with this method can stand in for the default transport."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and return the whole response, whatever its status.

        Redirects are not followed. Any exception but ConnectorError counts as a failure of kind `other`, after which
        the request may have run.
        """
        ...


@frozen(kw_only=True)
class HttpConfig:
    """Settings of the default transport."""

    max_connections: int = 100
    """Connections open at the same time to all hosts; further calls wait, under their timeouts."""

    keepalive_expiry: float = 90.0
    """Seconds after which an idle connection is closed."""

    ca_bundle: str | None = None
    """A file with the certificates to trust (PEM), unless AWS_CA_BUNDLE names one; the system's store by default."""
