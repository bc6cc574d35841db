"""How long to wait between attempts. Source: anchor.md 1.10, traps 16 and 18."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from codepipeline_sdk._runtime.clock_skew import parse_fixdate
from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.config.retry import RetryConfig


def backoff(config: RetryConfig, attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait after the attempt of this number, counted from 1."""
    # A float cannot hold 2**1024, and the cap is reached long before.
    return random() * min(config.initial_backoff * 2.0 ** min(attempt - 1, 1000), config.max_backoff)


def requested_delay(response: HttpResponse | None, now: float) -> float | None:
    """Return the seconds that a response asks to wait; None when it does not.

    That is `x-amz-retry-after` in milliseconds, else `Retry-After`, in seconds or as a date. A date counts from the
    response's own `Date`, so that a wrong clock here does not matter; from `now`, in epoch seconds, if it has none.
    """
    if response is None:
        return None
    headers = response.headers
    milliseconds = _whole_number(headers, "x-amz-retry-after")
    if milliseconds is not None:
        return milliseconds / 1000.0
    seconds = _whole_number(headers, "retry-after")
    if seconds is not None:
        return float(seconds)
    until = parse_fixdate(headers.get("retry-after", "").strip())
    if until is None:
        return None
    sent = parse_fixdate(headers.get("date", "").strip())
    return max(0.0, until - (now if sent is None else sent))


def _whole_number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    # Twelve digits are more than any cap, and never too many for int().
    return int(text[:12]) if text.isascii() and text.isdigit() else None
