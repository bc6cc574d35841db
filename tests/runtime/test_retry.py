"""The retries of one call: delays, the shared budget, what is given back. anchor.md 1.10, traps 15 to 18 and 57."""

from __future__ import annotations

import threading

import pytest

from codepipeline_sdk._runtime.retry import ClientRateLimiter, RetryPartitions, RetrySession, TokenBucket
from codepipeline_sdk._runtime.retry.delay import backoff, requested_delay
from codepipeline_sdk._runtime.retry.partitions import PARTITIONS
from codepipeline_sdk._runtime.retry.token_bucket import CAPACITY
from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.error import ConfigError, DispatchFailure
from tests.runtime.failures import in_eight_threads, not_connected, refused, throttled

# Wed, 21 Oct 2026 07:28:00 GMT
NOW = 1_792_567_680.0


def session(bucket: TokenBucket, config: RetryConfig | None = None) -> RetrySession:
    return RetrySession(config or RetryConfig(), bucket, lambda: 1.0, time=lambda: NOW)


@pytest.mark.row("1.10-retry-after")
@pytest.mark.trap(18)
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-amz-retry-after": "1500"}, 1.5),
        ({"x-amz-retry-after": "0"}, 0.0),
        ({"retry-after": "2"}, 2.0),
        ({"x-amz-retry-after": "100", "retry-after": "2"}, 0.1),
        ({"x-amz-retry-after": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "2, 3"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "9" * 5000}, 999_999_999_999.0),
        ({}, None),
    ],
)
def test_the_requested_delay_is_milliseconds_of_aws_or_seconds_of_http(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert requested_delay(HttpResponse(status=503, headers=headers), NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Wed, 21 Oct 2026 07:28:07 GMT"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 09:00:07 GMT", "date": "Wed, 21 Oct 2026 09:00:00 GMT"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:07 GMT", "date": "yesterday"}, 7.0),
        ({"retry-after": "Thu, 21 Oct 2026 07:28:07 GMT"}, None),
        ({"x-amz-retry-after": "Wed, 21 Oct 2026 07:28:07 GMT"}, None),
    ],
)
def test_a_date_to_wait_for_counts_from_the_date_of_the_response_or_from_now(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert requested_delay(HttpResponse(status=503, headers=headers), NOW) == seconds


def test_no_response_asks_for_no_delay() -> None:
    assert requested_delay(None, NOW) is None


@pytest.mark.row("1.10-backoff")
@pytest.mark.trap(16)
@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 10.0), (7, 10.0), (5000, 10.0)]
)
def test_backoff_doubles_to_its_cap_before_the_random_factor(attempt: int, seconds: float) -> None:
    assert backoff(RetryConfig(), attempt, lambda: 0.5) == seconds


@pytest.mark.row("1.10-backoff")
@pytest.mark.trap(16)
def test_backoff_is_full_jitter_and_may_be_nothing() -> None:
    assert backoff(RetryConfig(), 3, lambda: 0.0) == 0.0


@pytest.mark.trap(15)
def test_a_call_gives_up_after_its_attempts() -> None:
    call = session(TokenBucket())
    assert [call.delay_after(refused(500), number) for number in (1, 2, 3)] == [1.0, 2.0, None]


@pytest.mark.row("1.10-disabled")
def test_disabled_retries_are_one_attempt() -> None:
    assert session(TokenBucket(), RetryConfig.disabled()).delay_after(refused(500), 1) is None


@pytest.mark.trap(57)
def test_a_first_success_adds_to_the_budget_even_without_retries() -> None:
    bucket = TokenBucket()
    bucket.acquire("throttling")
    session(bucket, RetryConfig.disabled()).succeeded()
    assert bucket.tokens == CAPACITY - 4


def test_standard_mode_waits_for_nothing_before_the_first_attempt() -> None:
    assert session(TokenBucket()).begin() == 0.0


@pytest.mark.row("1.10-precedence")
def test_a_requested_delay_is_capped_by_the_longest_backoff() -> None:
    assert session(TokenBucket()).delay_after(refused(503, headers={"retry-after": "3600"}), 1) == 20.0


