"""Keywords of client methods that both checkers must report."""

from codepipeline_sdk import Client
from codepipeline_sdk.types import StageRetryMode


async def keywords(client: Client) -> None:
    await client.get_pipeline(name="release", version=3)
    await client.get_pipeline(nmae="release")  # error: misspelt keyword
    await client.get_pipeline(pipelineName="release")  # error: name of another API
    await client.get_pipeline(name=7)  # error: wrong type
    await client.get_pipeline("release")  # error: members are keywords only
    await client.get_pipelines(name="release")  # error: misspelt operation
    await client.retry_stage_execution(retry_mode=StageRetryMode.ALL_ACTIONS)
    await client.retry_stage_execution(retry_mode="ALL_ACTIONS")  # error: text, where the enum belongs
    await client.tag_resource(tags=[{"key": "team", "value": "delivery"}])  # error: a dict, where the structure belongs
