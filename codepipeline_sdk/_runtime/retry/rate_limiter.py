"""The rate of requests in adaptive mode: a token bucket whose fill rate follows what the service lets through.

The rate is cut when the service throttles and grows back on a cubic curve, slowly around the rate that was too much.
Nothing is limited until the first throttled response.

Source: anchor.md 1.10, trap 60, design.md 4.13.
"""

from __future__ import annotations

import math
import threading
from typing import Final, NamedTuple

INITIAL_REQUEST_COST: Final = 1.0
RETRY_COST: Final = 5.0
RETRY_AFTER_TIMEOUT_COST: Final = 10.0

MIN_FILL_RATE: Final = 0.5
MIN_CAPACITY: Final = 1.0
SMOOTH: Final = 0.8
BETA: Final = 0.7
SCALE_CONSTANT: Final = 0.4
MAX_RATE_SCALE: Final = 2.0
BUCKETS_PER_SECOND: Final = 2.0

# Threads read the clock before they wait for the lock, so times come out of order, but not by this much.
_CLOCK_SET_BACK: Final = 1.0


class Reservation(NamedTuple):
    """Tokens that a request has booked."""

    delay: float
    """Seconds after which the request may be sent."""

    tokens: float
    """What to give back if it is not; 0 while nothing is limited."""


class MeasuredRate:
    """Responses per second, smoothed over buckets of half a second."""

    __slots__ = ("_bucket", "_count", "rate")

    def __init__(self, time: float) -> None:
        self._bucket = float(math.floor(time))
        self._count = 0
        self.rate = 0.0

    def record(self, time: float) -> float:
        """Count a response, and return the rate."""
        self._count += 1
        bucket = math.floor(time * BUCKETS_PER_SECOND) / BUCKETS_PER_SECOND
        if bucket > self._bucket:
            current = self._count / (bucket - self._bucket)
            self.rate = current * SMOOTH + self.rate * (1 - SMOOTH)
            self._count = 0
            self._bucket = bucket
        return self.rate


class CubicRate:
    """The rate that the service may bear, by CUBIC as in TCP."""

    __slots__ = ("_throttled_at", "_throttled_rate", "_time_to_recover")

    def __init__(self, time: float, rate: float = 0.0) -> None:
        self.throttled(time, rate)

    def throttled(self, time: float, rate: float) -> float:
        """Take the rate that was too much, and return a lower one."""
        self._throttled_at = time
        self._throttled_rate = rate
        self._time_to_recover = math.cbrt(rate * (1 - BETA) / SCALE_CONSTANT)
        return rate * BETA

    def succeeded(self, time: float) -> float:
        """Return the rate on the curve, which passes the throttled one after the time to recover."""
        elapsed = time - self._throttled_at
        return SCALE_CONSTANT * (elapsed - self._time_to_recover) ** 3 + self._throttled_rate


class ClientRateLimiter:
    """Limits the requests of all tasks, threads and clients of a partition.

    A caller books its tokens at once and is told how long to wait until they have flown in, so the balance may be
    negative and nobody waits under the lock. The capacity is the tokens of one second, at least 1.

    Args:
        now: the time of the first use, on the clock of all later ones. A clock that is set back stands still here.
    """

    def __init__(self, now: float) -> None:
        self._lock = threading.Lock()
        self._time = self._filled_at = now
        self._offset = 0.0
        self._is_enabled = False
        self._tokens = 0.0
        self._capacity = MIN_CAPACITY
        self._fill_rate = MIN_FILL_RATE
        self._measured = MeasuredRate(now)
        self._cubic = CubicRate(now)

    @property
    def fill_rate(self) -> float:
        """Tokens per second."""
        return self._fill_rate

    @property
    def measured_rate(self) -> float:
        """Responses per second, smoothed."""
        return self._measured.rate

    @property
    def tokens(self) -> float:
        """The balance when it was last touched; negative while callers wait."""
        return self._tokens

    def acquire(self, now: float, cost: float) -> Reservation:
        """Book the cost of a request, and return how long to wait with it."""
        with self._lock:
            if not self._is_enabled:
                return Reservation(0.0, 0.0)
            self._fill(self._advance(now))
            self._tokens -= cost
            return Reservation(max(0.0, -self._tokens / self._fill_rate), cost)

    def release(self, tokens: float) -> None:
        """Give back what a request that will not be sent has booked."""
        with self._lock:
            self._tokens = min(self._capacity, self._tokens + tokens)

    def update(self, now: float, *, throttled: bool) -> None:
        """Take what an attempt came to, and adapt the rate."""
        with self._lock:
            time = self._advance(now)
            measured = self._measured.record(time)
            if throttled:
                rate = self._cubic.throttled(time, min(measured, self._fill_rate) if self._is_enabled else measured)
                self._is_enabled = True
            else:
                rate = self._cubic.succeeded(time)
            rate = min(rate, MAX_RATE_SCALE * measured)
            self._fill(time)
            self._fill_rate = max(rate, MIN_FILL_RATE)
            self._capacity = max(rate, MIN_CAPACITY)
            self._tokens = min(self._tokens, self._capacity)

    def _advance(self, now: float) -> float:
        """Return the limiter's own time, which never goes back."""
        time = now + self._offset
        if time < self._time - _CLOCK_SET_BACK:
            self._offset += self._time - time
        self._time = max(self._time, time)
        return self._time

    def _fill(self, time: float) -> None:
        """Let the tokens flow in that have come since the last time."""
        self._tokens = min(self._capacity, self._tokens + (time - self._filled_at) * self._fill_rate)
        self._filled_at = time
