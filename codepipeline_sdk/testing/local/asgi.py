"""The service as an ASGI 3 application (C-12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict, cast
from urllib.parse import quote

from codepipeline_sdk.config.http import HttpRequest

if TYPE_CHECKING:
    from codepipeline_sdk.config.http import HttpResponse

Event: TypeAlias = MutableMapping[str, object]
"""A connection scope or a message of ASGI."""

Receive: TypeAlias = Callable[[], Awaitable[Event]]
"""Awaits the next message from the server."""

Send: TypeAlias = Callable[[Event], Awaitable[None]]
"""Hands a message to the server."""


# The host is in the headers, where signatures cover it; what a client writes there need not make a URL.
_ORIGIN: Final = "http://local.codepipeline"


class _HttpScope(TypedDict):
    method: str
    path: str
    query_string: bytes
    headers: list[tuple[bytes, bytes]]


async def serve_lifespan(receive: Receive, send: Send) -> None:
    """Answer the events of the server's life; the service has nothing to open or close."""
    while True:
        event = str((await receive())["type"])
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


async def serve_request(
    scope: Event, receive: Receive, send: Send, *, handle: Callable[[HttpRequest], HttpResponse], max_body_bytes: int
) -> None:
    """Answer one HTTP request; of a body over the limit no more is read than tells so (W-5)."""
    http = cast("_HttpScope", scope)  # the form that ASGI gives to a scope of type http
    headers: dict[str, str] = {}
    for raw_name, raw_value in http["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    query = f"?{http['query_string'].decode('latin-1')}" if http["query_string"] else ""
    body = await _read_body(receive, max_body_bytes)
    if body is None:
        return
    response = handle(
        HttpRequest(
            method=http["method"],
            url=f"{_ORIGIN}{quote(http['path'])}{query}",
            headers=headers,
            body=body,
        )
    )
    fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": fields})
    await send({"type": "http.response.body", "body": response.body})


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """Return the body, cut off behind the limit; None when the client has gone."""
    body = bytearray()
    while len(body) <= limit:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += cast("bytes", event.get("body", b""))  # ASGI's type for this member
        if not event.get("more_body"):
            break
    return bytes(body)
