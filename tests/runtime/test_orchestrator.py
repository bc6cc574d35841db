"""The way of one call: phases, failures, what a caller may conclude. anchor.md 1.5, 1.10, 1.11."""

from __future__ import annotations

import asyncio
import logging
import math

import anyio
import pytest

from codepipeline_sdk import Client, Config, SdkError
from codepipeline_sdk._runtime.retry import PARTITIONS
from codepipeline_sdk.config import (
    ConnectorError,
    ConnectorErrorKind,
    Endpoint,
    EndpointParameters,
    FrameworkMetadata,
    HttpRequest,
    HttpResponse,
    RetryAction,
    RetryConfig,
    RetryContext,
    TimeoutConfig,
    trace_id,
)
from codepipeline_sdk.credentials import Credentials, IdentityCache
from codepipeline_sdk.error import (
    ConfigError,
    ConstructionFailure,
    CredentialsNotLoaded,
    DispatchFailure,
    DispatchTimeout,
    InvalidSignatureException,
    OperationTimeout,
    RequestExpired,
    ResponseError,
    ThrottlingException,
    UnhandledError,
)
from codepipeline_sdk.types import PipelineVariable, Tag
from codepipeline_sdk.types.error import PipelineNotFoundException
from tests.fakes import CREDENTIALS, ScriptedHttp, Sleeps, config, refusal, reply

NOTHING_WRITTEN = ConnectorError("connection refused", kind="io", request_written=False)
BROKE_OFF = ConnectorError("connection closed", kind="io", request_written=True)


@pytest.mark.row("0-service")
async def test_a_call_is_signed_and_its_reply_decoded() -> None:
    http = ScriptedHttp(reply({"pipeline": {"name": "release", "version": 3}}, x_amzn_requestid="r-1"))
    output = await Client(config(http)).get_pipeline(name="release")
    (request,) = http.requests
    assert (request.method, request.url) == ("POST", "https://codepipeline.eu-west-1.amazonaws.com/")
    assert request.body == b'{"name":"release"}'
    assert request.headers["x-amz-target"] == "CodePipeline_20150709.GetPipeline"
    assert request.headers["content-length"] == "18"
    scope = "AKIDEXAMPLE/20231114/eu-west-1/codepipeline/aws4_request"
    assert request.headers["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={scope}, ")
    assert output.pipeline is not None
    assert output.pipeline.version == 3
    assert output.request_id == "r-1"
    assert output.response_metadata is not None
    assert output.response_metadata.status == 200


@pytest.mark.row("1.5-request-id")
@pytest.mark.trap(51)
async def test_an_operation_without_output_still_tells_its_request_id() -> None:
    output = await Client(config(ScriptedHttp(reply(b"", x_amz_request_id="r-2")))).delete_pipeline(name="x")
    assert output.request_id == "r-2"


@pytest.mark.trap(2)
async def test_all_missing_members_are_named_and_nothing_is_sent() -> None:
    http = ScriptedHttp(reply())
    with pytest.raises(ConstructionFailure, match="pipeline_name, stage_name, transition_type, reason") as caught:
        await Client(config(http)).disable_stage_transition()
    assert http.requests == []
    assert caught.value.operation == "DisableStageTransition"
    assert caught.value.request_may_have_run is False
    assert caught.value.attempts == ()


@pytest.mark.row("1.2-send")
@pytest.mark.row("1.3-conversions")
@pytest.mark.parametrize("value", ["\ud800", b"bytes", object(), float("nan")])
async def test_a_value_that_cannot_be_sent_is_a_construction_failure(value: object) -> None:
    http = ScriptedHttp(reply())
    with pytest.raises(ConstructionFailure, match="the input cannot be sent: name"):
        await Client(config(http)).get_pipeline(name=value)  # type: ignore[arg-type]  # what an unchecked caller does
    assert http.requests == []


async def test_one_text_is_no_list_of_texts() -> None:
    with pytest.raises(ConstructionFailure, match="not one text"):
        await Client(config(ScriptedHttp(reply()))).untag_resource(resource_arn="arn", tag_keys="abc")


