"""What the tests of the transport send, and through what."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk._runtime.transport.pool import ConnectionPool
from codepipeline_sdk.config.http import HttpConfig, HttpRequest
from tests.loopback import PATIENCE

SHORT = 0.1
"""Seconds: a limit that a test wants to pass."""


def post(
    url: str,
    body: bytes = b"{}",
    *,
    connect_timeout: float = PATIENCE,
    read_timeout: float = PATIENCE,
    max_response_bytes: int = 1 << 20,
    headers: Mapping[str, str] | None = None,
) -> HttpRequest:
    return HttpRequest(
        method="POST",
        url=url,
        headers={"accept-encoding": "identity"} if headers is None else dict(headers),
        body=body,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        max_response_bytes=max_response_bytes,
    )


def make_pool(
    *, max_connections: int = 10, keepalive_expiry: float = 90, ca_bundle: str | None = None
) -> ConnectionPool:
    config = HttpConfig(max_connections=max_connections, keepalive_expiry=keepalive_expiry, ca_bundle=ca_bundle)
    pool = as_http_client(None, config, environment={})
    assert isinstance(pool, ConnectionPool)
    return pool


@asynccontextmanager
async def open_pool(
    *, max_connections: int = 10, keepalive_expiry: float = 90, ca_bundle: str | None = None
) -> AsyncGenerator[ConnectionPool]:
    pool = make_pool(max_connections=max_connections, keepalive_expiry=keepalive_expiry, ca_bundle=ca_bundle)
    try:
        yield pool
    finally:
        await pool.aclose()


def slots_taken(pool: ConnectionPool) -> int:
    """Return how many slots the running loop's connections and requests hold."""
    return sum(connections.slots_taken for connections in pool._loops.values())


def idle(pool: ConnectionPool) -> int:
    """Return how many connections wait for their next request."""
    return sum(len(stack) for connections in pool._loops.values() for stack in connections._idle.values())
