"""Whatever a server sends over a real connection, the caller gets a typed error. anchor.md 1.5, 1.6; traps 11, 58."""

from __future__ import annotations

import socket

import pytest

from codepipeline_sdk import Client, Config, SdkError
from codepipeline_sdk.config import RetryConfig, TimeoutConfig
from codepipeline_sdk.error import DispatchFailure, DispatchTimeout, ResponseError, ServiceError, UnhandledError
from codepipeline_sdk.types.error import PipelineNotFoundException
from tests.fakes import CREDENTIALS, Sleeps
from tests.loopback import Loopback, Peer, answer, hang, ok, response


def client(server: Loopback, *, retry: RetryConfig | None = None, timeout: TimeoutConfig | None = None) -> Client:
    return Client(
        Config(
            region="eu-west-1",
            credentials=CREDENTIALS,
            endpoint_url=server.url,
            retry=retry or RetryConfig.disabled(),
            timeout=timeout or TimeoutConfig(),
            retry_partition="hostile",
            sleep=Sleeps(),
        )
    )


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{"
LONG_CODE = b'{"__type":"com.amazonaws.codepipeline#PipelineNotFoundException:http://internal"}'
DEEP = b'{"pipelines":' + b"[" * 200 + b"]" * 200 + b"}"


@pytest.mark.row("1.5-malformed")
@pytest.mark.trap(11)
@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        pytest.param(response(200, b"<html>it works</html>"), ResponseError, id="HTML with 200"),
        pytest.param(response(502, b"<html>bad gateway</html>"), UnhandledError, id="HTML with 502"),
        pytest.param(response(200, b'{"pipelines":['), ResponseError, id="truncated JSON"),
        pytest.param(response(200, b'{"pipelines":"\xff"}'), ResponseError, id="no UTF-8"),
        pytest.param(response(200, b"[1,2]"), ResponseError, id="JSON array"),
        pytest.param(response(200, DEEP), ResponseError, id="nesting beyond the limit"),
        pytest.param(response(200, b'{"x":' + b"[" * 60_000 + b"]" * 60_000 + b"}"), ResponseError, id="abyss"),
        pytest.param(response(200, b'{"pipelines":[{"created":1e400}]}'), ResponseError, id="endless time"),
        pytest.param(response(200, b'{"pipelines":{"a":1}}'), ResponseError, id="map for a list"),
        pytest.param(response(200, b'{"pipelines":[{"version":1.5}]}'), ResponseError, id="fraction for an integer"),
        pytest.param(ok(b"{}")[:-1], SdkError, id="body shorter than its length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", DispatchFailure, id="closed within the head"),
        pytest.param(b"", DispatchFailure, id="closed without a byte"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", SdkError, id="another protocol"),
        pytest.param(ENDLESS, ResponseError, id="longer than the limit"),
        pytest.param(response(204, b""), None, id="no content"),
        pytest.param(response(301, b"", b"Location: http://127.0.0.1:1/"), UnhandledError, id="redirect"),
        pytest.param(response(500, b""), UnhandledError, id="empty 500"),
        pytest.param(response(404, b'{"__type":7,"message":[]}'), UnhandledError, id="types of no sense"),
        pytest.param(response(400, LONG_CODE), PipelineNotFoundException, id="long code"),
    ],
)  # fmt: skip
async def test_a_reply_ends_in_a_typed_error_or_an_output(sent: bytes, kind: type[SdkError] | None) -> None:
    with Loopback(answer(sent)) as server:
        async with client(server) as sdk:
            if kind is None:
                assert (await sdk.list_pipelines()).pipelines is None
                return
            with pytest.raises(kind) as caught:
                await sdk.list_pipelines()
    assert caught.value.operation == "ListPipelines"
    assert len(caught.value.attempts) == 1


async def test_a_reset_in_the_middle_of_the_body_may_have_run() -> None:
    with Loopback(answer(ok(b"{}")[:-1], reset=True)) as server:
        async with client(server) as sdk:
            with pytest.raises(SdkError) as caught:
                await sdk.start_pipeline_execution(name="x")
    assert caught.value.request_may_have_run is True
    assert caught.value.idempotency_token is not None


async def test_a_refused_connection_certainly_did_not_run() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        config = Config(
            region="eu-west-1",
            credentials=CREDENTIALS,
            endpoint_url=f"http://127.0.0.1:{unused.getsockname()[1]}",
            retry=RetryConfig.disabled(),
        )
        async with Client(config) as sdk:
            with pytest.raises(DispatchFailure) as caught:
                await sdk.start_pipeline_execution(name="x")
    assert caught.value.request_may_have_run is False


@pytest.mark.row("1.11-read")
async def test_a_server_that_never_answers_is_a_read_timeout() -> None:
    with Loopback(hang) as server:
        async with client(server, timeout=TimeoutConfig(read=0.05)) as sdk:
            with pytest.raises(DispatchTimeout) as caught:
                await sdk.list_pipelines()
    assert caught.value.timeout == "read"
    assert isinstance(caught.value, TimeoutError)


async def test_a_call_survives_failures_that_retries_can_heal() -> None:
    failures = iter([response(503, b"", b"Connection: close"), b"", ok(b'{"pipelines":[{"name":"healed"}]}')])

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(next(failures))

    with Loopback(script) as server:
        async with client(server, retry=RetryConfig()) as sdk:
            output = await sdk.list_pipelines()
    assert [item.name for item in output.pipelines or []] == ["healed"]
    assert output.response_metadata is not None
    assert [attempt.status for attempt in output.response_metadata.attempts] == [503, None, 200]


@pytest.mark.trap(47)
async def test_no_secret_of_a_request_is_in_its_error() -> None:
    body = b'{"__type":"ValidationException","message":"wrong"}'
    with Loopback(answer(response(400, body))) as server:
        async with client(server) as sdk:
            with pytest.raises(ServiceError) as caught:
                await sdk.acknowledge_third_party_job(job_id="j", nonce="planted-nonce", client_token="planted-token")
    shown = f"{caught.value!r} {caught.value} {caught.value.__dict__!r} {caught.value.__cause__!r}"
    assert "planted" not in shown
    assert CREDENTIALS.secret_access_key.reveal() not in shown
