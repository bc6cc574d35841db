"""Rules for pipelines as a whole: P-1 to P-9, P-14 to P-19, P-26 to P-29. Row ids begin with the rule."""

from __future__ import annotations

import pytest

from codepipeline_sdk.testing.local import LocalCodePipeline
from codepipeline_sdk.testing.local.assumptions import CODES
from tests.local.declarations import (
    ACTION,
    BRANCHES,
    BUILD,
    PATHS,
    SOURCE,
    STAGE,
    STORE,
    STRUCTURE,
    TAGS,
    action,
    approval,
    build,
    built,
    conditions,
    pipeline,
    referring,
    source,
    stage,
    triggered,
    v2,
)
from tests.local.wire import Document, WireClient

TAIL_OF_S21 = (
    "Valid format for a pipeline execution variable reference is a namespace and a key separated by a period (.). The "
    "following pipeline execution variables are referencing a namespace that does not exist. "
)

REFUSED: list[tuple[str, Document, str, str]] = [
    ("P-1 neither store", pipeline(artifactStore=None), CODES["P-1"], "artifactStore"),
    ("P-1 both stores", pipeline(artifactStores={"us-east-1": STORE}), CODES["P-1"], "artifactStore"),
    (
        "P-2 location",
        pipeline(artifactStore={"type": "S3", "location": "a_"}),
        "ValidationException",
        (
            "2 validation errors detected: Value at 'pipeline.artifactStore.location' failed to satisfy constraint: "
            "Member must have length greater than or equal to 3; "
        ),
    ),
    (
        "P-4 S-1",
        pipeline(SOURCE),
        STRUCTURE,
        "Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline",
    ),
    (
        "P-4 S-2",
        pipeline(SOURCE, *(stage(f"s{n}", approval()) for n in range(50))),
        STRUCTURE,
        "Pipeline has too many stages. There can only be up to 50 stages in a pipeline",
    ),
    ("P-4 S-6", pipeline(SOURCE, BUILD, BUILD), STAGE, "Stage name 'Build' is used more than once"),
    ("P-4 empty stage", pipeline(SOURCE, stage("Build")), CODES["P-4"], "Build"),
    (
        "P-5 S-3",
        pipeline(stage("Source", source(), approval()), BUILD),
        STRUCTURE,
        "Pipeline should start with a stage that only contains source actions",
    ),
    (
        "P-5 S-4",
        pipeline(SOURCE, stage("Build", build(), source("More", outputs=("More",)))),
        STRUCTURE,
        "Source actions can only be included in the first stage of the pipeline",
    ),
    ("P-6", pipeline(SOURCE, stage("Build", build(), build())), CODES["P-6"], "Compile"),
    (
        "P-7 S-16",
        pipeline(SOURCE, stage("Build", action("Mystery", "Build/Nobody"))),
        ACTION,
        (
            "ActionType (Category: 'Build', Provider: 'Nobody', Owner: 'AWS', Version: '1') in action 'Mystery' is not "
            "available in region 'US_EAST_1'"
        ),
    ),
    (
        "P-7 S-16 region",
        pipeline(SOURCE, stage("Build", action("X", "Build/Nobody", region="eu-west-1"))),
        ACTION,
        "is not available in region 'EU_WEST_1'",
    ),
    (
        "P-7 S-16 custom",
        pipeline(SOURCE, stage("Build", action("Mine", "Build/Custom/Nobody"))),
        ACTION,
        "Owner: 'Custom'",
    ),
    (
        "P-8 S-10",
        pipeline(executionMode="QUEUED"),
        STRUCTURE,
        "QUEUED or PARALLEL mode can only be used with V2 pipelines",
    ),
    (
        "P-8 S-11",
        pipeline(variables=[{"name": "a"}]),
        STRUCTURE,
        "Pipeline variable can only be used with V2 pipelines",
    ),
    (
        "P-8 S-12",
        {**triggered(TAGS), "pipelineType": "V1"},
        STRUCTURE,
        "Triggers on tag can only be used with V2 pipelines",
    ),
    (
        "P-8 S-7",
        pipeline(SOURCE, stage("Build", build(), onSuccess=conditions())),
        STAGE,
        "Stage level conditions can only be used with V2 pipelines.",
    ),
    (
        "P-8 S-15",
        pipeline(SOURCE, stage("Build", action("Run", "Compute/Commands", inputs=("Code",), commands=["ls"]))),
        ACTION,
        "Commands Action can only be used with V2 pipelines.",
    ),
    (
        "P-8 S-15 EKS",
        pipeline(SOURCE, stage("Build", action("Roll", "Deploy/EKS", inputs=("Code",)))),
        ACTION,
        "EKS Action can only be used with V2 pipelines.",
    ),
    (
        "P-9 absent means V1",
        pipeline(executionMode="PARALLEL"),
        STRUCTURE,
        "QUEUED or PARALLEL mode can only be used with V2 pipelines",
    ),
    (
        "P-14 S-24",
        built(outputs=("Code",)),
        STRUCTURE,
        "Output Artifact Bundle name must be unique within the pipeline. Code has been used more than once.",
    ),
    ("P-14 unknown input", built(inputs=("Nothing",)), CODES["P-14"], "Nothing"),
    (
        "P-14 same run order",
        v2(SOURCE, stage("Build", build(outputs=("App",)), build("Test", kind="Test/CodeBuild", inputs=("App",)))),
        CODES["P-14"],
        "App",
    ),
    ("P-15", built(inputs=("Code", "Code"), configuration={"PrimarySource": "Code"}), CODES["P-15"], "Code"),
    (
        "P-16 S-20",
        v2(stage("Source", source(namespace="Twice")), stage("Build", build(namespace="Twice"))),
        ACTION,
        (
            "Namespaces must be unique across the pipeline definition. The following occur more than once in the "
            "pipeline. StageName=[Build], ActionName=[Compile], Namespace=[Twice]"
        ),
    ),
    ("P-16 codepipeline", built(namespace="codepipeline"), CODES["P-16"], "codepipeline"),
    ("P-16 variables", {**built(namespace="variables"), "variables": [{"name": "a"}]}, CODES["P-16"], "variables"),
    ("P-16 artifact", built(namespace="Code"), CODES["P-16"], "Code"),
    (
        "P-17 S-21",
        referring("see #{Nowhere.Key}"),
        ACTION,
        TAIL_OF_S21 + "StageName=[Build], ActionName=[Compile], ActionConfigurationKey=[EnvironmentVariables], "
        "VariableReferenceText=[#{Nowhere.Key}]",
    ),
    ("P-17 S-21 no period", referring("#{Word}"), ACTION, TAIL_OF_S21),
    (
        "P-17 S-21 no key",
        v2(
            stage("Source", source(namespace="Src")),
            stage("Build", build(configuration={"EnvironmentVariables": "#{Src}"})),
        ),
        ACTION,
        TAIL_OF_S21,
    ),
    ("P-17 S-21 no namespace", referring("#{.Key}"), ACTION, TAIL_OF_S21),
    ("P-17 S-21 own namespace", referring("#{Mine.Key}", namespace="Mine"), ACTION, TAIL_OF_S21),
    (
        "P-17 S-22",
        v2(stage("Source", source(configuration={"S3ObjectKey": "#{variables.a}"})), BUILD, variables=[{"name": "a"}]),
        STRUCTURE,
        (
            "Variables at the pipeline level cannot be used in source actions. StageName=[Source], "
            "ActionName=[Fetch], ActionConfigurationKey=[S3ObjectKey], VariableReferenceText=[#{variables.a}]"
        ),
    ),
    ("P-17 S-23", referring("#{variables.b}"), STRUCTURE, "The referenced variables haven't been declared."),
    ("P-17 codepipeline", referring("#{codepipeline.Region}"), CODES["P-17"], "Region"),
    (
        "P-19 S-27",
        built(region="eu-west-1"),
        "ValidationException",
        (
            "Your pipeline contains actions in more than one region. Use 'pipeline.artifactStores' instead of "
            "'pipeline.artifactStore' "
        ),
    ),
    (
        "P-19 S-28 action",
        {**built(region="eu-west-1"), "artifactStore": None, "artifactStores": {"us-east-1": STORE}},
        "ValidationException",
        "The following region is missing in 'pipeline.artifactStores': eu-west-1.",
    ),
    (
        "P-19 S-28 pipeline",
        pipeline(artifactStore=None, artifactStores={"eu-west-1": STORE}),
        "ValidationException",
        "The following region is missing in 'pipeline.artifactStores': us-east-1.",
    ),
    (
        "P-19 S-28 everything elsewhere",
        pipeline(
            stage("Source", source(region="eu-west-1")),
            stage("Build", build(region="eu-west-1")),
            artifactStore=None,
            artifactStores={"eu-west-1": STORE},
        ),
        "ValidationException",
        "The following region is missing in 'pipeline.artifactStores': us-east-1.",
    ),
    (
        "P-19 source elsewhere",
        pipeline(
            stage("Source", source(region="eu-west-1")),
            BUILD,
            artifactStore=None,
            artifactStores={"us-east-1": STORE, "eu-west-1": STORE},
        ),
        CODES["P-19"],
        "Fetch",
    ),
    (
        "P-26 S-13",
        triggered(BRANCHES, source_name="Compile"),
        STRUCTURE,
        "Triggers for connections must reference a CodeStarSourceConnection action.",
    ),
    ("P-26 two triggers", triggered(BRANCHES, triggers=2), CODES["P-26"], "Fetch"),
    ("P-26 tags and branches", triggered({**TAGS, **BRANCHES}), CODES["P-26"], "tags"),
    ("P-26 paths alone", triggered(PATHS), CODES["P-26"], "branches"),
    (
        "P-28",
        pipeline(SOURCE, stage("Build", build(), blockers=[{"name": "x", "type": "Schedule"}])),
        CODES["P-28"],
        "Build",
    ),
    (
        "P-29 S-26",
        pipeline(
            stage(
                "Source",
                action("Fetch", "Source/ThirdParty/GitHub", outputs=("Code",), configuration={"OAuthToken": "****"}),
            ),
            BUILD,
        ),
        ACTION,
        (
            'Action configuration for the new action "Fetch" contains an invalid configuration for the secret property '
            '"OAuthToken". "****" may be used in secret properties only when updating an existing action.'
        ),
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
    ("P-2 encrypted", pipeline(artifactStore={**STORE, "encryptionKey": {"id": "key", "type": "KMS"}})),
    ("P-6 one name in two stages", pipeline(SOURCE, stage("Build", build("Fetch")))),
    ("P-16 variables is free without variables", built(namespace="variables")),
    (
        "P-17 earlier stage",
        v2(
            stage("Source", source(namespace="Src")),
            stage(
                "Build",
                build(configuration={"EnvironmentVariables": "#{Src.ETag} #{codepipeline.PipelineExecutionId}"}),
            ),
        ),
    ),
    (
        "P-17 earlier run order",
        v2(
            SOURCE,
            stage(
                "Build",
                build(namespace="One"),
                build("Two", runOrder=2, configuration={"EnvironmentVariables": "#{One.Anything}"}),
            ),
        ),
    ),
    (
        "P-17 own namespace called variables",
        v2(
            stage("Source", source(namespace="variables")),
            stage("Build", build(configuration={"EnvironmentVariables": "#{variables.ETag}"})),
        ),
    ),
    ("P-17 pipeline variables", {**referring("#{variables.a}"), "variables": [{"name": "a"}]}),
    ("P-19 stores of one region", pipeline(artifactStore=None, artifactStores={"us-east-1": STORE})),
    (
        "P-19 two regions",
        {
            **built(region="eu-west-1"),
            "artifactStore": None,
            "artifactStores": {"us-east-1": STORE, "eu-west-1": STORE},
        },
    ),
    ("P-26 branches and paths", triggered({**BRANCHES, **PATHS})),
    ("P-26 tags", triggered(TAGS)),
    ("P-28 no blockers", pipeline(SOURCE, stage("Build", build(), blockers=[]))),
]


@pytest.mark.parametrize("declaration", [pytest.param(row, id=label) for label, row in ACCEPTED])
async def test_a_declaration_that_observes_the_rules_is_accepted(declaration: Document) -> None:
    async with LocalCodePipeline() as local:
        output = await WireClient(local).call("CreatePipeline", pipeline=declaration)
        assert output["pipeline"]["version"] == 1