@pytest.mark.parametrize("code", [None, "ThrottlingException", "NeverHeardOf"])
def test_a_requested_delay_counts_whatever_the_code(code: str | None) -> None:
    error = refused(503, code, {"x-amz-retry-after": "250"})
    assert session(TokenBucket()).delay_after(error, 1) == 0.25


def test_a_requested_delay_makes_no_failure_retryable() -> None:
    assert session(TokenBucket()).delay_after(refused(400, headers={"retry-after": "1"}), 1) is None


@pytest.mark.row("1.10-bucket")
@pytest.mark.trap(17)
def test_a_transient_retry_costs_ten_and_a_throttled_one_five() -> None:
    bucket = TokenBucket()
    session(bucket).delay_after(refused(500), 1)
    assert bucket.tokens == CAPACITY - 10
    session(bucket).delay_after(throttled(), 1)
    assert bucket.tokens == CAPACITY - 15


@pytest.mark.row("1.10-bucket")
@pytest.mark.trap(17)
def test_a_success_after_retries_gives_the_last_permit_back() -> None:
    bucket = TokenBucket()
    call = session(bucket)
    call.delay_after(refused(500), 1)
    call.delay_after(throttled(), 2)
    call.succeeded()
    assert bucket.tokens == CAPACITY - 10


@pytest.mark.row("1.10-bucket")
@pytest.mark.trap(57)
def test_a_first_success_adds_one_up_to_the_capacity() -> None:
    bucket = TokenBucket()
    session(bucket).delay_after(refused(500), 1)
    session(bucket).succeeded()
    assert bucket.tokens == CAPACITY - 9
    for _ in range(20):
        session(bucket).succeeded()
    assert bucket.tokens == CAPACITY


def test_an_empty_budget_ends_the_call() -> None:
    bucket = TokenBucket(9)
    assert session(bucket).delay_after(refused(500), 1) is None
    assert bucket.tokens == 9
    assert session(bucket).delay_after(throttled(), 1) == 1.0


@pytest.mark.row("1.10-permit")
def test_concurrent_calls_hold_permits_of_their_own() -> None:
    bucket = TokenBucket()
    one, other = session(bucket), session(bucket)
    one.delay_after(refused(500), 1)
    other.delay_after(throttled(), 1)
    one.succeeded()
    assert bucket.tokens == CAPACITY - 5


def test_a_cancelled_wait_gives_the_permit_back_once() -> None:
    bucket = TokenBucket()
    bucket.acquire("transient")
    call = session(bucket)
    call.delay_after(refused(500), 1)
    call.cancelled()
    call.cancelled()
    assert bucket.tokens == CAPACITY - 10


def test_cancelling_the_second_wait_keeps_the_permit_of_the_first_retry() -> None:
    bucket = TokenBucket()
    call = session(bucket)
    call.delay_after(refused(500), 1)
    call.delay_after(throttled(), 2)
    call.cancelled()
    assert bucket.tokens == CAPACITY - 10


def test_a_call_cancelled_before_any_retry_gives_nothing_back() -> None:
    bucket = TokenBucket()
    bucket.acquire("transient")
    session(bucket).cancelled()
    assert bucket.tokens == CAPACITY - 10


def test_a_decision_tells_kind_and_delay() -> None:
    call = session(TokenBucket())
    assert call.decision is None
    call.delay_after(throttled(), 1)
    assert call.decision == ("throttling", 1.0, None, None)


def test_a_decision_tells_why_the_call_ends() -> None:
    excluded = RetryConfig(excluded_codes={"ThrottlingException"})
    calls = [
        (session(TokenBucket()), refused(400), 1),
        (session(TokenBucket(), excluded), throttled(), 1),
        (session(TokenBucket()), refused(500), 3),
        (session(TokenBucket(4)), throttled(), 1),
    ]
    for call, error, number in calls:
        assert call.delay_after(error, number) is None
    assert [call.decision for call, _, _ in calls] == [
        (None, None, "not_retryable", None),
        (None, None, "forbidden", None),
        ("transient", None, "attempts_exhausted", None),
        ("throttling", None, "budget_exhausted", None),
    ]


