"""A real HTTP server on the loopback interface that misbehaves as told. It runs on asyncio in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Self

import anyio.to_thread
from attrs import define, field, frozen

Script = Callable[["Peer"], Awaitable[None]]
"""What the server does with one connection, from its start to its close by the server."""

HOST = "127.0.0.1"

PATIENCE = 10
"""Seconds that no test should ever wait."""


def ok(body: bytes = b"{}") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def response(status: int, body: bytes, *headers: bytes) -> bytes:
    head = b"\r\n".join([b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *headers])
    return head + b"\r\n\r\n" + body


async def answer_all(peer: Peer) -> None:
    """Answer each request with an empty JSON object until the client closes."""
    while True:
        await peer.request()
        await peer.send(ok())


async def hang(peer: Peer) -> None:
    """Do nothing until the client closes."""
    await peer.closed()


def answer(*parts: bytes, stay: bool = False, reset: bool = False) -> Script:
    """Return a script that answers the first request of each connection with some bytes, then closes or stays."""

    async def script(peer: Peer) -> None:
        await peer.request()
        for part in parts:
            await peer.send(part)
        if reset:
            peer.reset()
        if stay:
            await peer.closed()

    return script


@frozen
class ReceivedRequest:
    head: bytes
    body: bytes
    connection: int

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


class Peer:
    """The server's end of one connection."""

    def __init__(
        self, server: Loopback, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server = server
        self.number = number
        self.reader = reader
        self.writer = writer

    async def request(self) -> ReceivedRequest:
        """Receive a request; raise asyncio.IncompleteReadError when the client has closed."""
        head = (await self.reader.readuntil(b"\r\n\r\n"))[:-4]
        received = ReceivedRequest(head, b"", self.number)
        body = await self.reader.readexactly(int(received.headers.get("content-length", "0")))
        received = ReceivedRequest(head, body, self.number)
        self.server.note(lambda: self.server.requests.append(received))
        return received

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes, interval: float) -> None:
        """Send one byte at a time."""
        for byte in data:
            await self.send(bytes([byte]))
            await asyncio.sleep(interval)

    async def told(self) -> None:
        """Wait until the test lets the script go on."""
        await self.until(lambda: self.server.may_go_on)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the server as a whole has come to a state."""
        await asyncio.to_thread(self.server.wait_until, lambda: condition() or self.server.is_over)

    async def closed(self) -> None:
        """Wait until the client closes."""
        while await self.reader.read(64 * 1024):
            pass

    def reset(self) -> None:
        """Let the close be a TCP reset."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


@define(eq=False, slots=False)
class Loopback:
    """The server: `with Loopback(script) as server`, then send to `server.url`."""

    script: Script = answer_all
    tls: ssl.SSLContext | None = None
    requests: list[ReceivedRequest] = field(factory=list[ReceivedRequest])
    """Every request, whole."""
    accepted: int = 0
    """How many connections were ever made."""
    open: int = 0
    """How many connections the client has not closed, nor the server."""
    most_open: int = 0
    may_go_on: bool = False
    is_over: bool = False
    port: int = 0
    _changed: threading.Condition = field(factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{HOST}:{self.port}/"

    def go_on(self) -> None:
        """Let the scripts go on that wait to be told."""
        self.note(lambda: setattr(self, "may_go_on", True))

    def note(self, change: Callable[[], object]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the server has come to a state."""
        await anyio.to_thread.run_sync(self.wait_until, condition)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), f"never came: {self!r}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        self.wait_until(lambda: self.port != 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.note(lambda: setattr(self, "is_over", True))
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._main = asyncio.current_task()
        self._stop = asyncio.Event()
        self._scripts: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        if self.tls:
            shutdown = 0.1  # seconds: the clients under test close without a farewell
            server = await asyncio.start_server(self._accept, HOST, 0, ssl=self.tls, ssl_shutdown_timeout=shutdown)
        else:
            server = await asyncio.start_server(self._accept, HOST, 0)
        self.note(lambda: setattr(self, "port", server.sockets[0].getsockname()[1]))
        await self._stop.wait()
        # A server that is closed first would lose the connection that it is just accepting.
        self._loop.remove_reader(server.sockets[0])
        while others := asyncio.all_tasks() - {self._main}:
            for writer, script in self._scripts.items():
                script.cancel()
                writer.transport.abort()
            await asyncio.wait(others)
        server.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.note(self._count_in)
        peer = Peer(self, self.accepted, reader, writer)
        self._scripts[writer] = self._loop.create_task(self._serve(peer))

    async def _serve(self, peer: Peer) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):  # the client has closed
            await self.script(peer)
        peer.writer.close()
        with suppress(OSError):
            await peer.writer.wait_closed()
        self.note(self._count_out)

    def _count_in(self) -> None:
        self.accepted += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)

    def _count_out(self) -> None:
        self.open -= 1


@contextmanager
def full_backlog() -> Generator[str]:
    """Yield the URL of a socket whose queue is full, so that connecting to it takes for ever."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind((HOST, 0))
        listener.listen(0)
        for _ in range(4):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://{HOST}:{listener.getsockname()[1]}/"


@contextmanager
def refusing_port() -> Generator[str]:
    """Yield the URL of a port where nothing listens."""
    with socket.socket() as bound:
        bound.bind((HOST, 0))
        yield f"http://{HOST}:{bound.getsockname()[1]}/"
