"""What an operation is: the values that the orchestrator works with, of any service and any protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from attrs import define, field, frozen

from codepipeline_sdk.config.endpoint import Endpoint, EndpointParameters
from codepipeline_sdk.config.http import HttpResponse
from codepipeline_sdk.error import ServiceError
from codepipeline_sdk.primitives import JsonObject, JsonValue, ResponseMetadata

if TYPE_CHECKING:
    from codepipeline_sdk._runtime.customize import Customization


@define(kw_only=True)
class OperationOutput:
    """What every output has beside its modelled members."""

    response_metadata: ResponseMetadata | None = field(default=None, repr=False, eq=False)
    """Status, headers, request id and attempts of the call; None for an output that was built by hand."""

    @property
    def request_id(self) -> str | None:
        """The service's id of the request."""
        return self.response_metadata.request_id if self.response_metadata else None


InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT", bound=OperationOutput)


class WireProtocol(Protocol):
    """How inputs become requests and responses become outputs."""

    def request_headers(self, operation: str) -> dict[str, str]:
        """Return the headers that every request of the operation carries."""
        ...

    def request_body(self, members: JsonObject) -> bytes:
        """Return the body for the encoded members of an input; raise EncodeError for what cannot be sent."""
        ...

    def response_members(self, response: HttpResponse) -> JsonObject:
        """Return the members of a successful response; raise DecodeError for what cannot be read."""
        ...

    def error(self, response: HttpResponse, errors: Mapping[str, type[ServiceError]]) -> ServiceError:
        """Return the error that an unsuccessful response stands for; never raise."""
        ...


@frozen(kw_only=True)
class Service:
    """What the operations of a service have in common."""

    service_id: str
    """As in the model; it names telemetry and the retry partition."""

    api_version: str

    signing_name: str
    """The service in the scope of a signature."""

    protocol: WireProtocol

    resolve_endpoint: Callable[[EndpointParameters], Endpoint]
    """The service's endpoint rules."""

    errors: Mapping[str, type[ServiceError]] = field(repr=False)
    """The modelled exceptions by wire code."""


@frozen(kw_only=True, eq=False)
class Operation(Generic[InputT, OutputT]):
    """One API of a service."""

    name: str
    service: Service
    input: type[InputT]
    output: type[OutputT]
    encode: Callable[[InputT], JsonObject] = field(repr=False)
    decode: Callable[[JsonValue], OutputT] = field(repr=False)
    required: tuple[str, ...] = ()
    """Members of the input without which nothing is sent."""
    idempotency: Idempotency[InputT] | None = None
    """How the input carries a token that makes repeating the call safe; None when it has none."""
    errors: tuple[type[ServiceError], ...] = field(default=(), repr=False)
    """The exceptions that the model declares; a service may answer with others."""


@frozen(kw_only=True)
class Idempotency(Generic[InputT]):
    """The member of an input that gets a token of its own for each call when it is None."""

    token: Callable[[InputT], str | None]
    with_token: Callable[[InputT, str], InputT]


class Invoker(Protocol):
    """Whoever can carry out an operation: the client's orchestrator, or a double in tests."""

    async def invoke(
        self,
        operation: Operation[InputT, OutputT],
        input: InputT,
        customization: Customization | None = None,
    ) -> OutputT:
        """Send one call and return its output; raise an SdkError when it fails."""
        ...
