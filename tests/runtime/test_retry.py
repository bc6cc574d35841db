"""Standard retries: kinds, delays and the shared budget. anchor.md 1.10 and traps 12 to 18, 57."""

from __future__ import annotations

import threading

import pytest

from codepipeline_sdk._runtime.retry import (
    CAPACITY,
    PARTITIONS,
    THROTTLING_CODES,
    RetrySession,
    TokenBucket,
    backoff,
    error_kind,
    requested_delay,
)
from codepipeline_sdk.config.http import ConnectorError, ConnectorErrorKind, HttpResponse
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.error import (
    ConfigError,
    ConstructionFailure,
    DispatchFailure,
    OperationTimeout,
    ResponseError,
    SdkError,
    ServiceError,
    ThrottlingException,
    UnhandledError,
)
from codepipeline_sdk.types.error import ConcurrentModificationException, ConflictException, LimitExceededException


def unhandled(status: int, code: str | None = None, headers: dict[str, str] | None = None) -> ServiceError:
    return UnhandledError(code=code, status=status, response=HttpResponse(status=status, headers=headers or {}))


def dispatch_failure(kind: ConnectorErrorKind) -> SdkError:
    error = DispatchFailure("no response")
    error.__cause__ = ConnectorError("no response", kind=kind, request_written=False)
    return error


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_by_status_is_transient(status: int) -> None:
    assert error_kind(unhandled(status)) == "transient"


@pytest.mark.parametrize("status", [400, 404, 413, 429, 501, 505])
def test_any_other_status_alone_is_final(status: int) -> None:
    assert error_kind(unhandled(status)) is None


@pytest.mark.parametrize("code", sorted(THROTTLING_CODES))
def test_a_throttling_code_beats_the_status(code: str) -> None:
    assert error_kind(unhandled(400, code)) == "throttling"
    assert error_kind(unhandled(503, code)) == "throttling"


@pytest.mark.parametrize("code", ["RequestTimeout", "RequestTimeoutException"])
def test_a_timeout_code_is_transient(code: str) -> None:
    assert error_kind(unhandled(400, code)) == "transient"


def test_the_quota_of_the_model_is_retried_as_throttling_and_conflicts_are_not() -> None:
    assert error_kind(LimitExceededException(status=400)) == "throttling"
    assert error_kind(ConcurrentModificationException(status=400)) is None
    assert error_kind(ConflictException(status=400)) is None


@pytest.mark.parametrize(
    ("kind", "transient"),
    [("connect_timeout", True), ("read_timeout", True), ("io", True), ("user", False), ("other", False)],
)
def test_a_connection_that_failed_is_transient_but_a_bad_setting_is_not(
    kind: ConnectorErrorKind, transient: bool
) -> None:
    assert error_kind(dispatch_failure(kind)) == ("transient" if transient else None)


def test_a_dispatch_failure_without_a_connection_is_final() -> None:
    assert error_kind(DispatchFailure("no credentials")) is None


def test_a_reply_that_cannot_be_read_is_transient() -> None:
    assert error_kind(ResponseError("no JSON")) == "transient"


def test_an_attempt_timeout_is_transient_and_an_operation_timeout_final() -> None:
    assert error_kind(OperationTimeout(timeout="attempt")) == "transient"
    assert error_kind(OperationTimeout(timeout="operation")) is None


def test_a_request_that_cannot_be_built_is_final() -> None:
    assert error_kind(ConstructionFailure("missing")) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-amz-retry-after": "1500"}, 1.5),
        ({"retry-after": "2"}, 2.0),
        ({"x-amz-retry-after": "100", "retry-after": "2"}, 0.1),
        ({"x-amz-retry-after": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_requested_delay_is_milliseconds_of_aws_or_seconds_of_http(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert requested_delay(HttpResponse(status=503, headers=headers)) == seconds


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 10.0), (7, 10.0), (5000, 10.0)]
)
def test_backoff_doubles_to_its_cap_before_the_random_factor(attempt: int, seconds: float) -> None:
    assert backoff(RetryConfig(), attempt, lambda: 0.5) == seconds


def test_backoff_is_full_jitter_and_may_be_nothing() -> None:
    assert backoff(RetryConfig(), 3, lambda: 0.0) == 0.0


def sessions(bucket: TokenBucket, config: RetryConfig | None = None) -> RetrySession:
    return RetrySession(config or RetryConfig(), bucket, lambda: 1.0)


def test_a_call_gives_up_after_its_attempts() -> None:
    session = sessions(TokenBucket())
    error = unhandled(500)
    assert [session.delay_after(error, number) for number in (1, 2, 3)] == [1.0, 2.0, None]


def test_disabled_retries_are_one_attempt() -> None:
    assert sessions(TokenBucket(), RetryConfig.disabled()).delay_after(unhandled(500), 1) is None


def test_a_requested_delay_is_capped_by_the_longest_backoff() -> None:
    error = unhandled(503, headers={"retry-after": "3600"})
    assert sessions(TokenBucket()).delay_after(error, 1) == 20.0


def test_a_transient_retry_costs_ten_and_a_throttled_one_five() -> None:
    bucket = TokenBucket()
    sessions(bucket).delay_after(unhandled(500), 1)
    assert bucket.tokens == CAPACITY - 10
    sessions(bucket).delay_after(ThrottlingException(status=400), 1)
    assert bucket.tokens == CAPACITY - 15


def test_a_success_after_retries_gives_the_last_permit_back() -> None:
    bucket = TokenBucket()
    session = sessions(bucket)
    session.delay_after(unhandled(500), 1)
    session.delay_after(ThrottlingException(status=400), 2)
    session.succeeded()
    assert bucket.tokens == CAPACITY - 10


def test_a_first_success_adds_one_up_to_the_capacity() -> None:
    bucket = TokenBucket()
    sessions(bucket).delay_after(unhandled(500), 1)
    sessions(bucket).succeeded()
    assert bucket.tokens == CAPACITY - 9
    for _ in range(20):
        sessions(bucket).succeeded()
    assert bucket.tokens == CAPACITY


def test_an_empty_budget_ends_the_call() -> None:
    bucket = TokenBucket(9)
    assert sessions(bucket).delay_after(unhandled(500), 1) is None
    assert bucket.tokens == 9
    assert sessions(bucket).delay_after(ThrottlingException(status=400), 1) == 1.0


def test_concurrent_calls_hold_permits_of_their_own() -> None:
    bucket = TokenBucket()
    one, other = sessions(bucket), sessions(bucket)
    one.delay_after(unhandled(500), 1)
    other.delay_after(ThrottlingException(status=400), 1)
    one.succeeded()
    assert bucket.tokens == CAPACITY - 5


def test_a_partition_has_one_budget_in_the_process() -> None:
    assert PARTITIONS.bucket("test-one") is PARTITIONS.bucket("test-one")
    assert PARTITIONS.bucket("test-one") is not PARTITIONS.bucket("test-two")


def test_threads_lose_no_token() -> None:
    bucket = TokenBucket()

    def spend_and_return() -> None:
        for _ in range(1000):
            permit = bucket.acquire("transient")
            if permit is not None:
                bucket.release(permit)

    threads = [threading.Thread(target=spend_and_return) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bucket.tokens == CAPACITY


@pytest.mark.parametrize("wrong", [{"max_attempts": 0}, {"initial_backoff": -1.0}, {"max_backoff": -1.0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RetryConfig(**wrong)  # type: ignore[arg-type]  # a table of keywords
