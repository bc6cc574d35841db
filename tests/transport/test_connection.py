"""One exchange: what goes over the wire, which responses are taken, and what every way to fail is called."""

from __future__ import annotations

import math

import anyio
import pytest

from codepipeline_sdk.config.http import ConnectorError, ConnectorErrorKind, HttpRequest, HttpResponse
from tests.loopback import Loopback, Peer, Script, answer, answer_all, full_backlog, hang, ok, refusing_port
from tests.transport.calls import SHORT, idle, open_pool, post, slots_taken

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def send(request: HttpRequest) -> HttpResponse:
    async with open_pool() as pool:
        return await pool.send(request)


async def failure_of(request: HttpRequest) -> ConnectorError:
    """Send a request that must fail, and check that its slot was given back."""
    async with open_pool() as pool:
        with pytest.raises(ConnectorError) as caught:
            await pool.send(request)
        assert slots_taken(pool) == 0
    return caught.value


def summary(error: ConnectorError) -> tuple[ConnectorErrorKind, bool, bool]:
    return error.kind, error.request_written, error.retryable


@pytest.mark.trap(23)
async def test_nothing_is_sent_but_the_request_and_the_two_headers_that_http_needs() -> None:
    with Loopback() as server:
        await send(post(server.url + "path?a=1&b=%2F", b"{}", headers={"x-one": "1"}))
        (request,) = server.requests
        assert request.head.startswith(b"POST /path?a=1&b=%2F HTTP/1.1\r\n")
        assert request.headers == {"host": f"127.0.0.1:{server.port}", "x-one": "1", "content-length": "2"}
        assert request.body == b"{}"


async def test_host_and_content_length_are_left_alone_when_given() -> None:
    with Loopback() as server:
        await send(post(server.url, b"{}", headers={"content-length": "2", "host": "example"}))
        assert server.requests[0].headers == {"host": "example", "content-length": "2"}


async def test_header_values_of_a_response_are_latin_1_and_repeated_ones_are_joined() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-Word: caf\xe9\r\nVary: a\r\nVARY:b\r\nContent-Length: 0\r\n\r\n"
    with Loopback(answer(head)) as server:
        response = await send(post(server.url))
        assert response.headers == {"x-word": "café", "vary": "a, b", "content-length": "0"}


@pytest.mark.row("1.18-redirects")
@pytest.mark.parametrize(
    ("status", "extra"),
    [(b"302 Found", b"Location: /elsewhere\r\n"), (b"502 Bad Gateway", b"Content-Type: text/html\r\n")],
)
async def test_any_status_is_a_response_and_no_redirect_is_followed(status: bytes, extra: bytes) -> None:
    html = b"<html>no</html>"
    with Loopback(answer(b"HTTP/1.1 %b\r\n%bContent-Length: 15\r\n\r\n%b" % (status, extra, html))) as server:
        response = await send(post(server.url))
        assert (response.status, response.body) == (int(status[:3]), html)
        assert len(server.requests) == 1


async def test_a_chunked_body_is_put_together_and_its_connection_used_again() -> None:
    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(CHUNKED + b"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")

    with Loopback(script) as server:
        async with open_pool() as pool:
            for _ in range(2):
                assert (await pool.send(post(server.url))).body == b"abcdefg"
        assert server.accepted == 1


async def test_a_body_without_a_length_ends_with_its_connection() -> None:
    with Loopback(answer(b"HTTP/1.1 200 OK\r\n\r\n{}")) as server:
        async with open_pool() as pool:
            assert (await pool.send(post(server.url))).body == b"{}"
            assert slots_taken(pool) == 0


