"""A client that is dropped with open connections says so; no other does. Fresh processes show all warnings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.loopback import Loopback
from tests.transport.proxies import proxy_to

PROLOGUE = """
import asyncio, gc, sys
import anyio
from codepipeline_sdk import Client, Config
from codepipeline_sdk.config import HttpConfig, ProxyConfig
from codepipeline_sdk.credentials import Credentials

url, backend = sys.argv[1], sys.argv[2]
proxy = ProxyConfig.all(sys.argv[3]) if len(sys.argv) > 3 else ProxyConfig.disabled()

def make():
    return Client(Config(
        region="eu-west-1",
        endpoint_url=url,
        credentials=Credentials(access_key_id="a", secret_access_key="b"),
        http=HttpConfig(proxy=proxy),
    ))
"""

DROPPED = """
async def main():
    client = make()
    await client.list_pipelines()
    del client
    gc.collect()
    await anyio.lowlevel.checkpoint()

anyio.run(main, backend=backend)
gc.collect()
"""


def complaints(code: str, *arguments: str) -> list[str]:
    """Return what a process has written to its standard error."""
    ended = subprocess.run(
        [sys.executable, "-W", "always", "-c", PROLOGUE + code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parent.parent.parent,
    )
    known = ("Warning: ", "Error: ")
    hint = "Enable tracemalloc"
    return [line for line in ended.stderr.splitlines() if any(word in line for word in known) and hint not in line]


def test_a_client_dropped_in_a_running_loop_says_what_to_do(anyio_backend: str) -> None:
    with Loopback() as server:
        (line,) = complaints(DROPPED, server.url, anyio_backend)
        assert "ResourceWarning: a client was dropped with 1 open connection: " in line
        assert line.endswith("use it in `async with`, or call `await client.aclose()`")
        server.wait_until(lambda: server.open == 0)


def test_a_client_dropped_with_a_connection_to_a_proxy_says_so(anyio_backend: str) -> None:
    with Loopback() as service, Loopback(proxy_to(service)) as proxy:
        (line,) = complaints(DROPPED, service.url, anyio_backend, proxy.url)
        assert "a client was dropped with 1 open connection" in line
        proxy.wait_until(lambda: proxy.open == 0)


def test_a_client_that_was_closed_says_nothing(anyio_backend: str) -> None:
    code = """
async def main():
    async with make() as client:
        await client.list_pipelines()
    del client
    gc.collect()
    await anyio.lowlevel.checkpoint()

anyio.run(main, backend=backend)
"""
    with Loopback() as server:
        assert complaints(code, server.url, anyio_backend) == []


def test_a_client_that_never_connected_says_nothing(anyio_backend: str) -> None:
    code = """
async def main():
    make()
    gc.collect()

anyio.run(main, backend=backend)
"""
    with Loopback() as server:
        assert complaints(code, server.url, anyio_backend) == []


def test_a_client_that_could_not_connect_says_nothing(anyio_backend: str) -> None:
    code = """
from codepipeline_sdk.error import SdkError

async def main():
    client = make()
    try:
        await client.list_pipelines()
    except SdkError:
        pass
    del client
    gc.collect()
    await anyio.lowlevel.checkpoint()

anyio.run(main, backend=backend)
"""
    assert complaints(code, "http://127.0.0.1:1/", anyio_backend) == []


def test_a_client_whose_loops_have_ended_says_nothing(anyio_backend: str) -> None:
    code = """
client = make()

async def main():
    await client.list_pipelines()

for _ in range(3):
    anyio.run(main, backend=backend)
del client
gc.collect()
"""
    with Loopback() as server:
        assert complaints(code, server.url, anyio_backend) == []


def test_a_client_of_the_module_says_nothing_at_the_end_of_the_process(anyio_backend: str) -> None:
    code = """
client = make()

async def main():
    await client.list_pipelines()

anyio.run(main, backend=backend)
"""
    with Loopback() as server:
        assert complaints(code, server.url, anyio_backend) == []


def test_dropped_clients_leave_nothing_behind_in_a_loop_that_goes_on(anyio_backend: str) -> None:
    code = """
import warnings, weakref
from codepipeline_sdk._runtime.transport.pool import LoopConnections

async def main():
    warnings.simplefilter("ignore")
    left = []
    for _ in range(20):
        client = make()
        await client.list_pipelines()
        left.append(weakref.ref(client._http))
        del client
    for _ in range(5):
        await anyio.lowlevel.checkpoint()
    gc.collect()
    if any(isinstance(thing, LoopConnections) for thing in gc.get_objects()) or any(pool() for pool in left):
        sys.exit("Error: something is left")

anyio.run(main, backend=backend)
"""
    with Loopback() as server:
        assert complaints(code, server.url, anyio_backend) == []
        assert server.accepted == 20
