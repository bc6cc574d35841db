"""What the calls of a client tell of themselves. anchor.md 1.19."""

from __future__ import annotations

import logging

import pytest

from codepipeline_sdk import Client
from tests.fakes import CREDENTIALS, ScriptedHttp, config, refusal, reply
from tests.observed_calls import Backend


def client_with_a_retry() -> Client:
    http = ScriptedHttp(refusal("ThrottlingException", x_amzn_requestid="r-0"), reply({}, x_amzn_requestid="r-1"))
    return Client(config(http))


@pytest.mark.row("1.19-log-events")
async def test_a_call_with_a_retry_is_two_lines_without_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="codepipeline_sdk"):
        await client_with_a_retry().acknowledge_third_party_job(job_id="j", nonce="planted", client_token="planted")
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("codepipeline_sdk.retry", "DEBUG"),
        ("codepipeline_sdk.call", "DEBUG"),
    ]
    retry, call = caplog.messages
    assert retry == (
        "CodePipeline.AcknowledgeThirdPartyJob: attempt 1: "
        "ThrottlingException, status 400, request id r-0; next in 1.000 s"
    )
    assert call.startswith("CodePipeline.AcknowledgeThirdPartyJob: ok, status 200, request id r-1, attempts 2, ")
    assert "planted" not in caplog.text
    assert CREDENTIALS.secret_access_key.reveal() not in caplog.text


async def test_a_call_says_nothing_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="codepipeline_sdk"):
        await client_with_a_retry().list_pipelines()
    assert caplog.records == []


@pytest.mark.row("1.19-spans")
@pytest.mark.row("1.19-metrics")
async def test_a_call_with_a_retry_is_a_span_with_two_children_and_counted_once() -> None:
    backend = Backend()
    client = client_with_a_retry()
    client._orchestrator._telemetry = backend.telemetry()
    await client.list_pipelines()
    first, second, call = backend.exporter.get_finished_spans()
    assert [span.name for span in (first, second, call)] == ["try_attempt", "try_attempt", "CodePipeline.ListPipelines"]
    assert first.parent == second.parent == call.context
    assert (first.attributes or {})["error.type"] == "ThrottlingException"
    assert (call.attributes or {})["aws.request_id"] == "r-1"
    assert [point.count for point in backend.points("smithy.client.call.duration")] == [1]
    assert sum(point.count for point in backend.points("smithy.client.call.attempt.duration")) == 2
