"""Retry decisions: pure functions and arithmetic. The caller sleeps. Source: anchor.md 1.10.

The token bucket is process-wide state, as in the anchor: one for each partition, behind `PARTITIONS`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Literal

from codepipeline_sdk.config.http import ConnectorError, HttpResponse
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.error import (
    DispatchFailure,
    OperationTimeout,
    ResponseError,
    SdkError,
    ServiceError,
)

ErrorKind = Literal["transient", "throttling"]

THROTTLING_CODES: Final = frozenset({
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
})  # fmt: skip
TRANSIENT_CODES: Final = frozenset({"RequestTimeout", "RequestTimeoutException"})
TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})

CAPACITY: Final = 500
RETRY_COST: Final = 5
TRANSIENT_RETRY_COST: Final = 10
FIRST_SUCCESS_REFUND: Final = 1


def error_kind(error: SdkError) -> ErrorKind | None:
    """Return why another attempt may fare better; None when it may not."""
    match error:
        case ServiceError(code=str() as code) if code in THROTTLING_CODES:
            return "throttling"
        case ServiceError(code=code, status=status):
            return "transient" if code in TRANSIENT_CODES or status in TRANSIENT_STATUSES else None
        case DispatchFailure() | ResponseError():
            cause = error.__cause__
            retryable = cause.retryable if isinstance(cause, ConnectorError) else isinstance(error, ResponseError)
            return "transient" if retryable else None
        case OperationTimeout(timeout="attempt"):
            return "transient"
        case _:
            return None


def requested_delay(response: HttpResponse | None) -> float | None:
    """Return the seconds that a response asks to wait: `x-amz-retry-after` (ms), else `Retry-After` (s)."""
    if response is None:
        return None
    for name, unit in (("x-amz-retry-after", 1000.0), ("retry-after", 1.0)):
        value = response.headers.get(name, "").strip()
        if value.isascii() and value.isdigit():
            return int(value[:12]) / unit
    return None


def backoff(config: RetryConfig, attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait after the attempt of this number, counted from 1."""
    # A float cannot hold 2**1024, and the cap is reached long before.
    return random() * min(config.initial_backoff * 2.0 ** min(attempt - 1, 1000), config.max_backoff)


class TokenBucket:
    """The budget of retries that a partition shares; thread-safe."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._capacity = capacity
        self._tokens = capacity

    @property
    def tokens(self) -> int:
        """The tokens left."""
        return self._tokens

    def acquire(self, kind: ErrorKind) -> int | None:
        """Take the cost of a retry and return it; None when the budget does not hold it."""
        cost = TRANSIENT_RETRY_COST if kind == "transient" else RETRY_COST
        with self._lock:
            if self._tokens < cost:
                return None
            self._tokens -= cost
            return cost

    def release(self, permit: int) -> None:
        """Give tokens back, up to the capacity."""
        with self._lock:
            self._tokens = min(self._capacity, self._tokens + permit)


class RetryPartitions:
    """The buckets of the process, by partition name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, TokenBucket] = {}

    def bucket(self, partition: str) -> TokenBucket:
        """Return the bucket of a partition, made when first asked for."""
        with self._lock:
            return self._buckets.setdefault(partition, TokenBucket())


PARTITIONS: Final = RetryPartitions()


class RetrySession:
    """The retries of one call: its attempts so far, and the permit it holds."""

    def __init__(self, config: RetryConfig, bucket: TokenBucket, random: Callable[[], float]) -> None:
        self._config = config
        self._bucket = bucket
        self._random = random
        self._permit = FIRST_SUCCESS_REFUND

    def succeeded(self) -> None:
        """Give the last permit back; a first success adds to the budget."""
        self._bucket.release(self._permit)

    def delay_after(self, error: SdkError, attempt: int) -> float | None:
        """Return the seconds to wait before another attempt; None when the call has failed."""
        kind = error_kind(error)
        if kind is None or attempt >= self._config.max_attempts:
            return None
        permit = self._bucket.acquire(kind)
        if permit is None:
            return None
        self._permit = permit
        requested = requested_delay(error.response) if isinstance(error, ServiceError) else None
        if requested is not None:
            return min(requested, self._config.max_backoff)
        return backoff(self._config, attempt, self._random)
