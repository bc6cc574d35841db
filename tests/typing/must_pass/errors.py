"""Errors are caught by class or by the tuple of an operation, and tell what is known of the failed call."""

from __future__ import annotations

from typing import assert_type

from codepipeline_sdk import Client, Error, SdkError
from codepipeline_sdk.error import (
    Attempt,
    ConstructionFailure,
    DispatchFailure,
    OperationTimeout,
    ResponseError,
    ServiceError,
    ThrottlingException,
)
from codepipeline_sdk.operation.get_pipeline import GetPipelineError
from codepipeline_sdk.types.error import (
    PipelineNotFoundException,
    PipelineVersionNotFoundException,
    ValidationException,
)


async def the_tuple_of_an_operation(client: Client) -> None:
    try:
        await client.get_pipeline(name="release")
    except GetPipelineError as error:
        assert_type(error, PipelineNotFoundException | PipelineVersionNotFoundException | ValidationException)
        assert_type(error.code, str | None)
        assert_type(error.message, str | None)
        assert_type(error.status, int | None)
        assert_type(error.request_id, str | None)


async def classes(client: Client) -> None:
    try:
        await client.get_pipeline(name="release")
    except PipelineNotFoundException as error:
        assert_type(error, PipelineNotFoundException)
    except (ThrottlingException, OperationTimeout) as error:
        assert_type(error, ThrottlingException | OperationTimeout)
    except (ConstructionFailure, DispatchFailure, ResponseError) as error:
        assert_type(error.attempts, tuple[Attempt, ...])
    except ServiceError as error:
        assert_type(error.code, str | None)
    except SdkError as error:
        assert_type(error.operation, str | None)
    except Error as error:
        assert_type(error, Error)
