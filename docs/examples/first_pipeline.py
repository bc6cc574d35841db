"""A first pipeline: create, read, change, tag, list, two typed errors, delete. Every request goes over TCP, signed.

Without an endpoint in the environment the script starts the local CodePipeline service and talks to that. To run it
against an account, name the endpoint and the things a pipeline needs there:

    AWS_REGION=eu-west-1 AWS_ENDPOINT_URL_CODEPIPELINE=https://codepipeline.eu-west-1.amazonaws.com \
    PIPELINE_ROLE_ARN=arn:aws:iam::111122223333:role/release ARTIFACT_BUCKET=my-artifacts python first_pipeline.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from codepipeline_sdk import Client, load_config
from codepipeline_sdk.config import Config
from codepipeline_sdk.credentials import Credentials
from codepipeline_sdk.error import ServiceError
from codepipeline_sdk.types import (
    ActionCategory,
    ActionDeclaration,
    ActionOwner,
    ActionTypeId,
    ArtifactStore,
    ArtifactStoreType,
    InputArtifact,
    OutputArtifact,
    PipelineDeclaration,
    StageDeclaration,
    Tag,
)
from codepipeline_sdk.types.error import InvalidStructureException, PipelineNameInUseException

NAME = "webshop-release"
ROLE = os.environ.get("PIPELINE_ROLE_ARN", "arn:aws:iam::123456789012:role/release")
BUCKET = os.environ.get("ARTIFACT_BUCKET", "webshop-artifacts")


def declaration() -> PipelineDeclaration:
    """Return a pipeline that takes a zip file from one bucket and puts its content into another."""
    source = ActionDeclaration(
        name="Fetch",
        action_type_id=ActionTypeId(category=ActionCategory.SOURCE, owner=ActionOwner.AWS, provider="S3", version="1"),
        configuration={"S3Bucket": BUCKET, "S3ObjectKey": "webshop.zip", "PollForSourceChanges": "false"},
        output_artifacts=[OutputArtifact(name="Source")],
    )
    deploy = ActionDeclaration(
        name="Publish",
        action_type_id=ActionTypeId(category=ActionCategory.DEPLOY, owner=ActionOwner.AWS, provider="S3", version="1"),
        configuration={"BucketName": "webshop-staging", "Extract": "true"},
        input_artifacts=[InputArtifact(name="Source")],
    )
    return PipelineDeclaration(
        name=NAME,
        role_arn=ROLE,
        artifact_store=ArtifactStore(type=ArtifactStoreType.S3, location=BUCKET),
        stages=[StageDeclaration(name="Source", actions=[source]), StageDeclaration(name="Deploy", actions=[deploy])],
    )


async def run(client: Client) -> None:
    """Walk through the life of a pipeline."""
    created = await client.create_pipeline(pipeline=declaration(), tags=[Tag(key="team", value="web")])
    print(f"created   {NAME}, request id {created.request_id}")

    found = await client.get_pipeline(name=NAME)
    if found.pipeline is None or found.metadata is None or found.metadata.pipeline_arn is None:
        raise SystemExit("the service returned no declaration")
    print(f"read      version {found.pipeline.version} with {len(found.pipeline.stages)} stages")

    publish = found.pipeline.stages[1].actions[0]
    publish.configuration = {**(publish.configuration or {}), "BucketName": "webshop-production"}
    updated = await client.update_pipeline(pipeline=found.pipeline)
    print(f"updated   to version {updated.pipeline.version if updated.pipeline else '?'}: publishes to production now")

    await client.tag_resource().resource_arn(found.metadata.pipeline_arn).tags(Tag(key="stage", value="production"))
    tags = client.list_tags_for_resource(resource_arn=found.metadata.pipeline_arn).into_paginator().items()
    print("tagged    " + ", ".join(sorted([f"{tag.key}={tag.value}" async for tag in tags])))

    async for summary in client.list_pipelines().into_paginator().page_size(50).items():
        print(f"listed    {summary.name} (version {summary.version}, {summary.execution_mode})")

    try:
        await client.create_pipeline(pipeline=declaration())
    except PipelineNameInUseException as error:
        print(f"refused   {error.code}: {error.message}")

    broken = declaration()
    broken.name, broken.stages = f"{NAME}-broken", broken.stages[:1]
    try:
        await client.create_pipeline(pipeline=broken)
    except InvalidStructureException as error:
        print(f"refused   {error.code}: {error.message}")

    await client.delete_pipeline(name=NAME)
    try:
        await client.get_pipeline(name=NAME)
    except ServiceError as error:
        print(f"deleted   {NAME}: the service now says {error.code}")


@asynccontextmanager
async def settings() -> AsyncGenerator[Config]:
    """Yield the settings of the environment; without an endpoint there, those of a local service."""
    config = await load_config()
    if config.endpoint_url:
        print(f"endpoint  {config.endpoint_url}, region {config.region}")
        yield config
        return
    command = [sys.executable, "-m", "codepipeline_sdk.testing.local", "--port", "0", "--region", "eu-west-1"]
    async with await anyio.open_process(command, stderr=subprocess.DEVNULL) as service:
        if service.stdout is None:
            raise SystemExit("the local service has no output to read")
        url = (await service.stdout.receive()).decode().removeprefix("READY").strip()
        print(f"endpoint  {url}, the local service; signatures are verified")
        try:
            yield config.replace(
                region="eu-west-1",
                endpoint_url=url,
                credentials=Credentials(access_key_id="test", secret_access_key="test"),  # noqa: S106  # the service's
            )
        finally:
            service.terminate()


async def main() -> None:
    """Run the example."""
    async with settings() as config, Client(config) as client:
        await run(client)


if __name__ == "__main__":
    anyio.run(main)
