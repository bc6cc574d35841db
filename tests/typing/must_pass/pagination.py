"""Paginators know the types of their pages and items, and which of them have a page size."""

from __future__ import annotations

from typing import assert_type

from codepipeline_sdk import Client
from codepipeline_sdk.operation.list_pipelines import ListPipelinesOutput, ListPipelinesPaginator
from codepipeline_sdk.types import ActionType, PipelineSummary, Tag


async def pages(client: Client) -> None:
    paginator = client.list_pipelines().into_paginator().page_size(10).max_items(25).starting_token("token")
    assert_type(paginator, ListPipelinesPaginator)
    async for page in paginator:
        assert_type(page, ListPipelinesOutput)
    assert_type(await paginator.collect(), list[ListPipelinesOutput])


async def items(client: Client) -> None:
    async for item in client.list_pipelines().into_paginator().items():
        assert_type(item, PipelineSummary)
    assert_type(await client.list_pipelines().into_paginator().items().collect(), list[PipelineSummary])


async def items_of_a_listing_without_a_page_size(client: Client) -> None:
    async for item in client.list_action_types().into_paginator().max_items(3).items():
        assert_type(item, ActionType)


async def items_in_a_comprehension(client: Client) -> None:
    arns = [tag.key async for tag in client.list_tags_for_resource(resource_arn="arn").into_paginator().items()]
    assert_type(arns, list[str])
    first = await anext(aiter(client.list_tags_for_resource(resource_arn="arn").into_paginator().items()))
    assert_type(first, Tag)
