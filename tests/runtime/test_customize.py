"""Changes to single calls. anchor.md 1.9, traps 45 and 46."""

from __future__ import annotations

import gc

import anyio.lowlevel
import pytest

from codepipeline_sdk import Client
from codepipeline_sdk._runtime.retry import PARTITIONS
from codepipeline_sdk._runtime.retry.token_bucket import CAPACITY
from codepipeline_sdk.config import HttpConfig, HttpRequest, RetryConfig, TimeoutConfig
from codepipeline_sdk.credentials import Credentials
from codepipeline_sdk.error import ConfigError, DispatchFailure, UnhandledError
from tests.fakes import ScriptedHttp, Sleeps, config, reply


@pytest.mark.row("1.9-mutate")
@pytest.mark.trap(45)
async def test_a_request_is_changed_before_it_is_signed_on_every_attempt() -> None:
    def add(request: HttpRequest) -> None:
        request.headers["X-Team"] = request.headers.get("x-team", "") + "web"

    http = ScriptedHttp(reply(b"", 500), reply())
    await Client(config(http)).list_pipelines().customize().mutate_request(add)
    assert [request.headers["x-team"] for request in http.requests] == ["web", "web"]
    assert all("x-team" in request.headers["authorization"] for request in http.requests)


@pytest.mark.row("1.9-map")
@pytest.mark.row("1.9-send")
async def test_a_request_can_be_replaced() -> None:
    async def move(request: HttpRequest) -> HttpRequest:
        return HttpRequest(method="POST", url="https://proxy.test/", headers={"x-only": "1"}, body=request.body)

    http = ScriptedHttp(reply())
    await Client(config(http)).list_pipelines(max_results=1).customize().map_request(move).send()
    (request,) = http.requests
    assert request.url == "https://proxy.test/"
    assert request.headers["x-only"] == "1"
    assert request.headers["content-length"] == "16"
    assert "x-amz-target" not in request.headers


@pytest.mark.row("1.9-map")
async def test_a_failing_map_ends_the_attempt_and_is_not_retried() -> None:
    def refuse(request: HttpRequest) -> HttpRequest:
        raise PermissionError("not today")

    http = ScriptedHttp(reply())
    with pytest.raises(DispatchFailure) as caught:
        await Client(config(http)).list_pipelines().customize().map_request(refuse)
    assert (len(http.requests), len(caught.value.attempts)) == (0, 1)


@pytest.mark.row("1.1-layers")
@pytest.mark.row("1.9-override")
async def test_settings_are_changed_for_one_call() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http))
    await client.list_pipelines().customize().config_override(region="us-west-2")
    await client.list_pipelines()
    assert ["us-west-2" in request.url for request in http.requests] == [True, False]
    assert "/us-west-2/" in http.requests[0].headers["authorization"]


@pytest.mark.row("1.9-override")
@pytest.mark.row("1.10-disabled")
async def test_later_changes_win_and_others_stay() -> None:
    http = ScriptedHttp(reply(b"", 500))
    call = (
        Client(config(http))
        .list_pipelines()
        .customize()
        .config_override(region="us-west-2", retry=RetryConfig.disabled())
        .config_override(region="us-east-2")
    )
    with pytest.raises(UnhandledError):
        await call
    assert len(http.requests) == 1
    assert "us-east-2" in http.requests[0].url


@pytest.mark.row("1.11-config")
@pytest.mark.trap(46)
async def test_limits_of_time_are_inherited_one_by_one() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http, timeout=TimeoutConfig(connect=1, read=2)))
    await client.list_pipelines().customize().config_override(timeout=TimeoutConfig(read=9))
    await client.with_config(timeout=TimeoutConfig(connect=7)).list_pipelines()
    assert [(r.connect_timeout, r.read_timeout) for r in http.requests] == [(1, 9), (7, 2)]


