"""Who gets which connection, how many there are, and what becomes of them with their event loop."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import warnings
import weakref
from collections.abc import Callable
from itertools import chain

import anyio
import pytest
import trio
from anyio import wait_all_tasks_blocked

from codepipeline_sdk._runtime.transport.pool import ConnectionPool, LoopConnections
from codepipeline_sdk.config.http import ConnectorError, HttpConfig
from codepipeline_sdk.error import ConfigError
from tests.loopback import Loopback, Peer, Script, answer, answer_all, full_backlog, hang, ok, refusing_port
from tests.transport.calls import idle, make_pool, open_pool, post, slots_taken


def meet_first(count: int) -> Script:
    """Return a script that answers nobody's first request before so many connections have one."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.until(lambda: len(peer.server.requests) >= count)
        await peer.send(ok())
        await answer_all(peer)

    return script


async def send_together(pool: ConnectionPool, url: str, count: int) -> None:
    async with anyio.create_task_group() as calls:
        for _ in range(count):
            calls.start_soon(pool.send, post(url))


@pytest.mark.row("1.18-pool")
async def test_requests_one_after_the_other_share_a_connection() -> None:
    with Loopback() as server:
        async with open_pool() as pool:
            for _ in range(5):
                assert (await pool.send(post(server.url))).body == b"{}"
        assert (server.accepted, len(server.requests)) == (1, 5)


async def test_the_connection_used_last_is_used_first() -> None:
    with Loopback(meet_first(2)) as server:
        async with open_pool() as pool:
            await send_together(pool, server.url, 2)
            for _ in range(3):
                await pool.send(post(server.url))
        assert server.accepted == 2
        assert len({request.connection for request in server.requests[2:]}) == 1


@pytest.mark.trap(22)
async def test_three_hundred_requests_over_ten_connections_all_finish() -> None:
    with Loopback(meet_first(10)) as server:
        async with open_pool(max_connections=10) as pool:
            await send_together(pool, server.url, 300)
            assert (slots_taken(pool), idle(pool)) == (10, 10)
        assert (len(server.requests), server.accepted, server.most_open) == (300, 10, 10)


async def test_waiting_requests_are_served_in_their_order() -> None:
    with Loopback(meet_first(1)) as server:
        async with open_pool(max_connections=1) as pool, anyio.create_task_group() as calls:
            for number in range(5):
                calls.start_soon(pool.send, post(server.url, b"%d" % number))
                await wait_all_tasks_blocked()
        assert [request.body for request in server.requests] == [b"0", b"1", b"2", b"3", b"4"]


async def test_an_idle_connection_of_another_origin_makes_room() -> None:
    with Loopback() as first, Loopback() as second:
        async with open_pool(max_connections=1) as pool:
            await pool.send(post(first.url))
            await pool.send(post(second.url))
            await first.until(lambda: first.open == 0)
            assert (slots_taken(pool), idle(pool)) == (1, 1)
            await pool.send(post(first.url))
        assert (first.accepted, second.accepted) == (2, 1)


async def test_a_request_to_another_origin_is_handed_the_slot_of_a_finished_one() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.told()
        await peer.send(ok())
        await peer.closed()

    with Loopback(script) as first, Loopback() as second:
        async with open_pool(max_connections=1) as pool, anyio.create_task_group() as calls:
            calls.start_soon(pool.send, post(first.url))
            await first.until(lambda: len(first.requests) == 1)
            calls.start_soon(pool.send, post(second.url))
            await wait_all_tasks_blocked()
            assert second.accepted == 0
            first.go_on()
        assert (len(first.requests), len(second.requests)) == (1, 1)


async def test_a_failed_request_gives_its_slot_to_the_next() -> None:
    with refusing_port() as nobody, Loopback() as server:
        async with open_pool(max_connections=1) as pool:
            for _ in range(3):
                with pytest.raises(ConnectorError):
                    await pool.send(post(nobody))
            assert slots_taken(pool) == 0
            assert (await pool.send(post(server.url))).status == 200


@pytest.mark.row("1.18-pool")
async def test_an_expired_connection_is_not_used_again() -> None:
    with Loopback() as server:
        async with open_pool(keepalive_expiry=0) as pool:
            for _ in range(3):
                await pool.send(post(server.url))
            assert slots_taken(pool) == 0
        assert server.accepted == 3


async def test_connections_that_expired_at_the_bottom_of_the_stack_are_closed_bit_by_bit() -> None:
    with Loopback(meet_first(3)) as server:
        async with open_pool() as pool:
            await send_together(pool, server.url, 3)
            (connections,) = pool._loops.values()
            (stack,) = connections._idle.values()
            stack[0].expires_at = 0
            await pool.send(post(server.url))
            assert (slots_taken(pool), idle(pool)) == (2, 2)
            await server.until(lambda: server.open == 2)


