"""Whom the default transport trusts, and how bytes travel under TLS."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from pathlib import Path

import anyio
import pytest
import trustme

from codepipeline_sdk._runtime.transport import as_http_client, tls
from codepipeline_sdk._runtime.transport.tls import TrustStore, find_trust_store, tls_context
from codepipeline_sdk.config.http import ConnectorError, HttpConfig
from tests.loopback import Loopback, Peer, answer_all, ok
from tests.transport.calls import open_pool, post, slots_taken
from tests.transport.certificates import server_context


@pytest.fixture
def no_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test build its contexts anew."""
    monkeypatch.setattr(tls, "_contexts", {})


@pytest.mark.row("1.18-tls")
async def test_a_server_whose_authority_is_in_the_bundle_is_trusted(authority: trustme.CA, bundle: str) -> None:
    with Loopback(tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            for _ in range(3):
                assert (await pool.send(post(server.url))).status == 200
        assert server.accepted == 1


@pytest.mark.row("1.18-stack")
async def test_a_server_of_an_unknown_authority_is_refused_for_good(authority: trustme.CA) -> None:
    with Loopback(tls=server_context(authority)) as server:
        async with open_pool() as pool:
            with pytest.raises(ConnectorError, match=r"no TLS connection: .*certificate verify failed") as caught:
                await pool.send(post(server.url))
            assert (caught.value.kind, caught.value.request_written, caught.value.retryable) == ("io", False, False)
            assert slots_taken(pool) == 0


@pytest.mark.row("1.18-stack")
async def test_a_certificate_of_another_host_is_refused(authority: trustme.CA, bundle: str) -> None:
    with Loopback(tls=server_context(authority, "example.org")) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            with pytest.raises(ConnectorError, match=r"certificate is not valid for '127.0.0.1'"):
                await pool.send(post(server.url))
        assert server.requests == []


async def test_a_server_that_does_not_speak_tls_is_an_io_error(bundle: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with Loopback(script) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            with pytest.raises(ConnectorError, match="no TLS connection") as caught:
                await pool.send(post(server.url.replace("http:", "https:")))
            assert (caught.value.kind, caught.value.request_written, caught.value.retryable) == ("io", False, True)


async def test_large_bodies_go_both_ways_under_tls(authority: trustme.CA, bundle: str) -> None:
    async def echo(peer: Peer) -> None:
        request = await peer.request()
        await peer.send(ok(request.body))

    body = bytes(range(256)) * 16_384
    with Loopback(echo, tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            assert (await pool.send(post(server.url, body, max_response_bytes=len(body)))).body == body


async def test_an_end_of_tls_is_the_end_of_the_response(authority: trustme.CA, bundle: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(ok(b"12345")[:-2])

    with Loopback(script, tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            with pytest.raises(ConnectorError, match="the response broke off") as caught:
                await pool.send(post(server.url))
            assert (caught.value.kind, caught.value.retryable) == ("response", True)


async def test_an_end_of_tcp_is_the_end_of_the_response(authority: trustme.CA, bundle: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\n{}")
        peer.writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
        await peer.closed()

    with Loopback(script, tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            assert (await pool.send(post(server.url))).body == b"{}"
            assert slots_taken(pool) == 0


async def test_bytes_that_are_no_tls_are_an_io_error(authority: trustme.CA, bundle: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        os.write(peer.writer.get_extra_info("socket").fileno(), ok())
        await peer.closed()

    with Loopback(script, tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            with pytest.raises(ConnectorError) as caught:
                await pool.send(post(server.url))
            assert (caught.value.kind, caught.value.request_written, caught.value.retryable) == ("io", True, True)
            assert slots_taken(pool) == 0


async def test_a_stale_connection_is_replaced_under_tls(authority: trustme.CA, bundle: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(ok())

    with Loopback(script, tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            await pool.send(post(server.url))
            await server.until(lambda: server.open == 0)
            assert (await pool.send(post(server.url))).status == 200
        assert [request.connection for request in server.requests] == [1, 2]


async def test_a_record_after_a_response_is_never_taken_for_the_next(authority: trustme.CA, bundle: str) -> None:
    record = 16 * 1024
    body = b"1" * (2 * record - len(ok(b"1" * record)))

    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.request()
            # The response fills the first record to the last byte; what nobody asked for comes in another.
            await peer.send(ok(body) + ok(b"smuggled"))
        await answer_all(peer)

    assert len(ok(body)) == record
    with Loopback(script, tls=server_context(authority)) as server:
        async with open_pool(ca_bundle=bundle) as pool:
            assert (await pool.send(post(server.url))).body == body
            assert (await pool.send(post(server.url))).body == b"{}"
        assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.row("1.18-tls")
def test_the_first_of_four_settings_names_the_trust_store() -> None:
    both = {"AWS_CA_BUNDLE": "/aws.pem", "SSL_CERT_FILE": "/ssl.pem"}
    assert find_trust_store(ca_bundle="/profile.pem", environment=both) == TrustStore("/aws.pem", "AWS_CA_BUNDLE")
    without = {"AWS_CA_BUNDLE": "", "SSL_CERT_FILE": "/ssl.pem"}
    assert find_trust_store(ca_bundle="/profile.pem", environment=without) == TrustStore("/profile.pem", "ca_bundle")
    assert find_trust_store(ca_bundle=None, environment=without) == TrustStore("/ssl.pem", "SSL_CERT_FILE")
    assert find_trust_store(ca_bundle=None, environment={}).path is None


async def test_the_environment_s_bundle_is_used(authority: trustme.CA, bundle: str) -> None:
    with Loopback(tls=server_context(authority)) as server:
        client = as_http_client(None, HttpConfig(ca_bundle="/nowhere.pem"), environment={"AWS_CA_BUNDLE": bundle})
        assert (await client.send(post(server.url))).status == 200
        await client.aclose()


@pytest.mark.parametrize("content", [None, "no certificate", ""])
@pytest.mark.parametrize("setting", ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "ca_bundle"])
async def test_a_bundle_that_cannot_be_read_is_named(tmp_path: Path, setting: str, content: str | None) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    named = setting == "ca_bundle"
    config = HttpConfig(ca_bundle=str(path) if named else None)
    client = as_http_client(None, config, environment={} if named else {setting: str(path)})
    for action in (client.warm_up, lambda: client.send(post("https://127.0.0.1:1/"))):
        with pytest.raises(ConnectorError, match=f"{setting} names {path}, which cannot be read") as caught:
            await action()
        assert (caught.value.kind, caught.value.request_written) == ("user", False)
    await client.aclose()


@pytest.mark.usefixtures("no_contexts")
async def test_a_context_is_built_once_and_never_on_the_event_loop_s_thread(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_in: list[threading.Thread] = []
    build = tls._build

    def note(store: TrustStore) -> ssl.SSLContext:
        built_in.append(threading.current_thread())
        return build(store)

    monkeypatch.setattr(tls, "_build", note)
    async with anyio.create_task_group() as calls:
        for _ in range(5):
            calls.start_soon(tls_context, TrustStore(bundle, "ca_bundle"))
    assert len(built_in) == 1
    assert built_in[0] is not threading.current_thread()


@pytest.mark.usefixtures("no_contexts")
async def test_plain_http_needs_no_context() -> None:
    with Loopback() as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
    assert tls._contexts == {}


@pytest.mark.usefixtures("no_contexts")
async def test_warming_up_builds_the_context_ahead() -> None:
    async with open_pool() as pool:
        await pool.warm_up()
    assert len(tls._contexts) == 1


@pytest.mark.row("1.18-stack")
async def test_the_context_verifies_and_speaks_no_old_tls(bundle: str) -> None:
    context = await tls_context(TrustStore(bundle, "ca_bundle"))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_certifi_stands_in_for_an_empty_system_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    context = tls._build(TrustStore())
    assert context.cert_store_stats()["x509_ca"] > 50


async def test_a_directory_of_the_system_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "0a1b2c3d.0").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls._build(TrustStore()).cert_store_stats()["x509_ca"] == 0
