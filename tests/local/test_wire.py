"""Section 1.1 to 1.3 of the local service's rules: requests, responses and errors on the wire."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, get_args

import pytest

from codepipeline_sdk.testing.local import Assumptions, ErrorStyle, LocalCodePipeline, ManualClock
from codepipeline_sdk.testing.local.assumptions import NOT_IMPLEMENTED_CODE, NOT_IMPLEMENTED_STATUS
from codepipeline_sdk.testing.local.ops import IMPLEMENTED
from tests.local.declarations import pipeline
from tests.local.wire import Document, WireClient, check_refusal, service_model

UUID = "f4f4ff82-2d11-4abc-8def-0123456789ab"


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        pytest.param({"x-amz-target": None}, b"{}", "UnknownOperationException", id="no target"),
        pytest.param({"x-amz-target": "ListPipelines"}, b"{}", "UnknownOperationException", id="no prefix"),
        pytest.param(
            {"x-amz-target": "CodeDeploy_20141006.ListPipelines"}, b"{}", "UnknownOperationException", id="prefix"
        ),
        pytest.param(
            {"x-amz-target": "CodePipeline_20150709.Fly"}, b"{}", "UnknownOperationException", id="unknown operation"
        ),
        pytest.param({"content-type": "application/json"}, b"{}", "UnknownOperationException", id="content type"),
        pytest.param({"content-type": None}, b"{}", "UnknownOperationException", id="no content type"),
        pytest.param({}, b"{", "SerializationException", id="broken JSON"),
        pytest.param({}, b"[]", "SerializationException", id="list"),
        pytest.param({}, b"null", "SerializationException", id="null"),
        pytest.param({}, b'{"maxResults":NaN}', "SerializationException", id="NaN"),
        pytest.param({}, b'\xff{"maxResults":1}', "SerializationException", id="not UTF-8"),
        pytest.param({}, b"[" * 100_000, "SerializationException", id="deep nesting"),
        pytest.param({}, b'{"maxResults":' + b"9" * 5000 + b"}", "SerializationException", id="endless number"),
        pytest.param({}, b'{"nextToken":"\\ud800"}', "SerializationException", id="half a character"),
        pytest.param({}, b'{"a":{"\\udfff":1}}', "SerializationException", id="half a character in a key"),
        pytest.param({}, b'{"maxResults":"5"}', "SerializationException", id="string for a number"),
        pytest.param({}, b'{"maxResults":true}', "SerializationException", id="boolean for a number"),
        pytest.param({}, b'{"maxResults":1.5}', "SerializationException", id="fraction for an integer"),
        pytest.param({}, b'{"nextToken":5}', "SerializationException", id="number for a string"),
    ],
)
async def test_a_request_that_cannot_be_read_gets_the_error_of_the_failure_table(
    headers: dict[str, str | None], body: bytes, code: str
) -> None:
    async with LocalCodePipeline() as local:
        response = await WireClient(local).send("ListPipelines", body, headers=headers)
        refusal = check_refusal("ListPipelines", response)
        assert (refusal.status, refusal.code) == (400, code)
        assert (refusal.message is None) == (code == "UnknownOperationException")


@pytest.mark.parametrize(
    ("operation", "document"),
    [
        ("CreatePipeline", {"pipeline": []}),
        ("CreatePipeline", {"pipeline": {"stages": {}}}),
        ("CreatePipeline", {"pipeline": {"artifactStores": []}}),
        ("CreatePipeline", {"pipeline": {"stages": [{"actions": [{"configuration": {"a": 1}}]}]}}),
        ("StopPipelineExecution", {"abandon": "yes"}),
        ("PutActionRevision", {"actionRevision": {"created": "yesterday"}}),
        ("PutActionRevision", {"actionRevision": {"created": True}}),
        ("PutActionRevision", {"actionRevision": {"created": {}}}),
    ],
    ids=["object", "list", "map", "map value", "boolean", "timestamp text", "timestamp boolean", "timestamp object"],
)
async def test_a_member_of_the_wrong_json_type_is_a_serialization_error(operation: str, document: Any) -> None:
    async with LocalCodePipeline() as local:
        assert (await WireClient(local).refusal(operation, **document)).code == "SerializationException"


async def test_an_infinite_timestamp_is_a_serialization_error() -> None:
    async with LocalCodePipeline() as local:
        response = await WireClient(local).send("PutActionRevision", b'{"actionRevision":{"created":1e400}}')
        assert check_refusal("PutActionRevision", response).code == "SerializationException"


@pytest.mark.parametrize("created", [1446137312, 1446137312.204, "2015-10-29T16:48:32Z"])
async def test_timestamps_are_read_as_numbers_and_as_iso_texts(created: object) -> None:
    """W-10."""
    async with LocalCodePipeline() as local:
        refusal = await WireClient(local).refusal(
            "PutActionRevision",
            pipelineName="a",
            stageName="b",
            actionName="c",
            actionRevision={"revisionId": "d", "revisionChangeId": "e", "created": created},
        )
        assert refusal.code == NOT_IMPLEMENTED_CODE


async def test_a_boolean_is_read() -> None:
    async with LocalCodePipeline() as local:
        refusal = await WireClient(local).refusal(
            "StopPipelineExecution", pipelineName="a", pipelineExecutionId=UUID, abandon=True
        )
        assert refusal.code == NOT_IMPLEMENTED_CODE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="W-2 no body"),
        pytest.param(b'{"future":{"deep":[1]}}', id="W-2 unknown member"),
        pytest.param(b'{"nextToken":null}', id="W-3 null"),
        pytest.param(b'{"__type":"ListPipelinesInput"}', id="W-4 type"),
    ],
)
async def test_what_the_service_ignores_does_not_matter(body: bytes) -> None:
    async with LocalCodePipeline() as local:
        assert (await WireClient(local).send("ListPipelines", body)).body == b'{"pipelines":[]}'


async def test_nested_unknown_members_and_nulls_are_not_stored() -> None:
    """W-2 to W-4."""
    noisy = pipeline(future=1, executionMode="SUPERSEDED")
    noisy["stages"][0] |= {"__type": "StageDeclaration", "blockers": None}
    noisy["stages"][1]["actions"][0]["configuration"]["PrimarySource"] = None
    async with LocalCodePipeline() as local:
        output = await WireClient(local).call("CreatePipeline", pipeline=noisy)
        assert set(output["pipeline"]["stages"][0]) == {"name", "actions"}
        assert output["pipeline"]["stages"][1]["actions"][0]["configuration"] == {"ProjectName": "shop"}


async def test_a_target_takes_parameters_of_the_content_type() -> None:
    """W-1."""
    async with LocalCodePipeline() as local:
        headers = {"content-type": "application/x-amz-json-1.1; charset=utf-8"}
        assert (await WireClient(local).send("ListPipelines", b"{}", headers=headers)).status == 200


@pytest.mark.parametrize(
    ("method", "url"),
    [
        pytest.param("GET", "http://local.codepipeline/", id="W-6 GET"),
        pytest.param("HEAD", "http://local.codepipeline/", id="W-6 HEAD"),
        pytest.param("POST", "http://local.codepipeline/elsewhere", id="W-1 path"),
    ],
)
async def test_other_methods_and_paths_are_not_found(method: str, url: str) -> None:
    async with LocalCodePipeline() as local:
        response = await WireClient(local).send("ListPipelines", b"{}", method=method, url=url)
        assert (response.status, response.headers["content-type"]) == (404, "text/plain")


async def test_an_empty_path_is_the_root() -> None:
    """W-1."""
    async with LocalCodePipeline() as local:
        response = await WireClient(local).send("ListPipelines", b"{}", url="http://local.codepipeline")
        assert response.status == 200


async def test_a_body_over_the_limit_is_refused_before_anything_else() -> None:
    """W-5, W-20."""
    async with LocalCodePipeline(assumptions=Assumptions(max_body_bytes=10)) as local:
        wire = WireClient(local)
        response = await wire.send("ListPipelines", b" " * 11, headers={"authorization": None})
        assert (response.status, response.headers["content-type"]) == (413, "text/plain")
        assert (await wire.send("ListPipelines", b"{}" + b" " * 8)).status == 200


async def test_a_response_carries_the_headers_of_the_protocol() -> None:
    """W-7."""
    async with LocalCodePipeline(clock=ManualClock()) as local:
        response = await WireClient(local).send("ListPipelines", b"{}")
        assert response.headers["content-type"] == "application/x-amz-json-1.1"
        assert response.headers["content-length"] == str(len(response.body))
        assert response.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
                            response.headers["x-amzn-requestid"])  # fmt: skip


async def test_sequential_ids_are_the_same_in_every_run() -> None:
    """D-3, C-6."""

    async def run() -> list[bytes]:
        async with LocalCodePipeline(ids="sequential", clock=ManualClock()) as local:
            responses = [await WireClient(local).send("ListPipelines", b"{}") for _ in range(2)]
            return [repr(response).encode() + response.body for response in responses]

    first = await run()
    assert b"00000002-0000-4000-8000-000000000002" in first[1]
    assert await run() == first


async def test_ids_come_from_a_function_of_ones_own() -> None:
    """D-3."""
    async with LocalCodePipeline(ids=lambda: UUID) as local:
        assert (await WireClient(local).send("ListPipelines", b"{}")).headers["x-amzn-requestid"] == UUID


async def test_an_operation_without_output_answers_an_empty_body() -> None:
    """W-8."""
    async with LocalCodePipeline() as local:
        response = await WireClient(local).send("DeletePipeline", b'{"name":"gone"}')
        assert (response.status, response.body, response.headers["content-length"]) == (200, b"", "0")


async def test_an_output_without_members_answers_an_empty_object() -> None:
    """W-9."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        document: Document = {"resourceArn": "arn:aws:codepipeline:us-east-1:123456789012:release", "tags": []}
        assert (await wire.send("TagResource", json.dumps(document).encode())).body == b"{}"


