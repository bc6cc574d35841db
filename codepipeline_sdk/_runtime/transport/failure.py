"""What the exceptions of httpcore and httpx mean to the caller. Source: anchor.md 1.11, 1.18."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Final

from codepipeline_sdk.config.http import ConnectorError

if TYPE_CHECKING:
    from codepipeline_sdk.config.http import ConnectorErrorKind

# They use the same names, so that none has to be imported to recognise them. The most special name counts.
_LIBRARIES: Final = frozenset({"h11", "httpcore", "httpx"})
_KINDS: Final[dict[str, ConnectorErrorKind]] = {
    "ConnectTimeout": "connect_timeout",
    "PoolTimeout": "connect_timeout",
    "TimeoutException": "read_timeout",
    "NetworkError": "io",
    "ProxyError": "io",
    "RemoteProtocolError": "io",
    "DecodingError": "response",
    "LocalProtocolError": "user",
    "UnsupportedProtocol": "user",
    "InvalidURL": "user",
    "Exception": "other",
}
_NEVER_WRITTEN: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
)


def connector_error(error: Exception, *, origin: str, written: bool, in_body: bool) -> ConnectorError:
    """Return what an exception of httpcore, httpx or a hook of the user means.

    A connection that fails before the headers are complete is of kind `io`; a body that breaks off is of kind
    `response`, because the service has answered. Both are retryable. What is no exception of these libraries is of
    kind `other`.

    Args:
        error: the exception.
        origin: scheme, host and port, for the text.
        written: whether any byte of the request may have been written.
        in_body: whether the headers of the response have arrived.
    """
    names = [cls.__name__ for cls in type(error).__mro__ if cls.__module__.partition(".")[0] in _LIBRARIES]
    kind = _KINDS[next((name for name in names if name in _KINDS), "Exception")]
    if "ProxyError" in names and str(error)[:3] in _REFUSED_FOR_GOOD:
        kind = "user"
    broken_off = in_body and kind == "io"
    retryable = True if broken_off else False if _is_untrusted(error) else None
    return ConnectorError(
        f"{origin}: {_DESCRIPTIONS[kind] if not broken_off else 'the response broke off'}: {describe(error)}",
        kind="response" if broken_off else kind,
        request_written=written and _NEVER_WRITTEN.isdisjoint(names),
        retryable=retryable,
    )


# Statuses of a proxy, with which the text of a ProxyError begins.
_REFUSED_FOR_GOOD: Final = frozenset({"403", "407"})


def _is_untrusted(error: BaseException | None) -> bool:
    """Return whether a certificate that does not hold is behind an exception: it does not get better by trying."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


_DESCRIPTIONS: Final[dict[ConnectorErrorKind, str]] = {
    "connect_timeout": "no connection in time",
    "read_timeout": "no response in time",
    "io": "the connection failed",
    "response": "the response cannot be read",
    "user": "the request cannot be sent",
    "other": "the HTTP client failed",
}


def describe(error: BaseException) -> str:
    """Return an exception's text, or its name when it has none."""
    return str(error) or type(error).__name__
