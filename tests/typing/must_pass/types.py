"""Structures take keywords, can be changed, and hold lists and dicts where the service sends them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_type

from codepipeline_sdk import Client
from codepipeline_sdk.primitives import JsonValue, ResponseMetadata
from codepipeline_sdk.types import (
    ActionCategory,
    ActionDeclaration,
    ActionOwner,
    ActionTypeId,
    PipelineDeclaration,
    PipelineMetadata,
    StageDeclaration,
    Tag,
)


async def members_of_outputs_have_their_types(client: Client) -> None:
    output = await client.get_pipeline(name="release")
    assert_type(output.pipeline, PipelineDeclaration | None)
    assert_type(output.metadata, PipelineMetadata | None)
    assert_type(output.request_id, str | None)
    assert_type(output.response_metadata, ResponseMetadata | None)
    if output.metadata:
        assert_type(output.metadata.created, datetime | None)


def required_members_are_never_none(pipeline: PipelineDeclaration) -> None:
    assert_type(pipeline.name, str)
    assert_type(pipeline.version, int | None)
    assert_type(pipeline.stages, list[StageDeclaration])
    assert_type(pipeline.stages[0].actions[0], ActionDeclaration)
    assert_type(pipeline.stages[0].actions[0].configuration, dict[str, str] | None)
    assert_type(pipeline.stages[0].actions[0].action_type_id.category, ActionCategory)


def structures_can_be_changed(pipeline: PipelineDeclaration) -> None:
    pipeline.version = None
    pipeline.stages.append(StageDeclaration(name="Deploy", actions=[]))
    pipeline.stages[0].name = "Source"


def structures_are_made_from_keywords() -> ActionTypeId:
    assert_type(Tag(key="team", value="delivery"), Tag)
    return ActionTypeId(category=ActionCategory.SOURCE, owner=ActionOwner.AWS, provider="CodeCommit", version="1")


def what_a_newer_service_added_is_kept_beside_the_members(pipeline: PipelineDeclaration) -> None:
    assert_type(pipeline.unknown_members, Mapping[str, JsonValue] | None)
