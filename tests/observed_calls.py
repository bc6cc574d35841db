"""Calls for telemetry to observe, with a secret in every place that can hold one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, Metric
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from codepipeline_sdk._runtime.telemetry import CallTelemetry, Telemetry
from codepipeline_sdk.config import HttpRequest, HttpResponse
from codepipeline_sdk.error import SdkError, ThrottlingException

SECRET = "s3cr3t"  # in every place where a secret can be
REQUEST = HttpRequest(
    method="POST",
    url=f"https://user:{SECRET}@service.eu-west-1.example/?{SECRET}",
    headers={"authorization": SECRET, "x-amz-security-token": SECRET, "x-own": SECRET},
    body=b'{"token":"%s"}' % SECRET.encode(),
)
RESPONSE = HttpResponse(
    status=200,
    headers={"x-amzn-requestid": "r-1", "set-cookie": SECRET, "x-own": SECRET},
    body=b'{"credentials":"%s"}' % SECRET.encode(),
)
THROTTLED = HttpResponse(status=400, headers={"x-amzn-requestid": "r-0"}, body=SECRET.encode())


def throttling() -> ThrottlingException:
    error = ThrottlingException(f"text with {SECRET}", response=THROTTLED)
    error.__cause__ = ValueError(SECRET)
    return error


class Clock:
    """Goes a quarter of a second at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


class Backend:
    """The SDK of OpenTelemetry, in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meters = MeterProvider(metric_readers=[self.reader], shutdown_on_exit=False)

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        """The spans that ended, by name; of several attempts the last."""
        return {span.name: span for span in self.exporter.get_finished_spans()}

    @property
    def metrics(self) -> dict[str, Metric]:
        data = self.reader.get_metrics_data()
        assert data is not None
        (resource,) = data.resource_metrics
        (scope,) = resource.scope_metrics
        assert scope.scope.name == "codepipeline_sdk"
        return {metric.name: metric for metric in scope.metrics}

    def points(self, name: str) -> list[HistogramDataPoint]:
        points = self.metrics[name].data.data_points
        return [point for point in points if isinstance(point, HistogramDataPoint)]

    def telemetry(self, environment: Mapping[str, str] | None = None) -> Telemetry:
        return Telemetry(
            environment=environment or {}, tracer_provider=self.tracers, meter_provider=self.meters, clock=Clock()
        )


def caused(error: SdkError, cause: BaseException) -> SdkError:
    error.__cause__ = cause
    return error


def logging_telemetry(**environment: str) -> Telemetry:
    return Telemetry(environment=environment, clock=Clock())


def start(telemetry: Telemetry) -> CallTelemetry:
    observed = telemetry.start_call("Service", "DoIt", "eu-west-1")
    assert observed is not None
    return observed


def a_call_with_a_retry(telemetry: Telemetry) -> None:
    with start(telemetry) as call:
        call.attempt_started(1)
        call.attempt_ended(REQUEST, THROTTLED, throttling(), 0.35)
        call.attempt_started(2)
        call.attempt_ended(REQUEST, RESPONSE, None)


def a_failed_call(telemetry: Telemetry, error: SdkError, response: HttpResponse | None = None) -> None:
    with suppress(SdkError), start(telemetry) as call:
        call.attempt_started(1)
        call.attempt_ended(REQUEST, response, error)
        raise error
