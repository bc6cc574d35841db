"""The network end of one connection: connects, writes and reads under the limits of the request it serves."""

from __future__ import annotations

import math
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import anyio
import httpcore

from codepipeline_sdk._runtime.transport.failure import describe
from codepipeline_sdk._runtime.transport.stream import TlsStream, close, connect_tcp, is_readable
from codepipeline_sdk.config.http import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codepipeline_sdk.config.http import HttpRequest

_NOT_CONNECTED: Final = httpcore.AsyncNetworkStream()


class Wire(httpcore.AsyncNetworkBackend, httpcore.AsyncNetworkStream):
    """Backend and stream in one, for one `httpcore.AsyncHTTPConnection`.

    It minds the limits itself: httpcore's count for each read alone, and a cancel scope around the whole exchange costs
    a small call a tenth of its time. Head and body of a request go out in one write.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._tcp = self._stream = _NOT_CONNECTED
        self._outgoing: list[bytes] = []
        self._refusal: ConnectorError | None = None

    def begin(self, request: HttpRequest) -> None:
        """Get ready for an exchange."""
        self._request = request
        self._answer_by = math.inf
        self.in_body = False
        self.ended = False
        self._is_reused = self._stream is not _NOT_CONNECTED
        # A mock in place of httpcore never connects: whatever it raises, the request counts as written.
        self.written = not self._is_reused

    def refuse(self, error: ConnectorError) -> None:
        """Let the next read raise the error."""
        self._refusal = error

    def close(self) -> None:
        """Close the socket at once; a second time does nothing."""
        tcp, self._tcp = self._tcp, _NOT_CONNECTED
        if tcp is not _NOT_CONNECTED:
            close(tcp)

    async def aclose(self) -> None:
        self.close()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.written = False
        self._connect_by = anyio.current_time() + self._request.connect_timeout
        try:
            with anyio.CancelScope(deadline=self._connect_by):
                self._tcp = self._stream = await connect_tcp(host, port)
                return self
        except (OSError, UnicodeError, httpcore.ConnectError) as error:
            raise self._unreachable("cannot connect", error) from error
        raise self._too_slow_to_connect()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = TlsStream(self._tcp, ssl_context, server_hostname)
            with anyio.CancelScope(deadline=self._connect_by):
                await stream.handshake()
                self._stream = stream
                return self
        except (ssl.SSLError, ValueError, httpcore.NetworkError) as error:
            raise self._unreachable("no TLS connection", error) from error
        raise self._too_slow_to_connect()

    def _unreachable(self, what: str, error: Exception) -> ConnectorError:
        # A certificate does not get better by trying again.
        retryable = not isinstance(error, ssl.SSLCertVerificationError)
        text = f"{self._origin}: {what}: {describe(error)}"
        return ConnectorError(text, kind="io", request_written=False, retryable=retryable)

    def _too_slow_to_connect(self) -> ConnectorError:
        text = f"{self._origin}: no connection within {self._request.connect_timeout:g} s"
        return ConnectorError(text, kind="connect_timeout", request_written=False)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._outgoing.append(buffer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._outgoing:
            await self._send()
        if self._refusal is not None:
            raise self._refusal
        limit = self._request.read_timeout if self.in_body else self._answer_by - time.monotonic()
        if limit <= 0:
            raise httpcore.ReadTimeout
        try:
            received = await self._stream.read(max_bytes, _finite(limit))
        except ssl.SSLError as error:
            raise httpcore.ReadError(str(error)) from error
        self.ended = not received
        return received

    async def _send(self) -> None:
        """Write what httpcore has given so far, which is the whole request, for it reads only then."""
        request = b"".join(self._outgoing)
        self._outgoing.clear()
        if self._is_reused and is_readable(self._stream):
            # Nothing can have been answered yet: the other side has closed, or sent what nobody asked for.
            raise ConnectorError(f"{self._origin}: the idle connection is stale", kind="io", request_written=False)
        self.written = True
        self._answer_by = time.monotonic() + self._request.read_timeout
        # When the other side has closed meanwhile, what it has said before is yet to be read.
        with suppress(httpcore.WriteError, ssl.SSLError):
            await self._stream.write(request, _finite(self._request.read_timeout))


def _finite(seconds: float) -> float | None:
    return None if seconds == math.inf else seconds