async def test_a_connection_that_the_server_is_about_to_close_is_not_kept() -> None:
    with Loopback(answer(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", stay=True)) as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
            assert slots_taken(pool) == 0
            await server.until(lambda: server.open == 0)


async def test_interim_responses_are_skipped() -> None:
    with Loopback(answer(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n", ok(b"1"))) as server:
        assert (await send(post(server.url))).body == b"1"


async def test_a_switch_of_protocols_that_nobody_asked_for_is_refused() -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
    with Loopback(answer(switch, stay=True)) as server:
        error = await failure_of(post(server.url))
        assert summary(error) == ("response", True, False)
        await server.until(lambda: server.open == 0)


async def test_a_request_whose_headers_ask_for_chunks_is_sent_in_chunks() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(ok(await peer.reader.readuntil(b"0\r\n\r\n")))

    with Loopback(script) as server:
        response = await send(post(server.url, b"{}", headers={"transfer-encoding": "chunked"}))
        assert response.body == b"2\r\n{}\r\n0\r\n\r\n"


async def test_large_bodies_go_both_ways() -> None:
    async def echo(peer: Peer) -> None:
        request = await peer.request()
        await peer.send(ok(request.body))

    body = bytes(range(256)) * 16_384
    with Loopback(echo) as server:
        response = await send(post(server.url, body, max_response_bytes=len(body)))
        assert response.body == body


async def test_without_limits_a_request_needs_none() -> None:
    with Loopback() as server:
        response = await send(post(server.url, connect_timeout=math.inf, read_timeout=math.inf))
        assert response.status == 200


async def test_connecting_where_nobody_listens_fails_with_nothing_written() -> None:
    with refusing_port() as url:
        error = await failure_of(post(url))
        assert summary(error) == ("io", False, True)
        assert str(error).startswith(f"{url[:-1]}: cannot connect: ")


async def test_a_host_that_does_not_exist_fails_with_nothing_written() -> None:
    error = await failure_of(post(f"http://{'a' * 64}.invalid/"))
    assert summary(error) == ("io", False, True)


@pytest.mark.row("1.11-connect")
async def test_the_connect_timeout_limits_tcp() -> None:
    with full_backlog() as url:
        error = await failure_of(post(url, connect_timeout=SHORT))
        assert summary(error) == ("connect_timeout", False, True)
        assert str(error) == f"{url[:-1]}: no connection within 0.1 s"


@pytest.mark.row("1.11-connect")
async def test_the_connect_timeout_limits_the_tls_handshake() -> None:
    with Loopback(hang) as server:
        error = await failure_of(post(server.url.replace("http:", "https:"), connect_timeout=SHORT))
        assert summary(error) == ("connect_timeout", False, True)
        await server.until(lambda: server.open == 0)


@pytest.mark.row("1.11-read")
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answer(stay=True), id="nothing"),
        pytest.param(answer(b"HTTP/1.1 200 OK\r\n", stay=True), id="a-part"),
    ],
)
async def test_the_read_timeout_limits_the_wait_for_the_headers(script: Script) -> None:
    with Loopback(script) as server:
        error = await failure_of(post(server.url, read_timeout=SHORT))
        assert summary(error) == ("read_timeout", True, True)
        assert str(error) == f"{server.url[:-1]}: no response within 0.1 s"
        await server.until(lambda: server.open == 0)


@pytest.mark.row("1.11-read")
@pytest.mark.trap(21)
async def test_the_read_timeout_is_one_limit_however_the_headers_drip() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.drip(ok(), SHORT / 5)

    with Loopback(script) as server:
        error = await failure_of(post(server.url, read_timeout=SHORT))
        assert summary(error) == ("read_timeout", True, True)


async def test_a_read_timeout_that_is_over_at_once_is_no_other_error() -> None:
    with Loopback(answer(stay=True)) as server:
        error = await failure_of(post(server.url, read_timeout=1e-9))
        assert summary(error) == ("read_timeout", True, True)
        await server.until(lambda: server.open == 0)


async def test_the_read_timeout_limits_a_request_that_the_server_does_not_take() -> None:
    with Loopback(Peer.told) as server:
        error = await failure_of(post(server.url, b"x" * 20_000_000, read_timeout=SHORT))
        assert summary(error) == ("read_timeout", True, True)


@pytest.mark.row("1.8-stalled-stream")
@pytest.mark.row("1.11-stalled")
async def test_the_read_timeout_limits_the_wait_between_two_chunks() -> None:
    with Loopback(answer(CHUNKED + b"1\r\na\r\n", stay=True)) as server:
        error = await failure_of(post(server.url, read_timeout=SHORT))
        assert summary(error) == ("read_timeout", True, True)
        assert "no more of the response" in str(error)
        await server.until(lambda: server.open == 0)


@pytest.mark.row("1.8-stalled-stream")
async def test_the_read_timeout_starts_again_with_each_chunk() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        await peer.drip(b"12345678", 0.2)

    with Loopback(script) as server:
        assert (await send(post(server.url, read_timeout=1))).body == b"12345678"


async def close_at_once(peer: Peer) -> None:
    """Close the connection when it is made."""


@pytest.mark.trap(28)
async def test_the_caller_s_own_timeout_stays_the_caller_s() -> None:
    with Loopback(answer(stay=True)) as server:
        async with open_pool() as pool:
            with anyio.move_on_after(SHORT) as scope:
                await pool.send(post(server.url))
            assert scope.cancelled_caught
            assert slots_taken(pool) == 0


@pytest.mark.trap(58)
@pytest.mark.row("1.5-dispatch")
@pytest.mark.row("1.18-content-length")
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(close_at_once, ("io", True, True), id="closed-at-once"),
        pytest.param(answer(), ("io", True, True), id="closed-without-an-answer"),
        pytest.param(answer(reset=True), ("io", True, True), id="reset-without-an-answer"),
        pytest.param(answer(b"HTTP/1.1 200 OK\r\nConte"), ("io", True, True), id="closed-in-the-headers"),
        pytest.param(
            answer(b"HTTP/1.1 100 Continue\r\n\r\n"), ("io", True, True), id="closed-after-an-interim-response"
        ),
        pytest.param(answer(ok(b"12345")[:-2]), ("response", True, True), id="short-body"),
        pytest.param(answer(CHUNKED + b"3\r\nab"), ("response", True, True), id="short-chunk"),
        pytest.param(answer(CHUNKED + b"1\r\na\r\n"), ("response", True, True), id="no-last-chunk"),
        pytest.param(answer(b"hello\r\n\r\n", stay=True), ("response", True, False), id="not-http"),
        pytest.param(
            answer(b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", stay=True), ("response", True, False), id="bad-header"
        ),
        pytest.param(
            answer(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, stay=True),
            ("response", True, False),
            id="endless-header",
        ),
        pytest.param(
            answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", stay=True),
            ("response", True, False),
            id="two-lengths",
        ),
        pytest.param(answer(CHUNKED + b"zz\r\n", stay=True), ("response", True, False), id="bad-chunk"),
    ],
)
async def test_a_response_that_is_no_good(script: Script, expected: tuple[ConnectorErrorKind, bool, bool]) -> None:
    with Loopback(script) as server:
        error = await failure_of(post(server.url))
        assert summary(error) == expected
        await server.until(lambda: server.open == 0)


