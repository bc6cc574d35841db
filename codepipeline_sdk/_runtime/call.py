"""What is known of one call while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from codepipeline_sdk._runtime.operation import InputT, Operation, OutputT
from codepipeline_sdk.config.http import HttpRequest, HttpResponse
from codepipeline_sdk.config.interceptor import Exchange, copy_request, present
from codepipeline_sdk.error import Attempt, SdkError, ServiceError

if TYPE_CHECKING:
    from codepipeline_sdk._runtime.clock_skew import CallClock
    from codepipeline_sdk._runtime.interceptors import Hooks
    from codepipeline_sdk._runtime.telemetry import CallTelemetry


class Call(Generic[InputT, OutputT]):
    """One call: its operation, what it has come to, its attempts."""

    __slots__ = (
        "attempts",
        "clock",
        "exchange",
        "features",
        "hooks",
        "idempotency_token",
        "in_flight",
        "invocation_id",
        "may_have_run",
        "operation",
        "telemetry",
    )

    def __init__(
        self,
        operation: Operation[InputT, OutputT],
        input: InputT,
        *,
        hooks: Hooks | None,
        clock: CallClock,
        features: tuple[str, ...],
    ) -> None:
        self.operation = operation
        self.telemetry: CallTelemetry | None = None
        self.clock = clock
        self.invocation_id = ""
        self.features = features
        self.exchange = Exchange(operation=operation.name, input=input, output_class=operation.output)
        self.hooks = hooks
        self.attempts: list[Attempt] = []
        self.idempotency_token: str | None = None
        self.in_flight = False
        self.may_have_run = False

    @property
    def input(self) -> InputT:
        """The input, as interceptors may have replaced it."""
        value: object = self.exchange.input
        return value  # type: ignore[return-value]  # contexts accept an input of the same class only

    @property
    def output(self) -> OutputT:
        """The output, as interceptors may have replaced it."""
        value: object = self.exchange.output
        return value  # type: ignore[return-value]  # decoded by the operation, or put there by an interceptor

    async def hook(self, name: str) -> None:
        """Run one hook of the interceptors, if there are any."""
        if self.hooks is not None:
            await self.hooks.run(name, self.exchange)

    @property
    def request(self) -> HttpRequest:
        """The request; it exists once the input is serialised."""
        return present(self.exchange.request, "request")

    @property
    def response(self) -> HttpResponse:
        """The response; it exists once the request was transmitted."""
        return present(self.exchange.response, "response")

    async def modifying_hook(self, name: str) -> None:
        """Run a hook that may change the request, and put right what it may have left."""
        if self.hooks is not None:
            await self.hooks.run(name, self.exchange)
            request = self.request
            request.headers = {key.lower(): value for key, value in request.headers.items()}
            request.headers["content-length"] = str(len(request.body))

    def rewind(self, checkpoint: HttpRequest) -> None:
        """Begin an attempt with the request as it was before the first, and without an outcome."""
        exchange = self.exchange
        exchange.request = copy_request(checkpoint)
        exchange.response = exchange.output = exchange.error = None
        if self.telemetry is not None:
            self.telemetry.attempt_started(len(self.attempts) + 1)

    def record(self, delay: float | None) -> None:
        """Note what an attempt came to, and how long the next one is waited for."""
        error, response = self.exchange.error, self.exchange.response
        code = (error.code if isinstance(error, ServiceError) else None) or type(error).__name__ if error else None
        status, request_id = (response.status, response.request_id) if response else (None, None)
        self.attempts.append(Attempt(len(self.attempts) + 1, code, status, request_id, delay))
        if self.telemetry is not None:
            self.telemetry.attempt_ended(self.exchange.request, response, error, delay)

    def annotate(self, error: SdkError) -> None:
        """Put onto an error what a caller may want to know of its call."""
        error.operation = self.operation.name
        error.attempts = tuple(self.attempts)
        error.idempotency_token = self.idempotency_token
        error.request_may_have_run = self.may_have_run or self.in_flight