async def test_a_connection_that_expired_on_top_of_the_stack_is_replaced() -> None:
    with Loopback() as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
            (connections,) = pool._loops.values()
            for connection in chain(*connections._idle.values()):
                connection.expires_at = 0
            await pool.send(post(server.url))
            assert (slots_taken(pool), server.accepted) == (1, 2)


async def test_a_stale_connection_is_replaced_before_anything_is_written() -> None:
    with Loopback(answer(ok())) as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
            await server.until(lambda: server.open == 0)
            assert (await pool.send(post(server.url))).status == 200
        assert [request.connection for request in server.requests] == [1, 2]


async def test_a_stale_connection_is_noticed_although_the_loop_has_not_run_since() -> None:
    with Loopback(answer(ok())) as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
            server.wait_until(lambda: server.open == 0)
            assert (await pool.send(post(server.url))).status == 200


async def test_all_stale_connections_are_replaced_by_one() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.until(lambda: len(peer.server.requests) >= 4)
        await peer.send(ok())

    with Loopback(script) as server:
        async with open_pool() as pool:
            await send_together(pool, server.url, 4)
            await server.until(lambda: server.open == 0)
            await pool.send(post(server.url))
            assert (slots_taken(pool), server.accepted) == (1, 5)


async def test_a_request_is_not_sent_again_once_it_has_been_written() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(ok())
        await peer.request()
        peer.reset()

    with Loopback(script) as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
            with pytest.raises(ConnectorError) as caught:
                await pool.send(post(server.url))
            assert (caught.value.kind, caught.value.request_written) == ("io", True)
            assert caught.value.retryable
        assert (len(server.requests), server.accepted) == (2, 1)


async def cancel_when(pool: ConnectionPool, url: str, ready: Callable[[], bool], server: Loopback | None) -> None:
    """Cancel a request when the server is ready and the request has come to rest."""
    async with anyio.create_task_group() as calls:
        calls.start_soon(pool.send, post(url, b"x" * 20_000_000))
        if server is not None:
            await server.until(ready)
        await wait_all_tasks_blocked()
        calls.cancel_scope.cancel()


async def test_cancelled_while_connecting_it_leaves_nothing_behind() -> None:
    with full_backlog() as url:
        async with open_pool() as pool:
            await cancel_when(pool, url, lambda: True, None)
            assert slots_taken(pool) == 0


@pytest.mark.row("1.21-connection")
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(hang, id="writing"),
        pytest.param(answer(stay=True), id="headers"),
        pytest.param(answer(b"HTTP/1.1 200 OK\r\nContent-", stay=True), id="within-headers"),
        pytest.param(answer(ok(b"12345")[:-2], stay=True), id="body"),
    ],
)
async def test_cancelled_in_an_exchange_it_closes_its_connection_and_gives_the_slot_back(script: Script) -> None:
    with Loopback(script) as server:
        async with open_pool() as pool:
            writing = script is hang
            await cancel_when(
                pool, server.url, lambda: server.accepted == 1 and (writing or server.requests != []), server
            )
            assert slots_taken(pool) == 0
            await server.until(lambda: server.open == 0)


async def test_cancelled_in_the_tls_handshake_it_closes_its_connection_and_gives_the_slot_back() -> None:
    with Loopback(hang) as server:
        async with open_pool() as pool:
            url = server.url.replace("http:", "https:")
            await cancel_when(pool, url, lambda: server.accepted == 1, server)
            assert slots_taken(pool) == 0
            await server.until(lambda: server.open == 0)


async def test_cancelled_while_waiting_for_a_slot_it_leaves_the_queue() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.told()
        await peer.send(ok())
        await answer_all(peer)

    with Loopback(script) as server:
        async with open_pool(max_connections=1) as pool, anyio.create_task_group() as calls:
            calls.start_soon(pool.send, post(server.url))
            await server.until(lambda: len(server.requests) == 1)
            await cancel_when(pool, server.url, lambda: True, None)
            server.go_on()
            assert (await pool.send(post(server.url))).status == 200
        assert len(server.requests) == 2


def test_a_slot_that_is_granted_to_a_task_cancelled_in_the_same_moment_is_passed_on() -> None:
    async def main() -> None:
        connections = LoopConnections(HttpConfig(max_connections=1))
        await connections.acquire("here")
        waiting = asyncio.create_task(connections.acquire("here"))
        await asyncio.sleep(0)
        connections.discard(None)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert connections.slots_taken == 0

    asyncio.run(main())


def test_native_cancellation_of_an_asyncio_task_comes_out_as_it_went_in() -> None:
    async def main(server: Loopback) -> None:
        async with open_pool() as pool:
            task = asyncio.create_task(pool.send(post(server.url)))
            await server.until(lambda: len(server.requests) == 1)
            task.cancel("enough")
            with pytest.raises(asyncio.CancelledError, match="enough"):
                await task
            assert slots_taken(pool) == 0

    with Loopback(answer(stay=True)) as server:
        asyncio.run(main(server))


