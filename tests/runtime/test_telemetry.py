"""Who is told of calls, and the log lines: no secret, no failure that reaches the call. anchor.md 1.4, 1.19."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from codepipeline_sdk._runtime.telemetry import Telemetry
from codepipeline_sdk._runtime.telemetry.logs import BODY_LIMIT
from codepipeline_sdk.config import ConnectorError, HttpResponse
from codepipeline_sdk.error import (
    ConstructionFailure,
    CredentialsNotLoaded,
    DispatchFailure,
    SdkError,
    UnhandledError,
)
from tests.observed_calls import (
    REQUEST,
    RESPONSE,
    SECRET,
    THROTTLED,
    Backend,
    a_call_with_a_retry,
    a_failed_call,
    caused,
    logging_telemetry,
    start,
    throttling,
)


def output_of(code: str, **environment: str) -> SimpleNamespace:
    """Run code in a fresh process, where nothing is imported and no provider set; return its last line and stderr."""
    variables = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=variables)
    return SimpleNamespace(value=json.loads(done.stdout.splitlines()[-1]), stderr=done.stderr)


# Nobody listens.


@pytest.mark.row("1.19-providers")
def test_without_a_listener_nothing_observes_the_call() -> None:
    assert Telemetry(environment={}).start_call("Service", "DoIt") is None


def test_without_a_listener_a_call_pays_for_four_function_calls() -> None:
    code = """
import json, os, sys
from codepipeline_sdk._runtime.telemetry import Telemetry
telemetry, called = Telemetry(environment=os.environ), []
def note(frame, event, argument):
    if event.endswith("call"):
        called.append(frame.f_code.co_name if event == "call" else argument.__name__)
for _ in range(2):  # the logging module remembers which levels are enabled
    called.clear()
    sys.setprofile(note)
    telemetry.start_call("Service", "DoIt")
    sys.setprofile(None)
print(json.dumps([called, [name for name in sys.modules if name.startswith("opentelemetry")]]))
"""
    called, imported = output_of(code).value
    assert called == ["start_call", "isEnabledFor", "isEnabledFor", "look", "setprofile"]
    assert imported == []


@pytest.mark.row("1.19-providers")
def test_a_provider_that_is_set_later_is_found_without_an_import_or_a_file() -> None:
    code = """
import json, os, sys
from codepipeline_sdk._runtime.telemetry import Telemetry
telemetry = Telemetry(environment=os.environ)
from opentelemetry import metrics, trace
idle = telemetry.start_call("Service", "DoIt")
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
metrics.set_meter_provider(MeterProvider())
events = []
watched = {"import", "open"}
sys.addaudithook(lambda event, arguments: events.append(event) if event in watched else None)
with telemetry.start_call("Service", "DoIt") as call:
    call.attempt_started(1)
    recording = trace.get_current_span().is_recording()
    call.attempt_ended(None, None, None)
watched.clear()
print(json.dumps([idle, recording, events]))
"""
    assert output_of(code).value == [None, True, []]


def test_a_provider_that_the_environment_names_is_loaded_with_the_client() -> None:
    code = """
import json, os
from codepipeline_sdk._runtime.telemetry import Telemetry
with Telemetry(environment=os.environ).start_call("Service", "DoIt"):
    from opentelemetry import trace
    print(json.dumps(trace.get_current_span().is_recording()))
"""
    named = {"OTEL_PYTHON_TRACER_PROVIDER": "sdk_tracer_provider", "OTEL_PYTHON_METER_PROVIDER": "sdk_meter_provider"}
    assert output_of(code, **named).value is True


def test_a_provider_that_cannot_be_loaded_is_warned_of_and_done_without() -> None:
    code = """
