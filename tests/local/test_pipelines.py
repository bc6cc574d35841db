"""O-1 to O-5 of the local service's rules: pipelines, their versions and their scopes."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from codepipeline_sdk.testing.local import AccessKey, Assumptions, LocalCodePipeline, ManualClock
from codepipeline_sdk.testing.local.clock import MANUAL_START
from tests.local.declarations import build, connection, pipeline, source, stage, v2
from tests.local.wire import Refusal, WireClient

NOT_FOUND = Refusal(
    400, "PipelineNotFoundException", "Account '123456789012' does not have a pipeline with name 'release'"
)


async def test_a_created_pipeline_can_be_read() -> None:
    """O-1, O-3, W-10."""
    async with LocalCodePipeline(clock=ManualClock(MANUAL_START + 0.123456)) as local:
        wire = WireClient(local)
        created = await wire.call("CreatePipeline", pipeline=pipeline(), tags=[{"key": "team", "value": "shop"}])
        assert created["tags"] == [{"key": "team", "value": "shop"}]
        assert await wire.call("GetPipeline", name="release") == {
            "pipeline": created["pipeline"],
            "metadata": {
                "pipelineArn": "arn:aws:codepipeline:us-east-1:123456789012:release",
                "created": MANUAL_START + 0.123,
                "updated": MANUAL_START + 0.123,
            },
        }


async def test_a_pipeline_without_tags_shows_an_empty_list() -> None:
    """O-1."""
    async with LocalCodePipeline() as local:
        assert (await WireClient(local).call("CreatePipeline", pipeline=pipeline()))["tags"] == []


async def test_a_name_is_taken_once() -> None:
    """O-1: S-31, also before the declaration is looked at."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        refusal = await wire.refusal("CreatePipeline", pipeline=pipeline(artifactStore=None))
        assert refusal == Refusal(
            400,
            "PipelineNameInUseException",
            "A pipeline with the name 'release' already exists in account '123456789012'",
        )


async def test_an_update_makes_the_next_version_even_when_nothing_differs() -> None:
    """O-2, P-30."""
    clock = ManualClock()
    async with LocalCodePipeline(clock=clock) as local:
        wire = WireClient(local)
        created = await wire.call("CreatePipeline", pipeline=pipeline())
        clock.advance(10)
        updated = await wire.call("UpdatePipeline", pipeline=pipeline(version=9))
        assert updated == {"pipeline": {**created["pipeline"], "version": 2}}
        metadata = (await wire.call("GetPipeline", name="release"))["metadata"]
        assert (metadata["created"], metadata["updated"]) == (MANUAL_START, MANUAL_START + 10)


async def test_an_update_that_is_refused_changes_nothing() -> None:
    """D-8."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        before = await wire.call("GetPipeline", name="release")
        await wire.refusal("UpdatePipeline", pipeline=pipeline(artifactStore=None))
        assert await wire.call("GetPipeline", name="release") == before


async def test_what_was_read_can_be_changed_and_sent_back() -> None:
    """P-31: `metadata` beside it is ignored."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=v2(variables=[{"name": "Level", "defaultValue": "high"}]))
        read = await wire.call("GetPipeline", name="release")
        read["pipeline"]["stages"][1]["name"] = "Compile"
        updated = await wire.call("UpdatePipeline", **read)
        assert updated["pipeline"] == {**read["pipeline"], "version": 2}


@pytest.mark.parametrize("code", ["PipelineNotFoundException", "ResourceNotFoundException"])
async def test_an_unknown_pipeline_cannot_be_updated(code: Any) -> None:
    """O-2."""
    async with LocalCodePipeline(assumptions=Assumptions(unknown_update_code=code)) as local:
        refusal = await WireClient(local).refusal("UpdatePipeline", pipeline=pipeline())
        assert refusal == Refusal(400, code, NOT_FOUND.message)


