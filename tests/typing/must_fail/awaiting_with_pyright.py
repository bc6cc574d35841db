"""With one more rule than its strict mode, pyright finds every request that is built but never sent."""

# pyright: reportUnusedCallResult=true

from codepipeline_sdk import Client


async def forgotten_await(client: Client) -> None:
    _ = await client.get_pipeline(name="release")
    client.get_pipeline(name="release")  # error: forgotten await
    client.get_pipeline().name("release")  # error: forgotten await
    Client.from_env()  # error: forgotten await


async def lost_setter(client: Client) -> None:
    builder = client.get_pipeline()
    builder.name("release")  # error: a setter returns a new builder
    _ = await builder
