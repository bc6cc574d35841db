"""Spans and metrics of calls, in the memory of OpenTelemetry's SDK; backends that raise. anchor.md 1.19."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from contextlib import suppress

import anyio
import pytest
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.trace import INVALID_SPAN, SpanKind, StatusCode, get_current_span

from codepipeline_sdk._runtime.telemetry import Telemetry
from codepipeline_sdk.config import HttpRequest
from codepipeline_sdk.error import CredentialsNotLoaded, DispatchFailure
from tests.observed_calls import (
    REQUEST,
    RESPONSE,
    SECRET,
    THROTTLED,
    Backend,
    a_call_with_a_retry,
    a_failed_call,
    caused,
    start,
    throttling,
)

# Spans.


@pytest.mark.row("1.19-spans")
def test_a_call_is_a_client_span_and_its_attempts_are_children(backend: Backend) -> None:
    a_call_with_a_retry(backend.telemetry())
    first, second, call = backend.exporter.get_finished_spans()
    assert (call.name, call.kind, call.parent) == ("Service.DoIt", SpanKind.CLIENT, None)
    assert dict(call.attributes or {}) == {
        "rpc.system": "aws-api",
        "rpc.system.name": "aws-api",
        "rpc.service": "Service",
        "rpc.method": "DoIt",
        "cloud.region": "eu-west-1",
        "http.response.status_code": 200,
        "aws.request_id": "r-1",
        "server.address": "service.eu-west-1.example",
        "server.port": 443,
    }
    assert call.status.status_code is StatusCode.UNSET
    for number, attempt in enumerate((first, second), 1):
        assert (attempt.name, attempt.kind, attempt.parent) == ("try_attempt", SpanKind.INTERNAL, call.context)
        assert (attempt.attributes or {})["attempt"] == number


def test_a_failed_attempt_says_why_and_the_call_that_there_was_another(backend: Backend) -> None:
    a_call_with_a_retry(backend.telemetry())
    first, _, call = backend.exporter.get_finished_spans()
    assert (first.status.status_code, first.status.description) == (StatusCode.ERROR, "ThrottlingException")
    assert dict(first.attributes or {}) == {
        "attempt": 1,
        "error.type": "ThrottlingException",
        "http.response.status_code": 400,
        "aws.request_id": "r-0",
        "server.address": "service.eu-west-1.example",
        "server.port": 443,
    }
    (retry,) = call.events
    assert retry.name == "retry"
    assert dict(retry.attributes or {}) == {"attempt": 1, "reason": "ThrottlingException", "delay": 0.35}


def test_a_failed_call_has_the_type_of_its_error_and_no_exception_event(backend: Backend) -> None:
    a_failed_call(backend.telemetry(), caused(DispatchFailure("text"), CredentialsNotLoaded("text")))
    for span in backend.spans.values():
        assert span.status.status_code is StatusCode.ERROR
        assert span.status.description == "DispatchFailure (CredentialsNotLoaded)"
        assert (span.attributes or {})["error.type"] == "DispatchFailure"
        assert list(span.events) == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://localhost:4566/", {"server.address": "localhost", "server.port": 4566}),
        ("http://[::1]/", {"server.address": "::1", "server.port": 80}),
        ("", {}),
        ("https://[broken", {}),
        ("https://host:99999999/", {}),
    ],
)
def test_the_server_is_named_as_far_as_the_url_does(url: str, server: dict[str, object], backend: Backend) -> None:
    with start(backend.telemetry()) as call:
        call.attempt_started(1)
        call.attempt_ended(HttpRequest(method="POST", url=url), RESPONSE, None)
    for span in backend.spans.values():
        assert (span.attributes or {})["aws.request_id"] == "r-1"
        assert {name: value for name, value in (span.attributes or {}).items() if name.startswith("server")} == server


async def test_spans_that_are_made_meanwhile_nest(backend: Backend) -> None:
    tracer = backend.tracers.get_tracer("of an instrumented http client")
    with tracer.start_as_current_span("application"):
        with start(backend.telemetry()) as call:
            call.attempt_started(1)
            await anyio.lowlevel.checkpoint()
            tracer.start_span("in the attempt").end()
            call.attempt_ended(REQUEST, THROTTLED, throttling(), 0.1)
            await anyio.lowlevel.checkpoint()
            tracer.start_span("between attempts").end()
        tracer.start_span("behind the call").end()
    parents = {"in the attempt": "try_attempt", "between attempts": "Service.DoIt", "Service.DoIt": "application"}
    for child, parent in {**parents, "behind the call": "application"}.items():
        assert backend.spans[child].parent == backend.spans[parent].context


async def test_calls_at_the_same_time_keep_their_spans_apart(backend: Backend) -> None:
    telemetry, tracer = backend.telemetry(), backend.tracers.get_tracer("application")
    parents: list[object] = []
    everybody = anyio.Event()
    waiting = 0

    async def one() -> None:
        nonlocal waiting
        with start(telemetry) as call:
            call.attempt_started(1)
            before = get_current_span()
            waiting += 1
            if waiting == 3:
                everybody.set()
            await everybody.wait()
            assert get_current_span() is before
            parents.append(before)
            call.attempt_ended(REQUEST, RESPONSE, None)
        assert get_current_span() is application

    with tracer.start_as_current_span("application") as application:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)
    assert len(set(map(id, parents))) == 3
    assert len(backend.exporter.get_finished_spans()) == 7


async def test_a_cancelled_call_ends_its_spans_and_durations(backend: Backend, lines: Callable[[], list[str]]) -> None:
    with anyio.CancelScope() as scope, start(backend.telemetry()) as call:
        call.attempt_started(1)
        call.attempt_ended(REQUEST, THROTTLED, throttling(), 0.0)
        call.attempt_started(2)
        scope.cancel()
        await anyio.sleep_forever()
    kind = anyio.get_cancelled_exc_class().__name__
    _, attempt, whole = backend.exporter.get_finished_spans()
    for span in (attempt, whole):
        assert (span.status.status_code, (span.attributes or {})["error.type"]) == (StatusCode.ERROR, kind)
    assert "http.response.status_code" not in (whole.attributes or {})
    assert (whole.attributes or {})["server.address"] == "service.eu-west-1.example"
    assert get_current_span() is INVALID_SPAN
    assert lines()[-1] == f"call Service.DoIt: {kind}, attempts 2, 1250.0 ms"
    (duration,) = backend.points("smithy.client.call.duration")
    assert (duration.attributes or {})["error.type"] == kind
    assert len(backend.points("smithy.client.call.attempt.duration")) == 2


def test_a_call_that_is_closed_from_outside_its_context_ends_quietly(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    async def abandoned() -> None:
        with start(backend.telemetry()) as call:
            call.attempt_started(1)
            await asyncio.Future[None]()

    loop = asyncio.new_event_loop()
    coroutine = abandoned()

    def run_until_it_waits() -> None:
        asyncio.events._set_running_loop(loop)
        coroutine.send(None)
        asyncio.events._set_running_loop(None)

    contextvars.copy_context().run(run_until_it_waits)
    coroutine.close()
    loop.close()
    assert set(backend.spans) == {"try_attempt", "Service.DoIt"}
    assert caplog.records == []


def test_a_call_that_is_closed_in_its_context_leaves_the_former_span_current(backend: Backend) -> None:
    with suppress(GeneratorExit), start(backend.telemetry()) as call:
        call.attempt_started(1)
        raise GeneratorExit
    assert set(backend.spans) == {"try_attempt", "Service.DoIt"}
    assert get_current_span() is INVALID_SPAN


# Metrics.


@pytest.mark.row("1.19-metrics")
def test_durations_of_calls_and_attempts_are_recorded_in_seconds(backend: Backend) -> None:
    a_call_with_a_retry(backend.telemetry())
    assert {name: metric.unit for name, metric in backend.metrics.items()} == {
        "smithy.client.call.duration": "s",
        "smithy.client.call.attempt.duration": "s",
    }
    (call,) = backend.points("smithy.client.call.duration")
    assert (call.sum, call.attributes) == (1.25, {"rpc.service": "Service", "rpc.method": "DoIt"})
    assert [(point.sum, point.attributes) for point in backend.points("smithy.client.call.attempt.duration")] == [
        (
            0.25,
            {"rpc.service": "Service", "rpc.method": "DoIt", "attempt": 1, "error.type": "ThrottlingException"},
        ),
        (0.25, {"rpc.service": "Service", "rpc.method": "DoIt", "attempt": 2}),
    ]


def test_the_buckets_tell_milliseconds_from_seconds(backend: Backend) -> None:
    a_call_with_a_retry(backend.telemetry())
    (point,) = backend.points("smithy.client.call.duration")
    assert (point.explicit_bounds[0], point.explicit_bounds[-1]) == (0.005, 60.0)


def test_two_clients_share_the_instruments_of_a_provider(backend: Backend, caplog: pytest.LogCaptureFixture) -> None:
    a_call_with_a_retry(backend.telemetry())
    a_call_with_a_retry(backend.telemetry())
    (call,) = backend.points("smithy.client.call.duration")
    assert call.count == 2
    assert caplog.records == []


# A backend that raises.


class BackendError(Exception):
    """What a broken backend raises."""


@pytest.fixture
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let one method of the SDK's classes raise; keep how often it did."""
    raised: list[str] = []
    target: str = request.param
    owner, _, method = target.rpartition(".")

    def fail(*arguments: object, **keywords: object) -> None:
        raised.append(method)
        raise BackendError(SECRET)

    modules = {"Span": "trace", "Tracer": "trace", "Histogram": "metrics._internal.instrument"}
    monkeypatch.setattr(f"opentelemetry.sdk.{modules[owner]}.{owner}.{method}", fail)
    yield raised
    assert raised != []


