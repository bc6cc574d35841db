"""What calls of the process share: one budget and one rate for each retry partition. Source: anchor.md 1.1, 1.10."""

from __future__ import annotations

import threading
from typing import Final

from codepipeline_sdk._runtime.retry.rate_limiter import ClientRateLimiter
from codepipeline_sdk._runtime.retry.token_bucket import TokenBucket

MAX_PARTITIONS: Final = 1024


class RetryPartition:
    """What the calls of one partition share; thread-safe."""

    __slots__ = ("_limiter", "_lock", "bucket")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limiter: ClientRateLimiter | None = None
        self.bucket: TokenBucket = TokenBucket()

    def limiter(self, now: float) -> ClientRateLimiter:
        """Return the rate limiter, made when first asked for; `now` is the time in epoch seconds."""
        with self._lock:
            if self._limiter is None:
                self._limiter = ClientRateLimiter(now)
            return self._limiter


class RetryPartitions:
    """The partitions by name.

    Names come from service and region, so there are few. Should a program make up names without end, the partition
    asked for longest ago is forgotten; a call that still holds it goes on with it.
    """

    def __init__(self, limit: int = MAX_PARTITIONS) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._partitions: dict[str, RetryPartition] = {}

    def get(self, name: str) -> RetryPartition:
        """Return the partition of this name, made when first asked for."""
        with self._lock:
            partition = self._partitions.pop(name, None) or RetryPartition()
            self._partitions[name] = partition
            if len(self._partitions) > self._limit:
                del self._partitions[next(iter(self._partitions))]
            return partition

    def bucket(self, name: str) -> TokenBucket:
        """Return the budget of a partition."""
        return self.get(name).bucket


PARTITIONS: Final = RetryPartitions()
