"""One connection of the pool: one request and its response at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import httpcore

from codepipeline_sdk._runtime.transport.failure import connector_error, describe
from codepipeline_sdk._runtime.transport.message import declared_length, join_headers, too_long
from codepipeline_sdk._runtime.transport.wire import Wire
from codepipeline_sdk.config.http import ConnectorError, HttpResponse

if TYPE_CHECKING:
    import ssl

    from codepipeline_sdk._runtime.transport.message import Target
    from codepipeline_sdk.config.http import HttpRequest


class Connection:
    """An HTTP/1.1 connection to one origin, made when its first request is sent."""

    __slots__ = ("_http", "_wire", "expires_at", "origin")

    def __init__(self, target: Target, context: ssl.SSLContext | None) -> None:
        self.origin = target.name
        self.expires_at = math.inf
        self._wire = Wire(target.name)
        self._http = httpcore.AsyncHTTPConnection(target.origin, ssl_context=context, network_backend=self._wire)

    @property
    def is_reusable(self) -> bool:
        """Whether the connection is open and nothing was received after the last response."""
        return self._http.is_idle() and self._unparsed() == (b"", False)

    def _unparsed(self) -> tuple[bytes, bool] | None:
        """Return the received bytes that the next response would begin with, and whether nothing more will come."""
        try:
            # httpcore has no public name for them. Should the private ones change, no connection is used twice.
            # What is annotated as an interface is an HTTP/1.1 connection, which has them.
            return self._http._connection._h11_state.trailing_data  # type: ignore[union-attr,no-any-return]
        except AttributeError:
            return None

    def close(self) -> None:
        """Close the socket at once."""
        self._wire.close()

    async def send(self, request: HttpRequest, message: httpcore.Request) -> HttpResponse:
        """Send a request under its limits and return the whole response.

        After an exception the connection is of no more use and must be closed.

        Raises:
            ConnectorError: of kind `connect_timeout` or `read_timeout` when a limit of the request passes; `io`
                (retryable) when the connection fails before the headers are complete; `response` when the body breaks
                off (retryable, since the connection was at fault), is too long, or breaks the rules of HTTP (neither is
                retryable: the same request would meet the same answer); `user` when the request itself breaks them.
        """
        wire = self._wire
        wire.begin(request)
        try:
            response = await self._http.handle_async_request(message)
            wire.in_body = True
            return await self._receive(response, request.max_response_bytes)
        except ConnectorError:
            raise
        except httpcore.TimeoutException as error:
            awaited = "more of the response" if wire.in_body else "response"
            text = f"{self.origin}: no {awaited} within {request.read_timeout:g} s"
            raise ConnectorError(text, kind="read_timeout", request_written=wire.written) from error
        except Exception as error:
            if isinstance(error, httpcore.RemoteProtocolError) and not wire.ended:
                text = f"{self.origin}: the response is not valid HTTP: {describe(error)}"
                raise ConnectorError(text, kind="response", request_written=True, retryable=False) from error
            raise connector_error(error, origin=self.origin, written=wire.written, in_body=wire.in_body) from error

    async def _receive(self, response: httpcore.Response, limit: int) -> HttpResponse:
        headers = join_headers(response.headers)
        declared = declared_length(headers)
        if declared is not None and declared > limit:
            raise too_long(self.origin, limit)
        body = await self._read_body(response, limit)
        await response.aclose()
        return HttpResponse(status=response.status, headers=headers, body=body)

    async def _read_body(self, response: httpcore.Response, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_stream():
            size += len(chunk)
            if size > limit:
                # The loop goes on, so that the error comes out of httpcore's generators and none is left suspended.
                self._wire.refuse(too_long(self.origin, limit))
            else:
                chunks.append(chunk)
        if size > limit:
            raise too_long(self.origin, limit)
        return b"".join(chunks)