async def test_a_dict_in_place_of_a_structure_is_a_construction_failure() -> None:
    tags: list[Tag] = [{"key": "a", "value": "b"}]  # type: ignore[list-item]  # what an unchecked caller does
    with pytest.raises(ConstructionFailure):
        await Client(config(ScriptedHttp(reply()))).tag_resource(resource_arn="arn", tags=tags)


@pytest.mark.row("1.5-accessors")
@pytest.mark.row("1.5-metadata")
async def test_a_modelled_error_carries_everything_a_handler_needs() -> None:
    http = ScriptedHttp(refusal("PipelineNotFoundException", x_amzn_requestid="r-3"))
    with pytest.raises(PipelineNotFoundException) as caught:
        await Client(config(http)).get_pipeline(name="release")
    error = caught.value
    assert str(error) == (
        "GetPipeline: PipelineNotFoundException: text of PipelineNotFoundException (status 400, request id r-3)"
    )
    assert (error.operation, error.code, error.status, error.request_id) == (
        "GetPipeline",
        "PipelineNotFoundException",
        400,
        "r-3",
    )
    assert [attempt.code for attempt in error.attempts] == ["PipelineNotFoundException"]
    assert error.request_may_have_run is False


@pytest.mark.row("1.5-malformed")
@pytest.mark.row("1.8-time")
@pytest.mark.trap(11)
async def test_a_server_error_is_retried_and_the_output_tells_of_it() -> None:
    sleeps = Sleeps()
    http = ScriptedHttp(reply(b"<html>", 502), reply(b"{}", x_amzn_requestid="ok"))
    output = await Client(config(http, sleep=sleeps)).list_pipelines()
    assert sleeps.seconds == [1.0]
    assert output.response_metadata is not None
    assert [(a.number, a.code, a.status, a.delay) for a in output.response_metadata.attempts] == [
        (1, "UnhandledError", 502, 1.0),
        (2, None, 200, None),
    ]


@pytest.mark.row("1.10-exhausted")
@pytest.mark.trap(15)
async def test_the_last_error_comes_back_with_every_attempt() -> None:
    sleeps = Sleeps()
    http = ScriptedHttp(refusal("ThrottlingException"), reply(b"", 503), BROKE_OFF)
    with pytest.raises(DispatchFailure) as caught:
        await Client(config(http, sleep=sleeps)).list_pipelines()
    assert [attempt.code for attempt in caught.value.attempts] == [
        "ThrottlingException",
        "UnhandledError",
        "DispatchFailure",
    ]
    assert sleeps.seconds == [1.0, 2.0]
    assert str(caught.value) == "ListPipelines: connection closed after 3 attempts"
    assert caught.value.__cause__ is BROKE_OFF


@pytest.mark.row("1.7-each-attempt")
@pytest.mark.row("1.8-time")
@pytest.mark.trap(19)
async def test_each_attempt_is_signed_anew_for_its_time() -> None:
    now = [1_700_000_000.0]

    async def sleep(seconds: float) -> None:
        now[0] += 60

    http = ScriptedHttp(reply(b"", 500), reply())
    await Client(config(http, time_source=lambda: now[0], sleep=sleep)).list_pipelines()
    first, second = http.requests
    assert (first.headers["x-amz-date"], second.headers["x-amz-date"]) == ("20231114T221320Z", "20231114T221420Z")
    assert first.headers["authorization"] != second.headers["authorization"]


@pytest.mark.row("1.7-each-attempt")
@pytest.mark.row("1.17-no-cache")
@pytest.mark.trap(19)
async def test_each_attempt_asks_for_credentials_anew() -> None:
    class Rotating:
        calls = 0

        async def provide_credentials(self) -> Credentials:
            self.calls += 1
            return Credentials(access_key_id=f"AKID{self.calls}", secret_access_key="x")

    http = ScriptedHttp(reply(b"", 500), reply())
    await Client(config(http, credentials=Rotating(), identity_cache=IdentityCache.no_cache())).list_pipelines()
    assert "AKID1/" in http.requests[0].headers["authorization"]
    assert "AKID2/" in http.requests[1].headers["authorization"]


