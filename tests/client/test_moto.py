"""Calls over TCP to moto's server, a second real server that nobody here wrote."""

# boto3 has no types.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import json
from collections.abc import Generator

import boto3
import pytest
from botocore.config import Config as BotocoreConfig
from moto.server import ThreadedMotoServer

from codepipeline_sdk import Client, Config
from codepipeline_sdk.error import ServiceError
from codepipeline_sdk.types import (
    ActionCategory,
    ActionDeclaration,
    ActionOwner,
    ActionTypeId,
    ArtifactStore,
    ArtifactStoreType,
    OutputArtifact,
    PipelineDeclaration,
    StageDeclaration,
    Tag,
)
from codepipeline_sdk.types.error import InvalidStructureException, PipelineNotFoundException
from tests.fakes import CREDENTIALS

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
})  # fmt: skip


@pytest.fixture(scope="module")
def moto() -> Generator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def role_arn(moto: str) -> str:
    iam = boto3.client(
        "iam",
        endpoint_url=moto,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=BotocoreConfig(retries={"total_max_attempts": 1}, proxies={}),
    )
    arn = iam.create_role(RoleName="release", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    return str(arn)


@pytest.fixture
def client(moto: str) -> Client:
    return Client(Config(region="us-east-1", endpoint_url=moto, credentials=CREDENTIALS))


def declaration(name: str, role_arn: str) -> PipelineDeclaration:
    def action(name: str, category: ActionCategory, provider: str) -> ActionDeclaration:
        kind = ActionTypeId(category=category, owner=ActionOwner.AWS, provider=provider, version="1")
        return ActionDeclaration(name=name, action_type_id=kind)

    fetch = action("Fetch", ActionCategory.SOURCE, "S3")
    fetch.configuration = {"S3Bucket": "b", "S3ObjectKey": "k"}
    fetch.output_artifacts = [OutputArtifact(name="Source")]
    approve = action("Approve", ActionCategory.APPROVAL, "Manual")
    return PipelineDeclaration(
        name=name,
        role_arn=role_arn,
        artifact_store=ArtifactStore(type=ArtifactStoreType.S3, location="artifacts"),
        stages=[StageDeclaration(name="Source", actions=[fetch]), StageDeclaration(name="Gate", actions=[approve])],
    )


async def test_a_pipeline_lives_its_life(client: Client, role_arn: str, anyio_backend_name: str) -> None:
    name = f"life-{anyio_backend_name}"
    async with client:
        team = Tag(key="team", value="web")
        created = await client.create_pipeline(pipeline=declaration(name, role_arn), tags=[team])
        assert created.tags == [team]
        found = await client.get_pipeline(name=name)
        assert found.pipeline is not None
        assert found.metadata is not None
        assert found.pipeline.version == 1
        assert found.metadata.created is not None
        assert found.metadata.created.tzinfo is not None
        found.pipeline.stages[0].actions[0].run_order = 1
        updated = await client.update_pipeline(pipeline=found.pipeline)
        assert updated.pipeline is not None
        assert updated.pipeline.version == 2
        items = client.list_pipelines().into_paginator().items()
        assert name in [item.name async for item in items]
        arn = found.metadata.pipeline_arn
        await client.tag_resource().resource_arn(arn or "").tags(Tag(key="stage", value="live"))
        tags = await client.list_tags_for_resource(resource_arn=arn)
        assert {tag.key: tag.value for tag in tags.tags or []} == {"team": "web", "stage": "live"}
        await client.untag_resource(resource_arn=arn, tag_keys=["team"])
        await client.delete_pipeline(name=name)
        with pytest.raises(PipelineNotFoundException):
            await client.get_pipeline(name=name)


async def test_a_duplicate_is_refused_with_motos_code(client: Client, role_arn: str, anyio_backend_name: str) -> None:
    async with client:
        pipeline = declaration(f"twice-{anyio_backend_name}", role_arn)
        await client.create_pipeline(pipeline=pipeline)
        with pytest.raises(InvalidStructureException) as caught:
            await client.create_pipeline(pipeline=pipeline)
    assert "already exists" in str(caught.value)


async def test_a_missing_role_is_a_service_error(client: Client) -> None:
    async with client:
        with pytest.raises(ServiceError):
            await client.create_pipeline(pipeline=declaration("roleless", "arn:aws:iam::123456789012:role/absent"))
