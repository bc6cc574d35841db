"""The rate of requests in adaptive mode. anchor.md 1.10, trap 60.

The first three tables are the published examples of the retry specification.
"""

from __future__ import annotations

import math

import pytest

from codepipeline_sdk._runtime.retry import ClientRateLimiter, RetrySession, TokenBucket
from codepipeline_sdk._runtime.retry.rate_limiter import CubicRate, MeasuredRate
from codepipeline_sdk.config.retry import RetryConfig
from tests.runtime.failures import in_eight_threads, refused


@pytest.mark.row("1.10-adaptive")
@pytest.mark.parametrize(
    ("time", "rate"),
    [
        (5.0, 7.0),
        (6.0, 9.64893600966),
        (7.0, 10.000030849917364),
        (8.0, 10.453284520772092),
        (9.0, 13.408697022224185),
        (10.0, 21.26626835427364),
        (11.0, 36.425998516920465),
    ],
)
def test_successes_raise_the_rate_on_a_cubic_curve(time: float, rate: float) -> None:
    assert CubicRate(5.0, 10.0).succeeded(time) == pytest.approx(rate)


def test_throttling_cuts_the_rate_and_starts_another_curve() -> None:
    cubic = CubicRate(5.0, 10.0)
    rate = 0.0
    rates: list[float] = []
    for time, throttled in ((5, 0), (6, 0), (7, 1), (8, 1), (9, 0), (10, 0), (11, 0), (12, 0)):
        rate = cubic.throttled(time, rate) if throttled else cubic.succeeded(time)
        rates.append(rate)
    assert rates == pytest.approx([
        7.0,
        9.64893600966,
        6.754255206761999,
        4.727978644733399,
        6.606547753887045,
        6.763279816944947,
        7.598174833907107,
        11.511232804773524,
    ])  # fmt: skip


def test_the_rate_follows_what_is_measured_and_what_is_throttled() -> None:
    limiter = ClientRateLimiter(0.0)
    table = [
        # time, throttled, measured rate, fill rate
        (0.2, False, 0.000000, 0.500000),
        (0.4, False, 0.000000, 0.500000),
        (0.6, False, 4.800000, 0.500000),
        (0.8, False, 4.800000, 0.500000),
        (1.0, False, 4.160000, 0.500000),
        (1.2, False, 4.160000, 0.691200),
        (1.4, False, 4.160000, 1.097600),
        (1.6, False, 5.632000, 1.638400),
        (1.8, False, 5.632000, 2.332800),
        (2.0, True, 4.326400, 3.028480),
        (2.2, False, 4.326400, 3.486639),
        (2.4, False, 4.326400, 3.821874),
        (2.6, False, 5.665280, 4.053386),
        (2.8, False, 5.665280, 4.200373),
        (3.0, False, 4.333056, 4.282037),
        (3.2, True, 4.333056, 2.997426),
        (3.4, False, 4.333056, 3.452226),
    ]
    for time, throttled, measured, fill in table:
        limiter.update(time, throttled=throttled)
        assert limiter.measured_rate == pytest.approx(measured), time
        assert limiter.fill_rate == pytest.approx(fill, abs=1e-6), time


@pytest.mark.row("1.10-adaptive")
def test_the_measured_rate_is_smoothed_over_half_seconds() -> None:
    measured = MeasuredRate(100.2)
    assert [measured.record(time) for time in (100.3, 100.4, 100.5, 100.9, 102.0)] == pytest.approx([
        0.0,  # nothing is known before the first half second has passed
        0.0,
        4.8,  # three responses in it, four fifths of six a second
        4.8,
        2 / 1.5 * 0.8 + 4.8 * 0.2,
    ])  # fmt: skip


def enabled(now: float = 0.0) -> ClientRateLimiter:
    """Return a limiter whose first response was throttled: half a token a second, none in stock."""
    limiter = ClientRateLimiter(now)
    limiter.update(now, throttled=True)
    return limiter


def test_nothing_is_limited_or_booked_before_the_first_throttling() -> None:
    limiter = ClientRateLimiter(0.0)
    limiter.update(0.1, throttled=False)
    assert [limiter.acquire(0.1, 10.0) for _ in range(100)] == [(0.0, 0.0)] * 100


