"""Errors that do not exist or lack what is read of them, which both checkers must report."""

from codepipeline_sdk import Client, error
from codepipeline_sdk.operation.get_pipeline import GetPipelineError
from codepipeline_sdk.types import error as modelled
from codepipeline_sdk.types.error import PipelineGoneException  # error: no such exception


async def catching(client: Client) -> None:
    try:
        await client.get_pipeline(name="release")
    except modelled.PipelineNotFoundException:
        pass
    except modelled.PipelineLostException:  # error: no such exception
        pass
    except client.exceptions.PipelineNotFoundException:  # error: a client holds no exceptions
        pass
    except error.ServiceFailure:  # error: no such exception
        pass


async def reading(client: Client) -> None:
    try:
        await client.get_pipeline(name="release")
    except GetPipelineError as failure:
        print(failure.code, failure.message, failure.status)
        print(failure.response["Error"])  # error: a response is no dict
        print(failure.status_code)  # error: misspelt attribute