async def test_each_kept_version_can_be_read() -> None:
    """O-3."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        await wire.call("UpdatePipeline", pipeline=v2())
        types = [
            (await wire.call("GetPipeline", name="release", version=version))["pipeline"]["pipelineType"]
            for version in (1, 2)
        ]
        assert types == ["V1", "V2"]
        assert (await wire.call("GetPipeline", name="release"))["pipeline"]["version"] == 2


async def test_an_unknown_pipeline_cannot_be_read() -> None:
    """O-3: S-32."""
    async with LocalCodePipeline() as local:
        assert await WireClient(local).refusal("GetPipeline", name="release") == NOT_FOUND


async def test_an_unknown_version_is_answered_as_the_service_was_seen_to_do() -> None:
    """O-3."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        assert await wire.refusal("GetPipeline", name="release", version=2) == NOT_FOUND


async def test_an_unknown_version_is_answered_as_declared_when_the_knob_says_so() -> None:
    """O-3."""
    async with LocalCodePipeline(assumptions=Assumptions(version_error="declared")) as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        refusal = await wire.refusal("GetPipeline", name="release", version=2)
        assert refusal.code == "PipelineVersionNotFoundException"


@pytest.mark.parametrize(("kept", "oldest"), [(10, 3), (1, 12), (None, 1)])
async def test_the_last_versions_are_kept(kept: int | None, oldest: int) -> None:
    """L-35."""
    async with LocalCodePipeline(assumptions=Assumptions(kept_versions=kept)) as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        for _ in range(11):
            await wire.call("UpdatePipeline", pipeline=pipeline())
        await wire.call("GetPipeline", name="release", version=oldest)
        await wire.call("GetPipeline", name="release", version=12)
        if oldest > 1:
            assert await wire.refusal("GetPipeline", name="release", version=oldest - 1) == NOT_FOUND


async def test_pipelines_are_listed_by_name_with_their_current_version() -> None:
    """O-4."""
    clock = ManualClock()
    async with LocalCodePipeline(clock=clock) as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=v2(name="zebra", executionMode="QUEUED"))
        await wire.call("CreatePipeline", pipeline=pipeline(name="ape"))
        clock.advance(5)
        await wire.call("UpdatePipeline", pipeline=pipeline(name="ape"))
        assert await wire.call("ListPipelines") == {
            "pipelines": [
                {
                    "name": "ape",
                    "version": 2,
                    "pipelineType": "V1",
                    "executionMode": "SUPERSEDED",
                    "created": MANUAL_START,
                    "updated": MANUAL_START + 5,
                },
                {
                    "name": "zebra",
                    "version": 1,
                    "pipelineType": "V2",
                    "executionMode": "QUEUED",
                    "created": MANUAL_START,
                    "updated": MANUAL_START,
                },
            ]
        }