@pytest.mark.row("1.8-identity-cache")
async def test_credentials_are_kept_between_calls_and_shared_with_children() -> None:
    class Counting:
        calls = 0

        async def provide_credentials(self) -> Credentials:
            self.calls += 1
            return CREDENTIALS

    provider, other = Counting(), Counting()
    client = Client(config(ScriptedHttp(reply()), credentials=provider))
    await client.list_pipelines()
    await client.with_config(region="us-west-2").list_pipelines()
    await client.list_pipelines().customize().config_override(region="us-west-2")
    assert provider.calls == 1
    await client.list_pipelines().customize().config_override(credentials=other)
    assert (provider.calls, other.calls) == (1, 1)


@pytest.mark.row("1.8-retry-classifiers")
@pytest.mark.row("1.10-classifiers")
async def test_a_users_classifier_decides_on_retries() -> None:
    class Patient:
        name = "patient"
        priority = 30

        def classify(self, context: RetryContext) -> RetryAction:
            return RetryAction.retry("client", delay=2.5) if context.code == "Odd" else RetryAction.NO_ACTION

    sleeps = Sleeps()
    http = ScriptedHttp(refusal("Odd"), reply())
    await Client(config(http, retry_classifiers=(Patient(),), sleep=sleeps)).list_pipelines()
    assert sleeps.seconds == [2.5]


@pytest.mark.row("1.10-config")
@pytest.mark.row("1.10-adaptive")
async def test_adaptive_mode_waits_after_throttling_and_says_so() -> None:
    sleeps = Sleeps()
    http = ScriptedHttp(refusal("ThrottlingException"), reply())
    client = Client(config(http, retry=RetryConfig(mode="adaptive"), sleep=sleeps))
    await client.list_pipelines()
    await client.list_pipelines()
    assert " m/F,e" in http.requests[0].headers["user-agent"]
    assert len(http.requests) == 3
    assert len(sleeps.seconds) == 2


async def test_a_wait_that_is_cancelled_gives_its_permit_back(anyio_backend_name: str) -> None:
    async def sleep(seconds: float) -> None:
        await anyio.sleep_forever()

    partition = f"cancelled-{anyio_backend_name}"
    client = Client(config(ScriptedHttp(reply(b"", 500)), sleep=sleep, retry_partition=partition))
    with anyio.move_on_after(0.01):
        await client.list_pipelines()
    assert PARTITIONS.bucket(partition).tokens == 500


@pytest.mark.parametrize(
    ("answer", "may_have_run"),
    [
        (NOTHING_WRITTEN, False),
        (BROKE_OFF, True),
        (ConnectorError("slow", kind="connect_timeout", request_written=False), False),
        (ConnectorError("slow", kind="read_timeout", request_written=True), True),
        (RuntimeError("a bug in the HTTP client"), True),
        (reply(b"", 500), True),
        (reply(b"not json"), True),
        (refusal("ValidationException"), False),
        (refusal("ThrottlingException"), False),
    ],
)
async def test_whether_the_request_may_have_run_is_known(answer: HttpResponse | Exception, may_have_run: bool) -> None:
    with pytest.raises(SdkError) as caught:
        await Client(config(ScriptedHttp(answer))).start_pipeline_execution(name="release")
    assert caught.value.request_may_have_run is may_have_run


async def test_an_earlier_attempt_counts_for_whether_the_request_may_have_run() -> None:
    http = ScriptedHttp(BROKE_OFF, refusal("PipelineNameInUseException"))
    with pytest.raises(SdkError) as caught:
        await Client(config(http)).start_pipeline_execution(name="release")
    assert caught.value.request_may_have_run is True