async def test_a_reset_within_the_headers_is_an_io_error() -> None:
    assert await failure_after_reset(b"HTTP/1.1 200 OK\r\nConte") == ("io", True, True)


async def test_a_reset_within_the_body_is_a_broken_response() -> None:
    assert await failure_after_reset(ok(b"12345")[:-2]) == ("response", True, True)


async def failure_after_reset(part: bytes) -> tuple[ConnectorErrorKind, bool, bool]:
    """Let the server reset the connection when the client has read a part of the response."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(part)
        await peer.told()
        peer.reset()

    errors: list[ConnectorError] = []

    async def call(url: str) -> None:
        errors.append(await failure_of(post(url)))

    with Loopback(script) as server:
        async with anyio.create_task_group() as calls:
            calls.start_soon(call, server.url)
            await server.until(lambda: len(server.requests) == 1)
            await anyio.wait_all_tasks_blocked()
            server.go_on()
    return summary(errors[0])


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(ok(b"x" * 101), id="by-its-length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n", id="by-its-length-alone"),
        pytest.param(CHUNKED + b"33\r\n" + b"x" * 51 + b"\r\n33\r\n" + b"x" * 51 + b"\r\n0\r\n\r\n", id="in-chunks"),
        pytest.param(CHUNKED + b"33\r\n" + b"x" * 51 + b"\r\n33\r\n" + b"x" * 51 + b"\r\n", id="in-endless-chunks"),
    ],
)
async def test_a_body_over_the_limit_is_refused_and_its_connection_closed(response: bytes) -> None:
    with Loopback(answer(response, stay=True)) as server:
        error = await failure_of(post(server.url, max_response_bytes=100))
        assert summary(error) == ("response", True, False)
        assert "longer than 100 bytes" in str(error)
        await server.until(lambda: server.open == 0)


async def test_a_body_of_just_the_limit_is_taken() -> None:
    with Loopback(answer(ok(b"x" * 100))) as server:
        assert len((await send(post(server.url, max_response_bytes=100))).body) == 100


@pytest.mark.parametrize(
    "first", [pytest.param(ok(b"1"), id="length"), pytest.param(CHUNKED + b"1\r\n1\r\n0\r\n\r\n", id="chunked")]
)
@pytest.mark.parametrize("excess", [ok(b"smuggled"), b"HTTP/1.1 200", b"\r\n", b"x"])
async def test_bytes_after_a_response_are_never_taken_for_the_next(first: bytes, excess: bytes) -> None:
    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.request()
            await peer.send(first + excess)
        await answer_all(peer)

    with Loopback(script) as server:
        async with open_pool() as pool:
            assert (await pool.send(post(server.url))).body == b"1"
            assert (await pool.send(post(server.url))).body == b"{}"
        assert [request.connection for request in server.requests] == [1, 2]


async def test_bytes_that_arrive_on_an_idle_connection_are_never_taken_for_the_next_response() -> None:
    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.request()
            await peer.send(ok(b"1"))
            await peer.told()
            await peer.send(ok(b"smuggled"))
            peer.server.note(lambda: setattr(peer.server, "port", 0))
        await answer_all(peer)

    with Loopback(script) as server:
        async with open_pool() as pool:
            request = post(server.url)
            assert (await pool.send(request)).body == b"1"
            assert idle(pool) == 1
            server.go_on()
            await server.until(lambda: server.port == 0)
            assert (await pool.send(request)).body == b"{}"


async def test_a_connection_whose_unread_bytes_cannot_be_seen_is_not_used_again() -> None:
    with Loopback() as server:
        async with open_pool() as pool:
            await pool.send(post(server.url))
            (connections,) = pool._loops.values()
            connection = connections._idle[server.url[:-1]][0]
            assert connection.is_reusable
            # As if a later httpcore called it by another name.
            del connection._http._connection._h11_state  # type: ignore[union-attr]
            assert not connection.is_reusable


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x-one": "1\r\nx-two: 2"}, id="line-break"),
        pytest.param({"x one": "1"}, id="space-in-name"),
        pytest.param({"x-one": "\u20ac"}, id="beyond-latin-1"),
        pytest.param({"x-ö": "1"}, id="name-beyond-ascii"),
        pytest.param({"content-length": "3"}, id="wrong-length"),
    ],
)
async def test_a_request_that_breaks_the_rules_of_http_is_not_sent(headers: dict[str, str]) -> None:
    with Loopback() as server:
        error = await failure_of(post(server.url, b"{}", headers=headers))
        assert summary(error) == ("user", False, False)
        assert server.requests == []
