"""The byte streams under httpcore: TCP on asyncio and on trio, and TLS over either.

On asyncio a protocol of our own takes the place of httpcore's streams, which cost a small call a quarter of its time;
on trio httpcore's are used. TLS is one class for both: it keeps undecrypted bytes in sight, so that an idle connection
with unread bytes is never taken for a clean one, and it closes without waiting for the other side.
"""

from __future__ import annotations

import asyncio
import math
import select
import socket
import ssl
import time
from typing import TYPE_CHECKING, Final, TypeVar, cast

import httpcore

from codepipeline_sdk._runtime.transport.event_loop import in_trio

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

_READ_SIZE: Final = 64 * 1024
_PAUSE_READING_AT: Final = 512 * 1024
_HAPPY_EYEBALLS_SECONDS: Final = 0.25


async def connect_tcp(host: str, port: int) -> httpcore.AsyncNetworkStream:
    """Open a TCP connection; raise OSError or httpcore.ConnectError when the other side cannot be reached."""
    if in_trio():
        # Checkers see the class that stands in for it where trio is missing.
        backend = cast("httpcore.AsyncNetworkBackend", httpcore.TrioBackend())
        return await backend.connect_tcp(host, port)
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if isinstance(loop, asyncio.BaseEventLoop) and len({family for family, *_ in addresses}) > 1:
        # asyncio's race between the families may forget a socket when it is cancelled; elsewhere it is not needed.
        _, stream = await loop.create_connection(
            AsyncioStream, host, port, happy_eyeballs_delay=_HAPPY_EYEBALLS_SECONDS
        )
        return stream
    failure: OSError | None = None
    for *_, address in addresses:
        try:
            _, stream = await loop.create_connection(AsyncioStream, str(address[0]), port)
        except OSError as error:
            failure = error
        else:
            return stream
    raise failure or OSError(f"{host} has no address")


def close(stream: httpcore.AsyncNetworkStream) -> None:
    """Close the socket of a TCP stream at once, without waiting for anything."""
    if isinstance(stream, AsyncioStream):
        stream.abort()
    else:
        stream.get_extra_info("socket").close()


def is_readable(stream: httpcore.AsyncNetworkStream) -> bool:
    """Return whether bytes, or the end of the stream, wait to be read."""
    if isinstance(stream, (AsyncioStream, TlsStream)):
        return stream.is_readable()
    return bool(stream.get_extra_info("is_readable"))


class AsyncioStream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """A TCP stream on asyncio, for one reader or writer at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._reading_paused = False
        self._writing_paused = False
        self._waiter: asyncio.Future[bool] | None = None
        self._wait_until = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A stream protocol is given a stream transport; those of other loops do not inherit from asyncio.Transport.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _PAUSE_READING_AT and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        self._wake()
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        self._wake()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = self._time_after(timeout)
        while not self._received and not self._ended:
            if not await self._wait(until):
                raise httpcore.ReadTimeout
        if self._received:
            with memoryview(self._received) as received:
                data = bytes(received[:max_bytes])
            del self._received[:max_bytes]
            if self._reading_paused and len(self._received) < _PAUSE_READING_AT:
                self._reading_paused = False
                self._transport.resume_reading()
            return data
        if self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if self._ended:
            raise httpcore.WriteError("the connection is closed") from self._error
        self._transport.write(buffer)
        until = self._time_after(timeout)
        while self._writing_paused and not self._ended:
            if not await self._wait(until):
                raise httpcore.WriteTimeout

    def abort(self) -> None:
        """Close the socket without sending what waits to be sent."""
        self._ended = True
        self._transport.abort()

    def is_readable(self) -> bool:
        """Return whether a read would return at once."""
        return bool(self._received) or self._ended or _has_input(self._transport.get_extra_info("socket").fileno())

    def _time_after(self, seconds: float | None) -> float:
        return math.inf if seconds is None else self._loop.time() + seconds

    async def _wait(self, until: float) -> bool:
        """Wait until something happens to the connection; return False if nothing did in time."""
        self._waiter = self._loop.create_future()
        self._wait_until = until
        # A timer outlives its wait: as a rule the next wait ends later, and need not make a new one.
        if self._timer is None or until < self._timer.when():
            self._set_timer()
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if self._wait_until == math.inf else self._loop.call_at(self._wait_until, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done():
            return
        if self._loop.time() < self._wait_until:
            self._set_timer()
        else:
            self._waiter.set_result(False)


def _has_input(descriptor: int) -> bool:
    """Return whether the socket has bytes, or its end, that the loop may not have seen yet."""
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class TlsStream(httpcore.AsyncNetworkStream):
    """TLS over a TCP stream, which stays the owner of the socket."""

    def __init__(self, tcp: httpcore.AsyncNetworkStream, context: ssl.SSLContext, server_hostname: str | None) -> None:
        self._tcp = tcp
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)

    async def handshake(self) -> None:
        """Agree on keys and verify the other side; raise ssl.SSLError or an error of the TCP stream."""
        await self._carry_out(self._tls.do_handshake, None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return await self._carry_out(lambda: self._tls.read(max_bytes), timeout)
        except ssl.SSLEOFError:
            # Many servers close without a TLS farewell; HTTP's framing tells whether something is missing.
            return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._carry_out(lambda: self._tls.write(buffer), timeout)

    def is_readable(self) -> bool:
        """Return whether anything was received that no read has taken, decrypted or not."""
        return bool(self._tls.pending() or self._incoming.pending) or is_readable(self._tcp)

    async def _carry_out(self, operation: Callable[[], _T], timeout: float | None) -> _T:
        """Carry out a TLS operation, moving bytes between it and the TCP stream as long as it asks for more."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                await self._send(until)
                await self._receive(until)
            else:
                await self._send(until)
                return result

    async def _send(self, until: float | None) -> None:
        if self._outgoing.pending:
            await self._tcp.write(self._outgoing.read(), _seconds_to(until))

    async def _receive(self, until: float | None) -> None:
        received = await self._tcp.read(_READ_SIZE, _seconds_to(until))
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()


def _seconds_to(until: float | None) -> float | None:
    return None if until is None else max(0.0, until - time.monotonic())