@pytest.mark.row("1.11-connect")
@pytest.mark.trap(27)
@pytest.mark.parametrize(("kind", "timeout"), [("connect_timeout", "connect"), ("read_timeout", "read")])
async def test_a_transport_timeout_is_also_the_builtin(kind: str, timeout: str) -> None:
    failure = ConnectorError("too slow", kind=kind, request_written=True)  # type: ignore[arg-type]  # from a table
    with pytest.raises(TimeoutError) as caught:
        await Client(config(ScriptedHttp(failure))).list_pipelines()
    assert isinstance(caught.value, DispatchTimeout)
    assert caught.value.timeout == timeout
    assert len(caught.value.attempts) == 3


@pytest.mark.row("1.5-phase")
async def test_an_unreadable_success_is_a_response_error_with_the_response() -> None:
    with pytest.raises(ResponseError, match="not JSON") as caught:
        await Client(config(ScriptedHttp(reply(b"<html>")), retry=RetryConfig.disabled())).list_pipelines()
    assert caught.value.response is not None
    assert caught.value.response.body == b"<html>"


@pytest.mark.row("1.6-deserialise")
@pytest.mark.trap(58)
async def test_an_unreadable_success_is_tried_again_and_may_have_run() -> None:
    http = ScriptedHttp(reply(b'{"pipelineExecutionId":'), reply({"pipelineExecutionId": "e"}))
    output = await Client(config(http)).start_pipeline_execution(name="x")
    assert output.pipeline_execution_id == "e"
    assert output.response_metadata is not None
    assert [attempt.code for attempt in output.response_metadata.attempts] == ["ResponseError", None]


@pytest.mark.row("1.5-dispatch")
@pytest.mark.parametrize(
    ("kind", "attempts"), [("connect_timeout", 3), ("read_timeout", 3), ("io", 3), ("user", 1), ("other", 1)]
)
async def test_the_cause_of_a_dispatch_failure_tells_its_kind(kind: ConnectorErrorKind, attempts: int) -> None:
    failure = ConnectorError("no response", kind=kind, request_written=False)
    with pytest.raises(DispatchFailure) as caught:
        await Client(config(ScriptedHttp(failure))).list_pipelines()
    assert isinstance(caught.value.__cause__, ConnectorError)
    assert caught.value.__cause__.kind == kind
    assert isinstance(caught.value, TimeoutError) == kind.endswith("timeout")
    assert len(caught.value.attempts) == attempts


async def test_a_member_of_the_wrong_type_is_a_response_error() -> None:
    http = ScriptedHttp(reply({"pipelines": [{"name": 5}]}))
    with pytest.raises(ResponseError, match=r"PipelineSummary\.name"):
        await Client(config(http, retry=RetryConfig.disabled())).list_pipelines()


@pytest.mark.row("1.6-timestamps")
@pytest.mark.parametrize("seconds", [b"1e400", b"-1e12", b"1e18", b'"yesterday"', b"true", b"1" * 400])
async def test_a_time_that_is_none_is_a_response_error(seconds: bytes) -> None:
    http = ScriptedHttp(reply(b'{"pipelines":[{"created":' + seconds + b"}]}"))
    with pytest.raises(ResponseError):
        await Client(config(http, retry=RetryConfig.disabled())).list_pipelines()


@pytest.mark.row("1.11-attempt")
@pytest.mark.trap(27)
async def test_the_attempt_timeout_is_retried_and_named() -> None:
    class Hanging:
        async def send(self, request: HttpRequest) -> HttpResponse:
            await anyio.sleep_forever()
            raise AssertionError

    settings = config(Hanging(), timeout=TimeoutConfig(attempt=0.01))
    with pytest.raises(OperationTimeout, match=r"one attempt took longer than 0\.01 s") as caught:
        await Client(settings).list_pipelines()
    assert caught.value.timeout == "attempt"
    assert len(caught.value.attempts) == 3
    assert caught.value.request_may_have_run is True


@pytest.mark.row("1.11-attempt")
@pytest.mark.trap(27)
async def test_the_attempt_timeout_covers_the_credentials() -> None:
    class Hanging:
        async def provide_credentials(self) -> Credentials:
            await anyio.sleep_forever()
            raise AssertionError

    http = ScriptedHttp(reply())
    settings = config(http, credentials=Hanging(), timeout=TimeoutConfig(attempt=0.01))
    with pytest.raises(OperationTimeout) as caught:
        await Client(settings).list_pipelines()
    assert (caught.value.timeout, len(caught.value.attempts)) == ("attempt", 3)
    assert caught.value.request_may_have_run is False
    assert http.requests == []