def test_each_caller_books_its_tokens_and_waits_for_them() -> None:
    limiter = enabled()
    assert [limiter.acquire(0.0, cost).delay for cost in (1.0, 5.0, 10.0)] == [2.0, 12.0, 32.0]
    assert limiter.tokens == -16.0


def test_tokens_that_have_flown_in_meanwhile_shorten_the_wait() -> None:
    limiter = enabled()
    limiter.acquire(0.0, 1.0)
    assert limiter.acquire(1.0, 1.0).delay == 3.0
    assert limiter.acquire(5.0, 1.0).delay == 1.0


def test_no_more_tokens_are_stocked_than_the_capacity() -> None:
    limiter = enabled()
    assert limiter.acquire(1000.0, 1.0).delay == 0.0
    assert limiter.acquire(1000.0, 1.0).delay == 2.0


def test_tokens_given_back_shorten_the_wait_of_later_callers() -> None:
    limiter = enabled()
    given_up = limiter.acquire(0.0, 5.0)
    limiter.release(given_up.tokens)
    assert limiter.acquire(0.0, 1.0).delay == 2.0


def test_tokens_given_back_do_not_exceed_the_capacity() -> None:
    limiter = enabled()
    limiter.release(100.0)
    assert limiter.tokens == 1.0


def test_a_clock_that_is_set_back_stands_still_and_goes_on() -> None:
    limiter = enabled(now=10_000.0)
    assert limiter.acquire(10_000.0, 1.0).delay == 2.0
    assert limiter.acquire(6_400.0, 1.0).delay == 4.0
    assert limiter.acquire(6_402.0, 1.0).delay == 4.0
    limiter.update(6_403.0, throttled=False)
    assert math.isfinite(limiter.fill_rate)


def test_times_out_of_order_make_no_tokens() -> None:
    limiter = enabled(now=10.0)
    for now in (10.0, 9.5, 10.0, 9.5, 10.0):
        limiter.acquire(now, 0.0)
    assert limiter.tokens == 0.0


@pytest.mark.trap(60)
def test_threads_book_one_after_another() -> None:
    limiter = enabled()
    delays: list[float] = []

    def book() -> None:
        delays.extend(limiter.acquire(0.0, 1.0).delay for _ in range(250))

    in_eight_threads(book)
    assert sorted(delays) == [2.0 * place for place in range(1, 2001)]


@pytest.mark.trap(60)
def test_threads_that_give_back_what_they_booked_leave_nothing_behind() -> None:
    limiter = enabled()
    limiter.acquire(0.0, 3.0)

    def book_and_give_back() -> None:
        for _ in range(1000):
            limiter.release(limiter.acquire(0.0, 5.0).tokens)

    in_eight_threads(book_and_give_back)
    assert limiter.tokens == -3.0


def sessions(limiter: ClientRateLimiter) -> RetrySession:
    return RetrySession(RetryConfig(mode="adaptive"), TokenBucket(), lambda: 1.0, limiter=limiter, time=lambda: 0.0)


def test_a_cancelled_first_wait_gives_its_reservation_back_once() -> None:
    limiter = enabled()
    one, two, three = sessions(limiter), sessions(limiter), sessions(limiter)
    assert [one.begin(), two.begin()] == [2.0, 4.0]
    one.cancelled()
    one.cancelled()
    assert three.begin() == 4.0


def test_a_cancelled_retry_gives_back_what_it_took_of_rate_and_budget() -> None:
    limiter, bucket = enabled(), TokenBucket()
    call = RetrySession(RetryConfig(mode="adaptive"), bucket, lambda: 1.0, limiter=limiter, time=lambda: 0.0)
    assert call.begin() == 2.0
    assert call.delay_after(refused(503), 1) == 22.0
    assert (limiter.tokens, bucket.tokens) == (-11.0, 490)
    call.cancelled()
    assert (limiter.tokens, bucket.tokens) == (-1.0, 500)


def test_a_cancelled_wait_that_the_service_asked_for_gives_back_no_reservation() -> None:
    limiter = enabled()
    call = sessions(limiter)
    call.begin()
    call.delay_after(refused(503, headers={"retry-after": "3"}), 1)
    call.cancelled()
    assert limiter.tokens == -1.0


def test_one_limiter_holds_back_all_sessions_of_a_partition() -> None:
    limiter = enabled()
    assert [sessions(limiter).begin() for _ in range(4)] == [2.0, 4.0, 6.0, 8.0]
