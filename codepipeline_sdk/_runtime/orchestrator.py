"""The way of one call.

`invoke` constructs the request, loops over attempts and completes the call; `attempt` finds endpoint and identity,
signs, transmits and decodes; `classify` says what a failure is.

Source: design.md 2, anchor.md 1.5, 1.10, 1.11.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

import anyio
from attrs import evolve

from codepipeline_sdk._runtime.codec import DecodeError
from codepipeline_sdk._runtime.operation import InputT, Operation, OutputT, Service
from codepipeline_sdk._runtime.retry import PARTITIONS, RetrySession, TokenBucket
from codepipeline_sdk._runtime.signing import sign
from codepipeline_sdk.config.endpoint import Endpoint, EndpointParameters
from codepipeline_sdk.config.http import ConnectorError, HttpClient, HttpRequest, HttpResponse
from codepipeline_sdk.config.settings import Config
from codepipeline_sdk.config.timeout import DEFAULT_TIMEOUTS
from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import (
    Attempt,
    ConstructionFailure,
    CredentialsError,
    DispatchFailure,
    DispatchTimeout,
    OperationTimeout,
    ResponseError,
    SdkError,
    ServiceError,
)
from codepipeline_sdk.primitives import ResponseMetadata

_SUCCESS: Final = range(200, 300)
_SERVER_ERRORS: Final = 500


class Call:
    """What is known of one call while it runs."""

    __slots__ = ("attempts", "idempotency_token", "in_flight", "may_have_run", "operation")

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.attempts: list[Attempt] = []
        self.idempotency_token: str | None = None
        self.in_flight = False
        self.may_have_run = False

    def record(self, error: SdkError | None, response: HttpResponse | None, delay: float | None = None) -> None:
        """Note what an attempt came to."""
        code = None
        if error is not None:
            code = (error.code if isinstance(error, ServiceError) else None) or type(error).__name__
        status, request_id = (response.status, response.request_id) if response else (None, None)
        self.attempts.append(Attempt(len(self.attempts) + 1, code, status, request_id, delay))

    def annotate(self, error: SdkError) -> None:
        """Put onto an error what a caller may want to know of its call."""
        error.operation = self.operation
        error.attempts = tuple(self.attempts)
        error.idempotency_token = self.idempotency_token
        error.request_may_have_run = self.may_have_run or self.in_flight


class Orchestrator:
    """Carries out the calls of one client."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        self._timeouts = config.timeout.resolve(DEFAULT_TIMEOUTS)
        self._endpoints: dict[str, Endpoint] = {}
        self._region_origin = config.origins.get("region", "Config(region=...)")

    async def invoke(self, operation: Operation[InputT, OutputT], input: InputT) -> OutputT:  # noqa: A002
        """Send one call and return its output; raise an SdkError when it fails."""
        call = Call(operation.name)
        try:
            if self._timeouts.operation == math.inf:
                return await self._run(call, operation, input)
            with anyio.move_on_after(self._timeouts.operation):
                return await self._run(call, operation, input)
            raise OperationTimeout(f"the call took longer than {self._timeouts.operation:g} s", timeout="operation")
        except SdkError as error:
            call.annotate(error)
            raise

    async def _run(self, call: Call, operation: Operation[InputT, OutputT], input: InputT) -> OutputT:  # noqa: A002
        request = self._construct(call, operation, input)
        retries = RetrySession(self._config.retry, self._bucket(operation.service), self._config.random)
        while True:
            try:
                output = await self._limited_attempt(call, operation, request)
            except SdkError as error:
                delay = retries.delay_after(error, len(call.attempts) + 1)
                call.record(error, getattr(error, "response", None), delay)
                if delay is None:
                    raise
            else:
                retries.succeeded()
                return output
            await self._config.sleep(delay)

    def _construct(self, call: Call, operation: Operation[InputT, OutputT], input: InputT) -> HttpRequest:  # noqa: A002
        """Return the request as every attempt starts with it."""
        if operation.idempotency:
            token = operation.idempotency.token(input)
            if token is None:
                token = self._config.idempotency_token_provider()
                input = operation.idempotency.with_token(input, token)  # noqa: A001
            call.idempotency_token = token
        missing = [name for name in operation.required if getattr(input, name) is None]
        if missing:
            raise ConstructionFailure(f"required but not set: {', '.join(missing)}")
        protocol = operation.service.protocol
        try:
            body = protocol.request_body(operation.encode(input))
        except Exception as error:
            raise ConstructionFailure(f"the input cannot be sent: {error}") from error
        return HttpRequest(
            method="POST",
            url="",
            headers={
                **protocol.request_headers(operation.name),
                "accept-encoding": "identity",
                "content-length": str(len(body)),
            },
            body=body,
            connect_timeout=self._timeouts.connect,
            read_timeout=self._timeouts.read,
        )

    async def _limited_attempt(
        self, call: Call, operation: Operation[InputT, OutputT], request: HttpRequest
    ) -> OutputT:
        if self._timeouts.attempt == math.inf:
            return await self.attempt(call, operation, request)
        with anyio.move_on_after(self._timeouts.attempt):
            return await self.attempt(call, operation, request)
        call.may_have_run |= call.in_flight
        call.in_flight = False
        raise OperationTimeout(f"one attempt took longer than {self._timeouts.attempt:g} s", timeout="attempt")

    async def attempt(self, call: Call, operation: Operation[InputT, OutputT], request: HttpRequest) -> OutputT:
        """Send the request once and return its output."""
        service = operation.service
        endpoint = self._endpoint(service)
        credentials = await self._credentials()
        request = evolve(request, url=endpoint.join("/"), headers={**request.headers, **endpoint.headers})
        self._sign(request, credentials, endpoint, service)
        call.in_flight = True
        try:
            response = await self._http.send(request)
        except Exception as error:
            call.in_flight = False
            raise classify(call, error) from error
        call.in_flight = False
        if response.status not in _SUCCESS:
            call.may_have_run |= response.status >= _SERVER_ERRORS
            raise service.protocol.error(response, service.errors)
        try:
            output = operation.decode(service.protocol.response_members(response))
        except DecodeError as error:
            call.may_have_run = True
            raise ResponseError(f"the response cannot be read: {error}", response=response) from error
        call.record(None, response)
        output.response_metadata = ResponseMetadata(
            request_id=response.request_id,
            status=response.status,
            headers=response.headers,
            attempts=tuple(call.attempts),
        )
        return output

    def _endpoint(self, service: Service) -> Endpoint:
        """Return where the service is, resolved once for the client's settings."""
        endpoint = self._endpoints.get(service.service_id)
        if endpoint is None:
            config = self._config
            resolve = config.endpoint_resolver or service.resolve_endpoint
            try:
                endpoint = resolve(
                    EndpointParameters(
                        region=config.region,
                        use_fips=config.use_fips,
                        use_dualstack=config.use_dualstack,
                        endpoint_url=config.endpoint_url,
                    )
                )
            except Exception as error:
                where = "" if config.region else f"; looked in {self._region_origin}"
                raise DispatchFailure(f"no endpoint: {error}{where}") from error
            self._endpoints[service.service_id] = endpoint
        return endpoint

    async def _credentials(self) -> Credentials:
        if self._config.credentials is None:
            raise DispatchFailure("no credentials: give them to Config, or use load_config")
        try:
            return await self._config.credentials.provide_credentials()
        except CredentialsError as error:
            raise DispatchFailure(f"no credentials: {error}") from error
        except Exception as error:
            raise DispatchFailure(f"no credentials: the provider raised {type(error).__name__}") from error

    def _sign(self, request: HttpRequest, credentials: Credentials, endpoint: Endpoint, service: Service) -> None:
        region = endpoint.signing_region or self._config.region
        if not region:
            raise DispatchFailure(f"cannot sign without a region; looked in {self._region_origin}")
        try:
            sign(
                request,
                credentials,
                region=region,
                service=endpoint.signing_name or service.signing_name,
                now=datetime.fromtimestamp(self._config.time_source(), UTC),
            )
        except Exception as error:
            raise DispatchFailure(f"cannot sign the request: {error}") from error

    def _bucket(self, service: Service) -> TokenBucket:
        name = service.service_id.lower().replace(" ", "")
        partition = self._config.retry_partition or (f"{name}-{self._config.region}" if self._config.region else name)
        return PARTITIONS.bucket(partition)


def classify(call: Call, error: Exception) -> SdkError:
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