@pytest.mark.row("1.11-attempt")
async def test_the_attempt_timeout_does_not_cover_the_wait_between_attempts() -> None:
    deadlines: list[float] = []

    async def sleep(seconds: float) -> None:
        deadlines.append(anyio.current_effective_deadline())

    settings = config(ScriptedHttp(reply(b"", 500), reply()), timeout=TimeoutConfig(attempt=60), sleep=sleep)
    await Client(settings).list_pipelines()
    assert deadlines == [math.inf]


@pytest.mark.row("1.11-operation")
@pytest.mark.trap(27)
async def test_the_operation_timeout_covers_waits_and_ends_the_call() -> None:
    async def sleep(seconds: float) -> None:
        await anyio.sleep_forever()

    settings = config(ScriptedHttp(reply(b"", 500)), timeout=TimeoutConfig(operation=0.01), sleep=sleep)
    with pytest.raises(OperationTimeout, match=r"the call took longer than 0\.01 s") as caught:
        await Client(settings).list_pipelines()
    assert caught.value.timeout == "operation"
    assert [attempt.status for attempt in caught.value.attempts] == [500]


@pytest.mark.row("1.21-cancel")
@pytest.mark.trap(28)
async def test_cancellation_is_not_caught_and_not_retried() -> None:
    class Hanging:
        calls = 0

        async def send(self, request: HttpRequest) -> HttpResponse:
            self.calls += 1
            await anyio.sleep_forever()
            raise AssertionError

    http = Hanging()
    client = Client(config(http, timeout=TimeoutConfig(attempt=60, operation=60)))
    with anyio.move_on_after(0.01) as scope:
        await client.list_pipelines()
    assert scope.cancelled_caught
    assert http.calls == 1


@pytest.mark.row("1.21-cancel")
def test_a_cancelled_asyncio_task_ends_cancelled() -> None:
    async def main() -> None:
        class Hanging:
            async def send(self, request: HttpRequest) -> HttpResponse:
                task.cancel()
                await asyncio.sleep(60)
                raise AssertionError

        task = asyncio.ensure_future(Client(config(Hanging())).list_pipelines().send())
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


@pytest.mark.row("1.8-idempotency-token")
@pytest.mark.trap(26)
async def test_an_idempotency_token_is_made_once_for_all_attempts() -> None:
    tokens = iter(["first", "second"])
    http = ScriptedHttp(reply(b"", 500), reply(b"", 500), reply())
    builder = Client(config(http, idempotency_token_provider=lambda: next(tokens))).start_pipeline_execution(name="x")
    await builder
    assert [body["clientRequestToken"] for body in http.bodies] == ["first", "first", "first"]
    await builder
    assert http.bodies[-1]["clientRequestToken"] == "second"


@pytest.mark.trap(26)
@pytest.mark.parametrize("token", ["mine", ""])
async def test_a_token_of_the_caller_is_kept_even_when_empty(token: str) -> None:
    http = ScriptedHttp(reply(b"", 400))
    with pytest.raises(UnhandledError) as caught:
        await Client(config(http)).start_pipeline_execution(name="x", client_request_token=token)
    assert http.bodies == [{"name": "x", "clientRequestToken": token}]
    assert caught.value.idempotency_token == token


@pytest.mark.row("1.6-serialise")
async def test_members_go_out_in_the_order_of_the_model() -> None:
    http = ScriptedHttp(reply())
    await (
        Client(config(http))
        .start_pipeline_execution(client_request_token="t")
        .variables(PipelineVariable(name="a", value="1"))
        .name("x")
    )
    assert http.requests[0].body == b'{"name":"x","variables":[{"name":"a","value":"1"}],"clientRequestToken":"t"}'


