"""What a client's transport is made from, and that the default stays open to respx."""

from __future__ import annotations

import httpx
import pytest
import respx

from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk.config.http import ConnectorError, ConnectorErrorKind, HttpConfig, HttpRequest, HttpResponse
from codepipeline_sdk.error import ConfigError
from tests.transport.calls import open_pool, post, slots_taken

URL = "https://codepipeline.eu-west-1.amazonaws.com/"


class OwnClient:
    """An HttpClient of a user."""

    def __init__(self) -> None:
        self.is_closed = False

    async def send(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=200, body=request.body)

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.row("1.18-custom")
async def test_a_user_s_own_http_client_is_used_and_never_closed() -> None:
    own = OwnClient()
    http = as_http_client(own, HttpConfig())
    await http.warm_up()
    assert (await http.send(post("http://host/", b"ping"))).body == b"ping"
    await http.aclose()
    assert not own.is_closed


def test_a_blocking_httpx_client_is_refused() -> None:
    with httpx.Client() as client, pytest.raises(ConfigError, match=r"httpx\.Client, which blocks"):
        as_http_client(client, HttpConfig())  # type: ignore[arg-type]


def test_an_object_that_cannot_send_is_refused_by_its_type() -> None:
    with pytest.raises(ConfigError, match=r"or an HttpClient, not builtins\.object"):
        as_http_client(object(), HttpConfig())  # type: ignore[arg-type]


@pytest.mark.row("1.20-others")
async def test_respx_answers_in_place_of_the_network() -> None:
    with respx.mock(using="httpcore") as mock:
        route = mock.post(URL).respond(200, json={"a": 1}, headers={"X-Id": "1"})
        async with open_pool(max_connections=1) as pool:
            for _ in range(3):
                response = await pool.send(post(URL, b"ping"))
                assert (response.status, response.body, response.headers["x-id"]) == (200, b'{"a":1}', "1")
            assert slots_taken(pool) == 0
        assert route.call_count == 3
        assert route.calls.last.request.content == b"ping"


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpx.ConnectError, ("io", False, True)),
        (httpx.ConnectTimeout, ("connect_timeout", False, True)),
        (httpx.ReadTimeout, ("read_timeout", True, True)),
        (httpx.ReadError, ("io", True, True)),
        (httpx.RemoteProtocolError, ("io", True, True)),
    ],
)
async def test_what_respx_raises_means_the_same_as_from_the_network(
    raised: type[httpx.HTTPError], expected: tuple[ConnectorErrorKind, bool, bool]
) -> None:
    with respx.mock(using="httpcore") as mock:
        mock.post(URL).mock(side_effect=raised)
        async with open_pool() as pool:
            with pytest.raises(ConnectorError) as caught:
                await pool.send(post(URL))
    error = caught.value
    assert (error.kind, error.request_written, error.retryable) == expected


async def test_a_mocked_body_over_the_limit_is_refused() -> None:
    with respx.mock(using="httpcore") as mock:
        mock.post(URL).respond(200, stream=httpx.ByteStream(b"x" * 101))
        async with open_pool() as pool:
            with pytest.raises(ConnectorError, match="longer than 100 bytes"):
                await pool.send(post(URL, max_response_bytes=100))
