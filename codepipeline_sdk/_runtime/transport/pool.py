"""The default HTTP client: a pool of keep-alive connections per event loop. Source: design.md 4.12, performance.md."""

from __future__ import annotations

import sys
import threading
import time
import warnings
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

import anyio
import anyio.lowlevel
import anyio.to_thread

from codepipeline_sdk._runtime.transport.connection import Connection
from codepipeline_sdk._runtime.transport.event_loop import is_closed, is_running, loop_token, start_soon
from codepipeline_sdk._runtime.transport.message import parse_target, to_httpcore
from codepipeline_sdk._runtime.transport.proxy import ProxiedConnections, load_httpx
from codepipeline_sdk.config.http import ConnectorError
from codepipeline_sdk.error import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from codepipeline_sdk._runtime.transport.proxy import ProxyRoutes
    from codepipeline_sdk._runtime.transport.tls import ClientTls
    from codepipeline_sdk.config.http import HttpConfig, HttpRequest, HttpResponse


class ConnectionPool:
    """Sends requests over pooled connections, on asyncio and trio, from any number of threads.

    The pool belongs to no event loop: each loop that sends through it has connections of its own, up to
    `max_connections`, which are closed when the loop ends, or when nobody knows the pool any more, with a
    ResourceWarning. Making a pool does no I/O.
    """

    def __init__(self, config: HttpConfig, tls: ClientTls, routes: ProxyRoutes | None = None) -> None:
        self._loops: dict[object, LoopConnections] = {}
        if config.max_connections < 1:
            raise ConfigError(f"max_connections must be at least 1, not {config.max_connections}")
        self._config = config
        self._tls = tls
        self._routes = routes
        self._lock = threading.Lock()
        self._is_closed = False

    def __del__(self) -> None:
        # In this order: while the interpreter shuts down, a pool whose loops have ended needs nothing of this module.
        if not self._loops or sys.is_finalizing():
            return
        loops = list(self._loops.items())
        count = sum(connections.open_count for token, connections in loops if is_running(token))
        for token, connections in loops:
            if connections.guard is not None:
                start_soon(token, connections.guard.aclose)
                _guards.discard(connections.guard)
        if count and not self._is_closed:
            text = (
                f"a client was dropped with {count} open connection{'s' if count > 1 else ''}: "
                "use it in `async with`, or call `await client.aclose()`"
            )
            warnings.warn(text, ResourceWarning, stacklevel=1, source=self)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request and return the whole response, whatever its status; redirects are not followed.

        Waits for a connection as long as the caller lets it. A pooled connection that turns out to be closed before a
        byte was written is replaced; any other failure is the caller's to try again.

        Raises:
            ConnectorError: see `Connection.send`, and `ProxiedConnections.send` for the way through a proxy; also of
                kind `user` for a URL that cannot be sent to, for a trust store or certificate that cannot be read, and
                after `aclose`.
        """
        if self._is_closed:
            raise _closed()
        target = parse_target(request.url)
        message = to_httpcore(request, target)
        connections = self._loops.get(loop_token()) or await self._enter_loop()
        proxied = connections.proxied
        if proxied is not None and not request.bypass_proxy and (proxy := proxied.routes.find(target)) is not None:
            return await proxied.send(proxy, target, request)
        while True:
            connection = await connections.acquire(target.name)
            is_new = connection is None
            try:
                if connection is None:
                    context = await self._tls.context() if target.is_tls else None
                    connection = Connection(target, context)
                response = await connection.send(request, message)
            except BaseException as error:
                connections.discard(connection)
                is_stale = isinstance(error, ConnectorError) and error.kind == "io" and not error.request_written
                if is_new or not is_stale:
                    raise
            else:
                connections.release(connection)
                return response

    async def warm_up(self) -> None:
        """Load the certificates to trust, so that the first call need not wait for them; raise as `send` does."""
        await self._tls.context()
        if self._routes is not None:
            await anyio.to_thread.run_sync(load_httpx, abandon_on_cancel=True)

    async def aclose(self) -> None:
        """Close the connections of the running event loop and refuse further requests; a second time does nothing.

        Requests under way come to their end, those that wait for a connection fail. Connections of other loops are
        closed when their request or their loop ends.
        """
        with self._lock:
            self._is_closed = True
            for connections in self._loops.values():
                connections.is_closed = True
            here = self._loops.get(loop_token())
        if here is not None and here.guard is not None:
            await here.guard.aclose()
            # asyncio closes a socket in the loop's next turn.
            await anyio.lowlevel.checkpoint()

    async def _enter_loop(self) -> LoopConnections:
        """Return new connections for the running loop, which closes them at its end."""
        token = loop_token()
        connections = LoopConnections(self._config)
        if self._routes is not None:
            connections.proxied = ProxiedConnections(self._config, self._tls, self._routes, connections)
        with self._lock:
            for closed in [token for token in self._loops if is_closed(token)]:
                _guards.discard(self._loops.pop(closed).guard)
            self._loops[token] = connections
        connections.guard = _close_with_loop(self._loops, self._lock, token, connections)
        _guards.add(connections.guard)
        await anext(connections.guard)
        return connections


# Held until their loop or their pool ends: trio complains of those that are garbage collected before.
_guards: Final[set[AsyncGenerator[None] | None]] = set()


async def _close_with_loop(
    loops: dict[object, LoopConnections], lock: threading.Lock, token: object, connections: LoopConnections
) -> AsyncGenerator[None]:
    """Wait for the end of the loop: asyncio and trio finish every async generator that they have seen begin.

    It does not know the pool, so that one that nobody else knows is dropped at once and can say what was left open.
    """
    try:
        yield
    finally:
        with lock:
            loops.pop(token, None)
        _guards.discard(connections.guard)
        connections.close()
        if connections.proxied is not None:
            await connections.proxied.aclose()


class LoopConnections:
    """The connections of one event loop: at most `max_connections` slots, and a stack of idle ones per origin.

    A slot is held by a request, with or without a connection yet, or by an idle connection. Every operation takes the
    same time however many there are. While requests wait there is neither a free slot nor an idle connection.
    """

    def __init__(self, config: HttpConfig) -> None:
        self._max_connections = config.max_connections
        self._keepalive_expiry = config.keepalive_expiry
        self._idle: dict[str, deque[Connection]] = {}
        self._waiters: OrderedDict[_Waiter, None] = OrderedDict()
        self.slots_taken = 0
        self.is_closed = False
        self.guard: AsyncGenerator[None] | None = None
        self.proxied: ProxiedConnections | None = None

    @property
    def open_count(self) -> int:
        """How many connections and requests there are; those to a proxy count as one when none is under way."""
        return self.slots_taken + (self.proxied is not None and self.proxied.is_open)

    async def acquire(self, origin: str) -> Connection | None:
        """Take a slot and return the connection that came with it, the one used last; None to make a new one."""
        now = time.monotonic()
        while origin in self._idle:
            connection = self._take_idle(origin, oldest=False)
            if now < connection.expires_at:
                return connection
            connection.close()
            self.slots_taken -= 1
        if self.slots_taken < self._max_connections:
            self.slots_taken += 1
            return None
        for other in self._idle:
            self._take_idle(other, oldest=True).close()
            return None
        return await self._wait(origin)

    async def _wait(self, origin: str) -> Connection | None:
        waiter = _Waiter(origin)
        self._waiters[waiter] = None
        try:
            await waiter.event.wait()
        except BaseException:
            if waiter.is_granted:  # in the same moment
                self.discard(waiter.connection)
            else:
                self._waiters.pop(waiter, None)
            raise
        if not waiter.is_granted:
            raise _closed()
        return waiter.connection

    def release(self, connection: Connection) -> None:
        """Give a slot back with a connection whose response has been read."""
        if self.is_closed or not connection.is_reusable:
            self.discard(connection)
        elif not self._waiters:
            self._keep(connection)
        elif next(iter(self._waiters)).origin == connection.origin:
            self._grant(connection)
        else:
            self.discard(connection)

    def discard(self, connection: Connection | None) -> None:
        """Give a slot back, and close the connection that may have come with it."""
        if connection is not None:
            connection.close()
        if self._waiters:
            self._grant(None)
        else:
            self.slots_taken -= 1

    def close(self) -> None:
        """Close the idle connections and send the waiters away."""
        self.is_closed = True
        while self._waiters:
            self._waiters.popitem()[0].event.set()
        for origin in list(self._idle):
            while origin in self._idle:
                self._take_idle(origin, oldest=True).close()
                self.slots_taken -= 1

    def _grant(self, connection: Connection | None) -> None:
        """Hand a slot to the request that has waited longest."""
        waiter, _ = self._waiters.popitem(last=False)
        waiter.connection = connection
        waiter.is_granted = True
        waiter.event.set()

    def _keep(self, connection: Connection) -> None:
        now = time.monotonic()
        connection.expires_at = now + self._keepalive_expiry
        stack = self._idle.get(connection.origin)
        if stack is None:
            stack = self._idle[connection.origin] = deque()
        stack.append(connection)
        # One look at the oldest is enough for a pool to shrink after a rush.
        if stack[0].expires_at <= now:
            self._take_idle(connection.origin, oldest=True).close()
            self.slots_taken -= 1

    def _take_idle(self, origin: str, *, oldest: bool) -> Connection:
        stack = self._idle[origin]
        connection = stack.popleft() if oldest else stack.pop()
        if not stack:
            del self._idle[origin]
        return connection


class _Waiter:
    """A request that waits for a slot."""

    __slots__ = ("connection", "event", "is_granted", "origin")

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.event = anyio.Event()
        self.connection: Connection | None = None
        self.is_granted = False


def _closed() -> ConnectorError:
    return ConnectorError("the client has been closed", kind="user", request_written=False)