@pytest.mark.parametrize("style", get_args(ErrorStyle))
async def test_an_error_is_written_in_the_style_asked_for(style: ErrorStyle) -> None:
    """W-12, W-16."""
    async with LocalCodePipeline(assumptions=Assumptions(error_style=style)) as local:
        response = await WireClient(local).send("GetPipeline", b'{"name":"gone"}')
    code, text = "PipelineNotFoundException", "Account '123456789012' does not have a pipeline with name 'gone'"
    suffix = ":http://internal.amazon.com/coral/com.amazonaws.codepipeline/"
    expected: dict[ErrorStyle, tuple[object, str | None]] = {
        "plain": ({"__type": code, "message": text}, code),
        "namespaced": ({"__type": f"com.amazonaws.codepipeline#{code}", "message": text}, code),
        "capital_message": ({"__type": code, "Message": text}, code),
        "header_only": ({"message": text}, code + suffix),
        "html": (None, None),
    }
    document, header = expected[style]
    assert response.headers.get("x-amzn-errortype") == header
    if document is None:
        assert (response.status, response.headers["content-type"]) == (502, "text/html")
        assert response.body.startswith(b"<html>")
    else:
        assert (response.status, json.loads(response.body)) == (400, document)


async def test_a_text_travels_as_utf_8() -> None:
    """W-7."""
    declaration = pipeline()
    declaration["stages"][1]["actions"][0]["configuration"]["ProjectName"] = "Bärchen 🧸"
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=declaration)
        assert "Bärchen 🧸".encode() in (await wire.send("GetPipeline", b'{"name":"release"}')).body


