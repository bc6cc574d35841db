"""A request under construction keeps its type through every setter, and awaiting it gives its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_type

from codepipeline_sdk import Client
from codepipeline_sdk.operation.get_pipeline import GetPipelineFluentBuilder, GetPipelineInput, GetPipelineOutput
from codepipeline_sdk.operation.put_job_success_result import PutJobSuccessResultFluentBuilder
from codepipeline_sdk.operation.tag_resource import TagResourceFluentBuilder
from codepipeline_sdk.types import Tag


async def a_builder_keeps_its_type(client: Client) -> None:
    builder = client.get_pipeline()
    _ = assert_type(builder, GetPipelineFluentBuilder)
    _ = assert_type(builder.name("release"), GetPipelineFluentBuilder)
    _ = assert_type(builder.name("release").set_version(None).version(3), GetPipelineFluentBuilder)
    assert_type(builder.get_version(), int | None)
    assert_type(builder.as_input(), GetPipelineInput)


async def awaiting_gives_the_output(client: Client) -> None:
    assert_type(await client.get_pipeline(name="release"), GetPipelineOutput)
    assert_type(await client.get_pipeline().name("release"), GetPipelineOutput)
    assert_type(await client.get_pipeline().name("release").send(), GetPipelineOutput)


def setters_of_lists_append_and_replace(client: Client, tags: Sequence[Tag]) -> None:
    builder = client.tag_resource().tags(Tag(key="a", value="1"), Tag(key="b", value="2"))
    _ = assert_type(builder, TagResourceFluentBuilder)
    _ = assert_type(builder.tags(), TagResourceFluentBuilder)
    _ = assert_type(builder.set_tags(tags), TagResourceFluentBuilder)
    _ = assert_type(builder.set_tags(()).set_tags([]).set_tags(None), TagResourceFluentBuilder)
    assert_type(builder.get_tags(), Sequence[Tag] | None)


def setters_of_maps_insert_and_replace(client: Client) -> None:
    builder = client.put_job_success_result().output_variables("key", "value")
    _ = assert_type(builder, PutJobSuccessResultFluentBuilder)
    _ = assert_type(builder.set_output_variables({"key": "value"}), PutJobSuccessResultFluentBuilder)
    assert_type(builder.get_output_variables(), Mapping[str, str] | None)


def keywords_take_any_sequence_and_any_mapping(client: Client, tags: tuple[Tag, ...], pairs: Mapping[str, str]) -> None:
    _ = assert_type(client.tag_resource(resource_arn="arn", tags=tags), TagResourceFluentBuilder)
    _ = assert_type(client.tag_resource(tags=[*tags]), TagResourceFluentBuilder)
    _ = assert_type(client.put_job_success_result(output_variables=pairs), PutJobSuccessResultFluentBuilder)