@pytest.mark.row("1.5-phase")
@pytest.mark.row("1.7-region")
@pytest.mark.row("1.8-region")
@pytest.mark.trap(29)
async def test_a_missing_region_says_where_was_looked() -> None:
    with pytest.raises(DispatchFailure, match=r"Missing Region; looked in Config\(region=...\)") as caught:
        await Client(config(ScriptedHttp(reply()), region=None)).list_pipelines()
    assert len(caught.value.attempts) == 1


@pytest.mark.row("1.5-phase")
@pytest.mark.row("1.7-region")
@pytest.mark.trap(29)
async def test_a_missing_region_beside_an_endpoint_url_says_where_was_looked() -> None:
    settings = config(ScriptedHttp(reply()), region=None, endpoint_url="http://127.0.0.1:1")
    with pytest.raises(DispatchFailure, match="cannot sign without a region; looked in") as caught:
        await Client(settings).list_pipelines()
    assert len(caught.value.attempts) == 1


async def test_missing_credentials_are_a_dispatch_failure() -> None:
    with pytest.raises(DispatchFailure, match="no credentials"):
        await Client(config(ScriptedHttp(reply()), credentials=None)).list_pipelines()


@pytest.mark.row("1.5-phase")
@pytest.mark.trap(29)
@pytest.mark.parametrize("raised", [CredentialsNotLoaded("not here"), RuntimeError("broken"), KeyError("x")])
async def test_whatever_a_provider_raises_is_a_dispatch_failure_with_its_cause(raised: Exception) -> None:
    class Failing:
        async def provide_credentials(self) -> Credentials:
            raise raised

    http = ScriptedHttp(reply())
    with pytest.raises(DispatchFailure, match="no credentials") as caught:
        await Client(config(http, credentials=Failing())).list_pipelines()
    assert caught.value.__cause__ is raised
    assert (len(caught.value.attempts), http.requests) == (1, [])


@pytest.mark.row("1.8-endpoint-url")
async def test_an_endpoint_url_replaces_the_endpoint_and_keeps_its_path() -> None:
    http = ScriptedHttp(reply())
    await Client(config(http, endpoint_url="http://127.0.0.1:4566/aws")).list_pipelines()
    assert http.requests[0].url == "http://127.0.0.1:4566/aws/"
    assert http.requests[0].headers["host"] == "127.0.0.1:4566"


@pytest.mark.row("1.13-rules")
@pytest.mark.trap(40)
async def test_an_endpoint_url_with_fips_is_an_error() -> None:
    settings = config(ScriptedHttp(reply()), endpoint_url="http://127.0.0.1:1", use_fips=True)
    with pytest.raises(DispatchFailure, match="FIPS and custom endpoint are not supported"):
        await Client(settings).list_pipelines()


@pytest.mark.row("1.7-scope")
@pytest.mark.row("1.8-endpoint-resolver")
@pytest.mark.row("1.13-headers")
@pytest.mark.row("1.7-each-attempt")
async def test_an_endpoint_resolver_decides_url_headers_and_scope() -> None:
    asked: list[str | None] = []

    def resolve(parameters: EndpointParameters) -> Endpoint:
        asked.append(parameters.region)
        return Endpoint(
            url=f"https://proxy.test/{parameters.region}",
            headers={"x-route": "blue"},
            signing_region="us-east-1",
            signing_name="other",
        )

    http = ScriptedHttp(reply(b"", 500), reply())
    await Client(config(http, endpoint_resolver=resolve)).list_pipelines()
    assert asked == ["eu-west-1", "eu-west-1"]
    request = http.requests[-1]
    assert request.url == "https://proxy.test/eu-west-1/"
    assert request.headers["x-route"] == "blue"
    assert "/us-east-1/other/aws4_request" in request.headers["authorization"]
    assert "x-route" in request.headers["authorization"]


async def test_a_throttled_call_is_caught_by_name_whatever_the_operation_declares() -> None:
    with pytest.raises(ThrottlingException):
        await Client(config(ScriptedHttp(refusal("ThrottlingException")))).list_webhooks()


