"""The error tree: texts, bases, pickling. anchor.md 1.5, design.md 6."""

from __future__ import annotations

import builtins
import copy
import pickle

import pytest

from codepipeline_sdk import error as errors
from codepipeline_sdk.config import HttpResponse
from codepipeline_sdk.error import (
    Attempt,
    ConfigError,
    ConstructionFailure,
    ConversionError,
    CredentialsError,
    CredentialsNotLoaded,
    DispatchFailure,
    DispatchTimeout,
    Error,
    InvalidConfiguration,
    OperationTimeout,
    ProviderError,
    ProviderTimedOut,
    ResponseError,
    SdkError,
    ServiceError,
    ThrottlingException,
    UnhandledError,
    UnknownVariantError,
)
from codepipeline_sdk.types.error import ERRORS, PipelineNotFoundException

CLASSES = [
    kind for kind in [*vars(errors).values(), *ERRORS.values()] if isinstance(kind, type) and issubclass(kind, Error)
]


def full() -> PipelineNotFoundException:
    error = PipelineNotFoundException(
        "gone", status=400, request_id="r", response=HttpResponse(status=400, headers={"a": "b"}, body=b"x")
    )
    error.operation = "GetPipeline"
    error.attempts = (
        Attempt(1, "ThrottlingException", 400, "q", 0.5),
        Attempt(2, "PipelineNotFoundException", 400, "r"),
    )
    error.idempotency_token = "t"
    return error


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling_and_copying(kind: type[Error]) -> None:
    error = kind("some text")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert str(other) == str(error)
        assert other.args == error.args


def test_a_pickled_error_keeps_all_that_it_knew() -> None:
    error = full()
    assert pickle.loads(pickle.dumps(error)).__dict__ == error.__dict__


@pytest.mark.row("1.5-error-context")
def test_the_text_tells_operation_code_message_status_request_and_attempts() -> None:
    assert str(full()) == ("GetPipeline: PipelineNotFoundException: gone (status 400, request id r) after 2 attempts")


@pytest.mark.row("1.5-unhandled")
@pytest.mark.row("1.5-error-metadata")
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DispatchFailure("connection refused"), "connection refused"),
        (DispatchFailure(), "DispatchFailure"),
        (UnhandledError(code="Odd"), "Odd"),
        (UnhandledError("why", code="Odd"), "Odd: why"),
        (UnhandledError(), "UnhandledError"),
        (UnhandledError(status=502), "UnhandledError (status 502)"),
        (PipelineNotFoundException(), "PipelineNotFoundException"),
        (PipelineNotFoundException("gone"), "PipelineNotFoundException: gone"),
    ],
)
def test_an_error_that_was_built_by_hand_has_a_text(error: SdkError, text: str) -> None:
    assert str(error) == text


def test_a_class_knows_its_code() -> None:
    assert PipelineNotFoundException().code == "PipelineNotFoundException"
    assert ThrottlingException().code == "ThrottlingException"
    assert UnhandledError().code is None


@pytest.mark.parametrize("kind", [OperationTimeout, DispatchTimeout])
def test_timeouts_are_the_builtin_as_well(kind: type[SdkError]) -> None:
    assert issubclass(kind, builtins.TimeoutError)
    assert errors.TimeoutError is OperationTimeout


@pytest.mark.row("1.5-tree")
@pytest.mark.row("1.5-root")
@pytest.mark.row("1.17-errors")
def test_the_tree_is_as_drawn() -> None:
    assert {
        kind.__mro__[1] for kind in (CredentialsNotLoaded, ProviderTimedOut, InvalidConfiguration, ProviderError)
    } == {CredentialsError}
    for kind in (ConfigError, CredentialsError, UnknownVariantError, ConversionError, SdkError):
        assert kind.__mro__[1] is Error
        assert f"─ {kind.__name__}" in (errors.__doc__ or "")
    for phase in (ConstructionFailure, OperationTimeout, DispatchFailure, ResponseError, ServiceError):
        assert phase.__mro__[1] is SdkError
        assert f"─ {phase.__name__}" in (errors.__doc__ or "")
    assert issubclass(DispatchTimeout, DispatchFailure)
    assert all(issubclass(kind, ServiceError) for kind in ERRORS.values())


def test_the_modelled_and_the_common_codes_do_not_clash() -> None:
    assert set(ERRORS) & set(errors.COMMON_ERRORS) == set()
