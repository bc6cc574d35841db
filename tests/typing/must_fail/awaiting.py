"""What is built but never sent. A request is sent by awaiting it, so one that stands alone is a mistake.

mypy finds all of them through `unused-awaitable`, also the setter whose result is lost. pyright has no rule for
awaitable objects in general: in its strict mode it finds the coroutines of `send()` and `collect()` alone. Its rule
`reportUnusedCallResult` finds the others; see awaiting_with_pyright.py.
"""

from codepipeline_sdk import Client


async def forgotten_await(client: Client) -> None:
    await client.get_pipeline(name="release")
    client.get_pipeline(name="release")  # error (mypy): forgotten await
    client.get_pipeline().name("release")  # error (mypy): forgotten await
    client.get_pipeline().name("release").send()  # error: forgotten await
    client.list_pipelines().into_paginator().collect()  # error: forgotten await
    client.list_pipelines().into_paginator().items().collect()  # error: forgotten await
    client.warm_up()  # error: forgotten await
    Client.from_env()  # error (mypy): forgotten await


async def lost_setter(client: Client) -> None:
    builder = client.get_pipeline()
    builder.name("release")  # error (mypy): a setter returns a new builder
    await builder


async def result_before_await(client: Client) -> None:
    print(client.get_pipeline(name="release").pipeline)  # error: the output is not there yet
    print(client.get_pipeline(name="release").send().pipeline)  # error: the output is not there yet
    print(Client.from_env().get_pipeline(name="release"))  # error: the client is not there yet


async def plain_loops_and_contexts(client: Client) -> None:
    for _ in client.list_pipelines().into_paginator():  # error: pages come from an async for
        pass
    for _ in client.list_pipelines().into_paginator().items():  # error: items come from an async for
        pass
    with Client.from_env():  # error: a client is entered with async with
        pass
