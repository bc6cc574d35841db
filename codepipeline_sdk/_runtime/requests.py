"""The requests of a client: from an input to bytes, where they go, who sends them, their signature and their number.

Source: design.md 2, anchor.md 1.6, 1.7, 1.12, 1.13.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from codepipeline_sdk._runtime.call import Call
from codepipeline_sdk._runtime.operation import InputT, OutputT, Service
from codepipeline_sdk._runtime.request_headers import INVOCATION_ID, REQUEST_INFO, add_trace_id, request_info
from codepipeline_sdk._runtime.signing import sign
from codepipeline_sdk._runtime.user_agent import FeatureId, UserAgent, current_platform
from codepipeline_sdk.config.endpoint import Endpoint, EndpointParameters
from codepipeline_sdk.config.http import HttpRequest
from codepipeline_sdk.config.settings import Config
from codepipeline_sdk.config.timeout import Timeouts
from codepipeline_sdk.credentials.identity import Credentials
from codepipeline_sdk.error import ConstructionFailure, DispatchFailure
from codepipeline_sdk.meta import PKG_VERSION, SDK_NAME


class Requests:
    """Makes the requests of one client, or of one customised call."""

    def __init__(self, config: Config, timeouts: Timeouts) -> None:
        self._config = config
        self._timeouts = timeouts
        self._endpoints: dict[str, Endpoint] = {}
        self._region_origin = config.origins.get("region", "Config(region=...)")
        self._user_agent = UserAgent(
            sdk=SDK_NAME,
            version=PKG_VERSION,
            platform=current_platform(),
            environ=os.environ,
            metadata={"http": "httpcore"} if config.http_client is None else None,
            frameworks=config.frameworks,
            app_name=config.app_name,
            app_name_origin=config.origins.get("app_name", "Config(app_name=...)"),
        )
        adaptive = config.retry.mode == "adaptive"
        mode = FeatureId.RETRY_MODE_ADAPTIVE if adaptive else FeatureId.RETRY_MODE_STANDARD
        self._features = (mode, *((FeatureId.ENDPOINT_OVERRIDE,) if config.endpoint_url else ()))

    def serialize(self, call: Call[InputT, OutputT]) -> HttpRequest:
        """Return the request as every attempt starts with it; raise ConstructionFailure when there can be none."""
        operation = call.operation
        value = call.input
        if operation.idempotency:
            token = operation.idempotency.token(value)
            if token is None:
                token = self._config.idempotency_token_provider()
                value = operation.idempotency.with_token(value, token)
            call.idempotency_token = token
        missing = [name for name in operation.required if getattr(value, name) is None]
        if missing:
            raise ConstructionFailure(f"required but not set: {', '.join(missing)}")
        protocol = operation.service.protocol
        try:
            body = protocol.request_body(operation.encode(value))
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

    def endpoint(self, service: Service) -> Endpoint:
        """Return where the service is; a resolver of the user's is asked for each attempt, the rules once."""
        resolver = self._config.endpoint_resolver
        if resolver is not None:
            return self._resolve(resolver)
        endpoint = self._endpoints.get(service.service_id)
        if endpoint is None:
            endpoint = self._endpoints[service.service_id] = self._resolve(service.resolve_endpoint)
        return endpoint

    def _resolve(self, resolver: Callable[[EndpointParameters], Endpoint]) -> Endpoint:
        config = self._config
        parameters = EndpointParameters(
            region=config.region,
            use_fips=config.use_fips,
            use_dualstack=config.use_dualstack,
            endpoint_url=config.endpoint_url,
        )
        try:
            return resolver(parameters)
        except Exception as error:
            where = "" if config.region else f"; looked in {self._region_origin}"
            raise DispatchFailure(f"no endpoint: {error}{where}") from error

    def identify(self, call: Call[InputT, OutputT], credentials: Credentials) -> None:
        """Add the headers that say who calls; the user agent and the trace id."""
        service, headers = call.operation.service, call.request.headers
        agent = self._user_agent.value(
            service.service_id, service.api_version, (*call.features, *self._features, *credentials.features)
        )
        headers["user-agent"] = headers["x-amz-user-agent"] = agent
        add_trace_id(headers, os.environ)

    def sign(self, call: Call[InputT, OutputT], credentials: Credentials, endpoint: Endpoint) -> None:
        """Sign the request for the time of the service."""
        region = endpoint.signing_region or self._config.region
        if not region:
            raise DispatchFailure(f"cannot sign without a region; looked in {self._region_origin}")
        try:
            sign(
                call.request,
                credentials,
                region=region,
                service=endpoint.signing_name or call.operation.service.signing_name,
                now=datetime.fromtimestamp(call.clock.signing_time(self._config.time_source()), UTC),
            )
        except Exception as error:
            raise DispatchFailure(f"cannot sign the request: {error}") from error

    def number(self, call: Call[InputT, OutputT]) -> None:
        """Add the headers, unsigned, that tell the attempts of a call apart."""
        headers = call.request.headers
        headers[INVOCATION_ID] = call.invocation_id
        headers[REQUEST_INFO] = request_info(
            len(call.attempts) + 1,
            self._config.retry.max_attempts,
            now=self._config.time_source(),
            read_timeout=self._timeouts.read,
            skew=call.clock.skew,
        )