import json, os
from codepipeline_sdk._runtime.telemetry import Telemetry
telemetry = Telemetry(environment=os.environ)
print(json.dumps(telemetry.start_call("Service", "DoIt")))
"""
    output = output_of(code, OTEL_PYTHON_TRACER_PROVIDER="no-such-provider", CODEPIPELINE_SDK_LOG="warning")
    assert output.value is None
    assert output.stderr.count("telemetry failed with") == 1


# Log lines.


@pytest.mark.row("1.19-log-events")
def test_a_call_is_one_line(lines: Callable[[], list[str]]) -> None:
    with start(logging_telemetry()) as call:
        call.attempt_started(1)
        call.attempt_ended(REQUEST, RESPONSE, None)
    assert lines() == ["call Service.DoIt: ok, status 200, request id r-1, attempts 1, 750.0 ms"]


@pytest.mark.row("1.19-log-events")
def test_a_retry_is_a_line_with_reason_and_delay(lines: Callable[[], list[str]]) -> None:
    a_call_with_a_retry(logging_telemetry())
    assert lines() == [
        "retry Service.DoIt: attempt 1: ThrottlingException, status 400, request id r-0; next in 0.350 s",
        "call Service.DoIt: ok, status 200, request id r-1, attempts 2, 1250.0 ms",
    ]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (throttling(), "ThrottlingException"),
        (UnhandledError(code="AWS.Other.Code"), "AWS.Other.Code"),
        (UnhandledError(code="two\nlines"), "UnhandledError"),
        (DispatchFailure(SECRET), "DispatchFailure"),
        (
            caused(DispatchFailure(SECRET), ConnectorError(SECRET, kind="io", request_written=True)),
            "DispatchFailure (io)",
        ),
        (caused(DispatchFailure(SECRET), CredentialsNotLoaded(SECRET)), "DispatchFailure (CredentialsNotLoaded)"),
    ],
)
def test_a_failure_is_named_without_its_text(error: SdkError, outcome: str, lines: Callable[[], list[str]]) -> None:
    a_failed_call(logging_telemetry(), error)
    assert lines() == [f"call Service.DoIt: {outcome}, attempts 1, 750.0 ms"]


def test_a_call_that_is_never_sent_is_a_line_too(lines: Callable[[], list[str]]) -> None:
    with pytest.raises(ConstructionFailure), start(logging_telemetry()):
        raise ConstructionFailure
    assert lines() == ["call Service.DoIt: ConstructionFailure, attempts 0, 250.0 ms"]


def test_a_request_id_cannot_forge_a_line(lines: Callable[[], list[str]]) -> None:
    with start(logging_telemetry()) as call:
        call.attempt_started(1)
        call.attempt_ended(REQUEST, HttpResponse(status=200, headers={"x-amzn-requestid": "r\nforged"}), None)
    assert lines() == ["call Service.DoIt: ok, status 200, attempts 1, 750.0 ms"]


@pytest.mark.row("1.4-redaction")
def test_no_secret_reaches_a_line_a_span_or_a_metric(backend: Backend, lines: Callable[[], list[str]]) -> None:
    telemetry = backend.telemetry()
    a_call_with_a_retry(telemetry)
    a_failed_call(telemetry, throttling(), THROTTLED)
    a_failed_call(telemetry, caused(DispatchFailure(SECRET), OSError(SECRET)))
    spans = [span.to_json() for span in backend.exporter.get_finished_spans()]
    metrics = backend.reader.get_metrics_data()
    assert metrics is not None
    told = [*lines(), *spans, metrics.to_json()]
    assert len(told) == 4 + 7 + 1
    assert [text for text in told if SECRET in text] == []


@pytest.mark.row("1.4-sensitive-bodies")
@pytest.mark.trap(47)
@pytest.mark.parametrize("value", ["true", " TRUE "])
def test_bodies_but_no_headers_are_logged_when_the_switch_says_so(value: str, lines: Callable[[], list[str]]) -> None:
    telemetry = logging_telemetry(LOG_SENSITIVE_BODIES=value)
    with start(telemetry) as call:
        call.attempt_started(1)
        call.attempt_ended(REQUEST, RESPONSE, None)
    warning, request, response, last = lines()
    assert warning == "codepipeline_sdk LOG_SENSITIVE_BODIES is set: DEBUG lines hold bodies, with the secrets in them"
    assert request == f"""call Service.DoIt: attempt 1, request body '{{"token":"{SECRET}"}}'"""
    assert response == f"""call Service.DoIt: attempt 1, response body '{{"credentials":"{SECRET}"}}'"""
    assert SECRET not in last


@pytest.mark.row("1.4-sensitive-bodies")
@pytest.mark.parametrize("value", ["", "1", "yes", "false"])
def test_any_other_value_of_the_switch_keeps_bodies_out(value: str, lines: Callable[[], list[str]]) -> None:
    a_call_with_a_retry(logging_telemetry(LOG_SENSITIVE_BODIES=value))
    assert [line for line in lines() if SECRET in line] == []
    assert len(lines()) == 2


def test_bodies_stay_out_of_the_lines_of_retries(
    caplog: pytest.LogCaptureFixture, lines: Callable[[], list[str]]
) -> None:
    caplog.set_level(logging.INFO, logger="codepipeline_sdk.call")
    caplog.handler.setLevel(logging.DEBUG)
    a_call_with_a_retry(logging_telemetry(LOG_SENSITIVE_BODIES="true"))
    assert [line.partition(" ")[0] for line in lines()] == ["codepipeline_sdk", "retry"]


def test_a_body_is_one_line_with_an_end(lines: Callable[[], list[str]]) -> None:
    with start(logging_telemetry(LOG_SENSITIVE_BODIES="true")) as call:
        call.attempt_started(1)
        call.attempt_ended(None, HttpResponse(status=200, body=b"\xff\n" + b"x" * BODY_LIMIT), None)
    body = lines()[1].partition("body ")[2]
    assert body.startswith(r"'\\xff\nxxx")
    assert body.endswith("xxx' and 2 bytes more")


@pytest.mark.parametrize("broken", ["filter", "handler"])
def test_logging_that_raises_does_not_reach_the_call(broken: str, backend: Backend) -> None:
    class BrokenFilterError(Exception):
        pass

    class BrokenHandlerError(Exception):
        pass

    class BrokenHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise BrokenHandlerError

    def refuse(record: logging.LogRecord) -> bool:
        raise BrokenFilterError

    logger, handler = logging.getLogger("codepipeline_sdk.call"), BrokenHandler()
    logger.setLevel(logging.DEBUG)
    if broken == "filter":
        logger.addFilter(refuse)
    else:
        logging.getLogger("codepipeline_sdk").addHandler(handler)
    try:
        a_call_with_a_retry(backend.telemetry())
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeFilter(refuse)
        logging.getLogger("codepipeline_sdk").removeHandler(handler)
    assert len(backend.exporter.get_finished_spans()) == 3


def test_a_missing_variable_leaves_the_package_with_a_null_handler_alone() -> None:
    code = """