VALUES = {
    "ApprovalToken": UUID,
    "JobId": UUID,
    "PipelineExecutionId": UUID,
    "AccountId": "123456789012",
    "ActionTypeOwner": "AWS",
    "LambdaFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
}


def _smallest(shape: Any) -> Any:
    if shape.type_name == "structure":
        return {name: _smallest(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [_smallest(shape.member)]
    if shape.type_name == "map":
        return {}
    if shape.type_name == "string":
        return VALUES.get(shape.name) or (shape.metadata.get("enum") or ["a"])[0]
    return {"integer": shape.metadata.get("min", 0), "boolean": False, "timestamp": 1.5}[shape.type_name]


MISSING = sorted(set(service_model().operation_names) - set(IMPLEMENTED))


def test_the_operations_of_this_service_are_known_to_the_model() -> None:
    assert len(IMPLEMENTED) + len(MISSING) == 44


@pytest.mark.parametrize("operation", MISSING)
async def test_a_missing_operation_says_so_after_the_model_layer(operation: str) -> None:
    shape = service_model().operation_model(operation).input_shape
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        refusal = await wire.refusal(operation, **_smallest(shape))
        assert (refusal.status, refusal.code) == (NOT_IMPLEMENTED_STATUS, NOT_IMPLEMENTED_CODE)
        assert operation in (refusal.message or "")
        if shape.required_members:
            assert (await wire.refusal(operation)).code == "ValidationException"


async def test_a_failure_of_a_hook_is_an_internal_failure(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_arn: str) -> bool:
        raise RuntimeError("hook")

    async with LocalCodePipeline(can_assume_role=broken) as local:
        refusal = await WireClient(local).refusal("CreatePipeline", pipeline=pipeline())
        assert (refusal.status, refusal.code) == (500, "InternalFailure")
        assert "RuntimeError: hook" in caplog.text
        assert await WireClient(local).call("ListPipelines") == {"pipelines": []}


def _deny(_principal: str, _action: str, _resource: str, _tags: object) -> Literal["Deny"]:
    return "Deny"


async def test_the_order_of_refusals() -> None:
    """W-20: size, signature, target, content type, JSON, model layer, policy, semantics."""
    limit = 100
    bad: dict[str, Any] = {
        "body": b"{" + b" " * limit,
        "authorization": None,
        "target": "Nothing",
        "content-type": "text/plain",
    }
    steps: list[tuple[dict[str, Any], int, str | None]] = [
        (bad, 413, None),
        ({"body": b"{"}, 400, "MissingAuthenticationTokenException"),
        ({"authorization": WireClient(LocalCodePipeline()).authorization}, 400, "UnknownOperationException"),
        ({"target": "GetPipeline"}, 400, "UnknownOperationException"),
        ({"content-type": "application/x-amz-json-1.1"}, 400, "SerializationException"),
        ({"body": b'{"name":""}'}, 400, "ValidationException"),
        ({"body": b'{"name":"gone"}'}, 400, "AccessDeniedException"),
    ]
    assumptions = Assumptions(max_body_bytes=limit)
    async with LocalCodePipeline(policy=_deny, assumptions=assumptions) as local:
        wire = WireClient(local)
        for change, status, code in steps:
            bad |= change
            headers = {"authorization": bad["authorization"], "content-type": bad["content-type"]}
            response = await wire.send(bad["target"], bad["body"], headers=headers)
            assert (response.status, response.headers.get("x-amzn-errortype")) == (status, code)
    async with LocalCodePipeline() as local:
        assert (await WireClient(local).refusal("GetPipeline", name="gone")).code == "PipelineNotFoundException"
