"""Requests through proxies, in the open and in tunnels."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import anyio
import pytest
import trustme
from anyio import wait_all_tasks_blocked

from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk._runtime.transport.pool import ConnectionPool
from codepipeline_sdk.config import (
    Config,
    ConnectorError,
    ConnectorErrorKind,
    HttpConfig,
    HttpRequest,
    ProxyConfig,
    RetryConfig,
)
from codepipeline_sdk.credentials import Credentials
from codepipeline_sdk.error import DispatchFailure
from tests.client.test_blocking_calls import events
from tests.loopback import Loopback, Peer, Script, answer, answer_all, full_backlog, hang, ok, refusing_port
from tests.transport.calls import SHORT, post, slots_taken
from tests.transport.certificates import server_context
from tests.transport.proxies import basic, proxy_to

NAME = "codepipeline.test"


@asynccontextmanager
async def through(
    proxy: ProxyConfig | None,
    *,
    ca_bundle: str | None = None,
    max_connections: int = 10,
    environment: Mapping[str, str] | None = None,
) -> AsyncGenerator[ConnectionPool]:
    config = HttpConfig(proxy=proxy, ca_bundle=ca_bundle, max_connections=max_connections)
    pool = as_http_client(None, config, environment=environment or {})
    assert isinstance(pool, ConnectionPool)
    try:
        yield pool
    finally:
        await pool.aclose()


async def failure(pool: ConnectionPool, request: HttpRequest) -> tuple[ConnectorErrorKind, bool, bool]:
    with pytest.raises(ConnectorError) as caught:
        await pool.send(request)
    assert "through http://127.0.0.1:" in str(caught.value) or "the proxy http://127.0.0.1:" in str(caught.value)
    return caught.value.kind, caught.value.request_written, caught.value.retryable


async def test_a_request_in_the_open_is_handed_to_the_proxy_whole() -> None:
    with Loopback() as service, Loopback(proxy_to(service)) as proxy:
        async with through(ProxyConfig.http(proxy.url)) as pool:
            for _ in range(2):
                assert (await pool.send(post(f"http://{NAME}/path"))).body == b"{}"
            assert slots_taken(pool) == 0
        assert [request.head.split(b"\r\n")[0] for request in proxy.requests] == [
            b"POST http://codepipeline.test/path HTTP/1.1"
        ] * 2
        assert service.requests[0].headers == {"host": NAME, "accept-encoding": "identity", "content-length": "2"}
        assert proxy.accepted == 1
        await proxy.until(lambda: proxy.open == 0)


@pytest.mark.row("1.18-proxy")
async def test_a_tunnel_is_encrypted_to_its_end_and_used_again(authority: trustme.CA, bundle: str) -> None:
    with Loopback(tls=server_context(authority, NAME)) as service, Loopback(proxy_to(service)) as proxy:
        async with through(ProxyConfig.https(proxy.url), ca_bundle=bundle) as pool:
            for _ in range(3):
                assert (await pool.send(post(f"https://{NAME}/"))).body == b"{}"
        assert [request.head.split(b"\r\n")[0] for request in proxy.requests] == [
            b"CONNECT codepipeline.test:443 HTTP/1.1"
        ]
        assert (service.accepted, len(service.requests)) == (1, 3)
        await proxy.until(lambda: proxy.open == 0)


async def test_a_proxy_may_be_spoken_to_under_tls(authority: trustme.CA, bundle: str) -> None:
    with (
        Loopback(tls=server_context(authority, NAME)) as service,
        Loopback(proxy_to(service), tls=server_context(authority, "127.0.0.1")) as proxy,
    ):
        async with through(ProxyConfig.all(proxy.url), ca_bundle=bundle) as pool:
            assert (await pool.send(post(f"https://{NAME}/"))).status == 200
        assert len(proxy.requests) == 1


async def test_the_server_at_the_end_of_a_tunnel_is_verified(authority: trustme.CA, bundle: str) -> None:
    with Loopback(tls=server_context(authority, "other.test")) as service, Loopback(proxy_to(service)) as proxy:
        async with through(ProxyConfig.all(proxy.url), ca_bundle=bundle) as pool:
            assert await failure(pool, post(f"https://{NAME}/")) == ("io", False, False)
        assert service.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_user_and_password_are_told_to_the_proxy_and_to_nobody_else(
    scheme: str, authority: trustme.CA, bundle: str
) -> None:
    tls = server_context(authority, NAME) if scheme == "https" else None
    script_for = basic("me", "s3cr3t/ü")
    with Loopback(tls=tls) as service, Loopback(proxy_to(service, authorization=script_for)) as proxy:
        config = ProxyConfig.all(proxy.url).with_basic_auth("me", "s3cr3t/ü")
        in_url = ProxyConfig.all(proxy.url.replace("//", "//me:s3cr3t%2F%C3%BC@"))
        for given in (config, in_url):
            async with through(given, ca_bundle=bundle) as pool:
                assert (await pool.send(post(f"{scheme}://{NAME}/"))).status == 200
        if scheme == "https":
            assert all("proxy-authorization" not in request.headers for request in service.requests)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_other_credentials_is_a_failure_for_good_that_shows_none(
    scheme: str, bundle: str
) -> None:
    with Loopback() as service, Loopback(proxy_to(service, authorization=basic("me", "right"))) as proxy:
        config = ProxyConfig.all(proxy.url.replace("//", "//planted-user:planted-password@"))
        async with through(config, ca_bundle=bundle) as pool:
            with pytest.raises(ConnectorError) as caught:
                await pool.send(post(f"{scheme}://{NAME}/"))
        error = caught.value
        assert (error.kind, error.request_written, error.retryable) == ("user", False, False)
        assert "planted" not in f"{error} {error!r} {error.__cause__!r} {config!r} {HttpConfig(proxy=config)!r}"
        assert basic("planted-user", "planted-password") not in f"{error.__cause__!r} {config!r}"
        assert service.requests == []


async def test_the_407_of_a_service_behind_a_tunnel_is_its_own(authority: trustme.CA, bundle: str) -> None:
    refusal = answer(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
    with Loopback(refusal, tls=server_context(authority, NAME)) as service, Loopback(proxy_to(service)) as proxy:
        async with through(ProxyConfig.all(proxy.url), ca_bundle=bundle) as pool:
            assert (await pool.send(post(f"https://{NAME}/"))).status == 407


@pytest.mark.parametrize(
    ("status", "expected"),
    [("403 Forbidden", ("user", False, False)), ("502 Bad Gateway", ("io", False, True))],
)
async def test_a_proxy_that_opens_no_tunnel_is_a_failure_before_the_request(
    status: str, expected: tuple[ConnectorErrorKind, bool, bool], bundle: str
) -> None:
    with Loopback(answer(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())) as proxy:
        async with through(ProxyConfig.all(proxy.url), ca_bundle=bundle) as pool:
            assert await failure(pool, post(f"https://{NAME}/")) == expected


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_down_is_an_io_error_before_the_request(scheme: str, bundle: str) -> None:
    with refusing_port() as url:
        async with through(ProxyConfig.all(url), ca_bundle=bundle) as pool:
            assert await failure(pool, post(f"{scheme}://{NAME}/")) == ("io", False, True)
            assert slots_taken(pool) == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_connecting_to_a_proxy_has_its_limit(scheme: str, bundle: str) -> None:
    with full_backlog() as url:
        async with through(ProxyConfig.all(url), ca_bundle=bundle) as pool:
            request = post(f"{scheme}://{NAME}/", connect_timeout=SHORT)
            assert await failure(pool, request) == ("connect_timeout", False, True)


@pytest.mark.parametrize("script", [hang, answer(b"HTTP/1.1 200 OK\r\nContent-", stay=True)])
async def test_a_proxy_that_falls_silent_is_a_read_timeout(script: Script) -> None:
    with Loopback(script) as proxy:
        async with through(ProxyConfig.all(proxy.url)) as pool:
            request = post(f"http://{NAME}/", connect_timeout=SHORT, read_timeout=SHORT)
            assert await failure(pool, request) == ("read_timeout", True, True)


async def test_requests_past_the_proxy_take_the_pool() -> None:
    with refusing_port() as nobody, Loopback() as service:
        for config in (ProxyConfig.all(nobody).with_no_proxy("127.0.0.0/8"), ProxyConfig.https(nobody)):
            async with through(config) as pool:
                assert (await pool.send(post(service.url))).status == 200
                assert slots_taken(pool) == 1


async def test_a_request_that_must_not_pass_a_proxy_does_not() -> None:
    with refusing_port() as nobody, Loopback() as service:
        async with through(ProxyConfig.all(nobody)) as pool:
            request = post(service.url)
            request.bypass_proxy = True
            assert (await pool.send(request)).status == 200


@pytest.mark.row("1.18-proxy")
async def test_the_environment_names_the_proxy_unless_the_config_does() -> None:
    with Loopback() as service, Loopback(proxy_to(service)) as proxy:
        environment = {"HTTP_PROXY": proxy.url, "NO_PROXY": "direct.test"}
        async with through(None, environment=environment) as pool:
            assert (await pool.send(post(f"http://{NAME}/"))).status == 200
        async with through(ProxyConfig.disabled(), environment=environment) as pool:
            assert (await pool.send(post(service.url))).status == 200
        assert len(proxy.requests) == 1


async def test_max_connections_holds_for_requests_through_a_proxy() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.until(lambda: len(peer.server.requests) >= 3)
        await peer.send(ok())
        await answer_all(peer)

    with Loopback(script) as proxy:
        async with through(ProxyConfig.all(proxy.url), max_connections=3) as pool:
            async with anyio.create_task_group() as calls:
                for _ in range(30):
                    calls.start_soon(pool.send, post(f"http://{NAME}/"))
            assert slots_taken(pool) == 0
        assert (len(proxy.requests), proxy.most_open) == (30, 3)


async def test_cancelled_in_an_exchange_it_gives_its_slot_back_and_the_next_request_succeeds() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        if peer.number > 1:
            await peer.send(ok())
        await peer.closed()

    with Loopback(script) as proxy:
        async with through(ProxyConfig.all(proxy.url), max_connections=1) as pool:
            async with anyio.create_task_group() as calls:
                calls.start_soon(pool.send, post(f"http://{NAME}/"))
                await proxy.until(lambda: len(proxy.requests) == 1)
                await wait_all_tasks_blocked()
                calls.cancel_scope.cancel()
            assert slots_taken(pool) == 0
            assert (await pool.send(post(f"http://{NAME}/"))).status == 200


async def test_closing_lets_the_request_under_way_finish_and_then_closes_its_connection() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.told()
        await peer.send(ok())
        await peer.closed()

    statuses: list[int] = []

    async def send(pool: ConnectionPool) -> None:
        statuses.append((await pool.send(post(f"http://{NAME}/"))).status)

    with Loopback(script) as proxy:
        async with through(ProxyConfig.all(proxy.url)) as pool, anyio.create_task_group() as calls:
            calls.start_soon(send, pool)
            await proxy.until(lambda: len(proxy.requests) == 1)
            await pool.aclose()
            proxy.go_on()
        assert statuses == [200]
        await proxy.until(lambda: proxy.open == 0)


def test_one_client_serves_event_loops_one_after_the_other_through_a_proxy(anyio_backend: str) -> None:
    with Loopback() as service, Loopback(proxy_to(service)) as proxy:
        pool = as_http_client(None, HttpConfig(proxy=ProxyConfig.all(proxy.url)), environment={})

        async def main() -> None:
            await pool.send(post(f"http://{NAME}/"))

        for _ in range(3):
            anyio.run(main, backend=anyio_backend)
            proxy.wait_until(lambda: proxy.open == 0)
        gc.collect()
        assert (proxy.accepted, len(service.requests)) == (3, 3)


async def test_a_call_whose_proxy_is_down_is_a_dispatch_failure() -> None:
    from codepipeline_sdk import Client

    with refusing_port() as nobody:
        config = Config(
            region="eu-west-1",
            endpoint_url=f"http://{NAME}/",
            credentials=Credentials(access_key_id="a", secret_access_key="b"),
            http=HttpConfig(proxy=ProxyConfig.all(nobody).with_basic_auth("planted-user", "planted-password")),
            retry=RetryConfig.disabled(),
        )
        async with Client(config) as client:
            with pytest.raises(DispatchFailure) as caught:
                await client.list_pipelines()
        assert not caught.value.request_may_have_run
        assert "planted" not in f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {config!r}"


@pytest.mark.parametrize("calls", [1, 3])
def test_a_call_through_a_proxy_blocks_on_nothing(
    anyio_backend: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback() as service, Loopback(proxy_to(service)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("127.0.0.1", "localhost"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert events(f"http://{NAME}/", anyio_backend, calls) == []
        assert len(service.requests) == calls
