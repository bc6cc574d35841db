"""Section 2 of the local service's rules: the model layer and the grammar of its message."""

from __future__ import annotations

from typing import Any

import pytest

from codepipeline_sdk.testing.local import Assumptions, LocalCodePipeline
from codepipeline_sdk.testing.local.assumptions import MAP_KEYS, NOT_IMPLEMENTED_CODE, NULL_VALUE
from tests.local.declarations import action, build, pipeline, source, stage
from tests.local.wire import WireClient

ONE = "1 validation error detected: "
AT = "Value at '{}' failed to satisfy constraint: {}"


def _configured(**configuration: str) -> dict[str, Any]:
    return {"pipeline": pipeline(stage("Source", source()), stage("Build", build(configuration=configuration)))}


CONFIGURATION = "pipeline.stages.2.member.actions.1.member.configuration"

VIOLATIONS: list[tuple[str, str, dict[str, Any], str]] = [
    ("V-2 null", "GetPipeline", {}, ONE + NULL_VALUE.format(path="name")),
    ("V-2 null counts as absent", "GetPipeline", {"name": None}, ONE + NULL_VALUE.format(path="name")),
    (
        "V-4 longest",
        "GetPipeline",
        {"name": "a" * 101},
        ONE + AT.format("name", "Member must have length less than or equal to 100"),
    ),
    (
        "V-4 least",
        "GetPipeline",
        {"name": "a", "version": 0},
        ONE + AT.format("version", "Member must have value greater than or equal to 1"),
    ),
    (
        "V-4 most",
        "ListPipelines",
        {"maxResults": 1001},
        ONE + AT.format("maxResults", "Member must have value less than or equal to 1000"),
    ),
    (
        "V-4 pattern",
        "GetPipeline",
        {"name": "a b"},
        ONE + AT.format("name", r"Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+"),
    ),
    (
        "V-5 anchored at the end",
        "GetPipeline",
        {"name": "a\n"},
        ONE + AT.format("name", r"Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+"),
    ),
    (
        "V-5 word characters are ASCII",
        "TagResource",
        {"resourceArn": "arn:aws-ü:codepipeline:r:123456789012:x", "tags": []},
        ONE
        + AT.format(
            "resourceArn",
            r"Member must satisfy regular expression pattern: arn:aws(-[\w]+)*:codepipeline:.+:[0-9]{12}:.+",
        ),
    ),
    (
        "V-4 enum",
        "ListRuleTypes",
        {"ruleOwnerFilter": "Me"},
        ONE + AT.format("ruleOwnerFilter", "Member must satisfy enum value set: [AWS]"),
    ),
    (
        "V-4 enum of several",
        "ListActionTypes",
        {"actionOwnerFilter": "Me"},
        ONE + AT.format("actionOwnerFilter", "Member must satisfy enum value set: [AWS, ThirdParty, Custom]"),
    ),
    (
        "V-4 list size",
        "StartPipelineExecution",
        {"name": "a", "variables": []},
        ONE + AT.format("variables", "Member must have length greater than or equal to 1"),
    ),
    (
        "V-4 map size",
        "PollForJobs",
        {
            "actionTypeId": {"category": "Build", "owner": "Custom", "provider": "p", "version": "1"},
            "queryParam": {"a": "b", "c": "d"},
        },
        ONE + AT.format("queryParam", "Member must have length less than or equal to 1"),
    ),
    (
        "V-3 list path",
        "TagResource",
        {"resourceArn": "arn:aws:codepipeline:r:123456789012:x", "tags": [{"key": "a", "value": ""}, {"key": ""}]},
        "2 validation errors detected: "
        + AT.format("tags.2.member.key", "Member must have length greater than or equal to 1")
        + "; "
        + NULL_VALUE.format(path="tags.2.member.value"),
    ),
    (
        "V-3 null in a list",
        "UntagResource",
        {"resourceArn": "arn:aws:codepipeline:r:123456789012:x", "tagKeys": [None]},
        ONE + NULL_VALUE.format(path="tagKeys.1.member"),
    ),
    (
        "V-4 map value",
        "CreatePipeline",
        _configured(EnvironmentVariables=""),
        ONE
        + AT.format(
            CONFIGURATION,
            "Map value must satisfy constraint: [Member must have length less than or equal to "
            "50000, Member must have length greater than or equal to 1]",
        ),
    ),
    (
        "V-4 map keys",
        "CreatePipeline",
        _configured(**{"k" * 51: "v"}),
        ONE
        + AT.format(
            CONFIGURATION,
            MAP_KEYS.format(
                constraints="Member must have length less than or equal to 50, "
                "Member must have length greater than or equal to 1"
            ),
        ),
    ),
    (
        "V-4 map keys with a pattern",
        "PutJobSuccessResult",
        {"jobId": "f4f4ff82-2d11-4abc-8def-0123456789ab", "outputVariables": {"a b": "v"}},
        ONE
        + AT.format(
            "outputVariables",
            MAP_KEYS.format(constraints=r"Member must satisfy regular expression pattern: [A-Za-z0-9@\-_]+"),
        ),
    ),
    (
        "V-3 map of objects",
        "CreatePipeline",
        {"pipeline": pipeline(artifactStore=None, artifactStores={"us-east-1": {"type": "GCS", "location": "abc"}})},
        ONE + AT.format("pipeline.artifactStores.us-east-1.member.type", "Member must satisfy enum value set: [S3]"),
    ),
    (
        "L-9 run order",
        "CreatePipeline",
        {"pipeline": pipeline(stage("Source", source()), stage("Build", build(runOrder=1000)))},
        ONE
        + AT.format(
            "pipeline.stages.2.member.actions.1.member.runOrder", "Member must have value less than or equal to 999"
        ),
    ),
    (
        "L-11 dotted artifact",
        "CreatePipeline",
        {"pipeline": pipeline(stage("Source", source(outputs=("Code.zip",))), stage("Build", build(inputs=("Code",))))},
        ONE
        + AT.format(
            "pipeline.stages.1.member.actions.1.member.outputArtifacts.1.member.name",
            r"Member must satisfy regular expression pattern: [a-zA-Z0-9_\-]+",
        ),
    ),
    (
        "T-4 category",
        "CreatePipeline",
        {"pipeline": pipeline(stage("Source", source()), stage("Build", action("X", "Magic/CodeBuild")))},
        ONE
        + AT.format(
            "pipeline.stages.2.member.actions.1.member.actionTypeId.category",
            "Member must satisfy enum value set: [Source, Build, Deploy, Test, Invoke, Approval, Compute]",
        ),
    ),
]