async def test_closing_closes_idle_connections_and_a_second_time_does_nothing() -> None:
    with Loopback() as server:
        pool = make_pool()
        await pool.send(post(server.url))
        await pool.aclose()
        await pool.aclose()
        await server.until(lambda: server.open == 0)


async def test_closing_a_pool_that_was_never_used_does_nothing() -> None:
    await make_pool().aclose()


async def test_a_closed_pool_refuses_requests() -> None:
    pool = make_pool()
    await pool.aclose()
    with pytest.raises(ConnectorError, match="the client has been closed") as caught:
        await pool.send(post("http://127.0.0.1:1/"))
    assert (caught.value.kind, caught.value.request_written, caught.value.retryable) == ("user", False, False)


async def test_closing_lets_the_request_under_way_finish_and_sends_the_waiting_one_away() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.told()
        await peer.send(ok())
        await peer.closed()

    outcomes: list[object] = []

    async def send(pool: ConnectionPool, url: str) -> None:
        try:
            outcomes.append((await pool.send(post(url))).status)
        except ConnectorError as error:
            outcomes.append(error.kind)

    with Loopback(script) as server:
        async with anyio.create_task_group() as calls:
            pool = make_pool(max_connections=1)
            calls.start_soon(send, pool, server.url)
            await server.until(lambda: len(server.requests) == 1)
            calls.start_soon(send, pool, server.url)
            await wait_all_tasks_blocked()
            await pool.aclose()
            await wait_all_tasks_blocked()
            assert outcomes == ["user"]
            server.go_on()
        assert outcomes == ["user", 200]
        await server.until(lambda: server.open == 0)


@pytest.mark.row("1.21-backends")
def test_one_pool_serves_ten_event_loops_one_after_the_other() -> None:
    with Loopback() as server:
        pool = make_pool()

        async def main() -> None:
            for _ in range(2):
                await pool.send(post(server.url))

        for run in range(10):
            if run % 2:
                trio.run(main)
            else:
                asyncio.run(main())
            server.wait_until(lambda: server.open == 0)
            assert pool._loops == {}
        gc.collect()
        assert (server.accepted, len(server.requests)) == (10, 20)


def test_an_ended_event_loop_is_not_kept_alive() -> None:
    with Loopback() as server:
        pool = make_pool()

        async def main() -> weakref.ref[asyncio.AbstractEventLoop]:
            await pool.send(post(server.url))
            return weakref.ref(asyncio.get_running_loop())

        loop = asyncio.run(main())
        gc.collect()
        assert loop() is None


def test_connections_of_a_loop_that_was_closed_bare_are_dropped_at_the_next_use() -> None:
    with Loopback() as server:
        pool = make_pool()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(pool.send(post(server.url)))
        loop.close()
        gone = weakref.ref(loop)
        del loop
        with warnings.catch_warnings():
            # The loop itself complains of what was left open in it.
            warnings.simplefilter("ignore", ResourceWarning)
            asyncio.run(pool.send(post(server.url)))
            gc.collect()
        assert gone() is None
        server.wait_until(lambda: server.open == 0)


def test_a_pool_that_is_forgotten_closes_its_connections(anyio_backend: str) -> None:
    async def main(server: Loopback) -> None:
        pool = make_pool()
        await pool.send(post(server.url))
        with pytest.warns(ResourceWarning, match="with 1 open connection: use it in `async with`"):
            del pool
        await server.until(lambda: server.open == 0)

    with Loopback() as server:
        anyio.run(main, server, backend=anyio_backend)


def test_four_threads_share_a_pool_with_an_event_loop_each() -> None:
    with Loopback(meet_first(4)) as server:
        pool = make_pool()
        failures: list[BaseException] = []

        async def main() -> None:
            for _ in range(25):
                await pool.send(post(server.url))

        def work(number: int) -> None:
            try:
                if number % 2:
                    trio.run(main)
                else:
                    asyncio.run(main())
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert (server.accepted, len(server.requests)) == (4, 100)
        assert pool._loops == {}


@pytest.mark.parametrize(
    "url", ["", "/path", "ftp://host/", "http://", "http://host:70000/", "http://höst/", "http://h/ä"]
)
async def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    async with open_pool() as pool:
        with pytest.raises(ConnectorError, match="not an absolute http or https URL") as caught:
            await pool.send(post(url))
        assert (caught.value.kind, caught.value.request_written) == ("user", False)


def test_a_pool_needs_room_for_a_connection() -> None:
    with pytest.raises(ConfigError, match="max_connections must be at least 1, not 0"):
        make_pool(max_connections=0)


def test_making_the_default_pool_does_not_import_httpx() -> None:
    code = (
        "import sys; from codepipeline_sdk._runtime.transport import as_http_client\n"
        "from codepipeline_sdk.config.http import HttpConfig\n"
        "as_http_client(None, HttpConfig()); sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
