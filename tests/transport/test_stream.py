"""The TCP stream on asyncio: what its reader and writer rely on."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator

import httpcore
import pytest

from codepipeline_sdk._runtime.transport.stream import AsyncioStream, close
from tests.loopback import PATIENCE
from tests.transport.calls import SHORT


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def ends() -> AsyncIterator[tuple[AsyncioStream, socket.socket]]:
    """Yield a stream and the socket at its other end."""
    near, far = socket.socketpair()
    _, stream = await asyncio.get_running_loop().create_connection(AsyncioStream, sock=near)
    with far:
        yield stream, far
        close(stream)
        await asyncio.sleep(0)


async def test_reading_pauses_while_nobody_takes_the_bytes(
    ends: tuple[AsyncioStream, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, far = ends
    paused = asyncio.Event()
    pause = stream._transport.pause_reading

    def note() -> None:
        pause()
        paused.set()

    monkeypatch.setattr(stream._transport, "pause_reading", note)
    sent = bytes(range(256)) * 16_384
    sender = threading.Thread(target=far.sendall, args=(sent,))
    sender.start()
    await paused.wait()
    assert len(stream._received) < len(sent) / 2
    taken = bytearray()
    while len(taken) < len(sent):
        taken += await stream.read(65_536)
    sender.join()
    assert taken == sent


async def test_a_read_returns_no_more_than_asked_for(ends: tuple[AsyncioStream, socket.socket]) -> None:
    stream, far = ends
    far.sendall(b"abcde")
    assert await stream.read(3) == b"abc"
    assert await stream.read(3) == b"de"


async def test_a_writer_waits_until_the_other_side_takes_the_bytes(ends: tuple[AsyncioStream, socket.socket]) -> None:
    stream, _ = ends
    with pytest.raises(httpcore.WriteTimeout):
        await stream.write(b"x" * 20_000_000, SHORT)


async def test_a_shorter_limit_overtakes_a_longer_one(ends: tuple[AsyncioStream, socket.socket]) -> None:
    stream, far = ends
    far.sendall(b"a")
    assert await stream.read(1, PATIENCE) == b"a"
    with pytest.raises(httpcore.ReadTimeout):
        await stream.read(1, SHORT)


async def test_the_timer_of_a_shorter_limit_does_not_end_a_longer_one(
    ends: tuple[AsyncioStream, socket.socket],
) -> None:
    stream, far = ends
    asyncio.get_running_loop().call_soon(far.sendall, b"a")
    assert await stream.read(1, SHORT) == b"a"
    asyncio.get_running_loop().call_later(2 * SHORT, far.sendall, b"b")
    assert await stream.read(1, PATIENCE) == b"b"


async def test_a_timer_that_nobody_waits_for_does_nothing(ends: tuple[AsyncioStream, socket.socket]) -> None:
    stream, far = ends
    asyncio.get_running_loop().call_soon(far.sendall, b"a")
    assert await stream.read(1, SHORT) == b"a"
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(2 * SHORT, later.set)
    await later.wait()
    assert stream._timer is None


async def test_an_end_wakes_the_reader_and_refuses_the_writer(ends: tuple[AsyncioStream, socket.socket]) -> None:
    stream, far = ends
    far.close()
    assert await stream.read(1) == b""
    with pytest.raises(httpcore.WriteError):
        await stream.write(b"x")