@pytest.mark.row("1.1-partition")
@pytest.mark.row("1.9-override")
@pytest.mark.trap(17)
async def test_the_retry_budget_stays_that_of_the_client(anyio_backend_name: str) -> None:
    http = ScriptedHttp(reply(b"", 500))
    client = Client(config(http, retry_partition=None, region=f"zz-{anyio_backend_name}-1"))
    with pytest.raises(UnhandledError):
        await client.list_pipelines().customize().config_override(region=f"zz-{anyio_backend_name}-2")
    assert PARTITIONS.bucket(f"codepipeline-zz-{anyio_backend_name}-1").tokens == CAPACITY - 20
    assert PARTITIONS.bucket(f"codepipeline-zz-{anyio_backend_name}-2").tokens == CAPACITY


@pytest.mark.trap(46)
async def test_retry_settings_are_changed_as_a_whole() -> None:
    sleeps = Sleeps()
    client = Client(config(ScriptedHttp(reply(b"", 500)), sleep=sleeps, retry=RetryConfig(initial_backoff=7)))
    with pytest.raises(UnhandledError):
        await client.list_pipelines().customize().config_override(retry=RetryConfig(max_attempts=2))
    assert sleeps.seconds == [1.0]


@pytest.mark.row("1.9-override")
async def test_a_call_is_signed_with_credentials_of_its_own() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http))
    other = Credentials(access_key_id="AKIDOTHER", secret_access_key="s")
    await client.list_pipelines().customize().config_override(credentials=other)
    await client.list_pipelines()
    assert ["AKIDOTHER/" in request.headers["authorization"] for request in http.requests] == [True, False]


async def test_another_transport_serves_one_call() -> None:
    mine, other = ScriptedHttp(reply()), ScriptedHttp(reply())
    await Client(config(mine)).list_pipelines().customize().config_override(http_client=other)
    assert (len(mine.requests), len(other.requests)) == (0, 1)


def test_connection_settings_of_one_call_are_refused() -> None:
    with pytest.raises(ConfigError, match="belong to a client"):
        _ = Client(config(ScriptedHttp(reply()))).list_pipelines().customize().config_override(http=HttpConfig())


@pytest.mark.row("1.9-paginator")
async def test_paginators_are_customised_the_same_way() -> None:
    def add(request: HttpRequest) -> None:
        request.headers["x-team"] = "web"

    http = ScriptedHttp(reply({"pipelines": [{"name": "a"}], "nextToken": "t"}), reply({"pipelines": [{"name": "b"}]}))
    paginator = Client(config(http)).list_pipelines().into_paginator().customize().mutate_request(add)
    items = paginator.config_override(region="us-west-2").page_size(1).items()
    assert [item.name async for item in items] == ["a", "b"]
    assert all(r.headers["x-team"] == "web" and "us-west-2" in r.url for r in http.requests)


@pytest.mark.row("1.2-customize")
async def test_a_customised_builder_leaves_the_builder_alone() -> None:
    http = ScriptedHttp(reply())
    builder = Client(config(http)).list_pipelines()
    _ = builder.customize().mutate_request(lambda request: request.headers.clear())
    await builder
    assert "x-amz-target" in http.requests[0].headers


@pytest.mark.row("1.9-override")
@pytest.mark.slow
async def test_calls_with_credentials_of_their_own_leave_nothing_behind() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http))

    async def call(number: int) -> None:
        credentials = Credentials(access_key_id=f"AKID{number}", secret_access_key="s")
        await client.list_pipelines().customize().config_override(credentials=credentials)
        http.requests.clear()
        # asyncio forgets cancelled timers when it gets a turn.
        await anyio.lowlevel.checkpoint()

    async def objects_after(first: int, last: int) -> int:
        for number in range(first, last):
            await call(number)
        gc.collect()
        return len(gc.get_objects())

    before = await objects_after(0, 3_000)
    after = await objects_after(3_000, 10_000)
    assert after - before < 200
