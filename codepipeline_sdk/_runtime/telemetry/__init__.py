"""What calls tell of themselves: log lines, OpenTelemetry spans and metrics. With nobody listening they tell nothing.

**Logging.** `codepipeline_sdk.call` has one DEBUG line for each call: operation, outcome, status, request id, attempts,
milliseconds. `codepipeline_sdk.retry` has one for each retry: reason and delay. Errors appear by code or class, never
with their text, which may quote an input. Headers are not logged. The package adds only a NullHandler, unless the
environment variable `CODEPIPELINE_SDK_LOG` is `debug`, `info` or `warning`: then the `codepipeline_sdk` logger gets
that level and a handler that writes to stderr, once in a process. The root logger is left alone.

**DANGER: `LOG_SENSITIVE_BODIES=true` in the environment puts the bodies of requests and responses into the DEBUG lines
of `codepipeline_sdk.call`, WITH EVERY SECRET IN THEM**: session credentials, webhook secrets, tokens, and what the
credential providers get from STS and SSO. It is for debugging against throw-away credentials. Whoever can read the log
can use what is in it. Headers stay out even then.

**Spans**, where the application has set a tracer provider of OpenTelemetry:

| span | kind | attributes at its start |
| --- | --- | --- |
| `{service id}.{operation}` | CLIENT | `rpc.system`, `rpc.system.name`, `rpc.service`, `rpc.method`, `cloud.region` |
| `try_attempt`, its child | INTERNAL | `attempt`, counted from 1 |

At the end both get, as far as known, `http.response.status_code`, `aws.request_id`, `server.address`, `server.port`,
and after a failure `error.type` and the status ERROR. The type is the service's error code, otherwise the error's
class; for a cancelled call that is the class by which the event loop cancels. Success leaves the status unset. For each
retry the call's span gets an event `retry` with `attempt`, `reason` and `delay` (seconds). Exceptions are not recorded:
their texts may quote inputs. `rpc.system` and `rpc.service` are the older names of the semantic conventions, which
other AWS SDKs use; `rpc.method` is the bare operation, as there. A span is the current one while it lasts, so those of
an instrumented HTTP client nest.

**Metrics**, where it has set a meter provider: the histograms `smithy.client.call.duration` (s; `rpc.service`,
`rpc.method`) and `smithy.client.call.attempt.duration` (s; also `attempt`), with `error.type` after a failure.

Whatever a handler or a backend raises stays here; a call never notices.

Source: anchor.md 1.4, 1.19.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final, Self

from codepipeline_sdk._runtime.telemetry.logs import CALLS, RETRIES, STDERR, CallLog, report, warn
from codepipeline_sdk._runtime.telemetry.otel import CallDurations, CallSpans, Providers
from codepipeline_sdk._runtime.telemetry.outcome import Listener, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from codepipeline_sdk.config.http import HttpRequest, HttpResponse

LEVEL_VARIABLE: Final = "CODEPIPELINE_SDK_LOG"
BODIES_VARIABLE: Final = "LOG_SENSITIVE_BODIES"


class Telemetry:
    """Observes the calls of a client, and of the clients and calls derived from it.

    Providers of OpenTelemetry may be set after it was made. It never raises.

    Args:
        environment: the environment variables; `CODEPIPELINE_SDK_LOG`, `LOG_SENSITIVE_BODIES` and those by which
            OpenTelemetry names its providers are read, once.
        version: of the SDK, for the instrumentation scope.
        tracer_provider: in place of the global one.
        meter_provider: in place of the global one.
        clock: returns seconds that never go back.
    """

    __slots__ = ("_bodies", "_clock", "_providers")

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        version: str | None = None,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        STDERR.switch_on(LEVEL_VARIABLE, environment.get(LEVEL_VARIABLE, ""))
        self._bodies = environment.get(BODIES_VARIABLE, "").strip().lower() == "true"
        if self._bodies:
            warn("%s is set: DEBUG lines hold bodies, with the secrets in them", BODIES_VARIABLE)
        self._providers = Providers(environment, version, tracer_provider, meter_provider)
        self._clock = clock

    def start_call(self, service_id: str, operation: str, region: str | None = None) -> CallTelemetry | None:
        """Return what observes one call, to be entered with `with`; None when nobody listens.

        Args:
            service_id: the service as its model names it.
            operation: the API name of the operation.
            region: where the call goes, if known.
        """
        logs = CALLS.isEnabledFor(logging.DEBUG) or RETRIES.isEnabledFor(logging.DEBUG)
        providers = self._providers
        if providers.incomplete:
            providers.look()
        if not logs and providers.tracer is None and providers.histograms is None:
            return None
        listeners: list[Listener] = []
        # The spans come last: while they are current, log lines and exemplars can refer to them.
        if logs:
            listeners.append(CallLog(f"{service_id}.{operation}", self._bodies))
        if providers.histograms is not None:
            listeners.append(CallDurations(providers.histograms, service_id, operation))
        if providers.tracer is not None:
            listeners.append(CallSpans(providers.tracer, service_id, operation, region))
        return CallTelemetry(listeners, self._clock)


class CallTelemetry:
    """Observes one call: enter it with `with` around the call, and tell it of the attempts. It never raises."""

    __slots__ = ("_attempt", "_attempt_began", "_began", "_clock", "_listeners", "_request", "_response", "_running")

    def __init__(self, listeners: list[Listener], clock: Callable[[], float]) -> None:
        self._listeners = listeners
        self._clock = clock
        self._began = self._attempt_began = 0.0
        self._attempt = 0
        self._running = False
        self._request: HttpRequest | None = None
        self._response: HttpResponse | None = None

    def __enter__(self) -> Self:
        """Observe the beginning of the call."""
        self._began = self._clock()
        self._tell(lambda listener: listener.call_started())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Observe the end of the call, with or without an error, and of an attempt that was cut short with it."""
        if self._running:
            self.attempt_ended(None, None, error)
        outcome = Outcome(self._attempt, self._clock() - self._began, self._request, self._response, error)
        self._tell(lambda listener: listener.call_ended(outcome))

    def attempt_started(self, number: int) -> None:
        """Observe the beginning of an attempt.

        Args:
            number: counted from 1.
        """
        self._attempt, self._running = number, True
        self._attempt_began = self._clock()
        self._tell(lambda listener: listener.attempt_started(number))

    def attempt_ended(
        self,
        request: HttpRequest | None,
        response: HttpResponse | None,
        error: BaseException | None,
        delay: float | None = None,
    ) -> None:
        """Observe the end of the attempt that was started last.

        Args:
            request: what was sent, or was to be sent; None when that is not known.
            response: what came back; None when nothing did.
            error: what the attempt failed with; None when it succeeded.
            delay: seconds until the next attempt; None when there is none.
        """
        self._running = False
        # A call that is cut short still knows where its attempts went.
        self._request, self._response = request or self._request, response
        outcome = Outcome(self._attempt, self._clock() - self._attempt_began, request, response, error, delay)
        self._tell(lambda listener: listener.attempt_ended(outcome))

    def _tell(self, notify: Callable[[Listener], None]) -> None:
        for listener in self._listeners:
            try:
                notify(listener)
            except Exception as error:
                report(error)