def test_a_fallback_retries_what_no_classifier_knows() -> None:
    bucket = TokenBucket()
    assert session(bucket).delay_after(refused(403, "InvalidSignatureException"), 1, fallback="client") == 1.0
    assert bucket.tokens == CAPACITY - 5


def test_a_fallback_gives_way_to_a_classifiers_opinion() -> None:
    call = session(TokenBucket())
    call.delay_after(refused(500), 1, fallback="client")
    assert call.decision is not None
    assert call.decision.kind == "transient"


def test_a_fallback_retries_nothing_that_is_forbidden_or_beyond_the_attempts() -> None:
    error = refused(403, "InvalidSignatureException")
    forbidding = RetryConfig(excluded_codes={"InvalidSignatureException"})
    assert session(TokenBucket(), forbidding).delay_after(error, 1, fallback="client") is None
    assert session(TokenBucket()).delay_after(error, 3, fallback="client") is None


def test_a_failure_without_a_response_is_retried_after_the_backoff() -> None:
    assert session(TokenBucket()).delay_after(not_connected(), 2) == 2.0
    assert session(TokenBucket()).delay_after(DispatchFailure("no credentials"), 1) is None


@pytest.mark.trap(60)
def test_a_partition_has_one_budget_and_one_limiter_in_the_process() -> None:
    one, other = PARTITIONS.get("test-one"), PARTITIONS.get("test-two")
    assert one is PARTITIONS.get("test-one")
    assert one is not other
    assert PARTITIONS.bucket("test-one") is one.bucket
    assert one.limiter(NOW) is one.limiter(NOW + 60)
    assert one.limiter(NOW) is not other.limiter(NOW)


def test_the_partition_asked_for_longest_ago_is_forgotten_when_there_are_too_many() -> None:
    partitions = RetryPartitions(limit=2)
    one, two = partitions.get("one"), partitions.get("two")
    assert partitions.get("one") is one
    partitions.get("three")
    assert partitions.get("one") is one
    assert partitions.get("two") is not two


def test_threads_agree_on_partitions() -> None:
    partitions, together = RetryPartitions(), threading.Barrier(8)
    found: set[tuple[TokenBucket, ClientRateLimiter]] = set()

    def look_up() -> None:
        for number in range(200):
            together.wait()
            partition = partitions.get(f"shared-{number}")
            found.add((partition.bucket, partition.limiter(NOW)))

    in_eight_threads(look_up)
    assert len(found) == 200


@pytest.mark.trap(60)
def test_threads_lose_no_token() -> None:
    bucket = TokenBucket()

    def spend_and_return() -> None:
        for _ in range(1000):
            permit = bucket.acquire("transient")
            if permit is not None:
                bucket.release(permit)

    in_eight_threads(spend_and_return)
    assert bucket.tokens == CAPACITY


@pytest.mark.row("1.10-config")
@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ("mode", "legacy"),
        ("max_attempts", 0),
        ("max_attempts", True),
        ("max_attempts", 2.5),
        ("max_attempts", "3"),
        ("initial_backoff", -1.0),
        ("initial_backoff", float("nan")),
        ("max_backoff", -1.0),
        ("max_backoff", float("inf")),
        ("max_backoff", "20"),
        ("codes", ["ThrottlingException", ""]),
        ("codes", [429]),
        ("codes", "ThrottlingException"),
        ("extra_statuses", [200]),
        ("extra_statuses", ["429"]),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: str, wrong: object) -> None:
    keyword = "extra_codes" if setting == "codes" else setting
    with pytest.raises(ConfigError, match=rf"^retry {setting} must be .*, not "):
        RetryConfig(**{keyword: wrong})  # type: ignore[arg-type]  # what an unchecked caller does


def test_a_code_cannot_be_added_and_excluded() -> None:
    with pytest.raises(ConfigError, match=r"both name ConflictException$"):
        RetryConfig(extra_codes={"ConflictException"}, excluded_codes={"ConflictException"})


def test_codes_and_statuses_may_come_in_any_collection() -> None:
    assert RetryConfig(extra_codes=["A"], extra_statuses=(429,)) == RetryConfig(extra_codes={"A"}, extra_statuses={429})