import json, logging
from codepipeline_sdk._runtime.telemetry import Telemetry
Telemetry(environment={})
logger = logging.getLogger("codepipeline_sdk")
logger.warning("unseen")
print(json.dumps([[type(handler).__name__ for handler in logger.handlers], logger.level, logging.root.handlers]))
"""
    output = output_of(code)
    assert output.value == [["NullHandler"], 0, []]
    assert output.stderr == ""


LOG_ON_STDERR = """
import json, logging, os
from codepipeline_sdk._runtime.telemetry import Telemetry
telemetry = [Telemetry(environment=os.environ) for _ in range(3)][0]
call = telemetry.start_call("Service", "DoIt")
if call is not None:
    with call:
        pass
logging.getLogger("codepipeline_sdk.x").warning("a warning")
print(json.dumps([logging.root.level, logging.root.handlers]))
"""


@pytest.mark.parametrize(
    ("value", "calls", "complaints"),
    [("debug", 1, 0), (" DEBUG ", 1, 0), ("info", 0, 0), ("warning", 0, 0), ("loud", 0, 1)],
)
def test_the_variable_shows_lines_on_stderr_once(value: str, calls: int, complaints: int) -> None:
    output = output_of(LOG_ON_STDERR, CODEPIPELINE_SDK_LOG=value)
    assert output.stderr.count("DEBUG codepipeline_sdk.call: Service.DoIt: ok") == calls
    assert output.stderr.count("CODEPIPELINE_SDK_LOG is none of debug, info and warning, but 'loud'") == complaints
    assert output.stderr.count("a warning") == 1
    assert output.value == [logging.WARNING, []]