async def test_a_deleted_pipeline_is_gone_and_deleting_it_again_succeeds() -> None:
    """O-5."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        for _ in range(2):
            await wire.call("DeletePipeline", name="release")
        assert await wire.refusal("GetPipeline", name="release") == NOT_FOUND


async def test_a_pipeline_created_again_starts_afresh() -> None:
    """D-7."""
    clock = ManualClock()
    arn = "arn:aws:codepipeline:us-east-1:123456789012:release"
    async with LocalCodePipeline(clock=clock) as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline(), tags=[{"key": "a", "value": "b"}])
        await wire.call("UpdatePipeline", pipeline=pipeline())
        await wire.call("DeletePipeline", name="release")
        clock.advance(1)
        await wire.call("CreatePipeline", pipeline=pipeline())
        assert (await wire.call("GetPipeline", name="release"))["metadata"]["created"] == MANUAL_START + 1
        assert await wire.refusal("GetPipeline", name="release", version=2) == NOT_FOUND
        assert await wire.call("ListTagsForResource", resourceArn=arn) == {"tags": []}


async def test_the_number_of_pipelines_is_limited_per_scope() -> None:
    """L-1."""
    async with LocalCodePipeline(assumptions=Assumptions(max_pipelines=1)) as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline())
        assert (await wire.refusal("CreatePipeline", pipeline=pipeline(name="two"))).code == "LimitExceededException"
        await WireClient(local, region="eu-west-1").call("CreatePipeline", pipeline=pipeline(name="two"))
        await wire.call("UpdatePipeline", pipeline=pipeline())


async def test_the_number_of_polling_pipelines_is_limited() -> None:
    """L-2, P-27."""
    polling = source(configuration={"PollForSourceChanges": "true"})
    tail = stage("Build", build())
    async with LocalCodePipeline(assumptions=Assumptions(max_polling_pipelines=1)) as local:
        wire = WireClient(local)
        await wire.call("CreatePipeline", pipeline=pipeline(stage("Source", polling), tail))
        refusal = await wire.refusal("CreatePipeline", pipeline=pipeline(stage("Source", polling), tail, name="two"))
        assert refusal.code == "LimitExceededException"
        await wire.call("CreatePipeline", pipeline=pipeline(name="two"))
        await wire.call("CreatePipeline", pipeline=pipeline(stage("Source", connection()), tail, name="three"))
        refusal = await wire.refusal("UpdatePipeline", pipeline=pipeline(stage("Source", polling), tail, name="two"))
        assert refusal.code == "LimitExceededException"
        await wire.call("UpdatePipeline", pipeline=pipeline(stage("Source", polling), tail))


async def test_each_region_and_each_account_has_pipelines_of_its_own() -> None:
    """D-1."""
    async with LocalCodePipeline() as local:
        clients = {
            ("us-east-1", "123456789012"): WireClient(local),
            ("eu-west-1", "123456789012"): WireClient(local, region="eu-west-1"),
            ("us-east-1", "210987654321"): WireClient(local, access_key="210987654321"),
        }
        for (region, account), wire in clients.items():
            await wire.call("CreatePipeline", pipeline=pipeline(name=f"in-{region}-{account}"))
        for (region, account), wire in clients.items():
            assert [p["name"] for p in (await wire.call("ListPipelines"))["pipelines"]] == [f"in-{region}-{account}"]
            arn = (await wire.call("GetPipeline", name=f"in-{region}-{account}"))["metadata"]["pipelineArn"]
            assert arn == f"arn:aws:codepipeline:{region}:{account}:in-{region}-{account}"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
async def test_the_region_decides_the_partition(region: str, partition: str) -> None:
    """D-2, D-5."""
    async with LocalCodePipeline() as local:
        wire = WireClient(local, region=region)
        await wire.call("CreatePipeline", pipeline=pipeline())
        arn = (await wire.call("GetPipeline", name="release"))["metadata"]["pipelineArn"]
        assert arn == f"arn:{partition}:codepipeline:{region}:123456789012:release"


async def test_a_policy_decides_by_principal_action_resource_and_tags() -> None:
    """W-21, and its message."""
    asked: list[tuple[object, ...]] = []

    def policy(principal: str, action: str, resource: str, tags: object) -> Literal["Allow", "Deny"]:
        asked.append((principal, action, resource, tags))
        return "Deny" if action == "codepipeline:DeletePipeline" else "Allow"

    user = "arn:aws:iam::210987654321:user/ana"
    ana = AccessKey(access_key_id="ana", secret_access_key="x", account="210987654321", principal_arn=user)
    arn = "arn:aws:codepipeline:us-east-1:210987654321:release"
    async with LocalCodePipeline(policy=policy, access_keys=[ana]) as local:
        wire = WireClient(local, access_key="ana")
        await wire.call("CreatePipeline", pipeline=pipeline(), tags=[{"key": "team", "value": "shop"}])
        await wire.call("ListPipelines")
        await wire.call("ListTagsForResource", resourceArn=arn)
        refusal = await wire.refusal("DeletePipeline", name="release")
        assert refusal == Refusal(
            400,
            "AccessDeniedException",
            f"User: {user} is not authorized to perform: codepipeline:DeletePipeline on resource: {arn}",
        )
        await wire.call("GetPipeline", name="release")
    assert asked == [
        (user, "codepipeline:CreatePipeline", arn, {}),
        (user, "codepipeline:ListPipelines", "*", {}),
        (user, "codepipeline:ListTagsForResource", arn, {"team": "shop"}),
        (user, "codepipeline:DeletePipeline", arn, {"team": "shop"}),
        (user, "codepipeline:GetPipeline", arn, {"team": "shop"}),
    ]


async def test_a_hook_may_ask_the_service_itself() -> None:
    async with LocalCodePipeline() as local:
        seen: list[int] = []

        def curious(_arn: str) -> bool:
            request = WireClient(local).request("ListPipelines", b"{}")
            seen.append(local.handle(request).status)
            return True

        local._can_assume_role = curious
        await WireClient(local).call("CreatePipeline", pipeline=pipeline())
        assert seen == [200]
