"""One client in many loops and threads. anchor.md 1.21, design.md 4.12."""

from __future__ import annotations

import asyncio
import threading

import pytest

from codepipeline_sdk import Client, Config
from tests.fakes import CREDENTIALS
from tests.loopback import Loopback, Peer, answer_all


def module_level(server: Loopback) -> Client:
    return Client(Config(region="eu-west-1", credentials=CREDENTIALS, endpoint_url=server.url))


@pytest.mark.row("1.21-loops")
def test_one_client_serves_ten_asyncio_runs() -> None:
    with Loopback(answer_all) as server:
        client = module_level(server)

        async def main() -> None:
            await asyncio.gather(*(client.list_pipelines().send() for _ in range(3)))

        for _ in range(10):
            asyncio.run(main())
        assert len(server.requests) == 30


@pytest.mark.row("1.21-loops")
def test_one_client_serves_four_threads_with_a_loop_each() -> None:
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    with Loopback(answer_all) as server:
        client = module_level(server)

        async def main() -> None:
            await client.list_pipelines()
            await asyncio.to_thread(barrier.wait)
            await asyncio.gather(*(client.list_pipelines().send() for _ in range(5)))

        def run() -> None:
            try:
                asyncio.run(main())
            except BaseException as error:  # shown to the test
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(server.requests) == 24


async def test_a_connection_is_used_again_by_the_next_call() -> None:
    with Loopback(answer_all) as server:
        async with module_level(server) as client:
            for _ in range(5):
                await client.list_pipelines()
        assert (server.accepted, len(server.requests)) == (1, 5)


async def test_a_closed_client_says_so() -> None:
    with Loopback(answer_all) as server:
        client = module_level(server)
        await client.list_pipelines()
        await client.aclose()
        await client.aclose()
        with pytest.raises(Exception, match="the client has been closed"):
            await client.list_pipelines()


@pytest.mark.row("1.1-sharing")
async def test_closing_a_client_leaves_no_socket() -> None:
    async def script(peer: Peer) -> None:
        await answer_all(peer)

    with Loopback(script) as server:
        async with module_level(server) as client:
            await client.list_pipelines()
        await server.until(lambda: server.open == 0)
        assert server.open == 0
