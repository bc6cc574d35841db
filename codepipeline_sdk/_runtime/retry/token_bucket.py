"""The budget of retries. Source: anchor.md 1.10, traps 17 and 57."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from codepipeline_sdk.config.retry_classifier import RetryKind

CAPACITY: Final = 500
RETRY_COST: Final = 5
TRANSIENT_RETRY_COST: Final = 10
FIRST_SUCCESS_REFUND: Final = 1


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

    def acquire(self, kind: RetryKind) -> int | None:
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
