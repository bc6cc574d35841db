"""Section 5 of the local service's rules beside its tables: order, hooks, knobs, custom types, secrets, and storing."""

from __future__ import annotations

import copy
import logging
from typing import Any

import pytest

from codepipeline_sdk.testing.local import ActionType, Assumptions, LocalCodePipeline
from codepipeline_sdk.testing.local.assumptions import CODES
from codepipeline_sdk.testing.local.scope import Scope
from tests.local.declarations import ACTION, BUILD, SOURCE, STRUCTURE, action, approval, build, pipeline, stage
from tests.local.wire import ACCOUNT, ROLE, Document, WireClient


async def test_the_first_broken_rule_decides() -> None:
    # P-1 before P-4 before P-7.
    broken = pipeline(SOURCE, stage("Build", action("X", "Build/Nobody"), action("X", "Build/Nobody")))
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        assert (await wire.refusal("CreatePipeline", pipeline={**broken, "artifactStore": None})).code == CODES["P-1"]
        one_stage = {**broken, "stages": [SOURCE]}
        assert "minimum of 2 stages" in ((await wire.refusal("CreatePipeline", pipeline=one_stage)).message or "")
        assert (await wire.refusal("CreatePipeline", pipeline=broken)).code == CODES["P-6"]


@pytest.mark.parametrize(
    ("unassumable", "text"),
    [
        pytest.param(ROLE, f"CodePipeline is not authorized to perform AssumeRole on role {ROLE}", id="P-3 S-29"),
        pytest.param(
            f"{ROLE}-build", f"{ROLE} is not authorized to perform AssumeRole on role {ROLE}-build", id="P-3 S-30"
        ),
    ],
)
async def test_a_role_that_cannot_be_assumed_is_refused(unassumable: str, text: str) -> None:
    async with LocalCodePipeline(can_assume_role=lambda arn: arn != unassumable) as local:
        declaration = pipeline(SOURCE, stage("Build", build(roleArn=f"{ROLE}-build")))
        refusal = await WireClient(local).refusal("CreatePipeline", pipeline=declaration)
        assert (refusal.code, refusal.message) == (STRUCTURE, text)


@pytest.mark.parametrize(
    ("knobs", "declaration", "rule_id"),
    [
        pytest.param({"max_actions_per_pipeline": 1}, pipeline(), "L-7", id="L-7"),
        pytest.param(
            {"max_actions_per_stage": 1}, pipeline(SOURCE, stage("B", build(), build("Two"))), "L-6", id="L-6"
        ),
        pytest.param(
            {"max_parallel_actions": 1}, pipeline(SOURCE, stage("B", build(), build("Two"))), "L-8", id="L-8 parallel"
        ),
        pytest.param(
            {"max_sequential_actions": 1},
            pipeline(SOURCE, stage("B", build(), build("Two", runOrder=2))),
            "L-8",
            id="L-8 sequential",
        ),
    ],
)
async def test_the_number_of_actions_is_limited(knobs: dict[str, Any], declaration: Document, rule_id: str) -> None:
    async with LocalCodePipeline(assumptions=Assumptions(**knobs)) as local:
        assert (await WireClient(local).refusal("CreatePipeline", pipeline=declaration)).code == CODES[rule_id]
    async with LocalCodePipeline() as local:
        await WireClient(local).call("CreatePipeline", pipeline=declaration)


async def test_a_v2_member_makes_a_v2_pipeline_when_the_knob_says_so() -> None:
    """P-9."""
    async with LocalCodePipeline(assumptions=Assumptions(implicit_v2=True)) as local:
        wire = WireClient(local)
        output = await wire.call("CreatePipeline", pipeline=pipeline(executionMode="QUEUED"))
        assert output["pipeline"]["pipelineType"] == "V2"
        output = await wire.call("CreatePipeline", pipeline=pipeline(name="plain"))
        assert output["pipeline"]["pipelineType"] == "V1"


async def test_a_missing_key_that_only_the_guide_requires_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    """P-11."""
    declaration = pipeline(
        SOURCE, stage("Ship", action("Ship", "Deploy/ServiceCatalog", inputs=("Code",), configuration={}))
    )
    async with LocalCodePipeline() as local:
        with caplog.at_level(logging.WARNING):
            await WireClient(local).call("CreatePipeline", pipeline=declaration)
    assert [record.args for record in caplog.records] == [("ProductId", "Ship")]


CUSTOM = ActionType(
    category="Build",
    owner="Custom",
    provider="Forge",
    inputs=(1, 1),
    outputs=(0, 1),
    required=("Project",),
    optional=("Colour", "Token"),
    secret=("Token",),
    queryable="Project",
)


