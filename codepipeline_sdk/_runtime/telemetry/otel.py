"""Spans and metrics through OpenTelemetry's API.

It is imported from functions alone, and only when the application has imported it already: before that no provider can
be set, and a call must not import anything.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from attrs import frozen

from codepipeline_sdk._runtime.telemetry.logs import PACKAGE, report
from codepipeline_sdk._runtime.telemetry.outcome import Outcome

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.metrics import Histogram, MeterProvider
    from opentelemetry.trace import Span, SpanKind, Tracer, TracerProvider

    from codepipeline_sdk.config.http import HttpRequest

# OpenTelemetry loads the provider that such a variable names when it is first asked for it.
_PROVIDER_VARIABLES: Final = {
    "OTEL_PYTHON_TRACER_PROVIDER": "opentelemetry.trace",
    "OTEL_PYTHON_METER_PROVIDER": "opentelemetry.metrics",
}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Seconds; the default boundaries of OpenTelemetry suit milliseconds.
_BOUNDARIES: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0)


class Providers:
    """Finds the providers, those given or the global ones, and keeps what it takes from them."""

    __slots__ = ("_meter_provider", "_tracer_provider", "_version", "histograms", "incomplete", "tracer")

    def __init__(
        self,
        environment: Mapping[str, str],
        version: str | None,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
    ) -> None:
        self._version = version
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider
        self.tracer: Tracer | None = None
        self.histograms: Histograms | None = None
        self.incomplete = True
        """Whether looking again may find another one."""
        self._load_named(environment)
        self.look()

    def _load_named(self, environment: Mapping[str, str]) -> None:
        """Import what the environment asks for now, so that no call has to."""
        for variable, module in _PROVIDER_VARIABLES.items():
            if environment.get(variable):
                try:
                    importlib.import_module(module)
                except Exception as error:
                    report(error)

    def look(self) -> None:
        """Take the providers that are set by now. One that fails is not tried again."""
        try:
            if self.tracer is None and "opentelemetry.trace" in sys.modules:
                from opentelemetry.trace import get_tracer_provider

                tracers = self._tracer_provider or get_tracer_provider()
                self.tracer = tracers.get_tracer(PACKAGE.name, self._version) if _works(tracers) else None
            if self.histograms is None and "opentelemetry.metrics" in sys.modules:
                from opentelemetry.metrics import get_meter_provider

                meters = self._meter_provider or get_meter_provider()
                self.histograms = Histograms(meters, self._version) if _works(meters) else None
            self.incomplete = self.tracer is None or self.histograms is None
        except Exception as error:
            self.incomplete = False
            report(error)


class Histograms:
    """The instruments of a meter provider."""

    __slots__ = ("attempt", "call")

    def __init__(self, provider: MeterProvider, version: str | None) -> None:
        create = provider.get_meter(PACKAGE.name, version).create_histogram
        self.call: Histogram = create(
            "smithy.client.call.duration",
            unit="s",
            description="How long calls took, with all their attempts and the waits between",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )
        self.attempt: Histogram = create(
            "smithy.client.call.attempt.duration",
            unit="s",
            description="How long single attempts took",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )


class CallDurations:
    """Records the durations of one call."""

    __slots__ = ("_attributes", "_histograms")

    def __init__(self, histograms: Histograms, service_id: str, operation: str) -> None:
        self._histograms = histograms
        self._attributes = {"rpc.service": service_id, "rpc.method": operation}

    def call_started(self) -> None:
        """Record nothing yet."""

    def attempt_started(self, number: int) -> None:
        """Record nothing yet."""

    def attempt_ended(self, outcome: Outcome) -> None:
        """Record how long the attempt took."""
        attributes: dict[str, str | int] = {**self._attributes, **_failure(outcome), "attempt": outcome.attempts}
        self._histograms.attempt.record(outcome.seconds, attributes)

    def call_ended(self, outcome: Outcome) -> None:
        """Record how long the call took."""
        self._histograms.call.record(outcome.seconds, {**self._attributes, **_failure(outcome)})


class CallSpans:
    """Makes the spans of one call."""

    __slots__ = ("_attempt", "_attributes", "_call", "_name", "_tracer")

    def __init__(self, tracer: Tracer, service_id: str, operation: str, region: str | None) -> None:
        self._tracer = tracer
        self._name = f"{service_id}.{operation}"
        self._attributes = {
            "rpc.system": "aws-api",
            "rpc.system.name": "aws-api",
            "rpc.service": service_id,
            "rpc.method": operation,
        }
        if region:
            self._attributes["cloud.region"] = region
        self._call: _CurrentSpan | None = None
        self._attempt: _CurrentSpan | None = None

    def call_started(self) -> None:
        """Start the span of the call."""
        from opentelemetry.trace import SpanKind

        self._call = _CurrentSpan.start(self._tracer, self._name, SpanKind.CLIENT, self._attributes)

    def attempt_started(self, number: int) -> None:
        """Start the span of an attempt."""
        from opentelemetry.trace import SpanKind

        self._attempt = _CurrentSpan.start(self._tracer, "try_attempt", SpanKind.INTERNAL, {"attempt": number})

    def attempt_ended(self, outcome: Outcome) -> None:
        """End the span of the attempt; note on the call's that there will be another."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.end(outcome)
        if self._call is not None and outcome.delay is not None:
            reason = outcome.error_type or "none"
            self._call.span.add_event("retry", {"attempt": outcome.attempts, "reason": reason, "delay": outcome.delay})

    def call_ended(self, outcome: Outcome) -> None:
        """End the span of the call."""
        if self._call is not None:
            self._call.end(outcome)


