"""The headers that place an attempt: in its call, among the call's attempts, in the trace that led to it.

None of them is signed. Source: anchor.md 1.12, traps 24, 25, 53.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from codepipeline_sdk.config.tracing import trace_id

INVOCATION_ID: Final = "amz-sdk-invocation-id"
"""Holds an id that all attempts of a call share; set after signing."""

REQUEST_INFO: Final = "amz-sdk-request"
"""Holds what `request_info` returns; set after signing."""

TRACE_ID: Final = "x-amzn-trace-id"
"""Holds what `add_trace_id` finds; services break endless recursion of functions with it."""

_YEAR_10000: Final = 253_402_300_800.0
_PRINTABLE_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))


def request_info(
    attempt: int, max_attempts: int, *, now: float, read_timeout: float = math.inf, skew: float | None = None
) -> str:
    """Return the value of `amz-sdk-request`.

    Args:
        attempt: counted from 1.
        max_attempts: how many there may be in all.
        now: the client's time, in epoch seconds, uncorrected.
        read_timeout: seconds; infinite when it is off.
        skew: how many seconds the service was ahead in an earlier response of the call; None when that is unknown.
    """
    info = f"attempt={attempt}; max={max_attempts}"
    if skew is None:
        return info
    deadline = now + read_timeout + max(0.0, skew)
    # Without a limit, or beyond what the format can say, there is no deadline to tell.
    if not 0 <= deadline < _YEAR_10000:
        return info
    return f"ttl={datetime.fromtimestamp(deadline, UTC):%Y%m%dT%H%M%SZ}; {info}"


def add_trace_id(headers: dict[str, str], environ: Mapping[str, str]) -> None:
    """Pass on the trace that a request belongs to, unless `headers` name one.

    The trace id is that of the context; without one, in a Lambda function (AWS_LAMBDA_FUNCTION_NAME), that of the
    environment (_X_AMZN_TRACE_ID), which changes with each invocation. What is not printable ASCII is percent-encoded.
    """
    if TRACE_ID in headers:
        return
    value = trace_id.get()
    if value is None and environ.get("AWS_LAMBDA_FUNCTION_NAME"):
        value = environ.get("_X_AMZN_TRACE_ID")
    value = value.strip(" ") if value else None
    if value:
        headers[TRACE_ID] = quote(value, safe=_PRINTABLE_ASCII, errors="replace")