@pytest.mark.parametrize(
    ("configuration", "code", "text"),
    [
        ({}, ACTION, "Action configuration for action 'Forge' is missing required configuration 'Project'"),
        (
            {"Project": "a", "X": "b"},
            ACTION,
            "Action configuration for action 'Forge' contains unknown configuration 'X'",
        ),
        ({"Project": "not queryable"}, CODES["P-12"], "Project"),
        ({"Project": "a" * 51}, CODES["P-12"], "Project"),
    ],
    ids=["P-12 S-17", "P-12 S-18", "P-12 L-19 characters", "P-12 L-19 length"],
)
async def test_a_custom_action_is_held_to_its_type(configuration: dict[str, str], code: str, text: str) -> None:
    async with LocalCodePipeline() as local:
        local.store.resources(Scope(ACCOUNT, "us-east-1")).custom_action_types[CUSTOM.key] = CUSTOM
        forge = action("Forge", "Build/Custom/Forge", inputs=("Code",), configuration=configuration)
        wire = WireClient(local)
        refusal = await wire.refusal("CreatePipeline", pipeline=pipeline(SOURCE, stage("Build", forge)))
        assert refusal.code == code
        assert text in (refusal.message or "")
        forge["configuration"] = {"Project": "shop-1"}
        await wire.call("CreatePipeline", pipeline=pipeline(SOURCE, stage("Build", forge)))


async def test_a_custom_type_exists_in_its_own_scope_only() -> None:
    """P-7."""
    declaration = pipeline(
        SOURCE, stage("Build", action("Forge", "Build/Custom/Forge", inputs=("Code",), configuration={"Project": "a"}))
    )
    async with LocalCodePipeline() as local:
        local.store.resources(Scope(ACCOUNT, "us-east-1")).custom_action_types[CUSTOM.key] = CUSTOM
        assert (
            await WireClient(local, region="eu-west-1").refusal("CreatePipeline", pipeline=declaration)
        ).code == ACTION
        await WireClient(local).call("CreatePipeline", pipeline=declaration)


async def test_a_test_can_add_an_action_type_and_restrict_its_regions() -> None:
    """T-1, T-3."""
    declaration = pipeline(SOURCE, stage("Build", action("New", "Build/Novelty", inputs=("Code",))))
    novelty = ActionType(
        category="Build", provider="Novelty", inputs=(1, 1), outputs=(0, 0), regions=frozenset({"eu-west-1"})
    )
    async with LocalCodePipeline() as local:
        local.action_types.add_builtin(novelty)
        refusal = await WireClient(local).refusal("CreatePipeline", pipeline=declaration)
        assert "is not available in region 'US_EAST_1'" in (refusal.message or "")
        await WireClient(local, region="eu-west-1").call("CreatePipeline", pipeline=declaration)


async def test_the_stored_declaration_is_complete() -> None:
    """P-10, P-20, P-30."""
    declaration = pipeline(SOURCE, stage("Sign", approval()), version=7)
    async with LocalCodePipeline() as local:
        output = await WireClient(local).call("CreatePipeline", pipeline=copy.deepcopy(declaration))
        stored = output["pipeline"]
        assert (stored["version"], stored["executionMode"], stored["pipelineType"]) == (1, "SUPERSEDED", "V1")
        assert stored["stages"][1]["actions"][0] == {
            **declaration["stages"][1]["actions"][0],
            "runOrder": 1,
            "configuration": {},
            "inputArtifacts": [],
            "outputArtifacts": [],
            "region": "us-east-1",
        }


def _github(token: str, *, stage_name: str = "Source", name: str = "Fetch") -> Document:
    configuration = {"Owner": "shop", "Repo": "web", "Branch": "main", "OAuthToken": token}
    fetch = action(name, "Source/ThirdParty/GitHub", outputs=("Code",), configuration=configuration)
    return pipeline(stage(stage_name, fetch), BUILD)


async def test_a_secret_is_masked_in_every_output_and_kept_by_an_update() -> None:
    """P-29."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        outputs = [
            await wire.call("CreatePipeline", pipeline=_github("hunter2")),
            await wire.call("GetPipeline", name="release"),
            await wire.call("UpdatePipeline", pipeline=_github("****")),
            await wire.call("GetPipeline", name="release", version=1),
        ]
        for output in outputs:
            assert output["pipeline"]["stages"][0]["actions"][0]["configuration"]["OAuthToken"] == "****"
            assert "hunter2" not in repr(output)
        kept = local.store.resources(Scope(ACCOUNT, "us-east-1")).pipelines["release"].declaration
        assert kept["stages"][0]["actions"][0]["configuration"]["OAuthToken"] == "hunter2"


@pytest.mark.parametrize("renamed", [{"stage_name": "Origin"}, {"name": "Checkout"}], ids=["stage", "action"])
async def test_a_secret_is_lost_when_its_stage_or_action_is_renamed(renamed: dict[str, str]) -> None:
    """P-29: S-26."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=_github("hunter2"))
        refusal = await wire.refusal("UpdatePipeline", pipeline=_github("****", **renamed))
        assert refusal.code == ACTION
        await wire.call("UpdatePipeline", pipeline=_github("hunter3", **renamed))
