"""Outputs and paginators that are used wrongly, which both checkers must report."""

from codepipeline_sdk import Client


async def outputs(client: Client) -> None:
    output = await client.get_pipeline(name="release")
    print(output.pipeline)
    print(output["pipeline"])  # error: an output is no dict
    print(output.get("pipeline"))  # error: an output is no dict
    print(output.pipelin)  # error: misspelt member
    print(output.pipeline.name)  # error: the service may leave the member out
    print(output.pipeline.version + 1 if output.pipeline else 0)  # error: the service may leave the member out


async def paginators(client: Client) -> None:
    client.list_pipelines().into_paginator().page_size(5)
    client.list_pipelines().into_paginator().page_size("5")  # error: wrong type
    client.list_action_types().into_paginator().page_size(5)  # error: the operation has no page size
    client.get_pipeline().into_paginator()  # error: the operation lists nothing
    async for item in client.list_pipelines().into_paginator().items():
        print(item.name)
        print(item.stages)  # error: a member of another structure
    async for page in client.list_pipelines().into_paginator():
        print(page.name)  # error: a member of the items, not of the page