@pytest.mark.row("1.1-sharing")
@pytest.mark.row("1.21-tasks")
@pytest.mark.row("1.21-builders")
async def test_calls_of_one_client_run_side_by_side() -> None:
    http = ScriptedHttp(lambda request: reply({"pipeline": {"name": request.body.decode()}}))
    base = Client(config(http)).get_pipeline()
    names: list[str] = []

    async def call(name: str) -> None:
        output = await base.name(name)
        assert output.pipeline is not None
        names.append(output.pipeline.name)

    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(call, f"p{number}")
    assert sorted(names) == sorted(f'{{"name":"p{number}"}}' for number in range(20))


@pytest.mark.row("1.7-added-later")
@pytest.mark.row("1.12-x-amz-user-agent")
@pytest.mark.row("1.12-user-agent")
@pytest.mark.row("1.12-invocation-id")
@pytest.mark.row("1.12-frameworks")
@pytest.mark.trap(15)
@pytest.mark.trap(24)
@pytest.mark.trap(25)
async def test_a_call_says_who_makes_it_and_which_attempt_it_is() -> None:
    http = ScriptedHttp(reply(b"", 500), reply())
    settings = config(http, app_name="web-shop", frameworks=(FrameworkMetadata("airflow", "3.1"),))
    await Client(settings).list_pipelines()
    first, second = (request.headers for request in http.requests)
    assert first["user-agent"] == first["x-amz-user-agent"]
    assert first["user-agent"].startswith("codepipeline-sdk-python/")
    assert " api/codepipeline/" in first["user-agent"]
    assert first["user-agent"].endswith(" m/E,e lib/airflow/3.1 app/web-shop")
    assert "x-amz-user-agent" in first["authorization"]
    assert (first["amz-sdk-request"], second["amz-sdk-request"]) == ("attempt=1; max=3", "attempt=2; max=3")
    assert first["amz-sdk-invocation-id"] == second["amz-sdk-invocation-id"]
    assert "amz-sdk" not in first["authorization"]


@pytest.mark.row("1.12-features")
@pytest.mark.row("1.14-pages")
@pytest.mark.row("1.14-feature")
@pytest.mark.trap(24)
async def test_each_page_has_an_invocation_id_of_its_own_and_the_paginators_feature() -> None:
    http = ScriptedHttp(reply({"nextToken": "t"}), reply())
    await Client(config(http, endpoint_url="http://127.0.0.1:1")).list_pipelines().into_paginator().collect()
    first, second = (request.headers for request in http.requests)
    assert first["amz-sdk-invocation-id"] != second["amz-sdk-invocation-id"]
    assert first["user-agent"].endswith(" m/C,E,N,e")


@pytest.mark.row("1.8-invocation-id")
async def test_the_ids_of_calls_come_from_their_generator() -> None:
    ids = iter(["first", "second"])
    http = ScriptedHttp(reply(b"", 500), reply())
    client = Client(config(http, invocation_id_generator=lambda: next(ids)))
    await client.list_pipelines()
    await client.list_pipelines()
    assert [request.headers["amz-sdk-invocation-id"] for request in http.requests] == ["first", "first", "second"]


@pytest.mark.row("1.12-recursion")
async def test_a_trace_id_of_the_context_is_passed_on_unsigned() -> None:
    http = ScriptedHttp(reply())
    token = trace_id.set("Root=1-2")
    try:
        await Client(config(http)).list_pipelines()
    finally:
        trace_id.reset(token)
    assert http.requests[0].headers["x-amzn-trace-id"] == "Root=1-2"
    assert "x-amzn-trace-id" not in http.requests[0].headers["authorization"]


