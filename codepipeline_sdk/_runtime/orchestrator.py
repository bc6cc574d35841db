"""The way of one call.

`invoke` constructs the request, loops over attempts and completes the call; `attempt` finds endpoint and identity,
signs, transmits and decodes; `classify` says what a failure is. Interceptors' hooks are run from here and nowhere else.

Source: design.md 2, anchor.md 1.5, 1.10, 1.11, 1.15.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Final

import anyio
from attrs import evolve

from codepipeline_sdk._runtime.call import Call
from codepipeline_sdk._runtime.clock_skew import CallClock, ClockSkew
from codepipeline_sdk._runtime.codec import DecodeError
from codepipeline_sdk._runtime.customize import NOT_CUSTOMIZED, Customization
from codepipeline_sdk._runtime.interceptors import Hooks
from codepipeline_sdk._runtime.operation import InputT, Operation, OutputT
from codepipeline_sdk._runtime.requests import Requests
from codepipeline_sdk._runtime.retry import PARTITIONS, ClassifierChain, RetrySession
from codepipeline_sdk._runtime.telemetry import Telemetry
from codepipeline_sdk._runtime.transport import as_http_client
from codepipeline_sdk.config.http import ConnectorError, HttpClient
from codepipeline_sdk.config.settings import Config
from codepipeline_sdk.config.timeout import DEFAULT_TIMEOUTS, Timeouts
from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import (
    ConstructionFailure,
    CredentialsError,
    DispatchFailure,
    DispatchTimeout,
    InterceptorError,
    OperationTimeout,
    ResponseError,
    SdkError,
    ServiceError,
)
from codepipeline_sdk.meta import PKG_VERSION
from codepipeline_sdk.primitives import ResponseMetadata

if TYPE_CHECKING:
    from codepipeline_sdk.config.settings import ConfigChanges
    from codepipeline_sdk.credentials.cache import CachedCredentials

_IDENTITY_SETTINGS: Final = frozenset({"credentials", "identity_cache", "random", "time_source"})
_SUCCESS: Final = range(200, 300)
_SERVER_ERRORS: Final = 500


class Orchestrator:
    """Carries out the calls of one client, or one customised call."""

    def __init__(
        self,
        config: Config,
        http: HttpClient,
        *,
        inherited: Timeouts = DEFAULT_TIMEOUTS,
        partition_region: str | None = None,
        clock_skew: ClockSkew | None = None,
        identity: CachedCredentials | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._config = config
        self._http = http
        self._timeouts = config.timeout.resolve(inherited)
        self._hooks = Hooks(config.interceptors) if config.interceptors else None
        self._telemetry = telemetry or Telemetry(environment=os.environ, version=PKG_VERSION)
        self._clock_skew = clock_skew or ClockSkew(disabled=config.disable_clock_skew_correction)
        self._classifiers = ClassifierChain(config.retry_classifiers)
        self._identity = identity or _identity_of(config)
        # A call that overrides the region still spends from the budget of its client.
        self._partition_region = partition_region or config.region
        self._requests = Requests(config, self._timeouts)

    def child(self, changes: ConfigChanges, http: HttpClient) -> Orchestrator:
        """Return the orchestrator of a client with some settings changed; what it can share, it shares."""
        return self._with(changes, http, partition_region=None)

    def _overridden(self, changes: ConfigChanges) -> Orchestrator:
        """Return the orchestrator of one call with some settings changed; it stays in the client's partition."""
        given = changes.get("http_client")
        http = as_http_client(given, self._config.http) if given is not None else self._http
        return self._with(changes, http, partition_region=self._partition_region)

    def _with(self, changes: ConfigChanges, http: HttpClient, *, partition_region: str | None) -> Orchestrator:
        changed = changes.keys()
        return Orchestrator(
            self._config.replace(**changes),
            http,
            inherited=self._timeouts,
            partition_region=partition_region,
            clock_skew=None if "disable_clock_skew_correction" in changed else self._clock_skew,
            identity=None if changed & _IDENTITY_SETTINGS else self._identity,
            telemetry=self._telemetry,
        )

    async def invoke(
        self,
        operation: Operation[InputT, OutputT],
        input: InputT,
        customization: Customization | None = None,
    ) -> OutputT:
        """Send one call and return its output; raise an SdkError when it fails."""
        if customization is not None and customization.changes:
            overridden = self._overridden(customization.changes)
            return await overridden.invoke(operation, input, evolve(customization, changes=None))
        call = self._begin(operation, input, customization or NOT_CUSTOMIZED)
        if call.telemetry is None:
            return await self._limited_call(call)
        with call.telemetry:
            return await self._limited_call(call)

    async def _limited_call(self, call: Call[InputT, OutputT]) -> OutputT:
        """Carry the call out within its limit of time."""
        try:
            if self._timeouts.operation == math.inf:
                return await self._execute(call)
            with anyio.move_on_after(self._timeouts.operation):
                return await self._execute(call)
            raise OperationTimeout(f"the call took longer than {self._timeouts.operation:g} s", timeout="operation")
        except SdkError as error:
            call.annotate(error)
            raise
        except Exception as error:
            # Raised by a callable of the settings, such as the time source: the kinds of errors stay those promised.
            kind = DispatchFailure if call.attempts or call.in_flight else ConstructionFailure
            failure = kind(f"{type(error).__name__} was raised by the client's own settings: {error}")
            call.annotate(failure)
            raise failure from error

    def _begin(
        self,
        operation: Operation[InputT, OutputT],
        input: InputT,
        customization: Customization,
    ) -> Call[InputT, OutputT]:
        hooks = self._hooks
        if customization.interceptors:
            hooks = Hooks((*self._config.interceptors, *customization.interceptors))
        call = Call(
            operation,
            input,
            hooks=hooks,
            clock=CallClock(self._clock_skew),
            features=customization.features,
        )
        call.telemetry = self._telemetry.start_call(operation.service.service_id, operation.name, self._config.region)
        return call

    async def _execute(self, call: Call[InputT, OutputT]) -> OutputT:
        """Construct, loop, complete."""
        exchange = call.exchange
        call.invocation_id = self._config.invocation_id_generator()
        try:
            await self._construct(call)
            await self._loop(call)
        except SdkError as error:
            exchange.output, exchange.error = None, error
        if call.hooks is not None:
            for hook in ("modify_before_completion", "read_after_execution"):
                await _completing_hook(call, hook)
        if exchange.error is not None:
            raise exchange.error
        return call.output

    async def _construct(self, call: Call[InputT, OutputT]) -> None:
        """Make the request as every attempt starts with it."""
        try:
            await call.hook("read_before_execution")
            await call.hook("modify_before_serialization")
            await call.hook("read_before_serialization")
            call.exchange.request = self._requests.serialize(call)
            await call.hook("read_after_serialization")
            await call.modifying_hook("modify_before_retry_loop")
        except InterceptorError as error:
            raise ConstructionFailure(str(error)) from error

    async def _loop(self, call: Call[InputT, OutputT]) -> None:
        """Attempt the call until it succeeds or has failed for good; the exchange then holds its outcome."""
        exchange = call.exchange
        checkpoint = call.request
        retries = self._retries(call.operation)
        await self._wait(retries, retries.begin())
        while True:
            call.rewind(checkpoint)
            await self._limited_attempt(call)
            if exchange.error is None:
                retries.succeeded()
                call.record(None)
                self._complete(call)
                return
            # A refusal for the time of the signature is worth another attempt once the clock is corrected.
            is_skew = isinstance(exchange.error, ServiceError) and call.clock.corrects(exchange.error.code)
            number = len(call.attempts) + 1
            delay = retries.delay_after(exchange.error, number, fallback="client" if is_skew else None)
            exchange.error.retry_kind = retries.decision.kind if retries.decision else None
            call.record(delay)
            if delay is None:
                return
            await self._wait(retries, delay)

    async def _wait(self, retries: RetrySession, delay: float) -> None:
        """Wait for the next attempt; if that is cut short, give back what was taken for it."""
        if delay:
            try:
                await self._config.sleep(delay)
            except BaseException:
                retries.cancelled()
                raise

    async def _limited_attempt(self, call: Call[InputT, OutputT]) -> None:
        """Attempt within the limit of time; whatever comes of it is left in the exchange."""
        exchange = call.exchange
        try:
            if self._timeouts.attempt == math.inf:
                await self.attempt(call)
            else:
                with anyio.move_on_after(self._timeouts.attempt) as scope:
                    await self.attempt(call)
                if scope.cancelled_caught:
                    call.may_have_run |= call.in_flight
                    call.in_flight = False
                    limit = f"one attempt took longer than {self._timeouts.attempt:g} s"
                    raise OperationTimeout(limit, timeout="attempt")
        except SdkError as error:
            exchange.output, exchange.error = None, error
        if call.hooks is not None:
            for hook in ("modify_before_attempt_completion", "read_after_attempt"):
                await _completing_hook(call, hook)

    async def attempt(self, call: Call[InputT, OutputT]) -> None:
        """Send the request once and decode its response into the exchange."""
        exchange = call.exchange
        try:
            await call.hook("read_before_attempt")
            endpoint = self._requests.endpoint(call.operation.service)
            credentials = await self._credentials()
            call.request.url = endpoint.join("/")
            call.request.headers.update(endpoint.headers)
            self._requests.identify(call, credentials)
            await call.modifying_hook("modify_before_signing")
            await call.hook("read_before_signing")
            self._requests.sign(call, credentials, endpoint)
            await call.hook("read_after_signing")
            self._requests.number(call)
            await call.modifying_hook("modify_before_transmit")
            await call.hook("read_before_transmit")
        except InterceptorError as error:
            raise DispatchFailure(str(error)) from error
        await self._transmit(call)
        try:
            await call.hook("read_after_transmit")
            await call.hook("modify_before_deserialization")
            await call.hook("read_before_deserialization")
            self._deserialize(call)
            await call.hook("read_after_deserialization")
        except InterceptorError as error:
            raise ResponseError(str(error), response=exchange.response) from error

    async def _transmit(self, call: Call[InputT, OutputT]) -> None:
        exchange = call.exchange
        sent = self._config.time_source()
        call.in_flight = True
        try:
            response = exchange.response = await self._http.send(call.request)
        except Exception as error:
            call.in_flight = False
            raise classify(call, error) from error
        call.in_flight = False
        call.may_have_run |= response.status in _SUCCESS or response.status >= _SERVER_ERRORS
        call.clock.receive(response.headers, sent, self._config.time_source())

    def _deserialize(self, call: Call[InputT, OutputT]) -> None:
        """Decode the response into an output, or into the error that it stands for."""
        exchange, service, response = call.exchange, call.operation.service, call.response
        if response.status not in _SUCCESS:
            exchange.error = service.protocol.error(response, service.errors)
            return
        try:
            exchange.output = call.operation.decode(service.protocol.response_members(response))
        except DecodeError as error:
            exchange.error = ResponseError(f"the response cannot be read: {error}", response=response)
            exchange.error.__cause__ = error

    def _complete(self, call: Call[InputT, OutputT]) -> None:
        """Tell on the output how its call went."""
        response = call.exchange.response
        if response is not None:
            call.output.response_metadata = ResponseMetadata(
                request_id=response.request_id,
                status=response.status,
                headers=response.headers,
                attempts=tuple(call.attempts),
            )

    async def warm_up(self) -> None:
        """Load credentials ahead of the first call; raise DispatchFailure when there are none."""
        await self._credentials()

    async def _credentials(self) -> Credentials:
        if self._identity is None:
            raise DispatchFailure("no credentials: give them to Config, or use load_config")
        try:
            return await self._identity.provide_credentials()
        except CredentialsError as error:
            raise DispatchFailure(f"no credentials: {error}") from error
        except Exception as error:
            raise DispatchFailure(f"no credentials: the provider raised {type(error).__name__}") from error

    def _retries(self, operation: Operation[InputT, OutputT]) -> RetrySession:
        config, name = self._config, operation.service.service_id.lower().replace(" ", "")
        default = f"{name}-{self._partition_region}" if self._partition_region else name
        partition = PARTITIONS.get(config.retry_partition or default)
        return RetrySession(
            config.retry,
            partition.bucket,
            config.random,
            limiter=partition.limiter(config.time_source()) if config.retry.mode == "adaptive" else None,
            time=config.time_source,
            classifiers=self._classifiers,
            operation=operation.name,
        )


def classify(call: Call[InputT, OutputT], error: Exception) -> SdkError:
    """Return what it means for the call that no response arrived whole."""
    if not isinstance(error, ConnectorError):
        call.may_have_run = True
        return DispatchFailure(f"the HTTP client raised {type(error).__name__}: {error}")
    call.may_have_run |= error.request_written
    match error.kind:
        case "connect_timeout":
            return DispatchTimeout(str(error), timeout="connect")
        case "read_timeout":
            return DispatchTimeout(str(error), timeout="read")
        case "response":
            return ResponseError(str(error))
        case _:
            return DispatchFailure(str(error))


def _identity_of(config: Config) -> CachedCredentials | None:
    if config.credentials is None:
        return None
    return config.identity_cache.bind(config.credentials, time_source=config.time_source, random=config.random)


async def _completing_hook(call: Call[InputT, OutputT], hook: str) -> None:
    """Run a hook that sees the outcome; its failure becomes the outcome."""
    exchange = call.exchange
    try:
        await call.hook(hook)
    except InterceptorError as error:
        failure = ResponseError(str(error)) if exchange.response else DispatchFailure(str(error))
        failure.__cause__ = error
        exchange.output, exchange.error = None, failure
