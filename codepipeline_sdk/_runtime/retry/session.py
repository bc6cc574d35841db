"""The retries of one call. Source: anchor.md 1.10, traps 15 to 18 and 57."""

from __future__ import annotations

from collections.abc import Callable
from time import time as system_time
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from codepipeline_sdk._runtime.retry.classifiers import ClassifierChain, Verdict
from codepipeline_sdk._runtime.retry.delay import backoff, requested_delay
from codepipeline_sdk._runtime.retry.rate_limiter import (
    INITIAL_REQUEST_COST,
    RETRY_AFTER_TIMEOUT_COST,
    RETRY_COST,
    ClientRateLimiter,
)
from codepipeline_sdk._runtime.retry.token_bucket import FIRST_SUCCESS_REFUND, TokenBucket
from codepipeline_sdk.config.retry_classifier import RetryContext, RetryKind
from codepipeline_sdk.error import ResponseError, SdkError, ServiceError

if TYPE_CHECKING:
    from codepipeline_sdk.config.http import HttpResponse
    from codepipeline_sdk.config.retry import RetryConfig

StopReason: TypeAlias = Literal["not_retryable", "forbidden", "attempts_exhausted", "budget_exhausted"]
"""Why a failed attempt was the last."""

_BUILT_IN: Final = ClassifierChain()


class RetryDecision(NamedTuple):
    """What was decided after a failed attempt."""

    kind: RetryKind | None
    """Why another attempt may fare better, whether it is made or not; None when nobody thinks so."""

    delay: float | None
    """Seconds to wait before the next attempt; None when there is none."""

    stopped_by: StopReason | None = None
    """Why there is none."""

    failure: Exception | None = None
    """What a classifier of the user raised; it is `forbidden` then."""


class RetrySession:
    """The retries of one call: its decisions, the permit and the reservation it holds.

        wait(session.begin())
        until an attempt succeeds, when session.succeeded(), or delay_after() is None:
            wait(session.delay_after(error, number))

    If a wait does not come to its end, `cancelled()` gives back what was taken for the attempt behind it.

    Args:
        config: the settings of the call.
        bucket: the budget of the partition.
        random: returns a number from 0 up to but not including 1.
        limiter: the rate limiter of the partition in adaptive mode; None in standard mode.
        time: returns the time as epoch seconds.
        classifiers: those of the client.
        operation: the API name of the operation, for classifiers.
    """

    __slots__ = (
        "_booked",
        "_bucket",
        "_classifiers",
        "_config",
        "_limiter",
        "_operation",
        "_random",
        "_refund",
        "_spent",
        "_time",
        "decision",
    )

    def __init__(
        self,
        config: RetryConfig,
        bucket: TokenBucket,
        random: Callable[[], float],
        *,
        limiter: ClientRateLimiter | None = None,
        time: Callable[[], float] = system_time,
        classifiers: ClassifierChain = _BUILT_IN,
        operation: str = "",
    ) -> None:
        self._config = config
        self._bucket = bucket
        self._random = random
        self._limiter = limiter
        self._time = time
        self._classifiers = classifiers
        self._operation = operation
        self._refund = FIRST_SUCCESS_REFUND
        self._spent = 0
        self._booked = 0.0
        self.decision: RetryDecision | None = None
        """The latest decision; None before an attempt has failed."""

    def begin(self) -> float:
        """Return the seconds to wait before the first attempt."""
        return 0.0 if self._limiter is None else self._book(self._limiter, INITIAL_REQUEST_COST)

    def delay_after(self, error: SdkError, attempt: int, *, fallback: RetryKind | None = None) -> float | None:
        """Return the seconds to wait before another attempt; None when the call has failed.

        Args:
            error: what the attempt came to. Gets a note if a classifier of the user fails on it.
            attempt: its number, counted from 1.
            fallback: why to retry if no classifier has an opinion.
        """
        response = error.response if isinstance(error, ServiceError | ResponseError) else None
        verdict = self._judge(error, attempt, response)
        kind = verdict.kind or fallback
        if self._limiter is not None:
            self._limiter.update(self._time(), throttled=kind == "throttling")
        stop = self._stop(kind, attempt, is_forbidden=verdict.forbidden_by is not None)
        delay = None if stop or kind is None else self._delay(kind, attempt, verdict.delay, response)
        self.decision = RetryDecision(kind, delay, stop, verdict.failure)
        return delay

    def succeeded(self) -> None:
        """Give the last permit back; a first success adds to the budget."""
        if self._limiter is not None:
            self._limiter.update(self._time(), throttled=False)
        self._bucket.release(self._refund)

    def cancelled(self) -> None:
        """Give back what was taken for an attempt that is not made, because the wait before it was cancelled.

        Not for an attempt that was cancelled after it began: its request may be on the way.
        """
        if self._limiter is not None:
            self._limiter.release(self._booked)
        self._bucket.release(self._spent)
        self._booked, self._spent = 0.0, 0

    def _judge(self, error: SdkError, attempt: int, response: HttpResponse | None) -> Verdict:
        context = RetryContext(
            operation=self._operation, attempt=attempt, error=error, config=self._config, response=response
        )
        verdict = self._classifiers.judge(context)
        if verdict.failure is not None:
            failure = type(verdict.failure).__name__
            error.add_note(f"not retried, because the retry classifier {verdict.forbidden_by!r} raised {failure}")
        return verdict

    def _stop(self, kind: RetryKind | None, attempt: int, *, is_forbidden: bool) -> StopReason | None:
        """Return why there is no further attempt; None when there is one, whose permit is then taken."""
        if is_forbidden:
            return "forbidden"
        if kind is None:
            return "not_retryable"
        if attempt >= self._config.max_attempts:
            return "attempts_exhausted"
        permit = self._bucket.acquire(kind)
        if permit is None:
            return "budget_exhausted"
        self._refund = self._spent = permit
        return None

    def _delay(self, kind: RetryKind, attempt: int, wanted: float | None, response: HttpResponse | None) -> float:
        """Return what a classifier or the service asks for, else what the limiter demands, else the backoff."""
        self._booked = 0.0
        if wanted is None:
            wanted = requested_delay(response, self._time())
        if wanted is not None:
            return min(wanted, self._config.max_backoff)
        if self._limiter is not None:
            cost = RETRY_AFTER_TIMEOUT_COST if kind == "transient" else RETRY_COST
            if delay := self._book(self._limiter, cost):
                return delay
        return backoff(self._config, attempt, self._random)

    def _book(self, limiter: ClientRateLimiter, cost: float) -> float:
        reservation = limiter.acquire(self._time(), cost)
        self._booked = reservation.tokens
        return reservation.delay
