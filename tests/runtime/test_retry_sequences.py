"""Whole sequences of attempts: what each comes to, the wait behind it, and what is left. anchor.md 1.10."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from codepipeline_sdk._runtime.retry import ClientRateLimiter, RetrySession, TokenBucket
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.error import DispatchFailure, OperationTimeout, ResponseError, SdkError
from tests.runtime.failures import not_connected, refused, throttled


class Standard(NamedTuple):
    """An attempt of a call in standard mode."""

    error: SdkError | None
    """None for a success."""
    delay: float | None
    """The wait behind it."""
    tokens: int
    """What the budget holds then."""


HINT = {"x-amz-retry-after": "4200"}
PROXY_HINT = {"retry-after": "60"}

STANDARD: dict[str, tuple[RetryConfig, int, list[Standard]]] = {
    "success": (RetryConfig(), 400, [Standard(None, None, 401)]),
    "success with a full budget": (RetryConfig(), 500, [Standard(None, None, 500)]),
    "500, success": (RetryConfig(), 500, [Standard(refused(500), 0.5, 490), Standard(None, None, 500)]),
    "500, 503, success: the first permit is forgotten": (
        RetryConfig(),
        500,
        [Standard(refused(500), 0.5, 490), Standard(refused(503), 1.0, 480), Standard(None, None, 490)],
    ),
    "502, throttling, success": (
        RetryConfig(),
        500,
        [Standard(refused(502), 0.5, 490), Standard(throttled(), 1.0, 485), Standard(None, None, 490)],
    ),
    "throttling until the attempts are used up": (
        RetryConfig(),
        500,
        [Standard(throttled(), 0.5, 495), Standard(throttled(), 1.0, 490), Standard(throttled(), None, 490)],
    ),
    "connection, attempt timeout, bad reply, 504, success": (
        RetryConfig(max_attempts=5),
        500,
        [
            Standard(not_connected(), 0.5, 490),
            Standard(OperationTimeout(timeout="attempt"), 1.0, 480),
            Standard(ResponseError("no JSON"), 2.0, 470),
            Standard(refused(504), 4.0, 460),
            Standard(None, None, 470),
        ],
    ),
    "backoff reaches its cap": (
        RetryConfig(max_attempts=8),
        500,
        [
            Standard(refused(500), 0.5, 490),
            Standard(refused(500), 1.0, 480),
            Standard(refused(500), 2.0, 470),
            Standard(refused(500), 4.0, 460),
            Standard(refused(500), 8.0, 450),
            Standard(refused(500), 10.0, 440),
            Standard(refused(500), 10.0, 430),
            Standard(refused(500), None, 430),
        ],
    ),
    "400 ends it": (RetryConfig(), 500, [Standard(refused(400, "ValidationException"), None, 500)]),
    "throttling, then an error that is final": (
        RetryConfig(),
        500,
        [Standard(throttled(), 0.5, 495), Standard(refused(400, "ConflictException"), None, 495)],
    ),
    "429 alone is final": (RetryConfig(), 500, [Standard(refused(429), None, 500)]),
    "429 by opt-in is throttling": (
        RetryConfig(extra_statuses={429}),
        500,
        [Standard(refused(429), 0.5, 495), Standard(None, None, 500)],
    ),
    "credentials end it": (RetryConfig(), 500, [Standard(DispatchFailure("no credentials"), None, 500)]),
    "the service says how long": (
        RetryConfig(),
        500,
        [
            Standard(throttled(HINT), 4.2, 495),
            Standard(refused(503, None, PROXY_HINT), 20.0, 485),
            Standard(None, None, 495),
        ],
    ),
    "the budget runs out in the middle": (
        RetryConfig(max_attempts=9),
        19,
        [Standard(refused(500), 0.5, 9), Standard(refused(500), None, 9)],
    ),
    "a small budget holds a throttled retry but no transient one": (
        RetryConfig(max_attempts=9),
        9,
        [Standard(throttled(), 0.5, 4), Standard(throttled(), None, 4)],
    ),
    "disabled": (RetryConfig.disabled(), 500, [Standard(refused(500), None, 500)]),
    "other backoffs": (
        RetryConfig(initial_backoff=0.1, max_backoff=0.3, max_attempts=4),
        500,
        [
            Standard(refused(500), 0.05, 490),
            Standard(refused(500), 0.1, 480),
            Standard(refused(500), 0.15, 470),
            Standard(None, None, 480),
        ],
    ),
}


@pytest.mark.row("1.10-precedence")
@pytest.mark.row("1.10-bucket")
@pytest.mark.parametrize("name", STANDARD)
def test_a_sequence_in_standard_mode(name: str) -> None:
    config, tokens, attempts = STANDARD[name]
    bucket = TokenBucket()
    bucket._tokens = tokens
    call = RetrySession(config, bucket, lambda: 0.5)
    assert call.begin() == 0.0
    for number, (error, delay, left) in enumerate(attempts, 1):
        if error is None:
            call.succeeded()
        else:
            assert call.delay_after(error, number) == pytest.approx(delay)
        assert bucket.tokens == left


class Adaptive(NamedTuple):
    """An attempt of a call in adaptive mode."""

    time: float
    """When the attempt ends."""
    error: SdkError | None
    delay: float | None
    budget: int
    """What the budget holds then."""
    rate: float
    """Requests per second that the limiter lets through then."""
    tokens: float
    """What the limiter holds then."""


# Seven successes in the second before, four in its first half and three in its second: 6.08 a second are measured when
# a row begins, and half a token is in stock. The attempt that ends at 1.5 makes that 0.8 * 2 + 0.2 * 6.08 = 2.816, of
# which seven tenths remain if it was throttled.
BEFORE = (0.1, 0.2, 0.4, 0.5, 0.7, 0.9, 1.0)
ADAPTIVE: dict[str, list[Adaptive]] = {
    "success": [
        Adaptive(1.5, None, None, 500, 1.35, 0.75),
    ],
    "a final failure": [
        Adaptive(1.5, refused(400, "ValidationException"), None, 500, 1.35, 0.75),
    ],
    "a server error limits nothing, success": [
        Adaptive(1.5, refused(500), 0.5, 490, 1.35, 0.75),
        Adaptive(2.0, None, None, 500, 3.2, 1.35),
    ],
    "throttling, success": [
        Adaptive(1.5, throttled(), 2.156047, 495, 1.9712, -4.25),
        Adaptive(3.656047, None, None, 500, 1.9264, 0.0),
    ],
    "throttling twice": [
        Adaptive(1.5, throttled(), 2.156047, 495, 1.9712, -4.25),
        Adaptive(3.656047, throttled(), 7.415757, 490, 0.67424, -5.0),
    ],
    "throttling, no connection: a transient retry costs ten": [
        Adaptive(1.5, throttled(), 2.156047, 495, 1.9712, -4.25),
        Adaptive(3.656047, not_connected(), 5.191030, 485, 1.9264, -10.0),
    ],
    "throttling until the attempts are used up": [
        Adaptive(1.5, throttled(), 2.156047, 495, 1.9712, -4.25),
        Adaptive(3.656047, throttled(), 7.415757, 490, 0.67424, -5.0),
        Adaptive(11.071804, throttled(), None, 490, 0.5, 0.0),
    ],
    "the service's own delay books nothing": [
        Adaptive(1.5, throttled(HINT), 4.2, 495, 1.9712, 0.75),
        Adaptive(5.7, None, None, 500, 1.5264, 1.5264),
    ],
}


@pytest.mark.row("1.10-precedence")
@pytest.mark.row("1.10-adaptive")
@pytest.mark.parametrize("name", ADAPTIVE)
def test_a_sequence_in_adaptive_mode(name: str) -> None:
    limiter, bucket, now = ClientRateLimiter(0.0), TokenBucket(), 1.0
    for time in BEFORE:
        limiter.update(time, throttled=False)
    call = RetrySession(RetryConfig(mode="adaptive"), bucket, lambda: 0.5, limiter=limiter, time=lambda: now)
    assert call.begin() == 0.0
    for number, (time, error, delay, budget, rate, tokens) in enumerate(ADAPTIVE[name], 1):
        now = time
        if error is None:
            call.succeeded()
        else:
            assert call.delay_after(error, number) == pytest.approx(delay, abs=1e-5)
        assert bucket.tokens == budget
        assert limiter.fill_rate == pytest.approx(rate, abs=1e-5)
        assert limiter.tokens == pytest.approx(tokens, abs=1e-5)
