"""Rules for actions and conditions: P-11 to P-13 and P-21 to P-25. Row ids begin with the rule."""

from __future__ import annotations

import pytest

from codepipeline_sdk.testing.local import LocalCodePipeline
from codepipeline_sdk.testing.local.assumptions import CODES
from tests.local.declarations import (
    ACTION,
    BUILD,
    SOURCE,
    STAGE,
    action,
    approval,
    build,
    built,
    conditioned,
    conditions,
    pipeline,
    rule,
    source,
    stage,
    v2,
)
from tests.local.wire import Document, WireClient

REFUSED: list[tuple[str, Document, str, str]] = [
    (
        "P-11 S-17",
        pipeline(SOURCE, stage("Build", action("Compile", "Build/CodeBuild", inputs=("Code",)))),
        ACTION,
        "Action configuration for action 'Compile' is missing required configuration 'ProjectName'",
    ),
    (
        "P-11 S-17 several inputs",
        pipeline(
            stage("Source", source(outputs=("A",)), source("Two", outputs=("B",))),
            stage("Build", build(inputs=("A", "B"))),
        ),
        ACTION,
        "Action configuration for action 'Compile' is missing required configuration 'PrimarySource'",
    ),
    (
        "P-11 S-17 unpacked",
        pipeline(
            SOURCE,
            stage(
                "Ship",
                action("Copy", "Deploy/S3", inputs=("Code",), configuration={"BucketName": "b", "Extract": "false"}),
            ),
        ),
        ACTION,
        "Action configuration for action 'Copy' is missing required configuration 'ObjectKey'",
    ),
    (
        "P-11 S-18",
        built(configuration={"Projekt": "x"}),
        ACTION,
        "Action configuration for action 'Compile' contains unknown configuration 'Projekt'",
    ),
    (
        "P-13 S-19 few inputs",
        pipeline(SOURCE, stage("Build", build(inputs=()))),
        ACTION,
        "Action Compile declares 0 input artifacts which is less than the minimum count (1)",
    ),
    (
        "P-13 S-19 many inputs",
        built(inputs=("Code",) * 6, configuration={"PrimarySource": "Code"}),
        ACTION,
        "Action Compile declares 6 input artifacts which is more than the maximum count (5)",
    ),
    (
        "P-13 S-19 few outputs",
        pipeline(stage("Source", source(outputs=())), BUILD),
        ACTION,
        "Action Fetch declares 0 output artifacts which is less than the minimum count (1)",
    ),
    (
        "P-13 S-19 many outputs",
        pipeline(stage("Source", source(outputs=("A", "B"))), BUILD),
        ACTION,
        "Action Fetch declares 2 output artifacts which is more than the maximum count (1)",
    ),
    ("P-21 timeout", built(timeoutInMinutes=5), CODES["P-21"], "timeoutInMinutes"),
    (
        "P-21 S-25",
        v2(SOURCE, stage("Run", action("Run", "Compute/Commands", inputs=("Code",)))),
        ACTION,
        "Action Run must have a non-empty commands field",
    ),
    ("P-21 commands", built(commands=["ls"]), CODES["P-21"], "commands"),
    ("P-21 output variables", built(outputVariables=["A"]), CODES["P-21"], "outputVariables"),
    ("P-21 files", built(outputArtifacts=[{"name": "App", "files": ["a"]}]), CODES["P-21"], "files"),
    (
        "P-21 environment",
        v2(SOURCE, stage("Sign", approval(environmentVariables=[{"name": "A", "value": "b"}]))),
        CODES["P-21"],
        "environmentVariables",
    ),
    (
        "P-22 artifacts",
        pipeline(SOURCE, stage("Sign", approval(inputs=("Code",)))),
        ACTION,
        "Action Sign declares 1 input artifacts which is more than the maximum count (0)",
    ),
    (
        "P-22 S-18",
        pipeline(SOURCE, stage("Sign", approval(configuration={"Colour": "red"}))),
        ACTION,
        "Action configuration for action 'Sign' contains unknown configuration 'Colour'",
    ),
    (
        "P-22 S-51 malformed",
        pipeline(SOURCE, stage("Sign", approval(configuration={"NotificationArn": "topic"}))),
        ACTION,
        "topic",
    ),
    (
        "P-22 S-51 no topic",
        pipeline(SOURCE, stage("Sign", approval(configuration={"NotificationArn": "arn:aws:sqs:us-east-1:1:q"}))),
        ACTION,
        "SNS",
    ),
    (
        "P-22 S-51 region",
        pipeline(SOURCE, stage("Sign", approval(configuration={"NotificationArn": "arn:aws:sns:eu-west-1:1:t"}))),
        ACTION,
        "eu-west-1",
    ),
    ("P-23 before entry", conditioned(beforeEntry=conditions(result="ROLLBACK")), CODES["P-23"], "ROLLBACK"),
    ("P-23 on success", conditioned(onSuccess=conditions(result="SKIP")), CODES["P-23"], "SKIP"),
    (
        "P-23 S-8",
        conditioned(onFailure={"result": "FAIL", **conditions()}),
        STAGE,
        "cannot have a failure exit gate configured with both top level result and conditions: 'Build",
    ),
    (
        "P-23 S-9",
        {**conditioned(onFailure={"result": "ROLLBACK"}), "executionMode": "PARALLEL"},
        STAGE,
        "Failure conditions with rollback result type cannot be added to a PARALLEL pipeline.",
    ),
    ("P-23 first stage", v2(stage("Source", source(), beforeEntry=conditions()), BUILD), CODES["P-23"], "Source"),
    (
        "P-24",
        conditioned(onFailure={"result": "FAIL", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}),
        CODES["P-24"],
        "RETRY",
    ),
    ("P-25 unknown type", conditioned(onSuccess=conditions(rule(provider="Horoscope"))), CODES["P-25"], "Horoscope"),
    ("P-25 names", conditioned(onSuccess=conditions(rule(), rule())), CODES["P-25"], "check"),
    (
        "P-25 configuration",
        conditioned(onSuccess=conditions(rule(provider="CloudWatchAlarm"))),
        CODES["P-25"],
        "AlarmName",
    ),
    ("P-25 commands", conditioned(onSuccess=conditions(rule(provider="Commands"))), CODES["P-25"], "commands"),
    (
        "P-25 before entry",
        v2(
            SOURCE,
            stage(
                "Build",
                build(namespace="Built"),
                beforeEntry=conditions(rule(provider="LambdaInvoke", configuration={"FunctionName": "#{Built.Name}"})),
            ),
        ),
        ACTION,
        "ActionName=[check], ActionConfigurationKey=[FunctionName], VariableReferenceText=[#{Built.Name}]",
    ),
]