@pytest.mark.parametrize(
    "broken",
    ["Tracer.start_span", "Span.set_attributes", "Span.set_status", "Span.add_event", "Span.end", "Histogram.record"],
    indirect=True,
)
def test_a_backend_that_raises_does_not_reach_the_call(
    broken: list[str], backend: Backend, lines: Callable[[], list[str]]
) -> None:
    a_call_with_a_retry(backend.telemetry())
    assert get_current_span() is INVALID_SPAN
    told = lines()
    assert [line for line in told if line.startswith(("call", "retry"))] == [
        "retry Service.DoIt: attempt 1: ThrottlingException, status 400, request id r-0; next in 0.350 s",
        "call Service.DoIt: ok, status 200, request id r-1, attempts 2, 1250.0 ms",
    ]
    assert [line for line in told if SECRET in line] == []
    ended = {"start_span": 0, "end": 0}.get(broken[0], 3)
    assert len(backend.exporter.get_finished_spans()) == ended


@pytest.mark.parametrize("broken", ["Span.set_attributes", "Span.set_status"], indirect=True)
def test_a_span_that_cannot_be_described_still_ends(broken: list[str], backend: Backend) -> None:
    a_failed_call(backend.telemetry(), throttling(), THROTTLED)
    assert set(backend.spans) == {"try_attempt", "Service.DoIt"}


def test_a_provider_that_fails_is_asked_once_and_warned_of_once(
    backend: Backend, lines: Callable[[], list[str]]
) -> None:
    class UnheardOfError(Exception):
        pass

    class BrokenMeters(MeterProvider):
        asked = 0

        def get_meter(self, *arguments: object, **keywords: object) -> Meter:
            self.asked += 1
            raise UnheardOfError(SECRET)

    meters = BrokenMeters(shutdown_on_exit=False)
    for clients in (1, 2):
        telemetry = Telemetry(environment={}, tracer_provider=backend.tracers, meter_provider=meters)
        a_call_with_a_retry(telemetry)
        a_call_with_a_retry(telemetry)
        assert meters.asked == clients
    assert [line for line in lines() if "telemetry failed" in line] == [
        "codepipeline_sdk telemetry failed with UnheardOfError; calls go on"
    ]
    assert len(backend.exporter.get_finished_spans()) == 12
