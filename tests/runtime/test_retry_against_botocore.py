"""Retries compared with botocore's standard and adaptive modes over generated replies.

Where the decisions of standard mode differ:

| reply | botocore | ours | why |
| --- | --- | --- | --- |
| 429 and a code that the operation does not declare | retries | final | anchor's rule; `extra_statuses={429}` retries |
| 429 with a declared code, with `extra_statuses={429}` | final | retries | who asks for the status means every code |
| the HTTP client raised what it does not explain | retries | final | the same request would fail in the same way |
| more failures in a row than a budget holds | 35 retries | 50 retries | a transient retry costs 14 there, 10 here |

Not a question to botocore's retries: it takes a successful reply that is no JSON for an output, and has no attempt
timeout. Its delays are those of a newer rule: 50 ms for what is not throttling, and a requested delay within 5 s of the
backoff.
"""

# The oracle ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore import exceptions
from botocore.hooks import HierarchicalEmitter
from botocore.parsers import JSONParser
from botocore.retries import adaptive, bucket as botocore_bucket, standard, throttling
from hypothesis import given, settings, strategies as st

from codepipeline_sdk._runtime.retry import ClientRateLimiter, RetrySession, TokenBucket
from codepipeline_sdk._runtime.retry.classifiers import THROTTLING_CODES, TRANSIENT_CODES
from codepipeline_sdk.config.http import ConnectorErrorKind
from codepipeline_sdk.config.retry import RetryConfig
from codepipeline_sdk.error import COMMON_ERRORS, SdkError
from codepipeline_sdk.types.error import ERRORS
from tests.runtime.failures import not_connected, refused

SERVICE: Any = botocore.session.Session().get_service_model("codepipeline")
OPERATION = SERVICE.operation_model("GetPipeline")
DECLARED = {shape.name for shape in OPERATION.error_shapes}

CONNECTION_FAILURES: dict[ConnectorErrorKind, Exception] = {
    "connect_timeout": exceptions.ConnectTimeoutError(endpoint_url="https://x"),
    "read_timeout": exceptions.ReadTimeoutError(endpoint_url="https://x"),
    "io": exceptions.ConnectionClosedError(endpoint_url="https://x"),
    "other": exceptions.HTTPClientError(error=RuntimeError("a bug")),
}


class Reply(NamedTuple):
    """What an attempt comes to: a response, or a failure of the connection."""

    status: int = 0
    code: str | None = None
    failure: ConnectorErrorKind | None = None

    def error(self) -> SdkError:
        """Return it as our retries see it."""
        return not_connected(self.failure) if self.failure else refused(self.status, self.code)

    def keywords(self) -> dict[str, Any]:
        """Return it as botocore's retries see it."""
        if self.failure:
            return {"response": None, "caught_exception": CONNECTION_FAILURES[self.failure]}
        body = b"" if self.code is None else json.dumps({"__type": self.code, "message": "no"}).encode()
        parsed = JSONParser().parse({"status_code": self.status, "headers": {}, "body": body}, OPERATION.output_shape)
        http = SimpleNamespace(status_code=self.status, headers={})
        return {"response": (http, parsed), "caught_exception": None}


class Botocore:
    """The standard retries of one botocore client, whose quota goes on from call to call."""

    def __init__(self, max_attempts: int) -> None:
        self._events = HierarchicalEmitter()
        client = SimpleNamespace(meta=SimpleNamespace(service_model=SERVICE, events=self._events))
        self._handler: Any = standard.register_retry_handler(client, max_attempts)

    def call(self) -> BotocoreCall:
        return BotocoreCall(self._handler)


