"""What a server receives of a call: the body, and which headers are signed. anchor.md 1.6, 1.7; traps 3, 4, 23."""

from __future__ import annotations

import json

import pytest

from codepipeline_sdk import Client, Config
from codepipeline_sdk._runtime.fluent import FluentBuilder
from codepipeline_sdk._runtime.operation import InputT, OutputT
from codepipeline_sdk.credentials import Credentials
from codepipeline_sdk.types import ActionCategory, Tag
from tests.fakes import ScriptedHttp, config, reply
from tests.loopback import Loopback, ReceivedRequest

TEMPORARY = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="not-a-real-secret", session_token="token")
UNSIGNED = {"authorization", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "x-amzn-trace-id"}


async def received() -> ReceivedRequest:
    """Send a call without any member and return what the server got."""
    with Loopback() as server:
        settings = Config(region="eu-west-1", credentials=TEMPORARY, endpoint_url=server.url)
        async with Client(settings) as client:
            await client.list_webhooks()
        (request,) = server.requests
        return request


@pytest.mark.row("0-service")
@pytest.mark.row("1.6-request")
@pytest.mark.trap(3)
async def test_a_call_without_members_sends_an_empty_object_with_its_length() -> None:
    request = await received()
    assert request.head.startswith(b"POST / HTTP/1.1\r\n")
    assert request.body == b"{}"
    assert request.headers["content-length"] == "2"
    assert request.headers["content-type"] == "application/x-amz-json-1.1"
    assert request.headers["x-amz-target"] == "CodePipeline_20150709.ListWebhooks"
    assert "transfer-encoding" not in request.headers


@pytest.mark.row("1.7-excluded")
@pytest.mark.trap(23)
async def test_every_header_that_arrives_is_signed_but_for_those_that_may_change() -> None:
    headers = (await received()).headers
    signed = set(headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";"))
    assert headers.keys() - signed <= UNSIGNED
    assert signed <= headers.keys()
    assert headers["accept-encoding"] == "identity"


@pytest.mark.row("1.7-sigv4")
async def test_the_session_token_arrives_and_no_digest_of_the_body() -> None:
    headers = (await received()).headers
    assert headers["x-amz-security-token"] == "token"
    assert "x-amz-content-sha256" not in headers


async def body_of(builder: FluentBuilder[InputT, OutputT], http: ScriptedHttp) -> object:
    await builder
    return json.loads(http.requests[-1].body)


@pytest.mark.row("1.6-serialise")
@pytest.mark.trap(4)
async def test_what_was_set_is_sent_even_when_it_is_empty_or_false() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http))
    assert await body_of(client.tag_resource(resource_arn="", tags=[]), http) == {"resourceArn": "", "tags": []}
    stop = client.stop_pipeline_execution(pipeline_name="p", pipeline_execution_id="e", abandon=False)
    assert await body_of(stop, http) == {"pipelineName": "p", "pipelineExecutionId": "e", "abandon": False}
    done = client.put_job_success_result(job_id="j", output_variables={})
    assert await body_of(done, http) == {"jobId": "j", "outputVariables": {}}
    assert await body_of(client.list_pipelines(max_results=0), http) == {"maxResults": 0}
    assert await body_of(client.list_pipelines(max_results=None), http) == {}


@pytest.mark.row("1.3-no-validation")
async def test_limits_of_the_model_are_left_to_the_service() -> None:
    http = ScriptedHttp(reply())
    client = Client(config(http))
    name = "ä" * 1000
    assert await body_of(client.get_pipeline(name=name, version=-1), http) == {"name": name, "version": -1}
    tags = [Tag(key="", value="v" * 1000)] * 60
    sent = {"resourceArn": "no arn", "tags": [{"key": "", "value": "v" * 1000}] * 60}
    assert await body_of(client.tag_resource(resource_arn="no arn", tags=tags), http) == sent
    kind = client.delete_custom_action_type(category=ActionCategory("Divination"), provider="p", version="1")
    assert await body_of(kind, http) == {"category": "Divination", "provider": "p", "version": "1"}
