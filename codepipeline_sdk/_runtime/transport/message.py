"""Requests and responses between the HTTP seam and httpcore or httpx."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import httpcore

from codepipeline_sdk.config.http import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codepipeline_sdk.config.http import HttpRequest

_PORTS: Final = {"http": 80, "https": 443}


class Target(NamedTuple):
    """Where a URL leads."""

    url: httpcore.URL
    origin: httpcore.Origin
    name: str
    """Scheme, host and port: connections with the same name lead to the same place."""
    host: bytes
    """The value of the `host` header."""
    is_tls: bool


@lru_cache(maxsize=256)
def parse_target(url: str) -> Target:
    """Return where a URL leads; raise a ConnectorError of kind `user` if it leads nowhere."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        parsed = httpcore.URL(
            scheme=parts.scheme,
            host=host,
            port=port,
            target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        )
    except (KeyError, ValueError, TypeError) as error:  # httpcore refuses what is not ASCII with a TypeError
        raise _leads_nowhere(url) from error
    if not host:
        raise _leads_nowhere(url)
    netloc = f"[{host}]" if ":" in host else host
    if port != _PORTS[parts.scheme]:
        netloc += f":{port}"
    name = f"{parts.scheme}://{netloc}"
    return Target(parsed, parsed.origin, name, netloc.encode("ascii"), is_tls=parts.scheme == "https")


def _leads_nowhere(url: str) -> ConnectorError:
    text = f"cannot send to {url!r}: not an absolute http or https URL"
    return ConnectorError(text, kind="user", request_written=False)


def to_httpcore(request: HttpRequest, target: Target) -> httpcore.Request:
    """Return the request for httpcore, which adds nothing to it."""
    try:
        headers = encode_headers(request.headers)
        message = httpcore.Request(request.method, target.url, content=request.body)
    except (ValueError, TypeError) as error:
        text = f"{target.name}: the request cannot be sent: {error}"
        raise ConnectorError(text, kind="user", request_written=False) from error
    if "host" not in request.headers:
        headers.insert(0, (b"host", target.host))
    if "content-length" not in request.headers:
        headers.append((b"content-length", b"%d" % len(request.body)))
    message.headers = headers
    return message


def encode_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers as bytes; raise ValueError for what no header can hold."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def join_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers with their names in lower case and repeated ones joined by `, `."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        known = headers.get(name)
        headers[name] = value if known is None else f"{known}, {value}"
    return headers


def declared_length(headers: dict[str, str]) -> int | None:
    """Return the number of bytes that the response's body is said to have."""
    value = headers.get("content-length", "")
    return int(value) if value.isdecimal() else None


def too_long(origin: str, limit: int) -> ConnectorError:
    """Return the refusal of a body that is longer than the request allows. Another attempt would fare no better."""
    text = f"{origin}: the response is longer than {limit} bytes"
    return ConnectorError(text, kind="response", request_written=True, retryable=False)