class BotocoreCall:
    """One call with botocore's retries."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler
        self._context: dict[str, object] = {}

    def retries(self, reply: Reply, attempt: int) -> bool:
        delay = self._handler.needs_retry(
            operation=OPERATION, attempts=attempt, request_dict={"context": self._context}, **reply.keywords()
        )
        return delay is not None


def ours(config: RetryConfig, bucket: TokenBucket | None = None) -> RetrySession:
    return RetrySession(config, bucket or TokenBucket(), lambda: 0.5)


statuses = st.sampled_from([301, 400, 403, 404, 408, 413, 418, 429, 500, 501, 502, 503, 504, 505, 599])
codes = st.sampled_from([None, "NeverHeardOf", *sorted({*THROTTLING_CODES, *TRANSIENT_CODES, *ERRORS, *COMMON_ERRORS})])
failures = st.sampled_from(sorted(CONNECTION_FAILURES))
replies = st.builds(Reply, statuses, codes, st.none()) | st.builds(Reply, st.just(0), st.none(), failures)


@settings(deadline=None, max_examples=500)
@given(sequence=st.lists(replies, min_size=1, max_size=6), max_attempts=st.integers(1, 6), opts_in=st.booleans())
def test_a_call_is_retried_as_by_botocore_or_the_table_says_why_not(
    sequence: list[Reply], max_attempts: int, opts_in: bool
) -> None:
    config = RetryConfig(max_attempts=max_attempts, extra_statuses={429} if opts_in else ())
    our_call, their_call = ours(config), Botocore(max_attempts).call()
    for number, reply in enumerate(sequence, 1):
        mine = our_call.delay_after(reply.error(), number) is not None
        theirs = their_call.retries(reply, number)
        if mine != theirs:
            assert explained(reply, opts_in=opts_in) == (theirs, mine)
        if not (mine and theirs):
            return


def explained(reply: Reply, *, opts_in: bool) -> tuple[bool, bool] | None:
    """Return what botocore and we decide where the table says that they differ."""
    if reply.status == 429 and opts_in and reply.code in DECLARED:
        return False, True
    if reply.status == 429 and not opts_in and reply.code not in DECLARED:
        return True, False
    return (True, False) if reply.failure == "other" else None


@pytest.mark.parametrize(
    ("reply", "opts_in", "theirs", "mine"),
    [
        (Reply(429), False, True, False),
        (Reply(429, "NeverHeardOf"), False, True, False),
        (Reply(429, "ValidationException"), False, False, False),
        (Reply(429), True, True, True),
        (Reply(429, "ValidationException"), True, False, True),
        (Reply(failure="other"), False, True, False),
    ],
)
def test_each_row_of_the_table_is_a_difference(reply: Reply, opts_in: bool, theirs: bool, mine: bool) -> None:
    config = RetryConfig(extra_statuses={429} if opts_in else ())
    assert Botocore(3).call().retries(reply, 1) is theirs
    assert (ours(config).delay_after(reply.error(), 1) is not None) is mine


@pytest.mark.parametrize(
    ("reply", "theirs", "mine"), [(Reply(500), 35, 50), (Reply(400, "ThrottlingException"), 100, 100)]
)
def test_a_budget_holds_this_many_retries_in_a_row(reply: Reply, theirs: int, mine: int) -> None:
    client, bucket = Botocore(200), TokenBucket()
    their_call, our_call = client.call(), ours(RetryConfig(max_attempts=200), bucket)
    assert sum(their_call.retries(reply, number) for number in range(1, 150)) == theirs
    assert sum(our_call.delay_after(reply.error(), number) is not None for number in range(1, 150)) == mine


class Clock:
    """A clock of botocore that tells the time it is given."""

    def __init__(self, now: float) -> None:
        self.now = now

    def current_time(self) -> float:
        return self.now


def botocore_limiter(clock: Clock) -> Any:
    """Return botocore's limiter, told of each response whether it was throttled."""

    def is_throttling_error(*, throttled: bool) -> bool:
        return throttled

    return adaptive.ClientRateLimiter(
        rate_adjustor=throttling.CubicCalculator(starting_max_rate=0, start_time=clock.now),
        rate_clocker=adaptive.RateClocker(clock),
        token_bucket=botocore_bucket.TokenBucket(max_rate=1, clock=clock),
        throttling_detector=SimpleNamespace(is_throttling_error=is_throttling_error),
        clock=clock,
    )


@pytest.mark.row("1.10-adaptive")
@settings(deadline=None)
@given(
    start=st.integers(0, 2_000_000_000),
    attempts=st.lists(st.tuples(st.integers(0, 5000), st.booleans()), min_size=1, max_size=60),
)
def test_the_rate_of_adaptive_mode_equals_botocores(start: int, attempts: list[tuple[int, bool]]) -> None:
    clock, limiter = Clock(start), ClientRateLimiter(start)
    theirs = botocore_limiter(clock)
    milliseconds = 0
    for step, throttled in attempts:
        milliseconds += step
        clock.now = start + milliseconds / 1000
        theirs.on_receiving_response(throttled=throttled)
        limiter.update(clock.now, throttled=throttled)
        assert limiter.fill_rate == pytest.approx(theirs._token_bucket.max_rate, rel=1e-5)
        assert limiter.measured_rate == pytest.approx(theirs._rate_clocker.measured_rate, rel=1e-9)
