"""A user's own httpx client or transport in place of the pool."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import anyio
import httpx
import pytest

from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk.config.http import ConnectorError, ConnectorErrorKind, HttpConfig, HttpRequest, HttpResponse
from tests.loopback import Loopback, Script, answer, full_backlog, ok, refusing_port
from tests.transport.calls import SHORT, post


async def send(given: httpx.AsyncClient | httpx.AsyncBaseTransport, request: HttpRequest) -> HttpResponse:
    return await as_http_client(given, HttpConfig()).send(request)


async def failure_of(given: httpx.AsyncClient | httpx.AsyncBaseTransport, request: HttpRequest) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await send(given, request)
    return caught.value


def summary(error: ConnectorError) -> tuple[ConnectorErrorKind, bool, bool]:
    return error.kind, error.request_written, error.retryable


@pytest.mark.row("1.8-http-client")
async def test_a_client_of_the_user_sends_the_request_as_it_is() -> None:
    with Loopback() as server:
        async with httpx.AsyncClient(headers={"x-mine": "1"}, cookies={"a": "b"}, base_url="http://x/") as client:
            response = await send(client, post(server.url, headers={"x-one": "1"}))
        assert (response.status, response.body) == (200, b"{}")
        host = f"127.0.0.1:{server.port}"
        assert server.requests[0].headers == {"host": host, "x-one": "1", "content-length": "2"}


async def test_hooks_and_authentication_of_the_client_apply() -> None:
    seen: list[str] = []

    async def on_request(request: httpx.Request) -> None:
        seen.append(request.method)

    async def on_response(response: httpx.Response) -> None:
        seen.append((await response.aread()).decode())

    with Loopback() as server:
        hooks: dict[str, list[Callable[..., Awaitable[None]]]] = {"request": [on_request], "response": [on_response]}
        async with httpx.AsyncClient(event_hooks=hooks, auth=("me", "secret")) as client:
            assert (await send(client, post(server.url))).body == b"{}"
        assert seen == ["POST", "{}"]
        assert "authorization" in server.requests[0].headers


async def test_a_hook_that_raises_is_a_failure_of_another_kind() -> None:
    async def on_response(response: httpx.Response) -> None:
        raise LookupError("mine")

    with Loopback() as server:
        async with httpx.AsyncClient(event_hooks={"response": [on_response]}) as client:
            error = await failure_of(client, post(server.url))
        assert summary(error) == ("other", True, False)
        assert isinstance(error.__cause__, LookupError)


@pytest.mark.row("1.18-redirects")
async def test_redirects_are_not_followed_whatever_the_client_does() -> None:
    with Loopback(answer(b"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n")) as server:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            assert (await send(client, post(server.url))).status == 302
        assert len(server.requests) == 1


async def test_the_client_is_never_closed() -> None:
    async with httpx.AsyncClient() as client:
        http = as_http_client(client, HttpConfig())
        await http.warm_up()
        await http.aclose()
        assert not client.is_closed


async def test_a_client_that_the_user_has_closed_is_named() -> None:
    client = httpx.AsyncClient()
    await client.aclose()
    error = await failure_of(client, post("http://127.0.0.1:1/"))
    assert summary(error) == ("user", False, False)
    assert str(error) == "the httpx client has been closed"


async def test_the_request_s_read_timeout_rules_until_the_headers() -> None:
    with Loopback(answer(b"HTTP/1.1 200 OK\r\n", stay=True)) as server:
        async with httpx.AsyncClient(timeout=None) as client:
            error = await failure_of(client, post(server.url, connect_timeout=SHORT, read_timeout=SHORT))
        assert summary(error) == ("read_timeout", True, True)
        await server.until(lambda: server.open == 0)


@pytest.mark.row("1.11-stalled")
async def test_the_request_s_read_timeout_rules_between_two_chunks() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
    with Loopback(answer(chunked, stay=True)) as server:
        async with httpx.AsyncClient() as client:
            error = await failure_of(client, post(server.url, read_timeout=SHORT))
        assert summary(error) == ("read_timeout", True, True)


async def test_the_client_s_own_timeouts_do_not_count() -> None:
    async def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=request.extensions["timeout"])

    async with httpx.AsyncClient(timeout=1, transport=httpx.MockTransport(handler)) as client:
        response = await send(client, post("http://host/", connect_timeout=3, read_timeout=60))
    assert response.body == b'{"connect":3,"read":null,"write":null,"pool":null}'


async def test_the_connect_timeout_rules() -> None:
    with full_backlog() as url:
        async with httpx.AsyncClient() as client:
            error = await failure_of(client, post(url, connect_timeout=SHORT))
        assert summary(error) == ("connect_timeout", False, True)


async def test_the_caller_s_own_timeout_stays_the_caller_s() -> None:
    with Loopback(answer(stay=True)) as server:
        async with httpx.AsyncClient() as client:
            with anyio.move_on_after(SHORT) as scope:
                await send(client, post(server.url))
        assert scope.cancelled_caught
        await server.until(lambda: server.open == 0)


async def test_a_refused_connection_has_nothing_written() -> None:
    with refusing_port() as url:
        async with httpx.AsyncClient() as client:
            assert summary(await failure_of(client, post(url))) == ("io", False, True)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(answer(), ("io", True, True), id="closed-without-an-answer"),
        pytest.param(answer(reset=True), ("io", True, True), id="reset-without-an-answer"),
        pytest.param(answer(ok(b"12345")[:-2]), ("response", True, True), id="short-body"),
        pytest.param(answer(ok(b"x" * 101)), ("response", True, False), id="long-body"),
    ],
)
async def test_a_response_that_is_no_good(script: Script, expected: tuple[ConnectorErrorKind, bool, bool]) -> None:
    with Loopback(script) as server:
        async with httpx.AsyncClient() as client:
            assert summary(await failure_of(client, post(server.url, max_response_bytes=100))) == expected


@pytest.mark.parametrize("url", ["", "host", "ftp://host/", "http://host:port/"])
async def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    async with httpx.AsyncClient() as client:
        assert summary(await failure_of(client, post(url))) == ("user", False, False)


class Streamed(httpx.AsyncBaseTransport):
    """A transport that answers in chunks."""

    def __init__(self, *chunks: bytes, headers: dict[str, str] | None = None) -> None:
        self.chunks = chunks
        self.headers = headers
        self.is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=self.headers, content=self._stream())

    async def _stream(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk

    async def aclose(self) -> None:
        self.is_closed = True


async def test_a_transport_of_the_user_is_used_and_never_closed() -> None:
    transport = Streamed(b"ab", b"cd")
    http = as_http_client(transport, HttpConfig())
    assert (await http.send(post("http://host/"))).body == b"abcd"
    await http.aclose()
    assert not transport.is_closed


async def test_a_body_that_grows_over_the_limit_is_refused_on_its_way() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 101, headers={"content-length": ""}))
    error = await failure_of(transport, post("http://host/", max_response_bytes=100))
    assert summary(error) == ("response", True, False)


async def test_a_body_that_is_shorter_than_its_length_is_broken_off() -> None:
    error = await failure_of(Streamed(b"ab", headers={"content-length": "3"}), post("http://host/"))
    assert summary(error) == ("response", True, True)
    assert "2 of 3 bytes" in str(error)


async def test_a_compressed_body_comes_out_decoded() -> None:
    packed = gzip.compress(b"{}")
    headers = {"content-encoding": "gzip", "content-length": str(len(packed))}
    assert (await send(Streamed(packed, headers=headers), post("http://host/"))).body == b"{}"


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx leaves it to trio to close its generators
async def test_a_body_that_cannot_be_decoded_is_a_broken_response() -> None:
    error = await failure_of(Streamed(b"no gzip", headers={"content-encoding": "gzip"}), post("http://host/"))
    assert summary(error) == ("response", True, False)


@pytest.mark.row("1.20-others")
async def test_a_mock_transport_answers() -> None:
    transport = httpx.MockTransport(
        lambda request: httpx.Response(400, headers=[("A", "1"), ("a", "2")], content=request.content)
    )
    response = await send(transport, post("http://host/", b"{}"))
    assert (response.status, response.body, response.headers["a"]) == (400, b"{}", "1, 2")


async def test_a_body_over_the_limit_is_refused_from_any_transport() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 101))
    error = await failure_of(transport, post("http://host/", max_response_bytes=100))
    assert summary(error) == ("response", True, False)


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # as above
async def test_an_asgi_application_answers_in_process() -> None:
    async def application(
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        message = await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": message["body"]})

    assert (await send(httpx.ASGITransport(application), post("http://host/", b"ping"))).body == b"ping"


async def test_what_a_transport_raises_is_a_failure_of_another_kind() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    error = await failure_of(httpx.MockTransport(handler), post("http://host/"))
    assert summary(error) == ("other", True, False)
