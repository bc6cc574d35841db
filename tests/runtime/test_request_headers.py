"""The headers that place an attempt in its call and in its trace. anchor.md 1.12, traps 25 and 53."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings, strategies as st

from codepipeline_sdk._runtime.request_headers import TRACE_ID, add_trace_id, request_info
from codepipeline_sdk._runtime.signing import UNSIGNED_HEADERS
from codepipeline_sdk.config.tracing import trace_id

NOW = 1_700_000_000.9  # 2023-11-14T22:13:20.9Z
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "some-function"}


def added(environ: Mapping[str, str], headers: Mapping[str, str] | None = None) -> str | None:
    sent = dict(headers or {})
    add_trace_id(sent, environ)
    return sent.get(TRACE_ID)


@pytest.mark.row("1.12-request")
def test_an_attempt_tells_its_number_and_how_many_there_may_be() -> None:
    assert request_info(1, 3, now=NOW) == "attempt=1; max=3"
    assert request_info(2, 3, now=NOW) == "attempt=2; max=3"


@pytest.mark.row("1.12-request")
@pytest.mark.trap(25)
@pytest.mark.parametrize(
    ("read_timeout", "skew", "value"),
    [
        pytest.param(math.inf, None, "attempt=2; max=3", id="no timeout, no skew"),
        pytest.param(60.0, None, "attempt=2; max=3", id="no skew known yet"),
        pytest.param(math.inf, 0.0, "attempt=2; max=3", id="no timeout"),
        pytest.param(60.0, 0.0, "ttl=20231114T221420Z; attempt=2; max=3", id="the clocks agree"),
        pytest.param(60.0, 3600.0, "ttl=20231114T231420Z; attempt=2; max=3", id="the service is ahead"),
        pytest.param(60.0, -3600.0, "ttl=20231114T221420Z; attempt=2; max=3", id="the service is behind"),
    ],
)
def test_the_deadline_is_told_when_timeout_and_skew_are_known(
    read_timeout: float, skew: float | None, value: str
) -> None:
    assert request_info(2, 3, now=NOW, read_timeout=read_timeout, skew=skew) == value


@pytest.mark.parametrize(
    ("now", "read_timeout"), [(NOW, 1e300), (NOW, math.nan), (math.nan, 60.0), (-100.0, 60.0), (math.inf, 60.0)]
)
def test_a_deadline_that_no_text_can_say_is_not_told(now: float, read_timeout: float) -> None:
    assert request_info(2, 3, now=now, read_timeout=read_timeout, skew=0.0) == "attempt=2; max=3"


@settings(derandomize=True, deadline=None)
@given(st.floats(), st.floats(), st.none() | st.floats())
def test_any_times_make_a_value_of_the_grammar(now: float, read_timeout: float, skew: float | None) -> None:
    value = request_info(1, 3, now=now, read_timeout=read_timeout, skew=skew)
    assert re.fullmatch(r"(ttl=[0-9]{8}T[0-9]{6}Z; )?attempt=1; max=3", value)


@pytest.mark.row("1.12-recursion")
@pytest.mark.trap(53)
@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({}, None, id="neither"),
        pytest.param(LAMBDA, None, id="no trace"),
        pytest.param({"_X_AMZN_TRACE_ID": TRACE}, None, id="not in Lambda"),
        pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "", "_X_AMZN_TRACE_ID": TRACE}, None, id="no function name"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": ""}, None, id="empty trace"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": "  "}, None, id="blank trace"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": TRACE}, TRACE, id="both"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": f" {TRACE} "}, TRACE, id="with spaces around"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": "a\nb\x00\x7f"}, "a%0Ab%00%7F", id="control characters"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": "\r\nx: y"}, "%0D%0Ax: y", id="a second header"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": "first;a=%0A,b"}, "first;a=%0A,b", id="encoded already"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": "é"}, "%C3%A9", id="not ASCII"),
        pytest.param({**LAMBDA, "_X_AMZN_TRACE_ID": "\udc80"}, "?", id="not Unicode"),
    ],
)
def test_the_trace_of_a_lambda_invocation_is_passed_on(environ: Mapping[str, str], expected: str | None) -> None:
    assert added(environ) == expected


def test_every_printable_character_of_a_trace_is_passed_on_as_it_is() -> None:
    printable = "".join(map(chr, range(0x21, 0x7F)))
    assert added({**LAMBDA, "_X_AMZN_TRACE_ID": f"a {printable}"}) == f"a {printable}"


@pytest.mark.trap(53)
@pytest.mark.parametrize("own", ["Root=own", ""])
def test_a_trace_that_the_request_names_is_kept(own: str) -> None:
    assert added({**LAMBDA, "_X_AMZN_TRACE_ID": TRACE}, {TRACE_ID: own}) == own


@pytest.mark.parametrize("environ", [{}, {**LAMBDA, "_X_AMZN_TRACE_ID": TRACE}], ids=["outside", "in Lambda"])
async def test_a_trace_of_the_context_takes_the_place_of_the_environment_in_its_task_alone(
    environ: Mapping[str, str],
) -> None:
    seen: dict[str, str | None] = {}

    async def serve(invocation: str) -> None:
        trace_id.set(invocation)
        await anyio.lowlevel.checkpoint()
        seen[invocation] = added(environ)

    async with anyio.create_task_group() as invocations:
        invocations.start_soon(serve, "Root=a")
        invocations.start_soon(serve, "Root=b")
        invocations.start_soon(serve, "Root=\n")
    assert seen == {"Root=a": "Root=a", "Root=b": "Root=b", "Root=\n": "Root=%0A"}
    assert added(environ) == environ.get("_X_AMZN_TRACE_ID")


def test_an_empty_trace_of_the_context_passes_none_on() -> None:
    token = trace_id.set("")
    try:
        assert added({**LAMBDA, "_X_AMZN_TRACE_ID": TRACE}) is None
    finally:
        trace_id.reset(token)


@settings(derandomize=True, deadline=None)
@given(st.text() | st.just("\ud800"))
def test_any_environment_makes_a_value_that_can_be_sent(trace: str) -> None:
    value = added({**LAMBDA, "_X_AMZN_TRACE_ID": trace})
    assert value is None or re.fullmatch(r"[!-~]([ -~]*[!-~])?", value)


def test_the_trace_is_not_signed() -> None:
    assert TRACE_ID in UNSIGNED_HEADERS
