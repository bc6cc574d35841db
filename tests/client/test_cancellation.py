"""A call that is cancelled at any of its checkpoints leaves the pool right. anchor.md 1.21, trap 28."""

from __future__ import annotations

import types
from collections.abc import Awaitable, Callable, Generator
from typing import ClassVar

import anyio
import anyio.lowlevel
import pytest

from codepipeline_sdk import Client, Config
from codepipeline_sdk._runtime.transport.event_loop import loop_token
from codepipeline_sdk._runtime.transport.pool import ConnectionPool, LoopConnections
from codepipeline_sdk.config import HttpConfig, HttpRequest, HttpResponse, TimeoutConfig
from tests.fakes import CREDENTIALS, config, reply
from tests.loopback import Loopback, Peer, answer_all, ok


@types.coroutine
def cancelling(work: Awaitable[object], at: int, cancel: Callable[[], None]) -> Generator[object, object, int]:
    """Carry work out, cancel it at one of its checkpoints, and return how many there were."""
    steps = work.__await__()
    count, sent, thrown = 0, None, None
    while True:
        try:
            item: object = steps.throw(thrown) if thrown is not None else steps.send(sent)
        except StopIteration:
            return count
        count += 1
        if count == at:
            cancel()
        sent, thrown = None, None
        try:
            sent = yield item
        except BaseException as error:  # handed on to the work, as the event loop does
            thrown = error


def connections(client: Client) -> LoopConnections:
    pool = client._http
    assert isinstance(pool, ConnectionPool)
    return pool._loops[loop_token()]


def idle(of: LoopConnections) -> int:
    return sum(map(len, of._idle.values()))


async def slowly(peer: Peer) -> None:
    """Answer in several pieces, so that there are checkpoints in the head and in the body."""
    while True:
        await peer.request()
        body = ok(b'{"pipelines":[]}')
        for part in (body[:20], body[20:-6], body[-6:]):
            await peer.send(part)


@pytest.mark.parametrize("script", [answer_all, slowly], ids=["at once", "slowly"])
@pytest.mark.parametrize("warm", [False, True], ids=["first call", "later call"])
async def test_a_call_can_be_cancelled_at_each_of_its_checkpoints(
    script: Callable[[Peer], Awaitable[None]], warm: bool
) -> None:
    with Loopback(script) as server:
        for checkpoint in range(1, 200):
            settings = Config(
                region="eu-west-1",
                credentials=CREDENTIALS,
                endpoint_url=server.url,
                http=HttpConfig(max_connections=1),
                timeout=TimeoutConfig(attempt=30, operation=30),
            )
            async with Client(settings) as client:
                if warm:
                    await client.list_pipelines()
                with anyio.CancelScope() as scope:
                    count = await cancelling(client.list_pipelines(), checkpoint, scope.cancel)
                    if count < checkpoint:
                        break
                assert not warm or connections(client).slots_taken == idle(connections(client))
                # There is one slot: had the cancelled call kept it, this one would wait for ever.
                with anyio.fail_after(10):
                    await client.list_pipelines()
                assert connections(client).slots_taken == idle(connections(client)) == 1
        else:
            pytest.fail("the call never completed")
        assert checkpoint > 2
        await server.until(lambda: server.open == 0)


async def test_a_call_on_a_fake_transport_can_be_cancelled_at_each_of_its_checkpoints() -> None:
    class Yielding:
        under_way = 0
        failing: ClassVar[list[bool]] = []

        async def send(self, request: HttpRequest) -> HttpResponse:
            self.under_way += 1
            try:
                for _ in range(3):
                    await anyio.lowlevel.checkpoint()
            finally:
                self.under_way -= 1
            return reply(b"{}", 500 if self.failing.pop() else 200)

    async def sleep(seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    http = Yielding()
    for checkpoint in range(1, 100):
        client = Client(config(http, sleep=sleep))
        http.failing[:] = [False, True]
        with anyio.CancelScope() as scope:
            if await cancelling(client.list_pipelines(), checkpoint, scope.cancel) < checkpoint:
                break
        assert http.under_way == 0
        http.failing[:] = [False]
        await client.list_pipelines()
    else:
        pytest.fail("the call never completed")
    assert checkpoint > 3