@pytest.mark.row("1.7-skew")
@pytest.mark.row("1.12-request")
async def test_a_wrong_clock_is_corrected_once_and_remembered() -> None:
    two_hours_ahead = "Wed, 15 Nov 2023 00:13:20 GMT"
    http = ScriptedHttp(refusal("InvalidSignatureException", date=two_hours_ahead), reply(date=two_hours_ahead))
    sleeps = Sleeps()
    client = Client(config(http, sleep=sleeps))
    await client.list_pipelines()
    await client.list_pipelines()
    assert [request.headers["x-amz-date"] for request in http.requests] == [
        "20231114T221320Z",
        "20231115T001320Z",
        "20231115T001320Z",
    ]
    assert http.requests[1].headers["amz-sdk-request"] == "ttl=20231115T001420Z; attempt=2; max=3"
    assert sleeps.seconds == [1.0]


@pytest.mark.row("1.7-skew")
async def test_a_wrong_secret_is_not_taken_for_a_wrong_clock() -> None:
    http = ScriptedHttp(refusal("InvalidSignatureException", date="Tue, 14 Nov 2023 22:13:20 GMT"))
    with pytest.raises(InvalidSignatureException):
        await Client(config(http)).list_pipelines()
    assert len(http.requests) == 1


@pytest.mark.row("1.7-skew")
async def test_the_clock_is_left_alone_when_that_is_wanted() -> None:
    http = ScriptedHttp(refusal("RequestExpired", date="Wed, 15 Nov 2023 00:13:20 GMT"))
    with pytest.raises(RequestExpired):
        await Client(config(http, disable_clock_skew_correction=True)).list_pipelines()
    assert len(http.requests) == 1


@pytest.mark.row("1.8-app-name")
def test_an_app_name_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ConfigError, match="my app"):
        Client(config(ScriptedHttp(reply()), app_name="my app"))


@pytest.mark.row("1.1-partition")
@pytest.mark.row("1.8-retry-partition")
@pytest.mark.row("1.10-bucket")
@pytest.mark.trap(17)
async def test_clients_of_one_partition_share_a_budget_and_an_empty_one_gives_the_error_back() -> None:
    async def attempts(settings: Config) -> int:
        with pytest.raises(UnhandledError) as caught:
            await Client(settings).list_pipelines()
        return len(caught.value.attempts)

    settings = config(ScriptedHttp(reply(b"", 500)))
    assert [await attempts(settings) for _ in range(25)] == [3] * 25
    assert await attempts(settings.replace(region="us-east-1")) == 1
    assert await attempts(config(settings.http_client)) == 3


@pytest.mark.parametrize(
    "setting", ["idempotency_token_provider", "invocation_id_generator", "time_source", "random", "sleep"]
)
async def test_whatever_a_callable_of_the_settings_raises_is_an_sdk_error(setting: str) -> None:
    def fail(*arguments: object) -> str:
        raise OSError("planted")

    client = Client(config(ScriptedHttp(reply(b"", 500)), identity_cache=IdentityCache.no_cache(), **{setting: fail}))
    with pytest.raises(SdkError, match="planted") as caught:
        await client.start_pipeline_execution(name="x")
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.operation == "StartPipelineExecution"


async def test_each_call_is_one_line_of_the_log_and_each_retry_another(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "codepipeline_sdk")
    http = ScriptedHttp(reply(b"planted-body", 503), reply(b"{}", x_amzn_requestid="r-1"))
    await Client(config(http)).list_pipelines(next_token="planted-token")
    lines = [record for record in caplog.records if record.name in {"codepipeline_sdk.call", "codepipeline_sdk.retry"}]
    assert [record.name.rpartition(".")[2] for record in lines] == ["retry", "call"]
    assert "r-1" in lines[1].getMessage()
    assert "planted" not in caplog.text
    assert CREDENTIALS.secret_access_key.reveal() not in caplog.text


@pytest.mark.row("1.5-retryable")
@pytest.mark.parametrize(
    ("answer", "kind"),
    [(reply(b"", 503), "transient"), (refusal("SlowDown"), "throttling"), (refusal("ValidationException"), None)],
)
async def test_an_error_tells_whether_another_call_may_fare_better(answer: HttpResponse, kind: str | None) -> None:
    with pytest.raises(SdkError) as caught:
        await Client(config(ScriptedHttp(answer))).list_pipelines()
    assert caught.value.retry_kind == kind