@pytest.mark.parametrize(("operation", "members", "text"), [pytest.param(*row, id=label) for label, *row in VIOLATIONS])
async def test_a_violation_of_the_model_is_told_in_its_words(
    operation: str, members: dict[str, Any], text: str
) -> None:
    async with LocalCodePipeline() as local:
        refusal = await WireClient(local).refusal(operation, **members)
        assert (refusal.code, refusal.message) == ("ValidationException", text)


async def test_all_violations_are_collected_in_the_order_of_the_model() -> None:
    """V-1: the sample of two violations, in section 14.11, in our order."""
    declaration = pipeline(stage("Source", source(runOrder=0)), stage("Build", build()), name="no good")
    async with LocalCodePipeline() as local:
        refusal = await WireClient(local).refusal("CreatePipeline", pipeline=declaration)
    assert refusal.message == "2 validation errors detected: " + "; ".join([
        AT.format("pipeline.name", r"Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+"),
        AT.format(
            "pipeline.stages.1.member.actions.1.member.runOrder", "Member must have value greater than or equal to 1"
        ),
    ])  # fmt: skip


async def test_a_value_may_break_several_constraints() -> None:
    """V-1: a name that is too long and has a blank."""
    async with LocalCodePipeline() as local:
        refusal = await WireClient(local).refusal("GetPipeline", name="a b" * 50)
    assert (refusal.message or "").startswith("2 validation errors detected: Value at 'name'")


async def test_lengths_count_characters_and_not_bytes() -> None:
    async with LocalCodePipeline(assumptions=Assumptions(config_value_limit=3)) as local:
        declaration = pipeline()
        configuration = declaration["stages"][1]["actions"][0]["configuration"]
        declaration["stages"][0]["actions"][0]["configuration"] = {"S3Bucket": "b", "S3ObjectKey": "k"}
        configuration["ProjectName"] = "äöü"
        await WireClient(local).call("CreatePipeline", pipeline=declaration)


@pytest.mark.parametrize(("limit", "length", "accepted"), [
    (50_000, 50_000, True), (50_000, 50_001, False), (1000, 1000, True), (1000, 1001, False)
])  # fmt: skip
async def test_the_length_of_a_configuration_value_is_limited(limit: int, length: int, *, accepted: bool) -> None:
    """V-6, L-16."""
    async with LocalCodePipeline(assumptions=Assumptions(config_value_limit=limit)) as local:
        wire = WireClient(local)
        members = _configured(EnvironmentVariables="x" * length)
        if accepted:
            await wire.call("CreatePipeline", **members)
        else:
            refusal = await wire.refusal("CreatePipeline", **members)
            assert f"Map value must satisfy constraint: [Member must have length less than or equal to {limit}, " in (
                refusal.message or ""
            )


@pytest.mark.parametrize("job_id", ["f4f4ff82-2d11-EXAMPLE", "a" * 128])
async def test_ids_of_the_documented_samples_pass_when_the_knob_says_so(job_id: str) -> None:
    """D-4."""
    async with LocalCodePipeline() as local:
        assert (await WireClient(local).refusal("GetJobDetails", jobId=job_id)).code == "ValidationException"
    async with LocalCodePipeline(assumptions=Assumptions(accept_example_ids=True)) as local:
        wire = WireClient(local)
        assert (await wire.refusal("GetJobDetails", jobId=job_id)).code == NOT_IMPLEMENTED_CODE
        assert (await wire.refusal("GetJobDetails", jobId="a" * 129)).code == "ValidationException"
