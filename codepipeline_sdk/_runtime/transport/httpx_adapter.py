"""The way through httpx: a user's own client or transport, or the one that leads to a proxy."""

from __future__ import annotations

import math
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, cast

import anyio
import httpx

from codepipeline_sdk._runtime.transport.failure import connector_error
from codepipeline_sdk._runtime.transport.message import declared_length, encode_headers, join_headers, too_long
from codepipeline_sdk.config.http import ConnectorError, HttpResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from codepipeline_sdk.config.http import HttpRequest

_CLOSE_SECONDS: Final = 5


class HttpxAdapter:
    """Sends requests through an `httpx.AsyncClient` or `httpx.AsyncBaseTransport`, which it never closes.

    Of a client it uses `send`: the client's hooks and authentication apply, while its own headers, cookies, base URL,
    timeouts and redirects do not. The request's limits hold; httpx does not tell when a connection stands, so that
    connecting, and waiting for a connection of httpx's own pool, may take the connect timeout on top of the read
    timeout.
    """

    def __init__(self, given: httpx.AsyncClient | httpx.AsyncBaseTransport, *, way: str = "") -> None:
        """`way` follows the URL in the texts of errors, such as ` through http://proxy:3128`."""
        self._given = given
        self._way = way

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request and return the whole response, decoded if it came compressed although nobody asked for it.

        Raises:
            ConnectorError: as `Connection.send` does, but a response that breaks the rules of HTTP cannot be told from
                a connection that broke off; what a hook or a custom transport raises is of kind `other`.
        """
        message = _to_httpx(request)
        with anyio.CancelScope() as scope:
            _restart(scope, request.connect_timeout + request.read_timeout)
            return await self._exchange(request, message, scope)
        text = f"{request.url}{self._way}: no response, or no more of it, within {request.read_timeout:g} s"
        raise ConnectorError(text, kind="read_timeout", request_written=True)

    async def warm_up(self) -> None:
        """Do nothing: what the client needs ahead is the user's business."""

    async def aclose(self) -> None:
        """Do nothing: the client stays the user's."""

    async def _exchange(self, request: HttpRequest, message: httpx.Request, scope: anyio.CancelScope) -> HttpResponse:
        in_body = False
        try:
            response = await self._dispatch(message)
            in_body = True
            try:
                headers = join_headers(response.headers.raw)
                body = await _read_body(response, declared_length(headers), request, scope)
            finally:
                with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                    await response.aclose()
        except ConnectorError:
            raise
        except Exception as error:
            raise connector_error(error, origin=request.url + self._way, written=True, in_body=in_body) from error
        return HttpResponse(status=response.status_code, headers=headers, body=body)

    async def _dispatch(self, message: httpx.Request) -> httpx.Response:
        if isinstance(self._given, httpx.AsyncBaseTransport):
            return await self._given.handle_async_request(message)
        if self._given.is_closed:
            raise ConnectorError("the httpx client has been closed", kind="user", request_written=False)
        return await self._given.send(message, stream=True, follow_redirects=False)


def _to_httpx(request: HttpRequest) -> httpx.Request:
    connect = None if request.connect_timeout == math.inf else request.connect_timeout
    timeout = {"connect": connect, "read": None, "write": None, "pool": None}
    try:
        return httpx.Request(
            request.method,
            request.url,
            headers=encode_headers(request.headers),
            content=request.body,
            extensions={"timeout": timeout},
        )
    except (ValueError, TypeError, httpx.InvalidURL) as error:
        text = f"cannot send to the URL {request.url!r}: {error}"
        raise ConnectorError(text, kind="user", request_written=False) from error


async def _read_body(
    response: httpx.Response, declared: int | None, request: HttpRequest, scope: anyio.CancelScope
) -> bytes:
    if declared is not None and declared > request.max_response_bytes:
        raise too_long(request.url, request.max_response_bytes)
    body = bytearray()
    # httpx annotates its generator as an iterator.
    async with aclosing(cast("AsyncGenerator[bytes]", response.aiter_bytes())) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > request.max_response_bytes:
                raise too_long(request.url, request.max_response_bytes)
            _restart(scope, request.read_timeout)
    if declared is not None and declared != len(body) and "content-encoding" not in response.headers:
        text = f"{request.url}: the response broke off: {len(body)} of {declared} bytes"
        raise ConnectorError(text, kind="response", request_written=True, retryable=True)
    return bytes(body)


def _restart(scope: anyio.CancelScope, seconds: float) -> None:
    scope.deadline = anyio.current_time() + seconds
