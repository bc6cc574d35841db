"""The ways into the local service without a socket: the transport, the settings of a client, and ASGI."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import anyio
import httpx
import pytest

from codepipeline_sdk import Client
from codepipeline_sdk.config.http import ConnectorError, HttpClient, HttpRequest, HttpResponse
from codepipeline_sdk.testing.local import AccessKey, Assumptions, LocalCodePipeline, ManualClock
from codepipeline_sdk.testing.local.asgi import serve_request
from codepipeline_sdk.types.error import PipelineNotFoundException
from tests.local.declarations import pipeline
from tests.local.wire import WireClient

Event = MutableMapping[str, Any]


async def test_the_transport_is_an_http_client() -> None:
    async with LocalCodePipeline() as local:
        assert isinstance(local.http_client, HttpClient)


async def test_a_closed_service_cannot_be_reached() -> None:
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
    with pytest.raises(ConnectorError) as caught:
        await wire.send("ListPipelines", b"{}")
    assert (caught.value.kind, caught.value.request_written, caught.value.retryable) == ("io", False, False)


async def test_a_call_lets_other_tasks_run_and_can_be_cancelled() -> None:
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await wire.send("ListPipelines", b"{}")
        assert scope.cancelled_caught


async def test_a_client_of_this_package_works_without_sockets() -> None:
    async with LocalCodePipeline(auth="verify", clock=ManualClock()) as local, Client(local.config()) as client:
        assert (await client.list_pipelines()).pipelines == []
        with pytest.raises(PipelineNotFoundException):
            await client.get_pipeline(name="gone")


async def test_the_settings_of_a_client_can_be_changed() -> None:
    key = AccessKey(access_key_id="first", secret_access_key="s", session_token="t")
    async with LocalCodePipeline(access_keys=[key]) as local:
        config = local.config(region="eu-west-1")
        assert (config.region, config.http_client) == ("eu-west-1", local.http_client)
        assert local.config().region == "us-east-1"
        assert config.credentials is not None
        credentials = await config.credentials.provide_credentials()
        assert (credentials.access_key_id, credentials.session_token is None) == ("first", False)


async def test_the_region_of_a_service_is_that_of_its_clients() -> None:
    async with LocalCodePipeline(region="eu-west-1") as local:
        assert local.config().region == "eu-west-1"


def test_importing_the_service_brings_neither_transports_nor_the_client() -> None:
    unwanted = ("httpx", "httpcore", "uvicorn", "botocore", "codepipeline_sdk._runtime", "codepipeline_sdk.client")
    program = (
        "import sys, codepipeline_sdk.testing.local\n"
        f"print([name for name in sys.modules if name.startswith({unwanted})])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "[]"


HEADERS = {
    "authorization": WireClient(LocalCodePipeline()).authorization,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-date": "20260101T000000Z",
    "x-amz-target": "CodePipeline_20150709.ListPipelines",
}


async def test_the_service_is_an_asgi_application() -> None:
    """C-12."""
    async with LocalCodePipeline() as local:
        await WireClient(local).call("CreatePipeline", pipeline=pipeline())
        transport = httpx.ASGITransport(app=local)
        async with httpx.AsyncClient(transport=transport, base_url="http://local.codepipeline") as client:
            response = await client.post("/", headers=HEADERS, content=b"{}")
            assert response.headers["content-type"] == "application/x-amz-json-1.1"
            assert [row["name"] for row in response.json()["pipelines"]] == ["release"]
            assert (await client.get("/")).status_code == 404


async def test_the_query_and_repeated_headers_reach_the_service() -> None:
    seen: list[HttpRequest] = []

    def handle(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse(status=204)

    sent: list[Event] = []

    async def receive() -> Event:
        return {"type": "http.request", "body": b""}

    async def send(event: Event) -> None:
        sent.append(event)

    fields = [(b"Host", b"[x:1"), (b"x-many", b"1"), (b"X-Many", b"2")]
    scope: Event = {**SCOPE, "path": "/?a", "query_string": b"a=b%20c", "headers": fields}
    await serve_request(scope, receive, send, handle=handle, max_body_bytes=10)
    assert seen[0].url == "http://local.codepipeline/%3Fa?a=b%20c"
    assert seen[0].headers == {"host": "[x:1", "x-many": "1,2"}
    assert [event["type"] for event in sent] == ["http.response.start", "http.response.body"]


async def _exchange(local: LocalCodePipeline, scope: Event, *events: Event) -> list[Event]:
    """Hand events to the application and return what it sends."""
    waiting, sent = list(events), list[Event]()

    async def receive() -> Event:
        return waiting.pop(0)

    async def send(event: Event) -> None:
        sent.append(event)

    application: Callable[..., Awaitable[None]] = local
    await application(scope, receive, send)
    return sent


async def test_the_life_of_an_asgi_server_is_acknowledged() -> None:
    """C-12."""
    sent = await _exchange(
        LocalCodePipeline(), {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    )
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


async def test_other_protocols_are_refused() -> None:
    with pytest.raises(ValueError, match="websocket"):
        await _exchange(LocalCodePipeline(), {"type": "websocket"})


SCOPE: Event = {
    "type": "http", "method": "POST", "path": "/", "query_string": b"",
    "headers": [(name.encode(), value.encode()) for name, value in HEADERS.items()],
}  # fmt: skip


async def test_a_body_in_pieces_is_put_together() -> None:
    pieces = [{"type": "http.request", "body": piece, "more_body": piece != b"}"} for piece in (b"{", b" ", b"}")]
    sent = await _exchange(LocalCodePipeline(), SCOPE, *pieces)
    assert (sent[0]["status"], sent[1]["body"]) == (200, b'{"pipelines":[]}')


async def test_no_more_of_a_body_is_read_than_shows_that_it_is_too_long() -> None:
    """W-5."""
    local = LocalCodePipeline(assumptions=Assumptions(max_body_bytes=5))
    sent = await _exchange(local, SCOPE, {"type": "http.request", "body": b" " * 6, "more_body": True})
    assert sent[0]["status"] == 413


async def test_a_client_that_leaves_gets_no_answer() -> None:
    assert await _exchange(LocalCodePipeline(), SCOPE, {"type": "http.disconnect"}) == []


async def _control(local: LocalCodePipeline, method: str, path: str, token: str | None = None) -> tuple[int, Any]:
    headers = {"x-local-token": token, "authorization": None}
    response = await WireClient(local).send(
        "", b"", method=method, url=f"http://local.codepipeline/_local/{path}", headers=headers
    )
    return response.status, json.loads(response.body)


async def test_health_needs_no_signature() -> None:
    """W-6, C-13."""
    async with LocalCodePipeline(auth="verify") as local:
        assert await _control(local, "GET", "health") == (200, {"status": "ok", "apiVersion": "2015-07-09"})


async def test_a_reset_forgets_everything_but_the_time() -> None:
    """C-12a, C-13."""
    clock = ManualClock()
    async with LocalCodePipeline(clock=clock, ids="sequential") as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        clock.advance(5)
        assert await _control(local, "POST", "reset") == (200, {})
        response = await wire.send("ListPipelines", b"{}")
        assert response.body == b'{"pipelines":[]}'
        assert response.headers["date"] == "Thu, 01 Jan 2026 00:00:05 GMT"
        assert response.headers["x-amzn-requestid"].startswith("00000001-")


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("GET", "reset"), ("POST", "health")])
async def test_an_unknown_route_is_not_found(method: str, path: str) -> None:
    """Section 12.5."""
    async with LocalCodePipeline() as local:
        status, document = await _control(local, method, path)
        assert status == 404
        assert path in document["error"]


@pytest.mark.parametrize(("token", "status"), [(None, 403), ("wrong", 403), ("tökn", 403), ("right", 200)])
async def test_the_control_token_is_asked_for(token: str | None, status: int) -> None:
    """C-14."""
    async with LocalCodePipeline(control_token="right") as local:
        assert (await _control(local, "GET", "health", token))[0] == status


async def test_the_control_api_can_be_switched_off() -> None:
    """C-14."""
    async with LocalCodePipeline(control=False) as local:
        response = await WireClient(local).send(
            "", b"", method="GET", url="http://local.codepipeline/_local/health", headers={"authorization": None}
        )
        assert (response.status, response.headers["content-type"]) == (404, "text/plain")


def test_a_manual_clock_moves_forward_only() -> None:
    """C-1."""
    clock = ManualClock(100.0)
    clock.advance(5)
    clock.set(110.0)
    assert clock.now() == 110.0
    with pytest.raises(ValueError, match="cannot go back"):
        clock.set(109.0)