@frozen
class _CurrentSpan:
    """A span that is the current one until it ends."""

    span: Span
    context: Context
    token: Token[Context]

    @classmethod
    def start(cls, tracer: Tracer, name: str, kind: SpanKind, attributes: Mapping[str, str | int]) -> Self:
        from opentelemetry.context import attach
        from opentelemetry.trace import set_span_in_context

        span = tracer.start_span(name, kind=kind, attributes=attributes)
        context = set_span_in_context(span)
        return cls(span, context, attach(context))

    def end(self, outcome: Outcome) -> None:
        """Describe the outcome, end the span and make the former one current, whichever of these fails."""
        try:
            self._describe(outcome)
        finally:
            try:
                self.span.end()
            finally:
                self._leave(outcome.error)

    def _describe(self, outcome: Outcome) -> None:
        from opentelemetry.trace import Status, StatusCode

        if outcome.error is not None:
            self.span.set_status(Status(StatusCode.ERROR, outcome.reason))
        attributes: dict[str, str | int] = {**_failure(outcome), **_server(outcome.request)}
        if outcome.status is not None:
            attributes["http.response.status_code"] = outcome.status
        if outcome.request_id is not None:
            attributes["aws.request_id"] = outcome.request_id
        self.span.set_attributes(attributes)

    def _leave(self, error: BaseException | None) -> None:
        from opentelemetry.context import detach, get_current

        # An abandoned coroutine may be closed by another task, which never entered this context.
        if not isinstance(error, GeneratorExit) or get_current() is self.context:
            detach(self.token)


def _failure(outcome: Outcome) -> dict[str, str]:
    return {} if outcome.error_type is None else {"error.type": outcome.error_type}


def _server(request: HttpRequest | None) -> dict[str, str | int]:
    """Return where a request went; nothing while it has no address."""
    try:
        url = urlsplit("" if request is None else request.url)
        port = url.port or _DEFAULT_PORTS.get(url.scheme)
    except ValueError:
        return {}
    server: dict[str, str | int] = {"server.address": url.hostname} if url.hostname else {}
    if server and port is not None:
        server["server.port"] = port
    return server


def _works(provider: object) -> bool:
    """Whether a provider does anything: those of OpenTelemetry's API stand in while none is set."""
    return not type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry.metrics"))