@pytest.mark.parametrize(("declaration", "code", "text"), [pytest.param(*row, id=label) for label, *row in REFUSED])
async def test_a_declaration_that_breaks_a_rule_is_refused(declaration: Document, code: str, text: str) -> None:
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        refusal = await wire.refusal("CreatePipeline", pipeline=declaration)
        assert refusal.code == code
        assert text in (refusal.message or "")
        assert await wire.call("ListPipelines") == {"pipelines": []}


ACCEPTED: list[tuple[str, Document]] = [
    (
        "P-11 sequence of run orders",
        v2(SOURCE, stage("Build", build(outputs=("App",)), build("Test", inputs=("App",), runOrder=2))),
    ),
    ("P-21 approval timeout", pipeline(SOURCE, stage("Sign", approval(timeoutInMinutes=5)))),
    (
        "P-21 commands",
        v2(
            SOURCE,
            stage(
                "Run",
                action(
                    "Run",
                    "Compute/Commands",
                    inputs=("Code",),
                    commands=["ls"],
                    outputVariables=["A"],
                    environmentVariables=[{"name": "A", "value": "b"}],
                    outputArtifacts=[{"name": "App", "files": ["a"]}],
                ),
            ),
        ),
    ),
    (
        "T-2 commands as a build",
        v2(SOURCE, stage("Run", action("Run", "Build/Commands", inputs=("Code",), commands=["ls"]))),
    ),
    (
        "P-22 all keys",
        pipeline(
            SOURCE,
            stage(
                "Sign",
                approval(
                    configuration={
                        "NotificationArn": "arn:aws:sns:us-east-1:123456789012:topic",
                        "CustomData": "x",
                        "ExternalEntityLink": "y",
                        "IsSummaryRequired": "true",
                    }
                ),
            ),
        ),
    ),
    (
        "P-22 variable topic",
        v2(
            stage("Source", source(namespace="Src")),
            stage("Sign", approval(configuration={"NotificationArn": "#{Src.Topic}"})),
        ),
    ),
    (
        "P-23 each result",
        v2(
            SOURCE,
            stage(
                "Build",
                build(),
                beforeEntry=conditions(result="SKIP"),
                onSuccess=conditions(result="ROLLBACK"),
                onFailure=conditions(result="RETRY"),
            ),
        ),
    ),
    ("P-24 retry", conditioned(onFailure={"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}})),
    (
        "P-25 own actions on success",
        v2(
            SOURCE,
            stage(
                "Build",
                build(namespace="Built"),
                onSuccess=conditions(rule(provider="LambdaInvoke", configuration={"FunctionName": "#{Built.Name}"})),
            ),
        ),
    ),
    ("P-25 commands", conditioned(onSuccess=conditions(rule(provider="Commands", commands=["ls"])))),
]


@pytest.mark.parametrize("declaration", [pytest.param(row, id=label) for label, row in ACCEPTED])
async def test_a_declaration_that_observes_the_rules_is_accepted(declaration: Document) -> None:
    async with LocalCodePipeline() as local:
        output = await WireClient(local).call("CreatePipeline", pipeline=declaration)
        assert output["pipeline"]["version"] == 1
